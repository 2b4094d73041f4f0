//! Each description as a file, so that a change of it is seen where changes are read.
//!
//! Where one changes on purpose, `UPDATE_SNAPSHOTS=1 cargo test -p accountable-http --test openapi` writes the files anew.

use std::{fs, path::Path};

use crate::described::by_default;

#[test]
fn every_description_reads_as_it_did() {
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|said| !said.is_empty());
    for described in by_default() {
        // Numbered as the library is, which says nothing of the contract.
        let mut document = described.document;
        document["info"]["version"] = "VERSION".into();
        let said = serde_json::to_string_pretty(&document).unwrap() + "\n";
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi");
        let file = file.join(format!("{}.json", described.name));
        if update {
            fs::write(&file, &said).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        let at = kept.lines().zip(said.lines()).position(|(kept, said)| kept != said);
        assert!(kept == said, "{} is another one, from line {:?} on", described.name, at.map(|at| at + 1));
    }
}
