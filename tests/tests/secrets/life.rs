//! Rich lives, to be erased: accounts of which everything is known that can be known of one, each fact recognisable.

use std::sync::Arc;

use accountable_core::{
    AccountView, Accounts, Admin, Authentication, DeliveryOptions, Machine, MailOptions, NewAccount, Public,
    domain::{
        AccountId, Actor, AddressTag, EmailAddress, KeyId, Keyring, LinkUrl, Links, Locale, MailedCode, Memo,
        Origin, Password, PasswordPolicy, PasswordValidity, QuotaOf, Realm, Report, ReturnUrl, Rules,
        SessionStamp, Span, SuspensionReason, Undeliverable,
    },
    port::Store,
};
use accountable_memory::{Answer, InsecureTestHasher, ManualClock, RecordingMailer, SeededEntropy};

use crate::{
    drive::{last_link, parts},
    scanner::Scanner,
};

/// An address and how else it may be written: composed and decomposed, in capitals and without.
pub(crate) struct Spelled {
    pub(crate) given: &'static str,
    others: [&'static str; 4],
}

/// The one registered with, the one put in its place, the one confirmed after that, the one pending at the end.
pub(crate) const HERS: [Spelled; 4] = [
    Spelled {
        given: "Zeno\u{308}bia.Quimby@m\u{e4}rkers-one.example",
        others: [
            "Zen\u{f6}bia.Quimby",
            "zen\u{f6}bia.quimby",
            "ZENO\u{308}BIA.QUIMBY",
            "m\u{e4}rkers-one.example",
        ],
    },
    Spelled {
        given: "Z.Fishingrod@markers-two.example",
        others: ["z.fishingrod", "Z.FISHINGROD", "MARKERS-TWO.EXAMPLE", "markers-two.example"],
    },
    Spelled {
        given: "Wolpertinger+news@markers-three.example",
        others: ["wolpertinger", "WOLPERTINGER+NEWS", "MARKERS-THREE.EXAMPLE", "markers-three.example"],
    },
    Spelled {
        given: "Elwetritsch@markers-four.example",
        others: ["elwetritsch", "ELWETRITSCH", "MARKERS-FOUR.EXAMPLE", "markers-four.example"],
    },
];
/// Another's, who is suspended and closes the account.
const CLOSED: Spelled = Spelled {
    given: "Rasselbock@markers-five.example",
    others: ["rasselbock", "RASSELBOCK", "MARKERS-FIVE.EXAMPLE", "markers-five.example"],
};
/// One who stays: what is looked for is found where it is.
const STAYS: Spelled = Spelled {
    given: "Kilkenny.Cat@bystanders.example",
    others: ["kilkenny.cat", "KILKENNY.CAT", "BYSTANDERS.EXAMPLE", "bystanders.example"],
};

const MEMO: &str = "drinks oolong on Thursdays";
const MEMO_OF_WHO_STAYS: &str = "feeds the neighbour's cat";
const EVIDENCE: [&str; 4] =
    ["5.1.1 kumquat-evidence", "5.1.1 lychee-evidence", "5.7.1 mango-evidence", "5.1.1 quince-evidence"];
const RETURN: &str = "https://app.example/home/the-corner-of-zenobia";
const REASON: &str = "reported:by-the-neighbour";
const PASSWORDS: [&str; 3] =
    ["plum trombone 42 Quartz!", "velvet anchor 77 Dune?", "walnut cello 19 Harbour;"];

/// Events are kept so long.
pub(crate) const KEPT: Span = Span::days(60);

/// What is looked for, by name: any of its forms counts.
pub(crate) type Marks = Vec<(String, Scanner)>;

/// Accounts in a store, and whose they are.
pub(crate) struct Lives {
    pub(crate) accounts: Accounts,
    pub(crate) clock: ManualClock,
    pub(crate) mailer: RecordingMailer,
    keys: Keyring,
    /// One for all processes: a name of a commit is never drawn twice.
    entropy: SeededEntropy,
    pub(crate) hers: AccountId,
    pub(crate) closed: AccountId,
    pub(crate) stays: AccountId,
}

impl Lives {
    /// The same accounts over the store, opened anew.
    pub(crate) fn over(&mut self, store: Arc<dyn Store>) {
        self.accounts = accounts(store, &self.clock, &self.mailer, &self.keys, &self.entropy);
    }

    /// Nobody's accounts, over no store that could be written.
    pub(crate) fn let_go(&mut self) {
        let nothing = accountable_memory::MemoryStore::new(crate::erasure::LIFE);
        self.over(Arc::new(nothing));
    }

    pub(crate) async fn lived(store: Arc<dyn Store>) -> Self {
        let clock = ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap());
        let mailer = RecordingMailer::new();
        let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(at as u8));
        let keys = Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap();
        let entropy = SeededEntropy::new(42);
        let accounts = accounts(store, &clock, &mailer, &keys, &entropy);
        let nobody = AccountId::from_bytes([0; 16]);
        let mut lives =
            Self { accounts, clock, mailer, keys, entropy, hers: nobody, closed: nobody, stays: nobody };
        lives.stays = lives.in_use(&STAYS).await;
        lives.closed = lives.in_use(&CLOSED).await;
        lives.hers = lives.a_rich_one().await;
        let reason = SuspensionReason::parse(REASON).unwrap();
        lives.admin().suspend(lives.closed, &reason).await.unwrap();
        lives.admin().close(lives.closed).await.unwrap();
        lives
    }

    pub(crate) fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff:7").unwrap())
    }

    fn public(&self) -> Public {
        self.accounts.public(Origin::Ip("192.0.2.7".parse().unwrap()))
    }

    pub(crate) async fn register(&self, spelled: &Spelled) -> AccountView {
        let memo = if spelled.given == STAYS.given { MEMO_OF_WHO_STAYS } else { MEMO };
        let new = NewAccount::new(address(spelled))
            .with_memo(Memo::parse(memo).unwrap())
            .with_locale(Locale::parse("de-CH").unwrap())
            .with_validity(PasswordValidity::days(90).unwrap());
        self.admin().register(new).await.unwrap()
    }

    async fn in_use(&self, spelled: &Spelled) -> AccountId {
        let id = self.register(spelled).await.id;
        self.first_password(id, spelled, PASSWORDS[0]).await;
        id
    }

    async fn first_password(&self, id: AccountId, spelled: &Spelled, chosen: &str) {
        let options = DeliveryOptions::default().bypassing_the_throttle();
        let _ = self.admin().request_password_set(id, options).await.unwrap();
        self.public().choose_password(&self.code(spelled), &typed(chosen)).await.unwrap();
    }

    /// Former addresses, one of them reserved for a while, and a pending one; passwords before; failed log-ins at each address, and
    /// evidence against it; mails that wait, a stranger's request among them.
    async fn a_rich_one(&self) -> AccountId {
        let [first, second, third, fourth] = &HERS;
        let id = self.in_use(first).await;
        // What is reported counts of mails that were queued after the proof.
        self.clock.advance(Span::seconds(1));
        self.admin().replace_email(id, &address(second)).await.unwrap();
        self.first_password(id, second, PASSWORDS[1]).await;
        let stamp = self.log_in(second, PASSWORDS[1]).await;
        self.wants(stamp, third).await;
        let owner = self.accounts.owner(stamp, Origin::Unknown);
        let stamp = owner.confirm_email(&self.code(third)).await.unwrap().stamp;
        let owner = self.accounts.owner(stamp, Origin::Unknown);
        let stamp = owner.change_password(&typed(PASSWORDS[1]), &typed(PASSWORDS[2])).await.unwrap().stamp;
        // One change, one undo: the next is asked for once the old address can no longer be taken back, 72 h after the link
        // that does it was handed over.
        self.accounts.sweep(100).await.unwrap();
        self.clock.advance(Span::hours(72));
        self.wants(stamp, fourth).await;
        for spelled in &HERS {
            for _ in 0..3 {
                let _ = self.public().authenticate(&address(spelled), &typed("wrong"), None).await.unwrap();
            }
        }
        self.mailer.answer_all(Answer::Transient);
        for sweeps in [true, false] {
            let _ =
                self.public().request_password_reset(&address(third), MailOptions::default()).await.unwrap();
            if sweeps {
                self.accounts.sweep(100).await.unwrap();
            }
        }
        for (spelled, evidence) in HERS.iter().zip(EVIDENCE) {
            let tag = self.mailer.last_to(&address(spelled)).unwrap().feedback.unwrap();
            let report = Report::Bounced(Undeliverable::NoSuchMailbox);
            assert!(self.admin().report(&tag, report, evidence).await.unwrap(), "{}", spelled.given);
        }
        id
    }

    async fn wants(&self, stamp: SessionStamp, spelled: &Spelled) {
        self.clock.advance(Span::hours(1));
        let owner = self.accounts.owner(stamp, Origin::Unknown);
        let current = if spelled.given == HERS[2].given { PASSWORDS[1] } else { PASSWORDS[2] };
        let mail = MailOptions::default().with_return_url(ReturnUrl::parse(RETURN).unwrap());
        owner.request_email_change(&typed(current), &address(spelled), &mail).await.unwrap();
        self.accounts.sweep(100).await.unwrap();
    }

    async fn log_in(&self, spelled: &Spelled, password: &str) -> SessionStamp {
        match self.public().authenticate(&address(spelled), &typed(password), None).await.unwrap() {
            Authentication::Granted { stamp, .. } => stamp,
            other => panic!("{other:?}"),
        }
    }

    fn code(&self, spelled: &Spelled) -> MailedCode {
        let (id, code) = parts(&last_link(&self.mailer, &address(spelled)).unwrap());
        MailedCode::new(&id, &code)
    }

    /// All that is personal in the lives that end.
    pub(crate) fn personal(&self, sealed: &[String]) -> Marks {
        let mut marks: Marks =
            HERS.iter().chain([&CLOSED]).map(|spelled| (spelled.given.into(), spellings(spelled))).collect();
        let texts = EVIDENCE.iter().chain([&MEMO, &RETURN, &REASON]);
        marks.extend(texts.map(|text| ((*text).into(), marked(text))));
        marks.extend(sealed.iter().map(|hash| (format!("the sealed hash {hash}"), marked(hash))));
        marks
    }

    /// The names of the records of the addresses, and of the quotas that they counted in.
    pub(crate) fn tags(&self) -> Marks {
        let realm = Realm::default();
        let all = HERS.iter().chain([&CLOSED]).flat_map(|spelled| {
            let address = address(spelled);
            let tag = self.keys.address_tag(&realm, &address);
            let quota = self.keys.quota_tag(&realm, QuotaOf::NewAddress(&address));
            [
                (format!("the tag of {}", spelled.given), marked(tag.as_bytes())),
                (format!("the quota of {}", spelled.given), marked(quota.as_bytes())),
            ]
        });
        all.collect()
    }

    /// The names of the records of the addresses.
    pub(crate) fn address_tags(&self) -> Vec<AddressTag> {
        let all = HERS.iter().chain([&CLOSED, &STAYS]);
        all.map(|spelled| self.keys.address_tag(&Realm::default(), &address(spelled))).collect()
    }

    /// What does not end.
    pub(crate) fn of_who_stays() -> Marks {
        vec![(STAYS.given.into(), spellings(&STAYS)), (MEMO_OF_WHO_STAYS.into(), marked(MEMO_OF_WHO_STAYS))]
    }
}

fn accounts(
    store: Arc<dyn Store>,
    clock: &ManualClock,
    mailer: &RecordingMailer,
    keys: &Keyring,
    entropy: &SeededEntropy,
) -> Accounts {
    let machine = Machine::new(clock.clone(), entropy.clone(), InsecureTestHasher::new(1));
    let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap())
        .allow_return(ReturnUrl::parse("https://app.example/home").unwrap());
    let mut rules = Rules::default();
    rules.journal_kept = Some(KEPT);
    let policy = PasswordPolicy::nist().into_builder().remembering(5).build().unwrap();
    let builder = Accounts::builder(machine, store, mailer.clone(), keys.clone(), links);
    builder.rules(rules).policy(policy).build().unwrap()
}

pub(crate) fn address(spelled: &Spelled) -> EmailAddress {
    EmailAddress::parse(spelled.given).unwrap()
}

fn typed(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn marked(secret: impl AsRef<[u8]>) -> Scanner {
    let mut scanner = Scanner::default();
    scanner.mark("it", secret);
    scanner
}

/// As it was given, as it is mailed to, as it is found by, its parts, and as others may write it.
fn spellings(spelled: &Spelled) -> Scanner {
    let address = address(spelled);
    let key = address.key();
    let (_, folded) = key.as_str().split_once(':').unwrap();
    let mut texts = vec![spelled.given, address.as_str(), address.local_part(), address.domain(), folded];
    texts.extend(spelled.others);
    let mut scanner = Scanner::default();
    for text in texts {
        for text in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
            scanner.mark("it", text);
        }
    }
    scanner
}
