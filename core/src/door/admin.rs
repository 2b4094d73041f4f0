//! The door for staff, and for the host itself.

use std::{fmt, sync::Arc};

use serde::Serialize;

use crate::{
    accounts::Core,
    decide::{Call, Undecided, Verdict},
    delivery::Delivery,
    domain::{
        Account, AccountId, Actor, AssignPassword, Candidate, EmailAddress, Locale, MailRequest, Memo,
        NewPassword, Party, Password, PasswordValidity, Purpose, Refusal, Registration, Span, StandingKind,
        Status, Timestamp, Undeliverable, Version,
    },
    door::DeliveryOptions,
    error::{Error, Fault},
    port::{By, Claimed, Dossier, Who},
    watch::watched,
};

/// What staff and the host may do. Made by [`Accounts::admin`](crate::Accounts::admin).
#[derive(Clone)]
pub struct Admin {
    core: Arc<Core>,
    actor: Actor,
}

/// What a new account shall be.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewAccount {
    /// Its address.
    pub email: EmailAddress,
    /// How long its passwords are valid; for ever by default.
    pub validity: PasswordValidity,
    /// The host's note.
    pub memo: Memo,
    /// The language of its mails.
    pub locale: Option<Locale>,
}

impl NewAccount {
    /// With this address, and nothing else said.
    #[must_use]
    pub fn new(email: EmailAddress) -> Self {
        Self { email, validity: PasswordValidity::FOREVER, memo: Memo::default(), locale: None }
    }
    /// Passwords are valid so long.
    #[must_use]
    pub fn with_validity(mut self, validity: PasswordValidity) -> Self {
        self.validity = validity;
        self
    }
    /// With this note.
    #[must_use]
    pub fn with_memo(mut self, memo: Memo) -> Self {
        self.memo = memo;
        self
    }
    /// Mails are in this language.
    #[must_use]
    pub fn with_locale(mut self, locale: Locale) -> Self {
        self.locale = Some(locale);
        self
    }
}

/// An account as staff sees it: no hash, no code, nothing that opens anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountView {
    /// Its name.
    #[serde(serialize_with = "as_text")]
    pub id: AccountId,
    /// How often it was written: for commands that must not overwrite what they have not seen.
    pub version: Version,
    /// Its address.
    pub email: EmailAddress,
    /// Its owner proved to receive mail there.
    pub email_proven: bool,
    /// Mail does not reach that address.
    pub undeliverable: Option<Undeliverable>,
    /// What its facts amount to.
    pub status: Status,
    /// What may be done with it.
    pub standing: StandingKind,
    /// How long its passwords are valid, in days; 0 for ever.
    pub validity: PasswordValidity,
    /// The host's note.
    pub memo: Memo,
    /// The language of its mails.
    pub locale: Option<Locale>,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When it was last written.
    pub changed_at: Timestamp,
}

impl Admin {
    pub(crate) fn new(core: Arc<Core>, actor: Actor) -> Self {
        Self { core, actor }
    }

    /// Registers an account. Nothing is mailed.
    ///
    /// # Errors
    /// `email_taken`; a [`Fault`].
    pub async fn register(&self, new: NewAccount) -> Result<AccountView, Error> {
        watched("admin.register", self.core.realm.as_str(), async {
            let core = &self.core;
            let call = Call::without_facts(self.party());
            let tag = core.keys.address_tag(&core.realm, &new.email);
            let decided = core
                .decide(call, |_, moment, _| {
                    let registration = Registration {
                        id: AccountId::new(moment.now, moment.random),
                        realm: core.realm.clone(),
                        email: new.email.clone(),
                        tag,
                        validity: new.validity,
                        ip_filter_group: None,
                        memo: new.memo.clone(),
                        locale: new.locale.clone(),
                        now: moment.now,
                    };
                    Ok(Verdict::new(Account::register(registration), ()))
                })
                .await?;
            AccountView::of(&decided.after)
                .ok_or_else(|| Fault::Defect("a registration without an account").into())
        })
        .await
    }

    /// The account of that name; none if there is none, or it was erased.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn account(&self, id: AccountId) -> Result<Option<AccountView>, Fault> {
        watched("admin.account", self.core.realm.as_str(), async { self.find(By::Id(id)).await }).await
    }

    /// The account that has this address; none if none has.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn account_by_email(&self, email: &EmailAddress) -> Result<Option<AccountView>, Fault> {
        watched("admin.account_by_email", self.core.realm.as_str(), async {
            self.find(By::Email(self.core.realm.clone(), email.key())).await
        })
        .await
    }

    /// Mails the code that lets the owner choose a first password, and waits for the mail server's answer.
    ///
    /// Allowed for a new account, and while a replaced address has left the account without a password. At most one
    /// such mail each 600 s, and few for each recipient; a repeat mails the same code.
    ///
    /// # Errors
    /// [`Error::BadInput`] if the page or the return URL is not allowed; `no_such_account`, `account_closed`,
    /// `account_suspended`, `password_set_not_expected`, `address_undeliverable`, `throttled`; a [`Fault`].
    pub async fn request_password_set(
        &self,
        id: AccountId,
        options: DeliveryOptions,
    ) -> Result<Delivery, Error> {
        watched("admin.request_password_set", self.core.realm.as_str(), async {
            let core = &self.core;
            options.mail.check(&core.links)?;
            let page = options.mail.page.as_ref().unwrap_or_else(|| core.links.page(Purpose::PasswordSet));
            let at_once = options.wait > Span::ZERO;
            let decided = core
                .decide(Call::new(Who::id(id), self.party()), |dossier, moment, _| {
                    let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
                    let request = MailRequest {
                        now: moment.now,
                        mail: moment.mail,
                        nonce: moment.nonce,
                        keys: &core.keys,
                        page,
                        return_url: options.mail.return_url.as_ref(),
                        quota: core.rules.account_quota,
                        address: dossier.own_address(),
                        stranger_caused: false,
                        bypass_throttle: options.bypass_throttle,
                        claimed_until: at_once.then(|| moment.now + core.rules.retries.lease),
                    };
                    let mut verdict = Verdict::new(account.request_password_set(&request)?, ());
                    verdict.reserve =
                        core.recipient_reservation(account, moment.now, options.bypass_throttle)?;
                    Ok(verdict)
                })
                .await;
            let decided = match decided {
                Err(Undecided::Refused(Refusal::Throttled { retry_after })) => {
                    let retry_after = retry_after.max(self.recipients_wait(id).await?);
                    return Err(Refusal::Throttled { retry_after }.into());
                }
                decided => decided?,
            };
            match decided.mails.into_iter().next() {
                Some(mail) if at_once => {
                    let claimed = Claimed { mail, dossier: decided.after };
                    Ok(core.deliver(claimed, self.party(), options.wait).await?.into())
                }
                _ => Ok(Delivery::Queued),
            }
        })
        .await
    }

    /// Assigns a password. It must be changed at the first log-in, lets its owner in for 72 h, and ends all sessions.
    ///
    /// # Errors
    /// `no_such_account`, `account_closed`, `weak_password`; a [`Fault`].
    pub async fn assign_password(&self, id: AccountId, new: &Password) -> Result<(), Error> {
        watched("admin.assign_password", self.core.realm.as_str(), async {
            let core = &self.core;
            let mut call = Call::new(Who::id(id), self.party());
            call.candidate = Some(new);
            core.decide(call, |dossier, moment, hashed| {
                let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
                let candidate = Candidate { password: new, hashed };
                let new = NewPassword {
                    now: moment.now,
                    candidate,
                    policy: &core.policy,
                    address: dossier.own_address(),
                };
                let change = account
                    .assign_password(&AssignPassword { new, temporary: core.rules.temporary_password })?;
                Ok(Verdict::new(change, ()))
            })
            .await?;
            Ok(())
        })
        .await
    }

    /// How long the recipient's quota makes wait, whatever the account's own says: the longest wait is what counts.
    async fn recipients_wait(&self, id: AccountId) -> Result<Span, Fault> {
        let core = &self.core;
        let mut deadline = core.deadline();
        let dossier = core.load(&Who::id(id), &mut deadline).await?;
        let Some(facts) = dossier.account.as_ref().and_then(|account| account.value.facts().ok()) else {
            return Ok(Span::ZERO);
        };
        let level = Some(core.recipients_level(&facts.mailbox.address));
        let level = core.load(&Who { level, ..Who::nobody() }, &mut deadline).await?.level;
        Ok(core.rules.recipient_quota.wait(level, core.clock.now()).unwrap_or(Span::ZERO))
    }

    async fn find(&self, by: By) -> Result<Option<AccountView>, Fault> {
        let mut deadline = self.core.deadline();
        let dossier = self.core.load(&Who::found(by), &mut deadline).await?;
        Ok(AccountView::of(&dossier))
    }

    fn party(&self) -> Party {
        Party::Administrator(self.actor.clone())
    }
}

impl AccountView {
    fn of(dossier: &Dossier) -> Option<Self> {
        let account = &dossier.account.as_ref()?.value;
        let facts = account.facts().ok()?;
        let address = dossier.own_address();
        Some(Self {
            id: account.id,
            version: account.version,
            email: facts.mailbox.address.clone(),
            email_proven: facts.proven,
            undeliverable: address.and_then(|address| address.suppression.as_ref()).map(|known| known.cause),
            status: facts.status(),
            standing: account.standing(),
            validity: facts.validity,
            memo: facts.memo.clone(),
            locale: facts.locale.clone(),
            created_at: facts.created_at,
            changed_at: facts.changed_at,
        })
    }
}

fn as_text<S: serde::Serializer>(id: &AccountId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin").field("actor", &self.actor).finish_non_exhaustive()
    }
}
