//! A mail in the outbox: what it is for, how often it was tried, and what becomes of it.
//!
//! The outbox holds neither addresses nor codes: it names an account's address by its ordinal and a code by
//! its nonce. What is known only to a stranger's request is sealed.

use serde::{Deserialize, Serialize};

use super::{
    AccountId, DomainTag, FormatVersion, HostNotice, LinkUrl, Locale, MailId, MailKind, Nonce, Notice,
    Ordinal, Purpose, Realm, SealedCircumstances, SealedIntent, Span, Timestamp, Undeliverable, Unknown,
};

/// A mail, or what a stranger asked for and a courier has yet to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The version of the stored format of this record.
    pub v: FormatVersion<1>,
    /// The mail's name, from which its `Message-ID` is made.
    pub id: MailId,
    /// The tenant whose outbox it is in.
    pub realm: Realm,
    /// What the mail is for, and whom it goes to.
    pub content: Content,
    /// The domain that it goes to; none for an intent, whose recipient nobody knows yet. A queued mail gets it in its first
    /// commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainTag>,
    /// When that happened which it tells of, by whom, and roughly from where; none for an intent, which has them in its
    /// seal. A queued mail gets them in its first commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circumstances: Option<Box<SealedCircumstances>>,
    /// The language of the request that caused it, for a reader whose account has none; none where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Box<Locale>>,
    /// When it was put into the outbox.
    pub queued_at: Timestamp,
    /// How many times a courier took it up.
    pub attempts: u32,
    /// How far its delivery has come.
    pub state: MailState,
    /// The fields of the stored record that a newer build added and this one does not know.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// What a mail is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// To an address of an account.
    Letter(Dispatch),
    /// A stranger's request: the courier opens it and decides.
    Intent(SealedIntent),
    /// To the host, at the address that it named for notices.
    ForHost(HostNotice),
}

/// A mail to an address of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatch {
    /// The account that it goes to.
    pub account: AccountId,
    /// The number, within the account, of the address that it goes to.
    pub recipient: Ordinal,
    /// What the mail says: a code, or a notice.
    pub subject: Subject,
    /// Which kind of mail a stranger caused; none if the owner, staff or time did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stranger_caused: Option<MailKind>,
}

/// What a mail to an account says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The mail carries a code.
    Code {
        /// What it is good for.
        purpose: Purpose,
        /// Which confirmation: the mail is cancelled unless that one still stands.
        nonce: Nonce,
        /// The page it leads to.
        page: LinkUrl,
    },
    /// The mail tells that something happened.
    Notice(Notice),
}

/// Where a mail stands. Delivered and cancelled mails are removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// Waits for its first courier.
    Queued,
    /// A courier has it, until then.
    Claimed {
        /// The end of the claim: from then on another courier may take the mail.
        until: Timestamp,
    },
    /// An attempt failed, and there will be another.
    Retry {
        /// The earliest time of the next attempt.
        at: Timestamp,
    },
    /// Given up. A dead mail can be listed, and queued again by an administrator.
    Dead {
        /// What it was given up for.
        why: DeathCause,
        /// When it was given up.
        at: Timestamp,
    },
}

/// Why a mail was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeathCause {
    /// Its attempts or its time are spent.
    Spent,
    /// The recipient can't be reached.
    Undeliverable(Undeliverable),
    /// The time of its code ran out before a mail server took it.
    Expired,
    /// It is to nobody of those to whom alone mails go ([`OnlyTo`](super::OnlyTo)).
    Withheld,
}

impl Dispatch {
    /// Whether its reader is told roughly from where it was caused. Not at an address that somebody merely typed: its
    /// reader may have nothing to do with who did.
    #[must_use]
    pub fn tells_origin(&self) -> bool {
        match &self.subject {
            Subject::Code { purpose: Purpose::PasswordSet | Purpose::EmailConfirm, .. }
            | Subject::Notice(Notice::EmailTaken) => false,
            Subject::Code { .. } | Subject::Notice(_) => true,
        }
    }

    /// Whether it takes back what somebody else may have done: it is tried even where no other mail is.
    #[must_use]
    pub fn is_remedy(&self) -> bool {
        matches!(&self.subject, Subject::Code { purpose, .. } if purpose.is_remedy())
    }
}

impl Mail {
    /// A new mail, for the next courier.
    #[must_use]
    pub fn queued(id: MailId, realm: Realm, content: Content, now: Timestamp) -> Self {
        Self {
            v: FormatVersion,
            id,
            realm,
            content,
            domain: None,
            circumstances: None,
            locale: None,
            queued_at: now,
            attempts: 0,
            state: MailState::Queued,
            unknown: Unknown::default(),
        }
    }

    /// When it should be taken up; none once it is dead.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        match self.state {
            MailState::Queued => Some(self.queued_at),
            MailState::Claimed { until: at } | MailState::Retry { at } => Some(at),
            MailState::Dead { .. } => None,
        }
    }

    /// The account that it goes to, or speaks of; an intent does not say.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match &self.content {
            Content::Letter(dispatch) => Some(dispatch.account),
            Content::ForHost(notice) => Some(notice.account()),
            Content::Intent(_) => None,
        }
    }

    /// What its code is good for, and which one it is, if it carries one.
    #[must_use]
    pub fn code(&self) -> Option<(Purpose, Nonce)> {
        match &self.content {
            Content::Letter(Dispatch { subject: Subject::Code { purpose, nonce, .. }, .. }) => {
                Some((*purpose, *nonce))
            }
            Content::Letter(_) | Content::Intent(_) | Content::ForHost(_) => None,
        }
    }

    /// The page that its code leads to, if it carries one.
    #[must_use]
    pub fn page(&self) -> Option<&LinkUrl> {
        match &self.content {
            Content::Letter(Dispatch { subject: Subject::Code { page, .. }, .. }) => Some(page),
            Content::Letter(_) | Content::Intent(_) | Content::ForHost(_) => None,
        }
    }

    /// Given up: queued again as if it were new, to be tried as often.
    #[must_use]
    pub fn requeued(mut self, now: Timestamp) -> Self {
        self.attempts = 0;
        self.queued_at = now;
        self.state = MailState::Queued;
        self
    }

    /// Taken up by a courier: one more attempt, and nobody else's until then.
    #[must_use]
    pub fn claimed(mut self, until: Timestamp) -> Self {
        self.attempts = self.attempts.saturating_add(1);
        self.state = MailState::Claimed { until };
        self
    }

    /// Failed for now: to be tried again, or given up.
    #[must_use]
    pub fn failed(mut self, now: Timestamp, rule: &Retries, jitter: u64) -> Self {
        let spent = self.attempts >= rule.attempts || now.since(self.queued_at) >= rule.age;
        self.state = if spent {
            MailState::Dead { why: DeathCause::Spent, at: now }
        } else {
            MailState::Retry { at: now + rule.back_off(self.attempts, jitter) }
        };
        self
    }

    /// Not handed over, by no fault of its own: nothing is counted, and it is due as before. A probe of the mailer goes behind
    /// what is due by now, so that the next probe is another mail.
    #[must_use]
    pub fn put_back(mut self, probed: bool, now: Timestamp) -> Self {
        self.attempts = self.attempts.saturating_sub(1);
        self.state =
            if probed { MailState::Retry { at: now.max(self.queued_at) } } else { MailState::Queued };
        self
    }

    /// Given up since the time of its code ran out.
    #[must_use]
    pub fn expired(mut self, now: Timestamp) -> Self {
        self.state = MailState::Dead { why: DeathCause::Expired, at: now };
        self
    }

    /// Given up since it is to nobody of those to whom alone mails go.
    #[must_use]
    pub fn withheld(mut self, now: Timestamp) -> Self {
        self.state = MailState::Dead { why: DeathCause::Withheld, at: now };
        self
    }

    /// Not taken up before then.
    #[must_use]
    pub fn not_before(mut self, at: Timestamp) -> Self {
        if at > self.queued_at {
            self.state = MailState::Retry { at };
        }
        self
    }

    /// With another code in the place of its own.
    #[must_use]
    pub(super) fn with_nonce(mut self, fresh: Nonce) -> Self {
        if let Content::Letter(Dispatch { subject: Subject::Code { nonce, .. }, .. }) = &mut self.content {
            *nonce = fresh;
        }
        self
    }

    /// Given up since the recipient can't be reached.
    #[must_use]
    pub fn refused(mut self, cause: Undeliverable, now: Timestamp) -> Self {
        self.state = MailState::Dead { why: DeathCause::Undeliverable(cause), at: now };
        self
    }
}

/// How a mail that failed is tried again: exponential and jittered, for each mail by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Retries {
    /// The wait after the first failure: 1 min; 1 s to 7 days. Each further one doubles it.
    pub first: Span,
    /// The longest wait: 4 h; as long as the first, to 7 days.
    pub longest: Span,
    /// How many attempts are made before the mail is given up: 30; 1 to 1,000. A courier that ends before it says what came of its
    /// attempt has made one; but however few there are, two may end like that, and a third one still tries.
    pub attempts: u32,
    /// The age, from being queued, at which the mail is given up at its next failure: 3 days; 1 min to 30 days.
    pub age: Span,
    /// How long a courier holds a mail: 5 min; longer than [a delivery may take](Self::LONGEST_DELIVERY), to a day.
    pub lease: Span,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            first: Span::minutes(1),
            longest: Span::hours(4),
            attempts: 30,
            age: Span::days(3),
            lease: Span::minutes(5),
        }
    }
}

impl Retries {
    /// The longest that a delivery may take (fixed): 60 s. Then it counts as failed, whatever becomes of it.
    pub const LONGEST_DELIVERY: Span = Span::seconds(60);

    /// The wait after this number of attempts: between half of the full wait and all of it, as the jitter has it.
    #[must_use]
    pub fn back_off(&self, attempts: u32, jitter: u64) -> Span {
        let half = self.first.doubled(attempts.saturating_sub(1)).min(self.longest).as_micros() / 2;
        let extra = jitter.checked_rem(half.saturating_add(1)).unwrap_or(0);
        Span::micros(half.saturating_add(extra))
    }

    /// So many couriers may end over a mail, however few attempts a host allows (fixed): 3. Most end before they have tried
    /// anything, or by chance, and what nobody tried has not failed.
    const ENDED_OVER: u32 = 3;

    /// Whether a mail that was taken up so often is given up without being tried again: its attempts are spent, and each courier
    /// ended over it. It would go round for ever.
    #[must_use]
    pub fn gives_up_untried(&self, attempts: u32) -> bool {
        attempts > self.attempts.max(Self::ENDED_OVER)
    }

    /// How far the clocks of two processes may differ, and how long a claim may be on its way to the store (fixed): 10 min.
    const DIFFERENCE: Span = Span::minutes(10);

    /// The longest that a mail is put off, or held by a courier.
    #[must_use]
    pub fn longest_wait(&self) -> Span {
        self.longest.max(self.lease)
    }

    /// A due time further ahead than this is impossible (the clock jumped back) and counts as due. It is more than the longest
    /// wait: what another process has just claimed, by a clock that is a little ahead, is not due.
    #[must_use]
    pub fn horizon(&self) -> Span {
        Span::micros(self.longest_wait().as_micros().saturating_add(Self::DIFFERENCE.as_micros()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_a_minute_to_four_hours_with_jitter() {
        let rule = Retries::default();
        assert_eq!(rule.back_off(1, 0), Span::seconds(30));
        assert_eq!(rule.back_off(1, 30_000_000), Span::seconds(60));
        assert_eq!(rule.back_off(2, 60_000_000), Span::seconds(120));
        for attempts in [9, 64, u32::MAX] {
            let wait = rule.back_off(attempts, u64::MAX);
            assert!(wait >= Span::hours(2) && wait <= Span::hours(4), "{attempts}: {wait}");
        }
    }

    #[test]
    fn what_another_process_holds_is_not_due_by_a_clock_that_is_a_little_behind() {
        for (longest, lease) in [(Span::hours(4), Span::minutes(5)), (Span::seconds(30), Span::hours(8))] {
            let rule = Retries { longest, lease, ..Retries::default() };
            let ahead = Timestamp::from_micros(1_000_000_000_000);
            let behind = ahead - Span::minutes(10);
            assert!(ahead + rule.lease <= behind + rule.horizon());
            assert!(ahead + rule.back_off(u32::MAX, u64::MAX) <= behind + rule.horizon());
        }
    }

    #[test]
    fn a_mail_that_was_just_claimed_is_not_due_to_whoever_began_a_moment_earlier() {
        let rule = Retries { longest: Span::hours(1), lease: Span::hours(8), ..Retries::default() };
        let later = Timestamp::EPOCH + Span::seconds(30);
        let claimed = tried(0).claimed(later + rule.lease);
        let due = claimed.due().unwrap();
        assert!(due > Timestamp::EPOCH && due <= Timestamp::EPOCH + rule.horizon());
    }

    fn tried(attempts: u32) -> Mail {
        let request = Content::Letter(Dispatch {
            account: AccountId::from_bytes([1; 16]),
            recipient: Ordinal::default(),
            subject: Subject::Code {
                purpose: Purpose::PasswordSet,
                nonce: Nonce::from_bytes([2; 16]),
                page: LinkUrl::parse("https://app.example/password").unwrap(),
            },
            stranger_caused: None,
        });
        let mail = Mail::queued(MailId::from_bytes([3; 16]), Realm::default(), request, Timestamp::EPOCH);
        Mail { attempts, ..mail }
    }

    #[test]
    fn a_mail_that_may_fail_but_once_is_tried_although_its_first_couriers_ended_over_it() {
        let once = Retries { attempts: 1, ..Retries::default() };
        assert!(!once.gives_up_untried(2) && !once.gives_up_untried(3));
        assert!(once.gives_up_untried(4), "it would go round for ever");
        assert_eq!(tried(2).failed(Timestamp::EPOCH, &once, 0).due(), None, "its one failure is the end");
        let thirty = Retries::default();
        assert!(!thirty.gives_up_untried(30) && thirty.gives_up_untried(31));
    }

    #[test]
    fn the_thirtieth_failure_is_the_end_and_so_is_the_first_after_three_days() {
        let rule = Retries::default();
        let ends = |attempts, at| tried(attempts).failed(at, &rule, 0).due().is_none();
        assert!(!ends(29, Timestamp::EPOCH) && ends(30, Timestamp::EPOCH));
        let three_days = Timestamp::EPOCH + Span::days(3);
        assert!(!ends(1, three_days - Span::micros(1)) && ends(1, three_days));
    }
}
