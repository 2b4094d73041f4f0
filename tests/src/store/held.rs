//! Commits that are held in their middle: what nobody may see, wait for or lose meanwhile.
//!
//! A race hopes to meet a commit in its middle; here it is kept there. See [`StoreUnderTest::hold`].

use std::{future::Future, pin::Pin, sync::Arc};

use accountable_core::{
    domain::{Account, EventKind, Span},
    port::{Commit, CommitError, Key, Store, Stored, Swap},
};
use futures_util::FutureExt as _;

use super::{Hold, Stage, StoreUnderTest, look, outbox, persistence::Holdings, put};
use crate::{
    names::Names,
    samples::{self, Batch, NOW, at, realm},
};

type Running<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Offers the commit, and polls until it is held in its middle.
fn begun<'a>(
    store: &'a dyn Store,
    commit: &'a Commit,
    hold: &dyn Hold,
) -> Running<'a, Result<(), CommitError>> {
    let (mut running, before) = (store.commit(commit), hold.reached());
    while hold.reached() == before {
        if let Some(answer) = (&mut running).now_or_never() {
            panic!("a commit that should be held was answered: {answer:?}; mend the fixture");
        }
        std::thread::yield_now();
    }
    assert!((&mut running).now_or_never().is_none(), "a commit in its middle was answered");
    running
}

/// Something of each kind, and an event.
fn registration(names: &Names, account: &Account) -> Commit {
    Batch::new(names.commit())
        .account(Swap::create(account.clone()))
        .address(Swap::create(samples::suppressed(names.tag())))
        .mail(Swap::create(samples::mail(names.mail(), account.id, NOW)))
        .group(Swap::create(samples::group("office", 1)))
        .note(Swap::create(samples::note("bulk", 1)))
        .reserve(names.quota(), Span::seconds(10), at(1_000))
        .event_of(account, EventKind::Registered)
        .build()
}

macro_rules! held {
    ($stage:ident, $clause:literal) => {
        match $stage.fixture.hold() {
            Ok(hold) => hold,
            Err(why) => return why.tell($clause),
        }
    };
}

/// 20. Nothing of a commit is seen while it is in its middle, from any instance; 1. and then all of it at once.
pub async fn clause_20_a_commit_in_its_middle_is_seen_by_nobody<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let instances = stage.instances().await;
    let email = names.email();
    let account = samples::account(names.account(), &email);
    let commit = registration(names, &account);
    let mut before = Vec::new();
    for instance in &instances {
        before.push(Holdings::of(&**instance, &commit).await);
    }
    let hold = held!(stage, "clause 20, a commit in its middle");
    let running = begun(store, &commit, &*hold);
    for (instance, before) in instances.iter().zip(&before) {
        assert_eq!(Holdings::of(&**instance, &commit).await, *before, "seen in its middle");
        assert_eq!(look::account_at(&**instance, &realm(), &email).await, None, "found in its middle");
        assert_eq!(look::next_due(&**instance, &realm()).await, None, "due in its middle");
    }
    hold.release();
    super::accepted(running.await);
    for instance in &instances {
        let holdings = Holdings::of(&**instance, &commit).await;
        assert_eq!(holdings.events, commit.events(), "its events, after its answer");
        assert_eq!((holdings.mails.len(), holdings.groups.len()), (1, 1), "its records, after its answer");
    }
}

/// 36. On the thread that polls, a store waits neither for a disk nor for a lock that is held across a wait for it: while a
///     commit is in its middle, reads are answered there, and other commits, claims and trims give way.
pub async fn clause_36_a_commit_in_its_middle_keeps_no_thread_waiting<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    let mail = samples::mail(names.mail(), names.account(), at(0));
    outbox::queue(&*stage.store, names, &mail).await;
    let account = samples::account(names.account(), &names.email());
    let first = registration(names, &account);
    let others: Vec<_> = instances
        .iter()
        .map(|_| Batch::new(names.commit()).address(Swap::create(samples::address(names.tag(), 1))).build())
        .collect();
    let claims: Vec<_> = instances.iter().map(|_| outbox::claim(names, 0, 5)).collect();
    let trim = samples::trim();
    let hold = held!(stage, "clause 36, a commit that waits for the disk");
    let running = begun(&*stage.store, &first, &*hold);
    // Each of them is polled here, once: a store that waits on this thread never comes back, for nobody lets go.
    let (mut commits, mut claimed, mut trims) = (Vec::new(), Vec::new(), Vec::new());
    for ((instance, other), claim) in instances.iter().zip(&others).zip(&claims) {
        let (mut commit, mut taking, mut step) =
            (instance.commit(other), instance.claim(claim), instance.trim(&trim));
        let answers =
            ((&mut commit).now_or_never(), (&mut taking).now_or_never(), (&mut step).now_or_never());
        commits.push((commit, answers.0));
        claimed.push((taking, answers.1));
        trims.push((step, answers.2));
        assert_eq!(look::account(&**instance, account.id).await, None, "a read meanwhile");
        assert!(look::mail(&**instance, mail.id).await.is_some(), "a list meanwhile");
    }
    hold.release();
    super::accepted(running.await);
    for (commit, early) in commits {
        super::accepted(match early {
            Some(answer) => answer,
            None => commit.await,
        });
    }
    let mut taken = Vec::new();
    for (claim, early) in claimed {
        let claims = look::answered(match early {
            Some(answer) => answer,
            None => claim.await,
        });
        taken.extend(claims.mails.into_iter().map(|claimed| claimed.mail.value.id));
    }
    taken.retain(|id| *id == mail.id);
    assert_eq!(taken, [mail.id], "claimed once");
    for (trim, early) in trims {
        look::answered(match early {
            Some(answer) => answer,
            None => trim.await,
        });
    }
}

/// 10. A kill in the middle of a commit leaves all of it or nothing; 11. the repeat is Ok, and then all of it is there, once.
pub async fn clause_10_a_kill_in_the_middle_of_a_commit_leaves_all_or_nothing<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let before = put(store, registration(names, &samples::account(names.account(), &names.email()))).await;
    let settled = Holdings::of(store, &before).await;
    let account = samples::account(names.account(), &names.email());
    let commit = Batch::new(names.commit())
        .account(Swap::create(account.clone()))
        .address(Swap::create(samples::address(names.tag(), 7)))
        .reserve(names.quota(), Span::seconds(10), at(1_000))
        .event_of(&account, EventKind::Registered)
        .build();
    let nothing = Holdings::of(store, &commit).await;
    let hold = held!(stage, "clause 10, a kill in the middle of a commit");
    let running = begun(store, &commit, &*hold);
    // What was found lives as long as its fixture, which may take its files along.
    let crashed = match stage.fixture.after_a_crash().await {
        Err(why) => return why.tell("clause 10, a kill in the middle of a commit"),
        Ok(crashed) => crashed,
    };
    let found = crashed.store();
    hold.release();
    super::accepted(running.await);
    let all = Holdings::of(store, &commit).await;
    let left = Holdings::of(&*found, &commit).await;
    assert!(left == nothing || left == all, "a kill left a part of a commit: {left:?}");
    let kept = Holdings::of(&*found, &before).await;
    assert_eq!(kept.dossiers, settled.dossiers, "what was answered before");
    put(&*found, commit.clone()).await;
    assert_eq!(Holdings::of(&*found, &commit).await, all, "after the repeat");
}

/// 12. A repeat is judged when the first offer is finished or dead, also one that was handed over and left alone; 14. and
///     that one leaves no lock.
pub async fn clause_12_a_repeat_waits_for_the_end_of_the_first<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let instances = stage.instances().await;
    for repeats in &instances {
        let (tag, quota) = (names.tag(), names.quota());
        let commit = Batch::new(names.commit())
            .address(Swap::create(samples::address(tag, 1)))
            .reserve(quota, Span::seconds(10), at(1_000))
            .event(None, None, EventKind::ClockMended)
            .build();
        let hold = held!(stage, "clause 12, a first offer in its middle");
        drop(begun(store, &commit, &*hold));
        let mut repeat = repeats.commit(&commit);
        let early = (&mut repeat).now_or_never();
        hold.release();
        super::accepted(match early {
            Some(answer) => answer,
            None => repeat.await,
        });
        assert_eq!(look::level(store, quota).await, Some(at(10)), "reserved once");
        let stored = Stored { value: samples::address(tag, 1), stamp: commit.id() };
        let over =
            Batch::new(names.commit()).address(Swap::replace(stored, samples::address(tag, 2))).build();
        put(&**repeats, over.clone()).await;
        for instance in &instances {
            put(&**instance, Batch::new(names.commit()).build()).await;
            let seen = look::address(&**instance, tag).await.map(|address| address.stamp);
            assert_eq!(seen, Some(over.id()), "the first applied late");
        }
        let told = look::journal(store, &realm()).await;
        assert_eq!(told.iter().filter(|event| event.commit == commit.id()).count(), 1, "told once");
    }
}

/// Two commits that can't both be; the first has an event, so that it can be held.
struct Rivals {
    what: &'static str,
    first: Commit,
    second: Commit,
}

async fn rivals(store: &dyn Store, names: &Names) -> Vec<Rivals> {
    let told = || Batch::new(names.commit()).event(None, None, EventKind::ClockMended);
    let quiet = || Batch::new(names.commit());
    let tag = names.tag();
    let created = put(store, quiet().address(Swap::create(samples::address(tag, 1))).build()).await;
    let present = || Stored { value: samples::address(tag, 1), stamp: created.id() };
    let (email, absent, mail, quota) = (names.email(), names.tag(), names.mail(), names.quota());
    let registered = || Swap::create(samples::account(names.account(), &email));
    let reserving = || {
        let account = samples::with(samples::account(names.account(), &names.email()), |facts| {
            facts.former = vec![samples::former(1, &email, true)];
        });
        Swap::create(account)
    };
    let queued = |seconds| {
        Swap::create(samples::mail(mail, samples::account(names.account(), &email).id, at(seconds)))
    };
    vec![
        Rivals {
            what: "two replacements of one record",
            first: told().address(Swap::replace(present(), samples::address(tag, 2))).build(),
            second: quiet().address(Swap::replace(present(), samples::address(tag, 3))).build(),
        },
        Rivals {
            what: "two records of one name",
            first: told().address(Swap::create(samples::address(absent, 1))).build(),
            second: quiet().address(Swap::create(samples::address(absent, 2))).build(),
        },
        Rivals {
            what: "two mails of one name",
            first: told().mail(queued(1)).build(),
            second: quiet().mail(queued(2)).build(),
        },
        Rivals {
            what: "two groups of one name",
            first: told().group(Swap::create(samples::group("one", 1))).build(),
            second: quiet().group(Swap::create(samples::group("one", 2))).build(),
        },
        Rivals {
            what: "two notes of one name",
            first: told().note(Swap::create(samples::note("one", 1))).build(),
            second: quiet().note(Swap::create(samples::note("one", 2))).build(),
        },
        Rivals {
            what: "two accounts with one address",
            first: told().account(registered()).build(),
            second: quiet().account(reserving()).build(),
        },
        Rivals {
            what: "two units of a quota of one",
            first: told().reserve(quota, Span::seconds(10), NOW).build(),
            second: quiet().reserve(quota, Span::seconds(10), NOW).build(),
        },
    ]
}

/// 15, 6 and 7. Of two commits that can't both be exactly one succeeds, also if the second comes while the first is in its
/// middle.
pub async fn clause_15_a_rival_of_a_commit_in_its_middle_fails_or_wins<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances: Vec<Arc<dyn Store>> = stage.instances().await;
    for rival in &instances {
        for Rivals { what, first, second } in rivals(&*stage.store, names).await {
            let hold = held!(stage, "clause 15, a rival in its middle");
            let running = begun(&*stage.store, &first, &*hold);
            let mut coming = rival.commit(&second);
            let early = (&mut coming).now_or_never();
            hold.release();
            let answers = [
                running.await,
                match early {
                    Some(answer) => answer,
                    None => coming.await,
                },
            ];
            let won = answers.iter().filter(|answer| answer.is_ok()).count();
            assert_eq!(won, 1, "{what}: {answers:?}");
            let fair = |error: &CommitError| {
                matches!(
                    error,
                    CommitError::Conflict(_) | CommitError::EmailTaken { .. } | CommitError::Exhausted(_)
                )
            };
            assert!(
                answers.iter().all(|answer| answer.as_ref().err().is_none_or(fair)),
                "{what}: {answers:?}"
            );
            let [winner, _] = if answers.first().is_some_and(Result::is_ok) {
                [&first, &second]
            } else {
                [&second, &first]
            };
            // Later offers see who won; the group and the note of one name go, for the next instance.
            for write in winner.writes() {
                match write.key().expect("a key") {
                    Key::IpFilterGroup(realm, name) => {
                        let group = look::group(&**rival, &realm, &name).await.expect("the winner's group");
                        put(&**rival, Batch::new(names.commit()).group(Swap::remove(group)).build()).await;
                    }
                    Key::Note(realm, name) => {
                        let note = look::note(&**rival, &realm, &name).await.expect("the winner's note");
                        put(&**rival, Batch::new(names.commit()).note(Swap::remove(note)).build()).await;
                    }
                    Key::Address(tag) => {
                        let stamp = look::address(&**rival, tag).await.map(|address| address.stamp);
                        assert_eq!(stamp, Some(winner.id()), "{what}: what the winner wrote");
                    }
                    Key::Level(of) => {
                        assert_eq!(look::level(&**rival, of).await, Some(at(10)), "{what}: one unit");
                    }
                    Key::Account(_) | Key::Mail(_) => {}
                }
            }
        }
    }
}
