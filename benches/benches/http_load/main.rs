//! A server under load: two profiles and the pages, over loopback, on SQLite, with real hashing; 256 callers at once.
//!
//! Holds what must hold under any load, and fails where it does not: an answer is one of those that its call may have;
//! who can't be served now is told so by 503 with `Retry-After`, which befalls none but calls that hash a password; no
//! connection breaks; what was acknowledged is in the file when another process opens it; every link that was promised
//! was mailed, once; the outbox drains. Figures are printed, and nothing is asserted of them.

mod caller;
mod mix;
mod served;
mod tally;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use accountable_benches::{ByHand, Effort, PASSWORD, Trouble};
use accountable_core::{
    AccountList, Authentication,
    domain::{AccountId, Origin, Password},
    port::AccountFilter,
};
use accountable_system::Argon2Cost;
use tokio::{runtime::Runtime, task::JoinSet};

use crate::{
    caller::{Sends, connected},
    mix::{CALLS, Mix, RESIDENTS, Seen},
    served::{Estate, Residents, Served, WAITING, admin, drained, serve_limit},
    tally::{Kind, Tally, memory},
};

const CALLERS: usize = 256;

fn main() -> Result<(), Trouble> {
    let rounds = match Effort::of_this_run() {
        Effort::Proof => 10,
        Effort::Quick => 50,
        Effort::Full => 500,
    };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    Runtime::new()?.block_on(campaign(folder.path(), rounds))
}

async fn campaign(folder: &Path, rounds: usize) -> Result<(), Trouble> {
    let estate = Estate::new(folder.join("accountable.db"))?;
    let served = Served::start(&estate).await?;
    let of_each = RESIDENTS.map(|of_a_round| of_a_round.saturating_mul(rounds));
    let residents = Residents::settle(&estate, &served.accounts, of_each).await?;
    let settled = residents.count();
    let (first, _) = residents.awaiting.first().ok_or("nobody is there")?;
    let records = served.records(*first).await?;

    let calls = rounds.saturating_mul(CALLS);
    println!("\nHTTP load, {calls} calls by {CALLERS} callers, SQLite, synchronous = FULL");
    println!("hashing: Argon2id {}, default threads, {WAITING} may wait for one", Argon2Cost::OWASP);
    println!("limit: a bare handler, the rows of a registration by hand, one transaction each");
    let (limit, limit_took) = limit(folder, records, rounds.saturating_mul(6).max(CALLERS)).await?;
    println!("memory before: {}", memory());

    let mix = Arc::new(Mix { to: served.address, token: served.token.clone(), residents, rounds });
    let start = now();
    let mut seen = mix.run(CALLERS).await?;
    let took = start.elapsed();
    println!("memory after:  {}", memory());

    seen.tally.print(&limit);
    let per_second = |tally: &Tally, took: Duration| {
        f64::from(u32::try_from(tally.count()).unwrap_or(u32::MAX)) / took.as_secs_f64()
    };
    let (ours, theirs) = (per_second(&seen.tally, took), per_second(&limit, limit_took));
    println!("calls per second: {ours:.0}; limit {theirs:.0}; ratio {:.2}", ours / theirs);
    if seen.tally.count() != calls {
        return Err(format!("{} of {calls} calls were answered", seen.tally.count()).into());
    }

    let turned_away = std::mem::take(&mut seen.turned_away);
    println!("turned away by the hashing pool: {}; all come back, and are let in", turned_away.len());
    seen.chosen.extend(mix.come_back(turned_away).await?);
    served.end().await?;
    check(&estate, settled, &seen).await
}

/// The same number of registrations as in the mix, by as many callers, served as barely as can be.
async fn limit(folder: &Path, records: (String, String), calls: usize) -> Result<(Tally, Duration), Trouble> {
    let (by_hand, records) = (Arc::new(Mutex::new(ByHand::new(folder)?)), Arc::new(records));
    let insert = move || {
        let (account, event) = &*records;
        by_hand.lock().unwrap_or_else(PoisonError::into_inner).register(1, account, event)
    };
    let (to, serving) = serve_limit(insert).await?;
    let callers = connected(CALLERS, to, "").await?;
    let start = now();
    let mut running = JoinSet::new();
    for (nth, mut caller) in callers.into_iter().enumerate() {
        let share = calls.saturating_add(CALLERS).saturating_sub(nth).saturating_sub(1) / CALLERS;
        running.spawn(async move {
            let mut tally = Tally::default();
            for _ in 0..share {
                let answer = caller.call("/", Sends::Json("{}".to_owned())).await?;
                if !Kind::Limit.expected().contains(&answer.status) {
                    return Err(Trouble::from("the limit fails"));
                }
                tally.add(Kind::Limit, answer.status, answer.took);
            }
            Ok(tally)
        });
    }
    let mut all = Tally::default();
    while let Some(done) = running.join_next().await {
        all.merge(done??);
    }
    let took = start.elapsed();
    serving.abort();
    Ok((all, took))
}

/// Looks for all that was promised in the file, as another process finds it.
async fn check(estate: &Estate, settled: usize, seen: &Seen) -> Result<(), Trouble> {
    let (accounts, _) = estate.open()?;
    if !drained(&accounts).await? {
        return Err("the outbox does not drain".into());
    }
    let admin = admin(&accounts)?;
    for (id, email) in &seen.registered {
        let kept = admin.account(*id).await?;
        if kept.is_none_or(|kept| kept.email != *email) {
            return Err(format!("{id} was registered and is not there").into());
        }
    }
    let all = admin.count(&AccountList::All(AccountFilter::default())).await?;
    if usize::try_from(all)? != settled.saturating_add(seen.registered.len()) {
        return Err(format!("{all} accounts: more, or fewer, than were registered").into());
    }
    for id in &seen.chosen {
        if admin.account(*id).await?.is_none_or(|kept| kept.password.is_none()) {
            return Err(format!("{id} has chosen a password and has none").into());
        }
    }
    let mailed = estate.links_mailed();
    for email in &seen.asked {
        if mailed.get(email) != Some(&1) {
            return Err("a link was promised, and not mailed once".into());
        }
    }
    if mailed.len() != seen.asked.len() {
        return Err("a link was mailed that nobody had asked for".into());
    }
    let known = log_in(&accounts, &seen.chosen).await?;
    println!(
        "in the file: all {} registrations, {} passwords chosen ({known} of them tried); {} links mailed, each once; the outbox is empty",
        seen.registered.len(),
        seen.chosen.len(),
        mailed.len(),
    );
    Ok(())
}

/// Logs in with a few of the passwords that were chosen.
async fn log_in(accounts: &accountable_core::Accounts, chosen: &[AccountId]) -> Result<usize, Trouble> {
    let (admin, password) = (admin(accounts)?, Password::parse(PASSWORD)?);
    let some = chosen.get(..chosen.len().min(16)).unwrap_or_default();
    for id in some {
        let email = admin.account(*id).await?.ok_or("no such account")?.email;
        let answer = accounts.public(Origin::Unknown).authenticate(&email, &password, None).await?;
        if !matches!(answer, Authentication::Granted { .. }) {
            return Err(format!("{id} is not let in with the password chosen").into());
        }
    }
    Ok(some.len())
}

#[expect(clippy::disallowed_methods, reason = "what is measured is the machine's own time, not an account's")]
fn now() -> Instant {
    Instant::now()
}
