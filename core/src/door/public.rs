//! The door for strangers. What it answers, and what it asks of the store, depends on what they brought and on nothing
//! that others have; but a right password and a genuine code open.

use std::{fmt, sync::Arc};

use crate::{
    domain::{
        Account, AccountId, Candidate, Carried, Change, Chosen, CoarseOrigin, CodeState, Content, Denial,
        DeviceToken, EmailAddress, EventKind, Hashed, Initiator, InitiatorKind, Intent, IntentKind, Mail,
        MailId, MailedCode, MustChangeReason, Origin, Password, Purpose, Redemption, Refusal, RevertEmail,
        SessionStamp, Stop, TypedPassword,
    },
    door::MailOptions,
    engine::Core,
    engine::watch::{watched, watched_as},
    engine::{Call, DecideError, Moment, Told, Verdict},
    error::{Fault, PublicError},
    log_in::{Attempt, Claim, Outcome},
    port::{By, Dossier, Swap, Who},
};

/// What strangers may do. Made by [`Accounts::public`](crate::Accounts::public).
///
/// Answers, and the calls of ports that are made for them, depend on what the caller brings and on nothing that others
/// have; only a right password and a genuine code open. So nobody learns here who has an account (OWASP ASVS 5.0,
/// 6.3.8).
#[derive(Clone)]
pub struct Public {
    core: Arc<Core>,
    from: Origin,
    seen_from: Option<CoarseOrigin>,
}

/// A stranger's request was taken. Whether anything comes of it is decided later, by the courier, and told to nobody
/// here.
#[derive(Debug, Clone)]
#[must_use]
pub struct Accepted {
    /// The name of the request in the journal (`MailRequested`, `RequestDecided`), by which the host can follow it in
    /// its own logs.
    pub undisclosed: Undisclosed<MailId>,
}

/// Something for the host's own logs that must not reach the stranger: it can't be printed or serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Undisclosed<T>(T);

impl<T> Undisclosed<T> {
    /// The value, for the host's own logs and for nothing that a stranger sees.
    #[must_use]
    pub fn for_logs(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Undisclosed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Undisclosed(..)")
    }
}

/// What came of a log-in: a session, one in which the password must be changed first, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Authentication {
    /// The password is right: the host begins a session and keeps this stamp in it.
    Granted {
        /// What opens [`Accounts::owner`](crate::Accounts::owner).
        stamp: SessionStamp,
        /// What the device is known by from now on. The host keeps it in a cookie of its own and shows it at the next
        /// [`authenticate`](Public::authenticate).
        device: DeviceToken,
    },
    /// The password is right, but must be changed first: every other command of the owner's is refused as
    /// `password_change_required`.
    MustChange {
        /// Why the password must be changed.
        reason: MustChangeReason,
        /// What opens [`Accounts::owner`](crate::Accounts::owner), to change the password with.
        stamp: SessionStamp,
    },
    /// Nobody is let in. The answer looks the same whatever the reason: an unknown address, a wrong password, a lock, a
    /// suspension. The host may log the reason, and must not tell it.
    Denied(Undisclosed<Denial>),
}

impl Authentication {
    /// What operators see of the outcome.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Granted { .. } | Self::MustChange { .. } => "ok",
            Self::Denied(Undisclosed(Denial::Locked | Denial::Disabled)) => "locked",
            Self::Denied(_) => "denied",
        }
    }
}

impl Public {
    pub(crate) fn new(core: Arc<Core>, from: Origin) -> Self {
        Self { core, from, seen_from: None }
    }

    /// Says roughly from where the caller is seen, for the mails that tell an account's owner what was done.
    #[must_use]
    pub fn seen_from(mut self, place: CoarseOrigin) -> Self {
        self.seen_from = Some(place);
        self
    }

    /// Verifies an address and a password, as somebody logs in.
    ///
    /// All who are not let in get one answer: an unknown address, no password, a wrong one, a lock, a suspension. A
    /// failure costs the store one load and one commit, a success two loads; a decoy is verified where there is no
    /// hash. A success writes only what the host asks for
    /// ([`recheck_at_log_in`](crate::Builder::recheck_at_log_in), [`log_ins_noted`](crate::Builder::log_ins_noted)).
    ///
    /// Guesses are bounded (NIST SP 800-63B-4, 3.2.2; OWASP ASVS 5.0, 6.3.1). Ten failures in a row lock the address
    /// for 30 s, each further one for twice as long, up to 15 min; the hundredth disables its password until that is
    /// reset or assigned, or staff unlocks it: [`LockOut`](crate::domain::LockOut) has the numbers. Before it is
    /// verified, a guess passes a gate with a lane for each address: it waits while failures that are counted, under
    /// way or not yet written down use up what is left before a lock. So of any number of guesses at once, no more are
    /// verified than may fail before the lock, in this process; across processes the bound is multiplied by their
    /// number.
    ///
    /// # Errors
    /// [`PublicError::TooMany`] (`too_many_requests`) once this origin failed too often; [`PublicError::Failed`] with a
    /// [`Fault`], among them `overloaded` where too many log-ins wait already.
    pub async fn authenticate(
        &self,
        email: &EmailAddress,
        password: &TypedPassword,
        device: Option<&DeviceToken>,
    ) -> Result<Authentication, PublicError> {
        let call = async {
            let core = &self.core;
            let key = email.key();
            let attempt = Attempt {
                email: email.clone(),
                tag: core.keys.address_tag_of(&core.realm, &key),
                by: By::Email(core.realm.clone(), key),
                password,
                claim: device.map_or(Claim::Stranger, Claim::Device),
                origin: self.from,
                seen_from: self.seen_from.as_ref(),
                initiator: self.initiator(),
            };
            match core.authenticate(&attempt).await? {
                Outcome::Granted { stamp, device } => Ok(Authentication::Granted { stamp, device }),
                Outcome::MustChange(reason, stamp) => Ok(Authentication::MustChange { reason, stamp }),
                Outcome::Denied(denial) => Ok(Authentication::Denied(Undisclosed(denial))),
                Outcome::TooMany { retry_after } => Err(PublicError::TooMany { retry_after }),
            }
        };
        watched_as("public.authenticate", self.core.realm.as_str(), call, Authentication::outcome).await
    }

    /// Asks for an account, on behalf of whoever types an address into a form. This is one commit, alike for every
    /// address; the courier decides later. A free address becomes an account and gets a link to choose a password, an
    /// account that never had a password gets that link again, and whoever has an account already is told so by mail: with a
    /// link that reopens it, where they had closed it.
    /// An account that nobody proves is removed after 7 days
    /// ([`Rules::sign_up_kept`](crate::domain::Rules::sign_up_kept)).
    ///
    /// Nobody's address is squatted by it: until it is proven it yields to staff and owners who take that address, and a
    /// command of staff on it makes it staff's own.
    ///
    /// What is `carried` is a few octets of the host's own, as what was typed into the form, and unproven as the address
    /// is. It hangs on the code that is mailed: a repeat with other octets gets a link of its own, and redeeming any ends
    /// all. [`inspect_code`](Self::inspect_code) shows what a link carries, and the host's part of a commit is handed it
    /// beside `Registered`, `SignUpRepeated` and, of the code that was redeemed, `PasswordSet`: believe the last. Up to
    /// eight are kept at once; of more, and where the key is gone that sealed them, a link works and carries nothing.
    ///
    /// # Errors
    /// [`PublicError::BadInput`] (`page_not_allowed`, `return_url_not_allowed`); [`PublicError::TooMany`] once this
    /// origin asked too often; [`PublicError::Vetoed`]; [`PublicError::Failed`].
    pub async fn sign_up(
        &self,
        email: &EmailAddress,
        mail: MailOptions,
        carried: Option<Carried>,
    ) -> Result<Accepted, PublicError> {
        watched("public.sign_up", self.core.realm.as_str(), async {
            self.ask(IntentKind::SignUp, email, mail, carried).await
        })
        .await
    }

    /// Asks for a link to a new password by mail. This is one commit, alike for every address; the courier decides
    /// later whether there is an account that may have one.
    ///
    /// # Errors
    /// [`PublicError::BadInput`] (`page_not_allowed`, `return_url_not_allowed`); [`PublicError::TooMany`] once this
    /// origin asked too often; [`PublicError::Vetoed`]; [`PublicError::Failed`].
    pub async fn request_password_reset(
        &self,
        email: &EmailAddress,
        mail: MailOptions,
    ) -> Result<Accepted, PublicError> {
        watched("public.request_password_reset", self.core.realm.as_str(), async {
            self.ask(IntentKind::PasswordReset, email, mail, None).await
        })
        .await
    }

    /// Tells what the page that a mailed link leads to may say to its reader. It consumes nothing, however often it is
    /// asked: a mail scanner that follows the link harms nobody.
    ///
    /// # Errors
    /// [`PublicError::Failed`] with a [`Fault`].
    pub async fn inspect_code(&self, code: &MailedCode) -> Result<CodeState, PublicError> {
        watched("public.inspect_code", self.core.realm.as_str(), async {
            let Some(id) = code.account() else {
                return Ok(CodeState::Invalid);
            };
            let core = &self.core;
            let mut deadline = core.deadline();
            let loaded = core.load(&Who::id(id), &mut deadline).await?;
            let now = core.clock.now();
            let (dossier, _) = core.as_of(&loaded, now);
            let Some(account) = &dossier.account else {
                return Ok(CodeState::Invalid);
            };
            Ok(account.value.inspect_code(&core.redemption(code, &dossier, self.from, now)))
        })
        .await
    }

    /// Redeems a code by choosing a password. That proves the address, ends all sessions and kills all other codes but those
    /// that take an old address back; it reopens an account that was closed through its owner's door. The answer is the
    /// account's id, and what the device is known by from now on.
    ///
    /// # Errors
    /// [`PublicError::DeadCode`], before anything is said of the password; [`PublicError::OriginRefused`] and
    /// [`PublicError::WeakPassword`], which do not consume the code; [`PublicError::Vetoed`]; [`PublicError::Failed`].
    pub async fn choose_password(&self, code: &MailedCode, new: &Password) -> Result<Chosen, PublicError> {
        watched("public.choose_password", self.core.realm.as_str(), async {
            let core = &self.core;
            self.redeem(code, Some(new), |account, redemption, dossier, moment, hashed| {
                let candidate = Candidate { password: new, hashed };
                let new = core.new_password(candidate, dossier, moment);
                let change = account.choose_password(redemption, &new)?;
                let device = core.known_device(change.stamp_after(account), moment);
                Ok(Verdict::new(change, Chosen { account: account.id, device }))
            })
            .await
        })
        .await
    }

    /// Redeems a code by dropping the pending change of address that it was mailed about, wherever its bearer comes
    /// from. The answer is the account's id.
    ///
    /// # Errors
    /// [`PublicError::DeadCode`]; [`PublicError::Vetoed`]; [`PublicError::Failed`].
    pub async fn cancel_email_change(&self, code: &MailedCode) -> Result<AccountId, PublicError> {
        watched("public.cancel_email_change", self.core.realm.as_str(), async {
            self.redeem(code, None, |account, redemption, _, _, _| {
                Ok(Verdict::new(account.cancel_email_change_by_code(redemption)?, account.id))
            })
            .await
        })
        .await
    }

    /// Redeems a code by taking an old address back, in place of the one that was confirmed, wherever its bearer comes
    /// from. The password is cleared, all sessions end, and a link to choose another goes to that address. An account that
    /// was closed through its owner's door is open again; one that staff suspended or closed stays so, and the link goes
    /// out once staff opens it. The answer is the account's id.
    ///
    /// # Errors
    /// [`PublicError::DeadCode`]; [`PublicError::Vetoed`]; [`PublicError::Failed`].
    pub async fn revert_email_change(&self, code: &MailedCode) -> Result<AccountId, PublicError> {
        watched("public.revert_email_change", self.core.realm.as_str(), async {
            let core = &self.core;
            let page = core.links.page(Purpose::PasswordSet);
            self.redeem(code, None, |account, redemption, dossier, moment, _| {
                let change = account.revert_email_change(&RevertEmail {
                    redemption: *redemption,
                    set: core.mail_request(page, dossier, moment),
                    history: core.policy.history(),
                })?;
                Ok(Verdict::new(change, account.id))
            })
            .await
        })
        .await
    }

    /// Takes a request that becomes a sealed intent, alike for every address.
    async fn ask(
        &self,
        kind: IntentKind,
        email: &EmailAddress,
        mail: MailOptions,
        carried: Option<Carried>,
    ) -> Result<Accepted, PublicError> {
        let core = &self.core;
        mail.check(&core.links)?;
        let MailOptions { page, return_url, locale } = mail;
        let seen_from = self.seen_from.clone();
        let intent = Intent { kind, email: email.clone(), page, return_url, seen_from, locale, carried };
        let decided = core
            .decide(Call::without_facts(self.initiator()), |_, moment, _| {
                let sealed = intent.seal(&core.keys, &core.realm, moment.mail, moment.seal_nonce());
                let mail = Mail::queued(moment.mail, core.realm.clone(), Content::Intent(sealed), moment.now);
                let requested = EventKind::MailRequested { request: moment.mail };
                let change = Change { events: vec![requested], ..Change::none() };
                let mut verdict = Verdict::new(change, moment.mail);
                verdict.mails.push(Swap::create(mail));
                verdict.reserve = core.request_reservations(self.from, moment.now);
                Ok(verdict)
            })
            .await
            .map_err(told)?;
        Ok(Accepted { undisclosed: Undisclosed(decided.value) })
    }

    /// Runs a command that a code is good for. What time did meanwhile is not written down here: one more call of the
    /// store would tell that the account exists.
    async fn redeem<T: Send>(
        &self,
        code: &MailedCode,
        candidate: Option<&Password>,
        mut command: impl FnMut(&Account, &Redemption<'_>, &Dossier, &Moment, &Hashed) -> Result<Verdict<T>, Stop>
        + Send,
    ) -> Result<T, PublicError> {
        let Some(id) = code.account() else {
            return Err(PublicError::DeadCode);
        };
        let core = &self.core;
        let mut call = Call::new(Who::id(id), self.initiator());
        call.told = Told { at: None, by: InitiatorKind::CodeBearer, from: self.seen_from.clone() };
        if let Some(candidate) = candidate {
            let share = core.share(self.from);
            call = call.judging(candidate, share);
        }
        call.mends = false;
        let decided = core.decide(call, |dossier, moment, hashed| {
            let account = &dossier.account.as_ref().ok_or(Refusal::DeadCode)?.value;
            let redemption = core.redemption(code, dossier, self.from, moment.now);
            command(account, &redemption, dossier, moment, hashed)
        });
        Ok(decided.await.map_err(told)?.value)
    }

    fn initiator(&self) -> Initiator {
        Initiator::Stranger(self.core.requests_level(self.from))
    }
}

/// What a stranger is told of an outcome.
fn told(undecided: DecideError) -> PublicError {
    match undecided {
        DecideError::Refused(Refusal::WeakPassword(violations)) => PublicError::WeakPassword(violations),
        DecideError::Refused(Refusal::OriginRefused) => PublicError::OriginRefused,
        DecideError::Refused(Refusal::Vetoed { code }) => PublicError::Vetoed { code },
        // An old address that is another's by now can't be taken back.
        DecideError::Refused(_) | DecideError::EmailTaken => PublicError::DeadCode,
        DecideError::Exhausted { wait, .. } => PublicError::TooMany { retry_after: wait },
        DecideError::Failed(fault) => fault.into(),
        DecideError::Superseded => Fault::Defect("the public door met another's outcome").into(),
    }
}

impl fmt::Debug for Public {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Public").field("from", &self.from).finish_non_exhaustive()
    }
}
