//! Due mails, given to couriers.

use accountable_core::{
    domain::{DomainTag, Mail, MailId, Timestamp},
    port::{Claim, Claimed, Claims, Limit, StoreError, Stored, records::dossier},
};

use crate::{
    Rows,
    batch::{Batch, named},
    layout::{Kind, behind, life, scan, tail, time, time_before},
    reads::Records,
    record,
};

impl Batch<'_> {
    /// Takes up due mails, oldest first and those beyond the horizon last; and tells what is due next.
    pub(crate) fn claim(&mut self, claim: &Claim) -> Result<Claims, StoreError> {
        let limit = claim.limit.map_or(0, Limit::as_usize);
        let due = due(self, claim)?.chain(beyond(self, claim)?).take(limit).collect::<Result<Vec<_>, _>>()?;
        let mut mails = Vec::new();
        for (_, id) in due {
            let mail = named::<Mail>(self, &record::mail(id))?.value.claimed(claim.until);
            self.write(&mail, claim.id)?;
            let dossier = dossier(&Records(self), life(self)?, &Claimed::who(&mail))?;
            mails.push(Claimed { mail: Stored { value: mail, stamp: claim.id }, dossier });
        }
        Ok(Claims { mails, next_due: next_due(self, claim)? })
    }
}

/// When the realm's next mail or account is due.
pub(crate) fn next_due(rows: &dyn Rows, claim: &Claim) -> Result<Option<Timestamp>, StoreError> {
    let prefix = Kind::DueMail.of(&claim.realm, &[]);
    let mail = queued(rows, claim, &prefix, &behind(&prefix))?.next().transpose()?.map(|(due, _)| due);
    // What is due beyond the horizon is due now.
    let beyond = beyond(rows, claim)?.next().transpose()?.map(|_| claim.now);
    let account = scan(rows, &Kind::DueAccount.of(&claim.realm, &[]), None)?.next().transpose()?;
    let account = account.map(|(entry, _)| time_before::<16>(&entry)).transpose()?;
    Ok(mail.into_iter().chain(beyond).chain(account).min())
}

type Queued<'a> = Box<dyn Iterator<Item = Result<(Timestamp, MailId), StoreError>> + 'a>;

fn due<'a>(rows: &'a dyn Rows, claim: &'a Claim) -> Result<Queued<'a>, StoreError> {
    let upto = behind(&Kind::DueMail.of(&claim.realm, &[&time(claim.now)]));
    queued(rows, claim, &Kind::DueMail.of(&claim.realm, &[]), &upto)
}

fn beyond<'a>(rows: &'a dyn Rows, claim: &'a Claim) -> Result<Queued<'a>, StoreError> {
    let horizon = claim.horizon.max(claim.now);
    let from = behind(&Kind::DueMail.of(&claim.realm, &[&time(horizon)]));
    queued(rows, claim, &from, &behind(&Kind::DueMail.of(&claim.realm, &[])))
}

/// Mails of the queue, but those that are passed over.
fn queued<'a>(
    rows: &'a dyn Rows,
    claim: &'a Claim,
    from: &[u8],
    before: &[u8],
) -> Result<Queued<'a>, StoreError> {
    let is_passed_over = |domain: &[u8]| {
        let tag = domain.try_into().map(DomainTag::from_bytes);
        tag.is_ok_and(|tag| claim.pass_over.contains(&tag))
    };
    let entries = rows.range(from, before)?;
    let taken =
        entries.filter(move |entry| entry.as_ref().map_or(true, |(_, domain)| !is_passed_over(domain)));
    Ok(Box::new(taken.map(|entry| {
        let (entry, _) = entry?;
        Ok((time_before::<16>(&entry)?, MailId::from_bytes(tail(&entry)?)))
    })))
}
