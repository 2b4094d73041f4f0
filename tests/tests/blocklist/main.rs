//! What the blocklist refuses of all that people make of common words, and what it leaves alone.
//!
//! All is drawn from a seed. It is the same in every run, so that no change is turned down for what it has not done; a
//! run of its own takes `BLOCKLIST_SEED=random`, and prints the seed that draws the same again. `BLOCKLIST_CASES` says how
//! many are drawn.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics has failed, which is what it is for"
)]

mod generator;
mod words;

use std::{
    collections::hash_map::RandomState,
    env,
    hash::{BuildHasher, Hasher},
};

use accountable_core::domain::{Blocklist, EmailAddress, Password, PasswordPolicy, PolicyContext};

use generator::{Generator, HOSTS};

/// Draws the passwords that every change is measured by.
const SEED: u64 = 1;

struct Run {
    seed: u64,
    cases: usize,
    generator: Generator,
    policy: PasswordPolicy,
}

impl Run {
    fn new() -> Self {
        let seed = match env::var("BLOCKLIST_SEED").as_deref() {
            Ok("random") => RandomState::new().build_hasher().finish(),
            Ok(number) => number.parse().unwrap(),
            Err(_) => SEED,
        };
        let cases = env::var("BLOCKLIST_CASES").map_or(1_000, |number| number.parse().unwrap());
        let policy = PasswordPolicy::nist().with_blocklist(Blocklist::common().with(HOSTS));
        Self { seed, cases, generator: Generator::new(seed), policy }
    }

    /// Those that the policy takes, or refuses, of all that are drawn.
    fn of(&mut self, taken: bool, mut draw: impl FnMut(&mut Generator) -> String) -> Vec<String> {
        let email = EmailAddress::parse("ada@example.org").unwrap();
        let context = PolicyContext { email: &email };
        let drawn = (0..self.cases).map(|_| draw(&mut self.generator));
        drawn
            .filter(|text| {
                let password = Password::parse(text).unwrap();
                self.policy.violations(&password, &context).is_empty() == taken
            })
            .collect()
    }

    fn say(&self, what: &str, refused: usize) {
        println!("{what}: {refused} of {} refused (seed {})", self.cases, self.seed);
    }
}

#[test]
fn of_what_is_made_of_three_listed_words_and_habits_99_in_100_are_refused() {
    let mut run = Run::new();
    let taken = run.of(true, Generator::habitual);
    run.say("listed words and habits", run.cases - taken.len());
    assert!(taken.len() * 100 <= run.cases, "seed {}: {taken:#?}", run.seed);
}

#[test]
fn of_passphrases_of_five_words_half_of_them_unlisted_none_is_refused() {
    let mut run = Run::new();
    let refused = run.of(false, |generator| {
        let mut phrase = generator.passphrase();
        while phrase.chars().count() < 15 || phrase.chars().count() > 256 {
            phrase = generator.passphrase();
        }
        phrase
    });
    run.say("passphrases", refused.len());
    assert!(refused.is_empty(), "seed {}: {refused:#?}", run.seed);
}

#[test]
fn of_random_characters_none_are_refused() {
    let mut run = Run::new();
    let refused = run.of(false, Generator::random);
    run.say("random characters", refused.len());
    assert!(refused.is_empty(), "seed {}: {refused:#?}", run.seed);
}
