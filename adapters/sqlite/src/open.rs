//! Opening a file: look first, so that what is not ours stays as it is, then connect.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use accountable_core::domain::{Event, Incarnation, OutOfBounds, Span};
use rusqlite::{Connection, OpenFlags, config::DbConfig, ffi};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    companion::{Companion, HostTransaction, Veto},
    db::Db,
    error::{Cause, Unusable},
    file::OpenedFile,
    library,
    migrate::{self, Found, VERSION},
    row,
    sql::Sql,
};

/// Whether opening a file may make or change tables in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Migrate {
    /// Opening brings the file to the version that this build needs, and makes it if there is none.
    #[default]
    OnOpen,
    /// Opening refuses a file of any other version with [`Unusable::NeedsMigration`], and makes none.
    Refuse,
}

/// How a file is opened and used.
///
/// This is the section `store` of the settings file, beside the file's path and but for the companion, which is code.
/// Numbers out of bounds are refused when they are read there, and when a file is opened.
///
/// ```
/// use accountable_core::domain::Span;
/// use accountable_sqlite::{Migrate, Options};
/// let options = Options::default()
///     .with_migrate(Migrate::Refuse)
///     .with_busy_timeout(Span::seconds(1));
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, remote = "Self")]
#[non_exhaustive]
pub struct Options {
    /// Whether opening may make or change tables; by default it does.
    pub migrate: Migrate,
    /// The number of connections that read; that many reads run at once, others wait. 1 to 256; 4 by default.
    pub readers: usize,
    /// How long to wait for another process that writes, before the answer is [`StoreError::Unavailable`]. 0 s to 10
    /// min; 5 s by default.
    ///
    /// [`StoreError::Unavailable`]: accountable_core::port::StoreError::Unavailable
    pub busy_timeout: Span,
    /// The size of each connection's page cache, in KiB. At most 4 GiB; 8,192 KiB by default.
    pub cache_kib: u32,
    /// How many commits may wait for the writer; further callers wait for a place. 1 to 1,000,000; 1,024 by default.
    pub queue: usize,
    #[serde(skip)]
    companion: Option<Companion>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            migrate: Migrate::default(),
            readers: 4,
            busy_timeout: Span::seconds(5),
            cache_kib: 8_192,
            queue: 1_024,
            companion: None,
        }
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Refuses what opening refuses.
impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let options = Self::deserialize(deserializer)?;
        options.check().map_err(serde::de::Error::custom)?;
        Ok(options)
    }
}

impl Options {
    /// Refuses numbers out of bounds, wherever they come from.
    fn check(&self) -> Result<(), OutOfBounds> {
        OutOfBounds::check("readers", self.readers, 1..=256)?;
        OutOfBounds::check("busy_timeout", self.busy_timeout, Span::ZERO..=Span::minutes(10))?;
        OutOfBounds::check("cache_kib", self.cache_kib, 0..=1 << 22)?;
        OutOfBounds::check("queue", self.queue, 1..=1_000_000)
    }

    /// Sets whether opening may make or change tables.
    #[must_use]
    pub fn with_migrate(mut self, migrate: Migrate) -> Self {
        self.migrate = migrate;
        self
    }
    /// Sets the number of connections that read, 1 to 256; opening refuses any other.
    #[must_use]
    pub fn with_readers(mut self, readers: usize) -> Self {
        self.readers = readers;
        self
    }
    /// Sets how long to wait for another process that writes; opening refuses more than 10 min.
    #[must_use]
    pub fn with_busy_timeout(mut self, timeout: Span) -> Self {
        self.busy_timeout = timeout;
        self
    }
    /// Sets the size of each connection's page cache, in KiB; opening refuses more than 4 GiB.
    #[must_use]
    pub fn with_cache_kib(mut self, kib: u32) -> Self {
        self.cache_kib = kib;
        self
    }
    /// Sets how many commits may wait for the writer, 1 to 1,000,000; opening refuses any other.
    #[must_use]
    pub fn with_queue(mut self, queue: usize) -> Self {
        self.queue = queue;
        self
    }
    /// Sets the host's own part of each commit that has events: SQL on its own tables in the same file, in the same
    /// transaction, after our writes. Both are applied, or neither is. There is none by default.
    ///
    /// ```
    /// use accountable_core::domain::EventKind;
    /// use accountable_sqlite::{Options, Veto};
    ///
    /// // CREATE TABLE customer (account BLOB PRIMARY KEY REFERENCES accountable_account (id), since INTEGER)
    /// let options = Options::default().with_companion(|transaction, events| {
    ///     for event in events {
    ///         let (EventKind::Registered, Some(account)) = (&event.what, event.account) else { continue };
    ///         let places: i64 = transaction
    ///             .query_first("SELECT 10 - count(*) FROM customer", [], |row| row.get(0))?
    ///             .unwrap_or(0);
    ///         if places <= 0 {
    ///             return Err(Veto::new("full_house")); // Refusal::Vetoed, 409
    ///         }
    ///         let row = (account.as_bytes(), event.at.as_micros());
    ///         transaction.execute("INSERT INTO customer (account, since) VALUES (?1, ?2)", row)?;
    ///     }
    ///     Ok(())
    /// });
    /// # use accountable_core::{domain::*, port::{Commit, CommitError, Store, Swap, Write}};
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let path = directory.path().join("host.db");
    /// # let host = accountable_sqlite::rusqlite::Connection::open(&path).unwrap();
    /// # host.execute_batch("CREATE TABLE customer (account BLOB PRIMARY KEY REFERENCES accountable_account (id), since INTEGER)").unwrap();
    /// # let store = accountable_sqlite::SqliteStore::open(&path, Incarnation::from_bytes([7; 16]), &options).unwrap();
    /// # let register = |n: u8| {
    /// #     let (id, realm, tag) = (AccountId::from_bytes([n; 16]), Realm::default(), AddressTag::from_bytes([n; 32]));
    /// #     let email = EmailAddress::parse(&format!("u{n}@example.org")).unwrap();
    /// #     let (attributes, now) = (Attributes::default(), Timestamp::EPOCH);
    /// #     let new = Registration { id, realm: realm.clone(), email, tag, attributes, purge_at: None, now };
    /// #     let account = Account::register(new).account.unwrap();
    /// #     let commit = CommitId::from_bytes([n; 16]);
    /// #     let what = EventKind::Registered;
    /// #     let event = Event { commit, ordinal: 0, at: now, realm, by: Initiator::Courier, account: Some(id), version: None, what, carried: None };
    /// #     pollster::block_on(store.commit(&Commit::new(commit, vec![Write::Account(Swap::create(account))], vec![event]).unwrap()))
    /// # };
    /// # for n in 0..10 { register(n).unwrap(); }
    /// # assert!(matches!(register(10), Err(CommitError::Vetoed { code }) if code == "full_house"));
    /// # let count = "SELECT count(*) FROM customer JOIN accountable_account ON id = account";
    /// # assert_eq!(host.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap(), 10);
    /// ```
    ///
    /// - A [`Veto`] undoes that commit and no other: the caller gets [`CommitError::Vetoed`], and through a door the
    ///   refusal `vetoed`. Strangers are told as little as ever, and a courier whose work is vetoed tries again later;
    ///   so veto only what an administrator or an owner asked for.
    /// - A panic, or SQL that fails otherwise than by a constraint, undoes the commit as a fault; the store lives on.
    /// - It runs once for each commit that is applied, and not when a commit is offered again that already was. Runs
    ///   that were undone may come before: so let it do nothing but SQL, or what may be done twice.
    /// - It runs on the thread that writes, and everybody waits for it. It must not call the store: nobody would answer.
    /// - Commits without events (a log-in that failed, say), claims and trims are ours alone.
    ///
    /// [`CommitError::Vetoed`]: accountable_core::port::CommitError::Vetoed
    #[must_use]
    pub fn with_companion(
        mut self,
        companion: impl Fn(&HostTransaction<'_>, &[Event]) -> Result<(), Veto> + Send + Sync + 'static,
    ) -> Self {
        self.companion = Some(Companion::new(companion));
        self
    }
}

/// Connections to a file that is ours, and of the present version.
pub(crate) struct Opened {
    pub(crate) life: Incarnation,
    pub(crate) companion: Option<Companion>,
    pub(crate) writer: Connection,
    pub(crate) readers: Vec<Connection>,
    pub(crate) file: Arc<OpenedFile>,
}

const JOURNAL: Sql = Sql::new("write-ahead log", "PRAGMA journal_mode = WAL");

/// How long it is waited before the switch to it is tried again.
const AGAIN: Duration = Duration::from_millis(5);

const ALONE: Sql = Sql::new("exclusive locks", "PRAGMA locking_mode = EXCLUSIVE");

/// After a burst, the log is cut to so many octets: twice what SQLite lets it grow to before it folds it.
const LOG_LIMIT: Sql = Sql::new("limit of the log", "PRAGMA journal_size_limit = 8388608");

const SECURE_DELETE: Sql = Sql::new("secure deletion", "PRAGMA secure_delete = ON");

const NEVER_FOLD: Sql = Sql::new("no folding", "PRAGMA wal_autocheckpoint = 0");

/// Octets of the smallest database: one page of the smallest size.
const SMALLEST: u64 = 512;

/// Statements that a connection keeps prepared: more than this crate has.
const PREPARED: usize = 96;

pub(crate) fn open(path: &Path, life_if_new: Incarnation, options: &Options) -> Result<Opened, Unusable> {
    let found = look(path, options)?;
    allow(options.migrate, found)?;
    let create = match options.migrate {
        Migrate::OnOpen => OpenFlags::SQLITE_OPEN_CREATE,
        Migrate::Refuse => OpenFlags::empty(),
    };
    let is_new = !path.exists();
    let on = bare(path, OpenFlags::SQLITE_OPEN_READ_WRITE | create, options)?;
    if is_new {
        // Before there is anything in it; what SQLite puts beside it has the file's own mode.
        keep_private(path).map_err(|error| Unusable::Failed(Cause::File(error.kind())))?;
    }
    let mut writer = settled(on, options)?;
    if journal_mode(&writer, options)?.as_deref() != Some("wal") {
        return Err(Unusable::NoWriteAheadLog);
    }
    let life = match found {
        Found::Ours { version: VERSION, life } => life,
        _ => migrate::migrate(&mut writer, life_if_new)?,
    };
    let file = OpenedFile::at(path).map_err(|error| Unusable::Failed(Cause::File(error.kind())))?;
    // A commit is durable when it is answered.
    set(&writer, "synchronous", "FULL")?;
    LOG_LIMIT.first(&Db::cached(&writer), [], |_| Ok(()))?;
    let readers = (0..options.readers)
        .map(|_| {
            let reader = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, options)?;
            set(&reader, "query_only", true)?;
            // Only the writer folds the log.
            NEVER_FOLD.first(&Db::cached(&reader), [], |_| Ok(()))?;
            Ok(reader)
        })
        .collect::<Result<_, Unusable>>()?;
    let companion = options.companion.as_ref().map(|companion| companion.confined_to(&mut writer));
    let companion = companion.transpose().map_err(|error| Cause::of(&error, "authorizer"))?;
    library::warn_if_affected();
    Ok(Opened { life, companion, writer, readers, file: Arc::new(file) })
}

/// Switches to a write-ahead log, and says which mode came of it.
///
/// Where another process is just opening or closing the file, SQLite refuses this at once instead of waiting as it does
/// elsewhere: so it is waited for here, as long as [`Options::busy_timeout`] says.
#[expect(clippy::disallowed_methods, reason = "a file is opened where there is no clock yet")]
fn journal_mode(on: &Connection, options: &Options) -> Result<Option<String>, Cause> {
    let mut left = options.busy_timeout.to_std();
    loop {
        let mode = JOURNAL.first(&Db::cached(on), [], |row| row::column::<String>(row, 0));
        let busy = mode.as_ref().is_err_and(|cause| cause.primary_code() == Some(ffi::SQLITE_BUSY));
        if !busy || left.is_zero() {
            return mode;
        }
        std::thread::sleep(AGAIN.min(left));
        left = left.saturating_sub(AGAIN);
    }
}

/// Whether such a file may be brought to the present version, where it needs that.
pub(crate) fn allow(migrate: Migrate, found: Found) -> Result<(), Unusable> {
    let needs = |found| Err(Unusable::NeedsMigration { found, known: VERSION });
    match (migrate, found) {
        (Migrate::OnOpen, _) | (_, Found::Ours { version: VERSION, .. }) => Ok(()),
        (Migrate::Refuse, Found::Room) => needs(None),
        (Migrate::Refuse, Found::Ours { version, .. }) => needs(Some(version)),
    }
}

/// A connection to a file that is there, while nobody else has one.
pub(crate) fn alone(path: &Path, options: &Options) -> Result<Connection, Unusable> {
    let on = bare(path, OpenFlags::SQLITE_OPEN_READ_WRITE, options)?;
    // Before anything is read: who opens a write-ahead log so asks for the whole file, and others hold a part of it for
    // as long as they have it open.
    ALONE.first(&Db::cached(&on), [], |_| Ok(()))?;
    settle(&on, options)?;
    set(&on, "synchronous", "FULL")?;
    Ok(on)
}

/// Looks at a file without leaving a trace: neither a switch to a write-ahead log nor one of its side files.
///
/// Only SQLite opens the file. Whoever else in this process opened and closed it would thereby drop, as POSIX has it,
/// all locks that SQLite holds for connections of ours and the host's; another process could then fold up the log that
/// they still write to.
pub(crate) fn look(path: &Path, options: &Options) -> Result<Found, Unusable> {
    options.check()?;
    if is_no_file(path) {
        return Err(Unusable::NoFile);
    }
    match length(path)? {
        0 => return Ok(Found::Room),
        // SQLite would take it for an empty one.
        1..SMALLEST => return Err(Unusable::NotADatabase),
        _ => {}
    }
    if is_there(path, "-journal") {
        // The last writer died in the middle; whoever opens the file has to put it back first.
        return look_through(path, OpenFlags::SQLITE_OPEN_READ_WRITE, options);
    }
    let locked = || look_through(path, OpenFlags::SQLITE_OPEN_READ_ONLY, options);
    if is_there(path, "-wal") {
        return locked();
    }
    // Even a reader makes the side files of a write-ahead log, unless it is told that nobody writes.
    let Some(name) = immutable(path) else {
        return locked();
    };
    let seen = look_through(&name, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI, options);
    if seen.is_err() && (is_there(path, "-wal") || is_there(path, "-journal")) {
        // Somebody did.
        return locked();
    }
    seen
}

fn look_through(path: &Path, flags: OpenFlags, options: &Options) -> Result<Found, Unusable> {
    let on = connect(path, flags, options)?;
    migrate::look(&Db::cached(&on))
}

/// Whether SQLite takes this for something else than a file's path: a database in memory, or a temporary one.
fn is_no_file(path: &Path) -> bool {
    let name = path.as_os_str().as_encoded_bytes();
    name.is_empty() || name == b":memory:" || name.starts_with(b"file:")
}

/// How long a file is; 0 if there is none.
fn length(path: &Path) -> Result<u64, Unusable> {
    match fs::metadata(path) {
        Ok(file) => Ok(file.len()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(Unusable::Failed(Cause::File(error.kind()))),
    }
}

/// Whether there is anything in a file beside the database.
fn is_there(path: &Path, suffix: &str) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    fs::metadata(PathBuf::from(name)).is_ok_and(|file| file.len() > 0)
}

/// The URI that tells SQLite that nobody writes the file.
fn immutable(path: &Path) -> Option<PathBuf> {
    let mut uri = url::Url::from_file_path(std::path::absolute(path).ok()?).ok()?;
    uri.set_query(Some("immutable=1"));
    Some(PathBuf::from(String::from(uri)))
}

/// Lets nobody but its owner have access to a file that was just made: there are people's addresses in it.
#[cfg(unix)]
fn keep_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn keep_private(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A connection that behaves the same for readers and writer.
pub(crate) fn connect(path: &Path, flags: OpenFlags, options: &Options) -> Result<Connection, Unusable> {
    settled(bare(path, flags, options)?, options)
}

fn settled(on: Connection, options: &Options) -> Result<Connection, Unusable> {
    settle(&on, options)?;
    Ok(on)
}

/// A connection that has not touched its file.
fn bare(path: &Path, flags: OpenFlags, options: &Options) -> Result<Connection, Unusable> {
    let failed = |error| Unusable::from(Cause::of(&error, "open"));
    let on = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
    on.busy_timeout(options.busy_timeout.to_std()).map_err(failed)?;
    on.set_prepared_statement_cache_capacity(PREPARED);
    // Without this, a statement whose plan might depend on what is bound is prepared anew for each use.
    on.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    Ok(on)
}

fn settle(on: &Connection, options: &Options) -> Result<(), Unusable> {
    set(on, "foreign_keys", true)?;
    // What is removed is overwritten, in pages that stay and in those that become free.
    SECURE_DELETE.first(&Db::cached(on), [], |_| Ok(()))?;
    set(on, "cache_size", i64::from(options.cache_kib).saturating_neg())
}

fn set(on: &Connection, pragma: &'static str, to: impl rusqlite::ToSql) -> Result<(), Unusable> {
    on.pragma_update(None, pragma, to).map_err(|error| Cause::of(&error, pragma).into())
}
