//! The courier: takes up what is due, decides what strangers asked for, and delivers.

use std::{collections::BTreeSet, future::pending, pin::pin};

use event_listener::Event;
use futures_util::{
    FutureExt as _,
    future::{Either, Shared, join, select},
};

use super::{
    flight::Flight,
    swept::{Done, Swept},
};
use crate::{
    domain::{CommitId, Content, DomainTag, Initiator, Retries, Span, Timestamp},
    engine::{
        Core, Lease,
        guard::caught,
        relay::Readiness,
        watch::{self, watched},
    },
    error::Fault,
    port::{Claim, Claimed, Claims, Limit},
};

/// Background work over what is due. Any number may be at it.
pub(crate) struct Courier<'a> {
    core: &'a Core,
}

/// What ends a courier's rest.
enum Happened {
    Shutdown,
    Landing,
    /// Something was queued, or its time has come.
    News,
}

impl<'a> Courier<'a> {
    /// The longest sleep.
    const REST: Span = Span::seconds(30);
    /// The shortest sleep while something is due that can't be had.
    const BREATH: Span = Span::seconds(1);

    pub(crate) fn new(core: &'a Core) -> Self {
        Self { core }
    }

    /// Everything due now, at most so many, to its end. What fails of it keeps none of the rest from being done; the first
    /// fault is said at the end.
    pub(crate) async fn sweep(&self, at_most: u32) -> Result<Swept, Fault> {
        // First: what it queues is delivered with the rest.
        let passed = self.core.pass_time(at_most).await;
        let mut swept = Swept::default();
        let mut flight = Flight::whole();
        let carried = self.carry_at_most(at_most, &mut flight, &mut swept).await;
        flight.end().await;
        flight.landed().iter().for_each(|done| swept.count(done));
        let resealed = self.core.reseal(at_most, &Initiator::Courier).await;
        let worked = self.core.bulk_work(at_most).await;
        let trimmed = self.core.trim().await;
        let passed = passed?;
        swept.accounts = passed.accounts;
        swept.faults = swept.faults.saturating_add(passed.faults);
        swept.next_due = carried?;
        swept.resealed = resealed?;
        worked?;
        if trimmed? {
            // More than one sweep takes away: strangers leave it faster than once in a while.
            swept.next_due = Some(self.core.clock.now());
        }
        Ok(swept)
    }

    /// What an intent queues is due at once: this goes on until nothing is, or so many were claimed. When there will be
    /// more.
    async fn carry_at_most<'f>(
        &'f self,
        at_most: u32,
        flight: &mut Flight<'f, Done>,
        swept: &mut Swept,
    ) -> Result<Option<Timestamp>, Fault> {
        let mut left = at_most;
        loop {
            let limit = self.room(flight).min(left);
            if limit > 0 && (flight.more || flight.is_empty()) {
                let (claims, lease) = self.claim_for(flight, limit).await?;
                if claims.mails.is_empty() && flight.is_empty() && !flight.has_landed() {
                    return Ok(claims.next_due);
                }
                left = left.saturating_sub(self.take_off(claims, &lease, limit, flight));
            } else if flight.is_empty() {
                let (claims, _) = self.claim(None, BTreeSet::new()).await?;
                return Ok(self.can_be_had(claims.next_due));
            } else {
                flight.landing().await;
            }
            for done in flight.landed() {
                swept.count(&done);
                flight.more |= matches!(done, Done::Intent);
            }
        }
    }

    /// How many may be claimed now: one at a time, and nothing beside it, while the mailer does not work.
    fn room(&self, flight: &Flight<'_, Done>) -> u32 {
        match self.core.relay.readiness(self.core.clock.now()) {
            Readiness::Ready => u32::try_from(flight.room()).unwrap_or(0),
            Readiness::Probe => u32::from(flight.is_empty()),
            Readiness::NotBefore(_) => 0,
        }
    }

    /// When there will be more: mails that are due already wait for the next probe of the mailer.
    fn can_be_had(&self, due: Option<Timestamp>) -> Option<Timestamp> {
        let now = self.core.clock.now();
        match self.core.relay.readiness(now) {
            Readiness::NotBefore(probe) => due.map(|due| if due > now { due } else { probe }),
            Readiness::Ready | Readiness::Probe => due,
        }
    }

    /// Until `shutdown` ends; then what has begun is finished. Time passes beside it, however much mail is due.
    pub(crate) async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let shutdown = shutdown.shared();
        let due = Event::new();
        join(self.carry(shutdown.clone(), &due), self.core.make_rounds(shutdown, &due)).await;
    }

    /// Carries mails until the end; says where accounts are due.
    async fn carry<S: Future<Output = ()> + Send>(&self, mut shutdown: Shared<S>, accounts_due: &Event) {
        let mut flight = Flight::shared();
        let mut trouble = 0_u32;
        'open: loop {
            // Listening starts before looking, so that nothing is missed in between.
            let news = self.core.wake.listen();
            let looked = caught("courier", self.look(&mut flight, accounts_due)).await;
            let rest = match looked.unwrap_or_else(|panicked| Err(Fault::HostFailed(panicked.into()))) {
                Ok(rest) => {
                    trouble = 0;
                    rest
                }
                Err(fault) => {
                    watch::troubled(&fault);
                    flight.more = false;
                    trouble = trouble.saturating_add(1).min(5);
                    Span::seconds(1_u64.checked_shl(trouble).unwrap_or(32)).min(Self::REST)
                }
            };
            flight.landed();
            let resting = pin!(async {
                if self.core.rest(rest).await.is_err() {
                    pending().await
                }
            });
            let mut idle = pin!(select(news, resting));
            loop {
                let happened = {
                    let landing = pin!(flight.landing());
                    match select(&mut shutdown, select(landing, idle.as_mut())).await {
                        Either::Left(_) => Happened::Shutdown,
                        Either::Right((Either::Left(_), _)) => Happened::Landing,
                        Either::Right((Either::Right(_), _)) => Happened::News,
                    }
                };
                match happened {
                    Happened::Shutdown => break 'open,
                    Happened::Landing if !flight.more => {}
                    Happened::Landing => break,
                    Happened::News => {
                        flight.more = true;
                        break;
                    }
                }
            }
        }
        flight.end().await;
    }

    /// Takes up what is due, as far as there is room. How long to rest if nothing happens.
    async fn look<'f>(&'f self, flight: &mut Flight<'f, Done>, accounts_due: &Event) -> Result<Span, Fault> {
        let limit = self.room(flight);
        if limit == 0 {
            self.core.service.looked();
            let now = self.core.clock.now();
            return Ok(match self.core.relay.readiness(now) {
                Readiness::NotBefore(probe) if flight.is_empty() => probe.since(now).min(Self::REST),
                _ => Self::REST,
            });
        }
        let (claims, lease) = self.claim_for(flight, limit).await?;
        let next_due = claims.next_due;
        self.take_off(claims, &lease, limit, flight);
        if flight.more {
            return Ok(Span::ZERO);
        }
        let now = self.core.clock.now();
        Ok(match next_due {
            None => Self::REST,
            // A due time beyond the horizon is impossible: the clock jumped back, and it counts as due.
            Some(due) if due > now + self.core.rules.retries.horizon() => Self::REST,
            Some(due) if due > now => due.since(now).min(Self::REST),
            // All mails that were due are claimed or passed over: it is an account.
            Some(_) => {
                accounts_due.notify(usize::MAX);
                Self::BREATH
            }
        })
    }

    /// Starts what was claimed; how many.
    fn take_off<'f>(
        &'f self,
        claims: Claims,
        lease: &Lease<'a>,
        limit: u32,
        flight: &mut Flight<'f, Done>,
    ) -> u32 {
        let count = u32::try_from(claims.mails.len()).unwrap_or(u32::MAX);
        flight.more |= count >= limit;
        for claimed in claims.mails {
            flight.take_off(claimed.mail.value.domain, self.work(claimed, lease.clone()));
        }
        count
    }

    /// Claims at most so many for this flight, which goes on meanwhile.
    async fn claim_for(
        &self,
        flight: &mut Flight<'_, Done>,
        limit: u32,
    ) -> Result<(Claims, Lease<'a>), Fault> {
        // Before the claim, not after: what it passes over may have room again by the time it is answered.
        flight.more = false;
        flight.alongside(self.claim(Some(limit), flight.crowded())).await
    }

    async fn claim(
        &self,
        at_most: Option<u32>,
        pass_over: BTreeSet<DomainTag>,
    ) -> Result<(Claims, Lease<'a>), Fault> {
        let core = self.core;
        core.service.looked();
        core.meet_keys(&mut core.deadline()).await?;
        core.meet_machine().await?;
        let retries = &core.rules.retries;
        let lease = Lease::begin(&*core.clock, retries.lease);
        let now = core.clock.now();
        let claim = Claim {
            id: CommitId::from_bytes(core.random()?),
            realm: core.realm.clone(),
            now,
            until: now + retries.lease,
            horizon: now + retries.horizon(),
            limit: at_most.map(Limit::of),
            pass_over,
        };
        // A store that gives no answer must not hold up the courier for ever, nor its end.
        let claims = core.deadline().within(core.store.claim(&claim)).await??;
        Ok((claims, lease))
    }

    async fn work(&self, claimed: Claimed, lease: Lease<'_>) -> Done {
        let work = async {
            match &claimed.mail.value.content {
                Content::Letter(_) | Content::ForHost(_) => self
                    .core
                    .deliver(claimed, Initiator::Courier, Retries::LONGEST_DELIVERY, &lease)
                    .await
                    .map(Done::Mail),
                Content::Intent(_) => self.core.fulfil(claimed.mail).await.map(|()| Done::Intent),
            }
        };
        let work = watched("courier", self.core.realm.as_str(), work);
        caught("courier", work).await.map_or(Done::Fault, |done| done.unwrap_or(Done::Fault))
    }
}
