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
};

const DUE: Sql = Sql::new(
    "mails in the order of their due times",
    "SELECT id, domain, due FROM accountable_mail
     WHERE realm = ?1 AND due IS NOT NULL AND due > ?2
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
    let by_now = search.run(on, None, |due| due <= claim.now)?;
    // What is due beyond the horizon is due now, and so is what of it remains.
    let beyond = search.run(on, Some(claim.horizon.max(claim.now)), |_| true)?.map(|due| due.min(claim.now));
    let mails =
        search.taken.iter().map(|id| take(on, claim, *life, *id)).collect::<Result<Vec<_>, Cause>>()?;
    let again = mails.iter().filter_map(|claimed| claimed.mail.value.due()).min();
    let accounts = ACCOUNT_DUE.first(on, [claim.realm.as_str()], |row| row::maybe_time(row, 0))?.flatten();
    let next_due = [by_now, beyond, again, accounts].into_iter().flatten().min();
    Ok(Claims { mails, next_due })
}

struct Search<'c> {
    claim: &'c Claim,
    left: usize,
    taken: Vec<MailId>,
}

impl Search<'_> {
    /// Takes those that are due, as far as the limit lets it; gives the due time of the first that it leaves, mails to
    /// domains that are passed over excepted.
    fn run(
        &mut self,
        on: &Db<'_>,
        after: Option<Timestamp>,
        is_due: impl Fn(Timestamp) -> bool,
    ) -> Result<Option<Timestamp>, Cause> {
        let mut next = None;
        let after = after.map_or(i64::MIN, Timestamp::as_micros);
        DUE.each(on, params![self.claim.realm.as_str(), after], |row| {
            let domain = row::column::<Option<[u8; 32]>>(row, 1)?.map(DomainTag::from_bytes);
            if domain.is_some_and(|domain| self.claim.pass_over.contains(&domain)) {
                return Ok(ControlFlow::Continue(()));
            }
            let due = row::time(row, 2)?;
            let id = MailId::from_bytes(row::column(row, 0)?);
            if self.taken.contains(&id) {
                return Ok(ControlFlow::Continue(()));
            }
            if self.left == 0 || !is_due(due) {
                next = Some(due);
                return Ok(ControlFlow::Break(()));
            }
            self.left = self.left.saturating_sub(1);
            self.taken.push(id);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(next)
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
