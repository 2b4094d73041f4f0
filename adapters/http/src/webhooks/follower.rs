//! The follower of the journal that tells an endpoint what happened, one event at a time.

use std::{fmt, future::Future, pin::pin, sync::Arc};

use accountable_core::{
    Accounts, Bookmark, BookmarkError, Fault, Journal, JournalError,
    domain::{Event, Span, Timestamp},
    port::{Clock, Cursor, Entropy},
};
use axum::http::StatusCode;

use crate::client::NoClient;

use super::{
    call::{Answered, Caller},
    endpoint::Endpoint,
    held::{Held, name_of},
    message::Message,
    progress::{Failing, GivenUp, Progress},
    watch,
};

/// How old an event is that is not tried again.
const OLDEST: Span = Span::hours(72);

/// The wait after the first failure, and the longest.
const BACK_OFF: (Span, Span) = (Span::seconds(5), Span::minutes(15));

/// How long until the journal is read again where there was nothing new; and how often the place is kept at most.
const PAUSE: Span = Span::seconds(1);

/// How long until the store is asked again that did not answer.
const STORE_PAUSE: Span = Span::seconds(5);

/// How long another follower must have kept nothing until this one goes on in its place.
const STAND_BY: Span = Span::seconds(30);

/// Tells an endpoint what happens in a realm.
pub struct Follower {
    accounts: Accounts,
    caller: Caller,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Why a follower ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// It was asked to.
    Asked,
    /// The endpoint answered 410: it wants no more. A follower that is run anew tries again, with the same event.
    Gone,
}

impl Follower {
    /// A follower of these accounts, with a clock to wait by and randomness to spread its attempts.
    ///
    /// # Errors
    /// [`NoClient`] where the machine can't call the endpoint's URL.
    pub fn new(
        accounts: Accounts,
        endpoint: Endpoint,
        clock: impl Clock,
        entropy: impl Entropy,
    ) -> Result<Self, NoClient> {
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let caller = Caller::new(endpoint, Arc::clone(&clock))?;
        Ok(Self { accounts, caller, clock, entropy: Arc::new(entropy) })
    }

    /// Where it tells what happens.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        self.caller.endpoint()
    }

    /// Tells what happens until `shutdown` ends or the endpoint wants no more. It needs a Tokio runtime.
    ///
    /// Dropping it is as good as a crash: whoever follows next goes on from what was kept last, and tells again what was told
    /// since. Failures of the store are waited out and told to the operators.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Ended {
        let mut following = Following::new(&self);
        let mut shutdown = pin!(shutdown);
        let ended = loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break Ended::Asked,
                gone = following.turn() => if gone { break Ended::Gone },
            }
        };
        // Where this fails, the last second is told again.
        let _ = following.keep().await;
        ended
    }

    /// How long to wait after so many failures in a row.
    fn back_off(&self, failures: u32) -> Span {
        let (first, longest) = (BACK_OFF.0.as_micros(), BACK_OFF.1.as_micros());
        let doubled = 2_u64.saturating_pow(failures.saturating_sub(1));
        let whole = first.saturating_mul(doubled).min(longest);
        let mut random = [0; 8];
        let drawn = self.entropy.fill(&mut random).map_or(0, |()| u64::from_le_bytes(random));
        let off = drawn.checked_rem(whole.div_euclid(2).max(1)).unwrap_or_default();
        Span::micros(whole.saturating_sub(off))
    }
}

impl fmt::Debug for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follower").field("endpoint", self.endpoint()).finish_non_exhaustive()
    }
}

/// What came of telling an event.
enum Told {
    Taken,
    Gone,
    Failed(Answered),
}

/// What comes after a step.
enum Then {
    GoOn,
    Wait(Span),
    End,
}

/// How far a follower that runs has come. Nothing of it changes but after what it waited for, so that it can be dropped anywhere.
struct Following<'a> {
    follower: &'a Follower,
    journal: Journal,
    /// None before it was read, and where another went on under the same name.
    bookmark: Option<Bookmark>,
    /// What another had kept when this one looked last.
    another: Option<Bookmark>,
    progress: Progress,
    /// Whether there is progress that is not kept.
    unkept: bool,
    kept_at: Timestamp,
    /// The event to be told next, and the place after it.
    next: Option<(Event, Cursor)>,
    failures: u32,
    store_is_away: bool,
    /// When it looked last whether somebody else kept something.
    looked_at: Timestamp,
}

impl<'a> Following<'a> {
    fn new(follower: &'a Follower) -> Self {
        Self {
            follower,
            journal: follower.accounts.journal(),
            bookmark: None,
            another: None,
            progress: Progress::default(),
            unkept: false,
            kept_at: follower.clock.now(),
            next: None,
            failures: 0,
            store_is_away: false,
            looked_at: follower.clock.now(),
        }
    }

    /// Takes a step, and waits where there is nothing to do. Tells whether that was the last.
    async fn turn(&mut self) -> bool {
        let then = self.step().await;
        let name = self.follower.endpoint().name();
        if let (Err(fault), false) = (&then, self.store_is_away) {
            watch::held_up(name, fault.code());
        }
        self.store_is_away = then.is_err();
        match then {
            Ok(Then::GoOn) => {}
            Ok(Then::End) => return true,
            Ok(Then::Wait(span)) => self.follower.clock.sleep(span).await,
            Err(_) => self.follower.clock.sleep(STORE_PAUSE).await,
        }
        false
    }

    async fn step(&mut self) -> Result<Then, Fault> {
        if self.bookmark.is_none() {
            return self.open().await;
        }
        let now = self.follower.clock.now();
        // A clock that jumped back is no reason to wait.
        if self.unkept && (now < self.kept_at || now.since(self.kept_at) >= PAUSE) {
            return self.keep().await;
        }
        if self.looked_at > now || now.since(self.looked_at) >= STAND_BY {
            return self.look().await;
        }
        if let Some(at) = self.progress.held.iter().position(|held| held.is_due(now)) {
            return self.again(at).await;
        }
        let Some((event, _)) = self.next.as_ref() else { return self.read().await };
        if let Some(held) = self.progress.held.iter_mut().find(|held| held.holds(event)) {
            held.last = name_of(event);
            self.advance();
            return Ok(Then::GoOn);
        }
        let event = event.clone();
        match self.tell(&event).await? {
            None | Some(Told::Taken) => self.advance(),
            Some(Told::Gone) => return Ok(Then::End),
            Some(Told::Failed(answer)) => return Ok(self.failed(&event, answer)),
        }
        Ok(Then::GoOn)
    }

    /// Tells an event once; none where the endpoint is told no such event.
    async fn tell(&mut self, event: &Event) -> Result<Option<Told>, Fault> {
        let Follower { accounts, caller, .. } = self.follower;
        let name = caller.endpoint().name();
        let message = Message::of(event, caller.endpoint().form(), accounts).await?;
        let Some(message) = message else { return Ok(None) };
        Ok(Some(match caller.call(&message.id, &message.body).await {
            Answered::With(taken) if taken.is_success() => {
                watch::count(name, "told");
                if self.progress.failing.take().is_some() {
                    watch::works_again(name);
                    self.unkept = true;
                }
                Told::Taken
            }
            Answered::With(StatusCode::GONE) => {
                watch::gone(name);
                Told::Gone
            }
            failed => {
                watch::count(name, "failed");
                Told::Failed(failed)
            }
        }))
    }

    /// Tries again what was refused, and goes on with what waits behind it.
    async fn again(&mut self, at: usize) -> Result<Then, Fault> {
        let Some(held) = self.progress.held.get(at) else { return Ok(Then::GoOn) };
        let first = held.first(&self.journal).await?;
        let (last, tries) = (held.last.clone(), held.tries);
        self.unkept = true;
        let Some((event, after)) = first else {
            self.progress.held.remove(at);
            self.give_up(Some(last), "trimmed".to_owned());
            return Ok(Then::GoOn);
        };
        match self.tell(&event).await? {
            Some(Told::Gone) => return Ok(Then::End),
            Some(Told::Failed(answer)) if self.is_young(&event) => {
                let rest = self.follower.back_off(tries.failures.saturating_add(1));
                if let Some(held) = self.progress.held.get_mut(at) {
                    held.tries = tries.failed(self.follower.clock.now(), rest);
                    held.why = answer.to_string();
                }
                return Ok(Then::GoOn);
            }
            Some(Told::Failed(answer)) => self.give_up(Some(name_of(&event)), answer.to_string()),
            None | Some(Told::Taken) => {}
        }
        self.progress.step_over(at, &event, after);
        Ok(Then::GoOn)
    }

    /// Looks whether an operator, or another follower, has kept something meanwhile.
    async fn look(&mut self) -> Result<Then, Fault> {
        let kept = self.journal.bookmark(self.follower.endpoint().name()).await?;
        self.looked_at = self.follower.clock.now();
        if self.bookmark.as_ref().is_some_and(|bookmark| !bookmark.is_as_old_as(&kept)) {
            self.another = self.bookmark.take();
        }
        Ok(Then::GoOn)
    }

    /// Whether an event that failed is tried again.
    fn is_young(&self, event: &Event) -> bool {
        self.follower.clock.now().since(event.at) <= OLDEST
    }

    /// Reads where to begin; where another follows, once it has stopped.
    async fn open(&mut self) -> Result<Then, Fault> {
        let name = self.follower.endpoint().name();
        let bookmark = self.journal.bookmark(name).await?;
        if self.another.as_ref().is_some_and(|another| !another.is_as_old_as(&bookmark)) {
            self.another = Some(bookmark);
            return Ok(Then::Wait(STAND_BY));
        }
        self.progress = Progress::read(bookmark.content()).unwrap_or_else(|damaged| {
            watch::held_up(name, damaged.code());
            Progress::default()
        });
        (self.bookmark, self.another, self.next, self.unkept) = (Some(bookmark), None, None, false);
        Ok(Then::GoOn)
    }

    /// Keeps how far it came, if there is anything to keep.
    async fn keep(&mut self) -> Result<Then, Fault> {
        let (Some(bookmark), true) = (&self.bookmark, self.unkept) else { return Ok(Then::GoOn) };
        let content = self.progress.to_json()?;
        match self.journal.keep(bookmark, content).await {
            Ok(kept) => {
                (self.bookmark, self.unkept, self.kept_at) = (Some(kept), false, self.follower.clock.now());
                Ok(Then::GoOn)
            }
            Err(BookmarkError::Failed(fault)) => {
                // It may have been kept all the same.
                if let Fault::OutcomeUnknown = fault {
                    self.bookmark = None;
                }
                Err(fault)
            }
            Err(other) => {
                watch::held_up(self.follower.endpoint().name(), other.code());
                self.another = self.bookmark.take();
                Ok(Then::GoOn)
            }
        }
    }

    /// Reads the next event. One at a time: only so is there a place after each.
    async fn read(&mut self) -> Result<Then, Fault> {
        match self.journal.feed(self.progress.after.clone(), 1).await {
            Ok(mut feed) => match feed.events.pop() {
                Some(event) => self.next = Some((event, feed.cursor)),
                None => {
                    self.progress.after = Some(feed.cursor);
                    return Ok(if feed.more { Then::GoOn } else { Then::Wait(PAUSE) });
                }
            },
            Err(JournalError::Failed(fault)) => return Err(fault),
            Err(trimmed) => {
                self.progress.after = None;
                self.give_up(None, trimmed.code().to_owned());
            }
        }
        Ok(Then::GoOn)
    }

    /// What follows where the event that was to be told was not taken.
    fn failed(&mut self, event: &Event, answer: Answered) -> Then {
        let name = self.follower.endpoint().name();
        let (now, why) = (self.follower.clock.now(), answer.to_string());
        if !self.is_young(event) {
            self.give_up(Some(name_of(event)), why);
            self.advance();
            return Then::GoOn;
        }
        if answer.is_about_the_event() && self.progress.has_room() {
            watch::held_back(name, &name_of(event), &why);
            watch::count(name, "held");
            let mut held = Held::of(event, self.progress.after.clone(), why);
            held.tries = held.tries.failed(now, self.follower.back_off(1));
            self.progress.held.push(held);
            self.advance();
            return Then::GoOn;
        }
        if self.progress.failing.is_none() {
            watch::held_up(name, &why);
            (self.progress.failing, self.unkept) = (Some(Failing { since: now, why }), true);
        }
        self.failures = self.failures.saturating_add(1);
        Then::Wait(self.follower.back_off(self.failures))
    }

    /// The event is done with.
    fn advance(&mut self) {
        if let Some((_, after)) = self.next.take() {
            self.progress.after = Some(after);
            self.unkept = true;
        }
        self.failures = 0;
    }

    fn give_up(&mut self, event: Option<String>, why: String) {
        let name = self.follower.endpoint().name();
        watch::given_up(name, event.as_deref(), &why);
        watch::count(name, "given_up");
        self.progress.give_up(GivenUp { event, at: self.follower.clock.now(), why });
        self.unkept = true;
    }
}
