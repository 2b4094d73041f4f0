//! What becomes of each record, and how that is told: by its number, and by what the other system calls the user. Neither an
//! address nor a hash is shown.

use accountable::{
    Admin, Error, Fault, ImportedOnce,
    domain::{AccountId, UnusableHash},
};
use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::{
    own::Group,
    record::Refused,
    system::{Asked, Item},
};
use crate::manage::{failure::ManageError, output::Output};

/// What became of a record.
#[derive(Debug)]
pub(super) struct Outcome {
    record: u64,
    line: Option<u64>,
    source_id: Option<String>,
    became: Became,
}

#[derive(Debug)]
enum Became {
    Imported { account: AccountId, without_password: Option<&'static str> },
    Present { account: AccountId },
    Group { defined: bool },
    PassedOver,
    Refused { code: &'static str, text: String },
}

/// Does what a record asks for.
///
/// # Errors
/// Where the store can't answer.
pub(super) async fn settled(item: Item, admin: Admin) -> Result<Outcome, ManageError> {
    let Item { record, line, asked } = item;
    let (source_id, became) = match asked {
        Ok(None) => (None, Became::PassedOver),
        Ok(Some(Asked::Group(group))) => (None, Became::Group { defined: defined(group, &admin).await? }),
        Ok(Some(Asked::Account { source_id, import, unverifiable })) => {
            (source_id, imported(admin.import_once(*import).await, unverifiable)?)
        }
        Err(Refused { code, text, source_id }) => (source_id, Became::Refused { code, text }),
    };
    Ok(Outcome { record, line, source_id, became })
}

fn imported(answer: Result<ImportedOnce, Error>, unverifiable: bool) -> Result<Became, Fault> {
    match answer {
        Ok(ImportedOnce::New { account, without_password }) => {
            let unknown = unverifiable.then_some(UnusableHash::UnknownScheme);
            let without_password = without_password.or(unknown).map(UnusableHash::code);
            Ok(Became::Imported { account, without_password })
        }
        Ok(ImportedOnce::Present { account }) => Ok(Became::Present { account }),
        Err(Error::Failed(fault)) => Err(fault),
        Ok(_) => Err(Fault::Defect("an import that ended in no way that is known")),
        Err(refused) => Ok(Became::Refused { code: refused.code(), text: refused.to_string() }),
    }
}

/// Whether the group was defined: one that is there stays as it is.
async fn defined(group: Group, admin: &Admin) -> Result<bool, ManageError> {
    let mut after = None;
    loop {
        let page = admin.ip_filter_groups(after, 1_000).await?;
        if page.items.iter().any(|known| known.name == group.name) {
            return Ok(false);
        }
        let Some(next) = page.next else { break };
        after = Some(next);
    }
    admin.define_ip_filter_group(&group.name, group.networks).await?;
    Ok(true)
}

impl Outcome {
    /// Tells it: to machines each, to people what they have to know of. A bar is out of the way meanwhile.
    pub(super) fn print(&self, output: &mut Output, bar: &ProgressBar) -> Result<(), ManageError> {
        if !output.is_for_people() {
            return Ok(bar.suspend(|| output.json(&self.told()))?);
        }
        let what = match &self.became {
            Became::Refused { code, text } => format!("refused: {text} ({code})"),
            Became::Imported { without_password: Some(code), .. } => {
                format!("imported without its password ({code})")
            }
            _ => return Ok(()),
        };
        let at = match self.line {
            Some(line) => format!("line {line}"),
            None => format!("record {}", self.record),
        };
        let named = self.source_id.as_ref().map(|id| format!(" ({})", id.escape_debug())).unwrap_or_default();
        Ok(bar.suspend(|| output.line(&format!("{at}{named}: {what}")))?)
    }

    fn told(&self) -> Value {
        let mut told = json!({ "record": self.record, "line": self.line, "source_id": self.source_id });
        let more = match &self.became {
            Became::Imported { account, without_password } => json!({
                "outcome": "imported", "account": account.to_string(), "without_password": without_password,
            }),
            Became::Present { account } => json!({ "outcome": "present", "account": account.to_string() }),
            Became::Group { defined: true } => json!({ "outcome": "group_defined" }),
            Became::Group { defined: false } => json!({ "outcome": "group_present" }),
            Became::PassedOver => json!({ "outcome": "passed_over" }),
            Became::Refused { code, text } => json!({ "outcome": "refused", "code": code, "text": text }),
        };
        if let (Some(told), Value::Object(more)) = (told.as_object_mut(), more) {
            told.extend(more);
        }
        told
    }
}

/// How many records ended in each way.
#[derive(Debug, Default)]
pub(super) struct Tally {
    imported: u64,
    without_password: u64,
    present: u64,
    passed_over: u64,
    pub(super) refused: u64,
    /// Hashes beside the users, of nobody among them.
    pub(super) unmatched_passwords: usize,
}

impl Tally {
    pub(super) fn count(&mut self, outcome: &Outcome) {
        let add = |to: &mut u64| *to = to.saturating_add(1);
        match &outcome.became {
            Became::Imported { without_password, .. } => {
                add(&mut self.imported);
                if without_password.is_some() {
                    add(&mut self.without_password);
                }
            }
            Became::Present { .. } => add(&mut self.present),
            Became::Group { .. } => {}
            Became::PassedOver => add(&mut self.passed_over),
            Became::Refused { .. } => add(&mut self.refused),
        }
    }

    pub(super) fn print(&self, output: &mut Output) -> Result<(), ManageError> {
        let Self { imported, without_password, present, passed_over, refused, unmatched_passwords } = self;
        let told = json!({ "done": {
            "imported": imported,
            "without_password": without_password,
            "present": present,
            "passed_over": passed_over,
            "refused": refused,
            "unmatched_passwords": unmatched_passwords,
        }});
        let mut sentence = format!(
            "Imported {imported} accounts, {without_password} of them without a password. {present} were there already, \
             {passed_over} records are of no user, {refused} were refused."
        );
        if *unmatched_passwords > 0 {
            sentence.push_str(&format!(" {unmatched_passwords} passwords are of nobody among the users."));
        }
        Ok(output.done(&told, &sentence)?)
    }
}
