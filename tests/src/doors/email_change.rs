//! Changes of address: asked for, confirmed, cancelled, taken back, made by staff; and who may have the old one meanwhile.

use accountable_core::{
    Authentication, DeliveryOptions, Error, MailOptions, NewAccount, PublicError,
    domain::{CodeState, Denial, MailedCode, NoticeKind, Origin, Purpose, Refusal, Span, Status},
};

use crate::doors::world::{BETTER, GOOD, Post, World, at_once, email, on_each_store, password};

const OLD: &str = "ada@example.com";
const NEW: &str = "countess@example.com";

/// The owner of the old address asks for that one, and the mails are out.
async fn asks_for(world: &World, wanted: &str) {
    let owner = world.signed_in(OLD, GOOD).await;
    owner.request_email_change(&password(GOOD), &email(wanted), &MailOptions::default()).await.unwrap();
    world.sweep().await;
}

/// From the old address to the new one; the code that takes the old one back.
async fn changed(world: &World) -> MailedCode {
    asks_for(world, NEW).await;
    let owner = world.signed_in(OLD, GOOD).await;
    owner.confirm_email(&world.mailed_code(NEW)).await.unwrap();
    world.sweep().await;
    assert_eq!(world.post_of(OLD).last(), Some(&Post::Code(Purpose::EmailRevert)));
    world.mailed_code(OLD)
}

async fn register(world: &World, address: &str) -> Result<(), &'static str> {
    world.admin().register(NewAccount::new(email(address))).await.map(drop).map_err(|error| error.code())
}

fn is_dead<T>(outcome: &Result<T, PublicError>) -> bool {
    matches!(outcome, Err(PublicError::DeadCode))
}

on_each_store! {
    __doors_email_change in email_change;
    async fn a_code_goes_to_the_new_address_and_a_link_that_cancels_to_the_old_one(world) {
        let id = world.in_use(OLD, GOOD).await;
        asks_for(&world, NEW).await;
        assert_eq!(world.post_of(NEW), [Post::Code(Purpose::EmailConfirm)]);
        assert_eq!(world.post_of(OLD).last(), Some(&Post::Code(Purpose::EmailCancel)));
        let view = world.view(id).await;
        assert_eq!((view.email, view.pending_email), (email(OLD), Some(email(NEW))));
        assert_eq!(view.status, Status::ChangingEmail);
        assert!(world.log_in(OLD, GOOD).await.is_ok(), "until it is confirmed, nothing else changes");
    }

    /// A code to it would be of no use while its owner may take it back.
    async fn an_address_that_is_kept_for_whoever_had_it_counts_as_taken(world) {
        world.in_use(OLD, GOOD).await;
        changed(&world).await;
        world.in_use("eve@example.com", GOOD).await;
        let eve = world.signed_in("eve@example.com", GOOD).await;
        let before = world.post_of(OLD).len();
        let ask = async || {
            eve.request_email_change(&password(GOOD), &email(OLD), &MailOptions::default()).await.unwrap();
            world.sweep().await;
            world.post_of(OLD)[before..].to_vec()
        };
        assert_eq!(ask().await, [Post::Notice(NoticeKind::EmailTaken)]);
        // Until it is free.
        world.clock.advance(Span::hours(72));
        assert_eq!(ask().await, [Post::Notice(NoticeKind::EmailTaken), Post::Code(Purpose::EmailConfirm)]);
        assert!(eve.confirm_email(&world.mailed_code(OLD)).await.is_ok());
    }

    async fn confirming_puts_the_new_address_in_place_and_renews_the_callers_session_only(world) {
        let id = world.in_use(OLD, GOOD).await;
        asks_for(&world, NEW).await;
        let (here, elsewhere) = (world.signed_in(OLD, GOOD).await, world.signed_in(OLD, GOOD).await);
        let stamp = here.confirm_email(&world.mailed_code(NEW)).await.unwrap().stamp;
        assert!(!here.is_current().await.unwrap() && !elsewhere.is_current().await.unwrap());
        assert!(world.accounts.owner(stamp, Origin::Unknown).is_current().await.unwrap());
        let view = world.view(id).await;
        assert_eq!((view.email, view.email_proven, view.pending_email), (email(NEW), true, None));
        assert_eq!(view.status, Status::InUse);
        assert_eq!(world.log_in(OLD, GOOD).await, Err(Denial::UnknownAddress));
        assert!(world.log_in(NEW, GOOD).await.is_ok());
    }

    async fn a_code_confirms_once_and_for_its_own_account_only(world) {
        world.in_use(OLD, GOOD).await;
        world.in_use("bob@example.com", GOOD).await;
        asks_for(&world, NEW).await;
        let code = world.mailed_code(NEW);
        let bob = world.signed_in("bob@example.com", GOOD).await;
        assert_eq!(bob.confirm_email(&code).await.unwrap_err().code(), "dead_code");
        assert!(is_dead(&world.public().choose_password(&code, &password(BETTER)).await), "it opens nothing else");
        assert!(is_dead(&world.public().cancel_email_change(&code).await));
        let ada = world.signed_in(OLD, GOOD).await;
        let stamp = ada.confirm_email(&code).await.unwrap().stamp;
        let again = world.accounts.owner(stamp, Origin::Unknown).confirm_email(&code).await;
        assert_eq!(again.unwrap_err().code(), "dead_code");
    }

    async fn a_wrong_password_asks_for_nothing_and_counts_at_the_owners_door(world) {
        world.in_use(OLD, GOOD).await;
        let owner = world.signed_in(OLD, GOOD).await;
        let before = world.mailer.count();
        for _ in 0..10 {
            let refused = owner.request_email_change(&password(BETTER), &email(NEW), &MailOptions::default()).await;
            assert_eq!(refused.unwrap_err().code(), "wrong_password");
        }
        let refused = owner.request_email_change(&password(GOOD), &email(NEW), &MailOptions::default()).await;
        assert_eq!(refused.unwrap_err().code(), "locked");
        assert!(world.log_in(OLD, GOOD).await.is_ok(), "the public door has a count of its own");
        world.sweep().await;
        assert_eq!(world.post_of(NEW), []);
        assert_eq!(world.mailer.count(), before, "nobody is told of anything");
    }

    async fn the_old_addresss_link_cancels_the_change(world) {
        let id = world.in_use(OLD, GOOD).await;
        asks_for(&world, NEW).await;
        let (cancel, confirm) = (world.mailed_code(OLD), world.mailed_code(NEW));
        assert_eq!(world.public().cancel_email_change(&cancel).await.unwrap(), id);
        assert_eq!(world.view(id).await.pending_email, None);
        let owner = world.signed_in(OLD, GOOD).await;
        assert_eq!(owner.confirm_email(&confirm).await.unwrap_err().code(), "dead_code");
        assert_eq!(owner.cancel_email_change().await.unwrap_err().code(), "no_email_change_pending");
        assert!(is_dead(&world.public().cancel_email_change(&cancel).await), "once");
    }

    async fn the_owner_cancels_without_a_link(world) {
        let id = world.in_use(OLD, GOOD).await;
        asks_for(&world, NEW).await;
        let owner = world.signed_in(OLD, GOOD).await;
        owner.cancel_email_change().await.unwrap();
        assert_eq!(world.view(id).await.status, Status::InUse);
        assert_eq!(owner.confirm_email(&world.mailed_code(NEW)).await.unwrap_err().code(), "dead_code");
    }

    /// An owner's change, and its codes, do not outlive a new password: it may have been a thief's.
    async fn a_new_password_drops_the_change(world) {
        let id = world.in_use(OLD, GOOD).await;
        asks_for(&world, NEW).await;
        let codes = [world.mailed_code(OLD), world.mailed_code(NEW)];
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        assert_eq!(world.view(id).await.pending_email, None);
        for code in &codes {
            let state = world.public().inspect_code(code).await.unwrap();
            assert!(matches!(state, CodeState::Used { .. }), "{state:?}");
        }
    }

    async fn a_change_that_nobody_confirms_ends_with_its_code(world) {
        let id = world.in_use(OLD, GOOD).await;
        asks_for(&world, NEW).await;
        world.clock.advance(Span::hours(24));
        world.sweep().await;
        assert_eq!((world.view(id).await.pending_email, world.view(id).await.status), (None, Status::InUse));
    }

    async fn the_old_address_takes_the_account_back(world) {
        let id = world.in_use(OLD, GOOD).await;
        let revert = changed(&world).await;
        let thief = world.signed_in(NEW, GOOD).await;
        assert_eq!(world.public().revert_email_change(&revert).await.unwrap(), id);
        assert!(!thief.is_current().await.unwrap());
        let view = world.view(id).await;
        assert_eq!((view.email, view.email_proven, view.password), (email(OLD), true, None));
        assert_eq!(view.status, Status::ChangingEmail);
        assert_eq!(world.log_in(OLD, GOOD).await, Err(Denial::NoPassword), "whoever knew it knows it no longer");
        world.sweep().await;
        assert_eq!(world.post_of(OLD).last(), Some(&Post::Code(Purpose::PasswordSet)));
        world.public().choose_password(&world.mailed_code(OLD), &password(BETTER)).await.unwrap();
        assert_eq!(world.view(id).await.status, Status::InUse);
        assert!(is_dead(&world.public().revert_email_change(&revert).await), "once");
        assert_eq!(register(&world, NEW).await, Ok(()), "the other one is free");
    }

    async fn a_revert_is_good_for_72_h_whatever_the_password_becomes(world) {
        let id = world.in_use(OLD, GOOD).await;
        let revert = changed(&world).await;
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        world.clock.advance(Span::micros(Span::hours(72).as_micros() - 1));
        let live = world.public().inspect_code(&revert).await.unwrap();
        assert!(matches!(live, CodeState::Live { purpose: Purpose::EmailRevert, .. }), "{live:?}");
        world.clock.advance(Span::micros(1));
        assert!(is_dead(&world.public().revert_email_change(&revert).await));
    }

    /// One change, one undo: while a link lives that takes the first address back, there is no second change.
    async fn a_second_change_waits_for_the_end_of_the_first_revert(world) {
        let id = world.in_use(OLD, GOOD).await;
        let revert = changed(&world).await;
        let owner = world.signed_in(NEW, GOOD).await;
        let third = email("third@example.com");
        let asks = || async { owner.request_email_change(&password(GOOD), &third, &MailOptions::default()).await };
        let refused = asks().await.unwrap_err();
        assert_eq!((refused.code(), refused.http_status()), ("revert_live", 409));
        world.clock.advance(Span::micros(Span::hours(72).as_micros() - 1));
        let until = world.view(id).await.revert_until.unwrap();
        assert!(matches!(asks().await, Err(Error::Refused(Refusal::RevertLive { until: said })) if said == until));
        world.clock.advance(Span::micros(1));
        asks().await.unwrap();
        assert!(is_dead(&world.public().revert_email_change(&revert).await));
    }

    /// For as long as its link takes it back, nobody else gets the old address; afterwards anybody does.
    async fn the_old_address_is_kept_while_it_can_be_taken_back_and_free_after(world) {
        world.in_use(OLD, GOOD).await;
        let revert = changed(&world).await;
        assert_eq!(register(&world, OLD).await, Err("email_taken"));
        let _ = world.public().sign_up(&email(OLD), MailOptions::default(), None).await.unwrap();
        let before = world.mailer.count();
        world.sweep().await;
        assert_eq!(world.mailer.count(), before, "nor does a stranger, and nothing is mailed");
        world.clock.advance(Span::hours(72));
        world.sweep().await;
        assert_eq!(register(&world, OLD).await, Ok(()));
        assert!(is_dead(&world.public().revert_email_change(&revert).await));
    }

    async fn a_taken_address_gets_the_same_answer_a_notice_and_no_code(world) {
        world.in_use(OLD, GOOD).await;
        world.in_use("eve@example.com", GOOD).await;
        world.in_use("bob@example.com", BETTER).await;
        let mut seen = Vec::new();
        for (from, wanted) in [(OLD, NEW), ("eve@example.com", "bob@example.com")] {
            let owner = world.signed_in(from, GOOD).await;
            world.store.reset();
            let answer = owner.request_email_change(&password(GOOD), &email(wanted), &MailOptions::default()).await;
            seen.push((format!("{answer:?}"), world.store.calls()));
        }
        assert_eq!(seen[0], seen[1]);
        let before = world.post_of("bob@example.com").len();
        world.sweep().await;
        assert_eq!(world.post_of("bob@example.com")[before..], [Post::Notice(NoticeKind::EmailTaken)]);
        assert_eq!(world.post_of("eve@example.com").last(), Some(&Post::Code(Purpose::EmailCancel)));
    }

    /// It was free when its code was mailed: whoever came first has it, and the code waits.
    async fn an_address_that_is_taken_before_it_is_confirmed_stays_whose_it_is(world) {
        let id = world.in_use(OLD, GOOD).await;
        asks_for(&world, NEW).await;
        let other = world.register(NEW).await;
        let owner = world.signed_in(OLD, GOOD).await;
        let code = world.mailed_code(NEW);
        assert_eq!(owner.confirm_email(&code).await.unwrap_err().code(), "email_taken");
        assert_eq!((world.view(id).await.email, world.view(other).await.email), (email(OLD), email(NEW)));
        world.admin().replace_email(other, &email("other@example.com")).await.unwrap();
        owner.confirm_email(&code).await.unwrap();
        assert_eq!(world.view(id).await.email, email(NEW));
    }

    /// A repeat mails the same code; another address takes its place, and the first one's code is dead, mailed or not.
    async fn another_address_takes_the_pending_ones_place(world) {
        let id = world.in_use(OLD, GOOD).await;
        let owner = world.signed_in(OLD, GOOD).await;
        let ask = async |wanted: &str| {
            owner.request_email_change(&password(GOOD), &email(wanted), &MailOptions::default()).await.map_err(|e| e.code())
        };
        ask(NEW).await.unwrap();
        world.sweep().await;
        let first = world.mailed_code(NEW);
        assert_eq!(ask(NEW).await, Err("throttled"), "a quota for each purpose and address");
        world.clock.advance(Span::seconds(600));
        ask(NEW).await.unwrap();
        world.clock.advance(Span::seconds(600));
        ask("third@example.com").await.unwrap();
        let swept = world.sweep().await;
        assert_eq!(swept.cancelled, 2, "the repeat's two mails, which had not gone out: {swept:?}");
        assert_eq!(world.post_of(NEW).len(), 1);
        assert_eq!(owner.confirm_email(&first).await.unwrap_err().code(), "dead_code");
        owner.confirm_email(&world.mailed_code("third@example.com")).await.unwrap();
        assert_eq!(world.view(id).await.email, email("third@example.com"));
    }

    /// However a confirmation and another request race, an address is only ever confirmed by the code mailed to it.
    async fn racing_changes_confirm_no_address_that_its_code_was_not_mailed_to(world) {
        for round in 0..8 {
            let [old, one, other] = ["old", "one", "other"].map(|name| format!("{name}{round}@example.com"));
            let id = world.in_use(&old, GOOD).await;
            let owner = world.signed_in(&old, GOOD).await;
            owner.request_email_change(&password(GOOD), &email(&one), &MailOptions::default()).await.unwrap();
            world.sweep().await;
            world.clock.advance(Span::seconds(600));
            let code = world.mailed_code(&one);
            let outcomes = at_once(8, |at| {
                let (owner, code, other) = (owner.clone(), code.clone(), email(&other));
                async move {
                    match at % 2 {
                        0 => owner.confirm_email(&code).await.is_ok(),
                        _ => owner.request_email_change(&password(GOOD), &other, &MailOptions::default()).await.is_ok(),
                    }
                }
            })
            .await;
            let confirmed = outcomes.iter().step_by(2).filter(|ok| **ok).count();
            let asked = outcomes.iter().skip(1).step_by(2).filter(|ok| **ok).count();
            let view = world.view(id).await;
            match confirmed {
                0 => assert_eq!((view.email, view.pending_email, asked), (email(&old), Some(email(&other)), 1)),
                _ => assert_eq!((view.email, view.pending_email, confirmed + asked), (email(&one), None, 1)),
            }
        }
    }

    /// To one's own address, in another spelling: it is confirmed like any other, and is no dead end.
    async fn a_change_to_ones_own_address_is_confirmed_and_taken_back_like_any_other(world) {
        let id = world.in_use(OLD, GOOD).await;
        asks_for(&world, "ADA@example.com").await;
        let owner = world.signed_in(OLD, GOOD).await;
        owner.confirm_email(&world.mailed_code("ADA@example.com")).await.unwrap();
        world.sweep().await;
        assert_eq!((world.view(id).await.email.as_str(), world.view(id).await.status), ("ADA@example.com", Status::InUse));
        assert!(world.log_in(OLD, GOOD).await.is_ok());
        world.public().revert_email_change(&world.mailed_code(OLD)).await.unwrap();
        world.sweep().await;
        world.public().choose_password(&world.mailed_code(OLD), &password(BETTER)).await.unwrap();
        assert_eq!((world.view(id).await.email.as_str(), world.view(id).await.status), (OLD, Status::InUse));
        assert_eq!(register(&world, "ADA@example.com").await, Err("email_taken"));
    }

    /// Codes and reverts race: the account ends with one address, and whoever holds the old one has the last word.
    async fn a_revert_that_races_with_the_thief_wins(world) {
        for round in 0..8 {
            let [old, new] = ["old", "new"].map(|name| format!("{name}{round}@example.com"));
            let id = world.in_use(&old, GOOD).await;
            let owner = world.signed_in(&old, GOOD).await;
            owner.request_email_change(&password(GOOD), &email(&new), &MailOptions::default()).await.unwrap();
            world.sweep().await;
            let stamp = owner.confirm_email(&world.mailed_code(&new)).await.unwrap().stamp;
            world.sweep().await;
            let (revert, thief) = (world.mailed_code(&old), world.accounts.owner(stamp, Origin::Unknown));
            let outcomes = at_once(8, |at| {
                let (public, revert, thief) = (world.public(), revert.clone(), thief.clone());
                async move {
                    match at % 2 {
                        0 => public.revert_email_change(&revert).await.is_ok(),
                        _ => thief.change_password(&password(GOOD), &password(BETTER)).await.is_ok(),
                    }
                }
            })
            .await;
            assert_eq!(outcomes.iter().step_by(2).filter(|ok| **ok).count(), 1, "taken back once");
            let view = world.view(id).await;
            assert_eq!((view.email, view.password), (email(&old), None));
            assert!(!thief.is_current().await.unwrap());
        }
    }

    async fn an_address_that_staff_replaces_is_unproven_without_a_password_and_the_old_one_is_told(world) {
        let id = world.in_use(OLD, GOOD).await;
        let owner = world.signed_in(OLD, GOOD).await;
        let view = world.admin().replace_email(id, &email(NEW)).await.unwrap();
        assert_eq!((view.email, view.email_proven, view.password), (email(NEW), false, None));
        assert_eq!(view.status, Status::ChangingEmail);
        assert!(!owner.is_current().await.unwrap());
        world.sweep().await;
        assert_eq!(world.post_of(OLD).last(), Some(&Post::Notice(NoticeKind::EmailReplaced)));
        assert_eq!(world.post_of(NEW), []);
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        world.public().choose_password(&world.mailed_code(NEW), &password(BETTER)).await.unwrap();
        let view = world.view(id).await;
        assert_eq!((view.email_proven, view.status), (true, Status::InUse));
        assert_eq!(register(&world, OLD).await, Ok(()), "what staff replaced is not kept");
    }

    async fn staff_cant_replace_an_address_by_one_that_is_anothers(world) {
        let id = world.in_use(OLD, GOOD).await;
        world.register("bob@example.com").await;
        let refused = world.admin().replace_email(id, &email("Bob@example.com")).await.unwrap_err();
        assert_eq!(refused.code(), "email_taken");
        assert!(world.log_in(OLD, GOOD).await.is_ok());
    }

    async fn another_spelling_keeps_password_and_sessions(world) {
        let id = world.in_use(OLD, GOOD).await;
        let owner = world.signed_in(OLD, GOOD).await;
        let view = world.admin().replace_email(id, &email("Ada@example.com")).await.unwrap();
        assert_eq!((view.email.as_str(), view.status), ("Ada@example.com", Status::InUse));
        assert!(owner.is_current().await.unwrap());
        world.sweep().await;
        assert!(!world.post_of(OLD).contains(&Post::Notice(NoticeKind::EmailReplaced)));
        let version = view.version;
        let same = world.admin().replace_email(id, &email("Ada@example.com")).await.unwrap();
        assert_eq!(same.version, version, "and the same spelling writes nothing");
    }

    async fn reset_links_die_with_the_address_they_were_mailed_to(world) {
        for (at, by_staff) in [true, false].into_iter().enumerate() {
            let (old, new) = (format!("old{at}@example.com"), format!("new{at}@example.com"));
            let id = world.in_use(&old, GOOD).await;
            let _ = world.public().request_password_reset(&email(&old), MailOptions::default()).await.unwrap();
            world.sweep().await;
            let reset = world.mailed_code(&old);
            if by_staff {
                world.admin().replace_email(id, &email(&new)).await.unwrap();
            } else {
                let owner = world.signed_in(&old, GOOD).await;
                owner.request_email_change(&password(GOOD), &email(&new), &MailOptions::default()).await.unwrap();
                world.sweep().await;
                owner.confirm_email(&world.mailed_code(&new)).await.unwrap();
            }
            assert!(is_dead(&world.public().choose_password(&reset, &password(BETTER)).await), "by staff: {by_staff}");
        }
    }

    async fn whoever_must_change_the_password_changes_no_address_before(world) {
        let id = world.in_use(OLD, GOOD).await;
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        let entry = world.public().authenticate(&email(OLD), &password(BETTER), None).await.unwrap();
        let Authentication::MustChange { stamp, .. } = entry else { panic!("{entry:?}") };
        let owner = world.accounts.owner(stamp, Origin::Unknown);
        let refused = owner.request_email_change(&password(BETTER), &email(NEW), &MailOptions::default()).await;
        assert_eq!(refused.unwrap_err().code(), "password_change_required");
        assert_eq!(owner.cancel_email_change().await.unwrap_err().code(), "password_change_required");
        assert_eq!(owner.end_sessions().await.unwrap_err().code(), "password_change_required");
        assert_eq!(owner.close(&password(BETTER)).await.unwrap_err().code(), "password_change_required");
    }
}
