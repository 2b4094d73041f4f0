//! The log-in's clauses, as far as they are pure: what an attempt is verified against, and when its result counts.

use crate::domain::{testing::*, *};

struct Attempt {
    account: Account,
    address: Address,
    filter: Option<IpFilterGroup>,
    origin: Origin,
    now: Timestamp,
    lock_out: LockOut,
}

impl Attempt {
    fn at(given: Given) -> Self {
        let world = World::new();
        let account = given.account(&world);
        let address = Address::new(account.facts().unwrap().mailbox.tag);
        Self {
            account,
            address,
            filter: None,
            origin: Origin::Unknown,
            now: NOW,
            lock_out: LockOut::default(),
        }
    }

    fn snapshot(&self) -> LogInSnapshot<'_> {
        LogInSnapshot {
            account: Some(&self.account),
            address: Some(&self.address),
            filter: self.filter.as_ref(),
            origin: self.origin,
            now: self.now,
            lock_out: &self.lock_out,
            bound_by_locks: true,
        }
    }

    fn credential(&self) -> VerifiedCredential {
        match self.snapshot().target() {
            VerificationTarget::Real(credential) => credential,
            decoy => panic!("{decoy:?}"),
        }
    }

    fn decoy(&self) -> (Denial, bool) {
        match self.snapshot().target() {
            VerificationTarget::Decoy { denial, counts } => (denial, counts),
            real => panic!("{real:?}"),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        self.account = with_facts(self.account, change);
        self
    }

    fn after_failures(mut self, failures: u32) -> Self {
        self.address.log_ins = self.address.log_ins.failed(failures, self.now, &self.lock_out);
        self
    }
}

const OVERTAKEN: Admission = Admission::Denied(Denial::Overtaken);

/// Clause 3.
#[test]
fn a_result_is_void_once_anything_it_rests_on_has_changed() {
    let credential = Attempt::at(Given::InUse).credential();
    let admission = |attempt: Attempt| attempt.snapshot().admission(&credential);
    assert!(matches!(admission(Attempt::at(Given::InUse)), Admission::Granted(_)));

    let mut sessions_ended = Attempt::at(Given::InUse);
    sessions_ended.account.epoch = sessions_ended.account.epoch.next();
    assert_eq!(admission(sessions_ended), OVERTAKEN);
    assert_eq!(admission(Attempt::at(Given::InUse).after_failures(10)), OVERTAKEN);
    let mut locked_meanwhile = Attempt::at(Given::InUse).after_failures(10);
    locked_meanwhile.now = NOW + Span::hours(48);
    assert_eq!(admission(locked_meanwhile), OVERTAKEN, "a lock that is over again");
    for kind in [StandingKind::Suspended, StandingKind::Closed, StandingKind::Erased] {
        let mut attempt = Attempt::at(Given::InUse);
        attempt.account = standing(attempt.account, kind);
        assert_eq!(admission(attempt), OVERTAKEN, "{kind:?}");
    }
    let unset = Attempt::at(Given::InUse).with(|facts| facts.password = None);
    assert_eq!(admission(unset), OVERTAKEN);
    let guarded = Attempt::at(Given::InUse)
        .with(|facts| facts.attributes.ip_filter_group = Some(IpFilterGroupName::parse("office").unwrap()));
    assert_eq!(admission(guarded), OVERTAKEN);
    let mut gone = Attempt::at(Given::InUse);
    gone.now = NOW;
    let snapshot = LogInSnapshot { account: None, ..gone.snapshot() };
    assert_eq!(snapshot.admission(&credential), OVERTAKEN);
}

/// Clause 3.
#[test]
fn a_password_sealed_anew_starts_over_and_another_password_is_void() {
    let world = World::new();
    let credential = Attempt::at(Given::InUse).credential();
    let resealed = Attempt::at(Given::InUse);
    let hash = world.hash(&resealed.account, 77);
    let resealed = resealed.with(|facts| facts.password.as_mut().unwrap().hash = hash);
    assert_eq!(resealed.snapshot().admission(&credential), Admission::StartOver);

    let mut changed = Attempt::at(Given::InUse);
    changed.account = world.chosen(&changed.account, Purpose::PasswordReset, 78, NOW);
    assert_eq!(changed.snapshot().admission(&credential), OVERTAKEN);
}

/// Clause 3.
#[test]
fn the_stamp_carries_the_loaded_epoch() {
    let attempt = Attempt::at(Given::InUse);
    let credential = attempt.credential();
    assert_eq!(
        attempt.snapshot().admission(&credential),
        Admission::Granted(SessionStamp { account: attempt.account.id, epoch: credential.epoch })
    );
}

/// Clause 5.
#[test]
fn an_attempt_that_meets_a_lock_or_a_standing_neither_counts_nor_clears() {
    let in_use = || Attempt::at(Given::InUse);
    assert_eq!(in_use().after_failures(10).decoy(), (Denial::Locked, false));
    assert_eq!(in_use().after_failures(100).decoy(), (Denial::Disabled, false));
    for (kind, expected) in [
        (StandingKind::Suspended, (Denial::Suspended, false)),
        (StandingKind::Closed, (Denial::Closed, false)),
        (StandingKind::Erased, (Denial::UnknownAddress, true)),
    ] {
        let mut attempt = in_use();
        attempt.account = standing(attempt.account, kind);
        assert_eq!(attempt.decoy(), expected, "{kind:?}");
    }
    assert_eq!(Attempt::at(Given::New).decoy(), (Denial::NoPassword, true));
}

/// Clause 5: counters live in the address' record, for known and unknown alike.
#[test]
fn an_unknown_address_locks_as_a_known_one_does() {
    for failures in [0, 1, 9, 10, 15, 100] {
        let attempt = Attempt::at(Given::New).after_failures(failures);
        let unknown = LogInSnapshot { account: None, ..attempt.snapshot() };
        let (known, unknown) = (attempt.snapshot().target(), unknown.target());
        let counts = |prospect| matches!(prospect, VerificationTarget::Decoy { counts: true, .. });
        assert_eq!(counts(known), counts(unknown), "{failures}");
    }
}

/// Clause 5.
#[test]
fn room_shrinks_with_each_failure_and_is_one_after_a_lock() {
    for (failures, room) in [(0, 10), (1, 9), (9, 1)] {
        assert_eq!(Attempt::at(Given::InUse).after_failures(failures).credential().room, room);
    }
    let mut after_a_lock = Attempt::at(Given::InUse).after_failures(10);
    after_a_lock.now = NOW + Span::seconds(30);
    assert_eq!(after_a_lock.credential().room, 1);
}

/// Clause 6.
#[test]
fn an_origin_outside_the_group_neither_counts_nor_clears() {
    let name = IpFilterGroupName::parse("office").unwrap();
    let guarded = || {
        let name = name.clone();
        Attempt::at(Given::InUse).with(|facts| facts.attributes.ip_filter_group = Some(name))
    };
    let group = |networks: &[&str]| {
        let networks = networks.iter().map(|text| text.parse().unwrap()).collect();
        Some(IpFilterGroup::new(Realm::default(), name.clone(), networks))
    };
    let inside = Origin::Ip("192.0.2.7".parse().unwrap());
    let outside = Origin::Ip("198.51.100.7".parse().unwrap());
    let office = || group(&["192.0.2.0/24"]);
    for (what, filter, origin) in [
        ("outside", office(), outside),
        ("unknown", office(), Origin::Unknown),
        ("empty group", group(&[]), inside),
        ("absent group", None, inside),
    ] {
        let mut attempt = guarded();
        (attempt.filter, attempt.origin) = (filter, origin);
        assert_eq!(attempt.decoy(), (Denial::OriginRefused, false), "{what}");
    }
    let mut attempt = guarded();
    (attempt.filter, attempt.origin) = (office(), inside);
    let credential = attempt.credential();
    assert!(matches!(attempt.snapshot().admission(&credential), Admission::Granted(_)));
}

/// Clause 7.
#[test]
fn an_assigned_password_must_be_changed_and_lets_nobody_in_past_its_time() {
    let mut attempt = Attempt::at(Given::Assigned);
    let credential = attempt.credential();
    assert!(matches!(
        attempt.snapshot().admission(&credential),
        Admission::MustChange(MustChangeReason::Assigned, _)
    ));
    let until = attempt.account.facts().unwrap().password.as_ref().unwrap().temporary_until.unwrap();
    attempt.now = until - Span::micros(1);
    assert!(matches!(attempt.snapshot().target(), VerificationTarget::Real(_)));
    attempt.now = until;
    assert_eq!(attempt.decoy(), (Denial::Lapsed, true));
    assert_eq!(attempt.snapshot().admission(&credential), OVERTAKEN);
}

/// Clause 7.
#[test]
fn a_lapsed_password_can_not_be_changed_by_a_session_that_is_left() {
    let world = World::new();
    let account = Given::Assigned.account(&world);
    let current = account.facts().unwrap().password.clone().unwrap();
    let fresh = world.fresh(&account, 1);
    let change = |now| {
        account.change_password(&ChangePassword {
            new: world.judge(&fresh, now),
            verified: &current.hash,
            epoch: account.epoch,
        })
    };
    let until = current.temporary_until.unwrap();
    assert!(change(until - Span::micros(1)).is_ok());
    assert_eq!(change(until), Err(Stop::Refused(Refusal::WrongPassword)));
}

/// Clause 7.
#[test]
fn an_expired_password_must_be_changed_to_the_microsecond() {
    let mut attempt = Attempt::at(Given::InUse)
        .with(|facts| facts.attributes.validity = PasswordValidity::days(90).unwrap());
    let set_at = attempt.account.facts().unwrap().password.as_ref().unwrap().set_at;
    let credential = attempt.credential();
    attempt.now = set_at + Span::days(90) - Span::micros(1);
    assert!(matches!(attempt.snapshot().admission(&credential), Admission::Granted(_)));
    attempt.now = set_at + Span::days(90);
    assert!(matches!(
        attempt.snapshot().admission(&credential),
        Admission::MustChange(MustChangeReason::Expired, _)
    ));
}

/// Clause 5: a reset or an assignment enables a disabled address; a change, which takes the current password, clears as a
/// log-in does.
#[test]
fn a_new_password_clears_the_failures_however_it_came() {
    let world = World::new();
    let attempt = Attempt::at(Given::InUse).after_failures(100);
    let (account, address) = (&attempt.account, Some(&attempt.address));
    let fresh = world.fresh(account, 1);
    let new = NewPassword { address, ..world.judge(&fresh, NOW) };
    let code = world.code(account, Purpose::PasswordReset);
    let chosen = account.choose_password(&world.redeem(&code, NOW), &new).unwrap();
    let assigned = account.assign_password(&AssignPassword { new, temporary: Span::hours(72) }).unwrap();
    let verified = &account.facts().unwrap().password.as_ref().unwrap().hash;
    let changed = account.change_password(&ChangePassword { new, verified, epoch: account.epoch }).unwrap();
    for change in [chosen, assigned, changed] {
        let [cleared] = &change.addresses[..] else { panic!("one record") };
        assert!(cleared.log_ins.is_clean());
        assert_eq!(cleared.log_ins.locks, attempt.address.log_ins.locks, "guesses under way stay void");
    }
}

#[test]
fn changing_a_password_takes_the_current_one_and_the_present_session() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let current = account.facts().unwrap().password.clone().unwrap().hash;
    let fresh = world.fresh(&account, 1);
    let change = |verified: &Sealed, epoch| {
        account.change_password(&ChangePassword { new: world.judge(&fresh, NOW), verified, epoch })
    };
    assert!(change(&current, account.epoch).is_ok());
    assert_eq!(change(&world.hash(&account, 9), account.epoch), Err(Stop::Refused(Refusal::WrongPassword)));
    assert_eq!(change(&current, account.epoch.next()), Err(Stop::Refused(Refusal::SessionEnded)));
}

#[test]
fn a_new_password_differs_from_the_current_one() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let current = account.facts().unwrap().password.clone().unwrap().hash;
    let mut fresh = world.fresh(&account, 1);
    fresh.hashed = Hashed::default().with_screening(false);
    let assign = |fresh: &Fresh| {
        account.assign_password(&AssignPassword { new: world.judge(fresh, NOW), temporary: Span::hours(72) })
    };
    assert_eq!(assign(&fresh), Err(Stop::Unverified(current.clone())));
    fresh.hashed = fresh.hashed.with_verified(current.clone(), true);
    let refused = Refusal::WeakPassword(vec![Violation::SameAsCurrent]);
    assert_eq!(assign(&fresh), Err(Stop::Refused(refused)));
    fresh.hashed = Hashed::default().with_verified(current, false).with_screening(false);
    assert_eq!(assign(&fresh), Err(Stop::Unhashed));
}

#[test]
fn a_clock_that_jumps_back_lengthens_no_temporary_password() {
    let account = Attempt::at(Given::Assigned).account;
    let until = |early| {
        let (mended, events) = account.as_of(early, Quota::ACCOUNT);
        assert_eq!(events, [EventKind::ClockMended]);
        mended.facts().unwrap().password.clone().unwrap().temporary_until
    };
    let early = NOW - Span::days(1);
    assert_eq!(until(early), Some(early + Span::hours(72)));
    // From further ahead than it was to last, it would begin anew at each look.
    let long_before = NOW - Span::days(30);
    assert_eq!(until(long_before), Some(long_before));
}

#[test]
fn the_day_of_a_log_in_is_kept_once_a_day_and_a_clock_that_jumped_back_is_mended() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let noted = |account: &Account, now| {
        let change = account.note_log_in(account.epoch, now).unwrap();
        assert_eq!(change.events.contains(&EventKind::LoggedIn), change.account.is_some());
        assert_eq!(change.account.is_some(), account.misses_log_in(now));
        change.account
    };
    let day = Span::days(1);
    let first = noted(&account, NOW).unwrap();
    assert_eq!(first.last_log_in(), Some(Day::of(NOW)));
    assert_eq!((first.epoch, first.status()), (account.epoch, account.status()));
    assert_eq!(noted(&first, NOW), None);
    assert_eq!(noted(&first, NOW + day).unwrap().last_log_in(), Some(Day::of(NOW + day)));
    assert_eq!(noted(&first, NOW - day), None, "another machine's clock is behind");
    assert_eq!(noted(&first, NOW - day.times(2)).unwrap().last_log_in(), Some(Day::of(NOW - day.times(2))));
    assert_eq!(noted(&first, Timestamp::MAX).unwrap().last_log_in(), Some(Day::MAX));
}

#[test]
fn a_log_in_is_not_noted_of_a_session_that_ended_meanwhile() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let ended = account.epoch.next();
    assert_eq!(account.note_log_in(ended, NOW), Err(Refusal::SessionEnded));
    let mut closed = account.clone();
    if let Life::Live(facts) = &mut closed.life {
        facts.standing = Standing::Suspended { reason: Actor::parse("unpaid").unwrap(), at: NOW };
    }
    assert_eq!(closed.note_log_in(closed.epoch, NOW), Err(Refusal::AccountSuspended));
}
