//! An account: its facts, what they amount to, and what time alone does to them.
//!
//! What may be *done* to an account stands in the files beside: [`register`], [`mailing`], [`redeem`], [`password`],
//! [`management`], [`email_change`], [`update`], [`shut`], [`import`], [`proof`], [`sign_up`] and [`time_due`]. Each command takes the facts and a request, and
//! gives a [`Change`] or says no.

mod attributes;
mod carried_code;
mod change;
mod email_change;
mod facts;
mod hand_over;
mod import;
mod joined;
mod mailing;
mod management;
mod new_account;
mod noted;
mod password;
mod proof;
mod redeem;
mod register;
mod shut;
mod sign_up;
mod sound;
mod throttles;
mod time_due;
mod time_passed;
mod update;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use self::{
    attributes::{AttributeChanges, Attributes},
    carried_code::CarriedCode,
    joined::JoinedNotice,
    new_account::{AccountChanges, NewAccount},
    register::Registration,
    throttles::Side,
};
pub(crate) use self::{
    change::Change,
    email_change::{ConfirmEmail, EmailChange, ReplaceEmail, RevertEmail},
    import::{Imported, PriorPassword},
    mailing::MailRequest,
    management::ManagementChange,
    password::{AssignPassword, ChangePassword, NewPassword, PasswordChangeDemand},
    proof::ProveEmail,
    redeem::Redemption,
    shut::{Close, CloseOwn},
    time_due::DueWork,
    update::AccountUpdate,
};
use super::{
    AccountId, AddressTag, Confirmations, Day, EmailAddress, EmailKey, Epoch, EventKind, FormatVersion,
    IpFilterGroup, IpFilterGroupName, KeyId, Management, MustChangeReason, NoticeKind, Ordinal, Origin,
    PasswordValidity, Purpose, Quota, QuotaTag, Realm, Refusal, Sealed, Standing, StandingKind, Status,
    Timestamp, Unknown, Version,
};

/// An address of an account: current, pending or former.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The address' number within the account; never reused.
    pub ordinal: Ordinal,
    /// The address that mail is sent to.
    pub address: EmailAddress,
    /// The key that makes the address unique in its realm, by the rule in force when it was written.
    pub key: EmailKey,
    /// The name under which the address' own record is kept.
    pub tag: AddressTag,
}

/// An address that the owner wants instead of the current one and has not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingEmail {
    /// The address, with its number and the name of its record.
    pub mailbox: Mailbox,
    /// When the change is dropped, unless it is confirmed before.
    pub until: Timestamp,
}

/// An address that the account had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerMailbox {
    /// The address, with its number and the name of its record.
    pub mailbox: Mailbox,
    /// Until when it is kept, since a mail, a bounce or a revert may need it.
    pub until: Timestamp,
    /// Whether it is reserved: nobody else may take the address meanwhile.
    pub reserved: bool,
}

/// The account's password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Its hash, sealed to this account.
    pub hash: Sealed,
    /// When it was set.
    pub set_at: Timestamp,
    /// Why it must be changed, if it must: it lets its owner do nothing else. [`MustChangeReason::Expired`] is computed,
    /// and never kept here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_change: Option<MustChangeReason>,
    /// When a temporary password lapses: it lets nobody in from then on. `None`: it is not temporary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary_until: Option<Timestamp>,
    /// Whether the hash was made of the octets as another system took them, not of the normal form of
    /// [`Password`](crate::domain::Password).
    #[serde(default)]
    pub raw_input: bool,
    /// When its owner is next warned that it expires; `None` if it does not expire, or all warnings were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn_at: Option<Timestamp>,
}

impl Credential {
    /// Whether it was temporary and its time is over: then it lets nobody in, not even to change it.
    #[must_use]
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.temporary_until.is_some_and(|until| until <= now)
    }

    /// When it expires, if the passwords of its account are valid as long as this; `None` if never.
    #[must_use]
    pub fn expires_at(&self, validity: PasswordValidity) -> Option<Timestamp> {
        validity.span().map(|span| self.set_at + span)
    }

    /// Whether it is older than the account's passwords may be.
    #[must_use]
    pub fn has_expired(&self, validity: PasswordValidity, now: Timestamp) -> bool {
        self.expires_at(validity).is_some_and(|at| at <= now)
    }
}

/// A password that the account had, remembered so that it is not taken again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerPassword {
    /// Its hash, sealed to this account.
    pub hash: Sealed,
    /// Whether the hash was made of the octets as another system took them, not of the normal form of
    /// [`Password`](crate::domain::Password).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub raw_input: bool,
}

/// An account as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The version of the stored format of this record.
    pub v: FormatVersion<1>,
    /// The account's name.
    pub id: AccountId,
    /// The tenant that the account belongs to.
    pub realm: Realm,
    /// How many times the account was written: for commands that must not overwrite what they have not seen.
    pub version: Version,
    /// The epoch of its sessions: those that began in another epoch are over.
    pub epoch: Epoch,
    /// What is known of the account, or that it was erased.
    pub life: Life,
    /// The fields of the stored record that a newer build added and this one does not know.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// An account has facts until it is erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// The account has facts.
    Live(Box<Facts>),
    /// Nothing personal is left; the name stays so that it is never given to another.
    Erased {
        /// When it was erased.
        at: Timestamp,
        /// A stranger had signed it up and nobody ever proved its address: its row and its events need not stay.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        purged: bool,
    },
}

/// What is known of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The current address.
    pub mailbox: Mailbox,
    /// Whether the current address is proven: its owner redeemed a code that was mailed to it, or it was imported as
    /// proven.
    pub proven: bool,
    /// Whether the current address was put in the place of another one, and no password was chosen since.
    pub replaced: bool,
    /// The ordinal of the next address.
    pub next_ordinal: Ordinal,
    /// The address that the owner wants and has not confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingEmail>,
    /// The addresses that it had before and that are still needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerMailbox>,
    /// The password, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Credential>,
    /// The passwords before, latest first, as many as the policy remembers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previous: Vec<FormerPassword>,
    /// Whether it ever had a password.
    pub ever_had_a_password: bool,
    /// Who sets the passwords: the owner, or an administrator.
    pub management: Management,
    /// Who shall set the passwords once a pending change of it completes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_management: Option<Management>,
    /// What it carries for its host.
    pub attributes: Attributes,
    /// What was mailed out to be confirmed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub confirmations: BTreeMap<Purpose, Confirmations>,
    /// Codes of the set confirmation that hand over what their sign-up carried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<CarriedCode>,
    /// The levels of the quotas of its code mails, for each purpose, recipient
    /// ([`Keyring::throttle_tag`](super::Keyring::throttle_tag)) and side that asked. At most
    /// [`THROTTLES_MOST`](Self::THROTTLES_MOST).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "throttles::form")]
    pub throttles: BTreeMap<(Purpose, QuotaTag, Side), Timestamp>,
    /// Of each kind of notice, one that waits since too many of them went out, and that later ones join.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub joined: BTreeMap<NoticeKind, JoinedNotice>,
    /// What may be done with it.
    pub standing: Standing,
    /// An old address was taken back while no mail could go there: whoever did is mailed a link to choose a password once
    /// the account is reinstated or reopened.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub owes_set_link: bool,
    /// When an account is removed that a stranger signed up and nobody has proven; `None` for any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purge_at: Option<Timestamp>,
    /// The day of the last log-in, where the host asks that it be kept; `None` where none was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_log_in: Option<Day>,
    /// When the account was created.
    pub created_at: Timestamp,
    /// When the account was last written.
    pub changed_at: Timestamp,
}

impl Account {
    /// The facts of the account.
    ///
    /// # Errors
    /// [`Refusal::NoSuchAccount`] once it is erased.
    pub fn facts(&self) -> Result<&Facts, Refusal> {
        match &self.life {
            Life::Live(facts) => Ok(facts),
            Life::Erased { .. } => Err(Refusal::NoSuchAccount),
        }
    }

    /// What the facts of the account amount to.
    ///
    /// # Errors
    /// [`Refusal::NoSuchAccount`] once it is erased.
    pub fn status(&self) -> Result<Status, Refusal> {
        Ok(self.facts()?.status())
    }

    /// When it was erased, if it was a sign-up that nobody proved: its row and its events go with the next trims.
    #[must_use]
    pub fn purged_at(&self) -> Option<Timestamp> {
        match self.life {
            Life::Erased { at, purged: true } => Some(at),
            Life::Erased { .. } | Life::Live(_) => None,
        }
    }

    /// The standing of the account, without particulars.
    #[must_use]
    pub fn standing(&self) -> StandingKind {
        match &self.life {
            Life::Live(facts) => facts.standing.kind(),
            Life::Erased { .. } => StandingKind::Erased,
        }
    }

    /// The keys that no other account of the realm may have: its own, then those kept for it.
    #[must_use]
    pub fn keys(&self) -> AccountKeys<'_> {
        match &self.life {
            Life::Live(facts) => {
                let kept =
                    facts.former.iter().filter(|former| former.reserved).map(|former| &former.mailbox.key);
                // An address that came back is the account's own, and needs no reservation; one that came and went
                // twice needs one.
                let mut reserved: Vec<_> = kept.filter(|key| **key != facts.mailbox.key).collect();
                reserved.sort_unstable();
                reserved.dedup();
                AccountKeys { own: Some(&facts.mailbox.key), reserved }
            }
            Life::Erased { .. } => AccountKeys { own: None, reserved: Vec::new() },
        }
    }

    /// The records of its addresses: current, pending and former.
    #[must_use]
    pub fn tags(&self) -> Vec<AddressTag> {
        let Life::Live(facts) = &self.life else {
            return Vec::new();
        };
        let mut tags: Vec<_> = facts.mailboxes().map(|mailbox| mailbox.tag).collect();
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    /// When time alone will have changed its facts, or something is to be done for it.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let Life::Live(facts) = &self.life else {
            return None;
        };
        let pending = facts.pending.iter().map(|pending| pending.until.min(facts.outdated_at()));
        let former = facts.former.iter().map(|former| former.until);
        pending.chain(former).chain(facts.ends_at()).chain(facts.warns_at()).min()
    }

    /// Whether that hash of its own, current or remembered, was made of the octets as another system took them.
    #[must_use]
    pub fn is_of_raw_input(&self, hash: &Sealed) -> bool {
        let Life::Live(facts) = &self.life else {
            return false;
        };
        let current = facts.password.iter().map(|password| (&password.hash, password.raw_input));
        let previous = facts.previous.iter().map(|former| (&former.hash, former.raw_input));
        current.chain(previous).any(|(known, raw)| raw && known == hash)
    }

    /// The name of the IP filter group that the account may be used from; `None`: from anywhere.
    #[must_use]
    pub fn ip_filter_group(&self) -> Option<&IpFilterGroupName> {
        self.facts().ok().and_then(|facts| facts.attributes.ip_filter_group.as_ref())
    }

    /// Whether the account may be used from this origin, given its IP filter group. A group that is absent or empty
    /// lets in nobody.
    #[must_use]
    pub fn admits(&self, from: Origin, group: Option<&IpFilterGroup>) -> bool {
        self.ip_filter_group().is_none() || group.is_some_and(|group| group.admits(from))
    }

    /// Does everything that time alone does: drops what has ended, mends stamps from an impossible future.
    ///
    /// The events say what of it others can notice; where there are none, nothing needs to be written.
    #[must_use]
    pub fn as_of(&self, now: Timestamp, quota: Quota) -> (Self, Vec<EventKind>) {
        let mut next = self.clone();
        let mut events = Vec::new();
        if let Life::Live(facts) = &mut next.life {
            facts.pass_time(now, quota, &mut events);
        }
        (next, events)
    }

    /// The keys that its sealed hashes rest on, of the current password and of those before.
    #[must_use]
    pub fn seals(&self) -> BTreeSet<&KeyId> {
        let Life::Live(facts) = &self.life else {
            return BTreeSet::new();
        };
        let current = facts.password.iter().map(|password| &password.hash);
        let previous = facts.previous.iter().map(|former| &former.hash);
        current.chain(previous).map(Sealed::key).collect()
    }

    /// The account as a restored backup has it.
    ///
    /// After the backup was taken its sessions may have been ended, each time by the next epoch; what those epochs were
    /// is lost with the rest. So this one lies beyond any that it can have come to.
    #[must_use]
    pub fn restored(self) -> Self {
        const AHEAD: u64 = 1 << 32;
        Self { epoch: Epoch::new(self.epoch.as_u64().saturating_add(AHEAD)), ..self }
    }
}

/// The keys that an account holds against all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountKeys<'a> {
    /// The key by which the account is found; `None` once it is erased.
    pub own: Option<&'a EmailKey>,
    /// The keys that are kept for the account, by which it is not found.
    pub reserved: Vec<&'a EmailKey>,
}

impl<'a> AccountKeys<'a> {
    /// All of them, the account's own first.
    pub fn all(self) -> impl Iterator<Item = &'a EmailKey> {
        self.own.into_iter().chain(self.reserved)
    }
}
