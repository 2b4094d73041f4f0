//! Quotas: how many of a thing may happen, a burst and then one each period (the generic cell rate algorithm).
//!
//! A quota's whole state is one time stamp, its *level*: the instant until which the past has been paid for.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Span, Timestamp};

/// `burst` at once, then one each `period`: at most `burst + ⌊t / period⌋` in any span `t`.
///
/// ```
/// use accountable_core::domain::{Quota, Span, Timestamp};
/// let quota = Quota::new(1, Span::seconds(600)).unwrap();
/// let now = Timestamp::EPOCH;
/// let level = quota.take(None, now).unwrap();
/// assert_eq!(quota.take(Some(level), now), Err(Span::seconds(600)));
/// assert_eq!(quota.take(Some(level), now + Span::micros(599_999_999)), Err(Span::micros(1)));
/// assert!(quota.take(Some(level), now + Span::seconds(600)).is_ok());
/// ```
///
/// Settings and every other serde form say it as `5 / 600 s`: the burst, and the period as a [`Span`] is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    burst: u32,
    period: Span,
}

/// A text that is no quota, or one without a burst or a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write how many at once and then one each how long, as in \"5 / 600 s\"")]
pub struct NotAQuota;

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.burst, self.period.to_text())
    }
}

impl Serialize for Quota {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quota {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer).map_err(|_| D::Error::custom(NotAQuota))?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl Quota {
    /// One code mail each 600 s, for each account, purpose, recipient and side.
    pub const ACCOUNT: Self = Self { burst: 1, period: Span::seconds(600) };
    /// Twelve mails of one kind, then one each 2 h, for each recipient.
    pub const RECIPIENT: Self = Self { burst: 12, period: Span::hours(2) };
    /// Five mails at once, then one each 600 s, to an address without an account, or one that an owner wants.
    pub const NEW_RECIPIENT: Self = Self { burst: 5, period: Span::seconds(600) };
    /// Twenty requests for mail, then one each 180 s, for each origin.
    pub const ORIGIN: Self = Self { burst: 20, period: Span::seconds(180) };
    /// Two hundred requests for mail, then one each 18 s, for each wider network of origins.
    pub const NETWORK: Self = Self { burst: 200, period: Span::seconds(18) };
    /// One hundred log-in failures, then one each 36 s, for each origin.
    pub const ORIGIN_FAILURES: Self = Self { burst: 100, period: Span::seconds(36) };
    /// Ten wrong passwords, then one each 24 h, for each known device.
    pub const DEVICE_FAILURES: Self = Self { burst: 10, period: Span::hours(24) };
    /// Ten wrong passwords, then one each 2 h, for each account at its owner's door.
    pub const OWNER_FAILURES: Self = Self { burst: 10, period: Span::hours(2) };
    /// One thousand log-in failures, then one each 3.6 s, for each wider network of origins.
    pub const NETWORK_FAILURES: Self = Self { burst: 1_000, period: Span::millis(3_600) };
    /// Ten thousand sign-ups, then one each 0.36 s, for a whole realm.
    pub const SIGN_UPS_IN_ALL: Self = Self { burst: 10_000, period: Span::millis(360) };

    /// A quota of this burst and period; `None` where either is zero.
    #[must_use]
    pub const fn new(burst: u32, period: Span) -> Option<Self> {
        if burst == 0 || period.as_micros() == 0 { None } else { Some(Self { burst, period }) }
    }

    /// Reads a burst and a period, as in `5 / 600 s`. Blanks around either count for nothing.
    ///
    /// # Errors
    /// [`NotAQuota`].
    pub fn parse(text: &str) -> Result<Self, NotAQuota> {
        let (burst, period) = text.split_once('/').ok_or(NotAQuota)?;
        let (burst, period) = (burst.trim(), Span::parse(period).map_err(|_| NotAQuota)?);
        let plain = burst.bytes().all(|c| c.is_ascii_digit());
        burst.parse().ok().filter(|_| plain).and_then(|burst| Self::new(burst, period)).ok_or(NotAQuota)
    }

    /// How many are granted at once.
    #[must_use]
    pub const fn burst(self) -> u32 {
        self.burst
    }

    /// How long it takes until one more is granted.
    #[must_use]
    pub const fn period(self) -> Span {
        self.period
    }

    /// The furthest ahead of now that a level can be: a burst's worth.
    #[must_use]
    pub fn horizon(self) -> Span {
        self.period.times(u64::from(self.burst))
    }

    /// The highest level at which one more is granted at `now`.
    #[must_use]
    pub fn ceiling(self, now: Timestamp) -> Timestamp {
        now + self.period.times(u64::from(self.burst.saturating_sub(1)))
    }

    /// Takes one, and gives the new level.
    ///
    /// # Errors
    /// How long to wait, in `(0, period]`. A refusal changes no level, so it does not extend the wait.
    pub fn take(self, level: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Span> {
        match self.wait(level, now) {
            Some(wait) => Err(wait),
            None => Ok(level.map_or(now, |level| level.max(now)) + self.period),
        }
    }

    /// How long until one is granted; none if it is granted now.
    #[must_use]
    pub fn wait(self, level: Option<Timestamp>, now: Timestamp) -> Option<Span> {
        let level = self.possible(level?, now);
        let ceiling = self.ceiling(now);
        (level > ceiling).then(|| level.since(ceiling).min(self.period))
    }

    /// How many are granted at `now`, one after the other: the whole burst where nothing was taken.
    #[must_use]
    pub fn left(self, level: Option<Timestamp>, now: Timestamp) -> u32 {
        let level = self.possible(level.unwrap_or(now), now).max(now);
        let room = (now + self.horizon()).since(level).as_micros();
        let left = room.checked_div(self.period.as_micros()).unwrap_or(0);
        u32::try_from(left).unwrap_or(u32::MAX).min(self.burst)
    }

    /// Takes one if there is one: how an administrator's bypass is charged.
    ///
    /// What it passes over stays as it is, so that it can't be given back either.
    #[must_use]
    pub fn charge(self, level: Option<Timestamp>, now: Timestamp) -> Timestamp {
        let spent = || self.possible(level.unwrap_or(now), now);
        self.take(level, now).unwrap_or_else(|_| spent())
    }

    /// The level without what was taken at `taken_at`; none if anything else was taken before it was paid for, or
    /// after it: then a level can't tell what it would be without.
    /// (A bypass in the very microsecond of another's taking would pass for it; no two commits are that close.)
    #[must_use]
    pub fn give_back(self, level: Timestamp, taken_at: Timestamp) -> Option<Timestamp> {
        (level == taken_at + self.period).then_some(taken_at)
    }

    /// A level that lies further ahead than it can (the clock jumped back) comes down to the horizon.
    #[must_use]
    pub fn possible(self, level: Timestamp, now: Timestamp) -> Timestamp {
        level.min(now + self.horizon())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    fn quotas() -> impl Strategy<Value = Quota> {
        (1_u32..30, 1_u64..5_000).prop_map(|(burst, period)| Quota::new(burst, Span::micros(period)).unwrap())
    }

    proptest! {
        /// Clause 1, pure: in any span t at most b + ⌊t/T⌋.
        #[test]
        fn no_span_holds_more_than_the_quota(quota in quotas(), steps in prop::collection::vec(0_u64..3_000, 1..200)) {
            let mut level = None;
            let mut now = NOW;
            let mut granted: Vec<Timestamp> = Vec::new();
            for step in steps {
                now = now + Span::micros(step);
                if let Ok(taken) = quota.take(level, now) {
                    level = Some(taken);
                    granted.push(now);
                }
            }
            for (at, first) in granted.iter().enumerate() {
                for (count, last) in granted[at..].iter().enumerate() {
                    let allowed = u64::from(quota.burst) + last.since(*first).as_micros() / quota.period.as_micros();
                    prop_assert!((count as u64) < allowed);
                }
            }
        }

        /// What is left is just what can be taken, one after the other.
        #[test]
        fn what_is_left_can_be_taken_and_no_more(quota in quotas(), taken in 0_usize..60, after in 0_u64..50_000) {
            let mut level = None;
            for _ in 0..taken {
                level = quota.take(level, NOW).ok().or(level);
            }
            let now = NOW + Span::micros(after);
            let left = quota.left(level, now);
            for _ in 0..left {
                level = Some(quota.take(level, now).unwrap());
            }
            prop_assert!(quota.take(level, now).is_err());
            prop_assert_eq!(quota.left(level, now), 0);
        }

        /// Clauses 2 and 4: the wait is in (0, T], and exact to the microsecond.
        #[test]
        fn a_wait_is_exact(quota in quotas(), taken in 1_usize..60, after in 0_u64..5_000) {
            let mut level = None;
            for _ in 0..taken {
                level = quota.take(level, NOW).ok().or(level);
            }
            let now = NOW + Span::micros(after);
            if let Err(wait) = quota.take(level, now) {
                prop_assert!(wait > Span::ZERO && wait <= quota.period());
                prop_assert!(quota.take(level, now + wait).is_ok());
                prop_assert!(quota.take(level, now + Span::micros(wait.as_micros() - 1)).is_err());
            }
        }
    }

    #[test]
    fn one_microsecond_before_the_period_refuses_and_the_period_passes() {
        let level = Quota::ACCOUNT.take(None, NOW).unwrap();
        let just_before = NOW + Span::micros(599_999_999);
        assert_eq!(Quota::ACCOUNT.take(Some(level), just_before), Err(Span::micros(1)));
        assert!(Quota::ACCOUNT.take(Some(level), NOW + Span::seconds(600)).is_ok());
    }

    #[test]
    fn a_burst_is_granted_at_once_and_then_one_a_period() {
        let mut level = None;
        for _ in 0..5 {
            level = Some(Quota::NEW_RECIPIENT.take(level, NOW).unwrap());
        }
        assert_eq!(Quota::NEW_RECIPIENT.take(level, NOW), Err(Span::seconds(600)));
        let level = Quota::NEW_RECIPIENT.take(level, NOW + Span::seconds(600)).unwrap();
        assert!(Quota::NEW_RECIPIENT.take(Some(level), NOW + Span::seconds(600)).is_err());
    }

    #[test]
    fn a_clock_that_jumps_back_costs_one_period_at_most() {
        let level = Quota::ACCOUNT.take(None, NOW + Span::days(30)).unwrap();
        assert_eq!(Quota::ACCOUNT.take(Some(level), NOW), Err(Span::seconds(600)));
        let mended = Quota::ACCOUNT.possible(level, NOW);
        assert!(Quota::ACCOUNT.take(Some(mended), NOW + Span::seconds(600)).is_ok());
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let level = Quota::ACCOUNT.take(None, NOW).unwrap();
        let given_back = Quota::ACCOUNT.give_back(level, NOW).unwrap();
        assert!(Quota::ACCOUNT.take(Some(given_back), NOW).is_ok());
    }

    #[test]
    fn what_came_before_a_later_one_is_not_given_back() {
        let later = NOW + Span::seconds(600);
        let first = Quota::ACCOUNT.take(None, NOW).unwrap();
        let second = Quota::ACCOUNT.take(Some(first), later).unwrap();
        assert_eq!(Quota::ACCOUNT.give_back(second, NOW), None);
        assert_eq!(Quota::ACCOUNT.give_back(second, later), Some(later));
    }

    #[test]
    fn a_bypass_takes_what_there_is_and_leaves_the_rest() {
        let level = Quota::ACCOUNT.take(None, NOW).unwrap();
        assert_eq!(Quota::ACCOUNT.charge(None, NOW), level);
        let soon = NOW + Span::seconds(1);
        assert_eq!(Quota::ACCOUNT.charge(Some(level), soon), level);
        assert_eq!(Quota::ACCOUNT.give_back(level, soon), None);
    }

    #[test]
    fn a_quota_is_a_burst_and_a_period() {
        assert_eq!(Quota::parse("5 / 600 s").ok(), Quota::new(5, Span::seconds(600)));
        assert_eq!(Quota::parse("1/1h").ok(), Quota::new(1, Span::hours(1)));
        for text in ["", "5", "5 / 0 s", "0 / 1 s", "5 / s", "/ 1 s", "5 / 1 s / 2", "-5 / 1 s", "+5 / 1 s"] {
            assert_eq!(Quota::parse(text), Err(NotAQuota), "{text}");
        }
    }

    #[test]
    fn what_is_written_of_a_quota_is_read_again_exactly_extremes_included() {
        let most = Quota::new(u32::MAX, Span::MAX).unwrap();
        let least = Quota::new(1, Span::micros(1)).unwrap();
        for quota in [Quota::ACCOUNT, Quota::ORIGIN_FAILURES, least, most] {
            let text = serde_json::to_string(&quota).unwrap();
            assert_eq!(serde_json::from_str::<Quota>(&text).unwrap(), quota, "{text}");
        }
        assert_eq!(serde_json::to_string(&Quota::NEW_RECIPIENT).unwrap(), r#""5 / 10 min""#);
    }

    #[test]
    fn a_quota_of_nothing_is_not_read() {
        assert!(serde_json::from_str::<Quota>(r#""1 / 600 s""#).is_ok());
        assert!(serde_json::from_str::<Quota>(r#""0 / 600 s""#).is_err());
        assert!(serde_json::from_str::<Quota>(r#""1 / 0 s""#).is_err());
    }
}
