//! Changes of address: what becomes of the addresses that an account had, and of those that it only asked for.

use crate::domain::{testing::*, *};

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn at(account: &Account, now: Timestamp) -> Account {
    account.as_of(now, Quota::ACCOUNT).0
}

fn replaced(world: &World, account: &Account, with: &str, number: u8, now: Timestamp) -> Change {
    account.replace_email(&world.replacement(&email(with), number, now)).unwrap()
}

fn reserves(account: &Account, address: &str) -> bool {
    account.keys().reserved.contains(&&email(address).key())
}

fn former(account: &Account) -> Vec<u32> {
    account.facts().unwrap().former.iter().map(|former| former.mailbox.ordinal.as_u32()).collect()
}

/// In use under `next@`, confirmed now; the old one has been told, and can be taken back.
fn confirmed(world: &World) -> Account {
    let pending = world.email_asked(&Given::InUse.account(world), "next@example.com", 1, NOW);
    let code = world.code(&pending, Purpose::EmailConfirm);
    let (redemption, epoch) = (world.redeem(&code, NOW), pending.epoch);
    let change =
        pending.confirm_email(&ConfirmEmail { redemption, revert: world.request(2, NOW), epoch }).unwrap();
    world.revert_mailed(&change.account.unwrap(), &change.mails[0], NOW)
}

/// Before its mail leaves, nobody knows how long that takes; and it is not put off by another copy.
#[test]
fn a_revert_lives_7_days_until_it_is_handed_over_and_72_h_from_then() {
    let world = World::new();
    let pending = world.email_asked(&Given::InUse.account(&world), "next@example.com", 1, NOW);
    let code = world.code(&pending, Purpose::EmailConfirm);
    let (redemption, epoch) = (world.redeem(&code, NOW), pending.epoch);
    let change =
        pending.confirm_email(&ConfirmEmail { redemption, revert: world.request(2, NOW), epoch }).unwrap();
    let (account, mail) = (change.account.unwrap(), &change.mails[0]);
    let ends = |account: &Account| {
        let facts = account.facts().unwrap();
        let end = facts.confirmations[&Purpose::EmailRevert].issued.as_ref().unwrap().expires_at;
        let kept = facts.former.iter().find(|former| former.reserved).unwrap().until;
        assert_eq!(end, kept, "the key is reserved as long as it can be taken back");
        end.since(NOW)
    };
    assert_eq!(ends(&account), Span::days(7));
    for (handed_over, end) in [(0, 72), (50, 122), (96, 168), (140, 168)] {
        let now = NOW + Span::hours(handed_over);
        let mailed = world.revert_mailed(&at(&account, now), mail, now);
        assert_eq!(ends(&mailed), Span::hours(end), "handed over after {handed_over} h");
        let again = world.revert_mailed(&mailed, mail, now + Span::hours(1));
        assert_eq!(ends(&again), Span::hours(end), "a second copy changes nothing");
        let mut shorter = World::new();
        shorter.rules.code_lives.email_revert = Span::hours(1);
        let again = shorter.revert_mailed(&mailed, mail, now + Span::hours(1));
        assert_eq!(ends(&again), Span::hours(end), "nor where a host has shortened it since");
    }
    let (told, jumped) = (NOW + Span::hours(72), NOW + Span::hours(73));
    let mailed = account.revert_handed_over(mail, told, jumped).unwrap();
    assert_eq!(ends(&mailed), Span::days(7), "a clock that jumped past the end meanwhile ends nothing");
}

#[test]
fn a_former_address_is_released_after_72_h_with_its_revert_and_forgotten_14_days_later() {
    let world = World::new();
    let account = confirmed(&world);
    let code = world.code(&account, Purpose::EmailRevert);
    let reverts = |now| {
        let account = at(&account, now);
        account.revert_email_change(&world.take_back(&code, 3, now)).is_ok()
    };
    let end = NOW + Span::hours(72);
    let just_before = end - Span::micros(1);
    assert!(reserves(&at(&account, just_before), "owner-1@example.com") && reverts(just_before));
    let (released, events) = account.as_of(end, Quota::ACCOUNT);
    assert!(!reserves(&released, "owner-1@example.com") && !reverts(end));
    assert_eq!(events, [EventKind::FormerAddressReleased { address: Ordinal::new(0) }]);
    let forgotten = end + Span::days(14);
    assert_eq!(former(&at(&released, forgotten - Span::micros(1))), [0]);
    let (after, events) = released.as_of(forgotten, Quota::ACCOUNT);
    assert_eq!(former(&after), [0; 0]);
    assert_eq!(events, [EventKind::FormerAddressForgotten { address: Ordinal::new(0) }]);
}

#[test]
fn a_clock_that_jumps_back_reserves_no_address_beyond_its_revert() {
    let world = World::new();
    let early = NOW - Span::days(30);
    let account = at(&confirmed(&world), early);
    assert!(reserves(&at(&account, early + Span::hours(72) - Span::micros(1)), "owner-1@example.com"));
    assert!(!reserves(&at(&account, early + Span::hours(72)), "owner-1@example.com"));
}

#[test]
fn a_pending_address_that_is_dropped_is_kept_as_a_former_one_that_anybody_may_take() {
    let world = World::new();
    let pending = world.email_asked(&Given::InUse.account(&world), "next@example.com", 1, NOW);
    let cancelled = pending.cancel_email_change(pending.epoch, NOW).unwrap().account.unwrap();
    let (timed_out, events) = pending.as_of(NOW + Span::hours(24), Quota::ACCOUNT);
    assert_eq!(events, [EventKind::EmailChangeDropped]);
    for account in [cancelled, timed_out, world.chosen(&pending, Purpose::PasswordReset, 2, NOW)] {
        assert_eq!(former(&account), [1]);
        assert_eq!(account.facts().unwrap().pending, None);
        assert!(!reserves(&account, "next@example.com"));
    }
    assert!(!reserves(&pending, "next@example.com"), "nor does a pending one keep anybody out");
}

#[test]
fn of_many_former_addresses_the_oldest_unreserved_go() {
    let world = World::new();
    let mut account = confirmed(&world);
    let most = u64::try_from(Facts::FORMER_MOST).unwrap();
    for number in 0..u8::try_from(most).unwrap() + 2 {
        let to = format!("other-{number}@example.com");
        account = replaced(&world, &account, &to, number, NOW).account.unwrap();
    }
    // The first that was replaced is forgotten; the reserved one is older, and stays.
    let kept: Vec<_> = [0].into_iter().chain(3..=10).collect();
    assert_eq!(former(&account), kept);
    assert!(reserves(&account, "owner-1@example.com"));
}

#[test]
fn old_addresses_are_let_go_a_few_at_a_time_so_that_a_commit_holds_their_events() {
    let world = World::new();
    let mut account = Given::InUse.account(&world);
    for number in 0..8 {
        account =
            replaced(&world, &account, &format!("other-{number}@example.com"), number, NOW).account.unwrap();
    }
    let late = NOW + Span::days(14);
    let (first, events) = account.as_of(late, Quota::ACCOUNT);
    assert_eq!(events.len(), Facts::RELEASED_AT_ONCE);
    assert!(first.due().is_some_and(|due| due <= late), "the courier comes again at once");
    let (second, events) = first.as_of(late, Quota::ACCOUNT);
    assert_eq!((events.len(), former(&second)), (2, Vec::new()));
}

#[test]
fn while_a_revert_lives_no_further_change_is_asked_for_or_confirmed() {
    let world = World::new();
    let account = confirmed(&world);
    let until = NOW + Span::hours(72);
    let asks = |account: &Account, now| {
        let email = email("third@example.com");
        let asked = account.request_email_change(&EmailChange {
            code: world.request(3, now),
            notice: MailId::from_bytes([252; 16]),
            cancel_page: &world.page,
            tag: world.keys.address_tag(&world.realm, &email),
            email: &email,
            verified: &account.facts().unwrap().password.as_ref().unwrap().hash,
            epoch: account.epoch,
        });
        asked.map(|change| change.account.unwrap())
    };
    let just_before = until - Span::micros(1);
    assert_eq!(asks(&at(&account, just_before), just_before), Err(Refusal::RevertLive { until }));
    let released = at(&account, until);
    let pending = asks(&released, until).unwrap();
    // However both came to be: the second is not confirmed while the first can be undone.
    let both = with_facts(pending, |facts| {
        let revert = account.facts().unwrap().confirmations[&Purpose::EmailRevert].clone();
        facts.confirmations.insert(Purpose::EmailRevert, revert);
    });
    let code = world.code(&both, Purpose::EmailConfirm);
    let confirms = |now| {
        let redemption = world.redeem(&code, now);
        both.confirm_email(&ConfirmEmail { redemption, revert: world.request(4, now), epoch: both.epoch })
    };
    assert_eq!(confirms(just_before).map(drop), Err(Refusal::RevertLive { until }));
    assert!(confirms(until).is_ok());
}

#[test]
fn an_administrators_replacement_kills_the_revert_only_where_the_old_mailbox_is_lost() {
    let world = World::new();
    let account = confirmed(&world);
    let code = world.code(&account, Purpose::EmailRevert);
    let kept = replaced(&world, &account, "third@example.com", 3, NOW).account.unwrap();
    assert!(reserves(&kept, "owner-1@example.com"));
    let back = kept.revert_email_change(&world.take_back(&code, 4, NOW)).unwrap().account.unwrap();
    assert_eq!(back.facts().unwrap().mailbox.address, email("owner-1@example.com"));

    let third = email("third@example.com");
    let lost = ReplaceEmail { dropping_revert: true, ..world.replacement(&third, 3, NOW) };
    let change = account.replace_email(&lost).unwrap();
    assert!(change.events.contains(&EventKind::RevertDropped { address: Ordinal::new(0) }), "journaled");
    let account = change.account.unwrap();
    assert!(!reserves(&account, "owner-1@example.com"));
    let refused = account.revert_email_change(&world.take_back(&code, 4, NOW));
    assert_eq!(refused, Err(Refusal::DeadCode));
}

#[test]
fn a_revert_works_in_every_standing_and_reopens_what_the_owners_door_closed() {
    let world = World::new();
    let account = world.changed(&confirmed(&world), 3, NOW);
    let code = world.code(&account, Purpose::EmailRevert);
    let reverts = |account: &Account| {
        let change = account.revert_email_change(&world.take_back(&code, 4, NOW)).unwrap();
        let mailed = change.mails.len();
        let after = change.account.unwrap();
        let facts = after.facts().unwrap();
        assert_eq!(facts.mailbox.address, email("owner-1@example.com"));
        assert_eq!(
            (&facts.password, facts.owes_set_link, mailed == 0),
            (&None, mailed == 0, facts.owes_set_link)
        );
        assert_eq!(
            after.inspect_code(&world.redeem(&code, NOW)),
            CodeState::Used { purpose: Purpose::EmailRevert, return_url: None }
        );
        after
    };
    let sets = |change: Change| {
        let [mail] = &change.mails[..] else { panic!("one mail") };
        let dispatch = mail.dispatch().unwrap().1;
        assert_eq!(dispatch.recipient, Ordinal::new(0));
        assert!(matches!(dispatch.subject, Subject::Code { purpose: Purpose::PasswordSet, .. }));
        let after = change.account.unwrap();
        assert!(!after.facts().unwrap().owes_set_link);
        world.chosen(&after, Purpose::PasswordSet, 7, NOW)
    };
    assert_eq!(reverts(&account).standing(), StandingKind::Active);
    let own = world.closed_by_owner(&account, 5, NOW);
    let reopening = world.code(&own, Purpose::Reopen);
    let back = reverts(&own);
    assert_eq!(back.standing(), StandingKind::Active);
    let told = back.inspect_code(&world.redeem(&reopening, NOW));
    assert_eq!(
        told,
        CodeState::Used { purpose: Purpose::Reopen, return_url: None },
        "it went to the new address"
    );

    let again = world.request(6, NOW);
    let suspended = reverts(&standing(account.clone(), StandingKind::Suspended));
    assert_eq!(suspended.standing(), StandingKind::Suspended);
    sets(suspended.reinstate(&again).unwrap());
    let by_staff = reverts(&standing(account.clone(), StandingKind::Closed));
    assert_eq!(by_staff.standing(), StandingKind::Closed);
    sets(by_staff.reopen(&again).unwrap());
    // Closed while suspended: the link waits for the second of both.
    let both = reverts(&standing(standing(account, StandingKind::Suspended), StandingKind::Closed));
    let reopened = both.reopen(&again).unwrap();
    assert!(reopened.mails.is_empty());
    sets(reopened.account.unwrap().reinstate(&again).unwrap());
}

#[test]
fn a_link_that_is_owed_is_not_owed_to_another_address_or_beside_a_password() {
    let world = World::new();
    let account = standing(confirmed(&world), StandingKind::Suspended);
    let code = world.code(&account, Purpose::EmailRevert);
    let back = account.revert_email_change(&world.take_back(&code, 4, NOW)).unwrap().account.unwrap();
    assert!(back.facts().unwrap().owes_set_link);
    let elsewhere = replaced(&world, &back, "third@example.com", 5, NOW).account.unwrap();
    let respelled = replaced(&world, &back, "OWNER-1@example.com", 5, NOW).account.unwrap();
    let assigned = world.assigned(&back, 5, NOW);
    let owed = [elsewhere, respelled, assigned].map(|account| {
        let mails = account.reinstate(&world.request(6, NOW)).unwrap().mails;
        mails.iter().filter(|mail| matches!(mail.dispatch().unwrap().1.subject, Subject::Code { .. })).count()
    });
    assert_eq!(owed, [0, 1, 0]);
}

#[test]
fn a_change_of_address_ends_when_its_owner_must_change_the_password_first() {
    let world = World::new();
    let pending = world.email_asked(&Given::InUse.account(&world), "next@example.com", 1, NOW);
    let code = world.code(&pending, Purpose::EmailConfirm);
    let told = |account: &Account, now| account.inspect_code(&world.redeem(&code, now));
    let demanded = pending.demand_change(MustChangeReason::Truncated, NOW).unwrap().account.unwrap();
    assert_eq!(told(&demanded, NOW), CodeState::Used { purpose: Purpose::EmailConfirm, return_url: None });
    assert_eq!(demanded.status(), Ok(Status::InUse));
    let days = |days| {
        let validity = validity_of(days);
        let update = AccountUpdate { attributes: &validity, ..world.update(NOW) };
        pending.update(&update).unwrap().account.unwrap()
    };
    let expires_at = pending.facts().unwrap().password.as_ref().unwrap().set_at + Span::days(30);
    assert!(expires_at <= NOW && days(30).facts().unwrap().pending.is_none());
    assert!(days(365).facts().unwrap().pending.is_some());
    // Of itself, too: it comes due with the password's end.
    let soon = NOW + Span::hours(1);
    let ages = with_facts(days(365), |facts| {
        facts.password.as_mut().unwrap().set_at = soon - Span::days(365);
    });
    assert!(ages.due().is_some_and(|due| due <= soon));
    assert!(at(&ages, soon - Span::micros(1)).facts().unwrap().pending.is_some());
    assert_eq!(
        told(&at(&ages, soon), soon),
        CodeState::Used { purpose: Purpose::EmailConfirm, return_url: None }
    );
}

/// Throttle clause 7.
#[test]
fn replacing_the_address_starts_a_fresh_account_quota() {
    let world = World::new();
    let new = world.registered(1, NOW);
    let mailed = new.request_password_set(&world.request(1, NOW)).unwrap().account.unwrap();
    let soon = NOW + Span::seconds(1);
    let set = |account: &Account| account.request_password_set(&world.request(2, soon)).map(drop);
    assert_eq!(set(&mailed), Err(Refusal::Throttled { retry_after: Span::seconds(599) }));
    let other = replaced(&world, &mailed, "other@example.com", 3, soon).account.unwrap();
    assert_eq!(set(&other), Ok(()));
    let respelled = replaced(&world, &mailed, "OWNER-1@example.com", 3, soon).account.unwrap();
    assert_eq!(
        set(&respelled),
        Err(Refusal::Throttled { retry_after: Span::seconds(599) }),
        "the same mailbox"
    );
}

#[test]
fn a_change_of_spelling_keeps_the_password_and_the_sessions_and_tells_nobody() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let change = replaced(&world, &account, "OWNER-1@Example.COM", 1, NOW);
    assert!(change.mails.is_empty());
    let after = change.account.unwrap();
    let (old, new) = (account.facts().unwrap(), after.facts().unwrap());
    assert_eq!(new.mailbox.address.as_str(), email("OWNER-1@example.com").as_str());
    assert_eq!((&new.mailbox.key, new.mailbox.tag), (&old.mailbox.key, old.mailbox.tag));
    assert_ne!(new.mailbox.ordinal, old.mailbox.ordinal);
    assert_eq!((&new.password, new.replaced, after.epoch), (&old.password, false, account.epoch));
    assert!(!new.proven, "a code goes to the octets, and none was mailed to these");
    let live = new.confirmations.values().filter_map(|confirmations| confirmations.live(NOW));
    assert_eq!(live.count(), 0, "nor is one that was mailed to the others");
    assert_eq!(replaced(&world, &account, "owner-1@example.com", 1, NOW), Change::none(), "no change at all");
}

/// Codes, clause 1: a code that cancels lives as long as its change.
#[test]
fn a_change_its_code_and_the_link_that_cancels_end_together_however_often_asked() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let mut pending = world.email_asked(&account, "next@example.com", 1, NOW);
    let ends = |account: &Account| {
        let facts = account.facts().unwrap();
        let code = |purpose| facts.confirmations[&purpose].issued.as_ref().unwrap().expires_at;
        let until = facts.pending.as_ref().unwrap().until;
        assert_eq!((code(Purpose::EmailConfirm), code(Purpose::EmailCancel)), (until, until));
        until
    };
    assert_eq!(ends(&pending), NOW + Span::hours(24));
    let again = NOW + Span::hours(10);
    pending = world.email_asked(&pending, "next@example.com", 2, again);
    assert_eq!(ends(&pending), again + Span::hours(24));
    for (number, purpose) in [(3, Purpose::EmailConfirm), (4, Purpose::EmailCancel)] {
        let now = again + Span::hours(10);
        let issued = pending.issue_code(purpose, &world.request(number, now)).unwrap().account.unwrap();
        let until = now + Span::hours(24);
        assert_eq!(ends(&issued), if purpose == Purpose::EmailConfirm { until } else { ends(&pending) });
    }
    let late = again + Span::hours(23);
    assert_eq!(ends(&world.email_asked(&pending, "next@example.com", 5, late)), late + Span::hours(24));
}

#[test]
fn another_address_takes_the_pending_ones_place_and_kills_its_code() {
    let world = World::new();
    let first = world.email_asked(&Given::InUse.account(&world), "next@example.com", 1, NOW);
    let code = world.code(&first, Purpose::EmailConfirm);
    let now = NOW + Span::minutes(10);
    let second = world.email_asked(&at(&first, now), "third@example.com", 2, now);
    let redemption = world.redeem(&code, now);
    let confirm = ConfirmEmail { redemption, revert: world.request(3, now), epoch: second.epoch };
    assert_eq!(second.confirm_email(&confirm), Err(Refusal::DeadCode));
    assert_eq!(former(&second), [1]);
    let confirmed = world.confirmed(&second, 3, now);
    assert_eq!(confirmed.facts().unwrap().mailbox.address, email("third@example.com"));
}

#[test]
fn cancelling_by_code_proves_the_address_that_the_link_was_mailed_to() {
    let world = World::new();
    let assigned = world.assigned(&world.registered(1, NOW), 1, NOW);
    let pending = world.email_asked(&world.changed(&assigned, 2, NOW), "next@example.com", 3, NOW);
    assert!(!pending.facts().unwrap().proven);
    let code = world.code(&pending, Purpose::EmailCancel);
    let change = pending.cancel_email_change_by_code(&world.redeem(&code, NOW)).unwrap();
    let address = Ordinal::new(0);
    assert_eq!(change.events, [EventKind::EmailProven { address }, EventKind::EmailChangeDropped]);
    assert!(change.account.unwrap().facts().unwrap().proven);
}

#[test]
fn what_opens_an_account_is_refused_from_a_foreign_origin_and_what_takes_back_is_not() {
    let world = World::new();
    let foreign = |code, now| Redemption { origin_admitted: false, ..world.redeem(code, now) };
    let pending = world.email_asked(&Given::InUse.account(&world), "next@example.com", 1, NOW);
    let code = world.code(&pending, Purpose::EmailConfirm);
    let (redemption, revert, epoch) = (foreign(&code, NOW), world.request(2, NOW), pending.epoch);
    let refused = pending.confirm_email(&ConfirmEmail { redemption, revert, epoch });
    assert_eq!(refused, Err(Refusal::OriginRefused));
    let reset = world.code(&pending, Purpose::PasswordReset);
    let fresh = world.fresh(&pending, 1);
    let refused = pending.choose_password(&foreign(&reset, NOW), &world.judge(&fresh, NOW));
    assert_eq!(refused, Err(Stop::Refused(Refusal::OriginRefused)));
    let cancel = world.code(&pending, Purpose::EmailCancel);
    assert!(pending.cancel_email_change_by_code(&foreign(&cancel, NOW)).is_ok());
    let account = confirmed(&world);
    let code = world.code(&account, Purpose::EmailRevert);
    let set = world.request(3, NOW);
    let back = RevertEmail { redemption: foreign(&code, NOW), set, history: 0 };
    assert!(account.revert_email_change(&back).is_ok());
}

/// An expired password lets its owner do nothing but change it, and what waits for a session is dropped then. So no mail of
/// it names a later time, however it is asked for again or late it leaves.
#[test]
fn no_mail_that_waits_for_a_session_names_a_time_beyond_the_end_of_the_password() {
    let world = World::new();
    let mut account = Given::Unproven.account(&world);
    let validity = PasswordValidity::days(30).unwrap();
    let (early, late, end) = (NOW + Span::hours(1), NOW + Span::hours(2), NOW + Span::hours(3));
    if let Life::Live(facts) = &mut account.life {
        facts.attributes.validity = validity;
        facts.password.as_mut().unwrap().set_at = end - Span::days(30);
        facts.confirmations.clear();
    }
    let asked = world.email_asked(&at(&account, early), "next@example.com", 1, early);
    let asked = asked.request_email_proof(&world.request(3, early)).unwrap().account.unwrap();
    let again = world.email_asked(&at(&asked, late), "next@example.com", 4, late);
    for (account, now) in [(&asked, early), (&again, late)] {
        let facts = account.facts().unwrap();
        assert_eq!(facts.pending.as_ref().unwrap().until, end);
        for purpose in [Purpose::EmailConfirm, Purpose::EmailCancel, Purpose::EmailProof] {
            let issued = facts.confirmations[&purpose].issued.as_ref().unwrap();
            assert_eq!(issued.expires_at, end, "{purpose:?}");
            let code = world.code(account, purpose);
            let state = account.inspect_code(&world.redeem(&code, now));
            assert!(matches!(state, CodeState::Live { expires_at, .. } if expires_at == end), "{purpose:?}");
            let last = end - Span::micros(1);
            let state = at(account, last).inspect_code(&world.redeem(&code, last));
            assert!(matches!(state, CodeState::Live { .. }), "{purpose:?}");
            let subject = Subject::Code { purpose, nonce: issued.nonce, page: world.page.clone() };
            let (recipient, stranger_caused) = (issued.recipient, None);
            let dispatch = Dispatch { account: account.id, recipient, subject, stranger_caused };
            let content = Content::Letter(dispatch);
            let mail = Mail::queued(MailId::from_bytes([77; 16]), world.realm.clone(), content, now);
            let lives = &world.rules.code_lives;
            assert_eq!(at(account, last).renewed_code(&mail, lives, last), None, "{purpose:?}");
        }
    }
}
