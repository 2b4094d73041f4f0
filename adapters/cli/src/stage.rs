//! Where the story is played: a real SQLite file and real hashing, with the clock and the mails in hand.
//!
//! Each run has a realm of its own, so that one file serves many runs. Trimming knows no realms, and the clock here is
//! not the world's: a file with a host's own accounts is refused.

use std::{collections::BTreeMap, error::Error as StdError, fmt, io, path::Path, sync::Arc};

use accountable::{
    Accounts, Argon2Cost, Argon2Pool, Argon2Settings, Machine, OsEntropy,
    domain::{
        AccountId, EmailAddress, Event, KeyId, Keyring, Letter, LinkUrl, Links, PasswordPolicy, Realm, Span,
        Timestamp,
    },
    new_keyring_toml,
    port::{AccountFilter, AccountQuery, Clock as _, Store},
    sqlite,
    testing::{Answer, ManualClock, RecordingMailer},
};
use tempfile::TempDir;

use crate::{
    mail::{self, ShownMail},
    outcome::{Expected, Tell},
    report::{Report, Told, ToldStep},
};

/// Noon of 2026-01-01.
const START: Timestamp = Timestamp::from_micros(1_767_268_800_000_000);
/// So many runs in one file.
const RUNS: u32 = 10_000;
/// So many events are read at once.
const PAGE: u32 = 500;

/// Why the story ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A step ended otherwise than it should; the report has said so.
    Unexpected,
    /// The output can't be written.
    Output(io::Error),
    /// Anything else.
    Failed(Box<dyn StdError>),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// What happens next: its name, a sentence, and the call that is made.
#[derive(Debug)]
pub(crate) struct Step {
    name: &'static str,
    says: String,
    call: String,
}

/// What happens next.
pub(crate) fn step(name: &'static str, says: impl Into<String>, call: impl Into<String>) -> Step {
    Step { name, says: says.into(), call: call.into() }
}

/// Everything that a story needs at hand.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) accounts: Accounts,
    pub(crate) clock: ManualClock,
    mailer: RecordingMailer,
    ground: Ground,
    report: Report,
    steps: usize,
    /// Letters that were shown.
    shown: usize,
    /// Whose accounts, for the journal.
    names: BTreeMap<AccountId, &'static str>,
    /// Dropped after the accounts: it takes their file away.
    _place: Option<TempDir>,
}

/// What stays when the accounts are built anew, for another policy.
struct Ground {
    store: Arc<dyn Store>,
    hasher: Argon2Pool,
    keys: Keyring,
    realm: Realm,
}

impl fmt::Debug for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ground").finish_non_exhaustive()
    }
}

impl Ground {
    fn accounts(
        &self,
        clock: &ManualClock,
        mailer: &RecordingMailer,
        policy: PasswordPolicy,
    ) -> Result<Accounts, Stop> {
        Accounts::builder(
            Machine::new(clock.clone(), OsEntropy, self.hasher.clone()),
            self.store.clone(),
            mailer.clone(),
            self.keys.clone(),
            Links::to(LinkUrl::parse("https://demo.example/password").map_err(failed)?),
        )
        .realm(self.realm.clone())
        .policy(policy)
        .build()
        .map_err(failed)
    }
}

impl Stage {
    /// In this file, or in one that is removed at the end.
    pub(crate) async fn open(path: Option<&Path>, mut report: Report) -> Result<Self, Stop> {
        let place = if path.is_none() { Some(tempfile::tempdir().map_err(failed)?) } else { None };
        let temporary = place.as_ref().map(|place| place.path().join("demo.db"));
        let database = path.map(Path::to_owned).or(temporary).unwrap_or_default();
        let store = sqlite::open(&database).map_err(|error| unusable(&database, error))?;
        let realm = unused_realm(&store, &database).await?;

        let clock = ManualClock::new(START);
        let mailer = RecordingMailer::new();
        let cost = Argon2Cost::OWASP;
        let hasher = Argon2Pool::new(&Argon2Settings::default().with_cost(cost)).map_err(failed)?;
        let ground = Ground { store: Arc::new(store), hasher, keys: keys()?, realm };
        let accounts = ground.accounts(&clock, &mailer, PasswordPolicy::nist())?;

        report.tell(&Told::Begin {
            database: database.display().to_string(),
            kept: place.is_none(),
            realm: &ground.realm,
            clock: "manual",
            now: START,
            hashing: format!("Argon2id, {cost}"),
        })?;
        Ok(Self {
            accounts,
            clock,
            mailer,
            ground,
            report,
            steps: 0,
            shown: 0,
            names: BTreeMap::new(),
            _place: place,
        })
    }

    /// The next chapter begins.
    pub(crate) fn chapter(&mut self, title: &'static str) -> Result<(), Stop> {
        Ok(self.report.tell(&Told::Chapter { title })?)
    }

    /// Moves the clock.
    pub(crate) fn later(&mut self, span: Span) -> Result<(), Stop> {
        self.clock.advance(span);
        let now = self.clock.now();
        let seconds = span.as_seconds_rounded_up();
        Ok(self.report.tell(&Told::Time { seconds, now })?)
    }

    /// Tells of a call that should do something, and of the mails that went out; gives what came of it.
    pub(crate) fn done<T: Tell, E: Tell>(
        &mut self,
        step: Step,
        result: Result<T, E>,
        expected: Expected,
    ) -> Result<T, Stop> {
        self.tell(step, &result, expected)?;
        result.map_err(|_| Stop::Unexpected)
    }

    /// Tells of a call that should be refused.
    pub(crate) fn refused<T: Tell, E: Tell>(
        &mut self,
        step: Step,
        result: Result<T, E>,
        expected: Expected,
    ) -> Result<(), Stop> {
        self.tell(step, &result, expected)?;
        result.err().map(drop).ok_or(Stop::Unexpected)
    }

    fn tell(&mut self, step: Step, result: &impl Tell, expected: Expected) -> Result<(), Stop> {
        let outcome = result.outcome();
        let as_expected = expected.is_met_by(&outcome);
        self.steps = self.steps.saturating_add(1);
        let told = ToldStep {
            number: self.steps,
            step: step.name,
            says: step.says,
            call: step.call,
            at: self.clock.now(),
            outcome,
            as_expected,
            expected: (!as_expected).then_some(expected),
        };
        self.report.tell(&Told::Step(&told))?;
        for mail in self.take_mails() {
            self.report.tell(&Told::Mail(mail))?;
        }
        if as_expected { Ok(()) } else { Err(Stop::Unexpected) }
    }

    /// Tells one thing.
    pub(crate) fn report(&mut self, told: &Told<'_>) -> Result<(), Stop> {
        Ok(self.report.tell(told)?)
    }

    /// From now on, new passwords must meet this policy. Nothing else changes.
    pub(crate) fn policy(&mut self, policy: PasswordPolicy) -> Result<(), Stop> {
        self.accounts = self.ground.accounts(&self.clock, &self.mailer, policy)?;
        Ok(())
    }

    /// From now on, the server answers so to mails for this address.
    pub(crate) fn mails_are_answered(&self, address: EmailAddress, answer: Answer) {
        self.mailer.answer(address, answer);
    }

    /// What was mailed since the last step, each once.
    pub(crate) fn take_mails(&mut self) -> Vec<ShownMail> {
        let letters = self.new_letters();
        self.shown = self.shown.saturating_add(letters.len());
        letters.iter().map(|(letter, answer)| ShownMail::new(letter, *answer)).collect()
    }

    /// Letters that were handed over since the last step.
    pub(crate) fn new_letters(&self) -> Vec<(Letter, Answer)> {
        self.mailer.attempts().into_iter().skip(self.shown).collect()
    }

    /// Who got a letter since the last step.
    pub(crate) fn mailed_to(&self) -> Vec<String> {
        let letters = self.new_letters();
        mail::recipients(&letters).into_iter().map(ToString::to_string).collect()
    }

    /// From now on, the server says that there is no such mailbox.
    pub(crate) fn no_such_mailbox(&self, address: &EmailAddress) {
        self.mails_are_answered(address.clone(), Answer::NoSuchMailbox);
    }

    /// The link that was mailed there last.
    pub(crate) fn last_link_to(&self, address: &EmailAddress) -> Result<String, Stop> {
        let link = self.found_link_to(address);
        link.ok_or_else(|| failed(format!("no link was mailed to {address}")))
    }

    /// The same, where perhaps none was.
    pub(crate) fn found_link_to(&self, address: &EmailAddress) -> Option<String> {
        self.mailer.last_link_to(address)
    }

    /// The journal shows the account by this name.
    pub(crate) fn name(&mut self, account: AccountId, name: &'static str) {
        self.names.insert(account, name);
    }

    /// Tells the whole journal of this run, and that it is over.
    pub(crate) async fn end(&mut self) -> Result<(), Stop> {
        let journal = self.accounts.journal();
        let mut after = None;
        loop {
            let feed = journal.feed(after, PAGE).await.map_err(failed)?;
            if feed.events.is_empty() {
                break;
            }
            for event in &feed.events {
                self.tell_event(event)?;
            }
            after = Some(feed.cursor);
        }
        let (steps, mails) = (self.steps, self.shown);
        Ok(self.report.tell(&Told::End { steps, mails })?)
    }

    fn tell_event(&mut self, event: &Event) -> Result<(), Stop> {
        let whose = event.account.and_then(|account| self.names.get(&account).copied());
        Ok(self.report.tell(&Told::Event { whose, event })?)
    }
}

/// The first realm of this file that no run has used.
async fn unused_realm(store: &impl Store, database: &Path) -> Result<Realm, Stop> {
    if holds_accounts(store, &Realm::default()).await? {
        let problem =
            "it holds the accounts of a host; a demonstration moves the clock, so give it a file of its own";
        return Err(unusable(database, problem));
    }
    for run in 1..=RUNS {
        let realm = Realm::parse(&format!("demo-{run}")).map_err(failed)?;
        if !holds_accounts(store, &realm).await? {
            return Ok(realm);
        }
    }
    Err(unusable(database, "it has seen enough demonstrations"))
}

async fn holds_accounts(store: &impl Store, realm: &Realm) -> Result<bool, Stop> {
    let all = AccountQuery::ById { realm: realm.clone(), after: None, filter: AccountFilter::default() };
    Ok(store.count(&all).await.map_err(failed)? > 0)
}

/// Keys for this run alone: nobody needs them again.
fn keys() -> Result<Keyring, Stop> {
    let id = KeyId::parse("demo").map_err(failed)?;
    let toml = new_keyring_toml(&OsEntropy, &id).map_err(failed)?;
    Keyring::from_toml(&toml).map_err(failed)
}

/// The world is not as the story needs it.
pub(crate) fn failed(error: impl Into<Box<dyn StdError>>) -> Stop {
    Stop::Failed(error.into())
}

pub(crate) fn unusable(database: &Path, error: impl Into<Box<dyn StdError>>) -> Stop {
    let error = error.into();
    failed(format!("{} can't be used: {}", database.display(), with_causes(&*error)))
}

/// What an error says, and what lies beneath it.
pub(crate) fn with_causes(error: &dyn StdError) -> String {
    let causes = std::iter::successors(error.source(), |cause| (**cause).source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

#[cfg(test)]
mod tests {
    use accountable::Delivery;
    use serde_json::Value;

    use super::*;
    use crate::{outcome::expect, report::Form};

    #[tokio::test]
    async fn a_step_that_ends_otherwise_stops_the_story() {
        let silent = Report::new(Form::Json, io::sink());
        let mut stage = Stage::open(None, silent).await.unwrap();
        let delivered = || expect("delivered", Value::Null);
        let mut done = |result: Result<Delivery, accountable::Fault>| {
            stage.done(step("name", "A sentence.", "call()"), result, delivered())
        };
        assert!(matches!(done(Ok(Delivery::Delivered)), Ok(Delivery::Delivered)));
        assert!(matches!(done(Ok(Delivery::Queued)), Err(Stop::Unexpected)));
        assert!(matches!(done(Err(accountable::Fault::TimedOut)), Err(Stop::Unexpected)));
    }
}
