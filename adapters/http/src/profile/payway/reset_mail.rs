//! Requests for a mail: `custom_request_password_reset`, which says where its link leads, and `request_password_reset`.

use accountable_core::{
    MailOptions, PublicError,
    domain::{EmailAddress, Origin},
};

use super::{
    address,
    error::ErrorResponse,
    requests::{CustomResetRequest, PlainResetRequest},
    service::Service,
};
use crate::{auth::Caller, intake::Received};

pub(super) async fn custom(service: &Service, call: Received) -> Result<(), ErrorResponse> {
    let CustomResetRequest { email, page, return_url } =
        CustomResetRequest::parse(call.fields, &service.accounts, &service.options)?;
    let mail = MailOptions::default().with_page(page).with_return_url(return_url);
    ask(service, &call.caller, Origin::Unknown, &email, mail).await
}

pub(super) async fn plain(service: &Service, call: Received) -> Result<(), ErrorResponse> {
    let PlainResetRequest { email, return_url, origin } =
        PlainResetRequest::parse(call.fields, &service.accounts, &service.options)?;
    let mail = match return_url {
        Some(return_url) => MailOptions::default().with_return_url(return_url),
        None => MailOptions::default(),
    };
    ask(service, &call.caller, origin, &email, mail).await
}

/// Asks as a stranger would. Nobody is told whether anything comes of it, unless the host is strict.
async fn ask(
    service: &Service,
    caller: &Caller,
    origin: Origin,
    email: &EmailAddress,
    mail: MailOptions,
) -> Result<(), ErrorResponse> {
    if service.options.strict {
        let admin = service.accounts.admin(caller.name().clone());
        admin.account_by_email(email).await?.ok_or_else(address::unknown)?;
    }
    match service.accounts.public(origin).request_password_reset(email, mail).await {
        // Whose quota is spent is not the caller's to know: it asks for others.
        Ok(_) | Err(PublicError::TooMany { .. }) => Ok(()),
        Err(PublicError::Vetoed { .. }) => Err(ErrorResponse::vetoed()),
        Err(PublicError::Failed(fault)) => Err(fault.into()),
        Err(_) => Err(ErrorResponse::internal()),
    }
}
