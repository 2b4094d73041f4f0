//! The mail that lets an account's owner choose a password.

use accountable_core::{Delivery, DeliveryOptions, Error, domain::Refusal};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use super::{Service, values::account_id};
use crate::answer::Problem;

/// `POST /accounts/password/set-request`.
///
/// An address that is found out to be undeliverable right now answers as one that was known to be.
pub(super) async fn set_request(
    State(service): State<Service>,
    request: Request,
) -> Result<Response, Problem> {
    let (admin, mut fields) = service.command(request).await?;
    let id = fields.take_string("accountId").map_err(|error| Problem::from(&error))?;
    fields.finish().map_err(|error| Problem::from(&error))?;
    let id = account_id(&id).map_err(|problem| problem.with("field", "accountId"))?;
    let options = DeliveryOptions::default().with_mail(service.options.mail());
    match admin.request_password_set(id, options).await {
        Ok(Delivery::Delivered | Delivery::Queued) => Ok(StatusCode::NO_CONTENT.into_response()),
        Ok(Delivery::Undeliverable(cause)) => {
            Err(Problem::from(&Error::from(Refusal::AddressUndeliverable { cause })))
        }
        Err(error) => Err(Problem::from(&error)),
    }
}
