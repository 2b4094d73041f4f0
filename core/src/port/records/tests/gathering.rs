//! A dossier, gathered from single reads.

use super::*;

#[derive(Default)]
struct World {
    accounts: BTreeMap<AccountId, Stored<Account>>,
    holders: BTreeMap<EmailKey, AccountId>,
    addresses: BTreeMap<AddressTag, Stored<Address>>,
    groups: BTreeMap<IpFilterGroupName, Stored<IpFilterGroup>>,
}

impl Reads for World {
    type Error = &'static str;
    fn account(&self, id: AccountId) -> Result<Option<Stored<Account>>, Self::Error> {
        Ok(self.accounts.get(&id).cloned())
    }
    fn holder(&self, _: &Realm, key: &EmailKey) -> Result<Option<Stored<Account>>, Self::Error> {
        Ok(self.holders.get(key).and_then(|id| self.accounts.get(id)).cloned())
    }
    fn address(&self, tag: AddressTag) -> Result<Option<Stored<Address>>, Self::Error> {
        Ok(self.addresses.get(&tag).cloned())
    }
    fn group(
        &self,
        _: &Realm,
        name: &IpFilterGroupName,
    ) -> Result<Option<Stored<IpFilterGroup>>, Self::Error> {
        Ok(self.groups.get(name).cloned())
    }
    fn level(&self, of: QuotaTag) -> Result<Option<Timestamp>, Self::Error> {
        if of == quota(13) { Err("unreadable") } else { Ok(Some(NOW).filter(|_| of == quota(1))) }
    }
    fn note(&self, realm: &Realm, name: &NoteName) -> Result<Option<Stored<Note>>, Self::Error> {
        let note = Note::new(realm.clone(), name.clone(), "done".to_owned()).unwrap();
        Ok(Some(stored(note, 5)).filter(|_| name.as_str() == "bulk"))
    }
}

fn world() -> World {
    let ada = keeping(account(1, "ada@example.com"), "old@example.com");
    let office = IpFilterGroupName::parse("office").unwrap();
    World {
        holders: keys(&ada).map(|held| (held.key.clone(), ada.id)).collect(),
        addresses: [1, 2, 99]
            .map(|n| AddressTag::from_bytes([n; 32]))
            .map(|tag| (tag, stored(Address::new(tag), 4)))
            .into(),
        groups: [(office.clone(), stored(IpFilterGroup::new(Realm::default(), office, vec![]), 3))].into(),
        accounts: [(ada.id, stored(ada, 2))].into(),
    }
}

fn by_email(address: &str) -> Who {
    Who::found(By::Email(Realm::default(), email(address).key()))
}

#[test]
fn an_account_comes_with_its_addresses_and_its_group() {
    let ada = dossier(&world(), LIFE, &by_email("ada@example.com")).unwrap();
    assert_eq!(ada.account.as_ref().map(|found| found.stamp), Some(commit_id(2)));
    assert_eq!(ada.incarnation, LIFE);
    let tags: Vec<_> = ada.addresses.keys().map(|tag| tag.as_bytes()[0]).collect();
    assert_eq!(tags, [1, 99], "its own, and nobody else's");
    assert!(ada.filter().is_some());
}

#[test]
fn a_reserved_key_leads_to_nobody_but_has_a_holder() {
    let old = || (Realm::default(), email("old@example.com").key());
    let who = Who { holder: Some(old()), ..by_email("old@example.com") };
    let found = dossier(&world(), LIFE, &who).unwrap();
    assert_eq!(found.account, None);
    assert_eq!(found.holder.map(|holder| holder.stamp), Some(commit_id(2)));
    assert!(found.addresses.is_empty() && found.groups.is_empty());
}

#[test]
fn all_that_is_asked_for_comes_along_and_what_is_not_there_is_absent() {
    let name = |text: &str| (Realm::default(), NoteName::parse(text).unwrap());
    let who = Who {
        also: vec![AddressTag::from_bytes([2; 32]), AddressTag::from_bytes([3; 32])],
        levels: vec![quota(1), quota(2)],
        group: Some((Realm::default(), IpFilterGroupName::parse("office").unwrap())),
        notes: vec![name("bulk"), name("keys")],
        ..Who::nobody()
    };
    let found = dossier(&world(), LIFE, &who).unwrap();
    assert_eq!(found.addresses.len(), 1);
    assert_eq!(found.levels, [(quota(1), NOW)].into());
    assert_eq!(found.groups.len(), 1);
    assert_eq!(found.notes.keys().collect::<Vec<_>>(), [&name("bulk")]);
}

#[test]
fn what_can_not_be_read_fails_the_dossier() {
    let who = Who { levels: vec![quota(13)], ..Who::nobody() };
    assert_eq!(dossier(&world(), LIFE, &who), Err("unreadable"));
}
