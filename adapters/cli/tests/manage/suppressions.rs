//! Mail that is held back, and let go again.

use serde_json::json;

use crate::house::{House, text};

const ADA: &str = "ada@example.com";

/// Mail to the account bounced, as its mail server's pipe told.
fn bounced() -> House {
    let house = House::new();
    house.registered(ADA);
    house.object(&["accounts", "request-password-set", ADA]);
    let mail = house.mails().remove(0);
    let header = mail.split_once("\r\n\r\n").unwrap().0;
    let bounce = format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: accounts@app.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {ADA}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\n{header}\r\n\r\n--b--\r\n"
    );
    assert!(house.run("feedback", &["-"], &bounce).status.success());
    house
}

#[test]
fn what_is_held_back_is_listed_by_its_tag_and_cleared_by_it() {
    let house = bounced();
    let held = house.object(&["suppressions", "list"]);
    assert_eq!((&held["scope"], &held["cause"]), (&json!("all"), &json!("no_such_mailbox")));
    assert!(!house.table(&["suppressions", "list"]).contains(ADA));
    let tag = text(&held, "/tag");
    assert_eq!(house.object(&["suppressions", "clear", "--tag", &tag]), json!({ "cleared": true }));
    assert!(house.lines(&["suppressions", "list"]).is_empty());
    let events = house.lines(&["journal", "feed"]);
    let cleared = events.iter().find(|event| event["what"]["event"] == "suppression_cleared").unwrap();
    assert_eq!(
        (text(cleared, "/what/tag"), text(cleared, "/by/administrator")),
        (tag, "manage:eve".to_owned())
    );
}

#[test]
fn mail_goes_again_to_an_address_that_was_cleared() {
    let house = bounced();
    let again = ["accounts", "request-password-set", ADA, "--despite-throttle"];
    assert_eq!(house.code(&again), "address_undeliverable");
    let reset = ["suppressions", "clear", ADA, "--scope", "reset"];
    assert_eq!(house.object(&reset), json!({ "cleared": false }), "it is all mail that is held back");
    assert_eq!(house.object(&["suppressions", "clear", ADA]), json!({ "cleared": true }));
    assert_eq!(house.object(&["suppressions", "clear", ADA]), json!({ "cleared": false }));
    assert_eq!(house.object(&again)["delivery"], "delivered");
}
