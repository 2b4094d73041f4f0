//! Whose fault a failure is: the class of what a server said of a recipient.
//!
//! Pure, and in doubt never against the recipient: an address that is silenced by mistake stays silent, while a dead one that is
//! not costs one mail more. The first line that fits decides:
//!
//! | # | where | what | class |
//! |---|---|---|---|
//! | 1 | any | words about the sender, its network, its rights or the mail's content; status x.1.7, x.1.8 | `Ours` |
//! | 2 | any | the reply was to `MAIL`, to a greeting or to the connection | `Ours`; class 4: `Delayed` |
//! | 3 | any | words about a full mailbox | `Delayed` |
//! | 4 | class 4 (reply, else status; RFC 5321 section 4.2.1, RFC 3463 section 2) | anything else | `Delayed` |
//! | 5 | class 5, no code | words about time, network, or a server in trouble | `Delayed` |
//! | 6 | class 5, no code | words about a mailbox or a domain that does not exist | `NoSuchMailbox`; `Rejected` where a filter says so |
//! | 7 | class 5, no code | words about a mailbox that is shut, or whose owner refuses us | `Rejected`; "access denied" with 5.4.1: `NoSuchMailbox` |
//! | 8 | class 5 | a status of class 4 beside the reply | `Delayed` |
//! | 9 | class 5 | reply 556, or 521 with 5.3.2 or 5.1.10: takes no mail (RFC 7504) | `NoSuchMailbox` |
//! | 10 | class 5 | the status, by the table below | |
//! | 11 | class 5 | 550 to 553 with "mailbox unavailable" or "address rejected", but at `DATA` | `NoSuchMailbox` |
//! | 12 | class 5 | anything else | `Ours` |
//! | 13 | no code | anything else | `Unknown` |
//!
//! Words come before the status since a server that relays often makes a status up for a bare 550 (sendmail says 5.1.1), and since
//! many put 5.7.1 or 5.5.0 in front of whatever they mean.
//!
//! | status (registry of RFC 5248) | meaning | class |
//! |---|---|---|
//! | 5.1.0 to 5.1.6, 5.1.9, 5.1.10 | the recipient's address | `NoSuchMailbox` |
//! | 5.1.7, 5.1.8 | the sender's address | `Ours` |
//! | 5.2.1 | mailbox disabled | `Rejected` |
//! | 5.2.2, 5.2.4 | mailbox full; list can't be expanded | `Delayed` |
//! | 5.2.3 | too long for the mailbox | `Ours` |
//! | others of 5.1 and 5.2, but 5.2.0 | not registered | `Unknown` |
//! | 5.3.3, 5.3.4 | a feature that is lacking, size | `Ours` |
//! | 5.3.* | the system is full, shut or misconfigured | `Delayed` |
//! | 5.4.4, 5.4.310 | no route: the domain has no server | `NoSuchMailbox` |
//! | 5.4.5 | too much traffic of ours | `Ours` |
//! | 5.4.* | network, routing, expiry | `Delayed` |
//! | 5.5.*, 5.6.* | protocol, content | `Ours` |
//! | 5.7.17, 5.7.18 | mailbox or domain has another owner (RFC 7293) | `NoSuchMailbox` |
//! | 5.7.* | security and policy | `Ours` |
//! | 5.0.*, 5.2.0, 5.3.0, 5.4.0, 5.5.0 | what servers say for anything at all | as without a status |

use super::{
    Class,
    status::{Codes, EnhancedStatus},
    words::{self, Stage, Topic},
};

/// What a server said of a recipient.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Said<'a> {
    /// The codes: those of the server that refused before those that the reporting server made up.
    pub(crate) codes: Codes,
    /// In words.
    pub(crate) text: &'a str,
    /// To which command, if that is known.
    pub(crate) stage: Option<Stage>,
    /// The mail may still arrive: the report says so.
    pub(crate) passing: bool,
}

/// The class of what a server said, and whether it said enough: if not, whatever else the report says may tell more.
pub(crate) fn class(said: &Said<'_>) -> (Class, bool) {
    let words = words::plain(said.text);
    let topic = words::topic(&words);
    let passing = said.passing || is_passing(said.codes);
    let detail = said.codes.status.map(|status| (status.subject, status.detail));
    let told = match topic {
        _ if matches!(detail, Some((1, 7 | 8))) => Class::Ours,
        Some(Topic::Sender) => Class::Ours,
        _ if said.stage == Some(Stage::Before) && passing => Class::Delayed,
        _ if said.stage == Some(Stage::Before) => Class::Ours,
        Some(Topic::Full) => Class::Delayed,
        _ if passing => return (Class::Delayed, topic.is_some()),
        Some(Topic::Passing) => Class::Delayed,
        Some(Topic::NoMailbox) if is_filter(said, &words) => Class::Rejected,
        Some(Topic::NoMailbox) => Class::NoSuchMailbox,
        // How Exchange Online says that its directory does not know a recipient.
        Some(Topic::Shut) if detail == Some((4, 1)) && words.contains("address rejected") => {
            Class::NoSuchMailbox
        }
        Some(Topic::Shut) => Class::Rejected,
        Some(Topic::Unavailable) | None => return by_codes(said, topic.is_some()),
    };
    (told, true)
}

/// Whether a filter in the recipient's name speaks as if there were no recipient: once it was taken at `RCPT`, by no more than "user
/// unknown", and without a status that is about addresses. Mobile carriers do so where a subscriber takes mail from some domains only;
/// some then leave out the address, so that a bare colon is left before the words.
fn is_filter(said: &Said<'_>, words: &str) -> bool {
    let taken = said.stage == Some(Stage::Content)
        || words.contains("550 : user unknown")
        || words.contains("550: : user unknown");
    let of_address = said.codes.status.is_some_and(|status| status.subject == 1);
    taken && !of_address && (words.contains("user unknown") || words.contains("unknown user"))
}

/// Whether the codes are of the kind that may pass. The reply is the server's own word, so it goes first.
fn is_passing(codes: Codes) -> bool {
    match (codes.reply, codes.status) {
        (Some(reply), _) => reply < 500,
        (None, status) => status.is_some_and(|status| status.class == 4),
    }
}

/// What a permanent failure means whose words don't tell.
fn by_codes(said: &Said<'_>, unavailable: bool) -> (Class, bool) {
    let Codes { reply, status } = said.codes;
    let detail = status.map(|status| (status.subject, status.detail));
    if reply == Some(556) || reply == Some(521) && matches!(detail, Some((3, 2) | (1, 10))) {
        return (Class::NoSuchMailbox, true);
    }
    // A reply of class 5 with a status of class 4: the kinder one.
    if status.is_some_and(|status| status.class == 4) {
        return (Class::Delayed, true);
    }
    if let Some(class) = status.and_then(by_status) {
        return (class, true);
    }
    match reply {
        Some(550..=553) if unavailable && said.stage != Some(Stage::Content) => (Class::NoSuchMailbox, true),
        None if status.is_none() => (Class::Unknown, false),
        _ => (Class::Ours, false),
    }
}

/// The second table above; none where the status says nothing.
fn by_status(status: EnhancedStatus) -> Option<Class> {
    Some(match (status.subject, status.detail) {
        (1, 7 | 8) => Class::Ours,
        (1, 0..=6 | 9 | 10) => Class::NoSuchMailbox,
        (2, 1) => Class::Rejected,
        (2, 2 | 4) => Class::Delayed,
        (2, 3) => Class::Ours,
        (2, 0) => return None,
        (1 | 2, _) => Class::Unknown,
        (3, 3 | 4) => Class::Ours,
        (3, 0) => return None,
        (3, _) => Class::Delayed,
        (4, 4 | 310) => Class::NoSuchMailbox,
        (4, 5) => Class::Ours,
        (4, 0) => return None,
        (4, _) => Class::Delayed,
        (5, 0) => return None,
        (7, 17 | 18) => Class::NoSuchMailbox,
        (5..=7, _) => Class::Ours,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a server says whose codes stand in its words.
    fn says(text: &str) -> Class {
        let stage = words::stage(text);
        class(&Said { codes: Codes::find(text), text, stage, passing: false }).0
    }

    #[track_caller]
    fn all(expected: Class, texts: &[&str]) {
        for text in texts {
            assert_eq!(says(text), expected, "{text}");
        }
    }

    #[test]
    fn no_such_mailbox_or_domain() {
        all(
            Class::NoSuchMailbox,
            &[
                "550 5.1.1 <spam@example.com>: Recipient address rejected: User unknown in local recipient table",
                "550 no such user here",
                "550 5.7.1 unknown user account",
                "550 5.1.1 gone",
                "550 5.4.1 Recipient address rejected: Access denied",
                "550 5.5.0 Requested action not taken: mailbox unavailable",
                "550 Recipient address rejected",
                "556 5.1.10 no mail here",
                "521 5.3.2 no mail here",
                "550 5.1.1 User unknown (in reply to end of DATA command)",
                "554 5.4.4 Host or domain name not found",
            ],
        );
    }

    #[test]
    fn the_mailbox_is_shut_or_refuses_us() {
        all(
            Class::Rejected,
            &[
                "550 5.2.1 The email account that you tried to reach is disabled",
                "550 5.2.1 no",
                "554 5.7.1 <ada@example.com>: Recipient address rejected: Access denied",
                "550 5.1.1 refused due to recipient preferences",
                "550 User unknown (in reply to end of DATA command)",
                "550 : User unknown",
            ],
        );
    }

    #[test]
    fn what_may_pass() {
        all(
            Class::Delayed,
            &[
                "452 4.2.2 mailbox full",
                "552 5.2.2 over quota",
                "550 user is over quota",
                "450 4.1.1 user unknown",
                "550 4.2.1 no",
                "554 5.4.7 no",
                "550 5.0.0 try again later",
                "451 4.7.1 sorry (in reply to MAIL FROM command)",
                "connect to mx.example.com[192.0.2.1]:25: Connection timed out",
            ],
        );
    }

    #[test]
    fn our_own_fault() {
        all(
            Class::Ours,
            &[
                "550 5.1.8 <a@orchard.example>: Domain not found",
                "550 5.1.7 no such user",
                "550 5.1.1 blocked using zen.spamhaus.org",
                "450 4.7.1 Client host rejected: cannot find your reverse hostname",
                "550 5.7.26 This mail is unauthenticated",
                "550 5.7.1 no",
                "550 no",
                "553 sorry, that domain isn't in my list of allowed rcpthosts",
                "550 unknown user (in reply to MAIL FROM command)",
                "554 5.6.0 no",
                "552 5.3.4 Message too big",
                "550 Recipient address rejected: on a whim",
                "550 mailbox unavailable (in reply to end of DATA command)",
            ],
        );
    }

    #[test]
    fn nothing_is_told() {
        all(
            Class::Unknown,
            &["", "it may not exist", "your mail did not arrive", "your account is suspended"],
        );
    }

    #[test]
    fn a_report_that_a_mail_is_late_silences_nobody() {
        let text = "550 5.1.1 user unknown";
        let said = Said { codes: Codes::find(text), text, stage: None, passing: true };
        assert_eq!(class(&said).0, Class::Delayed);
    }
}
