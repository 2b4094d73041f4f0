//! Length: how many code points a password has.

use std::ops::RangeInclusive;

use super::{Judge, Judged};
use crate::domain::{
    Password,
    policy::{PolicyError, Violation},
};

/// The range that the number of code points lies in, both ends included.
#[derive(Debug, Clone)]
pub(in crate::domain::policy) struct Length(pub(super) RangeInclusive<usize>);

impl Judge for Length {
    fn violations(&self, judged: &Judged<'_>) -> Vec<Violation> {
        self.counts(judged.password).into_iter().collect()
    }

    fn counts(&self, password: &Password) -> Option<Violation> {
        let (least, most, actual) = (*self.0.start(), *self.0.end(), password.length());
        match actual {
            _ if actual < least => Some(Violation::TooShort { least, actual }),
            _ if actual > most => Some(Violation::TooLong { most, actual }),
            _ => None,
        }
    }

    fn check(&self) -> Result<(), PolicyError> {
        let (least, most) = (*self.0.start(), *self.0.end());
        match most {
            _ if most > Password::MAX => Err(PolicyError::BeyondCap { most }),
            _ if least > most || most == 0 => Err(PolicyError::NoLength { least, most }),
            _ => Ok(()),
        }
    }
}
