//! Networks as operators write them: an address and how many of its leading bits count.

use std::{fmt, net::IpAddr};

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A network of either family (RFC 4632, RFC 4291): `192.0.2.0/24`, `2001:db8::/32`.
///
/// An address alone is a network of its own (`/32`, `/128`). Bits beyond the prefix are dropped and IPv4 within
/// `::ffff:0:0/96` counts as IPv4, so that each network has one form: the one that serde and `Display` write.
///
/// ```
/// use accountable_core::domain::Cidr;
/// let office = Cidr::parse("::ffff:192.0.2.7/120")?;
/// assert_eq!(office.to_string(), "192.0.2.0/24");
/// assert!(office.contains("192.0.2.9".parse().unwrap()));
/// assert!(Cidr::parse("192.0.02.0/24").is_err());
/// # Ok::<(), accountable_core::domain::NotACidr>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(IpNet);

/// A text that is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a network as an address and its prefix, as in \"192.0.2.0/24\" or \"2001:db8::/32\"")]
pub struct NotACidr;

impl Cidr {
    /// Reads a network; neither numbers with leading zeros nor blanks are accepted.
    ///
    /// # Errors
    /// [`NotACidr`].
    pub fn parse(text: &str) -> Result<Self, NotACidr> {
        let Some((address, prefix)) = text.split_once('/') else {
            return text.parse::<IpAddr>().map(Self::from).map_err(|_| NotACidr);
        };
        let plain = prefix.bytes().all(|c| c.is_ascii_digit()) && (prefix == "0" || !prefix.starts_with('0'));
        let prefix = prefix.parse().ok().filter(|_| plain).ok_or(NotACidr)?;
        let address: IpAddr = address.parse().map_err(|_| NotACidr)?;
        // `::ffff:192.0.2.0/24` would be `::/24`, which is not what anybody means.
        if address.is_ipv6() && address.to_canonical().is_ipv4() && prefix < 96 {
            return Err(NotACidr);
        }
        IpNet::new(address, prefix).map(Self::from).map_err(|_| NotACidr)
    }

    /// Whether the address lies within the network. `::ffff:a.b.c.d` counts as IPv4.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip.to_canonical())
    }

    /// The network for whoever calculates with it.
    #[must_use]
    pub const fn net(self) -> IpNet {
        self.0
    }
}

impl From<IpNet> for Cidr {
    fn from(net: IpNet) -> Self {
        let mapped = || match (net.addr().to_canonical(), net.prefix_len().checked_sub(96)) {
            (address @ IpAddr::V4(_), Some(prefix)) if net.addr().is_ipv6() => {
                IpNet::new(address, prefix).ok()
            }
            _ => None,
        };
        Self(mapped().unwrap_or(net).trunc())
    }
}

impl From<IpAddr> for Cidr {
    fn from(ip: IpAddr) -> Self {
        Self(ip.to_canonical().into())
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Cidr {
    type Err = NotACidr;
    fn from_str(text: &str) -> Result<Self, NotACidr> {
        Self::parse(text)
    }
}

impl Serialize for Cidr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cidr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)
            .map_err(|_| D::Error::custom(NotACidr))?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_has_one_form_and_is_read_again() {
        for (written, form) in [
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("192.0.2.7/24", "192.0.2.0/24"),
            ("192.0.2.7", "192.0.2.7/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8::7/32", "2001:db8::/32"),
            ("::1", "::1/128"),
            ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
            ("::ffff:192.0.2.7", "192.0.2.7/32"),
            ("::ffff:c000:207/128", "192.0.2.7/32"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::/0", "::/0"),
        ] {
            let network = Cidr::parse(written).unwrap();
            assert_eq!(network.to_string(), form, "{written}");
            let text = serde_json::to_string(&network).unwrap();
            assert_eq!(serde_json::from_str::<Cidr>(&text).unwrap(), network);
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for odd in [
            "",
            "/",
            "/24",
            "192.0.2.0/",
            "192.0.2.0/33",
            "192.0.2.0/+8",
            "192.0.2.0/08",
            "192.0.2.0/00",
            "192.0.02.0/24",
            "192.0.2/24",
            " 192.0.2.0/24",
            "192.0.2.0 /24",
            "::/129",
            "fe80::1%eth0/64",
            "host/8",
            "::ffff:192.0.2.0/24",
            "::ffff:192.0.2.0/95",
        ] {
            assert_eq!(Cidr::parse(odd), Err(NotACidr), "{odd:?}");
        }
    }
}
