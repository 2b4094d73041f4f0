//! How passwords are hashed here: cost, threads, and what stored hashes may ask for.

use std::{
    io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    thread,
};

use accountable_core::{
    domain::{OutOfBounds, UnusableHash},
    port::EntropyError,
};
use serde::{Deserialize, Serialize};

use crate::{Argon2Cost, CostClass, ForeignCeiling, Pepper, Peppers};

/// How an [`Argon2Pool`](crate::Argon2Pool) works. Hashes are Argon2id, version 19, with salts of 16 bytes and output
/// of 32.
///
/// | setting | default |
/// |---|---|
/// | cost of new hashes | [`Argon2Cost::OWASP`]: 19 MiB, 2 passes, 1 lane |
/// | cost classes of decoys | that of new hashes |
/// | threads | as many as the process may use at once |
/// | waiting for a thread, at most | 256 |
/// | stored Argon2 hashes that are read | 7 MiB, 1 pass, 1 lane ..= 256 MiB, 10 passes, 16 lanes, and 1 GiB filled in all passes together (0.8 s of one core) |
/// | stored hashes of other schemes that are read | see [`ForeignCeiling`] |
/// | weaker hashes, from elsewhere | not read |
///
/// Each thread holds the memory of one new hash (19 MiB) from its first hash on.
///
/// This is the section `hashing` of the settings file, key by key. [`Argon2Pool::new`](crate::Argon2Pool::new) refuses
/// weak costs and numbers that are nonsense, wherever they come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Argon2Settings {
    pub(crate) cost: Argon2Cost,
    pub(crate) decoys: Vec<CostClass>,
    pub(crate) threads: Option<NonZeroUsize>,
    pub(crate) waiting: usize,
    #[serde(rename = "ceiling")]
    most: Argon2Cost,
    ceiling_filled_kib: u64,
    #[serde(rename = "foreign_ceiling")]
    foreign: ForeignCeiling,
    devise_pepper_file: Option<PathBuf>,
    /// Said in code.
    #[serde(skip)]
    devise_pepper: Option<Pepper>,
    #[serde(rename = "accept_weak_imported_hashes")]
    accept_weak: bool,
    /// No file says so.
    #[serde(skip)]
    insecure: bool,
}

/// The least that a stored Argon2 hash may have cost: of memory, the least among OWASP's choices.
const FLOOR: Argon2Cost = Argon2Cost::literal(7_168, 1, 1);

/// The least that Argon2 is defined for.
const NO_FLOOR: Argon2Cost = Argon2Cost::literal(8, 1, 1);

impl Default for Argon2Settings {
    fn default() -> Self {
        Self {
            cost: Argon2Cost::OWASP,
            decoys: Vec::new(),
            threads: None,
            waiting: 256,
            most: Argon2Cost::literal(262_144, 10, 16),
            ceiling_filled_kib: 1_048_576,
            foreign: ForeignCeiling::default(),
            devise_pepper_file: None,
            devise_pepper: None,
            accept_weak: false,
            insecure: false,
        }
    }
}

impl Argon2Settings {
    /// 32 KiB and one pass: a hash that is broken at once, for tests that have better things to wait for.
    ///
    /// Weakens two floors: that of new hashes ([`Argon2Cost::is_enough`] is not asked) and that of stored Argon2 ones.
    #[must_use]
    pub fn insecure_for_tests() -> Self {
        let cost = Argon2Cost::literal(32, 1, 1);
        Self { cost, insecure: true, ..Self::default() }
    }

    /// Sets what new hashes cost. Stored hashes of another cost are replaced as their owners log in.
    #[must_use]
    pub fn with_cost(mut self, cost: Argon2Cost) -> Self {
        self.cost = cost;
        self
    }

    /// Sets the cost classes among which decoys are drawn evenly; a class that is named twice is drawn twice as often.
    ///
    /// Name the classes of the hashes that are stored: else the time that a refusal takes tells an old hash from an
    /// unknown address. Whoever imports bcrypt hashes of cost 10 names [`Argon2Cost::OWASP`] and
    /// [`CostClass::Bcrypt`]` { cost: 10 }`, as often as there are of each. None means the cost of new hashes.
    #[must_use]
    pub fn with_decoys(mut self, classes: impl IntoIterator<Item = impl Into<CostClass>>) -> Self {
        self.decoys = classes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets how many hashes are made at once, each on a thread of its own; 1,024 at most.
    #[must_use]
    pub fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Sets how many passwords may wait for a thread, 1,000,000 at most; one more is turned away at once.
    #[must_use]
    pub fn with_waiting(mut self, at_most: usize) -> Self {
        self.waiting = at_most;
        self
    }

    /// Sets the most that a stored Argon2 hash may ask for, each of its three numbers by itself. A thread takes that
    /// much memory for as long as such a hash needs it.
    #[must_use]
    pub fn with_ceiling(mut self, most: Argon2Cost) -> Self {
        self.most = most;
        self
    }

    /// Sets the most KiB that a stored Argon2 hash may fill in all its passes together: its memory, times its passes. That
    /// is what its time depends on.
    #[must_use]
    pub fn with_ceiling_filled_kib(mut self, filled_kib: u64) -> Self {
        self.ceiling_filled_kib = filled_kib;
        self
    }

    /// Names the pepper of the Devise that hashes come from (its `config.pepper`). Those hashes are imported with
    /// `$devise` in front: `$devise$2a$12$..`.
    #[must_use]
    pub fn with_devise_pepper(mut self, pepper: Pepper) -> Self {
        self.devise_pepper = Some(pepper);
        self
    }

    /// Names the file that holds that pepper and nothing else, but perhaps a line break; it is read when the pool is made.
    #[must_use]
    pub fn with_devise_pepper_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.devise_pepper_file = Some(file.into());
        self
    }

    /// Whether a pepper of Devise is named, here or in a file: then hashes of Devise are imported with `$devise` in front.
    #[must_use]
    pub fn names_devise_pepper(&self) -> bool {
        self.devise_pepper.is_some() || self.devise_pepper_file.is_some()
    }

    /// Takes paths that are relative as relative to this folder.
    #[must_use]
    pub fn relative_to(mut self, folder: &Path) -> Self {
        self.devise_pepper_file = self.devise_pepper_file.map(|file| folder.join(file));
        self
    }

    /// # Errors
    /// [`Argon2Error::Pepper`].
    pub(crate) fn peppers(&self) -> Result<Peppers, Argon2Error> {
        let of_file = self.devise_pepper_file.as_deref().map(Pepper::read).transpose();
        let of_file = of_file.map_err(Argon2Error::Pepper)?;
        Ok(Peppers { devise: self.devise_pepper.clone().or(of_file) })
    }

    /// Sets the most that a stored hash of another scheme may ask for.
    #[must_use]
    pub fn with_foreign_ceiling(mut self, most: ForeignCeiling) -> Self {
        self.foreign = most;
        self
    }

    /// Also accepts stored hashes that are broken quickly, down to the least that each scheme defines: bcrypt of cost
    /// 4, scrypt of N = 2, one round of PBKDF2, 8 KiB of Argon2; and those of schemes that are weak whatever they cost:
    /// phpass (WordPress before 6.8) and Django's `pbkdf2_sha1`.
    ///
    /// Until its owner logs in, a copy of such a hash and of the keyring is as good as the password. The floor of new
    /// hashes stays.
    #[must_use]
    pub fn accept_weak_imported_hashes(mut self) -> Self {
        self.accept_weak = true;
        self
    }

    fn least(&self) -> Argon2Cost {
        if self.accept_weak || self.insecure { NO_FLOOR } else { FLOOR }
    }

    pub(crate) fn check(&self) -> Result<(), Argon2Error> {
        if let Some(threads) = self.threads {
            OutOfBounds::check("threads", threads.get(), 1..=1_024)?;
        }
        OutOfBounds::check("waiting", self.waiting, 0..=1_000_000)?;
        if !self.insecure && !self.cost.is_enough() {
            return Err(Argon2Error::TooWeak { cost: self.cost });
        }
        let new = CostClass::from(self.cost);
        match [new].iter().chain(&self.decoys).find(|class| !self.reads(**class)) {
            None => Ok(()),
            Some(CostClass::Argon2(cost)) => {
                let (least, most, filled_kib) = (self.least(), self.most, self.ceiling_filled_kib);
                Err(Argon2Error::OutOfBounds { cost: *cost, least, most, filled_kib })
            }
            Some(class) if !cfg!(feature = "foreign-hashes") => {
                Err(Argon2Error::NotBuiltIn { class: *class })
            }
            Some(class) => Err(Argon2Error::ForeignOutOfBounds { class: *class }),
        }
    }

    /// Whether a stored hash may be of this class.
    pub(crate) fn reads(&self, class: CostClass) -> bool {
        self.judge(class, false).is_ok()
    }

    /// Judges a stored hash of this class, which may be weak whatever its cost.
    ///
    /// # Errors
    /// Why it may not be so.
    pub(crate) fn judge(&self, class: CostClass, weak: bool) -> Result<(), UnusableHash> {
        let (fair, covered) = match class {
            CostClass::Argon2(cost) => {
                let covered = cost.within(self.most) && cost.filled_kib() <= self.ceiling_filled_kib;
                (self.least().within(cost), covered)
            }
            _ if !cfg!(feature = "foreign-hashes") => return Err(UnusableHash::NotBuiltIn),
            _ if !class.is_defined() => return Err(UnusableHash::Malformed),
            class => (self.accept_weak || class.is_fair(), self.foreign.covers(class)),
        };
        match (covered, fair && (self.accept_weak || !weak)) {
            (false, _) => Err(UnusableHash::TooCostly),
            (true, false) => Err(UnusableHash::TooWeak),
            (true, true) => Ok(()),
        }
    }

    pub(crate) fn thread_count(&self) -> NonZeroUsize {
        let at_hand = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(at_hand)
    }
}

/// Why passwords can't be hashed as the settings say.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Argon2Error {
    /// A number is smaller than its floor or larger than its ceiling.
    #[error(transparent)]
    TooMany(#[from] OutOfBounds),
    /// Argon2 is not defined for this cost.
    #[error(
        "Argon2 knows no hash of {memory_kib} KiB, {passes} passes and {lanes} lanes: \
         it needs 1 pass, 1 lane and 8 KiB a lane at least"
    )]
    Impossible {
        /// The memory that was set, in KiB.
        memory_kib: u32,
        /// The passes that were set.
        passes: u32,
        /// The lanes that were set.
        lanes: u32,
    },
    /// New hashes would be easier to break than OWASP's Password Storage Cheat Sheet advises.
    #[error("hashes of {cost} are too weak: m=19456,t=2,p=1 is enough, and so is m=7168,t=5,p=1")]
    TooWeak {
        /// The cost that was set.
        cost: Argon2Cost,
    },
    /// Hashes of this cost would be made, or drawn as decoys, and then not be read.
    #[error(
        "hashes of {cost} would not be read again: {least} ..= {most} are, and {filled_kib} KiB filled in all passes \
         together"
    )]
    OutOfBounds {
        /// The cost that was set.
        cost: Argon2Cost,
        /// The least cost that is read.
        least: Argon2Cost,
        /// The highest cost that is read.
        most: Argon2Cost,
        /// The most KiB that a hash may fill in all its passes together.
        filled_kib: u64,
    },
    /// Decoys of this class would be drawn, and then not be read.
    #[error(
        "decoys of {class} would not be read: raise the ceiling of its scheme, or, if it is weak, accept weak imported \
         hashes"
    )]
    ForeignOutOfBounds {
        /// The class that was set.
        class: CostClass,
    },
    /// Decoys of this class would be drawn in a build that reads Argon2 hashes alone.
    #[error("decoys of {class} are not read by this build: it lacks the feature foreign-hashes")]
    NotBuiltIn {
        /// The class that was set.
        class: CostClass,
    },
    /// The file with a pepper can't be read, or holds none.
    #[error("the file with Devise's pepper can't be used")]
    Pepper(#[source] io::Error),
    /// The machine has no randomness for the secret that decoys are made of.
    #[error(transparent)]
    NoEntropy(#[from] EntropyError),
    /// A thread could not be started.
    #[error("a thread for hashing passwords could not be started")]
    NoThread(#[source] io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_pass_their_own_check() {
        Argon2Settings::default().check().unwrap();
        Argon2Settings::insecure_for_tests().check().unwrap();
    }

    #[test]
    fn more_threads_or_places_than_any_machine_has_are_refused() {
        let threads = NonZeroUsize::new(1_025).unwrap();
        for settings in [
            Argon2Settings::default().with_threads(threads),
            Argon2Settings::default().with_waiting(1_000_001),
        ] {
            assert!(matches!(settings.check(), Err(Argon2Error::TooMany(_))));
        }
    }

    #[test]
    fn what_is_written_of_settings_is_read_again_and_no_text_makes_them_insecure() {
        let settings = Argon2Settings::default()
            .with_decoys([CostClass::from(Argon2Cost::OWASP), CostClass::Bcrypt { cost: 10 }])
            .accept_weak_imported_hashes();
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Argon2Settings>(&text).unwrap(), settings);
        assert_eq!(serde_json::from_str::<Argon2Settings>("{}").unwrap(), Argon2Settings::default());
        for text in [
            r#"{"insecure": true}"#,
            r#"{"cost": {"memory_kib": 4, "passes": 1, "lanes": 1}}"#,
            r#"{"cost": {"memory_kib": 19456}}"#,
        ] {
            assert!(serde_json::from_str::<Argon2Settings>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn weak_hashes_need_the_name_that_says_so() {
        let weak = Argon2Cost::new(19_456, 1, 1).unwrap();
        let refused = Argon2Settings::default().with_cost(weak).check();
        assert!(matches!(refused, Err(Argon2Error::TooWeak { cost }) if cost == weak));
        Argon2Settings::insecure_for_tests().with_cost(weak).check().unwrap();
    }

    #[test]
    #[cfg(feature = "foreign-hashes")]
    fn decoys_of_a_foreign_class_that_is_not_read_are_refused() {
        let settings = |class| Argon2Settings::default().with_decoys([class]);
        let [fair, weak, costly] = [10, 7, 15].map(|cost| CostClass::Bcrypt { cost });
        settings(fair).check().unwrap();
        for class in [weak, costly] {
            let refused = settings(class).check();
            assert!(matches!(refused, Err(Argon2Error::ForeignOutOfBounds { class: told }) if told == class));
        }
        settings(weak).accept_weak_imported_hashes().check().unwrap();
        let most = ForeignCeiling::default().with_bcrypt(15);
        settings(costly).with_foreign_ceiling(most).check().unwrap();
    }

    #[test]
    #[cfg(not(feature = "foreign-hashes"))]
    fn decoys_that_this_build_does_not_read_are_refused() {
        let refused = Argon2Settings::default().with_decoys([CostClass::Bcrypt { cost: 10 }]).check();
        assert!(matches!(refused, Err(Argon2Error::NotBuiltIn { .. })));
    }

    #[test]
    fn weak_hashes_are_read_by_the_name_that_says_so_and_still_not_made() {
        let settings = Argon2Settings::default().accept_weak_imported_hashes();
        let weak = Argon2Cost::literal(8, 1, 1);
        assert!(settings.reads(weak.into()) && !Argon2Settings::default().reads(weak.into()));
        assert!(matches!(settings.with_cost(weak).check(), Err(Argon2Error::TooWeak { .. })));
    }

    #[test]
    fn a_cost_that_would_not_be_read_again_is_refused() {
        let huge = Argon2Cost::new(262_145, 2, 1).unwrap();
        for settings in [
            Argon2Settings::default().with_cost(huge),
            Argon2Settings::default().with_decoys([Argon2Cost::OWASP, huge]),
        ] {
            assert!(matches!(settings.check(), Err(Argon2Error::OutOfBounds { cost, .. }) if cost == huge));
            settings.with_ceiling(huge).check().unwrap();
        }
        // Each number is within the ceiling; what they come to together is not, and the text says so.
        let long = Argon2Cost::new(262_144, 5, 1).unwrap();
        let refused = Argon2Settings::default().with_cost(long).check().unwrap_err().to_string();
        assert!(refused.ends_with("are, and 1048576 KiB filled in all passes together"), "{refused}");
    }
}
