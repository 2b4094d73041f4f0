//! What always holds, whatever is commanded in whatever order and however the clock jumps.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::domain::{testing::*, *};

const PERIOD: Span = Span::seconds(600);

/// One thing that happens. Numbers pick among what there is.
#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Jump {
        back: bool,
        micros: u64,
    },
    RequestSet {
        bypass: bool,
    },
    RequestReset {
        stranger: bool,
    },
    /// Somebody brings one of the codes that were ever mailed.
    Choose {
        code: usize,
        weak: bool,
    },
    Assign,
    Change {
        stale: bool,
    },
    /// The server refuses one of the mails before accepting it.
    Bounce {
        mail: usize,
    },
    Suspend,
    Reinstate,
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let micros = |most: Span| 0..=most.as_micros();
    let step = prop_oneof![
        4 => micros(Span::minutes(15)).prop_map(Step::Wait),
        1 => micros(Span::days(4)).prop_map(Step::Wait),
        1 => (any::<bool>(), micros(Span::days(30))).prop_map(|(back, micros)| Step::Jump { back, micros }),
        1 => (any::<bool>(), micros(Span::minutes(10))).prop_map(|(back, micros)| Step::Jump { back, micros }),
        4 => prop::bool::weighted(0.1).prop_map(|bypass| Step::RequestSet { bypass }),
        6 => any::<bool>().prop_map(|stranger| Step::RequestReset { stranger }),
        4 => (0_usize..8, prop::bool::weighted(0.3)).prop_map(|(code, weak)| Step::Choose { code, weak }),
        1 => Just(Step::Assign),
        2 => any::<bool>().prop_map(|stale| Step::Change { stale }),
        2 => (0_usize..8).prop_map(|mail| Step::Bounce { mail }),
        1 => Just(Step::Suspend),
        2 => Just(Step::Reinstate),
        1 => Just(Step::Close),
    ];
    prop::collection::vec(step, 1..80)
}

/// A mail that was queued, when by the clock and when by the time that passed.
struct Queued {
    mail: Mail,
    purpose: Purpose,
    passed: Span,
    bypassed: bool,
    refused: bool,
}

/// An account's life, and what was seen of it from outside.
struct Life {
    world: World,
    account: Account,
    bystander: Account,
    now: Timestamp,
    /// How far the clock ever went forward: what a quota may count on.
    passed: Span,
    number: u64,
    queued: Vec<Queued>,
    codes: Vec<MailedCode>,
    redeemed: BTreeSet<usize>,
    /// Each code's nonce, and what it is good for.
    nonces: BTreeMap<Nonce, Purpose>,
}

impl Life {
    fn new() -> Self {
        let world = World::new();
        Self {
            account: world.registered(1, NOW),
            bystander: world.registered(2, NOW),
            world,
            now: NOW,
            passed: Span::ZERO,
            number: 0,
            queued: Vec::new(),
            codes: Vec::new(),
            redeemed: BTreeSet::new(),
            nonces: BTreeMap::new(),
        }
    }

    fn facts(&self) -> &Facts {
        self.account.facts().unwrap()
    }

    /// One step, as the loop would take it: what time alone does, then the command.
    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        self.number += 1;
        // No account is written twice within a microsecond: between lie a load and a commit.
        self.now = self.now + Span::micros(1);
        self.passed = Span::micros(self.passed.as_micros() + 1);
        match *step {
            Step::Wait(micros) | Step::Jump { back: false, micros } => {
                self.now = self.now + Span::micros(micros);
                self.passed = Span::micros(self.passed.as_micros() + micros);
            }
            Step::Jump { back: true, micros } => self.now = self.now - Span::micros(micros),
            _ => {}
        }
        self.let_time_pass()?;
        let before = self.account.clone();
        match *step {
            Step::Wait(_) | Step::Jump { .. } => {}
            Step::RequestSet { bypass } => {
                let request =
                    MailRequest { bypass_throttle: bypass, ..self.world.request(self.number, self.now) };
                let change = before.request_password_set(&request);
                self.mailed(change, bypass)?;
            }
            Step::RequestReset { stranger } => {
                let request =
                    MailRequest { stranger_caused: stranger, ..self.world.request(self.number, self.now) };
                let change = before.request_password_reset(&request);
                self.mailed(change, false)?;
            }
            Step::Choose { code, weak } => self.choose(code, weak)?,
            Step::Assign => {
                let fresh = self.world.fresh(&before, self.number);
                let change = before.assign_password(&AssignPassword {
                    new: self.world.judge(&fresh, self.now),
                    temporary: Span::hours(72),
                });
                self.password_set(change)?;
            }
            Step::Change { stale } => {
                let fresh = self.world.fresh(&before, self.number);
                let current = self.facts().password.as_ref().map(|current| current.hash.clone());
                let had_one = current.is_some();
                let change = before.change_password(&ChangePassword {
                    new: self.world.judge(&fresh, self.now),
                    verified: &current.unwrap_or_else(|| self.world.hash(&before, 0)),
                    epoch: if stale { before.epoch.next() } else { before.epoch },
                });
                prop_assert!(change.is_err() || had_one && !stale);
                self.password_set(change)?;
            }
            Step::Bounce { mail } => self.bounce(mail),
            Step::Suspend | Step::Close | Step::Reinstate => self.stand(step),
        }
        prop_assert!(self.account.epoch >= before.epoch && self.account.version >= before.version);
        self.always()
    }

    /// Invariant 14: what time alone does is total, and done once.
    fn let_time_pass(&mut self) -> Result<(), TestCaseError> {
        for extreme in [Timestamp::MIN, Timestamp::MAX] {
            let (there, _) = self.account.as_of(extreme, Quota::ACCOUNT);
            let (again, events) = there.as_of(extreme, Quota::ACCOUNT);
            prop_assert_eq!((&again, events), (&there, Vec::new()));
        }
        let (next, _) = self.account.as_of(self.now, Quota::ACCOUNT);
        let (again, events) = next.as_of(self.now, Quota::ACCOUNT);
        prop_assert_eq!((&again, events), (&next, Vec::new()));
        self.account = next;
        Ok(())
    }

    fn mailed(&mut self, change: Result<Change, Refusal>, bypassed: bool) -> Result<(), TestCaseError> {
        let change = match change {
            Ok(change) => change,
            Err(Refusal::Throttled { retry_after }) => {
                // Throttle clause 2.
                prop_assert!(retry_after > Span::ZERO && retry_after <= PERIOD);
                prop_assert!(!bypassed);
                return Ok(());
            }
            Err(_) => return Ok(()),
        };
        let live_before: BTreeMap<_, _> = self
            .facts()
            .confirmations
            .iter()
            .filter_map(|(purpose, confirmations)| Some((*purpose, confirmations.live(self.now)?.nonce)))
            .collect();
        self.account = change.account.unwrap();
        for mail in change.mails {
            let Content::Letter(dispatch) = &mail.content else { panic!("a letter") };
            let Subject::Code { purpose, nonce, .. } = &dispatch.subject else { continue };
            // Code clause 1: a repeated request mails the same code, another one never that of an earlier code.
            match live_before.get(purpose) {
                Some(live) => prop_assert_eq!(live, nonce),
                None => prop_assert!(self.nonces.insert(*nonce, *purpose).is_none()),
            }
            let code = self.world.code(&self.account, *purpose);
            if !live_before.contains_key(purpose) {
                self.codes.push(code);
            }
            let purpose = *purpose;
            let passed = self.passed;
            self.queued.push(Queued { mail, purpose, passed, bypassed, refused: false });
        }
        Ok(())
    }

    /// Invariant 3.
    fn choose(&mut self, code: usize, weak: bool) -> Result<(), TestCaseError> {
        let count = self.codes.len();
        let Some(at) = code.checked_rem(count).map(|back| count - 1 - back) else {
            return Ok(());
        };
        let code = self.codes[at].clone();
        let fresh = self.world.fresh(&self.account, self.number);
        let strict = PasswordPolicy::builder().length(100..=200).build().unwrap();
        let mut new = self.world.judge(&fresh, self.now);
        if weak {
            new.policy = &strict;
        }
        let redemption = self.world.redeem(&code, self.now);
        prop_assert_eq!(
            self.bystander.choose_password(&redemption, &new),
            Err(Stop::Refused(Refusal::DeadCode))
        );
        let told = self.account.inspect_code(&redemption);
        let change = self.account.choose_password(&redemption, &new);
        let live = matches!(told, CodeState::Live { .. });
        prop_assert_eq!(live, change != Err(Stop::Refused(Refusal::DeadCode)));
        if weak {
            prop_assert!(change.is_err());
        }
        if change.is_ok() {
            prop_assert!(self.redeemed.insert(at), "redeemed twice");
        }
        self.password_set(change)
    }

    fn password_set(&mut self, change: Result<Change, Stop>) -> Result<(), TestCaseError> {
        let Ok(change) = change else { return Ok(()) };
        let throttles = self.facts().throttles.clone();
        let epoch = self.account.epoch;
        self.account = change.account.unwrap();
        prop_assert_eq!(self.account.epoch, epoch.next());
        // A new password kills every code but reverts; a throttle outlives its code.
        for (purpose, confirmations) in &self.facts().confirmations {
            prop_assert!(confirmations.issued.is_none() || *purpose == Purpose::EmailRevert);
        }
        prop_assert_eq!(&self.facts().throttles, &throttles);
        for code in &self.codes {
            let told = self.account.inspect_code(&self.world.redeem(code, self.now));
            prop_assert!(!matches!(told, CodeState::Live { .. }), "{:?}", told);
        }
        Ok(())
    }

    fn bounce(&mut self, mail: usize) {
        let count = self.queued.len();
        let Some(at) = mail.checked_rem(count).map(|back| count - 1 - back) else {
            return;
        };
        let queued = &mut self.queued[at];
        if std::mem::replace(&mut queued.refused, true) {
            return;
        }
        let given_back = self.account.give_back(queued.purpose, queued.mail.queued_at, Quota::ACCOUNT);
        self.account = given_back.unwrap_or_else(|| self.account.clone());
    }

    /// As suspending, closing, reinstating and reopening leave it.
    fn stand(&mut self, step: &Step) {
        let kind = match step {
            Step::Suspend => StandingKind::Suspended,
            Step::Close => StandingKind::Closed,
            _ => {
                self.account = with_facts(self.account.clone(), |facts| facts.standing = Standing::Active);
                return;
            }
        };
        self.account = standing(self.account.clone(), kind);
    }

    fn always(&self) -> Result<(), TestCaseError> {
        self.throttle_bound()?;
        let facts = self.facts();
        // Code clause 1: at most so long from issue, and from now.
        for (purpose, confirmations) in &facts.confirmations {
            if let Some(issued) = &confirmations.issued {
                let longest = purpose.lifetime().longest;
                prop_assert!(issued.expires_at <= issued.issued_at + longest);
            }
        }
        // Invariant 11.
        let lock_out = LockOut::default();
        let scene = Scene {
            account: Some(&self.account),
            address: None,
            filter: None,
            origin: Origin::Unknown,
            now: self.now,
            lock_out: &lock_out,
        };
        if facts.password.is_none() {
            prop_assert!(matches!(scene.prospect(), Prospect::Decoy { .. }), "{:?}", scene.prospect());
        }
        // Invariant 9: what is handed over carries a code that redeems, and what is withdrawn carried none.
        for queued in &self.queued {
            let counter = self.world.counter(Some(&self.account), self.now);
            let Content::Letter(dispatch) = &queued.mail.content else { panic!("a letter") };
            let Subject::Code { nonce, .. } = &dispatch.subject else { continue };
            let issued = facts.confirmations.get(&queued.purpose);
            let live = issued.and_then(|issued| issued.live(self.now));
            let stands = live.is_some_and(|live| live.nonce == *nonce);
            match counter.letter(&queued.mail, |_| None) {
                Ok(letter) => {
                    prop_assert!(stands);
                    let code = read_by_page(letter.link().unwrap());
                    let redemption = self.world.redeem(&code, self.now);
                    let fresh = self.world.fresh(&self.account, 0);
                    let chosen =
                        self.account.choose_password(&redemption, &self.world.judge(&fresh, self.now));
                    prop_assert!(chosen.is_ok(), "{:?}", chosen);
                }
                Err(_) => prop_assert!(!stands || facts.standing.active().is_err()),
            }
        }
        Ok(())
    }

    /// Invariant 1: between any two mails that count, no more than b + ⌊t/T⌋.
    fn throttle_bound(&self) -> Result<(), TestCaseError> {
        for purpose in Purpose::ALL {
            let counted: Vec<_> = self
                .queued
                .iter()
                .filter(|queued| queued.purpose == purpose && !queued.bypassed && !queued.refused)
                .map(|queued| queued.passed.as_micros())
                .collect();
            for (at, first) in counted.iter().enumerate() {
                for (more, last) in counted[at..].iter().enumerate() {
                    let allowed = 1 + (last - first) / PERIOD.as_micros();
                    prop_assert!((more as u64) < allowed, "{:?}", counted);
                }
            }
        }
        Ok(())
    }
}

/// What the page reads out of a link.
fn read_by_page(link: &MailedLink) -> MailedCode {
    let url = url::Url::parse(link.expose()).unwrap();
    let query: BTreeMap<_, _> = url.query_pairs().collect();
    MailedCode::new(&query["id"], &query["confirmation_code"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Invariants 1, 3, 8, 9, 11 and 14, as far as the commands go that set passwords.
    #[test]
    fn no_sequence_of_commands_and_clock_jumps_breaks_an_invariant(steps in steps()) {
        let mut life = Life::new();
        for step in &steps {
            life.step(step)?;
        }
    }

    /// Invariant 14.
    #[test]
    fn time_alone_never_panics_and_is_idempotent(at in any::<i64>(), then in any::<i64>()) {
        let world = World::new();
        for given in Given::ALL {
            for kind in [StandingKind::Active, StandingKind::Suspended, StandingKind::Closed, StandingKind::Erased] {
                let mut account = standing(given.account(&world), kind);
                for now in [at, then].map(Timestamp::from_micros) {
                    account = account.as_of(now, Quota::ACCOUNT).0;
                    let (again, events) = account.as_of(now, Quota::ACCOUNT);
                    prop_assert_eq!((&again, events), (&account, Vec::new()));
                    prop_assert!(account.due().is_none_or(|due| due > now || now == Timestamp::MAX));
                }
            }
        }
    }

    /// Invariant 14: nothing waits longer than its window.
    #[test]
    fn after_any_jump_nothing_reaches_further_than_its_window(micros in any::<i64>()) {
        let world = World::new();
        let now = Timestamp::from_micros(micros);
        for given in Given::ALL {
            let account = given.account(&world).as_of(now, Quota::ACCOUNT).0;
            let facts = account.facts().unwrap();
            for (purpose, confirmations) in &facts.confirmations {
                if let Some(issued) = &confirmations.issued {
                    prop_assert!(issued.expires_at <= now + purpose.lifetime().longest);
                }
                if let Some(dead) = &confirmations.dead {
                    prop_assert!(dead.at <= now);
                }
            }
            prop_assert!(facts.throttles.values().all(|level| *level <= now + PERIOD));
            prop_assert!(facts.pending.iter().all(|pending| pending.until <= now + Facts::CHANGE_PENDING));
            prop_assert!(facts.former.iter().all(|former| former.until <= now + Facts::FORMER_KEPT));
            prop_assert!(facts.created_at <= now && facts.changed_at <= now);
            if let Some(password) = &facts.password {
                prop_assert!(password.set_at <= now);
                prop_assert!(password.temporary_until.is_none_or(|until| until <= now + Span::hours(72)));
            }
        }
    }
}
