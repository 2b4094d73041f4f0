//! Taking up due mails: what a courier asks for, and what it gets.

use std::collections::BTreeSet;

use super::{Dossier, Limit, Stored, Who};
use crate::domain::{CommitId, DomainTag, Mail, Realm, Timestamp};

/// A courier takes up what is due, and asks when more will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The claim's own id, which stamps what is claimed as a commit's id does. It is never offered twice.
    pub id: CommitId,
    /// The realm whose mails are claimed.
    pub realm: Realm,
    /// The present: mails due by then are taken.
    pub now: Timestamp,
    /// The end of the lease: until then the claimed mails are this courier's.
    pub until: Timestamp,
    /// A due time beyond this (the clock jumped back) counts as due.
    pub horizon: Timestamp,
    /// The most mails to take; none takes no mail, and only asks when something is due.
    pub limit: Option<Limit>,
    /// Mails to these domains are passed over: the courier has as many of theirs under way as it wants.
    pub pass_over: BTreeSet<DomainTag>,
}

/// What a claim brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The mails that are this courier's now, those due first before others.
    pub mails: Vec<Claimed>,
    /// When the realm's next mail or account is due, as the claim left them; none if there is none. It disregards mails to
    /// domains that were passed over, and is in the past where more is due than the limit let through.
    pub next_due: Option<Timestamp>,
}

/// A claimed mail, with the facts of the account that it goes to.
///
/// An intent's dossier is empty: the store can't see through the seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The mail, as the claim left it.
    pub mail: Stored<Mail>,
    /// The facts of the account that the mail goes to, not older than the claim.
    pub dossier: Dossier,
}

/// How many of a realm's mails wait, and how many were given up. It counts strangers' sealed requests too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Mails that are not given up, those that a courier has among them.
    pub waiting: u64,
    /// When the first of these is, or was, due; none where none waits.
    pub due: Option<Timestamp>,
    /// Mails that were given up, and are kept to be looked at.
    pub dead: u64,
}

impl Claimed {
    /// Tells whose facts come with a mail.
    #[must_use]
    pub fn who(mail: &Mail) -> Who {
        mail.account().map_or_else(Who::nobody, Who::id)
    }
}
