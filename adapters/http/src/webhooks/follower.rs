//! The follower of the journal that tells an endpoint what happened, one event at a time.

use std::{fmt, future::Future, pin::pin, sync::Arc};

use accountable_core::{
    Accounts, Bookmark, BookmarkError, Fault, Journal, JournalError,
    domain::{Event, Span, Timestamp},
    port::{Clock, Cursor, Entropy},
};
use axum::http::{
    Request, StatusCode,
    header::{CONTENT_TYPE, USER_AGENT},
};
use futures_util::future::{Either, select};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Body as _;

use crate::client::{HttpClient, NoClient};

use super::{
    endpoint::Endpoint,
    message::Message,
    progress::{GivenUp, Progress},
    watch,
};

/// How long an endpoint may take to answer.
const PATIENCE: Span = Span::seconds(15);

/// How long the rest of an answer is waited for, so that its connection can serve again.
const REST: Span = Span::seconds(2);

/// The longest rest of an answer that is waited for, in octets.
const LONGEST_REST: u64 = 65_536;

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
    endpoint: Endpoint,
    client: HttpClient,
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
        let client = HttpClient::new(endpoint.url(), None)?;
        Ok(Self { accounts, endpoint, client, clock: Arc::new(clock), entropy: Arc::new(entropy) })
    }

    /// Where it tells what happens.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
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

    /// Tells the endpoint once.
    async fn tell(&self, message: &Message) -> Answer {
        let seconds = self.clock.now().since(Timestamp::EPOCH).to_std().as_secs().to_string();
        let signature = self.endpoint.sign(&message.id, &seconds, &message.body);
        let request = Request::post(self.endpoint.url())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "accountable")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature)
            .body(Full::from(message.body.clone()));
        let Ok(request) = request else { return Answer::Failed("no request".into()) };
        let answer = match select(pin!(self.client.call(request)), self.clock.sleep(PATIENCE)).await {
            Either::Left((Ok(answer), _)) => answer,
            Either::Left((Err(error), _)) if error.is_unreached() => {
                return Answer::Failed("no connection".into());
            }
            Either::Left((Err(_), _)) | Either::Right(_) => return Answer::Failed("no answer".into()),
        };
        let status = answer.status();
        let body = answer.into_body();
        if body.size_hint().upper().is_some_and(|rest| rest <= LONGEST_REST) {
            select(pin!(body.collect()), self.clock.sleep(REST)).await;
        }
        match status {
            StatusCode::GONE => Answer::Gone,
            taken if taken.is_success() => Answer::Told,
            other => Answer::Failed(format!("status {}", other.as_u16())),
        }
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
        f.debug_struct("Follower").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// What came of an attempt.
enum Answer {
    Told,
    Gone,
    Failed(String),
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
        }
    }

    /// Takes a step, and waits where there is nothing to do. Tells whether that was the last.
    async fn turn(&mut self) -> bool {
        let then = self.step().await;
        let name = self.follower.endpoint.name();
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
        match self.next.as_ref() {
            None => self.read().await,
            Some((event, _)) => {
                let message = Message::of(event)?;
                let (at, answer) = (event.at, self.follower.tell(&message).await);
                Ok(self.answered(message, at, answer))
            }
        }
    }

    /// Reads where to begin; where another follows, once it has stopped.
    async fn open(&mut self) -> Result<Then, Fault> {
        let name = self.follower.endpoint.name();
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
        let content = serde_json::to_string(&self.progress);
        let content = content.map_err(|_| Fault::Defect("a follower's progress has no form in JSON"))?;
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
                watch::held_up(self.follower.endpoint.name(), other.code());
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

    /// What follows from an answer to the event that was to be told.
    fn answered(&mut self, message: Message, at: Timestamp, answer: Answer) -> Then {
        let name = self.follower.endpoint.name();
        match answer {
            Answer::Told => {
                watch::count(name, "told");
                if self.failures > 0 {
                    watch::works_again(name);
                }
                self.advance();
            }
            Answer::Gone => {
                watch::gone(name);
                return Then::End;
            }
            Answer::Failed(why) => {
                watch::count(name, "failed");
                if self.failures == 0 {
                    watch::held_up(name, &why);
                }
                self.failures = self.failures.saturating_add(1);
                if self.follower.clock.now().since(at) <= OLDEST {
                    return Then::Wait(self.follower.back_off(self.failures));
                }
                self.give_up(Some(message.id), why);
                let failures = self.failures;
                self.advance();
                // The endpoint does not work all the same.
                self.failures = failures;
            }
        }
        Then::GoOn
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
        let name = self.follower.endpoint.name();
        watch::given_up(name, event.as_deref(), &why);
        watch::count(name, "given_up");
        self.progress.give_up(GivenUp { event, at: self.follower.clock.now(), why });
        self.unkept = true;
    }
}
