//! What is refused, in which order, and what a suppressed address holds back.

use crate::domain::{Purpose::*, StandingKind::*, testing::*, *};

#[test]
fn refusals_come_in_the_order_standing_status_suppression_throttle() {
    let world = World::new();
    let in_use = Given::InUse.account(&world);
    let mut address = Address::new(in_use.facts().unwrap().mailbox.tag);
    address.suppression = Some(Suppression {
        realm: Realm::default(),
        cause: Undeliverable::NoSuchMailbox,
        scope: SuppressionScope::All,
        evidence: "5.1.1".into(),
        at: NOW,
    });
    let refusal = |account: &Account, address: Option<&Address>| {
        let throttled = with_facts(account.clone(), |facts| {
            let to = world.keys.throttle_tag(&world.realm, &facts.mailbox.key);
            facts.throttles.insert((PasswordSet, to, Side::Account), NOW + Span::seconds(600));
        });
        let request = MailRequest { address, ..world.request(1, NOW) };
        throttled.request_password_set(&request).unwrap_err().code()
    };
    let suspended = standing(in_use.clone(), Suspended);
    assert_eq!(refusal(&suspended, Some(&address)), "account_suspended");
    assert_eq!(refusal(&standing(in_use.clone(), Closed), Some(&address)), "account_closed");
    assert_eq!(refusal(&in_use, Some(&address)), "password_set_not_expected");
    let new = Given::New.account(&world);
    assert_eq!(refusal(&new, Some(&address)), "address_undeliverable");
    assert_eq!(refusal(&new, None), "throttled");
}

#[test]
fn a_complaint_about_a_strangers_mail_holds_back_such_mails_only() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let mut address = Address::new(account.facts().unwrap().mailbox.tag);
    address.suppression = Some(Suppression {
        realm: Realm::default(),
        cause: Undeliverable::Rejected,
        scope: SuppressionScope::StrangerCaused,
        evidence: "complaint".into(),
        at: NOW,
    });
    let request = MailRequest { address: Some(&address), ..world.request(1, NOW) };
    assert!(account.request_password_reset(&request).is_ok());
    let strangers = MailRequest { stranger_caused: true, ..request };
    assert_eq!(
        account.request_password_reset(&strangers),
        Err(Refusal::AddressUndeliverable { cause: Undeliverable::Rejected })
    );
}
