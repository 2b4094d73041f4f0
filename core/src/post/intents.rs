//! Strangers' requests: opened by the courier, decided, and removed in the commit that queues what comes of them.
//!
//! At the public door nobody looked whether there is an account; here somebody does, and nobody waits for the answer.

use crate::{
    domain::{
        Account, Change, Content, EventKind, Initiator, InitiatorKind, Intent, IntentKind, Mail, MailRequest,
        MailState, NewAccount, Purpose, Refusal, Registration, SealError, Side, Span, StandingKind, Status,
        Stop,
    },
    engine::{Call, Core, DecideError, Moment, Told, Verdict},
    error::Fault,
    port::{By, Dossier, Reservation, Stored, Swap, Who},
};

/// How often a request is decided at most, where somebody registered its address in between.
const TRIES: u32 = 3;

impl Core {
    /// How long a sign-up waits for the quota of all of them to admit it (fixed).
    const SIGN_UP_WAITS: Span = Span::hours(1);

    /// Decides on one claimed request.
    pub(crate) async fn fulfil(&self, mail: Stored<Mail>) -> Result<(), Fault> {
        let Content::Intent(sealed) = &mail.value.content else { return Ok(()) };
        let is_given_up = self.clock.now().since(mail.value.queued_at) >= self.rules.retries.age;
        let intent = match Intent::open(&self.keys, &self.realm, mail.value.id, sealed) {
            Ok(intent) => intent,
            // The key may be back after a restart with the right keyring; after that nobody waits for the mail.
            Err(error @ (SealError::UnknownKey(_) | SealError::WrongKey(_))) if !is_given_up => {
                return Err(error.into());
            }
            Err(_) => return self.drop_request(mail).await,
        };
        let key = intent.email.key();
        let also = vec![self.keys.address_tag_of(&self.realm, &key)];
        let who = Who { also, ..Who::found(By::Email(self.realm.clone(), key)) };
        let mut by_link = true;
        for _ in 0..TRIES {
            let decided = self.decide_request(&mail, &intent, by_link, &who).await;
            return match decided {
                Ok(_) | Err(DecideError::Superseded) => Ok(()),
                // Somebody registered it a moment ago: that account is found now.
                Err(DecideError::EmailTaken) => continue,
                // The host's own part of the commit may say yes when the claim has lapsed.
                Err(DecideError::Refused(veto @ Refusal::Vetoed { .. })) if !is_given_up => Err(vetoed(veto)),
                // The recipient gets no further link, but is told all the same.
                Err(DecideError::Exhausted { .. })
                    if by_link && intent.kind == IntentKind::DisabledNotice =>
                {
                    by_link = false;
                    continue;
                }
                // The recipient's quota is spent.
                Err(DecideError::Exhausted { levels, wait }) if self.only_sign_ups_are_spent(&levels) => {
                    self.put_off(mail, wait).await
                }
                Err(DecideError::Exhausted { .. } | DecideError::Refused(_)) => break,
                Err(DecideError::Failed(fault)) => Err(fault),
            };
        }
        // Or the address is kept for another account, where nobody is found by it.
        self.drop_request(mail).await
    }

    async fn decide_request(
        &self,
        mail: &Stored<Mail>,
        intent: &Intent,
        by_link: bool,
        who: &Who,
    ) -> Result<(), DecideError> {
        let mut call = Call::new(who.clone(), Initiator::Courier);
        let from = intent.seen_from.clone();
        call.told = Told { at: Some(mail.value.queued_at), by: InitiatorKind::Stranger, from };
        self.decide(call, |dossier, moment, _| {
            let (mut change, reserve) = self.led_to(intent, by_link, dossier, moment)?;
            let leads_to_nothing = change == Change::none();
            change.events.push(EventKind::RequestDecided { request: mail.value.id });
            let mut verdict = Verdict::new(change, ());
            verdict.stray = leads_to_nothing;
            verdict.reserve = reserve;
            verdict.mails.push(Swap::remove(mail.clone()));
            Ok(verdict)
        })
        .await
        .map(drop)
    }

    /// What a request leads to; nothing where the rules refuse, and nobody is told.
    fn led_to(
        &self,
        intent: &Intent,
        by_link: bool,
        dossier: &Dossier,
        moment: &Moment,
    ) -> Result<(Change, Vec<Reservation>), Stop> {
        let account = dossier.account.as_ref().map(|stored| &stored.value);
        let request = |purpose| MailRequest {
            return_url: intent.return_url.as_ref(),
            stranger_caused: Some(intent.kind.mail_kind()),
            side: Side::Stranger,
            carried: intent.carried.as_ref(),
            ..self.mail_request(self.page(intent.page.as_ref(), purpose), dossier, moment)
        };
        let change = match (intent.kind, account) {
            (IntentKind::PasswordReset, Some(account)) => {
                account.request_password_reset(&request(account.reset_purpose()))
            }
            (IntentKind::SignUp, Some(account)) if account.standing() == StandingKind::Closed => {
                account.signed_up_while_closed(&request(Purpose::Reopen))
            }
            (IntentKind::SignUp, Some(account)) if account.status() == Ok(Status::New) => {
                account.sign_up_again(&request(Purpose::PasswordSet))
            }
            (IntentKind::SignUp, Some(account)) => account.already_registered(&request(Purpose::PasswordSet)),
            (IntentKind::SignUp, None) => self
                .signed_up(intent, moment)
                .then(|account| account.request_password_set(&request(Purpose::PasswordSet))),
            (IntentKind::LockNotice, Some(account)) => account.lock_notice(moment.mail, moment.now),
            (IntentKind::DisabledNotice, Some(account)) => {
                account.disabled_notice(&request(Purpose::PasswordReset), moment.notice, by_link)
            }
            (IntentKind::PasswordReset | IntentKind::LockNotice | IntentKind::DisabledNotice, None) => {
                Ok(Change::none())
            }
        };
        let change = change.unwrap_or_default().asked_in(intent.locale.as_ref());
        let reserve = self.recipient_reservations(intent.kind, account, &change, moment.now);
        Ok((change, reserve))
    }

    /// The account that a stranger asked for, which nobody has proven yet.
    fn signed_up(&self, intent: &Intent, moment: &Moment) -> Change {
        let new = NewAccount::new(intent.email.clone()).with_locale(intent.locale.clone());
        let tag = self.keys.address_tag(&self.realm, &intent.email);
        let purge_at = Some(moment.now + self.rules.sign_up_kept);
        let registered = Account::register(Registration { purge_at, ..self.registration(&new, tag, moment) });
        registered.carrying(intent.carried.as_ref())
    }

    /// So many sign up that this one waits, the longer the older it is, lest all that wait be decided again each moment;
    /// after an hour nobody waits for its mail any more. No attempt is counted.
    async fn put_off(&self, mail: Stored<Mail>, wait: Span) -> Result<(), Fault> {
        let now = self.clock.now();
        let age = now.since(mail.value.queued_at);
        if age >= Self::SIGN_UP_WAITS {
            return self.drop_request(mail).await;
        }
        // Further ahead than the horizon, a due time counts as due.
        let wait = wait.max(Span::micros(age.as_micros() / 4)).min(self.rules.retries.longest_wait());
        let until = now + wait;
        let state = MailState::Retry { at: until };
        let after = Mail { attempts: mail.value.attempts.saturating_sub(1), state, ..mail.value.clone() };
        let delayed = EventKind::MailDelayed { mail: after.id, until, ours: false };
        self.replace_mail(mail, Some(after), Change { events: vec![delayed], ..Change::none() }).await
    }

    /// A request that leads to nothing.
    async fn drop_request(&self, mail: Stored<Mail>) -> Result<(), Fault> {
        let decided = EventKind::RequestDecided { request: mail.value.id };
        self.replace_mail(mail, None, Change { events: vec![decided], ..Change::none() }).await
    }

    /// Another state of a claimed mail, or none.
    async fn replace_mail(
        &self,
        mail: Stored<Mail>,
        after: Option<Mail>,
        change: Change,
    ) -> Result<(), Fault> {
        let decided = self
            .decide(Call::new(Who::nobody(), Initiator::Courier), |_, _, _| {
                let mut verdict = Verdict::new(change.clone(), ());
                verdict.mails.push(Swap { before: Some(mail.clone()), after: after.clone() });
                Ok(verdict)
            })
            .await;
        match decided {
            Err(DecideError::Failed(fault)) => Err(fault),
            Err(DecideError::Refused(veto)) => Err(vetoed(veto)),
            // Whoever has the mail by now sees to it.
            _ => Ok(()),
        }
    }
}

/// The host's own part of the commit said no, and there is nobody to tell but the operators.
fn vetoed(veto: Refusal) -> Fault {
    Fault::HostFailed(veto.into())
}
