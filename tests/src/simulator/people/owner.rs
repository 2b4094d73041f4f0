//! The owner of an account: who reads their mailbox, knows their password as far as they were told, and keeps a device.

mod account;
mod password;

use std::fmt;

use accountable_core::domain::Purpose;
use serde::{Deserialize, Serialize};

pub(super) use self::password::{CHOOSES, Came, asks_for_reset_of, chooses, inspects, tries};
use self::{
    account::{
        asks_for_email, asks_for_proof, cancels, closes, confirms_email, ends_sessions, looks, proves_email,
        reverts, signs_up, uses_old_session,
    },
    password::{
        asks_for_reset, changes_password, chooses_twice, chooses_weakly, follows_again, forgets_password,
        logs_in_and_changes, looks_before_the_end, mistypes,
    },
};
use super::{Turn, mailed::Mailed};
use crate::dice::Dice;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::simulator) enum Act {
    SignsUp {
        carrying: bool,
    },
    LogsIn,
    MistypesPassword {
        times: u64,
        with_device: bool,
    },
    AsksForReset,
    /// Asks for a link, waits for it so many minutes, and chooses a password by it.
    ForgetsPassword {
        waits: u64,
    },
    ChoosesPassword,
    ChoosesTwice {
        in_two_windows: bool,
    },
    ChoosesWeakly,
    FollowsUsedLink,
    /// Looks at its page so many microseconds before it ends.
    LooksBeforeTheEnd {
        margin: u64,
    },
    ChangesPassword {
        mistypes: bool,
    },
    /// Changes it, by a link if there is one, while another window logs in.
    LogsInAndChanges {
        mistypes: bool,
    },
    AsksForEmail {
        back: bool,
        waits: u64,
    },
    ConfirmsEmail,
    Cancels {
        by_link: bool,
    },
    Reverts,
    AsksForProof {
        waits: u64,
    },
    ProvesEmail,
    EndsSessions,
    UsesOldSession,
    Closes {
        waits: u64,
    },
    Reopens,
    ReadsMail,
    Looks,
}

impl Act {
    pub(in crate::simulator) fn drawn(dice: &mut Dice) -> Self {
        let mut waits = || *dice.pick(&[0, 3, 20]);
        let waits = waits();
        match dice.below(65) {
            0..=3 => Self::SignsUp { carrying: dice.one_in(2) },
            4..=9 => Self::LogsIn,
            10..=12 => Self::MistypesPassword { times: dice.between(1, 4), with_device: dice.one_in(3) },
            13..=14 => Self::AsksForReset,
            15..=19 => Self::ForgetsPassword { waits },
            20..=23 => Self::ChoosesPassword,
            24..=25 => Self::ChoosesTwice { in_two_windows: dice.one_in(2) },
            26 => Self::ChoosesWeakly,
            27 => Self::FollowsUsedLink,
            28..=31 => Self::ChangesPassword { mistypes: dice.one_in(4) },
            32..=37 => Self::AsksForEmail { back: dice.one_in(4), waits },
            38..=39 => Self::ConfirmsEmail,
            40..=41 => Self::Cancels { by_link: dice.one_in(2) },
            42..=43 => Self::Reverts,
            44..=45 => Self::AsksForProof { waits },
            46 => Self::ProvesEmail,
            47..=48 => Self::EndsSessions,
            49 => Self::UsesOldSession,
            50..=51 => Self::Closes { waits },
            52..=53 => Self::Reopens,
            54..=57 => Self::ReadsMail,
            58..=60 => Self::LogsInAndChanges { mistypes: dice.one_in(2) },
            61 | 62 => Self::LooksBeforeTheEnd { margin: *dice.pick(&[1, 1_000_000]) },
            _ => Self::Looks,
        }
    }

    pub(in crate::simulator) async fn perform(self, who: usize, turn: Turn) {
        let turn = &turn;
        match self {
            Self::SignsUp { carrying } => signs_up(who, carrying, turn).await,
            Self::LogsIn => drop(password::logs_in(who, turn).await),
            Self::MistypesPassword { times, with_device } => mistypes(who, times, with_device, turn).await,
            Self::AsksForReset => asks_for_reset(who, turn).await,
            Self::ForgetsPassword { waits } => forgets_password(who, waits, turn).await,
            Self::ChoosesPassword => uses(who, &CHOOSES, turn).await,
            Self::ChoosesTwice { in_two_windows } => chooses_twice(who, in_two_windows, turn).await,
            Self::ChoosesWeakly => chooses_weakly(who, turn).await,
            Self::FollowsUsedLink => follows_again(who, turn).await,
            Self::LooksBeforeTheEnd { margin } => looks_before_the_end(who, margin, turn).await,
            Self::LogsInAndChanges { mistypes } => logs_in_and_changes(who, mistypes, turn).await,
            Self::ChangesPassword { mistypes } => changes_password(who, mistypes, turn).await,
            Self::AsksForEmail { back, waits } => asks_for_email(who, back, waits, turn).await,
            Self::ConfirmsEmail => uses(who, &[Purpose::EmailConfirm], turn).await,
            Self::Cancels { by_link: true } => uses(who, &[Purpose::EmailCancel], turn).await,
            Self::Cancels { by_link: false } => cancels(who, None, turn).await,
            Self::Reverts => uses(who, &[Purpose::EmailRevert], turn).await,
            Self::AsksForProof { waits } => asks_for_proof(who, waits, turn).await,
            Self::ProvesEmail => uses(who, &[Purpose::EmailProof], turn).await,
            Self::EndsSessions => ends_sessions(who, turn).await,
            Self::UsesOldSession => uses_old_session(who, turn).await,
            Self::Closes { waits } => closes(who, waits, turn).await,
            Self::Reopens => uses(who, &[Purpose::Reopen], turn).await,
            Self::ReadsMail => {
                // Whoever reads of a change that they asked for does not take it back.
                let of = [CHOOSES.as_slice(), &[Purpose::EmailConfirm, Purpose::EmailProof]].concat();
                uses(who, &of, turn).await;
            }
            Self::Looks => looks(who, turn).await,
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignsUp { carrying: false } => f.write_str("signs up"),
            Self::SignsUp { carrying: true } => f.write_str("signs up, and says more than an address"),
            Self::LogsIn => f.write_str("logs in"),
            Self::MistypesPassword { times, with_device } => {
                let device = if *with_device { "on the known device" } else { "on another device" };
                write!(f, "mistypes the password {device}, {times} times")
            }
            Self::AsksForReset => f.write_str("asks for a link to a new password"),
            Self::ForgetsPassword { waits } => {
                write!(f, "asks for a link to a new password, waits {waits} min, and chooses one")
            }
            Self::ChoosesPassword => f.write_str("chooses a password by the last link in the mailbox"),
            Self::ChoosesTwice { in_two_windows: true } => {
                f.write_str("chooses a password by one link in two windows at once")
            }
            Self::ChoosesTwice { in_two_windows: false } => {
                f.write_str("chooses a password by one link, and another one by it again")
            }
            Self::ChoosesWeakly => f.write_str("chooses a weak password"),
            Self::FollowsUsedLink => f.write_str("follows a link that was used up"),
            Self::LooksBeforeTheEnd { margin } => {
                write!(f, "looks at the page of a link {margin} µs before it ends")
            }
            Self::LogsInAndChanges { mistypes } => {
                f.write_str(if *mistypes { "mistypes the password, " } else { "" })?;
                f.write_str("logs in, and in another window replaces the password")
            }
            Self::ChangesPassword { mistypes: false } => f.write_str("changes the password"),
            Self::ChangesPassword { mistypes: true } => {
                f.write_str("mistypes the password in changing it, and changes it")
            }
            Self::AsksForEmail { back, waits } => {
                let to = if *back { "an address of before" } else { "a new address" };
                write!(f, "asks for {to}, waits {waits} min, and confirms it")
            }
            Self::ConfirmsEmail => f.write_str("confirms the last change of address"),
            Self::Cancels { by_link: true } => f.write_str("cancels a change of address by link"),
            Self::Cancels { by_link: false } => f.write_str("cancels a change of address"),
            Self::Reverts => f.write_str("takes an old address back by link"),
            Self::AsksForProof { waits } => {
                write!(f, "asks for a link that proves the address, waits {waits} min, and follows it")
            }
            Self::ProvesEmail => f.write_str("proves the address"),
            Self::EndsSessions => f.write_str("ends the other sessions"),
            Self::UsesOldSession => f.write_str("goes on in a session of before"),
            Self::Closes { waits } => write!(f, "closes the account, and opens it again after {waits} min"),
            Self::Reopens => f.write_str("opens the account again by link"),
            Self::ReadsMail => f.write_str("does what the last letter is about"),
            Self::Looks => f.write_str("looks at the account"),
        }
    }
}

/// Does what the last link for one of these is about, if there is one.
async fn uses(who: usize, of: &[Purpose], turn: &Turn) {
    if let Some(mailed) = turn.fresh(who, of) {
        follows(who, &mailed, turn).await;
    }
}

/// Does what a link is about.
async fn follows(who: usize, mailed: &Mailed, turn: &Turn) {
    match mailed.purpose {
        Purpose::EmailConfirm => confirms_email(who, mailed, turn).await,
        Purpose::EmailCancel => cancels(who, Some(mailed), turn).await,
        Purpose::EmailRevert => reverts(who, mailed, turn).await,
        Purpose::EmailProof => proves_email(who, mailed, turn).await,
        _ => {
            inspects(who, mailed, turn).await;
            chooses(who, mailed, turn).await;
        }
    }
}
