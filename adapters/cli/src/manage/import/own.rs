//! What `accountable manage export` writes: one JSON object a line, whose first says what it is and whose last how many there
//! were, so that a file that was cut off is noticed.
//!
//! | line | object |
//! |---|---|
//! | the first | `{"accountable_export":1,"realm":"..","password_hashes":false}` |
//! | then, for each group of networks | `{"network_group":{"name":"..","networks":["192.0.2.0/24"]}}` |
//! | then, for each account, in the order of their ids | an [`ExportedAccount`] |
//! | the last | `{"end":{"accounts":2}}` |
//!
//! Other names in these objects are passed over; another version is refused.

use accountable::{
    ExportedAccount,
    domain::{Cidr, IpFilterGroupName, Realm},
};
use serde::{Deserialize, Serialize};

use super::{fields::Fields, reading::Shape, record::Refused, system::Asked};

pub(super) const SHAPE: Shape = Shape { within: &[], bare: true, columns: None };

/// The version of the form.
const VERSION: u64 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::manage) struct Head {
    accountable_export: u64,
    realm: Realm,
    password_hashes: bool,
}

impl Head {
    pub(in crate::manage) fn new(realm: Realm, password_hashes: bool) -> Self {
        Self { accountable_export: VERSION, realm, password_hashes }
    }
}

/// A group of networks, in a line of its own.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::manage) struct GroupLine {
    pub(in crate::manage) network_group: Group,
}

/// A group of networks.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::manage) struct Group {
    pub(in crate::manage) name: IpFilterGroupName,
    pub(in crate::manage) networks: Vec<Cidr>,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::manage) struct EndLine {
    end: End,
}

#[derive(Debug, Serialize, Deserialize)]
struct End {
    accounts: u64,
}

impl EndLine {
    pub(in crate::manage) fn new(accounts: u64) -> Self {
        Self { end: End { accounts } }
    }
}

/// What a line says.
pub(super) enum Said {
    Nothing,
    Asked(Asked),
}

/// How far the file was read.
#[derive(Debug, Default)]
pub(super) struct OwnForm {
    headed: bool,
    accounts: u64,
    end: Option<u64>,
}

impl OwnForm {
    /// What a line says, or why it is refused.
    ///
    /// # Errors
    /// Why nothing after it can be read.
    pub(super) fn said(&mut self, fields: Fields) -> Result<Result<Said, Refused>, String> {
        if !self.headed {
            let head = read::<Head>(fields).map_err(|_| "it is no export of accountable".to_owned())?;
            if head.accountable_export != VERSION {
                return Err(format!(
                    "it is an export of form {}, and this build reads form {VERSION}",
                    head.accountable_export
                ));
            }
            self.headed = true;
            return Ok(Ok(Said::Nothing));
        }
        if fields.has("end") {
            let end = read::<EndLine>(fields).map_err(|_| "its end is not of its form".to_owned())?;
            self.end = Some(end.end.accounts);
            return Ok(Ok(Said::Nothing));
        }
        if fields.has("network_group") {
            let group = read::<GroupLine>(fields);
            return Ok(group.map(|line| Said::Asked(Asked::Group(line.network_group))));
        }
        self.accounts = self.accounts.saturating_add(1);
        let source_id = fields.id("id").ok().flatten();
        let account = read::<ExportedAccount>(fields);
        let named = account.map_err(|refused| Refused { source_id: source_id.clone(), ..refused });
        Ok(named.map(|account| {
            let import = Box::new(account.into());
            Said::Asked(Asked::Account { source_id, import, unverifiable: false })
        }))
    }

    /// Whether the file was read to its end.
    ///
    /// # Errors
    /// What is missing.
    pub(super) fn ended(&self) -> Result<(), String> {
        match self.end {
            Some(accounts) if accounts == self.accounts => Ok(()),
            Some(accounts) => Err(format!("it has {} accounts, and says {accounts}", self.accounts)),
            None => Err("the file is cut off".to_owned()),
        }
    }
}

/// Without serde's words, which may hold the value.
fn read<T: for<'de> Deserialize<'de>>(fields: Fields) -> Result<T, Refused> {
    serde_json::from_value(fields.into_value())
        .map_err(|_| Refused::new("bad_record", "the line is not of its form"))
}
