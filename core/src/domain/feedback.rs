//! Feedback: the tag that a bounce or a complaint must bring back, so that nobody can have an address silenced by forging
//! one; and what a genuine report holds back.

use std::fmt;

use data_encoding::{BASE32_NOPAD, Encoding, Specification};
use subtle::ConstantTimeEq as _;

use super::{
    AccountId, Dispatch, Keyring, Mail, MailKind, Ordinal, Realm, Report, Span, Suppression,
    SuppressionScope, Timestamp, Undeliverable,
};

/// Octets before the MAC: account (16), which kind of mail a stranger caused, if one did (4 bits), ordinal (28 bits),
/// milliseconds since 1970 (6), of the mail's name (2).
const PLAIN: usize = 28;
/// Where in those four octets the kind begins.
const KIND: u32 = 28;
/// The bits of the ordinal.
const ORDINAL: u32 = (1 << KIND) - 1;
/// Octets of the MAC: 80 bits.
const MAC: usize = 10;
/// Characters of a tag: 38 octets, five bits each.
const LENGTH: usize = 61;

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
    /// Which kind of mail a stranger caused; none if the owner or staff asked for it.
    pub stranger_caused: Option<MailKind>,
    /// When the mail was queued, rounded down to the millisecond.
    pub queued_at: Timestamp,
}

impl FeedbackTag {
    /// How long after the mail a report counts: 14 days.
    pub const COUNTS: Span = Span::days(14);

    /// The tag of a mail.
    #[must_use]
    pub fn of(keys: &Keyring, mail: &Mail, to: &Dispatch) -> Self {
        let kind = MailKind::ALL.iter().zip(1_u32..).find(|(kind, _)| to.stranger_caused == Some(**kind));
        let kind = kind.map_or(0, |(_, number)| number << KIND);
        let mut octets = Vec::with_capacity(PLAIN.saturating_add(MAC));
        octets.extend(to.account.as_bytes());
        octets.extend((to.recipient.as_u32() & ORDINAL | kind).to_be_bytes());
        octets.extend(millis(mail.queued_at).to_be_bytes().iter().skip(2));
        octets.extend(mail.id.as_bytes().iter().take(2));
        let mac = keys.feedback_mac(&mail.realm, &octets);
        octets.extend(mac.iter().take(MAC));
        Self(BASE32_NOPAD.encode(&octets).to_ascii_lowercase())
    }

    /// Takes what a report brought, as it came. Only a genuine one counts.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Looks for a tag in whatever brings it back: the envelope's address (VERP), a `Message-ID`, a header of ours, a field
    /// that a provider keeps for us, or a whole report with the returned mail in it, of which the first 262,144 characters are read.
    /// None where nothing looks like one; whether what does is genuine is for [`Admin::report`](crate::Admin::report) to
    /// say.
    ///
    /// ```
    /// use accountable_core::domain::FeedbackTag;
    /// let tag = "a".repeat(61);
    /// for brought in [
    ///     format!("b+{tag}@bounces.orchard.example"),
    ///     format!("<{}@orchard.example>", tag.to_uppercase()),
    ///     format!("X-Feedback-Tag:\r\n {tag}\r\n"),
    ///     format!(r#"{{"custom": {{"feedback": "{tag}"}}}}"#),
    /// ] {
    ///     assert!(FeedbackTag::find(&brought).unwrap().as_str().eq_ignore_ascii_case(&tag), "{brought}");
    /// }
    /// assert!(FeedbackTag::find("550 5.1.1 no such user").is_none());
    /// ```
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        const MOST: usize = 256 * 1024;
        let read = text.char_indices().nth(MOST).and_then(|(end, _)| text.get(..end)).unwrap_or(text);
        let words = read.split(|c: char| !c.is_ascii_alphanumeric());
        // Beside a prefix of up to three that nothing separates from it.
        let alike = |word: &&str| (LENGTH..=LENGTH.saturating_add(3)).contains(&word.len());
        words.filter(alike).find_map(|word| {
            let tag = word.get(word.len().saturating_sub(LENGTH)..)?;
            let in_base32 = |c: u8| c.is_ascii_alphabetic() || (b'2'..=b'7').contains(&c);
            tag.bytes().all(in_base32).then(|| Self::new(tag))
        })
    }

    /// The tag as the envelope or the header carries it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a report still counts of a mail that was queued at that time.
    pub(super) fn counts(queued_at: Timestamp, now: Timestamp) -> bool {
        now.since(queued_at) <= Self::COUNTS
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
        let (queued, _) = rest.split_first_chunk::<6>()?;
        let [a, b, c, d, e, f] = *queued;
        let queued_at = Timestamp::EPOCH + Span::millis(u64::from_be_bytes([0, 0, a, b, c, d, e, f]));
        if !Self::counts(queued_at, now) {
            return None;
        }
        let numbers = u32::from_be_bytes(*ordinal);
        let stranger_caused = match numbers >> KIND {
            0 => None,
            // A newer build knows further kinds: whatever they are, this one can't tell what to hold back.
            kind => Some(*MailKind::ALL.iter().zip(1_u32..).find(|(_, number)| *number == kind)?.0),
        };
        Some(ReportedMail {
            account: AccountId::from_bytes(*account),
            address: Ordinal::new(numbers & ORDINAL),
            stranger_caused,
            queued_at,
        })
    }
}

/// It names an account: not for logs.
impl fmt::Debug for FeedbackTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FeedbackTag(..)")
    }
}

/// Milliseconds since 1970, as six octets hold them: enough for 8,900 years.
fn millis(at: Timestamp) -> u64 {
    at.since(Timestamp::EPOCH).as_micros().div_euclid(1_000).min((1 << 48) - 1)
}

/// Base32 that takes either case: servers on the way may change it.
fn lenient() -> Option<Encoding> {
    let mut specification: Specification = BASE32_NOPAD.specification();
    specification.translate.from.push_str("abcdefghijklmnopqrstuvwxyz");
    specification.translate.to.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    specification.encoding().ok()
}

/// What is to be held back from an address, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeldBack {
    /// Which mails are held back.
    pub scope: SuppressionScope,
    /// Why mail does not reach the address, or must not be sent there.
    pub cause: Undeliverable,
    /// How long; none: for ever.
    pub lasts: Option<Span>,
}

impl HeldBack {
    /// The server refused a mail for good, or a bounce says so: everything.
    #[must_use]
    pub(crate) fn refused(cause: Undeliverable, kept: Option<Span>) -> Self {
        Self { scope: SuppressionScope::All, cause, lasts: kept }
    }

    /// What a genuine report holds back, of a mail of the kind that a stranger caused, if one did: a bounce everything, a
    /// complaint what it was about. `kept`: how long the host lets suppressions last.
    #[must_use]
    pub(crate) fn of(report: Report, stranger_caused: Option<MailKind>, kept: Option<Span>) -> Option<Self> {
        let complaint = |scope, lasts| Self { scope, cause: Undeliverable::Rejected, lasts };
        match (report, stranger_caused) {
            (Report::Delayed, _) => None,
            (Report::Bounced(cause), _) => Some(Self::refused(cause, kept)),
            (Report::Complained, None) => Some(complaint(SuppressionScope::All, kept)),
            (Report::Complained, Some(MailKind::Reset)) => {
                let lasts =
                    kept.map_or(Suppression::RESET_COMPLAINT, |kept| kept.min(Suppression::RESET_COMPLAINT));
                Some(complaint(SuppressionScope::Only(MailKind::Reset), Some(lasts)))
            }
            (Report::Complained, Some(kind)) => Some(complaint(SuppressionScope::Only(kind), kept)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        testing::{NOW, World},
        *,
    };

    fn sent(stranger_caused: Option<MailKind>) -> (World, Mail, FeedbackTag) {
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
        for stranger_caused in [None].into_iter().chain(MailKind::ALL.map(Some)) {
            let (world, mail, tag) = sent(stranger_caused);
            assert_eq!(tag.as_str().len(), 61);
            let read = tag.read(&world.keys, &world.realm, NOW).unwrap();
            let (account, address) = (AccountId::from_bytes([5; 16]), Ordinal::new(3));
            let queued_at = mail.queued_at;
            assert_eq!(read, ReportedMail { account, address, stranger_caused, queued_at });
            let shouted = FeedbackTag::new(&tag.as_str().to_ascii_uppercase());
            assert_eq!(shouted.read(&world.keys, &world.realm, NOW), Some(read));
        }
    }

    /// Some providers replace the `Message-ID`: what they keep for us, or a header of ours, brings it back as well.
    #[test]
    fn a_tag_is_found_wherever_it_travels() {
        let (world, _, tag) = sent(None);
        let text = tag.as_str();
        let report = format!(
            "Final-Recipient: rfc822; ada@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
             Message-ID: <0102018c-{}@eu-west-1.provider.example>\r\nX-Feedback-Tag: {text}\r\n",
            "0".repeat(61)
        );
        let shouted = text.to_ascii_uppercase();
        for brought in
            [text.to_owned(), format!("b{text}@b.example"), format!("<{shouted}@b.example>"), report]
        {
            let found = FeedbackTag::find(&brought).unwrap();
            assert!(found.read(&world.keys, &world.realm, NOW).is_some(), "{brought}");
        }
        for nothing in
            ["", "bounce@b.example", &"a".repeat(60), &"a".repeat(65), &"1".repeat(61), &"ä".repeat(300_000)]
        {
            assert_eq!(FeedbackTag::find(nothing), None, "{}", nothing.len());
        }
    }

    #[test]
    fn a_tag_counts_for_fourteen_days() {
        let (world, _, tag) = sent(None);
        let read = |after| tag.read(&world.keys, &world.realm, NOW + after);
        assert!(read(Span::days(14)).is_some());
        assert_eq!(read(Span::micros(Span::days(14).as_micros() + 1_000)), None);
    }

    #[test]
    fn a_tag_that_is_changed_anywhere_or_brought_elsewhere_counts_for_nothing() {
        let (world, _, tag) = sent(None);
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

    #[test]
    fn a_complaint_holds_back_the_strangers_mails_of_its_kind_and_a_bounce_everything() {
        for kind in MailKind::ALL {
            let held = HeldBack::of(Report::Complained, Some(kind), None).unwrap();
            for other in MailKind::ALL {
                assert_eq!(held.scope.holds_back(Some(other)), kind == other, "{kind:?}, {other:?}");
            }
            assert!(!held.scope.holds_back(None), "what the owner or staff asked for goes on");
            let bounced =
                HeldBack::of(Report::Bounced(Undeliverable::NoSuchMailbox), Some(kind), None).unwrap();
            assert!(bounced.scope.holds_back(Some(kind)) && bounced.scope.holds_back(None));
            assert_eq!(HeldBack::of(Report::Delayed, Some(kind), None), None);
        }
        assert_eq!(HeldBack::of(Report::Complained, None, None).unwrap().scope, SuppressionScope::All);
    }

    #[test]
    fn only_a_complaint_about_a_reset_ends_by_itself_unless_the_host_says_otherwise() {
        let lasts = |report, kind, kept| HeldBack::of(report, kind, kept).unwrap().lasts;
        let bounced = Report::Bounced(Undeliverable::Rejected);
        let (month, year) = (Some(Span::days(30)), Some(Span::days(365)));
        assert_eq!(lasts(Report::Complained, Some(MailKind::Reset), None), month);
        assert_eq!(lasts(Report::Complained, Some(MailKind::Reset), year), month);
        assert_eq!(
            lasts(Report::Complained, Some(MailKind::Reset), Some(Span::days(7))),
            Some(Span::days(7))
        );
        for (report, kind) in [(bounced, Some(MailKind::Reset)), (bounced, None), (Report::Complained, None)]
        {
            assert_eq!((lasts(report, kind, None), lasts(report, kind, year)), (None, year));
        }
        assert_eq!(lasts(Report::Complained, Some(MailKind::SignUp), None), None);
    }
}
