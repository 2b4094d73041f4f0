//! A full or failing disk: it is said with its cause at once, and no pause is spent on it. A record that can't be read
//! keeps nothing else from being done.

use accountable_core::{
    Error, Fault, NewAccount,
    domain::{AccountId, Span},
};
use accountable_memory::Answer;

use crate::world::{Mishap, Running, Unreadable, World, email, until};

/// Time stands still: whatever waits for a deadline waits in vain.
#[tokio::test]
async fn a_store_that_breaks_while_an_outcome_is_unknown_is_said_to_be_broken_at_once() {
    let world = World::new();
    world.store.script(&[Mishap::Unknown, Mishap::Broken]);
    let admin = world.admin();
    let asked = tokio::spawn(async move { admin.register(NewAccount::new(email("ada@example.com"))).await });
    until("it is said", || asked.is_finished()).await;
    let said = asked.await.unwrap().unwrap_err();
    let Error::Failed(Fault::Broken(cause)) = said else { panic!("{said}") };
    assert_eq!(cause.to_string(), "no space left on device");
}

#[tokio::test]
async fn a_mail_whose_settlement_meets_a_broken_store_is_a_fault_at_once() {
    let world = World::new();
    world.queue("ada@example.com").await;
    world.store.always(Mishap::Broken);
    let accounts = world.accounts.clone();
    let sweep = tokio::spawn(async move { accounts.sweep(10).await });
    until("it ends", || sweep.is_finished()).await;
    let swept = sweep.await.unwrap().unwrap();
    assert_eq!((swept.faults, swept.delivered, world.mailer.count()), (1, 0, 1));
    // Once the disk has room, the mail is taken up when its claim lapses.
    world.store.always(Mishap::None);
    world.clock.advance(Span::minutes(5));
    world.mailer.answer_all(Answer::Accept);
    assert_eq!(world.accounts.sweep(10).await.unwrap().delivered, 1);
    assert_eq!(world.mailer.distinct(), 1);
}

/// Two accounts whose time is over, of which the first can't be read, and a mail that is due.
async fn overdue_and_damaged() -> (World, [AccountId; 2]) {
    let world = World::new();
    let mut ids = [world.register("ada@example.com").await, world.register("bob@example.com").await];
    ids.sort();
    for id in ids {
        world.admin().close(id).await.unwrap();
    }
    world.accounts.sweep(10).await.unwrap();
    world.clock.advance(Span::days(31));
    world.queue("eve@example.com").await;
    world.store.damage(Unreadable::Account(ids[0]));
    (world, ids)
}

async fn is_live(world: &World, id: AccountId) -> bool {
    world.admin().account(id).await.unwrap().is_some()
}

#[tokio::test]
async fn an_account_that_cannot_be_read_keeps_a_sweep_from_nothing_else() {
    let (world, [damaged, other]) = overdue_and_damaged().await;
    let before = world.mailer.count();
    let swept = world.accounts.sweep(10).await.unwrap();
    assert_eq!((swept.accounts, swept.faults, swept.delivered), (1, 1, 1));
    assert!(!is_live(&world, other).await);
    assert_eq!(world.mailer.count(), before + 1);
    world.store.damage(Unreadable::Nothing);
    assert!(is_live(&world, damaged).await);
    assert_eq!(world.accounts.sweep(10).await.unwrap().accounts, 1);
    assert!(!is_live(&world, damaged).await);
}

#[tokio::test]
async fn an_account_that_cannot_be_read_keeps_a_courier_from_nothing_else() {
    let (world, [_, other]) = overdue_and_damaged().await;
    let before = world.mailer.count();
    let running = Running::courier(&world);
    until("the mail is delivered", || world.mailer.count() == before + 1).await;
    let mut erased = false;
    for _ in 0..100_000 {
        erased = !is_live(&world, other).await;
        if erased {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(erased);
    running.stop().await;
}

#[tokio::test]
async fn a_sweep_that_cannot_list_the_accounts_delivers_all_the_same_and_says_so() {
    let (world, [_, other]) = overdue_and_damaged().await;
    let before = world.mailer.count();
    world.store.damage(Unreadable::Overdue);
    let said = world.accounts.sweep(10).await.unwrap_err();
    assert_eq!((said.code(), world.mailer.count()), ("broken", before + 1));
    assert!(is_live(&world, other).await);
}
