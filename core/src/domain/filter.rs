//! IP filter groups: networks that the accounts which name the group may come from.

use serde::{Deserialize, Serialize};

use super::{Cidr, FormatVersion, IpFilterGroupName, Origin, Realm, Unknown, input::MOST_NETWORKS};

/// A named list of networks, of both families.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IpFilterGroup {
    /// The version of the stored format of this record.
    pub v: FormatVersion<1>,
    /// The tenant that the group belongs to.
    pub realm: Realm,
    /// The group's name, unique in the realm.
    pub name: IpFilterGroupName,
    /// The networks that are let in.
    pub networks: Vec<Cidr>,
    /// The fields of the stored record that a newer build added and this one does not know.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl IpFilterGroup {
    /// The most networks that one group has: 1,000.
    pub const MOST: usize = MOST_NETWORKS;

    /// A group of these networks.
    #[must_use]
    pub fn new(realm: Realm, name: IpFilterGroupName, networks: Vec<Cidr>) -> Self {
        Self { v: FormatVersion, realm, name, networks, unknown: Unknown::default() }
    }

    /// Whether the group lets this origin in: only a known one, within a network. `::ffff:a.b.c.d` counts as IPv4.
    #[must_use]
    pub fn admits(&self, origin: Origin) -> bool {
        match origin {
            Origin::Unknown => false,
            Origin::Ip(ip) => self.networks.iter().any(|network| network.contains(ip)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_that_is_written_as_mapped_admits_its_addresses_however_they_are_written() {
        let network = "::ffff:192.0.2.0/120".parse().unwrap();
        let group =
            IpFilterGroup::new(Realm::default(), IpFilterGroupName::parse("office").unwrap(), vec![network]);
        for (from, admitted) in
            [("192.0.2.7", true), ("::ffff:192.0.2.7", true), ("192.0.3.7", false), ("::", false)]
        {
            assert_eq!(group.admits(Origin::Ip(from.parse().unwrap())), admitted, "{from}");
        }
    }

    #[test]
    fn a_group_admits_its_networks_and_nobody_else() {
        let networks = ["192.0.2.0/24", "2001:db8::/32"].map(|text| text.parse().unwrap()).to_vec();
        let group =
            IpFilterGroup::new(Realm::default(), IpFilterGroupName::parse("office").unwrap(), networks);
        let from = |text: &str| Origin::Ip(text.parse().unwrap());
        assert!(group.admits(from("192.0.2.7")));
        assert!(group.admits(from("::ffff:192.0.2.7")));
        assert!(group.admits(from("2001:db8::1")));
        assert!(!group.admits(from("192.0.3.7")));
        assert!(!group.admits(Origin::Unknown));
    }
}
