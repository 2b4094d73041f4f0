//! A sign-up gives way: where a command would take an address that only a stranger's sign-up holds, that is erased, in a
//! commit of its own, and the command is tried once more.
//!
//! It is for the loop alone, so that it is so for every command that takes an address; none of them knows of it.

use std::{future::Future, pin::Pin};

use super::{Call, Core, Deadline, DecideError, Verdict, offer::Offered, watch};
use crate::{
    domain::{EmailKey, Initiator},
    port::{Commit, Dossier, Swap, Who, Write},
};

/// How often an address is looked at, where others take it and leave it meanwhile.
const TRIES: u32 = 100;

impl Core {
    /// Has the sign-up give way that holds what the commit would take. Whether the address is free by now; nothing is
    /// changed where it is another's with as much right to it.
    ///
    /// The future is boxed: removing the mails of what was erased is a command, which runs in the loop that waits here.
    pub(super) fn make_way<'a>(
        &'a self,
        commit: &'a Commit,
        by: &'a Initiator,
        deadline: &'a mut Deadline<'_>,
    ) -> Pin<Box<dyn Future<Output = Result<bool, DecideError>> + Send + 'a>> {
        Box::pin(async move {
            // One stranger has no more right to it than another; the courier acts for them.
            if !matches!(by, Initiator::Owner | Initiator::Administrator(_)) {
                return Ok(false);
            }
            for key in taken(commit) {
                if !self.is_yielded(key, by, deadline).await? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// Whether the key is free, or a sign-up's that has just given it up.
    async fn is_yielded(
        &self,
        key: &EmailKey,
        by: &Initiator,
        deadline: &mut Deadline<'_>,
    ) -> Result<bool, DecideError> {
        let who = Who { holder: Some((self.realm.clone(), key.clone())), ..Who::nobody() };
        let call = Call::new(who, by.clone());
        for _ in 0..TRIES {
            let mut loaded = self.load(&call.who, deadline).await?;
            let Some(holder) = loaded.holder.take() else { return Ok(true) };
            let (id, moment) = (holder.value.id, self.moment()?);
            let Some(change) = holder.value.yields(moment.now) else { return Ok(false) };
            let found = Dossier { account: Some(holder), ..loaded };
            let batch = self.batch(&call, &found, &found, Vec::new(), Verdict::new(change, ()), &moment)?;
            let Some(commit) = &batch.commit else { return Ok(false) };
            // Somebody came between: it was proven, signed up again, or gave way to another.
            if let Offered::Applied = self.offer(commit, &mut None, deadline).await? {
                // The way is free. A fault of what is left to do must not say of the command that nothing was done.
                if let Err(fault) = self.remove_mails_of_erased(id, by).await {
                    watch::troubled(&fault);
                }
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The keys that a commit gives to an account which did not hold them before.
fn taken(commit: &Commit) -> impl Iterator<Item = &EmailKey> {
    let accounts = commit.writes().iter().filter_map(|write| match write {
        Write::Account(Swap { before, after: Some(after) }) => Some((before, after)),
        _ => None,
    });
    accounts.flat_map(|(before, after)| {
        let had: Vec<_> = before.iter().flat_map(|before| before.value.keys().all()).collect();
        after.keys().all().filter(move |key| !had.contains(key))
    })
}
