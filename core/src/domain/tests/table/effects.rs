//! What came of a command: all that it may change is as it should be, and all else is as it was.

mod address;
mod password;

use std::collections::BTreeSet;

use super::Then;
use crate::domain::{testing::*, *};

/// The account that a command met.
pub(super) struct Seen<'a> {
    pub(super) world: &'a World,
    pub(super) before: &'a Account,
    /// Whether the command redeems a code: that proves the address it was mailed to, in the address' own record.
    pub(super) redeems: bool,
}

/// The account after a command, and what went with it.
struct Outcome {
    after: Account,
    mails: Vec<Mail>,
    events: Vec<EventKind>,
}

impl Outcome {
    fn facts(&self) -> &Facts {
        self.after.facts().unwrap()
    }

    /// What was mailed, and to which address.
    fn mailed(&self) -> Vec<(Ordinal, &Subject)> {
        let dispatches = self.mails.iter().map(|mail| mail.dispatch().expect("a letter").1);
        dispatches.map(|dispatch| (dispatch.recipient, &dispatch.subject)).collect()
    }

    /// The codes that were mailed are live, each under the nonce that its mail names.
    fn codes(&self) -> Vec<(Purpose, Ordinal)> {
        let codes = self.mailed().into_iter().filter_map(|(to, subject)| match subject {
            Subject::Code { purpose, nonce, .. } => {
                let live = self.facts().confirmations[purpose].live(NOW).expect("a live code");
                assert_eq!((live.nonce, live.recipient), (*nonce, to));
                Some((*purpose, to))
            }
            Subject::Notice(_) => None,
        });
        codes.collect()
    }

    fn notices(&self) -> Vec<(NoticeKind, Ordinal)> {
        let notices = self.mailed().into_iter().filter_map(|(to, subject)| match subject {
            Subject::Notice(notice) => Some((notice.kind(), to)),
            Subject::Code { .. } => None,
        });
        notices.collect()
    }

    /// Every code is dead but those of these purposes, which are as they were.
    fn codes_are_dead(&self, before: &Facts, but: &[Purpose]) {
        for (purpose, confirmations) in &self.facts().confirmations {
            match but.contains(purpose) {
                true if *purpose == Purpose::Reopen => {}
                true => assert_eq!(Some(confirmations), before.confirmations.get(purpose)),
                false => assert_eq!(confirmations.issued, None, "{purpose:?}"),
            }
        }
    }
}

impl Seen<'_> {
    fn facts(&self) -> &Facts {
        self.before.facts().unwrap()
    }

    fn here(&self) -> Ordinal {
        self.facts().mailbox.ordinal
    }

    fn is_active(&self) -> bool {
        self.facts().standing == Standing::Active
    }

    /// What the command wrote, which touches nothing but these; or what it came to instead.
    fn wrote<E: Into<Stop>>(&self, change: Result<Change, E>, may: &[&str]) -> Result<Outcome, Then> {
        let change = change.map_err(|stop| match stop.into() {
            Stop::Refused(refusal) => Then::Refuses(refusal.code()),
            stop => panic!("{stop:?}"),
        })?;
        let Some(after) = change.account else {
            assert_eq!(change, Change::none());
            return Err(Then::Nothing);
        };
        let touched = touched(self.before, &after);
        let more: Vec<_> = touched.iter().filter(|name| !may.contains(name)).collect();
        assert!(more.is_empty(), "{more:?}");
        let proven = |address: &Address| Address::new(address.tag).proven(NOW);
        assert!(change.addresses.iter().all(|address| *address == proven(address)), "{:?}", change.addresses);
        assert_eq!(change.addresses.len(), usize::from(self.redeems));
        assert!(change.removed_addresses.is_empty());
        assert!(!change.events.is_empty() && change.events.len() <= 10, "{:?}", change.events);
        assert_eq!(
            after.epoch,
            if touched.contains("epoch") { self.before.epoch.next() } else { after.epoch }
        );
        for mail in &change.mails {
            assert_eq!((mail.account(), mail.due()), (Some(self.before.id), Some(NOW)));
            let named = change.events.iter().filter(|event| {
                matches!(event, EventKind::MailQueued { mail: id, .. } | EventKind::NoticeQueued { mail: id, .. } if *id == mail.id)
            });
            assert_eq!(named.count(), 1, "each mail has its event");
        }
        Ok(Outcome { after, mails: change.mails, events: change.events })
    }

    pub(super) fn mails(&self, change: Result<Change, Refusal>) -> Then {
        let outcome = match self.wrote(change, &["confirmations", "throttles"]) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let [(purpose, to)] = outcome.codes()[..] else { panic!("one code") };
        assert_eq!((to, outcome.mails.len(), outcome.events.len()), (self.here(), 1, 1));
        let to = self.world.keys.throttle_tag(&self.world.realm, &outcome.facts().mailbox.key);
        let throttle = outcome.facts().throttles[&(purpose, to, Side::Account)];
        assert_eq!(throttle, NOW + Span::seconds(600));
        Then::Mails(purpose)
    }

    pub(super) fn signs_up_again(&self, change: Result<Change, Refusal>) -> Then {
        let without = change.map(|mut change| {
            assert_eq!(change.events.pop(), Some(EventKind::SignUpRepeated));
            change
        });
        match self.mails(without) {
            Then::Mails(Purpose::PasswordSet) => Then::SignsUpAgain,
            other => other,
        }
    }

    pub(super) fn proves_email(&self, change: Result<Change, Refusal>) -> Then {
        let outcome = match self.wrote(change, &["proven", "confirmations", "throttles"]) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let (old, new) = (self.facts(), outcome.facts());
        assert!(new.proven && outcome.mails.is_empty());
        assert_eq!(outcome.events, [EventKind::EmailProven { address: self.here() }]);
        for (purpose, confirmations) in &new.confirmations {
            match purpose {
                Purpose::EmailProof => assert_eq!(confirmations.issued, None),
                _ => assert_eq!(Some(confirmations), old.confirmations.get(purpose)),
            }
        }
        Then::ProvesEmail
    }

    pub(super) fn issues(&self, change: Result<Change, Refusal>) -> Then {
        let outcome = match self.wrote(change, &["confirmations", "pending"]) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let [EventKind::CodeIssued { purpose, recipient }] = outcome.events[..] else { panic!("issued") };
        assert!(outcome.mails.is_empty());
        let live = outcome.facts().confirmations[&purpose].live(NOW).expect("a live code");
        assert_eq!(live.recipient, recipient);
        Then::Issues(purpose)
    }

    pub(super) fn notifies(&self, change: Result<Change, Refusal>) -> Then {
        // It is told without a word about it in the account.
        let change = change.map(|change| {
            assert_eq!(change.account, None);
            Change { account: Some(self.before.clone()), ..change }
        });
        let outcome = match self.wrote(change, &[]) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let [(notice, to)] = outcome.notices()[..] else { panic!("one notice") };
        assert_eq!((to, outcome.mails.len(), outcome.events.len()), (self.here(), 1, 1));
        Then::Notifies(notice)
    }

    /// Beside the link to another password, where one may be had by it; nothing where there is no password.
    pub(super) fn notifies_of_the_end(&self, change: Result<Change, Refusal>) -> Then {
        if change == Ok(Change::none()) {
            return Then::Nothing;
        }
        if change.as_ref().is_ok_and(|change| change.account.is_none()) {
            return self.notifies(change);
        }
        let outcome = match self.wrote(change, &["confirmations", "throttles"]) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let [(notice, to)] = outcome.notices()[..] else { panic!("one notice") };
        let [(purpose, mailed)] = outcome.codes()[..] else { panic!("one code") };
        assert_eq!((to, mailed, outcome.mails.len()), (self.here(), self.here(), 2));
        Then::NotifiesWithCode(notice, purpose)
    }

    pub(super) fn updates(&self, change: Result<Change, Refusal>) -> Then {
        let may = ["attributes", "password"];
        let outcome = match self.wrote(change, &may) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let (old, new) = (self.facts(), outcome.facts());
        assert_eq!(new.attributes.memo.as_str(), "good customer");
        assert_eq!(new.attributes.locale.as_ref().map(Locale::as_str), Some("ko"));
        assert_eq!(new.attributes.ip_filter_group.as_ref().map(IpFilterGroupName::as_str), Some("office"));
        assert_eq!(Ok(new.attributes.validity), PasswordValidity::days(365));
        let unwarned =
            |facts: &Facts| facts.password.clone().map(|password| Credential { warn_at: None, ..password });
        assert_eq!(unwarned(new), unwarned(old), "of the password only when to warn");
        assert_eq!((outcome.mails.len(), &outcome.events[..]), (0, &[EventKind::Updated][..]));
        Then::Updates
    }

    pub(super) fn sets_locale(&self, change: Result<Change, Refusal>) -> Then {
        let outcome = match self.wrote(change, &["attributes"]) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let korean = Attributes { locale: Locale::parse("ko").ok(), ..self.facts().attributes.clone() };
        assert_eq!(outcome.facts().attributes, korean, "nothing else");
        assert_eq!((outcome.mails.len(), &outcome.events[..]), (0, &[EventKind::Updated][..]));
        Then::SetsLocale
    }

    pub(super) fn shuts(&self, change: Result<Change, Refusal>) -> Then {
        let may = ["standing", "pending", "former", "confirmations", "throttles", "epoch"];
        let outcome = match self.wrote(change, &may) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let (old, new) = (self.facts(), outcome.facts());
        let by_owner = matches!(new.standing, Standing::Closed { by: ClosedBy::Owner, .. });
        if matches!(old.standing, Standing::Closed { .. }) {
            outcome.codes_are_dead(old, &[Purpose::EmailRevert]);
            assert!(!by_owner && outcome.mails.is_empty() && old.pending == new.pending);
            assert_eq!(outcome.after.epoch, self.before.epoch);
            return Then::TakesOver;
        }
        assert_eq!(new.pending, None);
        assert_eq!(outcome.after.epoch, self.before.epoch.next());
        let reopens = [Purpose::EmailRevert, Purpose::PasswordReset, Purpose::Reopen];
        outcome.codes_are_dead(old, &reopens[..1 + 2 * usize::from(by_owner)]);
        let kind = outcome.after.standing();
        // The owner, and whoever could still take an old address back.
        let kept = old.former.iter().filter(|former| former.reserved).map(|former| former.mailbox.ordinal);
        let own = [self.here()].into_iter().filter(|_| !by_owner);
        let told = own.chain(kept).map(|to| (NoticeKind::Closed, to));
        let tells = kind == StandingKind::Closed && self.is_active();
        assert_eq!(outcome.notices(), if tells { told.collect() } else { Vec::new() });
        let link = (Purpose::Reopen, self.here());
        assert_eq!(outcome.codes(), if by_owner { vec![link] } else { Vec::new() });
        assert_eq!(new.throttles != old.throttles, by_owner);
        if let Standing::Closed { at, until, .. } = new.standing {
            assert_eq!((at, until), (NOW, NOW + Span::days(30)));
        }
        Then::Shuts(kind)
    }

    pub(super) fn opens(&self, change: Result<Change, Refusal>) -> Then {
        let outcome = match self.wrote(change, &["standing", "confirmations"]) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        let others: Vec<_> = Purpose::ALL.into_iter().filter(|purpose| *purpose != Purpose::Reopen).collect();
        outcome.codes_are_dead(self.facts(), &others);
        assert!(outcome.mails.is_empty());
        Then::Opens(outcome.after.standing())
    }

    pub(super) fn ends_sessions(&self, change: Result<Change, Refusal>) -> Then {
        let outcome = match self.wrote(change, &["epoch"]) {
            Ok(outcome) => outcome,
            Err(then) => return then,
        };
        assert_eq!(outcome.after.epoch, self.before.epoch.next());
        assert!(outcome.mails.is_empty());
        Then::EndsSessions
    }

    pub(super) fn erases(&self, change: Result<Change, Refusal>) -> Then {
        let mut change = match change {
            Ok(change) => change,
            Err(refusal) => return Then::Refuses(refusal.code()),
        };
        let Some(after) = change.account.take() else {
            assert_eq!(change, Change::none());
            return Then::Nothing;
        };
        let revert = self.facts().live(Purpose::EmailRevert, NOW).map(|live| live.recipient);
        let forgone = revert.map(|address| EventKind::RevertDropped { address });
        assert_eq!(change.events.iter().find(|event| **event != EventKind::Erased), forgone.as_ref());
        change.events.retain(|event| *event == EventKind::Erased);
        let purged = self.before.facts().is_ok_and(|facts| facts.purge_at.is_some());
        assert_eq!(after.life, Life::Erased { at: NOW, purged });
        assert_eq!((after.id, after.version), (self.before.id, self.before.version));
        assert_eq!((after.epoch, change.events), (self.before.epoch.next(), vec![EventKind::Erased]));
        assert!(change.mails.is_empty() && after.seals().is_empty() && after.due().is_none());
        let old = self.facts();
        let reserved = old.former.iter().filter(|former| former.reserved).map(|former| former.mailbox.tag);
        let held: BTreeSet<_> = reserved.chain([old.mailbox.tag]).collect();
        assert_eq!(change.removed_addresses.into_iter().collect::<BTreeSet<_>>(), held);
        Then::Erases
    }
}

/// The names of all that differs.
fn touched(before: &Account, after: &Account) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    macro_rules! compare {
        ($before:expr, $after:expr, $of:ident { $($field:ident),* }) => {{
            // Whoever adds a fact says here that it is compared.
            let $of { $($field),* } = $before;
            $(if *$field != $after.$field { names.insert(stringify!($field)); })*
        }};
    }
    compare!(before, after, Account { v, id, realm, version, epoch, life, unknown });
    assert!(names.remove("life") || before.life == after.life);
    let (before, after) = (before.facts().unwrap(), after.facts().unwrap());
    compare!(
        before,
        after,
        Facts {
            mailbox,
            proven,
            replaced,
            next_ordinal,
            pending,
            former,
            password,
            previous,
            ever_had_a_password,
            management,
            pending_management,
            attributes,
            confirmations,
            carried,
            throttles,
            joined,
            standing,
            owes_set_link,
            purge_at,
            last_log_in,
            created_at,
            changed_at
        }
    );
    names
}
