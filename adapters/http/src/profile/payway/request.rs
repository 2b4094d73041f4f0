//! Requests for a mail: `custom_request_password_reset`, which says where its link leads, and `request_password_reset`.

use std::net::IpAddr;

use accountable_core::{
    MailOptions, PublicError,
    domain::{EmailAddress, LinkUrl, Origin, ReturnUrl},
};

use super::{Desk, address};
use crate::{
    answer::payway::Failure,
    auth::Caller,
    intake::Received,
    wire::{FieldError, Fields},
};

const PAGE: &str = "reset_password_url";
const RETURN: &str = "return_url";
const DEVICE: &str = "device_info";
const IP_ADDRESS: &str = "ip_address";
const USER_AGENT: &str = "user_agent";

pub(super) async fn custom(desk: &Desk, mut call: Received) -> Result<(), Failure> {
    let email = address::take(&mut call.fields)?;
    let page = call.fields.take_string(PAGE).map_err(unread)?;
    let back = call.fields.take_string(RETURN).map_err(unread)?;
    call.fields.finish().map_err(unread)?;

    let email = address::read(&email, desk.options.strict)?;
    let mail = MailOptions::default().with_page(page_of(desk, &page)?).with_return_url(back_of(desk, &back)?);
    ask(desk, &call.caller, Origin::Unknown, &email, mail).await
}

pub(super) async fn plain(desk: &Desk, mut call: Received) -> Result<(), Failure> {
    let email = address::take(&mut call.fields)?;
    let back = call.fields.take_optional_string(RETURN).map_err(unread)?;
    let device = call.fields.take_optional_fields(DEVICE).map_err(unread)?;
    call.fields.finish().map_err(unread)?;

    let origin = device.map_or(Ok(Origin::Unknown), origin_of)?;
    let email = address::read(&email, desk.options.strict)?;
    let mail = match back {
        Some(back) => MailOptions::default().with_return_url(back_of(desk, &back)?),
        None => MailOptions::default(),
    };
    ask(desk, &call.caller, origin, &email, mail).await
}

/// Asks as a stranger would. Nobody is told whether anything comes of it, unless the host is strict.
async fn ask(
    desk: &Desk,
    caller: &Caller,
    origin: Origin,
    email: &EmailAddress,
    mail: MailOptions,
) -> Result<(), Failure> {
    if desk.options.strict {
        let admin = desk.accounts.admin(caller.name().clone());
        let known = admin.account_by_email(email).await.map_err(|fault| Failure::from(&fault))?;
        known.ok_or_else(nobody)?;
    }
    match desk.accounts.public(origin).request_password_reset(email, mail).await {
        // Whose quota is spent is not the caller's to know: it asks for others.
        Ok(_) | Err(PublicError::TooMany { .. }) => Ok(()),
        Err(PublicError::Vetoed { .. }) => Err(super::vetoed()),
        Err(PublicError::Failed(fault)) => Err((&fault).into()),
        Err(_) => Err(Failure::internal()),
    }
}

/// No account has the address.
pub(super) fn nobody() -> Failure {
    Failure::not_found("contact_email could not be found").about(address::CONTACT_EMAIL)
}

fn page_of(desk: &Desk, text: &str) -> Result<LinkUrl, Failure> {
    let page = LinkUrl::parse(text).ok().filter(|page| desk.accounts.links().allows_page(page));
    page.ok_or_else(|| Failure::invalid_parameter(PAGE, "Parameter is not an allowed URL"))
}

fn back_of(desk: &Desk, text: &str) -> Result<ReturnUrl, Failure> {
    let back = ReturnUrl::parse(text).ok().filter(|back| desk.accounts.links().allows_return(back));
    back.ok_or_else(|| Failure::invalid_parameter(RETURN, "Parameter is not an allowed URL"))
}

/// Where the person sits who asks, as the caller says: it is trusted with that, as it is with the address.
fn origin_of(mut device: Fields) -> Result<Origin, Failure> {
    let ip = device.take_optional_string(IP_ADDRESS).map_err(unread)?;
    device.take_optional_string(USER_AGENT).map_err(unread)?;
    device.finish().map_err(unread)?;
    let Some(ip) = ip else { return Ok(Origin::Unknown) };
    let refused =
        || Failure::invalid_parameter(format!("{DEVICE}.{IP_ADDRESS}"), "Parameter is not an IP address");
    ip.parse::<IpAddr>().map(|ip| ip.to_canonical().into()).map_err(|_| refused())
}

fn unread(no: FieldError) -> Failure {
    (&no).into()
}
