//! Erasure leaves no trace: in the octets of a real file, and in whatever a store gives out.
//!
//! At once nothing personal is left: no address in any spelling, no note, no evidence, no hash, no reason. What stays is
//! the account's name, its numbers and when it was erased, and its events; which name addresses by ordinals and by tags,
//! until the journal is trimmed. SQLite overwrites what it deleted when it uses the space again, or at a `VACUUM`.

use std::{path::Path, sync::Arc};

use accountable_core::{
    Error,
    domain::{AccountId, AddressTag, EventKind, Incarnation, Realm, StandingKind},
    port::{AccountFilter, AccountQuery, Limit, MailQuery, Scope, Store, Who},
};
use accountable_memory::MemoryStore;
use accountable_sqlite::{Options, SqliteStore};
use rusqlite::Connection;

use crate::{
    files,
    life::{HERS, KEPT, Lives, Marks, address},
};

pub(crate) const LIFE: Incarnation = Incarnation::from_bytes([7; 16]);

fn open(database: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(database, LIFE, &Options::default()).unwrap())
}

/// The file's octets, once all is in it and what was deleted is overwritten; with the log and its index.
fn octets(database: &Path) -> Vec<u8> {
    let sql = Connection::open(database).unwrap();
    for tidy in ["PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] {
        sql.execute_batch(tidy).unwrap();
    }
    let files = files(database);
    assert_eq!(files.len(), 3, "the file, its log and its index");
    files.into_iter().flat_map(|(_, bytes)| bytes).collect()
}

#[track_caller]
fn all_in(marks: &Marks, octets: &[u8]) {
    let missing: Vec<_> = marks.iter().filter(|(_, mark)| mark.find(octets).is_empty()).collect();
    assert!(missing.is_empty(), "not there: {:?}", names(&missing));
}

#[track_caller]
fn none_in(marks: &Marks, octets: &[u8]) {
    let found: Vec<_> = marks.iter().filter(|(_, mark)| !mark.find(octets).is_empty()).collect();
    assert!(found.is_empty(), "still there: {:?}", names(&found));
}

fn names<'a>(marks: &[&'a (String, crate::scanner::Scanner)]) -> Vec<&'a str> {
    marks.iter().map(|(name, _)| &**name).collect()
}

/// What the row of an account holds of its passwords.
fn sealed(database: &Path, id: AccountId) -> Vec<String> {
    let sql = Connection::open(database).unwrap();
    let hashes = "SELECT record ->> '$.life.live.password.hash' FROM accountable_account WHERE id = ?1
        UNION SELECT hash.value ->> '$.hash' FROM accountable_account AS account, json_each(account.record, '$.life.live.previous') AS hash
        WHERE account.id = ?1";
    let mut statement = sql.prepare(hashes).unwrap();
    statement.query_map([id.as_bytes()], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn count(database: &Path, of: &str, id: AccountId) -> u32 {
    let sql = Connection::open(database).unwrap();
    let counted = format!("SELECT count(*) FROM {of} = ?1");
    sql.query_row(&counted, [id.as_bytes()], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn an_erased_account_leaves_nothing_personal_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("accounts.db");
    let mut lives = Lives::lived(open(&database)).await;
    let (hers, closed) = (lives.hers, lives.closed);
    lives.let_go();
    let hashes = [sealed(&database, hers), sealed(&database, closed)].concat();
    assert_eq!(hashes.len(), 4, "a present password and two before, and another's");
    let (personal, tags) = (lives.personal(&hashes), lives.tags());
    let lived = octets(&database);
    all_in(&personal, &lived);
    all_in(&Lives::of_who_stays(), &lived);
    assert!(count(&database, "accountable_mail WHERE account", hers) >= 1, "no mail waits");

    // With a stranger's sealed request still in the outbox, which names nobody until it is opened.
    lives.over(open(&database));
    lives.admin().erase(hers).await.unwrap();
    lives.admin().erase(closed).await.unwrap();
    lives.let_go();
    let erased = octets(&database);
    none_in(&personal, &erased);
    all_in(&Lives::of_who_stays(), &erased);
    for of in [
        "accountable_mail WHERE account",
        "accountable_email_key WHERE account",
        "accountable_seal WHERE account",
    ] {
        assert_eq!(count(&database, of, hers), 0, "{of}");
    }
    only_numbers_stay(&database, hers);

    // The request leads to nothing, and the events that name addresses by tags go with the journal's oldest.
    lives.over(open(&database));
    assert_eq!(requests(&lives).await, 1);
    let letters = lives.mailer.attempts().len();
    lives.clock.advance(KEPT);
    lives.accounts.sweep(1_000).await.unwrap();
    assert_eq!(requests(&lives).await, 0);
    let since: Vec<_> =
        lives.mailer.attempts().into_iter().skip(letters).map(|(letter, _)| letter.to).collect();
    assert!(HERS.iter().all(|spelled| !since.contains(&address(spelled))), "{since:?}");
    lives.clock.advance(KEPT);
    lives.accounts.sweep(1_000).await.unwrap();
    lives.let_go();
    let trimmed = octets(&database);
    none_in(&personal, &trimmed);
    none_in(&tags, &trimmed);
    all_in(&Lives::of_who_stays(), &trimmed);
    only_numbers_stay(&database, hers);

    // Her addresses are anybody's.
    lives.over(open(&database));
    for spelled in &HERS {
        lives.register(spelled).await;
    }
}

async fn requests(lives: &Lives) -> usize {
    let all = accountable_core::MailList::All { after: None };
    let mails = lives.admin().mails(&all, 1_000).await.unwrap().items;
    mails.iter().filter(|mail| mail.about == accountable_core::About::Request).count()
}

/// All that the row of an erased account says.
fn only_numbers_stay(database: &Path, id: AccountId) {
    let sql = Connection::open(database).unwrap();
    let row = "SELECT record, status, due, ip_filter_group FROM accountable_account WHERE id = ?1";
    let (record, others): (String, [Option<String>; 3]) = sql
        .query_row(row, [id.as_bytes()], |row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?])))
        .unwrap();
    assert!(others.iter().flatten().all(String::is_empty), "{others:?}");
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut known = keys(&record);
    known.sort();
    assert_eq!(known, ["epoch", "id", "life", "realm", "v", "version"]);
    assert_eq!(keys(&record["life"]), ["erased"]);
    assert_eq!(keys(&record["life"]["erased"]), ["at"]);
}

/// All that a store gives out, in the form in which it is stored.
async fn given_out(store: &dyn Store, tags: &[AddressTag], ids: &[AccountId]) -> String {
    let (realm, most) = (Realm::default(), Limit::MAX);
    let all = AccountQuery::ById { realm: realm.clone(), after: None, filter: AccountFilter::default() };
    let mut said = vec![format!("{:?}", store.accounts(&all, most).await.unwrap())];
    let accounts = store.accounts(&all, most).await.unwrap().items;
    said.extend(accounts.iter().map(|account| serde_json::to_string(&account.value).unwrap()));
    let mails = MailQuery::All { realm: realm.clone(), after: None };
    said.push(format!("{:?}", store.mails(&mails, most).await.unwrap()));
    for mail in store.mails(&mails, most).await.unwrap().items {
        said.push(serde_json::to_string(&mail.value).unwrap());
    }
    for event in store.events(&Scope::Realm(realm.clone()), None, most).await.unwrap().events {
        said.push(serde_json::to_string(&event).unwrap());
    }
    for id in ids {
        said.push(format!("{:?}", store.load(&Who::id(*id)).await.unwrap()));
        said.push(format!("{:?}", store.events(&Scope::Account(*id), None, most).await.unwrap()));
    }
    let dossier = store.load(&Who { also: tags.to_vec(), ..Who::nobody() }).await.unwrap();
    said.extend(dossier.addresses.values().map(|record| serde_json::to_string(&record.value).unwrap()));
    said.push(format!("{dossier:?} {:?}", store.suppressed(&realm, None, most).await.unwrap()));
    said.concat()
}

/// After a closed account's grace the courier erases it. Then no store gives out anything of it, nor of one erased by
/// command.
#[tokio::test]
async fn no_store_gives_out_anything_personal_of_an_erased_account() {
    let folder = tempfile::tempdir().unwrap();
    let stores: [Arc<dyn Store>; 2] =
        [Arc::new(MemoryStore::new(LIFE)), open(&folder.path().join("accounts.db"))];
    for store in stores {
        let lives = Lives::lived(Arc::clone(&store)).await;
        let ids = [lives.hers, lives.closed, lives.stays];
        let tags = lives.address_tags();
        let personal = lives.personal(&[]);
        all_in(&personal, given_out(&*store, &tags, &ids).await.as_bytes());

        lives.admin().erase(lives.hers).await.unwrap();
        lives.clock.advance(accountable_core::domain::Span::days(31));
        lives.accounts.sweep(1_000).await.unwrap();
        let said = given_out(&*store, &tags, &ids).await;
        none_in(&personal, said.as_bytes());
        all_in(&Lives::of_who_stays(), said.as_bytes());
        for id in [lives.hers, lives.closed] {
            assert_eq!(lives.admin().account(id).await.unwrap(), None);
            let gone = lives.admin().end_sessions(id).await.unwrap_err();
            assert!(matches!(gone, Error::Refused(_)) && gone.code() == "no_such_account");
            let account = store.load(&Who::id(id)).await.unwrap().account.unwrap().value;
            assert_eq!(account.standing(), StandingKind::Erased);
            // Its events stay, the last of them about the account itself that it was erased.
            let history = lives.accounts.journal().history(id, None, 1_000).await.unwrap().items;
            let last = history.iter().rfind(|event| event.version.is_some()).unwrap();
            assert_eq!((&last.what, last.version), (&EventKind::Erased, Some(account.version)));
        }
    }
}
