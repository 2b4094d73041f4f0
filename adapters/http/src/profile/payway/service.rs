//! What all calls of Payway work with, and how each is taken in: by the scope of its caller, as JSON.

use std::sync::Arc;

use accountable_core::Accounts;
use axum::extract::Request;

use super::{address, error::ErrorResponse, options::Options};
use crate::{
    auth::Authenticator,
    intake::{Intake, Received},
    wire::Format,
};

/// The scope that every caller of Payway needs.
pub const SCOPE: &str = "/external/account/w";

/// The scope that a caller needs as well to be given codes: whoever has one can take over any account. Of our own making,
/// as the contract has none for it.
pub const CODES_SCOPE: &str = "/external/account/confirmation_code";

/// The scope that a follower needs to be told Payway's events by the [feed](crate::feed): they name addresses. Of our own making.
pub const EVENTS_SCOPE: &str = "/external/account/events";

const JSON: [Format; 1] = [Format::Json];

/// What all calls work with.
pub(super) struct Service {
    pub(super) accounts: Accounts,
    pub(super) options: Options,
    intake: Intake,
    /// For callers who are given codes.
    codes: Intake,
}

impl Service {
    pub(super) fn new(accounts: Accounts, authenticator: impl Authenticator, options: Options) -> Self {
        let authenticator: Arc<dyn Authenticator> = Arc::new(authenticator);
        let intake = Intake::new(Arc::clone(&authenticator), Some(SCOPE), &JSON);
        let codes = Intake::new(authenticator, Some(CODES_SCOPE), &JSON);
        Self { accounts, options, intake, codes }
    }

    /// Takes a call in.
    pub(super) async fn receive(&self, request: Request) -> Result<Received, ErrorResponse> {
        Ok(self.intake.receive(request, "").await?)
    }

    /// Takes a call in whose body has an address.
    pub(super) async fn receive_address(&self, request: Request) -> Result<Received, ErrorResponse> {
        self.receive(request).await.map_err(address::named)
    }

    /// Takes a call in whose body has an address, and whose caller is given a code: it needs both scopes.
    pub(super) async fn receive_address_for_codes(
        &self,
        request: Request,
    ) -> Result<Received, ErrorResponse> {
        let received = self.codes.receive(request, "").await;
        let received = received.map_err(|error| address::named(error.into()))?;
        received.caller.require(SCOPE)?;
        Ok(received)
    }
}
