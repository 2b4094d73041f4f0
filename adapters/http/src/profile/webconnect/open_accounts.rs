//! The accounts that are not deleted: how many there are, and which stand at some places among them.
//!
//! Accounts stand in the order in which they came to be. What is kept below knows no offsets, so those before the first
//! one wanted are passed over by their names, a thousand at a time; a new account stands behind all others, and one
//! that is deleted meanwhile moves those behind it forward by one.

use accountable_core::{
    AccountView, AccountsPage, Admin, Fault,
    domain::{AccountId, StandingKind},
};

use crate::profile::standings;

/// Those that are not deleted.
const OPEN: [StandingKind; 2] = [StandingKind::Active, StandingKind::Suspended];

/// How many accounts there are, deleted ones left out.
pub(super) async fn count(admin: &Admin) -> Result<u64, Fault> {
    standings::count(admin, &OPEN).await
}

/// Whether it is not deleted.
pub(super) fn is_open(account: &AccountView) -> bool {
    OPEN.contains(&account.standing)
}

/// The names at these places among all open accounts, a page of names at a time.
pub(super) async fn names(admin: &Admin, mut pass_over: u64, most: usize) -> Result<Vec<AccountId>, Fault> {
    let mut names = Vec::new();
    let mut next = Some(AccountsPage::first(standings::of_any(&OPEN)));
    while let Some(page) = next.filter(|_| names.len() < most) {
        let page = admin.account_names(page, u32::MAX).await?;
        let before = usize::try_from(pass_over).unwrap_or(usize::MAX).min(page.items.len());
        pass_over = pass_over.saturating_sub(u64::try_from(before).unwrap_or(u64::MAX));
        let room = most.saturating_sub(names.len());
        names.extend(page.items.into_iter().skip(before).take(room));
        next = page.next;
    }
    Ok(names)
}
