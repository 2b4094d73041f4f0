//! What an owner does to their account beside its password: address, sessions, closing.

use accountable_core::{
    Accounts, Error, MailOptions, PublicError,
    domain::{Carried, EmailAddress, Purpose, Renewed, SessionStamp},
};

use super::{
    super::{Turn, mailed::Mailed, question},
    follows,
    password::session,
};
use crate::{
    doors::world::typed_password,
    simulator::{history::Question, simulation::mailbox},
};

/// At the door of their own account: the session that they are in, their process, and a question to it.
async fn at_own_door(
    who: usize,
    door: &'static str,
    turn: &Turn,
) -> Option<(SessionStamp, Accounts, Question)> {
    let stamp = session(who, turn).await?;
    let (process, accounts) = turn.accounts(turn.owner(who).realm)?;
    let asked = Question { account: Some(stamp.account), ..question(door, process) };
    Some((stamp, accounts, asked))
}

/// The session goes on under another stamp.
fn goes_on(who: usize, renewed: Renewed, process: usize, turn: &Turn) {
    let dated = turn.dated(process, renewed.stamp);
    turn.learns(who, |owner| {
        owner.begins(renewed.stamp);
        owner.keeps(renewed.device, dated);
    });
}

pub(super) async fn signs_up(who: usize, carrying: bool, turn: &Turn) {
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let Some(email) = owner.mailboxes.last() else { return };
    let asked = Question { email: Some(email.clone()), ..question("public.sign_up", process) };
    let public = accounts.public(owner.home);
    let number = turn.chance(|dice| dice.below(12));
    let carried = carrying.then(|| Carried::new(format!("terms of day {number}")).unwrap());
    let _ = turn.ask(asked, public.sign_up(email, MailOptions::default(), carried)).await;
}

pub(super) async fn asks_for_email(who: usize, back: bool, waits: u64, turn: &Turn) {
    let Some((stamp, accounts, asked)) = at_own_door(who, "owner.request_email_change", turn).await else {
        return;
    };
    let owner = turn.owner(who);
    let Some(known) = owner.passwords.last() else { return };
    let to: EmailAddress = match owner.mailboxes.first().filter(|_| back) {
        Some(first) => first.clone(),
        None if turn.chance(|dice| dice.one_in(6)) => mailbox(super::super::NAMES[(who + 1) % 3]),
        None => turn.new_address(owner.name),
    };
    // What somebody else reads they never hear of.
    if to != mailbox(super::super::NAMES[(who + 1) % 3]) || owner.mailboxes.contains(&to) {
        turn.learns(who, |owner| owner.reads_also(&to));
    }
    let asked = Question { email: Some(to.clone()), ..asked };
    let door = accounts.owner(stamp, owner.home);
    let (known, options) = (typed_password(known), MailOptions::default());
    if turn.ask(asked, door.request_email_change(&known, &to, &options)).await.is_ok()
        && let Some(mailed) = turn.awaited(who, &[Purpose::EmailConfirm], waits).await
    {
        follows(who, &mailed, turn).await;
    }
}

pub(super) async fn confirms_email(who: usize, mailed: &Mailed, turn: &Turn) {
    let Some((stamp, accounts, asked)) = at_own_door(who, "owner.confirm_email", turn).await else { return };
    let door = accounts.owner(stamp, turn.owner(who).home);
    let process = asked.process;
    match turn.ask(asked, door.confirm_email(&mailed.code)).await {
        Ok(renewed) => {
            turn.spends(who, mailed);
            turn.learns(who, |owner| owner.moves_to(&mailed.to));
            goes_on(who, renewed, process, turn);
        }
        // It may have been done.
        Err(Error::Failed(_)) => turn.learns(who, |owner| owner.moves_to(&mailed.to)),
        Err(refused) if refused.code() == "dead_code" => turn.spends(who, mailed),
        Err(_) => {}
    }
}

/// By a link, or signed in.
pub(super) async fn cancels(who: usize, mailed: Option<&Mailed>, turn: &Turn) {
    let Some(mailed) = mailed else {
        let at_door = at_own_door(who, "owner.cancel_email_change", turn).await;
        let Some((stamp, accounts, asked)) = at_door else { return };
        let door = accounts.owner(stamp, turn.owner(who).home);
        let _ = turn.ask(asked, door.cancel_email_change()).await;
        return;
    };
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let public = accounts.public(owner.home);
    let asked = question("public.cancel_email_change", process);
    if is_spent(&turn.ask(asked, public.cancel_email_change(&mailed.code)).await) {
        turn.spends(who, mailed);
    }
}

pub(super) async fn reverts(who: usize, mailed: &Mailed, turn: &Turn) {
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let public = accounts.public(owner.home);
    let asked = question("public.revert_email_change", process);
    let answer = turn.ask(asked, public.revert_email_change(&mailed.code)).await;
    if is_spent(&answer) {
        turn.spends(who, mailed);
    }
    if matches!(answer, Ok(_) | Err(PublicError::Failed(_))) {
        turn.learns(who, |owner| owner.moves_to(&mailed.to));
    }
}

fn is_spent<T>(answer: &Result<T, PublicError>) -> bool {
    matches!(answer, Ok(_) | Err(PublicError::DeadCode))
}

pub(super) async fn asks_for_proof(who: usize, waits: u64, turn: &Turn) {
    let at_door = at_own_door(who, "owner.request_email_proof", turn).await;
    let Some((stamp, accounts, asked)) = at_door else { return };
    let door = accounts.owner(stamp, turn.owner(who).home);
    if turn.ask(asked, door.request_email_proof(&MailOptions::default())).await.is_ok()
        && let Some(mailed) = turn.awaited(who, &[Purpose::EmailProof], waits).await
    {
        follows(who, &mailed, turn).await;
    }
}

pub(super) async fn proves_email(who: usize, mailed: &Mailed, turn: &Turn) {
    let Some((stamp, accounts, asked)) = at_own_door(who, "owner.prove_email", turn).await else { return };
    let door = accounts.owner(stamp, turn.owner(who).home);
    match turn.ask(asked, door.prove_email(&mailed.code)).await {
        Ok(()) => turn.spends(who, mailed),
        Err(refused) if refused.code() == "dead_code" => turn.spends(who, mailed),
        Err(_) => {}
    }
}

pub(super) async fn ends_sessions(who: usize, turn: &Turn) {
    let Some((stamp, accounts, asked)) = at_own_door(who, "owner.end_sessions", turn).await else { return };
    let door = accounts.owner(stamp, turn.owner(who).home);
    let process = asked.process;
    if let Ok(renewed) = turn.ask(asked, door.end_sessions()).await {
        goes_on(who, renewed, process, turn);
    }
}

pub(super) async fn uses_old_session(who: usize, turn: &Turn) {
    let owner = turn.owner(who);
    let Some(stamp) = owner.old_session else { return };
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let asked = Question { account: Some(stamp.account), ..question("owner.end_sessions", process) };
    let door = accounts.owner(stamp, owner.home);
    let process = asked.process;
    if let Ok(renewed) = turn.ask(asked, door.end_sessions()).await {
        goes_on(who, renewed, process, turn);
    }
}

pub(super) async fn looks(who: usize, turn: &Turn) {
    let Some((stamp, accounts, asked)) = at_own_door(who, "owner.view", turn).await else { return };
    let door = accounts.owner(stamp, turn.owner(who).home);
    let _ = turn.ask(asked, door.view()).await;
}

pub(super) async fn closes(who: usize, waits: u64, turn: &Turn) {
    let Some((stamp, accounts, asked)) = at_own_door(who, "owner.close", turn).await else { return };
    let owner = turn.owner(who);
    let Some(known) = owner.passwords.last() else { return };
    let door = accounts.owner(stamp, owner.home);
    if turn.ask(asked, door.close(&typed_password(known))).await.is_ok()
        && let Some(mailed) = turn.awaited(who, &[Purpose::Reopen], waits).await
    {
        follows(who, &mailed, turn).await;
    }
}
