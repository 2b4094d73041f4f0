//! The owner of an account: who reads their mailbox, knows their password as far as they were told, and keeps a device.

use std::fmt;

use accountable_core::{Authentication, MailOptions, domain::Purpose};

use super::{Turn, question};
use crate::{
    dice::Dice,
    doors::world::{password, typed_password},
    simulator::history::Question,
};

/// What lets an owner choose a password.
const CHOOSES: [Purpose; 4] =
    [Purpose::PasswordReset, Purpose::PasswordSet, Purpose::Reopen, Purpose::PasswordManagement];

#[derive(Debug, Clone)]
pub(in crate::simulator) enum Act {
    SignsUp,
    LogsIn,
    MistypesPassword { times: u64 },
    AsksForReset,
    ChoosesPassword,
    ChangesPassword,
}

impl Act {
    pub(in crate::simulator) fn drawn(dice: &mut Dice) -> Self {
        match dice.below(12) {
            0 | 1 => Self::SignsUp,
            2 | 3 => Self::LogsIn,
            4 => Self::MistypesPassword { times: dice.between(1, 4) },
            5 | 6 => Self::AsksForReset,
            7..=9 => Self::ChoosesPassword,
            _ => Self::ChangesPassword,
        }
    }

    pub(in crate::simulator) async fn perform(self, who: usize, turn: Turn) {
        match self {
            Self::SignsUp => signs_up(who, &turn).await,
            Self::LogsIn => logs_in(who, &turn).await,
            Self::MistypesPassword { times } => {
                for _ in 0..times {
                    tries(who, "not the password at all", &turn).await;
                }
            }
            Self::AsksForReset => asks_for_reset(who, &turn).await,
            Self::ChoosesPassword => chooses_password(who, &turn).await,
            Self::ChangesPassword => changes_password(who, &turn).await,
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignsUp => f.write_str("signs up"),
            Self::LogsIn => f.write_str("logs in"),
            Self::MistypesPassword { times } => write!(f, "mistypes the password, {times} times"),
            Self::AsksForReset => f.write_str("asks for a link to a new password"),
            Self::ChoosesPassword => f.write_str("chooses a password by the last link in the mailbox"),
            Self::ChangesPassword => f.write_str("changes the password"),
        }
    }
}

async fn signs_up(who: usize, turn: &Turn) {
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let Some(email) = owner.mailboxes.last() else { return };
    let asked = Question { email: Some(email.clone()), ..question("public.sign_up", process) };
    let public = accounts.public(owner.home);
    let _ = turn.ask(asked, public.sign_up(email, MailOptions::default(), None)).await;
}

async fn asks_for_reset(who: usize, turn: &Turn) {
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let Some(email) = owner.mailboxes.last() else { return };
    let asked = Question { email: Some(email.clone()), ..question("public.request_password_reset", process) };
    let public = accounts.public(owner.home);
    let _ = turn.ask(asked, public.request_password_reset(email, MailOptions::default())).await;
}

/// With what they believe the password is, one after the other, the likeliest first. Whether they are in.
async fn logs_in(who: usize, turn: &Turn) {
    for known in turn.owner(who).passwords.into_iter().rev() {
        if tries(who, &known, turn).await {
            return;
        }
    }
}

async fn tries(who: usize, typed: &str, turn: &Turn) -> bool {
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return false };
    let Some(email) = owner.mailboxes.last() else { return false };
    let asked = Question { email: Some(email.clone()), ..question("public.authenticate", process) };
    let (public, typed) = (accounts.public(owner.home), typed_password(typed));
    let answer = turn.ask(asked, public.authenticate(email, &typed, owner.device.as_ref())).await;
    match answer {
        Ok(Authentication::Granted { stamp, device }) => {
            turn.let_in(stamp);
            turn.learns(who, |owner| {
                owner.account = Some(stamp.account);
                owner.session = Some(stamp);
                owner.device = Some(device);
            });
            true
        }
        Ok(Authentication::MustChange { stamp, .. }) => {
            turn.let_in(stamp);
            turn.learns(who, |owner| owner.session = Some(stamp));
            true
        }
        Ok(Authentication::Denied(why)) => {
            turn.say(format!("denied: {:?}", why.for_logs()));
            false
        }
        Err(_) => false,
    }
}

async fn chooses_password(who: usize, turn: &Turn) {
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let Some(email) = owner.mailboxes.last() else { return };
    let Some((_, code, _)) = turn.links(email, &CHOOSES).into_iter().next() else { return };
    let new = turn.new_password();
    turn.learns(who, |owner| owner.passwords.push(new.clone()));
    let public = accounts.public(owner.home);
    let chosen = turn
        .ask(question("public.choose_password", process), public.choose_password(&code, &password(&new)))
        .await;
    if let Ok(chosen) = chosen {
        turn.learns(who, |owner| {
            owner.account = Some(chosen.account);
            owner.device = Some(chosen.device);
            owner.passwords = vec![new];
        });
    }
}

async fn changes_password(who: usize, turn: &Turn) {
    let owner = turn.owner(who);
    let (Some(stamp), Some(known)) = (owner.session, owner.passwords.last().cloned()) else { return };
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let new = turn.new_password();
    turn.learns(who, |owner| owner.passwords.push(new.clone()));
    let asked = Question { account: Some(stamp.account), ..question("owner.change_password", process) };
    let door = accounts.owner(stamp, owner.home);
    let changed = turn.ask(asked, door.change_password(&typed_password(&known), &password(&new))).await;
    if let Ok(renewed) = changed {
        turn.learns(who, |owner| {
            owner.session = Some(renewed.stamp);
            owner.device = Some(renewed.device);
            owner.passwords = vec![new];
        });
    }
}
