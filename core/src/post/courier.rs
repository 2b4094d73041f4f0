//! The courier: takes up what is due, decides what strangers asked for, delivers, and lets time pass on accounts.

use std::{
    collections::{BTreeSet, HashMap},
    future::Future,
    pin::{Pin, pin},
};

use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{Either, select},
    stream::FuturesUnordered,
};

use crate::{
    domain::{AccountId, Change, CommitId, Content, Initiator, Refusal, Retries, Span, Stop, Timestamp},
    engine::Core,
    engine::watch::{self, watched},
    engine::{Call, DecideError, Verdict},
    error::Fault,
    port::{AccountQuery, Claim, Claimed, Claims, Limit, StoreError, Trim, Who},
    post::delivery::Attempted,
};

/// Background work over what is due. Any number may be at it.
pub(crate) struct Courier<'a> {
    core: &'a Core,
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Swept {
    /// Mails that a server took.
    pub delivered: u32,
    /// Mails that a server refused for good; their addresses get no mail any more.
    pub refused: u32,
    /// Mails that failed for now.
    pub delayed: u32,
    /// Mails that were given up.
    pub dead: u32,
    /// Mails dropped since what they were for no longer stands.
    pub cancelled: u32,
    /// Strangers' requests that were decided.
    pub decided: u32,
    /// Accounts that time alone had changed.
    pub accounts: u32,
    /// Accounts whose hashes were sealed anew, under the active key.
    pub resealed: u32,
    /// Works that failed by a fault of the world; they are taken up again.
    pub faults: u32,
    /// When there will be more; none if nothing is in sight.
    pub next_due: Option<Timestamp>,
}

/// What one piece of work came to.
enum Done {
    Mail(Attempted),
    Intent,
    PutBack,
    Fault,
}

impl Swept {
    fn count(&mut self, done: &Done) {
        let counter = match done {
            Done::Mail(Attempted::Delivered) => &mut self.delivered,
            Done::Mail(Attempted::Refused(_)) => &mut self.refused,
            Done::Mail(Attempted::Delayed | Attempted::Open) => &mut self.delayed,
            Done::Mail(Attempted::Dead) => &mut self.dead,
            Done::Mail(Attempted::Cancelled) => &mut self.cancelled,
            Done::Intent => &mut self.decided,
            Done::Fault => &mut self.faults,
            Done::PutBack => return,
        };
        *counter = counter.saturating_add(1);
    }
}

/// Accounts that were looked after, and how many could not be.
#[derive(Default)]
struct Passed {
    accounts: u32,
    faults: u32,
}

/// What a look brought.
struct Looked {
    claimed: Vec<Claimed>,
    /// How long to rest if nothing happens.
    rest: Span,
}

/// One work under way; at its end, the domain that it leaves.
type Work<'a> = Pin<Box<dyn Future<Output = (Option<String>, Done)> + Send + 'a>>;

/// Works under way, and how many to each domain.
#[derive(Default)]
struct Flight<'a> {
    works: FuturesUnordered<Work<'a>>,
    per_domain: HashMap<String, usize>,
}

impl Flight<'_> {
    /// Takes a place for the domain, if it has one left.
    fn enters(&mut self, domain: &str) -> bool {
        let here = self.per_domain.entry(domain.to_owned()).or_default();
        let free = *here < Courier::PER_DOMAIN;
        *here = here.saturating_add(usize::from(free));
        free
    }

    /// One work lands; never, while none is under way.
    async fn landing(&mut self) {
        match self.works.next().await {
            Some((Some(domain), _)) => self.leave(&domain),
            Some((None, _)) => {}
            None => std::future::pending().await,
        }
    }

    /// The future's output; what is under way goes on meanwhile.
    async fn alongside<T>(&mut self, future: impl Future<Output = T> + Send) -> T {
        let mut future = pin!(future);
        loop {
            let landing = pin!(self.landing());
            if let Either::Left((output, _)) = select(future.as_mut(), landing).await {
                return output;
            }
        }
    }

    fn leave(&mut self, domain: &str) {
        if let Some(here) = self.per_domain.get_mut(domain) {
            *here = here.saturating_sub(1);
            if *here == 0 {
                self.per_domain.remove(domain);
            }
        }
    }
}

impl<'a> Courier<'a> {
    /// The longest sleep.
    const REST: Span = Span::seconds(30);
    /// The shortest sleep while something is due that can't be had.
    const BREATH: Span = Span::seconds(1);
    /// How long an event is kept that no account can be asked about: long enough to recognise a repeated offer, and no
    /// longer, so that strangers can't fill the disk.
    const STRAYS_KEPT: Span = Span::days(7);
    /// So many steps of trimming at a time.
    const TRIMS: u32 = 100;
    /// So many accounts are re-sealed at each look.
    const RESEALED: u32 = 100;
    /// Works under way at once.
    const WIDTH: usize = 64;
    /// Of which to one domain: a slow one holds up nobody else.
    const PER_DOMAIN: usize = 8;
    /// How long a mail waits that found its domain crowded.
    const CROWDED: Span = Span::seconds(5);

    pub(crate) fn new(core: &'a Core) -> Self {
        Self { core }
    }

    /// Everything due now, at most so many, to its end.
    pub(crate) async fn sweep(&self, at_most: u32) -> Result<Swept, Fault> {
        // First: what it queues is delivered with the rest.
        let passed = self.pass_time(at_most).await?;
        let mut swept = Swept { accounts: passed.accounts, faults: passed.faults, ..Swept::default() };
        let mut left = at_most;
        // What an intent queues is due at once: a sweep goes on until nothing is.
        while left > 0 {
            // No more than can start at once: a claim that waits for its turn could lapse, and be delivered twice.
            let Claims { mails: claimed, .. } =
                self.claim(Some(left.min(u32::try_from(Self::WIDTH).unwrap_or(1)))).await?;
            if claimed.is_empty() {
                break;
            }
            left = left.saturating_sub(u32::try_from(claimed.len()).unwrap_or(u32::MAX));
            let mut works = futures_util::stream::iter(claimed.into_iter().map(|claimed| self.work(claimed)))
                .buffer_unordered(Self::WIDTH);
            while let Some((_, done)) = works.next().await {
                swept.count(&done);
            }
        }
        swept.resealed = self.core.reseal(at_most, &Initiator::Courier).await?;
        self.trim().await?;
        swept.next_due = self.claim(None).await?.next_due;
        Ok(swept)
    }

    /// Until `shutdown` ends; then what has begun is finished.
    pub(crate) async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = pin!(shutdown.fuse());
        let mut flight = Flight::default();
        let mut trouble = 0_u32;
        loop {
            // Listening starts before looking, so that nothing is missed in between.
            let news = self.core.wake.listen();
            let room = Self::WIDTH.saturating_sub(flight.works.len());
            let looked = flight.alongside(self.look(room)).await;
            let rest = match looked {
                Ok(Looked { claimed, rest }) => {
                    trouble = 0;
                    claimed.into_iter().for_each(|claimed| self.take_off(&mut flight, claimed));
                    rest
                }
                Err(fault) => {
                    watch::troubled(&fault);
                    trouble = trouble.saturating_add(1).min(5);
                    Span::seconds(1_u64.checked_shl(trouble).unwrap_or(32)).min(Self::REST)
                }
            };
            let idle = select(news, self.core.clock.sleep(rest));
            let mut landing = pin!(flight.landing());
            if let Either::Left(_) = select(shutdown.as_mut(), select(landing.as_mut(), idle)).await {
                break;
            }
        }
        while flight.works.next().await.is_some() {}
    }

    /// Starts one work, unless its domain is crowded; then it is put back for a while.
    fn take_off<'f>(&'f self, flight: &mut Flight<'f>, claimed: Claimed) {
        match domain_of(&claimed) {
            Some(domain) if !flight.enters(&domain) => flight.works.push(Box::pin(self.put_back(claimed))),
            _ => flight.works.push(Box::pin(self.work(claimed))),
        }
    }

    /// What is due, as far as there is room; where nothing is, lets time pass and looks when something will be.
    async fn look(&self, room: usize) -> Result<Looked, Fault> {
        if room == 0 {
            return Ok(Looked { claimed: Vec::new(), rest: Self::REST });
        }
        let Claims { mails: claimed, .. } = self.claim(Some(u32::try_from(room).unwrap_or(1))).await?;
        if !claimed.is_empty() {
            // There may be more: look again at once, or as soon as anything lands.
            let rest = if claimed.len() < room { Span::ZERO } else { Self::REST };
            return Ok(Looked { claimed, rest });
        }
        self.pass_time(100).await?;
        let resealed = self.core.reseal(Self::RESEALED, &Initiator::Courier).await?;
        self.trim().await?;
        if resealed == Self::RESEALED {
            return Ok(Looked { claimed, rest: Span::ZERO });
        }
        let now = self.core.clock.now();
        let rest = match self.claim(None).await?.next_due {
            // A due time beyond the horizon is impossible: the clock jumped back, and it counts as due.
            Some(due) if due > now + self.core.rules.retries.horizon() => Self::REST,
            // What is due and was not to be had a moment ago is another's, or can't be helped now.
            Some(due) => due.since(now).max(Self::BREATH).min(Self::REST),
            None => Self::REST,
        };
        Ok(Looked { claimed, rest })
    }

    async fn claim(&self, at_most: Option<u32>) -> Result<Claims, Fault> {
        let now = self.core.clock.now();
        let retries = &self.core.rules.retries;
        let claim = Claim {
            id: CommitId::from_bytes(self.core.random()?),
            realm: self.core.realm.clone(),
            now,
            until: now + retries.lease,
            horizon: now + retries.horizon(),
            limit: at_most.map(Limit::of),
            pass_over: BTreeSet::new(),
        };
        self.ask(self.core.store.claim(&claim)).await
    }

    /// The store's answer; a store that gives none must not hold up the courier for ever, nor its end.
    async fn ask<T>(&self, call: impl Future<Output = Result<T, StoreError>> + Send) -> Result<T, Fault> {
        Ok(self.core.deadline().within(call).await??)
    }

    async fn work(&self, claimed: Claimed) -> (Option<String>, Done) {
        let domain = domain_of(&claimed);
        let done = watched("courier", self.core.realm.as_str(), async {
            match &claimed.mail.value.content {
                Content::Letter(_) | Content::ForHost(_) => self
                    .core
                    .deliver(claimed, Initiator::Courier, Retries::LONGEST_DELIVERY)
                    .await
                    .map(Done::Mail),
                Content::Intent(_) => self.core.fulfil(claimed.mail).await.map(|()| Done::Intent),
            }
        });
        (domain, done.await.unwrap_or(Done::Fault))
    }

    /// For a while, untried. Gives no domain: it did not enter any.
    async fn put_back(&self, claimed: Claimed) -> (Option<String>, Done) {
        let until = self.core.clock.now() + Self::CROWDED;
        let back = claimed.mail.value.clone().put_back(until);
        let done = self.core.replace_mail(claimed.mail, Some(back), Change::none()).await;
        (None, done.map_or(Done::Fault, |()| Done::PutBack))
    }

    /// Does what is due for accounts.
    async fn pass_time(&self, at_most: u32) -> Result<Passed, Fault> {
        let core = self.core;
        let mut query =
            Some(AccountQuery::Overdue { realm: core.realm.clone(), now: core.clock.now(), after: None });
        let mut passed = Passed::default();
        // Page by page: an account that can't be written now, as a host may veto it, holds up none behind it.
        while let Some(page) = query.take_if(|_| passed.accounts < at_most && passed.faults < at_most) {
            let overdue = self.ask(core.store.accounts(&page, Limit::of(at_most))).await?;
            for account in overdue.items {
                match self.look_after(account.value.id).await {
                    Ok(()) => passed.accounts = passed.accounts.saturating_add(1),
                    Err(DecideError::Failed(fault)) => {
                        watch::troubled(&fault);
                        passed.faults = passed.faults.saturating_add(1);
                    }
                    Err(_) => {}
                }
            }
            query = overdue.next;
        }
        Ok(passed)
    }

    /// Does what is due for one account: what time alone did to it is written down, its owner is warned, or its time is
    /// over.
    async fn look_after(&self, id: AccountId) -> Result<(), DecideError> {
        let core = self.core;
        let decided = core
            .decide(Call::new(Who::id(id), Initiator::Courier), |dossier, moment, _| {
                let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
                if account.is_over(moment.now) {
                    return Ok(Verdict::new(Change::none(), true));
                }
                // The loop lets time pass before each rule, and writes that down.
                Ok::<_, Stop>(Verdict::new(account.due_work(&core.due_work(moment))?, false))
            })
            .await?;
        if decided.value { core.erase_overdue(id).await } else { Ok(()) }
    }

    async fn trim(&self) -> Result<(), Fault> {
        let core = self.core;
        let now = core.clock.now();
        let trim = Trim {
            realm: core.realm.clone(),
            now,
            events_before: core.rules.journal_kept.map(|kept| now - kept),
            strays_before: now - Self::STRAYS_KEPT,
            dead_mails_before: core.rules.dead_mails_kept.map(|kept| now - kept),
            limit: Limit::of(100),
        };
        // A bounded step at a time, so that others get their turn at the store; and not for ever.
        for _ in 0..Self::TRIMS {
            if !self.ask(core.store.trim(&trim)).await? {
                break;
            }
        }
        Ok(())
    }
}

fn domain_of(claimed: &Claimed) -> Option<String> {
    let (_, dispatch) = claimed.mail.value.dispatch()?;
    let facts = claimed.dossier.account.as_ref()?.value.facts().ok()?;
    facts.mailbox(dispatch.recipient).map(|mailbox| mailbox.address.domain().to_owned())
}
