//! What each use case costs in round trips to the store. More is a regression, and less is suspicious.

use std::sync::{Arc, Mutex};

use accountable_core::{
    AccountList, AccountsPage, DeliveryOptions, MailOptions, NewAccount,
    domain::IpFilterGroupName,
    port::{AccountFilter, By},
};
use accountable_memory::{Calls, Seen};

use crate::doors::world::{GOOD, at_once, email, on_each_store, password};

fn calls(loads: u64, commits: u64) -> Calls {
    Calls { loads, commits, ..Calls::default() }
}

on_each_store! {
    __doors_round_trips in round_trips;
    async fn registering_takes_one(world) {
        world.store.reset();
        world.admin().register(NewAccount::new(email("ada@example.com"))).await.unwrap();
        assert_eq!(world.store.calls(), calls(0, 1));
    }

    async fn a_set_request_with_its_delivery_takes_three(world) {
        let id = world.register("ada@example.com").await;
        world.store.reset();
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert_eq!(world.store.calls(), calls(1, 2));
    }

    async fn a_strangers_mail_request_takes_one(world) {
        world.store.reset();
        let _ = world.public().request_password_reset(&email("ada@example.com"), MailOptions::default()).await.unwrap();
        assert_eq!(world.store.calls(), calls(0, 1));
    }

    async fn redeeming_takes_two(world) {
        let id = world.register("ada@example.com").await;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let code = world.mailed_code("ada@example.com");
        world.store.reset();
        world.public().choose_password(&code, &password(GOOD)).await.unwrap();
        assert_eq!(world.store.calls(), calls(1, 1));
    }

    async fn a_right_log_in_takes_two_loads_and_writes_nothing(world) {
        world.in_use("ada@example.com", GOOD).await;
        world.store.reset();
        world.log_in("ada@example.com", GOOD).await.unwrap();
        assert_eq!(world.store.calls(), calls(2, 0));
    }

    async fn a_wrong_log_in_takes_a_load_and_a_commit(world) {
        world.in_use("ada@example.com", GOOD).await;
        world.store.reset();
        let _ = world.log_in("ada@example.com", "not the password").await;
        assert_eq!(world.store.calls(), calls(1, 1));
    }

    /// The group is read by its name and guarded by nobody: who registers into it waits for no other who does.
    async fn of_64_registrations_into_one_group_none_conflicts(world) {
        let office = IpFilterGroupName::parse("office").unwrap();
        let network = "192.0.2.0/24".parse().unwrap();
        world.admin().define_ip_filter_group(&office, vec![network]).await.unwrap();
        world.store.reset();
        let outcomes = at_once(64, |at| {
            let (admin, office) = (world.admin(), office.clone());
            let mut new = NewAccount::new(email(&format!("u{at}@example.com")));
            new.attributes.ip_filter_group = Some(office);
            async move { admin.register(new).await }
        })
        .await;
        for outcome in outcomes {
            assert_eq!(outcome.unwrap().attributes.ip_filter_group.as_ref(), Some(&office));
        }
        assert_eq!(world.store.calls(), calls(64, 64), "one load and one commit each: nothing was offered again");
    }

    /// The accounts of a page come with it; what is known of their addresses is read once, for all of them.
    async fn a_page_of_accounts_loads_no_account_again(world) {
        for at in 0..9 {
            world.register(&format!("u{at}@example.com")).await;
        }
        let loads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&loads);
        world.store.witnessed_by(move |call| {
            if let Seen::Load(who) = call {
                seen.lock().unwrap().push(who.clone());
            }
        });
        world.store.reset();
        let list = AccountList::All(AccountFilter::default());
        let page = world.admin().accounts(AccountsPage::first(list), 5).await.unwrap();
        assert_eq!(page.items.len(), 5);
        assert_eq!(world.store.calls(), Calls { accounts: 1, loads: 1, ..Calls::default() });
        let loads = loads.lock().unwrap().clone();
        assert!(loads.iter().all(|who| who.by == By::Nobody && who.holder.is_none()), "{loads:?}");
        assert_eq!(loads[0].also.len(), 5, "the records of their addresses");
    }

    async fn a_page_of_names_reads_names_only(world) {
        for at in 0..9 {
            world.register(&format!("u{at}@example.com")).await;
        }
        world.store.reset();
        let list = AccountList::All(AccountFilter::default());
        let page = world.admin().account_names(AccountsPage::first(list), 5).await.unwrap();
        assert_eq!(page.items.len(), 5);
        assert_eq!(world.store.calls(), Calls { account_ids: 1, ..Calls::default() });
    }
}
