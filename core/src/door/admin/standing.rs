//! Suspending, closing and erasing accounts, and what takes that back.

use super::{AccountView, Admin};
use crate::{
    domain::{AccountId, SuspensionReason},
    engine::watch::watched,
    error::Error,
};

impl Admin {
    /// Suspends the account: its owner is locked out and gets no mails until it is [reinstated](Self::reinstate). All
    /// sessions end, and all codes die but those that take an old address back, which work while it is suspended. Suspending once more changes nothing.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`; a [`Fault`](crate::Fault).
    pub async fn suspend(&self, id: AccountId, reason: &SuspensionReason) -> Result<AccountView, Error> {
        self.command("admin.suspend", id, |account, _, moment| account.suspend(reason, moment.now)).await
    }

    /// Takes a suspension back. Whoever took an old address back meanwhile is mailed a link to choose a password.
    /// Reinstating an active account changes nothing.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`; a [`Fault`](crate::Fault).
    pub async fn reinstate(&self, id: AccountId) -> Result<AccountView, Error> {
        self.command("admin.reinstate", id, |account, dossier, moment| {
            account.reinstate(&self.core.owed_link(dossier, moment))
        })
        .await
    }

    /// Forgets the failed log-ins that are held against the account's address, and the lock or the disabled password
    /// that came of them.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`; a [`Fault`](crate::Fault).
    pub async fn unlock(&self, id: AccountId) -> Result<AccountView, Error> {
        self.command("admin.unlock", id, |account, dossier, _| account.unlock(dossier.own_address())).await
    }

    /// Ends all sessions of the account: no stamp that was given before is current any more.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`; a [`Fault`](crate::Fault).
    pub async fn end_sessions(&self, id: AccountId) -> Result<AccountView, Error> {
        self.command("admin.end_sessions", id, |account, _, _| account.end_sessions()).await
    }

    /// Closes the account: nothing works but reopening, erasing and reading, and taking an old address back. Its address
    /// stays taken until it is erased, after 30 days
    /// ([`Rules::closing_grace`](crate::domain::Rules::closing_grace)), and its owner is told by mail. An account that its
    /// owner closed is staff's to reopen from then on; closing once more changes nothing.
    ///
    /// # Errors
    /// `no_such_account`; a [`Fault`](crate::Fault).
    pub async fn close(&self, id: AccountId) -> Result<AccountView, Error> {
        self.command("admin.close", id, |account, _, moment| account.close(&self.core.closing(moment))).await
    }

    /// Reopens a closed account, which then stands as it did before. Whoever took an old address back meanwhile is mailed a
    /// link to choose a password. Reopening an open account changes nothing.
    ///
    /// # Errors
    /// `no_such_account`, `grace_over`; a [`Fault`](crate::Fault).
    pub async fn reopen(&self, id: AccountId) -> Result<AccountView, Error> {
        self.command("admin.reopen", id, |account, dossier, moment| {
            account.reopen(&self.core.owed_link(dossier, moment))
        })
        .await
    }

    /// Erases the account at once: its addresses, memo, hashes and mails, and what is known of its addresses. Its id,
    /// its numbers and its events stay, which name nobody; its address is free. When the octets are gone from the disk,
    /// the store's documentation says (clause 35 of [`Store`](crate::port::Store)). Erasing once more changes nothing.
    ///
    /// # Errors
    /// `no_such_account`; `revert_live` while an old address can be taken back, which would find nothing to go back to;
    /// `vetoed` where the host still needs the account; a [`Fault`](crate::Fault), among them `host_failed` where the host
    /// can't be asked, and `outcome_unknown` where the account may be erased and mails of it be left, which reach nobody:
    /// erase it once more to have them removed.
    pub async fn erase(&self, id: AccountId) -> Result<(), Error> {
        watched("admin.erase", self.core.realm.as_str(), async {
            Ok(self.core.erase(id, &self.initiator(), false).await?)
        })
        .await
    }

    /// Erases the account as [`erase`](Self::erase) does, although an old address may still be taken back. The journal
    /// says so, if one could.
    ///
    /// # Errors
    /// `no_such_account`; `vetoed` where the host still needs the account; a [`Fault`](crate::Fault), among them
    /// `host_failed` and `outcome_unknown` as [`erase`](Self::erase) says.
    pub async fn erase_despite_revert(&self, id: AccountId) -> Result<(), Error> {
        watched("admin.erase_despite_revert", self.core.realm.as_str(), async {
            Ok(self.core.erase(id, &self.initiator(), true).await?)
        })
        .await
    }
}
