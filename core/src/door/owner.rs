//! The door for a signed-in person, to their own account.

use std::{fmt, sync::Arc};

use crate::{
    accounts::Core,
    authenticate::{Guess, Verified, own_tag},
    decide::{Call, Verdict},
    domain::{
        Admission, Candidate, ChangePassword, NewPassword, Origin, Party, Password, Refusal, SessionStamp,
        Stop,
    },
    error::{Error, Fault},
    port::{By, Who},
    watch::watched,
};

/// What a signed-in person may do. Made by [`Accounts::owner`](crate::Accounts::owner).
#[derive(Clone)]
pub struct Owner {
    core: Arc<Core>,
    stamp: SessionStamp,
    from: Origin,
}

impl Owner {
    pub(crate) fn new(core: Arc<Core>, stamp: SessionStamp, from: Origin) -> Self {
        Self { core, stamp, from }
    }

    /// Whether the session still holds. Ask this at each request, or as often as a lost session may live on.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn is_current(&self) -> Result<bool, Fault> {
        watched("owner.is_current", self.core.realm.as_str(), async {
            let mut deadline = self.core.deadline();
            let dossier = self.core.load(&Who::id(self.stamp.account), &mut deadline).await?;
            Ok(dossier.account.is_some_and(|account| account.value.in_session(self.stamp.epoch).is_ok()))
        })
        .await
    }

    /// Changes the password, given the current one. Ends all other sessions; the stamp is this session's new one.
    ///
    /// # Errors
    /// `no_such_account`, `account_suspended`, `account_closed`, `session_ended`; `throttled` once this origin failed
    /// too often; `wrong_password`, which counts as a failed log-in does; `weak_password`; a [`Fault`].
    pub async fn change_password(&self, current: &Password, new: &Password) -> Result<SessionStamp, Error> {
        watched("owner.change_password", self.core.realm.as_str(), async {
            let core = &self.core;
            let guess = self.guess(current).await?;
            let right = match core.verify_at_gate(&guess).await? {
                Verified::Right(right) => right,
                Verified::Denied(_) => return Err(Refusal::WrongPassword.into()),
                Verified::TooMany { retry_after } => return Err(Refusal::Throttled { retry_after }.into()),
            };
            let mut call = Call::new(Who::id(self.stamp.account), Party::Owner);
            call.candidate = Some(new);
            let decided = core
                .decide(call, |dossier, moment, hashed| {
                    let account = dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?;
                    // A lock, a suspension or another filter that came meanwhile makes the verification void.
                    let admission = core.scene(&guess, dossier, moment.now).admission(&right.lead);
                    if !matches!(admission, Admission::Granted(_) | Admission::MustChange(..)) {
                        account.value.in_session(self.stamp.epoch)?;
                        return Err(Refusal::WrongPassword.into());
                    }
                    let candidate = Candidate { password: new, hashed };
                    let address = dossier.address(guess.tag);
                    let new = NewPassword { now: moment.now, candidate, policy: &core.policy, address };
                    let request =
                        ChangePassword { new, verified: &right.lead.sealed, epoch: self.stamp.epoch };
                    let change = account.value.change_password(&request)?;
                    let epoch = change.account.as_ref().map_or(self.stamp.epoch, |account| account.epoch);
                    Ok(Verdict::new(change, SessionStamp { epoch, ..self.stamp }))
                })
                .await?;
            right.spent();
            Ok(decided.value)
        })
        .await
    }

    /// A guess at the account's own password, once the session is known to hold.
    async fn guess<'a>(&self, current: &'a Password) -> Result<Guess<'a>, Error> {
        let decided = self
            .core
            .decide(Call::new(Who::id(self.stamp.account), Party::Owner), |dossier, _, _| {
                let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
                account.in_session(self.stamp.epoch)?;
                Ok::<_, Stop>(Verdict::new(crate::domain::Change::none(), own_tag(account)?))
            })
            .await?;
        Ok(Guess {
            by: By::Id(self.stamp.account),
            tag: decided.value,
            password: current,
            origin: self.from,
            party: Party::Owner,
        })
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owner").field("stamp", &self.stamp).finish_non_exhaustive()
    }
}
