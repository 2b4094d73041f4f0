//! The mail that lets an account's owner choose a password.

use accountable_core::{Delivery, DeliveryOptions, domain::Refusal};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use super::{requests::SetRequest, service::Service};
use crate::answer::Problem;

/// `POST /accounts/password/set-request`.
///
/// An address that is found out to be undeliverable right now answers as one that was known to be.
pub(super) async fn set_request(
    State(service): State<Service>,
    request: Request,
) -> Result<Response, Problem> {
    let (admin, fields) = service.command(request).await?;
    let SetRequest { account } = fields.try_into()?;
    let options = DeliveryOptions::default().with_mail(service.options.mail());
    match admin.request_password_set(account, options).await? {
        Delivery::Delivered | Delivery::Queued => Ok(StatusCode::NO_CONTENT.into_response()),
        Delivery::Undeliverable(cause) => Err(Refusal::AddressUndeliverable { cause }.into()),
    }
}
