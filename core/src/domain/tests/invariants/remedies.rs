//! Remedies: what the owner's mailbox holds against whoever came by the password can't be taken away by them, and what a
//! page calls live its button does.
//!
//! A thief knows the password and holds a session. The owner reads their mailbox, now and then, and the thief acts in
//! between, in any order; mails leave only when the owner looks, so that the thief also acts before they do.

use proptest::prelude::*;

use super::{
    acts::{Act, By},
    reach::EXPLORED,
};
use crate::domain::{testing::*, *};

const OWNERS: &str = "owner-1@example.com";

/// How often the owner looks at most before the account is theirs again.
const TURNS: usize = 6;

/// What the thief does.
#[derive(Debug, Clone, Copy)]
enum Theft {
    LogIn,
    AskForEmail(u8),
    Confirm,
    CancelEmailChange,
    ChangePassword,
    EndSessions,
    Close,
    /// Asks for a reset of the address that the account has now, as any stranger can.
    RequestReset,
    /// Signs that address up.
    SignUp,
    /// Redeems whatever came to a mailbox of the thief's.
    Redeem,
    Wait(u64),
}

struct Struggle {
    world: World,
    account: Account,
    now: Timestamp,
    number: u64,
    /// Queued, and not delivered yet.
    outbox: Vec<Mail>,
    /// The codes that came to the owner's mailbox, the last one last.
    owners: Vec<MailedCode>,
    /// Those that came to any other.
    thiefs: Vec<MailedCode>,
    /// The passwords that the thief knows, by their hashes.
    known: Vec<Sealed>,
    session: Epoch,
}

impl Struggle {
    fn new() -> Self {
        let world = World::new();
        let account = Given::InUse.account(&world).as_of(NOW, Quota::ACCOUNT).0;
        let known = vec![account.facts().unwrap().password.as_ref().unwrap().hash.clone()];
        let session = account.epoch;
        let (outbox, owners, thiefs) = (Vec::new(), Vec::new(), Vec::new());
        Self { world, account, now: NOW, number: 1_000, outbox, owners, thiefs, known, session }
    }

    fn facts(&self) -> &Facts {
        self.account.facts().unwrap()
    }

    fn number(&mut self) -> u64 {
        self.number += 10;
        self.number
    }

    fn let_pass(&mut self, micros: u64) {
        self.now = self.now + Span::micros(micros + 1);
        self.account = self.account.as_of(self.now, Quota::ACCOUNT).0;
        assert!(!self.account.is_over(self.now));
    }

    /// The thief could show the current password.
    fn is_known(&self) -> bool {
        self.facts().password.as_ref().is_some_and(|password| self.known.contains(&password.hash))
    }

    /// The thief is out: the address is the owner's, and only they know the password.
    fn is_the_owners(&self) -> bool {
        let facts = self.facts();
        let is_current = self.account.in_session(self.session).is_ok();
        facts.mailbox.address.as_str() == OWNERS
            && facts.password.is_some()
            && !self.is_known()
            && !is_current
    }

    /// The remedies that are live in the owner's mailbox, or on their way there.
    fn remedies(&self) -> Vec<(Purpose, Nonce)> {
        let facts = self.facts();
        let remedies = [Purpose::EmailRevert, Purpose::EmailCancel, Purpose::Reopen, Purpose::PasswordReset];
        let live = remedies.into_iter().filter_map(|purpose| {
            let live = facts.live(purpose, self.now)?;
            let to = &facts.mailbox(live.recipient)?.address;
            (to.as_str() == OWNERS && facts.standing.redeems(purpose, self.now))
                .then_some((purpose, live.nonce))
        });
        live.collect()
    }

    fn takes(&mut self, change: Change) {
        self.account = change.account.unwrap_or_else(|| self.account.clone());
        self.outbox.extend(change.mails);
    }

    fn by<'a>(&'a self, code: &'a MailedCode, number: u64) -> By<'a> {
        By { world: &self.world, account: &self.account, code, address: None, number, now: self.now }
    }

    fn steals(&mut self, theft: Theft) -> Result<(), TestCaseError> {
        self.let_pass(if let Theft::Wait(micros) = theft { micros } else { 1_000_000 });
        let number = self.number();
        let never = MailedCode::new("", "");
        let (before, remedies) = (self.account.clone(), self.remedies());
        let in_session = before.in_session(self.session).is_ok();
        let with_password = in_session && self.is_known();
        let last = self.thiefs.last().cloned().unwrap_or_else(|| never.clone());
        let change = match theft {
            Theft::Wait(_) => return Ok(()),
            Theft::LogIn => {
                if self.is_known() && before.standing() == StandingKind::Active {
                    self.session = before.epoch;
                }
                return Ok(());
            }
            Theft::AskForEmail(to) if with_password => {
                let email = EmailAddress::parse(&format!("thief-{to}@example.com")).unwrap();
                let notice = MailId::from_bytes(u128::from(number + 5).to_be_bytes());
                before
                    .request_email_change(&EmailChange {
                        code: self.world.request(number, self.now),
                        notice,
                        cancel_page: &self.world.page,
                        email: &email,
                        tag: self.world.keys.address_tag(&self.world.realm, &email),
                        verified: &before.facts().unwrap().password.as_ref().unwrap().hash,
                        epoch: self.session,
                    })
                    .map_err(Stop::from)
            }
            Theft::Confirm if in_session => self.by(&last, number).does(Act::ConfirmEmail),
            Theft::CancelEmailChange if in_session => self.by(&last, number).does(Act::CancelEmailChange),
            Theft::ChangePassword if with_password => {
                self.known.push(self.world.hash(&before, number));
                self.by(&last, number).does(Act::Change { stale: false })
            }
            Theft::EndSessions if in_session => self.by(&last, number).does(Act::EndOwnSessions),
            Theft::Close if with_password => self.by(&last, number).does(Act::CloseOwn),
            Theft::RequestReset => self.by(&last, number).does(Act::RequestReset { stranger: true }),
            Theft::SignUp if before.standing() == StandingKind::Closed => {
                self.by(&last, number).does(Act::SignUpClosed)
            }
            Theft::SignUp => self.by(&last, number).does(Act::AlreadyRegistered),
            Theft::Redeem => {
                let brought = self.thiefs.iter().rev().find_map(|code| {
                    let by = self.by(code, number);
                    let chosen = by.does(Act::Choose { weak: false });
                    chosen.or_else(|_| by.does(Act::RevertEmail)).or_else(|_| by.does(Act::CancelByCode)).ok()
                });
                self.known.push(self.world.hash(&before, number));
                brought.ok_or(Stop::Refused(Refusal::DeadCode))
            }
            _ => return Ok(()),
        };
        let Ok(change) = change else { return Ok(()) };
        if in_session && !matches!(theft, Theft::Redeem | Theft::Close) {
            // The caller's own stamp is renewed.
            self.session = change.account.as_ref().map_or(self.session, |after| after.epoch);
        }
        let mails = change.mails.clone();
        self.takes(change);
        self.holds(theft, &remedies, &mails)
    }

    /// Each remedy is as good as before, or the same commit mails another; or there is nothing left to be cancelled.
    fn holds(&self, theft: Theft, before: &[(Purpose, Nonce)], mails: &[Mail]) -> Result<(), TestCaseError> {
        let (facts, after) = (self.facts(), self.remedies());
        let mails_another = mails.iter().filter_map(Mail::dispatch).any(|(_, dispatch)| {
            let here = facts.mailbox(dispatch.recipient).is_some_and(|to| to.address.as_str() == OWNERS);
            let is_live = |purpose: &Purpose| after.iter().any(|(live, _)| live == purpose);
            here && matches!(&dispatch.subject, Subject::Code { purpose, .. } if is_live(purpose))
        });
        for remedy in before {
            let nothing_to_cancel = remedy.0 == Purpose::EmailCancel
                && facts.pending.is_none()
                && facts.mailbox.address.as_str() == OWNERS;
            let holds = after.contains(remedy) || mails_another || nothing_to_cancel;
            prop_assert!(holds, "{:?} switches {:?} off", theft, remedy.0);
        }
        Ok(())
    }

    /// Mails arrive that still stand.
    fn deliver(&mut self) {
        for mail in std::mem::take(&mut self.outbox) {
            let counter = self.world.counter(Some(&self.account), self.now);
            let Ok(letter) = counter.letter(&mail, |_| None) else { continue };
            let Some(link) = letter.link() else { continue };
            let code = MailedCode::new(&link.account().to_string(), &link.code().expose());
            let to = if letter.to.as_str() == OWNERS { &mut self.owners } else { &mut self.thiefs };
            to.push(code);
        }
    }

    /// The owner reads what came, and does the best with it; with nothing at hand they ask for a link.
    fn owners_turn(&mut self) -> Result<(), TestCaseError> {
        self.let_pass(60_000_000);
        self.deliver();
        let number = self.number();
        let live: Vec<_> = self
            .owners
            .iter()
            .rev()
            .filter_map(|code| match self.account.inspect_code(&self.world.redeem(code, self.now)) {
                CodeState::Live { purpose, .. } => Some((purpose, code.clone())),
                _ => None,
            })
            .collect();
        let of = |is: &dyn Fn(Purpose) -> bool| live.iter().find(|(purpose, _)| is(*purpose)).cloned();
        let best =
            of(&|purpose| purpose == Purpose::EmailRevert).map(|(_, code)| (code, Act::RevertEmail)).or_else(
                || of(&Purpose::chooses_a_password).map(|(_, code)| (code, Act::Choose { weak: false })),
            );
        if let Some((code, act)) = best {
            let done = self.by(&code, number).does(act);
            prop_assert!(done.is_ok(), "{:?}, which the page called live: {:?}", act, done);
            self.takes(done.unwrap());
            return Ok(());
        }
        if let Some((_, code)) = of(&|purpose| purpose == Purpose::EmailCancel) {
            let done = self.by(&code, number).does(Act::CancelByCode);
            prop_assert!(done.is_ok(), "{:?}", done);
            self.takes(done.unwrap());
        }
        let number = self.number();
        let never = MailedCode::new("", "");
        let closed = self.account.standing() == StandingKind::Closed;
        let asks = if closed { Act::SignUpClosed } else { Act::RequestReset { stranger: true } };
        if self.facts().mailbox.address.as_str() == OWNERS
            && let Ok(change) = self.by(&never, number).does(asks)
        {
            self.takes(change);
        }
        Ok(())
    }
}

fn theft() -> impl Strategy<Value = Theft> {
    prop_oneof![
        2 => Just(Theft::LogIn),
        4 => (0_u8..3).prop_map(Theft::AskForEmail),
        4 => Just(Theft::Confirm),
        1 => Just(Theft::CancelEmailChange),
        2 => Just(Theft::ChangePassword),
        1 => Just(Theft::EndSessions),
        2 => Just(Theft::Close),
        2 => Just(Theft::RequestReset),
        1 => Just(Theft::SignUp),
        4 => Just(Theft::Redeem),
        2 => (0..Span::minutes(40).as_micros()).prop_map(Theft::Wait),
    ]
}

/// What the thief does before the owner first looks, and between two looks.
fn thefts() -> impl Strategy<Value = (Vec<Theft>, Vec<Vec<Theft>>)> {
    let between = prop::collection::vec(theft(), 0..6);
    (prop::collection::vec(theft(), 0..30), prop::collection::vec(between, TURNS))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn whoever_reads_the_old_mailbox_gets_the_account_back_whatever_a_thief_with_the_password_does(
        (before, between) in thefts()
    ) {
        let mut struggle = Struggle::new();
        for theft in before {
            struggle.steals(theft)?;
            // The thief reads at once whatever comes.
            if matches!(theft, Theft::AskForEmail(_) | Theft::RequestReset | Theft::SignUp) {
                struggle.deliver();
            }
        }
        for thefts in between {
            if struggle.is_the_owners() {
                break;
            }
            struggle.owners_turn()?;
            for theft in thefts {
                struggle.steals(theft)?;
                if matches!(theft, Theft::AskForEmail(_)) {
                    struggle.deliver();
                }
            }
        }
        prop_assert!(struggle.is_the_owners(), "{:#?}", struggle.account);
        prop_assert_eq!(struggle.account.standing(), StandingKind::Active);
    }
}

/// What inspection calls live, redemption does, and what it calls anything else, redemption does not; whatever commands and
/// time have made of the account. Confirming needs whoever is signed in.
#[test]
fn what_inspection_calls_live_redemption_does_in_every_state() {
    let world = World::new();
    let (_, places) = &*EXPLORED;
    let mut live = 0;
    for (number, place) in (100_000..).step_by(10).zip(places) {
        let Ok(facts) = place.account.facts() else { continue };
        for purpose in facts.confirmations.keys().copied() {
            let code = world.code(&place.account, purpose);
            let (account, now) = (&place.account, place.now);
            let by = By { world: &world, account, code: &code, address: None, number, now };
            let told = account.inspect_code(&world.redeem(&code, now));
            let act = match purpose {
                Purpose::EmailConfirm => Act::ConfirmEmail,
                Purpose::EmailCancel => Act::CancelByCode,
                Purpose::EmailRevert => Act::RevertEmail,
                Purpose::EmailProof => Act::ProveEmail,
                _ => Act::Choose { weak: false },
            };
            let is_live = matches!(told, CodeState::Live { .. });
            let done = by.does(act);
            assert_eq!(is_live, done.is_ok(), "{told:?}, and {:?}: {account:#?}", done.map(drop));
            live += usize::from(is_live);
        }
    }
    assert!(live > 100, "{live} live codes");
}
