//! What may be the matter with the world: how often a call of a port fails, and how.

use std::fmt;

use accountable_core::domain::Span;
use serde::{Deserialize, Serialize};

use crate::dice::Dice;

/// What is the matter at present. The default is a world in which nothing fails and nothing takes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Trouble {
    /// With the store.
    pub store: StoreTrouble,
    /// With the mail server.
    pub mail: MailTrouble,
    /// With the host's own ports.
    pub host: HostTrouble,
}

/// Of 1,000 calls of the store so many come to this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StoreTrouble {
    /// They never reach the store, and that is known.
    pub refused: u64,
    /// The store does what it is asked, and its answer gets lost.
    pub unheard: u64,
    /// They never reach the store, and nobody knows that.
    pub lost: u64,
    /// They reach the store after their caller was told that nobody knows; a repeat is judged after that.
    pub late: u64,
    /// No answer ever comes. Whether the store did what it was asked depends.
    pub silent: u64,
    /// They take seconds, up to more than anybody waits.
    pub slow: u64,
    /// The disk is full: nothing can be written, and reading works.
    pub is_full: bool,
    /// The file was removed, or the disk is gone: nothing can be read or written.
    pub is_broken: bool,
}

/// Of 1,000 letters so many come to this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MailTrouble {
    /// The server takes the letter, and its answer gets lost.
    pub unheard: u64,
    /// The server puts the letter off.
    pub delayed: u64,
    /// There is no such mailbox, the server says.
    pub refused: u64,
    /// The letter can't be sent, by a fault of ours.
    pub ours: u64,
    /// The mailer panics.
    pub panics: u64,
    /// The server never answers. Whether it took the letter depends.
    pub silent: u64,
    /// It takes minutes, up to more than a delivery may.
    pub slow: u64,
    /// No letter can be sent: the server is away.
    pub is_away: bool,
}

/// Of 1,000 calls of the host's own ports so many come to this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HostTrouble {
    /// They fail, and say so.
    pub fails: u64,
    /// They panic.
    pub panics: u64,
    /// They never answer.
    pub silent: u64,
}

/// What becomes of one call of a host's own port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HostFate {
    Answers,
    Fails,
    Panics,
    Silent,
}

impl HostTrouble {
    pub(super) fn fate(&self, dice: &mut Dice) -> HostFate {
        let throw = dice.below(1_000);
        let shares =
            [(self.fails, HostFate::Fails), (self.panics, HostFate::Panics), (self.silent, HostFate::Silent)];
        come_to(throw, shares).unwrap_or(HostFate::Answers)
    }
}

/// What becomes of one call of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Passes,
    Refused,
    Full,
    Broken,
    Unheard,
    Lost,
    Late,
    Silent { applied: bool },
}

/// What a throw of 1,000 comes to, where each has its share; none, beyond all of them.
fn come_to<T>(mut throw: u64, shares: impl IntoIterator<Item = (u64, T)>) -> Option<T> {
    shares.into_iter().find_map(|(share, fate)| match throw.checked_sub(share) {
        None => Some(fate),
        Some(left) => {
            throw = left;
            None
        }
    })
}

impl StoreTrouble {
    pub(super) fn fate(&self, dice: &mut Dice) -> Fate {
        let throw = dice.below(1_000);
        let applied = dice.one_in(2);
        if self.is_broken {
            return Fate::Broken;
        }
        let shares = [
            (self.refused, Fate::Refused),
            (self.unheard, Fate::Unheard),
            (self.lost, Fate::Lost),
            (self.late, Fate::Late),
            (self.silent, Fate::Silent { applied }),
        ];
        come_to(throw, shares).unwrap_or(if self.is_full { Fate::Full } else { Fate::Passes })
    }

    /// How long a message to the store or from it is under way.
    pub(super) fn latency(&self, dice: &mut Dice) -> Span {
        let throw = dice.below(1_000);
        let micros = match throw {
            _ if throw < self.slow => dice.between(500_000, 40_000_000),
            0..=599 => dice.below(50),
            600..=899 => dice.between(50, 3_000),
            _ => dice.between(3_000, 200_000),
        };
        Span::micros(micros)
    }
}

/// What becomes of one letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedOver {
    /// The server took it and said so.
    Taken,
    /// The server took it; its answer was lost.
    Unheard,
    /// The server put it off.
    Delayed,
    /// There is no such mailbox.
    Refused,
    /// It could not be sent by a fault of ours.
    Ours,
    /// The mailer panicked.
    Panicked,
    /// No answer came.
    Silent {
        /// The server took it all the same.
        taken: bool,
    },
    /// The server was away.
    Away,
}

impl HandedOver {
    /// Whether it arrives.
    #[must_use]
    pub const fn arrives(self) -> bool {
        matches!(self, Self::Taken | Self::Unheard | Self::Silent { taken: true })
    }
}

impl MailTrouble {
    pub(super) fn fate(&self, dice: &mut Dice) -> HandedOver {
        let throw = dice.below(1_000);
        let taken = dice.one_in(2);
        if self.is_away {
            return HandedOver::Away;
        }
        let shares = [
            (self.unheard, HandedOver::Unheard),
            (self.delayed, HandedOver::Delayed),
            (self.refused, HandedOver::Refused),
            (self.ours, HandedOver::Ours),
            (self.panics, HandedOver::Panicked),
            (self.silent, HandedOver::Silent { taken }),
        ];
        come_to(throw, shares).unwrap_or(HandedOver::Taken)
    }

    pub(super) fn latency(&self, dice: &mut Dice) -> Span {
        let throw = dice.below(1_000);
        let micros = match throw {
            _ if throw < self.slow => dice.between(5_000_000, 400_000_000),
            0..=799 => dice.between(1_000, 400_000),
            _ => dice.between(400_000, 5_000_000),
        };
        Span::micros(micros)
    }
}

impl Trouble {
    /// Some trouble or other.
    pub(super) fn drawn(dice: &mut Dice) -> Self {
        let mut trouble = Self::default();
        let store = &mut trouble.store;
        match dice.below(10) {
            0..=2 => {}
            3 => {
                let share = dice.between(20, 200);
                (store.unheard, store.lost, store.late) = (share, share, share);
            }
            4 => store.refused = dice.between(20, 600),
            5 => (store.silent, store.slow) = (dice.between(0, 60), dice.between(20, 300)),
            6 => store.is_full = true,
            7 => store.refused = 1_000,
            8 => store.is_broken = true,
            _ => {
                (store.refused, store.unheard, store.lost) = (30, 30, 30);
                (store.late, store.silent, store.slow) = (30, 10, 30);
            }
        }
        let mail = &mut trouble.mail;
        match dice.below(9) {
            0..=2 => {}
            7 => (mail.refused, mail.slow) = (dice.between(50, 400), dice.between(0, 200)),
            3 => mail.is_away = true,
            4 => (mail.unheard, mail.silent) = (dice.between(50, 400), dice.between(0, 200)),
            5 => (mail.panics, mail.ours) = (dice.between(50, 400), dice.between(0, 300)),
            6 => (mail.delayed, mail.slow) = (dice.between(50, 500), dice.between(0, 200)),
            _ => {
                (mail.unheard, mail.delayed, mail.refused) = (50, 50, 30);
                (mail.ours, mail.panics, mail.silent, mail.slow) = (50, 30, 50, 50);
            }
        }
        let host = &mut trouble.host;
        match dice.below(4) {
            0 | 1 => {}
            2 => host.fails = dice.between(50, 900),
            _ => (host.fails, host.panics, host.silent) = (100, 100, 100),
        }
        trouble
    }
}

/// What can be the matter, by name.
type Parts<'a, T, const N: usize> = [(&'static str, &'a mut T); N];

impl Trouble {
    /// Each part by its name: of 1,000 so many; and what is wholly the matter or not at all.
    fn parts_mut(&mut self) -> (Parts<'_, u64, 16>, Parts<'_, bool, 3>) {
        let StoreTrouble { refused, unheard, lost, late, silent, slow, is_full, is_broken } = &mut self.store;
        let store = [
            ("store.refused", refused),
            ("store.unheard", unheard),
            ("store.lost", lost),
            ("store.late", late),
            ("store.silent", silent),
            ("store.slow", slow),
        ];
        let MailTrouble { unheard, delayed, refused, ours, panics, silent, slow, is_away } = &mut self.mail;
        let mail = [
            ("mail.unheard", unheard),
            ("mail.delayed", delayed),
            ("mail.refused", refused),
            ("mail.ours", ours),
            ("mail.panics", panics),
            ("mail.silent", silent),
            ("mail.slow", slow),
        ];
        let HostTrouble { fails, panics, silent } = &mut self.host;
        let host = [("host.fails", fails), ("host.panics", panics), ("host.silent", silent)];
        let mut all = store.into_iter().chain(mail).chain(host);
        let shares = std::array::from_fn(|_| all.next().expect("6, 7 and 3 are 16"));
        (shares, [("store.full", is_full), ("store.broken", is_broken), ("mail.away", is_away)])
    }

    /// What is the matter, by name, and how much of 1,000.
    pub(super) fn parts(mut self) -> Vec<(&'static str, u64)> {
        let (shares, whole) = self.parts_mut();
        let shares = shares.into_iter().map(|(name, share)| (name, *share));
        let whole = whole.into_iter().map(|(name, is_so)| (name, u64::from(*is_so) * 1_000));
        shares.chain(whole).filter(|(_, share)| *share > 0).collect()
    }

    /// Of all that is the matter this part.
    pub(super) fn only(mut self, part: &str) -> Self {
        let (shares, whole) = self.parts_mut();
        shares.into_iter().filter(|(name, _)| *name != part).for_each(|(_, share)| *share = 0);
        whole.into_iter().filter(|(name, _)| *name != part).for_each(|(_, is_so)| *is_so = false);
        self
    }
}

/// As a line of the trace: `store.lost 30 ‰, mail.away`.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |(name, share): (&str, u64)| {
            if share == 1_000 { name.to_owned() } else { format!("{name} {share} ‰") }
        };
        let all: Vec<_> = self.parts().into_iter().map(said).collect();
        f.write_str(if all.is_empty() { "none".to_owned() } else { all.join(", ") }.as_str())
    }
}
