//! What callers do: 15 jobs of 20 calls, over and over, each with somebody to do it to.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use accountable_core::{
    Authentication, Import, ImportedPassword, MailOptions, NewAccount,
    domain::{AccountId, EmailAddress, Origin, Password, Purpose},
    port::PasswordHasher as _,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    caller::{Answer, Caller},
    world::{BACK, PAGE, World},
};

const DEFINITION: &str = "/api/v2/accounts/definition";
const SET_REQUEST: &str = "/api/v2/accounts/password/set-request";
const RESET: &str = "/external/api/v1/accounts/custom_request_password_reset";
const CREATE: &str = "/external/api/v1/accounts/create_password_reset";
const COMPLETE: &str = "/external/api/v1/accounts/complete_password_reset";
const PASSWORD: &str = "plum-trombone-42-Quartz";
const PATH: &str = "/password";

/// A kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Register,
    SetRequest,
    List,
    Reset,
    OpenLink,
    ShowPage,
    ChooseOnPage,
    Create,
    Complete,
    SignIn,
}

/// What a caller was told, and may rely on.
pub(crate) enum Promise {
    Registered {
        id: AccountId,
        email: EmailAddress,
    },
    /// A mail with a link.
    Link(EmailAddress),
    Password(AccountId),
    /// Another address in place of the old one.
    Address {
        id: AccountId,
        old: EmailAddress,
        new: EmailAddress,
    },
}

/// A call that hashes a password, to be made again.
pub(crate) struct Hashing {
    kind: Kind,
    target: &'static str,
    /// A browser's cookie; a program has its key.
    cookie: Option<String>,
    body: String,
    promise: Promise,
}

/// What was seen.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) answers: BTreeMap<(Kind, u16), usize>,
    pub(crate) promises: Vec<Promise>,
    pub(crate) turned_away: Vec<Hashing>,
}

enum Job {
    Register(EmailAddress),
    SetRequest(AccountId, EmailAddress),
    List,
    Reset { of: EmailAddress, resident: bool },
    Choose(AccountId, String),
    Complete(AccountId, EmailAddress),
    SignIn { id: AccountId, old: EmailAddress, new: EmailAddress, link: String },
}

/// What is to be called, and by whom.
pub(crate) struct Jobs {
    to: SocketAddr,
    token: String,
    jobs: Vec<Job>,
    residents: usize,
}

impl Jobs {
    /// So many rounds, and the accounts that they need.
    pub(crate) async fn settle(world: &World, rounds: usize) -> Self {
        let admin = world.file.admin();
        let mut jobs = Vec::new();
        for round in 0..rounds {
            let new = async |name: &str| {
                let email = email(&format!("{name}{round}@example.com"));
                (admin.register(NewAccount::new(email.clone())).await.unwrap().id, email)
            };
            let (invited, _) = new("invited").await;
            let issued =
                admin.issue_code(invited, Purpose::PasswordSet, &MailOptions::default()).await.unwrap();
            jobs.push(Job::Choose(invited, target(issued.link.expose())));
            let (uninvited, address) = new("uninvited").await;
            jobs.push(Job::Complete(uninvited, address));
            jobs.push(moving(world, round).await);
            for name in ["newcomer-a", "newcomer-b", "newcomer-c", "newcomer-d", "newcomer-e", "newcomer-f"] {
                jobs.push(Job::Register(email(&format!("{name}{round}@example.com"))));
            }
            for name in ["awaiting-a", "awaiting-b"] {
                let (id, address) = new(name).await;
                jobs.push(Job::SetRequest(id, address));
            }
            let (_, forgetful) = imported(world, &format!("forgetful{round}@example.com")).await;
            jobs.push(Job::Reset { of: forgetful, resident: true });
            let nobody = email(&format!("nobody{round}@example.com"));
            jobs.push(Job::Reset { of: nobody, resident: false });
            jobs.extend([Job::List, Job::List]);
        }
        // Invited, uninvited, moving, two who wait, one who forgot.
        Self { to: world.address, token: world.token.clone(), jobs, residents: rounds.saturating_mul(6) }
    }

    pub(crate) fn residents(&self) -> usize {
        self.residents
    }

    /// Has so many callers share all jobs.
    pub(crate) async fn run(self: &Arc<Self>, callers: usize) -> Seen {
        let next = Arc::new(AtomicUsize::new(0));
        let mut running = JoinSet::new();
        for _ in 0..callers {
            let (jobs, next) = (Arc::clone(self), Arc::clone(&next));
            running.spawn(async move {
                let mut at = jobs.at_work().await;
                while let Some(job) = jobs.jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    at.work(job).await;
                }
                at.seen
            });
        }
        let mut all = Seen::default();
        while let Some(seen) = running.join_next().await {
            let seen = seen.unwrap();
            for (answer, count) in seen.answers {
                let all = all.answers.entry(answer).or_default();
                *all = all.saturating_add(count);
            }
            all.promises.extend(seen.promises);
            all.turned_away.extend(seen.turned_away);
        }
        all
    }

    /// Those who were turned away call again, word for word.
    pub(crate) async fn come_back(&self, turned_away: Vec<Hashing>) -> Vec<Promise> {
        let mut at = self.at_work().await;
        for call in turned_away {
            at.hashing(call).await;
        }
        assert!(at.seen.turned_away.is_empty(), "turned away again");
        at.seen.promises
    }

    async fn at_work(&self) -> AtWork<'_> {
        AtWork { token: &self.token, caller: Caller::connect(self.to).await, seen: Seen::default() }
    }
}

/// A caller at work.
struct AtWork<'a> {
    token: &'a str,
    caller: Caller,
    seen: Seen,
}

impl AtWork<'_> {
    async fn work(&mut self, job: &Job) {
        match job {
            Job::Register(email) => {
                let body = json!({ "mailAddress": email.as_str() });
                let answer = self.program(Kind::Register, DEFINITION, Some(body.to_string())).await;
                let body: Value = serde_json::from_str(&answer.text).unwrap();
                let id = body.get("id").and_then(Value::as_str).and_then(AccountId::parse).unwrap();
                self.seen.promises.push(Promise::Registered { id, email: email.clone() });
            }
            Job::SetRequest(id, email) => {
                let body = json!({ "accountId": id.to_string() }).to_string();
                self.program(Kind::SetRequest, SET_REQUEST, Some(body)).await;
                self.seen.promises.push(Promise::Link(email.clone()));
            }
            Job::List => {
                let target = format!("{DEFINITION}?startIndex=7&maxResults=30");
                self.program(Kind::List, &target, None).await;
            }
            Job::Reset { of, resident } => {
                let body = json!({ "email": of.as_str(), "reset_password_url": PAGE, "return_url": BACK });
                self.program(Kind::Reset, RESET, Some(body.to_string())).await;
                if *resident {
                    self.seen.promises.push(Promise::Link(of.clone()));
                }
            }
            Job::Choose(id, link) => {
                let form = format!("password={PASSWORD}&repeat={PASSWORD}");
                self.on_page(Kind::ChooseOnPage, link, &form, Promise::Password(*id)).await;
            }
            Job::Complete(id, email) => {
                let body = json!({ "email": email.as_str() }).to_string();
                let created = self.program(Kind::Create, CREATE, Some(body)).await;
                let created: Value = serde_json::from_str(&created.text).unwrap();
                let code = created.pointer("/item/confirmation_code").unwrap();
                let body =
                    json!({ "id": id.to_string(), "confirmation_code": code, "new_password": PASSWORD });
                let (body, promise) = (body.to_string(), Promise::Password(*id));
                self.hashing(Hashing { kind: Kind::Complete, target: COMPLETE, cookie: None, body, promise })
                    .await;
            }
            Job::SignIn { id, old, new, link } => {
                let form = format!("email={}&password={PASSWORD}", old.as_str().replace('@', "%40"));
                let promise = Promise::Address { id: *id, old: old.clone(), new: new.clone() };
                self.on_page(Kind::SignIn, link, &form, promise).await;
            }
        }
    }

    /// A browser follows a link and sends the form that it leads to.
    async fn on_page(&mut self, kind: Kind, link: &str, form: &str, promise: Promise) {
        let opened = self.caller.call(link, &[], None).await;
        let cookie = self.counted(Kind::OpenLink, opened).cookie();
        let shown = self.caller.call(PATH, &[("cookie", &cookie)], None).await;
        let body = format!("token={}&{form}", self.counted(Kind::ShowPage, shown).token());
        self.hashing(Hashing { kind, target: PATH, cookie: Some(cookie), body, promise }).await;
    }

    async fn program(&mut self, kind: Kind, target: &str, body: Option<String>) -> Answer {
        let headers = [("authorization", self.token), ("content-type", "application/json")];
        let answer = self.caller.call(target, &headers, body).await;
        self.counted(kind, answer)
    }

    /// A call that is either served, or turned away and told when to come back.
    async fn hashing(&mut self, call: Hashing) {
        let body = call.body.clone();
        let answer = match &call.cookie {
            None => self.program(call.kind, call.target, Some(body)).await,
            Some(cookie) => {
                let form = "application/x-www-form-urlencoded";
                let headers = [("cookie", cookie.as_str()), ("content-type", form)];
                let answer = self.caller.call(call.target, &headers, Some(body)).await;
                self.counted(call.kind, answer)
            }
        };
        match answer.status {
            200 => self.seen.promises.push(call.promise),
            _ => {
                assert_eq!((answer.status, answer.header("retry-after")), (503, "1"), "{answer:?}");
                self.seen.turned_away.push(call);
            }
        }
    }

    fn counted(&mut self, kind: Kind, answer: Answer) -> Answer {
        let count = self.seen.answers.entry((kind, answer.status)).or_default();
        *count = count.saturating_add(1);
        let hashes = matches!(kind, Kind::ChooseOnPage | Kind::Complete | Kind::SignIn);
        assert!(answer.status < 400 || hashes, "{kind:?}: {answer:?}");
        answer
    }
}

/// An account with a password.
async fn imported(world: &World, address: &str) -> (AccountId, EmailAddress) {
    let email = email(address);
    let hash = world.hasher.hash(&Password::parse(PASSWORD).unwrap()).await.unwrap();
    let import = Import::new(NewAccount::new(email.clone())).proven();
    let import = import.with_password(ImportedPassword::new(hash.expose()));
    (world.file.admin().import(import).await.unwrap().id, email)
}

/// Somebody who has asked for another address, and was mailed the link that confirms it.
async fn moving(world: &World, round: usize) -> Job {
    let (id, old) = imported(world, &format!("moving{round}@example.com")).await;
    let (new, password) = (email(&format!("moved{round}@example.com")), Password::parse(PASSWORD).unwrap());
    let accounts = &world.file.accounts;
    let stamp = match accounts.public(Origin::Unknown).authenticate(&old, &password, None).await.unwrap() {
        Authentication::Granted { stamp, .. } => stamp,
        denied => panic!("{denied:?}"),
    };
    let owner = accounts.owner(stamp, Origin::Unknown);
    owner.request_email_change(&password, &new, &MailOptions::default()).await.unwrap();
    loop {
        accounts.sweep(100).await.unwrap();
        if let Some(link) = world.file.mailer.last_link_to(&new) {
            return Job::SignIn { id, old, new, link: target(&link) };
        }
        // The courier has it.
        tokio::task::yield_now().await;
    }
}

/// The path and query of a link.
fn target(link: &str) -> String {
    let link: axum::http::Uri = link.parse().unwrap();
    link.path_and_query().unwrap().to_string()
}

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}
