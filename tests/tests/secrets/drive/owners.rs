//! What a signed-in person does, and the bearers of the links that came of it.

use accountable::{
    DeliveryOptions, MailOptions, NewAccount,
    domain::{AccountId, Epoch, MailedCode, Origin, SessionStamp, Span},
};

use super::{BETTER, GOOD, WRONG, World, email, typed};

/// Of [`super::ADDRESSES`]: whose account it is, and the address wanted.
const OWN: usize = 4;
const WANTED: usize = 5;

impl World {
    /// A change of address asked for, cancelled in both ways, confirmed, taken back; and an account closed by its owner.
    pub(super) async fn owners_change_addresses(&self) {
        let stamp = self.signed_in(OWN, GOOD).await;
        let forged = MailedCode::new(&stamp.account.to_string(), &"A".repeat(43));
        for by_code in [true, false] {
            self.wants(stamp, GOOD).await;
            if by_code {
                self.said.outcome(&self.public("192.0.2.40").cancel_email_change(&self.code(OWN)).await);
            } else {
                let owner = self.accounts.owner(stamp, Origin::Unknown);
                self.said.outcome(&owner.cancel_email_change().await);
                self.said.outcome(&owner.cancel_email_change().await);
            }
            self.clock.advance(Span::hours(1));
        }
        self.wants(stamp, WRONG).await;
        self.wants(stamp, GOOD).await;
        let owner = self.accounts.owner(stamp, Origin::Unknown);
        self.said.outcome(&owner.confirm_email(&forged).await);
        let code = self.code(WANTED);
        let stamp = owner.confirm_email(&code).await.unwrap().stamp;
        self.said.outcome(&owner.confirm_email(&code).await);
        self.accounts.sweep(100).await.unwrap();
        let public = self.public("192.0.2.41");
        let revert = self.code(OWN);
        self.said.outcome(&public.inspect_code(&revert).await);
        for code in [&forged, &revert, &revert] {
            self.said.outcome(&public.revert_email_change(code).await);
        }
        self.said.outcome(&self.accounts.owner(stamp, Origin::Unknown).end_sessions().await);
        self.accounts.sweep(100).await.unwrap();
        self.said.outcome(&public.choose_password(&self.code(OWN), &typed(BETTER)).await);
        let stamp = self.granted(OWN, BETTER).await;
        let renewed = self.accounts.owner(stamp, Origin::Unknown).end_sessions().await;
        self.said.outcome(&renewed);
        let owner = self.accounts.owner(renewed.unwrap().stamp, Origin::Unknown);
        self.said.outcome(&owner.close().await);
        self.owners_doors(stamp.account).await;
        self.said.outcome(&self.accounts.sweep(100).await);
    }

    async fn signed_in(&self, at: usize, chosen: &str) -> SessionStamp {
        let id = self.admin().register(NewAccount::new(email(at))).await.unwrap().id;
        let delivered = self.admin().request_password_set(id, DeliveryOptions::default()).await;
        self.said.outcome(&delivered);
        self.public("192.0.2.42").choose_password(&self.code(at), &typed(chosen)).await.unwrap();
        self.granted(at, chosen).await
    }

    async fn granted(&self, at: usize, password: &str) -> SessionStamp {
        match self.public("192.0.2.43").authenticate(&email(at), &typed(password), None).await.unwrap() {
            accountable::Authentication::Granted { stamp, .. } => stamp,
            other => panic!("{other:?}"),
        }
    }

    async fn wants(&self, stamp: SessionStamp, current: &str) {
        let owner = self.accounts.owner(stamp, Origin::Unknown);
        let mail = MailOptions::default();
        self.said.outcome(&owner.request_email_change(&typed(current), &email(WANTED), &mail).await);
        self.said.outcome(&self.accounts.sweep(100).await);
    }

    /// Each command of an owner's and of a link's bearer, whatever comes of it.
    pub(super) async fn owners_doors(&self, id: AccountId) {
        let stamp = SessionStamp { account: id, epoch: Epoch::default() };
        let owner = self.accounts.owner(stamp, Origin::Unknown);
        let public = self.public("198.51.100.9");
        let code = MailedCode::new(&id.to_string(), &"A".repeat(43));
        let mail = MailOptions::default();
        self.said.outcome(&owner.request_email_change(&typed(GOOD), &email(WANTED), &mail).await);
        self.said.outcome(&owner.confirm_email(&code).await);
        self.said.outcome(&owner.cancel_email_change().await);
        self.said.outcome(&owner.end_sessions().await);
        self.said.outcome(&owner.close().await);
        self.said.outcome(&public.cancel_email_change(&code).await);
        self.said.outcome(&public.revert_email_change(&code).await);
        self.said.outcome(&public.sign_up(&email(6), mail, None).await);
    }
}
