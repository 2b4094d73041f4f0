//! A commit as it is handed to the writer: what it writes is in its stored form already.

use accountable_core::port::{Commit, Swap, Write};

use crate::{companion::Companion, error::Cause, row::Form};

/// A commit, what it writes in its form, and the host's part in it.
pub(crate) struct Offer {
    pub(crate) commit: Commit,
    pub(crate) companion: Option<Companion>,
    /// Of the writes' records, in their order; none where there is none.
    pub(crate) records: Vec<Option<Form>>,
    /// Of the events.
    pub(crate) events: Vec<Form>,
}

impl Offer {
    /// Writes down on the caller's thread what the writer would otherwise do for everybody.
    pub(crate) fn of(commit: &Commit, companion: Option<Companion>) -> Result<Self, Cause> {
        let form = |write: &Write| match write {
            Write::Account(Swap { after: Some(record), .. }) => Form::of(record).map(Some),
            Write::Address(Swap { after: Some(record), .. }) => Form::of(record).map(Some),
            Write::Mail(Swap { after: Some(record), .. }) => Form::of(record).map(Some),
            Write::IpFilterGroup(Swap { after: Some(record), .. }) => Form::of(record).map(Some),
            Write::Note(Swap { after: Some(record), .. }) => Form::of(record).map(Some),
            _ => Ok(None),
        };
        Ok(Self {
            records: commit.writes().iter().map(form).collect::<Result<_, _>>()?,
            events: commit.events().iter().map(Form::of).collect::<Result<_, _>>()?,
            commit: commit.clone(),
            companion,
        })
    }
}
