//! What staff sees of an account.

use serde::Serialize;

use crate::{
    domain::{
        AccountId, Attributes, ClosedBy, Day, EmailAddress, LogIns, Management, MustChangeReason,
        OpenStanding, Purpose, Standing, StandingKind, Status, SuspensionReason, Timestamp, Undeliverable,
        Version,
    },
    door::SuppressionView,
    port::Dossier,
};

/// An account as staff sees it. It holds no hash, no code and nothing else that opens anything. It serialises for an
/// admin page; enums are written as their stable names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountView {
    /// The account's id, serialised as 32 letters.
    #[serde(serialize_with = "as_text")]
    pub id: AccountId,
    /// The account's version, which rises with each change: for commands that must not overwrite what their caller has
    /// not seen.
    pub version: Version,
    /// The account's current address, as it was given.
    pub email: EmailAddress,
    /// Whether the owner proved to receive mail at the current address.
    pub email_proven: bool,
    /// Why no mail goes to the current address any more; none where mail reaches it, as far as is known.
    pub undeliverable: Option<Undeliverable>,
    /// Which mails are held back from the current address, why and since when; also where others still reach it.
    pub suppressions: Vec<SuppressionView>,
    /// What failed log-ins hold against the current address.
    pub log_ins: LogInsView,
    /// The address that the owner asked for and has not confirmed yet.
    pub pending_email: Option<EmailAddress>,
    /// The account's status, which is computed from its facts: new, in use, changing its address, or changing who sets
    /// its passwords.
    pub status: Status,
    /// The account's standing: active, suspended or closed.
    pub standing: StandingKind,
    /// Why the account is suspended, or was when it was closed.
    pub suspended_for: Option<SuspensionReason>,
    /// Through which door the account was closed; none unless it is closed. What its owner closed, its owner's mailbox can
    /// reopen.
    pub closed_by: Option<ClosedBy>,
    /// When the account is erased; none unless it is closed.
    pub erased_at: Option<Timestamp>,
    /// Until when an earlier address can be taken back, from its mailbox; none where none can. Meanwhile the account is not
    /// erased, and its owner can't change the address again.
    pub revert_until: Option<Timestamp>,
    /// What staff may know of the account's password; none if it has none.
    pub password: Option<PasswordView>,
    /// Who sets the account's passwords.
    pub management: Management,
    /// Who is to set the account's passwords, once they have set one; none unless such a change is pending.
    pub pending_management: Option<Management>,
    /// What the account carries for its host: validity of passwords, IP filter group, memo, language. These fields
    /// stand beside the others when serialised.
    #[serde(flatten)]
    pub attributes: Attributes,
    /// The day, in UTC, of the last log-in that was noted; none where none was, or where the host doesn't ask for it
    /// ([`Builder::log_ins_noted`](crate::Builder::log_ins_noted)).
    pub last_log_in: Option<Day>,
    /// When the account came to be.
    pub created_at: Timestamp,
    /// When the account was last written.
    pub changed_at: Timestamp,
}

/// What staff sees of the failed log-ins at an account's address. Devices that were let in before, and whoever is signed in,
/// are not held back by any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LogInsView {
    /// How many log-ins failed since the last that succeeded; 24 h after the last of them none
    /// ([`LockOut::forget_after`](crate::domain::LockOut::forget_after)).
    pub failures: u32,
    /// When the last of them failed.
    pub last_failure: Option<Timestamp>,
    /// Until when the address is locked; none where it is not locked now.
    pub locked_until: Option<Timestamp>,
    /// Whether the password lets in nobody until it is replaced, or the address unlocked.
    pub disabled: bool,
}

impl LogInsView {
    /// Whether the address is locked now, or disabled.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.disabled || self.locked_until.is_some()
    }

    fn of(log_ins: &LogIns) -> Self {
        let LogIns { failures, last_failure, locked_until, disabled, .. } = *log_ins;
        // A success keeps the stamp, for those who are being verified just then.
        let last_failure = last_failure.filter(|_| failures > 0);
        Self { failures, last_failure, locked_until, disabled }
    }
}

/// What staff sees of a password: when, never what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PasswordView {
    /// Since when this is the account's password.
    pub set_at: Timestamp,
    /// Why the owner must change the password before anything else; none if that is not so, or if it only expired.
    pub must_change: Option<MustChangeReason>,
    /// When a password that staff assigned stops letting anybody in; none for any other.
    pub temporary_until: Option<Timestamp>,
    /// When the password is older than the account's validity allows, so that it must be changed; none where it never
    /// is.
    pub expires_at: Option<Timestamp>,
}

impl AccountView {
    /// The view of the account in a dossier; none if there is none, or it was erased.
    pub(crate) fn of(dossier: &Dossier) -> Option<Self> {
        let account = &dossier.account.as_ref()?.value;
        let facts = account.facts().ok()?;
        let suppressions = SuppressionView::all(dossier.own_address());
        let (suspended_for, closed_by) = match &facts.standing {
            Standing::Active => (None, None),
            Standing::Suspended { reason, .. } => (Some(reason.clone()), None),
            Standing::Closed { by, before: OpenStanding::Suspended { reason, .. }, .. } => {
                (Some(reason.clone()), Some(*by))
            }
            Standing::Closed { by, before: OpenStanding::Active, .. } => (None, Some(*by)),
        };
        let reverts = facts.confirmations.get(&Purpose::EmailRevert);
        let revert = reverts.and_then(|confirmations| confirmations.issued.as_ref());
        Some(Self {
            id: account.id,
            version: account.version,
            email: facts.mailbox.address.clone(),
            email_proven: facts.proven,
            undeliverable: SuppressionView::undeliverable(&suppressions),
            suppressions,
            log_ins: LogInsView::of(
                dossier.own_address().map_or(&LogIns::default(), |address| &address.log_ins),
            ),
            pending_email: facts.pending.as_ref().map(|pending| pending.mailbox.address.clone()),
            status: facts.status(),
            standing: account.standing(),
            suspended_for,
            closed_by,
            erased_at: closed_by.and_then(|_| facts.ends_at()),
            revert_until: revert.map(|revert| revert.expires_at),
            password: facts.password.as_ref().map(|password| PasswordView {
                set_at: password.set_at,
                must_change: password.must_change,
                temporary_until: password.temporary_until,
                expires_at: password.expires_at(facts.attributes.validity),
            }),
            management: facts.management,
            pending_management: facts.pending_management,
            attributes: facts.attributes.clone(),
            last_log_in: facts.last_log_in,
            created_at: facts.created_at,
            changed_at: facts.changed_at,
        })
    }
}

pub(in crate::door) fn as_text<S: serde::Serializer>(
    id: &AccountId,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
