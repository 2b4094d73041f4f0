//! Whoever reads a mailbox that its owner has left: the owner took another address, or staff put one in its place.

use std::fmt;

use accountable_core::{
    MailOptions,
    domain::{EmailAddress, Origin, Purpose},
};
use serde::{Deserialize, Serialize};

use super::{Turn, question};
use crate::{dice::Dice, doors::world::password, simulator::history::Question};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::simulator) enum Act {
    /// Tries what is in the mailbox, live or dead.
    Redeems {
        at_most: u64,
    },
    AsksForReset,
    SignsUp,
}

impl Act {
    pub(in crate::simulator) fn drawn(dice: &mut Dice) -> Self {
        match dice.below(4) {
            0 | 1 => Self::Redeems { at_most: dice.between(1, 6) },
            2 => Self::AsksForReset,
            _ => Self::SignsUp,
        }
    }

    pub(in crate::simulator) async fn perform(self, whose: usize, turn: Turn) {
        let Some(email) = left(whose, &turn) else { return };
        let Some((process, accounts)) = turn.accounts(turn.owner(whose).realm) else { return };
        let public = accounts.public(Origin::Ip("100.64.9.9".parse().unwrap()));
        let asked = |door| Question { email: Some(email.clone()), ..question(door, process) };
        match self {
            Self::AsksForReset => {
                let call = public.request_password_reset(&email, MailOptions::default());
                let _ = turn.ask(asked("public.request_password_reset"), call).await;
            }
            Self::SignsUp => {
                let call = public.sign_up(&email, MailOptions::default(), None);
                let _ = turn.ask(asked("public.sign_up"), call).await;
            }
            Self::Redeems { at_most } => {
                let links = turn.links(&email, &Purpose::ALL);
                for (purpose, code, _) in links.into_iter().take(at_most as usize) {
                    let new = password(&turn.new_password());
                    let call = public.choose_password(&code, &new);
                    let _ = turn.ask(question("public.choose_password", process), call).await;
                    let call = public.cancel_email_change(&code);
                    let _ = turn.ask(question("public.cancel_email_change", process), call).await;
                    // The way back is theirs who read that mailbox: now and then they go it.
                    if purpose != Purpose::EmailRevert || turn.chance(|dice| dice.one_in(4)) {
                        let call = public.revert_email_change(&code);
                        let _ = turn.ask(question("public.revert_email_change", process), call).await;
                    }
                }
            }
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Redeems { .. } => "tries the last links that are in it",
            Self::AsksForReset => "asks for a new password at it",
            Self::SignsUp => "signs it up",
        })
    }
}

/// The one that their account was at before, as far as they know.
fn left(whose: usize, turn: &Turn) -> Option<EmailAddress> {
    turn.owner(whose).mailboxes.iter().rev().nth(1).cloned()
}
