//! What an account brings from elsewhere, and what of it is not taken as it comes.

use crate::domain::{testing::*, *};

/// What another system knew of account 1, with nothing special about it.
fn brought(world: &World, with_password: bool) -> Imported {
    let new = world.registered(1, NOW);
    let facts = new.facts().unwrap();
    let password = with_password.then(|| PriorPassword {
        hash: world.hash(&new, 1),
        set_at: NOW - Span::days(10),
        must_change: None,
        temporary_until: None,
        raw_input: false,
    });
    Imported {
        registration: Registration {
            id: new.id,
            realm: new.realm.clone(),
            email: facts.mailbox.address.clone(),
            tag: facts.mailbox.tag,
            attributes: Attributes::default(),
            purge_at: Some(NOW + Span::days(3)),
            now: NOW - Span::days(400),
        },
        proven: false,
        password,
        previous: vec![FormerPassword { hash: world.hash(&new, 2), raw_input: true }],
        management: Management::Owner,
        standing: Standing::Active,
        last_log_in: None,
        now: NOW,
        warnings: Rules::default().expiry_warnings,
    }
}

fn facts_of(imported: Imported) -> Facts {
    let account = Account::import(imported).account.unwrap();
    assert_eq!(account.unsound(NOW), None);
    account.facts().unwrap().clone()
}

#[test]
fn only_what_nobody_proved_or_can_use_keeps_the_end_of_a_sign_up() {
    let world = World::new();
    let suspended = Standing::Suspended { reason: SuspensionReason::parse("spam").unwrap(), at: NOW };
    assert_eq!(facts_of(brought(&world, false)).purge_at, Some(NOW + Span::days(3)));
    assert_eq!(facts_of(brought(&world, true)).purge_at, None);
    assert_eq!(facts_of(Imported { proven: true, ..brought(&world, false) }).purge_at, None);
    assert_eq!(facts_of(Imported { standing: suspended, ..brought(&world, false) }).purge_at, None);
}

#[test]
fn no_stamp_of_what_is_brought_lies_ahead() {
    let world = World::new();
    let (ahead, reason) = (NOW + Span::days(9), SuspensionReason::parse("spam").unwrap());
    let mut imported = brought(&world, true);
    imported.standing = Standing::Suspended { reason: reason.clone(), at: ahead };
    imported.last_log_in = Some(Day::of(ahead));
    imported.password.as_mut().unwrap().set_at = ahead;
    let facts = facts_of(imported);
    assert_eq!(facts.standing, Standing::Suspended { reason, at: NOW });
    assert_eq!((facts.last_log_in, facts.password.unwrap().set_at), (Some(Day::of(NOW)), NOW));
}

#[test]
fn whoever_was_suspended_did_not_close_the_account_themselves() {
    let world = World::new();
    let (at, until) = (NOW - Span::days(1), NOW + Span::days(20));
    let closed = |before| Standing::Closed { at, until, by: ClosedBy::Owner, before };
    let suspended = || OpenStanding::Suspended { reason: SuspensionReason::parse("spam").unwrap(), at };
    for (brought_as, kept_by) in
        [(OpenStanding::Active, ClosedBy::Owner), (suspended(), ClosedBy::Administrator)]
    {
        let facts = facts_of(Imported { standing: closed(brought_as.clone()), ..brought(&world, true) });
        assert_eq!(facts.standing, Standing::Closed { at, until, by: kept_by, before: brought_as });
        assert_eq!(facts.ends_at(), Some(until), "it is erased when it would have been");
    }
}

#[test]
fn a_password_that_lapses_must_be_changed_and_that_it_expired_is_not_kept() {
    let world = World::new();
    let with = |must_change, temporary_until| {
        let mut imported = brought(&world, true);
        let password = imported.password.as_mut().unwrap();
        (password.must_change, password.temporary_until) = (must_change, temporary_until);
        facts_of(imported).password.unwrap().must_change
    };
    let soon = Some(NOW + Span::days(1));
    assert_eq!(with(None, None), None);
    assert_eq!(with(None, soon), Some(MustChangeReason::Assigned));
    assert_eq!(with(Some(MustChangeReason::Weak), soon), Some(MustChangeReason::Weak));
    assert_eq!(with(Some(MustChangeReason::Expired), None), None);
}

#[test]
fn earlier_passwords_come_with_a_password_only() {
    let world = World::new();
    assert_eq!(facts_of(brought(&world, true)).previous.len(), 1);
    let without = facts_of(brought(&world, false));
    assert_eq!(
        (without.previous.len(), without.ever_had_a_password, without.status()),
        (0, false, Status::New)
    );
}
