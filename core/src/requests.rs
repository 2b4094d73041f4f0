//! What the doors and the courier ask of the rules: requests, filled from the settings and the moment.

use crate::{
    accounts::Core,
    decide::Moment,
    domain::{
        AccountId, AddressTag, Candidate, Close, LinkUrl, MailRequest, NewPassword, Purpose, Registration,
    },
    door::NewAccount,
    port::Dossier,
};

impl Core {
    /// What is registered, under a name that is drawn for it. Staff's accounts have no end of their own.
    pub(crate) fn registration(&self, new: &NewAccount, tag: AddressTag, moment: &Moment) -> Registration {
        Registration {
            id: AccountId::new(moment.now, moment.random),
            realm: self.realm.clone(),
            email: new.email.clone(),
            tag,
            validity: new.validity,
            ip_filter_group: new.ip_filter_group.clone(),
            memo: new.memo.clone(),
            locale: new.locale.clone(),
            purge_at: None,
            now: moment.now,
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
}
