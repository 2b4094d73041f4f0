//! Registration on SQLite: what a durable account costs beside three inserts and a COMMIT.

use std::{cell::RefCell, fs::File, io::Write as _};

use accountable_benches::{ByHand, Effort, House, Table, Trouble, address};
use accountable_core::{Admin, NewAccount};
use tokio::{runtime::Runtime, task::JoinSet};

/// Callers at once, and accounts in a transaction written by hand: as many as can wait for the store at once.
const CALLERS: u32 = 64;
const REGISTRATIONS: u32 = 16;
const CROWD: u32 = CALLERS * 8;

fn main() -> Result<(), Trouble> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let runtime = Runtime::new()?;
    let house = House::on_sqlite(folder.path())?;
    let admin = house.admin()?;

    let first = runtime.block_on(admin.register(NewAccount::new(address(0)?)))?.id;
    let account = serde_json::to_string(&runtime.block_on(house.account(first))?)?;
    let event = serde_json::to_string(&runtime.block_on(house.first_event(first))?)?;
    let by_hand = RefCell::new(ByHand::new(folder.path())?);
    let alone = |count: u32| (0..count).try_for_each(|_| by_hand.borrow_mut().register(1, &account, &event));
    let together = |count: u32| {
        (0..count / CALLERS).try_for_each(|_| by_hand.borrow_mut().register(CALLERS, &account, &event))
    };
    let mut appended = File::create(folder.path().join("appended"))?;
    let page = [7; 4_096];
    let mut numbers = 1_u32..;
    let mut take = |count: u32| numbers.by_ref().take(count as usize).collect::<Vec<_>>();

    let table = Table::new("register, SQLite, synchronous = FULL", Effort::of_this_run());
    table.row("by hand, against itself", REGISTRATIONS, alone, alone)?;
    table.row("by hand, against an append of 4 KiB and fsync", REGISTRATIONS, alone, |count| {
        (0..count).try_for_each(|_| {
            appended.write_all(&page)?;
            Ok(appended.sync_data()?)
        })
    })?;
    table.row(
        "one caller",
        REGISTRATIONS,
        |count| runtime.block_on(one_after_another(&admin, take(count))),
        alone,
    )?;
    table.row("64 by hand in a transaction, against itself", CROWD, together, together)?;
    table.row(
        "64 callers, against 64 in a transaction",
        CROWD,
        |count| runtime.block_on(at_once(&admin, take(count))),
        together,
    )
}

async fn one_after_another(admin: &Admin, numbers: Vec<u32>) -> Result<(), Trouble> {
    for number in numbers {
        admin.register(NewAccount::new(address(number)?)).await?;
    }
    Ok(())
}

/// Shares the numbers out among the callers; each registers its own one after another.
async fn at_once(admin: &Admin, numbers: Vec<u32>) -> Result<(), Trouble> {
    let share = numbers.len().div_ceil(CALLERS as usize);
    let mut callers = JoinSet::new();
    for numbers in numbers.chunks(share) {
        let (admin, numbers) = (admin.clone(), numbers.to_vec());
        callers.spawn(async move { one_after_another(&admin, numbers).await });
    }
    while let Some(done) = callers.join_next().await {
        done??;
    }
    Ok(())
}
