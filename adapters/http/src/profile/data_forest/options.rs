//! What a host may choose of Data Forest.

use std::borrow::Cow;

use accountable_core::AccountView;
use serde::{Deserialize, Serialize};

/// How Data Forest answers, where a host has the choice. Each default is the safe one.
///
/// This is the section `http.data_forest` of the settings file, but for the names of accounts, which are code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    pub(super) scope: Option<Cow<'static, str>>,
    #[serde(rename = "echo_refused_passwords")]
    pub(super) echoes: bool,
    pub(super) longest_list: u32,
    #[serde(skip, default = "by_address")]
    pub(super) name: fn(&AccountView) -> String,
}

impl Default for Options {
    fn default() -> Self {
        Self { scope: None, echoes: false, longest_list: 10_000, name: by_address() }
    }
}

/// Accounts are called by their address.
fn by_address() -> fn(&AccountView) -> String {
    |account| account.email.to_string()
}

impl Options {
    /// Lets in only callers with this scope; by default every caller whose signature is accepted.
    #[must_use]
    pub fn requiring(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Repeats a refused password in the error response, as documented, instead of `***`. It then ends up wherever answers are
    /// logged, and is often one typing error away from the password that is chosen next.
    #[must_use]
    pub const fn echoing_refused_passwords(mut self) -> Self {
        self.echoes = true;
        self
    }

    /// The most accounts that one `getList` lists, and reads; 10,000 by default. `total` counts all, and `offset` has those
    /// after so many. Active accounts come first, then suspended, then closed ones.
    #[must_use]
    pub const fn with_longest_list(mut self, accounts: u32) -> Self {
        self.longest_list = accounts;
        self
    }

    /// Makes the `name` of an account in the list; its e-mail address by default, since accounts have no names here.
    #[must_use]
    pub const fn with_names(mut self, name: fn(&AccountView) -> String) -> Self {
        self.name = name;
        self
    }
}
