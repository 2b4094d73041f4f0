//! Processes say in the store that they run and which keys they know: over one store in memory, by a clock in hand.
#![expect(
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use std::{
    future::{Future, pending, ready},
    pin::{Pin, pin},
    task::{Context, Waker},
};

use accountable::{
    Accounts, Admin, Machine, Presence,
    domain::{Actor, KeyId, Keyring, LinkUrl, Links, Process, Span},
    testing::{InsecureTestHasher, RecordingMailer, Sandbox, SeededEntropy},
};
use async_io::block_on;

fn id(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

fn key(first: u8) -> [u8; 32] {
    let mut key = [7; 32];
    key[0] = first;
    key
}

fn keyring(more: &[&str]) -> Keyring {
    let one = Keyring::new(key(1), id("one"), key(2)).unwrap();
    more.iter().zip(3..).fold(one, |keyring, (name, first)| keyring.with_key(id(name), key(first)).unwrap())
}

/// Accounts of another process over the store of the sandbox.
fn process(sandbox: &Sandbox, keys: Keyring, seed: u64) -> Accounts {
    let machine = Machine::new(sandbox.clock.clone(), SeededEntropy::new(seed), InsecureTestHasher::new(1));
    let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
    let accounts = Accounts::builder(machine, sandbox.store.clone(), RecordingMailer::new(), keys, links);
    accounts.build().unwrap()
}

fn admin(accounts: &Accounts) -> Admin {
    accounts.admin(Actor::parse("staff:7").unwrap())
}

/// The names of those that run, and whether each knows the key.
fn known(accounts: &Accounts, key: &str) -> Vec<(String, bool)> {
    let processes = block_on(admin(accounts).processes()).unwrap();
    let mut known: Vec<_> =
        processes.iter().map(|process| (process.name.clone(), process.knows(&id(key)))).collect();
    known.sort();
    known
}

/// Lets a future do what it can now.
fn polled(future: &mut Pin<&mut impl Future<Output = ()>>) {
    let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
}

fn announced(accounts: &Accounts, name: &str) -> Presence {
    block_on(accounts.announce(name)).unwrap()
}

#[test]
fn each_process_that_runs_says_which_keys_it_knows_until_its_end() {
    let sandbox = Sandbox::new();
    let (old, new) = (process(&sandbox, keyring(&[]), 1), process(&sandbox, keyring(&["two"]), 2));
    let (first, second) = (announced(&old, "first"), announced(&new, "second"));
    assert_eq!(known(&new, "one"), [("first".into(), true), ("second".into(), true)]);
    assert_eq!(known(&new, "two"), [("first".into(), false), ("second".into(), true)]);
    block_on(first.keep(ready(())));
    assert_eq!(known(&new, "two"), [("second".into(), true)]);
    block_on(second.keep(ready(())));
    assert_eq!(known(&old, "two"), []);
}

#[test]
fn a_process_that_is_silent_for_longer_than_five_minutes_is_gone_and_one_that_speaks_is_not() {
    let sandbox = Sandbox::new();
    let accounts = process(&sandbox, keyring(&[]), 1);
    let (killed, speaks) = (announced(&accounts, "killed"), announced(&accounts, "speaks"));
    drop(killed);
    let mut speaks = pin!(speaks.keep(pending()));
    polled(&mut speaks);
    for _ in 0..5 {
        sandbox.clock.advance(Process::BEAT);
        polled(&mut speaks);
    }
    assert_eq!(known(&accounts, "one").len(), 2, "five minutes are not longer than five minutes");
    sandbox.clock.advance(Span::micros(1));
    assert_eq!(known(&accounts, "one"), [("speaks".into(), true)]);
    // Who comes clears away what the other left; nobody else can tell that by more than the room that there is.
    let _third = announced(&accounts, "third");
    assert_eq!(known(&accounts, "one"), [("speaks".into(), true), ("third".into(), true)]);
}

#[test]
fn a_process_that_was_taken_for_gone_is_there_again_with_its_next_word() {
    let sandbox = Sandbox::new();
    let accounts = process(&sandbox, keyring(&[]), 1);
    let slept = announced(&accounts, "slept");
    let mut slept = pin!(slept.keep(pending()));
    polled(&mut slept);
    sandbox.clock.advance(Span::hours(1));
    let _other = announced(&accounts, "other");
    assert_eq!(known(&accounts, "one"), [("other".into(), true)]);
    polled(&mut slept);
    assert_eq!(known(&accounts, "one"), [("other".into(), true), ("slept".into(), true)]);
}

#[test]
fn however_many_are_killed_the_next_one_finds_room() {
    let sandbox = Sandbox::new();
    let accounts = process(&sandbox, keyring(&[]), 1);
    for number in 0..400 {
        sandbox.clock.advance(Span::millis(100));
        drop(announced(&accounts, &format!("{number:03}")));
    }
    let known = known(&accounts, "one");
    assert_eq!(known.len(), 200);
    assert_eq!(known.last().unwrap().0, "399");
    assert_eq!(known.first().unwrap().0, "200");
}

#[test]
fn a_keys_name_is_known_once_a_process_with_it_has_met_the_store() {
    let sandbox = Sandbox::new();
    let (old, new) = (process(&sandbox, keyring(&[]), 1), process(&sandbox, keyring(&["two"]), 2));
    assert!(!block_on(admin(&old).key_is_named(&id("two"))).unwrap());
    assert!(block_on(admin(&new).key_is_named(&id("two"))).unwrap());
    assert!(block_on(admin(&old).key_is_named(&id("two"))).unwrap(), "it stays named where it is not held");
}
