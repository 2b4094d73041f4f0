//! Exporting the accounts of a realm, in a form that an import takes back whole.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use zeroize::Zeroizing;

use super::{Admin, Import, ImportedPassword, view::as_text};
use crate::{
    domain::{
        Account, AccountId, Attributes, Change, Credential, Day, EmailAddress, EventKind, Facts,
        FormerPassword, Management, MustChangeReason, NewAccount, Sealed, Standing, Stop, Timestamp,
    },
    engine::{Call, Core, Verdict, watch::watched},
    error::{Error, Fault},
    port::{AccountFilter, AccountQuery, Limit, PasswordHash, Who},
};

/// An account as an export has it, and as an import takes it back ([`Import::from`]): whatever lasts. What is under way
/// stays behind: mails, codes, sessions, an address or a management that waits for a confirmation, former addresses, and what
/// is held against an address.
///
/// It serialises to an object whose names are those of its fields. Fields that say nothing are null or left out; a reader
/// passes over names that it does not know. The form is version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportedAccount {
    /// The account's id, serialised as 32 letters.
    #[serde(serialize_with = "as_text", deserialize_with = "id_of_text")]
    pub id: AccountId,
    /// The account's address, as it was given.
    pub email: EmailAddress,
    /// Whether the owner proved to receive mail there.
    pub email_proven: bool,
    /// Where it stands.
    pub standing: Standing,
    /// Who sets its passwords.
    pub management: Management,
    /// What it carries for its host. These fields stand beside the others when serialised.
    #[serde(flatten)]
    pub attributes: Attributes,
    /// When it came to be.
    pub created_at: Timestamp,
    /// The day of its last log-in, where one was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_log_in: Option<Day>,
    /// When it is removed unless its address is proven before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purge_at: Option<Timestamp>,
    /// Its password, in an export with hashes only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<ExportedPassword>,
    /// The hashes of its passwords before that one, latest first, in an export with hashes only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_passwords: Vec<ExportedHash>,
}

/// A password as an export has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportedPassword {
    /// Its hash.
    #[serde(flatten)]
    pub hash: ExportedHash,
    /// Since when this is the password.
    pub set_at: Timestamp,
    /// Why it must be changed, if it must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_change: Option<MustChangeReason>,
    /// When it lapses, if it was given for a while only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary_until: Option<Timestamp>,
}

/// A hash as an export has it: as the hasher made it, or took it over. It is not sealed any more, so that another
/// installation, with keys of its own, can read it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportedHash {
    /// The hash.
    #[serde(serialize_with = "hash_in_clear", deserialize_with = "hash_of_text")]
    pub hash: PasswordHash,
    /// Whether it was made of the octets as they were typed, by another system, not of our normal form.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub raw_input: bool,
}

impl fmt::Debug for ExportedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportedHash").field("raw_input", &self.raw_input).finish_non_exhaustive()
    }
}

impl From<ExportedAccount> for Import {
    fn from(account: ExportedAccount) -> Self {
        let mut new = NewAccount::new(account.email);
        new.attributes = account.attributes;
        let mut import = Self::new(new).with_id(account.id).managed_by(account.management);
        import.email_proven = account.email_proven;
        import.standing = account.standing;
        import.created_at = Some(account.created_at);
        import.last_log_in = account.last_log_in;
        import.purge_at = account.purge_at;
        import.password = account.password.map(|exported| {
            let mut password = ImportedPassword::from(exported.hash).set_at(exported.set_at);
            password.must_change = exported.must_change;
            password.temporary_until = exported.temporary_until;
            password
        });
        import.former_passwords = account.former_passwords.into_iter().map(ImportedPassword::from).collect();
        import
    }
}

impl From<ExportedHash> for ImportedPassword {
    fn from(exported: ExportedHash) -> Self {
        let mut password = Self::new(exported.hash.expose());
        password.raw_input = exported.raw_input;
        password
    }
}

/// The accounts of a realm on their way out, in the order of their ids. Made by [`Admin::export`].
pub struct Export {
    core: Arc<Core>,
    hashes: bool,
    next: Option<AccountQuery>,
}

impl Admin {
    /// Exports the accounts of the realm, without anything of their passwords.
    #[must_use]
    pub fn export(&self) -> Export {
        self.exporting(false)
    }

    /// Exports the accounts of the realm with the hashes of their passwords, opened. The journal says so first, in the actor's
    /// name: [`EventKind::PasswordHashesExported`]. Whoever holds them can guess the passwords off-line.
    ///
    /// # Errors
    /// A [`Fault`] where the event can't be written: then nothing is read out.
    pub async fn export_with_password_hashes(&self) -> Result<Export, Error> {
        watched("admin.export_with_password_hashes", self.core.realm.as_str(), async {
            let call = Call::new(Who::nobody(), self.initiator());
            let event = Change { events: vec![EventKind::PasswordHashesExported], ..Change::none() };
            self.core.decide(call, |_, _, _| Ok::<_, Stop>(Verdict::new(event.clone(), ()))).await?;
            Ok(self.exporting(true))
        })
        .await
    }

    fn exporting(&self, hashes: bool) -> Export {
        let (realm, filter) = (self.core.realm.clone(), AccountFilter::default());
        let first = AccountQuery::ById { realm, after: None, filter };
        Export { core: Arc::clone(&self.core), hashes, next: Some(first) }
    }
}

impl Export {
    /// The next accounts, at most `at_most`, 1 to 1,000; none at the end. There may be none of a page before that.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer, or a hash does not open under the keyring: nothing is left out silently.
    pub async fn next_page(&mut self, at_most: u32) -> Result<Option<Vec<ExportedAccount>>, Fault> {
        let core = Arc::clone(&self.core);
        watched("admin.export", core.realm.as_str(), async {
            let Some(query) = &self.next else { return Ok(None) };
            let accounts = core.store.accounts(query, Limit::of(at_most));
            let page = core.deadline().within(accounts).await??;
            let exported = |account: &Account| {
                let facts = account.facts().ok()?;
                Some(exported(&core, account.id, facts, self.hashes))
            };
            let items = page.items.iter().filter_map(|stored| exported(&stored.value));
            let items = items.collect::<Result<_, _>>()?;
            self.next = page.next;
            Ok(Some(items))
        })
        .await
    }
}

fn exported(core: &Core, id: AccountId, facts: &Facts, hashes: bool) -> Result<ExportedAccount, Fault> {
    let opened = |sealed: &Sealed, raw_input: bool| -> Result<ExportedHash, Fault> {
        let hash = core.keys.open_hash(&core.realm, id, sealed)?;
        Ok(ExportedHash { hash: PasswordHash::from_phc(hash), raw_input })
    };
    let password = |password: &Credential| {
        Ok::<_, Fault>(ExportedPassword {
            hash: opened(&password.hash, password.raw_input)?,
            set_at: password.set_at,
            must_change: password.must_change,
            temporary_until: password.temporary_until,
        })
    };
    let former = facts.previous.iter().filter(|_| hashes);
    let former = former.map(|FormerPassword { hash, raw_input }| opened(hash, *raw_input));
    Ok(ExportedAccount {
        id,
        email: facts.mailbox.address.clone(),
        email_proven: facts.proven,
        standing: facts.standing.clone(),
        management: facts.management,
        attributes: facts.attributes.clone(),
        created_at: facts.created_at,
        last_log_in: facts.last_log_in,
        purge_at: facts.purge_at,
        password: facts.password.as_ref().filter(|_| hashes).map(password).transpose()?,
        former_passwords: former.collect::<Result<_, _>>()?,
    })
}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export").field("hashes", &self.hashes).finish_non_exhaustive()
    }
}

fn id_of_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccountId, D::Error> {
    let text = String::deserialize(deserializer)?;
    AccountId::parse(&text).ok_or_else(|| D::Error::custom("not an account's id"))
}

fn hash_in_clear<S: Serializer>(hash: &PasswordHash, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(hash.expose())
}

fn hash_of_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PasswordHash, D::Error> {
    Ok(PasswordHash::from_phc(Zeroizing::new(String::deserialize(deserializer)?)))
}
