//! The password of a relay's log-in.

use std::{fmt, fs, io, path::Path};

use zeroize::Zeroizing;

/// The password by which we log in to a relay. Wiped on drop, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct RelayPassword(Zeroizing<String>);

impl RelayPassword {
    /// Most octets of a password.
    pub const MAX: usize = 1_024;

    /// Takes a password of 1 to 1,024 octets without NUL (RFC 4616 section 2); none if it is another.
    #[must_use]
    pub fn new(password: &str) -> Option<Self> {
        let fits = (1..=Self::MAX).contains(&password.len()) && !password.contains('\0');
        fits.then(|| Self(Zeroizing::new(password.to_owned())))
    }

    /// Reads a password from a file of its own, which may end with a line break.
    ///
    /// # Errors
    /// Where the file can't be read, or holds no such password.
    pub fn read(file: &Path) -> io::Result<Self> {
        let text = Zeroizing::new(fs::read_to_string(file)?);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        Self::checked(line)
    }

    /// Reads a password from an environment variable.
    ///
    /// # Errors
    /// Where there is none of that name, or it holds no such password.
    pub fn of_variable(name: &str) -> io::Result<Self> {
        let text = std::env::var(name).map(Zeroizing::new);
        let text = text
            .map_err(|error| io::Error::new(io::ErrorKind::NotFound, format!("${name}: {}", said(&error))))?;
        Self::checked(&text)
    }

    fn checked(password: &str) -> io::Result<Self> {
        let none = || io::Error::new(io::ErrorKind::InvalidData, "not 1 to 1024 octets without NUL");
        Self::new(password).ok_or_else(none)
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// What is wrong with a variable, without what it holds.
fn said(error: &std::env::VarError) -> &'static str {
    match error {
        std::env::VarError::NotPresent => "there is no such variable",
        std::env::VarError::NotUnicode(_) => "it is no Unicode text",
    }
}

impl fmt::Debug for RelayPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RelayPassword(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_is_not_there_is_named() {
        let error = RelayPassword::of_variable("ACCOUNTABLE_NO_SUCH_VARIABLE").unwrap_err().to_string();
        assert_eq!(error, "$ACCOUNTABLE_NO_SUCH_VARIABLE: there is no such variable");
    }

    #[test]
    fn a_file_holds_a_password_and_perhaps_a_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        for (text, is) in [("p", "p"), (" p \n", " p "), ("p\r\n", "p"), ("p\n\n", "p\n")] {
            fs::write(&file, text).unwrap();
            assert_eq!(RelayPassword::read(&file).unwrap().expose(), is, "{text:?}");
        }
        for text in [String::new(), "\n".to_owned(), "a\0b".to_owned(), "p".repeat(RelayPassword::MAX + 1)] {
            fs::write(&file, &text).unwrap();
            assert!(RelayPassword::read(&file).is_err(), "{} octets", text.len());
        }
        assert_eq!(format!("{:?}", RelayPassword::new("secret")), "Some(RelayPassword(..))");
    }
}
