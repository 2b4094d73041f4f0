//! One line of a list: a hash in hexadecimal digits, a colon, and how often its password was seen.

use data_encoding::HEXLOWER_PERMISSIVE;

use crate::digest::{Digest, HashKind};

/// What a line says.
pub(crate) struct Line {
    pub(crate) kind: HashKind,
    pub(crate) digest: Digest,
    pub(crate) count: u64,
}

impl Line {
    /// Reads a line without its end; none where it is no such line.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let colon = text.iter().position(|octet| *octet == b':')?;
        let (digits, count) = text.split_at_checked(colon)?;
        let kind = HashKind::of_digits(digits.len())?;
        let mut hash = [0; 20];
        let decoded = hash.get_mut(..digits.len() / 2)?;
        HEXLOWER_PERMISSIVE.decode_mut(digits, decoded).ok()?;
        let count = count.strip_prefix(b":")?.trim_ascii();
        let count = count.iter().all(u8::is_ascii_digit).then_some(count)?;
        let count = std::str::from_utf8(count).ok()?.parse().ok()?;
        Some(Self { kind, digest: Digest::of(&hash), count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_hash_in_either_case_and_a_count() {
        let sha1 = "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8";
        for digits in [sha1.to_owned(), sha1.to_uppercase()] {
            let line = Line::read(format!("{digits}:10434004").as_bytes()).unwrap();
            assert!(line.kind == HashKind::Sha1 && line.count == 10_434_004);
            assert!(line.digest.shard == 0x5b && line.digest.key == 0xaa61_e4c9_b93f_3f06);
        }
        let ntlm = Line::read(b"8846F7EAEE8FB117AD06BDD830B7586C:7 ").unwrap();
        assert!(ntlm.kind == HashKind::Ntlm && ntlm.count == 7 && ntlm.digest.shard == 0x88);
    }

    #[test]
    fn anything_else_is_no_line() {
        let sha1 = "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8";
        for bad in [
            "",
            ":1",
            sha1,
            &format!("{sha1}:"),
            &format!("{sha1}:-1"),
            &format!("{sha1}:+1"),
            &format!("{sha1}:1:1"),
            &format!("{sha1}:99999999999999999999"),
            &format!("{sha1}0:1"),
            &format!("{}:1", sha1.replace('b', "g")),
            "password:1",
        ] {
            assert!(Line::read(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
