//! What came of a new password, and of another who sets it.

use super::{super::Then, Seen, touched};
use crate::domain::{testing::*, *};

impl Seen<'_> {
    pub(in super::super) fn requires_change(&self, change: Result<Change, Refusal>) -> Then {
        let outcome = match self.wrote(change, &["password", "pending", "former", "confirmations"]) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let must_change = Credential {
            must_change: Some(MustChangeReason::Required),
            ..self.facts().password.clone().unwrap()
        };
        assert_eq!(outcome.facts().password, Some(must_change));
        // Nobody could confirm an address before the password is another.
        let in_a_session = [Purpose::EmailConfirm, Purpose::EmailCancel, Purpose::EmailProof];
        let dropped = self.facts().pending.as_ref().map(|_| EventKind::EmailChangeDropped);
        let others = self.facts().confirmations.keys().copied();
        let live = others.filter(|purpose| !in_a_session.contains(purpose));
        outcome.codes_are_dead(self.facts(), &live.collect::<Vec<_>>());
        assert_eq!(outcome.facts().pending, None);
        let happened: Vec<_> = [EventKind::PasswordChangeRequired].into_iter().chain(dropped).collect();
        assert_eq!((outcome.events, outcome.mails.len()), (happened, 0));
        Then::RequiresChange
    }

    pub(in super::super) fn sets(&self, change: Result<Change, Stop>) -> Then {
        let may = [
            "password",
            "ever_had_a_password",
            "replaced",
            "proven",
            "standing",
            "purge_at",
            "pending",
            "former",
            "management",
            "pending_management",
            "confirmations",
            "epoch",
        ];
        let outcome = match self.wrote(change, &may) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let (old, new) = (self.facts(), outcome.facts());
        let how = outcome.events.iter().find_map(|event| match event {
            EventKind::PasswordSet { how } => Some(*how),
            _ => None,
        });
        let how = how.expect("an event that says how");
        let assigned = how == PasswordSource::Assigned;
        let password = new.password.as_ref().unwrap();
        assert_eq!(password.hash, self.world.hash(self.before, 1));
        assert_eq!((password.set_at, password.raw_input), (NOW, false));
        assert_eq!(password.must_change, assigned.then_some(MustChangeReason::Assigned));
        assert_eq!(password.temporary_until, assigned.then_some(NOW + Span::hours(72)));
        assert_eq!(password.warn_at.is_some(), old.attributes.validity.span().is_some() && !assigned);
        assert_eq!(outcome.after.epoch, self.before.epoch.next());
        let spared: &[Purpose] = match how {
            PasswordSource::Changed => &[Purpose::EmailRevert, Purpose::PasswordReset],
            _ => &[Purpose::EmailRevert],
        };
        outcome.codes_are_dead(old, spared);
        let was_closed = matches!(old.standing, Standing::Closed { .. });
        assert_eq!(outcome.events.contains(&EventKind::Reopened), was_closed);
        assert_eq!(new.standing, if was_closed { Standing::Active } else { old.standing.clone() });
        assert_eq!((&new.pending, new.purge_at, new.replaced), (&None, None, false));
        assert_eq!(outcome.events.contains(&EventKind::EmailChangeDropped), old.pending.is_some());
        assert_eq!(new.former.len(), old.former.len() + usize::from(old.pending.is_some()));
        let chosen = how == PasswordSource::Chosen;
        assert_eq!(new.proven, old.proven || chosen);
        let proven = EventKind::EmailProven { address: self.here() };
        assert_eq!(outcome.events.contains(&proven), chosen && !old.proven);
        let completes = match how {
            PasswordSource::Chosen => Some(Management::Owner),
            PasswordSource::Assigned => Some(Management::Administrator),
            PasswordSource::Changed => None,
        };
        let completed = old.pending_management.filter(|pending| completes == Some(*pending));
        assert_eq!(new.management, completed.unwrap_or(old.management));
        assert_eq!(new.pending_management, if completed.is_some() { None } else { old.pending_management });
        assert!(new.ever_had_a_password);
        let told = (NoticeKind::PasswordChanged, self.here());
        let says = Notice::PasswordChanged { email_change_dropped: old.pending.is_some() };
        assert!(outcome.mailed().iter().all(|(_, subject)| **subject == Subject::Notice(says.clone())));
        let tells = old.ever_had_a_password && new.standing == Standing::Active;
        assert_eq!(outcome.notices(), if tells { vec![told] } else { Vec::new() });
        assert_eq!(outcome.codes(), []);
        Then::Sets(how, new.status())
    }

    pub(in super::super) fn manages(&self, to: Management, change: Result<Change, Refusal>) -> Then {
        let may = ["management", "pending_management", "confirmations", "throttles"];
        let outcome = match self.wrote(change, &may) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let (old, new) = (self.facts(), outcome.facts());
        let purpose = Purpose::PasswordManagement;
        let codes = outcome.codes();
        let mailed = codes == [(purpose, self.here())];
        assert_eq!(outcome.mails.len(), usize::from(mailed));
        assert_eq!(new.throttles != old.throttles, mailed);
        match outcome.events[0] {
            EventKind::PasswordManagementChanged { to: now } => {
                assert_eq!((now, new.management, new.pending_management), (to, to, None));
                assert!(old.password.is_none() && !mailed);
                Then::Manages(to)
            }
            EventKind::PasswordManagementRequested { to: asked } => {
                assert_eq!((asked, new.pending_management), (to, Some(to)));
                assert_eq!((new.management, mailed), (old.management, to == Management::Owner));
                Then::Awaits(to)
            }
            EventKind::PasswordManagementKept => {
                assert_eq!((new.management, new.pending_management), (to, None));
                let dead = new.confirmations.get(&purpose).is_none_or(|these| these.issued.is_none());
                assert!(dead && !mailed);
                Then::KeepsManagement
            }
            _ => {
                assert_eq!(touched(self.before, &outcome.after), ["confirmations", "throttles"].into());
                let [(purpose, _)] = codes[..] else { panic!("one code") };
                Then::Mails(purpose)
            }
        }
    }
}
