//! The command `accountable feedback`, as a mail server's pipe runs it: over the accounts that settings name.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use accountable::{
    Accounts, Delivery, DeliveryOptions, NewAccount, Settings,
    domain::{AccountId, Actor, EmailAddress},
};

const ADA: &str = "ada@example.com";

/// A folder with keys and settings, whose mails go into a folder beside them.
fn house() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let init =
        Command::new(env!("CARGO_BIN_EXE_accountable")).arg("init").current_dir(folder.path()).output();
    assert!(init.unwrap().status.success());
    let settings = "[links]\npage = \"https://app.example/password\"\n[mail]\nfolder = \"outbox\"\nfrom = \"accounts@app.example\"\n";
    fs::write(folder.path().join("settings.toml"), settings).unwrap();
    folder
}

async fn accounts(folder: &Path) -> Accounts {
    let settings = Settings::from_file(folder.join("settings.toml")).unwrap();
    settings.builder(settings.mailer().unwrap()).unwrap().open().await.unwrap()
}

/// An account, and the mail that its owner got.
async fn mailed(folder: &Path) -> (AccountId, String) {
    let admin = accounts(folder).await.admin(Actor::parse("staff").unwrap());
    let id = admin.register(NewAccount::new(EmailAddress::parse(ADA).unwrap())).await.unwrap().id;
    let delivery = admin.request_password_set(id, DeliveryOptions::default()).await.unwrap();
    assert_eq!(delivery, Delivery::Delivered);
    let mail = fs::read_dir(folder.join("outbox")).unwrap().next().unwrap().unwrap();
    (id, fs::read_to_string(mail.path()).unwrap())
}

/// That it could not be delivered, as RFC 3464 has it, with the header of the mail.
fn bounce_of(mail: &str) -> String {
    let header = mail.split_once("\r\n\r\n").unwrap().0;
    format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: accounts@app.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {ADA}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\n{header}\r\n\r\n--b--\r\n"
    )
}

/// Hands a mail over as a pipe does.
fn piped(folder: &Path, mail: &str) -> Output {
    piped_with(folder, &[], mail)
}

fn piped_with(folder: &Path, args: &[&str], mail: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accountable"))
        .args(["feedback", "-"])
        .args(args)
        .env_remove("ACCOUNTABLE_FEEDBACK_KEY")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    command.stdin.take().unwrap().write_all(mail.as_bytes()).unwrap();
    command.wait_with_output().unwrap()
}

fn said(output: &Output) -> &str {
    assert!(output.status.success(), "{output:?}");
    std::str::from_utf8(&output.stdout).unwrap().trim_end()
}

async fn is_held_back(folder: &Path, id: AccountId) -> bool {
    let admin = accounts(folder).await.admin(Actor::parse("staff").unwrap());
    !admin.account(id).await.unwrap().unwrap().suppressions.is_empty()
}

#[tokio::test]
async fn a_bounce_of_our_mail_holds_mail_back_and_a_forged_one_does_not() {
    let house = house();
    let (id, mail) = mailed(house.path()).await;
    let forged: String = bounce_of(&mail)
        .lines()
        .filter(|line| !line.starts_with("X-Feedback-Tag:") && !line.starts_with("Message-ID:"))
        .map(|line| format!("{line}\r\n"))
        .collect();
    assert_eq!(said(&piped(house.path(), &forged)), "1 recipients told of, 0 reports counted.");
    assert!(!is_held_back(house.path(), id).await);

    assert_eq!(said(&piped(house.path(), &bounce_of(&mail))), "1 recipients told of, 1 reports counted.");
    assert!(is_held_back(house.path(), id).await);
}

#[test]
fn a_mail_that_reports_nothing_is_passed_over_and_no_file_opened() {
    let folder = tempfile::tempdir().unwrap();
    let note = "From: ada@example.com\r\nSubject: On holiday\r\nAuto-Submitted: auto-replied\r\n\r\nBack on Monday.\r\n";
    assert_eq!(said(&piped(folder.path(), note)), "0 recipients told of, 0 reports counted.");
}

#[tokio::test]
async fn where_it_fails_the_mail_server_is_told_to_try_again() {
    let house = house();
    let (_, mail) = mailed(house.path()).await;
    fs::remove_file(house.path().join("keys.toml")).unwrap();
    let output = piped(house.path(), &bounce_of(&mail));
    assert_eq!(output.status.code(), Some(75), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("keys"), "{output:?}");
}

/// Where the key would be sent in clear, where there is none, where it may be read by others, and where nobody answers.
#[tokio::test]
async fn where_it_can_not_be_handed_over_the_mail_server_is_told_to_try_again() {
    let house = house();
    let (_, mail) = mailed(house.path()).await;
    let bounce = bounce_of(&mail);
    let key = house.path().join("feedback.key");
    fs::write(&key, "abc\n").unwrap();
    let modes = |mode| fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let here = format!("http://127.0.0.1:{port}/feedback");
    let with_key = ["--key-file", "feedback.key"];
    for (mode, args, says) in [
        (0o600, [&["--to", "http://accounts.example/feedback"], &with_key[..]].concat(), "--to: "),
        (0o600, vec!["--to", "https://127.0.0.1/feedback"], "ACCOUNTABLE_FEEDBACK_KEY"),
        (0o644, [&["--to", here.as_str()], &with_key[..]].concat(), "mode 644"),
        (0o600, [&["--to", here.as_str()], &with_key[..]].concat(), "does not answer"),
    ] {
        modes(mode);
        let output = piped_with(house.path(), &args, &bounce);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(75), "{output:?}");
        assert!(said.contains(says) && !said.contains("abc"), "{says}: {said}");
    }
    let nothing = piped_with(house.path(), &["--to", &here], "Subject: Lunch?\r\n\r\nAt noon.\r\n");
    assert_eq!(said(&nothing), "0 recipients told of, 0 reports counted.", "nobody is called for it");
}

/// An answer is taken for what it is: a redirect leads nowhere, and what is no answer of ours is none.
#[tokio::test]
async fn the_key_is_shown_to_nobody_else_and_strange_answers_are_none() {
    let house = house();
    let (_, mail) = mailed(house.path()).await;
    fs::write(house.path().join("feedback.key"), "abc").unwrap();
    fs::set_permissions(house.path().join("feedback.key"), fs::Permissions::from_mode(0o600)).unwrap();
    for (answer, says) in [
        (
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
            "answers 307",
        ),
        (
            "HTTP/1.1 401 Unauthorized\r\ncontent-length: 23\r\n\r\n{\"code\":\"unauthorized\"}",
            "(unauthorized)",
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", "is not the route for feedback"),
        ("220 mx.example ESMTP\r\n", "does not answer"),
    ] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/feedback", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let (mut caller, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            while !head.windows(4).any(|end| end == b"--b-") {
                let mut octets = [0; 4096];
                let read = caller.read(&mut octets).unwrap();
                head.extend_from_slice(&octets[..read]);
            }
            caller.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&head).into_owned()
        });
        let output =
            piped_with(house.path(), &["--to", &url, "--key-file", "feedback.key"], &bounce_of(&mail));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(75), "{output:?}");
        assert!(said.contains(says) && !said.contains("abc"), "{says}: {said}");
        let head = served.join().unwrap();
        assert!(
            head.starts_with("POST /feedback HTTP/1.1") && head.contains("authorization: Bearer abc"),
            "{head}"
        );
        assert!(head.contains("content-type: message/rfc822"), "{head}");
    }
}
