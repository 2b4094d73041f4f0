//! `POST`: redeems the code of the link that is open.

use accountable_core::{
    Authentication, Error, PublicError,
    domain::{CodeState, EmailAddress, Origin, Password, Purpose, Refusal, ReturnUrl},
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        StatusCode,
        header::{CONTENT_TYPE, SET_COOKIE},
        request::Parts,
    },
    response::Response,
};

use super::{
    LARGEST_FORM,
    fields::{Fields, Malformed},
    forgery::is_from_elsewhere,
    site::{Shared, Site},
    ticket::{Ticket, forget},
    view,
};
use crate::{intake::origin, limits::Limits};

/// `POST page`
pub(super) async fn redeem(State(site): State<Shared>, request: Request) -> Response {
    let announced = match announced(&site, request) {
        Ok(announced) => announced,
        Err(refused) => return refused,
    };
    // Who has no link open is told so before anybody waits for what he sends.
    let ticket = match announced.ticket(&site) {
        None => return view::say(&site, StatusCode::NOT_FOUND, &site.texts.nothing_open),
        Some(None) => return view::dead(&site, &CodeState::Invalid),
        Some(Some(ticket)) => ticket,
    };
    let (from, mut fields) = match announced.received(&site).await {
        Ok(received) => received,
        Err(refused) => return refused,
    };
    let Ok(token) = fields.take("token") else { return unreadable(&site) };
    if !ticket.made(&token) {
        return view::say(&site, StatusCode::FORBIDDEN, &site.texts.not_ours);
    }
    match site.accounts.public(from).inspect_code(&ticket.code()).await {
        Ok(CodeState::Live { purpose, return_url, .. }) => {
            let open = Open { site: &site, ticket: &ticket, from, back: site.back(return_url) };
            open.redeem(purpose, fields).await.unwrap_or_else(|Malformed| unreadable(&site))
        }
        Ok(dead) => view::dead(&site, &dead),
        Err(error) => view::public_error(&site, site.place.target(), &error),
    }
}

/// A form that comes from our own site, its body not yet read.
pub(super) struct Announced {
    parts: Parts,
    body: Body,
}

/// Takes in what a form's head says, or says why not.
#[expect(clippy::result_large_err, reason = "the answer itself, made once and moved twice")]
pub(super) fn announced(site: &Site, request: Request) -> Result<Announced, Response> {
    if is_from_elsewhere(request.headers(), &site.place) {
        return Err(view::say(site, StatusCode::FORBIDDEN, &site.texts.not_ours));
    }
    let is_form = request.headers().get(CONTENT_TYPE).is_some_and(|of| {
        let of = of.as_bytes().split(|octet| *octet == b';').next().unwrap_or_default();
        of.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
    });
    if !is_form {
        return Err(view::say(site, StatusCode::UNSUPPORTED_MEDIA_TYPE, &site.texts.unreadable));
    }
    let (parts, body) = request.into_parts();
    Ok(Announced { parts, body })
}

impl Announced {
    /// The link that is open; `None` where there is none, `Some(None)` where it can't be read.
    pub(super) fn ticket(&self, site: &Site) -> Option<Option<Ticket>> {
        Ticket::from_cookies(&self.parts.headers, &site.place)
    }

    /// Reads the form, or says why not.
    pub(super) async fn received(self, site: &Site) -> Result<(Origin, Fields), Response> {
        let Self { parts, body } = self;
        let limits = parts.extensions.get::<Limits>().copied().unwrap_or_default().for_a_form(LARGEST_FORM);
        let body = limits.read(body).await.map_err(|trouble| {
            view::later(site, site.place.target(), trouble.http_status(), &site.texts.unreadable, None)
        })?;
        let fields = Fields::parse(&body).map_err(|Malformed| unreadable(site))?;
        Ok((origin(&parts), fields))
    }
}

pub(super) fn unreadable(site: &Site) -> Response {
    view::say(site, StatusCode::BAD_REQUEST, &site.texts.unreadable)
}

/// The link that is open, and who has it.
struct Open<'a> {
    site: &'a Site,
    ticket: &'a Ticket,
    from: Origin,
    /// Where its reader goes at the end: as the code was issued.
    back: Option<ReturnUrl>,
}

impl Open<'_> {
    async fn redeem(&self, purpose: Purpose, fields: Fields) -> Result<Response, Malformed> {
        let door = self.site.accounts.public(self.from);
        let code = self.ticket.code();
        let redeemed = match purpose {
            Purpose::EmailConfirm => return self.confirm(fields).await,
            Purpose::EmailCancel => door.cancel_email_change(&code).await,
            Purpose::EmailRevert => door.revert_email_change(&code).await,
            _ => return self.choose(purpose, fields).await,
        };
        Ok(match redeemed {
            Ok(_) => self.done(purpose),
            Err(error) => self.refused(&error).await,
        })
    }

    async fn choose(&self, purpose: Purpose, mut fields: Fields) -> Result<Response, Malformed> {
        let (typed, again) = (fields.take("password")?, fields.take("repeat")?);
        let texts = &self.site.texts;
        let asked_again = |status: u16, errors: &[String]| {
            let status = StatusCode::from_u16(status).unwrap_or_default();
            Ok(view::choose(self.site, self.ticket, purpose, status, errors))
        };
        let new = match Password::parse(&typed) {
            Ok(new) => new,
            Err(error) => return asked_again(400, &[(texts.no_password)(&error)]),
        };
        if *typed != *again {
            return asked_again(400, &[texts.passwords_differ.to_string()]);
        }
        match self.site.accounts.public(self.from).choose_password(&self.ticket.code(), &new).await {
            Ok(_) => Ok(self.done(purpose)),
            Err(error) => match &error {
                PublicError::WeakPassword(violations) => {
                    let errors: Vec<_> = violations.iter().map(texts.violation).collect();
                    asked_again(error.http_status(), &errors)
                }
                error => Ok(self.refused(error).await),
            },
        }
    }

    async fn confirm(&self, mut fields: Fields) -> Result<Response, Malformed> {
        let (typed, password) = (fields.take("email")?, fields.take("password")?);
        let texts = &self.site.texts;
        let asked_again =
            |status, error: &str| Ok(view::sign_in(self.site, self.ticket, status, &typed, Some(error)));
        let Ok(email) = EmailAddress::parse(typed.trim()) else {
            return asked_again(StatusCode::BAD_REQUEST, &texts.bad_address);
        };
        let Ok(password) = Password::parse(&password) else {
            return asked_again(StatusCode::FORBIDDEN, &texts.not_signed_in);
        };
        let stamp = match self.site.accounts.public(self.from).authenticate(&email, &password).await {
            Ok(Authentication::Granted(stamp)) => stamp,
            Ok(Authentication::MustChange { .. }) => {
                return asked_again(StatusCode::CONFLICT, &texts.must_change);
            }
            Ok(Authentication::Denied(_)) => return asked_again(StatusCode::FORBIDDEN, &texts.not_signed_in),
            Err(error) => return Ok(self.refused(&error).await),
        };
        if self.ticket.code().account() != Some(stamp.account) {
            return asked_again(StatusCode::FORBIDDEN, &texts.other_account);
        }
        let owner = self.site.accounts.owner(stamp, self.from);
        let error = match owner.confirm_email(&self.ticket.code()).await {
            Ok(_) => return Ok(self.done(Purpose::EmailConfirm)),
            Err(Error::Refused(Refusal::DeadCode)) => {
                return Ok(self.refused(&PublicError::DeadCode).await);
            }
            Err(error) => error,
        };
        let said = match &error {
            Error::Refused(Refusal::OriginRefused) => &texts.origin_refused,
            Error::Refused(Refusal::EmailTaken) => &texts.email_taken,
            Error::Refused(Refusal::AccountSuspended | Refusal::AccountClosed) => &texts.not_active,
            Error::Failed(_) => view::unwell(texts, error.http_status()),
            _ => &texts.refused,
        };
        Ok(view::later(self.site, self.site.place.target(), error.http_status(), said, error.retry_after()))
    }

    fn done(&self, purpose: Purpose) -> Response {
        let deed = self.site.texts.deed(purpose);
        let mut response = view::done(self.site, deed, self.back.as_ref().map(ReturnUrl::as_str));
        if let Some(cookie) = forget(&self.site.place) {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        response
    }

    /// A code that died under our hands is shown as what became of it.
    async fn refused(&self, error: &PublicError) -> Response {
        if !matches!(error, PublicError::DeadCode) {
            return view::public_error(self.site, self.site.place.target(), error);
        }
        match self.site.accounts.public(self.from).inspect_code(&self.ticket.code()).await {
            Ok(state) => view::dead(self.site, &state),
            Err(error) => view::public_error(self.site, self.site.place.target(), &error),
        }
    }
}
