//! Suspending, closing and erasing accounts, and what takes that back.

use super::{AccountView, Admin};
use crate::{
    domain::{AccountId, SuspensionReason},
    engine::watch::watched,
    error::Error,
};

impl Admin {
    /// Locks the owner out and stops mails, until reinstated. Ends all sessions, and all codes but those that take an
    /// address back. Once suspended, nothing more changes.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`; a [`Fault`](crate::Fault).
    pub async fn suspend(&self, id: AccountId, reason: &SuspensionReason) -> Result<AccountView, Error> {
        self.command("admin.suspend", id, |account, _, moment| account.suspend(reason, moment.now)).await
    }

    /// Takes a suspension back. Of an active account, nothing changes.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`; a [`Fault`](crate::Fault).
    pub async fn reinstate(&self, id: AccountId) -> Result<AccountView, Error> {
        self.command("admin.reinstate", id, |account, _, _| account.reinstate()).await
    }

    /// Forgets failed log-ins, and the lock or the end that came of them.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`; a [`Fault`](crate::Fault).
    pub async fn unlock(&self, id: AccountId) -> Result<AccountView, Error> {
        self.command("admin.unlock", id, |account, dossier, _| account.unlock(dossier.own_address())).await
    }

    /// Ends all sessions.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`; a [`Fault`](crate::Fault).
    pub async fn end_sessions(&self, id: AccountId) -> Result<AccountView, Error> {
        self.command("admin.end_sessions", id, |account, _, _| account.end_sessions()).await
    }

    /// Closes the account: nothing works but reopening, erasing and reading. Its address stays taken until it is erased,
    /// after 30 days, and its owner is told. Once closed, nothing more changes.
    ///
    /// # Errors
    /// `no_such_account`; a [`Fault`](crate::Fault).
    pub async fn close(&self, id: AccountId) -> Result<AccountView, Error> {
        self.command("admin.close", id, |account, _, moment| account.close(&self.core.closing(moment))).await
    }

    /// Takes closing back: the account stands as it did before. Of an open account, nothing changes.
    ///
    /// # Errors
    /// `no_such_account`, `grace_over`; a [`Fault`](crate::Fault).
    pub async fn reopen(&self, id: AccountId) -> Result<AccountView, Error> {
        self.command("admin.reopen", id, |account, _, moment| account.reopen(moment.now)).await
    }

    /// Erases the account at once: addresses, note, hashes, mails, and what is known of its addresses. Its name and its
    /// numbers stay, and its events; its address is free. Erased already, nothing more changes.
    ///
    /// # Errors
    /// `no_such_account`, `vetoed`; a [`Fault`](crate::Fault).
    pub async fn erase(&self, id: AccountId) -> Result<(), Error> {
        watched("admin.erase", self.core.realm.as_str(), async {
            Ok(self.core.erase(id, &self.initiator()).await?)
        })
        .await
    }
}
