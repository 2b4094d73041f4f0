//! A full or failing disk: it is said with its cause at once, and no pause is spent on it.

use accountable_core::{Error, Fault, NewAccount, domain::Span};
use accountable_memory::Answer;

use crate::world::{Mishap, World, email, until};

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
