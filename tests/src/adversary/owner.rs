//! The rightful owner: who reads their mailbox, or keeps a device, and wants to get in.

use accountable_core::port::Clock as _;
use accountable_core::{
    Authentication, MailOptions, Public,
    domain::{DeviceToken, EmailAddress, Origin, Purpose, Span, StandingKind, Timestamp},
};

use super::life::{ADA, Life, PATIENCE};
use crate::doors::world::{email, password};

/// What lets an owner choose a password.
const CHOOSES: [Purpose; 4] =
    [Purpose::PasswordReset, Purpose::PasswordSet, Purpose::Reopen, Purpose::PasswordManagement];

/// Who the account belongs to, and what they have.
pub(super) struct Rightful {
    pub(super) mailbox: EmailAddress,
    /// None once they do not know it.
    pub(super) password: Option<String>,
    /// Kept between visits, where they keep one.
    pub(super) device: Option<DeviceToken>,
    pub(super) keeps_a_device: bool,
    pub(super) reads_mail: bool,
    /// When a code was last redeemed that was mailed to the mailbox.
    pub(super) proven_at: Option<Timestamp>,
}

impl Rightful {
    pub(super) fn new(mailbox: EmailAddress) -> Self {
        Self {
            mailbox,
            password: None,
            device: None,
            keeps_a_device: true,
            reads_mail: true,
            proven_at: None,
        }
    }
}

impl Life {
    /// The account comes to be, and is in use.
    pub(super) async fn settles_in(&mut self) {
        self.owner.keeps_a_device = !self.dice.one_in(3);
        self.owner.reads_mail = !(self.owner.keeps_a_device && self.dice.one_in(3));
        let first = self.new_password();
        self.id = self.world.in_use(ADA, &first).await;
        self.owner.password = Some(first);
        self.owner.proven_at = Some(self.world.clock.now());
        self.letters_seen = self.world.mailer.count();
        let granted = self.tries_the_password().await;
        assert!(granted, "the owner of an account in use");
    }

    /// From their own network.
    pub(super) fn at_home(&self) -> Public {
        self.world.from("203.0.113.9")
    }

    fn home() -> Origin {
        Origin::Ip("203.0.113.9".parse().unwrap())
    }

    /// With the device, if there is one.
    async fn tries_the_password(&mut self) -> bool {
        let Some(known) = self.owner.password.clone() else { return false };
        let device = self.owner.device.take();
        let mailbox = self.owner.mailbox.clone();
        let answer = self.at_home().authenticate(&mailbox, &password(&known), device.as_ref()).await;
        match answer.unwrap() {
            Authentication::Granted { device, .. } => {
                self.keeps(device);
                true
            }
            Authentication::MustChange { stamp, .. } => {
                let new = self.new_password();
                let owner = self.world.accounts.owner(stamp, Self::home());
                let renewed = owner.change_password(&password(&known), &password(&new)).await.unwrap();
                self.owner.password = Some(new);
                self.keeps(renewed.device);
                self.what_was_ended_is_forgotten().await;
                true
            }
            Authentication::Denied(why) => {
                self.say(format!("the owner is denied: {:?}", why.for_logs()));
                self.owner.device = device;
                false
            }
        }
    }

    pub(super) fn keeps(&mut self, device: DeviceToken) {
        self.owner.device = self.owner.keeps_a_device.then_some(device);
    }

    /// Invariant 16.
    pub(super) async fn owner_gets_in(&mut self) {
        let known = self.owner.device.is_some() && self.owner.password.is_some();
        if self.tries_the_password().await {
            return self.say("the owner is in");
        }
        assert!(!known, "a known device is refused");
        assert!(self.owner.reads_mail, "neither mailbox nor device: a life that promises nothing");
        self.asks_and_chooses().await;
    }

    /// By the mailbox. Strangers go on meanwhile.
    async fn asks_and_chooses(&mut self) {
        let mailbox = self.owner.mailbox.clone();
        self.say("the owner asks for a link");
        let asked = self.at_home().request_password_reset(&mailbox, MailOptions::default()).await;
        let _ = asked.expect("from a network of their own");
        let begin = self.back_at.unwrap_or_else(|| self.world.clock.now()) + Span::minutes(6);
        let deadline = begin.max(self.world.clock.now()) + PATIENCE;
        loop {
            self.sweep().await;
            if let Some(link) = self.live_link(&mailbox, &CHOOSES).await {
                if self.dice.one_in(2) {
                    self.strangers_do_one_thing().await;
                }
                if self.dice.one_in(3) {
                    self.a_mail_bounces(&mailbox).await;
                }
                let new = self.new_password();
                let chosen = self.at_home().choose_password(&link.code, &password(&new)).await;
                self.say("the owner chooses a password");
                self.keeps(chosen.expect("what the page calls live").device.clone());
                self.owner.proven_at = Some(self.world.clock.now());
                self.what_was_ended_is_forgotten().await;
                self.owner.password = Some(new);
                let view = self.world.view(self.id).await;
                assert_eq!(view.suppressions, [], "whoever redeems a code receives mail");
                if self.dice.one_in(2) && self.owner.device.is_some() {
                    self.strangers_do_one_thing().await;
                }
                assert!(self.tries_the_password().await, "right after choosing a password");
                return self.say("the owner is in");
            }
            assert!(self.world.clock.now() < deadline, "no link within {PATIENCE}");
            self.time_passes(Span::minutes(5)).await;
            if self.dice.one_in(3) {
                self.strangers_do_one_thing().await;
            }
        }
    }

    /// Something that an owner does who is signed in.
    pub(super) async fn owner_acts(&mut self) {
        self.owner_gets_in().await;
        let known = self.owner.password.clone().unwrap();
        let (mailbox, device) = (self.owner.mailbox.clone(), self.owner.device.clone());
        let answer = self.at_home().authenticate(&mailbox, &password(&known), device.as_ref()).await.unwrap();
        let Authentication::Granted { stamp, device } = answer else {
            // Without a device, and locked out again by now.
            return self.say("the owner leaves it");
        };
        self.keeps(device);
        let owner = self.world.accounts.owner(stamp, Self::home());
        match self.dice.below(3) {
            0 => {
                let new = self.new_password();
                self.say("the owner changes the password");
                let renewed = owner.change_password(&password(&known), &password(&new)).await.unwrap();
                self.owner.password = Some(new);
                self.keeps(renewed.device);
            }
            1 => {
                self.say("the owner ends the other sessions");
                let renewed = owner.end_sessions().await.unwrap();
                self.keeps(renewed.device);
            }
            _ => {
                let to = self.new_address("ada");
                self.strangers_are_at(&to).await;
                self.say(format!("the owner asks for {}", to.as_str()));
                let asked = owner.request_email_change(&password(&known), &to, &MailOptions::default()).await;
                if let Err(refusal) = asked {
                    assert_eq!(refusal.code(), "revert_live", "what an owner asks for: {refusal:?}");
                    return;
                }
                self.what_was_ended_is_forgotten().await;
                let wait = Span::minutes(if self.mail_is_away() { 135 } else { 1 });
                self.time_passes(wait).await;
                let Some(link) = self.live_link(&to, &[Purpose::EmailConfirm]).await else {
                    panic!("no code to {}", to.as_str());
                };
                let renewed = owner.confirm_email(&link.code).await.expect("a live code of one's own");
                self.owner.mailbox = to;
                self.owner.proven_at = Some(self.world.clock.now());
                self.keeps(renewed.device);
                self.what_was_ended_is_forgotten().await;
                // Until its revert ends, whoever reads the old mailbox may take it back.
                self.time_passes(Span::hours(150)).await;
            }
        }
        self.what_was_ended_is_forgotten().await;
    }

    /// Invariant 17: with nothing but the mailbox, within a day of seeing it.
    pub(super) async fn owner_takes_it_back(&mut self) {
        let home = email(ADA);
        self.staff_opens().await;
        for _ in 0..60 {
            self.time_passes(Span::minutes(20)).await;
            if let Some(revert) = self.live_link(&home, &[Purpose::EmailRevert]).await {
                self.say("the owner reverts");
                self.at_home().revert_email_change(&revert.code).await.expect("what the page calls live");
                self.what_was_ended_is_forgotten().await;
                self.sweep().await;
            }
            self.thief_goes_on().await;
            let mut link = self.live_link(&home, &CHOOSES).await;
            if link.is_none() {
                self.say("the owner asks for a link");
                let asked = self.at_home().request_password_reset(&home, MailOptions::default()).await;
                let _ = asked.expect("from a network of their own");
                self.sweep().await;
                link = self.live_link(&home, &CHOOSES).await;
            }
            let Some(link) = link else { continue };
            let new = self.new_password();
            self.say("the owner chooses a password");
            let chosen = self.at_home().choose_password(&link.code, &password(&new)).await;
            let device = chosen.expect("what the page calls live").device;
            self.what_was_ended_is_forgotten().await;
            self.thief_goes_on().await;
            let view = self.world.view(self.id).await;
            if view.email != home {
                continue;
            }
            assert_eq!(view.standing, StandingKind::Active);
            let known = self.at_home().authenticate(&home, &password(&new), Some(&device)).await.unwrap();
            assert!(matches!(known, Authentication::Granted { .. }), "{known:?}");
            return self.the_thief_is_out().await;
        }
        panic!("the account does not come back to its mailbox");
    }
}
