//! Passwords known from breaches, looked up off-line: in a filter that is made once of a public list, and of which a look-up
//! reads three places.
//!
//! The lists of Pwned Passwords have a hash of each password, by SHA-1 or as NTLM makes it, with how often it was seen: some
//! 40 GB. [`build`] makes a binary fuse filter of one (Graf and Lemire, *Binary Fuse Filters: Fast and Smaller Than Xor
//! Filters*, 2022): 9 or 18 bits an entry. A filter misses nothing that is in its list. Of passwords that are in no list it
//! takes one in 256 for known, or one in 65,536: their owners are asked for another one.
//!
//! ```
//! use accountable_breach::{BreachScreen, BuildOptions, build};
//! use accountable_core::{domain::Password, port::PasswordScreen as _};
//! # let folder = tempfile::tempdir()?;
//! # let (list, filter) = (folder.path().join("list.txt"), folder.path().join("breach.filter"));
//! std::fs::write(&list, "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004\n")?;
//! let built = build(&list, &filter, &BuildOptions::default(), |_| {})?;
//! assert_eq!((built.entries, built.bits.one_in()), (1, 65_536));
//!
//! let screen = BreachScreen::open(&filter)?;
//! # async_io::block_on(async {
//! assert!(screen.is_breached(&Password::parse("password")?).await?);
//! # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//! # }).unwrap();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The file
#![doc = include_str!("layout.md")]
#![forbid(unsafe_code)]

mod build;
mod digest;
mod filter;
mod fuse;
mod layout;
mod line;
mod list;
mod screen;
mod writer;

pub use self::{
    build::{BuildError, BuildOptions, Built, Progress, build},
    digest::HashKind,
    filter::{BreachFilter, FilterError},
    layout::Bits,
    list::{BadLine, RANGES},
    screen::BreachScreen,
};
