//! Feedback: what a bounce or a complaint brings back, and what follows from it if it is genuine.

use crate::{
    domain::{
        Change, EventKind, FeedbackTag, Initiator, Report, ReportedMail, SuppressionScope, Undeliverable,
    },
    engine::{Call, Core, DecideError, Verdict},
    port::Who,
    post::delivery::HeldBack,
};

impl Core {
    /// Takes a report in; says whether it was genuine and its address still known. Any other is journaled only.
    pub(crate) async fn take_report(
        &self,
        tag: &FeedbackTag,
        report: Report,
        evidence: &str,
        by: Initiator,
    ) -> Result<bool, DecideError> {
        let read = tag.read(&self.keys, &self.realm, self.clock.now());
        let Some(ReportedMail { account, address, stranger_caused }) = read else {
            self.decide(Call::without_facts(by), |_, _, _| Ok(Verdict::new(ignored(report), ()))).await?;
            return Ok(false);
        };
        let decided = self
            .decide(Call::new(Who::id(account), by), |dossier, moment, _| {
                let facts = dossier.account.as_ref().and_then(|account| account.value.facts().ok());
                let Some(mailbox) = facts.and_then(|facts| facts.mailbox(address)) else {
                    return Ok(Verdict::new(ignored(report), false));
                };
                let mut change = Change::none();
                change.events.push(EventKind::FeedbackTaken { address, report });
                // The address is read from our record, never from the report.
                if let Some((cause, scope)) = held_back(report, stranger_caused) {
                    let why = HeldBack { cause, scope, evidence };
                    self.suppress(account, mailbox.tag, &why, dossier, moment, &mut change);
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

/// What a report holds back: a bounce everything, a complaint what it was about.
fn held_back(report: Report, stranger_caused: bool) -> Option<(Undeliverable, SuppressionScope)> {
    match report {
        Report::Bounced(cause) => Some((cause, SuppressionScope::All)),
        Report::Complained if stranger_caused => {
            Some((Undeliverable::Rejected, SuppressionScope::StrangerCaused))
        }
        Report::Complained => Some((Undeliverable::Rejected, SuppressionScope::All)),
        Report::Delayed => None,
    }
}
