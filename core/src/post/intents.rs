//! Strangers' requests: opened by the courier, decided, and removed in the commit that queues what comes of them.
//!
//! At the public door nobody looked whether there is an account; here somebody does, and nobody waits for the answer.

use crate::{
    domain::{
        Account, Change, Content, EventKind, Initiator, Intent, IntentKind, Mail, MailRequest, NewAccount,
        Purpose, Refusal, Registration, SealError, Status, Stop,
    },
    engine::{Call, Core, DecideError, Moment, Verdict},
    error::Fault,
    port::{By, Dossier, Reservation, Stored, Swap, Who},
};

/// How often a request is decided at most, where somebody registered its address in between.
const TRIES: u32 = 3;

impl Core {
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
        for _ in 0..TRIES {
            let decided = self.decide_request(&mail, &intent, &who).await;
            return match decided {
                Ok(_) | Err(DecideError::Superseded) => Ok(()),
                // Somebody registered it a moment ago: that account is found now.
                Err(DecideError::EmailTaken) => continue,
                // The host's own part of the commit may say yes when the claim has lapsed.
                Err(DecideError::Refused(veto @ Refusal::Vetoed { .. })) if !is_given_up => Err(vetoed(veto)),
                // The recipient's quota is spent.
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
        who: &Who,
    ) -> Result<(), DecideError> {
        self.decide(Call::new(who.clone(), Initiator::Courier), |dossier, moment, _| {
            let (mut change, reserve) = self.led_to(intent, dossier, moment)?;
            change.events.push(EventKind::RequestDecided { request: mail.value.id });
            let mut verdict = Verdict::new(change, ());
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
        dossier: &Dossier,
        moment: &Moment,
    ) -> Result<(Change, Vec<Reservation>), Stop> {
        let account = dossier.account.as_ref().map(|stored| &stored.value);
        let request = |purpose| MailRequest {
            return_url: intent.return_url.as_ref(),
            stranger_caused: true,
            carried: intent.carried.as_ref(),
            ..self.mail_request(self.page(intent.page.as_ref(), purpose), dossier, moment)
        };
        let change = match (intent.kind, account) {
            (IntentKind::PasswordReset, Some(account)) => {
                account.request_password_reset(&request(account.reset_purpose()))
            }
            (IntentKind::SignUp, Some(account)) if account.status() == Ok(Status::New) => {
                account.sign_up_again(&request(Purpose::PasswordSet))
            }
            (IntentKind::SignUp, Some(account)) => account.already_registered(&request(Purpose::PasswordSet)),
            (IntentKind::SignUp, None) => self
                .signed_up(intent, moment)
                .then(|account| account.request_password_set(&request(Purpose::PasswordSet))),
            (IntentKind::LockNotice, Some(account)) => account.lock_notice(moment.mail, moment.now),
            (IntentKind::PasswordReset | IntentKind::LockNotice, None) => Ok(Change::none()),
        };
        // Where nothing is mailed, it counts all the same: at another door, one's own change of address to it would tell.
        let counts = intent.kind != IntentKind::LockNotice;
        let reserve = counts.then(|| self.recipient_reservation(&intent.email, moment.now, false));
        Ok((change.unwrap_or_default(), reserve.into_iter().collect()))
    }

    /// The account that a stranger asked for, which nobody has proven yet.
    fn signed_up(&self, intent: &Intent, moment: &Moment) -> Change {
        let new = NewAccount::new(intent.email.clone()).with_locale(intent.locale.clone());
        let tag = self.keys.address_tag(&self.realm, &intent.email);
        let purge_at = Some(moment.now + self.rules.sign_up_kept);
        let registered = Account::register(Registration { purge_at, ..self.registration(&new, tag, moment) });
        registered.carrying(intent.carried.as_ref())
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
