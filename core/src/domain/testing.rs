//! A small world for tests: its keys, its policy, and an account in each shape that the rules tell apart.

use super::*;

/// 2026-11-21T12:00:00Z.
pub(super) const NOW: Timestamp = Timestamp::from_micros(1_795_262_400_000_000);

/// What surrounds an account.
pub(super) struct World {
    pub(super) keys: Keyring,
    pub(super) realm: Realm,
    pub(super) incarnation: Incarnation,
    pub(super) page: LinkUrl,
    pub(super) policy: PasswordPolicy,
}

impl World {
    pub(super) fn new() -> Self {
        let name = KeyId::parse("first").unwrap();
        Self {
            keys: Keyring::new(key(9), name, key(1)).unwrap(),
            realm: Realm::default(),
            incarnation: Incarnation::from_bytes([7; 16]),
            page: LinkUrl::parse("https://app.example/password").unwrap(),
            policy: PasswordPolicy::payway(),
        }
    }

    /// A new account; each number has its own.
    pub(super) fn registered(&self, number: u8, now: Timestamp) -> Account {
        let email = EmailAddress::parse(&format!("owner-{number}@example.com")).unwrap();
        let change = Account::register(Registration {
            id: AccountId::from_bytes([number; 16]),
            realm: self.realm.clone(),
            tag: self.keys.address_tag(&self.realm, &email),
            email,
            validity: PasswordValidity::FOREVER,
            ip_filter_group: None,
            memo: Memo::default(),
            locale: None,
            purge_at: None,
            now,
        });
        change.account.unwrap()
    }

    /// The hash of some password; each number has its own.
    pub(super) fn hash(&self, account: &Account, number: u64) -> Sealed {
        let mut nonce = [0; 24];
        nonce[..8].copy_from_slice(&number.to_be_bytes());
        self.keys.seal_hash(&self.realm, account.id, nonce, "phc")
    }

    /// An owner's request for a code mail; each number names its mail and its nonce.
    pub(super) fn request(&self, number: u64, now: Timestamp) -> MailRequest<'_> {
        let name = (u128::from(number) + 1).to_be_bytes();
        MailRequest {
            now,
            mail: MailId::from_bytes(name),
            nonce: Nonce::from_bytes(name),
            keys: &self.keys,
            page: &self.page,
            return_url: None,
            quota: Quota::ACCOUNT,
            address: None,
            stranger_caused: false,
            bypass_throttle: false,
            claimed_until: None,
        }
    }

    /// The owner, who knows the password, asks for another address.
    pub(super) fn email_asked(&self, account: &Account, to: &str, number: u64, now: Timestamp) -> Account {
        let email = EmailAddress::parse(to).unwrap();
        let change = account.request_email_change(&EmailChange {
            code: self.request(number, now),
            notice: MailId::from_bytes([252; 16]),
            cancel_page: &self.page,
            email: &email,
            tag: self.keys.address_tag(&self.realm, &email),
            verified: &account.facts().unwrap().password.as_ref().unwrap().hash,
            epoch: account.epoch,
        });
        change.unwrap().account.unwrap()
    }

    /// An administrator puts another address in place.
    pub(super) fn replacement<'a>(
        &self,
        email: &'a EmailAddress,
        number: u8,
        now: Timestamp,
    ) -> ReplaceEmail<'a> {
        let tag = self.keys.address_tag(&self.realm, email);
        ReplaceEmail { now, email, tag, notice: MailId::from_bytes([number; 16]), history: 0 }
    }

    /// The courier's last look at a mail.
    pub(super) fn counter<'a>(&'a self, account: Option<&'a Account>, now: Timestamp) -> Counter<'a> {
        Counter { account, taken: false, host: None, mint: self.mint(), now }
    }

    pub(super) fn mint(&self) -> CodeMint<'_> {
        CodeMint { keys: &self.keys, realm: &self.realm, incarnation: self.incarnation }
    }

    /// What the link of the purpose's latest mail brings back, whatever became of the code.
    pub(super) fn code(&self, account: &Account, purpose: Purpose) -> MailedCode {
        let facts = account.facts().unwrap();
        let of = &facts.confirmations[&purpose];
        let of = of.issued.as_ref().unwrap_or_else(|| &of.dead.as_ref().unwrap().was);
        let to = &facts.mailbox(of.recipient).unwrap().address;
        let code = self.mint().code(account.id, purpose, to, of).unwrap();
        MailedCode::new(&account.id.to_string(), &code.expose())
    }

    pub(super) fn redeem<'a>(&'a self, code: &'a MailedCode, now: Timestamp) -> Redemption<'a> {
        Redemption { code, mint: self.mint(), now, origin_admitted: true }
    }

    /// A candidate that is none of the account's passwords, hashed under this number.
    pub(super) fn fresh(&self, account: &Account, number: u64) -> Fresh {
        let current = account.facts().ok().and_then(|facts| facts.password.as_ref());
        let hashed = Hashed::default().with_sealed(self.hash(account, number)).with_screening(false);
        Fresh {
            password: Password::parse("a password of some length").unwrap(),
            hashed: match current {
                Some(current) => hashed.with_verified(current.hash.clone(), false),
                None => hashed,
            },
        }
    }

    pub(super) fn judge<'a>(&'a self, fresh: &'a Fresh, now: Timestamp) -> NewPassword<'a> {
        NewPassword {
            now,
            candidate: Candidate { password: &fresh.password, hashed: &fresh.hashed },
            policy: &self.policy,
            address: None,
            notice: MailId::from_bytes([250; 16]),
            warnings: Rules::default().expiry_warnings,
        }
    }

    /// The account after the bearer of its code of the purpose chose a password.
    pub(super) fn chosen(&self, account: &Account, purpose: Purpose, number: u64, now: Timestamp) -> Account {
        let (code, fresh) = (self.code(account, purpose), self.fresh(account, number));
        let change = account.choose_password(&self.redeem(&code, now), &self.judge(&fresh, now));
        change.unwrap().account.unwrap()
    }
}

/// A password that nobody has, and its hash.
pub(super) struct Fresh {
    pub(super) password: Password,
    pub(super) hashed: Hashed,
}

pub(super) fn key(number: u8) -> [u8; 32] {
    let mut byte = number;
    std::array::from_fn(|_| {
        byte = byte.wrapping_mul(5).wrapping_add(number);
        byte
    })
}

/// The account with its facts changed by hand, where no command does it yet.
pub(super) fn with_facts(mut account: Account, change: impl FnOnce(&mut Facts)) -> Account {
    if let Life::Live(facts) = &mut account.life {
        change(facts);
    }
    account
}

/// The shapes of an account that commands tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    New,
    InUse,
    /// In use, its password assigned by the administrator who manages it.
    Assigned,
    ToOwner,
    ToAdministrator,
    EmailPending,
    EmailReplaced,
}

impl Given {
    pub(super) const ALL: [Self; 7] = [
        Self::New,
        Self::InUse,
        Self::Assigned,
        Self::ToOwner,
        Self::ToAdministrator,
        Self::EmailPending,
        Self::EmailReplaced,
    ];

    pub(super) fn status(self) -> Status {
        match self {
            Self::New => Status::New,
            Self::InUse | Self::Assigned => Status::InUse,
            Self::ToOwner | Self::ToAdministrator => Status::ChangingPasswordManagement,
            Self::EmailPending | Self::EmailReplaced => Status::ChangingEmail,
        }
    }

    /// What the last code mail was for that lets its bearer choose a password.
    pub(super) fn password_code(self) -> Purpose {
        match self {
            Self::New | Self::EmailReplaced => Purpose::PasswordSet,
            Self::InUse | Self::Assigned | Self::ToAdministrator | Self::EmailPending => {
                Purpose::PasswordReset
            }
            Self::ToOwner => Purpose::PasswordManagement,
        }
    }

    /// The account, an hour before now: no throttle is in the way, all codes are live.
    pub(super) fn account(self, world: &World) -> Account {
        let before = NOW - Span::minutes(59);
        let new = world.registered(1, before - Span::days(40));
        let asked = |account: Account, number| {
            let change = account.request_password_reset(&world.request(number, before));
            change.unwrap().account.unwrap()
        };
        let chosen = || {
            let early = before - Span::days(30);
            let mailed = new.request_password_set(&world.request(100, early)).unwrap().account;
            let chosen = world.chosen(&mailed.unwrap(), Purpose::PasswordSet, 100, early);
            chosen.as_of(before, Quota::ACCOUNT).0
        };
        match self {
            Self::New => asked(new, 101),
            Self::InUse => asked(chosen(), 102),
            Self::Assigned => {
                let mut account = asked(chosen(), 103);
                account =
                    with_facts(account, |facts| facts.pending_management = Some(Management::Administrator));
                let fresh = world.fresh(&account, 103);
                let request = AssignPassword { new: world.judge(&fresh, before), temporary: Span::hours(72) };
                account.assign_password(&request).unwrap().account.unwrap()
            }
            Self::ToOwner => {
                let administered = with_facts(chosen(), |facts| facts.management = Management::Administrator);
                managed(world, &administered, Management::Owner, before)
            }
            Self::ToAdministrator => managed(world, &asked(chosen(), 104), Management::Administrator, before),
            Self::EmailPending => world.email_asked(&asked(chosen(), 105), "next@example.com", 107, before),
            Self::EmailReplaced => {
                let email = EmailAddress::parse("next@example.com").unwrap();
                let replaced = chosen().replace_email(&world.replacement(&email, 108, before));
                asked(replaced.unwrap().account.unwrap(), 106)
            }
        }
    }
}

fn managed(world: &World, account: &Account, to: Management, now: Timestamp) -> Account {
    let change = account.change_password_management(&ManagementChange { to, code: world.request(109, now) });
    change.unwrap().account.unwrap()
}

/// The account in another standing, as suspending, closing and erasing leave it.
pub(super) fn standing(account: Account, standing: StandingKind) -> Account {
    let reason = SuspensionReason::parse("unpaid").unwrap();
    let change = match standing {
        StandingKind::Active => return account,
        StandingKind::Suspended => account.suspend(&reason, NOW).unwrap(),
        StandingKind::Closed => account.close(&closing(NOW)).unwrap(),
        StandingKind::Erased => account.erase(NOW, &[]),
    };
    change.account.unwrap_or(account)
}

pub(super) fn closing(now: Timestamp) -> Close {
    Close { now, grace: Rules::default().closing_grace, notice: MailId::from_bytes([251; 16]) }
}
