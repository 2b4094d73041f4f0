//! A mailer that keeps every letter, and fails as it is told.

use std::{
    collections::{BTreeMap, BTreeSet},
    future,
    sync::Arc,
};

use accountable_core::{
    domain::{EmailAddress, Letter},
    port::{MailError, Mailer, Receipt},
};
use async_trait::async_trait;
use event_listener::Event;

use crate::locked::Locked;

/// A mailer that takes letters and keeps them, links and all. Clones are one mailer.
///
/// ```
/// use accountable_core::domain::EmailAddress;
/// use accountable_memory::{Answer, RecordingMailer};
///
/// let mailer = RecordingMailer::new();
/// let nobody = EmailAddress::parse("nobody@example.com").unwrap();
/// mailer.answer(nobody.clone(), Answer::NoSuchMailbox); // from now on, to this recipient
/// assert_eq!(mailer.last_link_to(&nobody), None);
/// ```
#[derive(Debug, Clone, Default)]
pub struct RecordingMailer(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    ledger: Locked<Ledger>,
    taken: Event,
}

#[derive(Debug, Default)]
struct Ledger {
    /// Every letter that was handed over, and what became of it.
    attempts: Vec<(Letter, Answer)>,
    answers: BTreeMap<EmailAddress, Answer>,
    otherwise: Answer,
    hanging: usize,
}

impl Ledger {
    fn taken(&self) -> impl DoubleEndedIterator<Item = &Letter> {
        let taken = self.attempts.iter().filter(|(_, answer)| *answer == Answer::Accept);
        taken.map(|(letter, _)| letter)
    }
}

/// How the mail server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Answer {
    /// The server takes the letter.
    #[default]
    Accept,
    /// There is no such mailbox.
    NoSuchMailbox,
    /// The recipient's server rejects the letter for good.
    Rejected,
    /// The server can't take the letter now; a later attempt may work.
    Transient,
    /// The server can't be reached, or refuses us, whatever letter it is given.
    Unreachable,
    /// The letter can't be sent by a fault of ours.
    Ours,
    /// The server never answers; whether it took the letter nobody knows.
    Hang,
}

impl RecordingMailer {
    /// A mailer that takes every letter.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers letters to this recipient like this from now on.
    pub fn answer(&self, to: EmailAddress, with: Answer) {
        self.0.ledger.lock().answers.insert(to, with);
    }

    /// Answers letters to all recipients like this from now on; what was said of single ones is forgotten.
    pub fn answer_all(&self, with: Answer) {
        let mut ledger = self.0.ledger.lock();
        ledger.answers.clear();
        ledger.otherwise = with;
    }

    /// The letters that were taken, in order; a letter that was handed over twice is here twice.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.0.ledger.lock().taken().cloned().collect()
    }

    /// How many letters were taken, copies included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.ledger.lock().taken().count()
    }

    /// How many different letters were taken: a reader drops copies by their `Message-ID`, which is made from the
    /// letter's id.
    #[must_use]
    pub fn distinct(&self) -> usize {
        let ledger = self.0.ledger.lock();
        ledger.taken().map(|letter| letter.id).collect::<BTreeSet<_>>().len()
    }

    /// Every letter that was handed over, taken or not, with the answer that it got.
    #[must_use]
    pub fn attempts(&self) -> Vec<(Letter, Answer)> {
        self.0.ledger.lock().attempts.clone()
    }

    /// How many deliveries hang at present.
    #[must_use]
    pub fn hanging(&self) -> usize {
        self.0.ledger.lock().hanging
    }

    /// The last letter that was taken for this recipient.
    #[must_use]
    pub fn last_to(&self, to: &EmailAddress) -> Option<Letter> {
        let ledger = self.0.ledger.lock();
        ledger.taken().rfind(|letter| letter.to == *to).cloned()
    }

    /// The URL of the link in the last letter that was taken for this recipient, code and all.
    #[must_use]
    pub fn last_link_to(&self, to: &EmailAddress) -> Option<String> {
        let letter = self.last_to(to)?;
        letter.link().map(|link| link.expose().to_owned())
    }

    /// Waits until `count` letters have been taken in all.
    pub async fn taken(&self, count: usize) {
        loop {
            let taken = self.0.taken.listen();
            if self.count() >= count {
                return;
            }
            taken.await;
        }
    }
}

/// A delivery that hangs; no longer once dropped.
struct Hanging<'a>(&'a Shared);

impl<'a> Hanging<'a> {
    fn new(shared: &'a Shared) -> Self {
        let mut ledger = shared.ledger.lock();
        ledger.hanging = ledger.hanging.saturating_add(1);
        Self(shared)
    }
}

impl Drop for Hanging<'_> {
    fn drop(&mut self) {
        let mut ledger = self.0.ledger.lock();
        ledger.hanging = ledger.hanging.saturating_sub(1);
    }
}

#[async_trait]
impl Mailer for RecordingMailer {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        let answer = {
            let mut ledger = self.0.ledger.lock();
            let answer = ledger.answers.get(&letter.to).copied().unwrap_or(ledger.otherwise);
            ledger.attempts.push((letter.clone(), answer));
            answer
        };
        match answer {
            Answer::Accept => {
                self.0.taken.notify(usize::MAX);
                Ok(Receipt::default())
            }
            Answer::NoSuchMailbox => Err(MailError::NoSuchMailbox { evidence: "550 5.1.1".to_owned() }),
            Answer::Rejected => Err(MailError::Rejected { evidence: "550 5.7.1".to_owned() }),
            Answer::Transient => Err(MailError::Transient("told to fail for now".into())),
            Answer::Unreachable => Err(MailError::Unreachable("told to be away".into())),
            Answer::Ours => Err(MailError::Ours("told to fail by a fault of ours".into())),
            Answer::Hang => {
                let _hanging = Hanging::new(&self.0);
                future::pending().await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use accountable_core::domain::{
        CodeMint, Confirmation, Incarnation, KeyId, Keyring, LinkUrl, MailId, Message, Nonce, Ordinal,
        Purpose, Realm,
    };
    use futures_util::FutureExt as _;

    use super::*;
    use crate::testing::{NOW, Polled, account, email};

    fn letter(n: u8, to: &str) -> Letter {
        let mut key = [0; 32];
        key[0] = 1;
        let id = KeyId::parse("k1").unwrap();
        let keys = Keyring::new(key, id.clone(), key).unwrap();
        let realm = Realm::default();
        let mint = CodeMint { keys: &keys, realm: &realm, incarnation: Incarnation::from_bytes([1; 16]) };
        let of = Confirmation {
            nonce: Nonce::from_bytes([n; 16]),
            key: id,
            recipient: Ordinal::default(),
            issued_at: NOW,
            expires_at: NOW,
            latest_end: NOW,
            handed_over: false,
            return_url: None,
        };
        let account = account(1, to).id;
        let code = mint.code(account, Purpose::PasswordSet, &email(to), &of).unwrap();
        let page = LinkUrl::parse("https://app.example/password").unwrap();
        let message = Message::Code {
            purpose: Purpose::PasswordSet,
            link: page.with_code(account, &code, None, None),
            expires_at: NOW,
        };
        Letter::new(MailId::from_bytes([n; 16]), realm, email(to), message, NOW)
    }

    fn deliver(mailer: &RecordingMailer, letter: &Letter) -> Result<Receipt, MailError> {
        mailer.deliver(letter).now_or_never().unwrap()
    }

    #[test]
    fn the_last_link_to_a_recipient_is_the_one_that_was_mailed_last() {
        let mailer = RecordingMailer::new();
        let (one, other, last) =
            (letter(1, "ada@example.com"), letter(2, "bob@example.com"), letter(3, "ada@example.com"));
        for letter in [&one, &last, &other] {
            deliver(&mailer, letter).unwrap();
        }
        let link = mailer.last_link_to(&one.to).unwrap();
        assert_eq!(link, last.link().unwrap().expose());
        assert_ne!(link, one.link().unwrap().expose());
        assert!(mailer.last_to(&email("eve@example.com")).is_none());
    }

    #[test]
    fn a_copy_counts_as_taken_twice_and_as_one_letter() {
        let mailer = RecordingMailer::new();
        let letter = letter(1, "ada@example.com");
        deliver(&mailer, &letter).unwrap();
        deliver(&mailer, &letter).unwrap();
        assert_eq!((mailer.count(), mailer.distinct()), (2, 1));
    }

    #[test]
    fn each_recipient_is_answered_as_told_and_what_was_not_taken_is_no_letter() {
        let mailer = RecordingMailer::new();
        let (ada, bob) = (letter(1, "ada@example.com"), letter(2, "bob@example.com"));
        mailer.answer(ada.to.clone(), Answer::NoSuchMailbox);
        assert!(matches!(deliver(&mailer, &ada), Err(MailError::NoSuchMailbox { .. })));
        assert!(deliver(&mailer, &bob).is_ok());
        assert_eq!((mailer.count(), mailer.attempts().len()), (1, 2));

        mailer.answer(ada.to.clone(), Answer::Rejected);
        assert!(matches!(deliver(&mailer, &ada), Err(MailError::Rejected { .. })));
        mailer.answer_all(Answer::Transient);
        assert!(matches!(deliver(&mailer, &ada), Err(MailError::Transient(_))));
        mailer.answer_all(Answer::Unreachable);
        assert!(matches!(deliver(&mailer, &ada), Err(MailError::Unreachable(_))));
        mailer.answer_all(Answer::Ours);
        assert!(matches!(deliver(&mailer, &bob), Err(MailError::Ours(_))));
    }

    #[test]
    fn a_delivery_hangs_until_it_is_dropped_and_delays_nobody_else() {
        let mailer = RecordingMailer::new();
        let (ada, bob) = (letter(1, "ada@example.com"), letter(2, "bob@example.com"));
        mailer.answer(ada.to.clone(), Answer::Hang);
        let mut hangs = Polled::new(mailer.deliver(&ada));
        assert!(hangs.poll().is_none());
        assert_eq!(mailer.hanging(), 1);
        assert!(deliver(&mailer, &bob).is_ok());
        drop(hangs);
        assert_eq!((mailer.hanging(), mailer.count()), (0, 1));
    }

    #[test]
    fn who_waits_for_a_letter_is_woken_by_it() {
        let mailer = RecordingMailer::new();
        let mut waits = Polled::new(mailer.taken(1));
        assert!(waits.poll().is_none());
        deliver(&mailer, &letter(1, "ada@example.com")).unwrap();
        assert!(waits.wakes() > 0);
        assert!(waits.poll().is_some());
    }
}
