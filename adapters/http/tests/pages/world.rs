//! Accounts in memory, with pages.

use accountable_core::{
    Accounts, Admin, DeliveryOptions, Machine, MailOptions, NewAccount, Public,
    domain::{
        AccountId, Actor, EmailAddress, Incarnation, KeyId, Keyring, LinkUrl, Links, Origin, Password,
        ReturnUrl, Span, Timestamp,
    },
};
use accountable_http::pages::{PagesOptions, router};
use accountable_memory::{
    CountingStore, FaultyStore, InsecureTestHasher, ManualClock, MemoryStore, RecordingMailer, SeededEntropy,
};
use axum::Router;

use crate::browser::Browser;

pub(crate) const PAGE: &str = "https://app.example/account/link";
pub(crate) const SIGN_IN: &str = "https://app.example/sign-in";
pub(crate) const PATH: &str = "/account/link";
pub(crate) const BACK: &str = "https://app.example/home/today?x=1&y=2";
/// A password that the policy accepts.
pub(crate) const GOOD: &str = "plum trombone 42 Quartz!";
/// Another one.
pub(crate) const BETTER: &str = "velvet anchor 77 Dune?";
pub(crate) const ADA: &str = "ada@example.com";

pub(crate) struct World {
    pub(crate) accounts: Accounts,
    pub(crate) clock: ManualClock,
    pub(crate) mailer: RecordingMailer,
    pub(crate) store: CountingStore<FaultyStore<MemoryStore>>,
    pub(crate) router: Router,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::at(PAGE)
    }

    pub(crate) fn at(page: &str) -> Self {
        Self::with(page, |options| options)
    }

    /// With pages that the host has made its own.
    pub(crate) fn with(page: &str, own: impl FnOnce(PagesOptions) -> PagesOptions) -> Self {
        let page = LinkUrl::parse(page).unwrap();
        let links = Links::to(page.clone())
            .allow_return(ReturnUrl::parse("https://app.example/home").unwrap())
            .with_contact("help@app.example".parse().unwrap());
        let clock = ManualClock::new(Timestamp::from_micros(1_767_268_800_000_000));
        let mailer = RecordingMailer::new();
        let store = CountingStore::new(FaultyStore::new(MemoryStore::new(Incarnation::from_bytes([7; 16]))));
        let machine = Machine::new(clock.clone(), SeededEntropy::new(1), InsecureTestHasher::new(1));
        let key = |first: u8| std::array::from_fn(|at| first ^ u8::try_from(at).unwrap());
        let keys = Keyring::new(key(1), KeyId::parse("k1").unwrap(), key(2)).unwrap();
        let accounts = Accounts::builder(machine, store.clone(), mailer.clone(), keys, links);
        let accounts = accounts.patience(Span::seconds(1)).build().unwrap();
        let options = PagesOptions::new(page).of("Example & Sons").with_sign_in(SIGN_IN.parse().unwrap());
        let router = router(accounts.clone(), own(options));
        Self { accounts, clock, mailer, store, router }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    pub(crate) fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff").unwrap())
    }

    pub(crate) fn public(&self) -> Public {
        self.accounts.public(Origin::Unknown)
    }

    /// A new account, and the link to choose its password.
    pub(crate) async fn invited(&self) -> (AccountId, String) {
        let id = self.admin().register(NewAccount::new(email(ADA))).await.unwrap().id;
        let mail = MailOptions::default().with_return_url(ReturnUrl::parse(BACK).unwrap());
        let _ =
            self.admin().request_password_set(id, DeliveryOptions::default().with_mail(mail)).await.unwrap();
        (id, self.link_to(ADA))
    }

    /// An account whose owner has chosen [`GOOD`].
    pub(crate) async fn in_use(&self) -> AccountId {
        let (id, link) = self.invited().await;
        let done = self.browser().opened(&link).await.choose(GOOD).await;
        assert_eq!(done.status, 200, "{}", done.body);
        id
    }

    /// An account whose owner asks for the address `new`.
    pub(crate) async fn changing_to(&self, new: &str) -> AccountId {
        let id = self.in_use().await;
        self.request_change(new, &MailOptions::default()).await;
        id
    }

    /// The owner of the account asks for the address `new`, and to come [`BACK`] from there: the link that confirms it.
    pub(crate) async fn asked_to_change_to(&self, new: &str) -> String {
        let mail = MailOptions::default().with_return_url(ReturnUrl::parse(BACK).unwrap());
        self.request_change(new, &mail).await;
        self.link_to(new)
    }

    async fn request_change(&self, new: &str, mail: &MailOptions) {
        let stamp = match self.public().authenticate(&email(ADA), &password(GOOD), None).await.unwrap() {
            accountable_core::Authentication::Granted { stamp, .. } => stamp,
            other => panic!("{other:?}"),
        };
        let owner = self.accounts.owner(stamp, Origin::Unknown);
        owner.request_email_change(&password(GOOD), &email(new), mail).await.unwrap();
        self.deliver().await;
    }

    pub(crate) async fn deliver(&self) {
        while self.accounts.sweep(100).await.unwrap().next_due.is_some_and(|due| due <= self.now()) {}
    }

    pub(crate) fn now(&self) -> Timestamp {
        use accountable_core::port::Clock as _;
        self.clock.now()
    }

    pub(crate) fn link_to(&self, address: &str) -> String {
        self.mailer.last_link_to(&email(address)).expect("a link was mailed")
    }

    pub(crate) async fn lets_in(&self, address: &str, typed: &str) -> bool {
        let answer = self.public().authenticate(&email(address), &password(typed), None).await.unwrap();
        !matches!(answer, accountable_core::Authentication::Denied(_))
    }
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}
