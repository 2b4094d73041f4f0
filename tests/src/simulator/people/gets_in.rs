//! In the calm: whoever may get in does what a person does, and is in within a day.
//!
//! It is promised to the owner of an active account that they manage themselves, whose present address they read, without a
//! suppression of it, and from a network that its filter lets in. Couriers sweep when they are due, between a minute and six
//! hours apart. Strangers may go on.

use std::sync::Arc;

use accountable_core::{
    AccountView,
    domain::{CodeState, Management, SessionStamp, Span, StandingKind, Timestamp},
};

use super::{
    OWNERS, Owner, Turn,
    mailed::Mailed,
    owner::{self, CHOOSES, Came},
    question, staff, takes_back,
};
use crate::simulator::{
    clock::time_of_day,
    executor::{Elapsed, TaskId},
    judge::Breach,
    simulation::{PROCESSES, Simulation},
};

/// How long it may take.
pub(in crate::simulator) const DAY: Elapsed = 24 * 3_600_000_000;

/// How it goes with an owner in the calm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::simulator) enum Return {
    /// They have not begun.
    #[default]
    Away,
    /// Nothing is promised to them.
    NotPromised(&'static str),
    /// They try.
    Trying { since: Elapsed },
    /// They take their account back from a thief.
    TakingBack,
    /// They got in.
    In { after: Elapsed },
    /// A known device was refused.
    DeviceRefused,
}

/// The owners come, and the processes sweep while somebody tries.
pub(in crate::simulator) fn begin(simulation: &Arc<Simulation>) {
    let turn = || Turn { simulation: Arc::clone(simulation), step: 0 };
    // Where couriers run, they do what is due.
    let sweepers = if simulation.calm.by_courier { 0 } else { PROCESSES };
    for process in 0..sweepers {
        simulation.time.start(TaskId(1 << 42 | process as u64), u64::MAX, None, sweeps(process, turn()));
    }
    for who in 0..OWNERS {
        let name = TaskId(1 << 43 | who as u64);
        if turn().thief(who).is_at_it() {
            simulation.time.start(name, u64::MAX, None, takes_back::begins(who, turn()));
        } else {
            simulation.time.start(name, u64::MAX, None, comes(who, turn()));
        }
    }
}

/// Whether somebody still tries.
pub(in crate::simulator) fn is_under_way(simulation: &Simulation) -> bool {
    let returns = simulation.people().returns;
    returns.iter().any(|it| matches!(it, Return::Away | Return::Trying { .. } | Return::TakingBack))
}

/// Who did not get in although they should have.
pub(in crate::simulator) fn breaches(simulation: &Simulation) -> Vec<Breach> {
    let people = simulation.people();
    let now = simulation.time.elapsed();
    let all = people.returns.iter().zip(&people.owners);
    all.filter_map(|(it, owner)| {
        let what = match it {
            Return::Trying { since } if since + DAY <= now => "did not get in within a day",
            Return::TakingBack => "did not get back within a day what a thief had carried away",
            Return::DeviceRefused => "was refused on a device that was known",
            _ => return None,
        };
        let invariant = if *it == Return::TakingBack { 17 } else { 16 };
        Some(Breach::new(invariant, now, format!("{} of realm {} {what}", owner.name, owner.realm)))
    })
    .collect()
}

/// At its next due time, between a minute and six hours apart.
async fn sweeps(process: usize, turn: Turn) {
    let simulation = &turn.simulation;
    let first = turn.chance(|dice| dice.below(30 * 60_000_000));
    simulation.time.sleep(Span::micros(first)).await;
    while is_under_way(simulation) {
        let mut wait = Span::minutes(1);
        if let Some(accounts) = simulation.enter(process)
            && let Ok(swept) = turn.ask(question("sweep", process), accounts.sweep(1_000)).await
        {
            let now = time_of_day(simulation.time.elapsed());
            let due = swept.next_due.map_or(Span::MAX, |due: Timestamp| due.since(now));
            wait = due.clamp(Span::minutes(1), Span::hours(6));
        }
        simulation.time.sleep(wait).await;
    }
}

/// What is so of the account of an owner that something is promised to; why nothing is, otherwise.
async fn promised(who: usize, owner: &Owner, turn: &Turn) -> Result<AccountView, &'static str> {
    if turn.thief(who).is_at_it() {
        return Err("a thief is at it: the account is taken back first");
    }
    let (_, accounts) = turn.accounts(owner.realm).ok_or("no process is up")?;
    let admin = accounts.admin(staff());
    for mailbox in owner.mailboxes.iter().rev() {
        let found = admin.account_by_email(mailbox).await.map_err(|_| "the store is away")?;
        let Some(view) = found.filter(|view| view.email == *mailbox) else { continue };
        if view.standing != StandingKind::Active {
            return Err("the account is not active");
        }
        if view.management != Management::Owner {
            return Err("staff sets the password");
        }
        if !view.suppressions.is_empty() {
            return Err("mail to the address is held back");
        }
        if let Some(name) = &view.attributes.ip_filter_group {
            let groups = admin.ip_filter_groups(None, 100).await.map_err(|_| "the store is away")?;
            let group = groups.items.iter().find(|group| group.name == *name);
            if !group.is_some_and(|group| group.admits(owner.home)) {
                return Err("the networks of the account do not admit them");
            }
        }
        return Ok(view);
    }
    Err("no account has an address of theirs")
}

pub(super) async fn comes(who: usize, turn: Turn) {
    let since = turn.simulation.time.elapsed();
    let settle = |it: Return| turn.simulation.people().returns[who] = it;
    let owner = turn.owner(who);
    let view = match promised(who, &owner, &turn).await {
        Ok(view) => view,
        Err(why) => {
            turn.say(format!("to {} of realm {} nothing is promised: {why}", owner.name, owner.realm));
            return settle(Return::NotPromised(why));
        }
    };
    settle(Return::Trying { since });
    turn.say(format!("{} of realm {} comes", owner.name, owner.realm));
    if let Some(known) = known_device(&owner, &view, &turn).await
        && is_refused(who, &known, &view, &turn).await
    {
        return settle(Return::DeviceRefused);
    }
    let mut person = Person { who, asked: None, read: 0 };
    loop {
        if person.is_in(&turn).await {
            turn.say(format!("{} of realm {} is in", owner.name, owner.realm));
            return settle(Return::In { after: turn.simulation.time.elapsed() - since });
        }
        turn.simulation.time.sleep(Span::minutes(2)).await;
        // Something may have come between that ends the promise: what was due, or another owner's doing.
        if turn.simulation.time.elapsed() - since >= DAY {
            if let Err(why) = promised(who, &turn.owner(who), &turn).await {
                settle(Return::NotPromised(why));
            }
            return;
        }
    }
}

/// What somebody has on whose device the account is known.
struct Known {
    /// The session that the device's token came with.
    session: SessionStamp,
    /// What they know to be the password.
    password: String,
}

/// The device, if it is genuine, as its session is current that came with it, and its allowance is whole.
async fn known_device(owner: &Owner, view: &AccountView, turn: &Turn) -> Option<Known> {
    let device = owner.device_of.filter(|_| owner.device_failures == 0);
    let session = owner.session.filter(|stamp| device == Some(*stamp) && stamp.account == view.id)?;
    let [password] = &owner.passwords[..] else { return None };
    let known = Known { session, password: password.clone() };
    is_current(owner, session, turn).await.then_some(known)
}

async fn is_current(owner: &Owner, session: SessionStamp, turn: &Turn) -> bool {
    let Some((_, accounts)) = turn.accounts(owner.realm) else { return false };
    accounts.owner(session, owner.home).is_current().await.is_ok_and(|current| current)
}

/// Whether they don't get in, within some minutes, as a queue may be full; although all that it was promised by is so still.
/// What they do elsewhere meanwhile may change the password: a new epoch ends the device with its session.
async fn is_refused(who: usize, known: &Known, view: &AccountView, turn: &Turn) -> bool {
    for _ in 0..5 {
        match owner::tries(who, &view.email, &known.password, true, turn).await {
            Came::In | Came::ButMustChange => return false,
            Came::Denied => break,
            Came::Unheard => turn.simulation.time.sleep(Span::minutes(1)).await,
        }
    }
    let owner = turn.owner(who);
    is_current(&owner, known.session, turn).await && promised(who, &owner, turn).await.is_ok()
}

/// Somebody who wants to get in.
struct Person {
    who: usize,
    /// When they last asked for a link.
    asked: Option<Elapsed>,
    /// How many letters they have looked at.
    read: usize,
}

impl Person {
    /// How long they wait for a letter before they ask for another one.
    const PATIENCE: Elapsed = 40 * 60_000_000;

    /// Whether they are, after what they do now.
    async fn is_in(&mut self, turn: &Turn) -> bool {
        if let Some(mailed) = self.new_link(turn).await {
            if owner::chooses(self.who, &mailed, turn).await && self.is_in_with_what_they_know(turn).await {
                return true;
            }
            // Whatever failed, the link may be as good as before.
            self.read = 0;
            return false;
        }
        let now = turn.simulation.time.elapsed();
        let first = self.asked.is_none();
        if first && self.is_in_with_what_they_know(turn).await {
            return true;
        }
        if self.asked.is_none_or(|asked| now - asked >= Self::PATIENCE) {
            self.asked = Some(now);
            // At each address that their account may be at.
            for mailbox in turn.owner(self.who).mailboxes.iter().rev().take(3) {
                owner::asks_for_reset_of(self.who, mailbox, turn).await;
            }
        }
        false
    }

    /// What lets them choose a password, of the letters that they have not looked at; its page says that it is live.
    async fn new_link(&mut self, turn: &Turn) -> Option<Mailed> {
        let all = turn.simulation.post().all().len();
        let read = std::mem::replace(&mut self.read, all);
        if read == all {
            return None;
        }
        let spent = turn.owner(self.who).spent;
        let new = turn.mailed(self.who, &CHOOSES).into_iter().filter(|mailed| mailed.letter >= read);
        for mailed in new.filter(|mailed| !spent.contains(&mailed.letter)) {
            match owner::inspects(self.who, &mailed, turn).await {
                Some(CodeState::Live { .. }) => return Some(mailed),
                Some(_) => turn.spends(self.who, &mailed),
                None => self.read = 0,
            }
        }
        None
    }

    /// The last that they believe, and the one before.
    async fn is_in_with_what_they_know(&self, turn: &Turn) -> bool {
        let owner = turn.owner(self.who);
        let Some(mailbox) = owner.mailboxes.last() else { return false };
        for known in owner.passwords.iter().rev().take(2) {
            match owner::tries(self.who, mailbox, known, true, turn).await {
                Came::In | Came::ButMustChange => return true,
                Came::Denied | Came::Unheard => {}
            }
        }
        false
    }
}
