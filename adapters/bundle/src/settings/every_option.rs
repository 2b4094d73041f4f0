//! Whatever a host can say in code it can say in the settings file: read off the parts' own source.
//!
//! The test finds every type that is built by options, and every option of it. Whoever adds one to a part without a key
//! in `settings.toml` is told here; whoever adds a type of options is asked where in the file it stands.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::tests::{everything, options_of};

/// The crates whose options a settings file has. `memory` is for tests.
const PARTS: [&str; 6] =
    ["core", "adapters/http", "adapters/mail", "adapters/smtp", "adapters/sqlite", "adapters/system"];

/// A type of options: in which file, under which name, for which section, and what is called otherwise there.
struct Part {
    file: &'static str,
    name: &'static str,
    section: &'static str,
    renamed: &'static [(&'static str, To)],
}

/// Where an option stands that has not its own name in its own section.
enum To {
    /// At this path in the file.
    At(&'static str),
    /// Nowhere: it is code, or says nothing that a file could.
    Code,
}

use To::{At, Code};

const fn part(
    file: &'static str,
    name: &'static str,
    section: &'static str,
    renamed: &'static [(&'static str, To)],
) -> Part {
    Part { file, name, section, renamed }
}

const SECTIONS: &[Part] = &[
    part(
        "core/src/accounts.rs",
        "Builder",
        "",
        &[
            ("longest_log_in_queue", At("log_in_queue")),
            ("accepting_unscreened_passwords", At("accept_unscreened_passwords")),
            ("mailing_only_to", At("mail.only_to")),
            ("mail_routing", Code),
            ("password_screen", At("policy.breach.file")),
            ("erasure_veto", Code),
        ],
    ),
    part("core/", "Rules", "rules", &[]),
    part("core/", "CodeLives", "rules.code_lives", &[]),
    part("core/", "LockOut", "rules.lock_out", &[]),
    part("core/", "Retries", "rules.retries", &[]),
    part(
        "core/",
        "Links",
        "links",
        &[
            ("page", At("links.pages.password_reset")),
            ("allow_page", At("links.allowed_pages")),
            ("allow_return", At("links.return_urls")),
        ],
    ),
    part(
        "core/",
        "PolicyBuilder",
        "policy",
        &[
            ("length", At("policy.most_length")),
            ("all_of", At("policy.classes.least")),
            ("at_least", At("policy.classes.among")),
            ("without", At("policy.banned")),
            ("blocklist", At("policy.blocklist_file")),
            ("dissimilar", At("policy.refuse_similar")),
            ("matching", At("policy.patterns.must_match")),
            ("not_matching", At("policy.patterns.must_not_match")),
            ("host_rule", Code),
        ],
    ),
    part(
        "core/",
        "PasswordPolicy",
        "policy",
        &[("knowing", At("policy.context_words")), ("blocklist", At("policy.blocklist_file"))],
    ),
    part("core/", "MailOptions", "http.webconnect.mail", &[]),
    part("adapters/http/", "Guard", "http", &[("admitting_unknown_peers", At("http.admit_unknown_peers"))]),
    part("adapters/http/", "Limits", "http.limits", &[]),
    part("adapters/http/", "Connections", "http.connections", &[]),
    part("adapters/http/", "Proxies", "http.proxies", &[]),
    part(
        "adapters/http/",
        "PagesOptions",
        "http.pages",
        &[
            ("of", At("mail.service")),
            ("without_new_links", At("http.pages.offer_new_links")),
            ("sign_in", At("http.pages.sign_in_url")),
            ("change_password", At("http.pages.change_password_url")),
            ("naming_accounts_in_full", At("http.pages.show_full_addresses")),
            ("keeping_sessions", Code),
            ("style", At("http.pages.style_file")),
            ("templates", At("http.pages.template_folder")),
            ("words", At("words.folder")),
        ],
    ),
    part(
        "webconnect/",
        "Options",
        "http.webconnect",
        &[
            ("base", At("http.base_path")),
            ("showing_every_address_as_verified", At("http.webconnect.show_every_address_as_verified")),
            ("refusing_digits_in_group_names", At("http.webconnect.refuse_digits_in_group_names")),
            ("erasing_at_once", At("http.webconnect.erase_at_once")),
            ("deletion_veto", Code),
        ],
    ),
    part(
        "data_forest/",
        "Options",
        "http.data_forest",
        &[
            ("requiring", At("http.data_forest.scope")),
            ("echoing_refused_passwords", At("http.data_forest.echo_refused_passwords")),
            ("names", Code),
        ],
    ),
    part("payway/", "Options", "http.payway", &[("publishing", Code)]),
    part("adapters/mail/", "Letterhead", "mail", &[("name", At("mail.service"))]),
    part(
        "adapters/smtp/",
        "SmtpSettings",
        "mail.smtp",
        &[
            ("relay", At("mail.smtp.relays.url")),
            ("root_file", At("mail.smtp.root_files")),
            ("root_pem", Code),
            ("relative_to", Code),
        ],
    ),
    part("adapters/smtp/", "Relay", "mail.smtp.relays", &[("password", Code)]),
    part("adapters/sqlite/", "Options", "store", &[("companion", Code)]),
    part(
        "adapters/system/",
        "Argon2Settings",
        "hashing",
        &[("devise_pepper", At("hashing.devise_pepper_file")), ("relative_to", Code)],
    ),
    part("adapters/system/", "Argon2Cost", "hashing.cost", &[]),
    part(
        "adapters/system/",
        "ForeignCeiling",
        "hashing.foreign_ceiling",
        &[
            ("bcrypt", At("hashing.foreign_ceiling.bcrypt_cost")),
            ("scrypt", At("hashing.foreign_ceiling.scrypt_work")),
            ("pbkdf2", At("hashing.foreign_ceiling.pbkdf2_rounds")),
            ("phpass", At("hashing.foreign_ceiling.phpass_log_rounds")),
        ],
    ),
];

/// Types with methods like those of options that are none: each is about one call, account, address, answer, key or letter, or
/// says what only code can.
const NO_OPTIONS: [(&str, &str); 15] = [
    ("core/", "AccountFilter"),
    ("core/", "AccountChanges"),
    ("core/", "Address"),
    ("core/", "DeliveryOptions"),
    ("core/", "Hashed"),
    ("core/", "Import"),
    ("core/", "Keyring"),
    ("core/", "Letter"),
    ("core/", "Receipt"),
    ("adapters/http/", "BearerKeyEntry"),
    ("adapters/http/", "Caller"),
    ("adapters/http/", "NcpKey"),
    ("adapters/http/", "Problem"),
    ("adapters/mail/", "LetterWords"),
    ("adapters/mail/", "Templates"),
];

/// A type in the source, and what can be said of it.
#[derive(Debug)]
struct Found {
    file: String,
    name: String,
    /// Methods that take it and give it back, without the `with_`, and fields that anybody may set.
    options: Vec<String>,
    /// Whether the type looks like one of options.
    is_built: bool,
}

/// All types in a file, as rustfmt lays them out; tests excepted.
fn types_in(file: &str, source: &str, found: &mut Vec<Found>) {
    let mut here: Option<String> = None;
    let (mut strict, mut signature) = (false, None::<String>);
    for line in source.lines() {
        if line == "mod tests {" {
            break;
        }
        if !line.starts_with(' ') {
            if line.contains("deny_unknown_fields") {
                strict = true;
            } else if let Some(name) = name_after(line, &["pub struct ", "impl "]) {
                let known = found.iter_mut().find(|known| known.file == file && known.name == name);
                match known {
                    Some(known) => known.is_built |= strict,
                    None => found.push(Found {
                        file: file.to_owned(),
                        name: name.clone(),
                        options: Vec::new(),
                        is_built: strict,
                    }),
                }
                (here, strict) = (Some(name), false);
            } else if line.starts_with('}') || line.starts_with("impl") || line.starts_with("pub enum") {
                (here, strict) = (None, false);
            }
            continue;
        }
        let Some(current) = &here else { continue };
        let Some(of) = found.iter_mut().find(|known| known.file == file && known.name == *current) else {
            continue;
        };
        let item = line.strip_prefix("    ").filter(|item| !item.starts_with(' '));
        let field = item.and_then(|item| item.strip_prefix("pub ")).and_then(|item| item.split_once(": "));
        let named =
            |name: &str| name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
        if let Some((name, _)) = field.filter(|(name, _)| named(name)) {
            of.options.push(name.to_owned());
            continue;
        }
        if item.is_some_and(|item| item.starts_with("pub fn ") || item.starts_with("pub const fn ")) {
            signature = Some(String::new());
        }
        let Some(whole) = &mut signature else { continue };
        whole.push_str(line.trim());
        if whole.ends_with('{') {
            let whole = signature.take().unwrap_or_default();
            let takes =
                ["(self,", "(mut self,", "(self)", "(mut self)"].iter().any(|own| whole.contains(own));
            if takes && (whole.contains("-> Self") || whole.contains("-> Result<Self,")) {
                let name = name_after(&whole, &["pub fn ", "pub const fn "]).unwrap_or_default();
                let name = match name.strip_prefix("with_") {
                    Some(option) => {
                        of.is_built = true;
                        option.to_owned()
                    }
                    None => name,
                };
                of.options.push(name);
            }
        }
    }
}

/// The name that follows one of these words, without what is generic of it; none for `impl Trait for Type`.
fn name_after(line: &str, words: &[&str]) -> Option<String> {
    let rest = words.iter().find_map(|word| line.strip_prefix(word))?;
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!rest.contains(" for ") && !name.is_empty()).then_some(name)
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// All types of all parts.
fn types() -> Vec<Found> {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for part in PARTS {
        let mut files = Vec::new();
        sources(&house.join(part).join("src"), &mut files);
        for file in files {
            let name = file.strip_prefix(&house).unwrap().display().to_string();
            types_in(&name, &fs::read_to_string(&file).unwrap(), &mut found);
        }
    }
    found
}

fn is(found: &Found, file: &str, name: &str) -> bool {
    found.name == name && found.file.contains(file)
}

#[test]
fn each_option_of_each_part_has_a_setting() {
    let keys = options_of(everything().parse::<toml::Table>().unwrap());
    let has = |path: &str| keys.contains(&format!(".{path}"));
    let found = types();
    let mut missing = Vec::new();
    for Part { file, name, section, renamed } in SECTIONS {
        let mut options = BTreeSet::new();
        let here: Vec<_> = found.iter().filter(|found| is(found, file, name)).collect();
        assert!(!here.is_empty(), "{file}: there is no type {name} any more: mend SECTIONS");
        options.extend(here.iter().flat_map(|found| &found.options));
        for option in &options {
            let place = match renamed.iter().find(|(renamed, _)| renamed == option) {
                Some((_, Code)) => continue,
                Some((_, At(place))) => (*place).to_owned(),
                None if section.is_empty() => (*option).clone(),
                None => format!("{section}.{option}"),
            };
            if !has(&place) {
                missing.push(format!("{file}..{name}::{option}: no key {place} in settings.toml"));
            }
        }
        for (gone, _) in renamed.iter().filter(|(renamed, _)| !options.iter().any(|option| option == renamed))
        {
            missing.push(format!("{file}..{name}: there is no option {gone} any more: mend SECTIONS"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn each_type_of_options_has_a_section() {
    let mut types = types();
    types.retain(|found| found.is_built && !found.options.is_empty());
    let mut unknown = Vec::new();
    for (file, name) in
        NO_OPTIONS.iter().filter(|(file, name)| !types.iter().any(|found| is(found, file, name)))
    {
        unknown.push(format!("{file}: {name} looks like no options any more: mend NO_OPTIONS"));
    }
    for found in &types {
        let listed = SECTIONS.iter().any(|part| is(found, part.file, part.name));
        let none = NO_OPTIONS.iter().any(|(file, name)| is(found, file, name));
        if !listed && !none {
            unknown.push(format!(
                "{}: {} with {:?}: give it a section in Settings and in SECTIONS, or name it in NO_OPTIONS",
                found.file, found.name, found.options
            ));
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

#[test]
fn options_are_read_off_a_source_in_all_their_forms() {
    let source = "
#[serde(default, deny_unknown_fields)]
pub struct Sails {
    /// Doc.
    pub area: u32,
    hidden: u32,
}

impl Sails {
    pub const fn with_colour(mut self, colour: Colour) -> Self {
        self
    }
    pub fn with_reefs(
        self,
        reefs: u32,
    ) -> Result<Self, OutOfBounds> {
        self
    }
    pub fn furling(mut self) -> Self {
        self
    }
    pub fn area(&self) -> u32 {
        self.area
    }
}
#[cfg(test)]
mod tests {
}
";
    let mut found = Vec::new();
    types_in("boat.rs", source, &mut found);
    let [sails] = &found[..] else { panic!("{found:?}") };
    assert_eq!((sails.name.as_str(), sails.is_built), ("Sails", true));
    assert_eq!(sails.options, ["area", "colour", "reefs", "furling"]);
}
