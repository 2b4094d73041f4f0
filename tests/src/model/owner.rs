//! What a signed-in person does beside changing the password, and what the bearers of the links that came of it do.

use accountable_core::{
    Accounts, Error, MailOptions,
    domain::{MailedCode, Origin, SessionStamp},
};
use proptest::prelude::*;

use super::{
    said::Said,
    step::{ADDRESSES, Brought, ORIGINS, code, password},
    world::{World, email, from, typed},
};

/// One thing that an owner or the bearer of a link does.
#[derive(Debug, Clone)]
pub(crate) enum OwnerStep {
    Want { session: usize, current: usize, address: usize },
    Confirm { session: usize, code: Brought, origin: usize },
    Cancel { session: usize },
    CancelByCode { code: Brought },
    Revert { code: Brought },
    EndSessions { session: usize },
    Close { session: usize },
}

pub(crate) fn owner_step() -> impl Strategy<Value = OwnerStep> {
    let session = 0_usize..8;
    prop_oneof![
        6 => (0_usize..3, password(), 0..ADDRESSES.len())
            .prop_map(|(session, current, address)| OwnerStep::Want { session, current, address }),
        6 => (0_usize..3, code(), 0..ORIGINS.len())
            .prop_map(|(session, code, origin)| OwnerStep::Confirm { session, code, origin }),
        2 => session.clone().prop_map(|session| OwnerStep::Cancel { session }),
        2 => code().prop_map(|code| OwnerStep::CancelByCode { code }),
        3 => code().prop_map(|code| OwnerStep::Revert { code }),
        2 => session.clone().prop_map(|session| OwnerStep::EndSessions { session }),
        1 => session.prop_map(|session| OwnerStep::Close { session }),
    ]
}

impl World {
    pub(crate) async fn take_owners(&mut self, step: &OwnerStep) -> Said {
        let accounts = self.accounts.clone();
        match step {
            OwnerStep::Want { session, current, address } => {
                let stamp = self.session(*session);
                let (current, wanted) = (typed(*current), email(*address));
                let owner = accounts.owner(stamp, Origin::Unknown);
                let outcome = owner.request_email_change(&current, &wanted, &MailOptions::default()).await;
                Said::Owner { kind: "an address is wanted", outcome: outcome.map(|()| None) }
            }
            OwnerStep::Confirm { session, code, origin } => {
                let stamp = self.session(*session);
                let brought = self.code(code);
                let mailed = MailedCode::new(&brought.0, &brought.1);
                let outcome = accounts
                    .owner(stamp, from(*origin))
                    .confirm_email(&mailed)
                    .await
                    .map(|renewed| renewed.stamp);
                self.sessions.extend(outcome.as_ref().ok());
                let genuine = self.is_mailed(&brought);
                Said::Confirmed { brought, genuine, outcome }
            }
            OwnerStep::Cancel { session } => {
                let owner = accounts.owner(self.session(*session), Origin::Unknown);
                let outcome = owner.cancel_email_change().await;
                Said::Owner { kind: "cancelled", outcome: outcome.map(|()| None) }
            }
            OwnerStep::CancelByCode { code } => self.redeem(&accounts, code, false).await,
            OwnerStep::Revert { code } => self.redeem(&accounts, code, true).await,
            OwnerStep::EndSessions { session } => {
                let ended = accounts.owner(self.session(*session), Origin::Unknown).end_sessions().await;
                let outcome = ended.map(|renewed| renewed.stamp);
                self.renewed("sessions ended by their owner", outcome)
            }
            OwnerStep::Close { session } => {
                let outcome = accounts.owner(self.session(*session), Origin::Unknown).close().await;
                Said::Owner { kind: "closed by its owner", outcome: outcome.map(|()| None) }
            }
        }
    }

    async fn redeem(&mut self, accounts: &Accounts, code: &Brought, revert: bool) -> Said {
        let brought = self.code(code);
        let mailed = MailedCode::new(&brought.0, &brought.1);
        let public = accounts.public(Origin::Unknown);
        let (kind, outcome) = match revert {
            true => ("reverted", public.revert_email_change(&mailed).await),
            false => ("cancelled by code", public.cancel_email_change(&mailed).await),
        };
        Said::Redeemed { kind, genuine: self.is_mailed(&brought), brought, outcome }
    }

    fn renewed(&mut self, kind: &'static str, outcome: Result<SessionStamp, Error>) -> Said {
        self.sessions.extend(outcome.as_ref().ok());
        Said::Owner { kind, outcome: outcome.map(Some) }
    }
}
