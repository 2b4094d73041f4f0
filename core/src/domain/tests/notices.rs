//! Notices: who is told what, and that nobody else is told anything.

use crate::domain::{letter_context::Withdrawn, testing::*, *};

/// The notices that a command queued, and to which address.
fn told(change: &Change) -> Vec<(NoticeKind, u32)> {
    let dispatches = change.mails.iter().filter_map(|mail| mail.dispatch());
    let notices = dispatches.filter_map(|(_, dispatch)| match &dispatch.subject {
        Subject::Notice(notice) => Some((notice.kind(), dispatch.recipient.as_u32())),
        Subject::Code { .. } => None,
    });
    notices.collect()
}

fn assign(world: &World, account: &Account) -> Change {
    let fresh = world.fresh(account, 1);
    let new = world.judge(&fresh, NOW);
    account.assign_password(&AssignPassword { new, temporary: Span::hours(72) }).unwrap()
}

#[test]
fn an_owner_is_told_of_every_new_password_but_the_first_and_not_while_suspended() {
    let world = World::new();
    assert_eq!(told(&assign(&world, &Given::New.account(&world))), []);
    for given in [Given::InUse, Given::Assigned, Given::EmailReplaced] {
        let account = given.account(&world);
        let here = account.facts().unwrap().mailbox.ordinal.as_u32();
        assert_eq!(told(&assign(&world, &account)), [(NoticeKind::PasswordChanged, here)], "{given:?}");
        let suspended = standing(account, StandingKind::Suspended);
        assert_eq!(told(&assign(&world, &suspended)), [], "{given:?}");
    }
}

#[test]
fn the_old_address_is_told_of_a_replacement_and_not_while_suspended() {
    let world = World::new();
    let email = EmailAddress::parse("other@example.com").unwrap();
    let account = Given::InUse.account(&world);
    let change = account.replace_email(&world.replacement(&email, 1, NOW)).unwrap();
    assert_eq!(told(&change), [(NoticeKind::EmailReplaced, 0)]);
    let suspended = standing(account, StandingKind::Suspended);
    assert_eq!(told(&suspended.replace_email(&world.replacement(&email, 1, NOW)).unwrap()), []);
}

#[test]
fn an_owner_is_told_of_closing_and_when_erasure_follows_but_not_while_suspended() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let change = account.close(&closing(NOW)).unwrap();
    let [mail] = &change.mails[..] else { panic!("one mail") };
    let erased_at = NOW + Span::days(30);
    assert_eq!(mail.dispatch().unwrap().1.subject, Subject::Notice(Notice::Closed { erased_at }));
    let closed = change.account.unwrap();
    let leaves = |account: &Account| world.counter(Some(account), NOW).letter(mail, |_| None).is_ok();
    assert!(leaves(&closed));
    assert!(!leaves(&world.reopened(&closed, 9, NOW)), "it is open again");
    assert!(!leaves(&standing(closed, StandingKind::Erased)));
    let suspended = standing(account, StandingKind::Suspended);
    assert_eq!(told(&suspended.close(&closing(NOW)).unwrap()), []);
}

#[test]
fn a_notice_of_closing_names_the_end_that_stands_as_it_leaves() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let named = |account: &Account, mail: &Mail| {
        let letter = world.counter(Some(account), NOW).letter(mail, |_| None).unwrap();
        let Message::Notice(Notice::Closed { erased_at }) = letter.message else { panic!("another mail") };
        erased_at
    };
    // Closed by a clock that is ahead, and mended by one that is right.
    for ahead in [Span::micros(224_390), Span::days(400)] {
        let change = account.close(&closing(NOW + ahead)).unwrap();
        let (mended, events) = change.account.unwrap().as_of(NOW, Quota::ACCOUNT);
        assert_eq!(events, [EventKind::ClockMended]);
        assert_eq!(named(&mended, &change.mails[0]), NOW + Span::days(30), "{ahead:?}");
    }
    // Opened, and closed again for a shorter time, before the first notice left.
    let first = account.close(&closing(NOW)).unwrap();
    let opened = world.reopened(&first.account.unwrap(), 9, NOW);
    let grace = Span::days(2);
    let again = opened.close(&Close { grace, ..closing(NOW) }).unwrap().account.unwrap();
    assert_eq!(named(&again, &first.mails[0]), NOW + grace);
}

#[test]
fn whatever_was_queued_before_a_closed_account_gets_only_that_it_was_closed() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let notices = [
        account.lock_notice(MailId::from_bytes([1; 16]), NOW).unwrap(),
        account.already_registered(&world.request(1, NOW)).unwrap(),
        assign(&world, &account),
    ];
    for change in notices {
        let [mail] = &change.mails[..] else { panic!("one mail") };
        let letter = |account: &Account| world.counter(Some(account), NOW).letter(mail, |_| None).map(drop);
        let after = change.account.as_ref().unwrap_or(&account);
        assert_eq!(letter(after), Ok(()));
        for kind in [StandingKind::Suspended, StandingKind::Closed, StandingKind::Erased] {
            assert_eq!(letter(&standing(after.clone(), kind)), Err(Withdrawn::Void), "{kind:?}");
        }
    }
}

#[test]
fn a_lock_is_told_at_most_once_a_day() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let mut address = Address::new(account.facts().unwrap().mailbox.tag);
    assert!(address.may_tell_of_lock(NOW));
    address.lock_told_at = Some(NOW);
    let day = Span::days(1);
    assert!(!address.may_tell_of_lock(NOW + day - Span::micros(1)) && address.may_tell_of_lock(NOW + day));
    assert!(address.may_tell_of_lock(NOW - Span::micros(1)), "a stamp from a clock that jumped back");
    let change = account.lock_notice(MailId::from_bytes([1; 16]), NOW).unwrap();
    assert_eq!((told(&change), change.account), (vec![(NoticeKind::Locked, 0)], None));
}

#[test]
fn what_strangers_cause_is_held_back_where_their_mails_are_and_the_rest_is_not() {
    for (notice, kind) in [
        (Notice::EmailTaken, Some(MailKind::EmailChange)),
        (Notice::AlreadyRegistered, Some(MailKind::SignUp)),
        (Notice::ClosedByStaff, Some(MailKind::SignUp)),
        (Notice::Locked, Some(MailKind::LogIn)),
        (Notice::PasswordChanged { email_change_dropped: false }, None),
        (Notice::EmailReplaced, None),
    ] {
        assert_eq!(notice.stranger_caused(), kind, "{notice:?}");
    }
}

#[test]
fn who_has_the_address_that_another_account_asks_for_is_told_that_and_gets_no_code() {
    let world = World::new();
    let account = Given::EmailPending.account(&world);
    let email = EmailAddress::parse("third@example.com").unwrap();
    let current = &account.facts().unwrap().password.as_ref().unwrap().hash;
    let change = account.request_email_change(&EmailChange {
        code: world.request(1, NOW),
        notice: MailId::from_bytes([252; 16]),
        cancel_page: &world.page,
        email: &email,
        tag: world.keys.address_tag(&world.realm, &email),
        verified: current,
        epoch: account.epoch,
    });
    let change = change.unwrap();
    let after = change.account.unwrap();
    let letter = |mail, taken| {
        let counter = LetterContext { taken, ..world.counter(Some(&after), NOW) };
        counter.letter(mail, |_| None).unwrap()
    };
    let [confirm, cancel] = &change.mails[..] else { panic!("two mails") };
    assert!(letter(confirm, false).link().is_some());
    let told = letter(confirm, true);
    assert!(matches!(told.message, Message::Notice(Notice::EmailTaken)), "{told:?}");
    assert_eq!(told.to, email);
    assert!(letter(cancel, true).link().is_some(), "the owner can cancel all the same");
}

/// Invariant 18: a mail server was away, and meanwhile it came to be otherwise.
#[test]
fn no_letter_tells_of_a_disabled_password_that_is_so_no_more() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let notice = MailId::from_bytes([7; 16]);
    let change = account.disabled_notice(&world.request(1, NOW), notice, false).unwrap();
    let [mail] = &change.mails[..] else { panic!("one mail") };
    let unlocked = Address::new(account.facts().unwrap().mailbox.tag);
    let log_ins = unlocked.log_ins.failed(100, NOW, &LockOut::default());
    let disabled = Address { log_ins, ..unlocked.clone() };
    let leaves = |account: &Account, address: Option<&Address>| {
        world.counter(Some(account), NOW).letter(mail, |_| address).is_ok()
    };
    assert!(leaves(&account, Some(&disabled)));
    assert!(!leaves(&account, Some(&unlocked)) && !leaves(&account, None), "staff unlocked it");
    let email = EmailAddress::parse("other@example.com").unwrap();
    let moved = account.replace_email(&world.replacement(&email, 1, NOW)).unwrap().account.unwrap();
    assert!(!leaves(&moved, Some(&disabled)), "the account has another address by now");
}

#[test]
fn nobody_is_told_that_a_password_lets_nobody_in_where_there_is_none() {
    let world = World::new();
    for given in [Given::New, Given::EmailReplaced] {
        let account = given.account(&world);
        let change = account.disabled_notice(&world.request(1, NOW), MailId::from_bytes([7; 16]), true);
        assert_eq!(change, Ok(Change::none()), "{given:?}");
    }
}

/// Invariant 18: a mail server was away, and meanwhile the account came to another address.
#[test]
fn no_letter_tells_that_an_address_has_an_account_which_has_left_it() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let request = MailRequest { stranger_caused: Some(MailKind::SignUp), ..world.request(1, NOW) };
    let change = account.already_registered(&request).unwrap();
    let [mail] = &change.mails[..] else { panic!("one mail") };
    let leaves = |account: &Account| world.counter(Some(account), NOW).letter(mail, |_| None).is_ok();
    assert!(leaves(&account));
    let email = EmailAddress::parse("other@example.com").unwrap();
    let moved = account.replace_email(&world.replacement(&email, 1, NOW)).unwrap().account.unwrap();
    assert!(!leaves(&moved));
}
