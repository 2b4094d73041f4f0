//! Claims: a courier takes up due mails, each for itself, and hears when more will be due.

use std::ops::ControlFlow;

use accountable_core::{
    domain::{DomainTag, Incarnation, Mail, MailId, Timestamp},
    port::{Claim, Claimed, Claims, Stored, records},
};
use rusqlite::params;

use crate::{
    db::Db,
    error::{Cause, Stopped},
    facts::Facts,
    row,
    sql::Sql,
    write,
    writing::QueuePlace,
};

/// The most mails that one stretch of a search passes over: others wait for the writer meanwhile.
const PASSED_OVER: u32 = 10_000;

const DUE: Sql = Sql::new(
    "mails in the order of their due times",
    "SELECT id, domain, due FROM accountable_mail
     WHERE realm = ?1 AND due IS NOT NULL AND (due, id) > (?2, ?3)
     ORDER BY due, id",
);
const MAIL: Sql = Sql::new("a due mail", "SELECT stamp, record FROM accountable_mail WHERE id = ?1");
const ACCOUNT_DUE: Sql = Sql::new(
    "next due account",
    "SELECT min(due) FROM accountable_account WHERE realm = ?1 AND due IS NOT NULL",
);

/// Takes up what is due within an open write transaction: the oldest first, then what can't be due so late. Without a
/// limit it writes nothing.
pub(crate) fn claim(on: &Db<'_>, (claim, life): &(Claim, Incarnation)) -> Result<Claims, Stopped> {
    let mut search =
        Search { claim, left: claim.limit.map_or(0, |limit| limit.as_usize()), taken: Vec::new() };
    let by_now = search.by_now(on)?;
    // What is due beyond the horizon is due now, and so is what of it remains.
    let beyond = search.stretch(on, &QueuePlace::behind(claim.horizon.max(claim.now)), |_| true)?;
    let beyond = beyond.next_due().map(|due| due.min(claim.now));
    let mails =
        search.taken.iter().map(|id| take(on, claim, *life, *id)).collect::<Result<Vec<_>, Cause>>()?;
    let again = mails.iter().filter_map(|claimed| claimed.mail.value.due()).min();
    let accounts = ACCOUNT_DUE.first(on, [claim.realm.as_str()], |row| row::maybe_time(row, 0))?.flatten();
    let next_due = [by_now, beyond, again, accounts].into_iter().flatten().min();
    Ok(Claims { mails, next_due })
}

impl QueuePlace {
    /// Before all.
    const START: Self = Self(Timestamp::MIN, Vec::new());

    /// Behind all that are due then: no id is so long.
    fn behind(due: Timestamp) -> Self {
        Self(due, vec![u8::MAX; 17])
    }
}

/// Where a stretch of a search ended.
enum End {
    /// At the end of the queue.
    Queue,
    /// At a mail that it leaves, which is due then.
    Left(Timestamp),
    /// At the last mail of as many as may be passed over.
    PassedOver(QueuePlace),
}

impl End {
    /// The earliest time at which what was not looked at, or left, can be due.
    fn next_due(&self) -> Option<Timestamp> {
        match self {
            Self::Queue => None,
            Self::Left(due) | Self::PassedOver(QueuePlace(due, _)) => Some(*due),
        }
    }

    /// Where it ended among mails that are due by now, if it passed over too many.
    fn passed_over_by(&self, now: Timestamp) -> Option<&QueuePlace> {
        match self {
            Self::PassedOver(place) if place.0 <= now => Some(place),
            _ => None,
        }
    }
}

struct Search<'c> {
    claim: &'c Claim,
    left: usize,
    taken: Vec<MailId>,
}

impl Search<'_> {
    /// Takes those that are due by now. Behind as many as may be passed over it goes on where the last claim had to end,
    /// so that each mail is looked at some time.
    fn by_now(&mut self, on: &Db<'_>) -> Result<Option<Timestamp>, Cause> {
        let now = self.claim.now;
        let first = self.stretch(on, &QueuePlace::START, |due| due <= now)?;
        let mut places = on.writing.passed_over_to.borrow_mut();
        let before = places.remove(&self.claim.realm);
        if let Some(place) = first.passed_over_by(now) {
            let second = self.stretch(on, place.max(before.as_ref().unwrap_or(place)), |due| due <= now)?;
            if let Some(place) = second.passed_over_by(now) {
                places.insert(self.claim.realm.clone(), place.clone());
            }
        }
        Ok(first.next_due())
    }

    /// Takes those from behind a place on that are due, as far as the limit lets it.
    fn stretch(
        &mut self,
        on: &Db<'_>,
        after: &QueuePlace,
        is_due: impl Fn(Timestamp) -> bool,
    ) -> Result<End, Cause> {
        let (mut end, mut passed_over) = (End::Queue, 0_u32);
        DUE.each(on, params![self.claim.realm.as_str(), after.0.as_micros(), after.1], |row| {
            let domain = row::column::<Option<[u8; 32]>>(row, 1)?.map(DomainTag::from_bytes);
            let (due, id) = (row::time(row, 2)?, MailId::from_bytes(row::column(row, 0)?));
            if domain.is_some_and(|domain| self.claim.pass_over.contains(&domain)) {
                passed_over = passed_over.saturating_add(1);
                if passed_over < PASSED_OVER {
                    return Ok(ControlFlow::Continue(()));
                }
                end = End::PassedOver(QueuePlace(due, id.as_bytes().to_vec()));
                return Ok(ControlFlow::Break(()));
            }
            if self.left == 0 || !is_due(due) {
                end = End::Left(due);
                return Ok(ControlFlow::Break(()));
            }
            self.left = self.left.saturating_sub(1);
            self.taken.push(id);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(end)
    }
}

fn take(on: &Db<'_>, claim: &Claim, life: Incarnation, id: MailId) -> Result<Claimed, Cause> {
    let found = MAIL.first(on, [id.as_bytes()], row::stored::<Mail>)?;
    let Stored { value: mail, .. } = found.ok_or(Cause::Unreadable { what: "a due mail" })?;
    let mail = mail.claimed(claim.until);
    write::claim_mail(on, claim.id, &mail)?;
    let dossier = records::dossier(&Facts { on }, life, &Claimed::who(&mail))?;
    Ok(Claimed { mail: Stored { value: mail, stamp: claim.id }, dossier })
}
