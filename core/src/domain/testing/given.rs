//! The shapes of an account that commands tell apart.

use super::*;

/// A shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain) enum Given {
    /// It never had a password.
    New,
    /// New, and a stranger signed it up: it is removed unless it is proven.
    SignedUp,
    /// New, and an administrator is to set its passwords.
    NewManaged,
    InUse,
    /// In use, and nobody has proven its address: it was imported.
    Unproven,
    /// In use, its password older than it may be.
    Expired,
    /// In use, its password assigned by the administrator who manages it.
    Assigned,
    /// The time of the password that was assigned is over.
    Lapsed,
    /// In use, managed by an administrator, its password changed by its owner since.
    Managed,
    ToOwner,
    ToAdministrator,
    EmailPending,
    /// In use under an address that its owner confirmed; the old one can still be taken back.
    EmailConfirmed,
    EmailReplaced,
    /// The old address was taken back.
    EmailReverted,
}

impl Given {
    pub(in crate::domain) const ALL: [Self; 15] = [
        Self::New,
        Self::SignedUp,
        Self::NewManaged,
        Self::InUse,
        Self::Unproven,
        Self::Expired,
        Self::Assigned,
        Self::Lapsed,
        Self::Managed,
        Self::ToOwner,
        Self::ToAdministrator,
        Self::EmailPending,
        Self::EmailConfirmed,
        Self::EmailReplaced,
        Self::EmailReverted,
    ];

    pub(in crate::domain) fn status(self) -> Status {
        match self {
            Self::New | Self::SignedUp | Self::NewManaged => Status::New,
            Self::InUse
            | Self::Unproven
            | Self::Expired
            | Self::Assigned
            | Self::Lapsed
            | Self::Managed
            | Self::EmailConfirmed => Status::InUse,
            Self::ToOwner | Self::ToAdministrator => Status::ChangingPasswordManagement,
            Self::EmailPending | Self::EmailReplaced | Self::EmailReverted => Status::ChangingEmail,
        }
    }

    /// Whether its signed-in owner may close it: there is a password, which need not be changed first.
    pub(in crate::domain) fn is_closable_by_its_owner(self) -> bool {
        matches!(
            self,
            Self::InUse
                | Self::Managed
                | Self::ToOwner
                | Self::ToAdministrator
                | Self::EmailPending
                | Self::EmailConfirmed
        )
    }

    /// What the last code mail was for that lets its bearer choose a password.
    pub(in crate::domain) fn password_code(self) -> Purpose {
        match self {
            Self::New | Self::SignedUp | Self::NewManaged | Self::EmailReplaced | Self::EmailReverted => {
                Purpose::PasswordSet
            }
            Self::ToOwner => Purpose::PasswordManagement,
            _ => Purpose::PasswordReset,
        }
    }

    /// How a page names it.
    pub(in crate::domain) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::SignedUp => "signed up",
            Self::NewManaged => "new, managed",
            Self::InUse => "in use",
            Self::Unproven => "address unproven",
            Self::Expired => "password expired",
            Self::Assigned => "password assigned",
            Self::Lapsed => "assigned password lapsed",
            Self::Managed => "managed",
            Self::ToOwner => "to be managed by its owner",
            Self::ToAdministrator => "to be managed",
            Self::EmailPending => "new address pending",
            Self::EmailConfirmed => "new address confirmed",
            Self::EmailReplaced => "address replaced",
            Self::EmailReverted => "address taken back",
        }
    }

    /// What it means, for a page.
    pub(in crate::domain) fn meaning(self) -> &'static str {
        match self {
            Self::New => "it was registered, and a link to choose a password was mailed",
            Self::SignedUp => "the same, by a stranger: it is removed unless its address is proven",
            Self::NewManaged => "new, and an administrator sets its passwords",
            Self::InUse => "its owner chose a password, and a reset link was mailed since",
            Self::Unproven => "imported, in use; a reset link and a link that proves its address were mailed",
            Self::Expired => "in use, and the password is older than it may be",
            Self::Assigned => "an administrator, who manages it, assigned a password",
            Self::Lapsed => "the same, and the time of that password is over",
            Self::Managed => "the same, and its owner changed the password in time",
            Self::ToOwner => "managed, and a link that lets its owner take over was mailed",
            Self::ToAdministrator => "in use; an administrator takes over with the next password assigned",
            Self::EmailPending => "in use; its owner asked for another address",
            Self::EmailConfirmed => "its owner confirmed another address; the old one can be taken back",
            Self::EmailReplaced => "an administrator put another address in place; no password yet",
            Self::EmailReverted => "the old address was taken back; no password yet",
        }
    }

    /// The account, an hour before now: no throttle is in the way, all codes are live.
    pub(in crate::domain) fn account(self, world: &World) -> Account {
        let before = NOW - Span::minutes(59);
        let early = before - Span::days(30);
        let new = world.registered(1, before - Span::days(40));
        let asked = |account: &Account, number| {
            let change = account.request_password_reset(&world.request(number, before));
            change.unwrap().account.unwrap()
        };
        let set_asked = |account: &Account, number, now| {
            let change = account.request_password_set(&world.request(number, now));
            change.unwrap().account.unwrap()
        };
        let chosen = || {
            let chosen = world.chosen(&set_asked(&new, 100, early), Purpose::PasswordSet, 100, early);
            chosen.as_of(before, Quota::ACCOUNT).0
        };
        let in_use = |number| asked(&chosen(), number);
        let assigned = |number, now| {
            let reset =
                chosen().request_password_reset(&world.request(number, now)).unwrap().account.unwrap();
            world.assigned(&world.managed(&reset, Management::Administrator, number, now), number, now)
        };
        let managed = || world.changed(&assigned(103, before), 110, before);
        match self {
            Self::New => asked(&new, 101),
            Self::SignedUp => {
                let purge_at = Some(before + Rules::default().sign_up_kept);
                asked(&with_facts(world.registered(1, before), |facts| facts.purge_at = purge_at), 101)
            }
            Self::NewManaged => {
                set_asked(&world.managed(&new, Management::Administrator, 109, early), 101, before)
            }
            Self::InUse => in_use(102),
            Self::Unproven => {
                let imported = with_facts(in_use(102), |facts| facts.proven = false);
                let change = imported.request_email_proof(&world.request(114, before));
                change.unwrap().account.unwrap()
            }
            Self::Expired => {
                let validity = validity_of(30);
                let update = AccountUpdate { attributes: &validity, ..world.update(before) };
                in_use(102).update(&update).unwrap().account.unwrap()
            }
            Self::Assigned => assigned(103, before),
            Self::Lapsed => assigned(103, before - Span::hours(72)),
            Self::Managed => managed(),
            Self::ToOwner => world.managed(&managed(), Management::Owner, 109, before),
            Self::ToAdministrator => world.managed(&in_use(104), Management::Administrator, 109, before),
            Self::EmailPending => world.email_asked(&in_use(105), "next@example.com", 107, before),
            Self::EmailConfirmed => {
                let pending = world.email_asked(&chosen(), "next@example.com", 107, before);
                asked(&world.confirmed(&pending, 111, before), 112)
            }
            Self::EmailReplaced => {
                let email = EmailAddress::parse("next@example.com").unwrap();
                let replaced = chosen().replace_email(&world.replacement(&email, 108, before));
                asked(&replaced.unwrap().account.unwrap(), 106)
            }
            Self::EmailReverted => {
                let confirmed = Self::EmailConfirmed.account(world);
                let code = world.code(&confirmed, Purpose::EmailRevert);
                let change = confirmed.revert_email_change(&world.take_back(&code, 113, before));
                change.unwrap().account.unwrap()
            }
        }
    }
}
