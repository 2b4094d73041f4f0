//! Delivering one claimed mail: made ready, handed over, and settled.

use super::settlement::Settlement;
use crate::{
    domain::{
        CodeMint, Initiator, Letter, LetterContext, Mail, Message, Purpose, Retries, Span, Subject,
        Timestamp, Undeliverable, Withdrawn,
    },
    engine::{
        Call, Core, Deadline, DecideError, Lease, Verdict,
        guard::{Panicked, caught, caught_now},
        relay::{Blame, Unsent},
        watch,
    },
    error::Fault,
    port::{Claimed, Dossier, MailError, Who},
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
    /// It was not handed over, as the mailer does not work or its claim has lapsed; it waits as before.
    Unsent,
    Dead,
    Cancelled,
    /// It is not known whether it left, or another courier has it.
    Open,
}

impl Attempted {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused(_) => "refused",
            Self::Delayed => "delayed",
            Self::Unsent => "unsent",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
            Self::Open => "open",
        }
    }
}

/// What came of handing a letter over.
struct HandedOver {
    answer: Result<(), MailError>,
    /// It tells whether the standard mailer works.
    tells: bool,
}

impl Core {
    /// Makes the letter, hands it over, and settles. The mail must be claimed, and the dossier not older than the claim. It is
    /// handed over while the claim holds: after that it may be another courier's.
    pub(crate) async fn deliver(
        &self,
        claimed: Claimed,
        by: Initiator,
        within: Span,
        lease: &Lease<'_>,
    ) -> Result<Attempted, Fault> {
        let Claimed { mail, dossier } = claimed;
        let mut dossier = self.of_this_realm(dossier);
        let taken = self.is_elsewhere(&mail.value, &dossier).await?;
        let mut letter = self.letter(&mail.value, &dossier, taken);
        if letter.as_ref().is_ok_and(|letter| letter.link().is_some())
            && let Some(renewed) = self.renew_code(&mail.value, &dossier, &by).await?
        {
            letter = self.letter(&mail.value, &renewed, taken);
            dossier = renewed;
        }
        let settlement = match letter {
            Err(Withdrawn::Expired) => Settlement::Expired { told_at: self.expiry_told_at() },
            Err(Withdrawn::Void | Withdrawn::Suppressed) => Settlement::Cancelled,
            Ok(letter) if self.host.only_to.as_ref().is_some_and(|only| !only.admits(&letter.to)) => {
                Settlement::Withheld
            }
            Ok(_) if self.rules.retries.gives_up_untried(mail.value.attempts) => {
                Settlement::Failed { ours: false }
            }
            Ok(letter) => match self.attempt(&letter, &mail.value, &by, within, lease).await {
                Some(settlement) => settlement,
                // Its caller waits no longer. The claim lapses, and a courier takes it up.
                None => {
                    watch::mail_attempted(Attempted::Open.as_str());
                    return Ok(Attempted::Open);
                }
            },
        };
        let settled = self.written_down(&mail, dossier, by, &settlement).await;
        if let (Settlement::Expired { told_at: Some(_) }, Err(_)) = (&settlement, &settled) {
            self.expiries_told.forget();
        }
        settled
    }

    fn letter(&self, mail: &Mail, dossier: &Dossier, taken: bool) -> Result<Letter, Withdrawn> {
        let now = self.clock.now();
        let (current, _) = self.as_of(dossier, now);
        let counter = LetterContext {
            account: current.account.as_ref().map(|stored| &stored.value),
            taken,
            host: self.host.notices_to.as_ref(),
            contact: self.links.contact(),
            mint: CodeMint { keys: &self.keys, realm: &self.realm, incarnation: dossier.incarnation },
            lives: &self.rules.code_lives,
            now,
        };
        counter.letter(mail, |tag| dossier.address(tag))
    }

    /// Renews the life of the mail's code, if an outage has used up most of it; what is known then. It is written down before
    /// the letter leaves: the letter names its end.
    async fn renew_code(
        &self,
        mail: &Mail,
        dossier: &Dossier,
        by: &Initiator,
    ) -> Result<Option<Dossier>, Fault> {
        let lives = &self.rules.code_lives;
        let renewed = |dossier: &Dossier, now| {
            dossier.account.as_ref().and_then(|account| account.value.renewed_code(mail, lives, now))
        };
        if renewed(dossier, self.clock.now()).is_none() {
            return Ok(None);
        }
        let mut call = Call::new(Claimed::who(mail), by.clone());
        call.first = Some(dossier.clone());
        call.mends = false;
        let decided = self
            .decide(call, |dossier, moment, _| {
                Ok(Verdict::new(renewed(dossier, moment.now).unwrap_or_default(), ()))
            })
            .await;
        match decided {
            // Also where another mail of the code has renewed it a moment ago: this one names the new end too.
            Ok(decided) => Ok(Some(decided.after)),
            Err(DecideError::Failed(fault)) => Err(fault),
            // The host's own part of the commit said no: it goes out with what is left.
            Err(_) => Ok(None),
        }
    }

    /// When the host is told that a mail's code has expired; none where nobody is to be told, or another notice tells it.
    fn expiry_told_at(&self) -> Option<Timestamp> {
        self.host.notices_to.as_ref()?;
        self.expiries_told.notice(self.clock.now())
    }

    /// Hands the letter over, if the claim still holds; none if its caller waits no longer.
    async fn attempt(
        &self,
        letter: &Letter,
        mail: &Mail,
        by: &Initiator,
        within: Span,
        lease: &Lease<'_>,
    ) -> Option<Settlement> {
        // The store may have taken its time meanwhile.
        if lease.is_over() {
            return Some(Settlement::Unsent { probed: false });
        }
        let outages = self.relay.outages();
        // However long the caller would wait.
        let within = within.min(Retries::LONGEST_DELIVERY);
        let mut deadline = Deadline::after(&*self.clock, within);
        let handed_over = deadline.within(lease.within(self.hand_over(letter))).await.flatten();
        let now = self.clock.now();
        let fails = |ours| {
            let aged = now.since(mail.queued_at) >= self.rules.retries.age;
            match self.relay.failed(&Unsent { mail: mail.id, ours, outages, aged }, now) {
                Blame::Mailer { probed } => Settlement::Unsent { probed },
                Blame::Letter => Settlement::Failed { ours: true },
            }
        };
        let HandedOver { answer, tells } = match handed_over {
            Ok(handed_over) => handed_over,
            Err(_) if *by != Initiator::Courier => return None,
            // It may have left, and is tried again under the same name; less and less often, lest a server that takes letters
            // and never says so fills somebody's mailbox. In an outage too, where a probe has failed with it.
            Err(_) => {
                if self.relay.is_out() {
                    let _ = fails(false);
                }
                return Some(Settlement::Failed { ours: false });
            }
        };
        Some(match answer {
            Err(MailError::Unreachable(_)) if tells => fails(false),
            Err(MailError::Ours(_)) if tells => fails(true),
            answer => {
                if tells && self.relay.answered(mail.id) {
                    self.wake.notify(usize::MAX);
                }
                let end = match letter.message {
                    Message::Code { expires_at, .. } => Some(expires_at),
                    _ => None,
                };
                Settlement::of(answer, end)
            }
        })
    }

    /// To whoever carries it: the host itself, or the mailer. One that panics harms its own letter only.
    async fn hand_over(&self, letter: &Letter) -> HandedOver {
        let panicked = |panicked: Panicked| HandedOver {
            answer: Err(MailError::Ours(Box::new(panicked))),
            tells: false,
        };
        let routed = match &self.host.routing {
            Some(routing) => match caught_now("mail routing", || routing.mailer(letter)) {
                Ok(routed) => routed,
                Err(panic) => return panicked(panic),
            },
            None => None,
        };
        let mailer = routed.unwrap_or(&*self.mailer);
        match caught("mailer", async { mailer.deliver(letter).await }).await {
            Ok(answer) => HandedOver { answer: answer.map(drop), tells: routed.is_none() },
            Err(panic) => panicked(panic),
        }
    }

    /// Whether the new address that the mail is to confirm is another account's already, or kept for one that may take it
    /// back: no code to it could be redeemed.
    async fn is_elsewhere(&self, mail: &Mail, dossier: &Dossier) -> Result<bool, Fault> {
        let Some((_, dispatch)) = mail.dispatch() else { return Ok(false) };
        let facts = dossier.account.as_ref().and_then(|account| account.value.facts().ok());
        let confirms = matches!(dispatch.subject, Subject::Code { purpose: Purpose::EmailConfirm, .. });
        let Some(mailbox) = facts.filter(|_| confirms).and_then(|facts| facts.mailbox(dispatch.recipient))
        else {
            return Ok(false);
        };
        let who = Who { holder: Some((self.realm.clone(), mailbox.key.clone())), ..Who::nobody() };
        let Some(holder) = self.load(&who, &mut self.deadline()).await?.holder else { return Ok(false) };
        // What was kept only until now is free as soon as that is written down.
        let (holder, _) = holder.value.as_of(self.clock.now(), self.rules.account_quota);
        // A sign-up gives way once the change is confirmed.
        let has_more_right = holder.id != dispatch.account && !holder.is_sign_up();
        Ok(has_more_right && holder.keys().all().any(|key| *key == mailbox.key))
    }
}

impl From<Attempted> for Delivery {
    fn from(attempted: Attempted) -> Self {
        match attempted {
            Attempted::Delivered => Self::Delivered,
            Attempted::Refused(cause) => Self::Undeliverable(cause),
            Attempted::Delayed
            | Attempted::Unsent
            | Attempted::Dead
            | Attempted::Cancelled
            | Attempted::Open => Self::Queued,
        }
    }
}
