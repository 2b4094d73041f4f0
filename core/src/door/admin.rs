//! The door for staff, and for the host itself: here accounts come to be, are read and are updated.
//!
//! What else may be done stands in the files beside: [`passwords`], [`standing`], [`listing`], [`outbox`], [`suppressions`],
//! [`filters`], [`keys`], [`demands`], [`import`] and [`export`].

mod demands;
mod export;
mod filters;
mod import;
mod keys;
mod listing;
mod outbox;
mod passwords;
mod standing;
mod suppressions;
pub(super) mod view;

use std::{fmt, sync::Arc};

pub use self::{
    demands::SessionsThen,
    export::{Export, ExportedAccount, ExportedHash, ExportedPassword},
    import::{Import, ImportedOnce, ImportedPassword},
    keys::KeyUse,
    listing::{AccountList, AccountPage, AccountsPage},
    outbox::{About, MailList, OutboxMail},
    passwords::IssuedCode,
    suppressions::Suppressed,
    view::{AccountView, LogInsView, PasswordView},
};
use crate::{
    domain::{
        Account, AccountChanges, AccountId, AccountUpdate, Actor, Change, EmailAddress, Initiator,
        NewAccount, Refusal, Stop,
    },
    engine::Core,
    engine::watch::watched,
    engine::{Call, DecideError, Decided, Moment, Verdict},
    error::{Error, Fault},
    port::{By, Dossier, Who},
};

/// What staff and the host itself may do. Made by [`Accounts::admin`](crate::Accounts::admin), for one actor, whose
/// name is in every event.
#[derive(Clone)]
pub struct Admin {
    core: Arc<Core>,
    actor: Actor,
}

impl Admin {
    pub(crate) fn new(core: Arc<Core>, actor: Actor) -> Self {
        Self { core, actor }
    }

    /// Registers an account. Nothing is mailed: [`request_password_set`](Self::request_password_set) sends the link to
    /// choose a first password.
    ///
    /// # Errors
    /// `email_taken`, `unknown_ip_filter_group`; a [`Fault`].
    pub async fn register(&self, new: NewAccount) -> Result<AccountView, Error> {
        watched("admin.register", self.core.realm.as_str(), async {
            let core = &self.core;
            let call = core
                .naming_group(Call::without_facts(self.initiator()), new.attributes.ip_filter_group.as_ref());
            let tag = core.keys.address_tag(&core.realm, &new.email);
            let decided = core
                .decide(call, |dossier, moment, _| {
                    core.known_group(new.attributes.ip_filter_group.as_ref(), dossier)?;
                    Ok(Verdict::new(Account::register(core.registration(&new, tag, moment)), ()))
                })
                .await?;
            AccountView::of(&decided.after)
                .ok_or_else(|| Fault::Defect("a registration without an account").into())
        })
        .await
    }

    /// Looks up an account by its id; none if there is none, if it is of another realm, or if it was erased.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn account(&self, id: AccountId) -> Result<Option<AccountView>, Fault> {
        watched("admin.account", self.core.realm.as_str(), async { self.find(By::Id(id)).await }).await
    }

    /// Looks up the account that has this address, however the address is spelled; none if no account of the realm has
    /// it. An address that is only reserved, as a former one for its owner, finds no account.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn account_by_email(&self, email: &EmailAddress) -> Result<Option<AccountView>, Fault> {
        watched("admin.account_by_email", self.core.realm.as_str(), async {
            self.find(By::Email(self.core.realm.clone(), email.key())).await
        })
        .await
    }

    /// Changes everything that `changes` names in one commit, or nothing. Where all of it is so already, nothing is
    /// written. Another address acts as [`replace_email`](Self::replace_email) does.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`, `version_mismatch`, `unknown_ip_filter_group`, `email_taken`; a [`Fault`].
    pub async fn update(&self, id: AccountId, changes: &AccountChanges) -> Result<AccountView, Error> {
        let core = &self.core;
        let tag = changes.email.as_ref().map(|email| core.keys.address_tag(&core.realm, email));
        let group = changes.attributes.ip_filter_group.as_ref().and_then(Option::as_ref);
        // What is known of the new address is in the view that is answered.
        let mut call = Call::of_staff(id, self.initiator());
        call.who.also.extend(tag);
        let call = core.naming_group(call, group);
        self.command_of("admin.update", call, |account, dossier, moment| {
            let email = changes.email.as_ref().zip(tag);
            let email =
                email.map(|(email, tag)| core.replacement(email, tag, changes.dropping_revert, moment));
            let change = account.update(&AccountUpdate {
                if_version: changes.if_version,
                attributes: &changes.attributes,
                email,
                warnings: core.rules.expiry_warnings,
                now: moment.now,
            })?;
            core.known_group(group, dossier)?;
            Ok(change)
        })
        .await
    }

    /// Puts another address in place of the current one. The new address is unproven, the password is cleared and all
    /// sessions end; the old address is told. Where only the spelling differs, the account keeps its password and its
    /// sessions.
    ///
    /// A link that takes an earlier address back stays alive, since staff can be lied to. Where the old mailbox is lost, or
    /// read by somebody else, [`update`](Self::update) with [`AccountChanges::dropping_revert`] ends it.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`, `email_taken`; a [`Fault`].
    pub async fn replace_email(&self, id: AccountId, email: &EmailAddress) -> Result<AccountView, Error> {
        let core = &self.core;
        let tag = core.keys.address_tag(&core.realm, email);
        // What is known of the new address is in the view that is answered.
        let mut call = Call::of_staff(id, self.initiator());
        call.who.also.push(tag);
        self.command_of("admin.replace_email", call, |account, _, moment| {
            account.replace_email(&core.replacement(email, tag, false, moment))
        })
        .await
    }

    /// Runs a command on one account, and gives the account as the command leaves it.
    async fn command(
        &self,
        name: &'static str,
        id: AccountId,
        rule: impl FnMut(&Account, &Dossier, &Moment) -> Result<Change, Refusal> + Send,
    ) -> Result<AccountView, Error> {
        self.command_of(name, Call::of_staff(id, self.initiator()), rule).await
    }

    async fn command_of(
        &self,
        name: &'static str,
        call: Call<'_>,
        rule: impl FnMut(&Account, &Dossier, &Moment) -> Result<Change, Refusal> + Send,
    ) -> Result<AccountView, Error> {
        watched(name, self.core.realm.as_str(), async {
            let decided = self.change(call, rule).await?;
            let view = AccountView::of(&decided.after);
            view.ok_or_else(|| Fault::Defect("a command without an account").into())
        })
        .await
    }

    async fn change(
        &self,
        call: Call<'_>,
        mut rule: impl FnMut(&Account, &Dossier, &Moment) -> Result<Change, Refusal> + Send,
    ) -> Result<Decided<()>, DecideError> {
        self.core
            .decide(call, |dossier, moment, _| {
                let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
                Ok::<_, Stop>(Verdict::new(rule(account, dossier, moment)?, ()))
            })
            .await
    }

    async fn find(&self, by: By) -> Result<Option<AccountView>, Fault> {
        let mut deadline = self.core.deadline();
        let dossier = self.core.load(&Who::found(by), &mut deadline).await?;
        Ok(AccountView::of(&self.core.as_of(&dossier, self.core.clock.now()).0))
    }

    fn initiator(&self) -> Initiator {
        Initiator::Administrator(self.actor.clone())
    }
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin").field("actor", &self.actor).finish_non_exhaustive()
    }
}
