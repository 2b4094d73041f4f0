//! What is listed, and pages of it.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::domain::{
    AccountId, Day, IpFilterGroupName, KeyId, MailId, Realm, StandingKind, Status, Timestamp,
};

/// One page of what a query found, and how to ask for the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, Q> {
    /// What was found, in the order of the query.
    pub items: Vec<T>,
    /// The query for what comes after; none at the end. A page may be short, or empty, before that (clause 37).
    pub next: Option<Q>,
}

/// Which accounts are listed, in which order, and after which one.
#[derive(Clone, PartialEq, Eq)]
pub enum AccountQuery {
    /// Accounts in the order of their ids, which is that of their creation.
    ById {
        /// The realm whose records are listed.
        realm: Realm,
        /// The last account of the page before; none for the first page.
        after: Option<AccountId>,
        /// What the accounts must match.
        filter: AccountFilter,
    },
    /// Accounts whose own key begins with a text (see `EmailKey::prefix`), in the order of the keys. Erased ones have
    /// none.
    ByEmail {
        /// The realm whose records are listed.
        realm: Realm,
        /// The beginning of the key.
        prefix: String,
        /// The last key of the page before; none for the first page.
        after: Option<String>,
    },
    /// Accounts that are due, in the order of their due times and ids.
    Overdue {
        /// The realm whose records are listed.
        realm: Realm,
        /// The present: accounts due by then are listed.
        now: Timestamp,
        /// The due time and id of the last account of the page before; none for the first page.
        after: Option<(Timestamp, AccountId)>,
    },
}

impl AccountQuery {
    /// Turns the query to this realm.
    #[must_use]
    pub fn in_realm(mut self, ours: Realm) -> Self {
        let (Self::ById { realm, .. } | Self::ByEmail { realm, .. } | Self::Overdue { realm, .. }) =
            &mut self;
        *realm = ours;
        self
    }
}

/// What somebody looks for may be a whole address: not for logs.
impl fmt::Debug for AccountQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ById { realm, after, filter } => f
                .debug_struct("ById")
                .field("realm", realm)
                .field("after", after)
                .field("filter", filter)
                .finish(),
            Self::ByEmail { realm, .. } => {
                f.debug_struct("ByEmail").field("realm", realm).finish_non_exhaustive()
            }
            Self::Overdue { realm, now, after } => f
                .debug_struct("Overdue")
                .field("realm", realm)
                .field("now", now)
                .field("after", after)
                .finish(),
        }
    }
}

/// What accounts are listed by. A field that is none, or empty, lets every account through.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountFilter {
    /// Only accounts of this status.
    pub status: Option<Status>,
    /// Only accounts of one of these standings; of any at all where the set is empty.
    pub standings: BTreeSet<StandingKind>,
    /// Only accounts that name this group of networks.
    pub ip_filter_group: Option<IpFilterGroupName>,
    /// Only accounts with a sealed hash, of the current password or of one before, that rests on this key (see
    /// [`Account::seals`](crate::domain::Account::seals)): what is left to be sealed anew before the key can go.
    pub sealed_under: Option<KeyId>,
    /// Only accounts of which no log-in was noted on this day or later, those without any note among them; an erased one is
    /// none of them. Log-ins are noted where the host asks for it
    /// ([`Builder::log_ins_noted`](crate::Builder::log_ins_noted)).
    pub not_logged_in_since: Option<Day>,
}

/// Which mails are listed, in the order of their ids, and after which one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailQuery {
    /// The mail with this id only.
    One(MailId),
    /// The mails that go to one account.
    OfAccount {
        /// The account that the mails go to.
        account: AccountId,
        /// The last mail of the page before; none for the first page.
        after: Option<MailId>,
    },
    /// All mails of a realm, strangers' sealed requests included.
    All {
        /// The realm whose records are listed.
        realm: Realm,
        /// The last mail of the page before; none for the first page.
        after: Option<MailId>,
    },
    /// The mails of a realm that were given up.
    Dead {
        /// The realm whose records are listed.
        realm: Realm,
        /// The last mail of the page before; none for the first page.
        after: Option<MailId>,
    },
}

/// The most items that one call asks for: between 1 and 1,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    /// The largest limit: 1,000 items.
    pub const MAX: Self = Self(1_000);

    /// A limit of `count` items, brought to between one and [`Limit::MAX`].
    #[must_use]
    pub const fn of(count: u32) -> Self {
        match count {
            0 => Self(1),
            _ if count > Self::MAX.0 => Self::MAX,
            _ => Self(count),
        }
    }
    /// The limit as a number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
    /// The limit as a length.
    #[must_use]
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}
