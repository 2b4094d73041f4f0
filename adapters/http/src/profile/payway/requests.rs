//! What callers of Payway send: a struct for each request body.

use std::net::IpAddr;

use accountable_core::{
    Accounts,
    domain::{EmailAddress, LinkUrl, MailedCode, Origin, Password, ReturnUrl},
};

use super::{address, error::ErrorResponse, options::Options, password};
use crate::wire::Fields;

pub(super) const ID: &str = "id";
pub(super) const CODE: &str = "confirmation_code";
pub(super) const PAGE: &str = "reset_password_url";
pub(super) const RETURN: &str = "return_url";
pub(super) const DEVICE: &str = "device_info";
pub(super) const IP_ADDRESS: &str = "ip_address";
pub(super) const USER_AGENT: &str = "user_agent";

/// The body of `custom_request_password_reset`.
pub(super) struct CustomResetRequest {
    pub(super) email: EmailAddress,
    /// The page that the mailed link leads to: one that the accounts' links allow.
    pub(super) page: LinkUrl,
    /// Where that page leads in the end: a URL that the accounts' links allow.
    pub(super) return_url: ReturnUrl,
}

impl CustomResetRequest {
    pub(super) fn parse(
        mut fields: Fields,
        accounts: &Accounts,
        options: &Options,
    ) -> Result<Self, ErrorResponse> {
        let email = address::take(&mut fields)?;
        let page = fields.take_string(PAGE)?;
        let back = fields.take_string(RETURN)?;
        fields.finish()?;
        Ok(Self {
            email: address::read(&email, options.strict)?,
            page: allowed_page(&page, accounts)?,
            return_url: allowed_return(&back, accounts)?,
        })
    }
}

/// The body of `request_password_reset`.
pub(super) struct PlainResetRequest {
    pub(super) email: EmailAddress,
    /// Where the page of the mailed link leads in the end: a URL that the accounts' links allow.
    pub(super) return_url: Option<ReturnUrl>,
    /// Where the person is who asks, as `device_info` says.
    pub(super) origin: Origin,
}

impl PlainResetRequest {
    pub(super) fn parse(
        mut fields: Fields,
        accounts: &Accounts,
        options: &Options,
    ) -> Result<Self, ErrorResponse> {
        let email = address::take(&mut fields)?;
        let back = fields.take_optional_string(RETURN)?;
        let device = fields.take_optional_fields(DEVICE)?;
        fields.finish()?;
        Ok(Self {
            origin: device.map_or(Ok(Origin::Unknown), origin_of)?,
            email: address::read(&email, options.strict)?,
            return_url: back.map(|back| allowed_return(&back, accounts)).transpose()?,
        })
    }
}

/// The body of `create_password_reset`.
pub(super) struct CreateRequest {
    pub(super) email: EmailAddress,
}

impl CreateRequest {
    pub(super) fn parse(mut fields: Fields, options: &Options) -> Result<Self, ErrorResponse> {
        let email = address::take(&mut fields)?;
        fields.finish()?;
        Ok(Self { email: address::read(&email, options.strict)? })
    }
}

/// The body of `complete_password_reset`.
pub(super) struct CompleteRequest {
    /// The `id` and the `confirmation_code` of the mailed link.
    pub(super) code: MailedCode,
    pub(super) new_password: Password,
}

impl CompleteRequest {
    pub(super) fn parse(mut fields: Fields, accounts: &Accounts) -> Result<Self, ErrorResponse> {
        let id = fields.take_string(ID)?;
        let code = fields.take_string(CODE)?;
        let typed = fields.take_string(password::NEW_PASSWORD)?;
        fields.finish()?;
        Ok(Self {
            code: MailedCode::new(&id, &code),
            new_password: password::read(&typed, accounts.policy())?,
        })
    }
}

fn allowed_page(text: &str, accounts: &Accounts) -> Result<LinkUrl, ErrorResponse> {
    let page = LinkUrl::parse(text).ok().filter(|page| accounts.links().allows_page(page));
    page.ok_or_else(|| ErrorResponse::invalid_parameter(PAGE, "Parameter is not an allowed URL"))
}

fn allowed_return(text: &str, accounts: &Accounts) -> Result<ReturnUrl, ErrorResponse> {
    let back = ReturnUrl::parse(text).ok().filter(|back| accounts.links().allows_return(back));
    back.ok_or_else(|| ErrorResponse::invalid_parameter(RETURN, "Parameter is not an allowed URL"))
}

/// Where the person is who asks, as the caller says: it is trusted with that, as it is with the address.
fn origin_of(mut device: Fields) -> Result<Origin, ErrorResponse> {
    let ip = device.take_optional_string(IP_ADDRESS)?;
    device.take_optional_string(USER_AGENT)?;
    device.finish()?;
    let Some(ip) = ip else { return Ok(Origin::Unknown) };
    let refused = || {
        ErrorResponse::invalid_parameter(format!("{DEVICE}.{IP_ADDRESS}"), "Parameter is not an IP address")
    };
    ip.parse::<IpAddr>().map(|ip| ip.to_canonical().into()).map_err(|_| refused())
}
