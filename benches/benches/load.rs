//! One account by its name: what a snapshot of all that a decision rests on costs, beside a bare select.

use std::hint::black_box;

use accountable_benches::{ByHand, Effort, House, Table, Trouble};
use accountable_core::port::Who;
use tokio::runtime::Runtime;

const LOADS: u32 = 512;

fn main() -> Result<(), Trouble> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let runtime = Runtime::new()?;
    let house = House::on_sqlite(folder.path())?;
    let by_hand = ByHand::new(folder.path())?;
    let id = runtime.block_on(house.in_use(0))?.id;
    by_hand.keep(&runtime.block_on(house.account(id))?)?;
    let select = |count: u32| {
        (0..count).try_for_each(|_| by_hand.account(id.as_bytes()).map(|account| drop(black_box(account))))
    };

    let table = Table::new("load, SQLite, from the page cache", Effort::of_this_run());
    table.row("a select by hand, against itself", LOADS, select, select)?;
    let (store, who) = (house.store(), Who::id(id));
    table.row(
        "Store::load by id, against a select",
        LOADS,
        |count| {
            runtime.block_on(async {
                for _ in 0..count {
                    black_box(store.load(&who).await?);
                }
                Ok(())
            })
        },
        select,
    )?;
    let admin = house.admin()?;
    table.row(
        "Admin::account, against a select",
        LOADS,
        |count| {
            runtime.block_on(async {
                for _ in 0..count {
                    black_box(admin.account(id).await?).ok_or("no such account")?;
                }
                Ok(())
            })
        },
        select,
    )
}
