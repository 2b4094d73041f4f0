//! Log-in with a hasher that costs nothing: what everything around the hash costs, beside bare selects.

use std::{cell::Cell, path::Path};

use accountable_benches::{ByHand, Effort, House, Resident, Table, Trouble, entered};
use accountable_core::{Authentication, domain::Password};
use tokio::runtime::Runtime;

/// In a round; with a warm-up and one before it, 513 in all.
const FAILURES: u32 = 16;
/// So many that nobody fails ten times in a row, which would lock.
const RESIDENTS: u32 = 64;

fn main() -> Result<(), Trouble> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let runtime = Runtime::new()?;
    let table = Table::new(
        "authenticate, hashing for nothing; SQLite, synchronous = FULL",
        Effort::of_this_run(),
    );
    let sqlite = House::on_sqlite(folder.path())?;
    rows(&table, &runtime, folder.path(), &sqlite, "SQLite")?;
    let in_memory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    rows(&table, &runtime, in_memory.path(), &House::in_memory()?, "memory")
}

/// The limit is on SQLite, whatever the house is on.
fn rows(table: &Table, runtime: &Runtime, folder: &Path, house: &House, on: &str) -> Result<(), Trouble> {
    let by_hand = ByHand::new(folder)?;
    let mut residents = Vec::new();
    for number in 0..RESIDENTS {
        let resident = runtime.block_on(house.in_use(number))?;
        by_hand.keep(&runtime.block_on(house.account(resident.id))?)?;
        residents.push(resident);
    }
    let [ours, theirs] = [Circle::of(&residents), Circle::of(&residents)];
    let public = house.public();
    let select = || {
        theirs
            .next()
            .and_then(|one| by_hand.account_by_key(&one.email.key()))
    };
    let two_selects = |count: u32| {
        (0..count).try_for_each(|_| {
            select()?;
            select().map(drop)
        })
    };

    table.row(
        "two selects by hand, against themselves",
        256,
        two_selects,
        two_selects,
    )?;
    table.row(
        &format!("right password, {on}, against two selects"),
        256,
        |count| {
            runtime.block_on(async {
                for _ in 0..count {
                    let one = ours.next()?;
                    entered(public.authenticate(&one.email, &one.password).await?)?;
                }
                Ok(())
            })
        },
        two_selects,
    )?;

    let wrong = Password::parse("not the password at all")?;
    let one = ours.next()?;
    let _ = runtime.block_on(public.authenticate(&one.email, &wrong))?;
    let address = runtime.block_on(house.address(one.id))?;
    table.row(
        &format!("wrong password, {on}, against a select and an upsert"),
        FAILURES,
        |count| {
            runtime.block_on(async {
                for _ in 0..count {
                    match public.authenticate(&ours.next()?.email, &wrong).await? {
                        Authentication::Denied(_) => {}
                        _ => return Err("the wrong password was taken".into()),
                    }
                }
                Ok(())
            })
        },
        |count| {
            (0..count).try_for_each(|_| {
                select()?;
                by_hand.write_address(&address)
            })
        },
    )
}

/// Goes round and round.
struct Circle<'a> {
    of: &'a [Resident],
    at: Cell<usize>,
}

impl<'a> Circle<'a> {
    fn of(residents: &'a [Resident]) -> Self {
        Self {
            of: residents,
            at: Cell::new(0),
        }
    }

    fn next(&self) -> Result<&'a Resident, Trouble> {
        let at = self.at.get();
        self.at.set(at.wrapping_add(1));
        let at = at.checked_rem(self.of.len()).ok_or("nobody lives here")?;
        Ok(self.of.get(at).ok_or("nobody lives there")?)
    }
}
