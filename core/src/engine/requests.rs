//! What the doors, the log-in and the courier ask of the rules: requests and reservations, filled from the settings, the
//! dossier and the moment. Every such request is built here and nowhere else.

use super::{Call, Core, Moment};
use crate::{
    domain::{
        AccountId, AddressTag, Candidate, Close, CodeMint, DeviceMint, DeviceToken, DueWork, EmailAddress,
        IpFilterGroupName, LinkUrl, LogInSnapshot, MailRequest, MailedCode, NewAccount, NewPassword, Origin,
        Purpose, QuotaTag, Redemption, Refusal, Registration, ReplaceEmail, SessionStamp, Span, Timestamp,
    },
    error::Fault,
    port::{Dossier, Reservation, Who},
};

impl Core {
    /// What is registered, under a name that is drawn for it. Staff's accounts have no end of their own.
    pub(crate) fn registration(&self, new: &NewAccount, tag: AddressTag, moment: &Moment) -> Registration {
        Registration {
            id: AccountId::new(moment.now, moment.random),
            realm: self.realm.clone(),
            email: new.email.clone(),
            tag,
            attributes: new.attributes.clone(),
            purge_at: None,
            now: moment.now,
        }
    }

    /// A call that also loads the group of networks that an account shall name, if it shall name one.
    pub(crate) fn naming_group<'a>(&self, mut call: Call<'a>, name: Option<&IpFilterGroupName>) -> Call<'a> {
        if let Some(name) = name {
            call.who.group = Some((self.realm.clone(), name.clone()));
            call.first = None;
        }
        call
    }

    /// Whether the group that an account shall name is there. It is read and not guarded: a group that is removed right
    /// after lets in nobody.
    pub(crate) fn known_group(
        &self,
        name: Option<&IpFilterGroupName>,
        dossier: &Dossier,
    ) -> Result<(), Refusal> {
        match name {
            Some(name) if dossier.group(&self.realm, name).is_none() => Err(Refusal::UnknownIpFilterGroup),
            _ => Ok(()),
        }
    }

    /// The page that a code leads to: the one that was named, and checked, or its purpose's own.
    pub(crate) fn page<'a>(&'a self, named: Option<&'a LinkUrl>, purpose: Purpose) -> &'a LinkUrl {
        named.unwrap_or_else(|| self.links.page(purpose))
    }

    /// A mail with a code that nobody but staff or the owner asked for: by the rules, for the next courier.
    pub(crate) fn mail_request<'a>(
        &'a self,
        page: &'a LinkUrl,
        dossier: &'a Dossier,
        moment: &Moment,
    ) -> MailRequest<'a> {
        MailRequest {
            now: moment.now,
            mail: moment.mail,
            nonce: moment.nonce,
            keys: &self.keys,
            page,
            return_url: None,
            quota: self.rules.account_quota,
            address: dossier.own_address(),
            stranger_caused: false,
            bypass_throttle: false,
            claimed_until: None,
            carried: None,
        }
    }

    /// What a new password of the account is judged by.
    pub(crate) fn new_password<'a>(
        &'a self,
        candidate: Candidate<'a>,
        dossier: &'a Dossier,
        moment: &Moment,
    ) -> NewPassword<'a> {
        NewPassword {
            now: moment.now,
            candidate,
            policy: &self.policy,
            address: dossier.own_address(),
            notice: moment.notice,
            warnings: self.rules.expiry_warnings,
        }
    }

    /// How an account is closed, whoever does it.
    pub(crate) fn closing(&self, moment: &Moment) -> Close {
        Close {
            now: moment.now,
            grace: self.rules.closing_grace,
            notice: moment.notice,
            second_notice: moment.mail,
        }
    }

    /// Another address, put in the current one's place by staff.
    pub(crate) fn replacement<'a>(
        &self,
        email: &'a EmailAddress,
        tag: AddressTag,
        moment: &Moment,
    ) -> ReplaceEmail<'a> {
        let (now, notice) = (moment.now, moment.notice);
        ReplaceEmail { now, email, tag, notice, history: self.policy.history() }
    }

    /// What is due for an account by itself.
    pub(crate) fn due_work(&self, moment: &Moment) -> DueWork {
        DueWork { now: moment.now, notice: moment.notice, warnings: self.rules.expiry_warnings }
    }

    /// What makes and recognises codes of the store's present life.
    pub(crate) fn mint(&self, dossier: &Dossier) -> CodeMint<'_> {
        CodeMint { keys: &self.keys, realm: &self.realm, incarnation: dossier.incarnation }
    }

    /// Somebody brings a code, from there.
    pub(crate) fn redemption<'a>(
        &'a self,
        code: &'a MailedCode,
        dossier: &Dossier,
        from: Origin,
        now: Timestamp,
    ) -> Redemption<'a> {
        let account = dossier.account.as_ref().map(|stored| &stored.value);
        let origin_admitted = account.is_some_and(|account| account.admits(from, dossier.filter()));
        Redemption { code, mint: self.mint(dossier), now, origin_admitted }
    }

    /// What makes device tokens and recognises them.
    pub(crate) fn devices(&self) -> DeviceMint<'_> {
        DeviceMint { keys: &self.keys, realm: &self.realm }
    }

    /// What a device is known by that has just been let in.
    pub(crate) fn known_device(&self, stamp: SessionStamp, moment: &Moment) -> DeviceToken {
        self.devices().token(stamp, moment.now, moment.device)
    }

    /// What is known when an attempt to log in begins, or ends.
    pub(crate) fn log_in_snapshot<'d>(
        &'d self,
        address: AddressTag,
        origin: Origin,
        dossier: &'d Dossier,
        now: Timestamp,
    ) -> LogInSnapshot<'d> {
        LogInSnapshot {
            account: dossier.account.as_ref().map(|stored| &stored.value),
            address: dossier.address(address),
            filter: dossier.filter(),
            origin,
            now,
            lock_out: &self.rules.lock_out,
        }
    }

    /// The level of this origin's requests for mail; none where the origin is not known.
    pub(crate) fn requests_level(&self, origin: Origin) -> Option<QuotaTag> {
        self.keys.origin_tag(&self.realm, "mail requests", origin)
    }

    /// A unit of the origin's quota of requests for mail.
    pub(crate) fn request_reservation(&self, origin: Origin, now: Timestamp) -> Option<Reservation> {
        let quota = self.rules.origin_quota;
        Some(Reservation::of(self.requests_level(origin)?, quota, now))
    }

    /// The level of this origin's failed log-ins; none where the origin is not known.
    pub(crate) fn failures_level(&self, origin: Origin) -> Option<QuotaTag> {
        self.keys.origin_tag(&self.realm, "log-in failures", origin)
    }

    /// Counts against the origin. Without a ceiling: it never keeps a failure from being counted.
    pub(crate) fn failure_reservation(&self, origin: Origin, now: Timestamp) -> Option<Reservation> {
        let quota = self.rules.origin_failure_quota;
        Some(Reservation::of(self.failures_level(origin)?, quota, now).without_ceiling())
    }

    /// The level of all mails with a code to this recipient.
    pub(crate) fn recipients_level(&self, recipient: &EmailAddress) -> QuotaTag {
        self.keys.recipient_tag(&self.realm, "mail", recipient)
    }

    /// A unit of the recipient's quota; also where the throttle is passed over, so that it counts afterwards.
    pub(crate) fn recipient_reservation(
        &self,
        recipient: &EmailAddress,
        now: Timestamp,
        bypass: bool,
    ) -> Reservation {
        let asked = Reservation::of(self.recipients_level(recipient), self.rules.recipient_quota, now);
        if bypass { asked.without_ceiling() } else { asked }
    }

    /// How long the recipient's quota makes wait.
    pub(crate) async fn recipients_wait(&self, recipient: &EmailAddress) -> Result<Span, Fault> {
        let level = self.recipients_level(recipient);
        let who = Who { levels: vec![level], ..Who::nobody() };
        let dossier = self.load(&who, &mut self.deadline()).await?;
        Ok(self.rules.recipient_quota.wait(dossier.level(level), self.clock.now()).unwrap_or(Span::ZERO))
    }
}
