//! Makes a list of passwords that are easily made again, a filter of it, and looks how large, quick and right that is.
//!
//! `cargo run --release -p accountable-breach --example measure -- 20000000 /var/tmp/measured`; it takes 20 octets of memory
//! for each password while the list is made, unless the list is there already.
#![expect(clippy::disallowed_methods, reason = "it measures by the machine's clock")]
#![expect(clippy::arithmetic_side_effects, reason = "a program for one's own desk")]

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use accountable_breach::{Bits, BreachFilter, BreachScreen, BuildOptions, build};
use accountable_core::{domain::Password, port::PasswordScreen as _};
use sha1::{Digest as _, Sha1};

/// Passwords that are in no list, of which some are taken for known.
const ABSENT: u64 = 1_000_000;
const ASKED: u64 = 200_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let (count, folder) = (args.next().ok_or("how many?")?.parse()?, args.next().ok_or("in which folder?")?);
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let list = folder.join("list.txt");
    if !list.exists() {
        write_list(&list, count)?;
    }
    for bits in [Bits::Eight, Bits::Sixteen] {
        let path = folder.join(format!("{}.filter", bits.one_in()));
        let begun = Instant::now();
        let built = build(&list, &path, &BuildOptions::default().with_bits(bits), |_| {})?;
        println!(
            "{bits:?} bits: {} entries, {} octets, made in {:.1?}",
            built.entries,
            built.octets,
            begun.elapsed()
        );
        let begun = Instant::now();
        let filter = BreachFilter::open(&path)?;
        println!("  opened in {:.1?}", begun.elapsed());
        let step = (count / ASKED).max(1);
        let present = (0..count).step_by(usize::try_from(step)?);
        let missed = count_of(present, |number| Ok(!filter.knows(&known(number)?)?))?;
        println!("  missed {missed} of {} that are in the list", count.div_ceil(step));
        let wrong = count_of(0..ABSENT, |number| Ok(filter.knows(&unknown(number)?)?))?;
        println!(
            "  took {wrong} of {ABSENT} others for known, one in {}",
            ABSENT.checked_div(wrong).unwrap_or(0)
        );
        let direct = times(|number| {
            filter.knows(&known(number * step)?)?;
            Ok(())
        })?;
        println!("  a look-up by itself: {}", told(direct));
        let screen = BreachScreen::open(&path)?;
        let asked = times(|number| {
            let known = async_io::block_on(screen.is_breached(&known(number * step)?));
            known.map(drop).map_err(|error| error.to_string().into())
        })?;
        println!("  a look-up by the port: {}", told(asked));
    }
    Ok(())
}

fn known(number: u64) -> Result<Password, Box<dyn Error>> {
    Ok(Password::parse(&format!("known {number}"))?)
}

fn unknown(number: u64) -> Result<Password, Box<dyn Error>> {
    Ok(Password::parse(&format!("unknown {number}"))?)
}

fn write_list(path: &Path, count: u64) -> Result<(), Box<dyn Error>> {
    let mut hashes: Vec<[u8; 20]> =
        (0..count).map(|number| Sha1::digest(format!("known {number}")).into()).collect();
    hashes.sort_unstable();
    let mut file = BufWriter::new(File::create(path)?);
    for (number, hash) in hashes.iter().enumerate() {
        let digits: String = hash.iter().map(|octet| format!("{octet:02X}")).collect();
        write!(file, "{digits}:{}\r\n", number % 97 + 1)?;
    }
    Ok(file.flush()?)
}

fn count_of(
    numbers: impl Iterator<Item = u64>,
    is: impl Fn(u64) -> Result<bool, Box<dyn Error>>,
) -> Result<u64, Box<dyn Error>> {
    let mut count = 0;
    for number in numbers {
        count += u64::from(is(number)?);
    }
    Ok(count)
}

fn times(work: impl Fn(u64) -> Result<(), Box<dyn Error>>) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut times = Vec::new();
    for number in 0..ASKED / 10 {
        let begun = Instant::now();
        work(number)?;
        times.push(begun.elapsed());
    }
    times.sort();
    Ok(times)
}

fn told(times: Vec<Duration>) -> String {
    let at = |part: usize| times.get(times.len() * part / 1_000).copied().unwrap_or_default();
    format!("p50 {:.1?}, p99 {:.1?}, p99.9 {:.1?}", at(500), at(990), at(999))
}
