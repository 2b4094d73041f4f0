//! Remedies: what the owner's mailbox holds against whoever came by the password works in every standing, and can't be
//! switched off by them.

use accountable_core::{
    AccountChanges, Builder, MailOptions, NewAccount, PublicError,
    domain::{
        AccountId, CodeState, Denial, EventKind, MailedCode, Message, Notice, NoticeKind, Origin, Purpose,
        Rules, Span, StandingKind, Status, SuspensionReason,
    },
};

use crate::doors::world::{BETTER, GOOD, Post, World, code_of, email, on_each_store, password};

const ADA: &str = "ada@example.com";
const THIEF: &str = "eve@example.com";

/// What the rightful owner chooses in the end.
const OWN: &str = "herons wade where the river bends";

/// Whoever knows the password carries the account to an address of theirs. The mail to the old address has not left yet.
async fn carries_away(world: &World) {
    let thief = world.signed_in(ADA, GOOD).await;
    thief.request_email_change(&password(GOOD), &email(THIEF), &MailOptions::default()).await.unwrap();
    world.sweep().await;
    thief.confirm_email(&world.mailed_code(THIEF)).await.unwrap();
}

async fn closes(world: &World, address: &str) {
    world.signed_in(address, GOOD).await.close(&password(GOOD)).await.unwrap();
}

async fn suspends(world: &World, id: AccountId) {
    world.admin().suspend(id, &SuspensionReason::parse("unpaid").unwrap()).await.unwrap();
}

/// The code of the last letter to the address that has one.
fn last_link(world: &World, address: &str) -> MailedCode {
    let letters = world.mailer.letters();
    let mut linked = letters.iter().rev().filter(|letter| letter.to.as_str() == address);
    code_of(linked.find_map(|letter| letter.link()).expect("a link was mailed").expose())
}

async fn signs_up(world: &World, address: &str) {
    let _ = world.public().sign_up(&email(address), MailOptions::default(), None).await.unwrap();
    world.sweep().await;
}

async fn is_live(world: &World, code: &MailedCode) -> bool {
    matches!(world.public().inspect_code(code).await.unwrap(), CodeState::Live { .. })
}

async fn is_dead(world: &World, code: &MailedCode) -> bool {
    !is_live(world, code).await
        && matches!(world.public().choose_password(code, &password(OWN)).await, Err(PublicError::DeadCode))
        && matches!(world.public().revert_email_change(code).await, Err(PublicError::DeadCode))
}

/// The link that the old address got takes it back; the one that follows lets its owner choose, and nobody else is in.
async fn is_taken_back(world: &World, id: AccountId, revert: &MailedCode) {
    assert!(is_live(world, revert).await, "what the page calls live");
    assert_eq!(world.public().revert_email_change(revert).await.unwrap(), id);
    world.sweep().await;
    is_chosen_anew(world, id, Purpose::PasswordSet).await;
}

async fn is_chosen_anew(world: &World, id: AccountId, by: Purpose) {
    assert_eq!(world.post_of(ADA).last(), Some(&Post::Code(by)));
    world.public().choose_password(&world.mailed_code(ADA), &password(OWN)).await.unwrap();
    let view = world.view(id).await;
    assert_eq!((view.email, view.status, view.standing), (email(ADA), Status::InUse, StandingKind::Active));
    assert!(world.log_in(ADA, OWN).await.is_ok());
    assert!(world.log_in(ADA, GOOD).await.is_err() && world.log_in(THIEF, GOOD).await.is_err());
}

fn with_a_short_grace(builder: Builder) -> Builder {
    let mut rules = Rules::default();
    rules.closing_grace = Span::hours(1);
    builder.rules(rules)
}

on_each_store! {
    __doors_remedies in remedies;
    async fn what_a_thief_carried_away_and_closed_comes_back_open(world) {
        let id = world.in_use(ADA, GOOD).await;
        carries_away(&world).await;
        world.sweep().await;
        let revert = world.mailed_code(ADA);
        closes(&world, THIEF).await;
        world.sweep().await;
        let reopening = world.mailed_code(THIEF);
        world.clock.advance(Span::hours(71));
        is_taken_back(&world, id, &revert).await;
        assert!(is_dead(&world, &reopening).await, "the thief's mailbox holds nothing");
    }

    /// The thief is quick: the account is closed before the courier comes by.
    async fn the_link_that_takes_back_leaves_although_the_account_was_closed_at_once(world) {
        let id = world.in_use(ADA, GOOD).await;
        carries_away(&world).await;
        closes(&world, THIEF).await;
        world.sweep().await;
        let mut told = world.post_of(ADA);
        let told = told.split_off(told.len() - 2);
        for post in [Post::Code(Purpose::EmailRevert), Post::Notice(NoticeKind::Closed)] {
            assert!(told.contains(&post), "{told:?}: no link that reopens");
        }
        assert_eq!(world.post_of(THIEF).last(), Some(&Post::Code(Purpose::Reopen)));
        is_taken_back(&world, id, &last_link(&world, ADA)).await;
    }

    async fn while_suspended_or_closed_by_staff_the_address_comes_back_and_the_link_waits(world) {
        for shut in ["suspended", "closed"] {
            let id = world.in_use(ADA, GOOD).await;
            carries_away(&world).await;
            world.sweep().await;
            let revert = world.mailed_code(ADA);
            if shut == "suspended" { suspends(&world, id).await } else { drop(world.admin().close(id).await.unwrap()) }
            let before = world.view(id).await.standing;
            assert!(is_live(&world, &revert).await);
            world.public().revert_email_change(&revert).await.unwrap();
            world.sweep().await;
            let view = world.view(id).await;
            assert_eq!((view.email, view.standing), (email(ADA), before), "staff's word stays");
            assert_ne!(world.post_of(ADA).last(), Some(&Post::Code(Purpose::PasswordSet)));
            let opened = match shut {
                "suspended" => world.admin().reinstate(id).await,
                _ => world.admin().reopen(id).await,
            };
            opened.unwrap();
            world.sweep().await;
            is_chosen_anew(&world, id, Purpose::PasswordSet).await;
            world.admin().erase(id).await.unwrap();
        }
    }

    /// As at every command of the owner's that asks for it: ten guesses, counted there and nowhere else, whatever strangers do.
    async fn closing_asks_for_the_current_password_in_the_owners_own_lane(world) {
        let id = world.in_use(ADA, GOOD).await;
        let owner = world.signed_in(ADA, GOOD).await;
        for _ in 0..10 {
            assert_eq!(owner.close(&password(BETTER)).await.unwrap_err().code(), "wrong_password");
        }
        assert_eq!(world.view(id).await.log_ins.failures, 0, "none counts against the address");
        let before = world.hasher.verified();
        let locked = owner.close(&password(GOOD)).await.unwrap_err();
        assert_eq!((locked.code(), locked.retry_after()), ("locked", Some(Span::hours(2))));
        assert_eq!(world.hasher.verified(), before, "before any hash");
        assert_eq!(world.view(id).await.standing, StandingKind::Active);
        world.clock.advance(Span::hours(2));
        for _ in 0..10 {
            let _ = world.log_in(ADA, BETTER).await;
        }
        assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::Locked));
        owner.close(&password(GOOD)).await.unwrap();
        assert_eq!(world.view(id).await.standing, StandingKind::Closed);
    }

    async fn whoever_reads_the_mailbox_reopens_what_was_closed_with_a_new_password(world) {
        let id = world.in_use(ADA, GOOD).await;
        closes(&world, ADA).await;
        world.sweep().await;
        assert_eq!(world.post_of(ADA).last(), Some(&Post::Code(Purpose::Reopen)));
        let code = world.mailed_code(ADA);
        let told = world.public().inspect_code(&code).await.unwrap();
        let CodeState::Live { purpose: Purpose::Reopen, expires_at, .. } = told else { panic!("{told:?}") };
        assert_eq!(world.view(id).await.erased_at, Some(expires_at), "it lives as the grace");
        world.clock.advance(Span::micros(Span::days(30).as_micros() - 1));
        let weak = world.public().choose_password(&code, &password("short")).await;
        assert!(matches!(weak, Err(PublicError::WeakPassword(_))));
        is_chosen_anew(&world, id, Purpose::Reopen).await;
        assert!(is_dead(&world, &code).await, "once");
    }

    async fn a_reopening_ends_with_the_grace(world) {
        let id = world.in_use(ADA, GOOD).await;
        closes(&world, ADA).await;
        world.sweep().await;
        let code = world.mailed_code(ADA);
        world.clock.advance(Span::days(30));
        assert!(is_dead(&world, &code).await);
        world.sweep().await;
        assert!(world.admin().account(id).await.unwrap().is_none());
        assert!(is_dead(&world, &code).await);
    }

    async fn staff_that_reopens_or_closes_ends_the_owners_link(world) {
        for closed_again in [false, true] {
            let id = world.in_use(ADA, GOOD).await;
            closes(&world, ADA).await;
            world.sweep().await;
            let code = world.mailed_code(ADA);
            if closed_again {
                world.admin().close(id).await.unwrap();
            } else {
                world.admin().reopen(id).await.unwrap();
            }
            assert!(is_dead(&world, &code).await);
            let standing = if closed_again { StandingKind::Closed } else { StandingKind::Active };
            assert_eq!(world.view(id).await.standing, standing);
            world.admin().erase(id).await.unwrap();
        }
    }

    /// The owner asked for a reset; whoever knows the password can't take it from them.
    async fn a_reset_survives_what_a_thief_does_with_the_password(world) {
        for closed in [false, true] {
            let id = world.in_use(ADA, GOOD).await;
            let thief = world.signed_in(ADA, GOOD).await;
            let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
            world.sweep().await;
            let reset = world.mailed_code(ADA);
            let stamp = thief.change_password(&password(GOOD), &password(BETTER)).await.unwrap().stamp;
            if closed {
                world.accounts.owner(stamp, Origin::Unknown).close(&password(BETTER)).await.unwrap();
            }
            assert!(is_live(&world, &reset).await);
            world.public().choose_password(&reset, &password(OWN)).await.unwrap();
            assert!(world.log_in(ADA, OWN).await.is_ok() && world.log_in(ADA, BETTER).await.is_err());
            world.admin().erase(id).await.unwrap();
        }
    }

    /// A mail that waits for its courier is not lost to it either.
    async fn a_reset_that_is_on_its_way_arrives_although_the_account_was_closed(world) {
        let id = world.in_use(ADA, GOOD).await;
        let admin = world.admin();
        let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        world.mailer.answer(email(ADA), accountable_memory::Answer::Transient);
        world.sweep().await;
        closes(&world, ADA).await;
        world.mailer.answer(email(ADA), accountable_memory::Answer::Accept);
        world.clock.advance(Span::minutes(1));
        world.sweep().await;
        assert!(world.post_of(ADA).contains(&Post::Code(Purpose::PasswordReset)));
        drop((id, admin));
    }

    async fn who_signs_up_a_closed_address_is_mailed_what_opens_it_or_that_staff_does(world) {
        let id = world.in_use(ADA, GOOD).await;
        closes(&world, ADA).await;
        world.sweep().await;
        let link = |world: &World| world.mailer.last_link_to(&email(ADA)).unwrap();
        let first = link(&world);
        world.clock.advance(Span::minutes(10));
        signs_up(&world, "ADA@example.com").await;
        assert_eq!(world.post_of(ADA).iter().filter(|post| **post == Post::Code(Purpose::Reopen)).count(), 2);
        assert!(first == link(&world), "the link that was mailed before");
        let count = world.mailer.count();
        signs_up(&world, ADA).await;
        assert_eq!(world.mailer.count(), count, "under the throttle");

        world.admin().close(id).await.unwrap();
        world.clock.advance(Span::minutes(10));
        signs_up(&world, ADA).await;
        assert_eq!(world.post_of(ADA).last(), Some(&Post::Notice(NoticeKind::ClosedByStaff)));
        world.admin().reopen(id).await.unwrap();
        suspends(&world, id).await;
        world.clock.advance(Span::minutes(10));
        let count = world.mailer.count();
        signs_up(&world, ADA).await;
        assert_eq!(world.mailer.count(), count, "suspended: nothing");
        let new = world.register("new@example.com").await;
        world.admin().close(new).await.unwrap();
        world.sweep().await;
        signs_up(&world, "new@example.com").await;
        assert_eq!(world.post_of("new@example.com").last(), Some(&Post::Notice(NoticeKind::ClosedByStaff)));
    }

    async fn erasure_waits_for_a_link_that_takes_back_unless_staff_says_that_it_knows(world) {
        let id = world.in_use(ADA, GOOD).await;
        carries_away(&world).await;
        world.sweep().await;
        let revert = world.mailed_code(ADA);
        for shut in [false, true] {
            if shut {
                world.admin().close(id).await.unwrap();
            }
            let refused = world.admin().erase(id).await.unwrap_err();
            assert_eq!((refused.code(), refused.http_status()), ("revert_live", 409));
        }
        assert!(is_live(&world, &revert).await);
        world.admin().erase_despite_revert(id).await.unwrap();
        assert!(world.admin().account(id).await.unwrap().is_none() && is_dead(&world, &revert).await);
        let history = world.history(id).await;
        assert!(history.iter().any(|event| matches!(event.what, EventKind::RevertDropped { .. })), "journaled");
        assert_eq!(world.register(ADA).await, world.admin().account_by_email(&email(ADA)).await.unwrap().unwrap().id);
    }

    /// With a grace of an hour the courier would be done long before the 72 h are over.
    async fn the_courier_waits_as_well_and_says_so_in_its_mails(world with with_a_short_grace) {
        let id = world.in_use(ADA, GOOD).await;
        carries_away(&world).await;
        world.sweep().await;
        let revert = world.mailed_code(ADA);
        let until = world.view(id).await.revert_until.unwrap();
        closes(&world, THIEF).await;
        world.sweep().await;
        let said = world.mailer.last_to(&email(ADA)).unwrap().message;
        assert!(matches!(said, Message::Notice(Notice::Closed { erased_at }) if erased_at >= until), "{said:?}");
        world.clock.advance(Span::hours(70));
        world.sweep().await;
        is_taken_back(&world, id, &revert).await;

        closes_after_a_year(&world, id).await;
    }

    async fn staffs_replacement_leaves_the_link_that_takes_back_unless_its_mailbox_is_lost(world) {
        let id = world.in_use(ADA, GOOD).await;
        carries_away(&world).await;
        world.sweep().await;
        let revert = world.mailed_code(ADA);
        world.admin().replace_email(id, &email("lied@example.com")).await.unwrap();
        assert_eq!(world.admin().register(NewAccount::new(email(ADA))).await.unwrap_err().code(), "email_taken");
        is_taken_back(&world, id, &revert).await;

        let other = world.in_use("bob@example.com", GOOD).await;
        let owner = world.signed_in("bob@example.com", GOOD).await;
        owner.request_email_change(&password(GOOD), &email("bob@example.org"), &MailOptions::default()).await.unwrap();
        world.sweep().await;
        owner.confirm_email(&world.mailed_code("bob@example.org")).await.unwrap();
        world.sweep().await;
        let revert = world.mailed_code("bob@example.com");
        let lost = AccountChanges::default().with_email(email("bob@example.net")).dropping_revert();
        world.admin().update(other, &lost).await.unwrap();
        assert!(is_dead(&world, &revert).await);
        let history = world.history(other).await;
        assert!(history.iter().any(|event| matches!(event.what, EventKind::RevertDropped { .. })), "journaled");
        world.register("bob@example.com").await;
    }

    async fn the_mail_about_a_new_password_says_that_a_change_of_address_was_dropped(world) {
        world.in_use(ADA, GOOD).await;
        let owner = world.signed_in(ADA, GOOD).await;
        owner.request_email_change(&password(GOOD), &email(THIEF), &MailOptions::default()).await.unwrap();
        world.sweep().await;
        let stamp = owner.change_password(&password(GOOD), &password(BETTER)).await.unwrap().stamp;
        world.sweep().await;
        let said = |world: &World| world.mailer.last_to(&email(ADA)).unwrap().message;
        let dropped = said(&world);
        assert!(matches!(dropped, Message::Notice(Notice::PasswordChanged { email_change_dropped: true })), "{dropped:?}");
        world.accounts.owner(stamp, Origin::Unknown).change_password(&password(BETTER), &password(OWN)).await.unwrap();
        world.sweep().await;
        let plain = said(&world);
        assert!(matches!(plain, Message::Notice(Notice::PasswordChanged { email_change_dropped: false })), "{plain:?}");
    }
}

/// Without a link that takes back, the grace is what it was.
async fn closes_after_a_year(world: &World, id: AccountId) {
    world.clock.advance(Span::days(365));
    world.admin().close(id).await.unwrap();
    world.clock.advance(Span::hours(1));
    world.sweep().await;
    assert!(world.admin().account(id).await.unwrap().is_none());
}
