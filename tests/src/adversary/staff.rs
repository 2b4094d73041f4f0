//! Staff at its ordinary work: on the account, and on addresses that strangers were at before.

use accountable_core::{
    AccountChanges, Delivery, DeliveryOptions, Import, NewAccount,
    domain::{EmailAddress, StandingKind, SuspensionReason},
};

use super::life::Life;

impl Life {
    pub(super) async fn staff_acts(&mut self) {
        match self.dice.below(4) {
            0 => self.staff_takes_an_address(false).await,
            1 => self.staff_takes_an_address(true).await,
            2 => self.staff_moves_an_account().await,
            _ => self.staff_tends_the_account().await,
        }
    }

    /// What staff may do to an address it may do whatever strangers did there before.
    async fn staff_takes_an_address(&mut self, imports: bool) {
        let address = self.new_address("grace");
        self.strangers_are_at(&address).await;
        self.say(format!("staff registers {}", address.as_str()));
        let new = NewAccount::new(address.clone());
        let made = match imports {
            true => self.world.admin().import(Import::new(new)).await,
            false => self.world.admin().register(new).await,
        };
        let id = made.unwrap_or_else(|why| panic!("{}: {why:?}", address.as_str())).id;
        self.forgets(&address);
        self.strangers_are_at(&address).await;
        let asked = self.world.admin().request_password_set(id, DeliveryOptions::default()).await;
        let delivery = asked.unwrap_or_else(|why| panic!("a link to {}: {why:?}", address.as_str()));
        match self.mail_is_away() {
            true => assert_ne!(delivery, Delivery::Delivered),
            false => assert!(!matches!(delivery, Delivery::Undeliverable(_)), "{delivery:?}"),
        }
        self.sweep().await;
    }

    async fn staff_moves_an_account(&mut self) {
        let (from, to) = (self.new_address("joan"), self.new_address("joan"));
        let id = self.world.admin().register(NewAccount::new(from)).await.unwrap().id;
        self.strangers_are_at(&to).await;
        self.say(format!("staff moves an account to {}", to.as_str()));
        let moved = match self.dice.one_in(2) {
            true => self.world.admin().replace_email(id, &to).await,
            false => self.world.admin().update(id, &AccountChanges::default().with_email(to.clone())).await,
        };
        moved.unwrap_or_else(|why| panic!("{}: {why:?}", to.as_str()));
        self.forgets(&to);
    }

    /// What yields to staff is promised no more.
    fn forgets(&mut self, address: &EmailAddress) {
        self.held.retain(|held| held.to.key() != address.key());
    }

    async fn staff_tends_the_account(&mut self) {
        let (admin, id) = (self.world.admin(), self.id);
        // All but the first end sessions, and with them what a device is known by.
        let most = if self.owner.reads_mail { 6 } else { 2 };
        match self.dice.below(most) {
            0 => drop(admin.unlock(id).await.unwrap()),
            1 => drop(admin.clear_suppression(&self.owner.mailbox).await.unwrap()),
            2 => {
                drop(admin.end_sessions(id).await.unwrap());
                self.owner.device = None;
            }
            3 => {
                self.staff_suspends().await;
                self.strangers_do_one_thing().await;
                self.sweep().await;
                self.staff_opens().await;
                self.owner.device = None;
            }
            4 => {
                let to = self.new_address("ada");
                self.strangers_are_at(&to).await;
                drop(admin.replace_email(id, &to).await.unwrap());
                self.forgets(&to);
                self.owner.mailbox = to;
                (self.owner.password, self.owner.device, self.owner.proven_at) = (None, None, None);
            }
            _ => {
                drop(admin.close(id).await.unwrap());
                self.what_was_ended_is_forgotten().await;
                self.strangers_do_one_thing().await;
                self.sweep().await;
                drop(admin.reopen(id).await.unwrap());
                self.owner.device = None;
            }
        }
        self.say("staff tends the account");
        self.what_was_ended_is_forgotten().await;
    }

    async fn staff_suspends(&mut self) {
        let reason = SuspensionReason::parse("unpaid").unwrap();
        self.say("staff suspends");
        let _ = self.world.admin().suspend(self.id, &reason).await;
        self.what_was_ended_is_forgotten().await;
    }

    /// A suspension, or its end.
    pub(super) async fn staff_shuts_or_opens(&mut self) {
        match self.dice.one_in(2) {
            true => self.staff_suspends().await,
            false => self.staff_opens().await,
        }
    }

    /// Ends a suspension; what is closed stays so.
    pub(super) async fn staff_opens(&mut self) {
        if self.world.view(self.id).await.standing == StandingKind::Suspended {
            self.say("staff reinstates");
            drop(self.world.admin().reinstate(self.id).await.unwrap());
            self.what_was_ended_is_forgotten().await;
            self.sweep().await;
        }
    }
}
