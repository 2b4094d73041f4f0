//! IP filter groups: networks that the accounts which name the group may come from.

use serde::{Deserialize, Serialize};

use super::{Cidr, Form, IpFilterGroupName, Origin, Realm, Unknown};

/// A named list of networks, of both families.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IpFilterGroup {
    /// The version of this form.
    pub v: Form<1>,
    /// The tenant.
    pub realm: Realm,
    /// Its name, unique in the realm.
    pub name: IpFilterGroupName,
    /// Who is let in.
    pub networks: Vec<Cidr>,
    /// What a newer build added.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl IpFilterGroup {
    /// Most networks of one group.
    pub const MOST: usize = 1_000;

    /// A group of these networks.
    #[must_use]
    pub fn new(realm: Realm, name: IpFilterGroupName, networks: Vec<Cidr>) -> Self {
        Self { v: Form, realm, name, networks, unknown: Unknown::default() }
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
