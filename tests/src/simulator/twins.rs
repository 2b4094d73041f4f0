//! Two worlds that differ in one thing only: what is the matter with somebody's account, or that they have none.
//! Strangers do the same in both. What they are answered, when, and what is asked of the ports for them, must be the
//! same.
//!
//! Whether a genuine code or a right password opens is not looked at: strangers have none.

use std::{fmt, sync::Arc};

use accountable_core::{
    Accounts, MailOptions, NewAccount,
    domain::{AccountId, MailedCode, Origin, Purpose, SuspensionReason},
};

use super::{
    Breach,
    executor::{Elapsed, TaskId},
    history::Question,
    judge::differences,
    people::{Turn, question, staff},
    plan::{Calm, Plan},
    simulation::{PROCESSES, Simulation, mailbox},
};
use crate::{
    dice::Dice,
    doors::world::{code_of, password, typed_password},
};

/// What is the matter with the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Matter {
    NoAccount,
    New,
    InUse,
    PasswordAssigned,
    ChangePending,
    Suspended,
    ClosedByStaff,
    ClosedByOwner,
    Erased,
    Locked,
}

const MATTERS: [Matter; 10] = [
    Matter::NoAccount,
    Matter::New,
    Matter::InUse,
    Matter::PasswordAssigned,
    Matter::ChangePending,
    Matter::Suspended,
    Matter::ClosedByStaff,
    Matter::ClosedByOwner,
    Matter::Erased,
    Matter::Locked,
];

/// What a stranger does, about an address or an account that they know.
#[derive(Debug, Clone, Copy)]
enum Act {
    Guesses {
        times: u64,
    },
    AsksForResets {
        times: u64,
    },
    SignsUp {
        times: u64,
    },
    /// With a code that was made up.
    InspectsCode,
    ChoosesPassword,
    CancelsChange,
    RevertsChange,
}

const OWNER: &str = "herons wade where Rivers bend!";
/// The tasks of strangers are named from here on.
const STRANGERS: u64 = 1_000;
const BEGIN: Elapsed = 1_000_000_000;

/// Lives through two worlds of a seed; where strangers could tell one from the other.
#[must_use]
pub fn twins(seed: u64) -> Vec<Breach> {
    let mut dice = Dice::of(seed, 2);
    let one = *dice.pick(&MATTERS);
    let other = *dice.pick(&MATTERS);
    let plan = Plan { calm: Calm::default(), ..Plan::drawn(seed) };
    let acts: Vec<_> = (0..dice.between(3, 12))
        .map(|_| {
            let times = dice.between(1, 6);
            let act = match dice.below(8) {
                0..=2 => Act::Guesses { times },
                3 => Act::AsksForResets { times },
                4 => Act::SignsUp { times },
                5 => Act::InspectsCode,
                6 => Act::ChoosesPassword,
                _ if dice.one_in(2) => Act::CancelsChange,
                _ => Act::RevertsChange,
            };
            // One after the other: what is under way at once waits for each other, by what is counted.
            (act, dice.below(400_000_000) + 200_000_000, dice.one_in(3))
        })
        .collect();
    let worlds = [one, other].map(|matter| lived(&plan, matter, &acts));
    let [one_world, other_world] = &worlds;
    let (one_history, other_history) = (one_world.history(), other_world.history());
    let broken = differences(&one_history, &other_history, STRANGERS);
    drop((one_history, other_history));
    worlds.iter().for_each(|world| world.end());
    let about = |breach: Breach| Breach { what: format!("{one} or {other}: {}", breach.what), ..breach };
    broken.into_iter().map(about).collect()
}

/// One world: the owner is there first, strangers come later, and between them the courier does what is due.
fn lived(plan: &Plan, matter: Matter, acts: &[(Act, Elapsed, bool)]) -> Arc<Simulation> {
    let simulation = Simulation::new(plan);
    simulation.calm_down();
    let turn = |step| Turn { simulation: Arc::clone(&simulation), step };
    simulation.time.start(TaskId(1), u64::MAX, None, set_up(turn(1), matter));
    let mut at = BEGIN;
    for (number, (act, pause, sweeps)) in (0..).zip(acts) {
        let _ = simulation.time.run_until(at);
        simulation.time.start(TaskId(STRANGERS + number), u64::MAX, None, perform(turn(number), *act));
        at += pause / 2;
        if *sweeps {
            let _ = simulation.time.run_until(at);
            simulation.time.start(TaskId(2 + number), u64::MAX, None, sweep(turn(number)));
        }
        at += pause / 2;
    }
    let _ = simulation.time.run_until(at);
    simulation
}

fn accounts(turn: &Turn, process: usize) -> Accounts {
    turn.simulation.enter(process).expect("all processes are up")
}

async fn sweep(turn: Turn) {
    let _ = accounts(&turn, 0).sweep(100).await;
}

/// Makes the account what it is to be, by the doors.
async fn set_up(turn: Turn, matter: Matter) {
    for process in 0..PROCESSES {
        // Each process meets its keys, whatever else is asked of it.
        let _ = accounts(&turn, process).admin(staff()).account(AccountId::from_bytes([1; 16])).await;
    }
    if matter != Matter::NoAccount && made(&turn, matter).await.is_err() {
        turn.say("the account could not be made what it is to be");
    }
}

async fn made(turn: &Turn, matter: Matter) -> Result<(), accountable_core::Error> {
    let accounts = accounts(turn, 0);
    let (admin, email) = (accounts.admin(staff()), mailbox("ada"));
    let id = admin.register(NewAccount::new(email.clone())).await?.id;
    turn.learns(0, |owner| owner.account = Some(id));
    let home = Origin::Ip("203.0.113.9".parse().expect("an address"));
    let public = accounts.public(home);
    match matter {
        Matter::NoAccount | Matter::New => return Ok(()),
        Matter::PasswordAssigned => return admin.assign_password(id, &password(OWNER)).await,
        _ => {}
    }
    let issued = admin.issue_code(id, Purpose::PasswordSet, &MailOptions::default()).await?;
    let chosen = public.choose_password(&code_of(issued.link.expose()), &password(OWNER)).await;
    if chosen.is_err() {
        turn.say("the password is not taken");
        return Ok(());
    }
    let typed = typed_password(OWNER);
    let signed_in = async || match public.authenticate(&email, &typed, None).await {
        Ok(accountable_core::Authentication::Granted { stamp, .. }) => accounts.owner(stamp, home),
        denied => panic!("the owner is not let in: {denied:?}"),
    };
    match matter {
        Matter::Suspended => {
            admin.suspend(id, &SuspensionReason::parse("unpaid").expect("a reason")).await?;
        }
        Matter::ClosedByStaff => {
            admin.close(id).await?;
        }
        Matter::ClosedByOwner => signed_in().await.close(&typed).await?,
        Matter::ChangePending => {
            let new = mailbox("ada-elsewhere");
            signed_in().await.request_email_change(&typed, &new, &MailOptions::default()).await?;
        }
        Matter::Erased => admin.erase(id).await?,
        Matter::Locked => {
            for _ in 0..turn.simulation.settings[0].rules.lock_out.room {
                let _ = public.authenticate(&email, &typed_password("mistyped by its owner"), None).await;
            }
        }
        _ => {}
    }
    Ok(())
}

async fn perform(turn: Turn, act: Act) {
    let process = if turn.chance(|dice| dice.one_in(2)) { 0 } else { 2 };
    let accounts = accounts(&turn, process);
    let from = turn.chance(|dice| format!("198.51.100.{}", dice.below(4)));
    let public = accounts.public(Origin::Ip(from.parse().expect("an address")));
    let email = mailbox("ada");
    // Whoever knows an account's name has no code of it.
    let account = turn.owner(0).account.unwrap_or(AccountId::from_bytes([1; 16]));
    let code = MailedCode::new(&account.to_string(), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let about = |door| Question { email: Some(email.clone()), ..question(door, process) };
    match act {
        Act::Guesses { times } => {
            for _ in 0..times {
                let typed = typed_password("a guess that is wrong");
                let call = public.authenticate(&email, &typed, None);
                let _ = turn.ask(about("public.authenticate"), call).await;
            }
        }
        Act::AsksForResets { times } => {
            for _ in 0..times {
                let call = public.request_password_reset(&email, MailOptions::default());
                let _ = turn.ask(about("public.request_password_reset"), call).await;
            }
        }
        Act::SignsUp { times } => {
            for _ in 0..times {
                let call = public.sign_up(&email, MailOptions::default(), None);
                let _ = turn.ask(about("public.sign_up"), call).await;
            }
        }
        Act::InspectsCode => {
            let state = turn.ask(about("public.inspect_code"), public.inspect_code(&code)).await;
            turn.say(format!("{state:?}"));
        }
        Act::ChoosesPassword => {
            let new = password("cranes wade where Rivers bend!");
            let call = public.choose_password(&code, &new);
            let _ = turn.ask(about("public.choose_password"), call).await;
        }
        Act::CancelsChange => {
            let call = public.cancel_email_change(&code);
            let _ = turn.ask(about("public.cancel_email_change"), call).await;
        }
        Act::RevertsChange => {
            let call = public.revert_email_change(&code);
            let _ = turn.ask(about("public.revert_email_change"), call).await;
        }
    }
}

impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAccount => "no account",
            Self::New => "one without a password",
            Self::InUse => "one in use",
            Self::PasswordAssigned => "one with an assigned password",
            Self::ChangePending => "one that changes its address",
            Self::Suspended => "a suspended one",
            Self::ClosedByStaff => "one that staff closed",
            Self::ClosedByOwner => "one that its owner closed",
            Self::Erased => "an erased one",
            Self::Locked => "a locked one",
        })
    }
}
