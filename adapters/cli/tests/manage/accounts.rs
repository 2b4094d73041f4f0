//! Accounts registered, found, changed, and brought to their end.

use accountable::{
    Authentication, NewAccount,
    domain::{AccountId, Actor, EmailAddress, Origin, TypedPassword},
};
use serde_json::json;

use crate::house::{House, text};

const ADA: &str = "ada@example.com";

#[test]
fn an_account_is_registered_with_what_the_host_keeps_about_it_in_the_operators_name() {
    let house = House::without_mailer();
    house.object(&["groups", "define", "office", "192.0.2.0/24"]);
    let options = ["--memo", "first", "--validity", "90", "--group", "office", "--locale", "de-CH"];
    let ada = house.object(&[&["accounts", "register", ADA], &options[..]].concat());
    assert_eq!(ada["email"], ADA);
    assert_eq!((&ada["memo"], &ada["validity"]), (&json!("first"), &json!(90)));
    assert_eq!((&ada["ip_filter_group"], &ada["locale"]), (&json!("office"), &json!("de-CH")));
    assert_eq!(house.last_event(ADA), ("registered".to_owned(), "manage:eve".to_owned()));
    house.object(&["--as", "staff:7", "accounts", "register", "bob@example.com"]);
    assert_eq!(house.last_event("bob@example.com").1, "staff:7");
}

#[test]
fn an_account_is_shown_by_its_address_however_spelled_and_by_each_form_of_its_id() {
    let house = House::without_mailer();
    let id = house.registered(ADA);
    let parsed = AccountId::parse(&id).unwrap();
    for named in [ADA, "ADA@Example.com", &id, &parsed.to_base62(), &parsed.to_uuid()] {
        assert_eq!(text(&house.object(&["accounts", "show", named]), "/id"), id, "{named}");
    }
    let table = house.table(&["accounts", "show", &id]);
    assert!(table.contains("log_ins.failures") && table.contains(ADA), "{table}");
}

#[test]
fn accounts_are_listed_by_filters_and_found_by_the_beginning_of_their_address() {
    let house = House::without_mailer();
    let ids = ["ada@example.com", "adam@example.com", "bob@example.com"].map(|email| house.registered(email));
    house.object(&["accounts", "suspend", "bob@example.com", "--reason", "abuse"]);
    let listed = |args: &[&str]| -> Vec<String> {
        house.lines(args).iter().map(|account| text(account, "/email")).collect()
    };
    assert_eq!(listed(&["accounts", "list"]), ["ada@example.com", "adam@example.com", "bob@example.com"]);
    assert_eq!(listed(&["accounts", "list", "--standing", "suspended"]), ["bob@example.com"]);
    assert_eq!(listed(&["accounts", "list", "--status", "new", "--at-most", "2"]).len(), 2);
    assert!(listed(&["accounts", "list", "--status", "in_use"]).is_empty());
    assert!(listed(&["accounts", "list", "--locked"]).is_empty());
    assert_eq!(listed(&["accounts", "find", "AD"]), ["ada@example.com", "adam@example.com"]);
    assert_eq!(listed(&["accounts", "find", "ad", "--at-most", "1"]), ["ada@example.com"]);
    let table = house.table(&["accounts", "list"]);
    let mut rows = table.lines();
    assert!(rows.next().unwrap().contains("STANDING"), "{table}");
    assert!(rows.zip(&ids).all(|(row, id)| row.contains(id.as_str())), "{table}");
}

/// More than one page of the store is read for it.
#[test]
fn a_list_goes_on_over_all_of_its_pages() {
    let house = House::without_mailer();
    house.with_accounts(async |accounts| {
        let admin = accounts.admin(Actor::parse("test").unwrap());
        for number in 0..501 {
            let email = EmailAddress::parse(&format!("u{number}@example.com")).unwrap();
            admin.register(NewAccount::new(email)).await.unwrap();
        }
    });
    assert_eq!(house.lines(&["accounts", "list"]).len(), 501);
    assert_eq!(house.lines(&["accounts", "list", "--at-most", "500"]).len(), 500);
    assert_eq!(house.lines(&["journal", "feed"]).len(), 501);
    let heads = house.table(&["accounts", "list"]).matches("STANDING").count();
    assert_eq!(heads, 1, "one head over all pages");
}

#[test]
fn an_update_changes_what_is_named_and_nothing_else() {
    let house = House::without_mailer();
    house.object(&["groups", "define", "office", "192.0.2.0/24"]);
    let id = house.registered(ADA);
    house.object(&["accounts", "update", ADA, "--memo", "kept", "--group", "office", "--locale", "ja"]);
    let ada = house.object(&["accounts", "update", ADA, "--validity", "30", "--no-group"]);
    assert_eq!((&ada["memo"], &ada["validity"]), (&json!("kept"), &json!(30)));
    assert_eq!((&ada["ip_filter_group"], &ada["locale"]), (&json!(null), &json!("ja")));
    let moved = house.object(&["accounts", "update", &id, "--email", "ada@example.org", "--no-locale"]);
    assert_eq!((&moved["email"], &moved["locale"]), (&json!("ada@example.org"), &json!(null)));
    assert!(house.events(&id).contains(&"email_replaced".to_owned()), "{:?}", house.events(&id));
    assert!(house.events(&id).contains(&"updated".to_owned()));
    assert_eq!(
        house.code(&["accounts", "update", &id, "--memo", "x", "--if-version", "1"]),
        "version_mismatch"
    );
    assert_eq!(house.code(&["accounts", "show", ADA]), "no_such_account", "it has another address");
}

#[test]
fn what_is_done_to_the_standing_of_an_account_is_shown_and_journaled() {
    let house = House::without_mailer();
    let id = house.registered(ADA);
    for (args, standing, event) in [
        (&["suspend", ADA, "--reason", "abuse"][..], "suspended", "suspended"),
        (&["reinstate", ADA], "active", "reinstated"),
        (&["end-sessions", ADA], "active", "sessions_ended"),
        (&["close", ADA], "closed", "closed"),
        (&["reopen", ADA], "active", "reopened"),
    ] {
        let account = house.object(&[&["accounts"], args].concat());
        assert_eq!(account["standing"], standing, "{args:?}");
        assert!(house.events(&id).contains(&event.to_owned()), "{args:?}: {:?}", house.events(&id));
    }
    let sentence = house.table(&["accounts", "suspend", ADA, "--reason", "again"]);
    assert_eq!(sentence, format!("Suspended {id} ({ADA}).\n"));
}

#[test]
fn failed_log_ins_are_forgotten_by_an_unlock() {
    let house = House::without_mailer();
    house.registered(ADA);
    house.with_accounts(async |accounts| {
        let (email, wrong) = (EmailAddress::parse(ADA).unwrap(), TypedPassword::parse("not it").unwrap());
        let denied = accounts.public(Origin::Unknown).authenticate(&email, &wrong, None).await.unwrap();
        assert!(matches!(denied, Authentication::Denied(_)));
    });
    assert_eq!(house.object(&["accounts", "show", ADA])["log_ins"]["failures"], 1);
    assert_eq!(house.object(&["accounts", "unlock", ADA])["log_ins"]["failures"], 0);
    assert_eq!(house.last_event(ADA), ("unlocked".to_owned(), "manage:eve".to_owned()));
}

#[test]
fn an_account_is_erased_only_where_that_is_confirmed_and_its_history_stays() {
    let house = House::without_mailer();
    let id = house.registered(ADA);
    let (code, text) = house.refused_with(&["accounts", "erase", ADA], "erase\n");
    assert_eq!(code, "not_confirmed");
    assert!(text.contains("--yes"), "{text}");
    house.object(&["accounts", "show", ADA]);
    assert_eq!(house.object(&["accounts", "erase", ADA, "--yes"]), json!({ "id": id, "erased": true }));
    assert_eq!(house.code(&["accounts", "show", &id]), "no_such_account");
    assert_eq!(house.last_event(&id), ("erased".to_owned(), "manage:eve".to_owned()));
}
