//! Keys that rotate: nothing made under the old one is lost, until nothing rests on it and it can go; or until it is revoked.

use accountable_core::{
    Builder, DeliveryOptions, Fault, KeyUse, MailOptions, PublicError,
    domain::{
        AccountId, CodeState, Denial, EventKind, Initiator, KeyId, Keyring, PasswordPolicy, Purpose, Span,
        Violation,
    },
};
use accountable_memory::CommitFault;

use crate::doors::world::{BETTER, GOOD, Post, World, code_of, email, keys, on_each_store, password};

const ADA: &str = "ada@example.com";
const THIRD: &str = "another fine day, 31 Quincunx";

fn key(first: u8) -> [u8; 32] {
    std::array::from_fn(|at| first.wrapping_add(at as u8))
}

fn id(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

/// The new key is there beside the old one, and active.
fn rotated() -> Keyring {
    rolling_out().with_retired(id("one")).unwrap()
}

/// The same, while some processes still make new things under the old key.
fn rolling_out() -> Keyring {
    keys().with_key(id("two"), key(3)).unwrap().with_active(id("two")).unwrap()
}

/// The old key is gone.
fn retired() -> Keyring {
    Keyring::new(key(1), id("two"), key(3)).unwrap()
}

fn remembering(builder: Builder) -> Builder {
    builder.policy(PasswordPolicy::nist().into_builder().remembering(3).build().unwrap())
}

/// What rests on each: its name, whether it is active, how many accounts.
async fn uses(world: &World) -> Vec<(String, bool, u64)> {
    let uses = world.admin().keys().await.unwrap();
    uses.into_iter()
        .map(|KeyUse { key, active, accounts, .. }| (key.as_str().to_owned(), active, accounts))
        .collect()
}

fn used(key: &str, active: bool, accounts: u64) -> (String, bool, u64) {
    (key.to_owned(), active, accounts)
}

async fn some_in_use(world: &World, count: usize) -> Vec<AccountId> {
    let mut ids = Vec::new();
    for at in 0..count {
        ids.push(world.in_use(&format!("u{at}@example.com"), GOOD).await);
    }
    ids
}

on_each_store! {
    __doors_keys in keys;
    async fn after_a_rotation_passwords_sessions_and_codes_go_on(world) {
        world.in_use(ADA, GOOD).await;
        let bob = world.register("bob@example.com").await;
        let _ = world.admin().request_password_set(bob, DeliveryOptions::default()).await.unwrap();
        let mailed = world.mailed_code("bob@example.com");
        let stamp = world.log_in(ADA, GOOD).await.unwrap();
        let new = World::beside_with(&world, 44, rotated(), |builder| builder);
        assert_eq!(new.log_in(ADA, BETTER).await, Err(Denial::WrongPassword));
        assert!(new.log_in(ADA, GOOD).await.is_ok());
        assert!(new.accounts.owner(stamp, Default::default()).is_current().await.unwrap());
        assert_eq!(new.public().choose_password(&mailed, &password(GOOD)).await.unwrap().account, bob);
        assert_eq!(uses(&new).await, [used("one", false, 1), used("two", true, 1)], "what is new is under the new one");
    }

    async fn a_mail_that_was_queued_before_a_rotation_is_delivered_after_it(world) {
        world.in_use(ADA, GOOD).await;
        let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        let new = World::beside_with(&world, 44, rotated(), |builder| builder);
        assert_eq!(new.sweep().await.delivered, 1);
        assert_eq!(new.post_of(ADA), [Post::Code(Purpose::PasswordReset)]);
        assert!(new.public().choose_password(&new.mailed_code(ADA), &password(BETTER)).await.is_ok());
    }

    async fn the_courier_seals_anew_without_anybodys_password(world) {
        let ids = some_in_use(&world, 5).await;
        let stamp = world.log_in("u0@example.com", GOOD).await.unwrap();
        let new = World::beside_with(&world, 44, rotated(), |builder| builder);
        assert_eq!(uses(&new).await, [used("one", false, 5), used("two", true, 0)]);
        assert_eq!(new.sweep().await.resealed, 5);
        assert_eq!(uses(&new).await, [used("one", false, 0), used("two", true, 5)]);
        assert_eq!(new.sweep().await.resealed, 0);
        assert!(new.accounts.owner(stamp, Default::default()).is_current().await.unwrap(), "no session ends");
        let last = new.history(ids[0]).await.pop().unwrap();
        assert!(matches!((&last.by, &last.what), (Initiator::Courier, EventKind::Resealed)), "{last:?}");
        assert_eq!(new.hasher.verified(), 0);
        assert!(new.log_in("u4@example.com", GOOD).await.is_ok());
    }

    /// While processes do not agree which key is the active one, none undoes what another did.
    async fn what_rests_on_a_key_that_is_not_retired_stays_as_it_is(world) {
        some_in_use(&world, 2).await;
        let new = World::beside_with(&world, 44, rolling_out(), |builder| builder);
        assert_eq!((new.sweep().await.resealed, new.admin().reseal(10).await.unwrap()), (0, 0));
        assert_eq!(uses(&new).await, [used("one", false, 2), used("two", true, 0)]);
    }

    async fn staff_seals_anew_some_at_a_time(world) {
        let ids = some_in_use(&world, 5).await;
        let new = World::beside_with(&world, 44, rotated(), |builder| builder);
        assert_eq!(new.admin().reseal(2).await.unwrap(), 2);
        assert_eq!(uses(&new).await, [used("one", false, 3), used("two", true, 2)]);
        assert_eq!(new.admin().reseal(100).await.unwrap(), 3);
        assert_eq!(new.admin().reseal(100).await.unwrap(), 0);
        let last = new.history(ids[0]).await.pop().unwrap();
        assert!(matches!((&last.by, &last.what), (Initiator::Administrator(_), EventKind::Resealed)));
    }

    /// The store goes away after some: nobody is told that nothing was done.
    async fn a_fault_after_some_were_sealed_anew_does_not_say_that_nothing_was_done(world) {
        some_in_use(&world, 3).await;
        let new = World::beside_with(&world, 44, rotated(), |builder| builder);
        new.meet_keys().await;
        new.store.inner().script([CommitFault::None, CommitFault::Unavailable]);
        assert_eq!(new.admin().reseal(10).await.map_err(|fault| fault.code()), Err("outcome_unknown"));
        assert_eq!(uses(&new).await, [used("one", false, 2), used("two", true, 1)]);
        new.store.inner().script([CommitFault::Unavailable]);
        assert_eq!(new.admin().reseal(10).await.map_err(|fault| fault.code()), Err("unavailable"));
        assert_eq!(new.admin().reseal(10).await.map_err(|fault| fault.code()), Ok(2));
    }

    /// Passwords before the current one rest on their keys too.
    async fn remembered_passwords_are_counted_and_sealed_anew(world with remembering) {
        let ada = world.in_use(ADA, GOOD).await;
        let new = World::beside_with(&world, 44, rotated(), remembering);
        new.admin().assign_password(ada, &password(BETTER)).await.unwrap();
        assert_eq!(uses(&new).await, [used("one", false, 1), used("two", true, 1)]);
        new.sweep().await;
        assert_eq!(uses(&new).await, [used("one", false, 0), used("two", true, 1)]);
        let without = World::beside_with(&world, 45, retired(), remembering);
        let told = without.admin().assign_password(ada, &password(GOOD)).await.unwrap_err();
        let used_before = accountable_core::domain::Refusal::WeakPassword(vec![Violation::UsedBefore]);
        assert!(matches!(told, accountable_core::Error::Refused(refusal) if refusal == used_before));
    }

    async fn a_key_that_nothing_rests_on_is_taken_away_and_everything_works(world) {
        let ada = world.in_use(ADA, GOOD).await;
        let new = World::beside_with(&world, 44, rotated(), |builder| builder);
        new.sweep().await;
        assert_eq!(uses(&new).await[0], used("one", false, 0));
        let without = World::beside_with(&world, 45, retired(), |builder| builder);
        assert_eq!(uses(&without).await, [used("two", true, 1)]);
        let owner = without.signed_in(ADA, GOOD).await;
        owner.change_password(&password(GOOD), &password(BETTER)).await.unwrap();
        let _ = without.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        without.sweep().await;
        assert_eq!(without.public().choose_password(&without.mailed_code(ADA), &password(THIRD)).await.unwrap().account, ada);
        assert!(without.log_in(ADA, THIRD).await.is_ok());
    }

    /// All codes under it die at once; a new request mails another one.
    async fn revoking_a_key_kills_its_codes(world) {
        let id = world.register(ADA).await;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let mailed = world.mailer.last_link_to(&email(ADA)).unwrap();
        let without = World::beside_with(&world, 45, retired(), |builder| builder);
        let dead = without.public().choose_password(&code_of(&mailed), &password(GOOD)).await;
        assert!(matches!(dead, Err(PublicError::DeadCode)));
        assert_eq!(without.public().inspect_code(&code_of(&mailed)).await.unwrap(), CodeState::Invalid);
        without.clock.advance(Span::seconds(600));
        let _ = without.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let again = without.mailer.last_link_to(&email(ADA)).unwrap();
        assert_ne!(again, mailed);
        assert!(without.public().choose_password(&code_of(&again), &password(GOOD)).await.is_ok());
    }

    /// A hash under a key that is gone says nothing of the password: it is a fault, and counts against nobody.
    async fn a_hash_under_an_unknown_key_is_a_fault_and_no_wrong_password(world) {
        let ada = world.in_use(ADA, GOOD).await;
        let without = World::beside_with(&world, 45, retired(), |builder| builder);
        for typed in [GOOD, BETTER] {
            for _ in 0..10 {
                let fault = without.public().authenticate(&email(ADA), &password(typed), None).await.unwrap_err();
                assert!(matches!(&fault, PublicError::Failed(Fault::UnknownKey(key)) if *key == id("one")), "{fault:?}");
                assert_eq!((fault.code(), fault.http_status()), ("unknown_key", 500));
            }
        }
        assert_eq!(without.log_in("eve@example.com", GOOD).await, Err(Denial::UnknownAddress), "others are not touched");
        assert_eq!(without.admin().reseal(10).await.unwrap(), 0);
        // The key is back, and with it everything.
        assert!(world.log_in(ADA, GOOD).await.is_ok());
        assert!(world.view(ada).await.password.is_some());
    }
}
