//! Invariant 16: what strangers do removes, blocks or delays for good nothing that owner or staff did or may do.
//!
//! A stranger's commit may add mails, put ends off, and make an account that yields; it may count failures. Of an account that
//! is there it changes nothing else.

use accountable_core::{
    domain::{Account, Content, EmailKey, Event, EventKind, Facts, Realm, Side},
    port::{Commit, Write},
};

use super::{
    Breach, Evidence,
    right_clocks::RightClocks,
    timeline::{Hand, Step, Timeline, hand_of},
};
use crate::simulator::{
    history::{Answer, Fact, Outcome, Question},
    simulation::realm_of,
};

/// Commands of staff and owners that take an address.
const TAKES_AN_ADDRESS: [&str; 5] =
    ["admin.register", "admin.import", "admin.update", "admin.replace_email", "owner.confirm_email"];

pub(super) fn breaches(evidence: &Evidence<'_>, timeline: &Timeline<'_>) -> Vec<Breach> {
    let mut broken = Vec::new();
    for step in timeline.accounts.values().flatten().filter(|step| step.hand == Hand::Stranger) {
        if let Some(before) = step.before
            && let Some(what) = changed(evidence, step, before)
        {
            broken.push(Breach::new(16, step.at, format!("a stranger changes {what} of {:?}", before.id)));
        }
    }
    for step in timeline.accounts.values().flatten().filter(|step| step.hand == Hand::Staff) {
        // A command that was refused may have mended a stamp; and what becomes of a mail is the outbox's matter.
        let of_outbox = |event: &Event| {
            matches!(event.what, EventKind::MailRequeued { .. } | EventKind::MailCancelled { .. })
        };
        let of_it = |event: &Event| {
            event.account == Some(step.after.id) && !matches!(event.what, EventKind::ClockMended)
        };
        let events = step.commit.events();
        let works = events.iter().any(of_it) && !events.iter().any(of_outbox);
        if works && step.after.is_sign_up() && step.before.is_some_and(Account::is_sign_up) {
            let what = format!("what staff worked on stays a stranger's sign-up: {:?}", step.after.id);
            broken.push(Breach::new(16, step.at, what));
        }
    }
    let mut clocks = RightClocks::default();
    for (entry, happened) in evidence.history.entries.iter().enumerate() {
        clocks.sees(entry, happened);
        let what = match &happened.fact {
            Fact::Applied { commit, .. } => {
                drops_a_mail(commit).or_else(|| suppresses(evidence, entry, commit))
            }
            Fact::Answered(answer) => is_kept_from_an_address(evidence, timeline, entry, answer)
                .or_else(|| has_to_wait(evidence, &clocks, entry, answer)),
            _ => None,
        };
        broken.extend(what.map(|what| Breach::new(16, happened.at, what)));
    }
    broken
}

/// What of an account a stranger's commit changed that is none of theirs.
fn changed(evidence: &Evidence<'_>, step: &Step<'_>, before: &Account) -> Option<&'static str> {
    let (before, _) = before.as_of(step.when, evidence.quota(&before.realm));
    let (Ok(was), after) = (before.facts(), step.after.facts().ok()) else { return None };
    let Some(is) = after else { return Some("the life") };
    let held_back = |facts: &Facts| -> Vec<_> {
        let own = facts.throttles.iter().filter(|((_, _, side), _)| *side == Side::Account);
        own.map(|(of, level)| (*of, *level)).collect()
    };
    // Once a clock has gone back, ends are brought to the present.
    let codes_end = !step.mended
        && was.confirmations.iter().any(|(purpose, known)| {
            known.mailed().any(|code| {
                let now = is.live_under(*purpose, code.nonce, step.when);
                now.is_none_or(|now| now.expires_at < code.expires_at)
            })
        });
    let same = [
        (was.mailbox == is.mailbox, "the address"),
        (was.proven == is.proven && was.replaced == is.replaced, "the proof"),
        (was.pending == is.pending, "a change of address"),
        (was.former == is.former, "former addresses"),
        (was.password == is.password && was.previous == is.previous, "the password"),
        (
            was.management == is.management && was.pending_management == is.pending_management,
            "the management",
        ),
        (was.attributes == is.attributes, "what the host keeps"),
        (was.standing == is.standing, "the standing"),
        (was.owes_set_link == is.owes_set_link, "a link that is owed"),
        (before.epoch == step.after.epoch, "the sessions"),
        (held_back(was) == held_back(is), "throttles of owner and staff"),
        (!codes_end, "a code's end"),
    ];
    same.into_iter().find(|(same, _)| !same).map(|(_, what)| what)
}

/// Whether a stranger's commit takes somebody's mail out of the outbox.
fn drops_a_mail(commit: &Commit) -> Option<String> {
    if hand_of(commit, None) != Hand::Stranger {
        return None;
    }
    commit.writes().iter().find_map(|write| match write {
        Write::Mail(swap) => {
            let before = swap.before.as_ref().map(|stored| &stored.value)?;
            let own = matches!(before.content, Content::Intent(_));
            (!own).then(|| format!("a stranger takes {:?} out of the outbox", before.id))
        }
        _ => None,
    })
}

/// Whether mail is held back from now on that neither a mail server refused nor a genuine report was about.
fn suppresses(evidence: &Evidence<'_>, entry: usize, commit: &Commit) -> Option<String> {
    let has = |kind: fn(&EventKind) -> bool| commit.events().iter().any(|event| kind(&event.what));
    if !has(|what| matches!(what, EventKind::AddressSuppressed { .. })) {
        return None;
    }
    if has(|what| matches!(what, EventKind::MailRefused { .. })) {
        return None;
    }
    if !has(|what| matches!(what, EventKind::FeedbackTaken { .. })) {
        return Some("mail is held back although nobody reported anything".to_owned());
    }
    let by = evidence.history.offered_by.get(&commit.id()).copied().flatten();
    let realm = commit.events().first().map(|event| &event.realm);
    let reported = evidence.history.entries[..entry].iter().rev().find_map(|happened| match &happened.fact {
        Fact::Reported { letter, .. } if happened.task == by => Some(letter),
        _ => None,
    });
    let Some(Some(letter)) = reported else {
        return Some("mail is held back by a report that nobody could make".to_owned());
    };
    if Some(&letter.realm) != realm {
        return Some("mail is held back by a report of another realm's letter".to_owned());
    }
    // Whoever proved the address since, or staff that cleared it, outweighs a report of what was sent before.
    let written = commit.writes().iter().find_map(|write| match write {
        Write::Address(swap) => swap.before.as_ref().map(|stored| &stored.value),
        _ => None,
    });
    let trusted = written.and_then(|address| address.trusted_from);
    trusted
        .is_some_and(|from| letter.queued_at < from)
        .then(|| "mail is held back by a report of a mail from before the address was proven".to_owned())
}

/// Whether staff has to wait with a mail for what only strangers caused. In a realm in which owners and staff have caused none
/// for as long as any of their levels takes to drain, nothing of their own is in the way.
fn has_to_wait(
    evidence: &Evidence<'_>,
    clocks: &RightClocks,
    entry: usize,
    answer: &Answer,
) -> Option<String> {
    let Answer { question, outcome, .. } = answer;
    let is_throttled = *outcome == Outcome::Refused("throttled".to_owned());
    if !is_throttled || !question.door.starts_with("admin.") {
        return None;
    }
    let setting = &evidence.simulation.settings[realm_of(question.process)];
    let rules = &setting.rules;
    let drains = [rules.account_quota, rules.recipient_quota, rules.proof_quota, rules.notice_quota];
    let drains = drains.map(|quota| quota.period().times(quota.burst().into()).as_micros());
    let since =
        evidence.history.entries[entry].at.saturating_sub(drains.into_iter().max().unwrap_or_default());
    // Levels stand where a clock put them that was wrong, and are full to one that is behind.
    if !clocks.are_right_since(since) {
        return None;
    }
    let before = evidence.history.entries[..entry].iter();
    let mut lately = before.rev().take_while(|happened| since <= happened.at);
    let excuses = lately.any(|happened| match &happened.fact {
        Fact::Applied { commit, .. } => {
            let mails = |event: &Event| {
                let mailed =
                    matches!(event.what, EventKind::MailQueued { .. } | EventKind::MailRequeued { .. });
                mailed && event.realm == setting.realm
            };
            commit.events().iter().any(mails) && hand_of(commit, None) != Hand::Stranger
        }
        _ => false,
    });
    (!excuses).then(|| format!("{} has to wait for what strangers caused", question.door))
}

/// Whether owner or staff was told that an address is taken which nobody had but a sign-up.
fn is_kept_from_an_address(
    evidence: &Evidence<'_>,
    timeline: &Timeline<'_>,
    entry: usize,
    answer: &Answer,
) -> Option<String> {
    let Answer { question, outcome, .. } = answer;
    let taken = *outcome == Outcome::Refused("email_taken".to_owned());
    if !taken || !TAKES_AN_ADDRESS.contains(&question.door) {
        return None;
    }
    let asked = asked(evidence, entry, question)?;
    let realm = evidence.simulation.realm(realm_of(question.process));
    let key = wanted(timeline, question, asked)?;
    let own = |account: &Account| Some(account.id) == question.account;
    let mut holders = timeline.holders(&realm, &key, asked, entry);
    let held = holders.any(|holder| !holder.is_sign_up() && !own(holder));
    (!held).then(|| format!("{} is refused {}, which nobody has", question.door, of(&realm, &key)))
}

fn of(realm: &Realm, key: &EmailKey) -> String {
    format!("{key:?} of {}", realm.as_str())
}

/// When that was asked.
fn asked(evidence: &Evidence<'_>, answered: usize, question: &Question) -> Option<usize> {
    let entries = &evidence.history.entries;
    let task = entries[answered].task;
    (0..answered).rev().find(|at| {
        let entry = &entries[*at];
        entry.task == task && matches!(&entry.fact, Fact::Asked(asked) if asked == question)
    })
}

/// The address that it was about: the one that was typed, or the one that waits to be confirmed.
fn wanted(timeline: &Timeline<'_>, question: &Question, asked: usize) -> Option<EmailKey> {
    if let Some(email) = &question.email {
        return Some(email.key());
    }
    let steps = timeline.account_between(question.account?, asked, asked);
    let facts = steps.last()?.after.facts().ok()?;
    Some(facts.pending.as_ref()?.mailbox.key.clone())
}
