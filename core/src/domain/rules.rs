//! The numbers of the rules, each with its default, its floor and its ceiling. What is not here is fixed.

use std::ops::RangeInclusive;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{CodeLives, LockOut, OutOfBounds, Quota, Retries, Span, kept};

/// All numbers of the rules that a host may change. The defaults are the safe choice.
///
/// This is the section `rules` of the settings file, key by key. [`check`](Self::check) refuses nonsense wherever the
/// numbers come from: serde asks it, and so does the builder of the accounts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, remote = "Self")]
#[non_exhaustive]
pub struct Rules {
    /// How many mails with a code an account gets for one purpose, at one address, for either side that asks: 1 each
    /// 600 s. At most 1,000,000 at once, each 1 ms or longer, and all of them together 366 days or less; so for every
    /// quota here.
    pub account_quota: Quota,
    /// How many mails of one kind strangers can cause to an existing account: 12, then one each 2 h. Resets, set links
    /// and word that there is an account already count apart. A link is never refused while none of its purpose lives.
    pub recipient_quota: Quota,
    /// How many mails sign-ups cause to one address that has no account, at once: 5, then one each 600 s. All its
    /// spellings with a `+tag` share one such quota beside.
    pub sign_up_quota: Quota,
    /// How many mails sign-ups cause to one address that has no account, over hours: 12, then one each 2 h.
    pub sign_up_long_quota: Quota,
    /// How many mails all sign-ups of the realm cause: 10,000, then one each 0.36 s. Beyond that a sign-up waits, and is
    /// dropped after an hour.
    pub sign_ups_quota: Quota,
    /// How many changes of address an owner may ask for, over all new addresses: 5, then one each 600 s.
    pub email_change_quota: Quota,
    /// How many mails owners cause to one new address, whoever has it, at once: 5, then one each 600 s.
    pub new_address_quota: Quota,
    /// How many mails owners cause to one new address, whoever has it, over hours: 12, then one each 2 h.
    pub new_address_long_quota: Quota,
    /// How many notices of one kind an owner causes to one address: 12, then one each 2 h. Beyond that one waits, and
    /// those after it are not sent.
    pub notice_quota: Quota,
    /// How many mails owners cause to prove one address of theirs: 12, then one each 2 h.
    pub proof_quota: Quota,
    /// How many requests for mail one origin, an IPv4 address or an IPv6 /64, may make at the public door: 20, then one
    /// each 180 s.
    pub origin_quota: Quota,
    /// How many requests for mail the wider network around it, an IPv4 /24 or an IPv6 /48, may make: 200, then one each
    /// 18 s.
    pub network_quota: Quota,
    /// How many failed log-ins one origin may have (OWASP ASVS 5.0, 6.3.1): 100, then one each 36 s.
    pub origin_failure_quota: Quota,
    /// How long a mailed code can be redeemed, by what it is good for (NIST SP 800-63B-4, 4.2.1).
    pub code_lives: CodeLives,
    /// How many failed log-ins the wider network around it may have: 1,000, then one each 3.6 s. A log-in from a known
    /// device asks for neither.
    pub network_failure_quota: Quota,
    /// How many wrong passwords may be shown with one device token, whatever strangers did to the address meanwhile: 10,
    /// then one each 24 h. Beyond it the device counts as any other.
    pub device_failure_quota: Quota,
    /// How many times the current password may be shown wrong at its owner's door: 10, then one each 2 h, for each account.
    pub owner_failure_quota: Quota,
    /// When failed log-ins lock an address, and for how long (NIST SP 800-63B-4, 3.2.2).
    pub lock_out: LockOut,
    /// How a mail that failed for now is tried again, and when it is given up.
    pub retries: Retries,
    /// How long a password that an administrator assigned lets its owner in (OWASP ASVS 5.0, 6.4.1): 72 h; 1 min to 366
    /// days.
    pub temporary_password: Span,
    /// How long before a password expires its owner is warned (OWASP ASVS 5.0, 6.4.5), the longer first: 14 and 3 days;
    /// 1 min to 29 days each.
    pub expiry_warnings: [Span; 2],
    /// How long a closed account can be reopened before it is erased: 30 days; 1 min to 3,660 days.
    pub closing_grace: Span,
    /// How long an account that a stranger signed up waits to be proven before it is removed: 7 days; as long as the code
    /// for its first password lives ([`CodeLives::password_set`]), to 366 days.
    pub sign_up_kept: Span,
    /// How long events of this realm stay in the journal; none keeps all, which is the default. 1 to 36,600 days; the
    /// settings file says `forever` for none.
    #[serde(with = "kept")]
    pub journal_kept: Option<Span>,
    /// How long mails of this realm that were given up can be queued again, before they are removed: 30 days; none
    /// keeps all. 1 to 36,600 days; the settings file says `forever` for none.
    #[serde(with = "kept")]
    pub dead_mails_kept: Option<Span>,
    /// How long mail to an address is held back after a bounce or a complaint; none holds it back until staff clears it or
    /// a code that was mailed there is redeemed, which is the default. A complaint about a mail with a link to a new
    /// password holds back such mails for 30 days at most. 1 to 36,600 days; the settings file says `forever` for none.
    #[serde(with = "kept")]
    pub suppressions_kept: Option<Span>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            account_quota: Quota::ACCOUNT,
            recipient_quota: Quota::RECIPIENT,
            sign_up_quota: Quota::NEW_RECIPIENT,
            sign_up_long_quota: Quota::RECIPIENT,
            sign_ups_quota: Quota::SIGN_UPS_IN_ALL,
            email_change_quota: Quota::NEW_RECIPIENT,
            new_address_quota: Quota::NEW_RECIPIENT,
            new_address_long_quota: Quota::RECIPIENT,
            notice_quota: Quota::RECIPIENT,
            proof_quota: Quota::RECIPIENT,
            origin_quota: Quota::ORIGIN,
            network_quota: Quota::NETWORK,
            origin_failure_quota: Quota::ORIGIN_FAILURES,
            code_lives: CodeLives::default(),
            network_failure_quota: Quota::NETWORK_FAILURES,
            device_failure_quota: Quota::DEVICE_FAILURES,
            owner_failure_quota: Quota::OWNER_FAILURES,
            lock_out: LockOut::default(),
            retries: Retries::default(),
            temporary_password: Span::hours(72),
            expiry_warnings: [Span::days(14), Span::days(3)],
            closing_grace: Span::days(30),
            sign_up_kept: Span::days(7),
            journal_kept: None,
            dead_mails_kept: Some(Span::days(30)),
            suppressions_kept: None,
        }
    }
}

impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Refuses numbers that [`Rules::check`] refuses.
impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rules = Self::deserialize(deserializer)?;
        rules.check().map_err(serde::de::Error::custom)?;
        Ok(rules)
    }
}

/// Why numbers of the rules are refused, each by itself or beside another. The text names the option and says what to
/// write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// A number is smaller than its floor or larger than its ceiling.
    #[error(transparent)]
    OutOfBounds(#[from] OutOfBounds),
    /// A quota bounds nothing, or its burst takes more than 366 days.
    #[error(
        "{option}: \"{given}\" bounds nothing, or for ever; write 1,000,000 at once or fewer, each 1 ms or longer, and all \
         of them together 366 d or less"
    )]
    Quota {
        /// The option's key.
        option: &'static str,
        /// The quota that was given.
        given: Quota,
    },
    /// `lock_out.room` is not less than `lock_out.disable_at`: no lock would ever come.
    #[error("lock_out.room: {room} must be less than lock_out.disable_at, which is {disable_at}")]
    LockOut {
        /// The failures before the first lock, as given.
        room: u32,
        /// The failures that disable, as given.
        disable_at: u32,
    },
    /// `lock_out.first_lock` is longer than `lock_out.longest_lock`.
    #[error("lock_out.first_lock: {first} must not be longer than lock_out.longest_lock, which is {longest}")]
    Locks {
        /// The first one, as given, which must be the shorter.
        first: Span,
        /// The longest one, as given.
        longest: Span,
    },
    /// `lock_out.forget_after` is shorter than `lock_out.longest_lock`: whoever waits for a lock's end could guess as
    /// if nothing had been.
    #[error(
        "lock_out.forget_after: {forget_after} must not be shorter than lock_out.longest_lock, which is {longest}"
    )]
    Forgotten {
        /// The time after which failures are forgotten, as given.
        forget_after: Span,
        /// The longest lock, as given.
        longest: Span,
    },
    /// `retries.first` is longer than `retries.longest`.
    #[error("retries.first: {first} must not be longer than retries.longest, which is {longest}")]
    Retries {
        /// The first one, as given, which must be the shorter.
        first: Span,
        /// The longest one, as given.
        longest: Span,
    },
    /// `retries.lease` is shorter than a delivery may take: a second courier would take a mail that the first is still
    /// delivering.
    #[error("retries.lease: {lease} must be longer than {least}, what a delivery may take")]
    Lease {
        /// The lease that was given.
        lease: Span,
        /// The longest that a delivery may take.
        least: Span,
    },
    /// The first warning is not further ahead than the second, which would come first.
    #[error("expiry_warnings: the first ({first}) must be longer ahead than the second ({last})")]
    ExpiryWarnings {
        /// How far ahead the first warning is, as given.
        first: Span,
        /// How far ahead the second warning is, as given.
        last: Span,
    },
}

const MINUTE: Span = Span::minutes(1);
const DAY: Span = Span::days(1);
const YEAR: Span = Span::days(366);
const KEPT: RangeInclusive<Span> = DAY..=Span::days(36_600);

impl Rules {
    /// The furthest ahead that the owner of an expiring password can be warned: a password lives for 30 days at least.
    const FURTHEST_WARNING: Span = Span::days(29);

    /// Refuses a number below its floor or above its ceiling, and numbers that contradict each other. The settings file
    /// and [`Builder::build`](crate::Builder::build) both ask it.
    ///
    /// # Errors
    /// A [`RulesError`] for the first of them, in the order of the keys.
    pub fn check(&self) -> Result<(), RulesError> {
        for (option, quota) in [
            ("account_quota", self.account_quota),
            ("recipient_quota", self.recipient_quota),
            ("sign_up_quota", self.sign_up_quota),
            ("sign_up_long_quota", self.sign_up_long_quota),
            ("sign_ups_quota", self.sign_ups_quota),
            ("email_change_quota", self.email_change_quota),
            ("new_address_quota", self.new_address_quota),
            ("new_address_long_quota", self.new_address_long_quota),
            ("notice_quota", self.notice_quota),
            ("proof_quota", self.proof_quota),
            ("origin_quota", self.origin_quota),
            ("network_quota", self.network_quota),
            ("origin_failure_quota", self.origin_failure_quota),
            ("network_failure_quota", self.network_failure_quota),
            ("device_failure_quota", self.device_failure_quota),
            ("owner_failure_quota", self.owner_failure_quota),
        ] {
            let sound = quota.burst() <= 1_000_000 && quota.period() >= Span::millis(1);
            if !sound || quota.horizon() > YEAR {
                return Err(RulesError::Quota { option, given: quota });
            }
        }
        self.code_lives.check()?;
        check_lock_out(&self.lock_out)?;
        check_retries(&self.retries)?;
        OutOfBounds::check("temporary_password", self.temporary_password, MINUTE..=YEAR)?;
        let [first, last] = self.expiry_warnings;
        for warning in self.expiry_warnings {
            OutOfBounds::check("expiry_warnings", warning, MINUTE..=Self::FURTHEST_WARNING)?;
        }
        if last >= first {
            return Err(RulesError::ExpiryWarnings { first, last });
        }
        OutOfBounds::check("closing_grace", self.closing_grace, MINUTE..=Span::days(3_660))?;
        OutOfBounds::check("sign_up_kept", self.sign_up_kept, self.code_lives.password_set..=YEAR)?;
        for (option, kept) in [
            ("journal_kept", self.journal_kept),
            ("dead_mails_kept", self.dead_mails_kept),
            ("suppressions_kept", self.suppressions_kept),
        ] {
            kept.map_or(Ok(()), |kept| OutOfBounds::check(option, kept, KEPT))?;
        }
        Ok(())
    }
}

fn check_lock_out(rule: &LockOut) -> Result<(), RulesError> {
    let LockOut { room, first_lock: first, longest_lock: longest, disable_at, forget_after } = *rule;
    OutOfBounds::check("lock_out.room", room, 1..=10_000)?;
    OutOfBounds::check("lock_out.first_lock", first, Span::seconds(1)..=Span::days(7))?;
    OutOfBounds::check("lock_out.longest_lock", longest, Span::seconds(1)..=Span::days(7))?;
    OutOfBounds::check("lock_out.disable_at", disable_at, 2..=1_000_000)?;
    OutOfBounds::check("lock_out.forget_after", forget_after, MINUTE..=YEAR)?;
    if room >= disable_at {
        return Err(RulesError::LockOut { room, disable_at });
    }
    if first > longest {
        return Err(RulesError::Locks { first, longest });
    }
    if forget_after < longest {
        return Err(RulesError::Forgotten { forget_after, longest });
    }
    Ok(())
}

fn check_retries(rule: &Retries) -> Result<(), RulesError> {
    let Retries { first, longest, attempts, age, lease } = *rule;
    OutOfBounds::check("retries.first", first, Span::seconds(1)..=Span::days(7))?;
    OutOfBounds::check("retries.longest", longest, Span::seconds(1)..=Span::days(7))?;
    OutOfBounds::check("retries.attempts", attempts, 1..=1_000)?;
    OutOfBounds::check("retries.age", age, MINUTE..=Span::days(30))?;
    if lease <= Retries::LONGEST_DELIVERY {
        return Err(RulesError::Lease { lease, least: Retries::LONGEST_DELIVERY });
    }
    OutOfBounds::check("retries.lease", lease, MINUTE..=DAY)?;
    if first > longest {
        return Err(RulesError::Retries { first, longest });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number by its key, and where it is.
    type Number<T> = (&'static str, fn(&mut Rules) -> &mut T);

    /// The defaults with one change, as the check sees them.
    fn with(change: impl FnOnce(&mut Rules)) -> Result<(), RulesError> {
        let mut rules = Rules::default();
        change(&mut rules);
        rules.check()
    }

    fn refusal(change: impl FnOnce(&mut Rules)) -> String {
        with(change).unwrap_err().to_string()
    }

    #[test]
    fn the_defaults_pass_their_own_check() {
        assert_eq!(Rules::default().check(), Ok(()));
    }

    #[test]
    fn each_number_has_a_floor_and_a_ceiling() {
        let nothing = |quota: &mut Quota| *quota = Quota::new(1, Span::micros(1)).unwrap();
        let for_ever = |quota: &mut Quota| *quota = Quota::new(2, Span::days(200)).unwrap();
        let spans: [Number<Span>; 15] = [
            ("code_lives.password_set", |rules| &mut rules.code_lives.password_set),
            ("code_lives.password_reset", |rules| &mut rules.code_lives.password_reset),
            ("code_lives.password_management", |rules| &mut rules.code_lives.password_management),
            ("code_lives.email_confirm", |rules| &mut rules.code_lives.email_confirm),
            ("code_lives.email_revert", |rules| &mut rules.code_lives.email_revert),
            ("lock_out.first_lock", |rules| &mut rules.lock_out.first_lock),
            ("lock_out.longest_lock", |rules| &mut rules.lock_out.longest_lock),
            ("lock_out.forget_after", |rules| &mut rules.lock_out.forget_after),
            ("retries.first", |rules| &mut rules.retries.first),
            ("retries.longest", |rules| &mut rules.retries.longest),
            ("retries.age", |rules| &mut rules.retries.age),
            ("retries.lease", |rules| &mut rules.retries.lease),
            ("temporary_password", |rules| &mut rules.temporary_password),
            ("closing_grace", |rules| &mut rules.closing_grace),
            ("sign_up_kept", |rules| &mut rules.sign_up_kept),
        ];
        for (option, of) in spans {
            for nonsense in [Span::ZERO, Span::MAX] {
                let refused = refusal(|rules| *of(rules) = nonsense);
                assert!(refused.starts_with(&format!("{option}: ")), "{refused}");
            }
        }
        let counts: [Number<u32>; 3] = [
            ("lock_out.room", |rules| &mut rules.lock_out.room),
            ("lock_out.disable_at", |rules| &mut rules.lock_out.disable_at),
            ("retries.attempts", |rules| &mut rules.retries.attempts),
        ];
        for (option, of) in counts {
            for nonsense in [0, u32::MAX] {
                let refused = refusal(|rules| *of(rules) = nonsense);
                assert!(refused.starts_with(&format!("{option}: ")), "{refused}");
            }
        }
        let quotas: [Number<Quota>; 16] = [
            ("account_quota", |rules| &mut rules.account_quota),
            ("recipient_quota", |rules| &mut rules.recipient_quota),
            ("sign_up_quota", |rules| &mut rules.sign_up_quota),
            ("sign_up_long_quota", |rules| &mut rules.sign_up_long_quota),
            ("sign_ups_quota", |rules| &mut rules.sign_ups_quota),
            ("email_change_quota", |rules| &mut rules.email_change_quota),
            ("new_address_quota", |rules| &mut rules.new_address_quota),
            ("new_address_long_quota", |rules| &mut rules.new_address_long_quota),
            ("notice_quota", |rules| &mut rules.notice_quota),
            ("proof_quota", |rules| &mut rules.proof_quota),
            ("origin_quota", |rules| &mut rules.origin_quota),
            ("network_quota", |rules| &mut rules.network_quota),
            ("origin_failure_quota", |rules| &mut rules.origin_failure_quota),
            ("network_failure_quota", |rules| &mut rules.network_failure_quota),
            ("device_failure_quota", |rules| &mut rules.device_failure_quota),
            ("owner_failure_quota", |rules| &mut rules.owner_failure_quota),
        ];
        for (option, of) in quotas {
            for nonsense in [nothing, for_ever] {
                let refused = refusal(|rules| nonsense(of(rules)));
                assert!(refused.starts_with(&format!("{option}: ")), "{refused}");
            }
        }
        for nonsense in [Span::ZERO, Span::MAX] {
            assert!(refusal(|rules| rules.journal_kept = Some(nonsense)).starts_with("journal_kept: "));
            assert!(refusal(|rules| rules.dead_mails_kept = Some(nonsense)).starts_with("dead_mails_kept: "));
            assert!(
                refusal(|rules| rules.suppressions_kept = Some(nonsense)).starts_with("suppressions_kept: ")
            );
            assert!(refusal(|rules| rules.expiry_warnings[0] = nonsense).starts_with("expiry_warnings: "));
            assert!(refusal(|rules| rules.expiry_warnings[1] = nonsense).starts_with("expiry_warnings: "));
        }
    }

    #[test]
    fn codes_live_from_5_min_to_14_days_and_reverts_to_7() {
        let lives: [Number<Span>; 5] = [
            ("password_set", |rules| &mut rules.code_lives.password_set),
            ("password_reset", |rules| &mut rules.code_lives.password_reset),
            ("password_management", |rules| &mut rules.code_lives.password_management),
            ("email_confirm", |rules| &mut rules.code_lives.email_confirm),
            ("email_revert", |rules| &mut rules.code_lives.email_revert),
        ];
        for (option, of) in lives {
            let most = if option == "email_revert" { Span::days(7) } else { Span::days(14) };
            let micro = Span::micros(1).as_micros();
            for (life, fits) in [
                (Span::minutes(5), true),
                (Span::micros(Span::minutes(5).as_micros() - micro), false),
                (most, true),
                (Span::micros(most.as_micros() + micro), false),
            ] {
                // What is signed up is kept long enough for any of them.
                let checked = with(|rules| {
                    rules.sign_up_kept = Span::days(30);
                    *of(rules) = life;
                });
                assert_eq!(checked.is_ok(), fits, "{option}: {life}");
            }
        }
        let shorter = refusal(|rules| rules.code_lives.password_set = Span::days(8));
        assert!(shorter.starts_with("sign_up_kept: "), "it would be purged with a live code: {shorter}");
    }

    #[test]
    fn numbers_that_contradict_each_other_are_refused() {
        let span = Span::minutes;
        assert_eq!(
            with(|rules| rules.lock_out.room = 100),
            Err(RulesError::LockOut { room: 100, disable_at: 100 })
        );
        let (first, longest) = (span(16), span(15));
        assert_eq!(
            with(|rules| rules.lock_out.first_lock = first),
            Err(RulesError::Locks { first, longest })
        );
        let forget_after = span(14);
        assert_eq!(
            with(|rules| rules.lock_out.forget_after = forget_after),
            Err(RulesError::Forgotten { forget_after, longest })
        );
        let (first, longest) = (span(241), span(240));
        assert_eq!(with(|rules| rules.retries.first = first), Err(RulesError::Retries { first, longest }));
        let least = Retries::LONGEST_DELIVERY;
        assert_eq!(with(|rules| rules.retries.lease = least), Err(RulesError::Lease { lease: least, least }));
        let [first, last] = [Span::days(3), Span::days(3)];
        assert_eq!(
            with(|rules| rules.expiry_warnings = [first, last]),
            Err(RulesError::ExpiryWarnings { first, last })
        );
    }

    #[test]
    fn what_serde_reads_has_passed_the_check() {
        let read = |text: &str| serde_json::from_str::<Rules>(text);
        assert_eq!(read("{}").unwrap(), Rules::default());
        let written = serde_json::to_string(&Rules::default()).unwrap();
        assert_eq!(read(&written).unwrap(), Rules::default());
        let refused = read(r#"{"lock_out": {"forget_after": "0 s"}}"#).unwrap_err().to_string();
        assert!(
            refused.contains("lock_out.forget_after: 0 s is out of bounds; write 1 min to 366 d"),
            "{refused}"
        );
        assert!(read(r#"{"lock_out": {"forget": "1 h"}}"#).is_err());
        assert!(read(r#"{"retries": {"wait": "1 h"}}"#).is_err());
        assert!(read(r#"{"quota": "1 / 1 h"}"#).is_err());
    }
}
