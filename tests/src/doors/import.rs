//! Accounts of another system: streamed in bounded memory, their hashes verified as they were made and then made anew.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use accountable_core::{
    Authentication, Builder, Error, Export, ExportedAccount, Import, ImportedOnce, ImportedPassword,
    NewAccount,
    domain::{
        AccountId, Denial, EmailAddress, Event, EventKind, Initiator, InputError, IpFilterGroupName,
        Management, MustChangeReason, PasswordPolicy, Realm, Refusal, Span, Status, SuspensionReason,
        UnusableHash, Violation,
    },
    port::Clock as _,
};
use accountable_memory::InsecureTestHasher;
use futures_util::{Stream, StreamExt as _, stream};

use crate::doors::world::{
    BETTER, GOOD, World, at, at_once, email, keys, on_each_store, password, typed_password,
};

const ADA: &str = "ada@example.com";
/// What the other system took, octet by octet: in our normal form it is another.
const RAW: &str = "cafe\u{301} au lait, please";

fn foreign(typed: &str) -> ImportedPassword {
    ImportedPassword::new(InsecureTestHasher::foreign(&typed_password(typed).as_typed()).expose())
}

/// The hash of a password, as another system would have written it.
fn foreign_text(typed: &str) -> String {
    InsecureTestHasher::foreign(&password(typed)).expose().to_owned()
}

fn ada(with: ImportedPassword) -> Import {
    Import::new(NewAccount::new(email(ADA))).proven().with_password(with)
}

fn remembering(builder: Builder) -> Builder {
    builder.policy(PasswordPolicy::nist().into_builder().remembering(1).build().unwrap())
}

/// Accounts, so many, and how many of them were taken so far.
fn many(count: usize) -> (impl Stream<Item = Import> + Send + 'static, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let one =
        |at: usize| Import::new(NewAccount::new(EmailAddress::parse(&format!("u{at}@example.com")).unwrap()));
    let accounts = stream::iter((0..count).map(one)).inspect(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    (accounts, taken)
}

/// A stored hash is anew in place of the foreign one: how often that was written down.
async fn rehashed(world: &World) -> usize {
    let id = world.admin().account_by_email(&email(ADA)).await.unwrap().unwrap().id;
    let events = world.history(id).await;
    events.iter().filter(|event| matches!(event.what, EventKind::PasswordRehashed)).count()
}

async fn exported(mut export: Export) -> Vec<ExportedAccount> {
    let mut accounts = Vec::new();
    while let Some(page) = export.next_page(1).await.unwrap() {
        accounts.extend(page);
    }
    accounts
}

/// Whether the journal says that hashes were read out.
async fn exports_journaled(world: &World) -> bool {
    let page = world.accounts.journal().feed(None, 1_000).await.unwrap();
    let said = |event: &Event| {
        event.what == EventKind::PasswordHashesExported && matches!(event.by, Initiator::Administrator(_))
    };
    page.events.iter().any(said)
}

async fn entry(world: &World, typed: &str) -> Authentication {
    world.public().authenticate(&email(ADA), &password(typed), None).await.unwrap()
}

on_each_store! {
    __doors_import in import;
    /// However many there are: at most 64 are taken ahead of the answers, and none is lost or out of order.
    async fn a_thousand_accounts_are_streamed_in_bounded_memory(world) {
        let (accounts, taken) = many(1_000);
        let mut answers = Box::pin(world.admin().import_many(accounts));
        let (mut answered, mut furthest) = (0, 0);
        while let Some(answer) = answers.next().await {
            assert_eq!(answer.unwrap().email, email(&format!("u{answered}@example.com")));
            furthest = furthest.max(taken.load(Ordering::SeqCst) - answered);
            answered += 1;
        }
        assert_eq!((answered, taken.load(Ordering::SeqCst)), (1_000, 1_000));
        assert!(furthest <= 64, "{furthest} were held at once");
        let all = accountable_core::AccountList::All(Default::default());
        assert_eq!(world.admin().count(&all).await.unwrap(), 1_000);
    }

    /// Whoever takes no more answers takes in no more accounts.
    async fn an_import_stops_where_its_answers_are_no_longer_taken_and_can_be_begun_anew(world) {
        let (accounts, taken) = many(1_000);
        let first: Vec<_> = world.admin().import_many(accounts).take(10).collect().await;
        assert!(first.iter().all(Result::is_ok));
        assert!(taken.load(Ordering::SeqCst) <= 10 + 64);
        let (accounts, _) = many(100);
        let again: Vec<_> = world.admin().import_many(accounts).map(|answer| answer.map(drop).map_err(|error| error.code())).collect().await;
        assert_eq!(again[..10], [Err("email_taken"); 10]);
        assert!(again.iter().all(|answer| matches!(answer, Ok(()) | Err("email_taken"))));
        let all = accountable_core::AccountList::All(Default::default());
        assert_eq!(world.admin().count(&all).await.unwrap(), 100);
    }

    async fn one_that_is_refused_keeps_no_other_out(world) {
        let group = IpFilterGroupName::parse("nowhere").unwrap();
        let new = |address: &str| NewAccount::new(email(address));
        let accounts = vec![
            Import::new(new(ADA)),
            Import::new(new("ADA@example.com")),
            Import::new(new("bob@example.com").with_ip_filter_group(group)),
            Import::new(new("eve@example.com")).with_password(ImportedPassword::new("{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=")),
            Import::new(new("dan@example.com")),
        ];
        // One after the other: the second meets the first.
        let mut told = Vec::new();
        for account in accounts {
            told.push(world.admin().import(account).await.map_or_else(|error| error.code(), |_| "ok"));
        }
        assert_eq!(told, ["ok", "email_taken", "unknown_ip_filter_group", "bad_password_hash", "ok"]);
    }

    /// Also where its owner has another address by now; an id that is another's is not taken for one's own.
    async fn what_is_there_from_an_import_before_is_left_alone_and_nothing_comes_to_be_twice(world) {
        let admin = world.admin();
        let new = |address: &str| Import::new(NewAccount::new(email(address)));
        let ImportedOnce::New { account, without_password: None } =
            admin.import_once(new(ADA).named("shop:1").created_at(at("2019-05-01T00:00:00Z"))).await.unwrap()
        else { panic!("not new") };
        let again = || admin.import_once(new(ADA).named("shop:1").created_at(at("2019-05-01T00:00:00Z")));
        assert_eq!(again().await.unwrap(), ImportedOnce::Present { account });
        admin.replace_email(account, &email("ada@new.example")).await.unwrap();
        assert_eq!(again().await.unwrap(), ImportedOnce::Present { account });
        // Another of that address, and another system's number 1.
        let taken = admin.import_once(new("ada@new.example").named("shop:2")).await.unwrap_err();
        assert_eq!(taken.code(), "email_taken");
        let other = admin.import_once(new(ADA).named("mill:1")).await.unwrap();
        assert!(matches!(other, ImportedOnce::New { account: other, .. } if other != account), "{other:?}");
        admin.close(account).await.unwrap();
        admin.erase(account).await.unwrap();
        assert_eq!(again().await.unwrap_err().code(), "id_taken", "nobody comes back who was erased");
    }

    async fn a_password_that_nothing_verifies_is_left_out_and_told(world) {
        let bad = ImportedPassword::new("{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=");
        let told = world.admin().import_once(ada(bad).named("shop:1")).await.unwrap();
        let ImportedOnce::New { account, without_password } = told else { panic!("{told:?}") };
        assert_eq!(without_password, Some(UnusableHash::UnknownScheme));
        assert_eq!(world.view(account).await.password, None);
    }

    /// With passwords before the last, and what staff made of it; and the journal says who read hashes out.
    async fn an_export_is_taken_back_whole_and_says_so_where_it_has_hashes(world) {
        let world = World::beside_with(&world, 43, keys(), remembering);
        let id = world.in_use(ADA, GOOD).await;
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        world.admin().suspend(id, &SuspensionReason::parse("spam").unwrap()).await.unwrap();
        let bob = world.register("bob@example.com").await;
        world.admin().close(bob).await.unwrap();
        let plain = exported(world.admin().export()).await;
        assert!(plain.iter().all(|account| account.password.is_none() && account.former_passwords.is_empty()));
        assert!(!exports_journaled(&world).await);
        let with_hashes = world.admin().export_with_password_hashes().await.unwrap();
        assert!(exports_journaled(&world).await, "before the first hash is read");
        let with_hashes = exported(with_hashes).await;
        let of_ada = with_hashes.iter().find(|account| account.id == id).unwrap();
        assert_eq!((with_hashes.len(), of_ada.former_passwords.len()), (2, 1));
        assert!(!format!("{with_hashes:?}").contains('$'), "no hash is shown");

        let text = serde_json::to_string(&with_hashes).unwrap();
        let read: Vec<ExportedAccount> = serde_json::from_str(&text).unwrap();
        assert_eq!(read, with_hashes);
        let there = World::beside_with(&world, 44, keys(), |builder| remembering(builder).realm(Realm::parse("there").unwrap()));
        for mut account in read {
            // In one store the ids of two realms are different ones.
            account.id = AccountId::from_bytes(account.id.as_bytes().map(|octet| octet ^ 1));
            there.admin().import(account.into()).await.unwrap();
        }
        let mut again = exported(there.admin().export_with_password_hashes().await.unwrap()).await;
        again.iter_mut().for_each(|account| {
            account.id = AccountId::from_bytes(account.id.as_bytes().map(|octet| octet ^ 1));
        });
        again.sort_by_key(|account| account.id);
        assert_eq!(again, with_hashes);
    }

    async fn a_refused_hash_is_told_why(world) {
        let cut = foreign_text(GOOD).replace('$', "").split_off(3);
        for (hash, why) in [
            ("{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=".to_owned(), UnusableHash::UnknownScheme),
            (cut, UnusableHash::UnknownScheme),
            (format!("{}0", foreign_text(GOOD)), UnusableHash::Malformed),
        ] {
            let refused = world.admin().import(ada(ImportedPassword::new(&hash))).await.unwrap_err();
            let Error::BadInput(InputError::BadPasswordHash(told)) = &refused else { panic!("{refused:?}") };
            assert_eq!(*told, why);
            assert!(refused.to_string().ends_with(&why.to_string()) && !refused.to_string().contains(&hash));
        }
    }

    async fn an_account_has_the_past_that_it_is_given(world) {
        let (born, set) = (at("2019-05-01T00:00:00Z"), at("2024-01-01T00:00:00Z"));
        let import = ada(foreign(GOOD).set_at(set)).managed_by(Management::Administrator).created_at(born);
        let view = world.admin().import(import).await.unwrap();
        assert_eq!((view.created_at, view.email_proven, view.status), (born, true, Status::InUse));
        assert_eq!((view.management, view.password.unwrap().set_at), (Management::Administrator, set));
        let later = Import::new(NewAccount::new(email("bob@example.com"))).created_at(at("2100-01-01T00:00:00Z"));
        let view = world.admin().import(later).await.unwrap();
        assert_eq!((view.created_at, view.email_proven, view.status), (world.clock.now(), false, Status::New));
        assert!(world.history(view.id).await.iter().any(|event| matches!(event.what, EventKind::Imported)));
        assert_eq!(world.mailer.count(), 0);
    }

    /// The first log-in verifies the foreign hash, and makes our own of the password; ends no session, tells nobody.
    async fn a_foreign_hash_lets_in_and_is_made_anew_once(world) {
        let id = world.admin().import(ada(foreign(GOOD))).await.unwrap().id;
        assert_eq!(world.log_in(ADA, BETTER).await, Err(Denial::WrongPassword));
        assert_eq!((rehashed(&world).await, world.probe.hashes()), (0, 0), "only of the right one");
        let stamp = world.log_in(ADA, GOOD).await.unwrap();
        assert_eq!(rehashed(&world).await, 1);
        assert!(world.accounts.owner(stamp, Default::default()).is_current().await.unwrap());
        assert!(world.log_in(ADA, GOOD).await.is_ok());
        assert_eq!((rehashed(&world).await, world.probe.hashes()), (1, 1));
        world.sweep().await;
        assert_eq!((world.mailer.count(), world.view(id).await.status), (0, Status::InUse));
    }

    /// It was made of the octets as they were typed; once it is ours, every keyboard's spelling is the same.
    async fn a_foreign_hash_is_verified_by_the_octets_as_typed(world) {
        world.admin().import(ada(foreign(RAW))).await.unwrap();
        let normal = "caf\u{e9} au lait, please";
        assert_eq!(world.log_in(ADA, normal).await, Err(Denial::WrongPassword), "other octets");
        assert!(world.log_in(ADA, RAW).await.is_ok());
        assert!(world.log_in(ADA, normal).await.is_ok(), "now it is our normal form that counts");
        assert!(world.log_in(ADA, RAW).await.is_ok());
        assert_eq!(rehashed(&world).await, 1);
    }

    /// So is wherever else it is asked for.
    async fn the_current_password_of_a_foreign_hash_is_known_as_typed_too(world) {
        let id = world.admin().import(ada(foreign(RAW))).await.unwrap().id;
        let same = world.admin().assign_password(id, &password(RAW)).await.unwrap_err();
        assert!(matches!(same, Error::Refused(Refusal::WeakPassword(told)) if told == [Violation::SameAsCurrent]));
        let stamp = world.log_in(ADA, RAW).await.unwrap();
        let owner = world.accounts.owner(stamp, Default::default());
        owner.change_password(&password(RAW), &password(BETTER)).await.unwrap();
        assert!(world.log_in(ADA, BETTER).await.is_ok());
    }

    /// Another system let its owner choose what nobody may choose here: no rule of choosing is asked at log-in.
    async fn what_could_not_be_chosen_here_lets_its_owner_in_and_is_verified_as_typed(world) {
        for (at, typed) in ["tab\there", "\u{200d}", "soft\u{ad}hyphen", "\u{e000}\r\n", "x", "cafe\u{301}\u{0}"].into_iter().enumerate() {
            let address = format!("u{at}@example.com");
            let import = Import::new(NewAccount::new(email(&address))).proven().with_password(foreign(typed));
            world.admin().import(import).await.unwrap();
            assert!(world.log_in(&address, typed).await.is_ok(), "{typed:?}");
            // Hashed anew by now, and still of the octets as typed where they have no normal form.
            let owner = world.signed_in(&address, typed).await;
            for other in [format!("{typed}\t"), format!("{typed} "), typed.replace('\u{301}', "")] {
                let same = other == typed;
                assert_eq!(world.log_in(&address, &other).await.is_ok(), same, "{other:?}");
            }
            owner.change_password(&typed_password(typed), &password(BETTER)).await.unwrap();
            assert!(world.log_in(&address, BETTER).await.is_ok());
        }
    }

    /// It costs what any wrong password costs, so nobody learns from it whether there is an account.
    async fn what_has_no_normal_form_matches_no_hash_of_ours_and_is_hashed_all_the_same(world) {
        world.in_use(ADA, GOOD).await;
        let before = world.probe.real_verifications();
        for typed in [format!("{GOOD}\t"), format!("\u{200d}{GOOD}"), "\u{0}".to_owned()] {
            assert_eq!(world.log_in(ADA, &typed).await, Err(Denial::WrongPassword), "{typed:?}");
        }
        assert_eq!(world.probe.real_verifications() - before, 3);
        assert!(world.log_in(ADA, GOOD).await.is_ok());
    }

    /// Also once it was replaced before anybody logged in with it.
    async fn a_foreign_password_is_remembered_as_typed(world with remembering) {
        let id = world.admin().import(ada(foreign(RAW))).await.unwrap().id;
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        let again = world.admin().assign_password(id, &password(RAW)).await.unwrap_err();
        assert!(matches!(again, Error::Refused(Refusal::WeakPassword(told)) if told == [Violation::UsedBefore]));
    }

    /// What was verified is a part of the password: whoever knows that part is let in to change it, now and later.
    async fn a_truncated_password_must_be_changed_and_the_account_says_so_from_then_on(world) {
        let long = format!("{}{}", "correct horse ".repeat(6), GOOD);
        let id = world.admin().import(ada(foreign(&long))).await.unwrap().id;
        let Authentication::MustChange { reason: MustChangeReason::Truncated, stamp } = entry(&world, &long).await
        else { panic!("not noticed") };
        let demanded = |event: &accountable_core::domain::Event| matches!(event.what, EventKind::PasswordChangeDemanded);
        assert_eq!(world.history(id).await.iter().filter(|event| demanded(event)).count(), 1);
        assert_eq!(world.view(id).await.password.unwrap().must_change, Some(MustChangeReason::Truncated));
        // Nobody has shown to know the rest: whoever mistypes it there must not make that the password.
        let mistyped = format!("{}?", long.strip_suffix('!').unwrap());
        assert!(matches!(
            entry(&world, &mistyped).await,
            Authentication::MustChange { reason: MustChangeReason::Truncated, .. }
        ));
        assert_eq!(rehashed(&world).await, 0);
        assert!(matches!(
            entry(&world, &long).await,
            Authentication::MustChange { reason: MustChangeReason::Truncated, .. }
        ));
        let owner = world.accounts.owner(stamp, Default::default());
        assert_eq!(owner.end_sessions().await.unwrap_err().code(), "password_change_required");
        owner.change_password(&password(&long), &password(BETTER)).await.unwrap();
        assert!(matches!(entry(&world, BETTER).await, Authentication::Granted { .. }));
        assert_eq!(world.log_in(ADA, &long).await, Err(Denial::WrongPassword));
    }

    async fn a_password_that_fits_is_not_truncated(world) {
        let fits = "x1-".repeat(24);
        assert_eq!(fits.len(), InsecureTestHasher::FOREIGN_READS);
        world.admin().import(ada(foreign(&fits))).await.unwrap();
        assert!(matches!(entry(&world, &fits).await, Authentication::Granted { .. }));
    }

    async fn one_that_must_be_changed_there_must_be_changed_here(world) {
        world.admin().import(ada(foreign(GOOD).must_change())).await.unwrap();
        let demanded = MustChangeReason::Required;
        assert!(matches!(entry(&world, GOOD).await, Authentication::MustChange { reason, .. } if reason == demanded));
        assert_eq!(rehashed(&world).await, 1);
        assert!(matches!(entry(&world, GOOD).await, Authentication::MustChange { reason, .. } if reason == demanded));
    }

    /// A busy hasher leaves the upgrade to the next log-in; the one at hand succeeds.
    async fn an_upgrade_that_loses_a_race_is_dropped_and_undoes_nothing(world) {
        let id = world.admin().import(ada(foreign(GOOD))).await.unwrap().id;
        // Another process changes the password between the log-in's last look and its upgrade's commit.
        world.store.inner().script([accountable_memory::CommitFault::UnknownNotApplied; 3]);
        let public = world.public();
        let log_in = tokio::spawn(async move { public.authenticate(&email(ADA), &password(GOOD), None).await });
        crate::doors::world::until("the upgrade is offered again after a pause", || {
            world.store.inner().pending() == 0 && world.clock.sleepers() >= 2
        })
        .await;
        let elsewhere = World::beside(&world);
        elsewhere.admin().assign_password(id, &password(BETTER)).await.unwrap();
        world.clock.advance(Span::millis(50));
        assert!(matches!(log_in.await.unwrap().unwrap(), Authentication::Granted { .. }), "the password was right when it was asked");
        assert_eq!(rehashed(&world).await, 0);
        assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::WrongPassword));
        assert!(world.log_in(ADA, BETTER).await.is_ok());
    }

    async fn an_upgrade_that_can_not_be_written_keeps_nobody_out(world) {
        world.admin().import(ada(foreign(GOOD))).await.unwrap();
        world.store.inner().script([accountable_memory::CommitFault::Unavailable]);
        assert!(world.log_in(ADA, GOOD).await.is_ok());
        assert_eq!(rehashed(&world).await, 0);
        assert!(world.log_in(ADA, GOOD).await.is_ok());
        assert_eq!(rehashed(&world).await, 1, "the next one does it");
    }

    /// The account keeps the name that other tables know it by, in whichever text form it comes.
    async fn an_account_may_bring_its_id(world) {
        let id = AccountId::from_bytes([0x5a; 16]);
        let uuid = "5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a";
        for (text, address) in [(id.to_string(), ADA), (uuid.to_owned(), "bob@example.com")] {
            let id = AccountId::parse(&text).unwrap();
            let import = Import::new(NewAccount::new(email(address))).with_id(id);
            let imported = world.admin().import(import).await;
            match address {
                ADA => assert_eq!(imported.unwrap().id, id),
                // The same octets in another form.
                _ => assert_eq!(imported.unwrap_err().code(), "id_taken"),
            }
        }
        let hashed = Import::new(NewAccount::new(email("carl@example.com"))).with_password(foreign(GOOD)).with_id(AccountId::from_bytes([1; 16]));
        let id = world.admin().import(hashed).await.unwrap().id;
        assert_eq!(id, AccountId::from_bytes([1; 16]));
        assert!(world.log_in("carl@example.com", GOOD).await.is_ok(), "its hash is sealed to that very id");
        assert!(world.history(id).await.iter().all(|event| event.account == Some(id)));
    }

    /// Ids are the store's: an account of another realm has its own, and so has one that was erased.
    async fn an_id_is_given_once_in_the_whole_store(world) {
        let elsewhere = World::beside_with(&world, 44, keys(), |builder| builder.realm(Realm::parse("elsewhere").unwrap()));
        let import = |address: &str, id| Import::new(NewAccount::new(email(address))).with_id(id);
        let (one, two) = (AccountId::from_bytes([1; 16]), AccountId::from_bytes([2; 16]));
        elsewhere.admin().import(import(ADA, one)).await.unwrap();
        world.admin().import(import(ADA, two)).await.unwrap();
        world.admin().erase(two).await.unwrap();
        for id in [one, two] {
            let before = world.store.calls().total();
            let refused = world.admin().import(import("bob@example.com", id)).await.unwrap_err();
            assert_eq!((refused.code(), refused.http_status()), ("id_taken", 409));
            assert_eq!(world.store.calls().total() - before, 1, "one round trip tells");
        }
        assert!(world.admin().account_by_email(&email("bob@example.com")).await.unwrap().is_none());
        // Begun again from the beginning: what is there already says so, whatever else it holds.
        elsewhere.admin().import(import("carl@example.com", AccountId::from_bytes([3; 16]))).await.unwrap();
        let again = elsewhere.admin().import(import("carl@example.com", AccountId::from_bytes([3; 16]))).await;
        assert_eq!(again.unwrap_err().code(), "id_taken");
        let taken = elsewhere.admin().import(import("carl@example.com", AccountId::from_bytes([4; 16]))).await;
        assert_eq!(taken.unwrap_err().code(), "email_taken");
    }

    async fn of_many_imports_with_one_id_one_wins(world) {
        let id = AccountId::from_bytes([7; 16]);
        let outcomes = at_once(16, |at| {
            let admin = world.admin();
            async move { admin.import(Import::new(NewAccount::new(email(&format!("u{at}@example.com")))).with_id(id)).await.map_err(|error| error.code()) }
        })
        .await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err("id_taken"))), "{outcomes:?}");
    }
}
