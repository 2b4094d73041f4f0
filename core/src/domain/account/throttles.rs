//! The throttles that an account keeps: for each purpose, recipient and side, when the next mail with a code may go out.

pub(super) mod form;

use serde::{Deserialize, Serialize};

use super::{Account, Facts, Life, Mailbox, Purpose, Timestamp};
use crate::domain::{EmailKey, Keyring, Quota, QuotaTag, Realm, Refusal};

/// Who asked for a mail with a code. Each side has a throttle of its own, so that what strangers ask for never holds back
/// staff, or the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Somebody at the public door, whoever they are.
    Stranger,
    /// The account's own side: its signed-in owner, staff, or the bearer of a genuine code.
    Account,
}

/// What a throttle is for: the purpose of the mail, its recipient, and who asked.
///
/// The recipient is named by [`Keyring::throttle_tag`], so that another address has a throttle of its own, and another
/// spelling of the same one has not.
pub(super) type ThrottleKey = (Purpose, QuotaTag, Side);

impl Facts {
    /// How many throttles an account keeps. There are as many only where the quota's period is far longer than its default;
    /// of more, the one that ends first goes.
    pub const THROTTLES_MOST: usize = 32;

    /// Keeps a throttle's new level.
    pub(super) fn throttle(&mut self, of: ThrottleKey, level: Timestamp) {
        self.throttles.insert(of, level);
        if self.throttles.len() > Self::THROTTLES_MOST
            && let Some(first) = self.throttles.iter().min_by_key(|(_, level)| **level).map(|(of, _)| *of)
        {
            self.throttles.remove(&first);
        }
    }

    /// The mails for that purpose to that recipient were answered, for a code of theirs was redeemed: whoever asks again
    /// gets another.
    pub(super) fn free_throttle(&mut self, purpose: Purpose, recipient: QuotaTag) {
        self.throttles.retain(|(of, to, _), _| (*of, *to) != (purpose, recipient));
    }

    /// The level of a throttle after one more mail.
    ///
    /// # Errors
    /// [`Refusal::Throttled`]; never where the throttle is passed over.
    pub(super) fn throttled(
        &self,
        of: ThrottleKey,
        quota: Quota,
        bypass: bool,
        now: Timestamp,
    ) -> Result<Timestamp, Refusal> {
        let level = self.throttles.get(&of).copied();
        if bypass {
            return Ok(quota.charge(level, now));
        }
        quota.take(level, now).map_err(|retry_after| Refusal::Throttled { retry_after })
    }
}

impl Account {
    /// Gives the throttle back what the mail queued at `queued_at` took, which the server refused before accepting
    /// it. None if there is nothing to give back: its time has passed, or another mail has gone out since.
    #[must_use]
    pub fn give_back(
        &self,
        keys: &Keyring,
        purpose: Purpose,
        to: &Mailbox,
        queued_at: Timestamp,
        quota: Quota,
    ) -> Option<Self> {
        let mut next = self.clone();
        let Life::Live(facts) = &mut next.life else {
            return None;
        };
        let recipient = keys.throttle_tag(&self.realm, &to.key);
        // Whose side the mail was on is told by when it was queued.
        let taken = facts.throttles.iter_mut().filter(|((of, to, _), _)| (*of, *to) == (purpose, recipient));
        let (level, given_back) = taken
            .filter_map(|(_, level)| Some((quota.give_back(*level, queued_at)?, level)))
            .map(|(given_back, level)| (level, given_back))
            .next()?;
        *level = given_back;
        Some(next)
    }
}

/// Names the throttle of a mail.
pub(super) fn throttle_of(
    keys: &Keyring,
    realm: &Realm,
    purpose: Purpose,
    recipient: &EmailKey,
    side: Side,
) -> ThrottleKey {
    (purpose, keys.throttle_tag(realm, recipient), side)
}
