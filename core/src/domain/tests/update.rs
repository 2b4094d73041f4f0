//! Updates: one change of all that is named, or none.

use crate::domain::{testing::*, *};

#[test]
fn an_update_that_changes_nothing_writes_nothing() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let facts = account.facts().unwrap();
    let replacement = world.replacement(&facts.mailbox.address, 1, NOW);
    let AccountChanges { attributes, .. } = AccountChanges::default()
        .with_memo(facts.attributes.memo.clone())
        .with_validity(facts.attributes.validity)
        .with_ip_filter_group(None)
        .with_locale(None);
    let same = AccountUpdate {
        if_version: Some(account.version),
        attributes: &attributes,
        email: Some(replacement),
        ..world.update(NOW)
    };
    assert_eq!(account.update(&same), Ok(Change::none()));
    assert_eq!(account.update(&world.update(NOW)), Ok(Change::none()));
}

#[test]
fn an_update_of_another_version_changes_nothing_of_all_that_it_names() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let memo = Memo::parse("good customer").unwrap();
    let attributes = AttributeChanges { memo: Some(memo), ..AttributeChanges::default() };
    let named = AccountUpdate { attributes: &attributes, ..world.update(NOW) };
    let stale = AccountUpdate { if_version: Some(account.version.next()), ..named };
    assert_eq!(account.update(&stale), Err(Refusal::VersionMismatch));
    let closed = standing(account.clone(), StandingKind::Closed);
    assert_eq!(closed.update(&stale), Err(Refusal::AccountClosed), "its standing is said first");
    assert!(account.update(&AccountUpdate { if_version: Some(account.version), ..named }).is_ok());
}

#[test]
fn a_new_address_within_an_update_acts_as_replacing_it_does_and_both_are_one_change() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let (memo, email) = (Memo::parse("moved").unwrap(), EmailAddress::parse("other@example.com").unwrap());
    let replacement = world.replacement(&email, 1, NOW);
    let attributes = AttributeChanges { memo: Some(memo.clone()), ..AttributeChanges::default() };
    let update = AccountUpdate { attributes: &attributes, email: Some(replacement), ..world.update(NOW) };
    let change = account.update(&update).unwrap();
    assert!(matches!(
        change.events[..],
        [EventKind::Updated, EventKind::EmailReplaced { .. }, EventKind::NoticeQueued { .. }]
    ));
    let replaced = account.replace_email(&replacement).unwrap();
    assert_eq!(change.mails, replaced.mails);
    let after = with_facts(replaced.account.unwrap(), |facts| facts.attributes.memo = memo.clone());
    assert_eq!(change.account, Some(after));
    let alone = AccountUpdate { email: Some(replacement), ..world.update(NOW) };
    assert_eq!(account.update(&alone), account.replace_email(&replacement));
}

#[test]
fn what_an_update_clears_is_none() {
    let world = World::new();
    let group = IpFilterGroupName::parse("office").unwrap();
    let account = with_facts(Given::InUse.account(&world), |facts| {
        facts.attributes.ip_filter_group = Some(group);
        facts.attributes.locale = Locale::parse("ko").ok();
    });
    let attributes =
        AttributeChanges { ip_filter_group: Some(None), locale: Some(None), ..AttributeChanges::default() };
    let update = AccountUpdate { attributes: &attributes, ..world.update(NOW) };
    let after = account.update(&update).unwrap().account.unwrap();
    assert_eq!((after.ip_filter_group(), after.facts().unwrap().attributes.locale.clone()), (None, None));
}
