//! Importing accounts of another system, hashes and all, as a stream in bounded memory.

use std::sync::Arc;

use futures_util::{Stream, StreamExt as _};
use zeroize::Zeroizing;

use super::{AccountView, Admin};
use crate::{
    domain::{
        Account, AccountId, Imported, Initiator, InputError, Management, NewAccount, PriorPassword,
        Registration, Timestamp,
    },
    engine::Core,
    engine::watch::watched,
    engine::{Call, Verdict},
    error::{Error, Fault},
    port::PasswordHash,
};

/// The number of accounts that an import has under way at once, and thus what it holds in memory.
const WIDTH: usize = 64;

/// An account as another system knew it: what a registration says, and what else is known of it. Begin with
/// [`Import::new`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Import {
    /// The address, and what the host keeps about the account.
    pub account: NewAccount,
    /// Whether the other system made sure that the owner receives mail there; no by default.
    pub email_proven: bool,
    /// The account's password as a hash, if it has one; none by default.
    pub password: Option<ImportedPassword>,
    /// Who sets the account's passwords; its owner by default.
    pub management: Management,
    /// When the account came to be in the other system; now, if that is not known.
    pub created_at: Option<Timestamp>,
    /// The account's id in the other system; one is drawn for it by default.
    pub id: Option<AccountId>,
}

/// A password as another system kept it: its hash, and since when.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ImportedPassword {
    hash: PasswordHash,
    /// Since when this is the password; now, if that is not known.
    pub set_at: Option<Timestamp>,
    /// Whether the password must be changed at the next log-in; no by default.
    pub must_change: bool,
}

impl ImportedPassword {
    /// Takes a hash in the form in which the system that made it keeps or exports it. It must have been made of the octets
    /// as they were typed. Whether it can be verified is judged when it is imported, by the hasher: what
    /// `accountable-system` reads is listed at its `Argon2Pool`.
    ///
    /// ```
    /// use accountable_core::ImportedPassword;
    /// // bcrypt, of PHP, Rails, Spring, Go and many more; a column as it is.
    /// ImportedPassword::new("$2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a");
    /// // Django: the column `password`.
    /// ImportedPassword::new("pbkdf2_sha256$1000000$seasalt$1p2+5Xa5Tl4gKxFq0dGpqbyl7yZ7NyWzF+iJyQmZ4fg=");
    /// // Ory Kratos: `hashed_password` of the credential's configuration.
    /// let kratos = serde_json::json!({ "hashed_password": "$2a$12$o6hx.Wog/wvFSkT/Bp/6DOxCtLRTDj7lm9on9suF/WaCGNVHbkfL6" });
    /// ImportedPassword::new(kratos["hashed_password"].as_str().unwrap());
    /// // Keycloak: an element of `credentials` of its export, whole; or its two columns as such an object.
    /// let credential = serde_json::json!({
    ///     "secretData": r#"{"value":"bLMNoNaOmtrNHfDIHrcEVTGyZUUWqAnKj4tPwzqWVwU=","salt":"c2FsdHNhbHRzYWx0c2FsdA=="}"#,
    ///     "credentialData": r#"{"hashIterations":210000,"algorithm":"pbkdf2-sha256"}"#,
    /// });
    /// ImportedPassword::new(&credential.to_string());
    /// // Devise with a pepper: the column `encrypted_password`, with a word in front.
    /// ImportedPassword::new(&format!("$devise{}", "$2a$12$o6hx.Wog/wvFSkT/Bp/6DOxCtLRTDj7lm9on9suF/WaCGNVHbkfL6"));
    /// ```
    #[must_use]
    pub fn new(hash: &str) -> Self {
        let hash = PasswordHash::from_phc(Zeroizing::new(hash.to_owned()));
        Self { hash, set_at: None, must_change: false }
    }
    /// Says since when this is the password.
    #[must_use]
    pub fn set_at(mut self, at: Timestamp) -> Self {
        self.set_at = Some(at);
        self
    }
    /// Demands that the password is changed at the next log-in, which is told that it is `Required`.
    #[must_use]
    pub fn must_change(mut self) -> Self {
        self.must_change = true;
        self
    }
}

impl Import {
    /// An account with an unproven address and without a password, whose passwords its owner sets.
    #[must_use]
    pub fn new(account: NewAccount) -> Self {
        Self {
            account,
            email_proven: false,
            password: None,
            management: Management::Owner,
            created_at: None,
            id: None,
        }
    }
    /// Keeps the id that the account has in the other system: 16 octets ([`AccountId::from_bytes`]), or any text form of
    /// ours ([`AccountId::parse`]). Ids are the store's: no two accounts of it have one, whatever their realms.
    #[must_use]
    pub fn with_id(mut self, id: AccountId) -> Self {
        self.id = Some(id);
        self
    }
    /// Says that the other system made sure that the owner receives mail at the address.
    #[must_use]
    pub fn proven(mut self) -> Self {
        self.email_proven = true;
        self
    }
    /// Brings the account's password, as a hash.
    #[must_use]
    pub fn with_password(mut self, password: ImportedPassword) -> Self {
        self.password = Some(password);
        self
    }
    /// Says who sets the account's passwords.
    #[must_use]
    pub fn managed_by(mut self, management: Management) -> Self {
        self.management = management;
        self
    }
    /// Says when the account came to be in the other system.
    #[must_use]
    pub fn created_at(mut self, at: Timestamp) -> Self {
        self.created_at = Some(at);
        self
    }
}

impl Admin {
    /// Imports accounts, one commit each, and answers for each in the order in which they come. At most 64 are held in
    /// memory at once, however many there are; it stops where the answers are no longer taken. An account that is
    /// refused keeps none of the others out, and an import that broke off can be started again from the beginning: what
    /// is there already is `email_taken`, or `id_taken` where it brings its id.
    ///
    /// # Errors
    /// In each item: `email_taken`, `id_taken`, `unknown_ip_filter_group`, `bad_password_hash`, whose
    /// [`UnusableHash`](crate::domain::UnusableHash) says why; a [`Fault`].
    pub fn import_many<S>(
        &self,
        accounts: S,
    ) -> impl Stream<Item = Result<AccountView, Error>> + Send + use<S>
    where
        S: Stream<Item = Import> + Send + 'static,
    {
        let admin = self.clone();
        accounts.map(move |import| import_one(admin.clone(), import)).buffered(WIDTH)
    }

    /// Imports one account, and gives it as staff sees it.
    ///
    /// # Errors
    /// `email_taken`, `id_taken`, `unknown_ip_filter_group`, `bad_password_hash`, whose
    /// [`UnusableHash`](crate::domain::UnusableHash) says why; a [`Fault`].
    pub async fn import(&self, account: Import) -> Result<AccountView, Error> {
        import_one(self.clone(), account).await
    }
}

async fn import_one(admin: Admin, import: Import) -> Result<AccountView, Error> {
    let core = Arc::clone(&admin.core);
    watched("admin.import", core.realm.as_str(), async {
        if let Some(password) = &import.password {
            core.hasher.check(&password.hash).map_err(Fault::from)?.map_err(InputError::from)?;
        }
        commit(&core, &import, admin.initiator()).await
    })
    .await
}

async fn commit(core: &Core, import: &Import, by: Initiator) -> Result<AccountView, Error> {
    let new = &import.account;
    let tag = core.keys.address_tag(&core.realm, &new.email);
    let group = new.attributes.ip_filter_group.as_ref();
    let mut call = core.naming_group(Call::without_facts(by), group);
    call.names = import.id.is_some();
    let decided = core
        .decide(call, |dossier, moment, _| {
            core.known_group(group, dossier)?;
            let created_at = import.created_at.map_or(moment.now, |at| at.min(moment.now));
            let registration = Registration { now: created_at, ..core.registration(new, tag, moment) };
            let id = import.id.unwrap_or(registration.id);
            let registration = Registration { id, ..registration };
            let password = import.password.as_ref().map(|password| {
                let sealed =
                    core.keys.seal_hash(&core.realm, id, moment.seal_nonce(), password.hash.expose());
                PriorPassword {
                    hash: sealed,
                    set_at: password.set_at.map_or(moment.now, |at| at.min(moment.now)),
                    must_change: password.must_change,
                }
            });
            let change = Account::import(Imported {
                registration,
                proven: import.email_proven,
                password,
                management: import.management,
                now: moment.now,
                warnings: core.rules.expiry_warnings,
            });
            Ok(Verdict::new(change, ()))
        })
        .await?;
    AccountView::of(&decided.after).ok_or_else(|| Fault::Defect("an import without an account").into())
}
