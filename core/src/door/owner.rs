//! The door for a signed-in person, to their own account.

mod view;

use std::{fmt, sync::Arc};

pub use self::view::OwnerView;

use crate::{
    domain::{
        Account, AccountId, Admission, Candidate, Change, ChangePassword, CloseOwn, CoarseOrigin,
        ConfirmEmail, Denial, EmailAddress, EmailChange, Hashed, Initiator, Locale, MailKind, MailRequest,
        MailedCode, Origin, Password, ProveEmail, Purpose, Refusal, Renewed, SessionStamp, Stop,
        TypedPassword,
    },
    door::MailOptions,
    engine::Core,
    engine::watch::watched,
    engine::{Call, DecideError, Moment, Verdict},
    error::{Error, Fault},
    log_in::{Attempt, Claim, Right, Verified},
    port::{By, Dossier, Who},
};

/// What a signed-in person may do to their own account. Made by [`Accounts::owner`](crate::Accounts::owner) of the
/// stamp in their session.
///
/// A stamp whose password must be changed first passes [`change_password`](Self::change_password) only; every other
/// command is refused as `password_change_required`.
#[derive(Clone)]
pub struct Owner {
    core: Arc<Core>,
    stamp: SessionStamp,
    from: Origin,
    seen_from: Option<CoarseOrigin>,
}

impl Owner {
    pub(crate) fn new(core: Arc<Core>, stamp: SessionStamp, from: Origin) -> Self {
        Self { core, stamp, from, seen_from: None }
    }

    /// Says roughly from where the caller is seen, for the mails that tell the account's owner what was done.
    #[must_use]
    pub fn seen_from(mut self, place: CoarseOrigin) -> Self {
        self.seen_from = Some(place);
        self
    }

    /// The account, as the stamp names it: also one that is closed or erased by now.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.stamp.account
    }

    /// Tells whether the session still holds: the account is active, and nothing ended its sessions since the stamp was
    /// given. Ask this at each request, or as often as a session that was ended may live on (NIST SP 800-63B-4, 5.1).
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn is_current(&self) -> Result<bool, Fault> {
        watched("owner.is_current", self.core.realm.as_str(), async {
            let mut deadline = self.core.deadline();
            let dossier = self.core.load(&Who::id(self.stamp.account), &mut deadline).await?;
            Ok(dossier.account.is_some_and(|account| account.value.in_session(self.stamp.epoch).is_ok()))
        })
        .await
    }

    /// Shows the account to its owner: where its mail goes, and which of it is held back, why and since when.
    ///
    /// # Errors
    /// `no_such_account`, `account_suspended`, `account_closed`, `session_ended`, `password_change_required`; a
    /// [`Fault`].
    pub async fn view(&self) -> Result<OwnerView, Error> {
        watched("owner.view", self.core.realm.as_str(), async {
            let core = &self.core;
            let loaded = core.load(&Who::id(self.stamp.account), &mut core.deadline()).await?;
            let now = core.clock.now();
            let (dossier, _) = core.as_of(&loaded, now);
            let account = account_of(&dossier)?;
            account.in_session(self.stamp.epoch)?;
            let facts = account.facts()?;
            facts.password_in_force(now)?;
            Ok(OwnerView::of(self.stamp.account, facts, &dossier))
        })
        .await
    }

    /// Changes the password, given the current one. All other sessions end; the answer is the new stamp of this
    /// session.
    ///
    /// # Errors
    /// `no_such_account`, `account_suspended`, `account_closed`, `session_ended`; `weak_password`; `wrong_password`;
    /// `locked` once that was said too often ([`Rules::owner_failure_quota`](crate::domain::Rules::owner_failure_quota)),
    /// whatever strangers do; `throttled` once this origin failed too often, which a new password that is refused after it
    /// was hashed counts for; a [`Fault`].
    pub async fn change_password(&self, current: &TypedPassword, new: &Password) -> Result<Renewed, Error> {
        watched("owner.change_password", self.core.realm.as_str(), async {
            let core = &self.core;
            let decided = self.knowing(current, Some(new), |account, right, dossier, moment, hashed| {
                let new = core.new_password(Candidate { password: new, hashed }, dossier, moment);
                let request =
                    ChangePassword { new, verified: &right.credential.sealed, epoch: self.stamp.epoch };
                let change = account.change_password(&request)?;
                let renewed = self.renewed(account, &change, moment);
                Ok(Verdict::new(change, renewed))
            });
            Ok(decided.await??)
        })
        .await
    }

    /// Asks for another address, given the current password. A code goes to the new address and a link that cancels the
    /// change to the old one, which stays in place until [`confirm_email`](Self::confirm_email). A repeat mails the
    /// same code; asking for yet another address drops the pending one. While an earlier change can be taken back from the
    /// old mailbox, no further one is made. Whether somebody has the new address already is
    /// told only to whoever reads its mail.
    ///
    /// # Errors
    /// [`Error::BadInput`] (`page_not_allowed`, `return_url_not_allowed`); `no_such_account`, `account_suspended`,
    /// `account_closed`, `session_ended`, `wrong_password`, `locked` once that was said too often,
    /// `password_change_required`, `address_unchanged`, `revert_live`, `throttled`; a [`Fault`].
    pub async fn request_email_change(
        &self,
        current: &TypedPassword,
        email: &EmailAddress,
        mail: &MailOptions,
    ) -> Result<(), Error> {
        watched("owner.request_email_change", self.core.realm.as_str(), async {
            let core = &self.core;
            mail.check(&core.links)?;
            let tag = core.keys.address_tag(&core.realm, email);
            let page = core.page(mail.page.as_ref(), Purpose::EmailConfirm);
            let decided = self.knowing(current, None, |account, right, dossier, moment, _| {
                let code = MailRequest {
                    return_url: mail.return_url.as_ref(),
                    // Whoever reads that mail may have nothing to do with the account.
                    stranger_caused: Some(MailKind::EmailChange),
                    ..core.mail_request(page, dossier, moment)
                };
                let change = account.request_email_change(&EmailChange {
                    code,
                    notice: moment.notice,
                    cancel_page: core.links.page(Purpose::EmailCancel),
                    email,
                    tag,
                    verified: &right.credential.sealed,
                    epoch: self.stamp.epoch,
                })?;
                let mut verdict = Verdict::new(change.asked_in(mail.locale.as_ref()), ());
                verdict.reserve = core.email_change_reservations(account.id, email, moment.now);
                Ok(verdict)
            });
            match decided.await? {
                Err(DecideError::Refused(Refusal::Throttled { retry_after })) => {
                    let shared = core.email_changes_wait(self.stamp.account, email).await?;
                    let retry_after = retry_after.max(shared);
                    Err(Refusal::Throttled { retry_after }.into())
                }
                decided => Ok(decided?),
            }
        })
        .await
    }

    /// Puts the new address in place, given the code that was mailed there. All other sessions end; the answer is the
    /// new stamp of this session. The old address gets a link that takes it back, good for 72 h
    /// from when it is handed over ([`CodeLives::email_revert`](crate::domain::CodeLives::email_revert)).
    ///
    /// # Errors
    /// `no_such_account`, `account_suspended`, `account_closed`, `session_ended`, `password_change_required`,
    /// `revert_live`, `dead_code`, `origin_refused`, `email_taken`; a [`Fault`].
    pub async fn confirm_email(&self, code: &MailedCode) -> Result<Renewed, Error> {
        watched("owner.confirm_email", self.core.realm.as_str(), async {
            let core = &self.core;
            if code.account() != Some(self.stamp.account) {
                return Err(Refusal::DeadCode.into());
            }
            let page = core.links.page(Purpose::EmailRevert);
            let decided = core
                .decide(self.call(), |dossier, moment, _| {
                    let account = account_of(dossier)?;
                    let change = account.confirm_email(&ConfirmEmail {
                        redemption: core.redemption(code, dossier, self.from, moment.now),
                        revert: core.mail_request(page, dossier, moment),
                        epoch: self.stamp.epoch,
                    })?;
                    let renewed = self.renewed(account, &change, moment);
                    Ok::<_, Stop>(Verdict::new(change, renewed))
                })
                .await?;
            Ok(decided.value)
        })
        .await
    }

    /// Mails a code to the account's own address that [`prove_email`](Self::prove_email) takes, where nobody has proven
    /// yet to receive mail there. A repeat mails the same code while it lives, 24 h from each request.
    ///
    /// # Errors
    /// [`Error::BadInput`] (`page_not_allowed`, `return_url_not_allowed`); `no_such_account`, `account_suspended`,
    /// `account_closed`, `session_ended`, `password_change_required`, `address_proven`, `address_undeliverable`,
    /// `throttled`; a [`Fault`].
    pub async fn request_email_proof(&self, mail: &MailOptions) -> Result<(), Error> {
        watched("owner.request_email_proof", self.core.realm.as_str(), async {
            let core = &self.core;
            mail.check(&core.links)?;
            let page = core.page(mail.page.as_ref(), Purpose::EmailProof);
            core.decide(self.call(), |dossier, moment, _| {
                let account = account_of(dossier)?;
                let request = MailRequest {
                    return_url: mail.return_url.as_ref(),
                    ..core.mail_request(page, dossier, moment)
                };
                let change = account.request_own_email_proof(self.stamp.epoch, &request)?;
                let to = &account.facts()?.mailbox.key;
                let mut verdict = Verdict::new(change.asked_in(mail.locale.as_ref()), ());
                verdict.reserve.push(core.proof_reservation(to, moment.now));
                Ok::<_, Stop>(verdict)
            })
            .await?;
            Ok(())
        })
        .await
    }

    /// Proves the account's address, given the code that was mailed there. Nothing else changes: sessions go on, this one
    /// with the stamp that it has.
    ///
    /// # Errors
    /// `no_such_account`, `account_suspended`, `account_closed`, `session_ended`, `password_change_required`,
    /// `dead_code`, `origin_refused`; a [`Fault`].
    pub async fn prove_email(&self, code: &MailedCode) -> Result<(), Error> {
        watched("owner.prove_email", self.core.realm.as_str(), async {
            let core = &self.core;
            if code.account() != Some(self.stamp.account) {
                return Err(Refusal::DeadCode.into());
            }
            core.decide(self.call(), |dossier, moment, _| {
                let change = account_of(dossier)?.prove_email(&ProveEmail {
                    redemption: core.redemption(code, dossier, self.from, moment.now),
                    epoch: self.stamp.epoch,
                })?;
                Ok::<_, Stop>(Verdict::new(change, ()))
            })
            .await?;
            Ok(())
        })
        .await
    }

    /// Drops the pending change of address; the codes that were mailed for it are dead.
    ///
    /// # Errors
    /// `no_such_account`, `account_suspended`, `account_closed`, `session_ended`, `password_change_required`,
    /// `no_email_change_pending`; a [`Fault`].
    pub async fn cancel_email_change(&self) -> Result<(), Error> {
        watched("owner.cancel_email_change", self.core.realm.as_str(), async {
            self.change(|account, moment| account.cancel_email_change(self.stamp.epoch, moment.now)).await?;
            Ok(())
        })
        .await
    }

    /// Sets the language of the account's mails, as for a page where its owner chooses one; `None` leaves it to the mailer.
    ///
    /// ```
    /// # use accountable_core::{Error, Owner, domain::Locale};
    /// # async fn _shown(owner: Owner) -> Result<(), Error> {
    /// if let Ok(korean) = Locale::parse("ko") {
    ///     owner.set_locale(Some(&korean)).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `no_such_account`, `account_suspended`, `account_closed`, `session_ended`, `password_change_required`; a
    /// [`Fault`].
    pub async fn set_locale(&self, locale: Option<&Locale>) -> Result<(), Error> {
        watched("owner.set_locale", self.core.realm.as_str(), async {
            self.change(|account, moment| account.set_own_locale(locale, self.stamp.epoch, moment.now))
                .await?;
            Ok(())
        })
        .await
    }

    /// Ends all other sessions of the account. The answer is this session's new stamp, should it go on.
    ///
    /// # Errors
    /// `no_such_account`, `account_suspended`, `account_closed`, `session_ended`, `password_change_required`; a
    /// [`Fault`].
    pub async fn end_sessions(&self) -> Result<Renewed, Error> {
        watched("owner.end_sessions", self.core.realm.as_str(), async {
            self.change(|account, moment| account.end_own_sessions(self.stamp.epoch, moment.now)).await
        })
        .await
    }

    /// Closes the account, given the current password: all sessions end, nothing works any more, and it is erased after 30
    /// days ([`Rules::closing_grace`](crate::domain::Rules::closing_grace)). Its owner is mailed a link that reopens it
    /// with a new password until then, and staff can reopen it. So nobody who came by the password gets rid of an account
    /// whose mailbox its owner reads.
    ///
    /// # Errors
    /// `no_such_account`, `account_suspended`, `account_closed`, `session_ended`, `wrong_password`, `locked` once that was
    /// said too often, `password_change_required`; a [`Fault`].
    pub async fn close(&self, current: &TypedPassword) -> Result<(), Error> {
        watched("owner.close", self.core.realm.as_str(), async {
            let core = &self.core;
            let page = core.links.page(Purpose::Reopen);
            let decided = self.knowing(current, None, |account, right, dossier, moment, _| {
                let change = account.close_own(&CloseOwn {
                    reopen: core.mail_request(page, dossier, moment),
                    grace: core.rules.closing_grace,
                    notice: moment.notice,
                    verified: &right.credential.sealed,
                    epoch: self.stamp.epoch,
                })?;
                Ok(Verdict::new(change, ()))
            });
            Ok(decided.await??)
        })
        .await
    }

    /// Runs a command on the account, and gives what the session goes on with.
    async fn change(
        &self,
        rule: impl Fn(&Account, &Moment) -> Result<Change, Refusal> + Send + Sync,
    ) -> Result<Renewed, Error> {
        let decided = self
            .core
            .decide(self.call(), |dossier, moment, _| {
                let account = account_of(dossier)?;
                let change = rule(account, moment)?;
                let renewed = self.renewed(account, &change, moment);
                Ok::<_, Stop>(Verdict::new(change, renewed))
            })
            .await?;
        Ok(decided.value)
    }

    fn call<'a>(&self) -> Call<'a> {
        let mut call = Call::new(Who::id(self.stamp.account), Initiator::Owner);
        call.told.from.clone_from(&self.seen_from);
        call
    }

    /// What the caller's session goes on with after a change of its account.
    fn renewed(&self, account: &Account, change: &Change, moment: &Moment) -> Renewed {
        let stamp = change.stamp_after(account);
        Renewed { stamp, device: self.core.known_device(stamp, moment) }
    }

    /// Begins an attempt at the account's own password, once the session is known to hold and nothing speaks against the
    /// password that is to take its place, as far as that takes no hash.
    async fn attempt<'a>(
        &'a self,
        current: &'a TypedPassword,
        new: Option<&Password>,
    ) -> Result<Attempt<'a>, Error> {
        let decided = self
            .core
            .decide(self.call(), |dossier, moment, hashed| {
                let account = account_of(dossier)?;
                account.in_session(self.stamp.epoch)?;
                if let Some(password) = new {
                    let candidate = Candidate { password, hashed };
                    account.may_change_to(&self.core.new_password(candidate, dossier, moment))?;
                }
                let mailbox = account.facts()?.mailbox.clone();
                Ok::<_, Stop>(Verdict::new(Change::none(), mailbox))
            })
            .await?;
        Ok(Attempt {
            by: By::Id(self.stamp.account),
            email: decided.value.address,
            tag: decided.value.tag,
            password: current,
            claim: Claim::Owner(self.stamp.account),
            origin: self.from,
            seen_from: self.seen_from.as_ref(),
            initiator: Initiator::Owner,
        })
    }

    /// Verifies the current password behind the gate; a wrong one is counted.
    async fn verified<'a>(&'a self, attempt: &'a Attempt<'a>) -> Result<Right<'a>, Error> {
        match self.core.verify_at_gate(attempt).await? {
            Verified::Right(right) => Ok(*right),
            // What others could not count fills the room: it is spent as soon as that is written down.
            Verified::Denied(Denial::Locked) => {
                let retry_after = self.core.rules.owner_failure_quota.period();
                Err(Refusal::Locked { retry_after }.into())
            }
            Verified::Denied(_) => Err(Refusal::WrongPassword.into()),
            Verified::Locked { retry_after } => Err(Refusal::Locked { retry_after }.into()),
            Verified::TooMany { retry_after } => Err(Refusal::Throttled { retry_after }.into()),
        }
    }

    /// Runs a command of whoever knows the current password: it is verified behind the gate, and once more where the
    /// same password was sealed anew meanwhile.
    async fn knowing<T: Send>(
        &self,
        current: &TypedPassword,
        candidate: Option<&Password>,
        mut rule: impl FnMut(&Account, &Right<'_>, &Dossier, &Moment, &Hashed) -> Result<Verdict<T>, Stop> + Send,
    ) -> Result<Result<T, DecideError>, Error> {
        let attempt = self.attempt(current, candidate).await?;
        for last in [false, true] {
            let right = self.verified(&attempt).await?;
            let mut starts_over = false;
            let mut call = self.call();
            if let Some(candidate) = candidate {
                let share = self.core.share(self.from);
                call = call.judging(candidate, share);
            }
            let decided = self
                .core
                .decide(call, |dossier, moment, hashed| {
                    let account = account_of(dossier)?;
                    let admission = right.admission(dossier, moment.now);
                    starts_over = admission == Admission::StartOver;
                    // A suspension or another filter that came meanwhile makes the verification void.
                    if !matches!(admission, Admission::Granted(_) | Admission::MustChange(..)) {
                        account.in_session(self.stamp.epoch)?;
                        return Err(Refusal::WrongPassword.into());
                    }
                    rule(account, &right, dossier, moment, hashed)
                })
                .await;
            right.spent();
            if decided.is_ok() || last || !starts_over {
                return Ok(decided.map(|decided| decided.value));
            }
        }
        Err(Refusal::WrongPassword.into())
    }
}

fn account_of(dossier: &Dossier) -> Result<&Account, Refusal> {
    Ok(&dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value)
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owner").field("stamp", &self.stamp).finish_non_exhaustive()
    }
}
