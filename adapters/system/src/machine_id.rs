//! Which machine this is, by what the operating system keeps of itself.

use std::fs;

use accountable_core::domain::MachineId;
use sha2::{Digest as _, Sha256};

/// Where `machine-id(5)` is, and where it was before.
const FILES: [&str; 2] = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/// The name of this machine, derived from the one that its operating system has (`machine-id(5)`), which can't be read off it
/// again. None where there is no such name, as in many containers, and on systems other than Linux.
///
/// Machines that were made from one image and have not got names of their own have the same.
#[must_use]
pub fn machine_id() -> Option<MachineId> {
    FILES.iter().find_map(|file| of(&fs::read_to_string(file).ok()?))
}

/// As `machine-id(5)` asks of applications: hashed, with a word of theirs.
fn of(text: &str) -> Option<MachineId> {
    let text = text.trim();
    let is_name = text.len() == 32 && text.bytes().all(|c| c.is_ascii_hexdigit());
    let digest = Sha256::new().chain_update("accountable machine ").chain_update(text).finalize();
    let [name @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = <[u8; 32]>::from(digest);
    is_name.then(|| MachineId::from_bytes(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_one_name_that_does_not_show_the_systems_own() {
        let id = "0123456789abcdef0123456789abcdef";
        let name = of(&format!("{id}\n")).unwrap();
        assert_eq!(of(id), Some(name));
        assert_ne!(name.to_string(), id);
        assert_ne!(of("0123456789abcdef0123456789abcdee"), Some(name));
    }

    #[test]
    fn what_is_no_name_is_none() {
        for text in ["", "uninitialized", "0123", "0123456789abcdef0123456789abcdeg"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
