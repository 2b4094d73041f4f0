//! Strangers: who know addresses, have no password and no code, and come from one place or from everywhere.

use std::fmt;

use accountable_core::{MailOptions, Public, domain::Origin};

use super::{NAMES, Turn, question};
use crate::{
    dice::Dice,
    doors::world::typed_password,
    simulator::{
        history::Question,
        simulation::{REALMS, mailbox},
    },
};

#[derive(Debug, Clone)]
pub(in crate::simulator) enum Act {
    Guesses { whose: usize, realm: usize, times: u64 },
    AsksForResets { whose: usize, realm: usize, times: u64 },
    SignsUp { whose: usize, realm: usize, times: u64 },
}

impl Act {
    pub(in crate::simulator) fn drawn(dice: &mut Dice) -> Self {
        let (whose, realm) = (dice.below(NAMES.len() as u64) as usize, dice.below(REALMS as u64) as usize);
        let times = dice.between(1, 12);
        match dice.below(3) {
            0 => Self::Guesses { whose, realm, times },
            1 => Self::AsksForResets { whose, realm, times },
            _ => Self::SignsUp { whose, realm, times: times.min(5) },
        }
    }

    pub(in crate::simulator) async fn perform(self, turn: Turn) {
        match self {
            Self::Guesses { whose, realm, times } => {
                for _ in 0..times {
                    let Some((process, public)) = of_anywhere(realm, &turn) else { return };
                    let email = mailbox(NAMES[whose]);
                    let asked =
                        Question { email: Some(email.clone()), ..question("public.authenticate", process) };
                    let typed = typed_password("a guess that is wrong");
                    let _ = turn.ask(asked, public.authenticate(&email, &typed, None)).await;
                }
            }
            Self::AsksForResets { whose, realm, times } => {
                for _ in 0..times {
                    let Some((process, public)) = of_anywhere(realm, &turn) else { return };
                    let email = mailbox(NAMES[whose]);
                    let asked = Question {
                        email: Some(email.clone()),
                        ..question("public.request_password_reset", process)
                    };
                    let _ =
                        turn.ask(asked, public.request_password_reset(&email, MailOptions::default())).await;
                }
            }
            Self::SignsUp { whose, realm, times } => {
                for _ in 0..times {
                    let Some((process, public)) = of_anywhere(realm, &turn) else { return };
                    let email = mailbox(NAMES[whose]);
                    let asked =
                        Question { email: Some(email.clone()), ..question("public.sign_up", process) };
                    let _ = turn.ask(asked, public.sign_up(&email, MailOptions::default(), None)).await;
                }
            }
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guesses { whose, realm, times } => {
                write!(f, "guesses {times} times at {} of realm {realm}", NAMES[*whose])
            }
            Self::AsksForResets { whose, realm, times } => {
                write!(f, "asks {times} times for a reset of {} of realm {realm}", NAMES[*whose])
            }
            Self::SignsUp { whose, realm, times } => {
                write!(f, "signs {} up in realm {realm}, {times} times", NAMES[*whose])
            }
        }
    }
}

/// From a network that is nobody's home: one machine, or one of very many.
fn of_anywhere(realm: usize, turn: &Turn) -> Option<(usize, Public)> {
    let (process, accounts) = turn.accounts(realm)?;
    let text = turn.chance(|dice| match dice.below(4) {
        0 => "192.0.2.66".to_owned(),
        1 => format!("2001:db8:{:x}::{:x}", dice.below(65_536), dice.below(65_536)),
        _ => format!("198.{}.{}.7", 18 + dice.below(2), dice.below(256)),
    });
    Some((process, accounts.public(Origin::Ip(text.parse().unwrap()))))
}
