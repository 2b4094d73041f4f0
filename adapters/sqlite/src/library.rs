//! The SQLite that is linked: whether it is one of those that can lose commits.

/// The first version that is whole, and the first of older lines that is.
const WHOLE: i32 = 3_051_003;
const MENDED: [std::ops::Range<i32>; 2] = [3_044_006..3_045_000, 3_050_007..3_051_000];

/// Whether the linked SQLite has the fault in its write-ahead log that 3.51.3 mended: when two connections fold the log
/// at one time, commits may be lost.
pub(crate) fn is_affected() -> bool {
    affects(rusqlite::version_number())
}

/// Warns, where that can be heard, that the linked SQLite is affected.
pub(crate) fn warn_if_affected() {
    #[cfg(feature = "tracing")]
    if is_affected() {
        tracing::warn!(
            version = rusqlite::version(),
            "this SQLite may lose commits where several processes open one file: link 3.51.3 or newer, or 3.50.7, or 3.44.6"
        );
    }
}

fn affects(version: i32) -> bool {
    version < WHOLE && !MENDED.iter().any(|line| line.contains(&version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mended_lines_are_not_affected() {
        for affected in [3_040_001, 3_044_005, 3_045_000, 3_050_006, 3_051_000, 3_051_002] {
            assert!(affects(affected), "{affected}");
        }
        for whole in [3_044_006, 3_044_099, 3_050_007, 3_051_003, 3_052_000, 3_054_001] {
            assert!(!affects(whole), "{whole}");
        }
    }
}
