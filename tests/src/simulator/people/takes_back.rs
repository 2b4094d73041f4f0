//! The owner of a mailbox that a thief carried the account away from takes it back, with nothing but that mailbox; and then the
//! thief is out. In a world that is calm again, whatever happened before.

use std::sync::Arc;

use accountable_core::{
    Authentication, MailOptions,
    domain::{
        Account, AccountId, ClosedBy, CodeState, EmailAddress, MailState, MailedCode, Management, Purpose,
        Span, Standing, StandingKind,
    },
    port::{Store as _, Who, Write},
};

use super::{OWNERS, Turn, question, staff, thief};
use crate::{
    doors::world::{password, typed_password},
    simulator::{
        clock::time_of_day,
        executor::TaskId,
        history::{Fact, Question},
        simulation::Simulation,
    },
};

/// What lets an owner choose a password.
const CHOOSES: [Purpose; 4] =
    [Purpose::PasswordReset, Purpose::PasswordSet, Purpose::Reopen, Purpose::PasswordManagement];

/// How long it takes at the longest: a mail that failed before waits for 4 h, and a reset whose mail was lost for its end.
pub(in crate::simulator) const PATIENCE: Span = Span::hours(26);
/// How often the mailbox is looked at.
const EVERY: Span = Span::minutes(20);

/// Starts for each owner who was robbed what they are promised, if they are promised anything by now.
pub(in crate::simulator) fn begin(simulation: &Arc<Simulation>) {
    for whose in 0..OWNERS {
        let step = 1 << 41 | whose as u64;
        let turn = Turn { simulation: Arc::clone(simulation), step };
        if turn.thief(whose).is_at_it() {
            simulation.time.start(TaskId(step), u64::MAX, None, takes_back(whose, turn));
        }
    }
}

async fn takes_back(whose: usize, turn: Turn) {
    let Some(account) = turn.thief(whose).account else { return };
    let Some(home) = turn.owner(whose).mailboxes.last().cloned() else { return };
    let Some(begun) = read(account, &turn).await else { return };
    if !is_promised(&begun, &home, &turn) {
        return;
    }
    turn.say(format!("the owner of {} begins to take the account back", home.as_str()));
    for _ in 0..PATIENCE.as_micros() / EVERY.as_micros() - 2 {
        staff_opens(whose, account, &home, &turn).await;
        sweep(whose, &turn).await;
        reverts(whose, &home, &turn).await;
        thief_goes_on(whose, &turn).await;
        if chooses(whose, account, &home, &turn).await {
            return;
        }
        turn.simulation.time.sleep(EVERY).await;
    }
    turn.complain(17, format!("{account} does not come back to {}", home.as_str()));
}

/// What is known of it, as the store has it.
async fn read(account: AccountId, turn: &Turn) -> Option<Account> {
    let dossier = turn.simulation.disk.store.load(&Who::id(account)).await.ok()?;
    Some(dossier.account?.value)
}

/// Whether that mailbox holds the account, or can still take it back. An owner who did not look while the way back was open
/// has lost it, and so has one whose mail server refused its mail until it was given up; and what staff did stands.
fn is_promised(account: &Account, home: &EmailAddress, turn: &Turn) -> bool {
    let now = time_of_day(turn.simulation.time.elapsed());
    let Ok(facts) = account.facts() else { return false };
    let attributes = &facts.attributes;
    if facts.management != Management::Owner
        || facts.pending_management.is_some()
        || attributes.ip_filter_group.is_some()
    {
        return false;
    }
    let is_over = facts.ends_at().is_some_and(|end| end < now + PATIENCE);
    if facts.mailbox.address == *home {
        return !is_over;
    }
    let revert = facts.live(Purpose::EmailRevert, now);
    revert.is_some_and(|revert| {
        let back = facts.mailbox(revert.recipient).is_some_and(|mailbox| mailbox.address == *home);
        let in_time = match revert.handed_over {
            // The owner looks at once.
            true => now + Span::minutes(5) < revert.expires_at,
            false => now + Span::hours(5) < revert.expires_at && mail_is_under_way(account.id, turn),
        };
        back && in_time
    })
}

/// Whether no mail of the way back was given up.
fn mail_is_under_way(account: AccountId, turn: &Turn) -> bool {
    let history = turn.simulation.history();
    let mut given_up = false;
    for entry in &history.entries {
        let Fact::Applied { commit, .. } = &entry.fact else { continue };
        for write in commit.writes() {
            let Write::Mail(swap) = write else { continue };
            let Some(mail) = &swap.after else { continue };
            let is_way_back = mail.code().is_some_and(|(purpose, _)| purpose == Purpose::EmailRevert);
            if mail.account() == Some(account) && is_way_back {
                given_up = matches!(mail.state, MailState::Dead { .. });
            }
        }
    }
    !given_up
}

/// Whom staff shut out, it lets in again; and mail is no longer held back.
async fn staff_opens(whose: usize, account: AccountId, home: &EmailAddress, turn: &Turn) {
    let Some(known) = read(account, turn).await else { return };
    let Ok(facts) = known.facts() else { return };
    let Some((process, accounts)) = turn.accounts(turn.owner(whose).realm) else { return };
    let admin = accounts.admin(staff());
    let about = |door| Question { account: Some(account), ..question(door, process) };
    match facts.standing {
        Standing::Suspended { .. } => {
            let _ = turn.ask(about("admin.reinstate"), admin.reinstate(account)).await;
        }
        Standing::Closed { by: ClosedBy::Administrator, .. } => {
            let _ = turn.ask(about("admin.reopen"), admin.reopen(account)).await;
        }
        _ => {}
    }
    let asked = Question { email: Some(home.clone()), ..question("admin.clear_suppression", process) };
    let _ = turn.ask(asked, admin.clear_suppression(home)).await;
}

async fn sweep(whose: usize, turn: &Turn) {
    let Some((process, accounts)) = turn.accounts(turn.owner(whose).realm) else { return };
    let _ = turn.ask(question("sweep", process), accounts.sweep(100)).await;
}

async fn thief_goes_on(whose: usize, turn: &Turn) {
    if turn.chance(|dice| dice.one_in(3)) {
        thief::redeems(whose, turn).await;
    }
    if turn.chance(|dice| dice.one_in(4)) {
        let act = turn.chance(thief::Act::goes_on);
        turn.say(format!("the thief {act}"));
        Box::pin(act.perform(whose, turn.clone())).await;
    }
}

/// The last link in the mailbox that its page calls live, of those that are good for one of these.
async fn live_link(whose: usize, home: &EmailAddress, of: &[Purpose], turn: &Turn) -> Option<MailedCode> {
    let owner = turn.owner(whose);
    let (process, accounts) = turn.accounts(owner.realm)?;
    let public = accounts.public(owner.home);
    for (purpose, code, _) in turn.links(home, of).into_iter().take(12) {
        let state = turn.ask(question("public.inspect_code", process), public.inspect_code(&code)).await;
        if matches!(state, Ok(CodeState::Live { purpose: live, .. }) if live == purpose) {
            return Some(code);
        }
    }
    None
}

async fn reverts(whose: usize, home: &EmailAddress, turn: &Turn) {
    let Some(code) = live_link(whose, home, &[Purpose::EmailRevert], turn).await else { return };
    let owner = turn.owner(whose);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let public = accounts.public(owner.home);
    let call = public.revert_email_change(&code);
    let reverted = turn.ask(question("public.revert_email_change", process), call).await;
    if let Err(why) = reverted {
        turn.complain(17, format!("what its page calls live does not take {} back: {why}", home.as_str()));
    }
    sweep(whose, turn).await;
}

/// Whether the account is back, and the owner in.
async fn chooses(whose: usize, account: AccountId, home: &EmailAddress, turn: &Turn) -> bool {
    let owner = turn.owner(whose);
    let mut link = live_link(whose, home, &CHOOSES, turn).await;
    if link.is_none() {
        let Some((process, accounts)) = turn.accounts(owner.realm) else { return false };
        let public = accounts.public(owner.home);
        let asked =
            Question { email: Some(home.clone()), ..question("public.request_password_reset", process) };
        let _ = turn.ask(asked, public.request_password_reset(home, MailOptions::default())).await;
        sweep(whose, turn).await;
        link = live_link(whose, home, &CHOOSES, turn).await;
    }
    let Some(code) = link else { return false };
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return false };
    let public = accounts.public(owner.home);
    let new = turn.new_password();
    turn.learns(whose, |owner| owner.passwords.push(new.clone()));
    let parsed = password(&new);
    let call = public.choose_password(&code, &parsed);
    let chosen = match turn.ask(question("public.choose_password", process), call).await {
        Ok(chosen) => chosen,
        Err(why) => {
            turn.complain(17, format!("what its page calls live chooses no password: {why}"));
            return false;
        }
    };
    thief_goes_on(whose, turn).await;
    let back = read(account, turn).await.is_some_and(|account| {
        let at_home = account.facts().is_ok_and(|facts| facts.mailbox.address == *home);
        at_home && account.standing() == StandingKind::Active
    });
    // Or the way back is still to be gone.
    if !back || chosen.account != account {
        return false;
    }
    turn.learns(whose, |owner| {
        owner.account = Some(account);
        owner.device = Some(chosen.device.clone());
        owner.passwords = vec![new.clone()];
    });
    let asked = Question { email: Some(home.clone()), ..question("public.authenticate", process) };
    let typed = typed_password(&new);
    let answer = turn.ask(asked, public.authenticate(home, &typed, Some(&chosen.device))).await;
    if !matches!(answer, Ok(Authentication::Granted { .. })) {
        turn.complain(16, format!("whoever just chose a password is not let in: {answer:?}"));
    }
    thief_is_out(whose, account, home, turn).await;
    true
}

async fn thief_is_out(whose: usize, account: AccountId, home: &EmailAddress, turn: &Turn) {
    thief::redeems(whose, turn).await;
    if let Some((_, _, stamp)) = thief::breaks_in(whose, turn).await
        && stamp.account == account
    {
        turn.complain(17, format!("the thief is still in {account}"));
    }
    let stays = read(account, turn).await.is_some_and(|account| {
        account
            .facts()
            .is_ok_and(|facts| facts.mailbox.address == *home && facts.standing == Standing::Active)
    });
    if !stays {
        turn.complain(17, format!("{account} went away from {} again", home.as_str()));
    }
}
