//! Accounts, commit by commit: whose keys are whose, which facts go together, and that versions and epochs only rise.

use std::collections::BTreeMap;

use accountable_core::{
    domain::{Account, AccountId, EmailKey, Epoch, Event, Life, Realm, Version},
    port::{Commit, Swap},
};

use super::{
    Breach,
    shadow::{Judge, Moment, Shadow, account_of, decided_at},
};
use crate::simulator::{
    executor::{Elapsed, TaskId},
    history::Fact,
};

#[derive(Default)]
pub(super) struct Accounts {
    said: Vec<Breach>,
    holders: BTreeMap<(Realm, EmailKey), AccountId>,
    lives: BTreeMap<AccountId, Vec<Stage>>,
    /// Where each task asked a door last.
    asked: BTreeMap<TaskId, usize>,
}

/// An account between two commits, as log-ins see it.
#[derive(Debug, Clone, Copy)]
struct Stage {
    /// From this entry on.
    from: usize,
    epoch: Epoch,
    has_password: bool,
}

impl<'a> Judge<'a> for Accounts {
    fn sees(&mut self, moment: Moment<'_, 'a>) {
        let entry = moment.entry;
        match &entry.fact {
            Fact::Asked(_) => {
                self.asked.extend(entry.task.map(|task| (task, moment.place)));
            }
            Fact::Applied { commit, .. } => {
                let swap = account_of(commit);
                for event in commit.events() {
                    self.event_of_version(entry.at, event, swap);
                }
                if let Some(swap) = swap {
                    self.written(&moment, commit, swap);
                }
            }
            Fact::LetIn { account, epoch } => {
                let asked = entry.task.and_then(|task| self.asked.get(&task)).copied().unwrap_or(0);
                self.let_in(entry.at, *account, *epoch, asked);
            }
            _ => {}
        }
    }

    fn says(&mut self, _: &Shadow<'a>) -> Vec<Breach> {
        std::mem::take(&mut self.said)
    }
}

impl Accounts {
    fn breach(&mut self, invariant: u8, at: Elapsed, what: impl Into<String>) {
        self.said.push(Breach::new(invariant, at, what));
    }

    fn written(&mut self, moment: &Moment<'_, '_>, commit: &Commit, swap: &Swap<Account>) {
        let at = moment.entry.at;
        let before = swap.before.as_ref().map(|before| &before.value);
        let Some(after) = &swap.after else {
            return self.breach(8, at, "a commit removes an account");
        };
        self.keys(at, before, after);
        let expected = before.map_or(Version::FIRST, |before| before.version.next());
        if after.version != expected {
            let (version, expected) = (after.version.as_u64(), expected.as_u64());
            self.breach(8, at, format!("version {version} of {} in the place of {expected}", after.id));
        }
        if before.is_some_and(|before| after.epoch < before.epoch) {
            self.breach(8, at, format!("the epoch of {} fell", after.id));
        }
        let tells = |event: &Event| (event.account, event.version) == (Some(after.id), Some(after.version));
        if !commit.events().iter().any(tells) {
            self.breach(8, at, format!("version {} of {} has no event", after.version.as_u64(), after.id));
        }
        // Erased stays erased.
        let was_erased = before.is_some_and(|before| matches!(before.life, Life::Erased { .. }));
        if was_erased && before.map(|before| &before.life) != Some(&after.life) {
            self.breach(5, at, format!("{} lives again after its erasure", after.id));
        }
        if let Some(now) = decided_at(commit)
            && let Some(what) = after.unsound(now)
        {
            self.breach(5, at, format!("{what}, in {}", after.id));
        }
        let has_password = after.facts().is_ok_and(|facts| facts.password.is_some());
        let stage = Stage { from: moment.place, epoch: after.epoch, has_password };
        self.lives.entry(after.id).or_default().push(stage);
    }

    fn keys(&mut self, at: Elapsed, before: Option<&Account>, after: &Account) {
        for key in before.into_iter().flat_map(keys_of) {
            if self.holders.get(&key) == Some(&after.id) {
                self.holders.remove(&key);
            }
        }
        for key in keys_of(after) {
            let other = self.holders.insert(key, after.id);
            if let Some(other) = other.filter(|other| *other != after.id) {
                self.breach(2, at, format!("{} and {other} hold one address", after.id));
            }
        }
    }

    fn event_of_version(&mut self, at: Elapsed, event: &Event, swap: Option<&Swap<Account>>) {
        let Some(version) = event.version else { return };
        let written = swap.and_then(|swap| swap.after.as_ref());
        if written.map(|after| (Some(after.id), after.version)) != Some((event.account, version)) {
            self.breach(8, at, format!("{:?} is of a version that its commit does not write", event.what));
        }
    }

    /// Whoever is let in was asked for a password that the account had, in the epoch that their session bears, at some moment
    /// since they asked.
    fn let_in(&mut self, at: Elapsed, account: AccountId, epoch: Epoch, asked: usize) {
        let stages = self.lives.get(&account).map_or(&[][..], Vec::as_slice);
        let first = stages.iter().rposition(|stage| stage.from <= asked).unwrap_or(0);
        let had = |stage: &Stage| stage.has_password && stage.epoch == epoch;
        if !stages[first..].iter().any(had) {
            self.breach(11, at, format!("{account} let somebody in while it had no password"));
        }
    }
}

fn keys_of(account: &Account) -> Vec<(Realm, EmailKey)> {
    let keys = account.keys();
    let all = keys.all();
    all.map(|key| (account.realm.clone(), key.clone())).collect()
}
