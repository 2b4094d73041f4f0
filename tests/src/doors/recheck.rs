//! Passwords that the policy of today refuses, found at log-in where the host asks for it.

use accountable_core::{
    Authentication, Builder, Import, ImportedPassword, NewAccount,
    domain::{
        AccountId, Denial, DeviceToken, EventKind, MustChangeReason, Origin, Password, PasswordPolicy,
        PolicyContext, SessionStamp, Violation, ViolationCode,
    },
};
use accountable_memory::InsecureTestHasher;

use crate::doors::world::{
    BETTER, GOOD, World, at_once, email, keys, on_each_store, password, typed_password,
};

const ADA: &str = "ada@example.com";
/// Good enough by every rule but the host's own.
const BADGE: &str = "plum EMP-001517 Quartz!";

fn rechecking(builder: Builder) -> Builder {
    builder.recheck_at_log_in()
}

fn with_badges(builder: Builder) -> Builder {
    let code = ViolationCode::parse("badge_number").unwrap();
    let rule = move |password: &Password, _: &PolicyContext<'_>| match password.expose().contains("EMP-") {
        true => vec![Violation::host(&code, "it looks like a badge number")],
        false => vec![],
    };
    let policy = PasswordPolicy::nist().into_builder().host_rule(rule).build().unwrap();
    builder.policy(policy).recheck_at_log_in()
}

/// What a rule of a host's must not do.
fn with_a_rule_that_panics(builder: Builder) -> Builder {
    let rule = |_: &Password, _: &PolicyContext<'_>| -> Vec<Violation> { panic!("told to") };
    builder.policy(PasswordPolicy::nist().into_builder().host_rule(rule).build().unwrap()).recheck_at_log_in()
}

/// An account with a password that was taken elsewhere, whatever it is.
async fn imported(world: &World, address: &str, typed: &str) -> AccountId {
    let hash = ImportedPassword::new(InsecureTestHasher::foreign(&typed_password(typed).as_typed()).expose());
    let import = Import::new(NewAccount::new(email(address))).proven().with_password(hash);
    world.admin().import(import).await.unwrap().id
}

async fn entry(world: &World, address: &str, typed: &str, device: Option<&DeviceToken>) -> Authentication {
    world.public().authenticate(&email(address), &typed_password(typed), device).await.unwrap()
}

/// The session of somebody who is let in to replace a weak password.
fn weak(entry: Authentication) -> SessionStamp {
    match entry {
        Authentication::MustChange { reason: MustChangeReason::Weak, stamp } => stamp,
        other => panic!("{other:?}"),
    }
}

fn granted(entry: &Authentication) -> bool {
    matches!(entry, Authentication::Granted { .. })
}

async fn demanded(world: &World, id: AccountId) -> usize {
    let events = world.history(id).await;
    events.iter().filter(|event| event.what == EventKind::PasswordChangeDemanded).count()
}

on_each_store! {
    __doors_recheck in recheck;
    /// Each by another rule: too short, common, made of the address, the host's own.
    async fn a_password_that_todays_policy_refuses_opens_nothing_but_its_own_change(world with with_badges) {
        for (address, typed) in [
            ("short@example.com", "kV7#zq"),
            ("common@example.com", "passwordpassword"),
            ("archibald@example.com", "archibald@example.com"),
            ("badge@example.com", BADGE),
        ] {
            let id = imported(&world, address, typed).await;
            let stamp = weak(entry(&world, address, typed, None).await);
            assert_eq!(world.view(id).await.password.unwrap().must_change, Some(MustChangeReason::Weak), "{typed}");
            let owner = world.accounts.owner(stamp, Origin::Unknown);
            assert_eq!(owner.end_sessions().await.unwrap_err().code(), "password_change_required");
            owner.change_password(&password(typed), &password(BETTER)).await.unwrap();
            assert!(granted(&entry(&world, address, BETTER, None).await));
            assert_eq!(demanded(&world, id).await, 1);
        }
    }

    async fn it_is_written_once_and_costs_two_loads_from_then_on(world with rechecking) {
        let id = imported(&world, ADA, "kV7#zq").await;
        weak(entry(&world, ADA, "kV7#zq", None).await);
        world.store.reset();
        weak(entry(&world, ADA, "kV7#zq", None).await);
        let calls = world.store.calls();
        assert_eq!((calls.loads, calls.total(), demanded(&world, id).await), (2, 2, 1));
    }

    async fn a_good_password_costs_two_loads_and_no_write(world with rechecking) {
        world.in_use(ADA, GOOD).await;
        world.store.reset();
        assert!(granted(&entry(&world, ADA, GOOD, None).await));
        let calls = world.store.calls();
        assert_eq!((calls.loads, calls.total()), (2, 2));
    }

    async fn no_password_is_judged_at_log_in_unless_the_host_asks(world) {
        let id = imported(&world, ADA, "kV7#zq").await;
        assert!(granted(&entry(&world, ADA, "kV7#zq", None).await));
        assert_eq!((world.view(id).await.password.unwrap().must_change, demanded(&world, id).await), (None, 0));
    }

    /// A character that could not be chosen here makes no password weak, nor a weak one good.
    async fn what_has_no_normal_form_is_judged_as_it_was_typed(world with rechecking) {
        let long = format!("{GOOD}\t");
        imported(&world, ADA, &long).await;
        assert!(granted(&entry(&world, ADA, &long, None).await));
        for (at, short) in ["kV7\t#zq", "\u{200d}kV7#zq", "\u{0}"].into_iter().enumerate() {
            let address = format!("u{at}@example.com");
            imported(&world, &address, short).await;
            weak(entry(&world, &address, short, None).await);
        }
    }

    async fn a_wrong_password_is_not_judged(world with rechecking) {
        let id = imported(&world, ADA, "kV7#zq").await;
        world.store.reset();
        let Authentication::Denied(why) = entry(&world, ADA, "kV7#z", None).await else { panic!("let in") };
        assert_eq!((*why.for_logs(), world.store.calls().total()), (Denial::WrongPassword, 2));
        assert_eq!(demanded(&world, id).await, 0);
    }

    /// Whoever was let in under an older policy, on a device that is known and in sessions that go on.
    async fn a_stricter_policy_meets_known_devices_and_sessions_that_go_on(world) {
        let id = world.in_use(ADA, BADGE).await;
        let Authentication::Granted { stamp, device } = entry(&world, ADA, BADGE, None).await else { panic!("kept out") };
        let stricter = World::beside_with(&world, 77, keys(), with_badges);
        assert_eq!(weak(entry(&stricter, ADA, BADGE, Some(&device)).await), stamp, "no session ends");
        let owner = world.accounts.owner(stamp, Origin::Unknown);
        assert_eq!(owner.end_sessions().await.unwrap_err().code(), "password_change_required");
        weak(entry(&world, ADA, BADGE, None).await);
        assert_eq!(demanded(&world, id).await, 1);
    }

    async fn the_reason_that_was_there_first_stays(world) {
        let id = world.register(ADA).await;
        world.admin().assign_password(id, &password(BADGE)).await.unwrap();
        let stricter = World::beside_with(&world, 77, keys(), with_badges);
        let Authentication::MustChange { reason, .. } = entry(&stricter, ADA, BADGE, None).await else { panic!("granted") };
        assert_eq!((reason, demanded(&world, id).await), (MustChangeReason::Assigned, 0));
    }

    async fn of_32_at_once_all_are_let_in_to_change_it_and_one_writes(world with rechecking) {
        let id = imported(&world, ADA, "kV7#zq").await;
        let outcomes = at_once(32, |_| {
            let public = world.public();
            async move { public.authenticate(&email(ADA), &typed_password("kV7#zq"), None).await.unwrap() }
        })
        .await;
        for outcome in outcomes {
            weak(outcome);
        }
        assert_eq!(demanded(&world, id).await, 1);
    }

    async fn a_hosts_rule_that_panics_keeps_nobody_out(world) {
        let id = world.in_use(ADA, GOOD).await;
        let other = World::beside_with(&world, 77, keys(), with_a_rule_that_panics);
        assert!(granted(&entry(&other, ADA, GOOD, None).await));
        assert_eq!(demanded(&world, id).await, 0);
    }
}
