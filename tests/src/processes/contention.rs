//! Processes that want the same things at the same time.

use std::collections::{BTreeMap, BTreeSet};

use accountable_core::domain::{AccountId, EventKind};

use super::{
    SharedStore,
    place::{Place, assert_gapless},
    process::Process,
};
use crate::block_on;

const PROCESSES: usize = 4;
const ADDRESSES: usize = 12;

/// Processes on one file, all of them ready.
fn crew<P: SharedStore>(place: &Place<P>) -> Vec<Process> {
    let mut crew: Vec<_> =
        (0..PROCESSES).map(|at| Process::start("worker", place, &at.to_string())).collect();
    for process in &mut crew {
        assert_eq!(process.answer().as_deref(), Some("ready"));
    }
    crew
}

/// Gives every process an order for each thing, to each another one first, and waits for all answers: of each thing
/// those of all processes.
fn at_once(crew: &mut [Process], order: impl Fn(usize, usize) -> String) -> Vec<Vec<String>> {
    let things = |process: usize| (0..ADDRESSES).map(move |n| (n + process) % ADDRESSES);
    for (at, process) in crew.iter_mut().enumerate() {
        for thing in things(at) {
            process.order(&order(at, thing));
        }
    }
    let mut answers = vec![vec![String::new(); crew.len()]; ADDRESSES];
    for (at, process) in crew.iter_mut().enumerate() {
        for thing in things(at) {
            answers[thing][at] = process.answer().expect("an answer");
        }
    }
    answers
}

/// The one process that was answered otherwise than the others; and its answer.
#[track_caller]
fn winner(answers: &[String], others: &str) -> (usize, String) {
    let winners: Vec<_> = answers.iter().enumerate().filter(|(_, answer)| *answer != others).collect();
    assert_eq!(winners.len(), 1, "{answers:?}");
    (winners[0].0, winners[0].1.clone())
}

fn address(thing: usize) -> String {
    format!("shared-{thing}@example.com")
}

fn chosen_by(process: usize) -> String {
    format!("plum trombone {process}2 Quartz!")
}

/// Of processes that want one thing at the same time exactly one gets it, and all see who.
pub fn of_processes_that_want_one_thing_exactly_one_gets_it<P: SharedStore>(child: &str) {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::<P>::at(folder.path(), child);
    place.prepare();
    let mut crew = crew(&place);

    let registered = at_once(&mut crew, |_, thing| format!("register {}", address(thing)));
    let ids: Vec<_> = registered.iter().map(|answers| winner(answers, "email_taken").1).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ADDRESSES);

    let queued = at_once(&mut crew, |_, thing| format!("mail {}", ids[thing]));
    for answers in &queued {
        assert_eq!(winner(answers, "throttled").1, "queued");
    }

    // Each process sweeps while couriers run in all of them.
    let post = place.open().post;
    while post.sent().len() < ADDRESSES {
        at_once(&mut crew, |_, _| "sweep".to_owned());
    }
    let links: BTreeMap<_, _> =
        post.sent().into_iter().filter_map(|sent| Some((sent.to, sent.link?))).collect();
    let redeemed = at_once(&mut crew, |process, thing| {
        format!("redeem {} {}", links[&address(thing)], chosen_by(process))
    });
    let winners: Vec<_> = redeemed.iter().map(|answers| winner(answers, "dead_code").0).collect();

    let let_in =
        at_once(&mut crew, |process, thing| format!("log_in {} {}", address(thing), chosen_by(process)));
    for (thing, answers) in let_in.iter().enumerate() {
        assert_eq!(winner(answers, "false"), (winners[thing], "true".to_owned()));
    }
    // Everywhere, not only where it was chosen.
    let let_in =
        at_once(&mut crew, |_, thing| format!("log_in {} {}", address(thing), chosen_by(winners[thing])));
    assert!(let_in.iter().flatten().all(|answer| answer == "true"));

    crew.into_iter().for_each(Process::end);
    let later = place.open_an_hour_later();
    assert_eq!(
        block_on(later.accounts.sweep(1_000)).unwrap().delivered,
        0,
        "all had been delivered and settled"
    );
    let mails: BTreeSet<_> = post.sent().into_iter().map(|sent| sent.mail).collect();
    assert_eq!((mails.len(), post.sent().len()), (ADDRESSES, ADDRESSES), "each mail once");
    for (thing, id) in ids.iter().enumerate() {
        let events = later.history(AccountId::parse(id).unwrap());
        let count = |is: fn(&EventKind) -> bool| events.iter().filter(|event| is(&event.what)).count();
        let counts = [
            count(|what| matches!(what, EventKind::Registered)),
            count(|what| matches!(what, EventKind::MailQueued { .. })),
            count(|what| matches!(what, EventKind::MailDelivered { .. })),
            count(|what| matches!(what, EventKind::PasswordSet { .. })),
        ];
        assert_eq!(counts, [1; 4], "{events:?}");
        assert_gapless(&events, &later.find(&address(thing)).unwrap(), "at the end");
    }
    place.assert_whole("at the end");
}

/// Clause 9 of the store's contract, from process to process.
pub fn what_one_process_was_told_all_others_see<P: SharedStore>(child: &str) {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::<P>::at(folder.path(), child);
    place.prepare();
    let mut crew = crew(&place);
    let here = place.open();
    for round in 0..ADDRESSES {
        let address = address(round);
        let writer = round % PROCESSES;
        let id = crew[writer].ask(&format!("register {address}"));
        let seen = here.find(&address).expect("it was acknowledged");
        assert_eq!((seen.id.to_string(), seen.version.as_u64()), (id.clone(), 1));
        for process in &mut crew {
            assert_eq!(process.ask(&format!("find {address}")), format!("{id} 1"));
        }
        let writer = (writer + 1) % PROCESSES;
        assert_eq!(crew[writer].ask(&format!("assign {id} {}", chosen_by(round))), "assigned");
        assert!(here.lets_in(&address, &chosen_by(round)));
        for process in &mut crew {
            assert_eq!(process.ask(&format!("log_in {address} {}", chosen_by(round))), "true");
        }
    }
    crew.into_iter().for_each(Process::end);
    place.assert_whole("at the end");
}
