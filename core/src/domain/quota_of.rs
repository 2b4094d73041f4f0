//! What a shared quota counts, and whose it is: the name of every level that a store keeps stands here and nowhere else.

use super::{AccountId, EmailAddress, EmailKey, Keyring, Network, Nonce, NoticeKind, QuotaTag, Realm};

/// What a level counts, and whose it is. Each kind has a level of its own, so that one kind never spends another's.
///
/// The level's name in a store is a MAC of it: [`Keyring::quota_tag`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum QuotaOf<'a> {
    /// Mails to an existing account, by its own whole key, that strangers cause.
    ToAccount(StrangersMail, &'a EmailKey),
    /// Mails to an address that has no account but what a sign-up made: at once.
    SignUps(&'a EmailAddress),
    /// Mails to an address that has no account but what a sign-up made: over hours.
    SignUpsForLong(&'a EmailAddress),
    /// All that the sign-ups of a realm come to.
    SignUpsInAll,
    /// Changes of address that an account's owner asks for, over all new addresses.
    EmailChanges(AccountId),
    /// Mails to an address that an owner wants, whoever has it: at once.
    NewAddress(&'a EmailAddress),
    /// Mails to an address that an owner wants, whoever has it: over hours.
    NewAddressForLong(&'a EmailAddress),
    /// Notices of one kind that an owner causes to an address, by its whole key.
    Notices(NoticeKind, &'a EmailKey),
    /// Mails with which owners prove their own address, by its whole key.
    Proofs(&'a EmailKey),
    /// Requests for mail from a network.
    Requests(Network),
    /// Failed log-ins from a network.
    Failures(Network),
    /// Wrong passwords that are shown with one device token.
    FailuresOfDevice(&'a Nonce),
    /// Wrong passwords at the door of an account's owner.
    FailuresOfOwner(AccountId),
}

/// A mail to an existing account that a stranger causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum StrangersMail {
    /// A link to a new password, in place of a forgotten one.
    Reset,
    /// A link to a first password, once more.
    SetAgain,
    /// Word that the address has an account already.
    AlreadyRegistered,
    /// A link that reopens what was closed.
    Reopen,
}

impl StrangersMail {
    /// Every kind, in the order of their declaration.
    pub const ALL: [Self; 4] = [Self::Reset, Self::SetAgain, Self::AlreadyRegistered, Self::Reopen];

    const fn name(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::SetAgain => "set again",
            Self::AlreadyRegistered => "already registered",
            Self::Reopen => "reopen",
        }
    }
}

impl Keyring {
    /// The name of a level in the store.
    #[must_use]
    pub fn quota_tag(&self, realm: &Realm, of: QuotaOf<'_>) -> QuotaTag {
        let named = |quota: &str, whose: &str, name: &[u8]| {
            QuotaTag::from_bytes(self.quota_mac(&[
                realm.as_str().as_bytes(),
                quota.as_bytes(),
                whose.as_bytes(),
                name,
            ]))
        };
        let by_key = |quota: &str, key: &EmailKey| named(quota, "recipient", key.as_str().as_bytes());
        // One person reads the mail to all spellings with a tag, and can be anybody's choice of tags.
        let by_signed_up = |quota: &str, address: &EmailAddress| {
            let (key, bare) = (address.key(), address.key_without_tag());
            let whose = if key == bare { "recipient" } else { "recipient's tags" };
            named(quota, whose, bare.as_str().as_bytes())
        };
        let by_network = |quota: &str, network: &Network| {
            named(quota, if network.is_wider() { "network" } else { "origin" }, network.octets())
        };
        match of {
            QuotaOf::ToAccount(kind, key) => by_key(kind.name(), key),
            QuotaOf::SignUps(address) => by_signed_up("sign-ups", address),
            QuotaOf::SignUpsForLong(address) => by_signed_up("sign-ups for long", address),
            QuotaOf::SignUpsInAll => named("sign-ups", "realm", b""),
            QuotaOf::EmailChanges(account) => named("changes of address", "account", account.as_bytes()),
            QuotaOf::NewAddress(address) => by_key("new address", &address.key_without_tag()),
            QuotaOf::NewAddressForLong(address) => by_key("new address for long", &address.key_without_tag()),
            QuotaOf::Notices(kind, key) => named("notices", kind.as_str(), key.as_str().as_bytes()),
            QuotaOf::Proofs(key) => by_key("proofs", key),
            QuotaOf::Requests(from) => by_network("mail requests", &from),
            QuotaOf::Failures(from) => by_network("log-in failures", &from),
            QuotaOf::FailuresOfDevice(nonce) => named("log-in failures", "device", nonce.as_bytes()),
            QuotaOf::FailuresOfOwner(account) => named("log-in failures", "account", account.as_bytes()),
        }
    }

    /// Whose throttle it is that an account keeps for the mails to one of its addresses.
    #[must_use]
    pub fn throttle_tag(&self, realm: &Realm, recipient: &EmailKey) -> QuotaTag {
        let parts = [realm.as_str().as_bytes(), b"throttle", b"recipient", recipient.as_str().as_bytes()];
        QuotaTag::from_bytes(self.quota_mac(&parts))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{Origin, testing::World};

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    fn tag(of: QuotaOf<'_>) -> QuotaTag {
        let world = World::new();
        world.keys.quota_tag(&world.realm, of)
    }

    #[test]
    fn no_two_kinds_share_a_level() {
        let (ada, from) = (address("ada@example.com"), Origin::Ip("192.0.2.1".parse().unwrap()));
        let (key, nonce) = (ada.key(), Nonce::from_bytes([1; 16]));
        let of = [
            QuotaOf::SignUps(&ada),
            QuotaOf::SignUpsForLong(&ada),
            QuotaOf::SignUpsInAll,
            QuotaOf::EmailChanges(AccountId::from_bytes([1; 16])),
            QuotaOf::NewAddress(&ada),
            QuotaOf::NewAddressForLong(&ada),
            QuotaOf::Notices(NoticeKind::Closed, &key),
            QuotaOf::Notices(NoticeKind::PasswordChanged, &key),
            QuotaOf::Proofs(&key),
            QuotaOf::Requests(from.network().unwrap()),
            QuotaOf::Requests(from.wider_network().unwrap()),
            QuotaOf::Failures(from.network().unwrap()),
            QuotaOf::Failures(from.wider_network().unwrap()),
            QuotaOf::FailuresOfDevice(&nonce),
            QuotaOf::FailuresOfOwner(AccountId::from_bytes([1; 16])),
        ];
        let to_account = StrangersMail::ALL.map(|kind| QuotaOf::ToAccount(kind, &key));
        let tags: Vec<_> = of.into_iter().chain(to_account).map(tag).collect();
        assert_eq!(tags.iter().collect::<BTreeSet<_>>().len(), tags.len());
    }

    #[test]
    fn all_tags_of_a_mailbox_share_a_level_for_sign_ups_and_the_mailbox_has_its_own() {
        let sign_ups = |text: &str| tag(QuotaOf::SignUps(&address(text)));
        assert_eq!(sign_ups("ada+1@example.com"), sign_ups("Ada+2@example.com"));
        assert_ne!(sign_ups("ada+1@example.com"), sign_ups("ada@example.com"));
        assert_ne!(sign_ups("ada@example.com"), sign_ups("bob@example.com"));
        // There is nothing before the tag that could be a mailbox.
        assert_ne!(sign_ups("+1@example.com"), sign_ups("+2@example.com"));
    }

    #[test]
    fn an_existing_account_counts_by_its_whole_key_and_an_address_that_an_owner_wants_by_its_mailbox() {
        let (plain, tagged) = (address("ada@example.com"), address("ada+1@example.com"));
        for kind in StrangersMail::ALL {
            let of = |address: &EmailAddress| tag(QuotaOf::ToAccount(kind, &address.key()));
            assert_ne!(of(&plain), of(&tagged));
        }
        assert_eq!(tag(QuotaOf::NewAddress(&plain)), tag(QuotaOf::NewAddress(&tagged)));
    }
}
