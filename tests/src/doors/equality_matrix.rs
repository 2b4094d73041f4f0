//! Invariant 12 as a whole: each kind of address, at each door for strangers, while no quota is spent and while each is; held
//! against an address that nobody has.

use accountable_core::{
    Authentication, Builder, MailOptions, PublicError,
    domain::{Carried, DeviceToken, Quota, Report, Rules, Span},
};
use std::sync::Mutex;

use crate::doors::{
    equality::{Role, Trace, WRONG, all_alike, cast, neighbour, traced, watch},
    world::{GOOD, World, at, email, on_each_store, password},
};
use accountable_core::domain::AccountId;
use accountable_core::port::Clock as _;

/// Those of [`cast`], and what sign-ups, owners, guesses and complaints make of an address.
async fn wide_cast(world: &World) -> Vec<Role> {
    let mut roles = cast(world).await;
    let mut role = |kind, address: &str, account, counts| {
        roles.push(Role { kind, address: address.to_owned(), account, counts });
    };
    let closed = world.in_use("b00@example.com", GOOD).await;
    world.signed_in("b00@example.com", GOOD).await.close(&password(GOOD)).await.unwrap();
    role("closed by its owner", "b00@example.com", closed, false);

    for (address, kind) in [
        ("b01@example.com", "that complained of resets"),
        ("b02@example.com", "that complained of sign-ups"),
        ("b03@example.com", "that complained of locks"),
        ("b04@example.com", "that complained of all"),
        ("b05@example.com", "with a live code"),
    ] {
        let id = world.in_use(address, GOOD).await;
        world.clock.advance(Span::seconds(1));
        match address {
            "b02@example.com" => {
                drop(world.public().sign_up(&email(address), MailOptions::default(), None).await.unwrap());
            }
            "b03@example.com" => fails(world, address, 10).await,
            "b04@example.com" => {
                let owner = world.signed_in(address, GOOD).await;
                owner.change_password(&password(GOOD), &password("velvet anchor 77 Dune?")).await.unwrap();
            }
            _ => drop(
                world.public().request_password_reset(&email(address), MailOptions::default()).await.unwrap(),
            ),
        }
        world.sweep().await;
        if address != "b05@example.com" {
            let tag = world.mailer.last_to(&email(address)).unwrap().feedback.unwrap();
            assert!(world.admin().report(&tag, Report::Complained, "arf").await.unwrap());
            assert_eq!(world.view(id).await.suppressions.len(), 1, "{kind}");
        }
        world.clock.advance(Span::hours(25));
        role(kind, address, id, true);
    }

    let disabled = world.in_use("b06@example.com", GOOD).await;
    fails(world, "b06@example.com", 100).await;
    assert!(world.view(disabled).await.log_ins.disabled);
    role("disabled", "b06@example.com", disabled, false);

    let _ = world.public().sign_up(&email("b07@example.com"), MailOptions::default(), None).await.unwrap();
    world.sweep().await;
    let signed_up = world.admin().account_by_email(&email("b07@example.com")).await.unwrap().unwrap().id;
    role("signed up", "b07@example.com", signed_up, true);

    let locked = world.in_use("b08@example.com", GOOD).await;
    fails(world, "b08@example.com", 16).await;
    fails(world, "b08@example.com", 1).await;
    assert!(world.view(locked).await.log_ins.is_locked());
    role("locked", "b08@example.com", locked, false);
    roles
}

/// So many failures that count, each after the lock before it.
async fn fails(world: &World, address: &str, count: u32) {
    for _ in 0..count {
        let view = world.admin().account_by_email(&email(address)).await.unwrap().unwrap();
        if let Some(until) = view.log_ins.locked_until {
            world.clock.advance(until.since(world.clock.now()));
        }
        let _ = world.log_in(address, WRONG).await;
    }
}

/// Tokens that open nothing at an address of the cast, but the last of `a02@example.com`.
struct Tokens {
    forged: DeviceToken,
    expired: DeviceToken,
    stale: DeviceToken,
    others: DeviceToken,
    spent: DeviceToken,
}

async fn token(world: &World, address: &str) -> DeviceToken {
    match world.public().authenticate(&email(address), &password(GOOD), None).await.unwrap() {
        Authentication::Granted { device, .. } => device,
        other => panic!("{other:?}"),
    }
}

async fn tokens(world: &World, expired: DeviceToken, in_use: AccountId) -> Tokens {
    let others = token(world, "eve@example.com").await;
    let mut forged = token(world, "a02@example.com").await.expose().to_string();
    forged.replace_range(50..52, if &forged[50..52] == "AA" { "BB" } else { "AA" });
    let forged = DeviceToken::parse(&forged).unwrap();
    let stale = token(world, "a02@example.com").await;
    let _ = world.admin().end_sessions(in_use).await.unwrap();
    let spent = token(world, "a02@example.com").await;
    for _ in 0..10 {
        let (public, to) = (world.public(), email("a02@example.com"));
        let _ = public.authenticate(&to, &password(WRONG), Some(&spent)).await.unwrap();
    }
    Tokens { forged, expired, stale, others, spent }
}

/// A door for strangers, and what is brought there.
#[derive(Debug, Clone, Copy)]
enum Door<'a> {
    SignUp(bool),
    Reset,
    LogIn(Option<&'a DeviceToken>),
}

impl Tokens {
    fn doors(&self) -> [Door<'_>; 9] {
        [
            Door::SignUp(false),
            Door::SignUp(true),
            Door::Reset,
            Door::LogIn(None),
            Door::LogIn(Some(&self.forged)),
            Door::LogIn(Some(&self.expired)),
            Door::LogIn(Some(&self.others)),
            Door::LogIn(Some(&self.stale)),
            Door::LogIn(Some(&self.spent)),
        ]
    }
}

impl Door<'_> {
    async fn tried(self, world: &World, seen: &Mutex<Vec<String>>, from: (usize, usize), to: &str) -> Trace {
        let (public, to) = (neighbour(world, from.0, from.1), email(to));
        match self {
            Self::SignUp(carries) => {
                let carried = carries.then(|| Carried::new(b"terms of 2026-11-01").unwrap());
                traced(world, seen, public.sign_up(&to, MailOptions::default(), carried)).await
            }
            Self::Reset => {
                traced(world, seen, public.request_password_reset(&to, MailOptions::default())).await
            }
            Self::LogIn(device) => {
                traced(world, seen, public.authenticate(&to, &password(WRONG), device)).await
            }
        }
    }
}

/// Each role at each door, from the machine of that number in its own network; each as the one that nobody has.
async fn all_doors(
    world: &World,
    seen: &Mutex<Vec<String>>,
    cast: &[Role],
    tokens: &Tokens,
    machine: usize,
) -> Vec<String> {
    let mut answers = Vec::new();
    for (step, door) in tokens.doors().into_iter().enumerate() {
        let mut traces = Vec::new();
        for (at, Role { kind, address, counts, .. }) in cast.iter().enumerate() {
            let trace = door.tried(world, seen, (at, machine), address).await;
            traces.push((*kind, *counts, trace));
        }
        // Where an attempt does not count, its commit writes the record as it is: only that may differ.
        let full = |counts: bool| counts || !matches!(door, Door::LogIn(_));
        let alike: Vec<_> = traces.iter().filter(|(_, counts, _)| full(*counts)).collect();
        all_alike(&alike.iter().map(|(kind, _, trace)| (*kind, trace.clone())).collect::<Vec<_>>(), step);
        let bare: Vec<_> = traces.iter().map(|(kind, _, trace)| (*kind, trace.bare())).collect();
        all_alike(&bare, step);
        answers.push(traces[0].2.answer.clone());
    }
    answers
}

fn with_small_totals(builder: Builder) -> Builder {
    let mut rules = Rules::default();
    rules.sign_ups_quota = Quota::new(40, Span::minutes(20)).unwrap();
    builder.rules(rules)
}

on_each_store! {
    __doors_equality_matrix in equality_matrix;
    async fn at_every_door_every_kind_of_address_is_answered_as_one_that_nobody_has(world with with_small_totals) {
        world.clock.set(at("2026-01-01T00:00:00Z"));
        world.in_use("eve@example.com", GOOD).await;
        let expired = token(&world, "eve@example.com").await;
        world.clock.advance(Span::days(182));
        let cast = wide_cast(&world).await;
        let tokens = tokens(&world, expired, cast[2].account).await;
        let seen = watch(&world);
        // Fresh; once more before any courier came; and after it.
        for machine in [1, 2] {
            let answers = all_doors(&world, &seen, &cast, &tokens, machine).await;
            assert!(answers.iter().all(|answer| answer.starts_with("Ok")), "{answers:?}");
        }
        world.sweep().await;
        // The recipients' quotas are spent, and the realm's of sign-ups.
        for round in 0..10 {
            for (at, Role { address, .. }) in cast.iter().enumerate() {
                for machine in [10 + 2 * round, 11 + 2 * round] {
                    let public = neighbour(&world, at, machine);
                    let _ = public.sign_up(&email(address), MailOptions::default(), None).await.unwrap();
                    let _ = public.request_password_reset(&email(address), MailOptions::default()).await.unwrap();
                    let _ = public.sign_up(&email(&format!("x{at}-{machine}@example.net")), MailOptions::default(), None).await.unwrap();
                }
            }
            world.sweep().await;
            world.clock.advance(Span::seconds(600));
        }
        let answers = all_doors(&world, &seen, &cast, &tokens, 50).await;
        assert!(answers.iter().all(|answer| answer.starts_with("Ok")), "{answers:?}");
        // The machine's own: of mails, then of failures too.
        for at in 0..cast.len() {
            let public = neighbour(&world, at, 60);
            for _ in 0..20 {
                let _ = public.request_password_reset(&email("nobody@example.com"), MailOptions::default()).await.unwrap();
            }
            for guess in 0..100 {
                let whom = email(&format!("u{guess}@example.com"));
                let _ = public.authenticate(&whom, &password(WRONG), None).await;
            }
        }
        let answers = all_doors(&world, &seen, &cast, &tokens, 60).await;
        assert!(answers.iter().all(|answer| answer.contains("TooMany")), "{answers:?}");
        // The wider network's: of mails from any of its machines.
        for at in 0..cast.len() {
            for ask in 0..200 {
                let public = neighbour(&world, at, 70 + ask / 20);
                let asked = public.request_password_reset(&email("nobody@example.com"), MailOptions::default()).await;
                assert!(matches!(asked, Ok(_) | Err(PublicError::TooMany { .. })));
            }
        }
        let answers = all_doors(&world, &seen, &cast, &tokens, 200).await;
        let (mails, log_ins) = answers.split_at(3);
        assert!(mails.iter().all(|answer| answer.contains("TooMany")), "{mails:?}");
        assert!(log_ins.iter().all(|answer| answer.starts_with("Ok")), "{log_ins:?}");
    }
}
