//! The accounts that a demonstration works on: a real SQLite file and real hashing, with the clock and the mails in hand.
//!
//! Each run has a realm of its own, so that one file serves many runs. Trimming knows no realms, and the clock here is
//! not the world's: a file with a host's own accounts is refused.

use std::{path::Path, sync::Arc};

use accountable::{
    Accounts, Argon2Cost, Argon2Pool, Argon2Settings, Machine, OsEntropy,
    domain::{
        EmailAddress, Event, KeyId, Keyring, Letter, LinkUrl, Links, PasswordPolicy, Realm, Span, Timestamp,
    },
    new_keyring_toml,
    port::{AccountFilter, AccountQuery, Clock as _, Store},
    smtp::RelayUrl,
    sqlite,
    testing::{Answer, ManualClock},
};
use tempfile::TempDir;

use crate::{
    demo::{mail::ShownMail, mailer::DemoMailer, report::entry::Setup},
    error::{CommandError, failed, unusable},
};

/// What the clock shows at the beginning: noon of 2026-01-01.
const START: Timestamp = Timestamp::from_micros(1_767_268_800_000_000);
/// The most runs that one file takes.
const RUNS: u32 = 10_000;
/// How many events are read at once.
const PAGE: u32 = 500;

/// The accounts of one run, and the world around them.
pub(crate) struct DemoAccounts {
    pub(crate) accounts: Accounts,
    clock: ManualClock,
    mailer: DemoMailer,
    parts: FixedParts,
    /// How many letters were shown.
    shown: usize,
    /// Takes the file away when it is dropped, and is dropped after the accounts.
    _folder: Option<TempDir>,
}

/// What stays when the accounts are built anew, for another policy.
struct FixedParts {
    store: Arc<dyn Store>,
    hasher: Argon2Pool,
    keys: Keyring,
    realm: Realm,
}

impl FixedParts {
    fn accounts(
        &self,
        clock: &ManualClock,
        mailer: &DemoMailer,
        policy: PasswordPolicy,
    ) -> Result<Accounts, CommandError> {
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

impl DemoAccounts {
    /// Opens accounts in this file, or in one that is removed at the end, and says what they work with. Mails go to the
    /// server as well, if one is named.
    ///
    /// # Errors
    /// [`CommandError::Failed`], naming the file where the file is why.
    pub(crate) async fn open(
        path: Option<&Path>,
        server: Option<&RelayUrl>,
    ) -> Result<(Self, Setup), CommandError> {
        let folder = if path.is_none() { Some(tempfile::tempdir().map_err(failed)?) } else { None };
        let temporary = folder.as_ref().map(|folder| folder.path().join("demo.db"));
        let database = path.map(Path::to_owned).or(temporary).unwrap_or_default();
        let store = sqlite::open(&database).map_err(|error| unusable(&database, error))?;
        let realm = unused_realm(&store, &database).await?;

        let clock = ManualClock::new(START);
        let mailer = DemoMailer::new(server)?;
        let cost = Argon2Cost::OWASP;
        let hasher = Argon2Pool::new(&Argon2Settings::default().with_cost(cost)).map_err(failed)?;
        let parts = FixedParts { store: Arc::new(store), hasher, keys: keys()?, realm };
        let accounts = parts.accounts(&clock, &mailer, PasswordPolicy::nist())?;
        let setup = Setup {
            database: database.display().to_string(),
            kept: folder.is_none(),
            realm: parts.realm.clone(),
            clock: "manual",
            now: START,
            hashing: format!("Argon2id, {cost}"),
        };
        Ok((Self { accounts, clock, mailer, parts, shown: 0, _folder: folder }, setup))
    }

    /// What the clock shows.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, span: Span) {
        self.clock.advance(span);
    }

    /// From now on new passwords must meet this policy. Nothing else changes.
    ///
    /// # Errors
    /// [`CommandError::Failed`] where the accounts can't be built anew.
    pub(crate) fn set_policy(&mut self, policy: PasswordPolicy) -> Result<(), CommandError> {
        self.accounts = self.parts.accounts(&self.clock, &self.mailer, policy)?;
        Ok(())
    }

    /// From now on the mail server answers so to mails for this address.
    pub(crate) fn answer_mails(&self, address: EmailAddress, answer: Answer) {
        self.mailer.answer(address, answer);
    }

    /// Takes the letters that were handed over since the last time.
    pub(crate) fn take_mails(&mut self) -> Vec<ShownMail> {
        let letters = self.new_letters();
        self.shown = self.shown.saturating_add(letters.len());
        letters.iter().map(|(letter, answer)| ShownMail::new(letter, *answer)).collect()
    }

    /// Whom the server took a letter for since letters were taken the last time, sorted.
    pub(crate) fn mailed_to(&self) -> Vec<String> {
        let accepted = self.new_letters().into_iter().filter(|(_, answer)| *answer == Answer::Accept);
        let mut mailed_to: Vec<_> = accepted.map(|(letter, _)| letter.to.to_string()).collect();
        // One sweep brings its mails in no certain order.
        mailed_to.sort_unstable();
        mailed_to
    }

    fn new_letters(&self) -> Vec<(Letter, Answer)> {
        self.mailer.attempts().into_iter().skip(self.shown).collect()
    }

    /// The link that was mailed there last, if any was.
    pub(crate) fn last_link_to(&self, address: &EmailAddress) -> Option<String> {
        let letters = self.mailer.attempts().into_iter().rev();
        let taken = letters.filter(|(letter, answer)| *answer == Answer::Accept && letter.to == *address);
        taken.filter_map(|(letter, _)| letter.link().map(|link| link.expose().to_owned())).next()
    }

    /// The whole journal of this run.
    ///
    /// # Errors
    /// [`CommandError::Failed`] where it can't be read.
    pub(crate) async fn events(&self) -> Result<Vec<Event>, CommandError> {
        let journal = self.accounts.journal();
        let (mut events, mut after) = (Vec::new(), None);
        loop {
            let feed = journal.feed(after, PAGE).await.map_err(failed)?;
            if feed.events.is_empty() {
                return Ok(events);
            }
            events.extend(feed.events);
            after = Some(feed.cursor);
        }
    }
}

/// The first realm of this file that no run has used.
async fn unused_realm(store: &impl Store, database: &Path) -> Result<Realm, CommandError> {
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

async fn holds_accounts(store: &impl Store, realm: &Realm) -> Result<bool, CommandError> {
    let all = AccountQuery::ById { realm: realm.clone(), after: None, filter: AccountFilter::default() };
    Ok(store.count(&all, 1).await.map_err(failed)? > 0)
}

/// Keys for this run alone: nobody needs them again.
fn keys() -> Result<Keyring, CommandError> {
    let id = KeyId::parse("demo").map_err(failed)?;
    let toml = new_keyring_toml(&OsEntropy, &id).map_err(failed)?;
    Keyring::from_toml(&toml).map_err(failed)
}
