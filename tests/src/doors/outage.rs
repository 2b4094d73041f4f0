//! A mail server that is away: nothing is lost silently, no mail is charged, and no mail names an end that does not hold.

use std::collections::BTreeSet;

use accountable_core::{
    About, AccountChanges, Delivery, DeliveryOptions, MailList, MailOptions, OutboxMail, PublicError,
    domain::{
        AccountId, CodeLives, CodeState, DeathCause, EventKind, HostNotice, Locale, Message, Purpose, Rules,
        Span, Timestamp,
    },
    port::Clock as _,
};
use accountable_memory::Answer;

use crate::doors::world::{BETTER, GOOD, World, code_of, email, on_each_store, password, until};

const ADA: &str = "ada@example.com";
const HOST: &str = "host@example.com";

async fn ask(world: &World, address: &str) {
    let _ = world.public().request_password_reset(&email(address), MailOptions::default()).await.unwrap();
}

/// Sweeps whenever something is due, until that time is over.
async fn sweep_for(world: &World, span: Span) {
    let end = world.clock.now() + span;
    for _ in 0..5_000 {
        match world.sweep().await.next_due {
            Some(due) if due < end => world.clock.set(due.max(world.clock.now() + Span::micros(1))),
            _ => break,
        }
    }
    world.clock.set(end);
}

/// The server is away for so long, and back then.
async fn away(world: &World, with: Answer, span: Span) {
    world.mailer.answer_all(with);
    sweep_for(world, span).await;
    world.mailer.answer_all(Answer::Accept);
}

/// As [`away`], and nobody sweeps meanwhile but once, at the beginning.
async fn unswept(world: &World, span: Span) {
    world.mailer.answer_all(Answer::Unreachable);
    world.sweep().await;
    world.clock.advance(span);
    world.mailer.answer_all(Answer::Accept);
}

async fn dead(world: &World) -> Vec<OutboxMail> {
    world.admin().mails(&MailList::Dead { after: None }, 100).await.unwrap().items
}

/// The end that the last link to the address names.
fn named_end(world: &World, address: &str) -> Timestamp {
    match world.mailer.last_to(&email(address)).map(|letter| letter.message) {
        Some(Message::Code { expires_at, .. }) => expires_at,
        other => panic!("no link but {other:?}"),
    }
}

async fn live_until(world: &World, address: &str) -> Option<Timestamp> {
    match world.public().inspect_code(&world.mailed_code(address)).await.unwrap() {
        CodeState::Live { expires_at, .. } => Some(expires_at),
        _ => None,
    }
}

fn told_of_expiries(world: &World) -> usize {
    let told = |letter: &accountable_core::domain::Letter| {
        matches!(letter.message, Message::ForHost(HostNotice::MailExpired { .. }))
    };
    world.mailer.letters().iter().filter(|letter| told(letter)).count()
}

/// Ada confirms another address; the mail with the way back has yet to be sent.
async fn changed(world: &World) -> AccountId {
    let id = world.in_use(ADA, GOOD).await;
    let owner = world.signed_in(ADA, GOOD).await;
    owner
        .request_email_change(&password(GOOD), &email("new@example.com"), &MailOptions::default())
        .await
        .unwrap();
    world.sweep().await;
    owner.confirm_email(&world.mailed_code("new@example.com")).await.unwrap();
    id
}

fn shorter(builder: accountable_core::Builder) -> accountable_core::Builder {
    let mut rules = Rules::default();
    rules.code_lives.password_reset = Span::minutes(20);
    rules.code_lives.password_set = Span::days(7);
    rules.code_lives.email_revert = Span::hours(5);
    builder.rules(rules)
}

on_each_store! {
    __doors_outage in outage;
    async fn a_mail_whose_code_has_expired_is_dead_listed_counted_journaled_and_told(world with |builder: accountable_core::Builder| builder.notices_to(email(HOST))) {
        let id = world.in_use(ADA, GOOD).await;
        ask(&world, ADA).await;
        unswept(&world, Span::minutes(70)).await;
        let swept = world.sweep().await;
        assert_eq!((swept.dead, swept.cancelled, swept.delivered), (1, 0, 1), "the notice to the host");
        let mail = dead(&world).await.pop().unwrap();
        assert_eq!(mail.dead, Some(DeathCause::Expired));
        assert!(matches!(mail.about, About::Code { account, purpose: Purpose::PasswordReset, .. } if account == id));
        let died = |event: &accountable_core::domain::Event| {
            matches!(event.what, EventKind::MailDied { mail: of, why: DeathCause::Expired } if of == mail.id)
        };
        assert!(world.history(id).await.iter().any(died));
        let letter = world.mailer.last_to(&email(HOST)).unwrap();
        let told = matches!(letter.message, Message::ForHost(HostNotice::MailExpired { account, purpose: Purpose::PasswordReset }) if account == id);
        assert!(told, "{letter:?}");
    }

    async fn the_outbox_says_how_it_stands(world) {
        let stands = async || world.accounts.outbox_health().await.unwrap();
        let empty = stands().await;
        assert_eq!((empty.waiting, empty.overdue, empty.dead, empty.failing_domains, empty.mailer_works), (0, Span::ZERO, 0, 0, true));
        for address in [ADA, "bob@elsewhere.example", "eve@nowhere.example"] {
            world.in_use(address, GOOD).await;
        }

        // One domain is away for a while, one address is none, and the third gets its mail.
        world.mailer.answer(email("bob@elsewhere.example"), Answer::Transient);
        world.mailer.answer(email("eve@nowhere.example"), Answer::NoSuchMailbox);
        for address in [ADA, "bob@elsewhere.example", "eve@nowhere.example"] {
            ask(&world, address).await;
        }
        assert_eq!((stands().await.waiting, stands().await.overdue), (3, Span::ZERO), "nobody has decided yet");
        world.clock.advance(Span::minutes(2));
        assert_eq!(stands().await.overdue, Span::minutes(2), "nor has anybody looked");
        world.sweep().await;
        let failing = stands().await;
        assert_eq!((failing.waiting, failing.dead, failing.failing_domains), (1, 1, 1));
        assert!(failing.mailer_works && failing.overdue == Span::ZERO, "it is tried again in its time");
        world.mailer.answer_all(Answer::Accept);
        sweep_for(&world, Span::minutes(10)).await;
        let well = stands().await;
        assert_eq!((well.waiting, well.dead, well.failing_domains), (0, 1, 0));

        for address in [ADA, "bob@elsewhere.example"] {
            ask(&world, address).await;
        }
        world.mailer.answer_all(Answer::Unreachable);
        sweep_for(&world, Span::minutes(2)).await;
        let away = stands().await;
        assert!(!away.mailer_works && away.waiting == 2, "{away:?}");
        assert!(away.overdue > Span::ZERO, "{away:?}");
        assert_eq!(away.failing_domains, 0, "no domain is to blame");
    }

    /// Each that died is told of within the hour, by one notice an hour.
    async fn the_host_is_told_of_many_expiries_once_an_hour(world with |builder: accountable_core::Builder| builder.notices_to(email(HOST))) {
        for at in 0..12 {
            world.in_use(&format!("u{at}@d{at}.example"), GOOD).await;
            ask(&world, &format!("u{at}@d{at}.example")).await;
        }
        unswept(&world, Span::minutes(70)).await;
        assert_eq!(world.sweep().await.dead, 12);
        assert_eq!(told_of_expiries(&world), 1);
        sweep_for(&world, Span::hours(5)).await;
        assert_eq!(told_of_expiries(&world), 2, "the one for all that came after the first");
    }

    /// Another code took its place, and that one expired as well: neither mail is dropped without a word.
    async fn a_mail_of_a_code_that_is_long_forgotten_is_dead_too(world) {
        world.in_use(ADA, GOOD).await;
        for _ in 0..3 {
            ask(&world, ADA).await;
            unswept(&world, Span::minutes(70)).await;
            world.mailer.answer_all(Answer::Unreachable);
        }
        world.mailer.answer_all(Answer::Accept);
        for _ in 0..3 {
            world.sweep().await;
            world.clock.advance(Span::minutes(5));
        }
        let why: Vec<_> = dead(&world).await.iter().map(|mail| mail.dead).collect();
        assert_eq!(why, [Some(DeathCause::Expired); 3]);
    }

    /// What its owner has done meanwhile is another matter: the mail has lost its sense, and nobody misses it.
    async fn a_mail_whose_code_was_made_void_is_cancelled_however_late(world) {
        let id = world.in_use(ADA, GOOD).await;
        ask(&world, ADA).await;
        unswept(&world, Span::minutes(30)).await;
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        for wait in [Span::minutes(70), Span::days(2)] {
            world.clock.advance(wait);
        }
        let swept = world.sweep().await;
        assert_eq!((swept.cancelled, swept.dead), (1, 0));
    }

    async fn a_mail_that_leaves_late_has_its_codes_life_renewed_first(world) {
        world.in_use(ADA, GOOD).await;
        ask(&world, ADA).await;
        unswept(&world, Span::minutes(50)).await;
        let now = world.clock.now();
        assert_eq!(world.sweep().await.delivered, 1);
        assert_eq!(named_end(&world, ADA), now + Span::hours(1));
        assert_eq!(live_until(&world, ADA).await, Some(now + Span::hours(1)));
        let id = world.mailed_code(ADA).account().unwrap();
        let told = world.history(id).await;
        let renewed = told.iter().filter(|event| matches!(event.what, EventKind::CodeRenewed { purpose: Purpose::PasswordReset, .. }));
        assert_eq!(renewed.count(), 1);
        world.clock.advance(Span::minutes(59));
        world.public().choose_password(&world.mailed_code(ADA), &password(BETTER)).await.unwrap();
    }

    async fn half_a_life_is_enough_and_costs_no_commit(world) {
        let id = world.in_use(ADA, GOOD).await;
        ask(&world, ADA).await;
        unswept(&world, Span::minutes(30)).await;
        world.sweep().await;
        assert_eq!(named_end(&world, ADA), world.clock.now() + Span::minutes(30));
        assert!(!world.history(id).await.iter().any(|event| matches!(event.what, EventKind::CodeRenewed { .. })));
    }

    /// A code that was renewed as far as it can be goes out with what is left; an outage does not make a reset live a week.
    async fn a_renewed_life_ends_24_h_after_the_reset_was_issued(world) {
        world.in_use(ADA, GOOD).await;
        let issued = world.clock.now();
        ask(&world, ADA).await;
        away(&world, Answer::Unreachable, Span::minutes(23 * 60 + 55)).await;
        world.clock.advance(Span::minutes(1));
        sweep_for(&world, Span::micros(1)).await;
        assert_eq!(named_end(&world, ADA), issued + Span::hours(24));
        assert_eq!(live_until(&world, ADA).await, Some(issued + Span::hours(24)));
    }

    async fn no_attempt_is_counted_while_the_server_is_away_or_refuses_us(world) {
        for (at, answer) in [Answer::Unreachable, Answer::Ours].into_iter().enumerate() {
            let mut ids = Vec::new();
            for n in 0..5 {
                ids.push(world.in_use(&format!("u{at}{n}@d{n}.example"), GOOD).await);
            }
            world.sweep().await;
            for id in &ids {
                world.admin().close(*id).await.unwrap();
            }
            let before = world.mailer.attempts().len();
            away(&world, answer, Span::days(10)).await;
            let tried = world.mailer.attempts().len() - before;
            assert!(tried < 5 + 10 * 24 * 12 + 20, "{tried} attempts: more than one probe each 5 min");
            let waiting = world.admin().mails(&MailList::All { after: None }, 100).await.unwrap().items;
            assert_eq!(waiting.len(), 5, "{answer:?}: {waiting:?}");
            assert!(waiting.iter().all(|mail| (mail.attempts, mail.dead) == (0, None)), "{answer:?}: {waiting:?}");
            for id in &ids {
                let told = world.history(*id).await;
                assert!(!told.iter().any(|event| matches!(event.what, EventKind::MailDelayed { .. } | EventKind::MailDied { .. })));
            }
            world.clock.advance(Span::minutes(5));
            assert_eq!(world.sweep().await.delivered, 5, "{answer:?}");
        }
    }

    /// It takes what it never answers for, as far as can be told: nobody's mailbox is filled by probes.
    async fn a_server_that_comes_back_and_answers_no_letter_gets_the_same_one_less_and_less_often(world) {
        let id = world.in_use(ADA, GOOD).await;
        world.sweep().await;
        world.admin().close(id).await.unwrap();
        away(&world, Answer::Unreachable, Span::minutes(10)).await;
        world.mailer.answer_all(Answer::Hang);
        let (end, mut handed_over) = (world.clock.now() + Span::hours(12), 0);
        while world.clock.now() < end {
            let accounts = world.accounts.clone();
            let sweeping = tokio::spawn(async move { accounts.sweep(10).await.unwrap() });
            until("it hangs, or has nothing to do", || world.hangs() || sweeping.is_finished()).await;
            if !sweeping.is_finished() {
                handed_over += 1;
                world.clock.advance(Span::seconds(60));
            }
            let due = sweeping.await.unwrap().next_due.unwrap();
            world.clock.advance(due.since(world.clock.now()).max(Span::seconds(1)));
        }
        assert!((5..20).contains(&handed_over), "{handed_over} times in 12 h");
    }

    async fn one_probe_and_then_the_queue_goes_on(world) {
        for n in 0..30 {
            world.in_use(&format!("u{n}@d{n}.example"), GOOD).await;
        }
        for n in 0..30 {
            ask(&world, &format!("u{n}@d{n}.example")).await;
            world.clock.advance(Span::micros(1));
        }
        world.mailer.answer_all(Answer::Unreachable);
        let before = world.mailer.attempts().len();
        let due = world.sweep().await.next_due.unwrap();
        assert!(due > world.clock.now(), "nothing can be had before the next probe");
        let first = world.mailer.attempts().len() - before;
        assert!(first <= 30);
        // Whoever sweeps in between does not disturb the server.
        world.sweep().await;
        assert_eq!(world.mailer.attempts().len() - before, first);
        for probe in 1..=3 {
            world.clock.advance(Span::minutes(5));
            world.sweep().await;
            assert_eq!(world.mailer.attempts().len() - before, first + probe, "one at a time");
        }
        world.mailer.answer_all(Answer::Accept);
        world.clock.advance(Span::minutes(5));
        let count = world.mailer.count();
        assert_eq!(world.sweep().await.delivered, 30);
        let to: BTreeSet<_> = world.mailer.letters()[count..].iter().map(|letter| letter.to.clone()).collect();
        assert_eq!(to.len(), 30);
    }

    /// A running courier, and a letter that the mailer can't send whatever happens.
    async fn a_letter_that_only_fails_itself_stops_no_other_and_ends(world) {
        world.mailer.answer(email("boom@example.com"), Answer::Ours);
        let poison = world.register("boom@example.com").await;
        let later = || DeliveryOptions::default().with_wait(Span::ZERO);
        let _ = world.admin().request_password_set(poison, later()).await.unwrap();
        for n in 0..20 {
            let id = world.register(&format!("u{n}@example.com")).await;
            let _ = world.admin().request_password_set(id, later()).await.unwrap();
        }
        world.sweep().await;
        assert_eq!(world.mailer.count(), 20, "the next one tells at once, and all others go out");
        sweep_for(&world, Span::days(5)).await;
        let ended = dead(&world).await;
        assert_eq!((ended.len(), ended[0].attempts > 1), (1, true), "{ended:?}");
        // And one that comes later is not held up by it either.
        let id = world.register("eve@example.com").await;
        assert_eq!(world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap(), Delivery::Delivered);
    }

    async fn a_caller_who_waits_is_told_queued_and_finds_the_server_back(world) {
        let id = world.register(ADA).await;
        world.mailer.answer_all(Answer::Unreachable);
        assert_eq!(world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap(), Delivery::Queued);
        world.mailer.answer_all(Answer::Accept);
        let bob = world.register("bob@example.com").await;
        assert_eq!(world.admin().request_password_set(bob, DeliveryOptions::default()).await.unwrap(), Delivery::Delivered);
        assert_eq!(world.sweep().await.delivered, 1, "the queue goes on at once: somebody was answered");
    }

    async fn a_running_courier_goes_on_once_the_server_is_back(world) {
        world.mailer.answer_all(Answer::Unreachable);
        for n in 0..10 {
            let id = world.register(&format!("u{n}@example.com")).await;
            let _ = world.admin().request_password_set(id, DeliveryOptions::default().with_wait(Span::ZERO)).await.unwrap();
        }
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let courier = tokio::spawn(world.accounts.clone().run_courier(async move {
            let _ = stopped.await;
        }));
        crate::doors::world::until("it has tried", || !world.mailer.attempts().is_empty()).await;
        for _ in 0..5 {
            crate::doors::world::until("it waits", || world.clock.sleepers() > 0).await;
            world.clock.advance(Span::seconds(30));
        }
        world.mailer.answer_all(Answer::Accept);
        // Each of these steps makes a probe due; one that a store was just asked something in may pass without. Nothing else
        // may pass: a code lives for 24 h.
        for _ in 0..20 {
            world.clock.advance(Span::minutes(5));
            for _ in 0..1_000_000 {
                if world.mailer.distinct() == 10 {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(world.mailer.distinct(), 10, "all are delivered");
        stop.send(()).unwrap();
        courier.await.unwrap();
    }

    async fn a_clock_that_jumps_back_leaves_no_probe_undone(world) {
        let id = world.register(ADA).await;
        world.mailer.answer_all(Answer::Unreachable);
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        world.mailer.answer_all(Answer::Accept);
        world.clock.set(world.clock.now() - Span::minutes(30));
        let mut delivered = 0;
        for _ in 0..8 {
            delivered += world.sweep().await.delivered;
            world.clock.advance(Span::minutes(5));
        }
        assert_eq!(delivered, 1);
    }

    /// A due time further ahead than any back-off counts as due: the clock jumped back.
    async fn a_mails_retry_that_lies_beyond_the_longest_back_off_is_due(world) {
        let id = world.register(ADA).await;
        world.mailer.answer_all(Answer::Transient);
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        world.mailer.answer_all(Answer::Accept);
        world.clock.set(world.clock.now() - Span::hours(5));
        assert_eq!(world.sweep().await.delivered, 1);
    }

    async fn a_revert_counts_from_its_first_hand_over(world) {
        let id = changed(&world).await;
        unswept(&world, Span::hours(80)).await;
        let view = |world: &World| world.mailer.last_to(&email(ADA)).is_some_and(|letter| matches!(letter.message, Message::Code { purpose: Purpose::EmailRevert, .. }));
        assert!(!view(&world));
        // Meanwhile nobody else may have the address.
        let taken = world.admin().register(accountable_core::NewAccount::new(email(ADA))).await;
        assert_eq!(taken.unwrap_err().code(), "email_taken");
        let now = world.clock.now();
        world.sweep().await;
        assert!(view(&world));
        assert_eq!(named_end(&world, ADA), now + Span::hours(72));
        assert_eq!(live_until(&world, ADA).await, Some(now + Span::hours(72)));
        world.clock.set(now + Span::hours(72) - Span::micros(1));
        assert_eq!(world.admin().register(accountable_core::NewAccount::new(email(ADA))).await.unwrap_err().code(), "email_taken");
        assert_eq!(world.public().revert_email_change(&world.mailed_code(ADA)).await.unwrap(), id);
    }

    async fn a_revert_ends_with_its_72_h_and_its_key_is_free_then(world) {
        changed(&world).await;
        world.sweep().await;
        world.clock.advance(Span::hours(72));
        assert_eq!(live_until(&world, ADA).await, None);
        world.sweep().await;
        assert!(world.admin().register(accountable_core::NewAccount::new(email(ADA))).await.is_ok());
    }

    async fn a_revert_that_leaves_late_ends_7_days_after_the_change(world) {
        let start = world.clock.now();
        changed(&world).await;
        unswept(&world, Span::days(6)).await;
        world.sweep().await;
        assert_eq!(named_end(&world, ADA), start + Span::days(7));
        assert_eq!(live_until(&world, ADA).await, Some(start + Span::days(7)));
    }

    async fn a_revert_that_never_leaves_is_dead_after_7_days(world) {
        changed(&world).await;
        unswept(&world, Span::days(7)).await;
        assert_eq!(world.sweep().await.dead, 1);
        assert_eq!(dead(&world).await[0].dead, Some(DeathCause::Expired));
        let mail = dead(&world).await[0].id;
        assert_eq!(world.admin().requeue_mail(mail).await.unwrap_err().code(), "code_not_expected");
        assert!(world.admin().register(accountable_core::NewAccount::new(email(ADA))).await.is_ok());
    }

    /// Before it could no longer be put off by half a life: then another one begins, and both work until one is redeemed.
    async fn a_code_at_its_limit_is_followed_by_another_and_either_kills_both(world) {
        let id = world.register(ADA).await;
        let start = world.clock.now();
        let mut links = Vec::new();
        while world.clock.now() < start + Span::hours(70) {
            world.clock.advance(Span::hours(7));
            let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
            let left = named_end(&world, ADA).since(world.clock.now());
            assert!(left >= Span::hours(12), "{left}: less than half a life");
            links.push((world.mailer.last_link_to(&email(ADA)).unwrap(), named_end(&world, ADA)));
        }
        let different: BTreeSet<_> = links.iter().map(|(link, _)| link.clone()).collect();
        assert_eq!(different.len(), 2);
        let (first, second) = (code_of(&links[0].0), code_of(&links.last().unwrap().0));
        let now = world.clock.now();
        for code in [&first, &second] {
            let CodeState::Live { expires_at, .. } = world.public().inspect_code(code).await.unwrap() else { panic!("dead") };
            let named = links.iter().filter(|(link, _)| code_of(link).account() == code.account());
            assert!(named.map(|(_, end)| *end).any(|end| end == expires_at), "{expires_at}");
            assert!(expires_at > now);
        }
        world.public().choose_password(&first, &password(BETTER)).await.unwrap();
        for code in [&first, &second] {
            assert_eq!(world.public().inspect_code(code).await.unwrap(), CodeState::Used { purpose: Purpose::PasswordSet, return_url: None });
            let again = world.public().choose_password(code, &password(GOOD)).await;
            assert!(matches!(again, Err(PublicError::DeadCode)));
        }
    }

    async fn lives_are_settings_and_everything_follows_them(world with shorter) {
        changed(&world).await;
        world.sweep().await;
        let now = world.clock.now();
        assert_eq!(named_end(&world, ADA), now + Span::hours(5));
        world.clock.advance(Span::hours(5));
        assert_eq!(live_until(&world, ADA).await, None);
        world.sweep().await;
        assert!(world.admin().register(accountable_core::NewAccount::new(email(ADA))).await.is_ok());
        ask(&world, "new@example.com").await;
        world.sweep().await;
        assert_eq!(named_end(&world, "new@example.com"), world.clock.now() + Span::minutes(20));
        let bob = world.register("bob@example.com").await;
        let _ = world.admin().request_password_set(bob, DeliveryOptions::default()).await.unwrap();
        assert_eq!(named_end(&world, "bob@example.com"), world.clock.now() + Span::days(7));
        world.clock.advance(Span::micros(Span::days(7).as_micros() - 1));
        world.public().choose_password(&world.mailed_code("bob@example.com"), &password(GOOD)).await.unwrap();
        let lives = CodeLives::default();
        assert!(lives.of(Purpose::PasswordReset).each > Span::minutes(20));
    }

    async fn an_expired_mail_that_is_queued_again_gets_another_code(world) {
        world.in_use(ADA, GOOD).await;
        ask(&world, ADA).await;
        unswept(&world, Span::minutes(70)).await;
        world.sweep().await;
        let mail = dead(&world).await.pop().unwrap();
        world.admin().requeue_mail(mail.id).await.unwrap();
        assert_eq!(world.sweep().await.delivered, 1);
        assert_eq!(named_end(&world, ADA), world.clock.now() + Span::hours(1));
        world.public().choose_password(&world.mailed_code(ADA), &password(BETTER)).await.unwrap();
    }

    async fn an_expired_mail_that_nobody_needs_any_more_is_refused(world) {
        let id = world.register(ADA).await;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default().with_wait(Span::ZERO)).await.unwrap();
        unswept(&world, Span::hours(25)).await;
        world.sweep().await;
        let mail = dead(&world).await.pop().unwrap();
        world.admin().suspend(id, &accountable_core::domain::SuspensionReason::parse("unpaid").unwrap()).await.unwrap();
        assert_eq!(world.admin().requeue_mail(mail.id).await.unwrap_err().code(), "account_suspended");
        world.admin().reinstate(id).await.unwrap();
        world.admin().assign_password(id, &password(GOOD)).await.unwrap();
        assert_eq!(world.admin().requeue_mail(mail.id).await.unwrap_err().code(), "password_set_not_expected");
        assert_eq!(dead(&world).await.len(), 1, "a refusal leaves it as it was");
    }

    async fn a_link_says_the_language_of_its_mail(world) {
        let locale = accountable_core::domain::Locale::parse("de-CH").unwrap();
        let new = accountable_core::NewAccount::new(email(ADA)).with_locale(Some(locale));
        let id = world.admin().register(new).await.unwrap().id;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert!(world.mailer.last_link_to(&email(ADA)).unwrap().ends_with("&lang=de-CH"));
        let issued = world.admin().issue_code(id, Purpose::PasswordSet, &MailOptions::default()).await.unwrap();
        assert!(issued.link.expose().ends_with("&lang=de-CH"));
        world.public().choose_password(&world.mailed_code(ADA), &password(GOOD)).await.unwrap();
    }
    /// Whoever asks reads the mails that come of it; an account that has a language of its own is written to in that.
    async fn a_mail_is_in_the_language_of_its_request_where_the_account_has_none(world) {
        let locale = |tag: &str| Locale::parse(tag).unwrap();
        let asked_in = |tag: &str| MailOptions::default().with_locale(locale(tag));
        let told_in = |to: &str| world.mailer.last_to(&email(to)).unwrap().locale;
        let id = world.register(ADA).await;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default().with_mail(asked_in("ko"))).await.unwrap();
        assert_eq!(told_in(ADA), Some(locale("ko")), "staff's request, delivered at once");
        assert!(world.mailer.last_link_to(&email(ADA)).unwrap().ends_with("&lang=ko"));
        let issued = world.admin().issue_code(id, Purpose::PasswordSet, &asked_in("sv")).await.unwrap();
        assert!(issued.link.expose().ends_with("&lang=sv"));
        world.public().choose_password(&world.mailed_code(ADA), &password(GOOD)).await.unwrap();

        let _ = world.public().request_password_reset(&email(ADA), asked_in("ja")).await.unwrap();
        world.sweep().await;
        assert_eq!(told_in(ADA), Some(locale("ja")), "a stranger's, decided by the courier");
        assert!(world.mailer.last_link_to(&email(ADA)).unwrap().ends_with("&lang=ja"));
        let _ = world.public().sign_up(&email(ADA), asked_in("de-CH"), None).await.unwrap();
        world.sweep().await;
        assert_eq!(told_in(ADA), Some(locale("de-CH")), "the notice that there is an account");

        let owner = world.signed_in(ADA, GOOD).await;
        let new = email("new@example.com");
        owner.request_email_change(&password(GOOD), &new, &asked_in("sv")).await.unwrap();
        world.sweep().await;
        assert_eq!([told_in("new@example.com"), told_in(ADA)], [(); 2].map(|()| Some(locale("sv"))), "the owner's");

        world.admin().update(id, &AccountChanges::default().with_locale(Some(locale("de")))).await.unwrap();
        world.clock.advance(Span::hours(1));
        let _ = world.public().request_password_reset(&email(ADA), asked_in("ja")).await.unwrap();
        world.sweep().await;
        assert_eq!(told_in(ADA), Some(locale("de")), "the account's own comes first");
        assert!(world.mailer.last_link_to(&email(ADA)).unwrap().ends_with("&lang=de"));
    }
}
