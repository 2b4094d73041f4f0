//! The way to the relay: encrypted, to the one that is meant, and the log-in only there.

use accountable_core::port::{MailError, Mailer as _};
use accountable_smtp::{
    Command, Relay, RelayPassword, Roots, SmtpError, SmtpMailer, SmtpSettings, SmtpSetupError,
};

use crate::{
    certificates::Authority,
    letters::{assert_refused, cause, composer, mailer, to_ada},
    sink::{Answer, Sink, Way},
};

const SECRET: &str = "correct horse";

fn settings(sink: &Sink, trusted: &Authority) -> SmtpSettings {
    SmtpSettings::default().with_relay(logged_in(sink)).with_roots(Roots::Named).with_root_pem(trusted.pem())
}

fn logged_in(sink: &Sink) -> Relay {
    let url = sink.url().replace("://", "://accounts%40orchard.example@");
    Relay::at(url.parse().unwrap()).with_password(RelayPassword::new(SECRET).unwrap())
}

const ABILITIES: [&str; 3] = ["STARTTLS", "AUTH PLAIN LOGIN", "8BITMIME"];

fn ways(authority: &Authority, name: &str) -> [Way; 2] {
    [Way::StartTls(authority.server(name)), Way::ImplicitTls(authority.server(name))]
}

#[tokio::test]
async fn a_mail_goes_through_tls_of_either_kind_after_the_log_in() {
    let authority = Authority::new();
    for way in ways(&authority, "localhost") {
        let sink = Sink::new(way, &ABILITIES, |_, _| Answer::Usual);
        mailer(&settings(&sink, &authority)).deliver(&to_ada()).await.unwrap();
        let received = sink.received();
        assert_eq!(received[0].octets, composer().compose(&to_ada()).unwrap().as_bytes());
        let lines = sink.lines();
        let log_in = lines.iter().position(|line| line.starts_with("AUTH PLAIN ")).unwrap();
        // "\0accounts@orchard.example\0correct horse"
        assert_eq!(lines[log_in], "AUTH PLAIN AGFjY291bnRzQG9yY2hhcmQuZXhhbXBsZQBjb3JyZWN0IGhvcnNl");
        if let Some(tls) = lines.iter().position(|line| line == "STARTTLS") {
            assert!(tls < log_in && lines[tls + 1].starts_with("EHLO"), "{lines:?}");
        }
    }
}

#[tokio::test]
async fn a_relay_that_knows_login_only_is_told_the_name_and_then_the_password() {
    let authority = Authority::new();
    let sink =
        Sink::new(Way::ImplicitTls(authority.server("localhost")), &["AUTH LOGIN"], |_, line| match line {
            "AUTH LOGIN" => Answer::Says("334 Who?"),
            "YWNjb3VudHNAb3JjaGFyZC5leGFtcGxl" => Answer::Says("334 UGFzc3dvcmQ6"),
            _ => Answer::Usual,
        });
    mailer(&settings(&sink, &authority)).deliver(&to_ada()).await.unwrap();
    assert!(sink.lines().contains(&"Y29ycmVjdCBob3JzZQ==".to_owned()), "{:?}", sink.lines());
}

#[tokio::test]
async fn where_the_offer_of_starttls_is_taken_out_nothing_follows() {
    let authority = Authority::new();
    let way = Way::StartTls(authority.server("localhost"));
    let sink = Sink::new(way, &["AUTH PLAIN LOGIN"], |_, _| Answer::Usual);
    let error = mailer(&settings(&sink, &authority)).deliver(&to_ada()).await.unwrap_err();
    assert!(
        matches!((&error, cause(&error)), (MailError::Unreachable(_), SmtpError::NoStartTls)),
        "{error:?}"
    );
    assert_eq!(sink.lines(), ["EHLO orchard.example"], "in clear");
}

#[tokio::test]
async fn starttls_that_is_refused_is_not_done_without() {
    let authority = Authority::new();
    let sink = Sink::new(Way::StartTls(authority.server("localhost")), &ABILITIES, |_, line| {
        if line == "STARTTLS" { Answer::SaysAndCloses("454 4.7.0 Not now") } else { Answer::Usual }
    });
    let error = mailer(&settings(&sink, &authority)).deliver(&to_ada()).await.unwrap_err();
    assert_refused(&error, "Unreachable", Command::StartTls, "454 4.7.0");
    assert_eq!(sink.lines(), ["EHLO orchard.example", "STARTTLS"]);
}

#[tokio::test]
async fn a_certificate_of_another_name_or_of_an_authority_that_is_not_trusted_is_refused() {
    let (authority, other) = (Authority::new(), Authority::new());
    for (name, trusted) in [("other.example", &authority), ("localhost", &other)] {
        for way in ways(&authority, name) {
            let sink = Sink::new(way, &ABILITIES, |_, _| Answer::Usual);
            let error = mailer(&settings(&sink, trusted)).deliver(&to_ada()).await.unwrap_err();
            assert!(
                matches!((&error, cause(&error)), (MailError::Unreachable(_), SmtpError::Tls(_))),
                "{error:?}"
            );
            assert!(!sink.lines().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
        }
    }
}

#[tokio::test]
async fn a_log_in_that_fails_or_is_not_offered_is_charged_to_no_letter_and_says_no_password() {
    let authority = Authority::new();
    for (abilities, reply) in
        [(&ABILITIES[..], "535 5.7.8 accounts: no"), (&[][..], ""), (&["AUTH CRAM-MD5"][..], "")]
    {
        let way = Way::ImplicitTls(authority.server("localhost"));
        let sink = Sink::new(way, abilities, move |_, line| {
            if line.starts_with("AUTH") { Answer::Says(reply) } else { Answer::Usual }
        });
        let error = mailer(&settings(&sink, &authority)).deliver(&to_ada()).await.unwrap_err();
        if reply.is_empty() {
            let is_so = matches!((&error, cause(&error)), (MailError::Unreachable(_), SmtpError::NoLogin));
            assert!(is_so, "{error:?}");
        } else {
            assert_refused(&error, "Unreachable", Command::Auth, "535 5.7.8");
        }
        let shown = format!("{error:?} {error} {}", cause(&error));
        assert!(!shown.contains(SECRET) && !shown.contains("accounts"), "{shown}");
    }
}

#[test]
fn a_user_and_a_password_come_together_and_trust_in_somebody() {
    let authority = Authority::new();
    let url = |text: &str| Relay::at(text.parse().unwrap());
    let new = |settings: SmtpSettings| SmtpMailer::new(composer(), &settings).unwrap_err();
    let named = || SmtpSettings::default().with_roots(Roots::Named).with_root_pem(authority.pem());
    let nobody = new(named().with_relay(url("smtps://ada@mail.example")));
    assert!(matches!(nobody, SmtpSetupError::NoPassword(_)), "{nobody:?}");
    let password = RelayPassword::new(SECRET).unwrap();
    let nobody = new(named().with_relay(url("smtps://mail.example").with_password(password)));
    assert!(matches!(nobody, SmtpSetupError::NoUser(_)), "{nobody:?}");
    let file = url("smtps://ada@mail.example").with_password_file("/nonexistent/password");
    assert!(matches!(new(named().with_relay(file)), SmtpSetupError::Password { .. }));
    let some = SmtpSettings::default().with_relay(url("smtps://mail.example")).with_roots(Roots::Named);
    assert!(matches!(new(some.clone()), SmtpSetupError::NoRoots));
    assert!(matches!(new(some.with_root_pem("no certificate")), SmtpSetupError::Roots(_)));
}
