//! One life: the account, its people and what they remember, and the time that passes.

use accountable_core::Public;
use accountable_core::domain::{AccountId, EmailAddress, Span, Timestamp};
use accountable_core::port::Clock as _;
use accountable_memory::Answer;

use super::{
    letters::{Header, Held},
    owner::Rightful,
    thief::Thief,
};
use crate::dice::Dice;
use crate::doors::world::{World, email};

/// How long an owner waits for a link after asking for one: the throttle's 600 s, and a courier's time.
pub(super) const PATIENCE: Span = Span::minutes(15);

/// The mailbox that the account begins with.
pub(super) const ADA: &str = "ada@example.com";

/// One account and all who care for it.
pub(super) struct Life {
    pub(super) world: World,
    pub(super) dice: Dice,
    pub(super) id: AccountId,
    pub(super) owner: Rightful,
    pub(super) thief: Thief,
    /// Links that were mailed and are live as far as was promised.
    pub(super) held: Vec<Held>,
    /// Links that somebody ended.
    pub(super) dead: Vec<Held>,
    pub(super) headers: Vec<Header>,
    pub(super) letters_seen: usize,
    /// When the mail server comes back.
    pub(super) back_at: Option<Timestamp>,
    /// Names what is new.
    number: u64,
    name: &'static str,
    said: Vec<String>,
}

/// A life that fails says how to have it again.
impl Drop for Life {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let filter = format!("ACCOUNTABLE_SEED={} ACCOUNTABLE_LIVES=1", self.dice.seed);
            let told = self.said.iter().rev().take(60).rev().cloned().collect::<Vec<_>>().join("\n");
            std::io::Write::write_all(
                &mut std::io::stderr(),
                format!("{}: {filter}; the last of what was done:\n{told}\n", self.name).as_bytes(),
            )
            .unwrap_or_default();
        }
    }
}

impl Life {
    pub(super) fn new(world: World, dice: Dice, name: &'static str) -> Self {
        Self {
            world,
            dice,
            id: AccountId::from_bytes([0; 16]),
            owner: Rightful::new(email(ADA)),
            thief: Thief::default(),
            held: Vec::new(),
            dead: Vec::new(),
            headers: Vec::new(),
            letters_seen: 0,
            back_at: None,
            number: 0,
            name,
            said: Vec::new(),
        }
    }

    pub(super) fn say(&mut self, what: impl Into<String>) {
        self.said.push(format!("{} {}", self.world.clock.now(), what.into()));
    }

    pub(super) fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// A password that nobody has had.
    pub(super) fn new_password(&mut self) -> String {
        let number = self.next();
        format!("herons wade {number} where Rivers bend!")
    }

    /// An address that nobody has had.
    pub(super) fn new_address(&mut self, of: &str) -> EmailAddress {
        let number = self.next();
        email(&format!("{of}-{number}@example.org"))
    }

    /// Somewhere that is not the owner's network: one machine, or one of very many.
    pub(super) fn of_anywhere(&mut self) -> Public {
        let text = match self.dice.below(4) {
            0 => "192.0.2.66".to_owned(),
            1 => format!("2001:db8:{:x}::{:x}", self.dice.below(65_536), self.dice.below(65_536)),
            _ => format!("198.{}.{}.7", 18 + self.dice.below(2), self.dice.below(256)),
        };
        self.world.from(&text)
    }

    pub(super) fn mail_is_away(&self) -> bool {
        self.back_at.is_some()
    }

    /// For an hour or two.
    pub(super) fn mail_server_leaves(&mut self) {
        let away = Span::minutes(self.dice.between(20, 120));
        self.say(format!("the mail server is away for {away}"));
        self.world.mailer.answer_all(Answer::Unreachable);
        self.back_at = Some(self.world.clock.now() + away);
    }

    pub(super) async fn time_passes_at_random(&mut self) {
        let span = match self.dice.below(4) {
            0 => Span::seconds(self.dice.between(1, 700)),
            1 => Span::minutes(self.dice.between(10, 90)),
            2 => Span::hours(self.dice.between(1, 26)),
            _ => Span::hours(self.dice.between(1, 80)),
        };
        self.time_passes(span).await;
    }

    pub(super) async fn an_hour_or_so_passes(&mut self) {
        let span = Span::minutes(self.dice.between(1, 180));
        self.time_passes(span).await;
    }

    /// Couriers come by each half hour, and at each end that a letter names a microsecond before.
    pub(super) async fn time_passes(&mut self, span: Span) {
        self.say(format!("{span} pass"));
        let end = self.world.clock.now() + span;
        while self.world.clock.now() < end {
            let now = self.world.clock.now();
            let ends = self.held.iter().map(|held| held.named_end);
            let stops = ends.chain(self.back_at).chain([end, now + Span::minutes(30)]);
            let next = stops.filter(|stop| *stop > now).min().unwrap_or(end);
            let wait = next.since(now).as_micros();
            self.world.clock.advance(Span::micros(wait - 1));
            let due = self.held.iter().any(|held| held.named_end == next);
            if due {
                self.all_is_as_promised().await;
            }
            self.world.clock.advance(Span::micros(1));
            self.held.retain(|held| held.named_end > next);
            if self.back_at.is_some_and(|back| back <= next) {
                self.say("the mail server is back");
                self.world.mailer.answer_all(Answer::Accept);
                self.back_at = None;
            }
            self.sweep().await;
        }
        self.all_is_as_promised().await;
    }
}
