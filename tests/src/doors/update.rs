//! Updates by staff: all that is named in one commit, and nobody's change overwritten unseen.

use accountable_core::{
    AccountChanges,
    domain::{
        AccountId, Denial, EventKind, IpFilterGroupName, Locale, Memo, NoticeKind, PasswordValidity, Status,
    },
};

use crate::doors::world::{BETTER, GOOD, Post, World, at_once, email, on_each_store, password};

fn memo(text: &str) -> Memo {
    Memo::parse(text).unwrap()
}

async fn update(world: &World, id: AccountId, changes: AccountChanges) -> Result<(), &'static str> {
    world.admin().update(id, &changes).await.map(drop).map_err(|error| error.code())
}

on_each_store! {
    __doors_update in update;
    async fn all_that_is_named_changes_in_one_commit_and_the_rest_stays(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        let before = world.view(id).await;
        let changes = AccountChanges::default()
            .with_memo(memo("second floor"))
            .with_validity(PasswordValidity::days(90).unwrap())
            .with_locale(Some(Locale::parse("ja").unwrap()));
        let after = world.admin().update(id, &changes).await.unwrap();
        assert_eq!((after.memo.as_str(), after.locale), ("second floor", Some(Locale::parse("ja").unwrap())));
        assert_eq!(after.version, before.version.next());
        assert_eq!((after.email, after.status, after.email_proven), (before.email, before.status, true));
        let again = world.admin().update(id, &changes).await.unwrap();
        assert_eq!(again.version, after.version, "all of it is so already: nothing is written");
        let cleared = world.admin().update(id, &AccountChanges::default().with_locale(None)).await.unwrap();
        assert_eq!((cleared.locale, cleared.memo.as_str()), (None, "second floor"));
    }

    /// Both read the same version; the second to write is told.
    async fn of_two_who_read_the_same_one_writes(world) {
        let id = world.register("ada@example.com").await;
        let seen = world.view(id).await.version;
        let saying = |text: &str| AccountChanges::default().if_version(seen).with_memo(memo(text));
        assert_eq!(update(&world, id, saying("first")).await, Ok(()));
        assert_eq!(update(&world, id, saying("second")).await, Err("version_mismatch"));
        assert_eq!(world.view(id).await.memo, memo("first"));
        let refused = world.admin().update(id, &saying("third")).await.unwrap_err();
        assert_eq!(refused.http_status(), 412);
    }

    async fn of_16_who_race_on_one_version_one_writes(world) {
        let id = world.register("ada@example.com").await;
        let seen = world.view(id).await.version;
        let outcomes = at_once(16, |at| {
            let admin = world.admin();
            async move {
                let changes = AccountChanges::default().if_version(seen).with_memo(memo(&format!("by {at}")));
                admin.update(id, &changes).await.map(|view| view.memo).map_err(|error| error.code())
            }
        })
        .await;
        let written: Vec<_> = outcomes.iter().flatten().collect();
        assert_eq!(written.len(), 1);
        assert_eq!(world.view(id).await.memo, *written[0]);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err("version_mismatch"))), "{outcomes:?}");
    }

    /// Without a version each change is made, whatever comes between; and none undoes what another named.
    async fn changes_of_different_things_race_and_none_is_lost(world) {
        let id = world.register("ada@example.com").await;
        let changes = [
            AccountChanges::default().with_memo(memo("kept")),
            AccountChanges::default().with_validity(PasswordValidity::days(30).unwrap()),
            AccountChanges::default().with_locale(Some(Locale::parse("de").unwrap())),
            AccountChanges::default().with_email(email("countess@example.com")),
        ];
        let outcomes = at_once(4, |at| {
            let (admin, changes) = (world.admin(), changes[at].clone());
            async move { admin.update(id, &changes).await.is_ok() }
        })
        .await;
        assert_eq!(outcomes, [true; 4]);
        let view = world.view(id).await;
        assert_eq!((view.memo, view.validity), (memo("kept"), PasswordValidity::days(30).unwrap()));
        assert_eq!((view.locale, view.email), (Some(Locale::parse("de").unwrap()), email("countess@example.com")));
    }

    async fn a_new_address_acts_as_replacing_it(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        let changes = AccountChanges::default().with_email(email("countess@example.com")).with_memo(memo("moved"));
        let view = world.admin().update(id, &changes).await.unwrap();
        assert_eq!((view.email_proven, view.status, view.memo), (false, Status::ChangingEmail, memo("moved")));
        assert_eq!(world.log_in("countess@example.com", GOOD).await, Err(Denial::NoPassword));
        world.sweep().await;
        assert_eq!(world.post_of("ada@example.com").last(), Some(&Post::Notice(NoticeKind::EmailReplaced)));
        let events: Vec<_> = world.history(id).await.into_iter().filter(|event| event.version == Some(view.version)).collect();
        assert_eq!(events.len(), 3, "one version: updated, replaced, and the notice: {events:?}");
        assert!(matches!(events[0].what, EventKind::Updated));
    }

    /// An address in another case is the same one: a form that sends everything back clears no password.
    async fn the_same_address_spelled_otherwise_keeps_the_password(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        let changes = AccountChanges::default().with_email(email("ADA@Example.com"));
        assert_eq!(world.admin().update(id, &changes).await.unwrap().email, email("ADA@example.com"));
        assert!(world.log_in("ada@example.com", GOOD).await.is_ok());
    }

    async fn what_is_refused_in_part_is_refused_in_whole(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        world.register("bob@example.com").await;
        let before = world.view(id).await;
        let nowhere = IpFilterGroupName::parse("nowhere").unwrap();
        let taken = AccountChanges::default().with_memo(memo("lost")).with_email(email("bob@example.com"));
        assert_eq!(update(&world, id, taken).await, Err("email_taken"));
        let unknown = AccountChanges::default().with_memo(memo("lost")).with_ip_filter_group(Some(nowhere));
        assert_eq!(update(&world, id, unknown).await, Err("unknown_ip_filter_group"));
        assert_eq!(world.view(id).await, before);
    }

    async fn a_closed_account_is_not_updated(world) {
        let id = world.register("ada@example.com").await;
        world.admin().close(id).await.unwrap();
        let changes = AccountChanges::default().with_memo(memo("late"));
        assert_eq!(update(&world, id, changes.clone()).await, Err("account_closed"));
        assert_eq!(update(&world, AccountId::from_bytes([9; 16]), changes).await, Err("no_such_account"));
        world.admin().reopen(id).await.unwrap();
        assert!(world.admin().assign_password(id, &password(BETTER)).await.is_ok());
    }
}
