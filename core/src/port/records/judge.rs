//! The judgement of a commit: whether it was applied before, and if not, whether it may be applied now.

use std::collections::BTreeMap;

use super::{Level, RaisedLevel, keys};
use crate::{
    domain::{AccountId, CommitId, EmailKey, QuotaTag, Realm, Timestamp},
    port::{Commit, CommitError, Key, Reservation, Swap, Write},
};

/// What must be looked up before a commit can be judged; it follows from the commit alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs<'c> {
    /// The records whose stamps are needed, in the order of their keys.
    pub records: Vec<Key>,
    /// The keys whose holders are needed: all that the account is to have, as its own or reserved.
    pub keys: Vec<(&'c Realm, &'c EmailKey)>,
    /// The levels that are needed, in the order of their tags.
    pub levels: Vec<QuotaTag>,
    /// The commit of whose events the journal may hold some; none where it has no events.
    pub journaled: Option<CommitId>,
}

/// What is there of all that a commit [needs], in the snapshot that the commit would change. What does not exist is
/// absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Present {
    /// The stamp of each record: the commit that wrote it.
    pub stamps: BTreeMap<Key, CommitId>,
    /// The account that holds each key. A commit has one account at most, so all keys are of its realm.
    pub holders: BTreeMap<EmailKey, AccountId>,
    /// Where each level stands.
    pub levels: BTreeMap<QuotaTag, Timestamp>,
    /// Whether the journal holds any event of the commit.
    pub journaled: bool,
}

/// What becomes of a commit, once it is judged by what is present.
#[derive(Debug)]
#[must_use = "a commit that fits is yet to be written"]
pub enum Judged {
    /// The commit was applied before: nothing is to be written, and the answer is Ok once what is there is durable
    /// (clause 11).
    Repeated,
    /// The commit applies. To be written at one instant: the `after` of each swap under the commit's id, the events,
    /// and these levels.
    Fits(Vec<RaisedLevel>),
    /// The commit does not apply, and this is the answer.
    Refused(CommitError),
}

/// Tells what must be looked up before a commit can be judged.
#[must_use]
pub fn needs(commit: &Commit) -> Needs<'_> {
    let mut needs = Needs {
        records: Vec::new(),
        keys: Vec::new(),
        levels: Vec::new(),
        journaled: (!commit.events().is_empty()).then(|| commit.id()),
    };
    for write in commit.writes() {
        match write {
            Write::Reserve(asked) => needs.levels.push(asked.of),
            _ => needs.records.extend(write.key()),
        }
        if let Write::Account(Swap { after: Some(after), .. }) = write {
            needs.keys.extend(keys(after).map(|held| (&after.realm, held.key)));
        }
    }
    needs
}

/// Judges a commit by what is present: clauses 2, 5, 6, 7 and 11 of the [store's contract](crate::port::Store).
pub fn judge(commit: &Commit, present: &Present) -> Judged {
    if present.journaled || present.stamps.values().any(|stamp| *stamp == commit.id()) {
        return Judged::Repeated;
    }
    let (mut raised, mut spent) = (Vec::new(), Vec::new());
    for write in commit.writes() {
        if let Write::Reserve(asked) = write {
            match reserve(present.levels.get(&asked.of).copied(), asked) {
                Ok(level) => raised.push(RaisedLevel { of: asked.of, level }),
                Err(level) => spent.push((asked.of, level)),
            }
        } else if let Some(refusal) = refusal(write, present) {
            return Judged::Refused(refusal);
        }
    }
    // Reservations come last in key order, so that nothing else is left to be refused.
    if spent.is_empty() { Judged::Fits(raised) } else { Judged::Refused(CommitError::Exhausted(spent)) }
}

/// Why a swap can't be made: first the record's stamp, then its keys.
fn refusal(write: &Write, present: &Present) -> Option<CommitError> {
    let key = write.key()?;
    let before = match write {
        Write::Account(swap) => stamp(swap),
        Write::Address(swap) => stamp(swap),
        Write::Mail(swap) => stamp(swap),
        Write::IpFilterGroup(swap) => stamp(swap),
        Write::Note(swap) => stamp(swap),
        Write::Reserve(_) => return None,
    };
    // Only the stamp tells, so that a successor never passes for the record that was read (clause 3).
    if present.stamps.get(&key).copied() != before {
        return Some(CommitError::Conflict(key));
    }
    let Write::Account(Swap { after: Some(after), .. }) = write else { return None };
    let is_taken = |key: &EmailKey| present.holders.get(key).is_some_and(|holder| *holder != after.id);
    keys(after).any(|held| is_taken(held.key)).then_some(CommitError::EmailTaken { of: after.id })
}

fn stamp<T>(swap: &Swap<T>) -> Option<CommitId> {
    swap.before.as_ref().map(|before| before.stamp)
}

/// The level that a reservation leaves, or as an error the one that refuses it.
fn reserve(present: Option<Timestamp>, asked: &Reservation) -> Result<Level, Timestamp> {
    let stands = present.map_or(asked.floor, |level| level.max(asked.floor));
    if stands > asked.ceiling {
        return Err(stands);
    }
    let raised = (stands + asked.step).min(asked.floor + asked.horizon);
    // Never lowered: an offer that comes late must not give back what others have used up since.
    let at = present.map_or(raised, |level| level.max(raised));
    Ok(Level { at, horizon: asked.horizon })
}
