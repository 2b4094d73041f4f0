//! A tour of the pages: each that a reader may see, in one language.

use accountable_core::{
    Authentication, DeliveryOptions, Import, NewAccount,
    domain::{IpFilterGroupName, Management, Origin, Span},
};
use axum::http::Request;

use crate::{
    browser::{Answer, Browser, forged, form},
    world::{ADA, BETTER, GOOD, World, email, password},
};

const NEW: &str = "ada@new.example";

/// The pages by name. Each is asked for by a link in this language.
pub(crate) async fn tour(lang: &str) -> Vec<(&'static str, Answer)> {
    let mut pages = Tour { lang: lang.to_owned(), pages: Vec::new() };
    pages.first_password().await;
    pages.dead_links().await;
    pages.other_passwords().await;
    pages.addresses().await;
    pages.new_link().await;
    pages.refusals().await;
    pages.pages
}

struct Tour {
    lang: String,
    pages: Vec<(&'static str, Answer)>,
}

impl Tour {
    fn see(&mut self, name: &'static str, page: Answer) {
        self.pages.push((name, page));
    }

    fn here(&self, link: &str) -> String {
        format!("{link}&lang={}", self.lang)
    }

    fn page(&self) -> String {
        format!("{}?lang={}", crate::world::PATH, self.lang)
    }

    /// A browser that has opened this link, and the page that it shows.
    async fn opened(&self, world: &World, link: &str) -> (Browser, Answer) {
        let mut browser = world.browser();
        let page = browser.open(&self.here(link)).await;
        (browser, page)
    }

    /// Opens the newest link to this address and presses its button: the page that asks, and the one that follows.
    async fn pressed(&self, world: &World, to: &str, fields: &[(&str, &str)]) -> [Answer; 2] {
        let (mut browser, asks) = self.opened(world, &world.link_to(to)).await;
        let done = browser.fill(&asks, fields).await;
        assert_eq!(done.status, 200, "{}", done.body);
        [asks, done]
    }

    async fn first_password(&mut self) {
        let world = World::new();
        let (_, link) = world.invited().await;
        let (mut browser, asks) = self.opened(&world, &link).await;
        let weak = browser.fill(&asks, &[("password", "short"), ("repeat", "short")]).await;
        let differ = browser.fill(&asks, &[("password", GOOD), ("repeat", BETTER)]).await;
        let done = browser.fill(&asks, &[("password", GOOD), ("repeat", GOOD)]).await;
        self.see("password_set", asks);
        self.see("password_set_weak", weak);
        self.see("password_set_differ", differ);
        self.see("password_set_done", done);
        let (_, used) = self.opened(&world, &link).await;
        self.see("used", used);
    }

    async fn dead_links(&mut self) {
        let world = World::new();
        let (_, link) = world.invited().await;
        let (_, invalid) = self.opened(&world, &forged(&link)).await;
        self.see("invalid", invalid);
        let nothing = world.browser().get(&self.page()).await;
        self.see("nothing_open", nothing);
        world.clock.advance(Span::hours(24));
        let (_, expired) = self.opened(&world, &link).await;
        self.see("expired", expired);
    }

    async fn other_passwords(&mut self) {
        let chosen: &[_] = &[("password", BETTER), ("repeat", BETTER)];
        let world = World::new();
        let id = world.in_use().await;
        let _ = world.public().request_password_reset(&email(ADA), Default::default()).await.unwrap();
        world.deliver().await;
        let [asks, done] = self.pressed(&world, ADA, chosen).await;
        self.see("password_reset", asks);
        self.see("password_reset_done", done);

        let options = DeliveryOptions::default;
        let admin = world.admin();
        admin.change_password_management(id, Management::Administrator, options()).await.unwrap();
        admin.assign_password(id, &password(GOOD)).await.unwrap();
        admin.change_password_management(id, Management::Owner, options()).await.unwrap();
        let [asks, done] = self.pressed(&world, ADA, chosen).await;
        self.see("password_management", asks);
        self.see("password_management_done", done);

        let entered = world.public().authenticate(&email(ADA), &password(BETTER), None).await.unwrap();
        let Authentication::Granted { stamp, .. } = entered else { panic!("{entered:?}") };
        world.accounts.owner(stamp, Origin::Unknown).close(&password(BETTER)).await.unwrap();
        world.deliver().await;
        let [asks, done] = self.pressed(&world, ADA, &[("password", GOOD), ("repeat", GOOD)]).await;
        self.see("reopen", asks);
        self.see("reopen_done", done);
    }

    async fn addresses(&mut self) {
        let own: &[_] = &[("email", ADA), ("password", GOOD)];
        let world = World::new();
        world.changing_to(NEW).await;
        let (mut browser, asks) = self.opened(&world, &world.link_to(NEW)).await;
        let wrong = browser.fill(&asks, &[("email", ADA), ("password", BETTER)]).await;
        let odd = browser.fill(&asks, &[("email", "ada"), ("password", GOOD)]).await;
        let done = browser.fill(&asks, own).await;
        self.see("email_confirm", asks);
        self.see("email_confirm_wrong", wrong);
        self.see("email_confirm_no_address", odd);
        self.see("email_confirm_done", done);
        world.deliver().await;
        let [asks, done] = self.pressed(&world, ADA, &[]).await;
        self.see("email_revert", asks);
        self.see("email_revert_done", done);

        let world = World::new();
        world.changing_to(NEW).await;
        let bob = email("bob@example.com");
        let id = world.admin().register(NewAccount::new(bob.clone())).await.unwrap().id;
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        let (mut browser, asks) = self.opened(&world, &world.link_to(NEW)).await;
        let theirs = [("email", "bob@example.com"), ("password", BETTER)];
        let must_change = browser.fill(&asks, &theirs).await;
        self.see("email_confirm_must_change", must_change);
        let entered = world.public().authenticate(&bob, &password(BETTER), None).await.unwrap();
        let Authentication::MustChange { stamp, .. } = entered else { panic!("{entered:?}") };
        let owner = world.accounts.owner(stamp, Origin::Unknown);
        owner.change_password(&password(BETTER), &password("herons wade where it bends")).await.unwrap();
        let other = browser.fill(&asks, &[theirs[0], ("password", "herons wade where it bends")]).await;
        self.see("email_confirm_other_account", other);
        world.admin().register(NewAccount::new(email(NEW))).await.unwrap();
        let taken = browser.fill(&asks, own).await;
        self.see("email_taken", taken);

        let world = World::new();
        world.changing_to(NEW).await;
        let [asks, done] = self.pressed(&world, ADA, &[]).await;
        self.see("email_cancel", asks);
        self.see("email_cancel_done", done);

        let world = World::new();
        let import = Import::new(NewAccount::new(email(ADA)));
        let id = world.admin().import(import).await.unwrap().id;
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        let entered = world.public().authenticate(&email(ADA), &password(BETTER), None).await.unwrap();
        let Authentication::MustChange { stamp, .. } = entered else { panic!("{entered:?}") };
        let owner = world.accounts.owner(stamp, Origin::Unknown);
        owner.change_password(&password(BETTER), &password(GOOD)).await.unwrap();
        let _ = world.admin().request_email_proof(id, DeliveryOptions::default()).await.unwrap();
        let [asks, done] = self.pressed(&world, ADA, own).await;
        self.see("email_proof", asks);
        self.see("email_proof_done", done);
    }

    async fn new_link(&mut self) {
        let world = World::new();
        let mut browser = world.browser().from("198.51.100.7");
        let asks = browser.get(&format!("/account/link/new-link?lang={}", self.lang)).await;
        let action = asks.action();
        let wrong = browser.post(&action, form(&[("email", "ada")])).await;
        let sent = browser.post(&action, form(&[("email", ADA)])).await;
        let mut many = browser.post(&action, form(&[("email", ADA)])).await;
        while many.status == 200 {
            many = browser.post(&action, form(&[("email", ADA)])).await;
        }
        self.see("new_link", asks);
        self.see("new_link_no_address", wrong);
        self.see("new_link_done", sent);
        self.see("too_many", many);
    }

    async fn refusals(&mut self) {
        let world = World::new();
        let (_, link) = world.invited().await;
        let (mut browser, asks) = self.opened(&world, &link).await;
        let elsewhere = Request::post(asks.action()).header("sec-fetch-site", "cross-site");
        let not_ours = browser.send(elsewhere, String::new()).await;
        self.see("not_ours", not_ours);
        let unreadable = browser.send(Request::post(asks.action()), String::new()).await;
        self.see("unreadable", unreadable);
        world.store.inner().set_down(true);
        let unavailable = browser.get(&self.page()).await;
        self.see("unavailable", unavailable);

        let world = World::new();
        let group = IpFilterGroupName::parse("office").unwrap();
        let admin = world.admin();
        admin.define_ip_filter_group(&group, vec!["192.0.2.0/24".parse().unwrap()]).await.unwrap();
        let new = NewAccount::new(email(ADA)).with_ip_filter_group(group);
        let id = admin.register(new).await.unwrap().id;
        let _ = admin.request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let mut browser = world.browser().from("198.51.100.7");
        let asks = browser.open(&self.here(&world.link_to(ADA))).await;
        let refused = browser.fill(&asks, &[("password", GOOD), ("repeat", GOOD)]).await;
        self.see("origin_refused", refused);
    }
}
