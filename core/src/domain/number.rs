//! Numbers that only rise: an account's versions and epochs, and the ordinals of its addresses.

use serde::{Deserialize, Serialize};

macro_rules! rising_number {
    ($(#[$doc:meta])* $name:ident, $width:ty, $as:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name($width);

        impl $name {
            /// Takes a number as it was kept.
            #[must_use]
            pub const fn new(number: $width) -> Self {
                Self(number)
            }
            /// The next number; after the highest comes the highest again.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
            /// The plain number.
            #[must_use]
            pub const fn $as(self) -> $width {
                self.0
            }
        }
    };
}

rising_number! {
    /// How often an account has been written; [`Version::FIRST`] when it is created. Never falls.
    Version, u64, as_u64
}
rising_number! {
    /// Rises whenever all sessions of an account must end. Never falls.
    Epoch, u64, as_u64
}
rising_number! {
    /// Numbers the addresses that an account ever had; never reused.
    Ordinal, u32, as_u32
}

impl Version {
    /// The version of an account that was just created: 1.
    pub const FIRST: Self = Self(1);
}
