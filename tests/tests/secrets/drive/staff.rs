//! What staff does beside registering and assigning: standing, addresses, imports, the outbox, lists, groups, keys.

use accountable::{
    DeliveryOptions, MailOptions, NewAccount,
    domain::{
        AccountId, FeedbackTag, IpFilterGroupName, Locale, MailId, Management, Memo, Purpose, Report,
        SuspensionReason, Undeliverable,
    },
    port::{AccountFilter, PasswordHasher as _},
    testing::Answer,
};
use accountable_core::{AccountChanges, AccountList, AccountsPage, Import, ImportedPassword, MailList};
use futures_util::{StreamExt as _, stream};

use super::{ADDRESSES, GOOD, MEMO, World, email, typed};

/// Of [`super::ADDRESSES`].
const IMPORTED: usize = 7;
const SIGNED_UP: usize = 6;

impl World {
    /// Once as it should go, and again where it is refused.
    pub(super) async fn staff_commands(&self) {
        let id = self.imports().await;
        self.strangers_sign_up().await;
        let _ = self.accounts.sweep(100).await.unwrap();
        self.codes_are_issued(id).await;
        self.mail_comes_back(id).await;
        for _ in 0..2 {
            self.staffs_doors(id).await;
        }
        let gone = AccountId::from_bytes([9; 16]);
        self.staffs_doors(gone).await;
        self.said.outcome(&self.admin().erase(gone).await);
        // The account itself last: of one that is erased there is nothing more to be said.
        self.said.outcome(&self.admin().close(id).await);
        self.said.outcome(&self.admin().erase(id).await);
        self.staffs_doors(id).await;
    }

    async fn imports(&self) -> AccountId {
        let hash = self.hasher.hash(&typed(GOOD)).await.unwrap();
        let of = |hash: &str| {
            let new = NewAccount::new(email(IMPORTED)).with_memo(Memo::parse(MEMO).unwrap());
            Import::new(new).proven().with_password(ImportedPassword::new(hash))
        };
        let all = [of("$no$hash$at$all"), of(hash.expose()), of(hash.expose())];
        self.said.debug(&all);
        let outcomes: Vec<_> = self.admin().import_many(stream::iter(all)).collect().await;
        outcomes.iter().for_each(|outcome| self.said.outcome(outcome));
        let [.., Ok(view), Err(taken)] = &outcomes[..] else { panic!("{outcomes:?}") };
        assert_eq!(taken.code(), "email_taken");
        self.said.view(view);
        self.said
            .outcome(&self.public("192.0.2.50").authenticate(&email(IMPORTED), &typed(GOOD), None).await);
        view.id
    }

    async fn strangers_sign_up(&self) {
        let mail = MailOptions::default().with_locale(Locale::parse("fr").unwrap());
        for at in [SIGNED_UP, SIGNED_UP, 0] {
            let outcome = self.public("192.0.2.51").sign_up(&email(at), mail.clone(), None).await;
            self.said.outcome(&outcome);
            self.said.outcome(&self.accounts.sweep(100).await);
        }
    }

    async fn codes_are_issued(&self, id: AccountId) {
        let admin = self.admin();
        for purpose in Purpose::ALL {
            let outcome = admin.issue_code(id, purpose, &MailOptions::default()).await;
            self.said.outcome(&outcome);
            if let Ok(issued) = outcome {
                self.issued.lock().unwrap().push(issued.link.expose().to_owned());
            }
        }
        for to in [Management::Administrator, Management::Owner, Management::Administrator] {
            let options = DeliveryOptions::default().bypassing_the_throttle();
            self.said.outcome(&admin.change_password_management(id, to, options).await);
        }
    }

    /// A mail that is given up, queued again and cancelled; and what its server says of others.
    async fn mail_comes_back(&self, id: AccountId) {
        let admin = self.admin();
        let forged = FeedbackTag::new(&"a".repeat(61));
        let genuine = self.mailer.attempts().into_iter().find_map(|(letter, _)| letter.feedback).unwrap();
        for (tag, report) in [
            (&forged, Report::Complained),
            (&genuine, Report::Delayed),
            (&genuine, Report::Complained),
            (&genuine, Report::Bounced(Undeliverable::Rejected)),
        ] {
            self.said.debug(tag);
            self.said.outcome(&admin.report(tag, report, "550 5.1.1").await);
        }
        self.mailer.answer(email(IMPORTED), Answer::Rejected);
        let options = DeliveryOptions::default().bypassing_the_throttle();
        self.said.outcome(&admin.change_password_management(id, Management::Owner, options).await);
        let dead = admin.mails(&MailList::Dead { after: None }, 10).await.unwrap();
        assert!(!dead.items.is_empty(), "no mail was given up");
        for mail in dead.items {
            for _ in 0..2 {
                self.said.outcome(&admin.requeue_mail(mail.id).await);
            }
            self.said.outcome(&admin.cancel_mail(mail.id).await);
        }
        self.mailer.answer(email(IMPORTED), Answer::Accept);
    }

    /// Each command of staff's, whatever comes of it.
    pub(super) async fn staffs_doors(&self, id: AccountId) {
        let admin = self.admin();
        let office = IpFilterGroupName::parse("office").unwrap();
        let networks = vec!["192.0.2.0/24".parse().unwrap()];
        self.said.outcome(&admin.define_ip_filter_group(&office, networks).await);
        let changes = AccountChanges::default()
            .with_memo(Memo::parse(MEMO).unwrap())
            .with_ip_filter_group(Some(office.clone()));
        self.said.debug(&changes);
        self.said.outcome(&admin.update(id, &changes).await);
        self.said.outcome(&admin.remove_ip_filter_group(&office).await);
        self.said.outcome(&admin.update(id, &AccountChanges::default().with_ip_filter_group(None)).await);
        self.said.outcome(&admin.remove_ip_filter_group(&office).await);
        self.said.outcome(&admin.ip_filter_groups(None, 10).await);
        let address = AccountChanges::default().with_email(email(0));
        self.said.debug(&address);
        self.said.outcome(&admin.update(id, &address).await);
        self.said.outcome(&admin.replace_email(id, &email(0)).await);
        self.said.outcome(&admin.suspend(id, &SuspensionReason::parse("staff:7").unwrap()).await);
        self.said.outcome(&admin.reinstate(id).await);
        self.said.outcome(&admin.unlock(id).await);
        self.said.outcome(&admin.end_sessions(id).await);
        self.said.outcome(&admin.close(id).await);
        self.said.outcome(&admin.reopen(id).await);
        self.said.outcome(&admin.issue_code(id, Purpose::PasswordSet, &MailOptions::default()).await);
        let management = Management::Administrator;
        self.said
            .outcome(&admin.change_password_management(id, management, DeliveryOptions::default()).await);
        self.said.outcome(&admin.requeue_mail(MailId::from_bytes([9; 16])).await);
        self.said.outcome(&admin.cancel_mail(MailId::from_bytes([9; 16])).await);
        self.said.outcome(&admin.import(Import::new(NewAccount::new(email(IMPORTED)))).await);
        self.said.outcome(&admin.clear_suppression(&email(1)).await);
        self.lists(id).await;
    }

    async fn lists(&self, id: AccountId) {
        let admin = self.admin();
        let lists = [
            AccountList::All(AccountFilter::default()),
            AccountList::ByEmail { prefix: ADDRESSES[0].to_owned() },
        ];
        for list in lists {
            self.said.debug(&list);
            self.said.outcome(&admin.count(&list).await);
            let page = admin.accounts(AccountsPage::first(list), 1).await;
            self.said.outcome(&page);
            if let Some(next) = page.ok().and_then(|page| page.next) {
                self.said.outcome(&admin.accounts(next, 1).await);
            }
        }
        for list in [
            MailList::All { after: None },
            MailList::Dead { after: None },
            MailList::OfAccount { account: id, after: None },
        ] {
            self.said.outcome(&admin.mails(&list, 10).await);
        }
        self.said.outcome(&admin.suppressions(None, 10).await);
        self.said.outcome(&admin.keys().await);
        self.said.outcome(&admin.reseal(10).await);
    }
}
