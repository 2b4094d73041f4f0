//! Log-in with a hasher that costs next to nothing: what everything around the hash costs, beside bare selects.

use std::{cell::Cell, path::Path};

use accountable_benches::{ByHand, Effort, House, Resident, Table, Trouble, entered};
use accountable_core::{Authentication, domain::Password};
use tokio::runtime::Runtime;

/// In a round of right passwords.
const LOG_INS: u32 = 256;
/// In a round of wrong ones; with a warm-up and one before it, 513 in all.
const FAILURES: u32 = 16;
/// So many that nobody fails ten times in a row, which would lock.
const RESIDENTS: u32 = 64;

fn main() -> Result<(), Trouble> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let runtime = Runtime::new()?;
    let table = Table::new(
        "authenticate, hashing for next to nothing; SQLite, synchronous = FULL",
        Effort::of_this_run(),
    );
    let in_memory = Street::of(House::in_memory()?, folder.path(), &runtime)?;
    table.row(
        "two selects by hand, against themselves",
        LOG_INS,
        |count| in_memory.two_selects(count),
        |count| in_memory.two_selects(count),
    )?;
    table.row(
        "right password, memory, against two selects",
        LOG_INS,
        |count| runtime.block_on(in_memory.right(count)),
        |count| in_memory.two_selects(count),
    )?;

    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let on_sqlite = Street::of(House::on_sqlite(folder.path())?, folder.path(), &runtime)?;
    table.row(
        "right password, SQLite, against two selects",
        LOG_INS,
        |count| runtime.block_on(on_sqlite.right(count)),
        |count| on_sqlite.two_selects(count),
    )?;

    runtime.block_on(on_sqlite.wrong(1))?;
    let failed = on_sqlite.residents.first().ok_or("nobody lives here")?.id;
    let mut address = runtime.block_on(on_sqlite.house.address(failed))?;
    let mut select_and_upsert = |count: u32| {
        (0..count).try_for_each(|_| {
            on_sqlite.select()?;
            // SQLite writes nothing where nothing differs.
            address.log_ins.failures ^= 1;
            on_sqlite.by_hand.write_address(&address)
        })
    };
    table.row(
        "wrong password, against a select and an upsert",
        FAILURES,
        |count| runtime.block_on(on_sqlite.wrong(count)),
        &mut select_and_upsert,
    )
}

/// People whose accounts are in a house, and by hand in a file.
struct Street {
    house: House,
    by_hand: ByHand,
    residents: Vec<Resident>,
    guessed: Cell<usize>,
    tried: Cell<usize>,
    selected: Cell<usize>,
}

impl Street {
    fn of(house: House, folder: &Path, runtime: &Runtime) -> Result<Self, Trouble> {
        let by_hand = ByHand::new(folder)?;
        let mut residents = Vec::new();
        for number in 0..RESIDENTS {
            let resident = runtime.block_on(house.in_use(number))?;
            by_hand.keep(&runtime.block_on(house.account(resident.id))?)?;
            residents.push(resident);
        }
        Ok(Self {
            house,
            by_hand,
            residents,
            guessed: Cell::new(0),
            tried: Cell::new(0),
            selected: Cell::new(0),
        })
    }

    /// One after the other, round and round.
    fn next(&self, place: &Cell<usize>) -> Result<&Resident, Trouble> {
        let at = place.get();
        place.set(at.wrapping_add(1));
        let at = at.checked_rem(self.residents.len()).ok_or("nobody lives here")?;
        Ok(self.residents.get(at).ok_or("nobody lives there")?)
    }

    async fn right(&self, count: u32) -> Result<(), Trouble> {
        let public = self.house.public();
        for _ in 0..count {
            let one = self.next(&self.tried)?;
            entered(public.authenticate(&one.email, &one.password, None).await?)?;
        }
        Ok(())
    }

    async fn wrong(&self, count: u32) -> Result<(), Trouble> {
        let public = self.house.public();
        let wrong = Password::parse("not the password at all")?;
        for _ in 0..count {
            let one = self.next(&self.guessed)?;
            let Authentication::Denied(_) = public.authenticate(&one.email, &wrong, None).await? else {
                return Err("the wrong password was taken".into());
            };
        }
        Ok(())
    }

    fn two_selects(&self, count: u32) -> Result<(), Trouble> {
        (0..count).try_for_each(|_| {
            self.select()?;
            self.select()
        })
    }

    fn select(&self) -> Result<(), Trouble> {
        let account = self.by_hand.account_by_key(&self.next(&self.selected)?.key)?;
        std::hint::black_box(account);
        Ok(())
    }
}
