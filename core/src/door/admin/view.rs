//! What staff sees of an account.

use serde::Serialize;

use crate::{
    domain::{
        AccountId, Attributes, EmailAddress, Management, Standing, StandingKind, Status, SuppressionScope,
        SuspensionReason, Timestamp, Undeliverable, Version,
    },
    port::Dossier,
};

/// An account as staff sees it: no hash, no code, nothing that opens anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountView {
    /// Its name.
    #[serde(serialize_with = "as_text")]
    pub id: AccountId,
    /// How often it was written: for commands that must not overwrite what they have not seen.
    pub version: Version,
    /// Its address.
    pub email: EmailAddress,
    /// Its owner proved to receive mail there.
    pub email_proven: bool,
    /// Mail does not reach that address.
    pub undeliverable: Option<Undeliverable>,
    /// The address that its owner wants and has not confirmed.
    pub pending_email: Option<EmailAddress>,
    /// What its facts amount to.
    pub status: Status,
    /// What may be done with it.
    pub standing: StandingKind,
    /// Why it is suspended.
    pub suspended_for: Option<SuspensionReason>,
    /// When it is erased, if it is closed.
    pub erased_at: Option<Timestamp>,
    /// Its password, if it has one.
    pub password: Option<PasswordView>,
    /// Who sets its passwords.
    pub management: Management,
    /// Who shall set them, once they have set one.
    pub pending_management: Option<Management>,
    /// What it carries for its host.
    #[serde(flatten)]
    pub attributes: Attributes,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When it was last written.
    pub changed_at: Timestamp,
}

/// What staff sees of a password: when, never what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PasswordView {
    /// Since when it is the password.
    pub set_at: Timestamp,
    /// It lets its owner do nothing but change it.
    pub must_change: bool,
    /// It lets nobody in from then on.
    pub temporary_until: Option<Timestamp>,
    /// It must be changed from then on.
    pub expires_at: Option<Timestamp>,
}

impl AccountView {
    /// None once it is erased.
    pub(crate) fn of(dossier: &Dossier) -> Option<Self> {
        let account = &dossier.account.as_ref()?.value;
        let facts = account.facts().ok()?;
        let address = dossier.own_address();
        let (suspended_for, erased_at) = match &facts.standing {
            Standing::Active => (None, None),
            Standing::Suspended { reason, .. } => (Some(reason.clone()), None),
            Standing::Closed { until, suspended_for, .. } => (suspended_for.clone(), Some(*until)),
        };
        Some(Self {
            id: account.id,
            version: account.version,
            email: facts.mailbox.address.clone(),
            email_proven: facts.proven,
            undeliverable: address
                .and_then(|address| address.suppression.as_ref())
                .filter(|known| known.scope == SuppressionScope::All)
                .map(|known| known.cause),
            pending_email: facts.pending.as_ref().map(|pending| pending.mailbox.address.clone()),
            status: facts.status(),
            standing: account.standing(),
            suspended_for,
            erased_at,
            password: facts.password.as_ref().map(|password| PasswordView {
                set_at: password.set_at,
                must_change: password.must_change,
                temporary_until: password.temporary_until,
                expires_at: password.expires_at(facts.attributes.validity),
            }),
            management: facts.management,
            pending_management: facts.pending_management,
            attributes: facts.attributes.clone(),
            created_at: facts.created_at,
            changed_at: facts.changed_at,
        })
    }
}

fn as_text<S: serde::Serializer>(id: &AccountId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
