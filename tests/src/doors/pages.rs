//! Pages as a store may give them, short ones and empty ones (clause 37 of its contract): whoever reads them goes on until
//! there is no next.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use accountable_core::{
    AccountChanges, AccountList, AccountsPage, MailList, MailOptions, delegate_store,
    domain::{IpFilterGroupName, Span},
    port::{AccountFilter, Clock as _, Feed, Limit, Page, Store},
};

use crate::doors::world::{GOOD, World, email, on_each_store, password};

/// Gives an empty page before each other one, and of what was asked for no more than half.
struct ShortPages {
    inner: Arc<dyn Store>,
    gave_nothing: AtomicBool,
}

impl ShortPages {
    fn gives_nothing(&self) -> bool {
        !self.gave_nothing.fetch_xor(true, Ordering::AcqRel)
    }
}

fn half(limit: Limit) -> Limit {
    Limit::of(limit.get().div_ceil(2))
}

delegate_store! {
    impl[] Store for ShortPages {
        to(self) { &self.inner }
        accounts(self, query, limit) {
            if self.gives_nothing() {
                return Ok(Page { items: Vec::new(), next: Some(query.clone()) });
            }
            self.inner.accounts(query, half(limit)).await
        }
        account_ids(self, query, limit) {
            if self.gives_nothing() {
                return Ok(Page { items: Vec::new(), next: Some(query.clone()) });
            }
            self.inner.account_ids(query, half(limit)).await
        }
        mails(self, query, limit) {
            if self.gives_nothing() {
                return Ok(Page { items: Vec::new(), next: Some(query.clone()) });
            }
            self.inner.mails(query, half(limit)).await
        }
        events(self, scope, after, limit) {
            match after {
                Some(cursor) if self.gives_nothing() => {
                    Ok(Feed { events: Vec::new(), cursor: cursor.clone(), more: true })
                }
                _ => self.inner.events(scope, after, half(limit)).await,
            }
        }
    }
}

/// Accounts over the same store, whose pages are short.
fn short(world: &World) -> World {
    let inner = Arc::clone(world.store.inner().inner());
    World::on(Arc::new(ShortPages { inner, gave_nothing: AtomicBool::new(false) }), (), |builder| builder)
}

on_each_store! {
    __doors_pages in pages;
    async fn a_group_that_an_account_names_is_not_removed_where_pages_are_empty(world) {
        let world = short(&world);
        let office = IpFilterGroupName::parse("office").unwrap();
        let network = "192.0.2.0/24".parse().unwrap();
        world.admin().define_ip_filter_group(&office, vec![network]).await.unwrap();
        let id = world.register("ada@example.com").await;
        let into = AccountChanges::default().with_ip_filter_group(Some(office.clone()));
        world.admin().update(id, &into).await.unwrap();
        for _ in 0..2 {
            let refused = world.admin().remove_ip_filter_group(&office).await.unwrap_err();
            assert_eq!(refused.code(), "ip_filter_group_in_use");
        }
    }

    async fn lists_are_read_to_their_end_where_pages_are_short(world) {
        let world = short(&world);
        let mut ids = Vec::new();
        for at in 0..7 {
            ids.push(world.register(&format!("u{at}@example.com")).await);
        }
        ids.sort_unstable();
        let (mut page, mut seen) = (Some(AccountsPage::first(AccountList::All(AccountFilter::default()))), Vec::new());
        while let Some(next) = page {
            let found = world.admin().accounts(next, 4).await.unwrap();
            seen.extend(found.items.into_iter().map(|account| account.id));
            page = found.next;
        }
        assert_eq!(seen, ids);
        let (mut cursor, mut told) = (None, 0);
        loop {
            let feed = world.accounts.journal().feed(cursor, 4).await.unwrap();
            told += feed.events.len();
            cursor = Some(feed.cursor);
            if !feed.more {
                break;
            }
        }
        assert_eq!(told, 7, "each registration");
    }

    /// Time passes for accounts that an empty page does not show at first.
    async fn what_is_due_is_done_where_pages_are_empty(world) {
        let world = short(&world);
        for name in ["ada", "bob", "eve"] {
            let address = format!("{name}@example.com");
            world.in_use(&address, GOOD).await;
            let owner = world.signed_in(&address, GOOD).await;
            let new = email(&format!("{name}@new.example"));
            owner.request_email_change(&password(GOOD), &new, &MailOptions::default()).await.unwrap();
        }
        for _ in 0..20 {
            let Some(due) = world.sweep().await.next_due else { break };
            world.clock.advance(due.since(world.clock.now()).max(Span::micros(1)));
        }
        assert_eq!(world.sweep().await.next_due, None, "nothing is left to be done");
        let left = world.admin().mails(&MailList::All { after: None }, 100).await.unwrap();
        assert_eq!(left.items, []);
    }
}
