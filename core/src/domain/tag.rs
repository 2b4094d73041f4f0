//! Names for what must not be named: MACs of addresses and origins, under keys that never leave the host.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! tag {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Takes the bytes as they are.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
            /// The bytes of the tag.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&super::hex::Hex(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                super::hex::deserialize(deserializer).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&super::hex::Hex(&self.0), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), super::hex::Hex(&self.0))
            }
        }
    };
}

tag! {
    /// Names an address' record, whether an account has that address or not: a MAC of realm and
    /// [`EmailKey`](super::EmailKey) under a key that never rotates.
    AddressTag
}
tag! {
    /// Names the domain that a mail goes to, without telling which: a MAC of realm and domain under a key that never
    /// rotates. Couriers count by it how many mails to one domain are under way.
    DomainTag
}
tag! {
    /// Names a quota's level: a MAC of what is counted, and of whose it is ([`QuotaOf`](super::QuotaOf)).
    QuotaTag
}
