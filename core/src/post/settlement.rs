//! Writing down what became of a mail: in the outbox, in the journal, and at its recipient's address.

use super::delivery::Attempted;
use crate::{
    domain::{
        Change, Content, DeathCause, EventKind, HeldBack, HostNotice, Initiator, Mail, MailState, Span,
        Subject, Timestamp, Undeliverable,
    },
    engine::{Call, Core, DecideError, Moment, Verdict, address_or_new, watch},
    error::Fault,
    port::{Claimed, Dossier, MailError, Stored, Swap},
};

/// What became of a mail, as it is written down.
pub(super) enum Settlement {
    Delivered {
        /// The end of its code, as the mail names it.
        end: Option<Timestamp>,
    },
    Refused {
        cause: Undeliverable,
        evidence: String,
    },
    Failed {
        ours: bool,
    },
    /// The mailer does not work, or the claim lapsed before the letter was handed over: nothing is charged.
    Unsent {
        probed: bool,
    },
    /// Its code had expired.
    Expired {
        /// When the host is told; none if it is told anyhow, or by nobody.
        told_at: Option<Timestamp>,
    },
    Cancelled,
    /// It is to nobody of those to whom alone mails go.
    Withheld,
}

impl Settlement {
    /// What an answer of the mailer comes to; a letter that is taken names this end of its code.
    pub(super) fn of(answer: Result<(), MailError>, end: Option<Timestamp>) -> Self {
        match answer {
            Ok(()) => Self::Delivered { end },
            Err(MailError::NoSuchMailbox { evidence }) => {
                Self::Refused { cause: Undeliverable::NoSuchMailbox, evidence }
            }
            Err(MailError::Rejected { evidence }) => {
                Self::Refused { cause: Undeliverable::Rejected, evidence }
            }
            Err(MailError::Transient(_)) => Self::Failed { ours: false },
            Err(MailError::Unreachable(_) | MailError::Ours(_)) => Self::Failed { ours: true },
        }
    }
}

impl Core {
    /// Writes down what became of a mail, however long the store is away meanwhile.
    pub(super) async fn written_down(
        &self,
        mail: &Stored<Mail>,
        dossier: Dossier,
        by: Initiator,
        settlement: &Settlement,
    ) -> Result<Attempted, Fault> {
        // The server has answered: a second copy must not go out only because the store is away for a moment.
        // A store that is broken is another matter: no pause mends it.
        let mut deadline = self.deadline();
        let mut first = Some(dossier);
        loop {
            let before = first.take();
            let is_first = before.is_some();
            match self.settle(mail, before, by.clone(), settlement).await {
                Err(fault @ Fault::Unavailable(_)) => {
                    if is_first {
                        watch::troubled(&fault);
                    }
                    let pause = self.clock.sleep(Span::seconds(1));
                    if deadline.within(pause).await.is_err() {
                        return Err(fault);
                    }
                }
                settled => {
                    self.notice_domain(&mail.value, settled.as_ref().ok());
                    watch::mail_attempted(settled.as_ref().map_or("fault", |attempted| attempted.as_str()));
                    return settled;
                }
            }
        }
    }

    /// Notices whether the domain's server answered.
    fn notice_domain(&self, mail: &Mail, attempted: Option<&Attempted>) {
        let Some(domain) = mail.domain else { return };
        match attempted {
            Some(Attempted::Delayed) => self.failing_domains.failed(domain),
            Some(Attempted::Delivered | Attempted::Refused(_)) => self.failing_domains.answered(domain),
            _ => {}
        }
    }

    async fn settle(
        &self,
        mail: &Stored<Mail>,
        first: Option<Dossier>,
        by: Initiator,
        settlement: &Settlement,
    ) -> Result<Attempted, Fault> {
        let mut call = Call::new(Claimed::who(&mail.value), by);
        call.first = first;
        let decided = self
            .decide(call, |dossier, moment, _| {
                let id = mail.value.id;
                let jitter = u64::from_be_bytes(first_8(moment.random));
                let mut change = Change::none();
                let (after, value) = match settlement {
                    Settlement::Delivered { end } => {
                        let account = dossier.account.as_ref().zip(*end);
                        change.account = account.and_then(|(account, end)| {
                            account.value.revert_handed_over(&mail.value, end, moment.now)
                        });
                        change.events.push(EventKind::MailDelivered { mail: id });
                        (None, Attempted::Delivered)
                    }
                    Settlement::Unsent { probed } => {
                        (Some(mail.value.clone().put_back(*probed, moment.now)), Attempted::Unsent)
                    }
                    Settlement::Expired { told_at } => {
                        change.events.push(EventKind::MailDied { mail: id, why: DeathCause::Expired });
                        self.tell_of_expiry(&mail.value, *told_at, moment, &mut change);
                        (Some(mail.value.clone().expired(moment.now)), Attempted::Dead)
                    }
                    Settlement::Cancelled => {
                        change.events.push(EventKind::MailCancelled { mail: id });
                        (None, Attempted::Cancelled)
                    }
                    Settlement::Withheld => {
                        change.events.push(EventKind::MailDied { mail: id, why: DeathCause::Withheld });
                        (Some(mail.value.clone().withheld(moment.now)), Attempted::Dead)
                    }
                    Settlement::Failed { ours } => {
                        let failed = mail.value.clone().failed(moment.now, &self.rules.retries, jitter);
                        let (event, value) = match failed.state {
                            MailState::Retry { at } => (
                                EventKind::MailDelayed { mail: id, until: at, ours: *ours },
                                Attempted::Delayed,
                            ),
                            _ => (EventKind::MailDied { mail: id, why: DeathCause::Spent }, Attempted::Dead),
                        };
                        change.events.push(event);
                        (Some(failed), value)
                    }
                    Settlement::Refused { cause, evidence } => {
                        self.refuse(&mail.value, dossier, *cause, evidence, moment, &mut change);
                        (Some(mail.value.clone().refused(*cause, moment.now)), Attempted::Refused(*cause))
                    }
                };
                let mut verdict = Verdict::new(change, value);
                verdict.about = mail.value.account();
                verdict.mails.push(Swap { before: Some(mail.clone()), after });
                Ok(verdict)
            })
            .await;
        match decided {
            Ok(decided) => Ok(decided.value),
            Err(DecideError::Superseded) => Ok(Attempted::Open),
            Err(DecideError::Failed(fault)) => Err(fault),
            Err(DecideError::Refused(_) | DecideError::EmailTaken | DecideError::Exhausted { .. }) => {
                Err(Fault::Defect("a settlement was refused"))
            }
        }
    }

    /// The host is told that a mail was given up since its code had expired.
    fn tell_of_expiry(&self, mail: &Mail, at: Option<Timestamp>, moment: &Moment, change: &mut Change) {
        let (Some(at), Some((_, dispatch))) = (at, mail.dispatch()) else { return };
        let Subject::Code { purpose, .. } = dispatch.subject else { return };
        let notice = Content::ForHost(HostNotice::MailExpired { account: dispatch.account, purpose });
        let told = Mail::queued(moment.notice, self.realm.clone(), notice, moment.now);
        change.mails.push(told.not_before(at));
        change.events.push(EventKind::HostNoticeQueued { mail: moment.notice });
    }

    /// The recipient can't be reached: no mail goes there any more, and the throttle gets back what the mail took.
    fn refuse(
        &self,
        mail: &Mail,
        dossier: &Dossier,
        cause: Undeliverable,
        evidence: &str,
        moment: &Moment,
        change: &mut Change,
    ) {
        change.events.push(EventKind::MailRefused { mail: mail.id, cause });
        let Some((_, dispatch)) = mail.dispatch() else { return };
        let Some(account) = dossier.account.as_ref().map(|stored| &stored.value) else { return };
        let Ok(facts) = account.facts() else { return };
        let Some(tag) = facts.mailbox(dispatch.recipient).map(|mailbox| mailbox.tag) else { return };
        let held_back = HeldBack::refused(cause, self.rules.suppressions_kept);
        self.suppress(account, &address_or_new(dossier, tag), held_back, evidence, moment, change);
        if let Subject::Code { purpose, .. } = dispatch.subject {
            let quota = self.rules.account_quota;
            change.account = facts
                .mailbox(dispatch.recipient)
                .and_then(|to| account.give_back(&self.keys, purpose, to, mail.queued_at, quota));
        }
    }
}

fn first_8(bytes: [u8; 16]) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = bytes;
    [a, b, c, d, e, f, g, h]
}
