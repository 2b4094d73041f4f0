//! Known devices: nobody locks an owner out from outside, and a token is worth ten guesses and no more.

use accountable_core::{
    Authentication, Builder, MailOptions, Public,
    domain::{Denial, DeviceToken, Quota, Rules, Span},
};
use accountable_memory::CommitFault;

use crate::doors::world::{BETTER, GOOD, World, at_once, code_of, email, on_each_store, password};

const ADA: &str = "ada@example.com";
const WRONG: &str = "not the password at all";
const DAY: u64 = 24 * 60 * 2;

async fn shows(public: Public, typed: &str, device: Option<&DeviceToken>) -> Result<DeviceToken, Denial> {
    match public.authenticate(&email(ADA), &password(typed), device).await.unwrap() {
        Authentication::Granted { device, .. } => Ok(device),
        Authentication::MustChange { .. } => panic!("a password that must be changed"),
        Authentication::Denied(why) => Err(*why.for_logs()),
    }
}

/// A stranger's guess, from another network each time: no origin's quota holds it back.
async fn guess(world: &World, step: u64) -> Result<DeviceToken, Denial> {
    let from = format!("198.{}.{}.7", 18 + step / 200 / 200, step / 200 % 200 + step % 200);
    shows(world.from(&from), WRONG, None).await
}

async fn locked_out(world: &World) {
    for step in 0..10 {
        assert_eq!(guess(world, step).await.unwrap_err(), Denial::WrongPassword);
    }
    assert_eq!(guess(world, 10).await.unwrap_err(), Denial::Locked);
}

on_each_store! {
    __doors_devices in devices;
    /// Log-in clause 10 and invariant 16: one guess each 30 s, for a day.
    async fn a_known_device_is_let_in_48_of_48_times_while_a_stranger_guesses_each_30_s(world) {
        world.in_use(ADA, GOOD).await;
        let mut device = shows(world.public(), GOOD, None).await.unwrap();
        let mut strangers = Vec::new();
        for step in 0..DAY {
            strangers.push(guess(&world, step).await.unwrap_err());
            if step % 60 == 30 {
                let text = device.expose();
                let kept = DeviceToken::parse(&text).unwrap();
                device = shows(world.public(), GOOD, Some(&kept)).await.unwrap_or_else(|why| panic!("{step}: {why:?}"));
            }
            world.clock.advance(Span::seconds(30));
        }
        let verified = strangers.iter().filter(|why| **why == Denial::WrongPassword).count();
        assert_eq!(verified, 100, "it was disabled all the same: what the owner does clears nothing of it");
        assert_eq!(strangers.last(), Some(&Denial::Disabled));
        assert_eq!(shows(world.public(), GOOD, None).await.unwrap_err(), Denial::Disabled);
    }

    /// Invariant 16, of an owner who keeps no device: whoever reads the mailbox chooses a password, and is known from then on.
    async fn an_owner_without_a_device_gets_in_by_a_reset_whatever_strangers_guess(world) {
        world.in_use(ADA, GOOD).await;
        let (mut chosen, mut let_in) = ([GOOD, BETTER].into_iter().cycle(), 0);
        chosen.next();
        for step in 0..DAY {
            let _ = guess(&world, step).await;
            if step % 720 == 719 {
                assert!(shows(world.public(), GOOD, None).await.is_err(), "locked out from anywhere unknown");
                let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
                world.sweep().await;
                let new = chosen.next().unwrap();
                // A notice of a lock may have left after it.
                let letters = world.mailer.letters();
                let link = letters.iter().rev().find_map(|letter| letter.link()).unwrap();
                let code = code_of(link.expose());
                let known = world.public().choose_password(&code, &password(new)).await.unwrap();
                locked_out(&world).await;
                let_in += usize::from(shows(world.public(), new, Some(&known.device)).await.is_ok());
            }
            world.clock.advance(Span::seconds(30));
        }
        assert_eq!(let_in, 4, "each time that it was tried");
    }

    async fn a_token_is_worth_ten_guesses_and_counts_as_none_after(world) {
        world.in_use(ADA, GOOD).await;
        let device = shows(world.public(), GOOD, None).await.unwrap();
        for _ in 0..10 {
            assert_eq!(shows(world.public(), WRONG, Some(&device)).await.unwrap_err(), Denial::WrongPassword);
        }
        let id = world.admin().account_by_email(&email(ADA)).await.unwrap().unwrap().id;
        assert_eq!(world.view(id).await.log_ins.failures, 0, "none of them counts against the address");
        let fresh = shows(world.public(), GOOD, Some(&device)).await.unwrap();
        locked_out(&world).await;
        assert_eq!(shows(world.public(), GOOD, Some(&device)).await.unwrap_err(), Denial::Locked, "spent: as without it");
        assert!(shows(world.public(), GOOD, Some(&fresh)).await.is_ok(), "what a right password earned is a token of its own");
        world.clock.advance(Span::hours(24));
        assert_eq!(shows(world.public(), WRONG, Some(&device)).await.unwrap_err(), Denial::WrongPassword, "one each 24 h");
    }

    /// Guesses that no store could count are counted before the token is found spent: its owner is let in as without it.
    async fn a_token_counts_as_none_as_soon_as_what_is_owed_is_paid(world) {
        world.in_use(ADA, GOOD).await;
        let device = shows(world.public(), GOOD, None).await.unwrap();
        world.store.inner().script([CommitFault::Unavailable; 10]);
        for _ in 0..10 {
            let said = world.public().authenticate(&email(ADA), &password(WRONG), Some(&device)).await;
            assert_eq!(said.unwrap_err().code(), "unavailable");
        }
        assert_eq!(world.store.inner().pending(), 0);
        assert!(shows(world.public(), GOOD, Some(&device)).await.is_ok(), "by the address' lane");
        assert_eq!(shows(world.public(), WRONG, Some(&device)).await.unwrap_err(), Denial::WrongPassword);
        let id = world.admin().account_by_email(&email(ADA)).await.unwrap().unwrap().id;
        assert_eq!(world.view(id).await.log_ins.failures, 1, "the token is spent, and the last guess a stranger's");
    }

    /// A genuine token needs the right password all the same, ignores what strangers did and clears nothing of it.
    async fn a_log_in_by_a_known_device_costs_two_loads_and_a_wrong_one_a_load_and_a_commit(world) {
        world.in_use(ADA, GOOD).await;
        let device = shows(world.public(), GOOD, None).await.unwrap();
        locked_out(&world).await;
        world.store.reset();
        assert!(shows(world.public(), GOOD, Some(&device)).await.is_ok());
        let calls = world.store.calls();
        assert_eq!((calls.loads, calls.total()), (2, 2));
        world.store.reset();
        assert_eq!(shows(world.public(), WRONG, Some(&device)).await.unwrap_err(), Denial::WrongPassword);
        let calls = world.store.calls();
        assert_eq!((calls.loads, calls.commits, calls.total()), (1, 1, 2));
        assert_eq!(shows(world.public(), GOOD, None).await.unwrap_err(), Denial::Locked, "the lock stands");
    }

    async fn a_known_device_is_not_held_back_by_an_origin_that_failed_too_often(world) {
        world.in_use(ADA, GOOD).await;
        let device = shows(world.public(), GOOD, None).await.unwrap();
        let shared = world.from("192.0.2.1");
        for at in 0..100 {
            let _ = shared.authenticate(&email(&format!("u{at}@example.com")), &password(WRONG), None).await.unwrap();
        }
        assert!(shared.authenticate(&email(ADA), &password(GOOD), None).await.is_err());
        assert!(shows(shared.clone(), GOOD, Some(&device)).await.is_ok());
        assert_eq!(shows(shared, WRONG, Some(&device)).await.unwrap_err(), Denial::WrongPassword);
    }

    async fn a_new_epoch_kills_every_token_but_the_callers(world) {
        world.in_use(ADA, GOOD).await;
        let here = world.public().authenticate(&email(ADA), &password(GOOD), None).await.unwrap();
        let Authentication::Granted { stamp, device: old } = here else { panic!("{here:?}") };
        let elsewhere = shows(world.public(), GOOD, None).await.unwrap();
        let owner = world.accounts.owner(stamp, Default::default());
        let renewed = owner.change_password(&password(GOOD), &password(BETTER)).await.unwrap();
        locked_out(&world).await;
        for dead in [&old, &elsewhere] {
            assert_eq!(shows(world.public(), BETTER, Some(dead)).await.unwrap_err(), Denial::Locked);
        }
        assert!(shows(world.public(), BETTER, Some(&renewed.device)).await.is_ok());
        let ended = world.accounts.owner(renewed.stamp, Default::default()).end_sessions().await.unwrap();
        assert_eq!(shows(world.public(), BETTER, Some(&renewed.device)).await.unwrap_err(), Denial::Locked);
        assert!(shows(world.public(), BETTER, Some(&ended.device)).await.is_ok());
    }

    async fn a_token_opens_no_other_account_and_none_that_is_shut(world) {
        let id = world.in_use(ADA, GOOD).await;
        world.in_use("bob@example.com", GOOD).await;
        let bobs = world.public().authenticate(&email("bob@example.com"), &password(GOOD), None).await.unwrap();
        let Authentication::Granted { device: bobs, .. } = bobs else { panic!("{bobs:?}") };
        let adas = shows(world.public(), GOOD, None).await.unwrap();
        locked_out(&world).await;
        assert_eq!(shows(world.public(), GOOD, Some(&bobs)).await.unwrap_err(), Denial::Locked);
        world.clock.advance(Span::minutes(15));
        world.admin().close(id).await.unwrap();
        assert_eq!(shows(world.public(), GOOD, Some(&adas)).await.unwrap_err(), Denial::Closed);
    }

    /// Invariant 13: the strangers' room, and ten for each token; whatever comes at once, and whoever is dropped.
    async fn of_any_number_of_guesses_no_more_are_verified_than_room_and_tokens_admit(world) {
        world.in_use(ADA, GOOD).await;
        let mut devices = Vec::new();
        for _ in 0..2 {
            devices.push(shows(world.public(), GOOD, None).await.unwrap());
        }
        let before = world.probe.real_verifications();
        let seed = 0x5eed_u64;
        let outcomes = at_once(600, |at| {
            let random = (at as u64 + 1).wrapping_mul(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)) >> 33;
            let public = world.from(&format!("198.51.{}.{}", at / 200, at % 200));
            let device = match random % 3 {
                0 => None,
                which => Some(devices[which as usize - 1].clone()),
            };
            async move {
                for _ in 0..random % 5 {
                    tokio::task::yield_now().await;
                }
                shows(public, WRONG, device.as_ref()).await.unwrap_err()
            }
        })
        .await;
        let answered = outcomes.iter().filter(|why| **why == Denial::WrongPassword).count();
        let verified = world.probe.real_verifications() - before;
        assert_eq!((answered, verified), (30, 30), "seed {seed:#x}");
    }

    async fn a_known_device_is_not_held_back_by_a_wider_network_that_failed_too_often(world with |builder: Builder| {
        let mut rules = Rules::default();
        rules.network_failure_quota = Quota::new(30, Span::seconds(7)).unwrap();
        builder.rules(rules)
    }) {
        world.in_use(ADA, GOOD).await;
        let device = shows(world.public(), GOOD, None).await.unwrap();
        for at in 0..30 {
            let _ = world.from(&format!("192.0.2.{at}")).authenticate(&email(&format!("u{at}@example.com")), &password(WRONG), None).await.unwrap();
        }
        let neighbour = world.from("192.0.2.200");
        assert!(neighbour.authenticate(&email(ADA), &password(GOOD), None).await.is_err());
        assert!(shows(neighbour, GOOD, Some(&device)).await.is_ok());
    }
}
