//! How accountable fares against what could be written by hand: measured in the same run, told as ratios.
//!
//! ```text
//! cargo bench -p accountable-benches                       all tables, in a few minutes
//! cargo bench -p accountable-benches -- --quick            7 rounds instead of 31
//! cargo bench -p accountable-benches --bench register      one table
//! cargo bench -p accountable-benches -- --test             one round each: does it run?
//! ```
//! `cargo test` does not run them; `cargo test --benches` runs one round each.
//!
//! | table | measured | limit |
//! |---|---|---|
//! | `register` | `Admin::register` on SQLite, one caller and 64 | the same rows by hand: one transaction for each account; for 64 callers one for 64 accounts |
//! | `authenticate` | `Public::authenticate`, [`InsecureTestHasher`] | right password, in memory and on SQLite: two selects of the account by its address, parsed. Wrong, on SQLite: one, and one durable upsert |
//! | `load` | `Store::load`, `Admin::account` | one select of the account by its name, parsed |
//! | `list` | `GET accounts/definition` of WebConnect, 10 of 10,000 from the last place; `Admin::count_up_to` | the first 10; `Admin::count` |
//! | `hash` | `Argon2Pool::hash` with the default settings | the argon2 crate in a loop, on as many threads, memory reused |
//! | `import` | 1,000,000 users through `accountable manage import`, with the program's peak memory | the same rows into the same tables by hand, 256 users in a transaction |
//! | `http_load` | 10,000 calls by 256 callers over loopback, kind by kind | a bare axum handler that does a registration by hand |
//!
//! # What the limit is
//! [`ByHand`] is the least that anybody would write straight onto SQLite for the same effect, once: as durable, with
//! records of the same bytes. It can't be raced, repeated, listed, followed or locked out of, and has nothing to
//! decide; so no library will reach it, and the ratio says what all the rest costs. With it come one comparison of
//! the limit with itself, and where the disk matters one with a bare append and fsync.
//!
//! # The load campaign
//! ```text
//! cargo bench -p accountable-benches --bench http_load                 10,000 calls
//! cargo bench -p accountable-benches --bench http_load -- --quick      1,000
//! ```
//! `http_load` serves two profiles and the pages with `accountable_http::serve`, accounts in an SQLite file, Argon2id at
//! its default cost, a courier beside; callers keep their connection and call again as soon as they are answered. Unlike
//! the other tables it fails where something does not hold:
//! - each answer has a status that its call may have; there is no 500, and no connection breaks;
//! - 503 comes with `Retry-After`, and to calls alone that hash a password, of which 32 may wait for a thread; who was
//!   turned away comes back later, with the same code, and is let in;
//! - what was acknowledged is in the file as the next process opens it: registrations, passwords, and no account more;
//! - each link that was promised was mailed, once, to nobody else; the outbox drains.
//!
//! Its figures come from one run, callers and limit included, and its times are those of a queue: 256 callers wait for
//! the same cores, which spend most of their time on hashing; the limit hashes nothing. The memory
//! is that of the whole process, callers too; each hashing thread has 19 MiB of it.
//!
//! # How to read a ratio
//! It is the median over rounds of (time measured / time of the limit) within a round: 1.00 is the limit, 1.50 takes
//! half as long again. Both sides do the same number of operations a round and take turns at being first. Between the
//! last two numbers lie four fifths of the rounds. Where the limit against itself spreads as far as a row differs from
//! another, or lies off 1.00, that difference says nothing: the machine is busy. The times beside are for scale only;
//! nothing is ever asserted of them.
//!
//! Everything is small enough to lie in the page cache, so reads show the cost of code, not of a disk. The files are
//! made below `target/tmp`: for durable writes to mean anything, that has to be a real disk.
//!
//! [`InsecureTestHasher`]: accountable_memory::InsecureTestHasher
#![forbid(unsafe_code)]

mod by_hand;
mod harness;
mod house;

pub use self::{
    by_hand::ByHand,
    harness::{Effort, Table, Trouble, shown},
    house::{House, PASSWORD, Resident, address, entered, key},
};
