//! A small world for tests: its keys, its policy, and an account in each shape that the rules tell apart.

mod given;

use std::collections::BTreeMap;

pub(super) use self::given::Given;
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
    pub(super) unchanged: AttributeChanges,
    /// What is known of addresses.
    pub(super) known: BTreeMap<AddressTag, Address>,
    pub(super) rules: Rules,
}

/// Another validity of the passwords, and nothing else changed.
pub(super) fn validity_of(days: u16) -> AttributeChanges {
    AttributeChanges { validity: PasswordValidity::days(days).ok(), ..AttributeChanges::default() }
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
            unchanged: AttributeChanges::default(),
            known: BTreeMap::new(),
            rules: Rules::default(),
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
            attributes: Attributes::default(),
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
            lives: &self.rules.code_lives,
            quota: Quota::ACCOUNT,
            side: Side::Account,
            address: None,
            stranger_caused: None,
            bypass_throttle: false,
            claimed_until: None,
            carried: None,
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
        let notice = MailId::from_bytes([number; 16]);
        ReplaceEmail { now, email, tag, notice, history: 0, dropping_revert: false }
    }

    /// The signed-in owner, who knows the password, closes the account; the number names the mail that reopens it.
    pub(super) fn own_closing<'a>(
        &'a self,
        verified: &'a Sealed,
        epoch: Epoch,
        number: u64,
        now: Timestamp,
    ) -> CloseOwn<'a> {
        let (reopen, grace) = (self.request(number, now), Rules::default().closing_grace);
        CloseOwn { reopen, grace, notice: MailId::from_bytes([249; 16]), verified, epoch }
    }

    /// The account after its signed-in owner closed it.
    pub(super) fn closed_by_owner(&self, account: &Account, number: u64, now: Timestamp) -> Account {
        let verified = &account.facts().unwrap().password.as_ref().unwrap().hash;
        let change = account.close_own(&self.own_closing(verified, account.epoch, number, now));
        change.unwrap().account.unwrap()
    }

    /// The account after staff reopened it.
    pub(super) fn reopened(&self, account: &Account, number: u64, now: Timestamp) -> Account {
        account.reopen(&self.request(number, now)).unwrap().account.unwrap()
    }

    /// The account after its suspension was taken back.
    pub(super) fn reinstated(&self, account: &Account, number: u64, now: Timestamp) -> Account {
        account.reinstate(&self.request(number, now)).unwrap().account.unwrap()
    }

    /// The courier's last look at a mail.
    pub(super) fn counter<'a>(&'a self, account: Option<&'a Account>, now: Timestamp) -> LetterContext<'a> {
        LetterContext {
            account,
            taken: false,
            host: None,
            contact: None,
            mint: self.mint(),
            lives: &self.rules.code_lives,
            now,
        }
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
        Redemption { code, mint: self.mint(), now, origin_admitted: true, addresses: &self.known }
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

    /// The bearer of the revert code takes the old address back; the number names the mail that lets them choose.
    pub(super) fn take_back<'a>(
        &'a self,
        code: &'a MailedCode,
        number: u64,
        now: Timestamp,
    ) -> RevertEmail<'a> {
        RevertEmail { redemption: self.redeem(code, now), set: self.request(number, now), history: 0 }
    }

    /// The signed-in owner confirms the address that is pending; the number names the mail to the old one.
    pub(super) fn confirmed(&self, account: &Account, number: u64, now: Timestamp) -> Account {
        let code = self.code(account, Purpose::EmailConfirm);
        let change = account.confirm_email(&ConfirmEmail {
            redemption: self.redeem(&code, now),
            revert: self.request(number, now),
            epoch: account.epoch,
        });
        change.unwrap().account.unwrap()
    }

    /// The account once the mail server took the way back to the old address.
    pub(super) fn revert_mailed(&self, account: &Account, mail: &Mail, now: Timestamp) -> Account {
        let letter = self.counter(Some(account), now).letter(mail, |_| None).unwrap();
        let Message::Code { expires_at, .. } = letter.message else { panic!("a mail without a link") };
        account.revert_handed_over(mail, expires_at, now).unwrap_or_else(|| account.clone())
    }

    /// The account after an administrator assigned it a password.
    pub(super) fn assigned(&self, account: &Account, number: u64, now: Timestamp) -> Account {
        let fresh = self.fresh(account, number);
        let request =
            AssignPassword { new: self.judge(&fresh, now), temporary: Rules::default().temporary_password };
        account.assign_password(&request).unwrap().account.unwrap()
    }

    /// The account after its signed-in owner, who knows the current password, changed it.
    pub(super) fn changed(&self, account: &Account, number: u64, now: Timestamp) -> Account {
        let fresh = self.fresh(account, number);
        let request = ChangePassword {
            new: self.judge(&fresh, now),
            verified: &account.facts().unwrap().password.as_ref().unwrap().hash,
            epoch: account.epoch,
        };
        account.change_password(&request).unwrap().account.unwrap()
    }

    /// An administrator lets somebody else set the passwords.
    pub(super) fn managed(&self, account: &Account, to: Management, number: u64, now: Timestamp) -> Account {
        let request = ManagementChange { to, code: self.request(number, now) };
        account.change_password_management(&request).unwrap().account.unwrap()
    }

    /// Nothing is updated; the rest is for the test to name.
    pub(super) fn update<'a>(&'a self, now: Timestamp) -> AccountUpdate<'a> {
        AccountUpdate {
            if_version: None,
            attributes: &self.unchanged,
            email: None,
            warnings: Rules::default().expiry_warnings,
            now,
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

/// What is known of an address from which mail of that scope is held back.
pub(super) fn suppressed(tag: AddressTag, scope: SuppressionScope, now: Timestamp) -> Address {
    let suppression = Suppression {
        realm: Realm::default(),
        cause: Undeliverable::Rejected,
        evidence: "5.7.1".into(),
        at: now,
        lapses_at: None,
    };
    Address::new(tag).suppressed(scope, suppression).unwrap()
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

/// The account in another standing, as staff leaves it that suspends, closes and erases.
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
    Close {
        now,
        grace: Rules::default().closing_grace,
        notice: MailId::from_bytes([251; 16]),
        second_notice: MailId::from_bytes([249; 16]),
    }
}
