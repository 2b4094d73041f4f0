//! Strangers' requests: opened by the courier, decided, and removed in the commit that queues what comes of them.
//!
//! At the public door nobody looked whether there is an account; here somebody does, and nobody waits for the answer.

use crate::{
    accounts::Core,
    decide::{Call, Moment, Undecided, Verdict},
    domain::{
        Account, Change, Content, EmailAddress, Happened, Intent, Mail, MailRequest, Party, Purpose,
        QuotaTag, SealError, Stop, Timestamp, Wish,
    },
    error::Fault,
    port::{By, Dossier, Reservation, Stored, Swap, Who},
};

impl Core {
    /// Decides on one claimed request.
    pub(crate) async fn fulfil(&self, mail: Stored<Mail>) -> Result<(), Fault> {
        let Content::Intent(sealed) = &mail.value.content else { return Ok(()) };
        let intent = match Intent::open(&self.keys, &self.realm, mail.value.id, sealed) {
            Ok(intent) => intent,
            // The key may be back after a restart with the right keyring; after that nobody waits for the mail.
            Err(SealError::UnknownKey(key))
                if self.clock.now().since(mail.value.queued_at) < self.rules.retries.age =>
            {
                return Err(Fault::UnknownKey(key));
            }
            Err(_) => return self.drop_request(mail).await,
        };
        let key = intent.email.key();
        let also = vec![self.keys.address_tag_of(&self.realm, &key)];
        let who = Who { also, ..Who::found(By::Email(self.realm.clone(), key)) };
        let decided = self
            .decide(Call::new(who, Party::Courier), |dossier, moment, _| {
                let (mut change, reserve) = match &dossier.account {
                    Some(account) => self.led_to(&intent, &account.value, dossier, moment)?,
                    None => (Change::none(), Vec::new()),
                };
                change.events.push(Happened::RequestDecided { request: mail.value.id });
                let mut verdict = Verdict::new(change, ());
                verdict.reserve = reserve;
                verdict.mails.push(Swap::remove(mail.clone()));
                Ok(verdict)
            })
            .await;
        match decided {
            Ok(_) | Err(Undecided::Superseded) => Ok(()),
            // The recipient's quota is spent.
            Err(Undecided::Exhausted { .. } | Undecided::Refused(_) | Undecided::EmailTaken) => {
                self.drop_request(mail).await
            }
            Err(Undecided::Failed(fault)) => Err(fault),
        }
    }

    /// What a request leads to for this account; nothing where the rules refuse, and nobody is told.
    fn led_to(
        &self,
        intent: &Intent,
        account: &Account,
        dossier: &Dossier,
        moment: &Moment,
    ) -> Result<(Change, Vec<Reservation>), Stop> {
        let Wish::PasswordReset = intent.wish;
        let request = MailRequest {
            now: moment.now,
            mail: moment.mail,
            nonce: moment.nonce,
            keys: &self.keys,
            page: intent.page.as_ref().unwrap_or_else(|| self.links.page(Purpose::PasswordReset)),
            return_url: intent.return_url.as_ref(),
            quota: self.rules.account_quota,
            address: dossier.own_address(),
            stranger_caused: true,
            bypass_throttle: false,
            claimed_until: None,
        };
        Ok(match account.request_password_reset(&request) {
            Ok(change) => (change, self.recipient_reservation(account, moment.now, false)?),
            Err(_) => (Change::none(), Vec::new()),
        })
    }

    /// A request that leads to nothing.
    async fn drop_request(&self, mail: Stored<Mail>) -> Result<(), Fault> {
        let decided = Happened::RequestDecided { request: mail.value.id };
        self.replace_mail(mail, None, Change { events: vec![decided], ..Change::none() }).await
    }

    /// Another state of a claimed mail, or none.
    pub(crate) async fn replace_mail(
        &self,
        mail: Stored<Mail>,
        after: Option<Mail>,
        change: Change,
    ) -> Result<(), Fault> {
        let decided = self
            .decide(Call::new(Who::nobody(), Party::Courier), |_, _, _| {
                let mut verdict = Verdict::new(change.clone(), ());
                verdict.mails.push(Swap { before: Some(mail.clone()), after: after.clone() });
                Ok(verdict)
            })
            .await;
        match decided {
            Err(Undecided::Failed(fault)) => Err(fault),
            // Whoever has the mail by now sees to it.
            _ => Ok(()),
        }
    }

    /// The level of all mails with a code to this recipient.
    pub(crate) fn recipients_level(&self, recipient: &EmailAddress) -> QuotaTag {
        self.keys.recipient_tag(&self.realm, "mail", recipient)
    }

    /// A unit of the recipient's quota; also where the throttle is passed over, so that it counts afterwards.
    pub(crate) fn recipient_reservation(
        &self,
        account: &Account,
        now: Timestamp,
        bypass: bool,
    ) -> Result<Vec<Reservation>, Stop> {
        let recipient = &account.facts()?.mailbox.address;
        let quota = self.rules.recipient_quota;
        Ok(vec![Reservation {
            of: self.recipients_level(recipient),
            floor: now,
            step: quota.period(),
            ceiling: if bypass { Timestamp::MAX } else { quota.ceiling(now) },
        }])
    }
}
