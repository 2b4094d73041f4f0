//! Staff of a realm at its work: on one account, or on the realm as a whole.

mod account;
mod realm;

use std::fmt;

use accountable_core::{SessionsThen, domain::IpFilterGroupName};
use serde::{Deserialize, Serialize};

pub(in crate::simulator) use self::realm::Follower;
use self::{account::OnAccount, realm::InRealm};
use super::{OWNERS, Turn};
use crate::{dice::Dice, simulator::simulation::REALMS};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::simulator) enum Act {
    /// On the account of one of the owners.
    On { who: usize, does: OnAccount },
    /// On nobody's account in particular.
    Beside(InRealm),
}

impl Act {
    /// Of which realm, and what.
    pub(in crate::simulator) fn drawn(dice: &mut Dice) -> (usize, Self) {
        if dice.one_in(4) {
            return (dice.below(REALMS as u64) as usize, Self::Beside(InRealm::drawn(dice)));
        }
        let who = dice.below(OWNERS as u64) as usize;
        (who % REALMS, Self::On { who, does: OnAccount::drawn(dice) })
    }

    pub(super) fn registers(who: usize) -> Self {
        Self::On { who, does: OnAccount::Registers }
    }

    pub(super) fn sends_set_link(who: usize) -> Self {
        Self::On { who, does: OnAccount::SendsSetLink { waits: 5, bypassing: false } }
    }

    /// Lets the account's passwords expire after a month.
    pub(super) fn ages_passwords(who: usize) -> Self {
        Self::On { who, does: OnAccount::ages_passwords() }
    }

    pub(super) fn imports(who: usize, dice: &mut Dice) -> Self {
        Self::On { who, does: OnAccount::imports(dice) }
    }

    pub(in crate::simulator) async fn perform(self, realm: usize, turn: Turn) {
        match self {
            Self::On { who, does } => does.perform(who, &turn).await,
            Self::Beside(does) => does.perform(realm, &turn).await,
        }
    }
}

fn group(name: &str) -> IpFilterGroupName {
    IpFilterGroupName::parse(name).unwrap()
}

/// What becomes of the sessions where another password is required.
fn then(ending_sessions: bool) -> SessionsThen {
    if ending_sessions { SessionsThen::End } else { SessionsThen::GoOn }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On { who, does } => write!(f, "of owner {who}: {does}"),
            Self::Beside(does) => write!(f, "{does}"),
        }
    }
}
