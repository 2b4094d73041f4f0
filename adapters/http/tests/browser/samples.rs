//! The WebConnect documents' jQuery samples, run as they are printed but for host, key and account.

use accountable_core::{
    Accounts,
    domain::{Actor, IpFilterGroupName, KeyId, LinkUrl, Links},
};
use accountable_http::{
    Guard, Limits, WebOrigins,
    answer::Problem,
    auth::BearerKeys,
    profile::webconnect::{self, Options, WRITE},
};
use accountable_memory::RecordingMailer;
use axum::response::IntoResponse as _;
use serde_json::json;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    chromium::in_a_browser,
    customer::Customer,
    world::{email, keyring, machine, serving, store},
};

const DEFINITION: &str = include_str!("../webconnect/samples/AccountDefinition.js.txt");
const SET_REQUEST: &str = include_str!("../webconnect/samples/PasswordSetRequest.js.txt");
const HOST: &str = "https://www.webconnect.hulft.com";
const PLACEHOLDER: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
const ADDRESS: &str = "sample@example.com";

/// The service, which lets pages of the customer's origin call.
struct Service {
    accounts: Accounts,
    mailer: RecordingMailer,
    host: String,
    key: String,
    server: JoinHandle<()>,
    _folder: TempDir,
}

impl Service {
    async fn listing(origins: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (_, entropy, machine) = machine();
        let mailer = RecordingMailer::new();
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let accounts = Accounts::builder(machine, store(&folder), mailer.clone(), keyring(), links);
        let accounts = accounts.build().unwrap();
        // The sample names a group, which must be there.
        let admin = accounts.admin(Actor::parse("staff").unwrap());
        let group = IpFilterGroupName::parse("ipFilterGroupName").unwrap();
        admin.define_ip_filter_group(&group, vec!["192.0.2.0/24".parse().unwrap()]).await.unwrap();

        let keys = BearerKeys::default();
        let (id, name) = (KeyId::parse("page").unwrap(), Actor::parse("customer").unwrap());
        let new = BearerKeys::draw(&entropy, id, name, [WRITE]).unwrap();
        keys.add(new.entry).unwrap();
        let router = webconnect::router(accounts.clone(), keys, Options::default());
        let app = Guard::new(Limits::default(), entropy)
            .with_web_origins(WebOrigins::of(origins.iter().copied()).unwrap())
            .around(router, |trouble| Problem::from(trouble).into_response());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        let key = new.key.expose().to_owned();
        Self { accounts, mailer, host, key, server: serving(listener, app), _folder: folder }
    }

    fn for_us(&self, sample: &str) -> String {
        let key = format!("apiKey = '{PLACEHOLDER}'");
        assert!(sample.contains(HOST) && sample.contains(&key));
        sample.replace(HOST, &self.host).replace(&key, &format!("apiKey = '{}'", self.key))
    }

    /// The page has this sample on one line, where its comment would swallow all of it.
    fn definition(&self) -> String {
        self.for_us(DEFINITION).replace("// load jquery ", "// load jquery\n")
    }

    fn set_request(&self, id: &str) -> String {
        self.for_us(SET_REQUEST).replace(PLACEHOLDER, id)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documents_jquery_samples_are_done_on_a_page_whose_origin_is_listed() {
    in_a_browser(async |browser| {
        let (first, second) = (Customer::new().await, Customer::new().await);
        let service = Service::listing(&[&first.origin, &second.origin]).await;
        let ended = first.run(browser, service.definition()).await;
        let id = ended["printed"][0]["id"].as_str().unwrap_or_else(|| panic!("{ended:#}")).to_owned();
        let documented = json!({
            "id": id,
            "mailAddress": ADDRESS,
            "statusCode": 0,
            "isVerifiedMailAddress": false,
            "passwordValidityPeriod": 0,
            "ipFilterGroupName": "ipFilterGroupName",
            "memo": "memo",
        });
        let location = format!("/api/v2/accounts/definition/{id}");
        let expected = json!({ "how": "done", "status": 201, "location": location, "printed": [documented] });
        assert_eq!(ended, expected);

        let ended = second.run(browser, service.set_request(&id)).await;
        let expected = json!({ "how": "done", "status": 204, "location": null, "printed": [null] });
        assert_eq!(ended, expected);
        assert!(service.mailer.last_link_to(&email(ADDRESS)).is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documents_jquery_samples_fail_on_a_page_whose_origin_is_not_listed_and_nothing_happens() {
    in_a_browser(async |browser| {
        let customers = [Customer::new().await, Customer::new().await];
        let service = Service::listing(&["https://app.example"]).await;
        for (customer, sample) in
            customers.into_iter().zip([service.definition(), service.set_request(PLACEHOLDER)])
        {
            let ended = customer.run(browser, sample).await;
            let expected =
                json!({ "how": "fail", "status": 0, "location": null, "printed": [{ "failed": 0 }] });
            assert_eq!(ended, expected);
        }
        let admin = service.accounts.admin(Actor::parse("staff").unwrap());
        assert!(admin.account_by_email(&email(ADDRESS)).await.unwrap().is_none());
    })
    .await;
}
