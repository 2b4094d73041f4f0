//! Clauses 33 and 40: records that are damaged, and files that are gone.

use accountable_core::{
    domain::Memo,
    port::{AccountFilter, AccountQuery, By, CommitError, FeedError, Limit, Scope, StoreError, Swap, Who},
};

use super::{Damage, Loss, Stage, StoreUnderTest, persistence::says_nothing, put};
use crate::{
    names::Names,
    samples::{self, Batch, realm},
};

/// 33. No error text contains a stored value, nor does one of a record that can't be read; and such a record is never
///     taken for another.
pub async fn clause_33_no_error_of_a_damaged_record_says_what_it_holds<S: StoreUnderTest>() {
    for how in [Damage::CutShort, Damage::AnotherType] {
        let stage = Stage::<S>::fresh().await;
        let (store, names) = (&*stage.store, &stage.names);
        let email = samples::email("very.private@example.com");
        let account = samples::with(samples::account(names.account(), &email), |facts| {
            facts.memo = Memo::parse("a private note").expect("a memo");
        });
        let account = samples::sealed_under(account, &["private-key"]);
        put(store, Batch::new(names.commit()).account(Swap::create(account.clone())).build()).await;
        if let Err(why) = stage.fixture.damage(how).await {
            return why.tell("clause 33, of a damaged record");
        }
        let broken = |error: StoreError, what: &str| {
            assert!(matches!(error, StoreError::Broken(_)), "{how:?}, {what}: {error:?}");
            says_nothing(&error);
        };
        let by_email = Who::found(By::Email(realm(), email.key()));
        let holder = Who { holder: Some((realm(), email.key())), ..Who::nobody() };
        for (who, what) in
            [(Who::id(account.id), "by its id"), (by_email, "by its address"), (holder, "as holder")]
        {
            broken(store.load(&who).await.expect_err("a damaged record can't be read"), what);
        }
        let query = AccountQuery::ById { realm: realm(), after: None, filter: AccountFilter::default() };
        broken(
            store.accounts(&query, Limit::MAX).await.expect_err("a damaged record can't be read"),
            "listed",
        );
        if let Err(error @ FeedError::Store(_)) =
            store.events(&Scope::Account(account.id), None, Limit::MAX).await
        {
            says_nothing(&error);
        }
    }
}

/// 40. On a store whose file was removed or replaced a commit answers Broken at once, and a read soon after.
pub async fn clause_40_a_store_without_its_file_is_broken<S: StoreUnderTest>() {
    for how in [Loss::Removed, Loss::Replaced] {
        let stage = Stage::<S>::fresh().await;
        let (store, names) = (&*stage.store, &stage.names);
        let account = samples::account(names.account(), &names.email());
        put(store, registration(names, &account)).await;
        if let Err(why) = stage.fixture.lose(how).await {
            return why.tell("clause 40, a lost file");
        }
        let other = samples::account(names.account(), &names.email());
        let answer = store.commit(&registration(names, &other)).await;
        assert!(
            matches!(answer, Err(CommitError::Store(StoreError::Broken(_)))),
            "a commit, {how:?}: {answer:?}"
        );
        // How long "within a second" is on a busy machine nobody can say: what never comes ends at the test's deadline.
        let error = loop {
            match store.load(&Who::id(account.id)).await {
                Ok(_) => std::thread::yield_now(),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, StoreError::Broken(_)), "a read, {how:?}: {error:?}");
        let query = AccountQuery::ById { realm: realm(), after: None, filter: AccountFilter::default() };
        let error = store.accounts(&query, Limit::MAX).await.err();
        assert!(matches!(error, Some(StoreError::Broken(_))), "a list, {how:?}: {error:?}");
        let again = store.commit(&registration(names, &other)).await;
        assert!(
            matches!(again, Err(CommitError::Store(StoreError::Broken(_)))),
            "another commit, {how:?}: {again:?}"
        );
    }
}

fn registration(
    names: &Names,
    account: &accountable_core::domain::Account,
) -> accountable_core::port::Commit {
    Batch::new(names.commit()).account(Swap::create(account.clone())).build()
}
