//! Links to choose a password, passwords assigned, and others required.

use accountable::{
    Import, ImportedPassword, NewAccount,
    domain::{Actor, EmailAddress},
};
use serde_json::json;

use crate::house::House;

const ADA: &str = "ada@example.com";
const PASSWORD: &str = "seven green hedgehogs in a row";

#[test]
fn the_link_to_choose_a_password_is_mailed_and_never_printed() {
    let house = House::new();
    let id = house.registered(ADA);
    let told = house.object(&["accounts", "request-password-set", ADA]);
    assert_eq!(told, json!({ "account": id, "delivery": "delivered", "cause": null }));
    assert!(
        house.mails().iter().any(|mail| mail.contains("https://app.example/password")),
        "{:?}",
        house.mails()
    );
    assert!(house.events(&id).contains(&"mail_queued".to_owned()));
    assert_eq!(house.code(&["accounts", "request-password-set", ADA]), "throttled");
    let again = house.object(&["accounts", "request-password-set", ADA, "--despite-throttle"]);
    assert_eq!(again["delivery"], "delivered");
}

/// What is left to the courier needs no mailer here, and what is handed over here does.
#[test]
fn a_mailer_is_made_only_where_a_mail_is_handed_over() {
    let house = House::without_mailer();
    house.registered(ADA);
    let (code, text) = house.refused(&["accounts", "request-password-set", ADA]);
    assert_eq!(code, "bad_settings");
    assert!(text.starts_with("mail: name the servers"), "{text}");
    let queued = house.object(&["accounts", "request-password-set", ADA, "--wait", "0 s"]);
    assert_eq!(queued["delivery"], "queued");
    assert_eq!(house.lines(&["outbox", "list"]).len(), 1);
}

#[test]
fn a_password_is_read_from_the_standard_input_and_must_be_changed() {
    let house = House::without_mailer();
    let id = house.registered(ADA);
    let ada = house.object_of(&["accounts", "assign-password", ADA], &format!("{PASSWORD}\r\nnot this\n"));
    assert_eq!(ada["password"]["must_change"], "assigned");
    assert!(ada["password"]["temporary_until"].is_string(), "{ada}");
    assert!(house.events(&id).contains(&"password_set".to_owned()));

    let (code, text) = house.refused_with(&["accounts", "assign-password", ADA], "password\n");
    assert_eq!(code, "weak_password");
    assert!(text.contains("it has 8 characters"), "{text}");
    assert_eq!(house.refused_with(&["accounts", "assign-password", ADA], "").0, "empty_password");
    // Nothing is read for an account that is not there, and no argument is a password.
    assert_eq!(
        house.refused_with(&["accounts", "assign-password", "bob@example.com"], PASSWORD).0,
        "no_such_account"
    );
    let argument = house.run("manage", &["accounts", "assign-password", ADA, PASSWORD], "");
    assert_eq!(argument.status.code(), Some(2), "{argument:?}");
}

#[test]
fn an_address_is_proven_by_a_code_once_there_is_a_password() {
    let house = House::new();
    house.registered(ADA);
    assert_eq!(house.code(&["accounts", "request-email-proof", ADA]), "code_not_expected");
    assert!(house.mails().is_empty());
    house.with_accounts(async |accounts| {
        let admin = accounts.admin(Actor::parse("test").unwrap());
        let bob = NewAccount::new(EmailAddress::parse("bob@example.com").unwrap());
        let hash = "$2a$12$o6hx.Wog/wvFSkT/Bp/6DOxCtLRTDj7lm9on9suF/WaCGNVHbkfL6";
        admin.import(Import::new(bob).with_password(ImportedPassword::new(hash))).await.unwrap();
    });
    assert_eq!(
        house.object(&["accounts", "request-email-proof", "bob@example.com"])["delivery"],
        "delivered"
    );
    let queued = house.lines(&["journal", "history", "bob@example.com"]);
    assert!(queued.iter().any(|event| event["what"]["purpose"] == "email_proof"), "{queued:?}");
}

#[test]
fn another_password_is_required_of_one_account() {
    let house = House::without_mailer();
    let id = house.registered(ADA);
    assert_eq!(house.code(&["accounts", "require-password-change", ADA]), "no_password");
    house.object_of(&["accounts", "assign-password", ADA], PASSWORD);
    let ada = house.object(&["accounts", "require-password-change", ADA]);
    assert!(ada["password"]["must_change"].is_string(), "{ada}");
    assert!(house.events(&id).contains(&"sessions_ended".to_owned()), "{:?}", house.events(&id));
}

#[test]
fn another_password_is_required_of_all_that_a_filter_finds() {
    let house = House::without_mailer();
    house.registered(ADA);
    house.registered("bob@example.com");
    assert_eq!(house.code(&["accounts", "require-password-change", ADA, "--status", "new"]), "bad_option");
    assert_eq!(house.object(&["accounts", "bulk-work"]), json!({ "under_way": false }));
    let all = ["accounts", "require-password-change", "--all", "--standing", "active"];
    assert_eq!(house.object(&all), json!({ "begun": true, "matching": 2 }));
    assert_eq!(house.code(&all), "bulk_work_under_way");
    let work = house.object(&["accounts", "bulk-work"]);
    assert_eq!((&work["by"], &work["ends_sessions"]), (&json!("manage:eve"), &json!(true)));
    assert_eq!(house.object(&["accounts", "bulk-work", "--stop"]), json!({ "stopped": true }));
    let events = house.lines(&["journal", "feed"]);
    let begun = events.iter().filter(|event| event["what"]["event"] == "bulk_work_begun").count();
    assert_eq!(begun, 1);
}
