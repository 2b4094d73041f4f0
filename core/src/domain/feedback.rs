//! Feedback tags: what a bounce or a complaint must bring back, so that nobody can have an address silenced by forging
//! one.

use std::fmt;

use data_encoding::{BASE32_NOPAD, Encoding, Specification};
use subtle::ConstantTimeEq as _;

use super::{AccountId, Dispatch, Keyring, Mail, Ordinal, Realm, Span, Timestamp};

/// Octets before the MAC: account (16), ordinal and whether a stranger caused the mail (4), day (2), of the mail's
/// name (6).
const PLAIN: usize = 28;
/// Octets of the MAC: 80 bits.
const MAC: usize = 10;

/// Names a mail that was sent, its account and address, and proves that we sent it. 61 characters of `[a-z2-7]`: fits
/// the local part of an envelope's sender (VERP) beside a prefix of up to three, and case does not matter.
///
/// A mail adapter gives it to the server as part of the envelope's sender or as a header, and brings back what a report
/// bears to [`Admin::report`](crate::Admin::report).
#[derive(Clone, PartialEq, Eq)]
pub struct FeedbackTag(String);

/// What a genuine tag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportedMail {
    /// The account whose address it is.
    pub account: AccountId,
    /// The address' number within the account.
    pub address: Ordinal,
    /// Whether a stranger can cause such a mail.
    pub stranger_caused: bool,
}

impl FeedbackTag {
    /// How long after the mail a report counts: 14 days.
    pub const COUNTS: Span = Span::days(14);

    /// The tag of a mail.
    #[must_use]
    pub fn of(keys: &Keyring, mail: &Mail, to: &Dispatch) -> Self {
        let flag = if to.stranger_caused { 1 << 31 } else { 0 };
        let mut octets = Vec::with_capacity(PLAIN.saturating_add(MAC));
        octets.extend(to.account.as_bytes());
        octets.extend((to.recipient.as_u32() & !(1 << 31) | flag).to_be_bytes());
        octets.extend(day(mail.queued_at).to_be_bytes());
        octets.extend(mail.id.as_bytes().iter().take(6));
        let mac = keys.feedback_mac(&mail.realm, &octets);
        octets.extend(mac.iter().take(MAC));
        Self(BASE32_NOPAD.encode(&octets).to_ascii_lowercase())
    }

    /// Takes what a report brought, as it came. Only a genuine one counts.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The tag as the envelope or the header carries it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it says, if it is genuine, of this realm, and not too old.
    #[must_use]
    pub fn read(&self, keys: &Keyring, realm: &Realm, now: Timestamp) -> Option<ReportedMail> {
        // Longer than any tag: nothing is worth decoding.
        if self.0.len() > 64 {
            return None;
        }
        let octets = lenient()?.decode(self.0.as_bytes()).ok()?;
        let (plain, mac) = octets.split_at_checked(PLAIN)?;
        let genuine = keys.feedback_mac(realm, plain);
        if !bool::from(mac.ct_eq(genuine.get(..MAC)?)) {
            return None;
        }
        let (account, rest) = plain.split_first_chunk::<16>()?;
        let (ordinal, rest) = rest.split_first_chunk::<4>()?;
        let (queued, _) = rest.split_first_chunk::<2>()?;
        let today = u64::from(day(now));
        let queued = u64::from(u16::from_be_bytes(*queued));
        // To the day: a tag knows no more.
        if today > queued.saturating_add(whole_days(Self::COUNTS)) {
            return None;
        }
        let ordinal = u32::from_be_bytes(*ordinal);
        Some(ReportedMail {
            account: AccountId::from_bytes(*account),
            address: Ordinal::new(ordinal & !(1 << 31)),
            stranger_caused: ordinal >> 31 == 1,
        })
    }
}

/// It names an account: not for logs.
impl fmt::Debug for FeedbackTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FeedbackTag(..)")
    }
}

/// Days since 1970; enough until 2149.
fn day(at: Timestamp) -> u16 {
    u16::try_from(whole_days(at.since(Timestamp::EPOCH))).unwrap_or(u16::MAX)
}

const fn whole_days(span: Span) -> u64 {
    const DAY: u64 = Span::days(1).as_micros();
    match span.as_micros().checked_div(DAY) {
        Some(days) => days,
        None => 0,
    }
}

/// Base32 that takes either case: servers on the way may change it.
fn lenient() -> Option<Encoding> {
    let mut specification: Specification = BASE32_NOPAD.specification();
    specification.translate.from.push_str("abcdefghijklmnopqrstuvwxyz");
    specification.translate.to.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    specification.encoding().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        testing::{NOW, World},
        *,
    };

    fn sent(stranger_caused: bool) -> (World, Mail, FeedbackTag) {
        let world = World::new();
        let dispatch = Dispatch {
            account: AccountId::from_bytes([5; 16]),
            recipient: Ordinal::new(3),
            subject: Subject::Notice(Notice::Locked),
            stranger_caused,
        };
        let content = Content::Letter(dispatch.clone());
        let mail = Mail::queued(MailId::from_bytes([8; 16]), world.realm.clone(), content, NOW);
        let tag = FeedbackTag::of(&world.keys, &mail, &dispatch);
        (world, mail, tag)
    }

    #[test]
    fn a_tag_says_whose_address_it_was_and_fits_a_local_part() {
        for stranger_caused in [false, true] {
            let (world, _, tag) = sent(stranger_caused);
            assert_eq!(tag.as_str().len(), 61);
            let read = tag.read(&world.keys, &world.realm, NOW).unwrap();
            let (account, address) = (AccountId::from_bytes([5; 16]), Ordinal::new(3));
            assert_eq!(read, ReportedMail { account, address, stranger_caused });
            let shouted = FeedbackTag::new(&tag.as_str().to_ascii_uppercase());
            assert_eq!(shouted.read(&world.keys, &world.realm, NOW), Some(read));
        }
    }

    #[test]
    fn a_tag_counts_for_fourteen_days() {
        let (world, _, tag) = sent(false);
        let read = |after| tag.read(&world.keys, &world.realm, NOW + after);
        assert!(read(Span::days(14)).is_some());
        assert_eq!(read(Span::days(15)), None);
    }

    #[test]
    fn a_tag_that_is_changed_anywhere_or_brought_elsewhere_counts_for_nothing() {
        let (world, _, tag) = sent(false);
        for at in 0..tag.as_str().len() {
            let mut text = tag.as_str().to_owned();
            let other = if text.as_bytes()[at] == b'a' { "b" } else { "a" };
            text.replace_range(at..=at, other);
            assert_eq!(FeedbackTag::new(&text).read(&world.keys, &world.realm, NOW), None, "{at}");
        }
        let elsewhere = Realm::parse("elsewhere").unwrap();
        assert_eq!(tag.read(&world.keys, &elsewhere, NOW), None);
        for nonsense in ["", "a", "ä", &"a".repeat(1_000), tag.as_str().get(..60).unwrap()] {
            assert_eq!(FeedbackTag::new(nonsense).read(&world.keys, &world.realm, NOW), None);
        }
    }
}
