//! `--demo`: what it prints works as it is printed, and each mail's link leads where it says.

use std::fs;

use crate::{
    browser::Browser,
    server::{Server, bash, fails},
};

#[test]
fn every_printed_line_works_as_it_is_printed() {
    let server = Server::start(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    let lines: Vec<_> = server.says.iter().filter(|line| line.contains("curl ")).collect();
    assert_eq!(lines.len(), 7, "{:#?}", server.says);
    for line in lines {
        let answer = bash(line);
        assert!(answer.starts_with("HTTP/1.1 2"), "{line}\n{answer}");
    }
    assert_eq!(server.ask_to_end(), Some(0));
}

#[test]
fn a_mailed_link_leads_to_a_password_and_works_once() {
    let server = Server::start(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    bash(server.line_with("/password/set-request"));

    let reader = Browser::new();
    let mailbox = reader.get(&server.url("/mailbox"));
    assert_eq!(mailbox.status, 200);
    let policy = mailbox.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{policy}");
    let mail = reader.get(&server.url(&mailbox.link_with("/mailbox/").unwrap()));
    assert!(mail.body.contains("ada@example.com"), "{}", mail.body);
    let link = mail.link_with("confirmation_code=").unwrap();

    let form = reader.get(&link);
    assert_eq!(form.status, 200, "{}", form.body);
    let page = server.url("/webconnect/password");
    let weak = reader.post(&page, &form.choosing("short"));
    assert_eq!(weak.status, 422, "{}", weak.body);
    let chosen = reader.post(&page, &weak.choosing("herons wade where the river bends"));
    assert_eq!(chosen.status, 200, "{}", chosen.body);
    let again = Browser::new().get(&link);
    assert_eq!(again.status, 410, "{}", again.body);
    assert!(again.body.contains("This link has been used"), "{}", again.body);
}

#[test]
fn the_courier_brings_what_a_stranger_asked_for() {
    let server = Server::start(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    bash(server.line_with("/custom_request_password_reset"));
    let reader = Browser::new();
    // Each look is a call that is waited for; the courier was woken before the first.
    let mut looks = (0..1_000).map(|_| reader.get(&server.url("/mailbox")));
    let mailbox = looks.find(|mailbox| mailbox.body.contains("Choose a new password")).unwrap();
    let mail = reader.get(&server.url(&mailbox.link_with("/mailbox/").unwrap()));
    let form = reader.get(&mail.link_with("confirmation_code=").unwrap());
    let page = server.url("/payway/password");
    let chosen = reader.post(&page, &form.choosing("violet umbrellas"));
    assert_eq!(chosen.status, 200, "{}", chosen.body);
    assert_eq!(chosen.link_with("/mailbox"), Some(server.url("/mailbox")), "{}", chosen.body);
}

#[test]
fn the_group_of_the_printed_sample_can_be_used_from_here() {
    let server = Server::start(&["serve", "--demo", "--listen", "[::1]:0"]);
    let registered = bash(server.line_with("ipFilterGroupName"));
    let (_, id) = registered.split_once("{\"id\":\"").unwrap();
    let request = server.line_with("/password/set-request");
    let (before, _) = request.split_once("{\"accountId\"").unwrap();
    let (_, after) = request.split_once("}'").unwrap();
    bash(&format!("{before}{{\"accountId\":\"{}\"}}'{after}", id.split('"').next().unwrap()));
    let reader = Browser::new();
    let mailbox = reader.get(&server.url("/mailbox"));
    let mail = reader.get(&server.url(&mailbox.link_with("/mailbox/").unwrap()));
    let form = reader.get(&mail.link_with("confirmation_code=").unwrap());
    let page = server.url("/webconnect/password");
    let chosen = reader.post(&page, &form.choosing("herons wade where the river bends"));
    assert_eq!(chosen.status, 200, "{}", chosen.body);
}

#[test]
fn what_is_kept_can_be_served_again_and_its_lines_work_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("kept.db");
    let args = ["serve", "--demo", "--listen", "127.0.0.1:0", "--db", database.to_str().unwrap()];
    for _ in 0..2 {
        let server = Server::start(&args);
        for part in ["mailAddress", "/password/set-request", "/resetPassword", "/complete_password_reset"] {
            let answer = bash(server.line_with(part));
            assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
        }
        assert_eq!(server.ask_to_end(), Some(0));
    }
    fs::remove_file(folder.path().join("kept.db.keys.toml")).unwrap();
    assert!(fails(folder.path(), &args).contains("kept.db.keys.toml, are not there"));
}

#[test]
fn it_listens_on_this_machine_only_and_takes_no_port_that_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let said = fails(folder.path(), &["serve", "--demo", "--listen", "0.0.0.0:0"]);
    assert!(said.contains("--listen 0.0.0.0:0") && said.contains("127.0.0.1"), "{said}");
    let server = Server::start(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    let taken = server.base.strip_prefix("http://").unwrap();
    let said = fails(folder.path(), &["serve", "--demo", "--listen", taken, "--db", "new.db"]);
    assert!(said.contains("can't be listened on"), "{said}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
