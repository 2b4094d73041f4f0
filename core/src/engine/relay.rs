//! Whether the mailer works at all: one state of this process, charged to no mail.
//!
//! A server that can't be reached, or refuses us, says nothing of any single letter. So no attempt is counted then and no
//! back-off written to any mail: one letter at a time is handed over as a probe, less and less often, and once one is answered
//! the queue goes on.
//!
//! What is reported as a fault of ours may be the mailer's or that one letter's. Another letter is tried at once, to tell: if
//! the server answers that one, the mailer works, and from then on the first letter is charged with its failures as any other.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::watch;
use crate::domain::{MailId, Span, Timestamp};

/// What is known of the mailer.
#[derive(Debug, Default)]
pub(crate) struct Relay(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    outage: Option<Outage>,
    /// How often an outage has begun: what was handed over before says nothing of it.
    outages: u64,
    /// Letters that failed by a fault of ours, and whether the server has answered another since: then it is theirs.
    suspects: BTreeMap<MailId, bool>,
}

#[derive(Debug)]
struct Outage {
    /// How many probes have failed, the letter that it began with among them.
    failed: u32,
    probe_at: Timestamp,
    last: MailId,
}

/// How many letters may be handed over now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readiness {
    /// As many as there is room for.
    Ready,
    /// One, to see whether the mailer works again.
    Probe,
    /// None before then.
    NotBefore(Timestamp),
}

/// Whose fault it is that a letter was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// The letter's own, as far as can be told: it is charged.
    Letter,
    /// The mailer's: the letter is put back as it was; behind what is due by now, if it was a probe.
    Mailer {
        /// Another letter shall be the next probe.
        probed: bool,
    },
}

/// A letter that could not be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unsent {
    pub(crate) mail: MailId,
    /// It may be the letter's own fault.
    pub(crate) ours: bool,
    /// How often an outage had begun when the letter was handed over.
    pub(crate) outages: u64,
    /// The letter is so old that it is given up, if nothing else can be tried in its place.
    pub(crate) aged: bool,
}

impl Relay {
    /// The wait before the first probe; each further one doubles it.
    const FIRST: Span = Span::seconds(5);
    /// The longest wait between two probes.
    const LONGEST: Span = Span::minutes(5);
    /// So many suspects are remembered; of more, all are forgotten, and tell the same again.
    const SUSPECTS: usize = 1_000;

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn readiness(&self, now: Timestamp) -> Readiness {
        match &self.state().outage {
            None => Readiness::Ready,
            // Further ahead than any probe waits: the clock jumped back.
            Some(outage) if outage.probe_at <= now || outage.probe_at > now + Self::LONGEST => {
                Readiness::Probe
            }
            Some(outage) => Readiness::NotBefore(outage.probe_at),
        }
    }

    /// How often an outage has begun so far.
    pub(crate) fn outages(&self) -> u64 {
        self.state().outages
    }

    /// Whether the mailer is known not to work.
    pub(crate) fn is_out(&self) -> bool {
        self.state().outage.is_some()
    }

    /// The server answered, whatever it said of this letter. Whether that ended an outage.
    pub(crate) fn answered(&self, mail: MailId) -> bool {
        let mut state = self.state();
        state.suspects.remove(&mail);
        state.suspects.values_mut().for_each(|is_its_own| *is_its_own = true);
        let ended = state.outage.take().is_some();
        if ended {
            watch::mailer_works();
        }
        ended
    }

    /// A letter could not be sent, by a fault that may be the mailer's.
    pub(crate) fn failed(&self, unsent: &Unsent, now: Timestamp) -> Blame {
        let mut state = self.state();
        let Unsent { mail, ours, outages, aged } = *unsent;
        if ours {
            if state.suspects.get(&mail) == Some(&true) {
                return Blame::Letter;
            }
            if state.suspects.len() >= Self::SUSPECTS {
                state.suspects.clear();
            }
            state.suspects.insert(mail, false);
        }
        let earlier = outages != state.outages;
        match &mut state.outage {
            None => {
                // Whether it is the letter's own fault, the next one tells at once.
                let probe_at = if ours { now } else { now + Self::FIRST };
                state.outage = Some(Outage { failed: 1, probe_at, last: mail });
                state.outages = state.outages.saturating_add(1);
                watch::mailer_fails();
                Blame::Mailer { probed: ours }
            }
            Some(_) if earlier => Blame::Mailer { probed: ours },
            // There was no other to tell by for as long as a mail is kept.
            Some(outage) if ours && aged && outage.last == mail => Blame::Letter,
            Some(outage) => {
                let wait = Self::FIRST.doubled(outage.failed.saturating_sub(1)).min(Self::LONGEST);
                outage.probe_at = now + wait;
                outage.failed = outage.failed.saturating_add(1);
                outage.last = mail;
                Blame::Mailer { probed: true }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    fn mail(n: u8) -> MailId {
        MailId::from_bytes([n; 16])
    }

    fn unsent(relay: &Relay, n: u8, ours: bool) -> Unsent {
        Unsent { mail: mail(n), ours, outages: relay.outages(), aged: false }
    }

    #[test]
    fn a_server_that_is_away_is_probed_by_one_letter_at_a_time_less_and_less_often() {
        let relay = Relay::default();
        assert_eq!(relay.readiness(NOON), Readiness::Ready);
        let flying = [unsent(&relay, 1, false), unsent(&relay, 2, false), unsent(&relay, 3, false)];
        for letter in &flying {
            // Whatever was under way with the first is no probe.
            assert_eq!(relay.failed(letter, NOON), Blame::Mailer { probed: false });
            assert_eq!(relay.readiness(NOON), Readiness::NotBefore(NOON + Span::seconds(5)));
        }
        let (mut now, mut waits) = (NOON, Vec::new());
        for _ in 0..9 {
            let Readiness::NotBefore(at) = relay.readiness(now) else { panic!("no probe is due") };
            waits.push(at.since(now));
            now = at;
            assert_eq!(relay.readiness(now), Readiness::Probe);
            let probe = unsent(&relay, 4, false);
            assert_eq!(relay.failed(&probe, now), Blame::Mailer { probed: true });
        }
        assert_eq!(waits, [5, 5, 10, 20, 40, 80, 160, 300, 300].map(Span::seconds));
        assert_eq!(relay.readiness(now - Span::days(30)), Readiness::Probe, "the clock jumped back");
        assert!(relay.answered(mail(4)) && !relay.answered(mail(5)));
        assert_eq!(relay.readiness(now), Readiness::Ready);
    }

    #[test]
    fn a_letter_that_fails_while_others_go_out_is_charged_and_holds_up_none() {
        let relay = Relay::default();
        assert_eq!(relay.failed(&unsent(&relay, 1, true), NOON), Blame::Mailer { probed: true });
        assert_eq!(relay.readiness(NOON), Readiness::Probe, "the next one tells at once");
        assert!(relay.answered(mail(2)));
        for _ in 0..3 {
            assert_eq!(relay.failed(&unsent(&relay, 1, true), NOON), Blame::Letter);
            assert_eq!(relay.readiness(NOON), Readiness::Ready);
        }
        assert!(!relay.answered(mail(1)));
        assert_eq!(
            relay.failed(&unsent(&relay, 1, true), NOON),
            Blame::Mailer { probed: true },
            "it had gone out"
        );
    }

    #[test]
    fn where_every_letter_fails_by_a_fault_of_ours_none_is_charged() {
        let relay = Relay::default();
        let mut now = NOON;
        for n in 0..200 {
            let Blame::Mailer { .. } = relay.failed(&unsent(&relay, n % 3, true), now) else {
                panic!("{n} is charged")
            };
            if let Readiness::NotBefore(at) = relay.readiness(now) {
                now = at;
            }
        }
        assert!(now.since(NOON) > Span::hours(10));
    }

    #[test]
    fn one_that_fails_alone_is_charged_once_it_is_old() {
        let relay = Relay::default();
        let young = unsent(&relay, 1, true);
        assert_eq!(relay.failed(&young, NOON), Blame::Mailer { probed: true });
        let old = Unsent { aged: true, ..unsent(&relay, 1, true) };
        assert_eq!(relay.failed(&old, NOON), Blame::Letter);
        let away = Unsent { ours: false, ..old };
        assert_eq!(
            relay.failed(&away, NOON),
            Blame::Mailer { probed: true },
            "but not where the server is away"
        );
    }
}
