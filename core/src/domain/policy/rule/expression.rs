//! Patterns: what the text of a password must match, or must not, as a regular expression.
//!
//! For rules that no count of characters can say. A pattern is the host's and the password a stranger's, so the
//! time that a match takes grows with the password's length times the pattern's size, and both have a bound.

use regex::{Regex, RegexBuilder};

use super::{Judge, Judged, Rule};
use crate::domain::{
    Password,
    policy::{PolicyError, Violation, ViolationCode},
};

/// Octets that a pattern may take once it is compiled. `\w` of all scripts takes some 50,000 of them.
const LARGEST: usize = 1 << 20;
/// Groups in groups.
const DEEPEST: u32 = 32;

/// One pattern, and which way it counts.
#[derive(Debug, Clone)]
pub(in crate::domain::policy) struct Expression {
    regex: Regex,
    wanted: bool,
    code: ViolationCode,
}

impl Expression {
    pub(super) fn new(code: &ViolationCode, pattern: &str, wanted: bool) -> Result<Self, PolicyError> {
        RegexBuilder::new(pattern)
            .size_limit(LARGEST)
            .dfa_size_limit(LARGEST)
            .nest_limit(DEEPEST)
            .build()
            .map(|regex| Self { regex, wanted, code: code.clone() })
            .map_err(|error| PolicyError::BadPattern { code: code.to_string(), problem: problem(&error) })
    }

    fn violation(&self, password: &Password) -> Option<Violation> {
        let says = if self.wanted { "it lacks what is asked for" } else { "it has what is not allowed" };
        (self.regex.is_match(password.expose()) != self.wanted).then(|| Violation::host(&self.code, says))
    }
}

impl Judge for Expression {
    fn violations(&self, judged: &Judged<'_>) -> Vec<Violation> {
        self.violation(judged.password).into_iter().collect()
    }

    /// What one wants, the other forbids.
    fn contradicts(&self, other: &Rule) -> bool {
        matches!(other, Rule::Expression(other)
            if self.wanted != other.wanted && self.regex.as_str() == other.regex.as_str())
    }
}

/// What is wrong, in one line: the last that the parser says. The lines before draw the pattern.
fn problem(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(limit) => {
            format!(
                "it takes more than {limit} octets; ask for fewer repetitions, or use [a-z] where \\w was meant"
            )
        }
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expression(pattern: &str, wanted: bool) -> Result<Expression, PolicyError> {
        Expression::new(&ViolationCode::parse("host_says").unwrap(), pattern, wanted)
    }

    fn admits(pattern: &str, wanted: bool, password: &str) -> bool {
        expression(pattern, wanted).unwrap().violation(&Password::parse(password).unwrap()).is_none()
    }

    #[test]
    fn a_pattern_is_looked_for_anywhere_and_anchors_bind_it() {
        assert!(admits("[0-9]{2}", true, "a42b"));
        assert!(!admits("[0-9]{2}", true, "a4b2"));
        assert!(!admits("^[0-9]{2}$", true, "a42b"));
        assert!(admits("[0-9]{2}", false, "a4b2"));
        assert!(!admits("[0-9]{2}", false, "a42b"));
    }

    #[test]
    fn classes_are_unicodes_unless_the_pattern_says_otherwise() {
        assert!(admits(r"^\d+$", true, "٣٤"));
        assert!(!admits(r"^[0-9]+$", true, "٣٤"));
        assert!(!admits(r"^(?-u:\d)+$", true, "٣٤"));
        assert!(admits("(?i)straße", true, "STRAßE"));
        assert!(!admits("straße", true, "STRAßE"), "case counts unless (?i) is said");
        assert!(admits("^caf.$", true, "cafe\u{301}"), "the password is in NFC");
    }

    #[test]
    fn a_pattern_that_can_not_be_had_is_refused_with_its_reason() {
        for (pattern, word) in [
            ("(", "unclosed group"),
            (r"(a)\1", "backreferences"),
            ("(?=a)", "look-around"),
            (r"\w{40}", "more than 1048576 octets"),
            (&"(".repeat(40), ""),
        ] {
            let refused = expression(pattern, true).unwrap_err();
            let PolicyError::BadPattern { code, problem } = &refused else { panic!("{refused}") };
            assert_eq!(code, "host_says");
            assert!(problem.contains(word) && !problem.contains('\n'), "{problem}");
        }
    }

    #[test]
    fn nesting_has_a_bound() {
        let deep = |levels: usize| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
        assert!(expression(&deep(30), true).is_ok());
        assert!(expression(&deep(40), true).is_err());
    }

    #[test]
    fn a_pattern_that_backtracks_elsewhere_is_matched_in_one_pass() {
        // Of a backtracking matcher this would ask for 2^4000 steps.
        let long = format!("{}!", "a".repeat(4_000));
        assert!(!admits("^(a+)+$", true, &long));
        assert!(!admits("^(a|aa|a?)+$", true, &long));
    }
}
