//! Clauses 10, 32 and 33: what outlives the process, and what errors may say.
//!
//! A store that does not offer the first two says so in its fixture, and the tests print why.

use std::error::Error;

use accountable_core::{
    domain::EventKind,
    port::{Commit, CommitError, Cursor, Limit, Store, Swap, Who},
};

use super::{Stage, StoreUnderTest, look, put};
use crate::{
    names::Names,
    samples::{self, Batch, NOW, realm},
};

/// What a store holds, for looking at it before and after.
#[derive(Debug, PartialEq)]
pub(super) struct Holdings {
    pub(super) dossiers: Vec<accountable_core::port::Dossier>,
    pub(super) mails: Vec<accountable_core::port::Stored<accountable_core::domain::Mail>>,
    pub(super) groups: Vec<accountable_core::port::Stored<accountable_core::domain::IpFilterGroup>>,
    pub(super) events: Vec<accountable_core::domain::Event>,
}

impl Holdings {
    pub(super) async fn of(store: &dyn Store, commit: &Commit) -> Self {
        use accountable_core::port::Key;
        let mut this = Self {
            dossiers: Vec::new(),
            mails: Vec::new(),
            groups: look::groups(store, &realm(), Limit::MAX).await,
            events: look::journal(store, &realm()).await,
        };
        for key in commit.writes().iter().filter_map(accountable_core::port::Write::key) {
            match key {
                Key::Account(id) => this.dossiers.push(look::dossier(store, Who::id(id)).await),
                Key::Address(tag) => {
                    this.dossiers.push(look::dossier(store, Who { also: vec![tag], ..Who::nobody() }).await)
                }
                Key::Level(of) => {
                    this.dossiers.push(look::dossier(store, Who { levels: vec![of], ..Who::nobody() }).await)
                }
                Key::Mail(id) => this.mails.extend(look::mail(store, id).await),
                Key::Note(realm, name) => {
                    let who = Who { notes: vec![(realm, name)], ..Who::nobody() };
                    this.dossiers.push(look::dossier(store, who).await)
                }
                Key::IpFilterGroup(..) => {}
            }
        }
        this
    }
}

/// 10. Ok is durable: it survives a kill at any moment after it. (Power loss is beyond a test in one process.)
pub async fn clause_10_ok_survives_a_kill<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    for _ in 0..3 {
        let commit = put(store, small_commit(names)).await;
        match stage.fixture.after_a_crash().await {
            Err(why) => return why.tell("clause 10, Ok survives a kill"),
            Ok(found) => {
                let (expected, found) = (Holdings::of(store, &commit).await, found.store());
                assert_eq!(Holdings::of(&*found, &commit).await, expected, "after a kill");
                // A commit that was answered is known to be applied: its repeat is Ok and writes nothing.
                put(&*found, commit.clone()).await;
                assert_eq!(Holdings::of(&*found, &commit).await, expected, "after a kill and a repeat");
            }
        }
    }
}

/// 32. Reopening loses nothing: records, stamps, levels, journal, cursors, incarnation.
pub async fn clause_32_reopening_loses_nothing<S: StoreUnderTest>() {
    let Stage { fixture, store, names } = Stage::<S>::fresh().await;
    let large = put(&*store, samples::largest_commit(names.commit(), &names)).await;
    let small = put(&*store, small_commit(&names)).await;
    let before = (Holdings::of(&*store, &large).await, Holdings::of(&*store, &small).await);
    let feed = look::told(store.events(&samples::feed_scope(), None, Limit::of(5)).await);
    drop(store);
    let reopened = match fixture.reopened().await {
        Err(why) => return why.tell("clause 32, reopening loses nothing"),
        Ok(reopened) => reopened,
    };
    let store = &*reopened.store();
    assert_eq!(
        (Holdings::of(store, &large).await, Holdings::of(store, &small).await),
        before,
        "after reopening"
    );
    let (rest, cursor) = look::feed(store, &realm(), Some(feed.cursor), Limit::of(5)).await;
    let seen: Vec<_> = feed.events.into_iter().chain(rest).collect();
    assert_eq!(seen, before.0.events, "a cursor from before");
    // It goes on where it was: guards, repeats and the feed.
    put(store, small.clone()).await;
    let taken = Batch::new(names.commit())
        .account(Swap::create(samples::account(names.account(), &samples::longest_email())));
    let answer = store.commit(&taken.build()).await;
    assert!(matches!(answer, Err(CommitError::EmailTaken { .. })), "{answer:?}");
    let next = put(store, small_commit(&names)).await;
    let (new, _) = look::feed(store, &realm(), Some(cursor), Limit::MAX).await;
    assert_eq!(new, next.events(), "what is new since");
}

/// 32. ... a foreign or newer file is refused and left untouched.
pub async fn clause_32_a_foreign_or_newer_place_is_refused_and_left_untouched<S: StoreUnderTest>() {
    let places = match S::strange_places().await {
        Err(why) => return why.tell("clause 32, strange places"),
        Ok(places) => places,
    };
    assert!(places.len() >= 2, "a foreign place and a newer one, at least: mend the fixture");
    for place in places {
        assert!(place.opened.is_err(), "{}: it was opened", place.what);
        assert!(!place.before.is_empty(), "{}: nothing was there", place.what);
        assert!(place.before == place.after, "{}: it was touched", place.what);
    }
}

/// 33. No error text contains a stored value.
pub async fn clause_33_no_error_text_contains_a_stored_value<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let email = samples::email("very.private@example.com");
    let account = samples::with(samples::account(names.account(), &email), |facts| {
        facts.attributes.memo = accountable_core::domain::Memo::parse("a private note").expect("a memo");
        facts.password = Some(accountable_core::domain::Credential {
            hash: samples::keyring().seal_hash(&realm(), names.account(), [7; 24], "$private$"),
            set_at: NOW,
            must_change: None,
            temporary_until: None,
            raw_input: false,
            warn_at: None,
        });
    });
    let quota = names.quota();
    let step = accountable_core::domain::Span::seconds(1);
    let commit = Batch::new(names.commit())
        .account(Swap::create(account.clone()))
        .reserve(quota, step, NOW)
        .event_of(&account, EventKind::Registered)
        .build();
    put(store, commit).await;
    let refused = [
        Batch::new(names.commit()).account(Swap::create(account.clone())),
        Batch::new(names.commit()).account(Swap::create(samples::account(names.account(), &email))),
        Batch::new(names.commit()).reserve(quota, step, NOW),
    ];
    for batch in refused {
        let error = store.commit(&batch.build()).await.expect_err("a refusal");
        says_nothing(&error);
    }
    let foreign = store.events(&samples::feed_scope(), Some(&Cursor::from_bytes(vec![1])), Limit::MAX).await;
    says_nothing(&foreign.expect_err("a cursor of nobody's"));
}

/// Neither the error, nor what lies beneath it, nor how a log would show either.
pub(super) fn says_nothing(error: &(dyn Error + 'static)) {
    let mut texts = vec![format!("{error:?}")];
    let mut cause = Some(error);
    while let Some(error) = cause {
        texts.push(error.to_string());
        texts.push(format!("{error:?}"));
        cause = error.source();
    }
    let seal = samples::keyring().active().as_str();
    for text in texts {
        for secret in ["private", "example.com", seal] {
            assert!(!text.contains(secret), "an error's text says {secret:?}: {text}");
        }
    }
}

fn small_commit(names: &Names) -> Commit {
    let account = samples::account(names.account(), &names.email());
    Batch::new(names.commit())
        .address(Swap::create(samples::suppressed(names.tag())))
        .mail(Swap::create(samples::mail(names.mail(), account.id, NOW)))
        .group(Swap::create(samples::group(&format!("g{}", account.id.to_base62()), 1)))
        .reserve(names.quota(), accountable_core::domain::Span::seconds(1), NOW)
        .event_of(&account, EventKind::Registered)
        .account(Swap::create(account))
        .build()
}
