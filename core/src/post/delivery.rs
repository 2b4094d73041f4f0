//! Delivering one claimed mail, and writing down what became of it.

use crate::{
    domain::{
        AccountId, AddressTag, Change, CodeMint, Content, DeathCause, EventKind, HostNotice, Initiator,
        Letter, LetterContext, Mail, MailState, Purpose, Retries, Span, Subject, Suppression,
        SuppressionScope, Undeliverable,
    },
    engine::{
        Call, Core, Deadline, DecideError, Moment, Verdict, address_or_new,
        guard::{Panicked, caught, caught_now},
        watch,
    },
    error::Fault,
    port::{By, Claimed, Dossier, MailError, Stored, Swap, Who},
};

/// What became of a mail that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
pub enum Delivery {
    /// The mail server took it.
    Delivered,
    /// It is in the outbox and will be tried until it is delivered or given up.
    Queued,
    /// The mail server refused it for good: the address gets no mail from now on.
    Undeliverable(Undeliverable),
}

/// What became of an attempt, as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempted {
    Delivered,
    Refused(Undeliverable),
    Delayed,
    Dead,
    Cancelled,
    /// It is not known whether it left, or another courier has it.
    Open,
}

impl Attempted {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused(_) => "refused",
            Self::Delayed => "delayed",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
            Self::Open => "open",
        }
    }
}

/// What the server said, as it is written down.
enum Settlement {
    Delivered,
    Refused { cause: Undeliverable, evidence: String },
    Failed { ours: bool },
    Cancelled,
}

impl Core {
    /// Makes the letter, hands it over, and settles. The mail must be claimed, and the dossier not older than the claim.
    pub(crate) async fn deliver(
        &self,
        claimed: Claimed,
        by: Initiator,
        within: Span,
    ) -> Result<Attempted, Fault> {
        let Claimed { mail, dossier } = claimed;
        let dossier = self.of_this_realm(dossier);
        let taken = self.is_elsewhere(&mail.value, &dossier).await?;
        let counter = LetterContext {
            account: dossier.account.as_ref().map(|stored| &stored.value),
            taken,
            host: self.host.notices_to.as_ref(),
            mint: CodeMint { keys: &self.keys, realm: &self.realm, incarnation: dossier.incarnation },
            now: self.clock.now(),
        };
        let settlement = match counter.letter(&mail.value, |tag| dossier.address(tag)) {
            Err(_) => Settlement::Cancelled,
            // Its attempts are spent, and each courier died over it: it would go round for ever.
            Ok(_) if mail.value.attempts > self.rules.retries.attempts => Settlement::Failed { ours: false },
            Ok(letter) => {
                // However long the caller would wait: the claim must outlast the delivery.
                let within = within.min(Retries::LONGEST_DELIVERY);
                let mut deadline = Deadline::after(&*self.clock, within);
                match deadline.within(self.hand_over(&letter)).await {
                    // It may have left, and is tried again under the same name; less and less often, lest a server
                    // that takes letters and never says so fills somebody's mailbox.
                    Err(_) if by == Initiator::Courier => Settlement::Failed { ours: false },
                    // Its caller waits no longer. The claim lapses, and a courier takes it up.
                    Err(_) => {
                        watch::mail_attempted(Attempted::Open.as_str());
                        return Ok(Attempted::Open);
                    }
                    Ok(answer) => settlement(answer),
                }
            }
        };
        // The server has answered: a second copy must not go out only because the store is away for a moment.
        // A store that is broken is another matter: no pause mends it.
        let mut deadline = self.deadline();
        let mut first = Some(dossier);
        loop {
            let before = first.take();
            let is_first = before.is_some();
            match self.settle(&mail, before, by.clone(), &settlement).await {
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
                    watch::mail_attempted(settled.as_ref().map_or("fault", |attempted| attempted.as_str()));
                    return settled;
                }
            }
        }
    }

    /// To whoever carries it: the host itself, or the mailer.
    async fn hand_over(&self, letter: &Letter) -> Result<(), MailError> {
        let ours = |panicked: Panicked| MailError::Ours(Box::new(panicked));
        let routed = match &self.host.routing {
            Some(routing) => caught_now("mail routing", || routing.mailer(letter)).map_err(ours)?,
            None => None,
        };
        let mailer = routed.unwrap_or(&*self.mailer);
        caught("mailer", async { mailer.deliver(letter).await }).await.map_err(ours)?.map(drop)
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
                    Settlement::Delivered => {
                        change.events.push(EventKind::MailDelivered { mail: id });
                        (None, Attempted::Delivered)
                    }
                    Settlement::Cancelled => {
                        change.events.push(EventKind::MailCancelled { mail: id });
                        (None, Attempted::Cancelled)
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

    /// Whether the new address that the mail is to confirm is another account's already.
    async fn is_elsewhere(&self, mail: &Mail, dossier: &Dossier) -> Result<bool, Fault> {
        let Some((_, dispatch)) = mail.dispatch() else { return Ok(false) };
        let facts = dossier.account.as_ref().and_then(|account| account.value.facts().ok());
        let confirms = matches!(dispatch.subject, Subject::Code { purpose: Purpose::EmailConfirm, .. });
        let Some(mailbox) = facts.filter(|_| confirms).and_then(|facts| facts.mailbox(dispatch.recipient))
        else {
            return Ok(false);
        };
        let by = By::Email(self.realm.clone(), mailbox.key.clone());
        let found = self.load(&Who::found(by), &mut self.deadline()).await?;
        // A sign-up gives way once the change is confirmed.
        Ok(found
            .account
            .is_some_and(|account| account.value.id != dispatch.account && !account.value.is_sign_up()))
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
        let held_back = HeldBack { cause, scope: SuppressionScope::All, evidence };
        self.suppress(account.id, tag, &held_back, dossier, moment, change);
        if let Subject::Code { purpose, .. } = dispatch.subject {
            change.account = account.give_back(purpose, mail.queued_at, self.rules.account_quota);
        }
    }

    /// Mail to an address is held back from now on, and the host is told; unless it was already.
    pub(crate) fn suppress(
        &self,
        account: AccountId,
        tag: AddressTag,
        why: &HeldBack<'_>,
        dossier: &Dossier,
        moment: &Moment,
        change: &mut Change,
    ) {
        let HeldBack { cause, scope, evidence } = *why;
        let mut address = address_or_new(dossier, tag);
        // What holds back everything is not replaced by what holds back less.
        let known = address.suppression.as_ref().map(|known| known.scope);
        if known == Some(SuppressionScope::All) || known == Some(scope) {
            return;
        }
        let evidence = bounded(evidence.to_owned());
        address.suppression =
            Some(Suppression { realm: self.realm.clone(), cause, scope, evidence, at: moment.now });
        change.addresses.push(address);
        change.events.push(EventKind::AddressSuppressed { tag, cause });
        // Of what strangers sign up, the host is told nothing: they could fill its mailbox.
        let signed_up = dossier.account.as_ref().is_some_and(|account| account.value.is_sign_up());
        if self.host.notices_to.is_some() && !signed_up {
            let notice = Content::ForHost(HostNotice::SendingStopped { account, cause });
            change.mails.push(Mail::queued(moment.notice, self.realm.clone(), notice, moment.now));
            change.events.push(EventKind::HostNoticeQueued { mail: moment.notice });
        }
    }
}

/// Why mail to an address is held back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeldBack<'a> {
    pub(crate) cause: Undeliverable,
    pub(crate) scope: SuppressionScope,
    pub(crate) evidence: &'a str,
}

fn settlement(answer: Result<(), MailError>) -> Settlement {
    match answer {
        Ok(()) => Settlement::Delivered,
        Err(MailError::NoSuchMailbox { evidence }) => {
            Settlement::Refused { cause: Undeliverable::NoSuchMailbox, evidence }
        }
        Err(MailError::Rejected { evidence }) => {
            Settlement::Refused { cause: Undeliverable::Rejected, evidence }
        }
        Err(MailError::Transient(_)) => Settlement::Failed { ours: false },
        Err(MailError::Ours(_)) => Settlement::Failed { ours: true },
    }
}

/// Evidence is a reply code and a status, whatever an adapter makes of it.
fn bounded(evidence: String) -> String {
    evidence.chars().filter(|c| !c.is_control()).take(100).collect()
}

fn first_8(bytes: [u8; 16]) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = bytes;
    [a, b, c, d, e, f, g, h]
}

impl From<Attempted> for Delivery {
    fn from(attempted: Attempted) -> Self {
        match attempted {
            Attempted::Delivered => Self::Delivered,
            Attempted::Refused(cause) => Self::Undeliverable(cause),
            Attempted::Delayed | Attempted::Dead | Attempted::Cancelled | Attempted::Open => Self::Queued,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_one_short_line_whatever_an_adapter_makes_of_it() {
        assert_eq!(bounded("550 5.1.1\r\nBcc: x\u{0}".into()), "550 5.1.1Bcc: x");
        assert_eq!(bounded("x".repeat(1_000)).len(), 100);
    }
}
