//! Mail: handing a letter to a server that takes responsibility for it.
//!
//! # Write a mailer
//! From an empty file; a crate of your own is all that is touched.
//!
//! 1. Depend on `accountable-core`, `async-trait`, and on `accountable-mail` if letters shall go out as mails: it makes the
//!    text, the headers and the stable `Message-ID` of a letter.
//! 2. Implement [`Mailer`]. Say in `deliver` only what the server said of *this* recipient as [`MailError::NoSuchMailbox`] or
//!    [`MailError::Rejected`]: these silence an address until somebody clears it.
//!
//!    ```
//!    use accountable_core::{domain::Letter, port::{MailError, Mailer, Receipt}};
//!    use async_trait::async_trait;
//!
//!    /// Hands letters to a service that answers with a status.
//!    struct Service;
//!
//!    # impl Service { async fn send(&self, _: &str, _: &str) -> Result<u16, std::io::Error> { Ok(250) } }
//!    #[async_trait]
//!    impl Mailer for Service {
//!        async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
//!            let link = letter.link().map_or("", |link| link.expose());
//!            match self.send(letter.to.as_str(), link).await {
//!                Ok(250) => Ok(Receipt::default()),
//!                Ok(550) => Err(MailError::NoSuchMailbox { evidence: "550 5.1.1".into() }),
//!                Ok(other) => Err(MailError::Ours(format!("status {other}").into())),
//!                Err(error) => Err(MailError::Unreachable(error.into())),
//!            }
//!        }
//!    }
//!    ```
//! 3. Bound each delivery by a time limit of your own, shorter than the courier's lease, and keep nothing locked across it
//!    (clauses 5 to 7).
//! 4. In your tests implement `MailerUnderTest` of `accountable-conformance` and add its one line, `mailer_contract!(Fixture)`:
//!    one named test for each clause.
//! 5. Give it to the builder: `accountable::builder(store, Service, keys, links)`.

use async_trait::async_trait;

use super::Source;
use crate::domain::Letter;

/// Delivers letters to a mail server, or whatever takes responsibility for them.
///
/// A panic ends its own delivery, and counts as [`MailError::Ours`]. A delivery that blocks the thread that polls it holds up
/// all others of a courier, and nothing can interrupt it: work that blocks belongs on a thread of its own.
///
/// # Contract
/// 1. `Ok` means that the server took responsibility: the letter will arrive, or a bounce will say why not.
/// 2. The letter goes to `letter.to` and to nobody else.
/// 3. Attempts of one letter bear one `Message-ID`, made from `letter.id`; letters of different ids never share one.
/// 4. [`MailError::NoSuchMailbox`] and [`MailError::Rejected`] are said only of this recipient, by its own server, for
///    good. Whatever may pass with this letter or its recipient is [`MailError::Transient`]. What would befall any letter (no
///    connection, bad credentials, our address on a block list) is [`MailError::Unreachable`]: it is charged to no mail, and
///    letters wait until one is answered again. What this letter can't be sent for by a fault of ours (no words for it, too
///    large), or what may be either, is [`MailError::Ours`]: another letter tells. In doubt it is not the recipient's fault.
/// 5. Letters are independent: one that hangs or fails neither delays nor fails another.
/// 6. A dropped future stops, or goes on unheard; it leaves nothing locked. Whether the letter left is unknown then.
/// 7. `deliver` ends within a time that the adapter states, shorter than the courier's lease.
/// 8. No error text contains the letter's link, its recipient's address or a credential.
/// 9. It may be called from many tasks at once.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Hands the letter to the mail server, and waits for its answer.
    ///
    /// # Errors
    /// [`MailError`], by whose fault it is.
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError>;
}

/// What a mail server said as it took responsibility for a letter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Receipt {
    /// The server's own name for the mail, if it gave one; for logs.
    pub queue_id: Option<String>,
}

impl Receipt {
    /// A receipt with the server's own name for the mail.
    #[must_use]
    pub fn with_queue_id(mut self, queue_id: impl Into<String>) -> Self {
        self.queue_id = Some(queue_id.into());
        self
    }
}

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// There is no such mailbox or no such host, for good.
    #[error("no such mailbox ({evidence})")]
    NoSuchMailbox {
        /// The server's reply code and enhanced status (RFC 5321, RFC 3463), without anything personal.
        evidence: String,
    },
    /// The recipient's server rejects our mail to it, for good.
    #[error("rejected by the recipient ({evidence})")]
    Rejected {
        /// The server's reply code and enhanced status (RFC 5321, RFC 3463), without anything personal.
        evidence: String,
    },
    /// The server put this letter or its recipient off; a later attempt may work.
    #[error("mail is delayed")]
    Transient(#[source] Source),
    /// The server could not be reached, or refuses us: no letter could be sent now, whoever it goes to. No mail is charged
    /// with it.
    #[error("the mail server can't be reached, or refuses us")]
    Unreachable(#[source] Source),
    /// The letter can't be sent by a fault of ours; it is tried again, and nothing is held against the recipient.
    #[error("mail can't be sent, by a fault of ours")]
    Ours(#[source] Source),
}
