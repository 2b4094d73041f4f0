//! Importing accounts of another system, hashes and all, as a stream in bounded memory.

use std::sync::Arc;

use futures_util::{Stream, StreamExt as _};
use zeroize::Zeroizing;

use super::{AccountView, Admin};
use crate::{
    domain::{
        Account, AccountId, Day, FormerPassword, Imported, Initiator, InputError, Management,
        MustChangeReason, NewAccount, PriorPassword, Refusal, Registration, Standing, Timestamp,
        UnusableHash,
    },
    engine::Core,
    engine::watch::watched,
    engine::{Call, Decided, Moment, Verdict},
    error::{Error, Fault},
    port::{By, PasswordHash},
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
    /// The account's name in the other system, where that is no id of ours: an id is made of it, always the same one. None by
    /// default. An [`id`](Self::id) goes before it.
    pub name: Option<String>,
    /// Where the account stood in the other system; active by default.
    pub standing: Standing,
    /// The day of the account's last log-in in the other system, which is kept where log-ins are noted
    /// ([`Builder::log_ins_noted`](crate::Builder::log_ins_noted)); none by default.
    pub last_log_in: Option<Day>,
    /// When the account is removed unless its address is proven before, as one that a stranger signed up; never by default,
    /// nor where its address is proven or it brings a password.
    pub purge_at: Option<Timestamp>,
    /// The account's passwords before the one that it brings, latest first: as many as the policy remembers are kept, of those
    /// that can be verified. None by default.
    pub former_passwords: Vec<ImportedPassword>,
}

/// What became of one account that [`Admin::import_once`] was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportedOnce {
    /// It came to be.
    New {
        /// Its id.
        account: AccountId,
        /// Why it has not the password that it brought; none where it has, or brought none.
        without_password: Option<UnusableHash>,
    },
    /// It is there from an import before, and was left as it is.
    Present {
        /// Its id.
        account: AccountId,
    },
}

/// A password as another system kept it: its hash, and since when.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ImportedPassword {
    hash: PasswordHash,
    /// Since when this is the password; now, if that is not known.
    pub set_at: Option<Timestamp>,
    /// Why the password must be changed at the next log-in; none by default: it need not be.
    pub must_change: Option<MustChangeReason>,
    /// When the password lapses, if it was given for a while only; never by default. Such a one must be changed.
    pub temporary_until: Option<Timestamp>,
    /// Whether the hash was made of the octets as they were typed; yes by default. No only for what an installation of this
    /// library hashed itself.
    pub raw_input: bool,
}

impl ImportedPassword {
    /// Takes a hash in the form in which the system that made it keeps or exports it, made of the octets as they were typed.
    /// Whether it can be verified is judged when it is imported, by the hasher: what
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
        Self { hash, set_at: None, must_change: None, temporary_until: None, raw_input: true }
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
        self.must_change = Some(MustChangeReason::Required);
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
            name: None,
            standing: Standing::Active,
            last_log_in: None,
            purge_at: None,
            former_passwords: Vec::new(),
        }
    }
    /// Keeps the id that the account has in the other system: 16 octets ([`AccountId::from_bytes`]), or any text form of
    /// ours ([`AccountId::parse`]). Ids are the store's: no two accounts of it have one, whatever their realms.
    #[must_use]
    pub fn with_id(mut self, id: AccountId) -> Self {
        self.id = Some(id);
        self
    }
    /// Names the account as the other system does, where its name is no id of ours: a number, or a text. From the name, the time
    /// at which the account came to be, the realm and the keyring an id is made, the same one each time. The name itself is not
    /// kept. Two systems may use one name: put the system's own in front.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
    /// Says where the account stood in the other system.
    #[must_use]
    pub fn standing(mut self, standing: Standing) -> Self {
        self.standing = standing;
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

    /// Imports one account that brings an id or a [name](Import::name), or says that it is there already: so an import that
    /// broke off is run again from its beginning, and nothing comes to be twice. Who is there is told by the id alone: its
    /// owner may have changed the rest meanwhile. A password that can't be verified is left out, and the answer says why.
    ///
    /// ```
    /// # use accountable_core::{Accounts, Admin, Error, Import, ImportedOnce, NewAccount};
    /// # async fn of_django(admin: &Admin, pk: u64, new: NewAccount) -> Result<(), Error> {
    /// let import = Import::new(new).named(format!("django:{pk}"));
    /// let first = admin.import_once(import.clone()).await?;
    /// assert!(matches!(first, ImportedOnce::New { .. }));
    /// assert!(matches!(admin.import_once(import).await?, ImportedOnce::Present { .. }));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `email_taken`, by an account with another id; `id_taken`, by an account that was erased or is of another realm;
    /// `unknown_ip_filter_group`; a [`Fault`].
    pub async fn import_once(&self, account: Import) -> Result<ImportedOnce, Error> {
        let core = &self.core;
        watched("admin.import", core.realm.as_str(), async {
            let mut import = account;
            import.id = own_id(core, &import);
            let without_password = match &import.password {
                Some(password) => core.hasher.check(&password.hash).map_err(Fault::from)?.err(),
                None => None,
            };
            if without_password.is_some() {
                import.password = None;
            }
            match (commit(core, &import, self.initiator()).await, import.id) {
                (Ok(decided), _) => {
                    let account = decided.after.account.as_ref().map(|account| account.value.id);
                    let account = account.ok_or(NO_ACCOUNT)?;
                    Ok(ImportedOnce::New { account, without_password })
                }
                (Err(Error::Refused(refusal @ (Refusal::IdTaken | Refusal::EmailTaken))), Some(id)) => {
                    match self.find(By::Id(id)).await? {
                        Some(_) => Ok(ImportedOnce::Present { account: id }),
                        None => Err(refusal.into()),
                    }
                }
                (Err(error), _) => Err(error),
            }
        })
        .await
    }
}

const NO_ACCOUNT: Fault = Fault::Defect("an import without an account");

async fn import_one(admin: Admin, import: Import) -> Result<AccountView, Error> {
    let core = Arc::clone(&admin.core);
    watched("admin.import", core.realm.as_str(), async {
        if let Some(password) = &import.password {
            core.hasher.check(&password.hash).map_err(Fault::from)?.map_err(InputError::from)?;
        }
        let decided = commit(&core, &import, admin.initiator()).await?;
        AccountView::of(&decided.after).ok_or_else(|| NO_ACCOUNT.into())
    })
    .await
}

/// The id that the account brings, or that is made of its name.
fn own_id(core: &Core, import: &Import) -> Option<AccountId> {
    let named = |name: &String| {
        core.keys.imported_id(&core.realm, import.created_at.unwrap_or(Timestamp::EPOCH), name)
    };
    import.id.or_else(|| import.name.as_ref().map(named))
}

async fn commit(core: &Core, import: &Import, by: Initiator) -> Result<Decided<()>, Error> {
    let new = &import.account;
    let tag = core.keys.address_tag(&core.realm, &new.email);
    let group = new.attributes.ip_filter_group.as_ref();
    let own_id = own_id(core, import);
    let mut call = core.naming_group(Call::without_facts(by), group);
    call.names = own_id.is_some();
    let decided = core.decide(call, |dossier, moment, _| {
        core.known_group(group, dossier)?;
        let drawn = core.registration(new, tag, moment);
        let id = own_id.unwrap_or(drawn.id);
        let created_at = import.created_at.map_or(moment.now, |at| at.min(moment.now));
        let mut nonce = moment.seal_nonce();
        let mut sealed = |password: &ImportedPassword| {
            nonce = Moment::next_seal_nonce(nonce);
            core.keys.seal_hash(&core.realm, id, nonce, password.hash.expose())
        };
        let password = import.password.as_ref().map(|password| PriorPassword {
            hash: sealed(password),
            set_at: password.set_at.unwrap_or(moment.now),
            must_change: password.must_change,
            temporary_until: password.temporary_until,
            raw_input: password.raw_input,
        });
        let readable = |password: &&ImportedPassword| matches!(core.hasher.check(&password.hash), Ok(Ok(())));
        let former = import.former_passwords.iter().take(core.policy.history()).filter(readable);
        let previous =
            former.map(|former| FormerPassword { hash: sealed(former), raw_input: former.raw_input });
        let change = Account::import(Imported {
            registration: Registration { id, now: created_at, purge_at: import.purge_at, ..drawn },
            proven: import.email_proven,
            password,
            previous: previous.collect(),
            management: import.management,
            standing: import.standing.clone(),
            last_log_in: import.last_log_in.filter(|_| core.log_ins.notes),
            now: moment.now,
            warnings: core.rules.expiry_warnings,
        });
        Ok(Verdict::new(change, ()))
    });
    Ok(decided.await?)
}
