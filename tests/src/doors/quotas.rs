//! The quotas of recipients and origins, each clause of the throttle at the door, and what a stranger can spend of others'.

use accountable_core::{
    Builder, Delivery, DeliveryOptions, MailOptions, PublicError,
    domain::{
        Event, EventKind, MailState, Message, Notice, NoticeKind, Purpose, Quota, Rules, Span, Status,
        Undeliverable,
    },
    port::{Clock as _, Limit, MailQuery, Store as _},
};
use accountable_memory::Answer;

use crate::doors::world::{BETTER, GOOD, Post, World, at_once, email, on_each_store, password};

const ADA: &str = "ada@example.com";

async fn reset(world: &World, from: &str, to: &str) -> Result<(), PublicError> {
    world.from(from).request_password_reset(&email(to), MailOptions::default()).await.map(drop)
}

async fn sign_up(world: &World, from: &str, to: &str) -> Result<(), PublicError> {
    world.from(from).sign_up(&email(to), MailOptions::default(), None).await.map(drop)
}

/// A stranger of a network that is new each time, so that no origin's quota is in the way.
fn somewhere(number: usize) -> String {
    format!("2001:db8:{:x}::1", number + 1)
}

fn resets_of(world: &World, to: &str) -> usize {
    world.post_of(to).iter().filter(|post| **post == Post::Code(Purpose::PasswordReset)).count()
}

/// Asks for a change of the address of an account that is in use.
async fn change_to(world: &World, of: &str, to: &str) -> Result<(), accountable_core::Error> {
    let owner = world.signed_in(of, GOOD).await;
    owner.request_email_change(&password(GOOD), &email(to), &MailOptions::default()).await
}

fn with_rules(builder: Builder, change: impl FnOnce(&mut Rules)) -> Builder {
    let mut rules = Rules::default();
    change(&mut rules);
    builder.rules(rules)
}

on_each_store! {
    __doors_quotas in quotas;
    /// Clause 1, on the account's own side.
    async fn clause_1_of_callers_that_race_one_queues_a_mail(world) {
        let id = world.register(ADA).await;
        let asked = at_once(64, |_| {
            let admin = world.admin();
            async move { admin.request_password_set(id, DeliveryOptions::default()).await }
        })
        .await;
        assert_eq!(asked.iter().filter(|asked| asked.is_ok()).count(), 1);
        assert!(asked.iter().flatten().all(|delivery| *delivery == Delivery::Delivered));
        assert_eq!(world.mailer.count(), 1);
    }

    /// Clause 1, at levels that many accounts share: strangers' sign-ups of one mailbox, and owners who want one address.
    async fn clause_1_of_callers_that_race_for_one_recipient_as_many_as_the_burst_queue_a_mail(world) {
        at_once(40, |at| {
            let stranger = world.from(&somewhere(at));
            async move { stranger.sign_up(&email(&format!("ada+{at}@example.com")), MailOptions::default(), None).await.is_ok() }
        })
        .await;
        let beside = World::beside(&world);
        let (one, other) = tokio::join!(world.accounts.sweep(1_000), beside.accounts.sweep(1_000));
        assert_eq!(one.unwrap().decided + other.unwrap().decided, 40);
        assert_eq!(world.mailer.count() + beside.mailer.count(), 5, "all tags of a mailbox share one level");

        for at in 0..12 {
            world.in_use(&format!("u{at}@example.com"), GOOD).await;
        }
        let mut owners = Vec::new();
        for at in 0..12 {
            owners.push(world.signed_in(&format!("u{at}@example.com"), GOOD).await);
        }
        let asked = at_once(12, |at| {
            let owner = owners[at].clone();
            async move {
                let to = email(&format!("eve+{at}@example.com"));
                owner.request_email_change(&password(GOOD), &to, &MailOptions::default()).await.is_ok()
            }
        })
        .await;
        assert_eq!(asked.iter().filter(|asked| **asked).count(), 5);
    }

    /// Clause 5.
    async fn clause_5_whoever_forgets_again_after_a_redemption_gets_a_mail_at_once(world) {
        world.in_use(ADA, GOOD).await;
        reset(&world, "192.0.2.1", ADA).await.unwrap();
        world.sweep().await;
        world.clock.advance(Span::minutes(1));
        reset(&world, "192.0.2.1", ADA).await.unwrap();
        world.sweep().await;
        assert_eq!(resets_of(&world, ADA), 1, "not yet answered");
        world.public().choose_password(&world.mailed_code(ADA), &password(BETTER)).await.unwrap();
        world.clock.advance(Span::minutes(2));
        reset(&world, "192.0.2.1", ADA).await.unwrap();
        world.sweep().await;
        assert_eq!(resets_of(&world, ADA), 2);
    }

    /// Clause 5: what is cancelled was not answered.
    async fn clause_5_cancelling_a_change_of_address_frees_nothing(world) {
        world.in_use(ADA, GOOD).await;
        change_to(&world, ADA, "new@example.com").await.unwrap();
        world.sweep().await;
        world.public().cancel_email_change(&world.mailed_code(ADA)).await.unwrap();
        let again = change_to(&world, ADA, "New@example.com").await.unwrap_err();
        assert_eq!((again.code(), again.retry_after()), ("throttled", Some(Span::seconds(600))));
    }

    /// Clause 7.
    async fn clause_7_a_typo_is_corrected_at_once_and_a_replaced_address_gets_its_mail_at_once(world) {
        let id = world.in_use(ADA, GOOD).await;
        change_to(&world, ADA, "typo@example.com").await.unwrap();
        change_to(&world, ADA, "right@example.com").await.unwrap();
        let again = change_to(&world, ADA, "right@example.com").await.unwrap_err();
        assert_eq!(again.retry_after(), Some(Span::seconds(600)));

        let staff = async || world.admin().request_password_set(id, DeliveryOptions::default()).await;
        for to in ["first@example.com", "second@example.com"] {
            let with = accountable_core::AccountChanges::default().with_email(email(to));
            world.admin().update(id, &with).await.unwrap();
            assert_eq!(staff().await.unwrap(), Delivery::Delivered, "{to}");
            assert_eq!(staff().await.unwrap_err().code(), "throttled");
        }
    }

    /// Clause 8: the unit comes back, so that the next mail waits for nothing once staff knows better.
    async fn clause_8_what_the_server_refused_is_given_back(world) {
        let id = world.register(ADA).await;
        let staff = async || world.admin().request_password_set(id, DeliveryOptions::default()).await;
        world.mailer.answer(email(ADA), Answer::Rejected);
        assert_eq!(staff().await.unwrap(), Delivery::Undeliverable(Undeliverable::Rejected));
        world.mailer.answer(email(ADA), Answer::Accept);
        world.admin().clear_suppression(&email(ADA)).await.unwrap();
        assert_eq!(staff().await.unwrap(), Delivery::Delivered);
        assert_eq!(staff().await.unwrap_err().code(), "throttled");
    }

    /// What a stranger does with other spellings of a mailbox spends nothing of the account that has it.
    async fn tags_that_nobody_has_take_nothing_from_the_owner(world) {
        world.in_use(ADA, GOOD).await;
        for at in 0..60 {
            let tagged = format!("ada+{at}@example.com");
            reset(&world, &somewhere(at), &tagged).await.unwrap();
            sign_up(&world, &somewhere(at), &tagged).await.unwrap();
        }
        world.sweep().await;
        for hour in 0..24 {
            let before = resets_of(&world, ADA);
            reset(&world, "192.0.2.1", ADA).await.unwrap();
            world.sweep().await;
            assert_eq!(resets_of(&world, ADA), before + 1, "{hour}");
            world.clock.advance(Span::hours(2));
        }
    }

    /// Staff's mails draw on nothing that strangers can spend.
    async fn staffs_first_mail_goes_out_whatever_strangers_asked_for(world) {
        for at in 0..60 {
            let tagged = format!("ada+{at}@example.com");
            sign_up(&world, &somewhere(at), &tagged).await.unwrap();
            reset(&world, &somewhere(at), ADA).await.unwrap();
        }
        world.sweep().await;
        let id = world.register(ADA).await;
        for at in 0..20 {
            reset(&world, &somewhere(at), ADA).await.unwrap();
            sign_up(&world, &somewhere(at), ADA).await.unwrap();
        }
        world.sweep().await;
        let first = world.admin().request_password_set(id, DeliveryOptions::default()).await;
        assert_eq!(first.unwrap(), Delivery::Delivered);
    }

    /// One kind of a stranger's mail never spends another's.
    async fn each_kind_of_a_strangers_mail_has_a_level_of_its_own(world) {
        world.in_use(ADA, GOOD).await;
        for at in 0..20 {
            sign_up(&world, &somewhere(at), ADA).await.unwrap();
        }
        world.sweep().await;
        let told = |world: &World| world.post_of(ADA).iter().filter(|post| **post == Post::Notice(NoticeKind::AlreadyRegistered)).count();
        assert_eq!((told(&world), resets_of(&world, ADA)), (12, 0));
        for at in 0..20 {
            reset(&world, &somewhere(at), ADA).await.unwrap();
            world.sweep().await;
            world.clock.advance(Span::seconds(600));
        }
        let copies = 12 + 1;
        assert_eq!(resets_of(&world, ADA), copies + 1, "in three hours; and one once the last link had run out");
        assert_eq!(told(&world), 12);
    }

    /// The burst bounds copies, not access.
    async fn a_link_is_never_refused_while_none_of_its_purpose_lives(world) {
        world.in_use(ADA, GOOD).await;
        let ask = async |number: usize| {
            let before = resets_of(&world, ADA);
            reset(&world, &somewhere(number), ADA).await.unwrap();
            world.sweep().await;
            resets_of(&world, ADA) - before
        };
        for number in 0..13 {
            assert_eq!(ask(number).await, 1);
            world.clock.advance(Span::seconds(600));
        }
        assert_eq!(ask(13).await, 0, "the last link has 50 minutes left");
        for number in 14..30 {
            let stamp = world.public().choose_password(&world.mailed_code(ADA), &password(if number % 2 == 0 { BETTER } else { GOOD })).await;
            assert!(stamp.is_ok(), "it works");
            assert_eq!(ask(number).await, 1, "{number}: redeemed, and forgotten again");
        }
        for number in 30..40 {
            world.clock.advance(Span::hours(1));
            assert_eq!(ask(number).await, 1, "{number}: the last one has run out");
        }
    }

    /// The same of set links, for what staff registered.
    async fn a_set_link_is_never_refused_while_none_lives(world) {
        let id = world.register(ADA).await;
        let ask = async |number: usize| {
            let before = world.post_of(ADA).len();
            reset(&world, &somewhere(number), ADA).await.unwrap();
            world.sweep().await;
            world.post_of(ADA).len() - before
        };
        for number in 0..13 {
            assert_eq!(ask(number).await, 1);
            world.clock.advance(Span::seconds(600));
        }
        assert_eq!(ask(13).await, 0);
        // Whatever kills it, as another spelling from staff does.
        let with = accountable_core::AccountChanges::default().with_email(email("ADA@example.com"));
        world.admin().update(id, &with).await.unwrap();
        world.clock.advance(Span::seconds(600));
        reset(&world, &somewhere(13), ADA).await.unwrap();
        world.sweep().await;
        assert_eq!(world.post_of("ADA@example.com").len(), 1);
    }

    /// An address without an account, and one that only a sign-up has: at once five mails, over hours twelve.
    async fn sign_ups_of_one_address_are_bounded_and_its_tags_apart(world) {
        for at in 0..30 {
            sign_up(&world, &somewhere(at), &format!("ada+{at}@example.com")).await.unwrap();
        }
        world.sweep().await;
        assert_eq!(world.mailer.count(), 5);
        sign_up(&world, "192.0.2.1", ADA).await.unwrap();
        world.sweep().await;
        assert_eq!(world.post_of(ADA).len(), 1, "the untagged has its own");
        for at in 0..11 {
            world.clock.advance(Span::seconds(600));
            sign_up(&world, &somewhere(at), &format!("ada+{}@example.com", at + 100)).await.unwrap();
            world.sweep().await;
        }
        assert_eq!(world.mailer.count(), 1 + 12, "twelve within two hours");
        // What a sign-up made counts as a sign-up, once more while its code lives.
        sign_up(&world, "192.0.2.1", "ada+0@example.com").await.unwrap();
        reset(&world, "192.0.2.1", "ada+1@example.com").await.unwrap();
        world.sweep().await;
        assert_eq!(world.mailer.count(), 1 + 12);
        sign_up(&world, "192.0.2.1", ADA).await.unwrap();
        world.sweep().await;
        assert_eq!(world.post_of(ADA).len(), 2);
    }

    /// Changes of address: five at once over all new names of an account, and of one mailbox over all accounts; a level that
    /// no other door reads, charged whether somebody has the address or not.
    async fn an_owner_names_five_new_addresses_at_once(world) {
        world.in_use(ADA, GOOD).await;
        world.in_use("taken@example.com", GOOD).await;
        for at in 0..5 {
            change_to(&world, ADA, &format!("new-{at}@example.com")).await.unwrap();
        }
        for to in ["new-6@example.com", "taken@example.com"] {
            let sixth = change_to(&world, ADA, to).await.unwrap_err();
            assert_eq!((sixth.code(), sixth.retry_after()), ("throttled", Some(Span::seconds(600))), "{to}");
        }
        world.clock.advance(Span::seconds(600));
        change_to(&world, ADA, "new-6@example.com").await.unwrap();
    }

    async fn a_new_address_tells_by_no_quota_whether_somebody_has_it(world) {
        for at in 0..8 {
            world.in_use(&format!("u{at}@example.com"), GOOD).await;
        }
        world.in_use("taken@example.com", GOOD).await;
        // Strangers spend all that can be spent at the public door, of either.
        for at in 0..20 {
            for to in ["taken@example.com", "free@example.com"] {
                sign_up(&world, &somewhere(at), to).await.unwrap();
                reset(&world, &somewhere(at), to).await.unwrap();
            }
        }
        world.sweep().await;
        for to in ["taken@example.com", "free+tag@example.com"] {
            for at in 0..5 {
                change_to(&world, &format!("u{at}@example.com"), to).await.unwrap();
            }
            let sixth = change_to(&world, "u5@example.com", to).await.unwrap_err();
            assert_eq!((sixth.code(), sixth.retry_after()), ("throttled", Some(Span::seconds(600))), "{to}");
            world.clock.advance(Span::seconds(600));
        }
        // And what owners spent is nothing to whoever has the address.
        world.sweep().await;
        world.clock.advance(Span::hours(30));
        let before = resets_of(&world, "taken@example.com");
        reset(&world, "192.0.2.1", "taken@example.com").await.unwrap();
        world.sweep().await;
        assert_eq!(resets_of(&world, "taken@example.com"), before + 1);
    }

    async fn the_present_address_is_no_change_and_another_spelling_is(world) {
        let id = world.in_use(ADA, GOOD).await;
        let before = world.mailer.count();
        let same = change_to(&world, ADA, ADA).await.unwrap_err();
        assert_eq!((same.code(), same.http_status()), ("address_unchanged", 409));
        world.sweep().await;
        assert_eq!((world.mailer.count(), world.view(id).await.status), (before, Status::InUse));

        change_to(&world, ADA, "Ada@Example.com").await.unwrap();
        world.sweep().await;
        let letters = &world.mailer.letters()[before..];
        let confirms = letters.iter().find(|letter| matches!(letter.message, Message::Code { purpose: Purpose::EmailConfirm, .. })).unwrap();
        assert_eq!((letters.len(), confirms.to.as_str()), (2, "Ada@example.com"), "a code, and a link that cancels");
        let code = crate::doors::world::code_of(confirms.link().unwrap().expose());
        let owner = world.signed_in(ADA, GOOD).await;
        owner.confirm_email(&code).await.unwrap();
        world.sweep().await;
        assert_eq!(world.view(id).await.email.as_str(), "Ada@example.com");
        assert_eq!(world.post_of(ADA).last(), Some(&Post::Code(Purpose::EmailRevert)));
        assert!(world.log_in(ADA, GOOD).await.is_ok(), "the key and the password stay");
    }

    /// Callers behind one translator are told apart by the IPv4 address that it wrote down.
    async fn callers_behind_a_translator_count_by_their_ipv4_address(world) {
        for form in ["64:ff9b::198.51.100.", "::ffff:0:198.51.101.", "::ffff:198.51.102."] {
            for at in 0..25 {
                reset(&world, &format!("{form}{at}"), "x@example.com").await.unwrap();
            }
        }
        for at in 0..25 {
            reset(&world, &format!("2002:c633:67{at:02x}::1"), "x@example.com").await.unwrap();
        }
        // One of them, however it comes, is one.
        for at in 0..20 {
            let from = ["192.0.2.9", "64:ff9b::192.0.2.9", "::ffff:192.0.2.9", "2002:c000:209::7"][at % 4];
            reset(&world, from, "x@example.com").await.unwrap();
        }
        for from in ["192.0.2.9", "64:ff9b::192.0.2.9", "::ffff:0:192.0.2.9", "2002:c000:209::8"] {
            assert!(matches!(reset(&world, from, "x@example.com").await, Err(PublicError::TooMany { .. })), "{from}");
        }
    }

    /// Whoever holds a whole network has ten times the quota of one.
    async fn a_wider_network_asks_two_hundred_times_and_then_once_each_18_s(world) {
        for (network, outside) in [("192.0.2.", "192.0.3.1"), ("2001:db8:1:", "2001:db8:2::1")] {
            let from = |at: usize| match network.contains('.') {
                true => format!("{network}{}", at % 250),
                false => format!("{network}{at:x}::1"),
            };
            for at in 0..200 {
                reset(&world, &from(at), "x@example.com").await.unwrap();
            }
            let refused = reset(&world, &from(249), "x@example.com").await;
            assert!(matches!(refused, Err(PublicError::TooMany { retry_after }) if retry_after == Span::seconds(18)), "{refused:?}");
            assert!(matches!(sign_up(&world, &from(248), "x@example.com").await, Err(PublicError::TooMany { .. })));
            assert!(reset(&world, outside, "x@example.com").await.is_ok());
            world.clock.advance(Span::seconds(18));
            assert!(reset(&world, &from(249), "x@example.com").await.is_ok());
        }
    }

    /// The same of failed log-ins, known and unknown addresses alike, a right password too.
    async fn a_wider_network_of_failures_is_refused_unseen(world with |builder| with_rules(builder, |rules| {
        rules.network_failure_quota = Quota::new(30, Span::seconds(7)).unwrap();
    })) {
        world.in_use(ADA, GOOD).await;
        for at in 0..30 {
            let _ = world.from(&format!("192.0.2.{at}")).authenticate(&email(&format!("u{at}@example.com")), &password(BETTER), None).await.unwrap();
        }
        for (from, typed) in [("192.0.2.200", GOOD), ("64:ff9b::192.0.2.201", BETTER)] {
            let refused = world.from(from).authenticate(&email(ADA), &password(typed), None).await;
            assert!(matches!(refused, Err(PublicError::TooMany { retry_after }) if retry_after == Span::seconds(7)), "{refused:?}");
        }
        assert!(world.from("192.0.3.1").authenticate(&email(ADA), &password(GOOD), None).await.is_ok());
    }

    /// So many sign up in a realm: beyond that they wait, no attempt is counted, and after an hour they go.
    async fn sign_ups_beyond_the_realms_total_wait_an_hour_at_most(world with |builder| with_rules(builder, |rules| {
        rules.sign_ups_quota = Quota::new(2, Span::minutes(25)).unwrap();
    })) {
        world.in_use("bob@example.com", GOOD).await;
        let before = world.mailer.count();
        for at in 0..6 {
            sign_up(&world, &somewhere(at), &format!("u{at}@example.com")).await.unwrap();
        }
        reset(&world, "192.0.2.1", "bob@example.com").await.unwrap();
        world.sweep().await;
        assert_eq!(world.mailer.count() - before, 2 + 1, "resets draw on something else");
        let waiting = async || {
            let query = MailQuery::All { realm: accountable_core::domain::Realm::default(), after: None };
            world.store.mails(&query, Limit::of(50)).await.unwrap().items
        };
        let now = world.clock.now();
        for mail in waiting().await {
            let until = now + Span::minutes(25);
            assert_eq!((mail.value.state, mail.value.attempts), (MailState::Retry { at: until }, 0));
        }
        assert_eq!(waiting().await.len(), 4);
        for minutes in [25, 25] {
            world.clock.advance(Span::minutes(minutes));
            world.sweep().await;
        }
        assert_eq!(world.mailer.count() - before, 2 + 1 + 2, "one each period");
        world.clock.advance(Span::minutes(30));
        world.sweep().await;
        assert_eq!((waiting().await.len(), world.mailer.count() - before), (0, 2 + 1 + 3), "the first gets the last unit; the other waited too long");
        let gone = world.accounts.journal().feed(None, 1_000).await.unwrap().events;
        let decided = gone.iter().filter(|event| matches!(event.what, EventKind::RequestDecided { .. })).count();
        assert_eq!(decided, 7);
    }

    /// Of what an owner's own acts tell an address, twelve of a kind, then one that waits; the acts are never refused.
    async fn beyond_twelve_notices_of_a_kind_one_waits_and_later_ones_join_it(world) {
        let id = world.in_use(ADA, GOOD).await;
        let told = || world.post_of(ADA).iter().filter(|post| **post == Post::Notice(NoticeKind::PasswordChanged)).count();
        let mut owner = world.signed_in(ADA, GOOD).await;
        let mut change = async |times: usize| {
            for _ in 0..times {
                for [old, new] in [[GOOD, BETTER], [BETTER, GOOD]] {
                    let stamp = owner.change_password(&password(old), &password(new)).await.unwrap();
                    owner = world.accounts.owner(stamp.stamp, accountable_core::domain::Origin::Unknown);
                }
            }
            world.sweep().await;
        };
        change(10).await;
        assert_eq!(told(), 12);
        let queued = async || {
            let events = world.history(id).await;
            events.iter().filter(|event| matches!(event.what, EventKind::NoticeQueued { .. })).count()
        };
        assert_eq!(queued().await, 13, "one waits, and the other seven said nothing more");
        world.clock.advance(Span::micros(Span::hours(2).as_micros() - 1));
        change(1).await;
        assert_eq!((told(), queued().await), (12, 13));
        world.clock.advance(Span::micros(1));
        world.sweep().await;
        assert_eq!(told(), 13);
        // It took the unit that it waited for: the next one waits in its turn.
        change(1).await;
        assert_eq!((told(), queued().await), (13, 14));
        world.clock.advance(Span::hours(2));
        world.sweep().await;
        assert_eq!(told(), 14);
        // Another kind has a level of its own, and staff's draw on none.
        for _ in 0..14 {
            world.admin().assign_password(id, &password(BETTER)).await.unwrap();
            world.admin().assign_password(id, &password(GOOD)).await.unwrap();
        }
        world.sweep().await;
        assert_eq!(told(), 14 + 28);
    }

    /// A notice that waits speaks for those that join it: one that says more than it does waits beside it.
    async fn a_notice_that_says_more_than_the_one_that_waits_does_not_join_it(world) {
        let id = world.in_use(ADA, GOOD).await;
        let told = |dropped: bool| {
            let letters = world.mailer.letters().into_iter();
            let told = Notice::PasswordChanged { email_change_dropped: dropped };
            letters.filter(|letter| matches!(&letter.message, Message::Notice(notice) if *notice == told)).count()
        };
        let queued = async || {
            let queued = |event: &Event| matches!(event.what, EventKind::NoticeQueued { notice: NoticeKind::PasswordChanged, .. });
            world.history(id).await.iter().filter(|event| queued(event)).count()
        };
        let mut owner = world.signed_in(ADA, GOOD).await;
        let mut change = async |times: usize, drops: bool| {
            for _ in 0..times {
                for [old, new] in [[GOOD, BETTER], [BETTER, GOOD]] {
                    if drops && old == GOOD {
                        let to = email("countess@example.com");
                        owner.request_email_change(&password(old), &to, &MailOptions::default()).await.unwrap();
                    }
                    let stamp = owner.change_password(&password(old), &password(new)).await.unwrap();
                    owner = world.accounts.owner(stamp.stamp, accountable_core::domain::Origin::Unknown);
                }
            }
            world.sweep().await;
        };
        change(8, false).await;
        assert_eq!((told(false), queued().await), (12, 13));
        change(1, true).await;
        change(2, false).await;
        assert_eq!(queued().await, 14, "all later ones say no more than those two");
        world.clock.advance(Span::hours(2));
        world.sweep().await;
        assert_eq!((told(false), told(true)), (13, 1));
        // Each took a unit: the next one waits for the third.
        world.clock.advance(Span::hours(2));
        change(1, false).await;
        assert_eq!((told(false), told(true), queued().await), (13, 1, 15));
        world.clock.advance(Span::hours(2));
        world.sweep().await;
        assert_eq!((told(false), told(true)), (14, 1));
    }

    /// One stranger with one IPv4 and all doors that strangers have, for 48 h: what the owner waits at most for a link that
    /// works, and what the victim gets at most.
    async fn a_stranger_holds_nobody_up_and_floods_no_mailbox(world) {
        let mut most = (0, 0, 0);
        for plan in Plan::ALL {
            let floods = World::beside_with(&world, 100 + plan as u64, crate::doors::world::keys(), |builder| builder);
            let victim = format!("ada-{}", plan as u8);
            let got = adversary(&floods, &victim, plan, false).await;
            println!("{plan:?}: {got:?}");
            assert_eq!(got.worst_wait, Span::ZERO);
            most = (most.0.max(got.resets), most.1.max(got.in_all), most.2.max(got.to_tags));
            let waits = World::beside_with(&world, 200 + plan as u64, crate::doors::world::keys(), |builder| builder);
            let got = adversary(&waits, &format!("eve-{}", plan as u8), plan, true).await;
            println!("{plan:?}, an owner who forgets: {got:?}");
            assert!(got.worst_wait <= Span::seconds(600), "{got:?}");
        }
        println!("at most {} of one kind, {} of all, {} to tags", most.0, most.1, most.2);
        assert!(most.0 <= 58, "copies of resets: {}", most.0);
        assert!(most.1 <= 58 + 36 + 2, "of all kinds at the mailbox itself: {}", most.1);
        // Twelve, then one each two hours; and each of those accounts once more when its code has run out.
        assert!(most.2 <= 2 * 36, "to its tags: {}", most.2);
    }
}

/// What a stranger keeps asking for.
#[derive(Debug, Clone, Copy)]
enum Plan {
    Resets,
    ResetsAndSignUps,
    Tags,
    Everything,
}

impl Plan {
    const ALL: [Self; 4] = [Self::Resets, Self::ResetsAndSignUps, Self::Tags, Self::Everything];
}

/// What came of it within 48 h.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    /// The longest that the owner waited for a link that works, since asking first.
    worst_wait: Span,
    /// Mails to the mailbox itself, of the most frequent kind.
    resets: usize,
    in_all: usize,
    /// Mails to spellings of it with a tag.
    to_tags: usize,
}

/// The stranger asks as often as the quotas let, each 10 minutes for what has come together; where there is an owner who
/// forgets, each 5. That owner forgets the password each 70 minutes and asks each 5 until a link works, by turns redeeming it or having staff assign a password instead.
async fn adversary(world: &World, name: &str, plan: Plan, forgets: bool) -> Outcome {
    let (address, tagged) = (format!("{name}@example.com"), |tag: usize| format!("{name}+{tag}@example.com"));
    let id = world.in_use(&address, GOOD).await;
    let before = world.post_of(&address).len();
    let caused = |world: &World| -> usize {
        world
            .mailer
            .letters()
            .iter()
            .filter(|letter| letter.to.as_str().starts_with(&format!("{name}+")))
            .count()
    };
    let (mut asked_at, mut worst_wait, mut number) = (None, Span::ZERO, 0_usize);
    let each = if forgets { 5 } else { 10 };
    for minute in (0..48 * 60_usize).step_by(each) {
        loop {
            let turn = number;
            let public = world.from("192.0.2.66");
            let reset = async |to: &str| {
                public.request_password_reset(&email(to), MailOptions::default()).await.is_ok()
            };
            let sign_up =
                async |to: &str| public.sign_up(&email(to), MailOptions::default(), None).await.is_ok();
            let taken = match plan {
                Plan::Resets => reset(&address).await,
                Plan::ResetsAndSignUps if turn % 2 == 0 => reset(&address).await,
                Plan::ResetsAndSignUps => sign_up(&address).await,
                Plan::Tags if turn % 2 == 0 => reset(&tagged(turn % 40)).await,
                Plan::Tags => sign_up(&tagged(turn % 40)).await,
                Plan::Everything => match turn % 6 {
                    0 | 3 => reset(&address).await,
                    1 => sign_up(&address).await,
                    2 => sign_up(&tagged(turn % 41)).await,
                    4 => reset(&tagged(turn % 41)).await,
                    _ => {
                        let _ = public
                            .authenticate(&email(&address), &password("a guess that is wrong"), None)
                            .await;
                        let _ = public
                            .choose_password(
                                &accountable_core::domain::MailedCode::new(&id.to_string(), "guessed"),
                                &password(BETTER),
                            )
                            .await;
                        sign_up(&address).await
                    }
                },
            };
            if !taken {
                break;
            }
            number += 1;
        }
        world.sweep().await;
        if forgets {
            if minute % 70 == 5 && asked_at.is_none() {
                // As often as not it had been set anew just before, which voids all links.
                if minute % 3 != 0 {
                    world
                        .admin()
                        .assign_password(id, &password(if minute % 2 == 0 { GOOD } else { BETTER }))
                        .await
                        .ok();
                }
                asked_at = Some(world.clock.now());
            }
            if let Some(since) = asked_at {
                let _ = world
                    .from("198.51.100.7")
                    .request_password_reset(&email(&address), MailOptions::default())
                    .await;
                world.sweep().await;
                let letters = world.mailer.letters();
                let mut to_owner = letters.iter().rev().filter(|letter| letter.to.as_str() == address);
                let link = to_owner.find_map(|letter| letter.link()).unwrap();
                let code = crate::doors::world::code_of(link.expose());
                let inspected = world.public().inspect_code(&code).await.unwrap();
                if matches!(inspected, accountable_core::domain::CodeState::Live { .. }) {
                    let waited = world.clock.now().since(since);
                    worst_wait = worst_wait.max(waited);
                    asked_at = None;
                    for new in [GOOD, BETTER] {
                        if world.public().choose_password(&code, &password(new)).await.is_ok() {
                            break;
                        }
                    }
                }
            }
        }
        world.clock.advance(Span::minutes(each as u64));
    }
    Outcome {
        worst_wait,
        resets: resets_of(world, &address),
        in_all: world.post_of(&address).len() - before,
        to_tags: caused(world),
    }
}
