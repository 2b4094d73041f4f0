//! Claims: a courier takes up due mails, each for itself.

use accountable_core::{
    domain::{Incarnation, Mail},
    port::{Claim, Claimed, Stored},
};
use rusqlite::{Connection, params};

use crate::{
    error::{Cause, Stopped},
    query, row,
    sql::Sql,
    write,
};

const DUE: Sql = Sql::new(
    "due mails",
    "SELECT stamp, record FROM accountable_mail
     WHERE realm = ?1 AND due <= ?2
     ORDER BY due, id LIMIT ?3",
);
const BEYOND: Sql = Sql::new(
    "mails due beyond the horizon",
    "SELECT stamp, record FROM accountable_mail
     WHERE realm = ?1 AND due > ?2
     ORDER BY due, id LIMIT ?3",
);

/// Takes up what is due within an open write transaction: the oldest first, then what can't be due so late.
pub(crate) fn claim(on: &Connection, claim: &Claim, life: Incarnation) -> Result<Vec<Claimed>, Stopped> {
    let realm = claim.realm.as_str();
    let limit = claim.limit.get();
    let mut due = DUE.all(on, params![realm, claim.now.as_micros(), limit], row::stored::<Mail>)?;
    let rest = limit.saturating_sub(u32::try_from(due.len()).unwrap_or(u32::MAX));
    if rest > 0 {
        let horizon = claim.horizon.max(claim.now).as_micros();
        due.extend(BEYOND.all(on, params![realm, horizon, rest], row::stored::<Mail>)?);
    }
    let claimed =
        due.into_iter().map(|mail| take(on, claim, life, mail.value)).collect::<Result<_, Cause>>()?;
    Ok(claimed)
}

fn take(on: &Connection, claim: &Claim, life: Incarnation, mail: Mail) -> Result<Claimed, Cause> {
    let mail = mail.claimed(claim.until);
    write::write_mail(on, claim.id, &mail)?;
    let dossier = query::dossier(on, life, &Claimed::who(&mail))?;
    let mail = Stored { value: mail, stamp: claim.id };
    Ok(Claimed { mail, dossier })
}
