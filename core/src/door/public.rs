//! The door for strangers. What it answers, and what it asks of the store, depends on what they brought and on nothing
//! that others have; but a right password and a genuine code open.

use std::{fmt, sync::Arc};

use crate::{
    accounts::Core,
    authenticate::{Entry, Guess},
    decide::{Call, Undecided, Verdict},
    domain::{
        AccountId, Candidate, Change, CodeMint, CodeState, Content, Denial, EmailAddress, Happened, Intent,
        Mail, MailId, MailedCode, NewPassword, Origin, Party, Password, Redemption, Refusal, SessionStamp,
        Stop, Why, Wish,
    },
    door::MailOptions,
    error::{Fault, PublicError},
    port::{By, Dossier, Reservation, Swap, Who},
    watch::watched,
};

/// What strangers may do. Made by [`Accounts::public`](crate::Accounts::public).
#[derive(Clone)]
pub struct Public {
    core: Arc<Core>,
    from: Origin,
}

/// A request was taken. Whether anything comes of it is told to nobody here.
#[derive(Debug, Clone)]
#[must_use]
pub struct Accepted {
    /// The request's name, by which the host can follow it in its own logs.
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

/// What came of a log-in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Authentication {
    /// In: the host begins a session and keeps the stamp in it.
    Granted(SessionStamp),
    /// In, to change the password and for nothing else.
    MustChange {
        /// Why.
        reason: Why,
        /// For [`Accounts::owner`](crate::Accounts::owner).
        stamp: SessionStamp,
    },
    /// Not in. The same for every reason.
    Denied(Undisclosed<Denial>),
}

impl Public {
    pub(crate) fn new(core: Arc<Core>, from: Origin) -> Self {
        Self { core, from }
    }

    /// Verifies an address and a password.
    ///
    /// One answer for all who are not let in: an unknown address, no password, a wrong one, a lock, a suspension. A
    /// failure costs the store one load and one commit, a success two loads.
    ///
    /// # Errors
    /// [`PublicError::TooMany`] once this origin failed too often; [`PublicError::Failed`].
    pub async fn authenticate(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<Authentication, PublicError> {
        watched("public.authenticate", self.core.realm.as_str(), async {
            let core = &self.core;
            let key = email.key();
            let guess = Guess {
                tag: core.keys.address_tag_of(&core.realm, &key),
                by: By::Email(core.realm.clone(), key),
                password,
                origin: self.from,
                party: self.party(),
            };
            match core.authenticate(&guess).await? {
                Err(retry_after) => Err(PublicError::TooMany { retry_after }),
                Ok(Entry::Granted(stamp)) => Ok(Authentication::Granted(stamp)),
                Ok(Entry::MustChange(reason, stamp)) => Ok(Authentication::MustChange { reason, stamp }),
                Ok(Entry::Denied(denial)) => Ok(Authentication::Denied(Undisclosed(denial))),
                Ok(Entry::StartOver) => Ok(Authentication::Denied(Undisclosed(Denial::Overtaken))),
            }
        })
        .await
    }

    /// Asks for a way to a new password by mail. One commit, the same for every address; the courier decides.
    ///
    /// # Errors
    /// [`PublicError::BadInput`] if the page or the return URL is not allowed; [`PublicError::TooMany`] once this
    /// origin asked too often; [`PublicError::Failed`].
    pub async fn request_password_reset(
        &self,
        email: &EmailAddress,
        mail: MailOptions,
    ) -> Result<Accepted, PublicError> {
        watched("public.request_password_reset", self.core.realm.as_str(), async {
            let core = &self.core;
            mail.check(&core.links)?;
            let intent = Intent {
                wish: Wish::PasswordReset,
                email: email.clone(),
                page: mail.page,
                return_url: mail.return_url,
            };
            let call = Call::without_facts(self.party());
            let quota = core.rules.origin_quota;
            let decided = core
                .decide(call, |_, moment, _| {
                    let sealed = intent.seal(&core.keys, &core.realm, moment.mail, moment.seal_nonce());
                    let mail =
                        Mail::queued(moment.mail, core.realm.clone(), Content::Intent(sealed), moment.now);
                    let requested = Happened::MailRequested { request: moment.mail };
                    let change = Change { events: vec![requested], ..Change::none() };
                    let mut verdict = Verdict::new(change, moment.mail);
                    verdict.mails.push(Swap::create(mail));
                    let ceiling = quota.ceiling(moment.now);
                    let reservation =
                        |of| Reservation { of, floor: moment.now, step: quota.period(), ceiling };
                    verdict.reserve.extend(self.origin_tag().map(reservation));
                    Ok(verdict)
                })
                .await
                .map_err(told)?;
            Ok(Accepted { undisclosed: Undisclosed(decided.value) })
        })
        .await
    }

    /// What the page of a link may tell its reader. Consumes nothing, however often it is asked.
    ///
    /// # Errors
    /// [`PublicError::Failed`].
    pub async fn inspect_code(&self, code: &MailedCode) -> Result<CodeState, PublicError> {
        watched("public.inspect_code", self.core.realm.as_str(), async {
            let Some(id) = code.account() else {
                return Ok(CodeState::Invalid);
            };
            let core = &self.core;
            let mut deadline = core.deadline();
            let dossier = core.load(&Who::id(id), &mut deadline).await?;
            let Some(account) = &dossier.account else {
                return Ok(CodeState::Invalid);
            };
            Ok(account.value.inspect_code(&core.redemption(code, &dossier, core.clock.now())))
        })
        .await
    }

    /// Redeems a code by choosing a password. That proves the address, ends all sessions and kills all other codes.
    ///
    /// # Errors
    /// [`PublicError::DeadCode`] before anything is said of the password; [`PublicError::WeakPassword`], which does
    /// not consume the code; [`PublicError::Failed`].
    pub async fn choose_password(&self, code: &MailedCode, new: &Password) -> Result<AccountId, PublicError> {
        watched("public.choose_password", self.core.realm.as_str(), async {
            let Some(id) = code.account() else {
                return Err(PublicError::DeadCode);
            };
            let core = &self.core;
            let mut call = Call::new(Who::id(id), self.party());
            call.candidate = Some(new);
            call.mends = false;
            core.decide(call, |dossier, moment, hashed| {
                let account = dossier.account.as_ref().ok_or(Refusal::DeadCode)?;
                let candidate = Candidate { password: new, hashed };
                let new = NewPassword {
                    now: moment.now,
                    candidate,
                    policy: &core.policy,
                    address: dossier.own_address(),
                };
                let change =
                    account.value.choose_password(&core.redemption(code, dossier, moment.now), &new)?;
                Ok::<_, Stop>(Verdict::new(change, ()))
            })
            .await
            .map_err(told)?;
            Ok(id)
        })
        .await
    }

    fn party(&self) -> Party {
        Party::Stranger(self.origin_tag())
    }

    fn origin_tag(&self) -> Option<crate::domain::QuotaTag> {
        self.core.keys.origin_tag(&self.core.realm, "mail requests", self.from)
    }
}

impl Core {
    fn redemption<'a>(
        &'a self,
        code: &'a MailedCode,
        dossier: &Dossier,
        now: crate::domain::Timestamp,
    ) -> Redemption<'a> {
        let mint = CodeMint { keys: &self.keys, realm: &self.realm, incarnation: dossier.incarnation };
        Redemption { code, mint, now }
    }
}

/// What a stranger is told of an outcome.
fn told(undecided: Undecided) -> PublicError {
    match undecided {
        Undecided::Refused(Refusal::WeakPassword(violations)) => PublicError::WeakPassword(violations),
        Undecided::Refused(_) => PublicError::DeadCode,
        Undecided::Exhausted { wait } => PublicError::TooMany { retry_after: wait },
        Undecided::Failed(fault) => fault.into(),
        Undecided::EmailTaken | Undecided::Superseded => {
            Fault::Defect("the public door met another's outcome").into()
        }
    }
}

impl fmt::Debug for Public {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Public").field("from", &self.from).finish_non_exhaustive()
    }
}
