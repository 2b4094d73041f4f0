//! Commits that are not the ones that were offered.

use accountable_core::{
    domain::{CommitId, Event},
    port::{Commit, Limit, MailQuery, Store, Stored, Swap, Who, Write},
};
use accountable_memory::MemoryStore;

pub(crate) fn rewritten(id: CommitId, writes: Vec<Write>, events: &[Event]) -> Commit {
    Commit::new(id, writes, events.to_vec()).expect("a legal commit")
}

/// The same commit with its writes changed.
pub(crate) fn with_writes(commit: &Commit, change: impl FnMut(Write) -> Write) -> Commit {
    rewritten(commit.id(), commit.writes().iter().cloned().map(change).collect(), commit.events())
}

pub(crate) fn other_id(id: CommitId) -> CommitId {
    CommitId::from_bytes(id.as_bytes().map(|byte| !byte))
}

/// The records that the store has now, whatever the commit says was there before.
pub(crate) async fn forced(store: &MemoryStore, commit: &Commit) -> Vec<Write> {
    fn over<T>(swap: Swap<T>, before: Option<Stored<T>>) -> Swap<T> {
        Swap { before, ..swap }
    }
    let mut writes = Vec::new();
    for write in commit.writes().iter().cloned() {
        writes.push(match write {
            Write::Account(swap) => {
                let id = swap.after.as_ref().or(swap.before.as_ref().map(|b| &b.value)).expect("a record").id;
                let present = store.load(&Who::id(id)).await.expect("a dossier").account;
                Write::Account(over(swap, present))
            }
            Write::Address(swap) => {
                let tag =
                    swap.after.as_ref().or(swap.before.as_ref().map(|b| &b.value)).expect("a record").tag;
                let who = Who { also: vec![tag], ..Who::nobody() };
                let present = store.load(&who).await.expect("a dossier").addresses.remove(&tag);
                Write::Address(over(swap, present))
            }
            Write::Mail(swap) => {
                let id = swap.after.as_ref().or(swap.before.as_ref().map(|b| &b.value)).expect("a record").id;
                let present = store.mails(&MailQuery::One(id), Limit::MAX).await.expect("a page").items.pop();
                Write::Mail(over(swap, present))
            }
            Write::IpFilterGroup(swap) => {
                let group = swap.after.as_ref().or(swap.before.as_ref().map(|b| &b.value)).expect("a record");
                let all = store.groups(&group.realm, None, Limit::MAX).await.expect("a page").items;
                let present = all.into_iter().find(|known| known.value.name == group.name);
                Write::IpFilterGroup(over(swap, present))
            }
            Write::Note(swap) => {
                let note = swap.after.as_ref().or(swap.before.as_ref().map(|b| &b.value)).expect("a record");
                let name = (note.realm.clone(), note.name.clone());
                let who = Who { notes: vec![name.clone()], ..Who::nobody() };
                let present = store.load(&who).await.expect("a dossier").notes.remove(&name);
                Write::Note(over(swap, present))
            }
            reserve @ Write::Reserve(_) => reserve,
        });
    }
    // A removal of what is not there is nothing at all.
    writes.retain(|write| write.key().is_some());
    writes
}
