//! Works under way at once: so many in all, and no domain with more than its share.

use std::{
    collections::{BTreeSet, HashMap},
    future::Future,
    pin::{Pin, pin},
};

use futures_util::{
    StreamExt as _,
    future::{Either, select},
    stream::FuturesUnordered,
};

use crate::domain::DomainTag;

/// One work under way; at its end, what it came to.
type Work<'a, T> = Pin<Box<dyn Future<Output = (Option<DomainTag>, T)> + Send + 'a>>;

/// Works under way, what those that have ended came to, and whether to look for more.
pub(super) struct Flight<'a, T> {
    works: FuturesUnordered<Work<'a, T>>,
    /// How many to each domain. Those to none are strangers' requests, which need the store only.
    under_way: HashMap<Option<DomainTag>, usize>,
    landed: Vec<T>,
    share: Share,
    /// Looking can bring something: not all that was due is claimed, or a domain that was passed over has room again.
    pub(super) more: bool,
}

/// How much of it one domain may take up.
struct Share {
    /// A domain that has so many is crowded: it is passed over until one lands. A slow one holds up nobody else.
    per_domain: usize,
    /// So many strangers' requests are decided at once; nothing is claimed until one is.
    requests: usize,
    /// So many are claimed at once: all of them start at once, also where they go to one domain, which comes to twice its
    /// share at most. One that had to wait for its turn could lapse, and be delivered twice.
    batch: usize,
}

impl<'a, T: Send + 'a> Flight<'a, T> {
    /// Works under way at once.
    const WIDTH: usize = 64;

    /// No domain takes up more than an eighth: what goes on for ever must not come to wait for a slow one.
    pub(super) fn shared() -> Self {
        Self::new(Share { per_domain: 8, requests: 16, batch: 8 })
    }

    /// Any domain may take up all of it: what must get to its end anyhow is done in the fewest calls.
    pub(super) fn whole() -> Self {
        Self::new(Share { per_domain: Self::WIDTH, requests: Self::WIDTH, batch: Self::WIDTH })
    }

    fn new(share: Share) -> Self {
        let (works, under_way) = (FuturesUnordered::new(), HashMap::new());
        Self { works, under_way, landed: Vec::new(), share, more: true }
    }

    /// Starts one work.
    pub(super) fn take_off(&mut self, domain: Option<DomainTag>, work: impl Future<Output = T> + Send + 'a) {
        let here = self.under_way.entry(domain).or_default();
        *here = here.saturating_add(1);
        self.works.push(Box::pin(async move { (domain, work.await) }));
    }

    /// How many may be claimed now.
    pub(super) fn room(&self) -> usize {
        if self.under_way.get(&None).is_some_and(|requests| *requests >= self.share.requests) {
            return 0;
        }
        Self::WIDTH.saturating_sub(self.works.len()).min(self.share.batch)
    }

    /// The domains that have their share.
    pub(super) fn crowded(&self) -> BTreeSet<DomainTag> {
        let crowded = self.under_way.iter().filter(|(_, count)| **count >= self.share.per_domain);
        crowded.filter_map(|(domain, _)| *domain).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.works.is_empty()
    }

    /// One work lands; never, while none is under way.
    pub(super) async fn landing(&mut self) {
        let Some((domain, came_to)) = self.works.next().await else {
            return std::future::pending().await;
        };
        self.landed.push(came_to);
        if let Some(here) = self.under_way.get_mut(&domain) {
            self.more |= domain.is_some() && *here == self.share.per_domain;
            *here = here.saturating_sub(1);
            if *here == 0 {
                self.under_way.remove(&domain);
            }
        }
    }

    /// The future's output; what is under way goes on meanwhile.
    pub(super) async fn alongside<O>(&mut self, future: impl Future<Output = O> + Send) -> O {
        let mut future = pin!(future);
        loop {
            let landing = pin!(self.landing());
            if let Either::Left((output, _)) = select(future.as_mut(), landing).await {
                return output;
            }
        }
    }

    /// Until nothing is under way.
    pub(super) async fn end(&mut self) {
        while !self.is_empty() {
            self.landing().await;
        }
    }

    /// Whether any has ended of which nobody has asked yet what it came to.
    pub(super) fn has_landed(&self) -> bool {
        !self.landed.is_empty()
    }

    /// What those came to that have ended since this was asked last.
    pub(super) fn landed(&mut self) -> Vec<T> {
        std::mem::take(&mut self.landed)
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use futures_util::FutureExt as _;

    use super::*;

    fn domain(n: u8) -> DomainTag {
        DomainTag::from_bytes([n; 32])
    }

    #[test]
    fn a_domain_with_its_share_is_passed_over_until_one_lands() {
        let mut flight = Flight::shared();
        flight.more = false;
        for _ in 0..7 {
            flight.take_off(Some(domain(1)), pending::<()>().boxed());
        }
        flight.take_off(Some(domain(2)), ready(()).boxed());
        assert!(flight.crowded().is_empty());
        flight.take_off(Some(domain(1)), ready(()).boxed());
        assert_eq!(flight.crowded(), BTreeSet::from([domain(1)]));
        while flight.landing().now_or_never().is_some() {}
        assert_eq!(flight.landed().len(), 2);
        assert!(flight.crowded().is_empty() && flight.more, "there is room again, and something to look for");
    }

    #[test]
    fn requests_have_a_bound_of_their_own() {
        let mut flight = Flight::shared();
        for _ in 0..15 {
            flight.take_off(None, pending::<()>().boxed());
        }
        assert!(flight.room() > 0);
        flight.take_off(None, pending::<()>().boxed());
        assert_eq!(flight.room(), 0);
    }

    #[test]
    fn no_more_are_under_way_than_fit() {
        let mut flight = Flight::shared();
        for n in 0..64 {
            assert!(flight.room() > 0, "{n}");
            flight.take_off(Some(domain(n)), pending::<()>().boxed());
        }
        assert_eq!(flight.room(), 0);
    }
}
