//! How each call of Data Forest is taken in and answered, in the formats that its caller sends and accepts.

use accountable_core::Accounts;
use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Serialize;

use super::{error::ErrorResponse, options::Options};
use crate::{
    answer::in_format,
    auth::Authenticator,
    intake::{Intake, Received},
    wire::{
        Format,
        negotiate::{NotAcceptable, answer_format, content_format},
    },
};

const BOTH: [Format; 2] = [Format::Json, Format::Xml];

/// What all calls work with.
pub(super) struct Service {
    pub(super) accounts: Accounts,
    pub(super) options: Options,
    intake: Intake,
}

impl Service {
    pub(super) fn new(accounts: Accounts, authenticator: impl Authenticator, options: Options) -> Self {
        let intake = Intake::new(authenticator, options.scope.clone(), &BOTH);
        Self { accounts, options, intake }
    }

    /// Takes a call in, and answers it in the format that its caller accepts. The call is not made for a caller who
    /// could not be answered.
    pub(super) async fn answer<T: Serialize>(
        &self,
        request: Request,
        name: &str,
        call: impl AsyncFnOnce(Received) -> Result<T, ErrorResponse>,
    ) -> Response {
        let format = match preferred(request.headers()) {
            Ok(format) => format,
            Err(error) => return ErrorResponse::from(error).answer(Format::Json),
        };
        let done = async { call(self.intake.receive(request, &format!("{name}Request")).await?).await };
        match done.await {
            Ok(answer) => in_format(format, &format!("{name}Response"), StatusCode::OK, &answer),
            Err(error) => error.answer(format),
        }
    }
}

/// The format that the caller likes best; where it likes both alike, that of its body.
pub(super) fn preferred(headers: &HeaderMap) -> Result<Format, NotAcceptable> {
    match content_format(headers, &BOTH) {
        Ok(Format::Xml) => answer_format(headers, &[Format::Xml, Format::Json]),
        _ => answer_format(headers, &BOTH),
    }
}
