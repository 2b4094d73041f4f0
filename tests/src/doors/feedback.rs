//! What comes back of mails: whose reports count, what they stop, who is told, and how staff lets mail go again.

use accountable_core::port::Clock as _;
use accountable_core::{
    AccountChanges, Builder, Delivery, DeliveryOptions, MailOptions, SuppressionView,
    domain::{
        AccountId, EventKind, FeedbackTag, HostNotice, KeyId, Keyring, MailKind, Message, NoticeKind,
        Purpose, Realm, Report, Rules, Span, SuppressionScope, Undeliverable,
    },
};
use accountable_memory::{Answer, Seen};

use crate::doors::world::{BETTER, GOOD, Post, World, email, on_each_store, password};

const ADA: &str = "ada@example.com";
const OPS: &str = "ops@example.net";
const BOUNCED: Report = Report::Bounced(Undeliverable::NoSuchMailbox);

fn kept_for_a_week(builder: Builder) -> Builder {
    let mut rules = Rules::default();
    rules.suppressions_kept = Some(Span::days(7));
    builder.rules(rules)
}

fn told(builder: Builder) -> Builder {
    builder.notices_to(email(OPS))
}

/// The tag of the last mail to that address.
fn tag(world: &World, address: &str) -> FeedbackTag {
    world.mailer.last_to(&email(address)).unwrap().feedback.unwrap()
}

async fn report(world: &World, tag: &FeedbackTag, report: Report) -> bool {
    world.admin().report(tag, report, "smtp; 550 5.1.1").await.unwrap()
}

/// All that is held back, in the order of its addresses.
async fn suppressed(world: &World) -> Vec<SuppressionView> {
    let items = world.admin().suppressions(None, 100).await.unwrap().items;
    items.into_iter().flat_map(|known| known.suppressions).collect()
}

/// In use, and with a mail of its own after the code that proved the address.
async fn in_use(world: &World) -> AccountId {
    let id = world.in_use(ADA, GOOD).await;
    world.clock.advance(Span::seconds(1));
    let owner = world.signed_in(ADA, GOOD).await;
    owner.change_password(&password(GOOD), &password(BETTER)).await.unwrap();
    world.sweep().await;
    assert_eq!(world.post_of(ADA).last(), Some(&Post::Notice(NoticeKind::PasswordChanged)));
    id
}

async fn sign_up(world: &World) -> usize {
    world.clock.advance(Span::seconds(600));
    let before = world.mailer.count();
    let _ = world.public().sign_up(&email(ADA), MailOptions::default(), None).await.unwrap();
    world.sweep().await;
    world.mailer.count() - before
}

async fn reset(world: &World) -> usize {
    world.clock.advance(Span::seconds(600));
    let before = world.mailer.count();
    let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
    world.sweep().await;
    world.mailer.count() - before
}

async fn change_by_staff(world: &World) -> usize {
    let before = world.mailer.count();
    let id = world.admin().account_by_email(&email(ADA)).await.unwrap().unwrap().id;
    world.admin().assign_password(id, &password("another 42 of Staff's!")).await.unwrap();
    world.sweep().await;
    world.mailer.count() - before
}

on_each_store! {
    __doors_feedback in feedback;
    async fn a_bounce_with_its_mails_tag_stops_all_mail_to_the_address(world) {
        let id = in_use(&world).await;
        assert!(report(&world, &tag(&world, ADA), BOUNCED).await);
        assert_eq!(world.view(id).await.undeliverable, Some(Undeliverable::NoSuchMailbox));
        assert_eq!((reset(&world).await, change_by_staff(&world).await), (0, 0));
        let [known] = &suppressed(&world).await[..] else { panic!("one") };
        assert_eq!((known.cause, known.scope), (Undeliverable::NoSuchMailbox, SuppressionScope::All));
        assert_eq!(known.evidence, "smtp; 550 5.1.1");
        let events = world.history(id).await;
        let taken = events.iter().find(|event| matches!(event.what, EventKind::FeedbackTaken { report: BOUNCED, .. })).unwrap();
        let stopped = events.iter().find(|event| matches!(event.what, EventKind::AddressSuppressed { .. })).unwrap();
        assert_eq!(taken.commit, stopped.commit);
    }

    /// Nobody has an address silenced who has not had a mail of ours to it.
    async fn a_forged_report_is_journaled_and_nothing_else(world) {
        let id = in_use(&world).await;
        let genuine = tag(&world, ADA);
        let mut changed = genuine.as_str().to_owned();
        changed.replace_range(0..1, if changed.starts_with('a') { "b" } else { "a" });
        let other = Keyring::new(std::array::from_fn(|at| at as u8), KeyId::parse("one").unwrap(), std::array::from_fn(|at| at as u8)).unwrap();
        let elsewhere = World::beside_with(&world, 44, other, |builder| builder.realm(Realm::parse("elsewhere").unwrap()));
        elsewhere.in_use(ADA, GOOD).await;
        let theirs = tag(&elsewhere, ADA);
        for forged in [&*changed, theirs.as_str(), "", "bounce", ADA] {
            assert!(!report(&world, &FeedbackTag::new(forged), BOUNCED).await, "{forged}");
        }
        assert_eq!(suppressed(&world).await, []);
        assert_eq!(world.view(id).await.undeliverable, None);
        let feed = world.accounts.journal().feed(None, 1_000).await.unwrap();
        let ignored = feed.events.iter().filter(|event| matches!(event.what, EventKind::FeedbackIgnored { report: BOUNCED }));
        assert_eq!(ignored.count(), 5);
        assert_eq!(reset(&world).await, 1);
    }

    async fn another_tenants_report_counts_for_nothing_here(world) {
        in_use(&world).await;
        let tenant = World::beside_with(&world, 44, crate::doors::world::keys(), |builder| {
            builder.realm(Realm::parse("elsewhere").unwrap())
        });
        assert!(!report(&tenant, &tag(&world, ADA), BOUNCED).await);
        assert_eq!(suppressed(&world).await, []);
    }

    async fn a_report_counts_for_14_days(world) {
        in_use(&world).await;
        let tag = tag(&world, ADA);
        world.clock.advance(Span::days(15));
        assert!(!report(&world, &tag, BOUNCED).await);
        assert_eq!(suppressed(&world).await, []);
        world.clock.set(crate::doors::world::at("2026-12-05T12:00:01Z"));
        assert!(report(&world, &tag, BOUNCED).await);
    }

    /// Reported within the 14 days, and looked at after them, when it is forgotten that the address was proven since.
    async fn a_clock_that_jumps_ahead_while_a_report_is_taken_in_makes_no_old_one_count(world) {
        let id = world.in_use(ADA, GOOD).await;
        let before_the_proof = tag(&world, ADA);
        let (clock, later) = (world.clock.clone(), world.clock.now() + Span::days(45));
        world.store.witnessed_by(move |seen| {
            if matches!(seen, Seen::Load(_)) {
                clock.set(later);
            }
        });
        assert!(!report(&world, &before_the_proof, BOUNCED).await);
        assert_eq!(suppressed(&world).await, []);
        assert_eq!(world.view(id).await.undeliverable, None);
    }

    /// The address is read from our record: a bounce of the old address's mail does not stop the new one.
    async fn a_bounce_stops_the_address_that_the_mail_went_to(world) {
        let id = in_use(&world).await;
        let tag = tag(&world, ADA);
        world.admin().replace_email(id, &email("countess@example.com")).await.unwrap();
        assert!(report(&world, &tag, BOUNCED).await);
        assert_eq!(world.view(id).await.undeliverable, None);
        let delivery = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert_eq!(delivery, Delivery::Delivered);
        world.clock.advance(Span::days(14));
        world.sweep().await;
        assert!(!report(&world, &tag, BOUNCED).await, "an address that is forgotten can't be stopped");
    }

    async fn a_delay_or_a_full_mailbox_stops_nothing(world) {
        let id = in_use(&world).await;
        assert!(report(&world, &tag(&world, ADA), Report::Delayed).await);
        assert_eq!((suppressed(&world).await, reset(&world).await), (vec![], 1));
        assert!(world.history(id).await.iter().any(|event| matches!(event.what, EventKind::FeedbackTaken { report: Report::Delayed, .. })));
    }

    /// Its owner is tired of what strangers cause: that stops, and what the owner needs goes on.
    async fn a_complaint_about_a_mail_that_a_stranger_caused_stops_only_such_mails(world) {
        let id = in_use(&world).await;
        assert_eq!(reset(&world).await, 1);
        assert!(report(&world, &tag(&world, ADA), Report::Complained).await);
        let [known] = &suppressed(&world).await[..] else { panic!("one") };
        let resets = SuppressionScope::Only(MailKind::Reset);
        assert_eq!((known.cause, known.scope), (Undeliverable::Rejected, resets));
        assert_eq!((reset(&world).await, change_by_staff(&world).await), (0, 1));
        assert_eq!(world.view(id).await.undeliverable, None, "it still reaches its owner");
    }

    async fn a_complaint_about_the_owners_own_mail_stops_all(world) {
        in_use(&world).await;
        assert!(report(&world, &tag(&world, ADA), Report::Complained).await);
        let [known] = &suppressed(&world).await[..] else { panic!("one") };
        assert_eq!(known.scope, SuppressionScope::All);
        assert_eq!((reset(&world).await, change_by_staff(&world).await), (0, 0));
    }

    async fn a_bounce_and_a_complaint_stand_side_by_side_whichever_came_first(world) {
        in_use(&world).await;
        let owners = tag(&world, ADA);
        assert_eq!(reset(&world).await, 1);
        let strangers = tag(&world, ADA);
        assert!(report(&world, &strangers, Report::Complained).await);
        assert!(report(&world, &owners, BOUNCED).await);
        assert!(report(&world, &strangers, Report::Complained).await);
        let [all, resets] = &suppressed(&world).await[..] else { panic!("two") };
        assert_eq!((all.cause, all.scope), (Undeliverable::NoSuchMailbox, SuppressionScope::All));
        assert_eq!(resets.scope, SuppressionScope::Only(MailKind::Reset));
        assert!(world.admin().clear_suppression_scope(&email(ADA), SuppressionScope::All).await.unwrap());
        assert_eq!((reset(&world).await, sign_up(&world).await), (0, 1), "the complaint stands");
        assert!(!world.admin().clear_suppression_scope(&email(ADA), SuppressionScope::All).await.unwrap());
        assert!(world.admin().clear_suppression(&email(ADA)).await.unwrap());
        assert_eq!((reset(&world).await, suppressed(&world).await), (1, vec![]));
    }

    async fn the_host_is_told_once_that_mail_was_stopped(world with told) {
        let id = in_use(&world).await;
        let tag = tag(&world, ADA);
        for _ in 0..3 {
            assert!(report(&world, &tag, BOUNCED).await);
        }
        world.sweep().await;
        assert_eq!(world.post_of(OPS), [Post::ForHost]);
        let letter = world.mailer.last_to(&email(OPS)).unwrap();
        let Message::ForHost(HostNotice::SendingStopped { account, cause, scope: SuppressionScope::All }) = letter.message else { panic!("{letter:?}") };
        assert_eq!((account, cause), (id, Undeliverable::NoSuchMailbox));
        assert_eq!(letter.feedback, None, "a bounce of the host's own mail stops nobody");
    }

    /// The same where the server said so at once, and to no second mail.
    async fn the_host_is_told_of_a_refusal_at_delivery_too(world with told) {
        let id = world.register(ADA).await;
        world.mailer.answer(email(ADA), Answer::Rejected);
        let delivery = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert_eq!(delivery, Delivery::Undeliverable(Undeliverable::Rejected));
        world.sweep().await;
        assert_eq!(world.post_of(OPS), [Post::ForHost]);
    }

    async fn a_host_without_an_address_for_notices_gets_none(world) {
        in_use(&world).await;
        world.sweep().await;
        let before = world.mailer.count();
        assert!(report(&world, &tag(&world, ADA), BOUNCED).await);
        let swept = world.sweep().await;
        assert_eq!((world.mailer.count(), swept.cancelled), (before, 0));
    }

    async fn what_staff_clears_gets_mail_again(world with told) {
        let id = in_use(&world).await;
        let tag = tag(&world, ADA);
        assert!(report(&world, &tag, BOUNCED).await);
        assert!(world.admin().clear_suppression(&email("Ada@example.com")).await.unwrap());
        assert!(!world.admin().clear_suppression(&email(ADA)).await.unwrap(), "nothing is held back any more");
        assert_eq!((suppressed(&world).await, world.view(id).await.undeliverable), (vec![], None));
        world.sweep().await;
        assert_eq!(reset(&world).await, 1);
        assert!(!report(&world, &tag, BOUNCED).await, "who read that mail's headers can't stop it again");
        assert_eq!(suppressed(&world).await, []);
        assert!(report(&world, &self::tag(&world, ADA), BOUNCED).await, "a mail since then");
        world.sweep().await;
        assert_eq!(world.post_of(OPS), [Post::ForHost; 2], "and the host is told again");
    }

    /// Proof of receipt outweighs an old report, whose mail's own link it may be.
    async fn whoever_redeems_a_code_gets_mail_again_whatever_was_reported_of_it(world) {
        let id = world.register(ADA).await;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let bounced = tag(&world, ADA);
        assert!(report(&world, &bounced, BOUNCED).await);
        let refused = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap_err();
        assert_eq!(refused.code(), "address_undeliverable");
        world.public().choose_password(&world.mailed_code(ADA), &password(GOOD)).await.unwrap();
        let view = world.view(id).await;
        assert!(view.email_proven && view.undeliverable.is_none() && view.suppressions.is_empty(), "{view:?}");
        assert_eq!(suppressed(&world).await, []);
        let cleared = world.history(id).await.iter().any(|event| matches!(event.what, EventKind::SuppressionCleared { scope: None, .. }));
        assert!(cleared);
        assert!(!report(&world, &bounced, BOUNCED).await, "nor can the same mail stop it again");
        assert_eq!(reset(&world).await, 1);
    }

    /// Every other code too: each proves the address that it was mailed to, and no other.
    async fn a_cancel_a_confirm_and_a_revert_code_clear_the_address_that_they_were_mailed_to(world) {
        let id = in_use(&world).await;
        let new = "countess@example.com";
        assert!(report(&world, &tag(&world, ADA), BOUNCED).await);
        let owner = world.signed_in(ADA, BETTER).await;
        let ask = async || {
            world.clock.advance(Span::seconds(600));
            owner.request_email_change(&password(BETTER), &email(new), &MailOptions::default()).await.unwrap();
            world.sweep().await;
        };
        ask().await;
        assert_eq!(world.post_of(ADA).last(), Some(&Post::Code(Purpose::EmailCancel)), "a remedy is tried all the same");
        world.public().cancel_email_change(&world.mailed_code(ADA)).await.unwrap();
        assert_eq!((world.view(id).await.undeliverable, suppressed(&world).await), (None, vec![]));

        ask().await;
        assert!(report(&world, &tag(&world, new), BOUNCED).await);
        assert!(report(&world, &tag(&world, ADA), BOUNCED).await);
        let owner = owner.confirm_email(&world.mailed_code(new)).await.unwrap();
        assert_eq!(world.view(id).await.undeliverable, None, "the new one");
        assert_eq!(suppressed(&world).await.len(), 1, "the old one's stays");
        world.sweep().await;
        assert_eq!(world.post_of(ADA).last(), Some(&Post::Code(Purpose::EmailRevert)), "and is tried all the same");
        assert!(world.accounts.owner(owner.stamp, accountable_core::domain::Origin::Unknown).is_current().await.unwrap());
        world.public().revert_email_change(&world.mailed_code(ADA)).await.unwrap();
        assert_eq!((world.view(id).await.undeliverable, suppressed(&world).await), (None, vec![]));
        world.sweep().await;
        assert_eq!(world.post_of(ADA).last(), Some(&Post::Code(Purpose::PasswordSet)));
    }

    /// It is the natural answer to a flood, and the owner forgets a password later.
    async fn a_complaint_about_a_reset_lapses_after_30_days(world) {
        let id = in_use(&world).await;
        assert_eq!(reset(&world).await, 1);
        assert!(report(&world, &tag(&world, ADA), Report::Complained).await);
        let [known] = &world.view(id).await.suppressions[..] else { panic!("one") };
        assert_eq!(known.lapses_at, Some(known.at + Span::days(30)));
        world.clock.advance(Span::micros(Span::days(30).as_micros() - Span::seconds(600).as_micros() - 1));
        assert_eq!(reset(&world).await, 0);
        assert_eq!(suppressed(&world).await.len(), 1);
        world.clock.advance(Span::micros(1));
        assert_eq!((suppressed(&world).await, world.view(id).await.suppressions), (vec![], vec![]));
        assert_eq!(reset(&world).await, 1);
    }

    async fn a_complaint_about_a_sign_up_stops_sign_ups_and_no_resets(world) {
        let id = in_use(&world).await;
        assert_eq!(sign_up(&world).await, 1);
        assert_eq!(world.post_of(ADA).last(), Some(&Post::Notice(NoticeKind::AlreadyRegistered)));
        assert!(report(&world, &tag(&world, ADA), Report::Complained).await);
        assert_eq!((sign_up(&world).await, reset(&world).await, change_by_staff(&world).await), (0, 1, 1));
        let [known] = &world.view(id).await.suppressions[..] else { panic!("one") };
        assert_eq!((known.scope, known.lapses_at), (SuppressionScope::Only(MailKind::SignUp), None));
    }

    /// The mail is the same, a link to a first password: what differs is what the stranger asked for.
    async fn a_complaint_about_a_sign_up_of_a_new_account_stops_no_request_for_its_password(world) {
        world.register(ADA).await;
        assert_eq!(sign_up(&world).await, 1);
        assert_eq!(world.post_of(ADA), [Post::Code(Purpose::PasswordSet)]);
        assert!(report(&world, &tag(&world, ADA), Report::Complained).await);
        assert_eq!((sign_up(&world).await, reset(&world).await), (0, 1));
    }

    async fn staff_and_owner_are_told_what_is_held_back_why_and_since_when(world) {
        let id = in_use(&world).await;
        assert_eq!(reset(&world).await, 1);
        assert!(report(&world, &tag(&world, ADA), Report::Complained).await);
        let owner = world.signed_in(ADA, BETTER).await;
        let now = accountable_core::port::Clock::now(&world.clock);
        let (staffs, own) = (world.view(id).await, owner.view().await.unwrap());
        assert_eq!((staffs.undeliverable, own.undeliverable), (None, None), "what they need themselves goes on");
        assert_eq!(staffs.suppressions, own.suppressions);
        let [known] = &own.suppressions[..] else { panic!("one") };
        assert_eq!(known.scope, SuppressionScope::Only(MailKind::Reset));
        assert_eq!((known.cause, known.at, &*known.evidence), (Undeliverable::Rejected, now, "smtp; 550 5.1.1"));
        let shown = serde_json::to_value(&own).unwrap();
        assert_eq!(shown["suppressions"][0]["scope"], "reset");
        assert_eq!((own.email, own.email_proven), (email(ADA), true));

        assert!(report(&world, &tag(&world, ADA), BOUNCED).await);
        assert_eq!(owner.view().await.unwrap().undeliverable, Some(Undeliverable::NoSuchMailbox));
        world.admin().end_sessions(id).await.unwrap();
        assert_eq!(owner.view().await.unwrap_err().code(), "session_ended");
    }

    async fn staff_is_told_at_once_that_the_address_it_puts_in_place_gets_no_mail(world) {
        let id = in_use(&world).await;
        assert!(report(&world, &tag(&world, ADA), BOUNCED).await);
        let [elsewhere, back] = [email("countess@example.com"), email(ADA)];
        assert_eq!(world.admin().replace_email(id, &elsewhere).await.unwrap().undeliverable, None);
        let view = world.admin().replace_email(id, &back).await.unwrap();
        assert_eq!((view.undeliverable, view.email_proven), (Some(Undeliverable::NoSuchMailbox), false));
        let mut changes = AccountChanges::default();
        for (email, undeliverable) in [(elsewhere, None), (back, Some(Undeliverable::NoSuchMailbox))] {
            changes.email = Some(email);
            assert_eq!(world.admin().update(id, &changes).await.unwrap().undeliverable, undeliverable);
        }
    }

    /// If the host says so.
    async fn a_suppression_lapses_after_what_the_host_sets(world with kept_for_a_week) {
        let id = in_use(&world).await;
        assert!(report(&world, &tag(&world, ADA), BOUNCED).await);
        world.clock.advance(Span::micros(Span::days(7).as_micros() - 1));
        assert_eq!(world.view(id).await.undeliverable, Some(Undeliverable::NoSuchMailbox));
        world.clock.advance(Span::micros(1));
        assert_eq!((world.view(id).await.undeliverable, suppressed(&world).await), (None, vec![]));
        assert_eq!(reset(&world).await, 1);
    }

    /// Its record would be trimmed a day after the last failure: what was cleared must not come back meanwhile.
    async fn what_was_cleared_is_remembered_as_long_as_reports_of_earlier_mails_count(world) {
        in_use(&world).await;
        let tag = tag(&world, ADA);
        assert!(report(&world, &tag, BOUNCED).await);
        assert!(world.admin().clear_suppression(&email(ADA)).await.unwrap());
        for _ in 0..14 {
            world.clock.advance(Span::micros(Span::days(1).as_micros() - 1));
            world.sweep().await;
            assert!(!report(&world, &tag, BOUNCED).await);
        }
        assert_eq!(suppressed(&world).await, []);
    }

    /// A server, or whoever read a mail's headers, that says the same again and again fills no journal.
    async fn whoever_repeats_a_report_is_journaled_once(world) {
        let id = in_use(&world).await;
        let strangers = async || {
            assert_eq!(reset(&world).await, 1);
            tag(&world, ADA)
        };
        let (first, second) = (strangers().await, strangers().await);
        let journaled = async || world.accounts.journal().feed(None, 10_000).await.unwrap().events.len();
        for (tag, said) in [(&first, Report::Delayed), (&second, Report::Delayed), (&second, Report::Complained), (&first, BOUNCED)] {
            assert!(report(&world, tag, said).await);
            let before = journaled().await;
            for _ in 0..3 {
                world.clock.advance(Span::hours(1));
                world.sweep().await;
                assert!(report(&world, tag, said).await, "it counted, and counts still");
            }
            assert_eq!(journaled().await, before, "{said:?}");
        }
        assert!(report(&world, &first, Report::Delayed).await, "of a mail before the last that was late");
        let events = world.history(id).await;
        let taken = events.iter().filter(|event| matches!(event.what, EventKind::FeedbackTaken { .. })).count();
        assert_eq!((taken, suppressed(&world).await.len()), (4, 2));
        // Of an address of which nothing else is known, too.
        let id = world.register("bob@example.com").await;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let late = tag(&world, "bob@example.com");
        for _ in 0..6 {
            assert!(report(&world, &late, Report::Delayed).await);
            world.clock.advance(Span::days(2));
            world.sweep().await;
        }
        let events = world.history(id).await;
        assert_eq!(events.iter().filter(|event| matches!(event.what, EventKind::FeedbackTaken { .. })).count(), 1);
    }

    /// Whatever the clock does between, nor while it is behind: what was cleared stays so.
    async fn a_clock_that_jumps_back_gives_no_report_of_an_earlier_mail_its_say(world) {
        let id = in_use(&world).await;
        let start = world.clock.now();
        let old = tag(&world, ADA);
        world.clock.set(start - Span::minutes(1));
        assert!(!report(&world, &old, BOUNCED).await, "of a mail that is still to be queued");
        world.clock.set(start);
        assert!(report(&world, &old, BOUNCED).await);
        world.clock.advance(Span::hours(1));
        assert!(world.admin().clear_suppression(&email(ADA)).await.unwrap());
        for behind in [Span::minutes(30), Span::hours(6), Span::days(13)] {
            world.clock.set(start - behind);
            assert!(!report(&world, &old, BOUNCED).await, "{behind} before the mail");
            // The record is written meanwhile, and the address proven once more.
            assert!(world.log_in(ADA, "not the password at all").await.is_err());
            world.clock.advance(Span::seconds(1));
            assert!(reset(&world).await > 0);
            world.public().choose_password(&world.mailed_code(ADA), &password(GOOD)).await.unwrap();
            assert!(!report(&world, &old, BOUNCED).await);
            world.public().request_password_reset(&email(ADA), MailOptions::default()).await.map(drop).unwrap();
            world.sweep().await;
            world.public().choose_password(&world.mailed_code(ADA), &password(BETTER)).await.unwrap();
            world.clock.set(start + Span::minutes(1));
            assert!(!report(&world, &old, BOUNCED).await, "{behind}, and caught up");
        }
        assert_eq!((suppressed(&world).await, world.view(id).await.undeliverable), (vec![], None));
        // A mail since then counts once the clock is past the clearing.
        world.clock.set(start + Span::hours(2));
        assert!(reset(&world).await > 0);
        assert!(report(&world, &tag(&world, ADA), BOUNCED).await);
    }

    /// Nobody's address: what is known of it can be cleared all the same.
    async fn suppressions_are_listed_page_by_page(world) {
        for at in 0..5 {
            let address = format!("u{at}@example.com");
            let id = world.register(&address).await;
            let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
            assert!(report(&world, &tag(&world, &address), BOUNCED).await);
        }
        let (mut after, mut tags) = (None, Vec::new());
        loop {
            let page = world.admin().suppressions(after, 2).await.unwrap();
            assert!(page.items.len() <= 2);
            tags.extend(page.items.iter().map(|known| known.tag));
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        assert_eq!(tags.len(), 5);
        assert!(tags.windows(2).all(|pair| pair[0] < pair[1]), "each once");
    }

    /// A stranger's request reaches nobody who complained, and staff's mail reaches them.
    async fn staff_reaches_whoever_complained_of_strangers(world) {
        world.register(ADA).await;
        assert_eq!(reset(&world).await, 1);
        assert_eq!(world.post_of(ADA), [Post::Code(Purpose::PasswordSet)]);
        assert!(report(&world, &tag(&world, ADA), Report::Complained).await);
        world.clock.advance(Span::seconds(600));
        let id = world.admin().account_by_email(&email(ADA)).await.unwrap().unwrap().id;
        let delivery = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert_eq!(delivery, Delivery::Delivered);
    }
}
