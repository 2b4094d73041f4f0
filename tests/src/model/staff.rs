//! What staff does beside registering, mailing and assigning.

use accountable_core::{
    AccountChanges, DeliveryOptions, Error, Import, ImportedPassword, MailList, NewAccount,
    domain::{
        Actor, IpFilterGroupName, MailId, Management, Memo, PasswordValidity, Report, SuspensionReason,
        Undeliverable, Version,
    },
    port::PasswordHasher as _,
};
use accountable_memory::InsecureTestHasher;
use pollster::block_on;
use proptest::prelude::*;

use super::{
    said::Said,
    step::ADDRESSES,
    world::{World, email, typed},
};

/// One thing that staff does. An account is named by its place, the latest at 0.
#[derive(Debug, Clone)]
pub(crate) enum StaffStep {
    Stand {
        account: usize,
        what: Standing,
    },
    Update {
        account: usize,
        update: Update,
    },
    Replace {
        account: usize,
        address: usize,
    },
    Manage {
        account: usize,
        to: Management,
    },
    Import {
        address: usize,
        proven: bool,
        password: Option<usize>,
    },
    Report {
        back: usize,
        report: Report,
    },
    Requeue {
        back: usize,
    },
    CancelMail {
        back: usize,
    },
    DefineGroup {
        group: usize,
        open: bool,
    },
    RemoveGroup {
        group: usize,
    },
    /// From now on another key is the active one.
    Rotate,
    Reseal,
}

/// What becomes of an account as a whole.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Standing {
    Suspended,
    Reinstated,
    Unlocked,
    SessionsEnded,
    Closed,
    Reopened,
    Erased,
}

/// What of an account shall be otherwise.
#[derive(Debug, Clone)]
pub(crate) enum Update {
    Memo(u8),
    Address(usize),
    Validity(u16),
    Group(Option<usize>),
    /// Of a version that it has long left.
    Stale,
}

pub(crate) fn staff_step() -> impl Strategy<Value = StaffStep> {
    let account = 0_usize..6;
    let report = prop_oneof![
        Just(Report::Bounced(Undeliverable::NoSuchMailbox)),
        Just(Report::Complained),
        Just(Report::Delayed),
    ];
    prop_oneof![
        8 => (account.clone(), standing()).prop_map(|(account, what)| StaffStep::Stand { account, what }),
        4 => (account.clone(), update()).prop_map(|(account, update)| StaffStep::Update { account, update }),
        3 => (account.clone(), 0..ADDRESSES.len())
            .prop_map(|(account, address)| StaffStep::Replace { account, address }),
        3 => (account, any::<bool>()).prop_map(|(account, owner)| {
            let to = if owner { Management::Owner } else { Management::Administrator };
            StaffStep::Manage { account, to }
        }),
        3 => (0..ADDRESSES.len(), any::<bool>(), proptest::option::of(0_usize..2))
            .prop_map(|(address, proven, password)| StaffStep::Import { address, proven, password }),
        3 => (0_usize..8, report).prop_map(|(back, report)| StaffStep::Report { back, report }),
        2 => (0_usize..4).prop_map(|back| StaffStep::Requeue { back }),
        2 => (0_usize..4).prop_map(|back| StaffStep::CancelMail { back }),
        2 => (0_usize..2, any::<bool>()).prop_map(|(group, open)| StaffStep::DefineGroup { group, open }),
        1 => (0_usize..2).prop_map(|group| StaffStep::RemoveGroup { group }),
        1 => Just(StaffStep::Rotate),
        2 => Just(StaffStep::Reseal),
    ]
}

fn standing() -> impl Strategy<Value = Standing> {
    use Standing::{Closed, Erased, Reinstated, Reopened, SessionsEnded, Suspended, Unlocked};
    prop::sample::select(vec![
        Suspended,
        Reinstated,
        Reinstated,
        Unlocked,
        SessionsEnded,
        Closed,
        Reopened,
        Erased,
    ])
}

fn update() -> impl Strategy<Value = Update> {
    prop_oneof![
        2 => any::<u8>().prop_map(Update::Memo),
        2 => (0..ADDRESSES.len()).prop_map(Update::Address),
        2 => prop::sample::select(vec![0, 30, 90]).prop_map(Update::Validity),
        2 => proptest::option::of(0_usize..2).prop_map(Update::Group),
        1 => Just(Update::Stale),
    ]
}

impl World {
    pub(crate) async fn take_staffs(&mut self, step: &StaffStep) -> Said {
        let admin = self.accounts.admin(Actor::parse("staff").unwrap());
        match step {
            StaffStep::Stand { account, what } => {
                let id = self.account(*account);
                let why = SuspensionReason::parse("why").unwrap();
                let (kind, outcome) = match what {
                    Standing::Suspended => ("suspended", admin.suspend(id, &why).await),
                    Standing::Reinstated => ("reinstated", admin.reinstate(id).await),
                    Standing::Unlocked => ("unlocked", admin.unlock(id).await),
                    Standing::SessionsEnded => ("sessions ended", admin.end_sessions(id).await),
                    Standing::Closed => ("closed", admin.close(id).await),
                    Standing::Reopened => ("reopened", admin.reopen(id).await),
                    Standing::Erased => {
                        let outcome = admin.erase(id).await;
                        return Said::Erased { account: id, outcome };
                    }
                };
                Said::Staff { kind, outcome }
            }
            StaffStep::Update { account, update } => {
                let changes = AccountChanges::default();
                let changes = match update {
                    Update::Memo(byte) => changes.with_memo(Memo::parse(&byte.to_string()).unwrap()),
                    Update::Address(address) => changes.with_email(email(*address)),
                    Update::Validity(days) => changes.with_validity(PasswordValidity::days(*days).unwrap()),
                    Update::Group(group) => changes.with_ip_filter_group(group.map(name)),
                    Update::Stale => changes.if_version(Version::new(u64::MAX)),
                };
                Said::Staff { kind: "updated", outcome: admin.update(self.account(*account), &changes).await }
            }
            StaffStep::Replace { account, address } => {
                let outcome = admin.replace_email(self.account(*account), &email(*address)).await;
                Said::Staff { kind: "replaced", outcome }
            }
            StaffStep::Manage { account, to } => {
                let options = DeliveryOptions::default();
                let outcome = admin.change_password_management(self.account(*account), *to, options).await;
                told("management changed", outcome)
            }
            StaffStep::Import { address, proven, password } => {
                self.import(*address, *proven, *password).await
            }
            StaffStep::Report { back, report } => {
                let tags: Vec<_> =
                    self.mailer.attempts().into_iter().filter_map(|(letter, _)| letter.feedback).collect();
                let tag = tags.into_iter().rev().nth(*back);
                let Some(tag) = tag else { return Said::Nothing };
                told("reported", admin.report(&tag, *report, "550 5.1.1").await)
            }
            StaffStep::Requeue { back } => {
                told("queued again", admin.requeue_mail(self.mail(back / 2, back % 2 == 0).await).await)
            }
            StaffStep::CancelMail { back } => {
                told("mail cancelled", admin.cancel_mail(self.mail(*back, false).await).await)
            }
            StaffStep::DefineGroup { group, open } => {
                let networks = if *open { vec!["192.0.2.0/24".parse().unwrap()] } else { Vec::new() };
                told("group defined", admin.define_ip_filter_group(&name(*group), networks).await)
            }
            StaffStep::RemoveGroup { group } => {
                let group = name(*group);
                let outcome = admin.remove_ip_filter_group(&group).await;
                Said::GroupRemoved { group, outcome }
            }
            StaffStep::Rotate => {
                std::mem::swap(&mut self.accounts, &mut self.under_another_key);
                Said::Nothing
            }
            StaffStep::Reseal => Said::Resealed(admin.reseal(2).await),
        }
    }

    async fn import(&mut self, address: usize, proven: bool, password: Option<usize>) -> Said {
        let mut import = Import::new(NewAccount::new(email(address)));
        import.email_proven = proven;
        // The other system hashed at another cost.
        let of = |at| block_on(InsecureTestHasher::new(7).with_cost(2).hash(&typed(at))).unwrap();
        import.password = password.map(|at| ImportedPassword::new(of(at).expose()));
        let admin = self.accounts.admin(Actor::parse("staff").unwrap());
        Said::Imported { proven, password, outcome: admin.import(import).await }
    }

    /// So many before the last of the outbox, or of those given up; one that never was, where there is none.
    async fn mail(&self, back: usize, dead: bool) -> MailId {
        let list = if dead { MailList::Dead { after: None } } else { MailList::All { after: None } };
        let admin = self.looking.admin(Actor::parse("look").unwrap());
        let mails = admin.mails(&list, 1_000).await.unwrap().items;
        mails.iter().rev().nth(back).map_or(MailId::from_bytes([9; 16]), |mail| mail.id)
    }
}

fn name(group: usize) -> IpFilterGroupName {
    IpFilterGroupName::parse(["office", "home"][group % 2]).unwrap()
}

fn told<T: std::fmt::Debug>(kind: &'static str, outcome: Result<T, Error>) -> Said {
    Said::Told { kind, outcome: outcome.map(|told| format!("{told:?}")) }
}
