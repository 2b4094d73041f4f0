//! What all calls of WebConnect work with, and how each is taken in: by the scope of its caller.

use std::sync::Arc;

use accountable_core::{Accounts, Admin, domain::AccountId};
use axum::{
    extract::{FromRequestParts, Path, Request},
    http::request::Parts,
};
use serde::Deserialize;

use super::{options::Options, values::account_id};
use crate::{
    answer::Problem,
    auth::Authenticator,
    intake::Intake,
    wire::{Fields, Format},
};

/// The scope of callers who read accounts through WebConnect.
pub const READ: &str = "accounts:read";
/// The scope of callers who register, change and delete accounts, and have mails sent, through WebConnect. It does not
/// include [`READ`].
pub const WRITE: &str = "accounts:write";

/// What every call has at hand.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) accounts: Accounts,
    pub(super) options: Arc<Options>,
    reads: Intake,
    writes: Intake,
}

impl Service {
    pub(super) fn new(accounts: Accounts, authenticator: impl Authenticator, options: Options) -> Self {
        let authenticator: Arc<dyn Authenticator> = Arc::new(authenticator);
        let intake = |scope| Intake::new(Arc::clone(&authenticator), Some(scope), &[Format::Json]);
        let (reads, writes) = (intake(READ), intake(WRITE));
        Self { accounts, options: Arc::new(options), reads, writes }
    }

    /// A caller who reads.
    pub(super) async fn reader(&self, parts: &Parts) -> Result<Admin, Problem> {
        let caller = self.reads.admit(parts).await?;
        Ok(self.accounts.admin(caller.name().clone()))
    }

    /// A caller who changes something, and needs no body to say what.
    pub(super) async fn writer(&self, parts: &Parts) -> Result<Admin, Problem> {
        let caller = self.writes.admit(parts).await?;
        Ok(self.accounts.admin(caller.name().clone()))
    }

    /// A caller who changes something, and what the body says of it.
    pub(super) async fn command(&self, request: Request) -> Result<(Admin, Fields), Problem> {
        let received = self.writes.receive(request, "").await?;
        Ok((self.accounts.admin(received.caller.name().clone()), received.fields))
    }
}

/// The `{id}` of a path, not yet looked at: first comes who calls.
pub(super) struct IdInPath(Option<String>);

#[derive(Deserialize)]
struct Named {
    id: String,
}

impl IdInPath {
    pub(super) fn id(&self) -> Result<AccountId, Problem> {
        account_id(self.0.as_deref().unwrap_or_default())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdInPath {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let path = Path::<Named>::from_request_parts(parts, state).await;
        Ok(Self(path.ok().map(|Path(Named { id })| id)))
    }
}
