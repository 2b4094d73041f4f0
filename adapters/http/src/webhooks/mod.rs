//! What happened, told to a URL as it happens: webhooks by the [Standard Webhooks](https://www.standardwebhooks.com)
//! specification, which has libraries in most languages for whoever receives them.
//!
//! | `POST`, to the endpoint | |
//! |---|---|
//! | `webhook-id` | the event's name, alike each time that it is told: whoever has dealt with it passes over it |
//! | `webhook-timestamp` | when this was sent, in seconds since 1970 |
//! | `webhook-signature` | `v1,` and the HMAC-SHA256 of `ID.TIMESTAMP.BODY` in base64, by each of the endpoint's secrets |
//! | body | `{"type": "registered", "timestamp": "2026-11-21T12:00:00.000000Z", "data": {..}}`: `data` is the event as the [feed](crate::feed) has it |
//! | answer | any 2xx within 15 s: it is told. 410: nothing is told here any more. All else, redirects included, is a failure |
//!
//! # What a receiver may count on
//! Each event of the realm is told at least once, one at a time, and those of one account in their order. What fails is told again
//! after 5 s, then after twice as long each time, up to 15 min, each shortened by up to a half at random.
//!
//! | the endpoint | meanwhile |
//! |---|---|
//! | can't be reached, does not answer, or answers 429 or 502 to 504 | all later events wait |
//! | answers with anything else but 2xx and 410: it may be this event that it refuses | the later events of its account wait, and those of others go on; of [8](Progress::HELD) accounts at once ([`Progress::held`]), and where it refuses one more, all wait |
//!
//! An event that fails while it is older than 3 days is given up: it is logged, counted, and listed ([`Progress::given_up`]). An operator
//! may give one up sooner ([`Progress::skip`]), and have one told again ([`Progress::tell_again`]).
//!
//! How far a [`Follower`] came is kept in the realm's store, once a second at most: after a crash, what was told in the last
//! second is told again. One process is enough for an endpoint. Of several, one goes on, and the others stand by until nothing was kept
//! for half a minute; then each tries, so that some events are told by two.
//!
//! Nothing personal is told, since the journal holds nothing personal; but an endpoint that is told what Payway publishes
//! ([`EventForm::Payway`](crate::EventForm)) gets its envelope as the body, with the account's address, which is read as the event is
//! told, at each attempt anew.
//!
//! [`MailService`] is another use of such calls: mails with reset links, for a host's own e-mail service.
//!
//! ```no_run
//! use accountable_core::{Accounts, port::{Clock, Entropy}};
//! use accountable_http::webhooks::{Endpoint, Follower, SigningSecret};
//! # async fn follow(accounts: Accounts, clock: impl Clock, entropy: impl Entropy) -> Result<(), Box<dyn std::error::Error>> {
//! let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
//! let endpoint = Endpoint::new("crm".parse()?, "https://crm.example/hooks", secret)?;
//! let follower = Follower::new(accounts, endpoint, clock, entropy)?;
//! follower.run(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

mod call;
mod cursor;
mod endpoint;
mod follower;
mod held;
mod mail_service;
mod message;
mod progress;
mod remedy;
mod secret;
mod watch;

pub use self::{
    endpoint::{BadEndpoint, Endpoint},
    follower::{Ended, Follower},
    held::Held,
    mail_service::MailService,
    progress::{Failing, GivenUp, Progress},
    secret::{BadSigningSecret, SigningSecret},
};
