//! Secrets that other systems mixed into every hash, and without which their hashes can't be verified.

use std::{fmt, fs, io, path::Path};

use zeroize::Zeroizing;

/// A secret that a system put beside every password before it hashed it. Wiped on drop, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Pepper(Zeroizing<String>);

impl Pepper {
    /// Most octets of a pepper.
    pub const MAX: usize = 1_024;

    /// Takes a pepper of 1 to 1,024 octets; none if it has another length.
    #[must_use]
    pub fn new(pepper: &str) -> Option<Self> {
        (1..=Self::MAX).contains(&pepper.len()).then(|| Self(Zeroizing::new(pepper.to_owned())))
    }

    /// Reads a pepper from a file of its own, which may end with a line break.
    ///
    /// # Errors
    /// Where the file can't be read, or holds no text of 1 to 1,024 octets.
    pub(crate) fn read(file: &Path) -> io::Result<Self> {
        let text = Zeroizing::new(fs::read_to_string(file)?);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        Self::new(line).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not 1 to 1024 octets"))
    }

    #[cfg(feature = "foreign-hashes")]
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(..)")
    }
}

/// The peppers of all systems that have one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Peppers {
    /// Of Devise, `config.pepper`.
    pub(crate) devise: Option<Pepper>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_a_pepper_and_perhaps_a_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pepper");
        for (text, is) in
            [("p", Some("p")), (" p \n", Some(" p ")), ("p\r\n", Some("p")), ("p\n\n", Some("p\n"))]
        {
            fs::write(&file, text).unwrap();
            assert_eq!(Pepper::read(&file).ok(), is.and_then(Pepper::new), "{text:?}");
        }
        for text in [String::new(), "\n".to_owned(), "p".repeat(Pepper::MAX + 1)] {
            fs::write(&file, &text).unwrap();
            assert!(Pepper::read(&file).is_err(), "{} octets", text.len());
        }
        assert!(Pepper::read(&folder.path().join("none")).is_err());
        assert_eq!(format!("{:?}", Pepper::new("secret")), "Some(Pepper(..))");
    }
}
