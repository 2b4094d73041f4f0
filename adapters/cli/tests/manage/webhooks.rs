//! Webhooks: where an endpoint stands, what it refuses, and what an operator does about that.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use accountable::{OsEntropy, Settings, SystemClock, http::webhooks::Follower};

use crate::house::{House, text};

/// Refuses whatever has this text in it, on a port of its own; tells of each call.
fn receiver(refuses: String) -> (u16, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (called, calls) = channel();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = BufReader::new(connection.unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                connection.read_line(&mut line).unwrap();
                match line.trim_end().split_once(": ") {
                    Some(("content-length", value)) => length = value.parse().unwrap(),
                    Some(_) => {}
                    None if line.trim_end().is_empty() => break,
                    None => {}
                }
            }
            let mut body = vec![0; length];
            connection.read_exact(&mut body).unwrap();
            let status = if String::from_utf8(body).unwrap().contains(&refuses) { 422 } else { 200 };
            let answer = format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            connection.get_mut().write_all(answer.as_bytes()).unwrap();
            if called.send(()).is_err() {
                return;
            }
        }
    });
    (port, calls)
}

/// A house with an endpoint `crm` that refuses one account's event, after it was told so far.
fn refusing() -> (House, String) {
    let house = House::new();
    let ada = house.registered("ada@example.com");
    house.registered("bob@example.com");
    let commit = text(&house.lines(&["journal", "history", &ada]).remove(0), "/commit");
    let (port, calls) = receiver(commit);
    let settings = fs::read_to_string(house.folder().join("settings.toml")).unwrap();
    let webhook = format!(
        "[[webhooks]]\nname = \"crm\"\nurl = \"http://127.0.0.1:{port}/\"\nsecret_file = \"crm.secret\"\n"
    );
    house.write("settings.toml", &format!("{settings}{webhook}"));
    house.write("crm.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    fs::set_permissions(house.folder().join("crm.secret"), fs::Permissions::from_mode(0o600)).unwrap();
    let endpoint =
        Settings::from_file(house.folder().join("settings.toml")).unwrap().endpoints().unwrap().remove(0);
    house.with_accounts(async |accounts| {
        let follower = Follower::new(accounts, endpoint, SystemClock, OsEntropy).unwrap();
        let both_were_told = tokio::task::spawn_blocking(move || {
            for _ in 0..2 {
                calls.recv_timeout(Duration::from_secs(60)).unwrap();
            }
        });
        follower.run(async { both_were_told.await.unwrap() }).await;
    });
    (house, ada)
}

#[test]
fn an_event_that_an_endpoint_refuses_is_listed_given_up_and_told_again() {
    let (house, ada) = refusing();
    let listed = house.object(&["webhooks", "list"]);
    assert_eq!(
        (text(&listed, "/endpoint").as_str(), &listed["refused"], &listed["given_up"]),
        ("crm", &1.into(), &0.into())
    );
    let refused = house.object(&["webhooks", "refused", "crm"]);
    assert_eq!(
        (text(&refused, "/state"), text(&refused, "/why"), text(&refused, "/account")),
        ("refused".into(), "status 422".into(), ada)
    );
    let event = text(&refused, "/event");

    assert_eq!(house.object(&["webhooks", "skip", "crm", &event])["skipped"], true);
    assert_eq!(house.code(&["webhooks", "skip", "crm", &event]), "no_such_event");
    let given_up = house.object(&["webhooks", "refused", "crm"]);
    assert_eq!(
        (text(&given_up, "/state"), text(&given_up, "/why"), text(&given_up, "/event")),
        ("given up".into(), "skipped".into(), event.clone())
    );
    assert_eq!(house.object(&["webhooks", "list"])["given_up"], 1);

    assert_eq!(house.object(&["webhooks", "again", "crm", &event])["again"], true);
    let again = house.lines(&["webhooks", "refused", "crm"]).remove(0);
    assert_eq!((text(&again, "/why"), text(&again, "/event")), ("asked for again".into(), event));
    let table = house.table(&["webhooks", "list"]);
    assert!(table.starts_with("ENDPOINT") && table.contains("crm"), "{table}");
}

#[test]
fn an_endpoint_or_event_that_there_is_none_of_is_refused() {
    let (house, _) = refusing();
    assert_eq!(house.code(&["webhooks", "refused", "erp"]), "no_such_endpoint");
    assert_eq!(house.code(&["webhooks", "again", "crm", "0-0"]), "no_such_event");
    assert!(house.lines(&["--settings", "other.toml", "webhooks", "list"]).is_empty());
}
