//! Time alone, to both ends of it: nothing panics, nothing is done twice, nothing waits longer than its window.

use proptest::prelude::*;

use crate::domain::{testing::*, *};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn time_alone_never_panics_and_is_idempotent(at in any::<i64>(), then in any::<i64>()) {
        let world = World::new();
        for given in Given::ALL {
            for kind in [StandingKind::Active, StandingKind::Suspended, StandingKind::Closed, StandingKind::Erased] {
                let mut account = standing(given.account(&world), kind);
                for now in [at, then].map(Timestamp::from_micros) {
                    account = account.as_of(now, Quota::ACCOUNT).0;
                    let (again, events) = account.as_of(now, Quota::ACCOUNT);
                    // At the end of time nothing lies ahead, however long it is kept.
                    prop_assert!(now == Timestamp::MAX || (&again, events) == (&account, Vec::new()));
                    // What is still due is for the courier to do: a warning, or the end.
                    let Ok(facts) = account.facts() else { continue };
                    let courier = facts.ends_at().into_iter().chain(facts.warns_at()).min();
                    let due = account.due();
                    prop_assert!(due.is_none_or(|due| due > now || Some(due) == courier || now == Timestamp::MAX));
                }
            }
        }
    }

    #[test]
    fn after_any_jump_nothing_reaches_further_than_its_window(micros in any::<i64>()) {
        let world = World::new();
        let now = Timestamp::from_micros(micros);
        for given in Given::ALL {
            for kind in [StandingKind::Active, StandingKind::Suspended, StandingKind::Closed] {
                let account = standing(given.account(&world), kind).as_of(now, Quota::ACCOUNT).0;
                let facts = account.facts().unwrap();
                for (purpose, confirmations) in &facts.confirmations {
                    if let Some(issued) = &confirmations.issued {
                        prop_assert!(issued.expires_at <= now + CodeLives::default().of(*purpose).longest);
                    }
                    if let Some(dead) = &confirmations.dead {
                        prop_assert!(dead.at <= now);
                    }
                }
                prop_assert!(facts.throttles.values().all(|level| *level <= now + Quota::ACCOUNT.horizon()));
                prop_assert!(facts.pending.iter().all(|pending| pending.until <= now + CodeLives::default().of(Purpose::EmailConfirm).longest));
                for former in &facts.former {
                    let window = if former.reserved { Facts::FORMER_RESERVED } else { Facts::FORMER_KEPT };
                    prop_assert!(former.until <= now + window, "{:?}: {:?}", given, former);
                }
                prop_assert!(facts.created_at <= now && facts.changed_at <= now);
                prop_assert!(facts.purge_at.is_none_or(|at| at <= now + Rules::default().sign_up_kept));
                if let Some(password) = &facts.password {
                    prop_assert!(password.set_at <= now);
                    prop_assert!(password.temporary_until.is_none_or(|until| until <= now + Span::hours(72)));
                    prop_assert!(password.warn_at.is_none_or(|at| at <= now + Span::days(365)));
                }
                if let Standing::Closed { until, .. } = facts.standing {
                    prop_assert!(until <= now + Rules::default().closing_grace);
                }
            }
        }
    }
}
