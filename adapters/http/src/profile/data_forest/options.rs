//! What a host may choose of Data Forest.

use accountable_core::AccountView;

/// What a host may have otherwise. Each default is the safe one.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Options {
    pub(super) scope: Option<&'static str>,
    pub(super) echoes: bool,
    pub(super) longest_list: u32,
    pub(super) name: fn(&AccountView) -> String,
}

impl Default for Options {
    fn default() -> Self {
        Self { scope: None, echoes: false, longest_list: 10_000, name: |account| account.email.to_string() }
    }
}

impl Options {
    /// Only callers with this scope are let in; by default all whose signature is good.
    #[must_use]
    pub const fn requiring(mut self, scope: &'static str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Repeats a refused password in the error, as documented, instead of `***`. It ends up wherever answers are logged,
    /// and mostly is but a slip away from the password that is taken next.
    #[must_use]
    pub const fn echoing_refused_passwords(mut self) -> Self {
        self.echoes = true;
        self
    }

    /// Lists so many accounts at most, and reads no more; 10,000 by default. `total` says how many there are. Active
    /// ones come first, then suspended, then closed.
    #[must_use]
    pub const fn with_longest_list(mut self, accounts: u32) -> Self {
        self.longest_list = accounts;
        self
    }

    /// What an account is called in the list; its address by default, as accounts have no names here.
    #[must_use]
    pub const fn with_names(mut self, name: fn(&AccountView) -> String) -> Self {
        self.name = name;
        self
    }
}
