//! Feedback: what a bounce or a complaint brings back, and what follows from it if it is genuine.

use crate::{
    domain::{Change, EventKind, FeedbackTag, HeldBack, Initiator, Report, ReportedMail},
    engine::{Call, Core, DecideError, Verdict, address_or_new},
    port::Who,
};

impl Core {
    /// Takes a report in; says whether it counted: it was genuine, its address is still known, and nobody cleared or proved
    /// that address since the mail was queued. Any other is journaled only; one that counts and says nothing new is not.
    pub(crate) async fn take_report(
        &self,
        tag: &FeedbackTag,
        report: Report,
        evidence: &str,
        by: Initiator,
    ) -> Result<bool, DecideError> {
        let read = tag.read(&self.keys, &self.realm, self.clock.now());
        let Some(ReportedMail { account, address, stranger_caused, queued_at }) = read else {
            self.decide(Call::without_facts(by), |_, _, _| Ok(Verdict::new(ignored(report), ()))).await?;
            return Ok(false);
        };
        let decided = self
            .decide(Call::new(Who::id(account), by), |dossier, moment, _| {
                let account = dossier.account.as_ref().map(|account| &account.value);
                let facts = account.and_then(|account| account.facts().ok());
                let (Some(account), Some(mailbox)) =
                    (account, facts.and_then(|facts| facts.mailbox(address)))
                else {
                    return Ok(Verdict { stray: true, ..Verdict::new(ignored(report), false) });
                };
                // The address is read from our record, never from the report.
                let known = address_or_new(dossier, mailbox.tag);
                if !known.heeds_report_of(queued_at, moment.now) {
                    return Ok(Verdict { stray: true, ..Verdict::new(ignored(report), false) });
                }
                let mut change = Change::none();
                match HeldBack::of(report, stranger_caused, self.rules.suppressions_kept) {
                    Some(why) => self.suppress(account, &known, why, evidence, moment, &mut change),
                    None => change.addresses.extend(known.with_delay_of(queued_at)),
                }
                // Whoever repeats what is known already fills no journal.
                if !change.addresses.is_empty() {
                    change.events.insert(0, EventKind::FeedbackTaken { address, report });
                }
                Ok(Verdict::new(change, true))
            })
            .await?;
        Ok(decided.value)
    }
}

fn ignored(report: Report) -> Change {
    Change { events: vec![EventKind::FeedbackIgnored { report }], ..Change::none() }
}
