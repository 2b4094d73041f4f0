//! Finds a secret in whatever form it got out: raw, in hexadecimal, in base64 at any alignment, in UTF-16, as numbers.

use std::collections::{BTreeSet, HashMap};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// As much of a needle as the index knows.
const PREFIX: usize = 8;

/// Secrets, in all forms in which they could be met.
pub(crate) struct Scanner {
    by_prefix: HashMap<[u8; PREFIX], Vec<(Vec<u8>, String)>>,
    /// Which two octets any needle begins with: most places of a haystack are passed over by these.
    begins: Vec<bool>,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { by_prefix: HashMap::new(), begins: vec![false; 1 << 16] }
    }
}

impl Scanner {
    /// Looks for this from now on; the name is what a find is reported by.
    pub(crate) fn mark(&mut self, name: &str, secret: impl AsRef<[u8]>) {
        for (form, needle) in forms(secret.as_ref()) {
            assert!(needle.len() >= PREFIX, "{name} {form} is too short to be told from chance");
            let prefix = needle[..PREFIX].try_into().unwrap();
            self.begins[start(&needle)] = true;
            self.by_prefix.entry(prefix).or_default().push((needle, format!("{name}, {form}")));
        }
    }

    /// What is found, each once.
    pub(crate) fn find(&self, haystack: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for at in 0..haystack.len().saturating_sub(PREFIX - 1) {
            let rest = &haystack[at..];
            if !self.begins[start(rest)] {
                continue;
            }
            let prefix: [u8; PREFIX] = rest[..PREFIX].try_into().unwrap();
            let known = self.by_prefix.get(&prefix).into_iter().flatten();
            found.extend(known.filter(|(needle, _)| rest.starts_with(needle)).map(|(_, name)| &**name));
        }
        found
    }
}

fn start(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

/// Each form, by name.
pub(crate) fn forms(secret: &[u8]) -> Vec<(String, Vec<u8>)> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let numbers: Vec<String> = secret.iter().map(u8::to_string).collect();
    let percent: String = secret.iter().map(|byte| format!("%{byte:02X}")).collect();
    let mut forms = vec![
        ("raw".into(), secret.to_vec()),
        ("in hexadecimal".into(), hex.clone().into_bytes()),
        ("in HEXADECIMAL".into(), hex.to_uppercase().into_bytes()),
        // As `Debug` prints a slice; texts are looked at without their white space, too.
        ("as numbers".into(), numbers.join(",").into_bytes()),
        ("percent-encoded".into(), percent.into_bytes()),
    ];
    for shift in 0..3_usize {
        let shifted = [vec![0; shift], secret.to_vec()].concat();
        // Characters that the neighbours have a part in can't be known.
        let (from, to) = ((shift * 8).div_ceil(6), shifted.len() * 8 / 6);
        for (alphabet, text) in
            [("base64", STANDARD_NO_PAD.encode(&shifted)), ("base64url", URL_SAFE_NO_PAD.encode(&shifted))]
        {
            forms.push((format!("in {alphabet} at {shift}"), text.as_bytes()[from..to].to_vec()));
        }
    }
    if let Ok(text) = std::str::from_utf8(secret) {
        let units: Vec<u16> = text.encode_utf16().collect();
        forms.push(("in UTF-16LE".into(), units.iter().flat_map(|unit| unit.to_le_bytes()).collect()));
        forms.push(("in UTF-16BE".into(), units.iter().flat_map(|unit| unit.to_be_bytes()).collect()));
        let escaped: String = text.chars().flat_map(char::escape_unicode).collect();
        forms.push(("escaped".into(), escaped.into_bytes()));
        let json = serde_json::to_string(text).unwrap();
        forms.push(("in JSON".into(), json.trim_matches('"').as_bytes().to_vec()));
    }
    forms.sort();
    forms.dedup_by(|one, other| one.1 == other.1);
    forms
}
