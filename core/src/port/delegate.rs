//! A store around another: a wrapper spells out what it does differently, and no more.

use std::{error::Error, fmt::Debug};

use super::{AccountQuery, Claim, Commit, MailQuery, Scope, Trim, Who};
use crate::domain::Realm;

/// A call of a store with its arguments, as a wrapper sees it before it passes it on.
#[derive(Debug, Clone, Copy)]
pub enum StoreCall<'a> {
    /// A call of [`load`](super::Store::load).
    Load(&'a Who),
    /// A call of [`commit`](super::Store::commit).
    Commit(&'a Commit),
    /// A call of [`claim`](super::Store::claim).
    Claim(&'a Claim),
    /// A call of [`accounts`](super::Store::accounts).
    Accounts(&'a AccountQuery),
    /// A call of [`account_ids`](super::Store::account_ids).
    AccountIds(&'a AccountQuery),
    /// A call of [`count`](super::Store::count).
    Count(&'a AccountQuery),
    /// A call of [`mails`](super::Store::mails).
    Mails(&'a MailQuery),
    /// A call of [`backlog`](super::Store::backlog).
    Backlog(&'a Realm),
    /// A call of [`suppressed`](super::Store::suppressed).
    Suppressed(&'a Realm),
    /// A call of [`groups`](super::Store::groups).
    Groups(&'a Realm),
    /// A call of [`events`](super::Store::events).
    Events(&'a Scope),
    /// A call of [`trim`](super::Store::trim).
    Trim(&'a Trim),
}

/// What a store answered, as a wrapper hears it: something to be shown, or an error with all that lies beneath it.
pub type StoreAnswer<'a> = Result<&'a dyn Debug, &'a (dyn Error + 'static)>;

/// Implements [`Store`](super::Store) for a type that has one: each call goes to the store within, but for those that are
/// spelled out.
///
/// - `to(self)` gives the store within, or a reference to it.
/// - `before(self, call)`, if it is there, is run before each call that is passed on, with the [`StoreCall`]; it may wait,
///   and where it comes to an error ([`StoreError`](super::StoreError)) that is the call's answer. It must not `return`.
/// - `after(self, call, answer)`, if it is there, is run after each call that was passed on, with the [`StoreCall`] and the
///   [`StoreAnswer`]; it can't wait.
/// - A method's name with its arguments, in the order in which the trait has them, takes the place of that method. It is
///   not preceded by `before`, nor followed by `after`.
///
/// ```
/// use accountable_core::{delegate_store, port::{Store, StoreCall, StoreError}};
///
/// /// Can be read, and no more.
/// struct ReadOnly<S>(S);
///
/// delegate_store! {
///     impl[S: Store] Store for ReadOnly<S> {
///         to(self) { &self.0 }
///         before(self, call) {
///             match call {
///                 StoreCall::Claim(_) => Err(StoreError::Unavailable("read only".into())),
///                 _ => Ok(()),
///             }
///         }
///         commit(self, _commit) { Err(StoreError::Unavailable("read only".into()).into()) }
///         trim(self, _trim) { Ok(false) }
///     }
/// }
/// # fn is_a_store<S: Store>() {}
/// # fn of<S: Store>() { is_a_store::<ReadOnly<S>>() }
/// ```
#[macro_export]
macro_rules! delegate_store {
    (
        impl[$($generics:tt)*] Store for $wrapper:ty {
            to($this:ident) $inner:block
            $(before($before:ident, $call:ident) $hook:block)?
            $(after($after:ident, $answered:ident, $answer:ident) $heard:block)?
            $(load($load:ident, $who:pat_param) $load_body:block)?
            $(commit($commit:ident, $offer:pat_param) $commit_body:block)?
            $(claim($claim:ident, $asked:pat_param) $claim_body:block)?
            $(accounts($accounts:ident, $accounts_query:pat_param, $accounts_limit:pat_param)
                $accounts_body:block)?
            $(account_ids($ids:ident, $ids_query:pat_param, $ids_limit:pat_param) $ids_body:block)?
            $(count($count:ident, $count_query:pat_param, $count_most:pat_param) $count_body:block)?
            $(mails($mails:ident, $mails_query:pat_param, $mails_limit:pat_param) $mails_body:block)?
            $(backlog($backlog:ident, $backlog_realm:pat_param) $backlog_body:block)?
            $(suppressed($held:ident, $held_realm:pat_param, $held_after:pat_param, $held_limit:pat_param)
                $held_body:block)?
            $(groups($groups:ident, $groups_realm:pat_param, $groups_after:pat_param,
                $groups_limit:pat_param) $groups_body:block)?
            $(events($events:ident, $scope:pat_param, $events_after:pat_param, $events_limit:pat_param)
                $events_body:block)?
            $(trim($trim:ident, $step:pat_param) $trim_body:block)?
        }
    ) => {
        #[$crate::port::__async_trait]
        impl<$($generics)*> $crate::port::Store for $wrapper {
            async fn load(
                &$this,
                who: &$crate::port::Who,
            ) -> ::core::result::Result<$crate::port::Dossier, $crate::port::StoreError> {
                $crate::delegate_store!(@instead [$({ let $who = who; $load_body })?] {
                    $crate::delegate_store!(@before [$($call $hook)?] Load(who));
                    let inner = $inner;
                    let outcome = inner.load(who).await;
                    $crate::delegate_store!(@after [$($answered $answer $heard)?] Load(who) outcome);
                    outcome
                })
            }
            async fn commit(
                &$this,
                commit: &$crate::port::Commit,
            ) -> ::core::result::Result<(), $crate::port::CommitError> {
                $crate::delegate_store!(@instead [$({ let $offer = commit; $commit_body })?] {
                    $crate::delegate_store!(@before [$($call $hook)?] Commit(commit));
                    let inner = $inner;
                    let outcome = inner.commit(commit).await;
                    $crate::delegate_store!(@after [$($answered $answer $heard)?] Commit(commit) outcome);
                    outcome
                })
            }
            async fn claim(
                &$this,
                claim: &$crate::port::Claim,
            ) -> ::core::result::Result<$crate::port::Claims, $crate::port::StoreError> {
                $crate::delegate_store!(@instead [$({ let $asked = claim; $claim_body })?] {
                    $crate::delegate_store!(@before [$($call $hook)?] Claim(claim));
                    let inner = $inner;
                    let outcome = inner.claim(claim).await;
                    $crate::delegate_store!(@after [$($answered $answer $heard)?] Claim(claim) outcome);
                    outcome
                })
            }
            async fn accounts(
                &$this,
                query: &$crate::port::AccountQuery,
                limit: $crate::port::Limit,
            ) -> ::core::result::Result<
                $crate::port::Page<
                    $crate::port::Stored<$crate::domain::Account>,
                    $crate::port::AccountQuery,
                >,
                $crate::port::StoreError,
            > {
                $crate::delegate_store!(@instead [$({
                    let ($accounts_query, $accounts_limit) = (query, limit);
                    $accounts_body
                })?] {
                    $crate::delegate_store!(@before [$($call $hook)?] Accounts(query));
                    let inner = $inner;
                    let outcome = inner.accounts(query, limit).await;
                    $crate::delegate_store!(@after [$($answered $answer $heard)?] Accounts(query) outcome);
                    outcome
                })
            }
            async fn account_ids(
                &$this,
                query: &$crate::port::AccountQuery,
                limit: $crate::port::Limit,
            ) -> ::core::result::Result<
                $crate::port::Page<$crate::domain::AccountId, $crate::port::AccountQuery>,
                $crate::port::StoreError,
            > {
                $crate::delegate_store!(@instead [$({
                    let ($ids_query, $ids_limit) = (query, limit);
                    $ids_body
                })?] {
                    $crate::delegate_store!(@before [$($call $hook)?] AccountIds(query));
                    let inner = $inner;
                    let outcome = inner.account_ids(query, limit).await;
                    $crate::delegate_store!(@after [$($answered $answer $heard)?] AccountIds(query) outcome);
                    outcome
                })
            }
            async fn count(
                &$this,
                query: &$crate::port::AccountQuery,
                at_most: u64,
            ) -> ::core::result::Result<u64, $crate::port::StoreError> {
                $crate::delegate_store!(@instead [$({
                    let ($count_query, $count_most) = (query, at_most);
                    $count_body
                })?] {
                    $crate::delegate_store!(@before [$($call $hook)?] Count(query));
                    let inner = $inner;
                    let outcome = inner.count(query, at_most).await;
                    $crate::delegate_store!(@after [$($answered $answer $heard)?] Count(query) outcome);
                    outcome
                })
            }
            async fn mails(
                &$this,
                query: &$crate::port::MailQuery,
                limit: $crate::port::Limit,
            ) -> ::core::result::Result<
                $crate::port::Page<$crate::port::Stored<$crate::domain::Mail>, $crate::port::MailQuery>,
                $crate::port::StoreError,
            > {
                $crate::delegate_store!(@instead [$({
                    let ($mails_query, $mails_limit) = (query, limit);
                    $mails_body
                })?] {
                    $crate::delegate_store!(@before [$($call $hook)?] Mails(query));
                    let inner = $inner;
                    let outcome = inner.mails(query, limit).await;
                    $crate::delegate_store!(@after [$($answered $answer $heard)?] Mails(query) outcome);
                    outcome
                })
            }
            async fn backlog(
                &$this,
                realm: &$crate::domain::Realm,
            ) -> ::core::result::Result<$crate::port::Backlog, $crate::port::StoreError> {
                $crate::delegate_store!(@instead [$({ let $backlog_realm = realm; $backlog_body })?] {
                    $crate::delegate_store!(@before [$($call $hook)?] Backlog(realm));
                    let inner = $inner;
                    let outcome = inner.backlog(realm).await;
                    $crate::delegate_store!(@after [$($answered $answer $heard)?] Backlog(realm) outcome);
                    outcome
                })
            }
            async fn suppressed(
                &$this,
                realm: &$crate::domain::Realm,
                after: ::core::option::Option<$crate::domain::AddressTag>,
                limit: $crate::port::Limit,
            ) -> ::core::result::Result<
                $crate::port::Page<
                    $crate::port::Stored<$crate::domain::Address>,
                    $crate::domain::AddressTag,
                >,
                $crate::port::StoreError,
            > {
                $crate::delegate_store!(@instead [$({
                    let ($held_realm, $held_after, $held_limit) = (realm, after, limit);
                    $held_body
                })?] {
                    $crate::delegate_store!(@before [$($call $hook)?] Suppressed(realm));
                    let inner = $inner;
                    let outcome = inner.suppressed(realm, after, limit).await;
                    $crate::delegate_store!(@after [$($answered $answer $heard)?] Suppressed(realm) outcome);
                    outcome
                })
            }
            async fn groups(
                &$this,
                realm: &$crate::domain::Realm,
                after: ::core::option::Option<$crate::domain::IpFilterGroupName>,
                limit: $crate::port::Limit,
            ) -> ::core::result::Result<
                $crate::port::Page<
                    $crate::port::Stored<$crate::domain::IpFilterGroup>,
                    $crate::domain::IpFilterGroupName,
                >,
                $crate::port::StoreError,
            > {
                $crate::delegate_store!(@instead [$({
                    let ($groups_realm, $groups_after, $groups_limit) = (realm, after, limit);
                    $groups_body
                })?] {
                    $crate::delegate_store!(@before [$($call $hook)?] Groups(realm));
                    let inner = $inner;
                    let outcome = inner.groups(realm, after, limit).await;
                    $crate::delegate_store!(@after [$($answered $answer $heard)?] Groups(realm) outcome);
                    outcome
                })
            }
            async fn events(
                &$this,
                scope: &$crate::port::Scope,
                after: ::core::option::Option<&$crate::port::Cursor>,
                limit: $crate::port::Limit,
            ) -> ::core::result::Result<$crate::port::Feed, $crate::port::FeedError> {
                $crate::delegate_store!(@instead [$({
                    let ($scope, $events_after, $events_limit) = (scope, after, limit);
                    $events_body
                })?] {
                    $crate::delegate_store!(@before [$($call $hook)?] Events(scope));
                    let inner = $inner;
                    let outcome = inner.events(scope, after, limit).await;
                    $crate::delegate_store!(@after [$($answered $answer $heard)?] Events(scope) outcome);
                    outcome
                })
            }
            async fn trim(
                &$this,
                trim: &$crate::port::Trim,
            ) -> ::core::result::Result<bool, $crate::port::StoreError> {
                $crate::delegate_store!(@instead [$({ let $step = trim; $trim_body })?] {
                    $crate::delegate_store!(@before [$($call $hook)?] Trim(trim));
                    let inner = $inner;
                    let outcome = inner.trim(trim).await;
                    $crate::delegate_store!(@after [$($answered $answer $heard)?] Trim(trim) outcome);
                    outcome
                })
            }
        }
    };
    (@instead [] $passed_on:block) => { $passed_on };
    (@instead [$spelled_out:block] $passed_on:block) => { $spelled_out };
    (@before [] $name:ident($argument:ident)) => {};
    (@before [$call:ident $hook:block] $name:ident($argument:ident)) => {
        let $call = $crate::port::StoreCall::$name($argument);
        let passes: ::core::result::Result<(), $crate::port::StoreError> = $hook;
        passes?;
    };
    (@after [] $name:ident($argument:ident) $outcome:ident) => {};
    (@after [$call:ident $answer:ident $heard:block] $name:ident($argument:ident) $outcome:ident) => {
        let $call = $crate::port::StoreCall::$name($argument);
        let $answer: $crate::port::StoreAnswer<'_> = match &$outcome {
            ::core::result::Result::Ok(value) => ::core::result::Result::Ok(value),
            ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
        };
        $heard
    };
}

delegate_store! {
    impl[S: super::Store + ?Sized] Store for std::sync::Arc<S> {
        to(self) { &**self }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use futures_util::FutureExt as _;

    use super::*;
    use crate::{
        domain::AccountId,
        port::{Limit, Store, StoreError},
    };

    /// Fails whatever it is asked.
    struct Deaf;

    fn deaf() -> StoreError {
        StoreError::Unavailable("deaf".into())
    }

    delegate_store! {
        impl[] Store for Deaf {
            to(self) { self }
            before(self, _call) { Err(deaf()) }
        }
    }

    /// Counts what is passed on and what comes back.
    struct Counted<S> {
        inner: Arc<S>,
        asked: AtomicUsize,
        failed: AtomicUsize,
    }

    delegate_store! {
        impl[S: Store] Store for Counted<S> {
            to(self) { &self.inner }
            before(self, call) {
                self.asked.fetch_add(1, Ordering::Relaxed);
                match call {
                    StoreCall::Load(who) if !who.levels.is_empty() => Err(StoreError::Broken("no levels".into())),
                    _ => Ok(()),
                }
            }
            after(self, call, answer) {
                let failed = matches!((call, answer), (StoreCall::Load(_) | StoreCall::Events(_), Err(_)));
                self.failed.fetch_add(usize::from(failed), Ordering::Relaxed);
            }
            count(self, _query, _at_most) { Ok(7) }
        }
    }

    #[test]
    fn a_wrapper_passes_on_all_that_it_does_not_spell_out() {
        let id = AccountId::from_bytes([1; 16]);
        let store =
            Counted { inner: Arc::new(Deaf), asked: AtomicUsize::new(0), failed: AtomicUsize::new(0) };
        let query = AccountQuery::ById { realm: Realm::default(), after: None, filter: Default::default() };
        assert_eq!(store.count(&query, u64::MAX).now_or_never().unwrap().unwrap(), 7);
        assert!(store.load(&Who::id(id)).now_or_never().unwrap().is_err());
        assert!(store.events(&Scope::Account(id), None, Limit::MAX).now_or_never().unwrap().is_err());
        assert!(store.accounts(&query, Limit::MAX).now_or_never().unwrap().is_err());
        let counts = [&store.asked, &store.failed].map(|count| count.load(Ordering::Relaxed));
        assert_eq!(counts, [3, 2]);
    }

    #[test]
    fn what_comes_before_can_answer_in_place_of_the_store() {
        let store =
            Counted { inner: Arc::new(Deaf), asked: AtomicUsize::new(0), failed: AtomicUsize::new(0) };
        let who = Who { levels: vec![crate::domain::QuotaTag::from_bytes([1; 32])], ..Who::nobody() };
        let answer = store.load(&who).now_or_never().unwrap();
        assert!(matches!(answer, Err(StoreError::Broken(_))));
    }
}
