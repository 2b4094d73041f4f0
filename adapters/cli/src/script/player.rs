//! Plays commands: finds whom they name, makes the call, and says how it ended.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
};

use accountable::{
    Admin, DeliveryOptions, Error, MailOptions, NewAccount, Public,
    domain::{
        AccountId, Actor, EmailAddress, InputError, Origin, Password, PasswordPolicy, PolicyContext, Refusal,
        SessionStamp, Span,
    },
};
use serde_json::Value;

use super::{
    command::{Command, shown},
    line::Unplayable,
};
use crate::{
    mail::code_of,
    outcome::{Outcome, Tell, entered},
    stage::{Stage, Stop, failed},
};

/// Whence all strangers come: an address of documentation, RFC 5737.
const ELSEWHERE: Origin = Origin::Ip(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)));
/// Most that the clock is moved at once: ten years.
const LONGEST: u64 = 10 * 365 * 86_400;
/// So many mails at once.
const ROUND: u32 = 1_000;

/// Remembers what later lines refer to.
pub(crate) struct Player {
    actor: Actor,
    policy: PasswordPolicy,
    /// Whose passwords are judged where nobody is named.
    somebody: EmailAddress,
    names: BTreeMap<String, EmailAddress>,
    sessions: BTreeMap<EmailAddress, SessionStamp>,
}

/// Ended before its call was made.
enum Early {
    /// The line makes no sense, or no value can be made of a text of its.
    Told(Outcome),
    /// The play is over.
    Over(Stop),
}

impl From<Stop> for Early {
    fn from(stop: Stop) -> Self {
        Self::Over(stop)
    }
}

impl<E: Tell> From<E> for Early {
    fn from(error: E) -> Self {
        Self::Told(error.outcome())
    }
}

impl Tell for Unplayable {
    fn outcome(&self) -> Outcome {
        Unplayable::outcome(self)
    }
}

impl Player {
    pub(crate) fn new() -> Result<Self, Stop> {
        Ok(Self {
            actor: Actor::parse("script").map_err(failed)?,
            policy: PasswordPolicy::nist(),
            somebody: EmailAddress::parse("somebody@example.com").map_err(failed)?,
            names: BTreeMap::new(),
            sessions: BTreeMap::new(),
        })
    }

    /// Plays one command.
    ///
    /// # Errors
    /// [`Stop`] where no further command can be played; whatever else happens is an outcome.
    pub(crate) async fn play(&mut self, stage: &mut Stage, command: Command) -> Result<Outcome, Stop> {
        match self.perform(stage, command).await {
            Ok(outcome) | Err(Early::Told(outcome)) => Ok(outcome),
            Err(Early::Over(stop)) => Err(stop),
        }
    }

    async fn perform(&mut self, stage: &mut Stage, command: Command) -> Result<Outcome, Early> {
        let staff = stage.accounts.admin(self.actor.clone());
        let stranger = stage.accounts.public(ELSEWHERE);
        Ok(match command {
            Command::Register { email, name } => self.register(&staff, &email, name).await?,
            Command::RequestPasswordSet { who } => {
                let id = id_of(&staff, &self.address(&who)?).await?;
                staff.request_password_set(id, DeliveryOptions::default()).await.outcome()
            }
            Command::RequestPasswordReset { who } => {
                stranger.request_password_reset(&self.address(&who)?, MailOptions::default()).await.outcome()
            }
            Command::ChoosePassword { who, password } => {
                let address = self.address(&who)?;
                let none = || Unplayable::new("no_link", format!("no link was mailed to {}", shown(&who)));
                let link = stage.found_link_to(&address).ok_or_else(none)?;
                stranger.choose_password(&code_of(&link), &read(&password)?).await.outcome()
            }
            Command::Authenticate { who, password } => {
                self.authenticate(&stranger, self.address(&who)?, &read(&password)?).await
            }
            Command::ChangePassword { who, current, new } => {
                self.change_password(stage, &who, &read(&current)?, &read(&new)?).await?
            }
            Command::AssignPassword { who, password } => {
                let id = id_of(&staff, &self.address(&who)?).await?;
                staff.assign_password(id, &read(&password)?).await.outcome()
            }
            Command::Advance { seconds } => {
                if seconds > LONGEST {
                    let says = format!("`seconds` must be at most {LONGEST}");
                    return Err(Unplayable::new("bad_field", says).into());
                }
                stage.clock.advance(Span::seconds(seconds));
                ().outcome()
            }
            Command::Mailer { who, answer } => {
                stage.mails_are_answered(self.address(&who)?, answer.into());
                ().outcome()
            }
            Command::Sweep {} => stage.accounts.sweep(ROUND).await.outcome(),
            Command::Policy { preset, words } => {
                let policy = preset.policy();
                self.policy = if words.is_empty() { policy } else { policy.knowing(words) };
                stage.policy(self.policy.clone())?;
                ().outcome()
            }
            Command::Check { password, who } => {
                let named = who.map(|who| self.address(&who)).transpose()?;
                let email = named.as_ref().unwrap_or(&self.somebody);
                let password = read(&password)?;
                let violations = self.policy.violations(&password, &PolicyContext { email });
                let mut outcome = violations.outcome();
                outcome.details.insert("length".to_owned(), password.length().into());
                outcome
            }
        })
    }

    async fn register(&mut self, staff: &Admin, email: &str, name: Option<String>) -> Result<Outcome, Early> {
        let email = EmailAddress::parse(email).map_err(InputError::from)?;
        if let Some(name) = name {
            self.names.insert(name, email.clone());
        }
        let registered = staff.register(NewAccount::new(email.clone())).await;
        let mut outcome = registered.outcome();
        let more = match registered {
            Ok(view) => ("email", Some(view)),
            // What a look-alike looks like.
            Err(Error::Refused(Refusal::EmailTaken)) => ("taken_by", staff.account_by_email(&email).await?),
            Err(_) => ("", None),
        };
        if let (name, Some(view)) = more {
            outcome.details.insert(name.to_owned(), Value::String(view.email.to_string()));
        }
        Ok(outcome)
    }

    async fn authenticate(&mut self, stranger: &Public, who: EmailAddress, password: &Password) -> Outcome {
        let answer = entered(stranger.authenticate(&who, password).await);
        if let Ok(entered) = &answer {
            self.sessions.insert(who, entered.stamp);
        }
        answer.outcome()
    }

    async fn change_password(
        &mut self,
        stage: &Stage,
        who: &str,
        current: &Password,
        new: &Password,
    ) -> Result<Outcome, Early> {
        let address = self.address(who)?;
        let none = || Unplayable::new("no_session", format!("{} has not logged in", shown(who)));
        let stamp = self.sessions.get(&address).copied().ok_or_else(none)?;
        let changed = stage.accounts.owner(stamp, Origin::Unknown).change_password(current, new).await;
        if let Ok(renewed) = &changed {
            self.sessions.insert(address, *renewed);
        }
        Ok(changed.outcome())
    }

    /// Of a name that a line gave, or of an address.
    fn address(&self, who: &str) -> Result<EmailAddress, Early> {
        if let Some(address) = self.names.get(who) {
            return Ok(address.clone());
        }
        if !who.contains('@') {
            let says = format!("no line before registered anybody as {}", shown(who));
            return Err(Unplayable::new("unknown_name", says).into());
        }
        Ok(EmailAddress::parse(who).map_err(InputError::from)?)
    }
}

fn read(password: &str) -> Result<Password, InputError> {
    Password::parse(password)
}

async fn id_of(staff: &Admin, address: &EmailAddress) -> Result<AccountId, Early> {
    let view = staff.account_by_email(address).await?;
    Ok(view.ok_or(Error::from(Refusal::NoSuchAccount))?.id)
}
