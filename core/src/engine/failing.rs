//! Which domains fail: for operators, from what passes by in this process.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use crate::domain::DomainTag;

/// The domains to which the last mail that this process tried failed for now.
#[derive(Debug, Default)]
pub(crate) struct FailingDomains(Mutex<BTreeSet<DomainTag>>);

impl FailingDomains {
    /// So many are known at most; of more, the rest is not counted.
    const KNOWN: usize = 10_000;

    /// A mail to this domain failed for now, by no fault of ours.
    pub(crate) fn failed(&self, domain: DomainTag) {
        let mut failing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failing.len() < Self::KNOWN {
            failing.insert(domain);
        }
    }

    /// The domain's server said yes or no.
    pub(crate) fn answered(&self, domain: DomainTag) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&domain);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.0.lock().unwrap_or_else(PoisonError::into_inner).len()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_fails_until_its_server_answers_and_no_more_are_kept_than_fit() {
        let domain = |n: u32| {
            let mut octets = [0; 32];
            octets[..4].copy_from_slice(&n.to_be_bytes());
            DomainTag::from_bytes(octets)
        };
        let failing = FailingDomains::default();
        for _ in 0..2 {
            failing.failed(domain(1));
        }
        failing.failed(domain(2));
        assert_eq!(failing.count(), 2);
        failing.answered(domain(1));
        failing.answered(domain(3));
        assert_eq!(failing.count(), 1);
        (0..20_000).for_each(|n| failing.failed(domain(n)));
        assert_eq!(failing.count(), 10_000);
    }
}
