//! The codes' clauses: how long they live, what they open, and what a page may say of them.

use crate::domain::{letter_context::Withdrawn, testing::*, *};

const HOUR: Span = Span::hours(1);

fn asked(world: &World, account: &Account, number: u64, now: Timestamp) -> Account {
    let now_is = account.as_of(now, Quota::ACCOUNT).0;
    let change = now_is.request_password_reset(&world.request(number, now));
    change.unwrap().account.unwrap()
}

fn state(world: &World, account: &Account, code: &MailedCode, now: Timestamp) -> CodeState {
    account.as_of(now, Quota::ACCOUNT).0.inspect_code(&world.redeem(code, now))
}

fn choose(world: &World, account: &Account, code: &MailedCode, now: Timestamp) -> Result<Account, Stop> {
    let account = account.as_of(now, Quota::ACCOUNT).0;
    let fresh = world.fresh(&account, 1);
    let change = account.choose_password(&world.redeem(code, now), &world.judge(&fresh, now))?;
    Ok(change.account.unwrap())
}

fn dead<T>() -> Result<T, Stop> {
    Err(Stop::Refused(Refusal::DeadCode))
}

/// Clause 1.
#[test]
fn a_code_lives_until_its_expiry_to_the_microsecond() {
    let world = World::new();
    for (given, purpose, life) in
        [(Given::New, Purpose::PasswordSet, Span::hours(24)), (Given::InUse, Purpose::PasswordReset, HOUR)]
    {
        let account = asked(&world, &given.account(&world), 1, NOW + Span::hours(100));
        let code = world.code(&account, purpose);
        let end = NOW + Span::hours(100) + life;
        assert!(choose(&world, &account, &code, end - Span::micros(1)).is_ok(), "{purpose:?}");
        assert_eq!(choose(&world, &account, &code, end), dead(), "{purpose:?}");
        assert_eq!(state(&world, &account, &code, end), CodeState::Expired { purpose, return_url: None });
    }
}

/// Clause 1.
#[test]
fn a_repeated_request_mails_the_same_code_and_slides_its_end_so_far_and_no_further() {
    let world = World::new();
    let start = NOW + Span::hours(100);
    for (given, purpose, step, longest) in [
        (Given::New, Purpose::PasswordSet, Span::hours(23), Span::hours(72)),
        (Given::InUse, Purpose::PasswordReset, Span::minutes(53), Span::hours(24)),
    ] {
        let life = world.rules.code_lives.of(purpose);
        let half = Span::micros(life.each.as_micros() / 2);
        let mut account = asked(&world, &given.account(&world), 1, start);
        let first = world.code(&account, purpose);
        let (mut now, mut number, mut named) = (start, 1, start + life.each);
        loop {
            (now, number) = (now + step, number + 1);
            let end = (now + life.each).min(start + longest);
            account = asked(&world, &account, number, now);
            let live = account.facts().unwrap().confirmations[&purpose].live(now).unwrap().clone();
            if end.since(now) < half {
                assert_eq!(live.nonce, world.request(number, now).nonce, "another code");
                assert_eq!(live.expires_at, now + life.each);
                break;
            }
            assert_eq!(live.nonce, world.request(1, start).nonce, "the same code");
            assert_eq!(live.expires_at, end);
            named = end;
        }
        // Both are good, each until the end that its mails name.
        let second = world.code(&account, purpose);
        assert!(choose(&world, &account, &second, named).is_ok());
        assert!(choose(&world, &account, &first, named - Span::micros(1)).is_ok());
        assert_eq!(choose(&world, &account, &first, named), dead());
        assert_eq!(state(&world, &account, &first, named), CodeState::Expired { purpose, return_url: None });
        assert_eq!(
            asked(&world, &account, 99, now + Span::minutes(10)).facts().unwrap().confirmations[&purpose]
                .live(now)
                .unwrap()
                .nonce,
            world.request(number, now).nonce,
            "a repeat mails the newer one"
        );
    }
}

/// Clause 1.
#[test]
fn redeeming_either_of_two_codes_kills_both_and_each_bearer_is_told_used() {
    let world = World::new();
    let purpose = Purpose::PasswordSet;
    let account = asked(&world, &Given::New.account(&world), 1, NOW + Span::hours(100));
    let first = world.code(&account, purpose);
    let mut account = account;
    for (number, hours) in [(2, 123), (3, 146), (4, 165)] {
        account = asked(&world, &account, number, NOW + Span::hours(hours));
    }
    let second = world.code(&account, purpose);
    let now = NOW + Span::hours(166);
    for (redeemed, other) in [(&first, &second), (&second, &first)] {
        assert!(matches!(state(&world, &account, other, now), CodeState::Live { .. }));
        let chosen = choose(&world, &account, redeemed, now).unwrap();
        for code in [redeemed, other] {
            assert_eq!(state(&world, &chosen, code, now), CodeState::Used { purpose, return_url: None });
            assert_eq!(choose(&world, &chosen, code, now), dead());
        }
    }
}

/// Clause 1: a life as long as the limit leaves nothing to slide, and no life is cut by it.
#[test]
fn a_life_longer_than_the_limit_is_its_own_limit() {
    let lives = |of: fn(&mut CodeLives)| {
        let mut lives = CodeLives::default();
        of(&mut lives);
        lives
    };
    let long = lives(|lives| lives.password_reset = Span::days(14));
    assert_eq!(long.of(Purpose::PasswordReset), Lifetime { each: Span::days(14), longest: Span::days(14) });
    let short = lives(|lives| lives.password_reset = Span::minutes(5));
    assert_eq!(short.of(Purpose::PasswordReset).longest, Span::hours(24));
    let set = lives(|lives| lives.password_set = Span::hours(80)).of(Purpose::PasswordSet);
    assert_eq!(set.longest, Span::hours(80));
    assert_eq!(long.of(Purpose::EmailCancel), long.of(Purpose::EmailConfirm), "a cancel lives as its change");
    assert_eq!(long.of(Purpose::EmailRevert).longest, Span::days(7));
}

/// Clause 1: what its host shortens later does not undercut what was mailed before.
#[test]
fn a_code_keeps_the_end_that_it_was_issued_with_whatever_the_settings_say_later() {
    let mut long = World::new();
    long.rules.code_lives.password_set = Span::days(7);
    let account = asked(&long, &Given::New.account(&World::new()), 1, NOW + Span::hours(100));
    let (code, end) = (long.code(&account, Purpose::PasswordSet), NOW + Span::hours(100) + Span::days(7));
    let short = World::new();
    for (number, later) in [(2, Span::hours(1)), (3, Span::days(5)), (4, Span::hours(162))] {
        let now = NOW + Span::hours(100) + later;
        let again = asked(&short, &account, number, now);
        assert!(choose(&short, &again, &code, end - Span::micros(1)).is_ok(), "{later}");
    }
}

/// Clause 2.
#[test]
fn a_code_redeems_once() {
    let world = World::new();
    let account = Given::New.account(&world);
    let code = world.code(&account, Purpose::PasswordSet);
    let chosen = choose(&world, &account, &code, NOW).unwrap();
    assert_eq!(choose(&world, &chosen, &code, NOW), dead());
}

/// Clause 2.
#[test]
fn a_code_is_bound_to_its_account_purpose_address_realm_and_incarnation() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let code = world.code(&account, Purpose::PasswordReset);
    assert!(choose(&world, &account, &code, NOW).is_ok());

    let facts = account.facts().unwrap();
    let issued = facts.confirmations[&Purpose::PasswordReset].issued.clone();
    let twin = with_facts(world.registered(2, NOW), |other| *other = facts.clone());
    let its_link = |code: &str, of: &Account| MailedCode::new(&of.id.to_string(), code);
    let mint = world.mint();
    let text = mint
        .code(account.id, Purpose::PasswordReset, &facts.mailbox.address, issued.as_ref().unwrap())
        .unwrap()
        .expose();
    assert!(choose(&world, &account, &its_link(&text, &account), NOW).is_ok());
    assert_eq!(choose(&world, &twin, &its_link(&text, &twin), NOW), dead(), "account");

    let other_purpose = with_facts(account.clone(), |facts| {
        let moved = facts.confirmations.remove(&Purpose::PasswordReset).unwrap();
        facts.confirmations.insert(Purpose::PasswordSet, moved);
    });
    assert_eq!(choose(&world, &other_purpose, &code, NOW), dead(), "purpose");

    // The very same mailbox written in another case is another text: a code is for the octets mailed to.
    let other_address = with_facts(account.clone(), |facts| {
        facts.mailbox.address = EmailAddress::parse("OWNER-1@example.com").unwrap();
    });
    assert_eq!(choose(&world, &other_address, &code, NOW), dead(), "address");

    let mut elsewhere = World::new();
    elsewhere.realm = Realm::parse("other").unwrap();
    assert_eq!(choose(&elsewhere, &account, &code, NOW), dead(), "realm");
    let mut restored = World::new();
    restored.incarnation = Incarnation::from_bytes([8; 16]);
    assert_eq!(choose(&restored, &account, &code, NOW), dead(), "incarnation");
}

/// Clause 2.
#[test]
fn blank_null_and_never_issued_codes_match_nothing() {
    let world = World::new();
    for given in Given::ALL {
        let account = given.account(&world);
        let id = account.id.to_string();
        for text in ["", "null", "undefined", &"A".repeat(43), &"A".repeat(44), &"=".repeat(43)] {
            let code = MailedCode::new(&id, text);
            assert_eq!(choose(&world, &account, &code, NOW), dead(), "{given:?} {text}");
            assert_eq!(state(&world, &account, &code, NOW), CodeState::Invalid, "{given:?} {text}");
        }
    }
}

/// Parameters are found wherever they stand in the link, and never guessed where it names two.
#[test]
fn a_mailed_link_is_read_as_it_came_and_ambiguous_ones_match_nothing() {
    let world = World::new();
    let account = asked(&world, &Given::InUse.account(&world), 1, NOW);
    let id = account.id;
    let code = "A".repeat(43);
    for (url, named) in [
        (format!("https://app.example/p?id={id}&confirmation_code={code}"), true),
        (format!("/p?lang=ko&confirmation_code={code}&return_url=%2Fa%3Fid%3D1&id={id}#top"), true),
        (format!("id={id}&confirmation_code={code}"), true),
        (format!("https://app.example/p?id={id}&id={id}&confirmation_code={code}"), false),
        (format!("https://app.example/p?id={id}&confirmation_code={code}&confirmation_code={code}"), false),
        (format!("https://app.example/p?id={id}"), false),
        (format!("https://app.example/p#id={id}&confirmation_code={code}"), false),
        (String::new(), false),
    ] {
        assert_eq!(MailedCode::from_url(&url).account(), named.then_some(id), "{url}");
    }
}

/// Clause 2: a code is good for its purpose only.
#[test]
fn a_code_for_another_purpose_chooses_no_password() {
    let world = World::new();
    for purpose in Purpose::ALL {
        let account = with_facts(asked(&world, &Given::InUse.account(&world), 1, NOW), |facts| {
            let asked = facts.confirmations.remove(&Purpose::PasswordReset).unwrap();
            facts.confirmations = [(purpose, asked)].into();
            if purpose == Purpose::Reopen {
                let (until, by) = (NOW + Span::days(30), ClosedBy::Owner);
                facts.standing = Standing::Closed { at: NOW, until, by, before: OpenStanding::Active };
            }
        });
        let code = world.code(&account, purpose);
        assert!(matches!(state(&world, &account, &code, NOW), CodeState::Live { .. }), "{purpose:?}");
        assert_eq!(choose(&world, &account, &code, NOW).is_ok(), purpose.chooses_a_password(), "{purpose:?}");
    }
}

/// Whatever left it alive: the page does not promise what the standing forbids.
#[test]
fn a_code_is_not_called_live_where_the_accounts_standing_lets_it_do_nothing() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let code = world.code(&account, Purpose::PasswordReset);
    for kind in [StandingKind::Suspended, StandingKind::Closed] {
        let stands = standing(account.clone(), kind).facts().unwrap().standing.clone();
        let shut = with_facts(account.clone(), |facts| facts.standing = stands);
        let told = state(&world, &shut, &code, NOW);
        assert_eq!(told, CodeState::Used { purpose: Purpose::PasswordReset, return_url: None }, "{kind:?}");
        assert_eq!(choose(&world, &shut, &code, NOW), dead());
    }
}

/// Clause 3.
#[test]
fn a_redemption_that_fails_on_the_policy_does_not_consume() {
    let world = World::new();
    let account = Given::New.account(&world);
    let code = world.code(&account, Purpose::PasswordSet);
    let strict = World { policy: PasswordPolicy::builder().length(30..=40).build().unwrap(), ..World::new() };
    assert!(matches!(
        choose(&strict, &account, &code, NOW),
        Err(Stop::Refused(Refusal::WeakPassword(violations))) if violations.len() == 1
    ));
    assert!(choose(&world, &account, &code, NOW).is_ok());
}

/// Clause 3.
#[test]
fn a_dead_code_is_refused_before_anything_is_said_of_the_password() {
    let strict = World { policy: PasswordPolicy::builder().length(30..=40).build().unwrap(), ..World::new() };
    let account = Given::New.account(&strict);
    let never = MailedCode::new(&account.id.to_string(), &"A".repeat(43));
    assert_eq!(choose(&strict, &account, &never, NOW), dead());
}

/// Clause 4.
#[test]
fn for_7_days_a_page_can_say_used_to_the_genuine_bearer_and_to_nobody_else() {
    let world = World::new();
    let account = Given::New.account(&world);
    let code = world.code(&account, Purpose::PasswordSet);
    let chosen = choose(&world, &account, &code, NOW).unwrap();
    let end = NOW + Span::days(7);
    let used = CodeState::Used { purpose: Purpose::PasswordSet, return_url: None };
    assert_eq!(state(&world, &chosen, &code, end - Span::micros(1)), used);
    assert_eq!(choose(&world, &chosen, &code, end - Span::micros(1)), dead());
    assert_eq!(state(&world, &chosen, &code, end), CodeState::Invalid);
    let guess = MailedCode::new(&account.id.to_string(), &"B".repeat(43));
    assert_eq!(state(&world, &chosen, &guess, NOW), CodeState::Invalid);
}

/// Clause 4.
#[test]
fn for_7_days_a_page_can_say_expired_or_until_a_later_one_dies() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let purpose = Purpose::PasswordReset;
    let code = world.code(&account, purpose);
    let expiry = account.facts().unwrap().confirmations[&purpose].issued.as_ref().unwrap().expires_at;
    let expired = CodeState::Expired { purpose, return_url: None };
    assert_eq!(state(&world, &account, &code, expiry), expired);
    assert_eq!(state(&world, &account, &code, expiry + Span::days(7) - Span::micros(1)), expired);
    assert_eq!(state(&world, &account, &code, expiry + Span::days(7)), CodeState::Invalid);

    let again = asked(&world, &account, 2, expiry);
    assert_eq!(state(&world, &again, &code, expiry), expired, "while a later one lives");
    let chosen = world.chosen(&again, purpose, 2, expiry);
    assert_eq!(state(&world, &chosen, &code, expiry), CodeState::Invalid, "a later one died");
}

/// Clause 5.
#[test]
fn a_revoked_key_kills_its_codes_and_the_next_request_mails_another() {
    let world = World::new();
    let account = Given::New.account(&world);
    let code = world.code(&account, Purpose::PasswordSet);
    let second = KeyId::parse("second").unwrap();
    let rotated = World {
        keys: world
            .keys
            .clone()
            .with_key(second.clone(), key(2))
            .unwrap()
            .with_active(second.clone())
            .unwrap(),
        ..World::new()
    };
    assert!(choose(&rotated, &account, &code, NOW).is_ok(), "a rotated key still counts");
    let revoked = World { keys: Keyring::new(key(9), second, key(2)).unwrap(), ..World::new() };
    assert_eq!(choose(&revoked, &account, &code, NOW), dead());
    assert_eq!(state(&revoked, &account, &code, NOW), CodeState::Invalid);
    let same = asked(&rotated, &account, 2, NOW);
    assert!(choose(&rotated, &same, &code, NOW).is_ok(), "asked again under a rotated key, it stays");
    let another = asked(&revoked, &account, 2, NOW);
    let fresh = revoked.code(&another, Purpose::PasswordSet);
    assert!(choose(&revoked, &another, &fresh, NOW).is_ok());
}

/// Clause 6.
#[test]
fn a_mail_is_withdrawn_unless_its_nonce_and_its_recipient_still_stand() {
    let world = World::new();
    let before = Given::New.account(&world);
    let change = before.request_password_set(&world.request(1, NOW)).unwrap();
    let (account, mail) = (change.account.unwrap(), &change.mails[0]);
    let letter = |account: Option<&Account>, address: Option<&Address>, now| {
        let counter = world.counter(account, now);
        counter.letter(mail, |_| address).map(|letter| letter.to)
    };
    let to = account.facts().unwrap().mailbox.address.clone();
    assert_eq!(letter(Some(&account), None, NOW), Ok(to));

    let void = Err(Withdrawn::Void);
    assert_eq!(letter(None, None, NOW), void, "no account");
    for kind in [StandingKind::Suspended, StandingKind::Closed, StandingKind::Erased] {
        assert_eq!(letter(Some(&standing(account.clone(), kind)), None, NOW), void, "{kind:?}");
    }
    let issued = account.facts().unwrap().confirmations[&Purpose::PasswordSet].issued.clone().unwrap();
    assert_eq!(letter(Some(&account), None, issued.expires_at), Err(Withdrawn::Expired));
    let chosen = world.chosen(&account, Purpose::PasswordSet, 1, NOW);
    assert_eq!(letter(Some(&chosen), None, NOW), void, "used");
    let changed = |change: &dyn Fn(&mut Confirmation)| {
        with_facts(account.clone(), |facts| {
            change(facts.confirmations.get_mut(&Purpose::PasswordSet).unwrap().issued.as_mut().unwrap());
        })
    };
    let other_nonce = changed(&|issued| issued.nonce = Nonce::from_bytes([9; 16]));
    assert_eq!(
        letter(Some(&other_nonce), None, NOW),
        Err(Withdrawn::Expired),
        "one that nothing has made void"
    );
    let voided = with_facts(other_nonce, |facts| {
        facts.confirmations.get_mut(&Purpose::PasswordSet).unwrap().voided_at = Some(NOW);
    });
    assert_eq!(letter(Some(&voided), None, NOW), void, "another nonce");
    let other_recipient = changed(&|issued| issued.recipient = Ordinal::new(9));
    assert_eq!(letter(Some(&other_recipient), None, NOW), void, "another recipient");
    let forgotten = with_facts(account.clone(), |facts| facts.mailbox.ordinal = Ordinal::new(9));
    assert_eq!(letter(Some(&forgotten), None, NOW), void, "an address that is gone");

    let suppressed = suppressed(account.facts().unwrap().mailbox.tag, SuppressionScope::All, NOW);
    assert_eq!(letter(Some(&account), Some(&suppressed), NOW), Err(Withdrawn::Suppressed));
}

/// Clause 7.
#[test]
fn the_return_url_of_the_first_request_is_honoured_while_the_code_lives() {
    let world = World::new();
    let urls =
        ["https://app.example/one", "https://app.example/two"].map(|url| ReturnUrl::parse(url).unwrap());
    let new = world.registered(1, NOW);
    let mut account = new;
    let mut links = Vec::new();
    for (number, (url, after)) in urls.iter().zip([Span::ZERO, Span::minutes(10)]).enumerate() {
        let request = MailRequest { return_url: Some(url), ..world.request(number as u64, NOW + after) };
        let change = account.request_password_set(&request).unwrap();
        account = change.account.unwrap();
        let counter = world.counter(Some(&account), request.now);
        let letter = counter.letter(&change.mails[0], |_| None).unwrap();
        links.push(letter.link().unwrap().expose().to_owned());
    }
    assert_eq!(links[0], links[1]);
    assert!(links[0].ends_with("return_url=https%3A%2F%2Fapp.example%2Fone"), "{}", links[0]);
}

#[test]
fn redeeming_proves_the_address_that_the_code_was_mailed_to() {
    let world = World::new();
    for (given, before) in [(Given::New, false), (Given::EmailReplaced, false), (Given::InUse, true)] {
        let account = given.account(&world);
        assert_eq!(account.facts().unwrap().proven, before, "{given:?}");
        let code = world.code(&account, given.password_code());
        let chosen = choose(&world, &account, &code, NOW).unwrap();
        assert!(chosen.facts().unwrap().proven);
    }
}

#[test]
fn a_clock_that_jumps_back_lets_no_code_live_longer_than_its_longest_life() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let reset = |early| {
        let (mended, _) = account.as_of(early, Quota::ACCOUNT);
        mended.facts().unwrap().confirmations[&Purpose::PasswordReset].clone()
    };
    let early = NOW - Span::hours(4);
    let issued = reset(early).issued.unwrap();
    assert_eq!(issued.issued_at, early);
    assert_eq!(issued.expires_at, early + Span::hours(1));
    assert_eq!(issued.latest_end, early + Span::hours(24));
    // Where nobody writes down what time did, it would live anew at each look: from further ahead, it ends.
    assert_eq!(reset(NOW - Span::days(30)).issued, None);
    assert_eq!(reset(NOW - Span::days(30)).dead.unwrap().end, ConfirmationEnd::Expired);
}

/// Clause 6: what time does to the account is done before the letter is made, and does not make an expired code a void one.
#[test]
fn a_mail_whose_code_ran_out_is_told_from_one_that_lost_its_sense_however_late_it_is() {
    let world = World::new();
    let in_use = Given::InUse.account(&world);
    let email = EmailAddress::parse("next@example.com").unwrap();
    let change = in_use.request_email_change(&EmailChange {
        code: world.request(1, NOW),
        notice: MailId::from_bytes([252; 16]),
        cancel_page: &world.page,
        email: &email,
        tag: world.keys.address_tag(&world.realm, &email),
        verified: &in_use.facts().unwrap().password.as_ref().unwrap().hash,
        epoch: in_use.epoch,
    });
    let change = change.unwrap();
    let (pending, [confirm, cancel]) = (change.account.unwrap(), &change.mails[..]) else { panic!("two") };
    let after = |account: &Account, mail: &Mail, now| {
        let account = account.as_of(now, Quota::ACCOUNT).0;
        world.counter(Some(&account), now).letter(mail, |_| None).map(drop)
    };
    let end = NOW + Span::hours(24);
    for mail in [confirm, cancel] {
        assert_eq!(after(&pending, mail, end - Span::micros(1)), Ok(()));
        // The change is dropped then, its codes are forgotten after 7 days, and the address after 14.
        for days in [1, 2, 8, 20] {
            assert_eq!(after(&pending, mail, NOW + Span::days(days)), Err(Withdrawn::Expired), "{days}");
        }
        let cancelled = pending.cancel_email_change(pending.epoch, NOW + Span::hours(1)).unwrap();
        let cancelled = cancelled.account.unwrap();
        assert_eq!(after(&cancelled, mail, end), Err(Withdrawn::Void));
    }
}
