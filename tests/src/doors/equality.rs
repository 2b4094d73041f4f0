//! Invariant 12: at the public door, answers and port calls depend on the request's own history, whoever has the address.
//!
//! A cast of addresses and accounts, one of each kind, is put to the same requests at the same moments. Compared, of each
//! request, is what a stranger could measure:
//!
//! - the answer, as it can be printed: its kind, its code and its wait;
//! - each call of the store, in order. Of a load: by what it looks, how many records beside, whether a level. Of a commit: which
//!   records it writes, how long a mail's content is, which reservations with which step and which room ahead, and
//!   which events;
//! - how many hashes were made, and how many were verified, real ones and decoys alike.
//!
//! Not compared is what only the store sees: whether a record comes to be or takes another's place, what it holds, and
//! which account an event is about. Where the rules say that an attempt does not count, a commit writes the record as it
//! is, and so can't have the lock in it that others have at their tenth failure: there, the calls are compared without
//! what they write.

use std::sync::{Arc, Mutex};

use accountable_core::{
    AccountChanges, Authentication, DeliveryOptions, MailOptions, NewAccount, Public, PublicError,
    domain::{AccountId, DeviceToken, IpFilterGroupName, MailedCode, Management, Span, SuspensionReason},
    port::{By, Clock as _, Commit, Who, Write},
};
use accountable_memory::{Answer, ManualClock, Seen};

use crate::doors::world::{BETTER, GOOD, World, email, on_each_store, password};

pub(super) const WRONG: &str = "not the password at all";

/// An address, its account if it has one, and whether a wrong password counts there.
pub(super) struct Role {
    pub(super) kind: &'static str,
    pub(super) address: String,
    pub(super) account: AccountId,
    pub(super) counts: bool,
}

/// What one request came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trace {
    pub(super) answer: String,
    pub(super) calls: Vec<String>,
    pub(super) hashes: usize,
    pub(super) verified: usize,
}

impl Trace {
    /// Without what its commits write.
    pub(super) fn bare(&self) -> Self {
        let bare = |call: &String| call.split_once(' ').map_or(call.clone(), |(name, _)| name.to_owned());
        Self { calls: self.calls.iter().map(bare).collect(), ..self.clone() }
    }
}

fn of_load(who: &Who) -> String {
    let by = match who.by {
        By::Nobody => "nobody",
        By::Id(_) => "id",
        By::Email(..) => "email",
    };
    format!("load by {by}, {} beside, {} levels", who.also.len(), who.levels.len())
}

fn of_commit(commit: &Commit, clock: &ManualClock) -> String {
    let mut writes: Vec<_> = commit
        .writes()
        .iter()
        .map(|write| match write {
            Write::Account(_) => "account".to_owned(),
            Write::Address(_) => "address".to_owned(),
            Write::IpFilterGroup(_) => "group".to_owned(),
            Write::Note(_) => "note".to_owned(),
            Write::Mail(swap) => {
                let content =
                    swap.after.as_ref().map(|mail| serde_json::to_string(&mail.content).unwrap().len());
                format!("mail of {content:?}")
            }
            Write::Reserve(reservation) => {
                let ahead = reservation.ceiling.since(clock.now());
                format!("level by {} up to {ahead} ahead", reservation.step)
            }
        })
        .collect();
    // Levels stand in the order of their tags, which are MACs.
    writes.sort_unstable();
    let events = commit.events().iter().map(|event| {
        let what = serde_json::to_value(&event.what).unwrap();
        what.get("event").unwrap().as_str().unwrap().to_owned()
    });
    format!("commit {writes:?} {:?}", events.collect::<Vec<_>>())
}

/// Puts down every call of the store from now on.
pub(super) fn watch(world: &World) -> Arc<Mutex<Vec<String>>> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (put, clock) = (Arc::clone(&seen), world.clock.clone());
    world.store.witnessed_by(move |call| {
        let call = match call {
            Seen::Load(who) => of_load(who),
            Seen::Commit(commit) => of_commit(commit, &clock),
            other => panic!("a call of a new kind: {other:?}"),
        };
        put.lock().unwrap().push(call);
    });
    seen
}

/// One request, and all that it made.
pub(super) async fn traced<T: std::fmt::Debug>(
    world: &World,
    seen: &Mutex<Vec<String>>,
    request: impl Future<Output = Result<T, PublicError>>,
) -> Trace {
    seen.lock().unwrap().clear();
    world.store.reset();
    let (hashes, verified) = (world.probe.hashes(), world.hasher.verified());
    let answer = request.await;
    let calls = std::mem::take(&mut *seen.lock().unwrap());
    assert_eq!(world.store.calls().total(), calls.len() as u64, "calls of another kind");
    Trace {
        answer: format!("{answer:?}"),
        calls,
        hashes: world.probe.hashes() - hashes,
        verified: world.hasher.verified() - verified,
    }
}

/// One of each kind.
pub(super) async fn cast(world: &World) -> Vec<Role> {
    let admin = world.admin();
    let mut roles = Vec::new();
    let mut role = |kind, address: &str, account, counts| {
        roles.push(Role { kind, address: address.to_owned(), account, counts });
    };
    role("unknown", "a00@example.com", AccountId::from_bytes([9; 16]), true);
    role("new", "a01@example.com", world.register("a01@example.com").await, true);
    role("in use", "a02@example.com", world.in_use("a02@example.com", GOOD).await, true);

    let suspended = world.in_use("a03@example.com", GOOD).await;
    admin.suspend(suspended, &SuspensionReason::parse("unpaid").unwrap()).await.unwrap();
    role("suspended", "a03@example.com", suspended, false);

    let closed = world.in_use("a04@example.com", GOOD).await;
    admin.close(closed).await.unwrap();
    role("closed", "a04@example.com", closed, false);

    let suppressed = world.register("a05@example.com").await;
    world.mailer.answer(email("a05@example.com"), Answer::NoSuchMailbox);
    let _ = admin.request_password_set(suppressed, DeliveryOptions::default()).await.unwrap();
    role("suppressed", "a05@example.com", suppressed, true);

    let managed = world.register("a06@example.com").await;
    let options = DeliveryOptions::default();
    let _ = admin.change_password_management(managed, Management::Administrator, options).await.unwrap();
    admin.assign_password(managed, &password(GOOD)).await.unwrap();
    role("managed by staff, must change", "a06@example.com", managed, true);

    let erased = world.in_use("a07@example.com", GOOD).await;
    admin.erase(erased).await.unwrap();
    role("erased", "a07@example.com", erased, true);

    let office = IpFilterGroupName::parse("office").unwrap();
    admin.define_ip_filter_group(&office, vec!["203.0.113.0/24".parse().unwrap()]).await.unwrap();
    let guarded = world.in_use("a08@example.com", GOOD).await;
    admin.update(guarded, &AccountChanges::default().with_ip_filter_group(Some(office))).await.unwrap();
    role("guarded by networks elsewhere", "a08@example.com", guarded, false);

    // With a change under way, mails in the outbox and a link out.
    let changing = world.in_use("a09@example.com", GOOD).await;
    let owner = world.signed_in("a09@example.com", GOOD).await;
    owner
        .request_email_change(&password(GOOD), &email("b09@example.com"), &MailOptions::default())
        .await
        .unwrap();
    role("changing its address", "a09@example.com", changing, true);

    let throttled = admin.register(NewAccount::new(email("a10@example.com"))).await.unwrap().id;
    for _ in 0..8 {
        let bypass = DeliveryOptions::default().bypassing_the_throttle();
        let _ = admin.request_password_set(throttled, bypass).await.unwrap();
    }
    role("throttled for long", "a10@example.com", throttled, true);

    let lapsed = world.register("a11@example.com").await;
    admin.assign_password(lapsed, &password(BETTER)).await.unwrap();
    role("with a password that lapsed", "a11@example.com", lapsed, true);
    world.clock.advance(Span::hours(80));
    roles
}

/// Each role asks from a network of its own, the wider one too, so that each has a history of its own.
pub(super) fn stranger(world: &World, at: usize) -> Public {
    neighbour(world, at, 1)
}

/// Another subscriber in the wider network of a role's stranger.
pub(super) fn neighbour(world: &World, at: usize, of: usize) -> Public {
    world.from(&format!("198.18.{at}.{of}"))
}

pub(super) fn all_alike(traces: &[(&str, Trace)], step: usize) {
    let (_, first) = &traces[0];
    for (kind, trace) in traces {
        assert_eq!(trace, first, "{kind}, in step {step}");
    }
}

on_each_store! {
    __doors_equality in equality;
    /// Sign-up and reset, asked 24 times: before and after couriers came, over the quota of the recipient and then of the
    /// origin, and at a locked address.
    async fn a_request_for_a_mail_is_answered_alike_whoever_has_the_address(world) {
        let cast = cast(&world).await;
        let seen = watch(&world);
        for step in 0..24 {
            let mut traces = Vec::new();
            for (at, Role { kind, address, .. }) in cast.iter().enumerate() {
                let (public, address) = (stranger(&world, at), email(address));
                let trace = match step % 3 {
                    0 => traced(&world, &seen, public.sign_up(&address, MailOptions::default(), None)).await,
                    _ => traced(&world, &seen, public.request_password_reset(&address, MailOptions::default())).await,
                };
                traces.push((*kind, trace));
            }
            all_alike(&traces, step);
            assert_eq!(traces[0].1.calls.len(), 1, "one commit: {:?}", traces[0].1);
            assert_eq!(traces[0].1.answer.contains("TooMany"), step >= 20, "{:?}", traces[0].1);
            if step % 4 == 3 {
                world.sweep().await;
            }
            if step == 12 {
                for Role { address, .. } in &cast {
                    for _ in 0..10 {
                        let _ = world.log_in(address, WRONG).await;
                    }
                }
            }
        }
    }

    /// Once the wider network is spent, and once the recipients' quotas are: by others, and by the requests themselves.
    async fn a_request_is_answered_alike_whoever_has_the_address_where_quotas_are_spent(world) {
        let cast = cast(&world).await;
        let seen = watch(&world);
        for step in 0..12 {
            for sign_up in [true, false] {
                let mut traces = Vec::new();
                for (at, Role { kind, address, .. }) in cast.iter().enumerate() {
                    let (public, address) = (neighbour(&world, at, step), email(address));
                    let trace = match sign_up {
                        true => traced(&world, &seen, public.sign_up(&address, MailOptions::default(), None)).await,
                        false => traced(&world, &seen, public.request_password_reset(&address, MailOptions::default())).await,
                    };
                    traces.push((*kind, trace));
                }
                all_alike(&traces, step);
                assert!(traces[0].1.answer.starts_with("Ok"), "{:?}", traces[0].1);
            }
            world.sweep().await;
        }
        // By now the recipients' quotas are spent; each network has 200 - 24 left.
        for at in 0..cast.len() {
            for ask in 0..176 {
                let public = neighbour(&world, at, 20 + ask / 20);
                let _ = public.request_password_reset(&email("nobody@example.com"), MailOptions::default()).await.unwrap();
            }
        }
        for step in 0..3 {
            let mut traces = Vec::new();
            for (at, Role { kind, address, .. }) in cast.iter().enumerate() {
                let (public, address) = (neighbour(&world, at, 200), email(address));
                let request = public.request_password_reset(&address, MailOptions::default());
                traces.push((*kind, traced(&world, &seen, request).await));
            }
            all_alike(&traces, step);
            assert!(traces[0].1.answer.contains("TooMany"), "{:?}", traces[0].1);
        }
    }

    /// Twelve wrong passwords: ten that count, and two at the lock.
    async fn a_wrong_password_is_answered_alike_whoever_has_the_address(world) {
        let cast = cast(&world).await;
        let seen = watch(&world);
        for step in 0..12 {
            let mut traces = Vec::new();
            for (at, Role { kind, address, counts, .. }) in cast.iter().enumerate() {
                let (public, address, typed) = (stranger(&world, at), email(address), password(WRONG));
                let trace = traced(&world, &seen, public.authenticate(&address, &typed, None)).await;
                traces.push((*kind, *counts, trace));
            }
            let counted: Vec<_> = traces.iter().filter(|(_, counts, _)| *counts).map(|(kind, _, trace)| (*kind, trace.clone())).collect();
            all_alike(&counted, step);
            let bare: Vec<_> = traces.iter().map(|(kind, _, trace)| (*kind, trace.bare())).collect();
            all_alike(&bare, step);
            let (_, trace) = &bare[0];
            assert_eq!((&trace.calls[..], trace.verified, trace.hashes), (&["load".to_owned(), "commit".to_owned()][..], 1, 0));
        }
    }

    /// An origin whose failures are spent is refused by one load, before any hash, with a right password too.
    async fn a_spent_origin_is_answered_alike_whoever_has_the_address(world) {
        let cast = cast(&world).await;
        let attacker = world.from("192.0.2.1");
        for at in 0..100 {
            let _ = attacker.authenticate(&email(&format!("u{at}@example.com")), &password(WRONG), None).await.unwrap();
        }
        let seen = watch(&world);
        for (step, typed) in [WRONG, GOOD].into_iter().enumerate() {
            let mut traces = Vec::new();
            for Role { kind, address, .. } in &cast {
                let (address, typed) = (email(address), password(typed));
                traces.push((*kind, traced(&world, &seen, attacker.authenticate(&address, &typed, None)).await));
            }
            all_alike(&traces, step);
            assert_eq!((traces[0].1.calls.len(), traces[0].1.verified), (1, 0));
            assert!(traces[0].1.answer.contains("TooMany"));
        }
    }

    /// A code that was never mailed: one load, no hash, whatever stands in the account; and time that has passed there
    /// unnoticed is not written down.
    async fn a_code_that_is_not_genuine_is_answered_alike_for_every_account(world) {
        let cast = cast(&world).await;
        for Role { address, .. } in cast.iter().take(3) {
            for _ in 0..10 {
                let _ = world.log_in(address, WRONG).await;
            }
        }
        let seen = watch(&world);
        for later in [Span::ZERO, Span::days(2), Span::days(60)] {
            world.clock.advance(later);
            let mut steps: [Vec<(&str, Trace)>; 5] = Default::default();
            for (at, Role { kind, account, .. }) in cast.iter().enumerate() {
                let public = stranger(&world, at);
                let code = MailedCode::new(&account.to_string(), &"A".repeat(43));
                let (good, weak) = (password(GOOD), password("x"));
                steps[0].push((*kind, traced(&world, &seen, public.choose_password(&code, &good)).await));
                steps[1].push((*kind, traced(&world, &seen, public.choose_password(&code, &weak)).await));
                steps[2].push((*kind, traced(&world, &seen, public.cancel_email_change(&code)).await));
                steps[3].push((*kind, traced(&world, &seen, public.revert_email_change(&code)).await));
                steps[4].push((*kind, traced(&world, &seen, public.inspect_code(&code)).await));
            }
            for (step, traces) in steps.iter().enumerate() {
                all_alike(traces, step);
                let Trace { answer, calls, hashes, verified } = &traces[0].1;
                assert_eq!((calls.len(), *hashes, *verified), (1, 0, 0), "{step}");
                assert_eq!(answer, if step == 4 { "Ok(Invalid)" } else { "Err(DeadCode)" });
            }
        }
    }

    /// Invariant 12, of device tokens: none, one that somebody made up, one that is too old; and genuine ones that do not fit
    /// (of sessions that ended, of another account) or have been guessed with too often, whoever has the address.
    async fn a_token_that_opens_nothing_is_answered_alike_whoever_has_the_address(world) {
        let token = async |address: &str| {
            match world.public().authenticate(&email(address), &password(GOOD), None).await.unwrap() {
                Authentication::Granted { device, .. } => device,
                other => panic!("{other:?}"),
            }
        };
        world.in_use("eve@example.com", GOOD).await;
        let expired = token("eve@example.com").await;
        world.clock.advance(Span::days(182));
        let cast = cast(&world).await;
        let others = token("eve@example.com").await;
        let mut forged = token("a02@example.com").await.expose().to_string();
        forged.replace_range(50..52, if &forged[50..52] == "AA" { "BB" } else { "AA" });
        let forged = DeviceToken::parse(&forged).unwrap();
        let stale = token("a02@example.com").await;
        let _ = world.admin().end_sessions(cast[2].account).await.unwrap();
        let spent = token("a02@example.com").await;
        for _ in 0..10 {
            let _ = world.public().authenticate(&email("a02@example.com"), &password(WRONG), Some(&spent)).await.unwrap();
        }
        let seen = watch(&world);
        let tokens = [None, Some(forged), Some(expired), Some(stale), Some(others), Some(spent)];
        let mut each = Vec::new();
        for (step, device) in tokens.iter().enumerate() {
            let mut traces = Vec::new();
            for (at, Role { kind, address, counts, .. }) in cast.iter().enumerate() {
                let (public, address, typed) = (stranger(&world, at), email(address), password(WRONG));
                let trace = traced(&world, &seen, public.authenticate(&address, &typed, device.as_ref())).await;
                traces.push((*kind, *counts, trace));
            }
            let counted: Vec<_> = traces.iter().filter(|(_, counts, _)| *counts).map(|(kind, _, trace)| (*kind, trace.clone())).collect();
            all_alike(&counted, step);
            let bare: Vec<_> = traces.iter().map(|(kind, _, trace)| (*kind, trace.bare())).collect();
            all_alike(&bare, step);
            each.push(("a token", counted[0].1.clone()));
        }
        let (unread, unfit) = each.split_at(3);
        all_alike(unread, 6);
        all_alike(unfit, 7);
        assert_eq!((unread[0].1.calls.len(), unread[0].1.verified), (2, 1));
        assert_eq!((unfit[0].1.calls.len(), unfit[0].1.verified), (3, 1), "it loads once more, as a stranger");
    }
}
