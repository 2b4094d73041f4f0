//! x
#![forbid(unsafe_code)]

mod classify;
mod envelope;
mod fault;
mod mailer;
mod pool;
mod queue_id;
mod relay;
mod runtime;
mod secret;
mod session;
mod settings;
mod status;
mod tls;
mod verp;
mod wording;

pub use self::{
    fault::SmtpError,
    mailer::SmtpMailer,
    relay::{Relay, RelayUrl, RelayUrlError, Security},
    secret::RelayPassword,
    settings::{HelloName, NotAHelloName, SmtpSettings, SmtpSetupError},
    status::{Command, Status},
    tls::Roots,
    verp::{Verp, VerpError},
};
