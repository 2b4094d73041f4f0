//! Plays commands: finds whom they name, makes the call, and says how it ended.

use std::net::{IpAddr, Ipv4Addr};

use accountable::{
    Admin, DeliveryOptions, Error, MailOptions, NewAccount, Owner,
    domain::{
        AccountId, Actor, EmailAddress, InputError, MailedCode, Origin, Password, PasswordPolicy,
        PolicyContext, Refusal, Span, SuspensionReason, TypedPassword,
    },
};

use crate::{
    demo::{
        accounts::DemoAccounts,
        mail::{code_of, forged_code_of},
        outcome::{
            CallOutcome, ToOutcome,
            answers::{EmailConfirmed, SessionIsCurrent},
            log_in::logged_in,
        },
        script::{
            command::{MAILS_A_SWEEP, ScriptCommand as Do},
            echo::shown,
            guesses::{self, Guesses},
            names::ScriptNames,
            unplayable::Unplayable,
        },
    },
    error::{CommandError, failed},
};

/// Where all strangers come from: an address of documentation, RFC 5737.
const STRANGERS: Origin = Origin::Ip(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)));
/// The most that the clock is moved at once: ten years, in seconds.
const LONGEST: u64 = 10 * 365 * 86_400;

/// Plays commands on a demonstration's accounts, and remembers what later commands refer to.
pub(crate) struct Player {
    pub(crate) demo: DemoAccounts,
    pub(crate) names: ScriptNames,
    /// Who does what staff do.
    staff: Actor,
    policy: PasswordPolicy,
    /// Whose passwords are judged where nobody is named.
    somebody: EmailAddress,
}

/// A command that came to its end before its call was made.
enum Early {
    /// The line makes no sense, or no value can be made of one of its texts.
    Ended(CallOutcome),
    /// No further command can be played.
    Over(CommandError),
}

impl From<CommandError> for Early {
    fn from(error: CommandError) -> Self {
        Self::Over(error)
    }
}

impl From<CallOutcome> for Early {
    fn from(outcome: CallOutcome) -> Self {
        Self::Ended(outcome)
    }
}

impl<E: ToOutcome> From<E> for Early {
    fn from(error: E) -> Self {
        Self::Ended(error.to_outcome())
    }
}

impl Player {
    /// Plays on these accounts.
    ///
    /// # Errors
    /// None that can happen: the names that it works with are fixed.
    pub(crate) fn new(demo: DemoAccounts) -> Result<Self, CommandError> {
        Ok(Self {
            demo,
            names: ScriptNames::default(),
            staff: Actor::parse("staff:7").map_err(failed)?,
            policy: PasswordPolicy::nist(),
            somebody: EmailAddress::parse("somebody@example.com").map_err(failed)?,
        })
    }

    /// Plays a command. What belongs to the report does nothing here.
    ///
    /// # Errors
    /// [`CommandError`] where no further command can be played; whatever else happens is an outcome.
    pub(crate) async fn play(&mut self, command: &Do) -> Result<CallOutcome, CommandError> {
        match self.perform(command).await {
            Ok(outcome) | Err(Early::Ended(outcome)) => Ok(outcome),
            Err(Early::Over(error)) => Err(error),
        }
    }

    async fn perform(&mut self, command: &Do) -> Result<CallOutcome, Early> {
        let staff = self.demo.accounts.admin(self.staff.clone());
        let stranger = self.demo.accounts.public(STRANGERS);
        Ok(match command {
            Do::Register { email, name } => self.register(&staff, email, name.as_deref()).await?,
            Do::Account { who } => {
                let id = self.id(&staff, who).await?;
                staff.account(id).await?.ok_or(Error::from(Refusal::NoSuchAccount)).to_outcome()
            }
            Do::AccountByEmail { who } => {
                let view = staff.account_by_email(&self.names.address(who)?).await?;
                view.ok_or(Error::from(Refusal::NoSuchAccount)).to_outcome()
            }
            Do::RequestPasswordSet { who } => self.request_password_set(&staff, who).await?,
            Do::AssignPassword { who, password } => {
                let id = self.id(&staff, who).await?;
                staff.assign_password(id, &read(password)?).await.to_outcome()
            }
            Do::Suspend { who, reason } => {
                let reason = SuspensionReason::parse(reason)
                    .map_err(|error| Unplayable::bad_field(format!("`reason`: {error}")))?;
                staff.suspend(self.id(&staff, who).await?, &reason).await.to_outcome()
            }
            Do::Reinstate { who } => staff.reinstate(self.id(&staff, who).await?).await.to_outcome(),
            Do::Close { who } => staff.close(self.id(&staff, who).await?).await.to_outcome(),
            Do::Reopen { who } => staff.reopen(self.id(&staff, who).await?).await.to_outcome(),

            Do::Authenticate { who, password, session, device } => {
                let (who, password) = (self.names.address(who)?, typed(password)?);
                let device = device.as_deref().map(|device| self.names.device(device)).transpose()?;
                let answer = logged_in(stranger.authenticate(&who, &password, device).await);
                if let Ok(entered) = &answer {
                    self.names.began(who, session.clone(), entered.stamp, entered.device.clone());
                }
                answer.to_outcome()
            }
            Do::GuessPassword { who, password, times, at_once } => {
                let address = self.names.address(who)?;
                let account = self.id(&staff, who).await.ok();
                let guesses = Guesses::new(address, password, *times)?;
                let answers = guesses.make(stranger, *at_once).await;
                guesses::outcome(&answers, guesses::last_lock(&self.demo, account).await?)
            }
            Do::SignUp { email } => {
                let email = self.names.address(email)?;
                stranger.sign_up(&email, MailOptions::default(), None).await.to_outcome()
            }
            Do::RequestPasswordReset { who } => {
                let who = self.names.address(who)?;
                stranger.request_password_reset(&who, MailOptions::default()).await.to_outcome()
            }
            Do::InspectCode { who, forged } => {
                let link = self.link(who)?;
                let code = if *forged { forged_code_of(&link) } else { code_of(&link) };
                stranger.inspect_code(&code).await.to_outcome()
            }
            Do::ChoosePassword { who, password } => {
                stranger.choose_password(&self.code(who)?, &read(password)?).await.to_outcome()
            }
            Do::CancelEmailChange { who } => {
                stranger.cancel_email_change(&self.code(who)?).await.map(drop).to_outcome()
            }
            Do::RevertEmailChange { who } => {
                stranger.revert_email_change(&self.code(who)?).await.map(drop).to_outcome()
            }

            Do::IsCurrent { who } => self.owner(who)?.is_current().await.map(SessionIsCurrent).to_outcome(),
            Do::ChangePassword { who, current, new } => {
                let (current, new) = (typed(current)?, read(new)?);
                let changed = self.owner(who)?.change_password(&current, &new).await;
                if let Ok(renewed) = &changed {
                    self.names.renew(self.names.session(who)?.0, renewed);
                }
                changed.to_outcome()
            }
            Do::RequestEmailChange { who, current, email } => {
                let (current, email) = (typed(current)?, self.names.address(email)?);
                let owner = self.owner(who)?;
                owner.request_email_change(&current, &email, &MailOptions::default()).await.to_outcome()
            }
            Do::ConfirmEmail { who, mailbox } => {
                let confirmed = self.owner(who)?.confirm_email(&self.code(mailbox)?).await;
                if let Ok(renewed) = &confirmed {
                    self.names.renew(self.names.session(who)?.0, renewed);
                }
                confirmed.map(|_| EmailConfirmed).to_outcome()
            }
            Do::RequestEmailProof { who } => {
                self.owner(who)?.request_email_proof(&MailOptions::default()).await.to_outcome()
            }
            Do::ProveEmail { who, mailbox } => {
                self.owner(who)?.prove_email(&self.code(mailbox)?).await.map(|()| EmailConfirmed).to_outcome()
            }
            Do::CloseOwn { who, current } => self.owner(who)?.close(&typed(current)?).await.to_outcome(),

            Do::Advance { seconds } => {
                if *seconds > LONGEST {
                    return Err(Unplayable::bad_field(format!("`seconds` must be at most {LONGEST}")).into());
                }
                self.demo.advance(Span::seconds(*seconds));
                ().to_outcome()
            }
            Do::Mailer { who, answer } => {
                self.demo.answer_mails(self.names.address(who)?, (*answer).into());
                ().to_outcome()
            }
            Do::Sweep {} => {
                let swept = self.demo.accounts.sweep(MAILS_A_SWEEP).await?;
                swept.to_outcome().with("mailed_to", self.demo.mailed_to())
            }
            Do::Policy { preset, words } => {
                let policy = preset.policy();
                self.policy = if words.is_empty() { policy } else { policy.knowing(words) };
                self.demo.set_policy(self.policy.clone())?;
                ().to_outcome()
            }
            Do::Check { password, who } => {
                let named = who.as_deref().map(|who| self.names.address(who)).transpose()?;
                let email = named.as_ref().unwrap_or(&self.somebody);
                let password = read(password)?;
                let violations = self.policy.violations(&password, &PolicyContext { email });
                violations.to_outcome().with("length", password.length())
            }

            Do::Story {} | Do::Section { .. } | Do::Journal {} => ().to_outcome(),
        })
    }

    async fn register(
        &mut self,
        staff: &Admin,
        email: &str,
        name: Option<&str>,
    ) -> Result<CallOutcome, Early> {
        let email = EmailAddress::parse(email).map_err(InputError::from)?;
        let registered = staff.register(NewAccount::new(email.clone())).await;
        if let Some(name) = name {
            let account = registered.as_ref().ok().map(|view| view.id);
            self.names.name_owner(name, email, account);
        }
        Ok(registered.to_outcome())
    }

    /// Adds to a registration's outcome how the account's address is spelt, which shows what a look-alike looks like.
    ///
    /// # Errors
    /// [`CommandError::Failed`] where the account can't be looked up.
    pub(crate) async fn show_spelling(
        &self,
        command: &Do,
        outcome: CallOutcome,
    ) -> Result<CallOutcome, CommandError> {
        let (Do::Register { email, .. }, Some(detail)) = (command, spelling_detail(&outcome)) else {
            return Ok(outcome);
        };
        let email = EmailAddress::parse(email).map_err(failed)?;
        let staff = self.demo.accounts.admin(self.staff.clone());
        Ok(match staff.account_by_email(&email).await.map_err(failed)? {
            Some(view) => outcome.with(detail, view.email.to_string()),
            None => outcome,
        })
    }

    /// Says of a link that was mailed again whether it is the one that was mailed before.
    async fn request_password_set(&self, staff: &Admin, who: &str) -> Result<CallOutcome, Early> {
        let address = self.names.address(who)?;
        let before = self.demo.last_link_to(&address);
        let delivery =
            staff.request_password_set(self.id(staff, who).await?, DeliveryOptions::default()).await;
        let outcome = delivery.to_outcome();
        Ok(match before {
            Some(before) if !self.demo.mailed_to().is_empty() => {
                outcome.with("same_link", self.demo.last_link_to(&address) == Some(before))
            }
            _ => outcome,
        })
    }

    fn owner(&self, who: &str) -> Result<Owner, Early> {
        let (_, stamp) = self.names.session(who)?;
        Ok(self.demo.accounts.owner(stamp, Origin::Unknown))
    }

    /// The account of whoever is meant: by the name that a line gave, or by the address.
    async fn id(&self, staff: &Admin, who: &str) -> Result<AccountId, Early> {
        let address = self.names.address(who)?;
        if let Some(id) = self.names.account(who) {
            return Ok(id);
        }
        let view = staff.account_by_email(&address).await?;
        Ok(view.ok_or(Error::from(Refusal::NoSuchAccount))?.id)
    }

    fn link(&self, who: &str) -> Result<String, Early> {
        let link = self.demo.last_link_to(&self.names.address(who)?);
        let none = || Unplayable::new("no_link", format!("no link was mailed to {}", shown(who)));
        Ok(link.ok_or_else(none)?)
    }

    /// The code of the link that was mailed last to whoever is meant.
    fn code(&self, who: &str) -> Result<MailedCode, Early> {
        Ok(code_of(&self.link(who)?))
    }
}

/// A password that is shown, which no rule of choosing keeps out.
fn typed(password: &str) -> Result<TypedPassword, InputError> {
    TypedPassword::parse(password)
}

/// A password that is chosen.
fn read(password: &str) -> Result<Password, InputError> {
    Password::parse(password)
}

/// What the address of the account that a registration made, or ran into, is called among the details.
fn spelling_detail(outcome: &CallOutcome) -> Option<&'static str> {
    match outcome.name {
        "account" => Some("email"),
        "email_taken" => Some("taken_by"),
        _ => None,
    }
}
