//! A whole import through the program, from a real file: beside the same rows, written by hand into the same tables.
//!
//! ```text
//! cargo build --release -p accountable-cli
//! cargo bench -p accountable-benches --bench import                 1,000,000 users
//! cargo bench -p accountable-benches --bench import -- --quick      100,000
//! ```
//! The program is the one in the same target folder, or what `ACCOUNTABLE` names. Users are those of a Django that hashes by PBKDF2, a line
//! each. By hand, each user's row, key, seal and event are written by prepared statements in transactions of as many users
//! as the store takes up at once; rows are read from the file that the import has made, and that is not counted. The
//! memory is the program's peak, as Linux counts it.
#![expect(
    clippy::disallowed_methods,
    clippy::arithmetic_side_effects,
    reason = "what is measured is the machine's own time; the numbers are of this file's own making, and small"
)]

use std::{
    env, fs,
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use accountable_benches::{Effort, Trouble};
use rusqlite::{Connection, params};
use serde_json::json;

/// Users in a transaction by hand: as many as the store takes up at once.
const TOGETHER: usize = 256;

const ROWS: &str = "
    SELECT e.seq, e.realm, e.commit_id, e.account, e.at, e.stray, e.record,
           a.stamp, a.standing, a.status, a.record, json_extract(a.record, '$.life.live.mailbox.key')
    FROM accountable_event e JOIN accountable_account a ON a.id = e.account
    WHERE e.seq > ?1 ORDER BY e.seq LIMIT 16384";
const ACCOUNT: &str = "
    INSERT INTO accountable_account (id, realm, stamp, standing, status, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const KEY: &str = "INSERT INTO accountable_email_key (realm, key, account, own) VALUES (?1, ?2, ?3, 1)";
const SEAL: &str = "INSERT INTO accountable_seal (realm, key, account) VALUES (?1, ?2, ?3)";
const EVENT: &str = "
    INSERT INTO accountable_event (seq, realm, commit_id, account, at, stray, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

fn main() -> Result<(), Trouble> {
    let users = match Effort::of_this_run() {
        Effort::Full => 1_000_000,
        Effort::Quick => 100_000,
        Effort::Proof => 1_000,
    };
    let Some(program) = program()? else {
        println!("import: build the program first: cargo build --release -p accountable-cli");
        return Ok(());
    };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let folder = folder.path();
    write_users(&folder.join("users.jsonl"), users)?;
    run(&program, folder, &["init", "."])?;
    fs::write(folder.join("settings.toml"), "[links]\npage = \"https://app.example/password\"\n")?;

    let began = Instant::now();
    let import = ["manage", "import", "--from", "django", "users.jsonl"];
    let peak = peak_of(begin(&program, folder, &import)?)?;
    let imported = began.elapsed();
    let by_hand = by_hand(&folder.join("accounts.db"), &folder.join("by_hand.db"), users)?;

    println!("\nimport, SQLite, synchronous = FULL; {users} users of Django");
    told("accountable manage import", users, imported);
    told(&format!("by hand, {TOGETHER} in a transaction"), users, by_hand);
    println!(
        "ratio of rates {:.2}; peak memory of the program {} MiB",
        ratio(by_hand, imported),
        peak / 1_024
    );
    Ok(())
}

fn told(what: &str, users: usize, took: Duration) {
    println!("{what:42} {:>9.1} s {:>9.0} a second", took.as_secs_f64(), rate(users, took));
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn rate(users: usize, took: Duration) -> f64 {
    users as f64 / took.as_secs_f64()
}

fn ratio(limit: Duration, took: Duration) -> f64 {
    limit.as_secs_f64() / took.as_secs_f64()
}

/// The release build beside this program, or the one that is named.
fn program() -> Result<Option<PathBuf>, Trouble> {
    let named = env::var_os("ACCOUNTABLE").map(PathBuf::from);
    let own = env::current_exe()?;
    let beside = own.parent().and_then(Path::parent).map(|folder| folder.join("accountable"));
    Ok(named.or(beside).filter(|program| program.exists()))
}

fn write_users(path: &Path, users: usize) -> Result<(), Trouble> {
    let mut file = BufWriter::new(File::create(path)?);
    for at in 1..=users {
        let scrambled = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let (minute, second) = (at / 60, at % 60);
        let day = minute / 1_440;
        let user = json!({ "model": "auth.user", "pk": at, "fields": {
            "password": format!("pbkdf2_sha256$1000000$salt{scrambled:016x}$1p2+5Xa5Tl4gKxFq0dGpqbyl7yZ7NyWzF+iJyQmZ4fg="),
            "last_login": null, "is_superuser": false, "username": format!("user{at}"), "first_name": "First",
            "last_name": "Last", "email": format!("u{scrambled:016x}@mail{}.example", at % 97), "is_staff": false,
            "is_active": true, "groups": [], "user_permissions": [],
            "date_joined": format!("2020-{:02}-{:02}T{:02}:{:02}:{second:02}Z",
                1 + day / 28 % 12, 1 + day % 28, minute / 60 % 24, minute % 60),
        }});
        writeln!(file, "{user}")?;
    }
    Ok(file.into_inner().map_err(|error| error.into_error())?.sync_all()?)
}

fn begin(program: &Path, folder: &Path, args: &[&str]) -> Result<Child, Trouble> {
    Ok(Command::new(program).args(args).current_dir(folder).stdout(Stdio::null()).spawn()?)
}

fn run(program: &Path, folder: &Path, args: &[&str]) -> Result<(), Trouble> {
    ended(begin(program, folder, args)?)
}

fn ended(mut child: Child) -> Result<(), Trouble> {
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("the program ended with {status}").into()) }
}

/// Waits for the end, and tells the most memory in KiB that it had, looked at ten times a second.
fn peak_of(mut child: Child) -> Result<u64, Trouble> {
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let high = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let high = high.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(high.unwrap_or_default());
        thread::sleep(Duration::from_millis(100));
    }
    ended(child).map(|()| peak)
}

/// One user's rows.
struct Rows {
    seq: i64,
    realm: String,
    commit: Vec<u8>,
    account: Vec<u8>,
    at: i64,
    stray: Option<i64>,
    event: String,
    stamp: Vec<u8>,
    standing: String,
    status: String,
    record: String,
    key: String,
}

/// Writes what the import has written into a new file of the same tables, and tells how long the writing took.
fn by_hand(from: &Path, to: &Path, users: usize) -> Result<Duration, Trouble> {
    let from = Connection::open(from)?;
    let seal: String = from.query_row("SELECT key FROM accountable_seal LIMIT 1", [], |row| row.get(0))?;
    let mut to = Connection::open(to)?;
    to.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192;")?;
    let mut tables = from.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")?;
    for table in tables.query_map([], |row| row.get::<_, String>(0))? {
        to.execute_batch(&table?)?;
    }
    let mut select = from.prepare(ROWS)?;
    let (mut after, mut written, mut took) = (-1_i64, 0_usize, Duration::ZERO);
    loop {
        let rows = select.query_map([after], |row| {
            Ok(Rows {
                seq: row.get(0)?,
                realm: row.get(1)?,
                commit: row.get(2)?,
                account: row.get(3)?,
                at: row.get(4)?,
                stray: row.get(5)?,
                event: row.get(6)?,
                stamp: row.get(7)?,
                standing: row.get(8)?,
                status: row.get(9)?,
                record: row.get(10)?,
                key: row.get(11)?,
            })
        })?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let Some(last) = rows.last() else { break };
        (after, written) = (last.seq, written + rows.len());
        let began = Instant::now();
        for together in rows.chunks(TOGETHER) {
            let transaction = to.transaction()?;
            for row in together {
                let account =
                    params![row.account, row.realm, row.stamp, row.standing, row.status, row.record];
                transaction.prepare_cached(ACCOUNT)?.execute(account)?;
                transaction.prepare_cached(KEY)?.execute(params![row.realm, row.key, row.account])?;
                transaction.prepare_cached(SEAL)?.execute(params![row.realm, seal, row.account])?;
                let event =
                    params![row.seq, row.realm, row.commit, row.account, row.at, row.stray, row.event];
                transaction.prepare_cached(EVENT)?.execute(event)?;
            }
            transaction.commit()?;
        }
        took += began.elapsed();
    }
    if written == users { Ok(took) } else { Err(format!("{written} of {users} users were imported").into()) }
}
