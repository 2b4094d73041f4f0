//! The systems whose users are read, each by a file of its own; and what is remembered from one record to the next.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use accountable::{Import, domain::Timestamp};
use clap::ValueEnum;

use super::{
    auth0, better_auth, devise, django, firebase, keycloak, kratos,
    own::{self, OwnForm, Said},
    reading::{self, Cut, Row, Shape},
    record::{Record, Refused},
    wordpress,
};

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum System {
    /// What accountable manage export wrote.
    Accountable,
    /// Auth0: users of an export job, or the hashes that support exports; NDJSON, JSON or CSV.
    Auth0,
    /// better-auth: an object of the tables user and account, or rows of both together; JSON, NDJSON or CSV.
    BetterAuth,
    /// Devise (Rails): the rows of the table users; CSV, JSON or NDJSON.
    Devise,
    /// Django: dumpdata auth.user; JSON or JSONL.
    Django,
    /// Firebase Authentication: firebase auth:export; JSON or CSV. Its passwords can't be verified here.
    Firebase,
    /// Keycloak: an export of a realm in one file, or of its users.
    Keycloak,
    /// Ory Kratos: identities of its administrative API, with their credentials.
    Kratos,
    /// WordPress: wp user list, or the table wp_users; CSV or JSON.
    Wordpress,
}

impl System {
    /// The system's name, as it stands before a user's own in what the user's id is made of.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Accountable => "accountable",
            Self::Auth0 => "auth0",
            Self::BetterAuth => "better-auth",
            Self::Devise => "devise",
            Self::Django => "django",
            Self::Firebase => "firebase",
            Self::Keycloak => "keycloak",
            Self::Kratos => "kratos",
            Self::Wordpress => "wordpress",
        }
    }

    fn shape(self) -> &'static Shape {
        match self {
            Self::Accountable => &own::SHAPE,
            Self::Auth0 => &auth0::SHAPE,
            Self::BetterAuth => &better_auth::SHAPE,
            Self::Devise => &devise::SHAPE,
            Self::Django => &django::SHAPE,
            Self::Firebase => &firebase::SHAPE,
            Self::Keycloak => &keycloak::SHAPE,
            Self::Kratos => &kratos::SHAPE,
            Self::Wordpress => &wordpress::SHAPE,
        }
    }
}

/// What a record asks for.
#[derive(Debug)]
pub(super) enum Asked {
    /// An account.
    Account {
        /// What the other system calls the user.
        source_id: Option<String>,
        /// What is imported.
        import: Box<Import>,
        /// Its password is left out, since nothing here can verify it.
        unverifiable: bool,
    },
    /// A group of networks, which accounts name.
    Group(own::Group),
}

/// A record on its way: where it stood, and what it asks for; none where it is no user.
#[derive(Debug)]
pub(super) struct Item {
    /// Its number in the file, from 1.
    pub(super) record: u64,
    /// Its line, where records have lines.
    pub(super) line: Option<u64>,
    pub(super) asked: Result<Option<Asked>, Refused>,
}

impl Item {
    /// Whether it is a group of networks.
    pub(super) fn is_group(&self) -> bool {
        matches!(self.asked, Ok(Some(Asked::Group(_))))
    }
}

/// How users are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) system: System,
    /// Whether hashes of Devise were made with a pepper.
    pub(super) peppered: bool,
    /// The time of the import.
    pub(super) now: Timestamp,
}

impl Reading {
    /// Reads all records of a file, as they come through `file`; a file with hashes beside it is read first. How many of those
    /// were of nobody.
    ///
    /// # Errors
    /// [`Cut`]; the records before it were given.
    pub(super) fn run(
        self,
        path: &Path,
        file: impl Read,
        passwords: Option<&Path>,
        mut give: impl FnMut(Item) -> bool,
    ) -> Result<usize, Cut> {
        let mut memory = Memory::default();
        if let Some(passwords) = passwords {
            memory.gather_auth0(passwords)?;
        }
        if self.system == System::BetterAuth {
            memory.gather_better_auth(path)?;
        }
        let mut record = 0_u64;
        let mut broken = None;
        let mut sink = |row: Row| {
            let line = row.line;
            match self.asked(row, &mut memory) {
                Ok(None) => true,
                Ok(Some(asked)) => {
                    record = record.saturating_add(1);
                    give(Item { record, line, asked })
                }
                Err(why) => {
                    broken = Some(why);
                    false
                }
            }
        };
        let read = reading::read(buffered(file), self.system.shape(), &mut sink);
        if let Some(why) = broken {
            return Err(Cut::Unreadable(why));
        }
        read?;
        if self.system == System::Accountable {
            memory.own.ended().map_err(Cut::Unreadable)?;
        }
        Ok(memory.auth0.len())
    }

    /// What a row asks for; none where it is no record at all.
    fn asked(self, row: Row, memory: &mut Memory) -> Result<Option<Result<Option<Asked>, Refused>>, String> {
        if better_auth::has_credentials(row.table) {
            return Ok(None);
        }
        let fields = match row.fields {
            Ok(fields) => fields,
            Err(refused) => return Ok(Some(Err(refused))),
        };
        let user = match self.system {
            System::Accountable => {
                return match memory.own.said(fields)? {
                    Ok(Said::Nothing) => Ok(None),
                    Ok(Said::Asked(asked)) => Ok(Some(Ok(Some(asked)))),
                    Err(refused) => Ok(Some(Err(refused))),
                };
            }
            System::Auth0 => auth0::user(&fields, &mut memory.auth0),
            System::BetterAuth => better_auth::user(&fields, &mut memory.better_auth),
            System::Devise => devise::user(&fields, self.peppered),
            System::Django => django::user(&fields),
            System::Firebase => firebase::user(&fields),
            System::Keycloak => keycloak::user(&fields),
            System::Kratos => kratos::user(&fields),
            System::Wordpress => wordpress::user(&fields),
        };
        Ok(Some(user.and_then(|user| user.map(|user| self.account(user)).transpose())))
    }

    fn account(self, user: Record) -> Result<Asked, Refused> {
        let source_id = user.id.clone();
        let (import, unverifiable) = user
            .into_import(self.system.name(), self.now)
            .map_err(|refused| Refused { source_id: source_id.clone(), ..refused })?;
        Ok(Asked::Account { source_id, import: Box::new(import), unverifiable })
    }
}

/// What is remembered from one record to the next.
#[derive(Default)]
struct Memory {
    own: OwnForm,
    auth0: auth0::Hashes,
    better_auth: better_auth::Hashes,
}

impl Memory {
    fn gather_auth0(&mut self, passwords: &Path) -> Result<(), Cut> {
        let sink = &mut |row: Row| {
            let user = row.fields.and_then(|fields| auth0::user(&fields, &mut auth0::Hashes::new()));
            // Whoever is not named is nobody's.
            if let Ok(Some(Record { id: Some(id), password: Some(password), password_set_at, .. })) = user {
                let known = Record { password: Some(password), password_set_at, ..Record::default() };
                self.auth0.insert(id, known);
            }
            true
        };
        reading::read(buffered(File::open(passwords)?), &auth0::SHAPE, sink)
    }

    fn gather_better_auth(&mut self, path: &Path) -> Result<(), Cut> {
        let sink = &mut |row: Row| {
            if better_auth::has_credentials(row.table)
                && let Ok(Ok(Some((user, hash)))) = row.fields.map(|fields| better_auth::credential(&fields))
            {
                self.better_auth.insert(user, hash);
            }
            true
        };
        reading::read(buffered(File::open(path)?), &better_auth::SHAPE, sink)
    }
}

fn buffered(file: impl Read) -> BufReader<impl Read> {
    BufReader::with_capacity(1 << 17, file)
}
