//! A stranger's sign-up stands in nobody's way: it yields its address to whoever has more right to it, and a command of
//! staff makes it staff's own.

use accountable_core::{
    AccountChanges, DeliveryOptions, Import, MailList, MailOptions, NewAccount,
    domain::{
        AccountId, Carried, CodeState, EmailAddress, EventKind, Management, Memo, Purpose, Span,
        SuspensionReason,
    },
};
use accountable_memory::Answer;
use futures_util::{StreamExt as _, stream};
use tokio::{runtime::Handle, task::block_in_place};

use crate::{
    doors::world::{BETTER, GOOD, World, code_of, email, on_each_store, password},
    race::{race, rounds},
};

const ADA: &str = "ada@example.com";
const SQUATTED: &str = "c0@customer.example";

/// A stranger signs an address up, and its link is mailed.
pub(crate) async fn squatted(world: &World, address: &str) -> AccountId {
    let _ = world.public().sign_up(&email(address), MailOptions::default(), None).await.unwrap();
    world.sweep().await;
    holder(world, address).await.expect("a sign-up")
}

/// Who has an address.
async fn holder(world: &World, address: &str) -> Option<AccountId> {
    world.admin().account_by_email(&email(address)).await.unwrap().map(|view| view.id)
}

/// How each command that takes an address ends; whose it is in the end, if it was taken.
const TAKERS: [&str; 6] = ["register", "import", "import_many", "update", "replace_email", "confirm_email"];

async fn take(world: &World, how: &str, address: &EmailAddress) -> Result<AccountId, &'static str> {
    let admin = world.admin();
    let new = NewAccount::new(address.clone());
    let id = match holder(world, ADA).await {
        Some(id) => id,
        None => world.in_use(ADA, GOOD).await,
    };
    let taken = match how {
        "register" => admin.register(new).await,
        "import" => admin.import(Import::new(new)).await,
        "import_many" => {
            let imported: Vec<_> = admin.import_many(stream::iter([Import::new(new)])).collect().await;
            imported.into_iter().next().unwrap()
        }
        "update" => admin.update(id, &AccountChanges::default().with_email(address.clone())).await,
        "replace_email" => admin.replace_email(id, address).await,
        "confirm_email" => {
            let owner = world.signed_in(ADA, GOOD).await;
            owner.request_email_change(&password(GOOD), address, &MailOptions::default()).await.unwrap();
            world.sweep().await;
            let Some(link) = world.mailer.last_link_to(address) else { return Err("no code") };
            return match owner.confirm_email(&code_of(&link)).await {
                Ok(renewed) => Ok(renewed.stamp.account),
                Err(error) => Err(error.code()),
            };
        }
        other => panic!("{other}"),
    };
    taken.map(|view| view.id).map_err(|error| error.code())
}

/// The commands of staff on one account that leave it there.
const COMMANDS: [&str; 11] = [
    "update",
    "replace_email",
    "request_password_set",
    "issue_code",
    "assign_password",
    "change_password_management",
    "suspend",
    "reinstate",
    "unlock",
    "end_sessions",
    "reopen",
];

/// Runs so many at once, each on an operating-system thread of its own.
fn raced<T: Send, F: Future<Output = T>>(
    seed: u64,
    threads: usize,
    act: impl Fn(usize) -> F + Sync,
) -> Vec<T> {
    let here = Handle::current();
    block_in_place(|| race(seed, threads, |thread| here.block_on(act(thread))))
}

on_each_store! {
    __doors_yielding in yielding;
    async fn a_sign_up_yields_its_address_to_whoever_has_more_right_to_it(world) {
        for (at, how) in TAKERS.into_iter().enumerate() {
            let address = format!("c{at}@customer.example");
            let squatter = squatted(&world, &address).await;
            let link = world.mailed_code(&address);
            let taken = take(&world, how, &email(&address)).await;
            assert!(matches!(taken, Ok(id) if id != squatter), "{how}: {taken:?}");
            assert_eq!(holder(&world, &address).await, taken.ok(), "{how}");
            assert!(world.admin().account(squatter).await.unwrap().is_none(), "{how}");
            assert_eq!(world.public().inspect_code(&link).await.unwrap(), CodeState::Invalid, "{how}");
            assert!(world.public().choose_password(&link, &password(BETTER)).await.is_err(), "{how}");
            let told: Vec<_> = world.history(squatter).await.into_iter().map(|event| format!("{:?}", event.what)).collect();
            assert!(told.iter().any(|what| what == "SignUpYielded"), "{how}: {told:?}");
        }
    }

    /// The scenario that customers met: what staff worked on was erased under its hands.
    async fn what_staff_worked_on_is_not_purged(world) {
        let id = squatted(&world, SQUATTED).await;
        world.clock.advance(Span::days(5));
        let memo = Memo::parse("called on Tuesday").unwrap();
        world.admin().update(id, &AccountChanges::default().with_memo(memo)).await.unwrap();
        world.clock.advance(Span::hours(46));
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        world.clock.advance(Span::hours(3));
        world.sweep().await;
        assert_eq!(world.admin().account(id).await.unwrap().map(|view| view.attributes.memo.as_str().to_owned()), Some("called on Tuesday".to_owned()));
        world.public().choose_password(&world.mailed_code(SQUATTED), &password(GOOD)).await.unwrap();
    }

    /// Whoever asks for it, the address was staff's or an owner's before: nothing yields.
    async fn only_a_sign_up_yields(world) {
        world.in_use("used@example.com", GOOD).await;
        world.register("staffs@example.com").await;
        let adopted = squatted(&world, "adopted@example.com").await;
        world.admin().update(adopted, &AccountChanges::default()).await.unwrap();
        squatted(&world, "proven@example.com").await;
        world.public().choose_password(&world.mailed_code("proven@example.com"), &password(GOOD)).await.unwrap();
        for address in ["used@example.com", "staffs@example.com", "adopted@example.com", "proven@example.com"] {
            let before = holder(&world, address).await;
            for how in ["register", "import", "update", "replace_email"] {
                assert_eq!(take(&world, how, &email(address)).await, Err("email_taken"), "{address}: {how}");
            }
            assert_eq!(holder(&world, address).await, before, "{address}");
        }
    }

    /// A command that is refused for another reason takes nobody's address.
    async fn what_would_not_succeed_lets_nothing_yield(world) {
        let squatter = squatted(&world, SQUATTED).await;
        let id = world.in_use(ADA, GOOD).await;
        let stale = AccountChanges::default().if_version(accountable_core::domain::Version::new(99)).with_email(email(SQUATTED));
        assert_eq!(world.admin().update(id, &stale).await.unwrap_err().code(), "version_mismatch");
        let group = accountable_core::domain::IpFilterGroupName::parse("nowhere").unwrap();
        let new = NewAccount::new(email(SQUATTED)).with_ip_filter_group(Some(group));
        assert_eq!(world.admin().register(new).await.unwrap_err().code(), "unknown_ip_filter_group");
        world.admin().close(id).await.unwrap();
        assert_eq!(world.admin().replace_email(id, &email(SQUATTED)).await.unwrap_err().code(), "account_closed");
        assert_eq!(holder(&world, SQUATTED).await, Some(squatter));
    }

    /// What is known of the address itself is the new account's from now on.
    async fn the_record_of_the_address_stays(world) {
        world.mailer.answer(email(SQUATTED), Answer::NoSuchMailbox);
        squatted(&world, SQUATTED).await;
        world.admin().register(NewAccount::new(email(SQUATTED))).await.unwrap();
        let suppressed = world.admin().suppressions(None, 10).await.unwrap().items;
        assert_eq!(suppressed.len(), 1);
        let id = holder(&world, SQUATTED).await.unwrap();
        let refused = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap_err();
        assert_eq!(refused.code(), "address_undeliverable");
    }

    /// The mails of a sign-up that yields go with it: they are for nobody.
    async fn its_mails_go_with_it(world) {
        world.mailer.answer(email(SQUATTED), Answer::Transient);
        let squatter = squatted(&world, SQUATTED).await;
        let of = MailList::OfAccount { account: squatter, after: None };
        assert_eq!(world.admin().mails(&of, 10).await.unwrap().items.len(), 1);
        world.register(SQUATTED).await;
        assert_eq!(world.admin().mails(&of, 10).await.unwrap().items.len(), 0);
        world.mailer.answer(email(SQUATTED), Answer::Accept);
        world.clock.advance(Span::hours(1));
        world.sweep().await;
        assert_eq!(world.post_of(SQUATTED), []);
    }

    /// Of many who want a squatted address at once one gets it, and the sign-up is erased once.
    async fn of_many_who_take_a_squatted_address_one_gets_it(world) {
        for seed in rounds(8) {
            let address = format!("c{seed}@customer.example");
            let squatter = squatted(&world, &address).await;
            let movers = [world.register(&format!("m0-{seed}@example.com")).await, world.register(&format!("m1-{seed}@example.com")).await];
            let outcomes = raced(seed, 4, |thread| {
                let (admin, address) = (world.admin(), email(&address));
                async move {
                    let taken = match thread {
                        0 | 1 => admin.register(NewAccount::new(address)).await,
                        _ => admin.replace_email(movers[thread - 2], &address).await,
                    };
                    taken.map(|view| view.id).map_err(|error| error.code())
                }
            });
            let won: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.ok()).collect();
            assert_eq!(won.len(), 1, "{outcomes:?}");
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err("email_taken"))), "{outcomes:?}");
            assert_eq!(holder(&world, &address).await, Some(won[0]));
            let yielded = world.history(squatter).await.into_iter().filter(|event| event.what == EventKind::SignUpYielded);
            assert_eq!(yielded.count(), 1);
        }
    }

    /// Proven while somebody takes its address: either it is its owner's, or it was gone before; never both.
    async fn a_sign_up_that_is_proven_meanwhile_is_lost_to_nobody(world) {
        for seed in rounds(16) {
            let address = format!("c{seed}@customer.example");
            let squatter = squatted(&world, &address).await;
            let code = world.mailed_code(&address);
            let outcomes = raced(seed, 3, |thread| {
                let (admin, public, address, code) = (world.admin(), world.public(), email(&address), code.clone());
                async move {
                    match thread {
                        0 => public.choose_password(&code, &password(GOOD)).await.is_ok(),
                        _ => admin.register(NewAccount::new(address)).await.is_ok(),
                    }
                }
            });
            assert_eq!(outcomes.iter().filter(|done| **done).count(), 1, "{outcomes:?}");
            let now = holder(&world, &address).await.unwrap();
            assert_eq!(now == squatter, outcomes[0]);
            assert_eq!(world.log_in(&address, GOOD).await.is_ok(), outcomes[0]);
        }
    }

    /// Any command of staff on one account, also where it finds nothing to change.
    async fn each_command_of_staff_makes_a_sign_up_staffs_own(world) {
        for (at, command) in COMMANDS.into_iter().enumerate() {
            let address = format!("u{at}@example.com");
            let id = squatted(&world, &address).await;
            world.clock.advance(Span::seconds(601));
            let (admin, options) = (world.admin(), DeliveryOptions::default());
            match command {
                "update" => admin.update(id, &AccountChanges::default().with_locale(None)).await.map(drop),
                "replace_email" => admin.replace_email(id, &email(&format!("moved{at}@example.com"))).await.map(drop),
                "request_password_set" => admin.request_password_set(id, options).await.map(drop),
                "issue_code" => admin.issue_code(id, Purpose::PasswordSet, &MailOptions::default()).await.map(drop),
                "assign_password" => admin.assign_password(id, &password(GOOD)).await,
                "change_password_management" => admin.change_password_management(id, Management::Administrator, options).await.map(drop),
                "suspend" => admin.suspend(id, &SuspensionReason::parse("odd").unwrap()).await.map(drop),
                "reinstate" => admin.reinstate(id).await.map(drop),
                "unlock" => admin.unlock(id).await.map(drop),
                "end_sessions" => admin.end_sessions(id).await.map(drop),
                "reopen" => admin.reopen(id).await.map(drop),
                other => panic!("{other}"),
            }
            .unwrap();
            world.clock.advance(Span::days(20));
            world.sweep().await;
            assert!(world.admin().account(id).await.unwrap().is_some(), "{command}");
            let taken = world.admin().register(NewAccount::new(world.view(id).await.email)).await;
            assert_eq!(taken.unwrap_err().code(), "email_taken", "{command}");
            let told = world.history(id).await;
            let adopted = told.iter().filter(|event| event.what == EventKind::SignUpAdopted).count();
            assert_eq!(adopted, usize::from(command != "assign_password"), "{command}: its event says so");
        }
    }

    async fn what_is_refused_or_read_or_done_to_many_adopts_nothing(world) {
        let id = squatted(&world, SQUATTED).await;
        // Staff's own link would not be refused: strangers' mails hold back none of staff's.
        let refused = world.admin().request_email_proof(id, DeliveryOptions::default()).await.unwrap_err();
        assert_eq!(refused.code(), "code_not_expected");
        let stale = AccountChanges::default().if_version(accountable_core::domain::Version::new(99));
        assert_eq!(world.admin().update(id, &stale).await.unwrap_err().code(), "version_mismatch");
        world.view(id).await;
        world.admin().reseal(100).await.unwrap();
        world.admin().clear_suppression(&email(SQUATTED)).await.unwrap();
        world.clock.advance(Span::days(7));
        world.sweep().await;
        assert!(world.admin().account(id).await.unwrap().is_none());
    }

    /// A link that was mailed works until the end that its mail names, whenever the sign-up would be purged.
    async fn no_purge_comes_before_the_last_code_ends(world) {
        let id = squatted(&world, SQUATTED).await;
        world.clock.advance(Span::hours(7 * 24 - 2));
        squatted(&world, SQUATTED).await;
        let code = world.mailed_code(SQUATTED);
        world.clock.advance(Span::micros(Span::hours(24).as_micros() - 1));
        world.sweep().await;
        assert!(matches!(world.public().inspect_code(&code).await.unwrap(), CodeState::Live { .. }));
        assert!(world.admin().account(id).await.unwrap().is_some());
        world.clock.advance(Span::micros(1));
        world.sweep().await;
        assert!(world.admin().account(id).await.unwrap().is_none());
    }

    /// Each repeat brings its own, and each link hands over what it was mailed with: nobody puts theirs under another's.
    async fn what_a_sign_up_carries_hangs_on_its_own_link(world) {
        let asks = async |carried: Option<&str>| {
            let carried = carried.map(|text| Carried::new(text).unwrap());
            let _ = world.public().sign_up(&email(SQUATTED), MailOptions::default(), carried).await.unwrap();
            world.sweep().await;
            let link = world.mailer.last_link_to(&email(SQUATTED)).unwrap();
            world.clock.advance(Span::seconds(600));
            link
        };
        let shown = async |link: &str| match world.public().inspect_code(&code_of(link)).await.unwrap() {
            CodeState::Live { carried, .. } => carried.map(|carried| String::from_utf8(carried.as_bytes().to_vec()).unwrap()),
            state => panic!("{state:?}"),
        };
        let ada = asks(Some("Ada")).await;
        let eve = asks(Some("Eve")).await;
        let plain = asks(None).await;
        assert!(ada != eve && ada != plain && eve != plain);
        assert_eq!(asks(Some("Ada")).await, ada, "the same again is the same link");
        assert_eq!(asks(None).await, plain);
        for (link, carries) in [(&ada, Some("Ada")), (&eve, Some("Eve")), (&plain, None)] {
            assert_eq!(shown(link).await.as_deref(), carries);
        }
        // More than are kept: the link works, and carries nothing.
        for at in 0..6 {
            let link = asks(Some(&format!("Eve {at}"))).await;
            assert_eq!(shown(&link).await, Some(format!("Eve {at}")));
        }
        assert_eq!(asks(Some("one too many")).await, plain);
        assert_eq!(shown(&ada).await.as_deref(), Some("Ada"), "and takes nobody else's");
        world.public().choose_password(&code_of(&ada), &password(GOOD)).await.unwrap();
        for link in [&ada, &eve, &plain] {
            let state = world.public().inspect_code(&code_of(link)).await.unwrap();
            assert_eq!(state, CodeState::Used { purpose: Purpose::PasswordSet, return_url: None }, "redeeming one ends all");
            assert!(world.public().choose_password(&code_of(link), &password(BETTER)).await.is_err());
        }
    }

    /// A code that staff mails, or hands to the host, is no stranger's: it carries nothing.
    async fn staffs_codes_carry_nothing(world) {
        let carried = Carried::new("Eve").unwrap();
        let _ = world.public().sign_up(&email(SQUATTED), MailOptions::default(), Some(carried)).await.unwrap();
        world.sweep().await;
        let strangers = world.mailer.last_link_to(&email(SQUATTED)).unwrap();
        let id = holder(&world, SQUATTED).await.unwrap();
        world.clock.advance(Span::seconds(600));
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let staffs = world.mailer.last_link_to(&email(SQUATTED)).unwrap();
        let issued = world.admin().issue_code(id, Purpose::PasswordSet, &MailOptions::default()).await.unwrap();
        assert_eq!(issued.link.expose(), staffs);
        assert_ne!(staffs, strangers);
        let state = world.public().inspect_code(&code_of(&staffs)).await.unwrap();
        assert!(matches!(state, CodeState::Live { carried: None, .. }), "{state:?}");
    }

    /// Nor does a mail that staff queues again take what another stranger's link hands over.
    async fn a_link_that_is_queued_again_carries_nobody_elses(world) {
        let asks = async |carried: &str| {
            let carried = Carried::new(carried).unwrap();
            let _ = world.public().sign_up(&email(SQUATTED), MailOptions::default(), Some(carried)).await.unwrap();
            world.sweep().await;
        };
        world.mailer.answer_all(Answer::Transient);
        asks("Ada").await;
        world.clock.advance(Span::hours(25));
        world.sweep().await;
        let given_up = world.admin().mails(&MailList::Dead { after: None }, 10).await.unwrap().items.pop().unwrap();
        world.mailer.answer_all(Answer::Accept);
        asks("Eve").await;
        let eves = world.mailer.last_link_to(&email(SQUATTED)).unwrap();
        world.admin().requeue_mail(given_up.id).await.unwrap();
        world.sweep().await;
        let again = world.mailer.last_link_to(&email(SQUATTED)).unwrap();
        assert_ne!(again, eves);
        let state = world.public().inspect_code(&code_of(&again)).await.unwrap();
        assert!(matches!(state, CodeState::Live { carried: None, .. }), "{state:?}");
    }
}
