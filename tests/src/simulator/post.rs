//! The mail server and the mailboxes behind it.

use std::sync::Arc;

use accountable_core::{
    domain::{EmailAddress, Letter, MailedCode, Message, Purpose, Timestamp},
    port::{MailError, Mailer, Receipt},
};
use async_trait::async_trait;

use super::{executor::Elapsed, history::Fact, simulation::Simulation, trouble::HandedOver};
use crate::doors::world::code_of;

/// A letter in a mailbox.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    pub(super) at: Elapsed,
    pub(super) letter: Letter,
}

impl Arrived {
    /// What its link is good for, the code in it, and the end that it names.
    pub(super) fn link(&self) -> Option<(Purpose, MailedCode, Timestamp)> {
        match &self.letter.message {
            Message::Code { purpose, link, expires_at } => {
                Some((*purpose, code_of(link.expose()), *expires_at))
            }
            _ => None,
        }
    }
}

/// All mailboxes there are.
#[derive(Debug, Default)]
pub(super) struct Post {
    arrived: Vec<Arrived>,
}

impl Post {
    /// What is in a mailbox, the oldest first.
    pub(super) fn of<'a>(&'a self, to: &'a EmailAddress) -> impl DoubleEndedIterator<Item = &'a Arrived> {
        self.arrived.iter().filter(move |arrived| arrived.letter.to == *to)
    }

    /// Everything that arrived, the oldest first.
    pub(super) fn all(&self) -> &[Arrived] {
        &self.arrived
    }
}

/// The mail server as one process reaches it.
#[derive(Clone)]
pub(super) struct ProcessMailer {
    pub(super) simulation: Arc<Simulation>,
    pub(super) process: usize,
}

#[async_trait]
impl Mailer for ProcessMailer {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        let simulation = &self.simulation;
        simulation.is_called("deliver");
        let trouble = simulation.trouble().mail;
        if !simulation.is_simple() {
            let latency = simulation.time.chance(|dice| trouble.latency(dice));
            simulation.time.sleep(latency).await;
        }
        let outcome = simulation.time.chance(|dice| trouble.fate(dice));
        let process = self.process;
        simulation.write(Fact::HandedOver { letter: letter.clone(), outcome, process });
        if outcome.arrives() {
            let at = simulation.time.elapsed();
            simulation.post().arrived.push(Arrived { at, letter: letter.clone() });
        }
        match outcome {
            HandedOver::Taken => {
                if !simulation.is_simple() {
                    let latency = simulation.time.chance(|dice| trouble.latency(dice));
                    simulation.time.sleep(latency).await;
                }
                simulation.write(Fact::Receipt { mail: letter.id, process });
                Ok(Receipt::default())
            }
            HandedOver::Unheard => Err(MailError::Transient("the connection was lost".into())),
            HandedOver::Delayed => Err(MailError::Transient("451 4.7.1".into())),
            HandedOver::Refused => Err(MailError::NoSuchMailbox { evidence: "550 5.1.1".to_owned() }),
            HandedOver::Ours => Err(MailError::Ours("no words for it".into())),
            // Nothing is printed of it, as it would be of a panic that nobody meant.
            HandedOver::Panicked => std::panic::resume_unwind(Box::new("the mailer panics")),
            HandedOver::Silent { .. } => std::future::pending().await,
            HandedOver::Away => Err(MailError::Unreachable("nobody answers".into())),
        }
    }
}
