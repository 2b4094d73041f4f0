//! `POST`: redeems the code of the link that is open.

use accountable_core::{
    Authentication, Error, PublicError,
    domain::{CodeState, DeviceToken, EmailAddress, Password, Purpose, Refusal, ReturnUrl, TypedPassword},
};
use axum::{
    extract::{Request, State},
    http::{StatusCode, header::SET_COOKIE},
    response::Response,
};

use super::{
    form::{FormData, Malformed},
    forms::{ChooseForm, SignInForm},
    site::{Shared, Site},
    submission::{Submission, Submitter, unreadable},
    ticket::{Ticket, forget},
    view,
};

/// `POST page`
pub(super) async fn redeem(State(site): State<Shared>, request: Request) -> Response {
    let submission = match Submission::begin(&site, request) {
        Ok(submission) => submission,
        Err(refused) => return refused,
    };
    // Who has no link open is told so before anybody waits for the rest of the form.
    let ticket = match submission.ticket(&site) {
        None => return view::message(&site, StatusCode::NOT_FOUND, &site.texts.nothing_open),
        Some(None) => return view::dead(&site, &CodeState::Invalid),
        Some(Some(ticket)) => ticket,
    };
    let (submitter, mut form) = match submission.form(&site).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let Ok(token) = form.take("token") else { return unreadable(&site) };
    if !ticket.made(&token) {
        return view::message(&site, StatusCode::FORBIDDEN, &site.texts.not_ours);
    }
    match submitter.public(&site.accounts).inspect_code(&ticket.code()).await {
        Ok(CodeState::Live { purpose, return_url, .. }) => {
            let open = Open { site: &site, ticket: &ticket, submitter, back: site.back(return_url) };
            open.redeem(purpose, form).await.unwrap_or_else(|Malformed| unreadable(&site))
        }
        Ok(dead) => view::dead(&site, &dead),
        Err(error) => view::public_error(&site, site.page.target(), &error),
    }
}

/// The link that is open, and who has it.
struct Open<'a> {
    site: &'a Site,
    ticket: &'a Ticket,
    submitter: Submitter,
    /// Where its reader goes at the end: as the code was issued.
    back: Option<ReturnUrl>,
}

impl Open<'_> {
    async fn redeem(&self, purpose: Purpose, form: FormData) -> Result<Response, Malformed> {
        let door = self.submitter.public(&self.site.accounts);
        let code = self.ticket.code();
        let redeemed = match purpose {
            Purpose::EmailConfirm | Purpose::EmailProof => return self.confirm(purpose, form).await,
            Purpose::EmailCancel => door.cancel_email_change(&code).await,
            Purpose::EmailRevert => door.revert_email_change(&code).await,
            _ => return self.choose(purpose, form).await,
        };
        Ok(match redeemed {
            Ok(_) => self.done(purpose),
            Err(error) => self.refused(&error).await,
        })
    }

    async fn choose(&self, purpose: Purpose, form: FormData) -> Result<Response, Malformed> {
        let ChooseForm { password, repeat } = form.try_into()?;
        let texts = &self.site.texts;
        let asked_again = |status: u16, errors: &[String]| {
            let status = StatusCode::from_u16(status).unwrap_or_default();
            Ok(view::choose(self.site, self.ticket, purpose, status, errors))
        };
        let new = match Password::parse(&password) {
            Ok(new) => new,
            Err(error) => return asked_again(400, &[(texts.no_password)(&error)]),
        };
        if *password != *repeat {
            return asked_again(400, &[texts.passwords_differ.to_string()]);
        }
        match self.submitter.public(&self.site.accounts).choose_password(&self.ticket.code(), &new).await {
            Ok(chosen) => Ok(known(self.done(purpose), chosen.device)),
            Err(error) => match &error {
                PublicError::WeakPassword(violations) => {
                    let errors: Vec<_> = violations.iter().map(texts.violation).collect();
                    asked_again(error.http_status(), &errors)
                }
                error => Ok(self.refused(error).await),
            },
        }
    }

    async fn confirm(&self, purpose: Purpose, form: FormData) -> Result<Response, Malformed> {
        let SignInForm { email: typed, password } = form.try_into()?;
        let texts = &self.site.texts;
        let asked_again = |status, error: &str| {
            Ok(view::sign_in(self.site, self.ticket, purpose, status, &typed, Some(error)))
        };
        let Ok(email) = EmailAddress::parse(typed.trim()) else {
            return asked_again(StatusCode::BAD_REQUEST, &texts.bad_address);
        };
        let Ok(password) = TypedPassword::parse(&password) else {
            return asked_again(StatusCode::FORBIDDEN, &texts.not_signed_in);
        };
        let door = self.submitter.public(&self.site.accounts);
        let stamp = match door.authenticate(&email, &password, self.submitter.device.as_ref()).await {
            Ok(Authentication::Granted { stamp, .. }) => stamp,
            Ok(Authentication::MustChange { reason, .. }) => {
                return asked_again(StatusCode::CONFLICT, &(texts.must_change)(reason));
            }
            Ok(Authentication::Denied(_)) => return asked_again(StatusCode::FORBIDDEN, &texts.not_signed_in),
            Err(error) => return Ok(self.refused(&error).await),
        };
        if self.ticket.code().account() != Some(stamp.account) {
            return asked_again(StatusCode::FORBIDDEN, &texts.other_account);
        }
        let owner = self.submitter.owner(&self.site.accounts, stamp);
        let confirmed = match purpose {
            Purpose::EmailProof => owner.prove_email(&self.ticket.code()).await.map(|()| self.done(purpose)),
            _ => {
                let confirmed = owner.confirm_email(&self.ticket.code()).await;
                confirmed.map(|renewed| known(self.done(purpose), renewed.device))
            }
        };
        let error = match confirmed {
            Ok(done) => return Ok(done),
            Err(Error::Refused(Refusal::DeadCode)) => {
                return Ok(self.refused(&PublicError::DeadCode).await);
            }
            Err(error) => error,
        };
        let message = match &error {
            Error::Refused(Refusal::OriginRefused) => &texts.origin_refused,
            Error::Refused(Refusal::EmailTaken) => &texts.email_taken,
            Error::Refused(Refusal::AccountSuspended | Refusal::AccountClosed) => &texts.not_active,
            Error::Failed(_) => view::fault_message(texts, error.http_status()),
            _ => &texts.refused,
        };
        Ok(view::later(self.site, self.site.page.target(), error.http_status(), message, error.retry_after()))
    }

    fn done(&self, purpose: Purpose) -> Response {
        let texts = self.site.texts.action(purpose);
        let mut response = view::done(self.site, texts, self.back.as_ref().map(ReturnUrl::as_str));
        if let Some(cookie) = forget(&self.site.page) {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        response
    }

    /// A code that died under our hands is shown as what became of it.
    async fn refused(&self, error: &PublicError) -> Response {
        if !matches!(error, PublicError::DeadCode) {
            return view::public_error(self.site, self.site.page.target(), error);
        }
        match self.submitter.public(&self.site.accounts).inspect_code(&self.ticket.code()).await {
            Ok(state) => view::dead(self.site, &state),
            Err(error) => view::public_error(self.site, self.site.page.target(), &error),
        }
    }
}

/// The answer, with what the host is to keep of the device: its cookie is the host's.
fn known(mut response: Response, device: DeviceToken) -> Response {
    response.extensions_mut().insert(device);
    response
}
