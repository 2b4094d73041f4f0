//! The throttle's clauses, at the commands that it holds back.

use crate::domain::{testing::*, *};

const PERIOD: Span = Span::seconds(600);

fn asked(world: &World, account: &Account, number: u64, now: Timestamp) -> Result<Account, Refusal> {
    let change = account.request_password_set(&world.request(number, now))?;
    Ok(change.account.unwrap())
}

fn back(world: &World, account: &Account, queued_at: Timestamp) -> Option<Account> {
    let to = &account.facts().unwrap().mailbox;
    account.give_back(&world.keys, Purpose::PasswordSet, to, queued_at, Quota::ACCOUNT)
}

/// Clause 3.
#[test]
fn a_refusal_does_not_extend_the_wait() {
    let world = World::new();
    let account = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    for seconds in [1, 300, 599] {
        assert_eq!(
            asked(&world, &account, 2, NOW + Span::seconds(seconds)),
            Err(Refusal::Throttled { retry_after: Span::seconds(600 - seconds) })
        );
    }
    assert!(asked(&world, &account, 2, NOW + PERIOD).is_ok());
}

/// Clause 4.
#[test]
fn a_second_request_is_refused_until_600_s_have_passed_to_the_microsecond() {
    let world = World::new();
    let account = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    let just_before = NOW + PERIOD - Span::micros(1);
    assert_eq!(
        asked(&world, &account, 2, just_before),
        Err(Refusal::Throttled { retry_after: Span::micros(1) })
    );
    assert!(asked(&world, &account, 2, NOW + PERIOD).is_ok());
}

/// Clause 5: a code that runs out, or is made void by something newer, frees nothing.
#[test]
fn a_throttle_outlives_its_code_unless_that_is_redeemed() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let reset = |account: &Account, number, now| account.request_password_reset(&world.request(number, now));
    let mailed = reset(&account, 1, NOW).unwrap().account.unwrap();
    let now = NOW + Span::seconds(1);
    let assigned = world.assigned(&mailed, 2, now).as_of(now, Quota::ACCOUNT).0;
    assert_eq!(reset(&assigned, 3, now), Err(Refusal::Throttled { retry_after: Span::seconds(599) }));
    let chosen = world.chosen(&mailed, Purpose::PasswordReset, 2, now).as_of(now, Quota::ACCOUNT).0;
    assert!(reset(&chosen, 3, now).is_ok(), "it was answered: who forgets again gets another");
}

/// Clause 5: a redemption frees what was asked for on either side, of its own purpose.
#[test]
fn a_redemption_frees_both_sides_and_its_own_purpose_only() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let ask = |account: &Account, number, side| {
        account.request_password_reset(&MailRequest { side, ..world.request(number, NOW) })
    };
    let mailed = ask(&account, 1, Side::Stranger).unwrap().account.unwrap();
    let mailed = ask(&mailed, 2, Side::Account).unwrap().account.unwrap();
    let asks = mailed.change_password_management(&ManagementChange {
        to: Management::Administrator,
        code: world.request(3, NOW),
    });
    let mailed = asks.unwrap().account.unwrap_or(mailed);
    assert_eq!(mailed.facts().unwrap().throttles.len(), 2);
    let other = with_facts(mailed.clone(), |facts| {
        let (_, to, side) = *facts.throttles.keys().next().unwrap();
        facts.throttles.insert((Purpose::EmailConfirm, to, side), NOW + PERIOD);
    });
    let chosen = world.chosen(&other, Purpose::PasswordReset, 4, NOW);
    let left: Vec<_> = chosen.facts().unwrap().throttles.keys().map(|(purpose, ..)| *purpose).collect();
    assert_eq!(left, [Purpose::EmailConfirm]);
}

/// Clause 5: cancelling a change of address answers nothing.
#[test]
fn cancelling_a_change_of_address_frees_nothing() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let asked = world.email_asked(&account, "new@example.com", 1, NOW);
    let code = world.code(&asked, Purpose::EmailCancel);
    let now = NOW + Span::seconds(1);
    let by_code = asked.cancel_email_change_by_code(&world.redeem(&code, now)).unwrap().account.unwrap();
    let by_owner = asked.cancel_email_change(asked.epoch, now).unwrap().account.unwrap();
    for cancelled in [by_code, by_owner] {
        assert_eq!(cancelled.facts().unwrap().throttles, asked.facts().unwrap().throttles);
    }
}

/// Clause 6.
#[test]
fn a_clock_that_jumps_back_makes_nobody_wait_longer_than_a_period() {
    let world = World::new();
    let account = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    let early = NOW - Span::days(30);
    let (mended, events) = account.as_of(early, Quota::ACCOUNT);
    assert_eq!(events, [EventKind::ClockMended]);
    assert_eq!(asked(&world, &mended, 2, early), Err(Refusal::Throttled { retry_after: PERIOD }));
    assert!(asked(&world, &mended, 2, early + PERIOD).is_ok());
}

/// Clause 8.
#[test]
fn what_a_refused_mail_took_is_given_back_once() {
    let world = World::new();
    let account = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    let soon = NOW + Span::seconds(2);
    let given_back = back(&world, &account, NOW).unwrap();
    assert!(asked(&world, &given_back, 2, soon).is_ok());
    assert_eq!(back(&world, &given_back, NOW), None);
}

/// Clauses 1 and 8.
#[test]
fn a_mail_that_is_refused_late_gives_nothing_of_a_later_one_back() {
    let world = World::new();
    let first = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    let second = asked(&world, &first, 2, NOW + PERIOD).unwrap();
    assert_eq!(back(&world, &second, NOW), None);
}

/// Clause 9.
#[test]
fn a_bypass_is_journaled_and_takes_nothing_that_was_spent() {
    let world = World::new();
    let account = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    let soon = NOW + Span::seconds(1);
    let request = MailRequest { bypass_throttle: true, ..world.request(2, soon) };
    let change = account.request_password_set(&request).unwrap();
    assert!(matches!(change.events[..], [EventKind::MailQueued { bypassed_throttle: true, .. }]));
    let after = change.account.unwrap();
    assert_eq!(back(&world, &after, soon), None);
    assert!(asked(&world, &after, 3, NOW + PERIOD - Span::micros(1)).is_err());
    assert!(asked(&world, &after, 3, NOW + PERIOD).is_ok());
}

#[test]
fn each_purpose_has_a_throttle_of_its_own() {
    let world = World::new();
    let new = world.registered(1, NOW);
    let mailed = asked(&world, &new, 1, NOW).unwrap();
    let chosen = world.chosen(&mailed, Purpose::PasswordSet, 1, NOW);
    assert!(chosen.request_password_reset(&world.request(2, NOW)).is_ok());
}

/// Each side has its own: what strangers ask for never holds back staff, and the other way round.
#[test]
fn a_stranger_holds_back_neither_staff_nor_the_owner() {
    let world = World::new();
    let ask = |account: &Account, number, side| {
        account.request_password_set(&MailRequest { side, ..world.request(number, NOW) })
    };
    for [first, second] in [[Side::Stranger, Side::Account], [Side::Account, Side::Stranger]] {
        let asked = ask(&world.registered(1, NOW), 1, first).unwrap().account.unwrap();
        let throttled = Err(Refusal::Throttled { retry_after: PERIOD });
        assert_eq!(ask(&asked, 2, first), throttled);
        let both = ask(&asked, 2, second).unwrap().account.unwrap();
        assert_eq!(ask(&both, 3, second), throttled);
        let back = back(&world, &both, NOW).unwrap();
        assert_eq!(
            [first, second].map(|side| ask(&back, 4, side).is_ok()).iter().filter(|ok| **ok).count(),
            1
        );
    }
}

/// Clause 7: naming another new address starts a fresh quota, naming one again does not.
#[test]
fn a_typo_in_a_new_address_is_corrected_at_once() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let ask = |account: &Account, to: &str| {
        let email = EmailAddress::parse(to).unwrap();
        account.request_email_change(&EmailChange {
            code: world.request(5, NOW),
            notice: MailId::from_bytes([252; 16]),
            cancel_page: &world.page,
            email: &email,
            tag: world.keys.address_tag(&world.realm, &email),
            verified: &account.facts().unwrap().password.as_ref().unwrap().hash,
            epoch: account.epoch,
        })
    };
    let typo = ask(&account, "typo@example.com").unwrap().account.unwrap();
    let right = ask(&typo, "right@example.com").unwrap().account.unwrap();
    for again in ["typo@example.com", "Right@example.com"] {
        assert_eq!(ask(&right, again), Err(Refusal::Throttled { retry_after: PERIOD }), "{again}");
    }
    let own = &account.facts().unwrap().mailbox.address;
    assert_eq!(ask(&account, own.as_str()), Err(Refusal::AddressUnchanged));
    assert!(
        ask(&account, &own.as_str().to_uppercase()).is_ok(),
        "another spelling is a change like any other"
    );
}

/// Time tidies the throttles, and however many there come to be at once, an account keeps no more than so many.
#[test]
fn throttles_are_bounded_in_number() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let mut now = NOW;
    let mut asked = account.clone();
    for number in 0..200 {
        now = now + Span::seconds(1);
        asked = world.email_asked(&asked, &format!("new-{number}@example.com"), number, now);
        assert!(asked.facts().unwrap().throttles.len() <= Facts::THROTTLES_MOST);
    }
    let levels = &asked.facts().unwrap().throttles;
    assert_eq!(levels.len(), Facts::THROTTLES_MOST);
    assert!(levels.values().all(|level| *level > now + Span::seconds(560)), "the one that ends first goes");
    let later = asked.as_of(now + PERIOD, Quota::ACCOUNT).0;
    assert_eq!(later.facts().unwrap().throttles.len(), 0);
}

#[test]
fn throttles_are_read_as_they_were_written() {
    let world = World::new();
    let asked = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    let facts = asked.facts().unwrap();
    let written = serde_json::to_value(facts).unwrap();
    assert!(written["throttles"][0]["recipient"].is_string(), "{written}");
    let read: Facts = serde_json::from_value(written).unwrap();
    assert_eq!((read.throttles.len(), &read.throttles), (1, &facts.throttles));
}

/// Quotas of recipients: a link is a way in, whether it is the latest or the one before.
#[test]
fn a_code_before_the_latest_is_a_way_in_and_its_redemption_frees_the_throttle() {
    let world = World::new();
    let asked = |account: &Account, number, now| {
        let account = account.as_of(now, Quota::ACCOUNT).0;
        account.request_password_reset(&world.request(number, now)).unwrap().account.unwrap()
    };
    let mut account = Given::InUse.account(&world);
    let code = world.code(&account, Purpose::PasswordReset);
    let issued = account.facts().unwrap().confirmations[&Purpose::PasswordReset].issued.clone().unwrap();
    let mut now = NOW;
    for number in 1_u64.. {
        account = asked(&account, number, now);
        if account.facts().unwrap().confirmations[&Purpose::PasswordReset].predecessor.is_some() {
            break;
        }
        now = now + Span::minutes(20);
    }
    assert!(now < issued.latest_end, "the first one can still be redeemed");
    let of = |account: &Account| account.has_live_code(Purpose::PasswordReset, &world.keys, now);
    assert!(of(&account));
    // As where a host has made lives shorter since, so that the successor ends first.
    let shorter = with_facts(account.clone(), |facts| {
        let codes = facts.confirmations.get_mut(&Purpose::PasswordReset).unwrap();
        codes.issued.as_mut().unwrap().expires_at = now;
    });
    assert!(of(&shorter));
    let neither = with_facts(shorter.clone(), |facts| {
        let codes = facts.confirmations.get_mut(&Purpose::PasswordReset).unwrap();
        codes.predecessor.as_mut().unwrap().expires_at = now;
    });
    assert!(!of(&neither));
    let throttled = account.request_password_reset(&world.request(900, now));
    assert!(matches!(throttled, Err(Refusal::Throttled { .. })), "{throttled:?}");
    let fresh = world.fresh(&account, 901);
    let change = account.choose_password(&world.redeem(&code, now), &world.judge(&fresh, now)).unwrap();
    let chosen = change.account.unwrap();
    assert!(!of(&chosen), "it kills both");
    assert!(chosen.request_password_reset(&world.request(902, now)).is_ok());
}
