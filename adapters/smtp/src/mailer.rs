//! The mailer: a letter is composed, and offered to one relay after the other.

use std::{fmt, sync::Arc, time::Duration};

use accountable_core::{
    domain::{EmailAddress, Letter},
    port::{MailError, Mailer, Receipt},
};
use accountable_mail::Composer;
use async_trait::async_trait;
use tokio::{runtime::Handle, time::Instant};

use crate::{
    Command, HelloName, Relay, RelayPassword, RelayUrl, Security, SmtpError, SmtpSettings, SmtpSetupError,
    Verp, envelope::Posting, fault::Fault, pool::Pool, runtime::OwnRuntime, session::Opener, tls,
};

/// Hands letters to mail servers by SMTP. All clones share the connections.
///
/// A delivery ends within [`SmtpSettings::with_deadline`], 1 min by default. Where there are several relays, each has an equal
/// share of what is left of it to get ready for the mail (to connect, log in and take the sender), so that one that is silent leaves
/// time to the next.
///
/// ```no_run
/// use accountable_core::domain::EmailAddress;
/// use accountable_mail::{Composer, LetterWords, Letterhead};
/// use accountable_smtp::{Relay, SmtpMailer, SmtpSettings};
/// let from = EmailAddress::parse("accounts@orchard.example")?;
/// let composer = Composer::new(Letterhead::new(from), LetterWords::of("Orchard"));
/// let relay = Relay::at("smtps://accounts@mail.example".parse()?).with_password_file("smtp.password");
/// let mailer = SmtpMailer::new(composer, &SmtpSettings::default().with_relay(relay))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SmtpMailer {
    composer: Composer,
    sending: Arc<Sending>,
    /// Not reached from what runs on it, so that it never stops itself.
    runtime: Arc<OwnRuntime>,
}

struct Sending {
    relays: Vec<Pool>,
    deadline: Duration,
    bounces_to: EmailAddress,
    verp: Option<Verp>,
}

impl SmtpMailer {
    /// A mailer of these mails by these settings. Bounces go to the sender's address, and its domain greets relays, where the
    /// settings say nothing else. Files are read now; no relay is asked yet.
    ///
    /// # Errors
    /// [`SmtpSetupError`].
    pub fn new(composer: Composer, settings: &SmtpSettings) -> Result<Self, SmtpSetupError> {
        settings.check()?;
        let sender = &composer.letterhead().from;
        let is_safe = |relay: &Relay| relay.url.security() != Security::Plaintext;
        let needs_tls = settings.relays.iter().any(is_safe);
        let connector = || tls::connector(settings.roots, &settings.root_files, &settings.root_pem);
        let tls = needs_tls.then(connector).transpose()?;
        let hello = settings.hello.clone().unwrap_or_else(|| HelloName::of(sender));
        let pool = |relay: &Relay| {
            let (url, password) = (relay.url.clone(), password(relay)?);
            let opener = Opener { url, password, hello: hello.clone(), tls: tls.clone() };
            // Fails only where limits of time are asked of it, and they are kept here.
            Pool::of(opener, settings.connections, settings.idle.to_std())
                .map_err(|_| SmtpSetupError::NoRelay)
        };
        let relays = settings.relays.iter().map(pool).collect::<Result<_, _>>()?;
        let sending = Sending {
            relays,
            deadline: settings.deadline.to_std(),
            bounces_to: settings.bounces_to.as_ref().unwrap_or(sender).clone(),
            verp: settings.verp.clone(),
        };
        Ok(Self { composer, sending: Arc::new(sending), runtime: Arc::default() })
    }
}

impl SmtpMailer {
    /// Tries each relay, one after the other, up to where a mail would follow: the way to it, TLS, the greeting, and the log-in
    /// where its URL has a user. No mail is offered, so nothing is known of whether it would be taken. Each has the whole
    /// [deadline](SmtpSettings::with_deadline).
    ///
    /// What a relay is not ready for stands beside its URL, as [`Mailer::deliver`] would answer it.
    pub async fn try_relays(&self) -> Vec<(RelayUrl, Result<(), MailError>)> {
        let mut tried = Vec::new();
        for relay in &self.sending.relays {
            let outcome = self.reach(relay.clone()).await.map_err(MailError::from);
            tried.push((relay.url().clone(), outcome));
        }
        tried
    }

    async fn reach(&self, relay: Pool) -> Result<(), Fault> {
        let end = now_and(self.sending.deadline);
        if Handle::try_current().is_ok() {
            return relay.reach(end).await;
        }
        let elsewhere = self.runtime.run(async move { relay.reach(end).await }).await;
        let outcome = elsewhere.map_err(|error| Fault::unreachable(SmtpError::NoThread(error)))?;
        outcome.unwrap_or_else(|| Err(Fault::ours(SmtpError::Stopped)))
    }
}

/// The password of the URL's user, from where it is said.
fn password(relay: &Relay) -> Result<Option<RelayPassword>, SmtpSetupError> {
    let read = match (&relay.password, &relay.password_variable, &relay.password_file) {
        (Some(password), ..) => Ok(Some(password.clone())),
        (None, Some(variable), _) => RelayPassword::of_variable(variable).map(Some),
        (None, None, file) => file.as_deref().map(RelayPassword::read).transpose(),
    };
    let read = read.map_err(|source| SmtpSetupError::Password { relay: relay.url.clone(), source })?;
    match (relay.url.user(), read) {
        (Some(_), None) => Err(SmtpSetupError::NoPassword(relay.url.clone())),
        (None, Some(_)) => Err(SmtpSetupError::NoUser(relay.url.clone())),
        (_, password) => Ok(password),
    }
}

impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpMailer").field("composer", &self.composer).finish_non_exhaustive()
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        let mail = self.composer.compose(letter)?;
        let (verp, bounces_to) = (self.sending.verp.as_ref(), &self.sending.bounces_to);
        let posting = Posting::of(letter, &mail, verp, bounces_to)?;
        let outcome = if Handle::try_current().is_ok() {
            self.sending.deliver(posting).await
        } else {
            let sending = Arc::clone(&self.sending);
            let elsewhere = self.runtime.run(async move { sending.deliver(posting).await }).await;
            let outcome = elsewhere.map_err(|error| Fault::unreachable(SmtpError::NoThread(error)))?;
            outcome.unwrap_or_else(|| Err(Fault::ours(SmtpError::Stopped)))
        };
        let mut receipt = Receipt::default();
        receipt.queue_id = outcome?;
        Ok(receipt)
    }
}

impl Sending {
    /// Offers a mail to one relay after the other, until one has been reached and does not refuse us.
    async fn deliver(&self, posting: Posting) -> Result<Option<String>, Fault> {
        let end = now_and(self.deadline);
        let mut fault = Fault::timed_out(Command::Connect);
        for (relay, left) in self.relays.iter().zip((1..=self.relays.len()).rev()) {
            let rest = end.saturating_duration_since(Instant::now());
            let share = rest.checked_div(u32::try_from(left).unwrap_or(u32::MAX)).unwrap_or(rest);
            match relay.deliver(&posting, now_and(share), end).await {
                Err(refused) if refused.is_of_relay() => fault = refused,
                outcome => return outcome,
            }
        }
        Err(fault)
    }
}

fn now_and(later: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(later).unwrap_or(now)
}
