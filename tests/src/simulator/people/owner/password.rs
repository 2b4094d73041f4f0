//! What an owner does with passwords: tries what they know, asks for a link, chooses one, changes it.

use accountable_core::{
    Authentication, Error, MailOptions, PublicError,
    domain::{CodeState, EmailAddress, Purpose, SessionStamp, Span},
};

use super::super::{Turn, mailed::Mailed, question};
use crate::{
    doors::world::{password, typed_password},
    simulator::{
        clock::time_of_day,
        executor::TaskId,
        history::{Fact, Question},
    },
};

/// What lets an owner choose a password.
pub(in crate::simulator) const CHOOSES: [Purpose; 4] =
    [Purpose::PasswordReset, Purpose::PasswordSet, Purpose::Reopen, Purpose::PasswordManagement];

/// How a log-in came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) enum Came {
    In,
    /// In, as far as the password goes.
    ButMustChange,
    Denied,
    /// Nobody said whether the password is right.
    Unheard,
}

/// With what they believe the password is, the likeliest first. The session that they are in then.
pub(super) async fn logs_in(who: usize, turn: &Turn) -> Option<SessionStamp> {
    let owner = turn.owner(who);
    for mailbox in owner.mailboxes.iter().rev().take(2) {
        for known in owner.passwords.iter().rev().take(3) {
            match tries(who, mailbox, known, true, turn).await {
                Came::In => return turn.owner(who).session,
                Came::ButMustChange => {
                    changes_password_from(who, known, turn).await;
                    return turn.owner(who).session;
                }
                Came::Denied => {}
                Came::Unheard => return None,
            }
        }
    }
    None
}

/// Types a password once.
pub(in crate::simulator) async fn tries(
    who: usize,
    mailbox: &EmailAddress,
    typed: &str,
    with_device: bool,
    turn: &Turn,
) -> Came {
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return Came::Unheard };
    let asked = Question { email: Some(mailbox.clone()), ..question("public.authenticate", process) };
    let (public, expected, typed) = (accounts.public(owner.home), typed, typed_password(typed));
    let device = owner.device.as_ref().filter(|_| with_device);
    let answer = turn.ask(asked, public.authenticate(mailbox, &typed, device)).await;
    match answer {
        Ok(Authentication::Granted { stamp, device }) => {
            turn.let_in(stamp);
            let dated = turn.dated(process, stamp);
            turn.learns(who, |owner| {
                owner.begins(stamp);
                owner.keeps(device, dated);
                owner.gets_in_with(mailbox, expected);
            });
            Came::In
        }
        Ok(Authentication::MustChange { stamp, reason }) => {
            turn.let_in(stamp);
            turn.say(format!("the password must be changed: {reason:?}"));
            turn.let_in(stamp);
            turn.learns(who, |owner| {
                owner.begins(stamp);
                owner.gets_in_with(mailbox, expected);
            });
            Came::ButMustChange
        }
        Ok(Authentication::Denied(why)) => {
            turn.say(format!("denied: {:?}", why.for_logs()));
            if device.is_some() {
                turn.learns(who, |owner| owner.device_failures += 1);
            }
            Came::Denied
        }
        Err(_) => {
            // Whatever may have been wrong is counted as soon as the store can; the password, as far as they know it, is not.
            if device.is_some() && owner.passwords != [expected] {
                turn.learns(who, |owner| owner.device_failures += 1);
            }
            Came::Unheard
        }
    }
}

pub(super) async fn mistypes(who: usize, times: u64, with_device: bool, turn: &Turn) {
    for _ in 0..times {
        let Some(mailbox) = turn.owner(who).mailboxes.pop() else { return };
        tries(who, &mailbox, "not the password at all", with_device, turn).await;
    }
}

/// Where they think that their account is.
pub(super) async fn asks_for_reset(who: usize, turn: &Turn) {
    let owner = turn.owner(who);
    let Some(mailbox) = owner.mailboxes.last() else { return };
    asks_for_reset_of(who, mailbox, turn).await;
}

pub(in crate::simulator) async fn asks_for_reset_of(who: usize, mailbox: &EmailAddress, turn: &Turn) {
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let asked =
        Question { email: Some(mailbox.clone()), ..question("public.request_password_reset", process) };
    let public = accounts.public(owner.home);
    let _ = turn.ask(asked, public.request_password_reset(mailbox, MailOptions::default())).await;
}

pub(super) async fn forgets_password(who: usize, waits: u64, turn: &Turn) {
    asks_for_reset(who, turn).await;
    if let Some(mailed) = turn.awaited(who, &CHOOSES, waits).await {
        chooses(who, &mailed, turn).await;
    }
}

/// Looks at the page that a link leads to.
pub(in crate::simulator) async fn inspects(who: usize, mailed: &Mailed, turn: &Turn) -> Option<CodeState> {
    let owner = turn.owner(who);
    let (process, accounts) = turn.accounts(owner.realm)?;
    let public = accounts.public(owner.home);
    let asked = turn.simulation.history().entries.len();
    let call = public.inspect_code(&mailed.code);
    let state = turn.ask(question("public.inspect_code", process), call).await.ok()?;
    let live = matches!(state, CodeState::Live { .. });
    turn.simulation.write(Fact::Inspected { mail: mailed.mail, arrived: mailed.at, asked, process, live });
    Some(state)
}

/// Whether a password was chosen by a link.
pub(in crate::simulator) async fn chooses(who: usize, mailed: &Mailed, turn: &Turn) -> bool {
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return false };
    let new = turn.new_password();
    turn.learns(who, |owner| owner.passwords.push(new.clone()));
    let public = accounts.public(owner.home);
    let asked = question("public.choose_password", process);
    match turn.ask(asked, public.choose_password(&mailed.code, &password(&new))).await {
        Ok(chosen) => {
            turn.spends(who, mailed);
            turn.learns(who, |owner| {
                owner.account = Some(chosen.account);
                owner.keeps(chosen.device, None);
                owner.knows(&new);
                owner.moves_to(&mailed.to);
                // Whatever session there was has ended.
                owner.old_session = owner.session.take().or(owner.old_session);
            });
            true
        }
        Err(PublicError::Failed(_)) => false,
        Err(refused) => {
            if matches!(refused, PublicError::DeadCode) {
                turn.spends(who, mailed);
            }
            turn.learns(who, |owner| owner.forgets(&new));
            false
        }
    }
}

/// Looks at the page of a link that they have not used at the last moment, as its letter says, or a second before.
pub(super) async fn looks_before_the_end(who: usize, margin: u64, turn: &Turn) {
    let now = time_of_day(turn.simulation.time.elapsed());
    let soon = |mailed: &Mailed| now < mailed.end && mailed.end < now + Span::days(2);
    let spent = turn.owner(who).spent;
    let links = turn.mailed(who, &Purpose::ALL).into_iter();
    let Some(mailed) = links.filter(|it| !spent.contains(&it.letter)).find(soon) else { return };
    let wait = mailed.end.since(now).as_micros().saturating_sub(margin);
    turn.simulation.time.sleep(Span::micros(wait)).await;
    inspects(who, &mailed, turn).await;
}

pub(super) async fn chooses_twice(who: usize, in_two_windows: bool, turn: &Turn) {
    let Some(mailed) = turn.fresh(who, &CHOOSES) else { return };
    inspects(who, &mailed, turn).await;
    if in_two_windows {
        // Each window is a task of its own, as whatever is under way at once.
        let (window, link) = (turn.clone(), mailed.clone());
        let name = TaskId(1 << 44 | turn.step);
        turn.simulation.time.start(name, u64::MAX, None, async move {
            chooses(who, &link, &window).await;
        });
        chooses(who, &mailed, turn).await;
    } else {
        chooses(who, &mailed, turn).await;
        chooses(who, &mailed, turn).await;
    }
}

/// With one that no policy here accepts: it is refused, and the link is as good as before.
pub(super) async fn chooses_weakly(who: usize, turn: &Turn) {
    let Some(mailed) = turn.fresh(who, &CHOOSES) else { return };
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let public = accounts.public(owner.home);
    let asked = question("public.choose_password", process);
    let _ = turn.ask(asked, public.choose_password(&mailed.code, &password("short"))).await;
    chooses(who, &mailed, turn).await;
}

pub(super) async fn follows_again(who: usize, turn: &Turn) {
    let spent = turn.owner(who).spent;
    let used = turn.mailed(who, &Purpose::ALL).into_iter().find(|mailed| spent.contains(&mailed.letter));
    if let Some(mailed) = used {
        inspects(who, &mailed, turn).await;
        super::follows(who, &mailed, turn).await;
    }
}

pub(super) async fn changes_password(who: usize, mistypes: bool, turn: &Turn) {
    let Some(stamp) = session(who, turn).await else { return };
    let owner = turn.owner(who);
    if mistypes && let Some((process, accounts)) = turn.accounts(owner.realm) {
        let asked = Question { account: Some(stamp.account), ..question("owner.change_password", process) };
        let door = accounts.owner(stamp, owner.home);
        let (wrong, new) = (typed_password("not the password at all"), password(&turn.new_password()));
        let _ = turn.ask(asked, door.change_password(&wrong, &new)).await;
    }
    let Some(known) = owner.passwords.last() else { return };
    changes_password_from(who, known, turn).await;
}

/// In two windows at once: one begins with the password that holds, the other ends it.
pub(super) async fn logs_in_and_changes(who: usize, mistypes_first: bool, turn: &Turn) {
    if mistypes_first {
        mistypes(who, 1, false, turn).await;
    }
    let window = turn.clone();
    let name = TaskId(1 << 44 | turn.step);
    turn.simulation.time.start(name, u64::MAX, None, async move {
        logs_in(who, &window).await;
    });
    match turn.fresh(who, &CHOOSES) {
        Some(mailed) => drop(chooses(who, &mailed, turn).await),
        None => changes_password(who, false, turn).await,
    }
}

/// Whoever is signed in.
pub(in crate::simulator) async fn changes_password_from(who: usize, known: &str, turn: &Turn) {
    let owner = turn.owner(who);
    let Some(stamp) = owner.session else { return };
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let new = turn.new_password();
    turn.learns(who, |owner| owner.passwords.push(new.clone()));
    let asked = Question { account: Some(stamp.account), ..question("owner.change_password", process) };
    let door = accounts.owner(stamp, owner.home);
    match turn.ask(asked, door.change_password(&typed_password(known), &password(&new))).await {
        Ok(renewed) => {
            let dated = turn.dated(process, renewed.stamp);
            turn.learns(who, |owner| {
                owner.begins(renewed.stamp);
                owner.keeps(renewed.device, dated);
                owner.knows(&new);
            });
        }
        Err(Error::Failed(_)) => {}
        Err(_) => turn.learns(who, |owner| owner.forgets(&new)),
    }
}

/// The session that they are in, if it still holds; else they log in.
pub(super) async fn session(who: usize, turn: &Turn) -> Option<SessionStamp> {
    let owner = turn.owner(who);
    if let Some(stamp) = owner.session {
        let (process, accounts) = turn.accounts(owner.realm)?;
        let asked = Question { account: Some(stamp.account), ..question("owner.is_current", process) };
        let door = accounts.owner(stamp, owner.home);
        match turn.ask(asked, door.is_current()).await {
            Ok(true) => return Some(stamp),
            Ok(false) => turn.learns(who, |owner| owner.old_session = owner.session.take()),
            Err(_) => return None,
        }
    }
    logs_in(who, turn).await
}
