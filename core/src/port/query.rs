//! What is listed, and pages of it.

use std::{collections::BTreeSet, fmt};

use crate::domain::{AccountId, IpFilterGroupName, KeyId, MailId, Realm, StandingKind, Status, Timestamp};

/// Some matches, and how to ask for more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, Q> {
    /// The matches.
    pub items: Vec<T>,
    /// Asks for those after them; none at the end.
    pub next: Option<Q>,
}

/// Which accounts, and after which one.
#[derive(Clone, PartialEq, Eq)]
pub enum AccountQuery {
    /// By name, which is by time of creation.
    ById {
        /// The tenant.
        realm: Realm,
        /// Those after this one.
        after: Option<AccountId>,
        /// Those that match.
        filter: AccountFilter,
    },
    /// Whose own key begins so (see `EmailKey::prefix`), by key. Erased ones have none.
    ByEmail {
        /// The tenant.
        realm: Realm,
        /// What the key begins with.
        prefix: String,
        /// Those after this key.
        after: Option<String>,
    },
    /// Due by now, by due time and name.
    Overdue {
        /// The tenant.
        realm: Realm,
        /// Due by then.
        now: Timestamp,
        /// Those after this one.
        after: Option<(Timestamp, AccountId)>,
    },
}

impl AccountQuery {
    /// The same in this tenant.
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

/// What accounts are listed by. What is none does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountFilter {
    /// Of this status.
    pub status: Option<Status>,
    /// Of any of these standings; of any at all where the set is empty.
    pub standings: BTreeSet<StandingKind>,
    /// That name this group of networks.
    pub ip_filter_group: Option<IpFilterGroupName>,
    /// With a sealed hash, of the current password or of one before, that rests on this key (see
    /// [`Account::seals`](crate::domain::Account::seals)): what is left to be sealed anew before the key can go.
    pub sealed_under: Option<KeyId>,
}

/// Which mails, by name, and after which one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailQuery {
    /// This one.
    One(MailId),
    /// Those that go to an account.
    OfAccount {
        /// The account.
        account: AccountId,
        /// Those after this one.
        after: Option<MailId>,
    },
    /// The whole outbox, intents included.
    All {
        /// The tenant.
        realm: Realm,
        /// Those after this one.
        after: Option<MailId>,
    },
    /// Those that were given up.
    Dead {
        /// The tenant.
        realm: Realm,
        /// Those after this one.
        after: Option<MailId>,
    },
}

/// At most so many, and at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    /// The most that one call may ask for.
    pub const MAX: Self = Self(1_000);

    /// Between one and [`Limit::MAX`].
    #[must_use]
    pub const fn of(count: u32) -> Self {
        match count {
            0 => Self(1),
            _ if count > Self::MAX.0 => Self::MAX,
            _ => Self(count),
        }
    }
    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
    /// The number as a length.
    #[must_use]
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}
