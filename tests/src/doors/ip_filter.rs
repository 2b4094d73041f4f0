//! IP filter groups: from where an account may be used, by password and by link.

use accountable_core::{
    AccountChanges, Authentication, DeliveryOptions, Error, MailOptions, NewAccount, PublicError,
    domain::{
        AccountId, Address, Cidr, CodeState, CommitId, Denial, InputError, IpFilterGroupName, Origin, Realm,
        Refusal,
    },
    port::{Commit, Limit, Store as _, Swap, Write},
};

use crate::doors::world::{BETTER, GOOD, World, email, keys, on_each_store, password};

const ADA: &str = "ada@example.com";
const INSIDE: &str = "192.0.2.7";
const OUTSIDE: &str = "198.51.100.7";

fn office() -> IpFilterGroupName {
    IpFilterGroupName::parse("office").unwrap()
}

fn networks(of: &[&str]) -> Vec<Cidr> {
    of.iter().map(|text| text.parse().unwrap()).collect()
}

/// An account that may be used from the office only, and its owner's password.
async fn guarded(world: &World) -> AccountId {
    let admin = world.admin();
    admin.define_ip_filter_group(&office(), networks(&["192.0.2.0/24", "2001:db8::/32"])).await.unwrap();
    let id = world.in_use(ADA, GOOD).await;
    let into = AccountChanges::default().with_ip_filter_group(Some(office()));
    admin.update(id, &into).await.unwrap();
    id
}

async fn enters(world: &World, ip: &str) -> Result<(), Denial> {
    match world.from(ip).authenticate(&email(ADA), &password(GOOD), None).await.unwrap() {
        Authentication::Denied(why) => Err(*why.for_logs()),
        _ => Ok(()),
    }
}

/// As a removal that raced with the account's naming the group leaves it.
async fn pulls_the_group_away(world: &World) {
    let groups = world.store.groups(&Realm::default(), None, Limit::MAX).await.unwrap();
    let writes = groups.items.into_iter().map(|stored| Write::IpFilterGroup(Swap::remove(stored))).collect();
    world.store.commit(&Commit::new(CommitId::from_bytes([9; 16]), writes, vec![]).unwrap()).await.unwrap();
}

on_each_store! {
    __doors_ip_filter in ip_filter;
    async fn an_account_in_a_group_is_used_from_its_networks_only(world) {
        guarded(&world).await;
        for inside in [INSIDE, "192.0.2.255", "2001:db8:1::7", "::ffff:192.0.2.7"] {
            assert_eq!(enters(&world, inside).await, Ok(()), "{inside}");
        }
        for outside in [OUTSIDE, "192.0.3.0", "2001:db9::7", "::ffff:198.51.100.7"] {
            assert_eq!(enters(&world, outside).await, Err(Denial::OriginRefused), "{outside}");
        }
        assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::OriginRefused), "an unknown origin is outside");
    }

    /// An attempt from outside neither counts nor clears: nobody locks an office out from afar.
    async fn an_attempt_from_outside_neither_counts_nor_clears(world) {
        guarded(&world).await;
        for at in 0..30 {
            assert_eq!(enters(&world, &format!("198.51.100.{at}")).await, Err(Denial::OriginRefused));
        }
        assert_eq!(enters(&world, INSIDE).await, Ok(()));
        for _ in 0..9 {
            let wrong = world.from(INSIDE).authenticate(&email(ADA), &password(BETTER), None).await.unwrap();
            assert!(matches!(wrong, Authentication::Denied(why) if *why.for_logs() == Denial::WrongPassword));
        }
        assert_eq!(enters(&world, OUTSIDE).await, Err(Denial::OriginRefused));
        let tenth = world.from(INSIDE).authenticate(&email(ADA), &password(BETTER), None).await.unwrap();
        assert!(matches!(tenth, Authentication::Denied(_)));
        assert_eq!(enters(&world, INSIDE).await, Err(Denial::Locked));
    }

    async fn a_link_used_from_outside_is_refused_and_not_consumed(world) {
        world.admin().define_ip_filter_group(&office(), networks(&["192.0.2.0/24"])).await.unwrap();
        let new = NewAccount::new(email(ADA)).with_ip_filter_group(office());
        let id = world.admin().register(new).await.unwrap().id;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let code = world.mailed_code(ADA);
        for stranger in [world.from(OUTSIDE), world.public()] {
            let refused = stranger.choose_password(&code, &password(GOOD)).await;
            assert!(matches!(refused, Err(PublicError::OriginRefused)), "{refused:?}");
        }
        assert!(matches!(world.from(OUTSIDE).inspect_code(&code).await.unwrap(), CodeState::Live { .. }));
        assert_eq!(world.from("::ffff:192.0.2.7").choose_password(&code, &password(GOOD)).await.unwrap().account, id);
    }

    /// What only takes something back is good from everywhere; what puts an address in place is not.
    async fn a_change_of_address_is_confirmed_inside_and_cancelled_anywhere(world) {
        let id = guarded(&world).await;
        let Authentication::Granted { stamp, .. } = world.from(INSIDE).authenticate(&email(ADA), &password(GOOD), None).await.unwrap()
        else { panic!("inside") };
        let owner = |ip: &str| world.accounts.owner(stamp, Origin::Ip(ip.parse().unwrap()));
        let new = email("countess@example.com");
        let outside = owner(OUTSIDE).request_email_change(&password(GOOD), &new, &MailOptions::default()).await;
        assert_eq!(outside.unwrap_err().code(), "wrong_password", "no password is right out there");
        owner(INSIDE).request_email_change(&password(GOOD), &new, &MailOptions::default()).await.unwrap();
        world.sweep().await;
        let refused = owner(OUTSIDE).confirm_email(&world.mailed_code(new.as_str())).await.unwrap_err();
        assert_eq!((refused.code(), refused.http_status()), ("origin_refused", 403));
        world.from(OUTSIDE).cancel_email_change(&world.mailed_code(ADA)).await.unwrap();
        assert_eq!(world.view(id).await.pending_email, None);
    }

    async fn a_group_defined_anew_counts_from_then_on(world) {
        guarded(&world).await;
        world.admin().define_ip_filter_group(&office(), networks(&["198.51.100.0/24"])).await.unwrap();
        assert_eq!(enters(&world, INSIDE).await, Err(Denial::OriginRefused));
        assert_eq!(enters(&world, OUTSIDE).await, Ok(()));
        world.admin().define_ip_filter_group(&office(), vec![]).await.unwrap();
        assert_eq!(enters(&world, OUTSIDE).await, Err(Denial::OriginRefused), "an empty group lets in nobody");
        let listed = world.admin().ip_filter_groups(None, 10).await.unwrap();
        assert_eq!(listed.items.len(), 1);
    }

    async fn a_group_is_removed_once_no_account_names_it(world) {
        let id = guarded(&world).await;
        let refused = world.admin().remove_ip_filter_group(&office()).await.unwrap_err();
        assert!(matches!(refused, Error::Refused(Refusal::IpFilterGroupInUse)));
        world.admin().update(id, &AccountChanges::default().with_ip_filter_group(None)).await.unwrap();
        assert!(world.admin().remove_ip_filter_group(&office()).await.unwrap());
        assert!(!world.admin().remove_ip_filter_group(&office()).await.unwrap(), "there is none any more");
        assert_eq!(enters(&world, OUTSIDE).await, Ok(()));
        let named = world.admin().update(id, &AccountChanges::default().with_ip_filter_group(Some(office()))).await;
        assert_eq!(named.unwrap_err().code(), "unknown_ip_filter_group");
        let new = NewAccount::new(email("bob@example.com")).with_ip_filter_group(office());
        assert_eq!(world.admin().register(new).await.unwrap_err().code(), "unknown_ip_filter_group");
    }

    async fn a_group_that_is_gone_lets_in_nobody(world) {
        let id = guarded(&world).await;
        let code = world.admin().issue_code(id, accountable_core::domain::Purpose::PasswordReset, &MailOptions::default()).await.unwrap();
        pulls_the_group_away(&world).await;
        assert_eq!(enters(&world, INSIDE).await, Err(Denial::OriginRefused));
        let refused = world.from(INSIDE).choose_password(&crate::doors::world::code_of(code.link.expose()), &password(BETTER)).await;
        assert!(matches!(refused, Err(PublicError::OriginRefused)));
        world.admin().update(id, &AccountChanges::default().with_ip_filter_group(None)).await.unwrap();
        assert_eq!(enters(&world, INSIDE).await, Ok(()), "and is no dead end");
    }

    async fn a_group_has_a_thousand_networks_at_most(world) {
        let many = |count: u32| (0..count).map(|at| Cidr::from(std::net::IpAddr::from(at.to_be_bytes()))).collect();
        world.admin().define_ip_filter_group(&office(), many(1_000)).await.unwrap();
        let refused = world.admin().define_ip_filter_group(&office(), many(1_001)).await.unwrap_err();
        assert!(matches!(refused, Error::BadInput(InputError::TooManyNetworks)));
        assert_eq!(world.admin().ip_filter_groups(None, 1).await.unwrap().items[0].networks.len(), 1_000);
    }

    /// Nothing that was counted before the group came is held against the address because of it.
    async fn a_group_leaves_the_addresss_record_alone(world) {
        guarded(&world).await;
        assert_eq!(enters(&world, OUTSIDE).await, Err(Denial::OriginRefused));
        let tag = keys().address_tag(&Realm::default(), &email(ADA));
        let who = accountable_core::port::Who { also: vec![tag], ..accountable_core::port::Who::nobody() };
        let record = world.store.load(&who).await.unwrap().address(tag).cloned();
        // A record says since when it is idle; what it says besides is that nothing is known.
        let untouched = Address { idle_from: record.as_ref().and_then(|known| known.idle_from), ..Address::new(tag) };
        assert_eq!(record.unwrap_or_else(|| Address::new(tag)), untouched);
    }
}
