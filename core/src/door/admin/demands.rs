//! Requiring other passwords: of one account, or of all that a filter lets through.

use super::{AccountView, Admin};
use crate::{
    BulkWork,
    domain::{AccountId, PasswordChangeDemand},
    engine::watch::watched,
    error::{Error, Fault},
    port::AccountFilter,
};

/// What becomes of the sessions of an account whose password must be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionsThen {
    /// They end at once: whoever is signed in signs in again, and changes the password then.
    End,
    /// They go on, but do nothing at the owner's door before the password is changed.
    GoOn,
}

impl Admin {
    /// Requires that the account's password be changed at the next log-in, as where it may be known to others (NIST SP
    /// 800-63B-4, 3.1.1.2; OWASP ASVS 5.0, 6.4.5). Where it must be changed already, nothing changes but the sessions.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`, `no_password`; a [`Fault`].
    pub async fn require_password_change(
        &self,
        id: AccountId,
        sessions: SessionsThen,
    ) -> Result<AccountView, Error> {
        let demand = PasswordChangeDemand { ends_sessions: sessions == SessionsThen::End, set_until: None };
        self.command("admin.require_password_change", id, |account, _, moment| {
            account.require_password_change(&demand, moment.now)
        })
        .await
    }

    /// Requires it of all accounts that the filter lets through and that have a password, except of passwords that are set
    /// from now on. The courier, or each sweep, does some accounts at a time; [`bulk_work`](Self::bulk_work) tells how far
    /// it is. It survives a restart.
    ///
    /// # Errors
    /// `bulk_work_under_way` while other such work is not through; a [`Fault`].
    pub async fn require_password_changes(
        &self,
        filter: AccountFilter,
        sessions: SessionsThen,
    ) -> Result<(), Error> {
        watched("admin.require_password_changes", self.core.realm.as_str(), async {
            let ends_sessions = sessions == SessionsThen::End;
            Ok(self.core.begin_bulk(filter, ends_sessions, &self.actor).await?)
        })
        .await
    }

    /// Tells how far the work over many accounts is that is under way; none if there is none.
    ///
    /// # Errors
    /// `damaged` where its note can't be read, which [`stop_bulk_work`](Self::stop_bulk_work) ends; any other [`Fault`] where
    /// the store can't answer.
    pub async fn bulk_work(&self) -> Result<Option<BulkWork>, Fault> {
        watched("admin.bulk_work", self.core.realm.as_str(), async {
            Ok(self.core.bulk().await?.map(|(_, work)| work))
        })
        .await
    }

    /// Stops the work over many accounts where it is, and says whether there was any. What was done stays done. It ends work
    /// whose note is damaged, too.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn stop_bulk_work(&self) -> Result<bool, Error> {
        watched("admin.stop_bulk_work", self.core.realm.as_str(), async {
            Ok(self.core.stop_bulk(&self.initiator()).await?)
        })
        .await
    }
}
