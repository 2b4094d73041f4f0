//! Staff of a realm at its ordinary work.

use std::fmt;

use accountable_core::{DeliveryOptions, NewAccount, domain::SuspensionReason};

use super::{OWNERS, Turn, question, staff};
use crate::{
    dice::Dice,
    simulator::{
        history::Question,
        simulation::{REALMS, mailbox},
    },
};

#[derive(Debug, Clone)]
pub(in crate::simulator) enum Act {
    Registers { who: usize },
    SendsSetLink { who: usize },
    Suspends { who: usize },
    Reinstates { who: usize },
}

impl Act {
    pub(in crate::simulator) fn drawn(dice: &mut Dice) -> Self {
        let who = dice.below(OWNERS as u64) as usize;
        match dice.below(6) {
            0..=1 => Self::Registers { who },
            2..=3 => Self::SendsSetLink { who },
            4 => Self::Suspends { who },
            _ => Self::Reinstates { who },
        }
    }

    pub(in crate::simulator) async fn perform(self, realm: usize, turn: Turn) {
        let (Self::Registers { who }
        | Self::SendsSetLink { who }
        | Self::Suspends { who }
        | Self::Reinstates { who }) = self;
        let owner = turn.owner(who);
        let Some((process, accounts)) = turn.accounts(realm) else { return };
        let admin = accounts.admin(staff());
        if let Self::Registers { .. } = self {
            let email = mailbox(owner.name);
            let asked = Question { email: Some(email.clone()), ..question("admin.register", process) };
            if let Ok(view) = turn.ask(asked, admin.register(NewAccount::new(email))).await
                && realm == who % REALMS
            {
                turn.learns(who, |owner| owner.account = Some(view.id));
            }
            return;
        }
        let Some(account) = owner.account.filter(|_| realm == owner.realm) else { return };
        let about = |door| Question { account: Some(account), ..question(door, process) };
        match self {
            Self::Registers { .. } => {}
            Self::SendsSetLink { .. } => {
                let call = admin.request_password_set(account, DeliveryOptions::default());
                let _ = turn.ask(about("admin.request_password_set"), call).await;
            }
            Self::Suspends { .. } => {
                let reason = SuspensionReason::parse("unpaid").unwrap();
                let _ = turn.ask(about("admin.suspend"), admin.suspend(account, &reason)).await;
            }
            Self::Reinstates { .. } => {
                let _ = turn.ask(about("admin.reinstate"), admin.reinstate(account)).await;
            }
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registers { who } => write!(f, "registers owner {who}"),
            Self::SendsSetLink { who } => write!(f, "sends owner {who} a link for a first password"),
            Self::Suspends { who } => write!(f, "suspends owner {who}"),
            Self::Reinstates { who } => write!(f, "reinstates owner {who}"),
        }
    }
}
