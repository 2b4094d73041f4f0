//! Strangers: who know addresses, have no password and no code, and come from one place or from everywhere.

use std::fmt;

use accountable_core::{
    MailOptions, Public, PublicError,
    domain::{Carried, DeviceToken, EmailAddress, MailedCode, Origin, Purpose, Span},
};
use serde::{Deserialize, Serialize};

use super::{NAMES, Turn, question};
use crate::{
    dice::Dice,
    doors::world::{email, password, typed_password},
    simulator::{
        executor::TaskId,
        history::Question,
        simulation::{REALMS, mailbox},
    },
};

/// At whom: an address in one of its spellings, in a realm, and how often.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(in crate::simulator) struct Target {
    whose: usize,
    realm: usize,
    spelling: Spelling,
    times: u64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Spelling {
    AsItIs,
    Capitals,
    Tagged(u64),
    /// Where the account is by now, if it was carried elsewhere.
    Present,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::simulator) enum Act {
    Guesses {
        at: Target,
        with_device: bool,
    },
    /// All at once; of some nobody waits for the answer.
    GuessesAtOnce {
        at: Target,
    },
    /// At each end of a lock, from everywhere: a day or so.
    GuessesUntilDisabled {
        at: Target,
    },
    AsksForResets {
        at: Target,
    },
    /// As often as the recipient's level admits a mail: whoever has spent it spends each hour of it.
    AsksForADay {
        at: Target,
    },
    SignsUp {
        at: Target,
        carries: bool,
    },
    TriesCodes {
        at: Target,
    },
}

impl Target {
    fn drawn(dice: &mut Dice) -> Self {
        let spelling = match dice.below(6) {
            0 => Spelling::Capitals,
            1 => Spelling::Tagged(dice.below(3)),
            2 => Spelling::Present,
            _ => Spelling::AsItIs,
        };
        Self {
            whose: dice.below(NAMES.len() as u64) as usize,
            realm: dice.below(REALMS as u64) as usize,
            spelling,
            times: dice.between(1, 14),
        }
    }

    fn email(&self, turn: &Turn) -> EmailAddress {
        let name = NAMES[self.whose];
        match self.spelling {
            Spelling::AsItIs => mailbox(name),
            Spelling::Capitals => email(&format!("{}@example.com", name.to_uppercase())),
            Spelling::Tagged(tag) => email(&format!("{name}+{tag}@example.com")),
            Spelling::Present => {
                turn.owner(self.whose).mailboxes.last().cloned().unwrap_or_else(|| mailbox(name))
            }
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { whose, realm, spelling, .. } = self;
        write!(f, "{} ({spelling:?}) of realm {realm}", NAMES[*whose])
    }
}

impl Act {
    pub(in crate::simulator) fn drawn(dice: &mut Dice) -> Self {
        let at = Target::drawn(dice);
        match dice.below(40) {
            0..=7 => Self::Guesses { at, with_device: dice.one_in(4) },
            8..=13 => Self::GuessesAtOnce { at },
            14..=21 => Self::AsksForResets { at },
            22..=29 => Self::SignsUp { at: Target { times: at.times.min(7), ..at }, carries: dice.one_in(2) },
            30..=36 => Self::TriesCodes { at },
            37 => Self::GuessesUntilDisabled { at },
            _ => Self::AsksForADay { at },
        }
    }

    /// How often it is done, where a stranger does it several times.
    pub(in crate::simulator) fn repeats(&mut self) -> Option<&mut u64> {
        match self {
            Self::Guesses { at, .. }
            | Self::GuessesAtOnce { at }
            | Self::AsksForResets { at }
            | Self::SignsUp { at, .. }
            | Self::TriesCodes { at } => Some(&mut at.times),
            Self::GuessesUntilDisabled { .. } | Self::AsksForADay { .. } => None,
        }
    }

    pub(in crate::simulator) async fn perform(self, turn: Turn) {
        match self {
            Self::Guesses { at, with_device } => {
                for _ in 0..at.times {
                    guesses(at, with_device, &turn).await;
                }
            }
            Self::GuessesAtOnce { at } => guesses_at_once(at, &turn),
            Self::GuessesUntilDisabled { at } => guesses_until_disabled(at, &turn).await,
            Self::AsksForResets { at } => {
                for _ in 0..at.times {
                    asks_for_reset(at, &turn).await;
                }
            }
            Self::AsksForADay { at } => asks_for_a_day(at, &turn).await,
            Self::SignsUp { at, carries } => {
                for _ in 0..at.times {
                    signs_up(at, carries, &turn).await;
                }
            }
            Self::TriesCodes { at } => tries_codes(at, &turn).await,
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guesses { at, with_device: false } => write!(f, "guesses {} times at {at}", at.times),
            Self::Guesses { at, with_device: true } => {
                write!(f, "guesses {} times at {at}, with a device's token that is forged", at.times)
            }
            Self::GuessesAtOnce { at } => write!(f, "guesses at {at}, {} times at once", at.times),
            Self::GuessesUntilDisabled { at } => write!(f, "guesses at {at} until the password is disabled"),
            Self::AsksForResets { at } => write!(f, "asks {} times for a reset of {at}", at.times),
            Self::AsksForADay { at } => write!(f, "asks for resets of {at}, for a day"),
            Self::SignsUp { at, carries } => {
                let with = if *carries { ", with something to carry" } else { "" };
                write!(f, "signs {at} up, {} times{with}", at.times)
            }
            Self::TriesCodes { at } => write!(f, "tries codes at {at} that open nothing"),
        }
    }
}

/// From a network that is nobody's home: one machine, or one of very many.
fn of_anywhere(realm: usize, turn: &Turn) -> Option<(usize, Public)> {
    let (process, accounts) = turn.accounts(realm)?;
    let text = turn.chance(|dice| match dice.below(4) {
        0 => "192.0.2.66".to_owned(),
        1 => format!("2001:db8:{:x}::{:x}", dice.below(65_536), dice.below(65_536)),
        _ => format!("198.{}.{}.7", 18 + dice.below(2), dice.below(256)),
    });
    Some((process, accounts.public(Origin::Ip(text.parse().unwrap()))))
}

async fn guesses(at: Target, with_device: bool, turn: &Turn) {
    let Some((process, public)) = of_anywhere(at.realm, turn) else { return };
    let email = at.email(turn);
    let device = if with_device { forged_device(turn) } else { None };
    let asked = Question { email: Some(email.clone()), ..question("public.authenticate", process) };
    let typed = typed_password("a guess that is wrong");
    let _ = turn.ask(asked, public.authenticate(&email, &typed, device.as_ref())).await;
}

/// Of a device that an owner has, with one character changed; or of no device at all.
fn forged_device(turn: &Turn) -> Option<DeviceToken> {
    let (whose, at, letter) =
        turn.chance(|dice| (dice.below(NAMES.len() as u64) as usize, dice.throw() as usize, dice.below(26)));
    let genuine = turn.owner(whose).device?.expose();
    let at = at % genuine.len();
    let letter = char::from(b'A' + letter as u8);
    let letter = if genuine.as_bytes().get(at) == Some(&(letter as u8)) { 'a' } else { letter };
    let mut text = genuine.to_string();
    text.replace_range(at..=at, &letter.to_string());
    DeviceToken::parse(&text)
}

/// Each is a task of its own, so that they meet in the gate; some are dropped before they are answered.
fn guesses_at_once(at: Target, turn: &Turn) {
    for number in 1..=at.times {
        let name = TaskId(turn.step | number << 48);
        let dropped_after = turn.chance(|dice| dice.one_in(5).then(|| dice.between(1, 12)));
        let one = turn.clone();
        let guess = async move { guesses(at, false, &one).await };
        turn.simulation.time.start(name, u64::MAX, dropped_after, guess);
    }
}

/// At each owner's address, in each realm, until it is locked.
pub(in crate::simulator) fn guess_everywhere(turn: &Turn) {
    for realm in 0..REALMS {
        for whose in 0..NAMES.len() {
            let at = Target { whose, realm, spelling: Spelling::Present, times: 14 };
            let step = turn.step | ((realm * NAMES.len() + whose) as u64) << 4;
            guesses_at_once(at, &Turn { step, ..turn.clone() });
        }
    }
}

async fn guesses_until_disabled(at: Target, turn: &Turn) {
    let disable_at = turn.simulation.settings[at.realm].rules.lock_out.disable_at;
    for _ in 0..disable_at + 10 {
        guesses(at, false, turn).await;
        // The longest lock there is.
        turn.simulation.time.sleep(Span::minutes(15)).await;
    }
}

async fn asks_for_reset(at: Target, turn: &Turn) {
    let Some((process, public)) = of_anywhere(at.realm, turn) else { return };
    let email = at.email(turn);
    let asked = Question { email: Some(email.clone()), ..question("public.request_password_reset", process) };
    let _ = turn.ask(asked, public.request_password_reset(&email, MailOptions::default())).await;
}

async fn asks_for_a_day(at: Target, turn: &Turn) {
    for _ in 0..13 {
        asks_for_reset(at, turn).await;
        turn.simulation.time.sleep(Span::seconds(601)).await;
    }
    for _ in 0..turn.chance(|dice| dice.between(1, 16)) {
        asks_for_reset(at, turn).await;
        let wait = turn.chance(|dice| Span::minutes(*dice.pick(&[11, 59, 61, 90, 118, 121])));
        turn.simulation.time.sleep(wait).await;
    }
}

async fn signs_up(at: Target, carries: bool, turn: &Turn) {
    let Some((process, public)) = of_anywhere(at.realm, turn) else { return };
    let email = at.email(turn);
    let asked = Question { email: Some(email.clone()), ..question("public.sign_up", process) };
    let carried = carries.then(|| {
        let (length, octet) = turn.chance(|dice| (dice.below(200), dice.below(4)));
        Carried::new(vec![octet as u8; length as usize + 1]).unwrap()
    });
    let _ = turn.ask(asked, public.sign_up(&email, MailOptions::default(), carried)).await;
}

/// What was never mailed, what was and lost something on its way, what is another realm's, and what is good for something
/// else. None may open anything.
async fn tries_codes(at: Target, turn: &Turn) {
    for _ in 0..at.times.min(4) {
        let Some((process, public)) = of_anywhere(at.realm, turn) else { return };
        let Some((code, good_for)) = useless_code(at, turn) else { continue };
        let new = password("eve was here and chose this one");
        let opened = |answer: Result<(), PublicError>| match answer {
            Ok(()) => turn.complain(3, "a code does what it is not good for"),
            Err(PublicError::DeadCode | PublicError::TooMany { .. } | PublicError::Failed(_)) => {}
            Err(other) => turn.complain(12, format!("a code that opens nothing is answered {other:?}")),
        };
        let is_good_for = |purpose: Purpose| good_for == Some(purpose);
        if !good_for.is_some_and(Purpose::chooses_a_password) {
            let call = public.choose_password(&code, &new);
            opened(turn.ask(question("public.choose_password", process), call).await.map(drop));
        }
        if !is_good_for(Purpose::EmailCancel) {
            let call = public.cancel_email_change(&code);
            opened(turn.ask(question("public.cancel_email_change", process), call).await.map(drop));
        }
        if !is_good_for(Purpose::EmailRevert) {
            let call = public.revert_email_change(&code);
            opened(turn.ask(question("public.revert_email_change", process), call).await.map(drop));
        }
    }
}

/// A code, and what it is good for in that realm: then it is tried for anything else.
fn useless_code(at: Target, turn: &Turn) -> Option<(MailedCode, Option<Purpose>)> {
    let (how, place) = turn.chance(|dice| (dice.below(6), dice.throw() as usize));
    let realm = turn.simulation.realm(at.realm);
    let post = turn.simulation.post();
    let links = |own: bool| -> Vec<_> {
        let of = post.all().iter().rev().filter(|arrived| (arrived.letter.realm == realm) == own);
        of.filter_map(|arrived| Some((arrived.letter.link()?.expose(), arrived.link()?.0))).take(8).collect()
    };
    let pick = |own: bool| {
        let all = links(own);
        let (link, purpose) = all.get(place.checked_rem(all.len())?)?;
        let part = |name: &str| {
            let query = link.split_once('?')?.1;
            query.split('&').find_map(|pair| pair.strip_prefix(name)).map(str::to_owned)
        };
        Some((part("id=")?, part("confirmation_code=")?, *purpose))
    };
    match how {
        // Of an account that is there, and never mailed.
        0 => {
            let (id, _, _) = pick(true)?;
            Some((MailedCode::new(&id, &"A".repeat(43)), None))
        }
        1 => Some((MailedCode::new("", ""), None)),
        // It lost its end, or a character was changed on its way.
        2 => {
            let (id, mut code, _) = pick(true)?;
            code.truncate(place % code.len());
            Some((MailedCode::new(&id, &code), None))
        }
        3 => {
            let (id, mut code, _) = pick(true)?;
            let at = place % code.len();
            let other = if code.as_bytes().get(at) == Some(&b'Q') { "7" } else { "Q" };
            code.replace_range(at..=at, other);
            Some((MailedCode::new(&id, &code), None))
        }
        // Another realm's, whole and live as it may be.
        4 => {
            let (id, code, _) = pick(false)?;
            Some((MailedCode::new(&id, &code), None))
        }
        _ => {
            let (id, code, purpose) = pick(true)?;
            Some((MailedCode::new(&id, &code), Some(purpose)))
        }
    }
}
