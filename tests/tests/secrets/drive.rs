//! Every command, with each refusal and each fault that can be caused, and with secrets that can be recognised.

mod owners;
mod staff;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, atomic::Ordering::Relaxed},
};

use accountable::{
    Accounts, Authentication, DeliveryOptions, Machine, MailOptions, NewAccount, PublicError,
    domain::{
        AccountId, Actor, Blocklist, EmailAddress, Incarnation, KeyId, Keyring, LinkUrl, Links, Locale,
        MailedCode, Memo, Origin, Password, PasswordPolicy, PasswordValidity, Realm, ReturnUrl, SessionStamp,
        Span,
    },
    keyring_from_file,
    port::PasswordHash,
    testing::{
        Answer, CommitFault, CountingStore, FaultyStore, HeldHasher, ManualClock, RecordingMailer, Sandbox,
    },
};
use accountable_sqlite::{Options, SqliteStore};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};

use crate::{
    scanner::Scanner,
    spy::{DryEntropy, Said, SpyHasher, SpyStore},
};

pub(crate) const GOOD: &str = "Kestrel#plum7Marker0001";
const BETTER: &str = "\u{dc}bermarker\u{2602}na\u{ef}ve#0002";
const ASSIGNED: &str = "Assigned=quartzMarker0003";
const WRONG: &str = "Wrong/zephyrMarker0004";
const WEAK: &str = "Weak0005mark";
const COMMON: &str = "Password12345678";
const PASSWORDS: [&str; 6] = [GOOD, BETTER, ASSIGNED, WRONG, WEAK, COMMON];

pub(crate) const ADDRESSES: [&str; 8] = [
    "zenobia.quimby@markers.example",
    "gone.fishingrod@markers.example",
    "nobody.whatever@markers.example",
    "second.wolpertinger@markers.example",
    "owner.elwetritsch@markers.example",
    "later.rasselbock@markers.example",
    "signed.up.hanghuhn@markers.example",
    "imported.dahu@markers.example",
];
pub(crate) const MEMO: &str = "drinks_oolong_on_thursdays";
/// Every use that a key is derived for; the first two from the key of tags.
const USES: [&str; 5] = ["address tag", "quota tag", "code", "hash seal", "intent seal"];

type Faulty = FaultyStore<Arc<SqliteStore>>;

/// Accounts in a real file, with a spy at each port.
pub(crate) struct World {
    accounts: Accounts,
    clock: ManualClock,
    mailer: RecordingMailer,
    hasher: SpyHasher,
    entropy: DryEntropy,
    store: SpyStore<CountingStore<Faulty>>,
    pub(crate) said: Said,
    /// Links that were made for a host to mail.
    issued: Mutex<Vec<String>>,
    pub(crate) database: PathBuf,
    folder: tempfile::TempDir,
}

fn secret_key(of: &str) -> [u8; 32] {
    Sha256::digest(of).into()
}

fn keyring(rotating: &[&str]) -> Keyring {
    let id = |name: &str| KeyId::parse(name).unwrap();
    let mut keys = Keyring::new(secret_key("tags"), id(rotating[0]), secret_key(rotating[0])).unwrap();
    for name in &rotating[1..] {
        keys = keys.with_key(id(name), secret_key(name)).unwrap().with_active(id(name)).unwrap();
    }
    keys
}

fn links() -> Links {
    Links::to(LinkUrl::parse("https://app.example/password").unwrap())
        .allow_return(ReturnUrl::parse("https://app.example/home").unwrap())
}

fn email(at: usize) -> EmailAddress {
    EmailAddress::parse(ADDRESSES[at]).unwrap()
}

fn typed(text: &str) -> Password {
    Password::parse(text).unwrap()
}

pub(crate) fn parts(link: &str) -> (String, String) {
    let value = |name: &str| {
        let (_, query) = link.split_once('?').unwrap();
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap().to_owned()
    };
    (value("id"), value("confirmation_code"))
}

/// The last link that was mailed there, whatever came after it.
pub(crate) fn last_link(mailer: &RecordingMailer, to: &EmailAddress) -> Option<String> {
    let letters = mailer.letters();
    letters
        .iter()
        .rev()
        .filter(|letter| letter.to == *to)
        .find_map(|letter| Some(letter.link()?.expose().into()))
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("accounts.db");
        let life = Incarnation::from_bytes([7; 16]);
        let store = Arc::new(SqliteStore::open(&database, life, &Options::default()).unwrap());
        let said = Said::default();
        let store = SpyStore { inner: CountingStore::new(FaultyStore::new(store)), said: said.clone() };
        let clock = ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap());
        let (mailer, hasher, entropy) =
            (RecordingMailer::new(), SpyHasher::new(said.clone()), DryEntropy::new());
        let machine = Machine::new(clock.clone(), entropy.clone(), hasher.clone());
        let builder =
            Accounts::builder(machine, store.clone(), mailer.clone(), keyring(&["old", "new"]), links());
        said.debug(&builder);
        let accounts = builder.build().unwrap();
        let issued = Mutex::default();
        Self { accounts, clock, mailer, hasher, entropy, store, said, issued, database, folder }
    }

    /// Lets go of the file; the folder stays as long as what is returned.
    pub(crate) fn close(self) -> tempfile::TempDir {
        self.folder
    }

    /// The same accounts under another keyring.
    fn beside(&self, keys: Keyring) -> Accounts {
        let machine = Machine::new(self.clock.clone(), self.entropy.clone(), self.hasher.clone());
        let builder = Accounts::builder(machine, self.store.clone(), self.mailer.clone(), keys, links());
        builder.build().unwrap()
    }

    /// What was secret from the start.
    pub(crate) fn given_secrets(&self) -> Scanner {
        let mut scanner = Scanner::default();
        for password in PASSWORDS {
            scanner.mark(&format!("the password {password}"), password);
        }
        for (name, key) in keys() {
            scanner.mark(&name, key);
        }
        scanner
    }

    /// Hashes, codes and links.
    pub(crate) fn mark_what_came_about(&self, scanner: &mut Scanner) {
        for (name, secret) in self.made() {
            scanner.mark(&name, secret);
        }
    }

    pub(crate) fn all_secrets(&self) -> Vec<Vec<u8>> {
        let given = PASSWORDS.iter().map(|text| text.as_bytes().to_vec());
        let keys = keys().into_iter().map(|(_, key)| key.to_vec());
        given.chain(keys).chain(self.made().into_iter().map(|(_, secret)| secret)).collect()
    }

    fn made(&self) -> Vec<(String, Vec<u8>)> {
        let mut made = Vec::new();
        for phc in self.hasher.made.lock().unwrap().iter() {
            made.push(("a hash".into(), phc.clone().into_bytes()));
            for (name, part) in ["a digest", "a salt"].into_iter().zip(phc.rsplit('$')) {
                let bytes =
                    (0..part.len()).step_by(2).map(|at| u8::from_str_radix(&part[at..at + 2], 16).unwrap());
                made.push((name.into(), bytes.collect()));
            }
        }
        let letters = self.mailer.attempts();
        for tag in letters.iter().filter_map(|(letter, _)| letter.feedback.as_ref()) {
            made.push(("a feedback tag".into(), tag.as_str().as_bytes().to_vec()));
        }
        let mailed =
            letters.iter().filter_map(|(letter, _)| letter.link()).map(|link| link.expose().to_owned());
        for link in mailed.chain(self.issued.lock().unwrap().iter().cloned()) {
            let (_, code) = parts(&link);
            made.push(("a code's octets".into(), URL_SAFE_NO_PAD.decode(&code).unwrap()));
            made.push(("a code".into(), code.into_bytes()));
            made.push(("a link".into(), link.into_bytes()));
        }
        assert!(made.len() > 9, "too few secrets came about");
        made
    }

    fn code(&self, at: usize) -> MailedCode {
        let (id, code) = parts(&last_link(&self.mailer, &email(at)).unwrap());
        MailedCode::new(&id, &code)
    }

    /// Everything once.
    pub(crate) async fn drive(&mut self) {
        let id = self.registers().await;
        self.mails(id).await;
        let stamp = self.chooses(id).await;
        self.logs_in(stamp).await;
        self.assigns(id).await;
        self.strangers_ask().await;
        self.owners_change_addresses().await;
        self.staff_commands().await;
        self.faults(id).await;
        self.reads(id).await;
        self.damage(id).await;
        self.settings();
        for (letter, answer) in self.mailer.attempts() {
            self.said.debug(&letter);
            self.said.debug(&letter.link());
            self.said.debug(&answer);
        }
        self.said.debug(&self.mailer);
        self.said.debug(&self.store.inner);
        self.said.debug(&self.clock);
        self.said.debug(&HeldHasher::new(accountable::testing::InsecureTestHasher::new(1)));
    }

    fn public(&self, ip: &str) -> accountable::Public {
        self.accounts.public(Origin::Ip(ip.parse().unwrap()))
    }

    fn admin(&self) -> accountable::Admin {
        self.accounts.admin(Actor::parse("staff:7").unwrap())
    }

    async fn registers(&self) -> AccountId {
        let admin = self.admin();
        let new = NewAccount::new(email(0))
            .with_memo(Memo::parse(MEMO).unwrap())
            .with_locale(Locale::parse("de-CH").unwrap())
            .with_validity(PasswordValidity::days(30).unwrap());
        self.said.debug(&new);
        self.said.debug(&admin);
        self.said.debug(&self.accounts);
        let view = admin.register(new.clone()).await.unwrap();
        self.said.debug(&view);
        self.said.view(&view);
        self.said.outcome(&admin.register(new).await);
        view.id
    }

    async fn mails(&self, id: AccountId) {
        let admin = self.admin();
        let ask = async |id, options: DeliveryOptions| {
            self.said.debug(&options);
            self.said.outcome(&admin.request_password_set(id, options).await);
        };
        let mail =
            MailOptions::default().with_return_url(ReturnUrl::parse("https://app.example/home/x").unwrap());
        ask(id, DeliveryOptions::default().with_mail(mail)).await;
        ask(id, DeliveryOptions::default()).await;
        ask(AccountId::from_bytes([9; 16]), DeliveryOptions::default()).await;
        let elsewhere = MailOptions::default().with_page(LinkUrl::parse("https://evil.example/").unwrap());
        ask(id, DeliveryOptions::default().with_mail(elsewhere)).await;
        for answer in [Answer::Transient, Answer::Ours, Answer::Accept] {
            self.mailer.answer_all(answer);
            ask(id, DeliveryOptions::default().bypassing_the_throttle()).await;
            self.clock.advance(Span::hours(1));
            self.said.outcome(&self.accounts.sweep(10).await);
        }
        ask(id, DeliveryOptions::default().with_wait(Span::ZERO)).await;
        self.said.outcome(&self.accounts.sweep(10).await);
        let gone = admin.register(NewAccount::new(email(1))).await.unwrap().id;
        for answer in [Answer::NoSuchMailbox, Answer::Rejected] {
            self.mailer.answer(email(1), answer);
            ask(gone, DeliveryOptions::default()).await;
        }
    }

    async fn chooses(&self, id: AccountId) -> SessionStamp {
        let public = self.public("192.0.2.7");
        self.said.debug(&public);
        let code = self.code(0);
        self.said.debug(&code);
        let forged = MailedCode::new(&id.to_string(), &"A".repeat(43));
        for code in [&code, &forged] {
            self.said.outcome(&public.inspect_code(code).await);
        }
        for password in [WEAK, COMMON, GOOD, BETTER] {
            self.said.outcome(&public.choose_password(&code, &typed(password)).await);
        }
        self.said.outcome(&public.choose_password(&forged, &typed(GOOD)).await);
        self.said.outcome(&public.inspect_code(&code).await);
        match public.authenticate(&email(0), &typed(GOOD), None).await.unwrap() {
            Authentication::Granted { stamp, .. } => stamp,
            other => panic!("{other:?}"),
        }
    }

    async fn logs_in(&self, stamp: SessionStamp) {
        let public = self.public("192.0.2.8");
        for (at, password) in [(0, GOOD), (0, WRONG), (1, WRONG), (2, WRONG)] {
            let outcome = public.authenticate(&email(at), &typed(password), None).await;
            if let Ok(Authentication::Denied(why)) = &outcome {
                self.said.debug(why);
                self.said.debug(why.for_logs());
            }
            self.said.outcome(&outcome);
        }
        let owner = self.accounts.owner(stamp, Origin::Unknown);
        self.said.debug(&owner);
        self.said.outcome(&owner.is_current().await);
        for (current, new) in [(WRONG, BETTER), (GOOD, WEAK), (GOOD, GOOD), (GOOD, BETTER), (BETTER, GOOD)] {
            self.said.outcome(&owner.change_password(&typed(current), &typed(new)).await);
        }
        // A lock, and what is said behind it.
        for _ in 0..12 {
            self.said.outcome(&public.authenticate(&email(0), &typed(WRONG), None).await);
        }
        self.clock.advance(Span::hours(1));
        // An origin that fails too often.
        for _ in 0..110 {
            self.said.outcome(&public.authenticate(&email(2), &typed(WRONG), None).await);
        }
    }

    async fn assigns(&self, id: AccountId) {
        for password in [WEAK, ASSIGNED, ASSIGNED] {
            self.said.outcome(&self.admin().assign_password(id, &typed(password)).await);
        }
        self.said.outcome(&self.public("192.0.2.9").authenticate(&email(0), &typed(ASSIGNED), None).await);
        self.said.outcome(&self.admin().request_password_set(id, DeliveryOptions::default()).await);
    }

    async fn strangers_ask(&self) {
        let public = self.public("2001:db8::1");
        for _ in 0..22 {
            for at in [0, 1, 2] {
                let outcome = public.request_password_reset(&email(at), MailOptions::default()).await;
                if let Ok(taken) = &outcome {
                    self.said.debug(&taken.undisclosed);
                }
                self.said.outcome(&outcome);
            }
        }
        self.said.outcome(&self.accounts.sweep(100).await);
        self.said.outcome(&public.choose_password(&self.code(0), &typed(BETTER)).await);
    }

    async fn faults(&self, id: AccountId) {
        let faulty = self.store.inner.inner();
        faulty.set_down(true);
        self.every_door(id).await;
        faulty.set_down(false);
        for fault in [CommitFault::Unavailable, CommitFault::UnknownApplied, CommitFault::UnknownNotApplied] {
            faulty.script([fault]);
            self.every_door(id).await;
        }
        self.hasher.fails.store(true, Relaxed);
        self.every_door(id).await;
        self.hasher.fails.store(false, Relaxed);
        self.entropy.dry.store(true, Relaxed);
        self.every_door(id).await;
        self.entropy.dry.store(false, Relaxed);
        self.clock.advance(Span::hours(1));
        self.said.outcome(&self.accounts.sweep(100).await);
    }

    /// Lets time pass while a commit of unknown outcome waits to be offered again.
    async fn every_door(&self, id: AccountId) {
        let mut opened = std::pin::pin!(self.open_every_door(id));
        loop {
            tokio::select! {
                biased;
                () = &mut opened => return,
                () = tokio::task::yield_now() => match self.clock.until_next() {
                    Some(pause) if pause <= Span::millis(50) => self.clock.advance(pause),
                    _ => {}
                },
            }
        }
    }

    async fn open_every_door(&self, id: AccountId) {
        let public = self.public("198.51.100.1");
        let owner =
            self.accounts.owner(SessionStamp { account: id, epoch: Default::default() }, Origin::Unknown);
        self.said.outcome(&self.admin().register(NewAccount::new(email(3))).await);
        self.said.outcome(&self.admin().assign_password(id, &typed(GOOD)).await);
        self.said.outcome(&self.admin().account(id).await);
        self.said.outcome(&self.admin().request_password_set(id, DeliveryOptions::default()).await);
        self.said.outcome(&public.authenticate(&email(0), &typed(GOOD), None).await);
        self.said.outcome(&public.authenticate(&email(0), &typed(WRONG), None).await);
        self.said.outcome(&public.request_password_reset(&email(0), MailOptions::default()).await);
        self.said.outcome(&public.inspect_code(&self.code(0)).await);
        self.said.outcome(&public.choose_password(&self.code(0), &typed(GOOD)).await);
        self.said.outcome(&owner.is_current().await);
        self.said.outcome(&owner.change_password(&typed(GOOD), &typed(BETTER)).await);
        self.owners_doors(id).await;
        self.staffs_doors(id).await;
        self.said.outcome(&self.accounts.journal().feed(None, 10).await);
        self.said.outcome(&self.accounts.sweep(10).await);
    }

    async fn reads(&self, id: AccountId) {
        let journal = self.accounts.journal();
        self.said.debug(&journal);
        for event in journal.history(id, None, 1_000).await.unwrap().items {
            self.said.debug(&event);
            self.said.stored(&event);
        }
        for event in journal.feed(None, 1_000).await.unwrap().events {
            self.said.stored(&event);
        }
        for view in [self.admin().account(id).await, self.admin().account_by_email(&email(0)).await] {
            self.said.debug(&view);
            self.said.view(&view.unwrap());
        }
    }

    /// A key that is gone, a hash in another's row, rows that can't be read, a file that is none.
    async fn damage(&self, id: AccountId) {
        let _ = self
            .public("198.51.100.7")
            .request_password_reset(&email(0), MailOptions::default())
            .await
            .unwrap();
        let without = self.beside(keyring(&["old"]));
        let public = without.public(Origin::Unknown);
        self.fails_with("unknown_key", public.authenticate(&email(0), &typed(GOOD), None).await);
        self.said.outcome(&public.choose_password(&self.code(0), &typed(GOOD)).await);
        self.said.outcome(&without.sweep(10).await);

        let second = self.admin().account_by_email(&email(3)).await.unwrap().unwrap().id;
        self.said.outcome(&self.admin().assign_password(second, &typed(GOOD)).await);
        let rows = rusqlite::Connection::open(&self.database).unwrap();
        let changed = rows.execute(
            "UPDATE accountable_account SET record = json_set(record, '$.life.live.password', json(
                 (SELECT record -> '$.life.live.password' FROM accountable_account WHERE id = ?1))) WHERE id = ?2",
            [id.as_bytes(), second.as_bytes()],
        );
        assert_eq!(changed.unwrap(), 1);
        self.fails_with(
            "damaged",
            self.public("198.51.100.2").authenticate(&email(3), &typed(GOOD), None).await,
        );
        for broken in ["json_set(record, '$.v', 9)", "json_remove(record, '$.epoch')", "'{'"] {
            let sql = format!("UPDATE accountable_account SET record = {broken} WHERE id = ?1");
            assert_eq!(rows.execute(&sql, [second.as_bytes()]).unwrap(), 1);
            self.every_door(second).await;
            self.fails_with(
                "broken",
                self.public("198.51.100.3").authenticate(&email(3), &typed(GOOD), None).await,
            );
        }
        for content in [
            GOOD.repeat(100).into_bytes(),
            b"SQLite format 3\0".iter().chain(GOOD.as_bytes()).copied().collect(),
        ] {
            let path = self.folder.path().join("other.db");
            std::fs::write(&path, content).unwrap();
            let refused = SqliteStore::open(&path, Incarnation::from_bytes([1; 16]), &Options::default());
            self.said.error(&refused.err().unwrap());
        }
    }

    fn fails_with<T: std::fmt::Debug>(&self, code: &str, outcome: Result<T, PublicError>) {
        self.said.outcome(&outcome);
        assert_eq!(outcome.unwrap_err().code(), code);
    }

    /// What a host is built from: read well and read badly.
    fn settings(&self) {
        let base64 = |key: &[u8]| STANDARD.encode(key);
        let (tags, one) = (base64(&secret_key("tags")), base64(&secret_key("old")));
        let good = format!("tags = \"{tags}\"\nactive = \"old\"\n[keys]\nold = \"{one}\"\n");
        self.said.outcome(&Keyring::from_toml(&good));
        let bad = [
            good.replace("active = \"old\"", "active = \"lost\""),
            good.replace(&one, &one[..40]),
            good.replace(&one, &format!("{one}{one}")),
            good.replace("[keys]", "[keys"),
            good.replace("tags =", "tags_ ="),
            good.replace(&format!("\"{one}\""), &one),
            good.replace(&format!("\"{tags}\""), "7"),
            format!("{good}{}", "#".repeat(70_000)),
        ];
        for (at, toml) in bad.iter().enumerate() {
            self.said.error(&Keyring::from_toml(toml).unwrap_err());
            let path = self.folder.path().join(format!("keys{at}.toml"));
            for mode in [0o600, 0o644] {
                write_with_mode(&path, toml, mode);
                self.said.error(&keyring_from_file(&path).unwrap_err());
            }
        }
        self.said.debug(&keyring(&["old", "new"]));
        let policy =
            PasswordPolicy::nist().knowing([GOOD]).with_blocklist(Blocklist::common().with([BETTER]));
        self.said.debug(&policy);
        let sealed =
            keyring(&["old"]).seal_hash(&Realm::default(), AccountId::from_bytes([1; 16]), [3; 24], GOOD);
        self.said.debug(&sealed);
        self.said.view(&sealed);
        self.said.debug(&PasswordHash::from_phc(zeroize::Zeroizing::new(GOOD.to_owned())));
        self.said.outcome(&Password::parse(&format!("{GOOD}\0")));
        self.said.outcome(&Password::parse(&GOOD.repeat(300)));
        self.said.outcome(&LinkUrl::parse(&format!("https://app.example/?confirmation_code={GOOD}")));
        self.said.outcome(&EmailAddress::parse(&format!("{} ", ADDRESSES[0])));
        self.said.outcome(&Memo::parse(&format!("{MEMO}\0")));
        self.said.outcome(&Actor::parse(&format!("{} ", ADDRESSES[0])));
    }
}

/// Keys as they are given and as they are used.
fn keys() -> Vec<(String, [u8; 32])> {
    let mut all = Vec::new();
    for name in ["tags", "old", "new"] {
        let key = secret_key(name);
        all.push((format!("the key {name}"), key));
        for label in USES {
            let mut derived = [0; 32];
            Hkdf::<Sha256>::new(Some(b"accountable/1"), &key).expand(label.as_bytes(), &mut derived).unwrap();
            all.push((format!("the key {name} for {label}"), derived));
        }
    }
    all
}

fn write_with_mode(path: &Path, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A person's way through a sandbox: their address, link and code.
pub(crate) async fn sandboxed(sandbox: &Sandbox) -> (String, String, String) {
    let admin = sandbox.accounts.admin(Actor::parse("test").unwrap());
    let id = admin.register(NewAccount::new(email(0))).await.unwrap().id;
    let _ = admin.request_password_set(id, DeliveryOptions::default()).await.unwrap();
    let link = sandbox.last_link_to(&email(0)).unwrap();
    let (name, code) = parts(&link);
    let public = sandbox.accounts.public(Origin::Unknown);
    public.choose_password(&MailedCode::new(&name, &code), &typed(GOOD)).await.unwrap();
    (ADDRESSES[0].to_owned(), link, code)
}
