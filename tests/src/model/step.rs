//! What can happen in a world, and random sequences of it.

use accountable_core::domain::{Report, Span, Undeliverable};
use accountable_memory::{Answer, CommitFault};
use proptest::{collection::vec, prelude::*};

use super::{
    owner::{OwnerStep, owner_step},
    staff::{StaffStep, Standing, Update, staff_step},
};

/// Two ways of writing one mailbox, seven mailboxes of one recipient, and others.
pub(crate) const ADDRESSES: [&str; 11] = [
    "ada@example.com",
    "ADA@Example.com",
    "bob@example.com",
    "bob+1@example.com",
    "bob+2@example.com",
    "bob+3@example.com",
    "bob+4@example.com",
    "bob+5@example.com",
    "bob+6@example.com",
    "j\u{f6}rg@b\u{fc}cher.example",
    "eve@other.example",
];
/// Three that the policy accepts, one that is common, one that is too short.
pub(crate) const PASSWORDS: [&str; 5] = [
    "plum trombone 42 Quartz!",
    "velvet anchor 77 Dune?",
    "seven cafe\u{301}s under 1 roof",
    "Password12345678",
    "short",
];
/// Two addresses of one IPv6 network, one of IPv4, and none.
pub(crate) const ORIGINS: [Option<&str>; 4] =
    [None, Some("192.0.2.7"), Some("2001:db8::1"), Some("2001:db8::2")];

/// One thing that happens. Places in a list are taken modulo its length, so that every sequence means something,
/// also a shortened one.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Register {
        address: usize,
    },
    RequestSet {
        account: usize,
        bypass: bool,
        at_once: bool,
    },
    RequestReset {
        address: usize,
        origin: usize,
    },
    SignUp {
        address: usize,
        origin: usize,
    },
    Owner(OwnerStep),
    Staff(StaffStep),
    /// One piece of the courier's work: so both worlds do theirs in the same order.
    Sweep,
    Choose {
        code: Brought,
        password: usize,
    },
    Inspect {
        code: Brought,
    },
    LogIn {
        address: usize,
        password: usize,
        origin: usize,
    },
    Change {
        session: usize,
        current: usize,
        new: usize,
        origin: usize,
    },
    Assign {
        account: usize,
        password: usize,
    },
    IsCurrent {
        session: usize,
    },
    Read {
        account: usize,
    },
    ReadByEmail {
        address: usize,
    },
    /// From now on the mail server answers so.
    Server {
        address: Option<usize>,
        answer: Answer,
    },
    /// What becomes of the next commits.
    LoseCommits(Vec<CommitFault>),
    LoseLoad,
    Wait(Span),
    /// The time of day jumps; nobody has waited.
    Jump {
        forth: bool,
        by: Span,
    },
}

/// A code that somebody brings.
#[derive(Debug, Clone)]
pub(crate) enum Brought {
    /// Of the letter so many before the last: live, used or expired.
    Mailed { back: usize },
    /// Of a letter, but with another account's name.
    Foreign { back: usize, account: usize },
    /// A code that was never mailed.
    Forged { account: usize, byte: u8 },
    /// No code at all.
    Nonsense,
}

/// About 60 steps: single ones, one several times in a row, and pieces of stories that lead further than chance would.
pub(crate) fn sequences() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let repeated = |(step, times): (Step, usize)| vec![step; times];
    let fragment = prop_oneof![
        12 => step().prop_map(|step| vec![step]),
        2 => (log_in(), 1_usize..13).prop_map(repeated),
        2 => (Just(Step::Sweep), 1_usize..5).prop_map(repeated),
        2 => (request_set(), 1_usize..8).prop_map(repeated),
        1 => (request_reset(), 15_usize..25).prop_map(repeated),
        4 => story(),
        1 => crowd(),
        1 => (0..ADDRESSES.len()).prop_map(undeliverable),
        5 => (0..ADDRESSES.len(), 0_usize..10).prop_map(|(address, what)| shut(address, what)),
        2 => (answer(), vec(fault(), 0..3)).prop_map(|(answer, faults)| vec![
            Step::Server { address: None, answer },
            Step::RequestSet { account: 0, bypass: true, at_once: false },
            Step::LoseCommits(faults),
            Step::Sweep,
        ]),
    ];
    vec(fragment, 8..30)
}

/// What a person does who gets an account, or the administrator for them, up to some point.
fn story() -> impl Strategy<Value = Vec<Step>> {
    (0..ADDRESSES.len(), 0_usize..6, 3_usize..14).prop_map(|(address, which, steps)| {
        let newest = Brought::Mailed { back: 0 };
        let log_in = |password| Step::LogIn { address, password, origin: 1 };
        let change = |session, current, new| Step::Change { session, current, new, origin: 1 };
        let begin =
            [Step::Register { address }, Step::RequestSet { account: 0, bypass: false, at_once: true }];
        let goes_on = match which {
            0 => vec![
                Step::Choose { code: newest.clone(), password: 0 },
                log_in(0),
                change(0, 0, 1),
                Step::Inspect { code: newest },
                change(1, 1, 0),
            ],
            1 => vec![
                Step::Choose { code: newest.clone(), password: 0 },
                Step::Choose { code: newest.clone(), password: 1 },
                Step::Inspect { code: newest },
                log_in(0),
                change(0, 1, 2),
            ],
            2 => vec![
                Step::Assign { account: 0, password: 1 },
                log_in(1),
                Step::Wait(Span::hours(73)),
                log_in(1),
                Step::Assign { account: 0, password: 0 },
                log_in(0),
                change(0, 0, 1),
            ],
            3 | 4 => {
                // The address is changed, and taken back or not; the accounts' owners get their mails in time.
                let wants = OwnerStep::Want { session: 0, current: 0, address: address + 1 };
                let sweeps = || std::iter::repeat_n(Step::Sweep, 2);
                let confirms =
                    OwnerStep::Confirm { session: 0, code: Brought::Mailed { back: which - 3 }, origin: 1 };
                let revert = OwnerStep::Revert { code: newest.clone() };
                [Step::Choose { code: newest.clone(), password: 0 }, log_in(0), Step::Owner(wants)]
                    .into_iter()
                    .chain(sweeps())
                    .chain([Step::Owner(confirms)])
                    .chain(sweeps())
                    .chain([Step::Owner(revert), Step::Sweep])
                    .collect()
            }
            _ => vec![
                Step::Inspect { code: newest.clone() },
                Step::Wait(Span::hours(25)),
                Step::Choose { code: newest.clone(), password: 0 },
                Step::Inspect { code: newest },
            ],
        };
        begin.into_iter().chain(goes_on).take(steps).collect()
    })
}

/// A server that knows no such mailbox, and staff that asks it again.
fn undeliverable(address: usize) -> Vec<Step> {
    let ask = Step::RequestSet { account: 0, bypass: true, at_once: true };
    let server = |answer| Step::Server { address: None, answer };
    let refused = [Step::Register { address }, server(Answer::NoSuchMailbox), ask.clone(), ask];
    let requeued = [StaffStep::Requeue { back: 0 }, StaffStep::Requeue { back: 0 }].map(Step::Staff);
    refused.into_iter().chain(requeued).chain([server(Answer::Accept)]).collect()
}

/// An account with a password, guarded or shut, at which somebody tries to get in.
fn shut(address: usize, what: usize) -> Vec<Step> {
    let stand = |what| Step::Staff(StaffStep::Stand { account: 0, what });
    let import = StaffStep::Import { address, proven: true, password: Some(0) };
    let log_in = Step::LogIn { address, password: 0, origin: 2 };
    let wants = Step::Owner(OwnerStep::Want { session: 0, current: 0, address: address + 1 });
    let guarded = [
        StaffStep::DefineGroup { group: 0, open: true },
        StaffStep::Update { account: 0, update: Update::Group(Some(0)) },
        StaffStep::RemoveGroup { group: 0 },
    ];
    let done = match what {
        0 => vec![stand(Standing::Suspended), log_in, stand(Standing::Reinstated)],
        1 => vec![stand(Standing::Closed), log_in, stand(Standing::SessionsEnded), stand(Standing::Reopened)],
        2 => {
            let freed = [
                StaffStep::Update { account: 0, update: Update::Group(None) },
                StaffStep::RemoveGroup { group: 0 },
            ];
            guarded.map(Step::Staff).into_iter().chain([log_in]).chain(freed.map(Step::Staff)).collect()
        }
        3 => vec![
            log_in,
            Step::Owner(OwnerStep::Close { session: 0 }),
            Step::Wait(Span::days(31)),
            Step::Sweep,
        ],
        4 => vec![log_in, Step::Staff(StaffStep::Rotate), Step::Staff(StaffStep::Reseal)],
        5 => vec![log_in, Step::Owner(OwnerStep::EndSessions { session: 0 }), stand(Standing::Erased)],
        6 => {
            let update = |update| Step::Staff(StaffStep::Update { account: 0, update });
            let ask = Step::RequestSet { account: 0, bypass: false, at_once: true };
            let wrong = Step::LogIn { address, password: 1, origin: 0 };
            let never = [update(Update::Stale), update(Update::Group(Some(1)))];
            let locked = std::iter::repeat_n(wrong, 3).chain([stand(Standing::Unlocked)]);
            never.into_iter().chain(locked).chain([stand(Standing::Suspended), ask]).collect()
        }
        7 => {
            let cancel = Step::Owner(OwnerStep::Cancel { session: 0 });
            vec![log_in, wants, cancel.clone(), cancel]
        }
        8 => {
            let sweeps = std::iter::repeat_n(Step::Sweep, 3);
            let by_code = |back| Step::Owner(OwnerStep::CancelByCode { code: Brought::Mailed { back } });
            [log_in, wants].into_iter().chain(sweeps).chain([by_code(0), by_code(1)]).collect()
        }
        _ => {
            let report = |report| Step::Staff(StaffStep::Report { back: 0, report });
            let reports = [Report::Delayed, Report::Complained, Report::Bounced(Undeliverable::Rejected)];
            let queued = Step::Staff(StaffStep::Requeue { back: 1 });
            let cancelled = Step::Staff(StaffStep::CancelMail { back: 0 });
            [log_in, wants, queued, Step::Sweep]
                .into_iter()
                .chain(reports.map(report))
                .chain([cancelled])
                .collect()
        }
    };
    std::iter::once(Step::Staff(import)).chain(done).collect()
}

/// Many accounts of one recipient, who asks for a mail to each.
fn crowd() -> impl Strategy<Value = Vec<Step>> {
    (2_usize..9, any::<bool>()).prop_map(|(last, at_once)| {
        let of_each = |address| {
            let ask = Step::RequestSet { account: 0, bypass: false, at_once };
            [Step::Register { address }, ask]
        };
        std::iter::once(Step::Server { address: None, answer: Answer::Accept })
            .chain((2..=last).flat_map(of_each))
            .collect()
    })
}

fn step() -> impl Strategy<Value = Step> {
    let place = 0_usize..8;
    prop_oneof![
        6 => (0..ADDRESSES.len()).prop_map(|address| Step::Register { address }),
        6 => request_set(),
        5 => request_reset(),
        3 => (0..ADDRESSES.len(), 0..ORIGINS.len()).prop_map(|(address, origin)| Step::SignUp { address, origin }),
        8 => owner_step().prop_map(Step::Owner),
        14 => staff_step().prop_map(Step::Staff),
        8 => Just(Step::Sweep),
        10 => (code(), password()).prop_map(|(code, password)| Step::Choose { code, password }),
        3 => code().prop_map(|code| Step::Inspect { code }),
        8 => log_in(),
        5 => (place.clone(), password(), password(), 0..ORIGINS.len())
            .prop_map(|(session, current, new, origin)| Step::Change { session, current, new, origin }),
        2 => (place.clone(), password()).prop_map(|(account, password)| Step::Assign { account, password }),
        1 => place.clone().prop_map(|session| Step::IsCurrent { session }),
        1 => place.prop_map(|account| Step::Read { account }),
        1 => (0..ADDRESSES.len()).prop_map(|address| Step::ReadByEmail { address }),
        5 => (proptest::option::of(0..ADDRESSES.len()), answer())
            .prop_map(|(address, answer)| Step::Server { address, answer }),
        5 => vec(fault(), 1..6).prop_map(Step::LoseCommits),
        1 => Just(Step::LoseLoad),
        9 => wait().prop_map(Step::Wait),
        3 => (any::<bool>(), jump()).prop_map(|(forth, by)| Step::Jump { forth, by }),
    ]
}

fn request_set() -> impl Strategy<Value = Step> {
    (0_usize..8, prop::bool::weighted(0.2), any::<bool>())
        .prop_map(|(account, bypass, at_once)| Step::RequestSet { account, bypass, at_once })
}

fn request_reset() -> impl Strategy<Value = Step> {
    (0..ADDRESSES.len(), 0..ORIGINS.len())
        .prop_map(|(address, origin)| Step::RequestReset { address, origin })
}

fn log_in() -> impl Strategy<Value = Step> {
    (0..ADDRESSES.len(), password(), 0..ORIGINS.len()).prop_map(|(address, password, origin)| Step::LogIn {
        address,
        password,
        origin,
    })
}

pub(crate) fn password() -> impl Strategy<Value = usize> {
    prop_oneof![6 => Just(0), 3 => Just(1), 1 => 2..PASSWORDS.len()]
}

pub(crate) fn code() -> impl Strategy<Value = Brought> {
    prop_oneof![
        6 => Just(Brought::Mailed { back: 0 }),
        4 => (0_usize..12).prop_map(|back| Brought::Mailed { back }),
        1 => (0_usize..4, 0_usize..8).prop_map(|(back, account)| Brought::Foreign { back, account }),
        1 => (0_usize..8, any::<u8>()).prop_map(|(account, byte)| Brought::Forged { account, byte }),
        1 => Just(Brought::Nonsense),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        6 => Just(Answer::Accept),
        2 => Just(Answer::Transient),
        1 => Just(Answer::Ours),
        1 => Just(Answer::Unreachable),
        1 => Just(Answer::NoSuchMailbox),
        1 => Just(Answer::Rejected),
    ]
}

fn fault() -> impl Strategy<Value = CommitFault> {
    prop_oneof![
        1 => Just(CommitFault::None),
        2 => Just(CommitFault::UnknownApplied),
        2 => Just(CommitFault::UnknownNotApplied),
        1 => Just(CommitFault::Unavailable),
    ]
}

fn wait() -> impl Strategy<Value = Span> {
    prop_oneof![
        1 => Just(Span::micros(1)),
        2 => (1_u64..60).prop_map(Span::seconds),
        1 => Just(Span::micros(599_999_999)),
        3 => Just(Span::seconds(600)),
        1 => Just(Span::minutes(5)),
        2 => (1_u64..26).prop_map(Span::hours),
        1 => Just(Span::hours(73)),
    ]
}

fn jump() -> impl Strategy<Value = Span> {
    prop_oneof![
        1 => (1_u64..600).prop_map(Span::seconds),
        1 => (1_u64..48).prop_map(Span::hours),
        1 => (1_u64..31).prop_map(Span::days),
    ]
}
