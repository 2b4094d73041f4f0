//! Registration.

use accountable_core::{
    NewAccount,
    domain::{AccountId, EventKind, Memo, Status, Version},
};

use crate::doors::world::{email, on_each_store};

on_each_store! {
    __doors_register in register;
    /// A new account is New, unproven, and nothing is mailed.
    async fn a_registration_mails_nothing(world) {
        let memo = Memo::parse("first customer").unwrap();
        let view = world.admin().register(NewAccount::new(email("ada@example.com")).with_memo(memo.clone())).await.unwrap();
        assert_eq!((view.status, view.email_proven, view.version), (Status::New, false, Version::FIRST));
        assert_eq!(view.memo, memo);
        assert_eq!(world.mailer.count(), 0);
        assert_eq!(world.admin().account(view.id).await.unwrap(), Some(view.clone()));
        assert_eq!(world.admin().account_by_email(&email("ADA@Example.com")).await.unwrap(), Some(view.clone()));
        let events: Vec<_> = world.history(view.id).await.into_iter().map(|event| event.what).collect();
        assert_eq!(events, [EventKind::Registered]);
    }

    /// Uniqueness goes by the folded address, whatever its spelling.
    async fn a_second_spelling_of_an_address_is_taken(world) {
        world.register("J\u{f6}rg@b\u{fc}cher.example").await;
        let again = world.admin().register(NewAccount::new(email("jo\u{308}rg@xn--bcher-kva.example"))).await;
        assert_eq!(again.unwrap_err().code(), "email_taken");
    }

    async fn an_unknown_account_is_none(world) {
        assert_eq!(world.admin().account(AccountId::from_bytes([1; 16])).await.unwrap(), None);
        assert_eq!(world.admin().account_by_email(&email("nobody@example.com")).await.unwrap(), None);
    }
}
