//! Where a call comes from: the other end of the connection, or whom a trusted proxy names.
//!
//! A caller may write anything into `X-Forwarded-For` or `Forwarded`. Only the entries that the host's own proxies appended
//! count, so the list is read from its end, for as long as the entries come from trusted proxies. Only the header that the
//! proxies are known to write is read: another one passes through them as the caller sent it.

use std::net::{IpAddr, SocketAddr};

use accountable_core::domain::{Cidr, CoarseOrigin, Origin};
use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, HeaderName, header::FORWARDED},
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies whose word counts, and the header in which they give it. By default there are none.
///
/// This is the section `http.proxies` of the settings file, key by key.
///
/// ```
/// use accountable_http::origin::Proxies;
/// let behind_nginx = Proxies::x_forwarded_for(["10.0.0.0/8".parse()?, "fd00::/8".parse()?]);
/// # let _ = behind_nginx;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Proxies {
    networks: Vec<Cidr>,
    header: ProxyHeader,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "header_name")]
    place_header: Option<String>,
}

/// The header in which a proxy says whom it was called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ProxyHeader {
    #[default]
    XForwardedFor,
    Forwarded,
}

impl Proxies {
    /// Nobody's word counts: the origin is the other end of the connection.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Proxies in these networks, each of which appends to `X-Forwarded-For` whom it was called by.
    #[must_use]
    pub fn x_forwarded_for(networks: impl IntoIterator<Item = Cidr>) -> Self {
        Self {
            networks: networks.into_iter().collect(),
            header: ProxyHeader::XForwardedFor,
            place_header: None,
        }
    }

    /// Proxies in these networks, each of which appends to `Forwarded` (RFC 7239) whom it was called by.
    #[must_use]
    pub fn forwarded(networks: impl IntoIterator<Item = Cidr>) -> Self {
        Self { networks: networks.into_iter().collect(), header: ProxyHeader::Forwarded, place_header: None }
    }

    /// Reads in this header where a caller is, roughly, for the owner's mails to say: "near Seoul". By default none is read.
    ///
    /// The outermost proxy must **replace** the header in every call, also where it has nothing to say: what a caller wrote
    /// there would stand in the owner's mails as if it were known. Whatever it is, nothing in it can be a link
    /// ([`CoarseOrigin`]).
    #[must_use]
    pub fn with_place_header(mut self, name: &HeaderName) -> Self {
        self.place_header = Some(name.as_str().to_owned());
        self
    }

    /// Roughly where a caller is, as a trusted proxy says it; none where there is no such proxy, or the header is there more
    /// than once.
    #[must_use]
    pub fn place(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<CoarseOrigin> {
        let name = self.place_header.as_deref()?;
        peer.filter(|peer| self.trust(peer.to_canonical()))?;
        let mut lines = headers.get_all(name).iter();
        let (line, None) = (lines.next()?, lines.next()) else { return None };
        CoarseOrigin::of(std::str::from_utf8(line.as_bytes()).ok()?)
    }

    pub(crate) fn trust(&self, ip: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(ip))
    }

    /// Where a call comes from that came over a connection from `peer`: the last in the list who is no proxy.
    ///
    /// Where a trusted proxy names no address (`unknown`, a pseudonym, or nothing that can be read) the origin is
    /// unknown: no quota of an origin applies then, and no account with an IP filter group lets the call in.
    #[must_use]
    pub fn origin(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Origin {
        let Some(mut nearest) = peer.map(|peer| peer.to_canonical()) else { return Origin::Unknown };
        let name = match self.header {
            ProxyHeader::XForwardedFor => X_FORWARDED_FOR,
            ProxyHeader::Forwarded => FORWARDED,
        };
        let lines: Vec<&[u8]> = headers.get_all(name).iter().map(|line| line.as_bytes()).collect();
        let mut elements = lines.into_iter().rev().flat_map(FromTheEnd::new);
        while self.trust(nearest) {
            let Some(element) = elements.next() else { break };
            let named = std::str::from_utf8(element).ok().and_then(|element| match self.header {
                ProxyHeader::XForwardedFor => address(element),
                ProxyHeader::Forwarded => forwarded_for(element),
            });
            let Some(named) = named else { return Origin::Unknown };
            nearest = named;
        }
        nearest.into()
    }
}

fn header_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let known = HeaderName::try_from(&name).map_err(|_| D::Error::custom("not the name of a header"))?;
    Ok(Some(known.as_str().to_owned()))
}

/// The address at the other end of the connection, as [`serve`](crate::serve) and axum's `ConnectInfo` record it; none
/// where the server records nothing.
#[must_use]
pub fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip())
}

/// The elements of a list, the last one first. Commas within quotes do not count, and a quote that is never closed
/// reaches no further than to what its own author wrote.
struct FromTheEnd<'a>(Option<&'a [u8]>);

impl<'a> FromTheEnd<'a> {
    const fn new(line: &'a [u8]) -> Self {
        Self(Some(line))
    }
}

impl<'a> Iterator for FromTheEnd<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let line = self.0.take()?;
        let mut quoted = false;
        for (at, octet) in line.iter().enumerate().rev() {
            let (before, rest) = line.split_at(at);
            // Counted at quotes only: no backslash stands before two of them, so a line is read once, whatever is in it.
            let escaped = || {
                let backslashes = before.iter().rev().take_while(|octet| **octet == b'\\').count();
                !backslashes.is_multiple_of(2)
            };
            match octet {
                b'"' if !escaped() => quoted = !quoted,
                b',' if !quoted => {
                    self.0 = Some(before);
                    return rest.get(1..);
                }
                _ => {}
            }
        }
        Some(line)
    }
}

/// The address in `for=` of one element of `Forwarded`, which must have it once.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    // Values of the other parameters may hold anything within quotes, `host` even what the caller sent.
    let mut quoted = false;
    let mut escaped = false;
    let parameters = element.split(|c| {
        let is_escaped = escaped;
        escaped = quoted && !is_escaped && c == '\\';
        quoted ^= c == '"' && !is_escaped;
        c == ';' && !quoted
    });
    let mut named = parameters.filter_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then_some(value)
    });
    match (named.next(), named.next()) {
        (Some(value), None) => address(value),
        _ => None,
    }
}

/// An address as proxies write it: bare, or with a port, IPv6 then in brackets; perhaps in quotes.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches([' ', '\t']);
    let text = match text.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"')?,
        None => text,
    };
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let ip = text.parse().ok().or_else(bracketed).or_else(with_port)?;
    Some(ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn networks() -> [Cidr; 2] {
        ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]
    }

    fn origin(proxies: &Proxies, peer: &str, name: &HeaderName, lines: &[&str]) -> Origin {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        proxies.origin(Some(ip(peer)), &headers)
    }

    #[test]
    fn a_header_is_believed_only_from_a_proxy() {
        let forged = &["198.51.100.9"][..];
        for (proxies, peer) in [
            (Proxies::none(), "10.0.0.1"),
            (Proxies::x_forwarded_for([]), "10.0.0.1"),
            (Proxies::x_forwarded_for(networks()), "192.0.2.1"),
            (Proxies::x_forwarded_for(networks()), "11.0.0.1"),
            (Proxies::forwarded(networks()), "10.0.0.1"),
        ] {
            assert_eq!(origin(&proxies, peer, &X_FORWARDED_FOR, forged), ip(peer).into(), "{proxies:?}");
        }
        let proxies = Proxies::x_forwarded_for(networks());
        assert_eq!(origin(&proxies, "10.0.0.1", &FORWARDED, &["for=198.51.100.9"]), ip("10.0.0.1").into());
        let mut headers = HeaderMap::new();
        headers.append(X_FORWARDED_FOR, HeaderValue::from_static("198.51.100.9"));
        assert_eq!(proxies.origin(None, &headers), Origin::Unknown, "nobody knows whose word it is");
    }

    #[test]
    fn the_last_in_the_list_who_is_no_proxy_is_the_origin() {
        let proxies = Proxies::x_forwarded_for(networks());
        for (lines, expected) in [
            (&["192.0.2.7"][..], "192.0.2.7"),
            (&["198.51.100.9, 192.0.2.7"], "192.0.2.7"),
            (&["198.51.100.9", "192.0.2.7"], "192.0.2.7"),
            (&["192.0.2.7, 10.0.0.2,10.0.0.3"], "192.0.2.7"),
            (&["198.51.100.9,192.0.2.7", "10.0.0.2"], "192.0.2.7"),
            (&["10.9.9.9, 192.0.2.7, 10.0.0.2"], "192.0.2.7"),
            (&["garbage, \", [::, 192.0.2.7"], "192.0.2.7"),
            (&["\"192.0.2.1", "192.0.2.7"], "192.0.2.7"),
            (&["192.0.2.7:4711"], "192.0.2.7"),
            (&["2001:db8::7"], "2001:db8::7"),
            (&["[2001:db8::7]"], "2001:db8::7"),
            (&["[2001:db8::7]:4711"], "2001:db8::7"),
            (&["\"[2001:db8::7]:4711\""], "2001:db8::7"),
            (&["::ffff:192.0.2.7"], "192.0.2.7"),
            (&["192.0.2.7, ::ffff:10.0.0.2, fd00::2"], "192.0.2.7"),
            (&["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
            (&[], "10.0.0.1"),
        ] {
            assert_eq!(
                origin(&proxies, "10.0.0.1", &X_FORWARDED_FOR, lines),
                ip(expected).into(),
                "{lines:?}"
            );
            let mapped = origin(&proxies, "::ffff:10.0.0.1", &X_FORWARDED_FOR, lines);
            assert_eq!(mapped, ip(expected).into(), "{lines:?}, over a socket for both families");
        }
    }

    #[test]
    fn where_a_proxy_names_no_address_the_origin_is_unknown() {
        let proxies = Proxies::x_forwarded_for(networks());
        for line in [
            "",
            ",",
            "192.0.2.7,",
            "unknown",
            "_hidden",
            "localhost",
            "192.0.2.7:",
            "192.0.2.7:x",
            "192.0.2.7:99999",
            "192.0.2",
            "192.0.2.256",
            "0192.0.2.1",
            "3221225985",
            "0x7f.1",
            "[192.0.2.7]",
            "[2001:db8::7",
            "2001:db8::7]",
            "[2001:db8::7]x",
            "fe80::1%eth0",
            "192.0.2.7 198.51.100.9",
            "192.0.2.7;198.51.100.9",
            "\u{661}92.0.2.7",
        ] {
            assert_eq!(origin(&proxies, "10.0.0.1", &X_FORWARDED_FOR, &[line]), Origin::Unknown, "{line:?}");
        }
    }

    #[test]
    fn the_standard_header_is_read_by_its_quotes() {
        let proxies = Proxies::forwarded(networks());
        for (lines, expected) in [
            (&["for=192.0.2.7;proto=https;by=10.0.0.1"][..], Some("192.0.2.7")),
            (&["For=\"[2001:db8::7]:4711\""], Some("2001:db8::7")),
            (&["for=198.51.100.9, for=192.0.2.7 ; proto=http, for=10.0.0.2"], Some("192.0.2.7")),
            (&["for=\"198.51.100.9, for=192.0.2.7"], Some("192.0.2.7")),
            (&["for=\"", "for=192.0.2.7"], Some("192.0.2.7")),
            (&["x=\\", "for=192.0.2.7"], Some("192.0.2.7")),
            (&["for=192.0.2.7;host=\"a, for=198.51.100.9\""], Some("192.0.2.7")),
            (&["for=192.0.2.7;host=\"a\\\", for=198.51.100.9;x=\\\"\""], Some("192.0.2.7")),
            (&["for=192.0.2.7;host=\";for=198.51.100.9\""], Some("192.0.2.7")),
            (&["for=unknown"], None),
            (&["for=_secret"], None),
            (&["proto=https"], None),
            (&["for=192.0.2.7;for=198.51.100.9"], None),
            (&["192.0.2.7"], None),
        ] {
            let expected = expected.map_or(Origin::Unknown, |expected| ip(expected).into());
            assert_eq!(origin(&proxies, "10.0.0.1", &FORWARDED, lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_place_is_said_once_and_by_a_trusted_proxy_or_not_at_all() {
        let name = HeaderName::from_static("x-client-place");
        let proxies = Proxies::x_forwarded_for(networks()).with_place_header(&name);
        let place = |proxies: &Proxies, peer, lines: &[&str]| {
            let lines =
                lines.iter().map(|line| (name.clone(), HeaderValue::from_bytes(line.as_bytes()).unwrap()));
            proxies.place(peer, &lines.collect()).map(|place| place.as_str().to_owned())
        };
        let proxy = Some(ip("10.0.0.1"));
        assert_eq!(place(&proxies, proxy, &["near Seoul"]).as_deref(), Some("near Seoul"));
        assert_eq!(place(&proxies, Some(ip("::ffff:10.0.0.1")), &["서울"]).as_deref(), Some("서울"));
        assert_eq!(place(&proxies, proxy, &["https://evil.example"]).as_deref(), Some("https evil example"));
        assert_eq!(place(&proxies, proxy, &["near Seoul", "near Oslo"]), None, "one may be the caller's own");
        assert_eq!(place(&proxies, Some(ip("192.0.2.1")), &["near Seoul"]), None, "a caller's own word");
        assert_eq!(place(&proxies, None, &["near Seoul"]), None);
        assert_eq!(
            place(&Proxies::x_forwarded_for(networks()), proxy, &["near Seoul"]),
            None,
            "not asked for"
        );
    }

    /// Read anew for each of them, they would be half a million million steps.
    #[test]
    fn a_million_backslashes_are_read_once() {
        let forged = format!("for=\"{}", "\\".repeat(1_000_000));
        for (proxies, name, appended) in [
            (Proxies::forwarded(networks()), FORWARDED, "for=10.0.0.2"),
            (Proxies::x_forwarded_for(networks()), X_FORWARDED_FOR, "10.0.0.2"),
        ] {
            let line = format!("{forged}, {appended}");
            assert_eq!(origin(&proxies, "10.0.0.1", &name, &[&line]), Origin::Unknown);
        }
    }

    proptest! {
        #[test]
        fn whatever_a_caller_writes_the_proxy_has_the_last_word(
            forged in "[ -~]{0,60}", same_line: bool, standard: bool,
        ) {
            let (proxies, name, appended) = match standard {
                true => (Proxies::forwarded(networks()), FORWARDED, "for=192.0.2.7"),
                false => (Proxies::x_forwarded_for(networks()), X_FORWARDED_FOR, "192.0.2.7"),
            };
            let one = format!("{forged}, {appended}");
            let lines = if same_line { vec![one.as_str()] } else { vec![forged.as_str(), appended] };
            prop_assert_eq!(origin(&proxies, "10.0.0.1", &name, &lines), ip("192.0.2.7").into());
        }
    }
}
