//! The accounts of each realm that is served, and which of them stand behind a contract or a page.

use accountable::{
    Accounts, Settings,
    domain::{PasswordPolicy, Realm},
    settings::Preset,
};

use crate::error::{CommandError, failed};

/// Which accounts something is served over, and by which rule it judges passwords, where that is not the realm's.
#[derive(Clone)]
pub(super) struct Tenancy {
    realm: Realm,
    policy: Option<PasswordPolicy>,
}

impl Tenancy {
    /// Over the accounts of this realm, by the realm's own rule.
    pub(super) const fn of(realm: Realm) -> Self {
        Self { realm, policy: None }
    }

    /// Over the realm that a contract's section names, by the preset that it names.
    ///
    /// # Errors
    /// [`CommandError::Failed`] where the preset can't be had.
    pub(super) fn named(
        settings: &Settings,
        realm: Option<&Realm>,
        policy: Option<Preset>,
    ) -> Result<Self, CommandError> {
        let policy = policy.map(Preset::policy).transpose().map_err(failed)?;
        Ok(Self { realm: realm.unwrap_or(&settings.realm).clone(), policy })
    }
}

/// The accounts of each realm.
#[derive(Default)]
pub(super) struct Tenants(Vec<(Realm, Accounts)>);

impl Tenants {
    pub(super) fn add(&mut self, realm: Realm, accounts: Accounts) {
        self.0.push((realm, accounts));
    }

    /// Each realm with its accounts.
    pub(super) fn each(&self) -> impl Iterator<Item = &(Realm, Accounts)> {
        self.0.iter()
    }

    /// The accounts of every realm.
    pub(super) fn accounts(&self) -> Vec<Accounts> {
        self.each().map(|(_, accounts)| accounts.clone()).collect()
    }

    /// The accounts that something is served over.
    ///
    /// # Errors
    /// [`CommandError::Failed`] where there is no such realm, as after a reload that can't take another first one.
    pub(super) fn behind(&self, tenancy: &Tenancy) -> Result<Accounts, CommandError> {
        let found = self.each().find(|(realm, _)| *realm == tenancy.realm);
        let (_, accounts) = found.ok_or_else(|| failed(format!("there is no realm {}", tenancy.realm)))?;
        Ok(match &tenancy.policy {
            Some(policy) => accounts.with_policy(policy.clone()),
            None => accounts.clone(),
        })
    }
}
