//! Strangers: who know addresses, have no password and no code, and come from one place or from everywhere.

use accountable_core::port::Clock as _;
use accountable_core::{
    MailOptions, PublicError,
    domain::{EmailAddress, FeedbackTag, MailedCode, Report, Span, Undeliverable},
};

use super::{letters::Held, life::Life};
use crate::doors::world::{email, password};

const BOUNCED: Report = Report::Bounced(Undeliverable::NoSuchMailbox);

impl Life {
    /// Whatever a stranger likes, and as often.
    pub(super) async fn stranger_acts(&mut self) {
        if self.dice.one_in(12) {
            self.guesses_until_it_is_disabled().await;
        } else if self.dice.one_in(12) {
            self.asks_for_a_day().await;
        } else {
            self.strangers_do_one_thing().await;
        }
        if self.dice.one_in(2) {
            self.sweep().await;
        }
        self.all_is_as_promised().await;
    }

    pub(super) async fn strangers_do_one_thing(&mut self) {
        let address = self.any_spelling();
        match self.dice.below(7) {
            0 | 1 => self.guesses(&address).await,
            2 | 3 => self.asks_for_resets(&address).await,
            4 => self.signs_up(&address).await,
            5 => self.reports().await,
            _ => self.tries_codes().await,
        }
    }

    /// The owner's address, as it is or as strangers spell it.
    fn any_spelling(&mut self) -> EmailAddress {
        let mailbox = self.owner.mailbox.clone();
        let (local, domain) = mailbox.as_str().split_once('@').unwrap();
        match self.dice.below(4) {
            0 => email(&format!("{}@{domain}", local.to_uppercase())),
            1 => email(&format!("{local}+{}@{domain}", self.dice.below(3))),
            _ => mailbox,
        }
    }

    async fn guesses(&mut self, address: &EmailAddress) {
        let count = self.dice.between(1, 14);
        self.say(format!("{count} guesses at {}", address.as_str()));
        for _ in 0..count {
            let public = self.from_anywhere();
            match public.authenticate(address, &password("not the password at all"), None).await {
                Ok(_) | Err(PublicError::TooMany { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    /// At each end of a lock, from everywhere: a day or so.
    async fn guesses_until_it_is_disabled(&mut self) {
        let address = self.owner.mailbox.clone();
        self.say("guesses until the password is disabled");
        for _ in 0..130 {
            let public = self.from_anywhere();
            let _ = public.authenticate(&address, &password("not the password at all"), None).await;
            let log_ins = self.world.view(self.id).await.log_ins;
            if log_ins.disabled {
                return self.say("it is disabled");
            }
            if let Some(until) = log_ins.locked_until {
                let wait = until.since(self.world.clock.now());
                self.time_passes(wait).await;
            }
        }
    }

    /// As often as the recipient's level admits a mail: whoever has spent it spends each hour of it.
    async fn asks_for_a_day(&mut self) {
        let address = self.owner.mailbox.clone();
        for _ in 0..13 {
            self.asks(&address, false).await;
            self.time_passes(Span::seconds(601)).await;
        }
        for _ in 0..self.dice.between(1, 10) {
            self.asks(&address, false).await;
            let wait = Span::minutes(*self.dice.pick(&[11, 59, 61, 90, 118, 121]));
            self.time_passes(wait).await;
            if self.dice.one_in(3) {
                return;
            }
        }
    }

    async fn asks_for_resets(&mut self, address: &EmailAddress) {
        let count = self.dice.between(1, 14);
        self.say(format!("{count} requests of a reset of {}", address.as_str()));
        for _ in 0..count {
            self.asks(address, false).await;
            if self.dice.one_in(4) {
                self.sweep().await;
            }
        }
    }

    async fn signs_up(&mut self, address: &EmailAddress) {
        let count = self.dice.between(1, 7);
        self.say(format!("{count} sign-ups of {}", address.as_str()));
        for _ in 0..count {
            self.asks(address, true).await;
        }
    }

    async fn asks(&mut self, address: &EmailAddress, sign_up: bool) {
        let public = self.from_anywhere();
        let asked = match sign_up {
            true => public.sign_up(address, MailOptions::default(), None).await,
            false => public.request_password_reset(address, MailOptions::default()).await,
        };
        match asked {
            Ok(_) | Err(PublicError::TooMany { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }

    /// Everything that a stranger can do to an address that somebody else is about to use.
    pub(super) async fn strangers_are_at(&mut self, address: &EmailAddress) {
        if self.dice.one_in(3) {
            self.signs_up(address).await;
        }
        if self.dice.one_in(3) {
            self.asks_for_resets(address).await;
        }
        if self.dice.one_in(2) {
            self.sweep().await;
        }
        if self.dice.one_in(3) {
            self.guesses(address).await;
        }
    }

    /// Reports that are made up; and, with the header of an old mail in hand, a genuine one. It counts no more once the address
    /// was proven or cleared after that mail.
    async fn reports(&mut self) {
        self.say("reports that do not count");
        let forged = FeedbackTag::new(&"a2".repeat(31)[..61]);
        let admin = self.world.admin();
        assert!(!admin.report(&forged, BOUNCED, "550 5.1.1").await.unwrap());
        let mailbox = self.owner.mailbox.clone();
        let before = self.world.view(self.id).await.suppressions;
        if let Some(proven) = self.owner.proven_at {
            let report = if self.dice.one_in(2) { BOUNCED } else { Report::Complained };
            let old: Vec<_> =
                self.headers.iter().filter(|head| head.to == mailbox && head.queued_at < proven).collect();
            for head in old {
                let _ = admin.report(&head.tag, report, "550 5.1.1").await.unwrap();
            }
        }
        assert_eq!(self.world.view(self.id).await.suppressions, before, "a report of a mail from before");
    }

    /// The last mail to that address comes back, although it arrived: redeeming its code clears that.
    pub(super) async fn a_mail_bounces(&mut self, to: &EmailAddress) {
        let last = self.headers.iter().rev().find(|head| head.to == *to).cloned();
        if let Some(last) = last {
            self.say("the last mail bounces");
            let _ = self.world.admin().report(&last.tag, BOUNCED, "550 5.1.1").await.unwrap();
        }
    }

    /// Codes that somebody else used, and codes that nobody mailed; a reader of a mailbox that is left tries its own.
    async fn tries_codes(&mut self) {
        self.say("codes that open nothing");
        let never = MailedCode::new(&self.id.to_string(), &"A".repeat(43));
        let dead: Vec<_> = self.dead.iter().map(|Held { code, .. }| code.clone()).collect();
        let public = self.from_anywhere();
        for code in dead.iter().rev().take(4).chain([&never]) {
            let new = password("eve was here and chose this one");
            let outcomes = [
                public.choose_password(code, &new).await.map(drop),
                public.revert_email_change(code).await.map(drop),
                public.cancel_email_change(code).await.map(drop),
            ];
            for outcome in outcomes {
                let is_shut = matches!(outcome, Err(PublicError::DeadCode | PublicError::TooMany { .. }));
                assert!(is_shut, "{outcome:?}");
            }
        }
    }
}
