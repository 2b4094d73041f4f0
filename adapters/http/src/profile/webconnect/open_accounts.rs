//! The accounts that are not deleted: how many there are, and which stand at some places among them.
//!
//! Accounts stand in the order in which they came to be. What is kept below knows no offsets, so those before the first
//! one wanted are passed over by their names, a thousand at a time; a new account stands behind all others, and one
//! that is deleted meanwhile moves those behind it forward by one.

use std::collections::VecDeque;

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

/// The names at these places among all open accounts.
pub(super) async fn names(admin: &Admin, mut pass_over: u64, most: usize) -> Result<Vec<AccountId>, Fault> {
    let [mut active, mut suspended] = OPEN.map(Walk::of);
    let mut names = Vec::new();
    while names.len() < most {
        let first = match (active.head(admin).await?, suspended.head(admin).await?) {
            (Some(active), Some(suspended)) => active.min(suspended),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => break,
        };
        // One that was suspended between two looks stands in both.
        active.pass(first);
        suspended.pass(first);
        match pass_over.checked_sub(1) {
            Some(fewer) => pass_over = fewer,
            None => names.push(first),
        }
    }
    Ok(names)
}

/// All accounts of a standing by name, a page at a time.
struct Walk {
    read: VecDeque<AccountId>,
    next: Option<AccountsPage>,
}

impl Walk {
    fn of(standing: StandingKind) -> Self {
        Self { read: VecDeque::new(), next: Some(AccountsPage::first(standings::of_standing(standing))) }
    }

    /// The first name that was not passed; none at the end.
    async fn head(&mut self, admin: &Admin) -> Result<Option<AccountId>, Fault> {
        while self.read.is_empty() {
            let Some(page) = self.next.take() else { return Ok(None) };
            let page = admin.account_names(page, u32::MAX).await?;
            self.read = page.items.into();
            self.next = page.next;
        }
        Ok(self.read.front().copied())
    }

    fn pass(&mut self, name: AccountId) {
        if self.read.front() == Some(&name) {
            self.read.pop_front();
        }
    }
}
