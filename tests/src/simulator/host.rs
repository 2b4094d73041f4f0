//! The ports of a host beside the store and the mail server: its veto on erasures, its list of breached passwords, its own way
//! for some letters. Each answers, fails, panics, or never answers.

use std::{panic::resume_unwind, sync::Arc};

use accountable_core::{
    domain::{AccountId, Letter, Password},
    port::{ErasureVeto, MailRouting, Mailer, PasswordScreen, Source},
};
use async_trait::async_trait;

use super::{post::ProcessMailer, simulation::Simulation, trouble::HostFate};

/// The host as one process reaches it.
pub(super) struct Host {
    pub(super) simulation: Arc<Simulation>,
}

impl Host {
    /// Whether a call comes through.
    async fn answers(&self) -> Result<(), Source> {
        let trouble = self.simulation.trouble().host;
        match self.simulation.time.chance(|dice| trouble.fate(dice)) {
            HostFate::Answers => Ok(()),
            HostFate::Fails => Err("the host's own service failed".into()),
            // Nothing is printed of it, as it would be of a panic that nobody meant.
            HostFate::Panics => resume_unwind(Box::new("the host's own service panics")),
            HostFate::Silent => std::future::pending().await,
        }
    }
}

#[async_trait]
impl ErasureVeto for Host {
    async fn veto(&self, _account: AccountId) -> Result<Option<String>, Source> {
        self.answers().await?;
        let needed = !self.simulation.is_calm() && self.simulation.time.chance(|dice| dice.one_in(4));
        Ok(needed.then(|| "an open invoice".to_owned()))
    }
}

#[async_trait]
impl PasswordScreen for Host {
    /// Each seventh of those that people think of, until the calm.
    async fn is_breached(&self, password: &Password) -> Result<bool, Source> {
        self.answers().await?;
        let digits = password.expose().chars().filter_map(|letter| letter.to_digit(10));
        Ok(digits.fold(0, |number, digit| (number * 10 + digit) % 7) == 0 && !self.simulation.is_calm())
    }
}

/// The host sends the letters to some addresses itself, over the same post.
pub(super) struct OwnWay {
    pub(super) own: ProcessMailer,
}

impl MailRouting for OwnWay {
    fn mailer(&self, letter: &Letter) -> Option<&dyn Mailer> {
        let simulation = &self.own.simulation;
        let trouble = simulation.trouble().host;
        if simulation.time.chance(|dice| trouble.fate(dice)) == HostFate::Panics {
            resume_unwind(Box::new("the host's own routing panics"));
        }
        letter.to.as_str().len().is_multiple_of(2).then_some(&self.own)
    }
}
