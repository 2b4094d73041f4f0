//! The limit: what somebody would write straight onto SQLite who needs one effect of the library, and nothing else.
//!
//! The same durability (write-ahead log, `synchronous = FULL`), the same page cache, the same records byte for byte,
//! prepared statements; but no stamps, no guards, no index that the effect does not need, no thread and no lock.

use std::path::Path;

use accountable_core::domain::{Account, Address, EmailKey};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::Trouble;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -8192;
    CREATE TABLE account (id BLOB NOT NULL PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE email (key TEXT NOT NULL PRIMARY KEY, account BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE address (tag BLOB NOT NULL PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE event (seq INTEGER PRIMARY KEY, record TEXT NOT NULL);";

const INSERT_ACCOUNT: &str = "INSERT INTO account (id, record) VALUES (?1, ?2)";
const INSERT_EMAIL: &str = "INSERT INTO email (key, account) VALUES (?1, ?2)";
const INSERT_EVENT: &str = "INSERT INTO event (record) VALUES (?1)";
const ACCOUNT: &str = "SELECT record FROM account WHERE id = ?1";
const ACCOUNT_BY_KEY: &str =
    "SELECT record FROM account WHERE id = (SELECT account FROM email WHERE key = ?1)";
const WRITE_ADDRESS: &str = "INSERT INTO address (tag, record) VALUES (?1, ?2)
     ON CONFLICT (tag) DO UPDATE SET record = ?2";

/// Four tables in a file.
#[derive(Debug)]
pub struct ByHand {
    on: Connection,
    made: u128,
}

impl ByHand {
    /// A new file in this folder.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn new(folder: &Path) -> Result<Self, Trouble> {
        let on = Connection::open(folder.join("by_hand.db"))?;
        on.execute_batch(SCHEMA)?;
        Ok(Self { on, made: 0 })
    }

    /// Registers so many accounts in one transaction: for each an account, the unique key of its address, an event.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn register(&mut self, count: u32, account: &str, event: &str) -> Result<(), Trouble> {
        let transaction = self.on.transaction()?;
        {
            let mut insert_account = transaction.prepare_cached(INSERT_ACCOUNT)?;
            let mut insert_email = transaction.prepare_cached(INSERT_EMAIL)?;
            let mut insert_event = transaction.prepare_cached(INSERT_EVENT)?;
            for _ in 0..count {
                self.made = self.made.saturating_add(1);
                let id = self.made.to_be_bytes();
                let key = format!("person{}@example.com", self.made);
                insert_account.execute(params![id, account])?;
                insert_email.execute(params![key, id])?;
                insert_event.execute([event])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Keeps an account that is to be read.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn keep(&self, account: &Account) -> Result<(), Trouble> {
        let key = account.keys().own.ok_or("an erased account")?;
        let id = account.id.as_bytes();
        self.on.execute(INSERT_ACCOUNT, params![id, serde_json::to_string(account)?])?;
        self.on.execute(INSERT_EMAIL, params![key.as_str(), id])?;
        Ok(())
    }

    /// One account by its name.
    ///
    /// # Errors
    /// What SQLite says; what serde says.
    pub fn account(&self, id: &[u8; 16]) -> Result<Account, Trouble> {
        self.parsed(ACCOUNT, id)
    }

    /// One account by its address.
    ///
    /// # Errors
    /// What SQLite says; what serde says.
    pub fn account_by_key(&self, key: &EmailKey) -> Result<Account, Trouble> {
        self.parsed(ACCOUNT_BY_KEY, key.as_str())
    }

    /// Writes the record of an address, durably.
    ///
    /// # Errors
    /// What SQLite says; what serde says.
    pub fn write_address(&self, address: &Address) -> Result<(), Trouble> {
        let mut write = self.on.prepare_cached(WRITE_ADDRESS)?;
        write.execute(params![address.tag.as_bytes(), serde_json::to_string(address)?])?;
        Ok(())
    }

    fn parsed(&self, statement: &str, by: impl rusqlite::ToSql) -> Result<Account, Trouble> {
        let mut statement = self.on.prepare_cached(statement)?;
        let account = statement
            .query_row([by], |row| {
                let text = row.get_ref(0)?.as_str()?;
                Ok(serde_json::from_str(text))
            })
            .optional()?;
        Ok(account.ok_or("an account that was not kept")??)
    }
}
