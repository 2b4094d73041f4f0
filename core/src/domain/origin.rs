//! Where a request comes from, and the networks in which it counts: one subscriber's, and the wider one around it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where a stranger's request comes from, as far as the host knows.
///
/// An IPv4 address that a translator wrote into an IPv6 one counts as that IPv4 address, wherever the standards say in
/// which bits it is: mapped (`::ffff:a.b.c.d`, RFC 4291, 2.5.5.2), translated by SIIT (`::ffff:0:a.b.c.d`, RFC 2765,
/// 2.1), by NAT64 (`64:ff9b::/96`, RFC 6052, 2.1), and 6to4 (`2002::/16`, RFC 3056, 2). Otherwise all callers behind one
/// translator would share one quota. Of the prefix for local use, `64:ff9b:1::/48`, nothing may be assumed (RFC 8215, 6):
/// it is an IPv6 network like any other.
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

/// A network that requests are counted by: one subscriber's, or a wider one around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    /// The family, and the first octets of the address; what the network leaves open is zero.
    octets: [u8; 9],
    wider: bool,
}

impl Network {
    pub(super) const fn octets(&self) -> &[u8; 9] {
        &self.octets
    }

    pub(super) const fn is_wider(self) -> bool {
        self.wider
    }
}

impl Origin {
    /// The network of one subscriber: an IPv4 address, or the /64 that one IPv6 subscriber holds. None where the origin is
    /// not known.
    #[must_use]
    pub fn network(self) -> Option<Network> {
        Some(Network { octets: self.masked(32, 64)?, wider: false })
    }

    /// The network around it: an IPv4 /24, or the /48 that IPv6 subscribers are given at most.
    #[must_use]
    pub fn wider_network(self) -> Option<Network> {
        Some(Network { octets: self.masked(24, 48)?, wider: true })
    }

    fn masked(self, v4_bits: u32, v6_bits: u32) -> Option<[u8; 9]> {
        let Self::Ip(ip) = self else { return None };
        let (family, bits, prefix) = match v4_of(ip) {
            Ok(v4) => (4, u64::from(v4.to_bits()) << 32, v4_bits),
            Err(v6) => (6, first_half(v6), v6_bits),
        };
        let mask = u64::MAX.checked_shl(64_u32.saturating_sub(prefix)).unwrap_or(0);
        let [a, b, c, d, e, f, g, h] = (bits & mask).to_be_bytes();
        Some([family, a, b, c, d, e, f, g, h])
    }
}

fn first_half(v6: Ipv6Addr) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = v6.octets();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The IPv4 address that this is, or that a translator wrote into it; else the IPv6 address.
fn v4_of(ip: IpAddr) -> Result<Ipv4Addr, Ipv6Addr> {
    let v6 = match ip {
        IpAddr::V4(v4) => return Ok(v4),
        IpAddr::V6(v6) => v6,
    };
    let [high, low] = match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => [high, low],
        _ => return Err(v6),
    };
    Ok(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(ip: &str) -> Option<Network> {
        Origin::from(ip.parse::<IpAddr>().unwrap()).network()
    }

    fn wider(ip: &str) -> Option<Network> {
        Origin::from(ip.parse::<IpAddr>().unwrap()).wider_network()
    }

    #[test]
    fn an_origin_is_an_ipv4_address_or_an_ipv6_slash_64() {
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_eq!(Origin::Unknown.network(), None);
    }

    #[test]
    fn a_wider_network_is_an_ipv4_slash_24_or_an_ipv6_slash_48() {
        assert_eq!(wider("192.0.2.1"), wider("192.0.2.254"));
        assert_ne!(wider("192.0.2.1"), wider("192.0.3.1"));
        assert_eq!(wider("2001:db8:0:1::1"), wider("2001:db8:0:ffff::1"));
        assert_ne!(wider("2001:db8:0:1::1"), wider("2001:db8:1:1::1"));
        assert_eq!(Origin::Unknown.wider_network(), None);
    }

    #[test]
    fn an_ipv4_address_inside_an_ipv6_one_counts_as_itself_wherever_the_standards_say_where_it_is() {
        let forms = |a: u8, b: u8, c: u8, d: u8| {
            let v4 = format!("{a}.{b}.{c}.{d}");
            let hex = format!("{:x}:{:x}", u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            [
                format!("::ffff:{v4}"),
                format!("::ffff:0:{v4}"),
                format!("64:ff9b::{v4}"),
                format!("2002:{hex}::1"),
                format!("2002:{hex}:7:1:2:3:4"),
            ]
        };
        for octets in [[192, 0, 2, 1], [0, 0, 0, 0], [255, 255, 255, 255], [10, 200, 3, 99]] {
            let [a, b, c, d] = octets;
            let v4 = Ipv4Addr::from(octets).to_string();
            for form in forms(a, b, c, d) {
                assert_eq!((network(&form), wider(&form)), (network(&v4), wider(&v4)), "{form}");
            }
        }
    }

    #[test]
    fn what_only_looks_like_such_a_form_is_an_ipv6_network() {
        // Of the prefix for local use nothing may be assumed, and the others are no such prefixes at all.
        for (one, other) in [
            ("64:ff9b:1::192.0.2.1", "64:ff9b:1::198.51.100.1"),
            ("64:ff9b:0:0:0:1:c000:201", "64:ff9b:0:0:0:1:c633:6401"),
            ("2001:2002::192.0.2.1", "2001:2002::198.51.100.1"),
        ] {
            assert_eq!(network(one), network(other), "{one}");
        }
        assert_ne!(network("64:ff9b:1::192.0.2.1"), network("192.0.2.1"));
    }
}
