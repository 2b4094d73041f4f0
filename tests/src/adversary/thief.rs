//! A thief: who knows the password, has a session, and reads a mailbox of their own.

use accountable_core::port::Clock as _;
use accountable_core::{
    Authentication, MailOptions, Owner,
    domain::{EmailAddress, Origin, Purpose, Report, SessionStamp, StandingKind, Undeliverable},
};

use super::{
    letters::{Held, is_remedy},
    life::{ADA, Life},
};
use crate::doors::world::{email, password};

/// What a thief has.
#[derive(Default)]
pub(super) struct Thief {
    passwords: Vec<String>,
    stamps: Vec<SessionStamp>,
    mailboxes: Vec<EmailAddress>,
}

impl Life {
    /// The password is known to somebody else from now on.
    pub(super) fn is_robbed(&mut self) {
        self.thief.passwords.extend(self.owner.password.clone());
        self.owner.reads_mail = true;
        self.say("a thief knows the password");
    }

    fn hideout() -> Origin {
        Origin::Ip("198.51.100.7".parse().unwrap())
    }

    /// One thing that a thief does; then the mailbox that it is done to holds what takes it back.
    pub(super) async fn thief_acts(&mut self) {
        let before = self.remedies().await;
        self.one_theft().await;
        self.remedies_are_left(&before).await;
        self.what_was_ended_is_forgotten().await;
        if self.dice.one_in(2) {
            self.sweep().await;
        }
    }

    /// Live links in the rightful mailbox that take something back.
    async fn remedies(&self) -> Vec<Held> {
        let mut live = Vec::new();
        let home = email(ADA);
        for held in self.held.iter().filter(|held| held.to == home && is_remedy(held.purpose)) {
            if self.is_live(held).await {
                live.push(held.clone());
            }
        }
        live
    }

    /// Invariant 17. What is not needed any more may die: a cancel with its change, a reopen with its close.
    async fn remedies_are_left(&mut self, before: &[Held]) {
        let mut died = Vec::new();
        for held in before {
            if !self.is_live(held).await {
                died.push(held.purpose);
            }
        }
        if died.is_empty() || self.mail_is_away() {
            return;
        }
        self.sweep().await;
        let view = self.world.view(self.id).await;
        let home = email(ADA);
        for purpose in died {
            let needed = match purpose {
                Purpose::EmailCancel => view.pending_email.is_some() || view.email != home,
                Purpose::Reopen => view.standing == StandingKind::Closed,
                _ => true,
            };
            let left = !self.remedies().await.is_empty();
            // The twelfth notice in a row waits until the level of its kind admits it: so much is promised, and no more.
            let waits = self.world.mailer.letters().iter().filter(|letter| letter.to == home).count() > 12;
            assert!(!needed || left || waits, "{purpose:?} is switched off, and nothing is in its place");
        }
    }

    async fn one_theft(&mut self) {
        let Some(thief) = self.breaks_in().await else { return };
        let known = self.thief.passwords.last().cloned().unwrap();
        let what = self.dice.below(9);
        match what {
            0 => {
                let new = self.new_password();
                self.say("the thief changes the password");
                if let Ok(renewed) = thief.change_password(&password(&known), &password(&new)).await {
                    self.thief.passwords.push(new);
                    self.thief.stamps.push(renewed.stamp);
                }
            }
            1 | 2 => {
                let to = self.new_address("eve");
                self.say(format!("the thief asks for {}", to.as_str()));
                let _ = thief.request_email_change(&password(&known), &to, &MailOptions::default()).await;
                self.thief.mailboxes.push(to);
            }
            3 | 4 => {
                self.sweep().await;
                let held: Vec<_> =
                    self.held.iter().filter(|held| held.purpose == Purpose::EmailConfirm).cloned().collect();
                for held in held.into_iter().rev().take(1) {
                    let confirmed = thief.confirm_email(&held.code).await;
                    self.say(format!("the thief confirms: {:?}", confirmed.as_ref().map(drop)));
                    if let Ok(renewed) = confirmed {
                        self.thief.stamps.push(renewed.stamp);
                    }
                }
            }
            5 => {
                let cancelled = thief.cancel_email_change().await;
                self.say(format!("the thief cancels: {cancelled:?}"));
            }
            6 => {
                let closed = thief.close(&password(&known)).await;
                self.say(format!("the thief closes: {closed:?}"));
            }
            7 => {
                self.say("the thief ends the other sessions");
                if let Ok(renewed) = thief.end_sessions().await {
                    self.thief.stamps.push(renewed.stamp);
                }
            }
            _ => self.thief_reports().await,
        }
        self.thief_uses_mailboxes().await;
    }

    /// With a session that is left, or by the password.
    async fn breaks_in(&mut self) -> Option<Owner> {
        if let Some(stamp) = self.thief.stamps.last().cloned() {
            let owner = self.world.accounts.owner(stamp, Self::hideout());
            if owner.is_current().await.unwrap() {
                return Some(owner);
            }
        }
        let public = self.world.accounts.public(Self::hideout());
        for address in self.thief.mailboxes.iter().rev().cloned().chain([email(ADA)]) {
            let known = self.thief.passwords.last().cloned()?;
            let answer = public.authenticate(&address, &password(&known), None).await;
            if let Ok(Authentication::Granted { stamp, .. } | Authentication::MustChange { stamp, .. }) =
                answer
            {
                // What a thief signed up with an address of theirs is an account of their own.
                if stamp.account != self.id {
                    continue;
                }
                self.thief.stamps.push(stamp.clone());
                return Some(self.world.accounts.owner(stamp, Self::hideout()));
            }
        }
        None
    }

    /// All links in the thief's own mailboxes are tried, and more are asked for.
    async fn thief_uses_mailboxes(&mut self) {
        if self.dice.one_in(3) {
            for address in self.thief.mailboxes.clone().into_iter().rev().take(1) {
                let public = self.world.accounts.public(Self::hideout());
                let _ = match self.dice.one_in(2) {
                    true => public.request_password_reset(&address, MailOptions::default()).await,
                    false => public.sign_up(&address, MailOptions::default(), None).await,
                };
            }
            self.sweep().await;
        }
        if self.dice.one_in(3) {
            self.thief_redeems().await;
        }
    }

    async fn thief_redeems(&mut self) {
        let theirs = |held: &&Held| self.thief.mailboxes.contains(&held.to);
        let codes: Vec<_> = self.held.iter().chain(&self.dead).filter(theirs).cloned().collect();
        let public = self.world.accounts.public(Self::hideout());
        for held in codes.iter().rev().take(5) {
            let new = self.new_password();
            if public.choose_password(&held.code, &password(&new)).await.is_ok() {
                self.say(format!("the thief chooses a password by {:?}", held.purpose));
                self.thief.passwords.push(new);
            }
            if public.revert_email_change(&held.code).await.is_ok() {
                self.say("the thief reverts");
            }
        }
    }

    /// Of mails to the thief's own mailboxes a thief has the headers; of others, none.
    async fn thief_reports(&mut self) {
        self.say("the thief reports mails");
        for head in &self.headers {
            if self.thief.mailboxes.contains(&head.to) {
                let report = Report::Bounced(Undeliverable::NoSuchMailbox);
                let _ = self.world.admin().report(&head.tag, report, "550 5.1.1").await.unwrap();
            }
        }
    }

    /// While the owner is at it.
    pub(super) async fn thief_goes_on(&mut self) {
        if self.dice.one_in(3) {
            self.thief_redeems().await;
        }
        if self.dice.one_in(4) {
            self.thief_acts().await;
        }
        self.what_was_ended_is_forgotten().await;
    }

    /// Nothing that the thief has opens anything.
    pub(super) async fn the_thief_is_out(&mut self) {
        self.thief_redeems().await;
        assert!(self.breaks_in().await.is_none(), "the thief is still in");
        let view = self.world.view(self.id).await;
        assert_eq!((view.email, view.standing), (email(ADA), StandingKind::Active));
        let _ = self.world.clock.now();
    }
}
