//! Accounts by their standing, for the contracts that list and count them.

use accountable_core::{
    AccountList, AccountView, AccountsPage, Admin, Fault, domain::StandingKind, port::AccountFilter,
};

/// Some of the accounts in a list.
pub(super) struct Window {
    pub(super) accounts: Vec<AccountView>,
    /// How many more were to be passed over when the list ended.
    pub(super) beyond: u64,
}

/// The accounts of any of these standings.
fn of_any(standings: &[StandingKind]) -> AccountList {
    AccountList::All(AccountFilter {
        standings: standings.iter().copied().collect(),
        ..AccountFilter::default()
    })
}

/// How many accounts are of any of these standings.
pub(super) async fn count(admin: &Admin, standings: &[StandingKind]) -> Result<u64, Fault> {
    admin.count(&of_any(standings)).await
}

/// Whether there are at least so many accounts of any of these standings. Nobody counts on from there.
pub(super) async fn are_at_least(
    admin: &Admin,
    standings: &[StandingKind],
    many: u64,
) -> Result<bool, Fault> {
    Ok(admin.count_up_to(&of_any(standings), many).await? == many)
}

/// At most so many accounts of any of these standings, in the order in which they came to be, after those that are passed
/// over: these by their names, a thousand at a time, since stores know no offsets. No record of theirs is read.
pub(super) async fn window(
    admin: &Admin,
    standings: &[StandingKind],
    mut pass_over: u64,
    most: usize,
) -> Result<Window, Fault> {
    let mut next = Some(AccountsPage::first(of_any(standings)));
    while let Some(page) = next.take_if(|_| pass_over > 0 && most > 0) {
        let passed = admin.account_names(page, at_most(pass_over)).await?;
        pass_over = pass_over.saturating_sub(u64::try_from(passed.items.len()).unwrap_or(u64::MAX));
        next = passed.next;
    }
    let mut accounts = Vec::new();
    while let Some(page) = next.take_if(|_| accounts.len() < most) {
        let room = u64::try_from(most.saturating_sub(accounts.len())).unwrap_or(u64::MAX);
        let found = admin.accounts(page, at_most(room)).await?;
        accounts.extend(found.items);
        next = found.next;
    }
    Ok(Window { accounts, beyond: pass_over })
}

fn at_most(accounts: u64) -> u32 {
    u32::try_from(accounts).unwrap_or(u32::MAX)
}
