//! A public list of hashes, line by line: one file, or a folder of one file for each of the first five digits.

use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
};

use crate::line::Line;

/// How many files a folder of ranges has: `00000.txt` to `FFFFF.txt`, as the lists' own downloader writes them.
pub const RANGES: u32 = 1 << 20;

/// The most octets that are read of a line.
const LONGEST: u64 = 256;

/// Of one file a large piece is read at once.
const PIECE: usize = 1 << 20;
const PIECE_OF_RANGE: usize = 1 << 16;

/// Where a line is that says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadLine {
    /// The file that has it.
    pub file: PathBuf,
    /// Its number in the file, counted from 1.
    pub line: u64,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.file.display(), self.line)
    }
}

/// The lines of a list, one after the other.
pub(crate) struct List {
    files: Files,
    open: Option<Open>,
    text: Vec<u8>,
    /// Octets of a file, or ranges of a folder: how many have been read, and how many there are.
    done: u64,
    of: u64,
    /// How many ranges are not there, and the first of them.
    missing: Option<(u32, u32)>,
    place: BadLine,
}

/// What is still to be opened.
enum Files {
    One(Option<PathBuf>),
    Ranges { folder: PathBuf, there: std::vec::IntoIter<Range> },
}

/// A file of a folder: what all its hashes begin with, and whether its name ends in `.txt`.
type Range = (u32, bool);

/// A file that is being read. What all its hashes begin with stands in its name.
struct Open {
    reader: BufReader<File>,
    begin: String,
}

impl List {
    pub(crate) fn open(source: &Path) -> io::Result<Self> {
        let found = source.metadata()?;
        let (files, of, missing) = if found.is_dir() {
            let there = ranges_in(source)?;
            let missing = missing(&there);
            let of = u64::try_from(there.len()).unwrap_or(u64::MAX);
            (Files::Ranges { folder: source.to_owned(), there: there.into_iter() }, of, missing)
        } else {
            (Files::One(Some(source.to_owned())), found.len(), None)
        };
        let place = BadLine { file: source.to_owned(), line: 0 };
        Ok(Self { files, open: None, text: Vec::with_capacity(512), done: 0, of, missing, place })
    }

    /// The next line that is not blank, if there is one; without anything where it says nothing.
    pub(crate) fn next(&mut self) -> io::Result<Option<Option<Line>>> {
        loop {
            let Some(Open { reader, begin }) = &mut self.open else {
                match self.next_file()? {
                    true => continue,
                    false => return Ok(None),
                }
            };
            self.text.clear();
            self.text.extend_from_slice(begin.as_bytes());
            let read = reader.take(LONGEST).read_until(b'\n', &mut self.text)?;
            if read == 0 {
                self.open = None;
                continue;
            }
            self.place.line = self.place.line.saturating_add(1);
            let mut octets = u64::try_from(read).unwrap_or(u64::MAX);
            let whole = self.text.ends_with(b"\n") || octets < LONGEST;
            if !whole {
                octets = octets.saturating_add(skip_line(reader)?);
            }
            if matches!(self.files, Files::One(_)) {
                self.done = self.done.saturating_add(octets);
            }
            let text = self.text.trim_ascii_end();
            if text.len() > begin.len() {
                return Ok(Some(Line::read(text).filter(|_| whole)));
            }
        }
    }

    /// Where the line is that was read last.
    pub(crate) fn place(&self) -> &BadLine {
        &self.place
    }

    /// How much has been read, of how much.
    pub(crate) fn progress(&self) -> (u64, u64) {
        (self.done, self.of)
    }

    /// How many ranges are not there, and the first of them; none where all are, or it is a file.
    pub(crate) fn missing(&self) -> Option<(u32, u32)> {
        self.missing
    }

    /// Opens the next file, if there is one.
    fn next_file(&mut self) -> io::Result<bool> {
        let (path, piece, begin) = match &mut self.files {
            Files::One(path) => match path.take() {
                Some(path) => (path, PIECE, String::new()),
                None => return Ok(false),
            },
            Files::Ranges { folder, there } => match there.next() {
                Some((range, is_text)) => {
                    self.done = self.done.saturating_add(1);
                    let begin = format!("{range:05X}");
                    let name = if is_text { format!("{begin}.txt") } else { begin.clone() };
                    (folder.join(name), PIECE_OF_RANGE, begin)
                }
                None => return Ok(false),
            },
        };
        self.place = BadLine { file: path, line: 0 };
        let reader = BufReader::with_capacity(piece, File::open(&self.place.file)?);
        self.open = Some(Open { reader, begin });
        Ok(true)
    }
}

/// The ranges of a folder in order, each once, with or without `.txt`. Other files are passed over.
fn ranges_in(folder: &Path) -> io::Result<Vec<Range>> {
    let mut ranges: Vec<Range> = Vec::new();
    for entry in folder.read_dir()? {
        let name = entry?.file_name();
        let Some(name) = name.to_str() else { continue };
        let (begin, is_text) = name.strip_suffix(".txt").map_or((name, false), |begin| (begin, true));
        let digits = begin.bytes().all(|c| c.is_ascii_digit() || (b'A'..=b'F').contains(&c));
        if let (true, 5, Ok(range)) = (digits, begin.len(), u32::from_str_radix(begin, 16)) {
            ranges.push((range, is_text));
        }
    }
    ranges.sort_unstable();
    ranges.dedup_by_key(|(range, _)| *range);
    Ok(ranges)
}

fn missing(there: &[Range]) -> Option<(u32, u32)> {
    let count = RANGES.saturating_sub(u32::try_from(there.len()).unwrap_or(RANGES));
    let first = (0..RANGES).zip(there).find(|(expected, (range, _))| expected != range);
    let first = first.map_or(RANGES.saturating_sub(count), |(expected, _)| expected);
    (count > 0).then_some((count, first))
}

/// Passes over what is left of a line. How many octets that was.
fn skip_line(reader: &mut BufReader<File>) -> io::Result<u64> {
    let mut skipped = 0_u64;
    loop {
        let piece = reader.fill_buf()?;
        let end = piece.iter().position(|octet| *octet == b'\n');
        let used = end.map_or(piece.len(), |at| at.saturating_add(1));
        reader.consume(used);
        skipped = skipped.saturating_add(u64::try_from(used).unwrap_or(u64::MAX));
        if end.is_some() || used == 0 {
            return Ok(skipped);
        }
    }
}
