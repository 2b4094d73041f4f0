//! What operators see of each call: its outcome, and nothing that a log should not hold.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::{
    collections::BTreeMap,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use accountable_core::{
    Accounts, Builder, DeliveryOptions, Machine, MailOptions, NewAccount,
    domain::{
        AccountId, Actor, EmailAddress, Incarnation, KeyId, Keyring, LinkUrl, Links, MachineId, MailedCode,
        OnlyTo, Origin, Password, Span, Timestamp,
    },
    port::{ErasureVeto, Source},
};
use accountable_memory::{
    Answer, CommitFault, FaultyStore, InsecureTestHasher, ManualClock, MemoryStore, RecordingMailer,
    SeededEntropy,
};
use async_trait::async_trait;
use futures_util::FutureExt as _;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

const TYPED: &str = "plum trombone 42 Quartz!";

struct House {
    accounts: Accounts,
    clock: ManualClock,
    mailer: RecordingMailer,
    store: FaultyStore<MemoryStore>,
}

/// Asked before an account is erased, it panics with somebody's name.
struct Panics;

#[async_trait]
impl ErasureVeto for Panics {
    async fn veto(&self, _: AccountId) -> Result<Option<String>, Source> {
        panic!("lovelace")
    }
}

impl House {
    fn new() -> Self {
        Self::built(|builder| builder)
    }

    fn built(build: impl FnOnce(Builder) -> Builder) -> Self {
        let store = FaultyStore::new(MemoryStore::new(Incarnation::from_bytes([7; 16])));
        Self::over(store, None, build)
    }

    /// On a machine of this name.
    fn over(
        store: FaultyStore<MemoryStore>,
        machine: Option<MachineId>,
        build: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let mailer = RecordingMailer::new();
        let clock = ManualClock::new(Timestamp::EPOCH);
        let seed = machine.map_or(1, |id| u64::from(id.as_bytes()[0]));
        let hasher = InsecureTestHasher::new(1);
        let machine = Machine::new(clock.clone(), SeededEntropy::new(seed), hasher).named(machine);
        let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(u8::try_from(at).unwrap()));
        let keys = Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap();
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let builder = Accounts::builder(machine, store.clone(), mailer.clone(), keys, links);
        let accounts = build(builder.erasure_veto(Panics)).build().unwrap();
        Self { accounts, clock, mailer, store }
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
        let _ = public.authenticate(&ada, &password, None).await.unwrap();
        let _ = public.authenticate(&ada, &Password::parse("hunter2 hunter2").unwrap(), None).await.unwrap();
        for guess in 2..12 {
            let wrong = Password::parse(&format!("hunter2 hunter{guess}")).unwrap();
            let _ = public.authenticate(&ada, &wrong, None).await.unwrap();
        }
        let _ = admin.erase(id).await;
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

/// What is logged while this runs.
fn logged(run: impl AsyncFnOnce()) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || pollster::block_on(run()));
    let log = log.0.lock().unwrap();
    String::from_utf8(log.clone()).unwrap()
}

#[test]
fn each_call_is_logged_with_its_outcome_and_nothing_personal() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut secrets = Vec::new();
    let text = logged(async || secrets = House::new().lives().await);
    for (call, outcome) in [
        ("admin.register", "ok"),
        ("admin.register", "email_taken"),
        ("admin.register", "unavailable"),
        ("admin.request_password_set", "throttled"),
        ("public.choose_password", "ok"),
        ("public.choose_password", "dead_code"),
        ("public.authenticate", "ok"),
        ("public.authenticate", "denied"),
        ("public.authenticate", "locked"),
        ("admin.erase", "host_failed"),
        ("sweep", "ok"),
    ] {
        let told = |line: &&str| {
            line.contains(&format!("call=\"{call}\"")) && line.contains(&format!("outcome=\"{outcome}\""))
        };
        assert!(text.lines().any(|line| told(&line)), "{call} → {outcome} is not in:\n{text}");
    }
    for warned in ["unavailable", "port=\"erasure veto\""] {
        assert!(text.lines().any(|line| line.contains("WARN") && line.contains(warned)), "{warned}: {text}");
    }
    assert!(text.contains("lock=\"locked\""), "{text}");
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} is in:\n{text}");
    }
}

/// A mail an hour, and nobody looks for any.
async fn waits(house: &House, mut looks: impl AsyncFnMut(&House)) {
    let public = house.accounts.public(Origin::Unknown);
    for at in 0..6 {
        let address = EmailAddress::parse(&format!("u{at}@example.com")).unwrap();
        let _ = public.sign_up(&address, MailOptions::default(), None).await.unwrap();
        house.clock.advance(Span::minutes(30));
        looks(house).await;
    }
}

/// How often an outbox that nobody serves is warned of.
fn unserved(text: &str) -> usize {
    text.lines().filter(|line| line.contains("WARN") && line.contains("waiting=")).count()
}

#[test]
fn an_outbox_that_nobody_serves_is_warned_of_once_an_hour() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = logged(async || waits(&House::new(), async |_| ()).await);
    assert_eq!(unserved(&text), 3, "six requests, half an hour apart:\n{text}");
}

#[test]
fn an_outbox_that_is_swept_is_not_warned_of_nor_one_that_is_served_elsewhere() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let sweeps = async |house: &House| {
        house.accounts.sweep(10).await.unwrap();
    };
    let text = logged(async || waits(&House::new(), sweeps).await);
    assert_eq!(unserved(&text), 0, "{text}");
    let elsewhere = House::built(Builder::served_elsewhere);
    let text = logged(async || waits(&elsewhere, async |_| ()).await);
    assert_eq!(unserved(&text), 0, "{text}");
}

#[test]
fn a_commit_of_unknown_outcome_is_warned_of_before_the_deadline() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = logged(async || {
        let house = House::new();
        house.store.script([CommitFault::UnknownNotApplied; 3]);
        let admin = house.accounts.admin(Actor::parse("staff").unwrap());
        let ada = EmailAddress::parse("ada.lovelace@example.com").unwrap();
        let registering = admin.register(NewAccount::new(ada));
        assert!(registering.now_or_never().is_none(), "it pauses, and time stands still");
    });
    assert!(text.lines().any(|line| line.contains("WARN") && line.contains("offered again")), "{text}");
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
        ("accountable_calls_total public.authenticate ok", 1),
        ("accountable_calls_total public.authenticate denied", 10),
        ("accountable_calls_total public.authenticate locked", 1),
        ("accountable_locks_total locked", 1),
        ("accountable_panics_total erasure veto", 1),
        ("accountable_mails_total delivered", 1),
        ("accountable_mails_total delayed", 2),
    ] {
        assert!(
            counted.contains(&(expected.0.to_owned(), expected.1)),
            "{expected:?} is not in {counted:#?}"
        );
    }
}

#[test]
fn how_the_outbox_stands_is_shown_by_gauges_of_its_realm() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let recorder = DebuggingRecorder::new();
    let seen = recorder.snapshotter();
    let health = metrics::with_local_recorder(&recorder, || {
        pollster::block_on(async {
            let house = House::new();
            let public = house.accounts.public(Origin::Unknown);
            let ada = EmailAddress::parse("ada.lovelace@example.com").unwrap();
            let _ = public.sign_up(&ada, MailOptions::default(), None).await.unwrap();
            house.clock.advance(Span::seconds(90));
            house.accounts.outbox_health().await.unwrap()
        })
    });
    assert_eq!((health.waiting, health.overdue), (1, Span::seconds(90)));
    let gauges: BTreeMap<String, f64> = seen
        .snapshot()
        .into_vec()
        .into_iter()
        .filter_map(|(key, _, _, value)| {
            let labels: Vec<_> =
                key.key().labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
            match value {
                DebugValue::Gauge(value) => {
                    Some((format!("{} {}", key.key().name(), labels.join(" ")), *value))
                }
                _ => None,
            }
        })
        .collect();
    let expected = [
        ("accountable_domains_failing realm=main", 0.0),
        ("accountable_mailer_works realm=main", 1.0),
        ("accountable_outbox_dead realm=main", 0.0),
        ("accountable_outbox_overdue_seconds realm=main", 90.0),
        ("accountable_outbox_waiting realm=main", 1.0),
    ];
    assert_eq!(gauges, expected.map(|(name, value)| (name.to_owned(), value)).into());
}

#[test]
fn a_store_that_was_copied_is_warned_of_before_its_first_mail_and_once() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let store = FaultyStore::new(MemoryStore::new(Incarnation::from_bytes([7; 16])));
    let sweeps_on = |machine: Option<u8>| {
        let id = machine.map(|n| MachineId::from_bytes([n; 16]));
        let text = logged(async || {
            let house = House::over(store.clone(), id, |builder| builder);
            for _ in 0..2 {
                house.accounts.sweep(10).await.unwrap();
            }
        });
        text.lines().filter(|line| line.contains("WARN") && line.contains("ANOTHER MACHINE")).count()
    };
    assert_eq!(sweeps_on(Some(1)), 0, "a new store");
    assert_eq!(sweeps_on(Some(1)), 0, "another process of the machine");
    assert_eq!(sweeps_on(None), 0, "who has no name compares nothing");
    assert_eq!(sweeps_on(Some(2)), 1, "a copy, or a move");
    assert_eq!(sweeps_on(Some(2)), 0, "that was said");
    assert_eq!(sweeps_on(Some(1)), 1, "and back");
}

#[test]
fn mails_that_go_to_few_are_warned_of_once_and_not_by_whoever_merely_builds() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let only = |builder: Builder| builder.mailing_only_to(OnlyTo::parse(["lab.example"]).unwrap());
    let warned =
        |text: &str| text.lines().filter(|line| line.contains("WARN") && line.contains("ONLY")).count();
    assert_eq!(warned(&logged(async || drop(House::built(only)))), 0);
    let text = logged(async || {
        let house = House::built(only);
        for _ in 0..3 {
            house.accounts.sweep(10).await.unwrap();
        }
    });
    assert_eq!(warned(&text), 1, "{text}");
}

#[test]
fn while_the_store_is_away_nothing_is_said_of_the_machine_and_the_next_look_says_it() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let store = FaultyStore::new(MemoryStore::new(Incarnation::from_bytes([7; 16])));
    let on = |n: u8| House::over(store.clone(), Some(MachineId::from_bytes([n; 16])), |builder| builder);
    pollster::block_on(on(1).accounts.sweep(10)).unwrap();
    let text = logged(async || {
        let house = on(2);
        store.script([CommitFault::Unavailable]);
        assert!(house.accounts.sweep(10).await.is_err());
        house.accounts.sweep(10).await.unwrap();
    });
    assert!(text.contains("ANOTHER MACHINE"), "{text}");
}
