//! What operators see of each call: its outcome, and nothing that a log should not hold.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::{
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use accountable_core::{
    Accounts, DeliveryOptions, Machine, MailOptions, NewAccount,
    domain::{
        AccountId, Actor, EmailAddress, Incarnation, KeyId, Keyring, LinkUrl, Links, MailedCode, Origin,
        Password, Timestamp,
    },
};
use accountable_memory::{
    Answer, FaultyStore, InsecureTestHasher, ManualClock, MemoryStore, RecordingMailer, SeededEntropy,
};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

const TYPED: &str = "plum trombone 42 Quartz!";

struct House {
    accounts: Accounts,
    mailer: RecordingMailer,
    store: FaultyStore<MemoryStore>,
}

impl House {
    fn new() -> Self {
        let store = FaultyStore::new(MemoryStore::new(Incarnation::from_bytes([7; 16])));
        let mailer = RecordingMailer::new();
        let clock = ManualClock::new(Timestamp::EPOCH);
        let machine = Machine::new(clock, SeededEntropy::new(1), InsecureTestHasher::new(1));
        let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(u8::try_from(at).unwrap()));
        let keys = Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap();
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let accounts =
            Accounts::builder(machine, store.clone(), mailer.clone(), keys, links).build().unwrap();
        Self { accounts, mailer, store }
    }

    /// Something of everything: successes, refusals and faults.
    async fn lives(&self) -> Vec<String> {
        let admin = self.accounts.admin(Actor::parse("staff").unwrap());
        let public = self.accounts.public(Origin::Unknown);
        let ada = EmailAddress::parse("ada.lovelace@example.com").unwrap();
        let id = admin.register(NewAccount::new(ada.clone())).await.unwrap().id;
        let _ = admin.register(NewAccount::new(ada.clone())).await;
        let _ = admin.request_password_set(id, DeliveryOptions::default()).await;
        let _ = admin.request_password_set(id, DeliveryOptions::default()).await;
        let link = self.mailer.last_link_to(&ada).unwrap();
        let (_, code) = link.split_once("confirmation_code=").unwrap();
        let password = Password::parse(TYPED).unwrap();
        public.choose_password(&MailedCode::new(&id.to_string(), code), &password).await.unwrap();
        let _ = public.choose_password(&MailedCode::new(&id.to_string(), code), &password).await;
        let _ = public.authenticate(&ada, &password).await.unwrap();
        let _ = public.authenticate(&ada, &Password::parse("hunter2 hunter2").unwrap()).await.unwrap();
        let _ = public.request_password_reset(&ada, MailOptions::default()).await.unwrap();
        self.mailer.answer_all(Answer::Transient);
        self.accounts.sweep(10).await.unwrap();
        let _ = admin.account(AccountId::from_bytes([9; 16])).await;
        self.store.set_down(true);
        let _ = admin.register(NewAccount::new(EmailAddress::parse("bob@example.com").unwrap())).await;
        self.store.set_down(false);
        vec![
            TYPED.into(),
            "hunter2".into(),
            code.into(),
            link,
            ada.to_string(),
            "lovelace".into(),
            "bob@".into(),
        ]
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics here").write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One at a time: what a call site may log is remembered for the whole process, and a test without a log would spoil it
/// for the other.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn each_call_is_logged_with_its_outcome_and_nothing_personal() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let secrets = tracing::subscriber::with_default(subscriber, || {
        pollster::block_on(async { House::new().lives().await })
    });
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for (call, outcome) in [
        ("admin.register", "ok"),
        ("admin.register", "email_taken"),
        ("admin.register", "unavailable"),
        ("admin.request_password_set", "throttled"),
        ("public.choose_password", "ok"),
        ("public.choose_password", "dead_code"),
        ("public.authenticate", "ok"),
        ("sweep", "ok"),
    ] {
        let told = |line: &&str| {
            line.contains(&format!("call=\"{call}\"")) && line.contains(&format!("outcome=\"{outcome}\""))
        };
        assert!(text.lines().any(|line| told(&line)), "{call} → {outcome} is not in:\n{text}");
    }
    assert!(text.lines().any(|line| line.contains("WARN") && line.contains("unavailable")), "{text}");
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} is in:\n{text}");
    }
}

#[test]
fn each_call_and_each_mail_is_counted() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let recorder = DebuggingRecorder::new();
    let seen = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || pollster::block_on(async { House::new().lives().await }));
    let counted: Vec<(String, u64)> = seen
        .snapshot()
        .into_vec()
        .into_iter()
        .filter_map(|(key, _, _, value)| {
            let labels: Vec<_> = key.key().labels().map(|label| label.value().to_owned()).collect();
            match value {
                DebugValue::Counter(count) => {
                    Some((format!("{} {}", key.key().name(), labels.join(" ")), count))
                }
                _ => None,
            }
        })
        .collect();
    for expected in [
        ("accountable_calls_total admin.register ok", 1),
        ("accountable_calls_total admin.register email_taken", 1),
        ("accountable_calls_total admin.request_password_set throttled", 1),
        ("accountable_calls_total public.authenticate ok", 2),
        ("accountable_mails_total delivered", 1),
        ("accountable_mails_total delayed", 1),
    ] {
        assert!(
            counted.contains(&(expected.0.to_owned(), expected.1)),
            "{expected:?} is not in {counted:#?}"
        );
    }
}
