//! Processes killed in the middle of writing: what they were told is done is there, once; what they were not told is
//! there whole or not at all.

use std::{
    collections::{BTreeMap, BTreeSet},
    hint,
};

use crate::{
    block_on,
    names::{Chance, SEED},
};
use accountable_core::{
    domain::{AccountId, Event, EventKind, PasswordSource},
    port::Cursor,
};

use super::{
    SharedStore,
    child::{ASSIGNED, CHOSEN, WRITERS},
    place::{Place, World, assert_gapless},
    process::Process,
};

/// What a process said was done.
#[derive(Debug)]
struct Done {
    what: String,
    address: String,
    id: AccountId,
}

impl Done {
    fn read(line: &str) -> Self {
        let [what, address, id] = line.split(' ').collect::<Vec<_>>().try_into().expect("three words");
        Self { what: what.to_owned(), address: address.to_owned(), id: AccountId::parse(id).unwrap() }
    }
}

/// All that was seen of the file so far.
#[derive(Default)]
struct Seen {
    cursor: Option<Cursor>,
    events: BTreeMap<AccountId, Vec<Event>>,
    /// Accounts whose mail was said to be delivered.
    mailed: BTreeSet<AccountId>,
}

/// What a killed process was told is done is there, once; what it was not told is there whole or not at all.
pub fn a_killed_process_loses_nothing_that_was_acknowledged_and_repeats_nothing<P: SharedStore>(child: &str) {
    let rounds = if std::env::var_os("ACCOUNTABLE_LONG").is_some_and(|long| long == "1") { 500 } else { 20 };
    let folder = tempfile::tempdir().unwrap();
    let place = Place::<P>::at(folder.path(), child);
    place.prepare();
    let mut seen = Seen::default();
    let mut chance = Chance::new(SEED);
    let (mut done, mut kills) = (Vec::new(), 0);
    for round in 1..=rounds {
        let seed = chance.draw();
        let when = format!("after round {round}, seed {seed:#018x}");
        let mut chance = Chance::new(seed);
        done.extend(killed(&place, &format!("{seed:016x}"), &mut chance, &when));
        kills += 1;
        // Sometimes it is the next process that finds what this one left.
        if round == rounds || chance.below(3) > 0 {
            let world = place.open();
            seen.verify(&world, &std::mem::take(&mut done), kills, &when);
            drop(world);
            place.assert_whole(&when);
            kills = 0;
        }
    }
    seen.end(&place);
}

/// Runs a process until it has said enough, and kills it a moment later.
fn killed<P: SharedStore>(place: &Place<P>, name: &str, chance: &mut Chance, when: &str) -> Vec<Done> {
    let mut process = Process::start("writer", place, name);
    let enough = 1 + chance.below(40);
    let written = |_| process.answer().unwrap_or_else(|| panic!("{when}: it ended by itself"));
    let mut lines: Vec<_> = (0..enough).map(written).collect();
    for _ in 0..chance.below(100_000) {
        hint::spin_loop();
    }
    lines.extend(process.kill());
    lines.iter().map(|line| Done::read(line)).collect()
}

impl Seen {
    /// What is new since the last look is what was said, and at most one thing more a thread that was killed.
    fn verify(&mut self, world: &World, done: &[Done], kills: usize, when: &str) {
        let new = self.follow(world, when);
        let registered = done.iter().filter(|done| done.what == "registered").count();
        assert!(new.len() <= registered + kills * WRITERS, "{when}: {} accounts of {registered}", new.len());
        for id in &new {
            let account = block_on(world.admin().account(*id)).unwrap().expect("it has events");
            let events = &self.events[id];
            assert_eq!(&world.history(*id), events, "{when}");
            assert_gapless(events, &account, when);
        }
        for Done { what, address, id } in done {
            let when = format!("{when}: {what} {address}");
            let account = world.find(address).unwrap_or_else(|| panic!("{when}: lost"));
            assert_eq!(account.id, *id, "{when}");
            let told = Told::of(&self.events[id]);
            match what.as_str() {
                "registered" => assert_eq!(told.registered, 1, "{when}"),
                "mailed" => {
                    assert_eq!(told.queued, 1, "{when}");
                    assert!(told.delivered >= 1, "{when}");
                    self.mailed.insert(*id);
                }
                "chosen" => {
                    assert_eq!(told.chosen, 1, "{when}");
                    let password = if told.assigned == 0 { CHOSEN } else { ASSIGNED };
                    assert!(world.lets_in(address, password), "{when}");
                }
                "assigned" => {
                    assert_eq!((told.assigned, told.noticed), (1, 1), "{when}");
                    assert!(world.lets_in(address, ASSIGNED), "{when}");
                }
                other => panic!("{other}"),
            }
        }
    }

    /// Reads what is new in the journal, each event once; whose it is.
    fn follow(&mut self, world: &World, when: &str) -> BTreeSet<AccountId> {
        let mut new = BTreeSet::new();
        loop {
            let feed = block_on(world.accounts.journal().feed(self.cursor.take(), 1_000)).unwrap();
            self.cursor = Some(feed.cursor);
            if feed.events.is_empty() {
                break;
            }
            for event in feed.events {
                let id = event.account.expect("all events here are of accounts");
                new.insert(id);
                self.events.entry(id).or_default().push(event);
            }
        }
        for id in &new {
            let names: BTreeSet<_> =
                self.events[id].iter().map(|event| (event.commit, event.ordinal)).collect();
            assert_eq!(names.len(), self.events[id].len(), "{when}: an event twice");
            assert!(Told::of(&self.events[id]).nothing_twice(), "{when}: {:?}", self.events[id]);
        }
        new
    }

    /// What the dead had claimed is delivered in the end: each mail once, or twice if nobody was told of the first.
    fn end<P: SharedStore>(mut self, place: &Place<P>) {
        let later = place.open_an_hour_later();
        while block_on(later.accounts.sweep(1_000)).unwrap().delivered > 0 {}
        self.follow(&later, "at the end");
        let mut copies = BTreeMap::new();
        for sent in later.post.sent() {
            *copies.entry(sent.mail).or_insert(0) += 1;
        }
        for (id, events) in &self.events {
            let told = Told::of(events);
            assert_eq!(told.queued + told.noticed, told.delivered, "{events:?}");
            for event in events {
                let (mail, most) = match event.what {
                    EventKind::MailQueued { mail, .. } if self.mailed.contains(id) => (mail, 1),
                    EventKind::MailQueued { mail, .. } | EventKind::NoticeQueued { mail, .. } => (mail, 2),
                    _ => continue,
                };
                let copies = copies.remove(&mail.to_string()).unwrap_or(0);
                assert!((1..=most).contains(&copies), "{copies} copies of {mail}: {events:?}");
            }
        }
        assert!(copies.is_empty(), "mails that nobody queued: {copies:?}");
        drop(later);
        place.assert_whole("at the end");
    }
}

/// How often an account's events tell of each thing.
struct Told {
    registered: usize,
    /// Mails with a code.
    queued: usize,
    /// Mails that tell of the password that was assigned.
    noticed: usize,
    delivered: usize,
    chosen: usize,
    assigned: usize,
}

impl Told {
    fn of(events: &[Event]) -> Self {
        let count = |is: fn(&EventKind) -> bool| events.iter().filter(|event| is(&event.what)).count();
        Self {
            registered: count(|what| matches!(what, EventKind::Registered)),
            queued: count(|what| matches!(what, EventKind::MailQueued { .. })),
            noticed: count(|what| matches!(what, EventKind::NoticeQueued { .. })),
            delivered: count(|what| matches!(what, EventKind::MailDelivered { .. })),
            chosen: count(|what| matches!(what, EventKind::PasswordSet { how: PasswordSource::Chosen })),
            assigned: count(|what| matches!(what, EventKind::PasswordSet { how: PasswordSource::Assigned })),
        }
    }

    /// A life is lived once.
    fn nothing_twice(&self) -> bool {
        let Self { registered, queued, noticed, delivered, chosen, assigned } = self;
        let once = [registered, queued, noticed, chosen, assigned].into_iter().all(|count| *count <= 1);
        once && *delivered <= queued + noticed
    }
}
