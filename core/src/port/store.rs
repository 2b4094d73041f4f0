//! Storage: records under stamps, changed in atomic, conditional batches, with an outbox and a journal.

use std::{collections::BTreeSet, fmt};

use async_trait::async_trait;

use super::{Claim, Claimed, Commit, Dossier, Key, Limit, Stored, Trim, Who};
use crate::domain::{
    Account, AccountId, Address, AddressTag, Event, IpFilterGroup, IpFilterGroupName, KeyId, Mail, MailId,
    QuotaTag, Realm, StandingKind, Status, Timestamp,
};

/// What lies beneath an error.
pub type Source = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Keeps accounts, addresses, mails, groups, levels and the journal.
///
/// A decision loads a [`Dossier`], and commits swaps of exactly what it rests on; so there is no write skew even
/// where transactions see no more than what is committed. The memory store is short enough to be read as the
/// example of an implementation.
///
/// # Contract
/// Commit
/// 1. All writes and events of a commit become visible at one instant, or none does.
/// 2. A swap applies only if the stored stamp, or absence, equals its `before`.
/// 3. A stamp of a removed record never matches its successor.
/// 4. A written record bears the commit's id and reads back exactly, extreme values included.
/// 5. The first failing write in key order decides the error; on an account, Conflict precedes EmailTaken.
/// 6. No two accounts of a realm hold one key (reserved ones included) under any race; a released key is free in the
///    same instant.
/// 7. Racing reservations admit what some serial order would; a failed commit reserves nothing.
/// 8. Reservations alone never conflict.
/// 9. A read begun after any definite answer sees the state that caused it, from any instance or process.
/// 10. Ok is durable: it survives kill, power loss and the failover that the adapter declares.
/// 11. Offered again while *any* of its records bears its stamp or the journal holds *any* of its events (looked for
///     before any guard): Ok, durable, nothing written.
/// 12. Once a repeated offer has answered Ok or Conflict, the first can never apply later. (Commits that only reserve
///     or only remove are exempt from 11 and 12: they may count twice, never too little; a repeat may say Conflict.)
/// 13. Every error but Unknown means: *this offer* is not applied, and never will be. On a repeat, every error but
///     Conflict leaves the first unknown: offer it again.
/// 14. A dropped future applied whole or not at all, and leaves no lock and no open transaction.
/// 15. Of n racing swaps of one record exactly one succeeds.
/// 16. Commits with disjoint keys never conflict.
/// 17. The store reads neither clock nor randomness for any answer.
/// 18. The largest legal commit is accepted, and so is an empty one.
///
/// Reads
/// 19. A dossier is one snapshot; absence is None, never an error.
/// 20. Nothing uncommitted is ever seen.
/// 21. Pages are in bytewise key order; a record present and matching throughout appears exactly once.
///
/// Outbox
/// 22. `claim` takes due mails of the realm, oldest first, at most `limit`, each to one claimant; a due time beyond
///     `horizon` is due.
/// 23. A claimed mail bears the claim's id, one more attempt, and is claimable again at `until`, not before (horizon
///     excepted).
/// 24. A settlement with a superseded claim conflicts.
/// 25. A claim's dossier is not older than the claim.
/// 26. `next_due` is never later than the realm's earliest due mail or account.
///
/// Journal
/// 27. A follower gets each event once, also from a commit that began first and ended last.
/// 28. An account's versioned events come in version order, then ordinal.
/// 29. A cursor resumes on another instance; a stalled writer may delay the feed but never makes it skip.
/// 30. A cursor from before the retained journal or of another incarnation answers Trimmed, never silence.
/// 31. `trim` takes bounded steps, keeps live mails, suppressions, locks and unspent levels, and lowers impossible
///     levels.
///
/// Persistence (a store in memory declares these, 9's "process" and 10 as not offered)
/// 32. Reopening loses nothing; a foreign or newer file is refused and left untouched.
/// 33. No error text contains a stored value.
/// 34. A restored store has a new incarnation, every epoch raised by 2^32 (of erased accounts too, see
///     [`Account::restored`]) and a new stamp on each account; all else is as the backup has it.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// What a decision rests on, in one snapshot. What does not exist is absent.
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError>;
    /// Applies a batch, or says why not.
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError>;
    /// Takes up due mails.
    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError>;
    /// When the realm's next mail or account is due; none if there is none.
    async fn next_due(&self, realm: &Realm) -> Result<Option<Timestamp>, StoreError>;
    /// Accounts that match, a page at a time.
    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError>;
    /// How many accounts match, wherever the query would start.
    async fn count(&self, query: &AccountQuery) -> Result<u64, StoreError>;
    /// Mails that match, a page at a time.
    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError>;
    /// Records of addresses that are suppressed in the realm, by tag.
    async fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError>;
    /// The realm's groups of networks, by name.
    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError>;
    /// An account's events, oldest first.
    async fn history(
        &self,
        of: AccountId,
        after: Option<Cursor>,
        limit: Limit,
    ) -> Result<Page<Event, Cursor>, FeedError>;
    /// The realm's events since a cursor; from the oldest retained one without.
    async fn feed(&self, realm: &Realm, after: Option<Cursor>, limit: Limit) -> Result<Feed, FeedError>;
    /// Removes what nobody needs any more. True: more remains.
    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError>;
}

/// Some matches, and how to ask for more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, Q> {
    /// The matches.
    pub items: Vec<T>,
    /// Asks for those after them; none at the end.
    pub next: Option<Q>,
}

/// Events, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The events; none when there is nothing new.
    pub events: Vec<Event>,
    /// Where to go on, whether there were any or not.
    pub cursor: Cursor,
}

/// A place in the journal. Opaque, and ordered for each account only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor(Vec<u8>);

impl Cursor {
    /// Takes what a store gave out.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
    /// For keeping it elsewhere.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
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
    /// [`Account::seals`]): what is left to be sealed anew before the key can go.
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

/// A store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// For now.
    #[error("the store is unavailable")]
    Unavailable(#[source] Source),
    /// Until a person mends it: full, damaged, or of a foreign or newer schema.
    #[error("the store is broken")]
    Broken(#[source] Source),
}

/// A commit was not applied, or nobody knows.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// A record is not what the commit's swap says it was.
    #[error("a record has changed since it was read")]
    Conflict(Key),
    /// Another account holds a key that the commit would give to this one.
    #[error("another account holds this address")]
    EmailTaken {
        /// The account that would have got it.
        of: AccountId,
    },
    /// A quota is spent.
    #[error("a quota is spent")]
    Exhausted {
        /// Whose level.
        of: QuotaTag,
        /// Where it stands.
        level: Timestamp,
    },
    /// The host's own part of the commit said no.
    #[error("vetoed by the host")]
    Vetoed {
        /// The host's code.
        code: String,
    },
    /// It may have been applied, now or later: offer it again.
    #[error("it is unknown whether the commit was applied")]
    Unknown(#[source] Source),
    /// It was not applied, and never will be.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The journal could not answer.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The cursor is from before the retained journal, or of another incarnation: start anew, and reconcile.
    #[error("the journal no longer reaches back so far")]
    Trimmed,
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&crate::domain::Hex(&self.0), f)
    }
}
