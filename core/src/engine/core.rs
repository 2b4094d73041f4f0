//! What every part works with: the ports, the settings, and how facts are loaded.

use std::sync::Arc;

use event_listener::Event;

use super::{
    Deadline, FailingDomains, Hasher, Hourly, KeysMet, MachineMet, Moment, Relay, Service,
    guard::{Panicked, caught, caught_now},
};
use crate::{
    domain::{
        EmailAddress, EventKind, Keyring, Links, MachineId, OnlyTo, PasswordPolicy, Realm, Rules, Span,
        Timestamp,
    },
    error::Fault,
    log_in::{Gate, LogInOptions},
    port::{
        Clock, Dossier, Entropy, EntropyError, ErasureVeto, MailRouting, Mailer, PasswordScreen, Store, Who,
    },
};

/// The ports and settings of one realm, shared by the doors, the courier and the log-in. Clones have one state.
#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) mailer: Arc<dyn Mailer>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) hasher: Hasher,
    pub(crate) keys: Keyring,
    /// Which machine this is, if it says so.
    pub(crate) machine: Option<MachineId>,
    /// Whether that was compared with the one that mailed last.
    pub(crate) machine_met: Arc<MachineMet>,
    /// Whether those are the keys that the realm was written with.
    pub(crate) keys_met: Arc<KeysMet>,
    pub(crate) links: Links,
    pub(crate) policy: PasswordPolicy,
    pub(crate) rules: Rules,
    pub(crate) realm: Realm,
    /// The longest that a step of a call waits: for the store, for the hasher, for its turn.
    pub(crate) patience: Span,
    pub(crate) gate: Arc<Gate>,
    /// What is asked of a log-in beside its answer.
    pub(crate) log_ins: LogInOptions,
    /// What the host may fill, and may leave.
    pub(crate) host: Host,
    /// Something was put into the outbox.
    pub(crate) wake: Arc<Event>,
    /// Whether anybody looks for what is in the outbox.
    pub(crate) service: Arc<Service>,
    /// Whether the mailer works.
    pub(crate) relay: Arc<Relay>,
    /// Which domains fail.
    pub(crate) failing_domains: Arc<FailingDomains>,
    /// When the host is told of mails that were given up since their codes had expired.
    pub(crate) expiries_told: Arc<Hourly>,
}

/// The ports that a host may fill, and may leave.
#[derive(Clone, Default)]
pub(crate) struct Host {
    pub(crate) routing: Option<Arc<dyn MailRouting>>,
    pub(crate) screen: Option<Arc<dyn PasswordScreen>>,
    /// A password that can't be looked up is taken all the same.
    pub(crate) takes_unscreened: bool,
    pub(crate) veto: Option<Arc<dyn ErasureVeto>>,
    /// Another process has the courier.
    pub(crate) served_elsewhere: bool,
    /// Where the host gets its notices.
    pub(crate) notices_to: Option<EmailAddress>,
    /// To whom alone mails go; to everybody, if none is named.
    pub(crate) only_to: Option<OnlyTo>,
}

impl Core {
    /// A deadline for one step of a call, from now on.
    pub(crate) fn deadline(&self) -> Deadline<'_> {
        Deadline::after(&*self.clock, self.patience)
    }

    /// Waits so long. A clock that panics can't say when: what must not wait for ever has something else to end it.
    ///
    /// # Errors
    /// [`Panicked`]; it has not waited.
    pub(crate) async fn rest(&self, span: Span) -> Result<(), Panicked> {
        caught("clock", async { self.clock.sleep(span).await }).await
    }

    /// The time, and names for what this attempt may write.
    pub(crate) fn moment(&self) -> Result<Moment, Fault> {
        Ok(Moment::new(self.clock.now(), self.random()?))
    }

    /// Draws bytes that nobody can guess.
    pub(crate) fn random<const N: usize>(&self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        let silent = |panicked: Panicked| EntropyError(panicked.into());
        caught_now("entropy", || self.entropy.fill(&mut bytes)).map_err(silent)??;
        Ok(bytes)
    }

    /// Loads the facts that are asked for; an account of another realm is nobody here.
    pub(crate) async fn load(&self, who: &Who, deadline: &mut Deadline<'_>) -> Result<Dossier, Fault> {
        self.meet_keys(deadline).await?;
        Ok(self.of_this_realm(deadline.within(self.store.load(who)).await??))
    }

    /// Takes out accounts of other realms: here they are nobody.
    pub(crate) fn of_this_realm(&self, mut dossier: Dossier) -> Dossier {
        dossier.account.take_if(|stored| stored.value.realm != self.realm);
        dossier.holder.take_if(|stored| stored.value.realm != self.realm);
        dossier
    }

    /// The facts as time has left them, and what of that others can notice.
    pub(crate) fn as_of(&self, loaded: &Dossier, now: Timestamp) -> (Dossier, Vec<EventKind>) {
        let mut current = loaded.clone();
        let mut mended = Vec::new();
        if let Some(account) = &mut current.account {
            let (as_of, events) = account.value.as_of(now, self.rules.account_quota);
            account.value = as_of;
            mended = events;
        }
        for address in current.addresses.values_mut() {
            address.value = address.value.clone().as_of(now, &self.rules.lock_out);
        }
        (current, mended)
    }
}
