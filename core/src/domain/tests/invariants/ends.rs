//! Invariants 18 and 9, of codes: no mail names an end that the code undercuts, whatever is asked for, redeemed or late; and
//! each mail leaves, or ends for a cause that is so.

use proptest::prelude::*;

use crate::domain::{letter_context::Withdrawn, testing::*, *};

/// One thing that happens. Numbers pick among what there is.
#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    AskForPassword,
    AskForEmail(u8),
    ConfirmEmail(usize),
    Choose(usize),
    /// The server takes one of the mails that wait.
    HandOver(usize),
    /// Staff queues one again whose code has expired.
    Requeue(usize),
}

/// A mail that was handed over: the code in it, and the end that it names.
struct Taken {
    purpose: Purpose,
    code: MailedCode,
    end: Timestamp,
}

struct Story {
    world: World,
    account: Account,
    now: Timestamp,
    number: u64,
    waiting: Vec<Mail>,
    expired: Vec<Mail>,
    taken: Vec<Taken>,
    /// Owner and staff have made all codes void that were issued before, but reverts.
    voided_at: Option<Timestamp>,
    voided: Vec<Nonce>,
}

impl Story {
    fn new(lives: CodeLives) -> Self {
        let mut world = World::new();
        world.rules.code_lives = lives;
        Self {
            account: Given::InUse.account(&World::new()).as_of(NOW + Span::days(9), Quota::ACCOUNT).0,
            world,
            now: NOW + Span::days(9),
            number: 1_000,
            waiting: Vec::new(),
            expired: Vec::new(),
            taken: Vec::new(),
            voided_at: None,
            voided: Vec::new(),
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        self.number += 2;
        self.now = self.now + Span::micros(if let Step::Wait(micros) = step { *micros } else { 1 });
        self.account = self.account.as_of(self.now, Quota::ACCOUNT).0;
        match *step {
            Step::Wait(_) => {}
            Step::AskForPassword => {
                let request =
                    MailRequest { bypass_throttle: true, ..self.world.request(self.number, self.now) };
                let change = self.account.request_password_reset(&request);
                self.queue(change)?;
            }
            Step::AskForEmail(to) => self.ask_for_email(to)?,
            Step::ConfirmEmail(back) => self.confirm_email(back)?,
            Step::Choose(back) => self.choose(back),
            Step::HandOver(at) => self.hand_over(at)?,
            Step::Requeue(at) => self.requeue(at)?,
        }
        self.promises()
    }

    fn queue(&mut self, change: Result<Change, Refusal>) -> Result<(), TestCaseError> {
        let Ok(change) = change else { return Ok(()) };
        self.account = change.account.unwrap_or_else(|| self.account.clone());
        for mail in change.mails {
            if let Some((_, Dispatch { subject: Subject::Code { purpose, nonce, .. }, .. })) = mail.dispatch()
            {
                // What is asked for is promised for half a life at least.
                let facts = self.account.facts().unwrap();
                let live = facts.confirmations[purpose].live_of(*nonce, self.now).unwrap();
                let short = live.is_short(self.world.rules.code_lives.of(*purpose), self.now);
                prop_assert!(!short || *purpose == Purpose::EmailCancel, "{:?}", live);
                self.waiting.push(mail);
            }
        }
        Ok(())
    }

    fn ask_for_email(&mut self, to: u8) -> Result<(), TestCaseError> {
        let email = EmailAddress::parse(&format!("next-{to}@example.com")).unwrap();
        let facts = self.account.facts().unwrap();
        let Some(current) = facts.password.clone() else { return Ok(()) };
        let another = facts.pending.as_ref().is_some_and(|pending| pending.mailbox.address != email);
        let change = self.account.request_email_change(&EmailChange {
            code: MailRequest { bypass_throttle: true, ..self.world.request(self.number, self.now) },
            notice: MailId::from_bytes(u128::from(self.number).to_be_bytes()),
            cancel_page: &self.world.page,
            email: &email,
            tag: self.world.keys.address_tag(&self.world.realm, &email),
            verified: &current.hash,
            epoch: self.account.epoch,
        });
        if another && change.is_ok() {
            self.void(|purpose| matches!(purpose, Purpose::EmailConfirm | Purpose::EmailCancel));
        }
        self.queue(change)
    }

    fn confirm_email(&mut self, back: usize) -> Result<(), TestCaseError> {
        let Some(code) = self.brought(Purpose::EmailConfirm, back) else { return Ok(()) };
        let request = ConfirmEmail {
            redemption: self.world.redeem(&code, self.now),
            revert: self.world.request(self.number, self.now),
            epoch: self.account.epoch,
        };
        let change = self.account.confirm_email(&request);
        if change.is_ok() {
            self.void(|purpose| purpose != Purpose::EmailRevert);
        }
        self.queue(change)
    }

    fn choose(&mut self, back: usize) {
        let Some(code) = self.brought(self.account.reset_purpose(), back) else { return };
        let fresh = self.world.fresh(&self.account, self.number);
        let redemption = self.world.redeem(&code, self.now);
        if let Ok(change) = self.account.choose_password(&redemption, &self.world.judge(&fresh, self.now)) {
            self.account = change.account.unwrap();
            self.void(|purpose| purpose != Purpose::EmailRevert);
        }
    }

    /// One of the codes that were mailed, counted from the last.
    fn brought(&self, purpose: Purpose, back: usize) -> Option<MailedCode> {
        let of = self.taken.iter().filter(|taken| taken.purpose == purpose).collect::<Vec<_>>();
        let at = back.checked_rem(of.len())?;
        Some(of[of.len() - 1 - at].code.clone())
    }

    fn void(&mut self, of: impl Fn(Purpose) -> bool) {
        self.taken.retain(|taken| !of(taken.purpose));
        let nonces = self.waiting.iter().filter_map(|mail| match mail.dispatch()?.1.subject {
            Subject::Code { purpose, nonce, .. } if of(purpose) => Some(nonce),
            _ => None,
        });
        self.voided.extend(nonces);
        self.voided_at = Some(self.now);
    }

    fn hand_over(&mut self, at: usize) -> Result<(), TestCaseError> {
        let Some(at) = at.checked_rem(self.waiting.len()) else { return Ok(()) };
        let mail = self.waiting.remove(at);
        let Subject::Code { purpose, nonce, .. } = mail.dispatch().unwrap().1.subject else {
            panic!("a notice")
        };
        let lives = &self.world.rules.code_lives;
        if let Some(change) = self.account.renewed_code(&mail, lives, self.now) {
            self.account = change.account.unwrap();
        }
        let letter = self.world.counter(Some(&self.account), self.now).letter(&mail, |_| None);
        match letter {
            Ok(letter) => {
                prop_assert!(!self.voided.contains(&nonce));
                let Message::Code { link, expires_at, .. } = letter.message else { panic!("no link") };
                self.account = self
                    .account
                    .revert_handed_over(&mail, expires_at, self.now)
                    .unwrap_or_else(|| self.account.clone());
                let code = MailedCode::new(&link.account().to_string(), &link.code().expose());
                self.taken.push(Taken { purpose, code, end: expires_at });
            }
            Err(Withdrawn::Expired) => {
                // Its life is over, and nobody's act has made it void.
                let half = Span::micros(lives.of(purpose).each.as_micros() / 2);
                let late = purpose == Purpose::EmailCancel || self.now >= mail.queued_at + half;
                let these = self.account.facts().unwrap().confirmations.get(&purpose);
                prop_assert!(
                    late,
                    "{:?} {:?} of {}, at {}: {:#?}",
                    purpose,
                    nonce,
                    mail.queued_at,
                    self.now,
                    these
                );
                self.expired.push(mail);
            }
            Err(Withdrawn::Void) => prop_assert!(
                self.voided.contains(&nonce) || self.voided_at.is_some_and(|at| at >= mail.queued_at),
                "{:?} of {:?} was dropped without a cause",
                purpose,
                mail.queued_at
            ),
            Err(Withdrawn::Suppressed) => prop_assert!(false, "nothing is held back here"),
        }
        Ok(())
    }

    fn requeue(&mut self, at: usize) -> Result<(), TestCaseError> {
        let Some(at) = at.checked_rem(self.expired.len()) else { return Ok(()) };
        let mail = self.expired[at].clone().expired(self.now);
        let request = self.world.request(self.number, self.now);
        if let Ok((change, again)) = self.account.requeue(&mail, &request) {
            self.expired.remove(at);
            self.account = change.account.unwrap_or_else(|| self.account.clone());
            let letter = self.world.counter(Some(&self.account), self.now).letter(&again, |_| None);
            prop_assert!(letter.is_ok() || again == mail.requeued(self.now), "{:?}", letter);
            self.waiting.push(again);
        }
        Ok(())
    }

    /// Every link that was mailed works until the end that its mail names; and nothing waits longer than it can be had.
    fn promises(&self) -> Result<(), TestCaseError> {
        let facts = self.account.facts().unwrap();
        for taken in self.taken.iter().filter(|taken| self.now < taken.end) {
            for moment in [self.now, taken.end - Span::micros(1)] {
                let then = self.account.as_of(moment, Quota::ACCOUNT).0;
                match then.inspect_code(&self.world.redeem(&taken.code, moment)) {
                    CodeState::Live { expires_at, .. } => prop_assert!(expires_at >= taken.end),
                    other => prop_assert!(false, "{:?} to {} is {:?}", taken.purpose, taken.end, other),
                }
            }
        }
        let latest =
            |purpose: Purpose| facts.confirmations.get(&purpose)?.issued.as_ref().map(|it| it.expires_at);
        if let Some(pending) = &facts.pending {
            prop_assert_eq!(Some(pending.until), latest(Purpose::EmailConfirm));
            prop_assert_eq!(Some(pending.until), latest(Purpose::EmailCancel));
        }
        for former in facts.former.iter().filter(|former| former.reserved) {
            prop_assert_eq!(Some(former.until), latest(Purpose::EmailRevert));
        }
        for (purpose, these) in &facts.confirmations {
            let longest = self.world.rules.code_lives.of(*purpose).longest;
            let slid = these.mailed().filter(|_| *purpose != Purpose::EmailCancel);
            for it in slid {
                prop_assert!(it.expires_at <= it.issued_at + longest, "{:?}: {:?}", purpose, it);
            }
        }
        Ok(())
    }
}

fn lives() -> impl Strategy<Value = CodeLives> {
    let life = || {
        prop_oneof![
            Just(Span::minutes(5)),
            Just(Span::hours(1)),
            Just(Span::hours(24)),
            Just(Span::hours(72)),
            Just(Span::days(7))
        ]
    };
    prop_oneof![
        Just(CodeLives::default()),
        [life(), life(), life(), life()].prop_map(|[set, reset, confirm, revert]| CodeLives {
            password_set: set,
            password_reset: reset,
            email_confirm: confirm,
            email_revert: revert,
            ..CodeLives::default()
        }),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let wait = |most: Span| (0..=most.as_micros()).prop_map(Step::Wait);
    let step = prop_oneof![
        4 => wait(Span::minutes(20)),
        3 => wait(Span::hours(12)),
        1 => wait(Span::days(4)),
        6 => Just(Step::AskForPassword),
        3 => (0_u8..2).prop_map(Step::AskForEmail),
        1 => (0_usize..4).prop_map(Step::ConfirmEmail),
        1 => (0_usize..4).prop_map(Step::Choose),
        8 => (0_usize..9).prop_map(Step::HandOver),
        1 => (0_usize..9).prop_map(Step::Requeue),
    ];
    prop::collection::vec(step, 1..150)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_mail_names_an_end_that_its_code_undercuts_and_none_is_dropped_without_a_cause(lives in lives(), steps in steps()) {
        let mut story = Story::new(lives);
        for step in &steps {
            story.step(step)?;
        }
    }
}
