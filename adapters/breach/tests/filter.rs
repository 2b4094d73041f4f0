//! A filter is made of a list and asked: what it finds, what it refuses, and what is left where making one fails.
#![expect(
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use accountable_breach::{
    Bits, BreachFilter, BreachScreen, BuildError, BuildOptions, Built, FilterError, HashKind, build,
};
use accountable_core::{domain::Password, port::PasswordScreen as _};
use async_io::block_on;
use md4::Md4;
use sha1::{Digest as _, Sha1};

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn list(&self, lines: &str) -> PathBuf {
        let path = self.path("list.txt");
        fs::write(&path, lines).unwrap();
        path
    }

    fn build(&self, lines: &str, options: &BuildOptions) -> Result<Built, BuildError> {
        build(&self.list(lines), &self.path("filter"), options, |_| {})
    }

    fn filter(&self) -> BreachFilter {
        BreachFilter::open(self.path("filter")).unwrap()
    }

    /// What stands in the folder, hidden files too.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn password(number: u32) -> Password {
    Password::parse(&format!("known {number}")).unwrap()
}

fn stranger(number: u32) -> Password {
    Password::parse(&format!("unknown {number}")).unwrap()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

fn hash(kind: HashKind, password: &Password) -> String {
    let units: Vec<u8> = password.expose().encode_utf16().flat_map(u16::to_le_bytes).collect();
    match kind {
        HashKind::Ntlm => hex(&Md4::digest(units)),
        _ => hex(&Sha1::digest(password.expose())),
    }
}

/// A list of so many passwords; the n-th was seen n times.
fn lines(kind: HashKind, count: u32) -> String {
    let mut lines: Vec<_> =
        (1..=count).map(|number| format!("{}:{number}\r\n", hash(kind, &password(number)))).collect();
    lines.sort();
    lines.concat()
}

#[test]
fn every_password_of_the_list_is_found_in_each_kind_and_size() {
    let bench = Bench::new();
    for kind in [HashKind::Sha1, HashKind::Ntlm] {
        for bits in [Bits::Eight, Bits::Sixteen] {
            for lines in [lines(kind, 5_000), lines(kind, 5_000).to_lowercase()] {
                let built = bench.build(&lines, &BuildOptions::default().with_bits(bits)).unwrap();
                assert_eq!((built.entries, built.kind, built.bad_lines), (5_000, kind, 0));
                assert_eq!(built.octets, fs::metadata(bench.path("filter")).unwrap().len());
                let filter = bench.filter();
                assert_eq!((filter.kind(), filter.bits(), filter.entries()), (kind, bits, 5_000));
                assert!((1..=5_000).all(|number| filter.knows(&password(number)).unwrap()));
            }
        }
    }
}

/// Of 40,000 about 156 and less than one; the bounds are six standard deviations away.
#[test]
fn others_are_taken_for_known_as_seldom_as_the_bits_say() {
    let bench = Bench::new();
    for (bits, expected) in [(Bits::Eight, 81..=231), (Bits::Sixteen, 0..=6)] {
        bench.build(&lines(HashKind::Sha1, 20_000), &BuildOptions::default().with_bits(bits)).unwrap();
        let filter = bench.filter();
        let wrong = (0..40_000).filter(|number| filter.knows(&stranger(*number)).unwrap()).count();
        assert!(expected.contains(&wrong), "{bits:?}: {wrong}");
    }
}

#[test]
fn a_filter_of_few_passwords_or_of_one_first_octet_is_one_too() {
    let bench = Bench::new();
    for count in [1, 2, 3, 4, 5, 17] {
        bench.build(&lines(HashKind::Sha1, count), &BuildOptions::default()).unwrap();
        assert!((1..=count).all(|number| bench.filter().knows(&password(number)).unwrap()), "{count}");
    }
}

#[test]
fn bad_lines_are_counted_and_named_and_cost_nothing_else() {
    let bench = Bench::new();
    let good = lines(HashKind::Sha1, 3);
    let ntlm = hash(HashKind::Ntlm, &password(1));
    let long = "F".repeat(1_000);
    let text = format!("\n{good}hunter2\n\n{ntlm}:1\n{long}:1\n{good}FFFF");
    // Ordered: what is repeated is the last shards'.
    let refused = bench.build(&text, &BuildOptions::default());
    assert!(matches!(&refused, Err(BuildError::NotOrdered(_))), "{refused:?}");
    let text = format!("\n{good}hunter2\n\n{ntlm}:1\n{long}:1\nFFFF");
    let built = bench.build(&text, &BuildOptions::default()).unwrap();
    assert_eq!((built.entries, built.bad_lines), (3, 4));
    let named: Vec<_> = built.first_bad_lines.iter().map(|bad| bad.line).collect();
    assert_eq!(named, [5, 7, 8, 9]);
    let many = format!("{good}{}", "bad\n".repeat(100));
    let built = bench.build(&many, &BuildOptions::default()).unwrap();
    assert_eq!((built.bad_lines, built.first_bad_lines.len()), (100, 10));
    assert!(!format!("{:?}", built.first_bad_lines).contains("hunter2"));
}

#[test]
fn what_was_seen_too_seldom_is_left_out() {
    let bench = Bench::new();
    let options = BuildOptions::default().with_least_count(101);
    let built = bench.build(&lines(HashKind::Sha1, 300), &options).unwrap();
    assert_eq!((built.entries, built.left_out), (200, 100));
    let filter = bench.filter();
    assert_eq!(filter.least_count(), 101);
    assert!((101..=300).all(|number| filter.knows(&password(number)).unwrap()));
    assert!((1..=100).filter(|number| filter.knows(&password(*number)).unwrap()).count() < 3);
}

#[test]
fn a_hash_that_stands_twice_counts_once() {
    let bench = Bench::new();
    let line = lines(HashKind::Sha1, 1);
    let built = bench.build(&format!("{line}{}", line.to_lowercase()), &BuildOptions::default()).unwrap();
    assert_eq!(built.entries, 1);
}

/// As the lists' downloader writes them: the rest of each hash, and the file's name before it.
#[test]
fn a_folder_of_ranges_is_read_in_order_and_must_be_whole() {
    let bench = Bench::new();
    let ranges = bench.path("ranges");
    fs::create_dir(&ranges).unwrap();
    let whole = lines(HashKind::Sha1, 400);
    for line in whole.lines() {
        let (range, rest) = line.split_at(5);
        let name = if range.starts_with('0') { range.to_owned() } else { format!("{range}.txt") };
        let path = ranges.join(name);
        let mut text = fs::read_to_string(&path).unwrap_or_default();
        let _ = write!(text, "{rest}\r\n");
        fs::write(path, text).unwrap();
    }
    let made = |options: &BuildOptions| build(&ranges, &bench.path("filter"), options, |_| {});
    match made(&BuildOptions::default()) {
        Err(error @ BuildError::MissingRanges { .. }) => assert_eq!(error.code(), "ranges_missing"),
        other => panic!("{other:?}"),
    }
    assert!(!bench.path("filter").exists());
    let built = made(&BuildOptions::default().of_a_partial_list()).unwrap();
    assert_eq!((built.entries, built.bad_lines), (400, 0));
    assert!(built.missing_ranges >= accountable_breach::RANGES - 400);
    assert!((1..=400).all(|number| bench.filter().knows(&password(number)).unwrap()));
    let of_the_file = fs::read(bench.path("filter")).unwrap();
    bench.build(&whole, &BuildOptions::default()).unwrap();
    assert!(of_the_file == fs::read(bench.path("filter")).unwrap(), "one list makes one file");
}

#[test]
fn where_no_filter_is_made_nothing_is_left_and_what_was_there_stays() {
    let bench = Bench::new();
    bench.build(&lines(HashKind::Sha1, 10), &BuildOptions::default()).unwrap();
    let before = fs::read(bench.path("filter")).unwrap();
    for (text, code) in [
        ("", "list_without_hashes"),
        ("password\n", "list_without_hashes"),
        (
            "FF00000000000000000000000000000000000000:9\n0000000000000000000000000000000000000000:8\n",
            "list_not_ordered",
        ),
    ] {
        // As a build that was killed leaves it.
        fs::write(bench.path(".filter-x.tmp"), "half").unwrap();
        let refused = bench.build(text, &BuildOptions::default()).unwrap_err();
        assert_eq!(refused.code(), code);
        assert_eq!(bench.names(), ["filter", "list.txt"]);
        assert!(fs::read(bench.path("filter")).unwrap() == before);
    }
    let missing = build(&bench.path("nothing"), &bench.path("filter"), &BuildOptions::default(), |_| {});
    assert_eq!(missing.unwrap_err().code(), "list_unreadable");
    let list = bench.list(&lines(HashKind::Sha1, 1));
    let nowhere = build(&list, &bench.path("no/filter"), &BuildOptions::default(), |_| {});
    assert_eq!(nowhere.unwrap_err().code(), "filter_unwritable");
}

fn refusal(path: &Path) -> FilterError {
    let refused = BreachFilter::open(path).unwrap_err();
    assert!(refused.to_string().contains(path.to_str().unwrap()), "{refused}");
    refused
}

#[test]
fn a_file_that_is_foreign_cut_or_damaged_is_refused_by_its_name() {
    let bench = Bench::new();
    bench.build(&lines(HashKind::Sha1, 3_000), &BuildOptions::default()).unwrap();
    let sound = fs::read(bench.path("filter")).unwrap();
    let other = bench.path("other");
    assert!(matches!(refusal(&other), FilterError::File { .. }));
    assert!(matches!(refusal(bench.folder.path()), FilterError::Foreign { .. }));
    for text in [&b""[..], b"password\n", &vec![0; 100_000]] {
        fs::write(&other, text).unwrap();
        assert!(matches!(refusal(&other), FilterError::Foreign { .. }));
    }
    for length in [8_192, 8_193, sound.len() - 1] {
        fs::write(&other, &sound[..length]).unwrap();
        assert!(matches!(refusal(&other), FilterError::Length { .. }), "{length}");
    }
    fs::write(&other, [&sound[..], b"x"].concat()).unwrap();
    assert!(matches!(refusal(&other), FilterError::Length { .. }));
    // One bit anywhere: the seed of a shard, what is reserved, the checksum, the first and the last fingerprint.
    for at in [12, 24, 32, 6_200, 8_191, 8_192, sound.len() - 1] {
        let mut damaged = sound.clone();
        damaged[at] ^= 1;
        fs::write(&other, damaged).unwrap();
        assert!(matches!(refusal(&other), FilterError::Damaged { .. }), "{at}");
    }
    fs::write(&other, sound).unwrap();
    BreachFilter::open(&other).unwrap();
}

#[test]
fn a_screen_goes_on_with_the_file_that_it_opened() {
    let bench = Bench::new();
    bench.build(&lines(HashKind::Sha1, 10), &BuildOptions::default()).unwrap();
    let screen = BreachScreen::open(bench.path("filter")).unwrap();
    let known = |screen: &BreachScreen, of: &Password| block_on(screen.is_breached(of)).unwrap();
    assert!(known(&screen, &password(7)) && !known(&screen, &stranger(7)));
    let options = BuildOptions::default().with_least_count(8);
    bench.build(&lines(HashKind::Sha1, 10), &options).unwrap();
    assert!(known(&screen, &password(7)), "the old file is open still");
    let screen = BreachScreen::open(bench.path("filter")).unwrap();
    assert!(!known(&screen, &password(7)) && known(&screen, &password(8)));
}

#[test]
fn a_screen_that_opens_later_says_what_is_wrong_then_and_tries_again() {
    let bench = Bench::new();
    let screen = BreachScreen::opening_later(bench.path("filter"));
    let refused = block_on(screen.is_breached(&password(1))).unwrap_err().to_string();
    assert!(refused.contains("filter") && !refused.contains("known 1"), "{refused}");
    bench.build(&lines(HashKind::Sha1, 1), &BuildOptions::default()).unwrap();
    assert!(block_on(screen.is_breached(&password(1))).unwrap());
}
