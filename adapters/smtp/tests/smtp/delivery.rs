//! What arrives, octet for octet, and what the envelope says.

use accountable_core::{
    domain::FeedbackTag,
    port::{MailError, Mailer as _},
};
use accountable_mail::{Composer, LetterWords, Letterhead};
use accountable_smtp::{SmtpError, SmtpMailer};

use crate::{
    letters::{TAG, cause, composer, email, fate, letter, mailer, settings, to_ada},
    sink::{Answer, Sink, Way},
};

#[tokio::test]
async fn a_mail_arrives_to_the_octet_and_its_dots_with_it() {
    let sink = Sink::usual();
    assert_eq!(fate(&sink).await.unwrap().as_deref(), Some("Q0"));
    let received = sink.received();
    let [mail] = &received[..] else { panic!("{} mails", received.len()) };
    assert_eq!(mail.octets, composer().compose(&to_ada()).unwrap().as_bytes());
    assert_eq!(mail.to, ["ada@example.com"]);
    assert!(mail.from.starts_with("<accounts@orchard.example>"), "{}", mail.from);
    assert!(mail.stuffed >= 3, "{} lines began with a dot", mail.stuffed);
    assert_eq!(sink.lines()[0], "EHLO orchard.example");
}

#[tokio::test]
async fn bounces_go_where_the_settings_say_each_to_an_address_of_its_own_if_they_say_so() {
    let sink = Sink::usual();
    let settings = settings(&[&sink]).with_bounces_to(email("bounces@orchard.example"));
    let tagged = settings.clone().with_verp("b+@bounces.orchard.example".parse().unwrap());
    mailer(&settings).deliver(&to_ada()).await.unwrap();
    mailer(&tagged).deliver(&to_ada()).await.unwrap();
    // What has no tag goes to the host, and bounces to the common address.
    mailer(&tagged).deliver(&letter("ada@example.com", 8)).await.unwrap();
    let from: Vec<_> =
        sink.received().iter().map(|mail| mail.from.split(' ').next().unwrap().to_owned()).collect();
    let common = "<bounces@orchard.example>".to_owned();
    assert_eq!(from, [common.clone(), format!("<b+{TAG}@bounces.orchard.example>"), common]);
}

#[tokio::test]
async fn a_tag_that_is_none_of_ours_puts_nothing_into_a_command() {
    let sink = Sink::usual();
    let tagged = settings(&[&sink]).with_verp("b+@bounces.orchard.example".parse().unwrap());
    let forged = FeedbackTag::new("a@b.example>\r\nRCPT TO:<eve@example.com");
    let error =
        mailer(&tagged).deliver(&letter("ada@example.com", 7).with_feedback(forged)).await.unwrap_err();
    assert!(matches!((&error, cause(&error)), (MailError::Ours(_), SmtpError::NoVerp)), "{error:?}");
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn an_address_that_is_not_ascii_goes_out_where_the_relay_takes_it() {
    let sink = Sink::usual();
    mailer(&settings(&[&sink])).deliver(&letter("j\u{f6}rg@example.com", 7)).await.unwrap();
    let received = sink.received();
    assert!(received[0].from.contains(" SMTPUTF8 BODY=8BITMIME"), "{}", received[0].from);
    assert_eq!(received[0].to, ["j\u{f6}rg@example.com"]);
    // A sender stands in the header, so it counts alike.
    let from = Letterhead::new(email("konten\u{f6}@orchard.example"));
    let bounces = settings(&[&sink]).with_bounces_to(email("bounces@orchard.example"));
    let ours = SmtpMailer::new(Composer::new(from, LetterWords::of("Orchard")), &bounces).unwrap();
    ours.deliver(&to_ada()).await.unwrap();
    assert!(sink.received()[1].from.contains(" SMTPUTF8"));
    // And who needs none of it asks for none of it.
    mailer(&settings(&[&sink])).deliver(&to_ada()).await.unwrap();
    let plain = sink.received()[2].from.clone();
    assert!(
        !plain.contains("SMTPUTF8") && !plain.contains("8BITMIME") && plain.contains(" SIZE="),
        "{plain}"
    );
}

#[tokio::test]
async fn a_relay_that_lacks_what_a_mail_needs_is_told_nothing_of_it() {
    let to = letter("j\u{f6}rg@example.com", 7);
    for (abilities, is) in [
        (&["8BITMIME"][..], "an address is not ASCII, and the relay has no SMTPUTF8"),
        (&["SMTPUTF8"][..], "the mail is not ASCII, and the relay has no 8BITMIME"),
        (&["SMTPUTF8", "8BITMIME", "SIZE 100"][..], "and the relay takes 100"),
    ] {
        let sink = Sink::new(Way::Plaintext, abilities, |_, _| Answer::Usual);
        let error = mailer(&settings(&[&sink])).deliver(&to).await.unwrap_err();
        assert!(matches!(error, MailError::Ours(_)) && cause(&error).to_string().ends_with(is), "{error:?}");
        assert!(!sink.lines().iter().any(|line| line.starts_with("MAIL")), "{abilities:?}");
    }
}

/// A limit that the mail just fits, and one octet less.
#[tokio::test]
async fn the_size_that_a_relay_takes_is_counted_as_it_counts() {
    let octets = composer().compose(&to_ada()).unwrap().as_bytes().len();
    for (limit, fits) in [(octets, true), (octets - 1, false)] {
        let ability: &'static str = format!("SIZE {limit}").leak();
        let sink = Sink::new(Way::Plaintext, &[ability], |_, _| Answer::Usual);
        assert_eq!(fate(&sink).await.is_ok(), fits, "{limit} of {octets}");
        if fits {
            assert!(sink.received()[0].from.ends_with(&format!(" SIZE={octets}")));
        }
    }
}
