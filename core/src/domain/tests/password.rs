//! New passwords: what is asked of them, in which order, and what becomes of those before.

use crate::domain::{testing::*, *};

fn policy(history: usize) -> PasswordPolicy {
    PasswordPolicy::builder().length(6..=64).remembering(history).build().unwrap()
}

fn previous(facts: &Facts) -> impl Iterator<Item = &Sealed> {
    facts.previous.iter().map(|former| &former.hash)
}

/// A candidate of that number, which is known to be the one password of these and none of the others.
fn candidate(world: &World, account: &Account, number: u64, same: Option<u64>) -> Fresh {
    let facts = account.facts().unwrap();
    let known = facts.password.iter().map(|password| &password.hash).chain(previous(facts));
    let hashed = Hashed::default().with_sealed(world.hash(account, number)).with_screening(false);
    let same = same.map(|number| world.hash(account, number));
    let learned =
        |hashed: Hashed, hash: &Sealed| hashed.with_verified(hash.clone(), Some(hash) == same.as_ref());
    Fresh { password: Password::parse("good enough").unwrap(), hashed: known.fold(hashed, learned) }
}

/// Assigns a password of that number, which is the same as another.
fn assigned(
    world: &World,
    account: &Account,
    history: usize,
    number: u64,
    same: Option<u64>,
) -> Result<Account, Stop> {
    let (fresh, policy) = (candidate(world, account, number, same), policy(history));
    let new = NewPassword { policy: &policy, ..world.judge(&fresh, NOW) };
    let change = account.assign_password(&AssignPassword { new, temporary: Span::hours(72) })?;
    Ok(change.account.unwrap())
}

fn weak<T>(violation: Violation) -> Result<T, Stop> {
    Err(Stop::Refused(Refusal::WeakPassword(vec![violation])))
}

fn after_passwords(world: &World, history: usize, numbers: std::ops::RangeInclusive<u64>) -> Account {
    numbers.fold(world.registered(1, NOW), |account, number| {
        assigned(world, &account, history, number, None).unwrap()
    })
}

#[test]
fn without_a_history_only_the_current_password_is_refused() {
    let world = World::new();
    let account = after_passwords(&world, 0, 1..=3);
    assert_eq!(previous(account.facts().unwrap()).count(), 0);
    assert_eq!(assigned(&world, &account, 0, 9, Some(3)), weak(Violation::SameAsCurrent));
    assert!(assigned(&world, &account, 0, 9, Some(2)).is_ok());
}

#[test]
fn a_history_of_three_refuses_the_three_before_the_current_one() {
    let world = World::new();
    let account = after_passwords(&world, 3, 1..=5);
    let before = [4, 3, 2].map(|number| world.hash(&account, number));
    assert!(previous(account.facts().unwrap()).eq(&before), "latest first");
    assert_eq!(assigned(&world, &account, 3, 9, Some(5)), weak(Violation::SameAsCurrent));
    for used in [4, 3, 2] {
        assert_eq!(assigned(&world, &account, 3, 9, Some(used)), weak(Violation::UsedBefore), "{used}");
    }
    assert!(assigned(&world, &account, 3, 9, Some(1)).is_ok());
    assert!(assigned(&world, &account, 1, 9, Some(3)).is_ok(), "a shorter history looks no further back");
}

#[test]
fn a_password_that_was_cleared_counts_as_one_before() {
    let world = World::new();
    let account = after_passwords(&world, 3, 1..=2);
    let email = EmailAddress::parse("other@example.com").unwrap();
    let replaced = account.replace_email(&ReplaceEmail { history: 3, ..world.replacement(&email, 3, NOW) });
    let replaced = replaced.unwrap().account.unwrap();
    let before = [2, 1].map(|number| world.hash(&account, number));
    assert!(previous(replaced.facts().unwrap()).eq(&before));
    assert_eq!(assigned(&world, &replaced, 3, 9, Some(2)), weak(Violation::UsedBefore));
    let confirmed = Given::EmailConfirmed.account(&world);
    let cleared = confirmed.facts().unwrap().password.clone().unwrap().hash;
    let code = world.code(&confirmed, Purpose::EmailRevert);
    let back = RevertEmail { history: 3, ..world.take_back(&code, 4, NOW) };
    let reverted = confirmed.revert_email_change(&back).unwrap().account.unwrap();
    assert!(previous(reverted.facts().unwrap()).eq([&cleared]));
}

#[test]
fn what_takes_no_hash_is_judged_first_then_a_look_elsewhere_then_what_takes_one() {
    let world = World::new();
    let account = after_passwords(&world, 3, 1..=2);
    let [current, before] = [2, 1].map(|number| world.hash(&account, number));
    let strict = PasswordPolicy::builder().length(40..=64).remembering(3).build().unwrap();
    let lenient = policy(3);
    let ask = |hashed: Hashed, policy: &PasswordPolicy| {
        let fresh = Fresh { password: Password::parse("good enough").unwrap(), hashed };
        let new = NewPassword { policy, ..world.judge(&fresh, NOW) };
        account.assign_password(&AssignPassword { new, temporary: Span::hours(72) }).map(drop)
    };
    let nothing = Hashed::default();
    assert_eq!(ask(nothing.clone(), &lenient), Err(Stop::Unverified(current.clone())));
    let differs = nothing.clone().with_verified(current.clone(), false);
    assert!(matches!(ask(differs.clone(), &strict), Err(Stop::Refused(Refusal::WeakPassword(_)))));
    let unhashed = ask(nothing.clone(), &strict);
    assert!(
        matches!(unhashed, Err(Stop::Refused(Refusal::WeakPassword(all))) if all.len() == 1),
        "never hashed"
    );
    assert_eq!(ask(nothing.with_verified(current, true), &lenient), weak(Violation::SameAsCurrent));
    assert_eq!(ask(differs.clone(), &lenient), Err(Stop::Unscreened));
    assert_eq!(ask(differs.clone().with_screening(true), &lenient), weak(Violation::Breached));
    let screened = differs.with_screening(false);
    assert_eq!(ask(screened.clone(), &lenient), Err(Stop::Unverified(before.clone())));
    assert_eq!(
        ask(screened.clone().with_verified(before.clone(), true), &lenient),
        weak(Violation::UsedBefore)
    );
    let unused = screened.with_verified(before, false);
    assert_eq!(ask(unused.clone(), &lenient), Err(Stop::Unhashed));
    assert_eq!(ask(unused.with_sealed(world.hash(&account, 9)), &lenient), Ok(()));
}

#[test]
fn a_young_password_may_not_be_changed_by_its_owner_but_where_it_must_be_or_is_forgotten() {
    let world = World::new();
    let day = Span::days(1);
    let policy = PasswordPolicy::builder().length(6..=64).minimum_age(day).build().unwrap();
    let account = world.changed(&Given::InUse.account(&world), 1, NOW);
    let change = |account: &Account, now| {
        let fresh = candidate(&world, account, 9, None);
        let new = NewPassword { policy: &policy, ..world.judge(&fresh, now) };
        let verified = &account.facts().unwrap().password.as_ref().unwrap().hash;
        account.change_password(&ChangePassword { new, verified, epoch: account.epoch }).map(drop)
    };
    let until = NOW + day;
    assert_eq!(change(&account, until - Span::micros(1)), weak(Violation::TooSoon { until }));
    assert_eq!(change(&account, until), Ok(()));
    assert_eq!(
        change(&account.demand_change(MustChangeReason::Truncated, NOW).unwrap().account.unwrap(), NOW),
        Ok(()),
        "it must be changed"
    );
    assert_eq!(change(&world.assigned(&account, 2, NOW), NOW), Ok(()), "it was assigned");
    let asked = account.request_password_reset(&world.request(3, NOW)).unwrap().account.unwrap();
    let (code, fresh) = (world.code(&asked, Purpose::PasswordReset), candidate(&world, &asked, 9, None));
    let new = NewPassword { policy: &policy, ..world.judge(&fresh, NOW) };
    assert!(asked.choose_password(&world.redeem(&code, NOW), &new).is_ok(), "it is forgotten");
}

/// An account that another system knew, with the password of number 1.
fn imported(world: &World, must_change: bool) -> Account {
    let new = world.registered(1, NOW);
    let facts = new.facts().unwrap();
    let change = Account::import(Imported {
        registration: Registration {
            id: new.id,
            realm: new.realm.clone(),
            email: facts.mailbox.address.clone(),
            tag: facts.mailbox.tag,
            attributes: Attributes { validity: PasswordValidity::days(90).unwrap(), ..Attributes::default() },
            purge_at: None,
            now: NOW - Span::days(400),
        },
        proven: true,
        password: Some(PriorPassword {
            hash: world.hash(&new, 1),
            set_at: NOW - Span::days(10),
            must_change: must_change.then_some(MustChangeReason::Required),
            temporary_until: None,
            raw_input: true,
        }),
        previous: Vec::new(),
        management: Management::Owner,
        standing: Standing::Active,
        last_log_in: None,
        now: NOW,
        warnings: Rules::default().expiry_warnings,
    });
    assert_eq!((change.events, change.mails.len()), (vec![EventKind::Imported], 0));
    change.account.unwrap()
}

#[test]
fn an_imported_hash_is_of_raw_input_until_it_is_hashed_anew() {
    let world = World::new();
    let account = imported(&world, false);
    let credential = |account: &Account| {
        let lock_out = LockOut::default();
        let (account, origin) = (Some(account), Origin::Unknown);
        let snapshot = LogInSnapshot {
            account,
            address: None,
            filter: None,
            origin,
            now: NOW,
            lock_out: &lock_out,
            bound_by_locks: true,
        };
        match snapshot.target() {
            VerificationTarget::Real(credential) => (credential.raw_input, credential.sealed),
            decoy => panic!("{decoy:?}"),
        }
    };
    let [old, new] = [1, 2].map(|number| world.hash(&account, number));
    assert_eq!(credential(&account), (true, old.clone()));
    let change = account.rehashed(&old, &new, false).unwrap();
    assert_eq!(change.events, [EventKind::PasswordRehashed]);
    let rehashed = change.account.unwrap();
    assert_eq!(credential(&rehashed), (false, new.clone()));
    assert_eq!(rehashed.epoch, account.epoch, "nobody is signed out by it");
    assert_eq!(rehashed.rehashed(&old, &new, false), Err(Refusal::WrongPassword), "somebody came between");
    let password = &account.facts().unwrap().password;
    assert_eq!(password.as_ref().unwrap().warn_at, Some(NOW + Span::days(80 - 14)));
    assert_eq!((account.status(), account.facts().unwrap().proven), (Ok(Status::InUse), true));
}

#[test]
fn a_password_read_in_part_must_be_changed_and_is_demanded_once() {
    let world = World::new();
    let account = imported(&world, false);
    let change = account.demand_change(MustChangeReason::Truncated, NOW).unwrap();
    assert_eq!(change.events, [EventKind::PasswordChangeDemanded]);
    let demanded = change.account.unwrap();
    assert_eq!(demanded.facts().unwrap().password_in_force(NOW), Err(Refusal::PasswordChangeRequired));
    assert_eq!(demanded.demand_change(MustChangeReason::Truncated, NOW), Ok(Change::none()));
    assert_eq!(imported(&world, true).demand_change(MustChangeReason::Truncated, NOW), Ok(Change::none()));
    assert_eq!(
        Given::New.account(&world).demand_change(MustChangeReason::Truncated, NOW),
        Ok(Change::none())
    );
    assert_eq!(world.changed(&demanded, 2, NOW).facts().unwrap().password_in_force(NOW), Ok(()));
}

#[test]
fn all_hashes_are_resealed_at_once_and_nothing_is_written_where_none_is() {
    let world = World::new();
    let account = after_passwords(&world, 3, 1..=4);
    let nothing = account.resealed(|_| Ok::<_, ()>(None));
    assert_eq!(nothing, Ok(Change::none()));
    let failed = account.resealed(|_| Err::<Option<Sealed>, _>("the key is gone"));
    assert_eq!(failed, Err("the key is gone"));
    let mut seen = 0;
    let change = account.resealed(|_| {
        seen += 1;
        Ok::<_, ()>(Some(world.hash(&account, 100 + seen)))
    });
    let change = change.unwrap();
    assert_eq!((seen, change.events), (4, vec![EventKind::Resealed]));
    let after = change.account.unwrap();
    let facts = after.facts().unwrap();
    assert_eq!(facts.password.as_ref().unwrap().hash, world.hash(&account, 101));
    assert!(previous(facts).eq(&[102, 103, 104].map(|number| world.hash(&account, number))));
    assert_eq!(after.epoch, account.epoch);
    let erased = standing(account, StandingKind::Erased);
    assert_eq!(erased.resealed(|_| Ok::<_, ()>(None)), Ok(Change::none()));
}

#[test]
fn a_restored_account_is_beyond_every_session_that_began_before() {
    let account = Given::InUse.account(&World::new());
    let restored = account.clone().restored();
    assert!(restored.epoch.as_u64() >= account.epoch.as_u64() + (1 << 32));
    assert_eq!(Account { epoch: account.epoch, ..restored }, account, "and else as it was");
    let last = Account { epoch: Epoch::new(u64::MAX), ..account };
    assert_eq!(last.restored().epoch, Epoch::new(u64::MAX));
}

/// Nobody could confirm it: its links would promise what no session may do.
#[test]
fn whatever_demands_another_password_drops_a_pending_change_of_address() {
    let world = World::new();
    let pending = Given::EmailPending.account(&world);
    let (confirm, cancel) =
        (world.code(&pending, Purpose::EmailConfirm), world.code(&pending, Purpose::EmailCancel));
    let demand = PasswordChangeDemand { ends_sessions: true, set_until: None };
    for (demanded, event) in [
        (pending.demand_change(MustChangeReason::Truncated, NOW), EventKind::PasswordChangeDemanded),
        (pending.require_password_change(&demand, NOW), EventKind::PasswordChangeRequired),
    ] {
        let change = demanded.unwrap();
        assert_eq!(change.events[..2], [event, EventKind::EmailChangeDropped]);
        let account = change.account.unwrap();
        assert_eq!(account.facts().unwrap().pending, None);
        for code in [&confirm, &cancel] {
            assert!(matches!(account.inspect_code(&world.redeem(code, NOW)), CodeState::Used { .. }));
        }
        assert_eq!(account.as_of(NOW, Quota::ACCOUNT).1, [], "nothing is left for time to do");
    }
}
