//! Erasing an account: everything personal in one commit, then its mails, in bounded ones.

use std::collections::BTreeSet;

use crate::{
    domain::{
        Account, AccountId, AddressTag, Change, EmailKey, EventKind, Initiator, Refusal, Span, Stop,
        Timestamp,
    },
    engine::{Call, Core, Deadline, DecideError, Verdict, guard::caught, watch},
    error::Fault,
    port::{Commit, Dossier, Limit, MailQuery, Swap, Who},
};

/// How many mails one commit removes, each with an event.
const MAILS: u32 = 12;

impl Core {
    /// How long the courier leaves an account alone that the host still needs.
    const ASK_AGAIN: Span = Span::days(1);
    /// How long it leaves one alone of which the host could not say whether it needs it.
    const TRY_AGAIN: Span = Span::hours(1);

    /// Erases the account, unless the host says no, or an old address can still be taken back: the courier waits then, and
    /// staff must say that they know. Once erased, only mails that are left are looked for.
    pub(crate) async fn erase(
        &self,
        id: AccountId,
        by: &Initiator,
        despite_revert: bool,
    ) -> Result<(), DecideError> {
        let found = self
            .decide(Call::new(Who::id(id), by.clone()), |dossier, moment, _| {
                let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
                let is_live = account.facts().is_ok();
                let may = is_live && may_erase(account, by, moment.now);
                if may {
                    account.erasable(moment.now, despite_revert)?;
                }
                Ok::<_, Stop>(Verdict::new(Change::none(), may))
            })
            .await?;
        if found.value {
            if let Some(code) = self.vetoed(id).await? {
                return Err(DecideError::Refused(Refusal::Vetoed { code }));
            }
            let unclaimed = self.unclaimed_tags(id).await?;
            self.decide(Call::new(Who::id(id), by.clone()), |dossier, moment, _| {
                let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
                if !may_erase(account, by, moment.now) {
                    return Ok::<_, Stop>(Verdict::new(Change::none(), ()));
                }
                let erased = account.erase_by_staff(moment.now, &unclaimed, despite_revert)?;
                Ok(Verdict::new(erased, ()))
            })
            .await?;
        }
        // After it, so that an erasure that is refused has cost no mail. They hold nothing personal, and go to nobody.
        let cleared = self.remove_mails_of_erased(id, by).await;
        cleared.map_err(|fault| {
            watch::troubled(&fault);
            Fault::OutcomeUnknown.into()
        })
    }

    /// Erases an account whose time is over, or asks again later.
    pub(crate) async fn erase_overdue(&self, id: AccountId) -> Result<(), DecideError> {
        let (again, fault) = match self.erase(id, &Initiator::Courier, false).await {
            Err(DecideError::Refused(Refusal::Vetoed { .. })) => (Self::ASK_AGAIN, None),
            // Whatever the host asks can't be found out now: it holds up nobody else.
            Err(DecideError::Failed(fault @ Fault::HostFailed(_))) => (Self::TRY_AGAIN, Some(fault)),
            erased => return erased,
        };
        self.decide(Call::new(Who::id(id), Initiator::Courier), |dossier, moment, _| {
            let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
            Ok::<_, Stop>(Verdict::new(account.put_off_end(again, moment.now)?, ()))
        })
        .await?;
        fault.map_or(Ok(()), |fault| Err(DecideError::Failed(fault)))
    }

    async fn vetoed(&self, id: AccountId) -> Result<Option<String>, Fault> {
        let Some(veto) = &self.host.veto else {
            return Ok(None);
        };
        let asked = caught("erasure veto", async { veto.veto(id).await });
        let answer = match self.deadline().within(asked).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(panicked)) => Err(panicked.into()),
            Err(lapsed) => Err(lapsed.into()),
        };
        answer.map_err(Fault::HostFailed)
    }

    /// Removes the mails of an account that was erased; of any other, none. Those that are left where it fails reach nobody:
    /// the courier cancels each that falls due, and what was given up is trimmed when its time comes.
    pub(crate) async fn remove_mails_of_erased(&self, id: AccountId, by: &Initiator) -> Result<(), Fault> {
        let found = self.load(&Who::id(id), &mut self.deadline()).await?.account;
        if found.is_none_or(|account| account.value.facts().is_ok()) {
            return Ok(());
        }
        let mut query = Some(MailQuery::OfAccount { account: id, after: None });
        while let Some(page) = query.take() {
            let mut mails = self.deadline().within(self.store.mails(&page, Limit::of(MAILS))).await??;
            mails.items.retain(|mail| mail.value.realm == self.realm);
            query = mails.next;
            if mails.items.is_empty() {
                continue;
            }
            let removed = self
                .decide(Call::new(Who::nobody(), by.clone()), |_, _, _| {
                    let events =
                        mails.items.iter().map(|mail| EventKind::MailCancelled { mail: mail.value.id });
                    let change = Change { events: events.collect(), ..Change::none() };
                    let mut verdict = Verdict::new(change, ());
                    verdict.about = Some(id);
                    verdict.mails = mails.items.iter().cloned().map(Swap::remove).collect();
                    Ok(verdict)
                })
                .await;
            match removed {
                Ok(_) => {}
                // A courier settled one of them: look again.
                Err(DecideError::Superseded) => query = Some(page),
                Err(DecideError::Failed(fault)) => return Err(fault),
                // The host's own part of the commit said no.
                Err(DecideError::Refused(veto)) => return Err(Fault::HostFailed(veto.into())),
                Err(DecideError::EmailTaken | DecideError::Exhausted { .. }) => {
                    return Err(Fault::Defect("the removal of mails was refused"));
                }
            }
        }
        Ok(())
    }

    /// Records of the account's addresses that nobody else holds: former and pending ones can be another's own by now, or
    /// reserved for another.
    async fn unclaimed_tags(&self, id: AccountId) -> Result<Vec<AddressTag>, Fault> {
        let mut deadline = self.deadline();
        let dossier = self.load(&Who::id(id), &mut deadline).await?;
        let Some(facts) = dossier.account.as_ref().and_then(|account| account.value.facts().ok()) else {
            return Ok(Vec::new());
        };
        let mut unclaimed = Vec::new();
        let keys: BTreeSet<_> = facts.mailboxes().map(|mailbox| (mailbox.tag, &mailbox.key)).collect();
        for (tag, key) in keys {
            if self.is_unclaimed(id, key.clone(), &mut deadline).await? {
                unclaimed.push(tag);
            }
        }
        // The account itself is one write more.
        unclaimed.truncate(Commit::MAX.saturating_sub(3));
        Ok(unclaimed)
    }

    /// Whether nobody else has this key, as their own or reserved.
    async fn is_unclaimed(
        &self,
        id: AccountId,
        key: EmailKey,
        deadline: &mut Deadline<'_>,
    ) -> Result<bool, Fault> {
        let who = Who { holder: Some((self.realm.clone(), key)), ..Who::nobody() };
        let Dossier { holder, .. } = self.load(&who, deadline).await?;
        Ok(holder.is_none_or(|holder| holder.value.id == id))
    }
}

/// The courier erases what is over, which nothing is that a revert may still bring back: somebody may have opened it again
/// since it was found to be.
fn may_erase(account: &Account, by: &Initiator, now: Timestamp) -> bool {
    *by != Initiator::Courier || account.is_over(now)
}
