//! Many callers at once, over TCP, on an SQLite file, with fewer places to hash passwords than there are passwords.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

mod caller;
mod jobs;
mod narrow;
mod world;

use std::{collections::BTreeMap, sync::Arc};

use accountable_core::{AccountList, port::AccountFilter};

use crate::{
    jobs::{Jobs, Kind, Promise},
    narrow::LEAST_TURNED_AWAY,
    world::World,
};

const ROUNDS: usize = 15;
const CALLERS: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_load_only_hashing_is_turned_away_and_nothing_acknowledged_is_lost() {
    let world = World::new().await;
    let jobs = Arc::new(Jobs::settle(&world, ROUNDS).await);
    let settled = jobs.residents();
    world.hasher.narrow();
    let seen = jobs.run(CALLERS).await;

    let answered = |kind, status| seen.answers.get(&(kind, status)).copied().unwrap_or(0);
    assert_eq!(seen.answers.values().sum::<usize>(), 300);
    let each =
        [(Kind::Register, 201, 6), (Kind::SetRequest, 204, 2), (Kind::List, 200, 2), (Kind::Reset, 200, 2)];
    for (kind, status, in_a_round) in each {
        assert_eq!(answered(kind, status), in_a_round * ROUNDS, "{kind:?}");
    }
    for kind in [Kind::ChooseOnPage, Kind::Complete, Kind::SignIn] {
        assert_eq!(answered(kind, 200) + answered(kind, 503), ROUNDS, "{kind:?}");
    }
    let turned_away = world.hasher.turned_away();
    assert_eq!(seen.turned_away.len(), turned_away, "each is told so, and nobody else is");
    assert!(turned_away >= LEAST_TURNED_AWAY, "{turned_away}");

    // Nothing of theirs is used up: they come back, and are let in.
    let mut promises = seen.promises;
    world.hasher.widen();
    promises.extend(jobs.come_back(seen.turned_away).await);

    let after = world.end().await;
    after.drain().await;
    let all = AccountList::All(AccountFilter::default());
    let kept = after.admin().count(&all).await.unwrap();
    assert_eq!(usize::try_from(kept).unwrap(), settled + 6 * ROUNDS);
    let mut links = after.links_mailed();
    let mut kept = BTreeMap::<&str, usize>::new();
    for promise in &promises {
        let name = match promise {
            Promise::Registered { id, email } => {
                assert_eq!(after.account(*id).await.email, *email);
                "registered"
            }
            Promise::Link(email) => {
                assert_eq!(links.remove(email), Some(1), "one link to {email:?}");
                "a link"
            }
            Promise::Password(id) => {
                assert!(after.account(*id).await.password.is_some(), "{id}");
                "a password"
            }
            Promise::Address { id, old, new } => {
                assert_eq!(after.account(*id).await.email, *new);
                // To the old one, one to cancel, and one to take it back.
                assert_eq!((links.remove(new), links.remove(old)), (Some(1), Some(2)));
                "an address"
            }
        };
        *kept.entry(name).or_default() += 1;
    }
    let expected = [("a link", 3), ("a password", 2), ("an address", 1), ("registered", 6)];
    assert_eq!(kept, expected.map(|(name, in_a_round)| (name, in_a_round * ROUNDS)).into());
    assert!(links.is_empty(), "nobody else is mailed a link: {links:?}");
}
