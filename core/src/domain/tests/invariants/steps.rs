//! What can happen in a random life, and how often.

use proptest::prelude::*;

use super::acts::Act;
use crate::domain::*;

/// One thing that happens. Numbers pick among what there is.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Wait(u64),
    JumpBack(u64),
    /// With one of the codes that were ever mailed, counted from the last.
    Do(Act, usize),
    /// The bystander is put under another address.
    Bystander(usize),
    /// The server refuses one of the mails before accepting it.
    Bounce(usize),
    /// Mail does not reach an address of the account any more.
    Suppress(SuppressionScope),
    /// Somebody reports one of the mails, counted from the last.
    Report(usize, Report),
    /// Staff lets mail go again.
    Clear,
}

fn act() -> impl Strategy<Value = Act> {
    let one = |act: Act| Just(act).boxed();
    let purpose = prop::sample::select(Purpose::ALL.to_vec());
    prop_oneof![
        4 => prop::bool::weighted(0.1).prop_map(|bypass| Act::RequestSet { bypass }),
        6 => any::<bool>().prop_map(|stranger| Act::RequestReset { stranger }),
        1 => prop::sample::select(vec![Act::AlreadyRegistered, Act::SignUpClosed, Act::SignUpAgain]),
        2 => prop::sample::select(vec![Act::RequestProof, Act::RequestOwnProof, Act::ProveEmail]),
        1 => purpose.prop_map(Act::Issue),
        8 => prop::bool::weighted(0.2).prop_map(|weak| Act::Choose { weak }),
        1 => one(Act::Assign),
        3 => prop::bool::weighted(0.3).prop_map(|stale| Act::Change { stale }),
        1 => prop::sample::select(vec![Act::Rehash, Act::NoteLogIn, Act::DemandChange, Act::LockNotice, Act::DisabledNotice { by_link: true }, Act::DisabledNotice { by_link: false }, Act::DueWork, Act::PutOffEnd]),
        2 => any::<bool>().prop_map(|owner| Act::Manage(if owner { Management::Owner } else { Management::Administrator })),
        1 => (0_usize..5).prop_map(Act::Replace),
        1 => (0_usize..5).prop_map(Act::ReplaceDroppingRevert),
        1 => prop::sample::select(vec![0, 30, 365]).prop_map(|days| Act::Update { days }),
        5 => (0_usize..5).prop_map(Act::AskForEmail),
        5 => prop::sample::select(vec![Act::ConfirmEmail, Act::ConfirmEmail, Act::RevertEmail, Act::CancelByCode, Act::CancelEmailChange]),
        1 => prop::sample::select(vec![Act::Suspend, Act::EndSessions, Act::EndOwnSessions, Act::Close, Act::CloseOwn]),
        3 => prop::sample::select(vec![Act::Reinstate, Act::Reopen]),
    ]
}

const BOUNCED: Report = Report::Bounced(Undeliverable::NoSuchMailbox);

fn scopes() -> Vec<SuppressionScope> {
    [SuppressionScope::All].into_iter().chain(MailKind::ALL.map(SuppressionScope::Only)).collect()
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let micros = |most: Span| 0..=most.as_micros();
    let step = prop_oneof![
        6 => micros(Span::minutes(15)).prop_map(Step::Wait),
        1 => micros(Span::days(4)).prop_map(Step::Wait),
        1 => micros(Span::days(40)).prop_map(Step::Wait),
        1 => micros(Span::days(30)).prop_map(Step::JumpBack),
        1 => micros(Span::minutes(10)).prop_map(Step::JumpBack),
        20 => (act(), prop_oneof![4 => Just(0_usize), 2 => 0_usize..3, 1 => 0_usize..12])
            .prop_map(|(act, code)| Step::Do(act, code)),
        1 => (0_usize..5).prop_map(Step::Bystander),
        2 => (0_usize..8).prop_map(Step::Bounce),
        1 => prop::sample::select(scopes()).prop_map(Step::Suppress),
        2 => (0_usize..8, prop::sample::select(vec![BOUNCED, BOUNCED, Report::Complained, Report::Delayed]))
            .prop_map(|(mail, report)| Step::Report(mail, report)),
        1 => Just(Step::Clear),
    ];
    prop::collection::vec(step, 1..120)
}
