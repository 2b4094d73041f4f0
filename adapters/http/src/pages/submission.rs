//! A form that a browser submits: its head is judged first, and its body read only then.

use accountable_core::{
    Accounts, Owner, Public,
    domain::{CoarseOrigin, DeviceToken, Origin, SessionStamp},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE, request::Parts},
    response::Response,
};

use super::{
    forgery::is_from_elsewhere,
    form::{FormData, Malformed},
    said::Message,
    ticket::Ticket,
    view,
    voice::Voice,
};
use crate::{intake::origin, limits::Limits};

/// Most octets of a form: a password of 4 KiB, typed twice, each octet percent-encoded, and room for the rest.
const LARGEST_FORM: usize = 32_768;

/// Who sends a form, as far as the guard and the host's layers know.
pub(super) struct Submitter {
    from: Origin,
    /// Roughly where, for the owner's mails.
    place: Option<CoarseOrigin>,
    /// What the host knows of the device.
    pub(super) device: Option<DeviceToken>,
    /// The headers, in which the host knows its session.
    pub(super) headers: HeaderMap,
}

impl Submitter {
    fn of(parts: Parts) -> Self {
        let (place, device) = (parts.extensions.get().cloned(), parts.extensions.get().cloned());
        Self { from: origin(&parts), place, device, headers: parts.headers }
    }

    /// The public door, for this caller.
    pub(super) fn public(&self, accounts: &Accounts) -> Public {
        let door = accounts.public(self.from);
        match self.place.clone() {
            Some(place) => door.seen_from(place),
            None => door,
        }
    }

    /// The owner's door, for this caller, who has just signed in.
    pub(super) fn owner(&self, accounts: &Accounts, stamp: SessionStamp) -> Owner {
        let door = accounts.owner(stamp, self.from);
        match self.place.clone() {
            Some(place) => door.seen_from(place),
            None => door,
        }
    }
}

/// A form that comes from our own site, its body not yet read.
pub(super) struct Submission {
    parts: Parts,
    body: Body,
}

impl Submission {
    /// Takes in what a form's head says, or says why not.
    #[expect(clippy::result_large_err, reason = "the answer itself, made once and moved twice")]
    pub(super) fn begin(voice: &Voice<'_>, request: Request) -> Result<Self, Response> {
        if is_from_elsewhere(request.headers(), &voice.site.page) {
            return Err(view::message(voice, StatusCode::FORBIDDEN, Message::NotOurs));
        }
        let is_form = request.headers().get(CONTENT_TYPE).is_some_and(|of| {
            let of = of.as_bytes().split(|octet| *octet == b';').next().unwrap_or_default();
            of.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
        });
        if !is_form {
            return Err(view::message(voice, StatusCode::UNSUPPORTED_MEDIA_TYPE, Message::Unreadable));
        }
        let (parts, body) = request.into_parts();
        Ok(Self { parts, body })
    }

    /// The link that is open; `None` where there is none, `Some(None)` where it can't be read.
    pub(super) fn ticket(&self, voice: &Voice<'_>) -> Option<Option<Ticket>> {
        Ticket::from_cookies(&self.parts.headers, &voice.site.page)
    }

    /// Reads the form, or says why not.
    pub(super) async fn form(self, voice: &Voice<'_>) -> Result<(Submitter, FormData), Response> {
        let Self { parts, body } = self;
        let limits = parts.extensions.get::<Limits>().copied().unwrap_or_default().for_a_form(LARGEST_FORM);
        let body = limits.read(body).await.map_err(|trouble| {
            view::later(voice, voice.page(), trouble.http_status(), Message::Unreadable, None)
        })?;
        let form = FormData::parse(&body).map_err(|Malformed| unreadable(voice))?;
        Ok((Submitter::of(parts), form))
    }
}

/// The answer to a form that can't be read.
pub(super) fn unreadable(voice: &Voice<'_>) -> Response {
    view::message(voice, StatusCode::BAD_REQUEST, Message::Unreadable)
}
