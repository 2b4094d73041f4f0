//! The contract of [`Mailer`].
//!
//! That `deliver` ends within the time that the adapter states (7) no test here waits for.

use std::{error::Error, sync::Arc};

use accountable_core::{
    domain::{
        AccountId, Code, CodeMint, Confirmation, Content, EmailAddress, FeedbackTag, Incarnation, Letter,
        LinkUrl, MailId, Message, Nonce, Ordinal, Purpose,
    },
    port::{MailError, Mailer},
};
use futures_util::FutureExt as _;

use crate::{
    block_on,
    names::Names,
    race::race,
    samples::{self, NOW, at, email, keyring, realm},
    store::NotOffered,
};

/// A mailer and the server behind it, made ready to be tested.
pub trait MailerUnderTest: Sized + Send + Sync + 'static {
    /// A mailer whose server takes every letter.
    fn fresh() -> Self;
    /// The mailer.
    fn mailer(&self) -> Arc<dyn Mailer>;
    /// What arrived, in any order.
    fn arrived(&self) -> Vec<Arrival>;
    /// From now on, the server treats letters to this recipient so.
    fn treat(&self, to: &EmailAddress, as_told: Fate) -> Result<(), NotOffered>;
}

/// A letter as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Everybody who gets it.
    pub to: Vec<String>,
    /// Its `Message-ID`, or whatever readers tell copies by.
    pub message_id: String,
    /// Its text.
    pub text: String,
    /// What a bounce or a complaint about it brings back: the sender of its envelope, or its header.
    pub brings_back: String,
}

/// What becomes of a letter at the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The recipient's server knows no such mailbox.
    NoSuchMailbox,
    /// The recipient's server rejects it for good.
    Rejected,
    /// It may work later.
    Transient,
    /// The server can't be reached, or refuses us: so with every letter from now on.
    Unreachable,
    /// The fault is on our side.
    Ours,
    /// No answer comes.
    Hangs,
}

/// A letter with a code in it.
fn letter(names: &Names, to: &EmailAddress) -> Letter {
    let account = AccountId::from_bytes([1; 16]);
    let confirmation = Confirmation {
        nonce: Nonce::from_bytes([2; 16]),
        key: keyring().active().clone(),
        recipient: Ordinal::default(),
        issued_at: NOW,
        expires_at: at(1_000),
        latest_end: at(1_000),
        handed_over: false,
        return_url: None,
    };
    let mint = CodeMint { keys: keyring(), realm: &realm(), incarnation: Incarnation::from_bytes([3; 16]) };
    let code: Code = mint.code(account, Purpose::PasswordSet, to, &confirmation).expect("a code");
    let page = LinkUrl::parse("https://app.example/password").expect("a page");
    let message = Message::Code {
        purpose: Purpose::PasswordSet,
        link: page.with_code(account, &code, None, None),
        expires_at: confirmation.expires_at,
    };
    let id: MailId = names.mail();
    Letter::new(id, realm(), to.clone(), message, NOW)
}

fn link(letter: &Letter) -> &str {
    letter.link().map_or("", |link| link.expose())
}

/// 1. `Ok` means that the letter arrives; 2. at its recipient and nobody else.
pub fn clause_01_and_02_a_letter_arrives_at_its_recipient_and_nobody_else<M: MailerUnderTest>() {
    let (fixture, names) = (M::fresh(), Names::default());
    let to = [email("Ada@example.com"), email("bob+tag@example.org"), email("\"a b\"@example.com")];
    for to in &to {
        let letter = letter(&names, to);
        block_on(fixture.mailer().deliver(&letter)).expect("the server takes it");
        let arrived = fixture.arrived();
        let mut ours = arrived.iter().filter(|arrival| arrival.to == [to.as_str()]);
        let arrival = ours.next().expect("it arrived");
        assert!(arrival.text.contains(link(&letter)), "without its link");
        assert_eq!(ours.next(), None, "it arrived twice");
    }
    assert_eq!(fixture.arrived().len(), to.len(), "somebody else got one");
}

/// 1. ... or a bounce will say why not: what a letter's feedback must bring back goes out with it, whole and in no other's
///    place; a letter without any bears none.
pub fn clause_01_a_bounce_brings_the_feedback_tag_back<M: MailerUnderTest>() {
    let (fixture, names) = (M::fresh(), Names::default());
    let tag = |to: &EmailAddress| {
        let mail = samples::mail(names.mail(), names.account(), NOW);
        let dispatch = match &mail.content {
            Content::Letter(dispatch) => FeedbackTag::of(keyring(), &mail, dispatch),
            _ => panic!("a mail to an account is a letter"),
        };
        (to.clone(), dispatch)
    };
    let tagged = [email("ada@example.com"), email("bob@example.com")].map(|to| tag(&to));
    for (to, tag) in &tagged {
        let letter = letter(&names, to).with_feedback(tag.clone());
        block_on(fixture.mailer().deliver(&letter)).expect("the server takes it");
    }
    let untagged = email("eve@example.com");
    block_on(fixture.mailer().deliver(&letter(&names, &untagged))).expect("the server takes it");
    let arrived = fixture.arrived();
    for (to, tag) in &tagged {
        for arrival in &arrived {
            let bears = arrival.brings_back.to_ascii_lowercase().contains(tag.as_str());
            assert_eq!(bears, arrival.to == [to.as_str()], "the tag of {to}'s letter, on {:?}'s", arrival.to);
        }
    }
}

/// 3. Attempts of one letter bear one `Message-ID`; letters of different ids never share one.
pub fn clause_03_a_letter_keeps_its_message_id<M: MailerUnderTest>() {
    let (fixture, names) = (M::fresh(), Names::default());
    let (one, other) = (letter(&names, &email("ada@example.com")), letter(&names, &email("bob@example.com")));
    for letter in [&one, &other, &one] {
        block_on(fixture.mailer().deliver(letter)).expect("the server takes it");
    }
    let ids = |to: &str| -> Vec<String> {
        let of = fixture.arrived().into_iter().filter(|arrival| arrival.to == [to]);
        of.map(|arrival| arrival.message_id).collect()
    };
    let (one, other) = (ids("ada@example.com"), ids("bob@example.com"));
    assert_eq!((one.len(), other.len()), (2, 1), "three attempts");
    assert_eq!(one.first(), one.last(), "two attempts of one letter");
    assert_ne!(one.first(), other.first(), "two letters");
}

/// 4. Errors are classed by whose fault it is; 8. and say nothing of the letter.
pub fn clause_04_and_08_errors_say_whose_fault_it_is_and_nothing_else<M: MailerUnderTest>() {
    let (fixture, names) = (M::fresh(), Names::default());
    let to = email("very.private@example.com");
    for fate in [Fate::NoSuchMailbox, Fate::Rejected, Fate::Transient, Fate::Ours, Fate::Unreachable] {
        if let Err(why) = fixture.treat(&to, fate) {
            why.tell("clause 4, a fate");
            continue;
        }
        let letter = letter(&names, &to);
        let error = block_on(fixture.mailer().deliver(&letter)).expect_err("the server does not take it");
        let is_so = match fate {
            Fate::NoSuchMailbox => matches!(error, MailError::NoSuchMailbox { .. }),
            Fate::Rejected => matches!(error, MailError::Rejected { .. }),
            Fate::Unreachable => matches!(error, MailError::Unreachable(_)),
            Fate::Ours => matches!(error, MailError::Ours(_)),
            Fate::Transient | Fate::Hangs => matches!(error, MailError::Transient(_)),
        };
        assert!(is_so, "{fate:?} came back as {error:?}");
        let mut text = format!("{error:?}");
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            text.push_str(&format!(" {error} {error:?}"));
            cause = error.source();
        }
        for secret in [link(&letter), "confirmation_code", to.as_str(), to.local_part()] {
            assert!(!text.contains(secret), "an error says {secret:?}: {text}");
        }
    }
    assert_eq!(fixture.arrived(), Vec::new(), "one that was not taken arrived");
}

/// 5. Letters are independent; 6. a dropped future leaves nothing locked.
pub fn clause_05_and_06_a_letter_that_hangs_or_fails_delays_no_other<M: MailerUnderTest>() {
    let (fixture, names) = (M::fresh(), Names::default());
    let (slow, gone, fine) =
        (email("slow@example.com"), email("gone@example.com"), email("fine@example.com"));
    let treated = fixture.treat(&slow, Fate::Hangs).and_then(|()| fixture.treat(&gone, Fate::NoSuchMailbox));
    if let Err(why) = treated {
        return why.tell("clause 5, a letter that hangs");
    }
    let mailer = fixture.mailer();
    let (slow, gone) = (letter(&names, &slow), letter(&names, &gone));
    for round in 1..=10 {
        let mut hangs = mailer.deliver(&slow);
        assert!((&mut hangs).now_or_never().is_none(), "it does not hang: mend the fixture");
        assert!(block_on(mailer.deliver(&gone)).is_err(), "it does not fail: mend the fixture");
        block_on(mailer.deliver(&letter(&names, &fine))).expect("the server takes it");
        drop(hangs);
        let arrived = fixture.arrived().into_iter().filter(|arrival| arrival.to == [fine.as_str()]);
        assert_eq!(arrived.count(), round, "letters that neither hang nor fail");
    }
}

/// 9. It may be called from many tasks at once.
pub fn clause_09_many_may_deliver_at_once<M: MailerUnderTest>() {
    const EACH: usize = 20;
    let (fixture, names) = (M::fresh(), Names::default());
    let mailer = fixture.mailer();
    race(crate::names::SEED, 8, |_| {
        for _ in 0..EACH {
            block_on(mailer.deliver(&letter(&names, &names.email()))).expect("the server takes it");
        }
    });
    let mut arrived: Vec<_> = fixture.arrived().into_iter().map(|arrival| arrival.to).collect();
    arrived.sort();
    arrived.dedup();
    assert_eq!(arrived.len(), 8 * EACH, "each arrived at its own recipient");
}
