//! The mix of calls: 17 jobs of 20 calls, over and over, shared among callers.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use accountable_benches::{PASSWORD, Trouble};
use accountable_core::domain::{AccountId, EmailAddress};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    caller::{Answer, Caller, Sends, connected},
    served::{BACK, PAGE, Residents, address},
    tally::{Kind, Tally},
};

/// Jobs in a round, and the calls that they amount to.
pub(crate) const JOBS: usize = 17;
pub(crate) const CALLS: usize = 20;
/// The residents that a round needs: awaiting, invited, uninvited, in use. Every third reset that is asked for is
/// nobody's, and every third request to set a password is a repeat.
pub(crate) const RESIDENTS: [usize; 4] = [2, 1, 1, 2];

const DEFINITION: &str = "/api/v2/accounts/definition";
const SET_REQUEST: &str = "/api/v2/accounts/password/set-request";
const PAYWAY: &str = "/external/api/v1/accounts/";
const PAGE_PATH: &str = "/password";

/// What is to be called, and by whom.
pub(crate) struct Mix {
    pub(crate) to: SocketAddr,
    pub(crate) token: String,
    pub(crate) residents: Residents,
    pub(crate) rounds: usize,
}

/// What was seen, and what was promised.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) tally: Tally,
    pub(crate) registered: Vec<(AccountId, EmailAddress)>,
    /// Whose request to be mailed a link was taken.
    pub(crate) asked: Vec<EmailAddress>,
    /// Who has chosen a password.
    pub(crate) chosen: Vec<AccountId>,
    /// Whose password could not be hashed at the time.
    pub(crate) turned_away: Vec<Choice>,
}

/// A password to be chosen.
pub(crate) enum Choice {
    /// On the page, with this cookie and form.
    OnPage { account: AccountId, cookie: String, form: String },
    /// By a back end.
    ByCode { account: AccountId, body: Value },
}

impl Mix {
    /// Has so many callers share all jobs.
    pub(crate) async fn run(self: &Arc<Self>, callers: usize) -> Result<Seen, Trouble> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut running = JoinSet::new();
        for caller in connected(callers, self.to, &self.token).await? {
            let (mix, next) = (Arc::clone(self), Arc::clone(&next));
            running.spawn(async move { mix.work(caller, &next).await });
        }
        let mut all = Seen::default();
        while let Some(done) = running.join_next().await {
            all.merge(done??);
        }
        Ok(all)
    }

    async fn work(&self, caller: Caller, next: &AtomicUsize) -> Result<Seen, Trouble> {
        let mut at = At { mix: self, caller, seen: Seen::default() };
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            let round = job / JOBS;
            if round >= self.rounds {
                return Ok(at.seen);
            }
            let nth = |of: usize, first: usize| round.saturating_mul(of).saturating_add(first);
            match job % JOBS {
                place @ 0..6 => at.register(nth(6, place)).await?,
                6 => at.set_request(nth(2, 0)).await?,
                // The second of these two is a repeat of whichever comes first.
                7 | 8 => at.set_request(nth(2, 1)).await?,
                place @ 9..11 => at.list(nth(2, place)).await?,
                11 => at.reset_nobody(round).await?,
                12 => at.custom_reset(nth(2, 0)).await?,
                13 => at.custom_reset(nth(2, 1)).await?,
                14 => at.through_the_page(round).await?,
                15 => at.by_code(round).await?,
                _ => at.dead_code(round).await?,
            }
        }
    }

    /// Those who were turned away come back, few at a time: each must be let in.
    pub(crate) async fn come_back(&self, turned_away: Vec<Choice>) -> Result<Vec<AccountId>, Trouble> {
        let caller = Caller::connect(self.to, &self.token).await?;
        let mut at = At { mix: self, caller, seen: Seen::default() };
        for choice in turned_away {
            at.choose(choice).await?;
        }
        if at.seen.turned_away.is_empty() { Ok(at.seen.chosen) } else { Err("turned away again".into()) }
    }
}

/// A caller at work.
struct At<'a> {
    mix: &'a Mix,
    caller: Caller,
    seen: Seen,
}

impl At<'_> {
    /// Calls, and holds the answer to what may be.
    async fn call(&mut self, kind: Kind, target: &str, sends: Sends<'_>) -> Result<Answer, Trouble> {
        let answer = self.caller.call(target, sends).await;
        let answer = answer.map_err(|error| format!("{}: the connection is lost: {error}", kind.name()))?;
        let expected = kind.expected().contains(&answer.status);
        if !expected || (answer.status == 503 && !answer.is_turned_away()) {
            return Err(format!(
                "{}: {}, {:?}: {}",
                kind.name(),
                answer.status,
                answer.headers,
                answer.text()
            )
            .into());
        }
        self.seen.tally.add(kind, answer.status, answer.took);
        Ok(answer)
    }

    async fn register(&mut self, number: usize) -> Result<(), Trouble> {
        let email = address("newcomer", number)?;
        let body = json!({ "mailAddress": email.as_str(), "memo": "by the campaign" }).to_string();
        let answer = self.call(Kind::Register, DEFINITION, Sends::Json(body)).await?;
        let registered: Value = serde_json::from_slice(&answer.body)?;
        let id = registered.get("id").and_then(Value::as_str).and_then(AccountId::parse);
        let id = id.ok_or("no id")?;
        self.seen.registered.push((id, email));
        Ok(())
    }

    async fn set_request(&mut self, number: usize) -> Result<(), Trouble> {
        let (id, email) = self.mix.residents.awaiting.get(number).ok_or("too few residents")?;
        let body = json!({ "accountId": id.to_string() }).to_string();
        if self.call(Kind::SetRequest, SET_REQUEST, Sends::Json(body)).await?.status == 204 {
            self.seen.asked.push(email.clone());
        }
        Ok(())
    }

    async fn list(&mut self, number: usize) -> Result<(), Trouble> {
        let first = number.saturating_mul(37).checked_rem(self.mix.residents.count()).unwrap_or(0);
        let target = format!("{DEFINITION}?startIndex={first}&maxResults=30");
        self.call(Kind::List, &target, Sends::Nothing).await?;
        Ok(())
    }

    async fn custom_reset(&mut self, number: usize) -> Result<(), Trouble> {
        let email = self.mix.residents.in_use.get(number).ok_or("too few residents")?.clone();
        self.ask_for(&email).await?;
        self.seen.asked.push(email);
        Ok(())
    }

    /// Answered alike; nothing is mailed.
    async fn reset_nobody(&mut self, number: usize) -> Result<(), Trouble> {
        self.ask_for(&address("nobody", number)?).await
    }

    async fn ask_for(&mut self, email: &EmailAddress) -> Result<(), Trouble> {
        let body = json!({ "email": email.as_str(), "reset_password_url": PAGE, "return_url": BACK });
        let target = format!("{PAYWAY}custom_request_password_reset");
        self.call(Kind::CustomReset, &target, Sends::Json(body.to_string())).await?;
        Ok(())
    }

    /// A browser follows a link and fills in the form.
    async fn through_the_page(&mut self, number: usize) -> Result<(), Trouble> {
        let (account, link) = self.mix.residents.invited.get(number).ok_or("too few residents")?;
        let opened = self.call(Kind::OpenLink, link, Sends::Page("")).await?;
        let cookie = opened.headers.get("set-cookie").ok_or("no cookie")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let page = self.call(Kind::ShowPage, PAGE_PATH, Sends::Page(&cookie)).await?.text();
        let (_, token) = page.split_once("name=\"token\" value=\"").ok_or("no form")?;
        let token = token.split('"').next().unwrap_or_default();
        let password = chosen();
        let form = format!("token={token}&password={password}&repeat={password}");
        self.choose(Choice::OnPage { account: *account, cookie, form }).await
    }

    /// A back end is given a code, and redeems it.
    async fn by_code(&mut self, number: usize) -> Result<(), Trouble> {
        let (account, email) = self.mix.residents.uninvited.get(number).ok_or("too few residents")?;
        let target = format!("{PAYWAY}create_password_reset");
        let body = json!({ "email": email.as_str() }).to_string();
        let created = self.call(Kind::CreateReset, &target, Sends::Json(body)).await?;
        let created: Value = serde_json::from_slice(&created.body)?;
        let code = created.pointer("/item/confirmation_code").ok_or("no code")?;
        let body = json!({ "id": account.to_string(), "confirmation_code": code, "new_password": PASSWORD });
        self.choose(Choice::ByCode { account: *account, body }).await
    }

    async fn dead_code(&mut self, number: usize) -> Result<(), Trouble> {
        let (account, _) = self.mix.residents.awaiting.get(number).ok_or("too few residents")?;
        let code = "A".repeat(43);
        let body = json!({ "id": account.to_string(), "confirmation_code": code, "new_password": PASSWORD });
        let target = format!("{PAYWAY}complete_password_reset");
        self.call(Kind::DeadCode, &target, Sends::Json(body.to_string())).await?;
        Ok(())
    }

    async fn choose(&mut self, choice: Choice) -> Result<(), Trouble> {
        let (account, answer) = match &choice {
            Choice::OnPage { account, cookie, form } => {
                let sends = Sends::Form(cookie, form.clone());
                (*account, self.call(Kind::ChoosePassword, PAGE_PATH, sends).await?)
            }
            Choice::ByCode { account, body } => {
                let target = format!("{PAYWAY}complete_password_reset");
                let sends = Sends::Json(body.to_string());
                (*account, self.call(Kind::CompleteReset, &target, sends).await?)
            }
        };
        match answer.status {
            200 => self.seen.chosen.push(account),
            _ => self.seen.turned_away.push(choice),
        }
        Ok(())
    }
}

impl Seen {
    fn merge(&mut self, other: Self) {
        self.tally.merge(other.tally);
        self.registered.extend(other.registered);
        self.asked.extend(other.asked);
        self.chosen.extend(other.chosen);
        self.turned_away.extend(other.turned_away);
    }
}

/// The password as a form says it.
fn chosen() -> String {
    PASSWORD.bytes().map(|octet| format!("%{octet:02X}")).collect()
}
