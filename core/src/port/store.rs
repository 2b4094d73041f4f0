//! Storage: records under stamps, changed in atomic, conditional batches, with an outbox and a journal.

use async_trait::async_trait;

use super::{
    AccountQuery, Backlog, Claim, Claims, Commit, Cursor, Dossier, Feed, FeedError, Key, Limit, MailQuery,
    Page, Scope, Stored, Trim, Who,
};
use crate::domain::{
    Account, AccountId, Address, AddressTag, IpFilterGroup, IpFilterGroupName, Mail, QuotaTag, Realm,
    Timestamp,
};

/// What lies beneath an error: an adapter's own, without any stored value in its text.
pub type Source = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Keeps accounts, addresses, mails, groups, levels and the journal.
///
/// A decision loads a [`Dossier`], and commits swaps of exactly what it rests on; so there is no write skew even where
/// transactions see no more than what is committed. What all stores do alike is in [`records`](super::records), and the
/// crate `accountable-keyed`, whose front page shows how to write a store, makes one of anything that keeps sorted rows.
///
/// # Contract
/// Commit
/// 1. All writes and events of a commit become visible at one instant, or none does.
/// 2. A swap applies only if the stored stamp, or absence, equals its `before`.
/// 3. A stamp of a removed record never matches its successor.
/// 4. A written record bears the commit's id and reads back exactly, extreme values included.
/// 5. The first failing write in key order decides the error; on an account, Conflict precedes EmailTaken. Reservations
///    come last, and Exhausted names all of them that refuse.
/// 6. No two accounts of a realm hold one key (reserved ones included) under any race; a released key is free in the
///    same instant. An e-mail finds no account by a key that is only reserved for it.
/// 7. Racing reservations admit what some serial order would; a failed commit reserves nothing. A level is raised to
///    `min(max(level, floor) + step, floor + horizon)`, and never lowered.
/// 8. Reservations alone never conflict.
/// 9. A read begun after any definite answer sees the state that caused it, from any instance or process.
/// 10. Ok is durable: it survives kill, power loss and the failover that the adapter declares.
/// 11. Offered again while *any* of its records bears its stamp or the journal holds *any* of its events (looked for
///     before any guard): Ok, durable, nothing written.
/// 12. Once a repeated offer has answered Ok or Conflict, the first can never apply later: an offer that was handed to a
///     thread or a connection is finished or dead before its repeat is judged. (Commits that only reserve or only remove
///     are exempt from 11 and 12: they may count twice, never too little; a repeat may say Conflict.)
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
/// 21. Pages are in bytewise key order; a record present and matching throughout appears exactly once. A count is how many
///     match, or `at_most` where those are more.
///
/// Outbox
/// 22. `claim` takes due mails of the realm, oldest first, at most `limit`, each to one claimant, none to a domain that is
///     passed over; a due time beyond `horizon` is due.
/// 23. A claimed mail bears the claim's id, one more attempt, and is claimable again at `until`, not before (horizon
///     excepted).
/// 24. A settlement with a superseded claim conflicts.
/// 25. A claim's dossier is not older than the claim.
/// 26. `Claims::next_due` is never later than the realm's earliest due mail or account after the claim, mails passed over
///     excepted; a claim without a limit takes nothing and tells it all the same.
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
/// 35. The octets of an erased account's addresses, note and hashes are gone from what the store keeps, or the adapter
///     declares from when on.
///
/// Being called
/// 36. On the thread that polls, a store waits neither for a disk's sync nor for a lock that is held across one: `commit`,
///     `claim` and `trim` go to a thread of its own or are awaited. Other work there is bounded by `limit`; `count` and
///     `backlog` are excepted.
/// 37. A page may be short or empty while `next` is some; only `next: None` is the end. Nobody may ask with a limit of one
///     and trust emptiness.
/// 38. The journal's order, not `at`, orders what is read of it. `trim` removes a realm's events from the oldest place on
///     and stops at the first that must stay: one watermark a realm. Besides, anywhere and moving no watermark, it removes
///     events older than `strays_before` that name no account, or one without a row, or a purged sign-up; clauses 27 to 30
///     do not speak of those.
/// 39. `claim` and `trim` of unknown outcome answer Unavailable. What was claimed returns at `until` with one attempt
///     counted, and a claim's id is never offered again.
/// 40. On a store whose file was removed or replaced a commit answers Broken at once, and a read within a second. A full
///     disk or a failing one is Broken with its cause, at once.
///
/// Being watched
/// 41. `backlog` counts what `mails` lists, of one instant: all of the realm but those given up, with the earliest due time
///     of these, and those given up.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Loads what a decision rests on, in one snapshot (clauses 19 and 20). What does not exist is absent.
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError>;
    /// Applies a batch, or says why not (clauses 1 to 18).
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError>;
    /// Takes up due mails, and tells when more will be due (clauses 22 to 26).
    async fn claim(&self, claim: &Claim) -> Result<Claims, StoreError>;
    /// Lists accounts that match, a page at a time (clauses 21 and 37).
    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError>;
    /// Lists the ids of accounts that match, a page at a time, for a caller that needs nothing else of them.
    async fn account_ids(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<AccountId, AccountQuery>, StoreError>;
    /// Counts the accounts that match, wherever the query would start, and no further than `at_most` (clause 21): who asks
    /// whether there are so many already need not wait for all.
    async fn count(&self, query: &AccountQuery, at_most: u64) -> Result<u64, StoreError>;
    /// Lists mails that match, a page at a time.
    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError>;
    /// Counts the mails of a realm, and tells when the first is due (clause 41).
    async fn backlog(&self, realm: &Realm) -> Result<Backlog, StoreError>;
    /// Lists the records of addresses that are suppressed in the realm, in the order of their tags.
    async fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError>;
    /// Lists the realm's groups of networks, in the order of their names.
    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError>;
    /// Reads the events of a scope after a cursor, or from the oldest retained one without (clauses 27 to 30). The feed
    /// passes over events that were removed as strays.
    async fn events(&self, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> Result<Feed, FeedError>;
    /// Removes what nobody needs any more, one bounded step (clauses 31 and 38). True: more remains.
    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError>;
}

/// Why a store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store can't answer for now; it may pass by itself.
    #[error("the store is unavailable")]
    Unavailable(#[source] Source),
    /// The store can't answer until a person mends it: it is full, damaged, gone, or of a foreign or newer schema.
    #[error("the store is broken")]
    Broken(#[source] Source),
}

/// Why a commit was not applied, or that nobody knows whether it was.
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
    /// Quotas are spent: every one that refuses, in the order of their tags, with the level where it stands.
    #[error("a quota is spent")]
    Exhausted(Vec<(QuotaTag, Timestamp)>),
    /// The host's own part of the commit said no.
    #[error("vetoed by the host")]
    Vetoed {
        /// The host's own code for why.
        code: String,
    },
    /// The commit may have been applied, now or later: offer it again under its own id.
    #[error("it is unknown whether the commit was applied")]
    Unknown(#[source] Source),
    /// The store could not answer. The commit was not applied, and never will be.
    #[error(transparent)]
    Store(#[from] StoreError),
}
