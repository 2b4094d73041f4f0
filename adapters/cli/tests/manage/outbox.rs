//! Mails that wait, and those that were given up.

use serde_json::json;

use crate::house::{House, text};

const ADA: &str = "ada@example.com";

#[test]
fn a_mail_that_waits_is_listed_shown_and_cancelled() {
    let house = House::without_mailer();
    let id = house.registered(ADA);
    house.object(&["accounts", "request-password-set", ADA, "--wait", "0 s"]);
    house.registered("bob@example.com");
    house.object(&["accounts", "request-password-set", "bob@example.com", "--wait", "0 s"]);
    assert_eq!(house.lines(&["outbox", "list"]).len(), 2);
    assert_eq!(house.lines(&["outbox", "list", "--at-most", "1"]).len(), 1);
    let mail = house.object(&["outbox", "list", "--account", ADA]);
    assert_eq!(
        mail["about"],
        json!({ "kind": "password_set", "account": id, "recipient": mail["about"]["recipient"] })
    );
    assert_eq!((&mail["attempts"], &mail["dead"]), (&json!(0), &json!(null)));
    let name = text(&mail, "/id");
    assert_eq!(house.object(&["outbox", "show", &name]), mail);
    assert_eq!(house.object(&["outbox", "health"])["waiting"], 2);

    assert_eq!(
        house.code(&["outbox", "show", &"0".repeat(32)]),
        "no_such_mail",
        "though others are behind it"
    );

    assert_eq!(house.code(&["outbox", "requeue", &name]), "mail_not_dead");
    assert_eq!(house.object(&["outbox", "cancel", &name]), json!({ "mail": name, "cancelled": true }));
    assert_eq!(house.code(&["outbox", "cancel", &name]), "no_such_mail");
    assert_eq!(house.code(&["outbox", "show", &name]), "no_such_mail");
    assert_eq!(house.last_event(ADA).0, "mail_cancelled");
}

#[test]
fn mails_that_were_given_up_are_listed_and_queued_again() {
    let house = House::withholding();
    house.registered(ADA);
    house.object(&["accounts", "request-password-set", ADA]);
    let dead = house.object(&["outbox", "dead"]);
    assert_eq!(dead["dead"], "withheld");
    assert_eq!(house.object(&["outbox", "health"])["dead"], 1);
    assert!(house.table(&["outbox", "dead"]).contains("withheld"));
    let name = text(&dead, "/id");
    assert_eq!(house.object(&["outbox", "requeue", &name]), json!({ "mail": name, "requeued": true }));
    assert!(house.lines(&["outbox", "dead"]).is_empty());
    assert_eq!(house.last_event(ADA), ("mail_requeued".to_owned(), "manage:eve".to_owned()));
    assert!(house.lines(&["outbox", "requeue", "--dead"]).is_empty(), "none is left");
}
