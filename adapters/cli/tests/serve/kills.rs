//! `serve` is killed again and again while it is called, mails by SMTP and tells a webhook: what it acknowledged is there,
//! was mailed, and was told.
//!
//! Twelve times; `ACCOUNTABLE_KILLS=100` for more. Where Postfix is not installed, or we are not root, the test says that it was
//! skipped; `ACCOUNTABLE_REQUIRE_POSTFIX=1` makes that a failure.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use accountable_conformance::postfix::{Beside, Postfix, looked_for};
use serde_json::Value;

use crate::{
    receiver::message,
    server::{Server, free_port, key, runs, write_private},
};

const DEFINITION: &str = "/api/v2/accounts/definition";
const SET_REQUEST: &str = "/api/v2/accounts/password/set-request";

/// So many callers at once.
const CALLERS: u64 = 4;

fn kills() -> u64 {
    std::env::var("ACCOUNTABLE_KILLS").map_or(12, |text| text.parse().unwrap())
}

/// What was acknowledged about an account, and what may have come of calls that nobody answered.
#[derive(Debug, Default)]
struct Promised {
    address: String,
    mailed: bool,
    validity: Option<u64>,
    closed: bool,
    /// A call about it got no answer: after that nothing is known of its state, and all else still is.
    in_doubt: bool,
}

/// Where calls go, and what is counted of them.
struct Calls {
    port: u16,
    key: String,
    acknowledged: AtomicU64,
    unanswered: AtomicU64,
    done: AtomicBool,
}

impl Calls {
    /// Status, head and body of a whole answer; none where there was none, or it broke off.
    fn call(&self, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
        let answered = || -> std::io::Result<String> {
            let mut connection = TcpStream::connect(("127.0.0.1", self.port))?;
            // Whoever waits for an answer that never comes fails, and does not hang.
            connection.set_read_timeout(Some(Duration::from_secs(60)))?;
            let (key, length) = (&self.key, body.len());
            write!(
                connection,
                "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
                 Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            )?;
            let mut answer = String::new();
            connection.read_to_string(&mut answer)?;
            Ok(answer)
        };
        let answer = answered().ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if length.is_some_and(|length| length.parse() != Ok(body.len())) {
            return None;
        }
        Some((head.split(' ').nth(1)?.parse().ok()?, answer))
    }

    /// As [`call`](Self::call), and counts it. An answer must be one of these.
    fn counted(&self, method: &str, path: &str, body: &str, fine: &[u16]) -> Option<(u16, String)> {
        let Some((status, answer)) = self.call(method, path, body) else {
            self.unanswered.fetch_add(1, Ordering::Relaxed);
            // Until it is up again.
            let _ = looked_for(|| TcpStream::connect(("127.0.0.1", self.port)).ok());
            return None;
        };
        assert!(fine.contains(&status), "{method} {path}: {answer}");
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
        Some((status, answer))
    }

    /// Registers, asks for the mail, changes and closes, until it is told to stop; what it was promised, by ids.
    fn keep_calling(&self, caller: u64) -> BTreeMap<String, Promised> {
        let mut promised = BTreeMap::new();
        for nth in 0_u64.. {
            if self.done.load(Ordering::Relaxed) {
                break;
            }
            let address = format!("c{caller}-{nth}@example.com");
            let body = format!("{{\"mailAddress\":\"{address}\"}}");
            let Some((_, answer)) = self.counted("POST", DEFINITION, &body, &[201]) else { continue };
            let (_, id) = answer.split_once(&format!("location: {DEFINITION}/")).unwrap();
            let id = id.split_whitespace().next().unwrap().to_owned();
            let account = promised.entry(id.clone()).or_insert_with(Promised::default);
            account.address = address;
            let path = format!("{DEFINITION}/{id}");
            let asked = self.counted("POST", SET_REQUEST, &format!("{{\"accountId\":\"{id}\"}}"), &[204]);
            account.mailed = asked.is_some();
            // Of those that the contract takes.
            let validity = 30_u64.saturating_add(nth % 300);
            let body = format!("{{\"passwordValidityPeriod\":{validity}}}");
            match self.counted("PUT", &path, &body, &[200]) {
                Some(_) => account.validity = Some(validity),
                None => account.in_doubt = true,
            }
            if nth % 5 == 4 {
                match self.counted("DELETE", &path, "", &[204]) {
                    Some(_) => account.closed = true,
                    None => account.in_doubt = true,
                }
            }
        }
        promised
    }

    /// Each event of the journal: its name and its account.
    fn journal(&self) -> Vec<(String, Option<String>)> {
        let (mut events, mut after) = (Vec::new(), String::new());
        loop {
            let (status, answer) = self.call("GET", &format!("/events{after}"), "").unwrap();
            assert_eq!(status, 200, "{answer}");
            let (_, body) = answer.split_once("\r\n\r\n").unwrap();
            let mut lines: Vec<Value> =
                body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let last = lines.pop().unwrap();
            events.extend(lines.iter().map(named));
            if last.get("more").unwrap() == false {
                return events;
            }
            after = format!("?after={}", text(&last, "next").unwrap());
        }
    }
}

/// The name by which an event is told, and the account that it is about.
fn named(event: &Value) -> (String, Option<String>) {
    let account = text(event, "account").map(str::to_owned);
    (format!("{}-{}", text(event, "commit").unwrap(), event.get("ordinal").unwrap()), account)
}

fn text<'a>(of: &'a Value, field: &str) -> Option<&'a str> {
    of.get(field)?.as_str()
}

/// Who is told, and fails now and then: it refuses, or takes what it is told and breaks off before it says so.
#[derive(Default)]
pub(crate) struct Receiver {
    told: Mutex<Vec<String>>,
    calls: AtomicU64,
    calm: AtomicBool,
}

impl Receiver {
    /// Listens from now on, at this port.
    pub(crate) fn listens(self: &Arc<Self>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let receiver = Arc::clone(self);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let receiver = Arc::clone(&receiver);
                // A caller that was killed breaks off.
                thread::spawn(move || receiver.takes(connection.ok()?));
            }
        });
        port
    }

    /// Whether it was told of anything.
    pub(crate) fn was_told(&self) -> bool {
        !self.told.lock().unwrap().is_empty()
    }

    /// What comes over one connection.
    fn takes(&self, connection: TcpStream) -> Option<()> {
        let mut connection = BufReader::new(connection);
        loop {
            let (id, event) = message(&mut connection)?;
            let (name, _) = named(event.get("data")?);
            assert_eq!(name, id);
            let nth = self.calls.fetch_add(1, Ordering::Relaxed);
            let trouble = !self.calm.load(Ordering::Relaxed);
            if trouble && nth % 37 == 36 {
                connection
                    .get_mut()
                    .write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
                    .ok()?;
                continue;
            }
            self.told.lock().unwrap().push(name);
            if trouble && nth % 53 == 52 {
                return None;
            }
            connection.get_mut().write_all(b"HTTP/1.1 204 No Content\r\n\r\n").ok()?;
        }
    }
}

/// A folder with settings, and the key that they accept.
fn settled(folder: &Path, port: u16, hooks: u16, relay: &str) -> String {
    runs(folder, &["init"]);
    write_private(&folder.join("hooks.secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    let settings = format!(
        "[links]\npage = \"http://127.0.0.1/password\"\n\
         [mail]\nfrom = \"accounts@app.example\"\n[[mail.smtp.relays]]\nurl = \"{relay}\"\n\
         [http]\nlisten = \"127.0.0.1:{port}\"\n[http.webconnect]\nenabled = true\n[http.feed]\nenabled = true\n\
         [[webhooks]]\nname = \"hooks\"\nurl = \"http://127.0.0.1:{hooks}/\"\nsecret_file = \"hooks.secret\"\n"
    );
    fs::write(folder.join("settings.toml"), settings).unwrap();
    key(folder, &["accounts:read", "accounts:write", "events:read"])
}

fn all_mail_to_one(_: &Path) -> Beside {
    Beside { mailboxes: "@example.com all/\n".to_owned(), ..Beside::default() }
}

/// Callers, and somebody who kills what they call.
fn killed_under_load(folder: &Path, calls: &Arc<Calls>) -> (Server, BTreeMap<String, Promised>) {
    let mut server = Server::start_in(folder, &["serve"]);
    let calling: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let calls = Arc::clone(calls);
            thread::spawn(move || calls.keep_calling(caller))
        })
        .collect();
    for nth in 0..kills() {
        // Now sooner, now later.
        let more = 10_u64.saturating_add(nth.wrapping_mul(7) % 41);
        let enough = calls.acknowledged.load(Ordering::Relaxed).saturating_add(more);
        let got_there = || (calls.acknowledged.load(Ordering::Relaxed) >= enough).then_some(());
        // A caller that found something wrong has ended, and says what below.
        if looked_for(got_there).is_none() {
            break;
        }
        // Killed as it is dropped, with -9.
        drop(server);
        server = Server::start_in(folder, &["serve"]);
    }
    calls.done.store(true, Ordering::Relaxed);
    let promised = calling.into_iter().flat_map(|caller| caller.join().unwrap()).collect();
    (server, promised)
}

/// Whom each mail with a link is to, by now.
fn recipients(postfix: &Postfix) -> Vec<String> {
    let recipient = |mail: Vec<u8>| {
        let mail = String::from_utf8_lossy(&mail).into_owned();
        let to = mail.lines().find_map(|line| line.strip_prefix("To: ")).unwrap();
        mail.contains("http://127.0.0.1/password").then(|| to.trim_matches(['<', '>']).to_owned())
    };
    postfix.mails("all").into_iter().filter_map(recipient).collect()
}

/// In which order each account's events are, each where it is first.
fn by_account<'a>(
    names: impl Iterator<Item = &'a String>,
    account_of: &BTreeMap<&String, &'a String>,
) -> BTreeMap<&'a String, Vec<&'a String>> {
    let (mut seen, mut order) = (BTreeSet::new(), BTreeMap::<_, Vec<_>>::new());
    for name in names.filter(|name| seen.insert(*name)) {
        if let Some(account) = account_of.get(name) {
            order.entry(*account).or_default().push(name);
        }
    }
    order
}

#[test]
fn what_was_acknowledged_outlives_any_number_of_kills_and_is_mailed_and_told() {
    let Some(postfix) = Postfix::start_with(all_mail_to_one) else { return };
    let folder = tempfile::tempdir().unwrap();
    let receiver = Arc::new(Receiver::default());
    let port = free_port();
    let key = settled(folder.path(), port, receiver.listens(), &postfix.url());
    let (acknowledged, unanswered, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let calls = Arc::new(Calls { port, key, acknowledged, unanswered, done });
    let (server, promised) = killed_under_load(folder.path(), &calls);
    receiver.calm.store(true, Ordering::Relaxed);

    // Kept.
    for (id, account) in &promised {
        let (status, answer) = calls.call("GET", &format!("{DEFINITION}/{id}"), "").unwrap();
        let expected = if account.closed { 404 } else { 200 };
        assert!(status == expected || account.in_doubt, "{account:?}: {answer}");
        if let (200, Some(validity), false) = (status, account.validity, account.in_doubt) {
            assert!(
                answer.contains(&format!("\"passwordValidityPeriod\":{validity}")),
                "{account:?}: {answer}"
            );
        }
    }
    // Mailed.
    let mailed: Vec<_> = promised.values().filter(|account| account.mailed).collect();
    let unmailed = || {
        let recipients: BTreeSet<_> = recipients(&postfix).into_iter().collect();
        mailed.iter().filter(|account| !recipients.contains(&account.address)).count()
    };
    assert!(
        looked_for(|| (unmailed() == 0).then_some(())).is_some(),
        "{} mails: {}",
        unmailed(),
        postfix.log()
    );
    // Told.
    let journal = calls.journal();
    let untold = || {
        let told: BTreeSet<_> = receiver.told.lock().unwrap().iter().cloned().collect();
        journal.iter().filter(|(name, _)| !told.contains(name)).count()
    };
    let mut left = untold();
    while left > 0 {
        // As long as it goes on, however slow the machine is.
        assert!(
            looked_for(|| (untold() < left).then_some(())).is_some(),
            "{left} of {} untold",
            journal.len()
        );
        left = untold();
    }
    let account_of = journal.iter().filter_map(|(name, account)| Some((name, account.as_ref()?))).collect();
    let told = receiver.told.lock().unwrap();
    let (wanted, got) =
        (by_account(journal.iter().map(|(name, _)| name), &account_of), by_account(told.iter(), &account_of));
    for (account, order) in &wanted {
        assert_eq!(got.get(account), Some(order), "{account}");
    }
    let copies = recipients(&postfix);
    let twice = copies.len() - copies.iter().collect::<BTreeSet<_>>().len();
    println!(
        "{} kills; {} calls acknowledged, {} unanswered; {} accounts; {} mails acknowledged, {twice} mailed twice; {} events told {} times",
        kills(),
        calls.acknowledged.load(Ordering::Relaxed),
        calls.unanswered.load(Ordering::Relaxed),
        promised.len(),
        mailed.len(),
        journal.len(),
        told.len(),
    );
    assert!(calls.unanswered.load(Ordering::Relaxed) > 0, "it was killed while it was called");
    assert_eq!(server.ask_to_end(), Some(0));
}
