//! How the hashes of other systems begin, so that a build without them can say that it lacks them.

/// How a text of each scheme begins.
const MARKS: [&str; 22] = [
    "$2$",
    "$2a$",
    "$2b$",
    "$2x$",
    "$2y$",
    "$scrypt$",
    "$pbkdf2$",
    "$pbkdf2-sha",
    "$P$",
    "$wp$2",
    "$devise$",
    "pbkdf2_sha1$",
    "pbkdf2_sha256$",
    "argon2$",
    "bcrypt$",
    "bcrypt_sha256$",
    "scrypt$",
    "scrypt:",
    "pbkdf2:",
    "s2:",
    "AQAAAA",
    "{",
];

/// Whether the text is of a scheme that a build with all of them reads, by how it begins.
pub(crate) fn is_marked(text: &str) -> bool {
    let hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let two_numbers = || text.split_once(':').is_some_and(|(salt, key)| hex(salt) && hex(key));
    let braces = || !text.starts_with('{') || text.contains("secretData");
    MARKS.iter().any(|mark| text.starts_with(mark)) && braces()
        || two_numbers()
        || text.len() == 68 && text.starts_with('A') && text.ends_with("==")
}
