//! What staff does beside single accounts: lists, counts, the outbox, networks, work in bulk, the journal.

use std::fmt;

use accountable_core::{
    AccountList, AccountsPage, Import, JournalError, MailList, NewAccount,
    domain::{Cidr, Event, IpFilterGroupName, Status},
    port::{AccountFilter, Cursor},
};
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};

use super::{
    super::{Turn, question, staff},
    group, then,
};
use crate::dice::Dice;

/// Whoever follows the journal of a realm, page by page, at whichever process answers.
#[derive(Debug, Default)]
pub(in crate::simulator) struct Follower {
    /// How far they have read.
    pub(in crate::simulator) cursor: Option<Cursor>,
    /// What they have read since they began, or began anew, in its order.
    pub(in crate::simulator) seen: Vec<Event>,
    /// How often they had to begin anew.
    pub(in crate::simulator) trimmed: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::simulator) enum InRealm {
    RequiresPasswordChanges { ending_sessions: bool },
    StopsBulkWork,
    ListsSuppressions,
    RequeuesMail,
    CancelsMail,
    DefinesGroup { name: IpFilterGroupName, open: bool },
    RemovesGroup { name: IpFilterGroupName },
    ImportsMany { count: u64 },
    ListsAccounts { at_most: u32 },
    Counts,
    FollowsJournal { at_most: u32 },
    Reseals,
}

/// The homes of all owners are in it.
const HOMES: &str = "203.0.113.0/24";
const ELSEWHERE: &str = "192.0.2.0/28";

impl InRealm {
    pub(super) fn drawn(dice: &mut Dice) -> Self {
        match dice.below(30) {
            0 => Self::RequiresPasswordChanges { ending_sessions: *dice.pick(&[true, false]) },
            1 => Self::StopsBulkWork,
            2 => Self::ListsSuppressions,
            3..=5 => Self::RequeuesMail,
            6 => Self::CancelsMail,
            7..=10 => {
                let name = *dice.pick(&["office", "office", "abroad"]);
                Self::DefinesGroup { name: group(name), open: name == "office" }
            }
            11 => Self::RemovesGroup { name: group(dice.pick::<&str>(&["office", "abroad"])) },
            12..=13 => Self::ImportsMany { count: dice.between(1, 4) },
            14..=16 => Self::ListsAccounts { at_most: dice.between(1, 5) as u32 },
            17..=18 => Self::Counts,
            19 => Self::Reseals,
            _ => Self::FollowsJournal { at_most: *dice.pick(&[1, 7, 100, 1_000]) },
        }
    }

    pub(super) async fn perform(self, realm: usize, turn: &Turn) {
        let Some((process, accounts)) = turn.accounts(realm) else { return };
        let admin = accounts.admin(staff());
        let of = |door| question(door, process);
        match self {
            Self::RequiresPasswordChanges { ending_sessions } => {
                let call = admin.require_password_changes(AccountFilter::default(), then(ending_sessions));
                let _ = turn.ask(of("admin.require_password_changes"), call).await;
            }
            Self::StopsBulkWork => {
                let _ = turn.ask(of("admin.bulk_work"), admin.bulk_work()).await;
                let _ = turn.ask(of("admin.stop_bulk_work"), admin.stop_bulk_work()).await;
            }
            Self::ListsSuppressions => {
                let _ = turn.ask(of("admin.suppressions"), admin.suppressions(None, 10)).await;
            }
            Self::RequeuesMail => {
                let dead = MailList::Dead { after: None };
                let Ok(page) = turn.ask(of("admin.mails"), admin.mails(&dead, 20)).await else { return };
                let Some(mail) = page.items.last() else { return };
                let _ = turn.ask(of("admin.requeue_mail"), admin.requeue_mail(mail.id)).await;
            }
            Self::CancelsMail => {
                let all = MailList::All { after: None };
                let Ok(page) = turn.ask(of("admin.mails"), admin.mails(&all, 20)).await else { return };
                let Some(mail) = page.items.last() else { return };
                let _ = turn.ask(of("admin.cancel_mail"), admin.cancel_mail(mail.id)).await;
            }
            Self::DefinesGroup { name, open } => {
                let networks = vec![Cidr::parse(if open { HOMES } else { ELSEWHERE }).unwrap()];
                let call = admin.define_ip_filter_group(&name, networks);
                let _ = turn.ask(of("admin.define_ip_filter_group"), call).await;
            }
            Self::RemovesGroup { name } => {
                let call = admin.remove_ip_filter_group(&name);
                let _ = turn.ask(of("admin.remove_ip_filter_group"), call).await;
            }
            Self::ImportsMany { count } => {
                let import = |_| Import::new(NewAccount::new(turn.new_address("guest")));
                let imports: Vec<_> = (0..count).map(import).collect();
                let imported = async {
                    let all: Vec<_> = admin.import_many(stream::iter(imports)).collect().await;
                    all.into_iter().collect::<Result<Vec<_>, _>>()
                };
                let _ = turn.ask(of("admin.import_many"), imported).await;
            }
            Self::ListsAccounts { at_most } => {
                let list = match turn.chance(|dice| dice.below(3)) {
                    0 => AccountList::ByEmail { prefix: "ad".to_owned() },
                    1 => AccountList::All(AccountFilter {
                        status: Some(Status::InUse),
                        ..AccountFilter::default()
                    }),
                    _ => AccountList::All(AccountFilter::default()),
                };
                let first = admin.accounts(AccountsPage::first(list), at_most);
                let Ok(page) = turn.ask(of("admin.accounts"), first).await else { return };
                if let Some(next) = page.next {
                    let _ = turn.ask(of("admin.locked_accounts"), admin.locked_accounts(next, at_most)).await;
                }
            }
            Self::Counts => {
                let list = AccountList::All(AccountFilter::default());
                let _ = turn.ask(of("admin.count"), admin.count(&list)).await;
                let _ = turn.ask(of("admin.keys"), admin.keys()).await;
            }
            Self::FollowsJournal { at_most } => follows_journal(realm, at_most, turn).await,
            Self::Reseals => drop(turn.ask(of("admin.reseal"), admin.reseal(10)).await),
        }
    }
}

/// Reads on from where the follower of the realm is, up to the end as it is now.
async fn follows_journal(realm: usize, at_most: u32, turn: &Turn) {
    for _ in 0..100 {
        let Some((process, accounts)) = turn.accounts(realm) else { return };
        let before = turn.simulation.people().followers[realm].cursor.clone();
        let journal = accounts.journal();
        let feed = journal.feed(before.clone(), at_most);
        let answer = turn.ask(question("journal.feed", process), feed).await;
        let mut people = turn.simulation.people();
        let follower = &mut people.followers[realm];
        if follower.cursor != before {
            // Somebody else has read on in their name.
            return;
        }
        match answer {
            Ok(page) => {
                follower.cursor = Some(page.cursor);
                follower.seen.extend(page.events);
                if !page.more {
                    return;
                }
            }
            Err(JournalError::Trimmed) => {
                let trimmed = follower.trimmed + 1;
                *follower = Follower { trimmed, ..Follower::default() };
            }
            Err(_) => return,
        }
    }
}

impl fmt::Display for InRealm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RequiresPasswordChanges { ending_sessions } => {
                let then = then(*ending_sessions);
                write!(f, "requires another password of everybody, and sessions {then:?}")
            }
            Self::StopsBulkWork => f.write_str("stops its work in bulk"),
            Self::ListsSuppressions => f.write_str("lists suppressions"),
            Self::RequeuesMail => f.write_str("queues the last dead mail again"),
            Self::CancelsMail => f.write_str("cancels the last mail"),
            Self::DefinesGroup { name, open } => {
                write!(f, "lets group {} in from {}", name.as_str(), if *open { HOMES } else { ELSEWHERE })
            }
            Self::RemovesGroup { name } => write!(f, "removes group {}", name.as_str()),
            Self::ImportsMany { count } => write!(f, "imports {count} accounts of others"),
            Self::ListsAccounts { at_most } => write!(f, "lists accounts, {at_most} a page"),
            Self::Counts => f.write_str("counts accounts and keys in use"),
            Self::FollowsJournal { at_most } => write!(f, "follows the journal, {at_most} events a page"),
            Self::Reseals => f.write_str("seals anew"),
        }
    }
}
