//! How a realm is set up: settings that a host may choose, many of them far from the defaults. All are drawn.

use std::sync::Arc;

use accountable_core::{
    Builder,
    domain::{KeyId, Keyring, PasswordPolicy, Quota, Realm, Rules, Span},
};
use serde::{Deserialize, Serialize};

use super::{
    host::{Host, OwnWay},
    post::ProcessMailer,
    simulation::{Simulation, mailbox},
};
use crate::dice::Dice;

/// How a realm is set up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Setting {
    pub(super) realm: Realm,
    pub(super) rules: Rules,
    pub(super) rechecks: bool,
    pub(super) notes_log_ins: bool,
    policy: Policy,
    /// How long one step of a call waits.
    pub(super) patience: Span,
    longest_queue: usize,
    tells_host: bool,
    asks_veto: bool,
    /// Whether new passwords are looked up, and whether one is taken that could not be.
    screens: Option<Unscreened>,
    routes: bool,
}

/// Which passwords are good enough; the people of a simulation know long ones.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Policy {
    Nist,
    /// Remembers so many.
    Remembering(usize),
    /// Keeps each for an hour.
    Aged,
    PayWay,
}

/// What becomes of a password that could not be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Unscreened {
    Taken,
    Refused,
}

const MINUTE: Span = Span::minutes(1);

fn quota(dice: &mut Dice, of: &[(u32, Span)]) -> Quota {
    let (burst, period) = *dice.pick(of);
    Quota::new(burst, period).unwrap()
}

impl Setting {
    /// One realm in two is as a host gets it that says nothing.
    pub(super) fn drawn(name: &str, dice: &mut Dice) -> Self {
        let realm = Realm::parse(name).unwrap();
        let plain = dice.one_in(2);
        let rules = if plain { Rules::default() } else { rules(dice) };
        let policy = match dice.below(6) {
            0..=2 => Policy::Nist,
            3 => Policy::Remembering(dice.between(1, 4) as usize),
            4 => Policy::Aged,
            _ => Policy::PayWay,
        };
        Self {
            realm,
            rules,
            rechecks: dice.one_in(4),
            notes_log_ins: dice.one_in(4),
            policy: if plain { Policy::Nist } else { policy },
            patience: *dice.pick(&[
                Span::seconds(30),
                Span::seconds(30),
                Span::seconds(12),
                Span::minutes(5),
            ]),
            longest_queue: *dice.pick(&[4_096, 4_096, 12, 2]),
            tells_host: dice.one_in(2),
            asks_veto: dice.one_in(3),
            screens: match dice.below(6) {
                0 => Some(Unscreened::Taken),
                1 => Some(Unscreened::Refused),
                _ => None,
            },
            routes: dice.one_in(4),
        }
    }

    /// As a host gets it that says nothing.
    pub(super) fn plain(self) -> Self {
        Self {
            realm: self.realm,
            rules: Rules::default(),
            rechecks: false,
            notes_log_ins: false,
            policy: Policy::Nist,
            patience: Span::seconds(30),
            longest_queue: 4_096,
            tells_host: false,
            asks_veto: false,
            screens: None,
            routes: false,
        }
    }

    /// Both realms go by the same keys: that a code of one opens nothing of the other is no doing of theirs.
    pub(super) fn keys() -> Keyring {
        let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(at as u8));
        Keyring::new(key(5), KeyId::parse("one").unwrap(), key(6)).unwrap()
    }

    /// What a process of the realm is built with.
    pub(super) fn built(&self, builder: Builder, simulation: &Arc<Simulation>, process: usize) -> Builder {
        let host = || Host { simulation: Arc::clone(simulation) };
        let mut builder = builder
            .realm(self.realm.clone())
            .rules(self.rules)
            .policy(self.policy.built())
            .patience(self.patience)
            .longest_log_in_queue(self.longest_queue);
        if self.rechecks {
            builder = builder.recheck_at_log_in();
        }
        if self.notes_log_ins {
            builder = builder.log_ins_noted();
        }
        if self.tells_host {
            builder = builder.notices_to(mailbox(&format!("host-of-{}", self.realm.as_str())));
        }
        if self.asks_veto {
            builder = builder.erasure_veto(host());
        }
        if let Some(unscreened) = self.screens {
            builder = builder.password_screen(host());
            if unscreened == Unscreened::Taken {
                builder = builder.accepting_unscreened_passwords();
            }
        }
        if self.routes {
            let own = ProcessMailer { simulation: Arc::clone(simulation), process };
            builder = builder.mail_routing(OwnWay { own });
        }
        builder
    }
}

impl Policy {
    fn built(self) -> PasswordPolicy {
        let nist = || PasswordPolicy::nist().into_builder();
        match self {
            Self::Nist => PasswordPolicy::nist(),
            Self::Remembering(passwords) => nist().remembering(passwords).build().unwrap(),
            Self::Aged => nist().minimum_age(Span::hours(1)).build().unwrap(),
            Self::PayWay => PasswordPolicy::payway(),
        }
    }
}

/// Numbers that pass the check, each at its default, small or large.
fn rules(dice: &mut Dice) -> Rules {
    let mut rules = Rules::default();
    draw_quotas(&mut rules, dice);
    draw_lives(&mut rules, dice);
    let lock_out = &mut rules.lock_out;
    lock_out.room = *dice.pick(&[1, 3, 10, 30]);
    lock_out.disable_at = *dice.pick(&[lock_out.room + 1, lock_out.room + 5, 100]);
    lock_out.first_lock = *dice.pick(&[Span::seconds(1), Span::seconds(30), Span::minutes(15)]);
    lock_out.longest_lock = *dice.pick(&[Span::minutes(15), Span::hours(20)]);
    lock_out.forget_after = *dice.pick(&[Span::hours(20), Span::hours(24), Span::days(30)]);
    let retries = &mut rules.retries;
    retries.first = *dice.pick(&[Span::seconds(1), MINUTE, Span::hours(1)]);
    retries.longest = *dice.pick(&[Span::hours(1), Span::hours(4), Span::days(2)]);
    retries.attempts = *dice.pick(&[1, 3, 30]);
    retries.age = *dice.pick(&[MINUTE, Span::hours(6), Span::days(3), Span::days(30)]);
    retries.lease = *dice.pick(&[Span::seconds(61), Span::minutes(5), Span::hours(8)]);
    rules
}

fn draw_quotas(rules: &mut Rules, dice: &mut Dice) {
    let second = Span::seconds(1);
    let (ten_minutes, hour, two_hours) = (Span::minutes(10), Span::hours(1), Span::hours(2));
    rules.account_quota = quota(dice, &[(1, ten_minutes), (1, second), (1, hour), (4, ten_minutes)]);
    rules.recipient_quota = quota(dice, &[(12, two_hours), (1, two_hours), (100, MINUTE)]);
    rules.sign_up_quota = quota(dice, &[(5, ten_minutes), (1, MINUTE), (40, second)]);
    rules.sign_up_long_quota = quota(dice, &[(12, two_hours), (2, two_hours), (100, MINUTE)]);
    rules.sign_ups_quota = quota(dice, &[(10_000, Span::millis(360)), (2, ten_minutes), (20, MINUTE)]);
    rules.email_change_quota = quota(dice, &[(5, ten_minutes), (1, hour), (50, second)]);
    rules.new_address_quota = quota(dice, &[(5, ten_minutes), (1, MINUTE), (50, second)]);
    rules.new_address_long_quota = quota(dice, &[(12, two_hours), (2, hour), (100, MINUTE)]);
    rules.notice_quota = quota(dice, &[(12, two_hours), (1, two_hours), (3, MINUTE)]);
    rules.proof_quota = quota(dice, &[(12, two_hours), (1, hour), (50, second)]);
    rules.origin_quota = quota(dice, &[(20, Span::minutes(3)), (3, MINUTE), (200, second)]);
    rules.network_quota = quota(dice, &[(200, Span::seconds(18)), (8, MINUTE)]);
    rules.origin_failure_quota = quota(dice, &[(100, Span::seconds(36)), (4, MINUTE), (1_000, second)]);
    rules.network_failure_quota = quota(dice, &[(1_000, Span::millis(3_600)), (12, MINUTE)]);
    rules.device_failure_quota = quota(dice, &[(10, Span::hours(24)), (1, Span::hours(24)), (3, hour)]);
    rules.owner_failure_quota = quota(dice, &[(10, two_hours), (1, two_hours), (3, MINUTE)]);
}

fn draw_lives(rules: &mut Rules, dice: &mut Dice) {
    let (five, long) = (Span::minutes(5), Span::days(14));
    let lives = &mut rules.code_lives;
    lives.password_set = *dice.pick(&[Span::hours(24), five, long]);
    lives.password_reset = *dice.pick(&[Span::hours(1), five, Span::hours(30), long]);
    lives.password_management = *dice.pick(&[Span::hours(24), five, long]);
    lives.email_confirm = *dice.pick(&[Span::hours(24), five, long]);
    lives.email_proof = *dice.pick(&[Span::hours(24), five, long]);
    lives.email_revert = *dice.pick(&[Span::hours(72), five, Span::days(7)]);
    rules.temporary_password = *dice.pick(&[Span::hours(72), Span::minutes(10), Span::days(300)]);
    rules.expiry_warnings = *dice.pick(&[[14, 3], [29, 1], [20, 19]].map(|days| days.map(Span::days)));
    rules.closing_grace = *dice.pick(&[Span::days(30), MINUTE, Span::hours(30)]);
    rules.sign_up_kept =
        (*dice.pick(&[Span::days(7), five, Span::days(60)])).max(rules.code_lives.password_set);
    rules.journal_kept = *dice.pick(&[None, Some(Span::days(1)), Some(Span::days(8))]);
    rules.dead_mails_kept = *dice.pick(&[Some(Span::days(30)), Some(Span::days(1)), None]);
    rules.suppressions_kept = *dice.pick(&[None, Some(Span::days(1)), Some(Span::days(4))]);
}
