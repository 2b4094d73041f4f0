//! Who is told of a lock: whoever has the address, once a day; and nobody notices whether anybody has.

use accountable_core::{
    AccountList, AccountsPage, DeliveryOptions,
    domain::{
        CodeState, Denial, Event, EventKind, Management, Message, Notice, NoticeKind, Purpose, Span,
        SuspensionReason,
    },
    port::{AccountFilter, Clock as _},
};
use accountable_memory::Answer;

use crate::doors::world::{BETTER, GOOD, Post, World, code_of, email, on_each_store, password};

const ADA: &str = "ada@example.com";
const OTHER: &str = "herons wade where the river bends";

async fn locks(world: &World, address: &str) {
    for _ in 0..10 {
        assert!(world.log_in(address, BETTER).await.is_err());
    }
}

fn told(world: &World, address: &str) -> usize {
    world.post_of(address).into_iter().filter(|post| *post == Post::Notice(NoticeKind::Locked)).count()
}

on_each_store! {
    __doors_lock_notice in lock_notice;
    async fn whoever_has_a_locked_address_is_told_at_most_once_a_day(world) {
        world.in_use(ADA, GOOD).await;
        locks(&world, ADA).await;
        world.sweep().await;
        assert_eq!(told(&world, ADA), 1);
        for _ in 0..10 {
            world.clock.advance(Span::hours(2));
            let _ = world.log_in(ADA, BETTER).await;
            world.sweep().await;
        }
        assert_eq!(told(&world, ADA), 1, "twenty hours and ten locks later");
        world.clock.advance(Span::hours(4));
        let _ = world.log_in(ADA, BETTER).await;
        world.sweep().await;
        assert_eq!(told(&world, ADA), 2);
    }

    /// A success between two locks does not make it twice a day.
    async fn a_success_in_between_does_not_make_it_twice_a_day(world) {
        world.in_use(ADA, GOOD).await;
        locks(&world, ADA).await;
        world.clock.advance(Span::seconds(30));
        assert!(world.log_in(ADA, GOOD).await.is_ok());
        locks(&world, ADA).await;
        world.sweep().await;
        assert_eq!(told(&world, ADA), 1);
    }

    async fn an_address_that_nobody_has_locks_with_the_same_calls_and_mails_nothing(world) {
        world.in_use(ADA, GOOD).await;
        let mut seen = Vec::new();
        for address in [ADA, "eve@example.com"] {
            world.store.reset();
            locks(&world, address).await;
            seen.push(world.store.calls());
        }
        assert_eq!(seen[0], seen[1]);
        let before = world.mailer.count();
        assert_eq!(world.sweep().await.decided, 2, "both left an intent");
        assert_eq!((world.mailer.count(), told(&world, ADA)), (before + 1, 1));
        assert!(world.admin().account_by_email(&email("eve@example.com")).await.unwrap().is_none());
    }

    async fn nobody_is_told_who_gets_no_mail(world) {
        let id = world.in_use(ADA, GOOD).await;
        world.mailer.answer(email(ADA), Answer::NoSuchMailbox);
        let _ = world.public().request_password_reset(&email(ADA), Default::default()).await.unwrap();
        world.sweep().await;
        let attempts = world.mailer.attempts().len();
        locks(&world, ADA).await;
        world.sweep().await;
        assert_eq!(world.mailer.attempts().len(), attempts);

        let bob = world.in_use("bob@example.com", GOOD).await;
        locks(&world, "bob@example.com").await;
        world.admin().suspend(bob, &SuspensionReason::parse("unpaid").unwrap()).await.unwrap();
        world.sweep().await;
        assert_eq!(told(&world, "bob@example.com"), 0, "suspended before the courier came");
        assert!(world.view(id).await.undeliverable.is_some());
    }

    /// A notice is bounded by its day, not by the recipient's quota: an attacker can't spend it beforehand.
    async fn a_spent_quota_of_mails_does_not_keep_it_back(world) {
        world.in_use(ADA, GOOD).await;
        for _ in 0..6 {
            let _ = world.public().request_password_reset(&email(ADA), Default::default()).await.unwrap();
            world.sweep().await;
        }
        locks(&world, ADA).await;
        world.sweep().await;
        assert_eq!(told(&world, ADA), 1);
    }

    /// The hundredth failure: in words of its own, with a link beside it; and nobody notices whether anybody is told.
    async fn whoever_has_a_disabled_address_is_told_and_gets_a_link(world) {
        let id = world.in_use(ADA, GOOD).await;
        let managed = world.register("managed@example.com").await;
        let options = DeliveryOptions::default();
        let _ = world.admin().change_password_management(managed, Management::Administrator, options).await.unwrap();
        world.admin().assign_password(managed, &password(GOOD)).await.unwrap();
        world.clock.advance(Span::hours(1));
        let mut seen = Vec::new();
        for address in [ADA, "managed@example.com", "nobody@example.com"] {
            for _ in 0..99 {
                let _ = world.log_in(address, BETTER).await;
                world.clock.advance(Span::minutes(15));
            }
            world.sweep().await;
            let before = world.post_of(address).len();
            world.store.reset();
            assert!(world.log_in(address, BETTER).await.is_err());
            seen.push(world.store.calls());
            assert_eq!(world.sweep().await.decided, 1, "each leaves an intent");
            let mut told = world.post_of(address).split_off(before);
            told.sort_by_key(|post| format!("{post:?}"));
            let notice = Post::Notice(NoticeKind::Disabled);
            match address {
                ADA => {
                    assert_eq!(told, [Post::Code(Purpose::PasswordReset), notice]);
                    assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::Disabled));
                    let letters = world.mailer.letters();
                    let link = letters.iter().rev().find_map(|letter| Some(letter.link()?.expose().to_owned()));
                    let code = code_of(&link.unwrap());
                    world.public().choose_password(&code, &password(BETTER)).await.unwrap();
                    assert!(world.log_in(ADA, BETTER).await.is_ok());
                }
                "managed@example.com" => assert_eq!(told, [notice], "staff sets its passwords"),
                _ => assert_eq!(told, []),
            }
        }
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
        let disabled = |event: &Event| matches!(event.what, EventKind::Disabled { .. });
        assert_eq!(world.history(id).await.iter().filter(|event| disabled(event)).count(), 1, "it names the account");
    }

    /// Where no further link may go, the notice goes alone, and says so.
    async fn a_disabled_address_is_told_without_a_link_where_one_has_just_gone_out(world) {
        world.in_use(ADA, GOOD).await;
        for _ in 0..99 {
            let _ = world.log_in(ADA, BETTER).await;
            world.clock.advance(Span::minutes(15));
        }
        let _ = world.public().request_password_reset(&email(ADA), Default::default()).await.unwrap();
        world.sweep().await;
        let _ = world.log_in(ADA, BETTER).await;
        world.sweep().await;
        let letter = world.mailer.letters().pop().unwrap();
        let told = matches!(letter.message, Message::Notice(Notice::Disabled { with_link: false }));
        assert!(told, "{letter:?}");
    }

    /// What staff sees: the lock, the failures, until when; and which accounts they are.
    async fn staff_sees_what_is_held_against_an_address_and_lists_who_is_locked(world) {
        let (id, bob) = (world.in_use(ADA, GOOD).await, world.in_use("bob@example.com", GOOD).await);
        assert!(!world.view(id).await.log_ins.is_locked());
        locks(&world, ADA).await;
        let log_ins = world.view(id).await.log_ins;
        let until = world.clock.now() + Span::seconds(30);
        assert_eq!((log_ins.failures, log_ins.locked_until, log_ins.disabled), (10, Some(until), false));
        assert_eq!(log_ins.last_failure, Some(world.clock.now()));
        let locked = async || {
            let mut page = Some(AccountsPage::first(AccountList::All(AccountFilter::default())));
            let mut ids = Vec::new();
            while let Some(next) = page {
                let found = world.admin().locked_accounts(next, 1).await.unwrap();
                ids.extend(found.items.iter().map(|account| account.id));
                page = found.next;
            }
            ids
        };
        assert_eq!(locked().await, [id]);
        world.clock.advance(Span::seconds(30));
        assert_eq!(locked().await, [], "the lock is over");
        assert_eq!(world.view(id).await.log_ins.failures, 10);
        for _ in 0..100 {
            let _ = world.log_in("bob@example.com", BETTER).await;
            world.clock.advance(Span::minutes(15));
        }
        assert!(world.view(bob).await.log_ins.disabled);
        assert_eq!(locked().await, [bob]);
        world.admin().unlock(bob).await.unwrap();
        assert_eq!(locked().await, []);
        assert!(world.log_in(ADA, GOOD).await.is_ok());
        assert_eq!((world.view(id).await.log_ins.failures, world.view(id).await.log_ins.last_failure), (0, None));
    }

    /// It is a stranger's mail as any reset is: it takes of the same level, which refuses no link while none lives.
    async fn a_disabled_address_gets_its_link_however_many_resets_strangers_asked_for(world) {
        world.in_use(ADA, GOOD).await;
        for with_link in [true, false] {
            for _ in 0..99 {
                let _ = world.log_in(ADA, BETTER).await;
                world.clock.advance(Span::minutes(15));
            }
            for _ in 0..20 {
                let _ = world.public().request_password_reset(&email(ADA), Default::default()).await.unwrap();
                world.sweep().await;
                world.clock.advance(Span::minutes(10));
            }
            let latest = || {
                let letters = world.mailer.letters();
                code_of(letters.iter().rev().find_map(|letter| letter.link()).unwrap().expose())
            };
            let code = latest();
            if with_link {
                // The level is spent as before; the links that strangers asked for are over.
                while matches!(world.public().inspect_code(&code).await.unwrap(), CodeState::Live { .. }) {
                    world.clock.advance(Span::minutes(1));
                }
            }
            let _ = world.log_in(ADA, BETTER).await;
            world.sweep().await;
            let told = world.mailer.letters().into_iter().rev().find_map(|letter| match letter.message {
                Message::Notice(Notice::Disabled { with_link }) => Some(with_link),
                _ => None,
            });
            assert_eq!(told, Some(with_link));
            world.public().choose_password(&latest(), &password(if with_link { OTHER } else { GOOD })).await.unwrap();
        }
    }
}
