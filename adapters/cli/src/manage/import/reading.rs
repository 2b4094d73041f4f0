//! The records of a file, one at a time, however large the file is: JSON, one object a line, or CSV.
//!
//! JSON is walked, not read whole: arrays of any depth, and the arrays within an object that a system's files have. A record
//! that is not of its form is refused and the rest is read; where the file itself is cut off or is no JSON, reading ends.

use std::{
    fmt,
    io::{self, BufRead, Cursor, Read},
};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{fields::Fields, record::Refused};

/// Octets of a line that is looked at; a user has some thousands.
const LONGEST_LINE: usize = 1 << 20;

/// What the files of a system look like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// The names of arrays of records within an object.
    pub(super) within: &'static [&'static str],
    /// Whether an object that has none of these is a record itself.
    pub(super) bare: bool,
    /// The columns of a CSV file that does not name them; none where its first line does.
    pub(super) columns: Option<&'static [&'static str]>,
}

/// A record as it was read.
#[derive(Debug)]
pub(super) struct Row {
    /// Its line, where records have lines.
    pub(super) line: Option<u64>,
    /// The name of the array that it was in, if that had one.
    pub(super) table: Option<&'static str>,
    /// What it says.
    pub(super) fields: Result<Fields, Refused>,
}

/// Why reading ended before the file did.
#[derive(Debug)]
pub(super) enum Cut {
    /// Nobody takes any more.
    NotWanted,
    /// The file can't be read, or is not of a form that is known.
    Unreadable(String),
}

impl From<io::Error> for Cut {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// Takes a row; false where no more are wanted.
pub(super) type Sink<'s> = &'s mut dyn FnMut(Row) -> bool;

/// Reads them all.
///
/// # Errors
/// [`Cut`]; the rows before it were given.
pub(super) fn read(mut file: impl BufRead, shape: &Shape, sink: Sink<'_>) -> Result<(), Cut> {
    if file.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        file.consume(3);
    }
    let first = loop {
        let waiting = file.fill_buf()?;
        let Some(first) = waiting.first().copied() else { return Ok(()) };
        if !first.is_ascii_whitespace() {
            break first;
        }
        file.consume(1);
    };
    match first {
        b'[' => walk(file, shape, sink),
        b'{' => {
            let mut line = Vec::new();
            (&mut file).take(u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX)).read_until(b'\n', &mut line)?;
            let whole = serde_json::from_slice::<Map<String, Value>>(&line).ok();
            match whole
                .filter(|fields| shape.bare && !shape.within.iter().any(|name| fields.contains_key(*name)))
            {
                Some(_) => lines(Cursor::new(line).chain(file), sink),
                None => walk(Cursor::new(line).chain(file), shape, sink),
            }
        }
        _ => csv(file, shape, sink),
    }
}

/// One object a line.
fn lines(mut file: impl BufRead, sink: Sink<'_>) -> Result<(), Cut> {
    let mut number = 0_u64;
    let mut line = Vec::new();
    loop {
        line.clear();
        let most = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
        if (&mut file).take(most).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        number = number.saturating_add(1);
        let fields = if line.len() == LONGEST_LINE && !line.ends_with(b"\n") {
            skip_line(&mut file)?;
            Err(Refused::new("bad_record", "the line is too long"))
        } else if line.trim_ascii().is_empty() {
            continue;
        } else {
            let read = serde_json::from_slice::<Map<String, Value>>(&line);
            read.map(Fields::new).map_err(|_| Refused::new("bad_record", "the line is no JSON object"))
        };
        if !sink(Row { line: Some(number), table: None, fields }) {
            return Err(Cut::NotWanted);
        }
    }
}

fn skip_line(file: &mut impl BufRead) -> io::Result<()> {
    loop {
        let waiting = file.fill_buf()?;
        if waiting.is_empty() {
            return Ok(());
        }
        let end = waiting.iter().position(|octet| *octet == b'\n');
        let used = end.map_or(waiting.len(), |at| at.saturating_add(1));
        file.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// A line a record, and the first the names of the columns.
fn csv(mut file: impl BufRead, shape: &Shape, sink: Sink<'_>) -> Result<(), Cut> {
    // As `mysql --batch` writes it.
    let head = file.fill_buf()?;
    let head = head.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let delimiter = if head.contains(&b'\t') && !head.contains(&b',') { b'\t' } else { b',' };
    let mut builder = csv::ReaderBuilder::new();
    builder.flexible(true).has_headers(shape.columns.is_none()).delimiter(delimiter);
    let mut reader = builder.from_reader(file);
    let unreadable = |error: csv::Error| Cut::Unreadable(in_csv(&error));
    let columns: Vec<String> = match shape.columns {
        Some(columns) => columns.iter().map(|&column| column.to_owned()).collect(),
        None => reader.headers().map_err(unreadable)?.iter().map(|name| name.trim().to_owned()).collect(),
    };
    let mut record = csv::StringRecord::new();
    loop {
        let fields = match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let cells = record.iter().map(|cell| Value::String(cell.to_owned()));
                Ok(Fields::new(columns.iter().cloned().zip(cells).collect()))
            }
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                Err(Refused::new("bad_record", "the line is no UTF-8"))
            }
            Err(error) => return Err(unreadable(error)),
        };
        let line = record.position().map(csv::Position::line);
        if !sink(Row { line, table: None, fields }) {
            return Err(Cut::NotWanted);
        }
    }
}

/// What is wrong, without the value.
fn in_csv(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => "it is neither JSON nor CSV".to_owned(),
    }
}

/// JSON of any depth.
fn walk(file: impl Read, shape: &Shape, sink: Sink<'_>) -> Result<(), Cut> {
    let mut json = serde_json::Deserializer::from_reader(file);
    let mut wanted = true;
    loop {
        let walked = Walk { shape, table: None, sink, wanted: &mut wanted }.deserialize(&mut json);
        match walked {
            Ok(()) => {}
            Err(_) if !wanted => return Err(Cut::NotWanted),
            Err(error) if error.is_io() => return Err(io::Error::from(error).into()),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                let what = if error.is_eof() { "the file is cut off" } else { "this is no JSON" };
                return Err(Cut::Unreadable(format!("line {line}, column {column}: {what}")));
            }
        }
        // Objects may follow each other.
        if json.end().is_ok() {
            return Ok(());
        }
    }
}

/// Walks a value: an array of what is to be walked, an object with arrays of records, or a record.
struct Walk<'a, 's> {
    shape: &'a Shape,
    table: Option<&'static str>,
    sink: &'a mut (dyn FnMut(Row) -> bool + 's),
    wanted: &'a mut bool,
}

impl Walk<'_, '_> {
    fn give<E: serde::de::Error>(&mut self, fields: Result<Fields, Refused>) -> Result<(), E> {
        *self.wanted = (self.sink)(Row { line: None, table: self.table, fields });
        if *self.wanted { Ok(()) } else { Err(E::custom("not wanted")) }
    }

    fn refuse<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.give(Err(Refused::new("bad_record", "it is no object")))
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { shape, table, sink, wanted } = self;
        while seq.next_element_seed(Walk { shape, table, sink: &mut *sink, wanted: &mut *wanted })?.is_some()
        {
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut fields = Map::new();
        // What is in such an array is a record, whatever its fields are called.
        let named = |name: &str| self.shape.within.iter().find(|&&known| known == name).copied();
        let (mut any, inner) = (false, self.table.is_some());
        while let Some(name) = map.next_key::<String>()? {
            match named(&name).filter(|_| !inner) {
                Some(table) => {
                    any = true;
                    let Self { shape, sink, wanted, .. } = &mut self;
                    map.next_value_seed(Walk { shape, table: Some(table), sink: &mut **sink, wanted })?;
                }
                None if inner || self.shape.bare && !any => {
                    fields.insert(name, map.next_value()?);
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if inner || self.shape.bare && !any { self.give(Ok(Fields::new(fields))) } else { Ok(()) }
    }

    fn visit_bool<E: serde::de::Error>(mut self, _: bool) -> Result<(), E> {
        self.refuse()
    }
    fn visit_i64<E: serde::de::Error>(mut self, _: i64) -> Result<(), E> {
        self.refuse()
    }
    fn visit_u64<E: serde::de::Error>(mut self, _: u64) -> Result<(), E> {
        self.refuse()
    }
    fn visit_f64<E: serde::de::Error>(mut self, _: f64) -> Result<(), E> {
        self.refuse()
    }
    fn visit_str<E: serde::de::Error>(mut self, _: &str) -> Result<(), E> {
        self.refuse()
    }
    fn visit_unit<E: serde::de::Error>(mut self) -> Result<(), E> {
        self.refuse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Shape = Shape { within: &["users"], bare: true, columns: None };
    const WRAPPED: Shape = Shape { within: &["users"], bare: false, columns: None };

    /// What is read: the field `id`, or a code, with its line; and why reading ended, if it did.
    fn rows(shape: &Shape, text: &str) -> (Vec<String>, Option<String>) {
        let mut rows = Vec::new();
        let mut sink = |row: Row| {
            let said = row.fields.and_then(|fields| Ok(fields.id("id")?.unwrap_or_default()));
            let line = row.line.map_or(String::new(), |line| format!("{line}:"));
            rows.push(format!("{line}{}", said.unwrap_or_else(|refused| refused.code.to_owned())));
            true
        };
        let ended = match read(text.as_bytes(), shape, &mut sink) {
            Ok(()) => None,
            Err(Cut::NotWanted) => Some("not wanted".to_owned()),
            Err(Cut::Unreadable(why)) => Some(why),
        };
        (rows, ended)
    }

    fn whole(shape: &Shape, text: &str) -> Vec<String> {
        let (rows, ended) = rows(shape, text);
        assert_eq!(ended, None, "{text}");
        rows
    }

    #[test]
    fn records_are_found_in_arrays_in_lines_one_behind_another_and_within_objects() {
        assert_eq!(whole(&OPEN, r#"[{"id":1},{"id":2}]"#), ["1", "2"]);
        assert_eq!(whole(&OPEN, r#" [ [{"id":1}], [] , [[{"id":2}]]]"#), ["1", "2"]);
        assert_eq!(whole(&OPEN, "{\"id\":1}\n\n{\"id\":2}"), ["1:1", "3:2"]);
        assert_eq!(whole(&OPEN, "{\n\"id\":1}\n{\"id\":\n2}\n"), ["1", "2"]);
        assert_eq!(whole(&OPEN, r#"{"users":[{"id":1,"users":[]}],"more":[{"id":9}]}"#), ["1"]);
        assert_eq!(
            whole(&WRAPPED, r#"[{"id":9,"users":[{"id":1}]},{"id":8},{"users":[{"id":2}]}]"#),
            ["1", "2"]
        );
        assert_eq!(whole(&WRAPPED, "{\"id\":9}"), Vec::<String>::new());
        assert_eq!(whole(&OPEN, "\u{feff}id,email\n1,a\n\"2\",\"b,\nc\"\n3\n"), ["2:1", "3:2", "5:3"]);
        assert_eq!(whole(&OPEN, "id\temail\n1\tb\n"), ["2:1"]);
        assert_eq!(whole(&OPEN, "  \n"), Vec::<String>::new());
    }

    #[test]
    fn a_record_that_is_none_is_refused_and_the_rest_is_read() {
        assert_eq!(
            whole(&OPEN, r#"[{"id":1},5,"x",null,{"id":{}},{"id":2}]"#),
            ["1", "bad_record", "bad_record", "bad_record", "bad_record", "2"]
        );
        assert_eq!(
            whole(&OPEN, "{\"id\":1}\n{\"id\":\n[]\n{\"id\":2}"),
            ["1:1", "2:bad_record", "3:bad_record", "4:2"]
        );
        let long = format!("{{\"id\":1}}\n{{\"id\":\"{}\"}}\n{{\"id\":2}}", "x".repeat(3 * LONGEST_LINE));
        assert_eq!(whole(&OPEN, &long), ["1:1", "2:bad_record", "3:2"]);
    }

    #[test]
    fn where_the_file_itself_is_damaged_its_place_is_told_and_no_value() {
        let (read, ended) = rows(&OPEN, "[{\"id\":1},\n{\"id\":\"secret");
        assert_eq!(
            (read, ended.as_deref()),
            (vec!["1".to_owned()], Some("line 2, column 13: the file is cut off"))
        );
        let (read, ended) = rows(&OPEN, "[{\"id\":1} {\"secret\":2}]");
        assert_eq!(
            (read, ended.as_deref()),
            (vec!["1".to_owned()], Some("line 1, column 11: this is no JSON"))
        );
    }

    #[test]
    fn reading_ends_where_no_more_is_wanted() {
        for text in ["[{\"id\":1},{\"id\":2}]", "{\"id\":1}\n{\"id\":2}", "id\n1\n2\n"] {
            let mut taken = 0;
            let ended = read(text.as_bytes(), &OPEN, &mut |_| {
                taken += 1;
                false
            });
            assert!(matches!(ended, Err(Cut::NotWanted)), "{text}");
            assert_eq!(taken, 1, "{text}");
        }
    }
}
