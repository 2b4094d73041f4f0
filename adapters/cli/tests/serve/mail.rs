//! Mails as they go and come back, end to end: `serve`, a real Postfix that takes its mails and bounces some, and the pipe by
//! which Postfix hands what comes back to `accountable feedback --to`.
//!
//! Where Postfix is not installed, or we are not root, the tests say that they were skipped; `ACCOUNTABLE_REQUIRE_POSTFIX=1` makes
//! that a failure.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use accountable::{
    Admin, Delivery, DeliveryOptions, Settings,
    domain::{AccountId, Actor, EmailAddress},
};
use accountable_conformance::postfix::{Beside, Postfix, looked_for, owned_by};
use tempfile::TempDir;

use crate::server::{Server, bash, free_port, key, runs, write_private};

/// Where what comes back arrives, beside the addresses that bear a tag.
const BOUNCES: &str = "b@app.example";

const DEFINITION: &str = "/api/v2/accounts/definition";

/// A service whose mails a Postfix takes, and which is told what comes back.
struct Service {
    postfix: Postfix,
    folder: TempDir,
    server: Server,
    key: String,
}

impl Service {
    /// None where there is no Postfix, which it says.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        runs(folder.path(), &["init"]);
        let [billing, mx] = [&["accounts:read", "accounts:write"][..], &["feedback"]]
            .map(|scopes| key(folder.path(), scopes));
        let port = free_port();
        let postfix = Postfix::start_with(|house| pipes(house, port, &mx))?;
        fs::write(
            folder.path().join("settings.toml"),
            format!(
                "notices_to = \"staff@example.com\"\n\
                 [links]\npage = \"http://127.0.0.1/password\"\n\
                 [mail]\nfrom = \"accounts@app.example\"\n\
                 [mail.smtp]\nverp = \"b+@app.example\"\n\
                 [[mail.smtp.relays]]\nurl = \"{}\"\n\
                 [http]\nlisten = \"127.0.0.1:{port}\"\n\
                 [http.webconnect]\nenabled = true\n\
                 [http.feedback]\nenabled = true\n",
                postfix.url()
            ),
        )
        .unwrap();
        let server = Server::start_in(folder.path(), &["serve"]);
        Some(Self { postfix, folder, server, key: billing })
    }

    /// What is answered: status, and head and body.
    fn call(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let head = format!("-H 'Authorization: Bearer {}' -H 'Content-Type: application/json'", self.key);
        let answer = bash(&format!("curl -sS -i -X {method} {head} -d '{body}' {}{path}", self.server.base));
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }

    fn register(&self, address: &str) -> String {
        let (status, answer) = self.call("POST", DEFINITION, &format!("{{\"mailAddress\":\"{address}\"}}"));
        assert_eq!(status, 201, "{answer}");
        let (_, id) = answer.split_once(&format!("location: {DEFINITION}/")).unwrap();
        id.split_whitespace().next().unwrap().to_owned()
    }

    /// Asks for the mail by which a password is set.
    fn set_request(&self, id: &str) -> (u16, String) {
        self.call("POST", "/api/v2/accounts/password/set-request", &format!("{{\"accountId\":\"{id}\"}}"))
    }

    /// The header of the mail that Ada got.
    fn header_of_adas_mail(&self) -> String {
        let mail = String::from_utf8(self.postfix.arrived("ada").unwrap()).unwrap();
        mail.split_once("\n\n").unwrap().0.to_owned()
    }

    /// Whether mail is held back from the account's address, as soon as it is.
    fn is_held_back(&self, staff: &Admin, id: &str) -> bool {
        let id = AccountId::parse(id).unwrap();
        let held = async || !staff.account(id).await.unwrap().unwrap().suppressions.is_empty();
        let here = tokio::runtime::Handle::current();
        looked_for(|| tokio::task::block_in_place(|| here.block_on(held())).then_some(())).is_some()
    }

    /// Staff, in a process of its own beside the server.
    async fn staff(&self) -> Admin {
        let settings = Settings::from_file(self.folder.path().join("settings.toml")).unwrap();
        let accounts = settings.builder(settings.mailer().unwrap()).unwrap().open().await.unwrap();
        accounts.admin(Actor::parse("staff").unwrap())
    }
}

/// The pipe that the command's help shows, for a Postfix that bounces what is for `late@example.com` only once it has taken it.
fn pipes(house: &Path, port: u16, key: &str) -> Beside {
    let help = runs(house, &["feedback", "--help"]);
    let mut lines = help.lines().map(str::trim).filter(|line| line.starts_with("bounces unix"));
    let line = lines.find(|line| line.contains("--to")).unwrap();
    // Where those may go who run it.
    let (binary, key_file) = (house.join("accountable"), house.join("feedback.key"));
    fs::copy(env!("CARGO_BIN_EXE_accountable"), &binary).unwrap();
    write_private(&key_file, key);
    owned_by(&key_file, "nobody");
    let tried = [
        ("user=bounces", "user=nobody".to_owned()),
        ("/usr/bin/accountable", binary.display().to_string()),
        ("https://accounts.example/feedback", format!("http://127.0.0.1:{port}/feedback")),
        ("/etc/accountable/feedback.key", key_file.display().to_string()),
    ];
    let line = tried.iter().fold(line.to_owned(), |line, (shown, ours)| {
        assert!(line.contains(shown), "{shown} is not in {line}");
        line.replace(shown, ours)
    });
    let no_user = house.join("no-user");
    fs::write(&no_user, "#!/bin/sh\nexit 67\n").unwrap();
    fs::set_permissions(&no_user, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(house.join("transport"), "late@example.com no-user:\napp.example bounces:\n").unwrap();
    Beside {
        main: format!(
            "transport_maps = texthash:{}/transport\nrelay_domains = app.example\n",
            house.display()
        ),
        master: format!("{line}\nno-user unix - n n - - pipe user=nobody argv={}\n", no_user.display()),
        mailboxes: "late@example.com late/\nstaff@example.com staff/\n".to_owned(),
    }
}

/// A mail of multipart/report, about a mail with this header.
fn report(kind: &str, status: &str, header: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.net\nTo: accounts@app.example\nSubject: About a mail of yours\n\
         MIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nIt is about a mail of yours.\n\
         --b\nContent-Type: message/{kind}\n\n{status}\n\n\
         --b\nContent-Type: text/rfc822-headers\n\n{header}\n\n--b--\n"
    )
}

/// What a mail server far away says that knows no Ada.
const NO_ADA: &str = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.com\nAction: failed\nStatus: 5.1.1";

#[test]
fn an_address_that_is_refused_is_undeliverable_until_it_is_replaced() {
    let Some(service) = Service::start() else { return };
    let id = service.register("nobody-here@example.com");
    for _ in 0..2 {
        let (status, answer) = service.set_request(&id);
        assert_eq!(status, 422, "{answer}");
        assert!(answer.contains("\"code\":\"address_undeliverable\""), "{answer}");
    }
    let (status, answer) =
        service.call("PUT", &format!("{DEFINITION}/{id}"), "{\"mailAddress\":\"ada@example.com\"}");
    assert_eq!(status, 200, "{answer}");
    assert_eq!(service.set_request(&id).0, 204);
    assert!(service.postfix.arrived("ada").is_some(), "{}", service.postfix.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_bounces_later_holds_mail_back_until_the_address_is_cleared() {
    let Some(service) = Service::start() else { return };
    let id = service.register("late@example.com");
    assert_eq!(service.set_request(&id).0, 204, "Postfix takes it, and finds nobody after that");
    let staff = service.staff().await;
    assert!(service.is_held_back(&staff, &id), "{}", service.postfix.log());
    let (status, answer) = service.set_request(&id);
    assert_eq!(status, 422, "{answer}");

    assert!(staff.clear_suppression(&EmailAddress::parse("late@example.com").unwrap()).await.unwrap());
    // The first was taken, and stays charged: WebConnect's callers wait, and staff need not.
    assert_eq!(service.set_request(&id).0, 429);
    let at_once = DeliveryOptions::default().bypassing_the_throttle();
    let again = staff.request_password_set(AccountId::parse(&id).unwrap(), at_once).await.unwrap();
    assert_eq!(again, Delivery::Delivered);
    assert!(service.is_held_back(&staff, &id), "the next one bounces too: {}", service.postfix.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_holds_mail_back_and_staff_are_told() {
    let Some(service) = Service::start() else { return };
    let id = service.register("ada@example.com");
    assert_eq!(service.set_request(&id).0, 204);
    let header = service.header_of_adas_mail();
    let complaint = "Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1";
    service.postfix.takes(BOUNCES, &report("feedback-report", complaint, &header));
    assert!(service.is_held_back(&service.staff().await, &id), "{}", service.postfix.log());
    let told = service.postfix.arrived("staff").expect("staff are told");
    assert!(String::from_utf8_lossy(&told).contains("To: <staff@example.com>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_bounce_holds_back_nobodys_mail() {
    let Some(service) = Service::start() else { return };
    let id = service.register("ada@example.com");
    assert_eq!(service.set_request(&id).0, 204);
    let forged = "To: ada@example.com\nMessage-ID: <1@app.example>";
    service.postfix.takes(BOUNCES, &report("delivery-status", NO_ADA, forged));
    assert!(service.postfix.says("delivered via bounces service"), "{}", service.postfix.log());
    let view = service.staff().await.account(AccountId::parse(&id).unwrap()).await.unwrap().unwrap();
    assert!(view.suppressions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_while_nobody_serves_waits_at_the_mail_server() {
    let Some(service) = Service::start() else { return };
    let id = service.register("ada@example.com");
    assert_eq!(service.set_request(&id).0, 204);
    let bounce = report("delivery-status", NO_ADA, &service.header_of_adas_mail());
    let Service { postfix, folder, server, key } = service;
    assert_eq!(server.ask_to_end(), Some(0));
    postfix.takes(BOUNCES, &bounce);
    assert!(postfix.says("status=deferred (temporary failure"), "{}", postfix.log());

    let server = Server::start_in(folder.path(), &["serve"]);
    let service = Service { postfix, folder, server, key };
    service.postfix.flush();
    assert!(service.is_held_back(&service.staff().await, &id), "{}", service.postfix.log());
}
