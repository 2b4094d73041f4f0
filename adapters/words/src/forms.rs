//! What forms say, ours and a host's own: what is wrong with a password, how long one must be, and how long to wait.

use std::ops::RangeInclusive;

use accountable_core::domain::{
    CharacterClass, CommonKind, CommonPart, InputError, Password, Span, Violation,
};

use crate::{
    Args, Language, Words,
    told::{HOST_RULE, of_host_rule},
};

impl Words {
    /// Says what is wrong with a password, as a sentence or two. Nothing of the password is in it.
    ///
    /// A [`Host`](Violation::Host) rule is told by the message `violation-host-CODE`, where the host says one in this language or
    /// in the default one; else by what the rule itself says.
    ///
    /// ```
    /// # use accountable_core::domain::{Locale, Violation, ViolationCode};
    /// # use accountable_words::Words;
    /// let code = ViolationCode::parse("badge_number")?;
    /// let violation = Violation::host(&code, "it looks like a badge number");
    /// let words = Words::builtin();
    /// let english = "It is not accepted: it looks like a badge number.";
    /// assert_eq!(words.violation(words.negotiate(&[]), &violation), english);
    ///
    /// let swedish = Locale::parse("sv")?;
    /// let words = words.with_override(&swedish, "violation-host-badge_number = Det liknar ett anställningsnummer.")?;
    /// assert_eq!(words.violation(words.negotiate(&[swedish]), &violation), "Det liknar ett anställningsnummer.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn violation(&self, language: &Language, violation: &Violation) -> String {
        let say = |message: &str, args: Args<'_>| self.say(language, message, &args).into_owned();
        match violation {
            Violation::TooShort { least, actual } => {
                say("violation-too-short", numbers([("least", *least), ("actual", *actual)]))
            }
            Violation::TooLong { most, actual } => {
                say("violation-too-long", numbers([("most", *most), ("actual", *actual)]))
            }
            Violation::TooFewClasses { least, among, missing, .. } => {
                let kinds = self.kinds(language, among);
                let asks =
                    say("violation-too-few-classes", numbers([("least", *least)]).with_text("kinds", kinds));
                match missing.as_slice() {
                    [] => asks,
                    missing => {
                        let kinds = self.kinds(language, missing);
                        let lacks = say("violation-classes-missing", Args::new().with_text("kinds", kinds));
                        say("sentences", Args::new().with_text("first", asks).with_text("second", lacks))
                    }
                }
            }
            Violation::BannedCharacter { banned } => {
                say("violation-banned-character", Args::new().with_text("banned", banned))
            }
            Violation::Common { parts } => match self.parts(language, parts) {
                Some(parts) => say("violation-common-parts", Args::new().with_text("parts", parts)),
                None => say("violation-common", Args::new()),
            },
            Violation::Predictable => say("violation-predictable", Args::new()),
            Violation::TooSimilar => say("violation-too-similar", Args::new()),
            Violation::Host { code, says } => {
                let args = Args::new().with_text("says", says);
                let own = self.say_if_known(language, &of_host_rule(code.as_str()), &args);
                own.unwrap_or_else(|| self.say(language, HOST_RULE, &args)).into_owned()
            }
            Violation::SameAsCurrent => say("violation-same-as-current", Args::new()),
            Violation::UsedBefore => say("violation-used-before", Args::new()),
            Violation::Breached => say("violation-breached", Args::new()),
            Violation::TooSoon { until } => {
                say("violation-too-soon", Args::new().with_text("until", self.moment(language, *until)))
            }
            _ => say("violation-unknown", Args::new()),
        }
    }

    /// Says why a text can't be a password at all, as [`Password::parse`] found.
    #[must_use]
    pub fn no_password(&self, language: &Language, why: &InputError) -> String {
        let message = match why {
            InputError::EmptyPassword => "password-empty",
            InputError::PasswordTooLong => "password-too-large",
            InputError::BadPasswordCharacter => "password-bad-character",
            _ => "password-unusable",
        };
        self.say(language, message, &numbers([("most", Password::MAX)])).into_owned()
    }

    /// Says how many characters a password must have, as a policy's
    /// [`length`](accountable_core::domain::PasswordPolicy::length) has it. A limit that nobody meets by typing is not told.
    #[must_use]
    pub fn password_length(&self, language: &Language, length: &RangeInclusive<usize>) -> String {
        let message =
            if *length.end() <= 128 { "password-length-between" } else { "password-length-at-least" };
        let args = numbers([("least", *length.start()), ("most", *length.end())]);
        self.say(language, message, &args).into_owned()
    }

    /// Says after how long to try again: rounded up, so that nobody comes too early, and in minutes or hours where seconds would
    /// be many.
    #[must_use]
    pub fn wait(&self, language: &Language, wait: Span) -> String {
        let seconds = wait.as_seconds_rounded_up().max(1);
        let (message, unit, number) = match (seconds, seconds.div_ceil(60), seconds.div_ceil(3_600)) {
            (..=90, ..) => ("wait-seconds", "seconds", seconds),
            (_, minutes @ ..=90, _) => ("wait-minutes", "minutes", minutes),
            (_, _, hours) => ("wait-hours", "hours", hours),
        };
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.say(language, message, &Args::new().with_number(unit, number)).into_owned()
    }

    fn kinds(&self, language: &Language, kinds: &[CharacterClass]) -> String {
        let names = kinds.iter().map(|kind| match kind {
            CharacterClass::Upper => "kind-upper",
            CharacterClass::Lower => "kind-lower",
            CharacterClass::Letter => "kind-letter",
            CharacterClass::Digit => "kind-digit",
            CharacterClass::Special => "kind-special",
        });
        self.list(language, names)
    }

    /// What a common password is made of, each kind once; none where that says no more than that it is common.
    fn parts(&self, language: &Language, parts: &[CommonPart]) -> Option<String> {
        if let [] | [CommonPart { kind: CommonKind::Listed, .. }] = parts {
            return None;
        }
        let mut names = Vec::new();
        for part in parts {
            let name = match part.kind {
                CommonKind::Listed => "part-listed",
                CommonKind::Walk => "part-walk",
                CommonKind::Repetition => "part-repetition",
                CommonKind::Year => "part-year",
                CommonKind::Digits => "part-digits",
                _ => return None,
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Some(self.list(language, names.into_iter()))
    }

    /// These messages as one list.
    fn list<'m>(&self, language: &Language, messages: impl Iterator<Item = &'m str>) -> String {
        let said = messages.map(|message| self.say(language, message, &Args::new()).into_owned());
        let joined = said.reduce(|items, next| {
            let both = Args::new().with_text("items", items).with_text("next", next);
            self.say(language, "list", &both).into_owned()
        });
        joined.unwrap_or_default()
    }
}

fn numbers<const N: usize>(named: [(&'static str, usize); N]) -> Args<'static> {
    let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
    named.into_iter().fold(Args::new(), |args, (name, value)| args.with_number(name, number(value)))
}
