//! Building a policy of one's own: a policy to which rules are added, and which is refused where nothing could satisfy it.
//!
//! How each rule is asked for stands beside the list of rules, in [`rule`](super::rule).

use super::{CharacterClass, PasswordPolicy, PolicyBuilder, PolicyError, error, rule::Rule};
use crate::domain::{Password, Span};

impl PolicyBuilder {
    /// Most passwords that can be remembered: each costs a hash when a new one is judged.
    pub const MOST_REMEMBERED: usize = error::MOST_REMEMBERED;
    /// Longest that a password can be kept from being changed: 30 days.
    pub const OLDEST_YOUTH: Span = error::OLDEST_YOUTH;
    /// Most characters that can be banned: each violation names them all.
    pub const MOST_BANNED: usize = error::MOST_BANNED;

    /// Refuses the passwords that the account had before its current one, as many of them as is given here. Checked
    /// last, of a password that is good in all else.
    #[must_use]
    pub fn remembering(mut self, passwords: usize) -> Self {
        self.policy.history = passwords;
        self
    }

    /// Keeps owners from changing a password that is younger than this; one that must be changed, or is forgotten, is
    /// not bound by it.
    #[must_use]
    pub fn minimum_age(mut self, age: Span) -> Self {
        self.policy.minimum_age = age;
        self
    }

    /// Gives the policy.
    ///
    /// Whether lengths, kinds and banned characters can be met together is decided. Of patterns only the plain
    /// contradiction is: one that is wanted and forbidden. Of words and of the host's own rules nothing is. So judge
    /// a password that should pass once, in a test of the host's.
    ///
    /// # Errors
    /// [`PolicyError`] if no password could meet it, as far as that is decided, or a pattern can't be used.
    pub fn build(self) -> Result<PasswordPolicy, PolicyError> {
        let Self { policy, unusable } = self;
        if policy.history > Self::MOST_REMEMBERED {
            return Err(PolicyError::LongHistory { given: policy.history });
        }
        if policy.minimum_age > Self::OLDEST_YOUTH {
            return Err(PolicyError::LongMinimumAge { given: policy.minimum_age });
        }
        policy.rules.iter().try_for_each(Rule::check)?;
        if !is_satisfiable(&policy) {
            return Err(PolicyError::Unsatisfiable);
        }
        if let Some(pattern) = unusable {
            return Err(pattern);
        }
        let contradicted = |one: &Rule| policy.rules.iter().any(|other| one.contradicts(other));
        if policy.rules.iter().any(contradicted) {
            return Err(PolicyError::Unsatisfiable);
        }
        Ok(policy)
    }
}

/// Shows that a password can meet the rules that count characters, by finding one: of the shortest letters, digit and
/// sign that are not banned, each wanted or not.
fn is_satisfiable(policy: &PasswordPolicy) -> bool {
    const KINDS: [CharacterClass; 5] = [
        CharacterClass::Upper,
        CharacterClass::Lower,
        CharacterClass::Digit,
        CharacterClass::Special,
        CharacterClass::Letter,
    ];
    let length = policy.length();
    let (least, most) = (*length.start(), *length.end());
    let banned: Vec<_> = policy.banned().collect();
    let allowed = |character: &char| {
        !banned.contains(character) && Password::parse(character.encode_utf8(&mut [0; 4])).is_ok()
    };
    let met = |password: &Password| policy.rules.iter().all(|rule| rule.counts(password).is_none());
    let picks =
        KINDS.map(|kind| ('!'..=char::MAX).find(|character| kind.has(*character) && allowed(character)));
    let Some(filler) = (' '..=char::MAX).find(allowed) else {
        return false;
    };
    (0_u32..1 << KINDS.len()).any(|wanted| {
        let chosen = picks.iter().enumerate().filter(|(kind, _)| wanted & (1 << kind) != 0);
        let mut text: String = chosen.filter_map(|(_, pick)| *pick).collect();
        let length = text.chars().count();
        text.extend(std::iter::repeat_n(filler, least.saturating_sub(length)));
        length <= most && Password::parse(&text).is_ok_and(|password| met(&password))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ViolationCode;

    fn refused(builder: PolicyBuilder) -> PolicyError {
        builder.build().unwrap_err()
    }

    #[test]
    fn a_policy_that_nothing_satisfies_is_refused() {
        let new = PasswordPolicy::builder;
        let three = &[CharacterClass::Upper, CharacterClass::Lower, CharacterClass::Digit];
        assert_eq!(refused(new().length(1..=2).all_of(three)), PolicyError::Unsatisfiable);
        #[expect(clippy::reversed_empty_ranges, reason = "which is the point")]
        let empty = 9..=8;
        assert_eq!(refused(new().length(empty)), PolicyError::NoLength { least: 9, most: 8 });
        assert_eq!(refused(new().length(0..=0)), PolicyError::NoLength { least: 0, most: 0 });
        assert_eq!(refused(new().length(1..=8).least_length(9)), PolicyError::NoLength { least: 9, most: 8 });
        assert_eq!(refused(new().length(8..=9).most_length(7)), PolicyError::NoLength { least: 8, most: 7 });
        assert_eq!(refused(new().length(8..=4097)), PolicyError::BeyondCap { most: 4097 });
        assert_eq!(refused(new().all_of(&[])), PolicyError::BadClasses { least: 0, among: 0 });
        assert_eq!(refused(new().at_least(4, three)), PolicyError::BadClasses { least: 4, among: 3 });
        assert_eq!(
            refused(new().at_least(2, &[CharacterClass::Upper; 2])),
            PolicyError::BadClasses { least: 2, among: 1 }
        );
        let signs: String = ('!'..='~').filter(char::is_ascii_punctuation).collect();
        let no_signs = new().without(&signs);
        assert_eq!(refused(no_signs.clone().all_of(&[CharacterClass::Special])), PolicyError::Unsatisfiable);
        assert!(no_signs.at_least(3, &CharacterClass::FOUR).build().is_ok());
    }

    #[test]
    fn what_is_wanted_and_forbidden_is_refused_and_so_is_what_is_no_pattern() {
        let code = ViolationCode::parse("digits").unwrap();
        let new = || PasswordPolicy::builder().matching(&code, "[0-9]");
        assert_eq!(refused(new().not_matching(&code, "[0-9]")), PolicyError::Unsatisfiable);
        assert!(new().not_matching(&code, "[0-8]").build().is_ok());
        assert!(matches!(refused(new().matching(&code, "[")), PolicyError::BadPattern { .. }));
        assert!(matches!(refused(new().not_matching(&code, "[")), PolicyError::BadPattern { .. }));
    }

    #[test]
    fn what_just_fits_is_built() {
        let new = PasswordPolicy::builder;
        let three = &[CharacterClass::Upper, CharacterClass::Lower, CharacterClass::Digit];
        assert!(new().length(1..=3).all_of(three).build().is_ok());
        assert!(new().length(4096..=4096).all_of(three).build().is_ok());
        // One letter is of two kinds.
        let cased = &[CharacterClass::Upper, CharacterClass::Letter];
        assert!(new().length(1..=1).all_of(cased).build().is_ok());
        // Other scripts have digits too, though they take more octets.
        let no_ascii_digits = new().without("0123456789").all_of(&[CharacterClass::Digit]);
        assert!(no_ascii_digits.clone().length(4095..=4095).build().is_ok());
        assert_eq!(refused(no_ascii_digits.length(4096..=4096)), PolicyError::Unsatisfiable);
    }
}
