//! What the doors, the log-in and the courier ask of the rules: requests, filled from the settings, the dossier and the
//! moment. Every such request is built here and nowhere else; what is reserved of quotas, in the file beside.

use super::{Call, Core, Moment};
use crate::{
    domain::{
        AccountId, AddressTag, Candidate, Close, CodeMint, DeviceMint, DeviceToken, DueWork, EmailAddress,
        IpFilterGroupName, LinkUrl, LogInSnapshot, MailRequest, MailedCode, NewAccount, NewPassword, Origin,
        Purpose, Quota, QuotaOf, QuotaTag, Redemption, Refusal, Registration, ReplaceEmail, SessionStamp,
        Side, Timestamp,
    },
    log_in::{Attempt, LaneName},
    port::{Dossier, Reservation},
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
            lives: &self.rules.code_lives,
            quota: self.rules.account_quota,
            side: Side::Account,
            address: dossier.own_address(),
            stranger_caused: None,
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

    /// How an account is closed by staff.
    pub(crate) fn closing(&self, moment: &Moment) -> Close {
        Close {
            now: moment.now,
            grace: self.rules.closing_grace,
            notice: moment.notice,
            second_notice: moment.mail,
        }
    }

    /// The link to choose a password that whoever took an old address back is owed once the account is open.
    pub(crate) fn owed_link<'a>(&'a self, dossier: &'a Dossier, moment: &Moment) -> MailRequest<'a> {
        self.mail_request(self.links.page(Purpose::PasswordSet), dossier, moment)
    }

    /// Another address, put in the current one's place by staff.
    pub(crate) fn replacement<'a>(
        &self,
        email: &'a EmailAddress,
        tag: AddressTag,
        dropping_revert: bool,
        moment: &Moment,
    ) -> ReplaceEmail<'a> {
        let (now, notice) = (moment.now, moment.notice);
        ReplaceEmail { now, email, tag, notice, history: self.policy.history(), dropping_revert }
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
        dossier: &'a Dossier,
        from: Origin,
        now: Timestamp,
    ) -> Redemption<'a> {
        let account = dossier.account.as_ref().map(|stored| &stored.value);
        let origin_admitted = account.is_some_and(|account| account.admits(from, dossier.filter()));
        Redemption { code, mint: self.mint(dossier), now, origin_admitted, addresses: dossier }
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
        attempt: &Attempt<'_>,
        lane: LaneName,
        dossier: &'d Dossier,
        now: Timestamp,
    ) -> LogInSnapshot<'d> {
        LogInSnapshot {
            account: dossier.account.as_ref().map(|stored| &stored.value),
            address: dossier.address(attempt.tag),
            filter: dossier.filter(),
            origin: attempt.origin,
            now,
            lock_out: &self.rules.lock_out,
            bound_by_locks: matches!(lane, LaneName::Address(_)),
        }
    }

    /// The level of wrong passwords at the door of this account's owner.
    pub(crate) fn owner_failures_level(&self, account: AccountId) -> QuotaTag {
        self.keys.quota_tag(&self.realm, QuotaOf::FailuresOfOwner(account))
    }

    /// The level that a lane counts its failures in, with its quota; none for one that counts them in an address' record.
    pub(crate) fn lane_level(&self, lane: LaneName) -> Option<(QuotaTag, Quota)> {
        match lane {
            LaneName::Address(_) => None,
            LaneName::Device(level) => Some((level, self.rules.device_failure_quota)),
            LaneName::Owner(level) => Some((level, self.rules.owner_failure_quota)),
        }
    }

    /// So many failures of a lane that counts them in a level. Without a ceiling: it never keeps a failure from being
    /// counted.
    pub(crate) fn lane_reservation(
        &self,
        lane: LaneName,
        failures: u32,
        now: Timestamp,
    ) -> Option<Reservation> {
        let (level, quota) = self.lane_level(lane).filter(|_| failures > 0)?;
        let one = Reservation::of(level, quota, now).without_ceiling();
        Some(Reservation { step: one.step.times(u64::from(failures)), ..one })
    }
}
