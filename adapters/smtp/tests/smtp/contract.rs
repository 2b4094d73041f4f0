//! The contract of mailers, clause by clause.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use accountable_conformance::{
    mailer::{Arrival, Fate, MailerUnderTest},
    store::NotOffered,
};
use accountable_core::{domain::EmailAddress, port::Mailer};
use accountable_mail::{Composer, LetterWords, Letterhead};
use accountable_smtp::SmtpMailer;
use mail_parser::MessageParser;

use crate::{
    letters::{email, settings},
    sink::{Answer, GREETING, Sink},
};

struct OnLoopback {
    sink: Sink,
    mailer: Arc<SmtpMailer>,
    fates: Arc<Mutex<BTreeMap<String, Fate>>>,
}

fn answer(fates: &BTreeMap<String, Fate>, line: &str) -> Answer {
    let is_down = fates.values().any(|fate| *fate == Fate::Unreachable);
    if is_down && (line == GREETING || line.starts_with("MAIL") || line == "RSET") {
        return Answer::SaysAndCloses("421 4.3.2 Shutting down");
    }
    let to = line.strip_prefix("RCPT TO:<").and_then(|line| line.strip_suffix('>'));
    match to.and_then(|to| fates.get(to)) {
        None | Some(Fate::Unreachable) => Answer::Usual,
        Some(Fate::NoSuchMailbox) => Answer::Says("550 5.1.1 <very.private@example.com> unknown"),
        Some(Fate::Rejected) => {
            Answer::Says("550 5.7.1 very.private@example.com has no wish: recipient has blocked you")
        }
        Some(Fate::Transient) => Answer::Says("450 4.2.0 very.private@example.com: later"),
        Some(Fate::Ours) => Answer::Says("550 5.7.1 very.private@example.com: access denied"),
        Some(Fate::Hangs) => Answer::Hangs,
    }
}

impl MailerUnderTest for OnLoopback {
    fn fresh() -> Self {
        let fates = Arc::<Mutex<BTreeMap<String, Fate>>>::default();
        let of = Arc::clone(&fates);
        let sink = Sink::scripted(move |_, line| answer(&of.lock().unwrap(), line));
        let settings = settings(&[&sink]).with_verp("b+@bounces.orchard.example".parse().unwrap());
        let composer =
            Composer::new(Letterhead::new(email("accounts@orchard.example")), LetterWords::of("Orchard"));
        let mailer = Arc::new(SmtpMailer::new(composer, &settings).unwrap());
        Self { sink, mailer, fates }
    }

    fn mailer(&self) -> Arc<dyn Mailer> {
        Arc::<SmtpMailer>::clone(&self.mailer)
    }

    fn arrived(&self) -> Vec<Arrival> {
        let read = |mail: crate::sink::Received| {
            let parsed = MessageParser::default().parse(&mail.octets).unwrap();
            Arrival {
                message_id: parsed.message_id().unwrap().to_owned(),
                text: parsed.body_text(0).unwrap().into_owned(),
                brings_back: mail.from,
                to: mail.to,
            }
        };
        self.sink.received().into_iter().map(read).collect()
    }

    fn treat(&self, to: &EmailAddress, as_told: Fate) -> Result<(), NotOffered> {
        self.fates.lock().unwrap().insert(to.as_smtp().into_owned(), as_told);
        Ok(())
    }
}

accountable_conformance::mailer_contract!(OnLoopback);
