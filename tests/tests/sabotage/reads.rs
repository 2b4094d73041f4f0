//! Dossiers that lack something, and pages that lose or shuffle what they list: clauses 19 and 21.

use accountable_conformance::store::{lists, reads, snapshots};
use accountable_core::{
    domain::{AddressTag, Realm},
    port::{AccountFilter, AccountQuery, By, Dossier, Limit, MailQuery, Store, StoreError, Who},
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::fixture::{Accounts, Addresses, Broken, Mails, Nothing, Sabotage};

sabotage! {
    ForgetsFormerAddresses {} load(this, store, who: &Who) -> Result<Dossier, StoreError> {
        let mut dossier = store.load(who).await?;
        let own = dossier.account.as_ref().and_then(|account| account.value.facts().ok()).map(|facts| facts.mailbox.tag);
        dossier.addresses.retain(|tag, _| Some(*tag) == own || who.also.contains(tag));
        Ok(dossier)
    }
}
sabotage! {
    TakesAbsenceForAnError {} load(this, store, who: &Who) -> Result<Dossier, StoreError> {
        let dossier = store.load(who).await?;
        match (&who.by, &dossier.account) {
            (By::Id(_) | By::Email(..), None) => Err(StoreError::Broken("no such account".into())),
            _ => Ok(dossier),
        }
    }
}
sabotage! {
    /// Looks the account up first, and the rest some time later.
    LooksTwice {} load(this, store, who: &Who) -> Result<Dossier, StoreError> {
        let early = store.load(who).await?.account;
        std::thread::yield_now();
        Ok(Dossier { account: early, ..store.load(who).await? })
    }
}
sabotage! {
    LosesThePagesLast {} accounts(this, store, query: &AccountQuery, limit: Limit) -> Accounts {
        let mut page = store.accounts(query, limit).await?;
        if page.next.is_some() {
            page.items.pop();
        }
        Ok(page)
    }
}
sabotage! {
    SortsNothing {} accounts(this, store, query: &AccountQuery, limit: Limit) -> Accounts {
        let mut page = store.accounts(query, limit).await?;
        page.items.reverse();
        Ok(page)
    }
}
sabotage! {
    CountsFromTheCursor {} count(this, store, query: &AccountQuery, at_most: u64) -> Result<u64, StoreError> {
        let page = store.accounts(query, Limit::MAX).await?;
        Ok(page.items.len().try_into().unwrap_or(u64::MAX).min(at_most))
    }
}
sabotage! {
    /// Lists by the key of the current password only.
    LooksAtNoPreviousHash {} accounts(this, store, query: &AccountQuery, limit: Limit) -> Accounts {
        let mut page = store.accounts(query, limit).await?;
        if let AccountQuery::ById { filter: AccountFilter { sealed_under: Some(key), .. }, .. } = query {
            page.items.retain(|account| {
                let password = account.value.facts().ok().and_then(|facts| facts.password.as_ref());
                password.is_some_and(|password| password.hash.key() == key)
            });
        }
        Ok(page)
    }
}
sabotage! {
    CountsUnderAnyKey {} count(this, store, query: &AccountQuery, at_most: u64) -> Result<u64, StoreError> {
        let mut query = query.clone();
        if let AccountQuery::ById { filter, .. } = &mut query {
            filter.sealed_under = None;
        }
        store.count(&query, at_most).await
    }
}
sabotage! {
    /// Takes an account of which no log-in was noted for one that has just logged in.
    ListsNobodyWithoutALogIn {} accounts(this, store, query: &AccountQuery, limit: Limit) -> Accounts {
        let mut page = store.accounts(query, limit).await?;
        if let AccountQuery::ById { filter: AccountFilter { not_logged_in_since: Some(_), .. }, .. } = query {
            page.items.retain(|account| account.value.last_log_in().is_some());
        }
        Ok(page)
    }
}
sabotage! {
    CountsWhoeverLoggedIn {} count(this, store, query: &AccountQuery, at_most: u64) -> Result<u64, StoreError> {
        let mut query = query.clone();
        if let AccountQuery::ById { filter, .. } = &mut query {
            filter.not_logged_in_since = None;
        }
        store.count(&query, at_most).await
    }
}
sabotage! {
    LeavesIntentsOut {} mails(this, store, query: &MailQuery, limit: Limit) -> Mails {
        let mut page = store.mails(query, limit).await?;
        if matches!(query, MailQuery::All { .. }) {
            page.items.retain(|mail| mail.value.account().is_some());
        }
        Ok(page)
    }
}
sabotage! {
    LosesADeadMail {} mails(this, store, query: &MailQuery, limit: Limit) -> Mails {
        let mut page = store.mails(query, limit).await?;
        if matches!(query, MailQuery::Dead { .. }) {
            page.items.pop();
        }
        Ok(page)
    }
}

sabotage! {
    /// Keeps no realm beside a suppression.
    TellsOtherRealms {} suppressed(this, store, realm: &Realm, after: Option<AddressTag>, limit: Limit) -> Addresses {
        let mut page = store.suppressed(realm, after, limit).await?;
        let elsewhere = store.suppressed(&accountable_conformance::samples::other_realm(), None, Limit::of(1)).await?;
        if page.next.is_none() {
            page.items.extend(elsewhere.items);
        }
        Ok(page)
    }
}

breaks! {
    forgetting_former_addresses: ForgetsFormerAddresses breaks
        snapshots::clause_19_a_dossier_holds_all_that_was_asked_for;
    taking_absence_for_an_error: TakesAbsenceForAnError breaks snapshots::clause_19_absence_is_none_never_an_error;
    looking_twice: LooksTwice breaks snapshots::clause_19_a_dossier_is_one_snapshot;
    losing_a_pages_last: LosesThePagesLast breaks
        reads::clause_21_accounts_are_listed_by_the_bytes_of_their_names,
        reads::clause_21_accounts_are_found_by_the_beginning_of_their_address,
        reads::clause_21_overdue_accounts_are_listed_by_due_time,
        reads::clause_21_a_record_that_stays_appears_exactly_once;
    sorting_nothing: SortsNothing breaks
        reads::clause_21_accounts_are_listed_by_the_bytes_of_their_names,
        reads::clause_21_overdue_accounts_are_listed_by_due_time;
    counting_from_the_cursor: CountsFromTheCursor breaks
        reads::clause_21_accounts_are_listed_by_the_bytes_of_their_names;
    telling_other_realms: TellsOtherRealms breaks
        lists::clause_21_mails_addresses_and_groups_are_listed_in_order;
    looking_at_no_previous_hash: LooksAtNoPreviousHash breaks
        reads::clause_21_accounts_are_listed_by_the_key_that_their_hashes_rest_on;
    counting_under_any_key: CountsUnderAnyKey breaks
        reads::clause_21_accounts_are_listed_by_the_key_that_their_hashes_rest_on;
    listing_nobody_without_a_log_in: ListsNobodyWithoutALogIn breaks
        lists::clause_21_accounts_are_listed_by_the_day_of_their_last_log_in;
    counting_whoever_logged_in: CountsWhoeverLoggedIn breaks
        lists::clause_21_accounts_are_listed_by_the_day_of_their_last_log_in;
    leaving_intents_out: LeavesIntentsOut breaks lists::clause_21_the_whole_outbox_is_listed_by_name;
    losing_a_dead_mail: LosesADeadMail breaks
        lists::clause_21_mails_addresses_and_groups_are_listed_in_order;
}
