//! A list of 10,000 accounts by offset: what its last page costs beside its first, and whether a limit is reached beside how many
//! there are.

use std::hint::black_box;

use accountable_benches::{Effort, House, Table, Trouble, address};
use accountable_core::{
    AccountList, Admin, NewAccount,
    domain::{Actor, KeyId, StandingKind},
    port::AccountFilter,
};
use accountable_http::{
    auth::BearerKeys,
    profile::webconnect::{self, Options, READ},
};
use accountable_system::OsEntropy;
use axum::{
    Router,
    body::Body,
    http::{Request, header::AUTHORIZATION},
};
use tokio::{runtime::Runtime, task::JoinSet};
use tower::ServiceExt as _;

/// How many accounts there are, and how many callers register them.
const ACCOUNTS: u32 = 10_000;
const CALLERS: u32 = 64;
const CALLS: u32 = 32;

fn main() -> Result<(), Trouble> {
    let effort = Effort::of_this_run();
    let accounts = if effort == Effort::Proof { 100 } else { ACCOUNTS };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let runtime = Runtime::new()?;
    let house = House::on_sqlite(folder.path())?;
    let admin = house.admin()?;
    runtime.block_on(fill(&admin, accounts))?;

    let new = BearerKeys::draw(&OsEntropy, KeyId::parse("bench")?, Actor::parse("bench")?, [READ])?;
    let key = format!("Bearer {}", new.key.expose());
    let router =
        webconnect::router(house.accounts().clone(), BearerKeys::of([new.entry])?, Options::default());
    let page = |start: u32| {
        let (router, key, runtime) = (router.clone(), key.clone(), &runtime);
        move |count: u32| runtime.block_on(pages(&router, &key, start, count))
    };
    let table = Table::new(&format!("list, SQLite, {accounts} accounts"), effort);
    table.row("the first 10, against themselves", CALLS, page(0), page(0))?;
    table.row("the last 10, against the first 10", CALLS, page(accounts.saturating_sub(10)), page(0))?;

    let open = AccountList::All(AccountFilter {
        standings: [StandingKind::Active, StandingKind::Suspended].into(),
        ..AccountFilter::default()
    });
    let counted = |at_most: u64| {
        let (admin, open, runtime) = (admin.clone(), open.clone(), &runtime);
        move |count: u32| {
            runtime.block_on(async {
                for _ in 0..count {
                    black_box(admin.count_up_to(&open, at_most).await?);
                }
                Ok(())
            })
        }
    };
    table.row("whether there are 100, against all counted", CALLS, counted(100), counted(u64::MAX))
}

/// Registers so many accounts.
async fn fill(admin: &Admin, accounts: u32) -> Result<(), Trouble> {
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let admin = admin.clone();
        callers.spawn(async move {
            for number in (caller..accounts).step_by(CALLERS as usize) {
                admin.register(NewAccount::new(address(number)?)).await?;
            }
            Ok::<_, Trouble>(())
        });
    }
    while let Some(done) = callers.join_next().await {
        done??;
    }
    Ok(())
}

/// Asks so often for the page of 10 from this place on.
async fn pages(router: &Router, key: &str, start: u32, count: u32) -> Result<(), Trouble> {
    for _ in 0..count {
        let asked = format!("/api/v2/accounts/definition?startIndex={start}&maxResults=10");
        let request = Request::get(asked).header("host", "bench").header(AUTHORIZATION, key);
        let answer = router.clone().oneshot(request.body(Body::empty())?).await?;
        if !answer.status().is_success() {
            return Err(format!("a page was answered with {}", answer.status()).into());
        }
        black_box(answer);
    }
    Ok(())
}
