//! Proving an address that has a password already: by a mailed code, in a session of the account.

use accountable_core::port::Clock as _;
use accountable_core::{
    Authentication, DeliveryOptions, Import, ImportedPassword, MailOptions, NewAccount, SessionsThen,
    domain::{AccountId, CodeState, EventKind, Origin, Purpose, Span},
};
use accountable_memory::InsecureTestHasher;

use crate::doors::world::{BETTER, GOOD, Post, World, email, on_each_store, password, typed_password};

const ADA: &str = "ada@example.com";

/// An account of another system, with a password, and an address that nobody has proven.
async fn imported(world: &World) -> AccountId {
    let hash = InsecureTestHasher::foreign(&password(GOOD).as_typed());
    let import = Import::new(NewAccount::new(email(ADA))).with_password(ImportedPassword::new(hash.expose()));
    world.admin().import(import).await.unwrap().id
}

on_each_store! {
    __doors_proof in proof;
    async fn a_proof_is_mailed_and_redeemed_in_a_session_and_changes_nothing_else(world) {
        let id = imported(&world).await;
        let owner = world.signed_in(ADA, GOOD).await;
        let before = world.view(id).await;
        owner.request_email_proof(&MailOptions::default()).await.unwrap();
        world.sweep().await;
        assert_eq!(world.post_of(ADA), [Post::Code(Purpose::EmailProof)]);
        let code = world.mailed_code(ADA);
        let live = world.public().inspect_code(&code).await.unwrap();
        let CodeState::Live { purpose: Purpose::EmailProof, expires_at, .. } = live else { panic!("{live:?}") };
        assert_eq!(expires_at, world.clock.now() + Span::hours(24));
        owner.prove_email(&code).await.unwrap();
        let after = world.view(id).await;
        assert!(!before.email_proven && after.email_proven);
        assert_eq!((after.status, after.standing), (before.status, before.standing));
        assert!(owner.is_current().await.unwrap(), "the session goes on");
        assert!(world.log_in(ADA, GOOD).await.is_ok());
        assert_eq!(world.public().inspect_code(&code).await.unwrap(), CodeState::Used { purpose: Purpose::EmailProof, return_url: None });
        assert_eq!(owner.prove_email(&code).await.unwrap_err().code(), "dead_code");
        let last = world.history(id).await.pop().unwrap();
        assert!(matches!(last.what, EventKind::EmailProven { .. }) || world.history(id).await.iter().any(|event| matches!(event.what, EventKind::EmailProven { .. })));
    }

    /// No session could redeem it: staff is told so, and nobody is mailed a link that is dead when it comes.
    async fn no_proof_is_asked_for_while_the_password_must_be_changed(world) {
        let id = imported(&world).await;
        world.admin().require_password_change(id, SessionsThen::GoOn).await.unwrap();
        let asked = world.admin().request_email_proof(id, DeliveryOptions::default()).await;
        assert_eq!(asked.unwrap_err().code(), "code_not_expected");
        let issued = world.admin().issue_code(id, Purpose::EmailProof, &MailOptions::default()).await;
        assert_eq!(issued.unwrap_err().code(), "code_not_expected");
        let owner = world.public().authenticate(&email(ADA), &typed_password(GOOD), None).await.unwrap();
        let Authentication::MustChange { stamp, .. } = owner else { panic!("{owner:?}") };
        let owner = world.accounts.owner(stamp, Origin::Unknown);
        assert_eq!(owner.request_email_proof(&MailOptions::default()).await.unwrap_err().code(), "password_change_required");
        world.sweep().await;
        assert!(world.post_of(ADA).is_empty());
    }

    /// Pre-hijacking: whoever has the mailbox alone proves nothing for somebody else's password, and no password is chosen.
    async fn the_code_alone_is_good_for_nothing(world) {
        let id = imported(&world).await;
        let _ = world.admin().request_email_proof(id, DeliveryOptions::default()).await.unwrap();
        let code = world.mailed_code(ADA);
        assert!(world.public().choose_password(&code, &password(BETTER)).await.is_err());
        assert!(world.public().cancel_email_change(&code).await.is_err());
        assert!(world.public().revert_email_change(&code).await.is_err());
        world.in_use("eve@example.com", GOOD).await;
        let eve = world.signed_in("eve@example.com", GOOD).await;
        assert_eq!(eve.prove_email(&code).await.unwrap_err().code(), "dead_code");
        assert_eq!(eve.confirm_email(&code).await.unwrap_err().code(), "dead_code");
        let owner = world.signed_in(ADA, GOOD).await;
        assert_eq!(owner.confirm_email(&code).await.unwrap_err().code(), "dead_code", "each code has its door");
        world.admin().end_sessions(id).await.unwrap();
        assert_eq!(owner.prove_email(&code).await.unwrap_err().code(), "session_ended");
        assert!(!world.view(id).await.email_proven);
        world.signed_in(ADA, GOOD).await.prove_email(&code).await.unwrap();
        assert!(world.view(id).await.email_proven);
    }

    async fn who_needs_no_proof_or_a_password_first_is_told_so(world) {
        let proven = world.in_use("bob@example.com", GOOD).await;
        let new = world.register("new@example.com").await;
        let asks = async |id| world.admin().request_email_proof(id, DeliveryOptions::default()).await.map_err(|error| (error.code(), error.http_status()));
        assert_eq!(asks(proven).await, Err(("address_proven", 409)));
        assert_eq!(asks(new).await, Err(("code_not_expected", 409)));
        let bob = world.signed_in("bob@example.com", GOOD).await;
        assert_eq!(bob.request_email_proof(&MailOptions::default()).await.unwrap_err().code(), "address_proven");
        let id = imported(&world).await;
        let _ = asks(id).await.unwrap();
        assert_eq!(asks(id).await.unwrap_err().0, "throttled");
        world.clock.advance(Span::seconds(600));
        let first = world.mailer.last_link_to(&email(ADA));
        let _ = asks(id).await.unwrap();
        assert_eq!(world.mailer.last_link_to(&email(ADA)), first, "the same code while it lives");
        let issued = world.admin().issue_code(id, Purpose::EmailProof, &MailOptions::default()).await.unwrap();
        assert_eq!(Some(issued.link.expose().to_owned()), first);
    }

    /// It proves the address that it was mailed to, and no other that came in its place.
    async fn another_address_kills_the_code(world) {
        let id = imported(&world).await;
        let stamp = world.log_in(ADA, GOOD).await.unwrap();
        let _ = world.admin().request_email_proof(id, DeliveryOptions::default()).await.unwrap();
        let code = world.mailed_code(ADA);
        world.admin().replace_email(id, &email("ADA@example.com")).await.unwrap();
        let owner = world.accounts.owner(stamp, Origin::Unknown);
        assert_eq!(owner.prove_email(&code).await.unwrap_err().code(), "dead_code");
        assert!(!world.view(id).await.email_proven);
    }
}
