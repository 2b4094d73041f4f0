//! Erasing an account: its mails first, in bounded commits, then everything personal, in one.

use std::collections::BTreeSet;

use crate::{
    accounts::Core,
    deadline::Deadline,
    decide::{Call, Undecided, Verdict},
    domain::{AccountId, AddressTag, Change, Happened, Party, Refusal, Span, Stop},
    error::Fault,
    port::{By, Commit, Dossier, Limit, MailQuery, Swap, Who},
};

/// So many mails are removed by one commit, each with an event.
const MAILS: u32 = 12;

impl Core {
    /// How long the courier leaves an account alone that the host still needs.
    const ASK_AGAIN: Span = Span::days(1);

    /// Erases the account, unless the host says no.
    pub(crate) async fn erase(&self, id: AccountId, by: &Party) -> Result<(), Undecided> {
        if let Some(code) = self.vetoed(id).await? {
            return Err(Undecided::Refused(Refusal::Vetoed { code }));
        }
        self.remove_mails(id, by).await?;
        let unclaimed = self.unclaimed_tags(id).await?;
        let call = Call::new(Who::id(id), by.clone());
        self.decide(call, |dossier, moment, _| {
            let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
            // Somebody may have opened it again since it was found to be over.
            let spared = *by == Party::Courier && !account.is_over(moment.now);
            let change = if spared { Change::none() } else { account.erase(moment.now, &unclaimed) };
            Ok::<_, Stop>(Verdict::new(change, ()))
        })
        .await?;
        // Whatever was queued meanwhile goes to nobody.
        self.remove_mails(id, by).await
    }

    /// Erases an account whose time is over, or asks again later.
    pub(crate) async fn erase_overdue(&self, id: AccountId) -> Result<(), Undecided> {
        match self.erase(id, &Party::Courier).await {
            Err(Undecided::Refused(Refusal::Vetoed { .. })) => {
                self.decide(Call::new(Who::id(id), Party::Courier), |dossier, moment, _| {
                    let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
                    let change = account.put_off_end(moment.now + Self::ASK_AGAIN)?;
                    Ok::<_, Stop>(Verdict::new(change, ()))
                })
                .await?;
                Ok(())
            }
            erased => erased,
        }
    }

    async fn vetoed(&self, id: AccountId) -> Result<Option<String>, Fault> {
        let Some(veto) = &self.host.veto else {
            return Ok(None);
        };
        self.deadline().within(veto.veto(id)).await?.map_err(Fault::Unavailable)
    }

    async fn remove_mails(&self, id: AccountId, by: &Party) -> Result<(), Undecided> {
        let mut query = Some(MailQuery::OfAccount { account: id, after: None });
        while let Some(page) = query.take() {
            let mails = self.deadline().within(self.store.mails(&page, Limit::of(MAILS))).await??;
            query = mails.next;
            if mails.items.is_empty() {
                continue;
            }
            let removed = self
                .decide(Call::new(Who::nobody(), by.clone()), |_, _, _| {
                    let events =
                        mails.items.iter().map(|mail| Happened::MailCancelled { mail: mail.value.id });
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
                Err(Undecided::Superseded) => query = Some(page),
                Err(undecided) => return Err(undecided),
            }
        }
        Ok(())
    }

    /// Records of the account's addresses that nobody holds: former and pending ones can be another's own by now.
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

    async fn is_unclaimed(
        &self,
        id: AccountId,
        key: crate::domain::EmailKey,
        deadline: &mut Deadline<'_>,
    ) -> Result<bool, Fault> {
        let Dossier { account, .. } =
            self.load(&Who::found(By::Email(self.realm.clone(), key)), deadline).await?;
        Ok(account.is_none_or(|account| account.value.id == id))
    }
}
