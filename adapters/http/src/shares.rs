//! How many of a limited number of places one network may have at once.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use accountable_core::domain::{Network, Origin};

/// Counts the places that each network has. A network without any takes no room, so there are never more entries than
/// places.
///
/// A network is what quotas of an origin count ([`Origin::network`]): one IPv4 address, also where a translator wrote it into
/// an IPv6 one, or the /64 that one IPv6 subscriber holds.
#[derive(Debug, Clone)]
pub(crate) struct Shares {
    most: usize,
    taken: Arc<Mutex<HashMap<Network, usize>>>,
}

impl Shares {
    /// At most this many places for each network.
    pub(crate) fn of(most: usize) -> Self {
        Self { most, taken: Arc::default() }
    }

    /// Takes one more place for the address's network; none where it has as many as it may.
    pub(crate) fn take(&self, ip: IpAddr) -> Option<Share> {
        let network = Origin::from(ip).network()?;
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let has = taken.get(&network).copied().unwrap_or_default();
        let more = has.checked_add(1).filter(|more| *more <= self.most)?;
        taken.insert(network, more);
        Some(Share { shares: self.clone(), network })
    }

    fn give_back(&self, network: Network) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&network) {
            Some(has) if *has > 1 => *has = has.saturating_sub(1),
            _ => drop(taken.remove(&network)),
        }
    }
}

/// A place that a network has, until it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    shares: Shares,
    network: Network,
}

impl Drop for Share {
    fn drop(&mut self) {
        self.shares.give_back(self.network);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_has_as_many_as_it_may_and_another_has_its_own() {
        for (one, same, other) in [
            ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
            ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
            ("192.0.2.1", "64:ff9b::192.0.2.1", "64:ff9b::192.0.2.2"),
        ] {
            let shares = Shares::of(2);
            let first = shares.take(ip(one)).unwrap();
            let _second = shares.take(ip(same)).unwrap();
            assert!(shares.take(ip(one)).is_none() && shares.take(ip(same)).is_none(), "{one}");
            assert!(shares.take(ip(other)).is_some(), "{other}");
            drop(first);
            assert!(shares.take(ip(one)).is_some(), "{one}");
        }
    }

    #[test]
    fn nothing_is_known_of_a_network_that_has_nothing() {
        let shares = Shares::of(2);
        let held: Vec<_> = (0..100).map(|last| shares.take(IpAddr::from([192, 0, 2, last]))).collect();
        assert_eq!(shares.taken.lock().unwrap().len(), 100);
        drop(held);
        assert!(shares.taken.lock().unwrap().is_empty());
    }
}
