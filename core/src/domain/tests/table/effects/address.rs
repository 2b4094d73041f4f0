//! What came of a change of address.

use super::{super::Then, Seen};
use crate::domain::{testing::*, *};

impl Seen<'_> {
    pub(in super::super) fn replaces(&self, with: &EmailAddress, change: Result<Change, Refusal>) -> Then {
        let may = [
            "mailbox",
            "proven",
            "replaced",
            "next_ordinal",
            "pending",
            "former",
            "password",
            "confirmations",
            "throttles",
            "epoch",
        ];
        let outcome = match self.wrote(change, &may) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let (old, new) = (self.facts(), outcome.facts());
        assert_eq!((&new.mailbox.address, new.mailbox.ordinal), (with, old.next_ordinal));
        assert_eq!((new.proven, new.replaced), (false, true));
        assert_eq!((&new.password, &new.pending), (&None, &None));
        assert!(new.throttles.is_empty() && new.former.iter().all(|former| !former.reserved));
        assert!(new.former.iter().any(|former| former.mailbox == old.mailbox));
        assert_eq!(outcome.after.epoch, self.before.epoch.next());
        outcome.codes_are_dead(old, true);
        let told = (NoticeKind::EmailReplaced, self.here());
        assert_eq!(outcome.notices(), if self.is_active() { vec![told] } else { Vec::new() });
        assert_eq!(outcome.codes(), []);
        Then::Replaces(new.status())
    }

    pub(in super::super) fn asks_for_email(
        &self,
        to: &EmailAddress,
        change: Result<Change, Refusal>,
    ) -> Then {
        let may = ["next_ordinal", "pending", "former", "confirmations", "throttles"];
        let outcome = match self.wrote(change, &may) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let (old, new) = (self.facts(), outcome.facts());
        let pending = new.pending.as_ref().unwrap();
        assert_eq!((&pending.mailbox.address, pending.mailbox.ordinal), (to, old.next_ordinal));
        assert_eq!(pending.until, NOW + Span::hours(24));
        for purpose in [Purpose::EmailConfirm, Purpose::EmailCancel] {
            assert_eq!(new.confirmations[&purpose].live(NOW).unwrap().expires_at, pending.until);
        }
        assert_eq!(
            outcome.codes(),
            [(Purpose::EmailConfirm, old.next_ordinal), (Purpose::EmailCancel, self.here())]
        );
        assert_eq!(new.former.len(), old.former.len() + usize::from(old.pending.is_some()));
        assert_eq!(outcome.mails.len(), 2);
        Then::AsksForEmail
    }

    pub(in super::super) fn confirms_email(&self, change: Result<Change, Refusal>) -> Then {
        let may = ["mailbox", "proven", "pending", "former", "confirmations", "throttles", "epoch"];
        let outcome = match self.wrote(change, &may) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let (old, new) = (self.facts(), outcome.facts());
        assert_eq!(Some(&new.mailbox), old.pending.as_ref().map(|pending| &pending.mailbox));
        assert_eq!((new.proven, &new.pending), (true, &None));
        let [former] = &new.former[..] else { panic!("one former address") };
        assert_eq!((&former.mailbox, former.reserved), (&old.mailbox, true));
        assert_eq!(former.until, NOW + CodeLives::REVERT_MOST);
        assert!(new.throttles.is_empty());
        assert_eq!(outcome.after.epoch, self.before.epoch.next());
        assert_eq!(outcome.codes(), [(Purpose::EmailRevert, self.here())]);
        let live: Vec<_> = new.confirmations.iter().filter(|(_, these)| these.issued.is_some()).collect();
        assert_eq!((live.len(), outcome.mails.len()), (1, 1), "only the one that takes it back");
        Then::ConfirmsEmail
    }

    pub(in super::super) fn drops_email_change(&self, change: Result<Change, Refusal>) -> Then {
        let outcome = match self.wrote(change, &["pending", "former", "confirmations"]) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let (old, new) = (self.facts(), outcome.facts());
        assert_eq!((&new.pending, outcome.mails.len()), (&None, 0));
        assert_eq!(outcome.events, [EventKind::EmailChangeDropped]);
        for (purpose, confirmations) in &new.confirmations {
            match purpose {
                Purpose::EmailConfirm | Purpose::EmailCancel => assert_eq!(confirmations.issued, None),
                _ => assert_eq!(Some(confirmations), old.confirmations.get(purpose)),
            }
        }
        Then::DropsEmailChange
    }

    pub(in super::super) fn reverts_email(&self, change: Result<Change, Refusal>) -> Then {
        let may = [
            "mailbox",
            "proven",
            "replaced",
            "pending",
            "former",
            "password",
            "confirmations",
            "throttles",
            "epoch",
        ];
        let outcome = match self.wrote(change, &may) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let (old, new) = (self.facts(), outcome.facts());
        let reserved = old.former.iter().find(|former| former.reserved).unwrap();
        assert_eq!(new.mailbox, reserved.mailbox);
        assert_eq!((new.proven, new.replaced, &new.password), (true, true, &None));
        assert!(new.former.iter().all(|former| !former.reserved));
        assert!(new.former.iter().any(|former| former.mailbox == old.mailbox));
        assert_eq!(outcome.after.epoch, self.before.epoch.next());
        let to = new.mailbox.ordinal;
        assert_eq!(outcome.codes(), [(Purpose::PasswordSet, to)]);
        let live: Vec<_> = new.confirmations.iter().filter(|(_, these)| these.issued.is_some()).collect();
        assert_eq!((live.len(), outcome.mails.len()), (1, 1));
        assert_eq!(new.status(), Status::ChangingEmail);
        Then::RevertsEmail
    }
}
