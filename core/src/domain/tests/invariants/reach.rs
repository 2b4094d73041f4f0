//! No dead end: every combination of facts that commands and time can make is made, and from each of them a password
//! that lets in can be had again, and everything can be erased.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::LazyLock,
};

use super::acts::{Act, By};
use crate::domain::{testing::*, *};

/// The facts that commands tell apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Combination {
    status: Option<Status>,
    standing: StandingKind,
    closed_by: Option<ClosedBy>,
    /// Stands suspended again when it is opened.
    suspended_within: bool,
    owes_set_link: bool,
    password: Option<Strength>,
    /// Its passwords expire.
    expires: bool,
    /// It would have expired by the shortest validity.
    old: bool,
    management: bool,
    pending_management: Option<bool>,
    email_pending: bool,
    proven: bool,
    purged: bool,
    live: BTreeSet<Purpose>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    InForce,
    MustChange,
    Expired,
    Lapsed,
}

/// A combination, by an account that has it.
pub(super) struct Place {
    pub(super) account: Account,
    pub(super) now: Timestamp,
    /// Where each thing done leads, and whether it is in the owner's power, or in that of staff who manage.
    ways: Vec<(usize, Act)>,
}

impl Combination {
    pub(super) fn of(account: &Account, now: Timestamp) -> Self {
        let standing = account.standing();
        let Ok(facts) = account.facts() else {
            return Self {
                status: None,
                standing,
                closed_by: None,
                suspended_within: false,
                owes_set_link: false,
                password: None,
                expires: false,
                old: false,
                management: false,
                pending_management: None,
                email_pending: false,
                proven: false,
                purged: false,
                live: BTreeSet::new(),
            };
        };
        let strength = |password: &Credential| match password {
            _ if password.has_lapsed(now) => Strength::Lapsed,
            _ if password.must_change.is_some() => Strength::MustChange,
            _ if password.has_expired(facts.attributes.validity, now) => Strength::Expired,
            _ => Strength::InForce,
        };
        let live = facts.confirmations.iter().filter(|(_, these)| these.live(now).is_some());
        Self {
            status: Some(facts.status()),
            standing,
            closed_by: match facts.standing {
                Standing::Closed { by, .. } => Some(by),
                Standing::Active | Standing::Suspended { .. } => None,
            },
            suspended_within: matches!(
                facts.standing,
                Standing::Closed { before: OpenStanding::Suspended { .. }, .. }
            ),
            owes_set_link: facts.owes_set_link,
            password: facts.password.as_ref().map(strength),
            expires: facts.attributes.validity.span().is_some(),
            old: facts.password.as_ref().is_some_and(|password| password.set_at + Span::days(30) <= now),
            management: facts.management == Management::Administrator,
            pending_management: facts.pending_management.map(|to| to == Management::Administrator),
            email_pending: facts.pending.is_some(),
            proven: facts.proven,
            purged: facts.purge_at.is_some(),
            live: live.map(|(purpose, _)| *purpose).collect(),
        }
    }

    /// Whatever was mailed, and whoever signed it up.
    fn at_large(self) -> Self {
        Self { purged: false, live: BTreeSet::new(), ..self }
    }

    /// Whether commands and time come to it, as the search found.
    pub(super) fn is_reached(&self) -> bool {
        static REACHED: LazyLock<BTreeSet<Combination>> =
            LazyLock::new(|| EXPLORED.0.iter().cloned().map(Combination::at_large).collect());
        REACHED.contains(&self.clone().at_large())
    }

    /// The owner logs in, and may do everything.
    fn lets_in(&self) -> bool {
        self.standing == StandingKind::Active && self.password == Some(Strength::InForce)
    }
}

fn acts() -> Vec<Act> {
    let mut acts = vec![
        Act::RequestSet { bypass: false },
        Act::RequestReset { stranger: true },
        Act::SignUpClosed,
        Act::Choose { weak: false },
        Act::Assign,
        Act::Change { stale: false },
        Act::DemandChange,
        Act::Manage(Management::Owner),
        Act::Manage(Management::Administrator),
        Act::Replace(0),
        Act::Replace(1),
        Act::Replace(2),
        Act::ReplaceDroppingRevert(2),
        Act::Update { days: 0 },
        Act::Update { days: 30 },
        Act::Update { days: 365 },
        Act::AskForEmail(0),
        Act::AskForEmail(2),
        Act::ConfirmEmail,
        Act::RequestProof,
        Act::RequestOwnProof,
        Act::ProveEmail,
        Act::SignUpAgain,
        Act::CancelEmailChange,
        Act::CancelByCode,
        Act::RevertEmail,
        Act::Suspend,
        Act::Reinstate,
        Act::EndSessions,
        Act::EndOwnSessions,
        Act::Close,
        Act::CloseOwn,
        Act::Reopen,
        Act::DueWork,
        Act::Erase,
    ];
    acts.extend(Purpose::ALL.map(Act::Issue));
    acts
}

/// What the owner can do, with staff who only mail, open and manage as they say that they do.
fn helps(act: Act, from: &Combination) -> bool {
    match act {
        // A password that staff know is no way in for an owner who manages it.
        Act::Assign => from.management || from.pending_management == Some(true),
        Act::Manage(_)
        | Act::Replace(_)
        | Act::ReplaceDroppingRevert(_)
        | Act::Erase
        | Act::DemandChange
        | Act::Issue(_) => false,
        _ => true,
    }
}

pub(super) static EXPLORED: LazyLock<(Vec<Combination>, Vec<Place>)> =
    LazyLock::new(|| explored(&World::new()));

/// All places, breadth first.
fn explored(world: &World) -> (Vec<Combination>, Vec<Place>) {
    let mut places: Vec<Place> = Vec::new();
    let mut names = Vec::new();
    let mut known: BTreeMap<Combination, usize> = BTreeMap::new();
    let mut waiting = VecDeque::new();
    let purge_at = Some(NOW + Rules::default().sign_up_kept);
    let signed_up = with_facts(world.registered(1, NOW), |facts| facts.purge_at = purge_at);
    let mut arrive = |account: Account, now, waiting: &mut VecDeque<usize>, places: &mut Vec<Place>| {
        let name = Combination::of(&account, now);
        *known.entry(name.clone()).or_insert_with(|| {
            assert_eq!(account.unsound(now), None, "{account:#?}");
            names.push(name);
            places.push(Place { account, now, ways: Vec::new() });
            waiting.push_back(places.len() - 1);
            places.len() - 1
        })
    };
    arrive(world.registered(1, NOW), NOW, &mut waiting, &mut places);
    arrive(signed_up, NOW, &mut waiting, &mut places);
    arrive(Given::Unproven.account(world), NOW, &mut waiting, &mut places);
    let never = MailedCode::new("", "");
    let mut number = 0;
    while let Some(at) = waiting.pop_front() {
        let (account, now) = (places[at].account.clone(), places[at].now);
        let mut ways = Vec::new();
        for act in acts() {
            for code in codes(world, &account, now).iter().chain([&never]) {
                number += 1;
                let by = By { world, account: &account, code, address: None, number, now };
                let Ok(Change { account: Some(after), .. }) = by.does(act) else { continue };
                // No throttle stands in the way of the next.
                let later = now + Span::seconds(601);
                if after.is_over(later) {
                    continue;
                }
                let after = after.as_of(later, Quota::ACCOUNT).0;
                ways.push((arrive(after, later, &mut waiting, &mut places), act));
            }
        }
        // The last but one: a password that was young when its owner closed the account expires before the grace ends.
        let almost = Span::minutes(30 * 24 * 60 - 15);
        for wait in [Span::hours(2), Span::hours(25), Span::hours(73), almost, Span::days(31)] {
            let later = now + wait;
            if account.is_over(later) {
                continue;
            }
            let after = account.as_of(later, Quota::ACCOUNT).0;
            // Whoever waits asks nobody.
            ways.push((arrive(after, later, &mut waiting, &mut places), Act::DueWork));
        }
        places[at].ways = ways;
    }
    (names, places)
}

/// The genuine codes whose time is not over.
fn codes(world: &World, account: &Account, now: Timestamp) -> Vec<MailedCode> {
    let Ok(facts) = account.facts() else { return Vec::new() };
    let live = facts.confirmations.iter().filter(|(_, these)| these.live(now).is_some());
    live.map(|(purpose, _)| world.code(account, *purpose)).collect()
}

#[test]
fn from_every_combination_of_facts_there_is_a_way_to_a_password_that_lets_in_and_to_erasure() {
    let (names, places) = &*EXPLORED;
    assert!(names.len() > 139, "{} combinations", names.len());
    let mut out: Vec<bool> = names.iter().map(Combination::lets_in).collect();
    loop {
        let more: Vec<_> = (0..places.len())
            .filter(|at| !out[*at])
            .filter(|at| places[*at].ways.iter().any(|(to, act)| out[*to] && helps(*act, &names[*at])))
            .collect();
        if more.is_empty() {
            break;
        }
        more.into_iter().for_each(|at| out[at] = true);
    }
    for (at, name) in names.iter().enumerate() {
        let erased = name.standing == StandingKind::Erased;
        assert!(out[at] || erased, "a dead end: {name:#?}");
        let erases =
            |(to, act): &(usize, Act)| *act == Act::Erase && names[*to].standing == StandingKind::Erased;
        assert!(erased || places[at].ways.iter().any(erases), "can't be erased: {name:#?}");
    }
}
