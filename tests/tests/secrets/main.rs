//! Known secrets are driven through everything, and looked for in everything that comes out.
//!
//! Passwords, codes, links, keys and hashes must be in no `Debug`, no error, no event, no view and not in the
//! database's files; addresses neither in logs, nor in events, nor in the outbox.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::string_slice,
    reason = "a test that panics has failed, which is what it is for"
)]

mod drive;
mod erasure;
mod life;
mod scanner;
mod spy;

use std::path::Path;

use accountable::testing::Sandbox;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use self::{drive::World, scanner::Scanner};

/// The octets of a file and of what SQLite keeps beside it, by name.
fn files(database: &Path) -> Vec<(String, Vec<u8>)> {
    let folder = std::fs::read_dir(database.parent().unwrap()).unwrap();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let paths =
        folder.map(|entry| entry.unwrap().path()).filter(|path| name(path).starts_with("accounts.db"));
    paths.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect()
}

fn nothing_in<'a>(scanner: &Scanner, what: &str, texts: impl IntoIterator<Item = &'a String>) {
    for text in texts {
        let found = scanner.find(text.as_bytes());
        assert!(found.is_empty(), "{what} holds {found:?}: {}", text.chars().take(400).collect::<String>());
    }
}

fn nothing_in_files(scanner: &Scanner, when: &str, database: &Path) -> usize {
    let files = files(database);
    for (name, bytes) in &files {
        let found = scanner.find(bytes);
        assert!(found.is_empty(), "{when}: {name} holds {found:?}");
    }
    files.len()
}

#[test]
fn no_secret_gets_out() {
    with_room(|| async {
        let mut world = World::new();
        world.drive().await;

        let mut secrets = world.given_secrets();
        world.mark_what_came_about(&mut secrets);
        let mut personal = Scanner::default();
        for address in drive::ADDRESSES {
            personal.mark("an address", address);
            personal.mark("a local part", address.split('@').next().unwrap());
        }
        personal.mark("a note", drive::MEMO);

        assert_eq!(nothing_in_files(&secrets, "open", &world.database), 3, "the file, its log and its index");
        {
            let texts = world.said.texts();
            assert!(texts.logs.len() > 1_000 && texts.journal_and_outbox.len() > 30 && texts.views.len() > 3);
            nothing_in(&secrets, "a log", &texts.logs);
            nothing_in(&personal, "a log", &texts.logs);
            nothing_in(&secrets, "an event or a mail", &texts.journal_and_outbox);
            nothing_in(&personal, "an event or a mail", &texts.journal_and_outbox);
            nothing_in(&secrets, "a view", &texts.views);
        }
        let database = world.database.clone();
        let _folder = world.close();
        assert!(nothing_in_files(&secrets, "closed", &database) >= 1);
        // What was looked through is what was written: the addresses, which an account's row may hold, are there.
        let all: Vec<u8> = files(&database).into_iter().flat_map(|(_, bytes)| bytes).collect();
        assert!(!personal.find(&all).is_empty(), "the files hold no account at all");
    });
}

/// Runs a test that goes through everything in one future, which is too large for the stack that tests have.
fn with_room<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send + 'static) {
    let large = std::thread::Builder::new().stack_size(16 << 20);
    let run =
        move || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test());
    if let Err(panic) = large.spawn(run).unwrap().join() {
        std::panic::resume_unwind(panic);
    }
}

/// The scan can fail: each secret is found in each form, in a text as in the database's own file.
#[test]
fn a_planted_secret_is_found_in_every_form() {
    with_room(|| async {
        let mut world = World::new();
        world.drive().await;
        let mut secrets = world.given_secrets();
        world.mark_what_came_about(&mut secrets);

        for secret in world.all_secrets() {
            for (form, planted) in scanner::forms(&secret) {
                let haystack = [b"before it ".as_slice(), &planted, b" and after"].concat();
                assert!(!secrets.find(&haystack).is_empty(), "{form} is not found");
            }
            for shift in 0..3 {
                let text =
                    URL_SAFE_NO_PAD.encode([vec![b'x'; shift], secret.clone(), b"xyz".to_vec()].concat());
                assert!(!secrets.find(text.as_bytes()).is_empty(), "in base64 after {shift} other octets");
            }
            let said = spy::Said::default();
            said.debug(&secret);
            assert!(
                said.texts().logs.iter().any(|log| !secrets.find(log.as_bytes()).is_empty()),
                "as a list of numbers"
            );
        }

        let database = world.database.clone();
        let folder = world.close();
        let plant = rusqlite::Connection::open(&database).unwrap();
        plant.execute_batch("CREATE TABLE careless (noted TEXT)").unwrap();
        plant.execute("INSERT INTO careless VALUES (?1)", [drive::GOOD]).unwrap();
        let found: usize = files(&database).iter().map(|(_, bytes)| secrets.find(bytes).len()).sum();
        assert!(found > 0, "a password in a table of the file is not found");
        drop(folder);
    });
}

/// What the sandbox and the doors print says nothing of what they hold.
#[tokio::test]
async fn a_sandbox_prints_no_secret() {
    let sandbox = Sandbox::new();
    let (address, link, code) = drive::sandboxed(&sandbox).await;
    let mut scanner = Scanner::default();
    scanner.mark("a link", link);
    scanner.mark("a code", code);
    scanner.mark("an address", address);
    scanner.mark("a password", drive::GOOD);
    let key = |first: u8| -> [u8; 32] { std::array::from_fn(|at| first.wrapping_add(at as u8)) };
    scanner.mark("the tags' key", key(1));
    scanner.mark("the active key", key(2));
    let said = spy::Said::default();
    said.debug(&sandbox);
    said.debug(&sandbox.store);
    said.debug(&sandbox.mailer);
    said.debug(&sandbox.mailer.attempts());
    nothing_in(&scanner, "a sandbox", &said.texts().logs);
}
