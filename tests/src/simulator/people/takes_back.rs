//! The owner of a mailbox that a thief carried the account away from takes it back, with nothing but that mailbox; and then the
//! thief is out. In a world that is calm again, whatever happened before.

use accountable_core::{
    Authentication, MailOptions, PublicError,
    domain::{
        Account, AccountId, ClosedBy, CodeState, EmailAddress, MailState, MailedCode, Management, Purpose,
        Span, Standing, StandingKind,
    },
    port::{Store as _, Who, Write},
};

use super::{
    Turn,
    gets_in::{self, Return},
    owner::CHOOSES,
    question, staff, thief,
};
use crate::{
    doors::world::{password, typed_password},
    simulator::{
        clock::time_of_day,
        history::{Fact, Question},
    },
};

/// How long it takes at the longest: a mail that failed before waits for 4 h, and a reset whose mail was lost for its end.
const PATIENCE: Span = Span::hours(23);
/// How often the mailbox is looked at, where nothing in it is good for so short a time that they would miss it.
const EVERY: Span = Span::minutes(20);

/// What an owner who was robbed does: takes it back where that is promised by now; else comes as anybody does.
pub(super) async fn begins(whose: usize, turn: Turn) {
    let account = turn.thief(whose).account;
    let known = match account {
        Some(account) => read(account, &turn).await,
        None => None,
    };
    let Some((account, home)) = account.zip(known.and_then(|known| promised(whose, &known, &turn))) else {
        return gets_in::comes(whose, turn).await;
    };
    let settle = |it: Return| turn.simulation.people().returns[whose] = it;
    settle(Return::TakingBack);
    turn.say(format!("the owner of {} begins to take the account back", home.as_str()));
    let since = turn.simulation.time.elapsed();
    let lives = turn.simulation.settings[turn.owner(whose).realm].rules.code_lives;
    let shortest = is_open_for(whose, &turn).min(lives.password_set).min(lives.password_reset);
    let every = EVERY.min(Span::micros(shortest.as_micros() / 3));
    for _ in 0..PATIENCE.as_micros() / every.as_micros() {
        staff_opens(whose, account, &home, &turn).await;
        sweep(whose, &turn).await;
        if never_arrives(account, &turn).await {
            return settle(Return::NotPromised(
                "the way back was in hand as the trouble ended, and given up",
            ));
        }
        reverts(whose, &home, &turn).await;
        thief_goes_on(whose, &turn).await;
        if chooses(whose, account, &home, &turn).await {
            return settle(Return::In { after: turn.simulation.time.elapsed() - since });
        }
        turn.simulation.time.sleep(every).await;
    }
}

/// The least that a host's rules must leave open: the way back to an address from when its mail leaves, and what the thief closes
/// before it is erased. Nobody looks into a mailbox each few minutes; who sets less has promised nothing.
const LEAST_OPEN: Span = Span::hours(1);

/// How long the rules leave open what takes something back.
fn is_open_for(whose: usize, turn: &Turn) -> Span {
    let rules = &turn.simulation.settings[turn.owner(whose).realm].rules;
    rules.code_lives.email_revert.min(rules.closing_grace)
}

/// What is known of it, as the store has it.
async fn read(account: AccountId, turn: &Turn) -> Option<Account> {
    let dossier = turn.simulation.disk.store.load(&Who::id(account)).await.ok()?;
    Some(dossier.account?.value)
}

/// Their mailbox that holds the account, or can still take it back. An owner who did not look while the way back was open has
/// lost it, and so has one whose mail server refused its mail until it was given up; and what staff did stands: where it
/// brought the account to a mailbox of theirs and dropped no way back, the thief may have one.
fn promised(whose: usize, account: &Account, turn: &Turn) -> Option<EmailAddress> {
    let now = time_of_day(turn.simulation.time.elapsed());
    let facts = account.facts().ok()?;
    let is_own = facts.management == Management::Owner && facts.pending_management.is_none();
    if !is_own || is_open_for(whose, turn) < LEAST_OPEN || facts.attributes.ip_filter_group.is_some() {
        return None;
    }
    let mailboxes = turn.owner(whose).mailboxes;
    let at_home = |address: &&EmailAddress| mailboxes.contains(address);
    let revert = facts.live(Purpose::EmailRevert, now);
    let led_to = revert.and_then(|revert| facts.mailbox(revert.recipient)).map(|mailbox| &mailbox.address);
    if let Some(home) = Some(&facts.mailbox.address).filter(at_home) {
        let ends = facts.ends_at().is_some_and(|end| end < now + PATIENCE);
        let goes_away = led_to.is_some_and(|address| !at_home(&address));
        return (!ends && !goes_away).then(|| home.clone());
    }
    let revert = revert?;
    let in_time = match revert.handed_over {
        // The owner looks at once.
        true => now + Span::minutes(5) < revert.expires_at,
        false => now + Span::hours(5) < revert.expires_at && mail_is_under_way(account.id, turn),
    };
    let home = led_to.filter(at_home)?;
    in_time.then(|| home.clone())
}

/// Whether no mail of the way back was given up, or cancelled by staff.
fn mail_is_under_way(account: AccountId, turn: &Turn) -> bool {
    let history = turn.simulation.history();
    let mut given_up = false;
    for entry in &history.entries {
        let Fact::Applied { commit, .. } = &entry.fact else { continue };
        for write in commit.writes() {
            let Write::Mail(swap) = write else { continue };
            let before = swap.before.as_ref().map(|before| &before.value);
            let Some(mail) = swap.after.as_ref().or(before) else { continue };
            let is_way_back = mail.code().is_some_and(|(purpose, _)| purpose == Purpose::EmailRevert);
            if mail.account() == Some(account) && is_way_back {
                given_up = swap.after.is_none() || matches!(mail.state, MailState::Dead { .. });
            }
        }
    }
    !given_up
}

/// Whether the way back is open, and no mail of it leaves any more.
async fn never_arrives(account: AccountId, turn: &Turn) -> bool {
    let now = time_of_day(turn.simulation.time.elapsed());
    let Some(known) = read(account, turn).await else { return false };
    let Ok(facts) = known.facts() else { return false };
    let revert = facts.live(Purpose::EmailRevert, now);
    revert.is_some_and(|revert| !revert.handed_over) && !mail_is_under_way(account, turn)
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

/// Whether its page says that it is good.
async fn is_live(whose: usize, code: &MailedCode, turn: &Turn) -> bool {
    let owner = turn.owner(whose);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return false };
    let public = accounts.public(owner.home);
    let state = turn.ask(question("public.inspect_code", process), public.inspect_code(code)).await;
    matches!(state, Ok(CodeState::Live { .. }))
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
    if let Err(why @ PublicError::DeadCode) = reverted
        && is_live(whose, &code, turn).await
    {
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
        // What the owner's door closed, and whose link is gone, comes back to whoever signs the address up.
        if turn.chance(|dice| dice.one_in(2)) {
            let asked = Question { email: Some(home.clone()), ..question("public.sign_up", process) };
            let _ = turn.ask(asked, public.sign_up(home, MailOptions::default(), None)).await;
        } else {
            let asked =
                Question { email: Some(home.clone()), ..question("public.request_password_reset", process) };
            let _ = turn.ask(asked, public.request_password_reset(home, MailOptions::default())).await;
        }
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
            // The password may be known from a breach, or a queue full: then another one, or another time. And the owner,
            // who is at two things at once, may have used the link at the other since they looked at its page: it broke its
            // promise only if the page still keeps to it. What else ends a link too early, commits show.
            if matches!(why, PublicError::DeadCode) && is_live(whose, &code, turn).await {
                turn.complain(17, format!("what its page calls live chooses no password: {why}"));
            }
            turn.learns(whose, |owner| owner.passwords.retain(|thought| *thought != new));
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
        owner.keeps(chosen.device.clone(), None);
        owner.knows(&new);
        owner.moves_to(home);
    });
    let asked = Question { email: Some(home.clone()), ..question("public.authenticate", process) };
    let typed = typed_password(&new);
    let answer = turn.ask(asked, public.authenticate(home, &typed, Some(&chosen.device))).await;
    if let Ok(Authentication::Denied(_)) = answer {
        turn.complain(16, "whoever just chose a password is not let in");
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
