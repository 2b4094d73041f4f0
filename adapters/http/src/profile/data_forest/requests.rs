//! What callers of Data Forest send: a struct for each request body, by the name that the contract has for it.

use accountable_core::domain::AccountId;
use zeroize::Zeroizing;

use super::error::ErrorResponse;
use crate::wire::Fields;

/// Most characters of an `id`, and all that ours have.
pub(super) const ID: usize = 22;

/// The body of `resetPassword`.
pub(super) struct ResetAccountPasswordRequest {
    /// The account of the `id`; none where the `id` is well formed, but of a value that no account can have.
    pub(super) account: Option<AccountId>,
    /// As it was typed: whether it can be a password, and what is said if not, is up to the policy.
    pub(super) password: Zeroizing<String>,
}

impl TryFrom<Fields> for ResetAccountPasswordRequest {
    type Error = ErrorResponse;
    fn try_from(mut fields: Fields) -> Result<Self, ErrorResponse> {
        let id = fields.take_string("id")?;
        let password = fields.take_string("password")?;
        fields.finish()?;
        if !is_well_formed(&id) {
            return Err(ErrorResponse::invalid_parameter("id", ""));
        }
        Ok(Self { account: AccountId::parse(&id), password })
    }
}

/// Whether a text can be an id at all.
fn is_well_formed(id: &str) -> bool {
    (1..=ID).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_alphanumeric())
}

/// The body of `getList`: empty in the document.
pub(super) struct GetAccountListRequest {
    /// How many accounts stand before the first one wanted: 0 by default. A field of our own.
    pub(super) offset: u64,
}

impl TryFrom<Fields> for GetAccountListRequest {
    type Error = ErrorResponse;
    fn try_from(mut fields: Fields) -> Result<Self, ErrorResponse> {
        let offset = fields.take_optional_integer("offset")?.unwrap_or(0);
        fields.finish()?;
        let offset = u64::try_from(offset).map_err(|_| ErrorResponse::invalid_parameter("offset", ""))?;
        Ok(Self { offset })
    }
}
