//! Due mails, given to couriers.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use accountable_core::{
    domain::{DomainTag, Mail, MailId, Realm, Timestamp},
    port::{Claim, Claimed, Claims, Limit, StoreError, Stored, records::dossier},
};

use crate::{
    Rows,
    batch::{Batch, named},
    layout::{Kind, behind, life, scan, tail, time, time_before},
    reads::Records,
    record,
};

/// The most mails that one stretch of a search passes over: other changes wait meanwhile.
const PASSED_OVER: u32 = 10_000;

/// For each realm, up to where the last claim passed mails over, if it had to end there.
#[derive(Debug, Clone, Default)]
pub(crate) struct PassedOver(Arc<Mutex<BTreeMap<Realm, Vec<u8>>>>);

impl PassedOver {
    fn take(&self, realm: &Realm) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(realm)
    }
    fn put(&self, realm: Realm, place: Vec<u8>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(realm, place);
    }
}

impl Batch<'_> {
    /// Takes up due mails, oldest first and those beyond the horizon last; and tells what is due next.
    pub(crate) fn claim(&mut self, claim: &Claim, passed_over: &PassedOver) -> Result<Claims, StoreError> {
        let limit = claim.limit.map_or(0, Limit::as_usize);
        let mut mails = Vec::new();
        for id in due(self, claim, limit, passed_over)? {
            let mail = named::<Mail>(self, &record::mail(id))?.value.claimed(claim.until);
            self.write(&mail, claim.id)?;
            let dossier = dossier(&Records(self), life(self)?, &Claimed::who(&mail))?;
            mails.push(Claimed { mail: Stored { value: mail, stamp: claim.id }, dossier });
        }
        Ok(Claims { mails, next_due: next_due(self, claim)? })
    }
}

/// When the realm's next mail or account is due, or the first of those that were not looked at can be.
pub(crate) fn next_due(rows: &dyn Rows, claim: &Claim) -> Result<Option<Timestamp>, StoreError> {
    let prefix = Kind::DueMail.of(&claim.realm, &[]);
    let mail = Stretch::of(rows, claim, &prefix, &behind(&prefix), 1)?.first()?;
    // What is due beyond the horizon is due now.
    let beyond = beyond(rows, claim, 1)?.first()?.map(|_| claim.now);
    let account = scan(rows, &Kind::DueAccount.of(&claim.realm, &[]), None)?.next().transpose()?;
    let account = account.map(|(entry, _)| time_before::<16>(&entry)).transpose()?;
    Ok(mail.into_iter().chain(beyond).chain(account).min())
}

/// The mails that a claim takes. Behind as many as may be passed over it goes on where the last claim had to end, so that
/// each mail is looked at some time.
fn due(
    rows: &dyn Rows,
    claim: &Claim,
    limit: usize,
    passed_over: &PassedOver,
) -> Result<Vec<MailId>, StoreError> {
    let upto = behind(&Kind::DueMail.of(&claim.realm, &[&time(claim.now)]));
    let first = Stretch::of(rows, claim, &Kind::DueMail.of(&claim.realm, &[]), &upto, limit)?;
    let before = passed_over.take(&claim.realm);
    let mut mails = first.mails;
    if let Some(place) = first.passed_over_to {
        let from = [before.unwrap_or_default().max(place), vec![0]].concat();
        let second = Stretch::of(rows, claim, &from, &upto, limit.saturating_sub(mails.len()))?;
        mails.extend(second.mails);
        if let Some(place) = second.passed_over_to {
            passed_over.put(claim.realm.clone(), place);
        }
    }
    mails.extend(beyond(rows, claim, limit.saturating_sub(mails.len()))?.mails);
    mails.iter().map(|entry| Ok(MailId::from_bytes(tail(entry)?))).collect()
}

/// Mails that are due so late that they are due now.
fn beyond(rows: &dyn Rows, claim: &Claim, limit: usize) -> Result<Stretch, StoreError> {
    let horizon = claim.horizon.max(claim.now);
    let from = behind(&Kind::DueMail.of(&claim.realm, &[&time(horizon)]));
    Stretch::of(rows, claim, &from, &behind(&Kind::DueMail.of(&claim.realm, &[])), limit)
}

/// Entries of the queue that follow on each other.
struct Stretch {
    /// Those that are not passed over.
    mails: Vec<Vec<u8>>,
    /// The last one, where as many were passed over as may be.
    passed_over_to: Option<Vec<u8>>,
}

impl Stretch {
    /// At most `limit` mails, from one key on and before another.
    fn of(
        rows: &dyn Rows,
        claim: &Claim,
        from: &[u8],
        before: &[u8],
        limit: usize,
    ) -> Result<Self, StoreError> {
        let (mut mails, mut passed_over) = (Vec::new(), 0_u32);
        if limit == 0 {
            return Ok(Self { mails, passed_over_to: None });
        }
        for row in rows.range(from, before)? {
            let (entry, domain) = row?;
            let tag = domain.as_slice().try_into().map(DomainTag::from_bytes);
            if tag.is_ok_and(|tag| claim.pass_over.contains(&tag)) {
                passed_over = passed_over.saturating_add(1);
                if passed_over >= PASSED_OVER {
                    return Ok(Self { mails, passed_over_to: Some(entry) });
                }
            } else {
                mails.push(entry);
                if mails.len() >= limit {
                    break;
                }
            }
        }
        Ok(Self { mails, passed_over_to: None })
    }

    /// When the first can be due, whether it was looked at or not.
    fn first(&self) -> Result<Option<Timestamp>, StoreError> {
        self.mails.first().or(self.passed_over_to.as_ref()).map(|entry| time_before::<16>(entry)).transpose()
    }
}
