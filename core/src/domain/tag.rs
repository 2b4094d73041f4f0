//! Names for what must not be named: MACs of addresses and origins, under keys that never leave the host.

use std::{fmt, net::IpAddr};

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
    /// Names a quota's level: a MAC of the quota's name and a recipient or an origin.
    QuotaTag
}

/// Where a stranger's request comes from, as far as the host knows.
///
/// ```
/// use accountable_core::domain::Origin;
/// let one: std::net::IpAddr = "2001:db8::1".parse().unwrap();
/// assert_ne!(Origin::from(one), Origin::Unknown);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Origin {
    /// The host can't tell, as for a call that it makes itself: no quota of an origin applies.
    #[default]
    Unknown,
    /// The address of the other end, or what a trusted proxy said it is.
    Ip(IpAddr),
}

impl From<IpAddr> for Origin {
    fn from(ip: IpAddr) -> Self {
        Self::Ip(ip)
    }
}

impl Origin {
    /// The network that a quota counts: one IPv4 address, or the /64 that one IPv6 subscriber holds.
    pub(crate) fn network(self) -> Option<[u8; 9]> {
        let Self::Ip(ip) = self else { return None };
        let mut network = [0; 9];
        match ip.to_canonical() {
            IpAddr::V4(v4) => {
                network.iter_mut().zip([4].into_iter().chain(v4.octets())).for_each(|(to, from)| *to = from)
            }
            IpAddr::V6(v6) => {
                network.iter_mut().zip([6].into_iter().chain(v6.octets())).for_each(|(to, from)| *to = from)
            }
        }
        Some(network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(ip: &str) -> Option<[u8; 9]> {
        Origin::from(ip.parse::<IpAddr>().unwrap()).network()
    }

    #[test]
    fn an_origin_is_an_ipv4_address_or_an_ipv6_slash_64() {
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_eq!(Origin::Unknown.network(), None);
    }
}
