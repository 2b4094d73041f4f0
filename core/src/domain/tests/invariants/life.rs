//! A random life: an account among others, of which everything that was ever mailed is kept, watched from outside.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    acts::{Act, By, address},
    reach::Combination,
    steps::{Step, steps},
};
use crate::domain::{testing::*, *};

const PERIOD: Span = Span::seconds(600);

/// A mail that was queued, and when by the time that passed.
struct Queued {
    mail: Mail,
    to: EmailAddress,
    passed: Span,
    /// How often the account's quotas had begun afresh.
    fresh: u32,
    bypassed: bool,
    refused: bool,
    /// The step in which it was queued.
    step: u64,
}

/// A code that was mailed or handed over.
struct Code {
    code: MailedCode,
    purpose: Purpose,
    nonce: Nonce,
    recipient: Ordinal,
    redeemed: bool,
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
    /// Whether the clock ever jumped back: then what came first can bear the later stamp.
    jumped: bool,
    fresh: u32,
    queued: Vec<Queued>,
    codes: Vec<Code>,
    /// Every address that the account ever had, by its number.
    addresses: BTreeMap<Ordinal, EmailAddress>,
    /// The last step in which mail to an address was held back anew, and in which staff or a code cleared it.
    held_back: BTreeMap<AddressTag, u64>,
    trusted: BTreeMap<AddressTag, u64>,
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
            jumped: false,
            fresh: 0,
            queued: Vec::new(),
            codes: Vec::new(),
            addresses: BTreeMap::new(),
            held_back: BTreeMap::new(),
            trusted: BTreeMap::new(),
        }
    }

    fn facts(&self) -> &Facts {
        self.account.facts().unwrap()
    }

    /// One step, as the loop would take it: what time alone does, then the command.
    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        self.number += 1;
        // No account is written twice within a microsecond: between lie a load and a commit.
        let forward = if let Step::Wait(micros) = step { *micros } else { 0 } + 1;
        self.now = self.now + Span::micros(forward);
        self.passed = Span::micros(self.passed.as_micros() + forward);
        if let Step::JumpBack(micros) = step {
            self.now = self.now - Span::micros(*micros);
            self.jumped = true;
        }
        self.let_time_pass()?;
        match *step {
            Step::Wait(_) | Step::JumpBack(_) => {}
            Step::Do(act, code) => self.act(act, code)?,
            Step::Bystander(to) => {
                let moved = self.bystander.replace_email(&self.world.replacement(&address(to), 3, self.now));
                let moved = moved.unwrap().account.unwrap_or_else(|| self.bystander.clone());
                // As the commit would have it.
                if are_apart(&self.account, &moved) {
                    self.bystander = moved;
                }
            }
            Step::Bounce(mail) => self.bounce(mail),
            Step::Suppress(scope) => self.suppress(scope),
            Step::Report(mail, report) => self.report(mail, report)?,
            Step::Clear => self.clear(),
        }
        self.always()
    }

    /// What time alone does is total, and done once; of many addresses at a time it releases some.
    fn let_time_pass(&mut self) -> Result<(), TestCaseError> {
        for extreme in [Timestamp::MIN, Timestamp::MAX] {
            let _ = self.account.as_of(extreme, Quota::ACCOUNT);
        }
        let (mut next, mut events) = self.account.as_of(self.now, Quota::ACCOUNT);
        for _ in 0..3 {
            prop_assert!(events.len() <= 6 + 2, "a commit holds 16 events, the command's among them");
            (next, events) = next.as_of(self.now, Quota::ACCOUNT);
        }
        prop_assert_eq!(events, Vec::new());
        self.account = next;
        Ok(())
    }

    fn act(&mut self, act: Act, code: usize) -> Result<(), TestCaseError> {
        let before = self.account.clone();
        let at = code.checked_rem(self.codes.len()).map(|back| self.codes.len() - 1 - back);
        let never = MailedCode::new(&before.id.to_string(), "");
        let code = at.map_or(&never, |at| &self.codes[at].code).clone();
        let tag = before.facts().unwrap().mailbox.tag;
        let (number, now) = (self.number, self.now);
        let by = |account| By {
            world: &self.world,
            account,
            code: &code,
            address: self.world.known.get(&tag),
            number,
            now,
        };
        let redeems = [
            Act::Choose { weak: false },
            Act::ConfirmEmail,
            Act::ProveEmail,
            Act::CancelByCode,
            Act::RevertEmail,
        ];
        if redeems.contains(&act) {
            let elsewhere = by(&self.bystander).does(act);
            prop_assert_eq!(elsewhere, Err(Stop::Refused(Refusal::DeadCode)), "another account's code");
        }
        let told = before.inspect_code(&self.world.redeem(&code, now));
        let change = match by(&before).does(act) {
            Ok(change) => change,
            Err(Stop::Refused(Refusal::Throttled { retry_after })) => {
                // Throttle clause 2.
                prop_assert!(retry_after > Span::ZERO && retry_after <= PERIOD);
                prop_assert_ne!(act, Act::RequestSet { bypass: true });
                return Ok(());
            }
            Err(_) => return Ok(()),
        };
        prop_assert!(change.events.len() <= 7, "{:?}", change.events);
        prop_assert!(change.account.is_none() || !change.events.is_empty(), "a version without an event");
        let after = change.account.clone().unwrap_or_else(|| before.clone());
        prop_assert!(after.epoch >= before.epoch && after.version == before.version);
        // Only these put an account under an address that it has not held: the commit says whether it is free.
        let takes = matches!(act, Act::Replace(_) | Act::ReplaceDroppingRevert(_) | Act::ConfirmEmail);
        if !are_apart(&after, &self.bystander) {
            prop_assert!(takes, "{:?} takes another's address", act);
            return Ok(());
        }
        if redeems.contains(&act) {
            let of = &mut self.codes[at.unwrap()];
            prop_assert!(!std::mem::replace(&mut of.redeemed, true), "redeemed twice");
            let live = live_of(&before, of.purpose, of.nonce, now).unwrap();
            prop_assert_eq!(
                told,
                CodeState::Live {
                    purpose: of.purpose,
                    expires_at: live.expires_at,
                    return_url: live.return_url.clone(),
                    carried: None,
                    mailed_to: before.facts().unwrap().mailbox(live.recipient).unwrap().address.clone(),
                }
            );
            let good_for = match act {
                Act::Choose { .. } => of.purpose.chooses_a_password(),
                Act::ConfirmEmail => of.purpose == Purpose::EmailConfirm,
                Act::ProveEmail => of.purpose == Purpose::EmailProof,
                Act::CancelByCode => of.purpose == Purpose::EmailCancel,
                _ => of.purpose == Purpose::EmailRevert,
            };
            prop_assert!(good_for);
        }
        let facts = (before.facts().unwrap(), after.facts().unwrap());
        let respelled = facts.0.mailbox.key == facts.1.mailbox.key;
        let afresh = matches!(act, Act::ConfirmEmail | Act::RevertEmail)
            || matches!(act, Act::Replace(_) | Act::ReplaceDroppingRevert(_)) && !respelled;
        let redeemed = redeems.contains(&act).then(|| self.codes[at.unwrap()].recipient);
        self.learned(&before, redeemed, &change)?;
        // A redeemed code answers the mails that it came with.
        let answers = matches!(act, Act::Choose { .. });
        self.fresh += u32::from(afresh || answers);
        self.account = after;
        self.issued(&before, &change)?;
        self.mailed(&before, act, change.mails)
    }

    /// The codes that came to be: a repeat mails the same, another never that of an earlier one.
    fn issued(&mut self, before: &Account, change: &Change) -> Result<(), TestCaseError> {
        for event in &change.events {
            let (EventKind::MailQueued { purpose, .. } | EventKind::CodeIssued { purpose, .. }) = *event
            else {
                continue;
            };
            let now_live = live(&self.account, purpose, self.now).unwrap().clone();
            let again = live(before, purpose, self.now).is_some_and(|live| live.nonce == now_live.nonce);
            let known = self.codes.iter().any(|code| (code.purpose, code.nonce) == (purpose, now_live.nonce));
            prop_assert_eq!(again, known, "{:?}", purpose);
            if !known {
                let code = self.world.code(&self.account, purpose);
                let Confirmation { nonce, recipient, .. } = now_live;
                self.codes.push(Code { code, purpose, nonce, recipient, redeemed: false });
            }
        }
        Ok(())
    }

    fn mailed(&mut self, before: &Account, act: Act, mails: Vec<Mail>) -> Result<(), TestCaseError> {
        let standing = before.standing();
        let reaches = [standing, self.account.standing()].contains(&StandingKind::Active);
        prop_assert!(
            mails.is_empty() || reaches || act == Act::SignUpClosed,
            "{:?} mails while {:?}",
            act,
            standing
        );
        for mail in mails {
            let (_, dispatch) = mail.dispatch().unwrap();
            if let Subject::Notice(notice) = &dispatch.subject {
                let closes = matches!(act, Act::Close | Act::CloseOwn);
                prop_assert_eq!(notice.kind() == NoticeKind::Closed, closes);
            }
            let to = self.facts().mailbox(dispatch.recipient).unwrap().address.clone();
            // What closes is told whatever the throttle says, which counts it.
            let bypassed = act == Act::RequestSet { bypass: true } || act == Act::CloseOwn;
            let (passed, fresh) = (self.passed, self.fresh);
            self.queued.push(Queued { mail, to, passed, fresh, bypassed, refused: false, step: self.number });
        }
        Ok(())
    }

    fn bounce(&mut self, mail: usize) {
        let count = self.queued.len();
        let Some(at) = mail.checked_rem(count).map(|back| count - 1 - back) else { return };
        let queued = &mut self.queued[at];
        let Some(purpose) = purpose(&queued.mail) else { return };
        if std::mem::replace(&mut queued.refused, true) {
            return;
        }
        let recipient = queued.mail.dispatch().unwrap().1.recipient;
        let queued_at = queued.mail.queued_at;
        let to = self.account.facts().unwrap().mailbox(recipient);
        let keys = &self.world.keys;
        let given_back =
            to.and_then(|to| self.account.give_back(keys, purpose, to, queued_at, Quota::ACCOUNT));
        self.account = given_back.unwrap_or_else(|| self.account.clone());
    }

    fn suppress(&mut self, scope: SuppressionScope) {
        for tag in self.account.tags() {
            self.holds_back(tag, suppressed(tag, scope, self.now));
        }
    }

    fn holds_back(&mut self, tag: AddressTag, with: Address) {
        let known = self.world.known.entry(tag).or_insert_with(|| Address::new(tag));
        for (scope, why) in with.suppressions {
            if let Some(held) = known.suppressed(scope, why) {
                *known = held;
                self.held_back.insert(tag, self.number);
            }
        }
    }

    /// As the door for staff takes it: of a mail that was queued before its address was cleared or proven it changes
    /// nothing.
    fn report(&mut self, mail: usize, report: Report) -> Result<(), TestCaseError> {
        let Some(at) = mail.checked_rem(self.queued.len()).map(|back| self.queued.len() - 1 - back) else {
            return Ok(());
        };
        let queued = &self.queued[at];
        let (_, dispatch) = queued.mail.dispatch().unwrap();
        let tag = FeedbackTag::of(&self.world.keys, &queued.mail, dispatch);
        let Some(read) = tag.read(&self.world.keys, &self.world.realm, self.now) else { return Ok(()) };
        let Some(mailbox) = self.facts().mailbox(read.address).map(|mailbox| mailbox.tag) else {
            return Ok(());
        };
        let known = self.world.known.get(&mailbox).cloned().unwrap_or_else(|| Address::new(mailbox));
        let cleared_since = self.trusted.get(&mailbox).is_some_and(|step| queued.step <= *step);
        if !known.heeds_report_of(read.queued_at, self.now) {
            return Ok(());
        }
        prop_assert!(!cleared_since || self.jumped, "{:?} of a mail before the clearing", report);
        if let Some(held) = HeldBack::of(report, read.stranger_caused, None) {
            self.holds_back(mailbox, suppressed(mailbox, held.scope, self.now));
        }
        Ok(())
    }

    fn clear(&mut self) {
        for (tag, known) in &mut self.world.known {
            if let Some(cleared) = known.cleared(None, self.now) {
                *known = cleared;
                self.trusted.insert(*tag, self.number);
            }
        }
    }

    /// What the commit would write of addresses; and what a redeemed code leaves of the reports before it.
    fn learned(
        &mut self,
        before: &Account,
        redeemed: Option<Ordinal>,
        change: &Change,
    ) -> Result<(), TestCaseError> {
        for address in &change.addresses {
            self.world.known.insert(address.tag, address.clone());
        }
        let Some(recipient) = redeemed else { return Ok(()) };
        let tag = before.facts().unwrap().mailbox(recipient).unwrap().tag;
        let trusted = self.world.known[&tag].trusted_from;
        let since_now = if self.jumped { trusted >= Some(self.now) } else { trusted == Some(self.now) };
        prop_assert!(since_now, "{:?}: {:?}", trusted, change.events);
        self.trusted.insert(tag, self.number);
        Ok(())
    }

    fn always(&mut self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.account.unsound(self.now), None, "{:#?}", self.account);
        let combination = Combination::of(&self.account, self.now);
        prop_assert!(combination.is_reached(), "{:#?}", combination);
        prop_assert!(are_apart(&self.account, &self.bystander));
        for mailbox in self.account.facts().unwrap().mailboxes() {
            let known = self.addresses.entry(mailbox.ordinal).or_insert_with(|| mailbox.address.clone());
            prop_assert_eq!(&*known, &mailbox.address, "a number names one address for ever");
        }
        let facts = self.facts();
        let here = facts.mailbox.ordinal;
        let proof = self.codes.iter().any(|code| code.redeemed && code.recipient == here);
        prop_assert_eq!(facts.proven, proof, "proven by a redeemed code, and by nothing else");
        let (tag, no) = (facts.mailbox.tag, &0);
        if facts.proven && self.world.known.get(&tag).is_some_and(|known| !known.suppressions.is_empty()) {
            let (held, trusted) = (&self.held_back, &self.trusted);
            prop_assert!(
                held[&tag] > *trusted.get(&tag).unwrap_or(no),
                "invariant 4: held back since before the proof"
            );
        }
        if facts.password.is_none() {
            let lock_out = LockOut::default();
            let (account, origin, now) = (Some(&self.account), Origin::Unknown, self.now);
            let snapshot = LogInSnapshot {
                account,
                address: None,
                filter: None,
                origin,
                now,
                lock_out: &lock_out,
                bound_by_locks: true,
            };
            prop_assert!(
                matches!(snapshot.target(), VerificationTarget::Decoy { .. }),
                "{:?}",
                snapshot.target()
            );
        }
        self.at_delivery()?;
        self.throttle_bound()
    }

    /// What would be handed over now: codes that can be redeemed, to whom they were queued for, and nothing where mail is
    /// held back. And its feedback names that very address.
    fn at_delivery(&self) -> Result<(), TestCaseError> {
        let facts = self.facts();
        for Queued { mail, to, .. } in &self.queued {
            let (_, dispatch) = mail.dispatch().unwrap();
            let tag = FeedbackTag::of(&self.world.keys, mail, dispatch);
            let read = tag.read(&self.world.keys, &self.world.realm, mail.queued_at).unwrap();
            prop_assert_eq!((read.account, read.address), (self.account.id, dispatch.recipient));
            let mailbox = facts.mailbox(dispatch.recipient);
            let scopes = mailbox
                .and_then(|mailbox| self.world.known.get(&mailbox.tag))
                .map(|known| &known.suppressions);
            let remedies = [Purpose::EmailCancel, Purpose::EmailRevert, Purpose::Reopen];
            let takes_back = purpose(mail).is_some_and(|purpose| remedies.contains(&purpose));
            let held = !takes_back
                && scopes.into_iter().flatten().any(|(scope, _)| match scope {
                    SuppressionScope::All => true,
                    SuppressionScope::Only(kind) => dispatch.stranger_caused == Some(*kind),
                });
            let counter = self.world.counter(Some(&self.account), self.now);
            let letter = counter.letter(mail, |tag| self.world.known.get(&tag));
            let stands = match (&facts.standing, &dispatch.subject) {
                (_, Subject::Code { purpose: Purpose::EmailRevert, .. }) => true,
                (Standing::Active, Subject::Code { purpose, .. }) => *purpose != Purpose::Reopen,
                (Standing::Active, Subject::Notice(Notice::AlreadyRegistered)) => {
                    dispatch.recipient == facts.mailbox.ordinal
                }
                // Nobody fails to log in here: no address is disabled.
                (Standing::Active, Subject::Notice(Notice::Disabled { .. })) => false,
                // Of that very end, which moves where a clock that jumped back is mended.
                (Standing::Active, Subject::Notice(Notice::PasswordExpires { expires_at })) => {
                    let validity = facts.attributes.validity;
                    let ends = facts.password.as_ref().and_then(|known| known.expires_at(validity));
                    ends == Some(*expires_at) && self.now < *expires_at
                }
                (Standing::Active, Subject::Notice(notice)) => {
                    !matches!(notice, Notice::Closed { .. } | Notice::ClosedByStaff)
                }
                (Standing::Suspended { .. }, _) => false,
                (Standing::Closed { by, .. }, Subject::Code { purpose, .. }) => {
                    *by == ClosedBy::Owner && matches!(purpose, Purpose::Reopen | Purpose::PasswordReset)
                }
                (Standing::Closed { by, .. }, Subject::Notice(notice)) => match notice {
                    Notice::Closed { .. } => true,
                    Notice::ClosedByStaff => *by == ClosedBy::Administrator,
                    _ => false,
                },
            };
            let stands = stands
                && mailbox.is_some()
                && match &dispatch.subject {
                    Subject::Notice(_) => true,
                    Subject::Code { purpose, nonce, .. } => {
                        live_of(&self.account, *purpose, *nonce, self.now).is_some()
                    }
                };
            let Ok(letter) = letter else {
                prop_assert!(!stands || held, "{:?} is withdrawn", dispatch);
                continue;
            };
            prop_assert!(stands && !held, "{:?} is handed over", dispatch);
            prop_assert_eq!(&letter.to, to);
            if let Some(link) = letter.link() {
                let told = self.account.inspect_code(&self.world.redeem(&read_by_page(link), self.now));
                let is_live = matches!(told, CodeState::Live { .. });
                prop_assert!(is_live, "{:?}", told);
            }
        }
        Ok(())
    }

    /// Between any two mails that count, no more than b + ⌊t/T⌋. What tells an old address is a notice, and does not count.
    fn throttle_bound(&self) -> Result<(), TestCaseError> {
        let mut counted: BTreeMap<(Purpose, EmailKey, u32), Vec<u64>> = BTreeMap::new();
        for queued in self.queued.iter().filter(|queued| !queued.bypassed && !queued.refused) {
            let Some(purpose) = purpose(&queued.mail) else { continue };
            if !matches!(purpose, Purpose::EmailCancel | Purpose::EmailRevert) {
                let of = (purpose, queued.to.key(), queued.fresh);
                counted.entry(of).or_default().push(queued.passed.as_micros());
            }
        }
        for counted in counted.values() {
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

fn live(account: &Account, purpose: Purpose, now: Timestamp) -> Option<&Confirmation> {
    account.facts().unwrap().confirmations.get(&purpose)?.live(now)
}

fn live_of(account: &Account, purpose: Purpose, nonce: Nonce, now: Timestamp) -> Option<&Confirmation> {
    account.facts().unwrap().confirmations.get(&purpose)?.live_of(nonce, now)
}

fn purpose(mail: &Mail) -> Option<Purpose> {
    match mail.dispatch()?.1.subject {
        Subject::Code { purpose, .. } => Some(purpose),
        Subject::Notice(_) => None,
    }
}

/// No key of the one is one of the other's.
fn are_apart(one: &Account, other: &Account) -> bool {
    let keys = |account: &Account| -> BTreeSet<EmailKey> {
        let AccountKeys { own, reserved } = account.keys();
        own.into_iter().chain(reserved).cloned().collect()
    };
    keys(one).is_disjoint(&keys(other))
}

/// What the page reads out of a link.
fn read_by_page(link: &MailedLink) -> MailedCode {
    let url = url::Url::parse(link.expose()).unwrap();
    let query: BTreeMap<_, _> = url.query_pairs().collect();
    MailedCode::new(&query["id"], &query["confirmation_code"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_sequence_of_commands_and_clock_jumps_breaks_an_invariant(steps in steps()) {
        let mut life = Life::new();
        for step in &steps {
            life.step(step)?;
        }
    }
}
