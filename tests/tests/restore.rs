//! A backup is put back: what was redeemed, ended or read since is not so again, and everything else goes on.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use accountable_core::{
    Accounts, Admin, Authentication, DeliveryOptions, JournalError, Machine, MailOptions, NewAccount, Public,
    PublicError,
    domain::{
        AccountId, Actor, CodeState, EmailAddress, Incarnation, KeyId, Keyring, LinkUrl, Links, MailedCode,
        Origin, Password, SessionStamp, Span,
    },
};
use accountable_memory::{Answer, InsecureTestHasher, ManualClock, RecordingMailer, SeededEntropy};
use accountable_sqlite::{Options, SqliteStore, restore};

const OLD_LIFE: Incarnation = Incarnation::from_bytes([7; 16]);
const NEW_LIFE: Incarnation = Incarnation::from_bytes([8; 16]);
const FIRST: &str = "plum trombone 42 Quartz!";
const SECOND: &str = "velvet anchor 77 Dune?";
const THIRD: &str = "walnut cello 19 Harbour;";

/// A file of accounts and what surrounds it, which lives on while the file is exchanged.
struct World {
    folder: tempfile::TempDir,
    clock: ManualClock,
    mailer: RecordingMailer,
    entropy: SeededEntropy,
}

impl World {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap()),
            mailer: RecordingMailer::new(),
            entropy: SeededEntropy::new(42),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("accounts.db")
    }

    /// The accounts as a process has them until it ends.
    fn open(&self) -> Open<'_> {
        let store = Arc::new(SqliteStore::open(self.file(), OLD_LIFE, &Options::default()).unwrap());
        let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(at as u8));
        let keys = Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap();
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let machine = Machine::new(self.clock.clone(), self.entropy.clone(), InsecureTestHasher::new(1));
        let accounts = Accounts::builder(machine, store, self.mailer.clone(), keys, links).build().unwrap();
        Open { accounts, world: self }
    }

    /// As a host does it, while no process has the file open.
    fn backed_up(&self) -> PathBuf {
        let backup = self.folder.path().join("backup.db");
        fs::copy(self.file(), &backup).unwrap();
        backup
    }

    fn put_back(&self, backup: &Path) {
        for beside in ["accounts.db-wal", "accounts.db-shm"] {
            let _ = fs::remove_file(self.folder.path().join(beside));
        }
        fs::copy(backup, self.file()).unwrap();
    }
}

struct Open<'a> {
    accounts: Accounts,
    world: &'a World,
}

impl Open<'_> {
    fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff").unwrap())
    }

    fn public(&self) -> Public {
        self.accounts.public(Origin::Unknown)
    }

    async fn in_use(&self, address: &str, chosen: &str) -> AccountId {
        let id = self.admin().register(NewAccount::new(email(address))).await.unwrap().id;
        let _ = self.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        self.public().choose_password(&self.mailed(address), &typed(chosen)).await.unwrap();
        id
    }

    async fn log_in(&self, address: &str, password: &str) -> Option<SessionStamp> {
        match self.public().authenticate(&email(address), &typed(password), None).await.unwrap() {
            Authentication::Granted { stamp, .. } => Some(stamp),
            Authentication::MustChange { .. } => panic!("nobody assigned it"),
            Authentication::Denied(_) => None,
        }
    }

    async fn is_current(&self, stamp: SessionStamp) -> bool {
        self.accounts.owner(stamp, Origin::Unknown).is_current().await.unwrap()
    }

    async fn ask_for_reset(&self, address: &str) -> MailedCode {
        let _ = self.public().request_password_reset(&email(address), MailOptions::default()).await.unwrap();
        self.accounts.sweep(100).await.unwrap();
        self.mailed(address)
    }

    fn mailed(&self, address: &str) -> MailedCode {
        code_of(&self.world.mailer.last_link_to(&email(address)).expect("a link was mailed"))
    }
}

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn typed(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn code_of(link: &str) -> MailedCode {
    let (_, query) = link.split_once('?').unwrap();
    let part = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)).unwrap().to_owned();
    MailedCode::new(&part("id="), &part("confirmation_code="))
}

/// What was mailed and given out before the backup and after it.
struct Given {
    used: MailedCode,
    unused: MailedCode,
    sessions: Vec<SessionStamp>,
    ada: AccountId,
    cursor: accountable_core::port::Cursor,
    of_ada: Option<accountable_core::port::Cursor>,
    backup: PathBuf,
}

/// A life with a backup in the middle: the code that was live in it is used since, and there are sessions of epochs that
/// it knows nothing of.
async fn lived(world: &World) -> Given {
    let open = world.open();
    let ada = open.in_use("ada@example.com", FIRST).await;
    open.in_use("bob@example.com", FIRST).await;
    let mut sessions = vec![open.log_in("ada@example.com", FIRST).await.unwrap()];
    let used = open.ask_for_reset("ada@example.com").await;
    let unused = open.ask_for_reset("bob@example.com").await;
    // A mail that nobody takes, and a request that nobody has decided yet.
    let cleo = open.admin().register(NewAccount::new(email("cleo@example.com"))).await.unwrap().id;
    let waits = DeliveryOptions::default().with_wait(Span::ZERO);
    let _ = open.admin().request_password_set(cleo, waits).await.unwrap();
    let _ = open.public().sign_up(&email("dora@example.com"), MailOptions::default(), None).await.unwrap();
    let cursor = open.accounts.journal().feed(None, 5).await.unwrap().cursor;
    let of_ada = open.accounts.journal().history(ada, None, 1).await.unwrap().next;
    drop(open);
    let backup = world.backed_up();

    world.clock.advance(Span::minutes(5));
    let open = world.open();
    open.public().choose_password(&used, &typed(SECOND)).await.unwrap();
    for _ in 0..3 {
        let stamp = open.log_in("ada@example.com", SECOND).await.unwrap();
        let stamp = open.accounts.owner(stamp, Origin::Unknown).end_sessions().await.unwrap().stamp;
        sessions.push(stamp);
    }
    sessions.push(open.log_in("ada@example.com", SECOND).await.unwrap());
    assert!(open.is_current(*sessions.last().unwrap()).await);
    Given { used, unused, sessions, ada, cursor, of_ada, backup }
}

/// The premise: a file that is only put back believes what it says.
#[tokio::test]
async fn a_backup_that_is_not_restored_revives_what_was_used_and_ended() {
    let world = World::new();
    let given = lived(&world).await;
    world.put_back(&given.backup);
    let open = world.open();
    let state = open.public().inspect_code(&given.used).await.unwrap();
    assert!(matches!(state, CodeState::Live { .. }), "{state:?}");
    assert!(open.is_current(given.sessions[0]).await);
    open.public().choose_password(&given.used, &typed(THIRD)).await.unwrap();
    // Its epochs are given out again, and one of them is that of a session that was ended since.
    let now = open.log_in("ada@example.com", THIRD).await.unwrap();
    assert!(given.sessions[1..].iter().any(|stamp| stamp.epoch >= now.epoch));
}

#[tokio::test]
async fn in_a_restored_backup_no_code_from_before_is_live() {
    let world = World::new();
    let given = lived(&world).await;
    world.put_back(&given.backup);
    restore(world.file(), NEW_LIFE, &Options::default()).unwrap();
    let open = world.open();
    for code in [&given.used, &given.unused] {
        assert_eq!(open.public().inspect_code(code).await.unwrap(), CodeState::Invalid);
        let refused = open.public().choose_password(code, &typed(THIRD)).await.unwrap_err();
        assert!(matches!(refused, PublicError::DeadCode), "{refused}");
    }
    // Whoever still needs one asks again, as soon as the throttle of the first lets them.
    world.clock.advance(Span::minutes(10));
    let fresh = open.ask_for_reset("bob@example.com").await;
    let state = open.public().inspect_code(&fresh).await.unwrap();
    assert!(matches!(state, CodeState::Live { .. }), "{state:?}");
    open.public().choose_password(&fresh, &typed(THIRD)).await.unwrap();
    assert!(open.log_in("bob@example.com", THIRD).await.is_some());
}

#[tokio::test]
async fn in_a_restored_backup_no_session_is_current_whenever_it_began() {
    let world = World::new();
    let given = lived(&world).await;
    world.put_back(&given.backup);
    restore(world.file(), NEW_LIFE, &Options::default()).unwrap();
    let open = world.open();
    for stamp in &given.sessions {
        assert!(!open.is_current(*stamp).await, "{stamp:?}");
    }
    // Log-in works with the password of the backup, and what it gives out no session from before can come to be.
    assert_eq!(open.log_in("ada@example.com", SECOND).await, None);
    let now = open.log_in("ada@example.com", FIRST).await.unwrap();
    assert!(open.is_current(now).await);
    assert!(given.sessions.iter().all(|stamp| stamp.epoch < now.epoch));
    let renewed = open.accounts.owner(now, Origin::Unknown).end_sessions().await.unwrap().stamp;
    for stamp in given.sessions.iter().chain([&now]) {
        assert!(!open.is_current(*stamp).await, "{stamp:?}");
    }
    assert!(open.is_current(renewed).await);
}

#[tokio::test]
async fn in_a_restored_backup_every_cursor_from_before_is_trimmed() {
    let world = World::new();
    let given = lived(&world).await;
    world.put_back(&given.backup);
    restore(world.file(), NEW_LIFE, &Options::default()).unwrap();
    let open = world.open();
    let journal = open.accounts.journal();
    let feed = journal.feed(Some(given.cursor), 10).await.unwrap_err();
    assert!(matches!(feed, JournalError::Trimmed), "{feed}");
    assert!(given.of_ada.is_some());
    let history = journal.history(given.ada, given.of_ada, 10).await.unwrap_err();
    assert!(matches!(history, JournalError::Trimmed), "{history}");
    // From the beginning a follower gets what the backup has, and what comes after it.
    let all = journal.feed(None, 1_000).await.unwrap();
    assert!(all.events.iter().any(|event| event.account == Some(given.ada)));
    let renamed = email("ada.lovelace@example.com");
    open.admin().replace_email(given.ada, &renamed).await.unwrap();
    assert!(!journal.feed(Some(all.cursor), 10).await.unwrap().events.is_empty());
}

#[tokio::test]
async fn in_a_restored_backup_the_outbox_goes_on_with_codes_of_the_new_life() {
    let world = World::new();
    let given = lived(&world).await;
    world.put_back(&given.backup);
    restore(world.file(), NEW_LIFE, &Options::default()).unwrap();
    let open = world.open();
    world.mailer.answer_all(Answer::Accept);
    let swept = open.accounts.sweep(100).await.unwrap();
    assert_eq!((swept.faults, swept.dead), (0, 0), "{swept:?}");
    // The mail that waited, and the one that the sealed request led to: both links open the accounts as they are now.
    for address in ["cleo@example.com", "dora@example.com"] {
        let code = open.mailed(address);
        open.public().choose_password(&code, &typed(THIRD)).await.unwrap();
        assert!(open.log_in(address, THIRD).await.is_some(), "{address}");
    }
}
