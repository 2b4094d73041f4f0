//! What each use case costs in round trips to the store. More is a regression, and less is suspicious.

use accountable_core::{DeliveryOptions, MailOptions, NewAccount};
use accountable_memory::Calls;

use crate::doors::world::{GOOD, email, on_each_store, password};

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
}
