//! Accounts suspended and reinstated, closed and opened again, erased; unlocked, and their sessions ended.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use accountable_core::{
    AccountChanges, AccountView, Delivery, DeliveryOptions, Error, MailOptions, NewAccount, PublicError,
    domain::{
        AccountId, Denial, EventKind, Locale, MailedCode, Memo, NoticeKind, Purpose, Refusal, Report, Span,
        StandingKind, Status, SuspensionReason, Undeliverable,
    },
    port::{ErasureVeto, Source},
};
use accountable_memory::Answer;
use async_trait::async_trait;

use crate::doors::world::{BETTER, GOOD, Post, World, email, keys, on_each_store, password};

const ADA: &str = "ada@example.com";

fn unpaid() -> SuspensionReason {
    SuspensionReason::parse("unpaid").unwrap()
}

/// What the owner's commands say, one each.
async fn as_owner(id: AccountId, owner: &accountable_core::Owner) -> Vec<&'static str> {
    let (good, better) = (password(GOOD), password(BETTER));
    let new = email("countess@example.com");
    vec![
        owner.change_password(&good, &better).await.map_or_else(|error| error.code(), |_| "ok"),
        owner
            .request_email_change(&good, &new, &MailOptions::default())
            .await
            .map_or_else(|error| error.code(), |()| "ok"),
        owner
            .confirm_email(&MailedCode::new(&id.to_string(), "never mailed"))
            .await
            .map_or_else(|error| error.code(), |_| "ok"),
        owner.cancel_email_change().await.map_or_else(|error| error.code(), |()| "ok"),
        owner.end_sessions().await.map_or_else(|error| error.code(), |_| "ok"),
        owner.set_locale(None).await.map_or_else(|error| error.code(), |()| "ok"),
        owner.close(&good).await.map_or_else(|error| error.code(), |()| "ok"),
    ]
}

async fn resets(world: &World) -> usize {
    let before = world.mailer.count();
    let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
    world.sweep().await;
    world.mailer.count() - before
}

/// A host that needs accounts for as long as it says.
#[derive(Clone, Default)]
struct Ledger {
    needed: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<AccountId>>>,
}

#[async_trait]
impl ErasureVeto for Ledger {
    async fn veto(&self, account: AccountId) -> Result<Option<String>, Source> {
        self.asked.lock().unwrap().push(account);
        Ok(self.needed.load(Ordering::SeqCst).then(|| "open_invoices".to_owned()))
    }
}

fn vetoed(on: impl FnOnce(Ledger) -> World) -> (World, Ledger) {
    let ledger = Ledger::default();
    ledger.needed.store(true, Ordering::SeqCst);
    (on(ledger.clone()), ledger)
}

on_each_store! {
    __doors_standing in standing;
    async fn a_suspended_owner_is_locked_out_until_reinstated(world) {
        let id = world.in_use(ADA, GOOD).await;
        let owner = world.signed_in(ADA, GOOD).await;
        assert_eq!(resets(&world).await, 1);
        let reset = world.mailed_code(ADA);
        let view = world.admin().suspend(id, &unpaid()).await.unwrap();
        assert_eq!((view.standing, view.suspended_for.clone()), (StandingKind::Suspended, Some(unpaid())));
        assert!(!owner.is_current().await.unwrap());
        assert_eq!(as_owner(id, &owner).await, ["account_suspended"; 7]);
        assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::Suspended));
        assert!(matches!(world.public().choose_password(&reset, &password(BETTER)).await, Err(PublicError::DeadCode)));
        world.clock.advance(Span::hours(1));
        assert_eq!(resets(&world).await, 0, "mails stop");

        assert_eq!(world.admin().suspend(id, &SuspensionReason::parse("again").unwrap()).await.unwrap(), view, "once");
        let view = world.admin().reinstate(id).await.unwrap();
        assert_eq!((view.standing, view.suspended_for.clone()), (StandingKind::Active, None));
        assert_eq!(world.admin().reinstate(id).await.unwrap(), view);
        assert!(world.log_in(ADA, GOOD).await.is_ok());
        assert!(!owner.is_current().await.unwrap(), "a session that ended stays ended");
        assert!(matches!(world.public().choose_password(&reset, &password(BETTER)).await, Err(PublicError::DeadCode)));
    }

    async fn staff_goes_on_with_a_suspended_account_but_for_mails(world) {
        let id = world.register(ADA).await;
        world.admin().suspend(id, &unpaid()).await.unwrap();
        let refused = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap_err();
        assert_eq!(refused.code(), "account_suspended");
        let changes = AccountChanges::default().with_memo(Memo::parse("on hold").unwrap());
        world.admin().update(id, &changes).await.unwrap();
        world.admin().assign_password(id, &password(GOOD)).await.unwrap();
        world.admin().replace_email(id, &email("countess@example.com")).await.unwrap();
        world.admin().end_sessions(id).await.unwrap();
        world.sweep().await;
        assert_eq!(world.mailer.count(), 0, "and its owner hears of none of it");
    }

    async fn a_closed_account_is_read_reopened_and_erased_and_nothing_else(world) {
        let id = world.in_use(ADA, GOOD).await;
        let owner = world.signed_in(ADA, GOOD).await;
        let now = accountable_core::port::Clock::now(&world.clock);
        let view = world.admin().close(id).await.unwrap();
        assert_eq!((view.standing, view.erased_at), (StandingKind::Closed, Some(now + Span::days(30))));
        world.sweep().await;
        assert_eq!(world.post_of(ADA).last(), Some(&Post::Notice(NoticeKind::Closed)));
        assert_eq!(as_owner(id, &owner).await, ["account_closed"; 7]);
        assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::Closed));
        assert_eq!(resets(&world).await, 0);
        let admin = world.admin();
        let refused = [
            admin.request_password_set(id, DeliveryOptions::default()).await.map(drop),
            admin.assign_password(id, &password(BETTER)).await,
            admin.replace_email(id, &email("countess@example.com")).await.map(drop),
            admin.suspend(id, &unpaid()).await.map(drop),
            admin.reinstate(id).await.map(drop),
            admin.unlock(id).await.map(drop),
            admin.end_sessions(id).await.map(drop),
        ];
        for refused in refused {
            assert_eq!(refused.unwrap_err().code(), "account_closed");
        }
        assert_eq!(admin.close(id).await.unwrap(), view, "once");
        let taken = admin.register(NewAccount::new(email(ADA))).await.unwrap_err();
        assert_eq!(taken.code(), "email_taken", "its address stays taken");
    }

    async fn within_30_days_it_is_reopened_as_it_stood(world) {
        let (ada, bob) = (world.in_use(ADA, GOOD).await, world.register("bob@example.com").await);
        world.admin().suspend(bob, &unpaid()).await.unwrap();
        for id in [ada, bob] {
            world.admin().close(id).await.unwrap();
        }
        world.clock.advance(Span::micros(Span::days(30).as_micros() - 1));
        let view = world.admin().reopen(ada).await.unwrap();
        assert_eq!((view.standing, view.erased_at, view.status), (StandingKind::Active, None, Status::InUse));
        assert_eq!(world.admin().reopen(ada).await.unwrap(), view, "of an open one nothing changes");
        assert!(world.log_in(ADA, GOOD).await.is_ok());
        let view = world.admin().reopen(bob).await.unwrap();
        assert_eq!((view.standing, view.suspended_for), (StandingKind::Suspended, Some(unpaid())));
    }

    async fn after_30_days_the_courier_erases_it_and_its_address_is_free(world) {
        let id = world.in_use(ADA, GOOD).await;
        world.admin().close(id).await.unwrap();
        let erased_at = world.sweep().await.next_due;
        assert_eq!(erased_at, world.view(id).await.erased_at, "the courier knows when");
        world.clock.advance(Span::days(30));
        assert_eq!(world.admin().reopen(id).await.unwrap_err().code(), "grace_over");
        world.sweep().await;
        assert!(world.admin().account(id).await.unwrap().is_none());
        assert_eq!(world.admin().reopen(id).await.unwrap_err().code(), "no_such_account");
        let last = world.history(id).await.pop().unwrap();
        assert!(matches!((&last.by, &last.what), (accountable_core::domain::Initiator::Courier, EventKind::Erased)), "{last:?}");
        assert_ne!(world.register(ADA).await, id);
    }

    async fn an_owner_closes_the_account_and_staff_opens_it_again(world) {
        let id = world.in_use(ADA, GOOD).await;
        let owner = world.signed_in(ADA, GOOD).await;
        owner.close(&password(GOOD)).await.unwrap();
        assert_eq!(owner.close(&password(GOOD)).await.unwrap_err().code(), "account_closed");
        assert_eq!(world.view(id).await.standing, StandingKind::Closed);
        world.admin().reopen(id).await.unwrap();
        assert_eq!(owner.close(&password(GOOD)).await.unwrap_err().code(), "session_ended");
        assert!(world.log_in(ADA, GOOD).await.is_ok());
    }

    /// The notice that waits for its courier is of no use once the account is open again.
    async fn who_is_reopened_at_once_hears_of_no_closing(world) {
        let id = world.in_use(ADA, GOOD).await;
        world.admin().close(id).await.unwrap();
        world.admin().reopen(id).await.unwrap();
        assert_eq!(world.sweep().await.cancelled, 1);
        assert_ne!(world.post_of(ADA).last(), Some(&Post::Notice(NoticeKind::Closed)));
    }

    async fn erasing_leaves_a_name_and_events_and_nothing_of_the_person(world) {
        let id = world.in_use(ADA, GOOD).await;
        for _ in 0..10 {
            let _ = world.log_in(ADA, BETTER).await;
        }
        world.admin().erase(id).await.unwrap();
        world.admin().erase(id).await.unwrap();
        assert!(world.admin().account(id).await.unwrap().is_none());
        assert!(world.admin().account_by_email(&email(ADA)).await.unwrap().is_none());
        assert_eq!(world.admin().suspend(id, &unpaid()).await.unwrap_err().code(), "no_such_account");
        assert!(!world.history(id).await.is_empty());
        // The lock that was held against the address went with it.
        assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::UnknownAddress));
        world.in_use(ADA, BETTER).await;
        assert!(world.log_in(ADA, BETTER).await.is_ok());
    }

    /// A suppression and waiting mails are the person's too: the next to have the address starts afresh.
    async fn erasing_takes_mails_and_suppressions_along(world) {
        let id = world.register(ADA).await;
        world.mailer.answer(email(ADA), Answer::NoSuchMailbox);
        let refused = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert!(matches!(refused, Delivery::Undeliverable(_)));
        assert_eq!(world.admin().suppressions(None, 10).await.unwrap().items.len(), 1);
        world.admin().erase(id).await.unwrap();
        assert_eq!(world.admin().suppressions(None, 10).await.unwrap().items, []);
        let left = accountable_core::MailList::All { after: None };
        assert_eq!(world.admin().mails(&left, 10).await.unwrap().items, [], "nor the dead mail");
        world.mailer.answer(email(ADA), Answer::Accept);
        let id = world.register(ADA).await;
        assert_eq!(world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap(), Delivery::Delivered);
    }

    /// Reserved, pending and former addresses are free in the same instant.
    async fn erasing_frees_every_address(world) {
        let id = world.in_use(ADA, GOOD).await;
        let ask = async |from: &str, to: &str| {
            let owner = world.signed_in(from, GOOD).await;
            owner.request_email_change(&password(GOOD), &email(to), &MailOptions::default()).await.unwrap();
            world.sweep().await;
        };
        ask(ADA, "second@example.com").await;
        world.signed_in(ADA, GOOD).await.confirm_email(&world.mailed_code("second@example.com")).await.unwrap();
        world.sweep().await;
        let revert = world.mailed_code(ADA);
        world.admin().replace_email(id, &email("third@example.com")).await.unwrap();
        world.admin().erase_despite_revert(id).await.unwrap();
        assert!(matches!(world.public().revert_email_change(&revert).await, Err(PublicError::DeadCode)));
        for address in [ADA, "second@example.com", "third@example.com"] {
            world.register(address).await;
        }
    }

    /// What is known of former addresses goes too, but where somebody else has the address by now.
    async fn erasing_takes_what_is_known_of_former_addresses_that_nobody_has(world) {
        let mut left = Vec::new();
        for (at, address) in [ADA, "bob@example.com"].into_iter().enumerate() {
            let id = world.in_use(address, GOOD).await;
            world.clock.advance(Span::seconds(1));
            world.admin().replace_email(id, &email(&format!("new{at}@example.com"))).await.unwrap();
            world.sweep().await;
            let tag = world.mailer.last_to(&email(address)).unwrap().feedback.unwrap();
            let bounced = Report::Bounced(Undeliverable::NoSuchMailbox);
            assert!(world.admin().report(&tag, bounced, "550 5.1.1").await.unwrap());
            left.push(id);
        }
        let other = world.register("bob@example.com").await;
        for id in left {
            world.admin().erase(id).await.unwrap();
        }
        assert_eq!(world.admin().suppressions(None, 10).await.unwrap().items.len(), 1);
        assert_eq!(world.view(other).await.undeliverable, Some(Undeliverable::NoSuchMailbox));
    }

    /// Nor where it is reserved for somebody else, who may take it back.
    async fn erasing_leaves_what_is_known_of_a_former_address_that_is_reserved_for_another(world) {
        let former = world.in_use(ADA, GOOD).await;
        world.admin().replace_email(former, &email("first@example.com")).await.unwrap();
        let other = world.in_use(ADA, GOOD).await;
        world.clock.advance(Span::seconds(1));
        let (owner, new) = (world.signed_in(ADA, GOOD).await, email("second@example.com"));
        owner.request_email_change(&password(GOOD), &new, &MailOptions::default()).await.unwrap();
        world.sweep().await;
        owner.confirm_email(&world.mailed_code(new.as_str())).await.unwrap();
        world.sweep().await;
        assert_eq!(world.post_of(ADA).last(), Some(&Post::Code(Purpose::EmailRevert)));
        let tag = world.mailer.last_to(&email(ADA)).unwrap().feedback.unwrap();
        let bounced = Report::Bounced(Undeliverable::NoSuchMailbox);
        assert!(world.admin().report(&tag, bounced, "550 5.1.1").await.unwrap());
        world.admin().erase(former).await.unwrap();
        assert_eq!(world.admin().suppressions(None, 10).await.unwrap().items.len(), 1);
        // With who has it reserved it goes.
        world.admin().erase_despite_revert(other).await.unwrap();
        assert_eq!(world.admin().suppressions(None, 10).await.unwrap().items, []);
    }

    async fn unlocking_forgets_failures(world) {
        let id = world.in_use(ADA, GOOD).await;
        for _ in 0..10 {
            let _ = world.log_in(ADA, BETTER).await;
        }
        assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::Locked));
        world.admin().unlock(id).await.unwrap();
        assert!(world.log_in(ADA, GOOD).await.is_ok());
        let before = world.history(id).await.len();
        world.admin().unlock(id).await.unwrap();
        assert_eq!(world.history(id).await.len(), before, "nothing is held against it: nothing is written");
    }

    async fn unlocking_opens_what_the_hundredth_failure_closed(world) {
        let id = world.in_use(ADA, GOOD).await;
        for _ in 0..100 {
            let _ = world.log_in(ADA, BETTER).await;
            world.clock.advance(Span::minutes(15));
        }
        assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::Disabled));
        world.admin().unlock(id).await.unwrap();
        assert!(world.log_in(ADA, GOOD).await.is_ok());
    }

    async fn sessions_are_ended_by_staff_all_and_by_the_owner_all_others(world) {
        let id = world.in_use(ADA, GOOD).await;
        let (here, there) = (world.signed_in(ADA, GOOD).await, world.signed_in(ADA, GOOD).await);
        let stamp = here.end_sessions().await.unwrap().stamp;
        let here = world.accounts.owner(stamp, Default::default());
        assert!(here.is_current().await.unwrap() && !there.is_current().await.unwrap());
        assert_eq!(there.end_sessions().await.unwrap_err().code(), "session_ended");
        let view: AccountView = world.admin().end_sessions(id).await.unwrap();
        assert!(!here.is_current().await.unwrap());
        assert_eq!(view.status, Status::InUse);
        assert!(world.log_in(ADA, GOOD).await.is_ok(), "the password is as it was");
    }

    /// And the next mail is in it.
    async fn an_owner_sets_the_language_of_their_mails(world) {
        let id = world.in_use(ADA, GOOD).await;
        let owner = world.signed_in(ADA, GOOD).await;
        let korean = Locale::parse("ko").unwrap();
        owner.set_locale(Some(&korean)).await.unwrap();
        let view = owner.view().await.unwrap();
        assert_eq!((view.id, view.locale.as_ref(), owner.account()), (id, Some(&korean), id));
        let events = world.admin().account(id).await.unwrap().unwrap();
        assert_eq!(events.attributes.locale, Some(korean.clone()));
        owner.set_locale(Some(&korean)).await.unwrap();
        assert_eq!(world.admin().account(id).await.unwrap().unwrap().version, events.version, "it was so already");
        let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        world.sweep().await;
        assert_eq!(world.mailer.last_to(&email(ADA)).unwrap().locale, Some(korean));
        world.admin().end_sessions(id).await.unwrap();
        assert_eq!(owner.set_locale(None).await.unwrap_err().code(), "session_ended");
    }

    /// Suspending ends what the owner had begun; what takes an address back works all the same.
    async fn a_revert_outlives_a_suspension(world) {
        let id = world.in_use(ADA, GOOD).await;
        let owner = world.signed_in(ADA, GOOD).await;
        let new = email("countess@example.com");
        owner.request_email_change(&password(GOOD), &new, &MailOptions::default()).await.unwrap();
        world.sweep().await;
        owner.confirm_email(&world.mailed_code(new.as_str())).await.unwrap();
        world.sweep().await;
        assert_eq!(world.post_of(ADA).last(), Some(&Post::Code(Purpose::EmailRevert)));
        let revert = world.mailed_code(ADA);
        world.admin().suspend(id, &unpaid()).await.unwrap();
        assert_eq!(world.public().revert_email_change(&revert).await.unwrap(), id);
        let view = world.admin().reinstate(id).await.unwrap();
        assert_eq!((view.email, view.status), (email(ADA), Status::ChangingEmail));
    }

    async fn a_host_that_needs_an_account_keeps_it(world) {
        let on = |ledger| World::beside_with(&world, 44, keys(), |builder| builder.erasure_veto(ledger));
        kept_for_the_host(vetoed(on)).await;
    }
}

async fn kept_for_the_host((world, ledger): (World, Ledger)) {
    let id = world.in_use(ADA, GOOD).await;
    let refused = world.admin().erase(id).await.unwrap_err();
    assert!(matches!(&refused, Error::Refused(Refusal::Vetoed { code }) if code == "open_invoices"));
    assert!(world.log_in(ADA, GOOD).await.is_ok(), "nothing of it is gone");

    world.admin().close(id).await.unwrap();
    world.clock.advance(Span::days(30));
    world.sweep().await;
    assert_eq!(world.view(id).await.standing, StandingKind::Closed, "the courier asks as well");
    let put_off =
        |event: &accountable_core::domain::Event| matches!(event.what, EventKind::ErasurePutOff { .. });
    assert!(world.history(id).await.iter().any(put_off));
    let asked = ledger.asked.lock().unwrap().len();
    world.sweep().await;
    assert_eq!(ledger.asked.lock().unwrap().len(), asked, "and not again before a day is over");

    ledger.needed.store(false, Ordering::SeqCst);
    world.clock.advance(Span::days(1));
    world.sweep().await;
    assert!(world.admin().account(id).await.unwrap().is_none());
}
