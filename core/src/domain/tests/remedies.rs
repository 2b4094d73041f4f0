//! Remedies: they reach a mailbox that gets no other mail and clear what held it back, and whatever waits for one names its
//! end as it is.

use crate::domain::{testing::*, *};

const SCOPES: [SuppressionScope; 2] = [SuppressionScope::All, SuppressionScope::Only(MailKind::SignUp)];

/// The owner of the account with the latest of these codes' mails can still be reached by them.
fn leaves(world: &World, account: &Account, mail: &Mail, now: Timestamp) -> Result<Letter, ()> {
    world.counter(Some(account), now).letter(mail, |tag| world.known.get(&tag)).map_err(drop)
}

fn at(account: &Account, now: Timestamp) -> Account {
    account.as_of(now, Quota::ACCOUNT).0
}

/// Mail of that scope is held back from the account's address.
fn hold_back(world: &mut World, account: &Account, scope: SuppressionScope) {
    let tag = account.facts().unwrap().mailbox.tag;
    world.known.insert(tag, suppressed(tag, scope, NOW));
}

fn closes(world: &World, account: &Account, number: u64, now: Timestamp) -> Change {
    let verified = account.facts().unwrap().password.as_ref().unwrap().hash.clone();
    let own = world.own_closing(&verified, account.epoch, number, now);
    let address = world.known.get(&account.facts().unwrap().mailbox.tag);
    account.close_own(&CloseOwn { reopen: MailRequest { address, ..own.reopen }, ..own }).unwrap()
}

fn signs_up(world: &World, account: &Account, number: u64, now: Timestamp) -> Result<Change, Refusal> {
    let address = world.known.get(&account.facts().unwrap().mailbox.tag);
    let (side, stranger_caused) = (Side::Stranger, Some(MailKind::SignUp));
    at(account, now).signed_up_while_closed(&MailRequest {
        address,
        side,
        stranger_caused,
        ..world.request(number, now)
    })
}

fn ends_at(letter: &Letter) -> Timestamp {
    let Message::Code { expires_at, .. } = letter.message else { panic!("a mail without a link") };
    expires_at
}

#[test]
fn a_link_that_reopens_is_mailed_to_an_address_that_gets_no_other_mail() {
    for scope in SCOPES {
        let mut world = World::new();
        let account = Given::InUse.account(&world);
        hold_back(&mut world, &account, scope);
        let change = closes(&world, &account, 1, NOW);
        let closed = change.account.unwrap();
        assert!(leaves(&world, &closed, &change.mails[0], NOW).is_ok(), "{scope}");
        let again = signs_up(&world, &closed, 2, NOW).unwrap();
        assert!(leaves(&world, &again.account.unwrap(), &again.mails[0], NOW).is_ok(), "{scope}");
        // The notice that there is none is no remedy.
        let staffs = standing(account, StandingKind::Closed);
        let cause = Undeliverable::Rejected;
        assert_eq!(
            signs_up(&world, &staffs, 3, NOW),
            Err(Refusal::AddressUndeliverable { cause }),
            "{scope}"
        );
    }
}

#[test]
fn a_notice_that_staff_closed_the_account_changes_nothing_of_it() {
    let world = World::new();
    let closed = standing(Given::InUse.account(&world), StandingKind::Closed);
    for number in 1..=3 {
        let change = signs_up(&world, &closed, number, NOW).unwrap();
        assert_eq!((change.account, change.mails.len()), (None, 1), "how often is for a shared quota to say");
    }
}

#[test]
fn reopening_and_taking_an_address_back_clear_what_held_its_mail_back() {
    for scope in SCOPES {
        let mut world = World::new();
        let account = Given::InUse.account(&world);
        hold_back(&mut world, &account, scope);
        let closed = closes(&world, &account, 1, NOW).account.unwrap();
        let (code, fresh) = (world.code(&closed, Purpose::Reopen), world.fresh(&closed, 2));
        let reopened = closed.choose_password(&world.redeem(&code, NOW), &world.judge(&fresh, NOW)).unwrap();
        let confirmed = Given::EmailConfirmed.account(&world);
        let code = world.code(&confirmed, Purpose::EmailRevert);
        let reverted = confirmed.revert_email_change(&world.take_back(&code, 3, NOW)).unwrap();
        let tag = account.facts().unwrap().mailbox.tag;
        for change in [reopened, reverted] {
            let record = change.addresses.iter().find(|address| address.tag == tag).unwrap();
            assert!(record.suppressions.is_empty() && record.trusted_from == Some(NOW), "{scope}");
            assert!(change.events.contains(&EventKind::SuppressionCleared { tag, scope: None }), "{scope}");
            assert_eq!(change.account.unwrap().facts().unwrap().mailbox.tag, tag);
        }
    }
}

#[test]
fn a_link_that_reopens_lives_as_the_grace_however_often_it_is_asked_for_or_late_it_leaves() {
    let world = World::new();
    let change = closes(&world, &Given::InUse.account(&world), 1, NOW);
    let (mail, closed) = (&change.mails[0], change.account.unwrap());
    let end = NOW + Span::days(30);
    for days in [1, 20, 29] {
        let now = NOW + Span::days(days);
        let again = signs_up(&world, &closed, days, now).unwrap();
        let (first, later) = (mail.code(), again.mails[0].code());
        assert_eq!(first, later, "one code, whatever is left of it");
        let asked = at(&again.account.unwrap(), now);
        for mail in [mail, &again.mails[0]] {
            assert_eq!(asked.renewed_code(mail, &world.rules.code_lives, now), None);
            assert_eq!(ends_at(&leaves(&world, &asked, mail, now).unwrap()), end);
        }
    }
    assert_eq!(signs_up(&world, &closed, 99, end), Err(Refusal::GraceOver));
}

/// A reset outlives a close through the owner's door, but not the grace of it: whatever tells its end tells that one.
#[test]
fn a_reset_of_a_closed_account_names_no_later_end_than_the_grace() {
    let mut world = World::new();
    world.rules.code_lives.password_reset = Span::days(14);
    let asked = Given::InUse.account(&world).request_password_reset(&world.request(1, NOW)).unwrap();
    let (mail, asked) = (&asked.mails[0], asked.account.unwrap());
    let own_end = ends_at(&leaves(&world, &asked, mail, NOW).unwrap());
    assert!(own_end > NOW + Span::days(13));
    let verified = &asked.facts().unwrap().password.as_ref().unwrap().hash;
    let own = world.own_closing(verified, asked.epoch, 2, NOW);
    let closed = asked.close_own(&CloseOwn { grace: Span::days(1), ..own }).unwrap().account.unwrap();
    let (code, grace) = (world.code(&closed, Purpose::PasswordReset), NOW + Span::days(1));
    for now in [NOW, NOW + Span::hours(23)] {
        assert_eq!(closed.renewed_code(mail, &world.rules.code_lives, now), None, "it would gain nothing");
        assert_eq!(ends_at(&leaves(&world, &closed, mail, now).unwrap()), grace);
        let told = closed.inspect_code(&world.redeem(&code, now));
        assert!(matches!(told, CodeState::Live { expires_at, .. } if expires_at == grace), "{told:?}");
    }
    let over = closed.inspect_code(&world.redeem(&code, grace));
    assert!(!matches!(over, CodeState::Live { .. }), "{over:?}");
    // Reopened by staff, it lives as long as it was to.
    let open = world.reopened(&closed, 3, NOW);
    assert_eq!(ends_at(&leaves(&world, &open, mail, NOW).unwrap()), own_end);
}

#[test]
fn a_mail_that_reopens_and_was_given_up_is_queued_again_while_it_can_reopen() {
    let world = World::new();
    let change = closes(&world, &Given::InUse.account(&world), 1, NOW);
    let (mail, closed) = (&change.mails[0], change.account.unwrap());
    let requeue = |account: &Account, now| at(account, now).requeue(mail, &world.request(9, now));
    let later = NOW + Span::days(29);
    let (nothing, again) = requeue(&closed, later).unwrap();
    assert_eq!((nothing, again.code()), (Change::none(), mail.code()));
    assert!(leaves(&world, &at(&closed, later), &again, later).is_ok());
    // The host still needs the account after the grace: the code is over, and no other opens it.
    let over = NOW + Span::days(30);
    let kept = at(&closed, over).put_off_end(Span::days(1), over).unwrap().account.unwrap();
    assert_eq!(requeue(&kept, over), Err(Refusal::AccountClosed));
    // What staff closed meanwhile, staff reopens: the courier finds that the mail has lost its sense.
    let staffs = closed.close(&closing(NOW)).unwrap().account.unwrap();
    let (_, again) = requeue(&staffs, NOW).unwrap();
    assert!(leaves(&world, &staffs, &again, NOW).is_err());
}

/// What waits for a revert names its latest end until it is handed over, and its own from then on; what was promised by that
/// latest end stays.
#[test]
fn the_end_of_a_revert_moves_at_its_first_hand_over_and_what_waits_for_it_with_it() {
    let world = World::new();
    let in_use = Given::InUse.account(&world);
    let pending = world.email_asked(&in_use, "next@example.com", 1, NOW);
    let code = world.code(&pending, Purpose::EmailConfirm);
    let confirming = ConfirmEmail {
        redemption: world.redeem(&code, NOW),
        revert: world.request(2, NOW),
        epoch: pending.epoch,
    };
    let change = pending.confirm_email(&confirming).unwrap();
    let (revert, account) = (&change.mails[0], change.account.unwrap());
    let latest = NOW + Span::days(7);
    let until = |account: &Account, now| account.erasable(now, false).unwrap_err();
    assert_eq!(until(&account, NOW), Refusal::RevertLive { until: latest });
    let change = account.close(&Close { grace: Span::days(1), ..closing(NOW) }).unwrap();
    let told: Vec<_> = change
        .mails
        .iter()
        .map(|mail| mail.dispatch().unwrap().1.subject.clone())
        .filter(|subject| *subject == Subject::Notice(Notice::Closed { erased_at: latest }))
        .collect();
    assert_eq!(told.len(), 2, "the owner's address and the old one");
    let closed = change.account.unwrap();
    let handed = NOW + Span::days(2);
    let mailed = world.revert_mailed(&at(&closed, handed), revert, handed);
    let end = handed + Span::hours(72);
    assert_eq!(until(&mailed, handed), Refusal::RevertLive { until: end });
    assert!(!at(&mailed, end).is_over(end), "its notices named a later day");
    assert_eq!(mailed.due(), Some(end), "the old address is let go");
    assert!(at(&mailed, latest).is_over(latest));
    // Handed over late, it ends no later than the notices say.
    let late = NOW + Span::days(6);
    let mailed = world.revert_mailed(&at(&closed, late), revert, late);
    assert_eq!(until(&mailed, late), Refusal::RevertLive { until: latest });
    assert!(at(&mailed, latest).is_over(latest));
}
