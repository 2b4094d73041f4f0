//! `POST`: redeems the code of the link that is open.

use accountable_core::{
    Authentication, Error, PublicError,
    domain::{
        CodeState, DeviceToken, EmailAddress, Password, Purpose, Refusal, Renewed, ReturnUrl, TypedPassword,
    },
};
use accountable_words::Args;
use axum::{
    extract::{Request, State},
    http::{StatusCode, header::SET_COOKIE},
    response::Response,
};

use super::{
    form::{FormData, Malformed},
    forms::{ChooseForm, SignInForm},
    said::{Action, Message},
    site::Shared,
    submission::{Submission, Submitter, unreadable},
    ticket::forget,
    view::{self, Link},
    voice::Voice,
};

/// `POST page`
pub(super) async fn redeem(State(site): State<Shared>, request: Request) -> Response {
    let voice = Voice::of(&site, request.uri(), request.headers());
    let submission = match Submission::begin(&voice, request) {
        Ok(submission) => submission,
        Err(refused) => return refused,
    };
    // Who has no link open is told so before anybody waits for the rest of the form.
    let ticket = match submission.ticket(&voice) {
        None => return view::message(&voice, StatusCode::NOT_FOUND, Message::NothingOpen),
        Some(None) => return view::dead(&voice, &CodeState::Invalid),
        Some(Some(ticket)) => ticket,
    };
    let (submitter, mut form) = match submission.form(&voice).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let Ok(token) = form.take("token") else { return unreadable(&voice) };
    if !ticket.made(&token) {
        return view::message(&voice, StatusCode::FORBIDDEN, Message::NotOurs);
    }
    match submitter.public(&site.accounts).inspect_code(&ticket.code()).await {
        Ok(CodeState::Live { purpose, return_url, mailed_to, .. }) => {
            let link = Link { ticket: &ticket, purpose, mailed_to };
            let open = Open { voice: &voice, link, submitter, back: site.back(return_url) };
            open.redeem(form).await.unwrap_or_else(|Malformed| unreadable(&voice))
        }
        Ok(dead) => view::dead(&voice, &dead),
        Err(error) => view::public_error(&voice, voice.page(), &error),
    }
}

/// The link that is open, and who has it.
struct Open<'a> {
    voice: &'a Voice<'a>,
    link: Link<'a>,
    submitter: Submitter,
    /// Where its reader goes at the end: as the code was issued.
    back: Option<ReturnUrl>,
}

impl Open<'_> {
    async fn redeem(&self, form: FormData) -> Result<Response, Malformed> {
        let door = self.submitter.public(&self.voice.site.accounts);
        let code = self.link.ticket.code();
        let redeemed = match self.link.purpose {
            Purpose::EmailConfirm | Purpose::EmailProof => return self.confirm(form).await,
            Purpose::EmailCancel => door.cancel_email_change(&code).await,
            Purpose::EmailRevert => door.revert_email_change(&code).await,
            _ => return self.choose(form).await,
        };
        Ok(match redeemed {
            Ok(_) => self.done(),
            Err(error) => self.refused(&error).await,
        })
    }

    async fn choose(&self, form: FormData) -> Result<Response, Malformed> {
        let ChooseForm { password, repeat } = form.try_into()?;
        let voice = self.voice;
        let asked_again = |status: u16, errors: &[String]| {
            let status = StatusCode::from_u16(status).unwrap_or_default();
            Ok(view::choose(voice, &self.link, status, errors))
        };
        let new = match Password::parse(&password) {
            Ok(new) => new,
            Err(error) => return asked_again(400, &[voice.words().no_password(voice.language(), &error)]),
        };
        if *password != *repeat {
            return asked_again(400, &[voice.say("page-passwords-differ")]);
        }
        match self
            .submitter
            .public(&self.voice.site.accounts)
            .choose_password(&self.link.ticket.code(), &new)
            .await
        {
            Ok(chosen) => Ok(known(self.done(), chosen.device)),
            Err(error) => match &error {
                PublicError::WeakPassword(violations) => {
                    let say = |violation| voice.words().violation(voice.language(), violation);
                    let errors: Vec<_> = violations.iter().map(say).collect();
                    asked_again(error.http_status(), &errors)
                }
                error => Ok(self.refused(error).await),
            },
        }
    }

    async fn confirm(&self, form: FormData) -> Result<Response, Malformed> {
        let SignInForm { email: typed, password } = form.try_into()?;
        let voice = self.voice;
        let asked_again =
            |status, error: String| Ok(view::sign_in(voice, &self.link, status, &typed, Some(&error)));
        let Ok(email) = EmailAddress::parse(typed.trim()) else {
            return asked_again(StatusCode::BAD_REQUEST, voice.say("page-bad-address"));
        };
        let Ok(password) = TypedPassword::parse(&password) else {
            return asked_again(StatusCode::FORBIDDEN, voice.say("page-not-signed-in"));
        };
        let door = self.submitter.public(&self.voice.site.accounts);
        let stamp = match door.authenticate(&email, &password, self.submitter.device.as_ref()).await {
            Ok(Authentication::Granted { stamp, .. }) => stamp,
            Ok(Authentication::MustChange { reason, .. }) => {
                let reason = Args::new().with_text("reason", reason.as_str());
                return asked_again(StatusCode::CONFLICT, voice.say_with("page-must-change", reason));
            }
            Ok(Authentication::Denied(_)) => {
                return asked_again(StatusCode::FORBIDDEN, voice.say("page-not-signed-in"));
            }
            Err(error) => return Ok(self.refused(&error).await),
        };
        if self.link.ticket.code().account() != Some(stamp.account) {
            return asked_again(StatusCode::FORBIDDEN, voice.say("page-other-account"));
        }
        let owner = self.submitter.owner(&self.voice.site.accounts, stamp);
        let code = self.link.ticket.code();
        let confirmed = match self.link.purpose {
            Purpose::EmailProof => owner.prove_email(&code).await.map(|()| None),
            _ => owner.confirm_email(&code).await.map(Some),
        };
        let error = match confirmed {
            Ok(None) => return Ok(self.done()),
            Ok(Some(Renewed { stamp, device, .. })) => {
                let request = self.submitter.headers.clone();
                return Ok(known(voice.site.sessions.keep(request, stamp, self.done()).await, device));
            }
            Err(Error::Refused(Refusal::DeadCode)) => {
                return Ok(self.refused(&PublicError::DeadCode).await);
            }
            Err(error) => error,
        };
        let message = match &error {
            Error::Refused(Refusal::OriginRefused) => Message::OriginRefused,
            Error::Refused(Refusal::EmailTaken) => Message::EmailTaken,
            Error::Refused(Refusal::AccountSuspended | Refusal::AccountClosed) => Message::NotActive,
            Error::Failed(_) => Message::of_fault(error.http_status()),
            _ => Message::Refused,
        };
        Ok(view::later(voice, voice.page(), error.http_status(), message, error.retry_after()))
    }

    fn done(&self) -> Response {
        let (action, back) = (Action::of(self.link.purpose), self.back.as_ref().map(ReturnUrl::as_str));
        let mut response = view::done(self.voice, action, back);
        if let Some(cookie) = forget(&self.voice.site.page) {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        response
    }

    /// A code that died under our hands is shown as what became of it.
    async fn refused(&self, error: &PublicError) -> Response {
        if !matches!(error, PublicError::DeadCode) {
            return view::public_error(self.voice, self.voice.page(), error);
        }
        match self.submitter.public(&self.voice.site.accounts).inspect_code(&self.link.ticket.code()).await {
            Ok(state) => view::dead(self.voice, &state),
            Err(error) => view::public_error(self.voice, self.voice.page(), &error),
        }
    }
}

/// The answer, with what the host is to keep of the device: its cookie is the host's.
fn known(mut response: Response, device: DeviceToken) -> Response {
    response.extensions_mut().insert(device);
    response
}
