//! Passwords, as far as staff has to do with them: mails that lead to one, codes, assigning one, and who sets them.

use super::Admin;
use crate::{
    domain::{
        Account, AccountId, AssignPassword, Candidate, Change, Code, LinkUrl, Locale, MailRequest,
        MailedLink, Management, ManagementChange, Password, Purpose, Refusal, Span, Stop, Timestamp,
    },
    door::{DeliveryOptions, MailOptions},
    engine::Core,
    engine::watch::{self, watched},
    engine::{Call, Decided, Lease, Verdict, address_or_new},
    error::{Error, Fault},
    port::{Claimed, Dossier},
    post::delivery::Delivery,
};

/// A code that was made for a host to mail itself, with the link and its expiry.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct IssuedCode {
    /// The code alone. A secret: whoever has it can redeem it.
    pub code: Code,
    /// The link with the code in it. A secret, as the code is.
    pub link: MailedLink,
    /// When the code expires, as things stand: a repeated request can put it off.
    pub expires_at: Timestamp,
}

impl Admin {
    /// Mails the code that lets the owner choose a first password, and waits for the mail server's answer as the
    /// options say.
    ///
    /// Allowed for a new account, and while a replaced address has left the account without a password. At most one
    /// such mail leaves each 600 s ([`Rules::account_quota`](crate::domain::Rules::account_quota)) on the account's own
    /// side; what strangers ask for does not count. A repeat mails the same code while it lives.
    ///
    /// # Errors
    /// [`Error::BadInput`] (`page_not_allowed`, `return_url_not_allowed`); `no_such_account`, `account_closed`,
    /// `account_suspended`, `password_set_not_expected`, `address_undeliverable`, `throttled`; a [`Fault`].
    pub async fn request_password_set(
        &self,
        id: AccountId,
        options: DeliveryOptions,
    ) -> Result<Delivery, Error> {
        watched("admin.request_password_set", self.core.realm.as_str(), async {
            let mailed = self.mail(id, Purpose::PasswordSet, options, |account, request| {
                account.request_password_set(request)
            });
            Ok(mailed.await?.unwrap_or(Delivery::Queued))
        })
        .await
    }

    /// Mails a code that proves the account's address, and waits for the mail server's answer as the options say. It is for
    /// an account that has an unproven address, as one that was imported may be, and a password that need not be changed
    /// first; any other code that chooses a password proves the address as well. The code counts only in a session of the account
    /// ([`Owner::prove_email`](crate::Owner::prove_email)), and nothing else changes by it. A repeat mails the same code
    /// while it lives, 24 h from each request.
    ///
    /// # Errors
    /// [`Error::BadInput`] (`page_not_allowed`, `return_url_not_allowed`); `no_such_account`, `account_closed`,
    /// `account_suspended`, `address_proven`, `code_not_expected`, `address_undeliverable`, `throttled`; a [`Fault`].
    pub async fn request_email_proof(
        &self,
        id: AccountId,
        options: DeliveryOptions,
    ) -> Result<Delivery, Error> {
        watched("admin.request_email_proof", self.core.realm.as_str(), async {
            let mailed = self.mail(id, Purpose::EmailProof, options, |account, request| {
                account.request_email_proof(request)
            });
            Ok(mailed.await?.unwrap_or(Delivery::Queued))
        })
        .await
    }

    /// Changes who sets the account's passwords: at once where it has none, else once the new party has set one. A
    /// change to the owner mails a code, again at each repeat, and gives the mail's delivery; every other outcome mails
    /// nothing and gives none. Naming the party that sets them now drops a change that is pending.
    ///
    /// # Errors
    /// `page_not_allowed`, `return_url_not_allowed`; `no_such_account`, `account_closed`; where a mail is to go out
    /// also `account_suspended`, `address_undeliverable`, `throttled`; a [`Fault`].
    pub async fn change_password_management(
        &self,
        id: AccountId,
        to: Management,
        options: DeliveryOptions,
    ) -> Result<Option<Delivery>, Error> {
        watched("admin.change_password_management", self.core.realm.as_str(), async {
            self.mail(id, Purpose::PasswordManagement, options, |account, request| {
                account.change_password_management(&ManagementChange { to, code: *request })
            })
            .await
        })
        .await
    }

    /// Makes the code of a purpose, for a host that mails it itself: to the address that the code is bound to and to no
    /// other, since whoever redeems it proves that address. Nothing is mailed, and no throttle is charged. While such a
    /// code lives, the same one is given again.
    ///
    /// # Errors
    /// [`Error::BadInput`] (`page_not_allowed`, `return_url_not_allowed`); `no_such_account`, `account_closed`,
    /// `account_suspended`, `password_set_not_expected`, `address_proven`, `code_not_expected`; a [`Fault`].
    pub async fn issue_code(
        &self,
        id: AccountId,
        purpose: Purpose,
        options: &MailOptions,
    ) -> Result<IssuedCode, Error> {
        watched("admin.issue_code", self.core.realm.as_str(), async {
            let core = &self.core;
            options.check(&core.links)?;
            let page = core.page(options.page.as_ref(), purpose);
            let decided = self
                .change(Call::of_staff(id, self.initiator()), |account, dossier, moment| {
                    let request = MailRequest {
                        return_url: options.return_url.as_ref(),
                        ..core.mail_request(page, dossier, moment)
                    };
                    account.issue_code(purpose, &request)
                })
                .await?;
            IssuedCode::of(core, &decided.after, purpose, page, options.locale.as_ref())
                .ok_or_else(|| Fault::Defect("an issued code that is not there").into())
        })
        .await
    }

    /// Assigns a password. Its owner must change it at the first log-in, and it lets nobody in after 72 h
    /// ([`Rules::temporary_password`](crate::domain::Rules::temporary_password)); all sessions end.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`, `weak_password`; a [`Fault`].
    pub async fn assign_password(&self, id: AccountId, new: &Password) -> Result<(), Error> {
        watched("admin.assign_password", self.core.realm.as_str(), async {
            let core = &self.core;
            let mut call = Call::of_staff(id, self.initiator());
            call.candidate = Some(new);
            core.decide(call, |dossier, moment, hashed| {
                let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
                let candidate = Candidate { password: new, hashed };
                let new = core.new_password(candidate, dossier, moment);
                let change = account
                    .assign_password(&AssignPassword { new, temporary: core.rules.temporary_password })?;
                Ok(Verdict::new(change, ()))
            })
            .await?;
            Ok(())
        })
        .await
    }

    /// Runs a command that may queue a mail with a code to the account's address, and gives the mail's delivery; none
    /// if it queued none.
    async fn mail(
        &self,
        id: AccountId,
        purpose: Purpose,
        options: DeliveryOptions,
        mut command: impl FnMut(&Account, &MailRequest<'_>) -> Result<Change, Refusal> + Send,
    ) -> Result<Option<Delivery>, Error> {
        let core = &self.core;
        options.mail.check(&core.links)?;
        let page = core.page(options.mail.page.as_ref(), purpose);
        let at_once = options.wait > Span::ZERO;
        let retries = &core.rules.retries;
        let lease = at_once.then(|| Lease::begin(&*core.clock, retries.lease));
        let decided = core
            .decide(Call::of_staff(id, self.initiator()), |dossier, moment, _| {
                let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
                let request = MailRequest {
                    return_url: options.mail.return_url.as_ref(),
                    bypass_throttle: options.bypass_throttle,
                    claimed_until: at_once.then(|| moment.now + retries.lease),
                    ..core.mail_request(page, dossier, moment)
                };
                let change = command(account, &request)?.asked_in(options.mail.locale.as_ref());
                let mails = !change.mails.is_empty();
                let mut verdict = Verdict::new(change, ());
                if mails {
                    let mailbox = &account.facts()?.mailbox;
                    if at_once {
                        // Nobody looks again before it is handed over: that mail reaches the address must still be so
                        // when this is committed.
                        verdict.change.addresses.push(address_or_new(dossier, mailbox.tag));
                    }
                }
                Ok::<_, Stop>(verdict)
            })
            .await;
        let Decided { after, mails, .. } = decided?;
        match (mails.into_iter().next(), lease) {
            (Some(mail), Some(lease)) => {
                let claimed = Claimed { mail, dossier: after };
                // The mail is queued already. Whatever fails from here on, the claim lapses, and the courier takes it up.
                let delivered = core.deliver(claimed, self.initiator(), options.wait, &lease).await;
                Ok(Some(delivered.map_or_else(
                    |fault| {
                        watch::troubled(&fault);
                        Delivery::Queued
                    },
                    Delivery::from,
                )))
            }
            (Some(_), None) => Ok(Some(Delivery::Queued)),
            (None, _) => Ok(None),
        }
    }
}

impl IssuedCode {
    /// The code of a purpose as the account has it now; none where it has none.
    fn of(
        core: &Core,
        dossier: &Dossier,
        purpose: Purpose,
        page: &LinkUrl,
        asked_in: Option<&Locale>,
    ) -> Option<Self> {
        let account = &dossier.account.as_ref()?.value;
        let facts = account.facts().ok()?;
        let confirmation = facts.code_carrying_nothing(facts.confirmations.get(&purpose)?.issued.as_ref()?);
        let mailbox = facts.mailbox(confirmation.recipient)?;
        let code = core.mint(dossier).code(account.id, purpose, &mailbox.address, &confirmation)?;
        let lang = facts.attributes.locale.as_ref().or(asked_in);
        let link = page.with_code(account.id, &code, confirmation.return_url.as_ref(), lang);
        Some(Self { code, link, expires_at: facts.end_told(purpose, confirmation.expires_at) })
    }
}
