//! The facts of an account: what they amount to, and the small steps that commands are made of.

use super::{Credential, Facts, FormerMailbox, FormerPassword, Mailbox, Ordinal};
use crate::domain::{
    AddressTag, CodeLives, Confirmation, EmailAddress, EventKind, Purpose, Refusal, Span, Status, Timestamp,
};

impl Facts {
    /// How long a former address is kept at the longest: a bounce counts up to 14 days.
    pub const FORMER_KEPT: Span = Span::days(14);
    /// How long a former address can be reserved for who may take it back.
    pub const FORMER_RESERVED: Span = CodeLives::REVERT_MOST;
    /// How many former addresses are kept beside a reserved one; of more, the oldest goes.
    pub const FORMER_MOST: usize = 8;
    /// How many former addresses are released in one go: a commit holds 16 events, and a command has its own.
    pub const RELEASED_AT_ONCE: usize = 6;

    /// What the facts amount to.
    #[must_use]
    pub fn status(&self) -> Status {
        if !self.ever_had_a_password {
            Status::New
        } else if self.pending.is_some() || (self.replaced && self.password.is_none()) {
            Status::ChangingEmail
        } else if self.pending_management.is_some() {
            Status::ChangingPasswordManagement
        } else {
            Status::InUse
        }
    }

    /// All addresses: current, pending, former.
    pub fn mailboxes(&self) -> impl Iterator<Item = &Mailbox> {
        let pending = self.pending.iter().map(|pending| &pending.mailbox);
        let former = self.former.iter().map(|former| &former.mailbox);
        std::iter::once(&self.mailbox).chain(pending).chain(former)
    }

    /// The address of that number, while the account still knows it.
    #[must_use]
    pub fn mailbox(&self, ordinal: Ordinal) -> Option<&Mailbox> {
        self.mailboxes().find(|mailbox| mailbox.ordinal == ordinal)
    }

    /// For what an owner does but change the password.
    ///
    /// # Errors
    /// [`Refusal::PasswordChangeRequired`] while the password was assigned, or is older than it may be.
    pub fn password_in_force(&self, now: Timestamp) -> Result<(), Refusal> {
        let must = |password: &Credential| {
            password.must_change.is_some() || password.has_expired(self.attributes.validity, now)
        };
        match self.password.as_ref().is_some_and(must) {
            true => Err(Refusal::PasswordChangeRequired),
            false => Ok(()),
        }
    }

    /// When its password is older than it may be, or at no time: from then on its owner can do nothing but change it.
    pub(super) fn outdated_at(&self) -> Timestamp {
        let password = self.password.as_ref();
        password.and_then(|password| password.expires_at(self.attributes.validity)).unwrap_or(Timestamp::MAX)
    }

    /// When a code of that purpose is good for nothing any more, whatever its own end. What only a session can confirm is dropped once
    /// the password is too old to do anything but change it; what opens a closed account again, with its grace.
    pub(super) fn dropped_at(&self, purpose: Purpose) -> Timestamp {
        let shut = self.standing.redeems_until(purpose).unwrap_or(Timestamp::MAX);
        match purpose {
            Purpose::EmailConfirm | Purpose::EmailCancel | Purpose::EmailProof => {
                shut.min(self.outdated_at())
            }
            Purpose::PasswordSet
            | Purpose::PasswordReset
            | Purpose::PasswordManagement
            | Purpose::EmailRevert
            | Purpose::Reopen => shut,
        }
    }

    /// The end of a code as its mails and its page name it: its own, or an earlier one that another rule sets by now.
    pub(crate) fn end_told(&self, purpose: Purpose, own: Timestamp) -> Timestamp {
        own.min(self.dropped_at(purpose))
    }

    /// For what must not be done while an old address can be taken back: one change, one undo.
    ///
    /// # Errors
    /// [`Refusal::RevertLive`].
    pub(super) fn no_revert_lives(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.live(Purpose::EmailRevert, now) {
            Some(revert) => Err(Refusal::RevertLive { until: revert.expires_at }),
            None => Ok(()),
        }
    }

    /// A mailbox for an address that the account has not had, or had under another number.
    pub(super) fn new_mailbox(&mut self, address: &EmailAddress, tag: AddressTag) -> Mailbox {
        let ordinal = self.next_ordinal;
        self.next_ordinal = ordinal.next();
        Mailbox { ordinal, key: address.key(), tag, address: address.clone() }
    }

    /// Keeps an address that the account had: its mails and bounces may still be under way.
    pub(super) fn keep_former(&mut self, mailbox: Mailbox, now: Timestamp) {
        self.former.push(FormerMailbox { mailbox, until: now + Self::FORMER_KEPT, reserved: false });
        let spare = |former: &FormerMailbox| !former.reserved;
        if self.former.iter().filter(|former| spare(former)).count() > Self::FORMER_MOST
            && let Some(oldest) = self.former.iter().position(spare)
        {
            self.former.remove(oldest);
        }
    }

    /// Drops what only a session could confirm where the password must be changed before anything else: whoever must do that can't
    /// confirm, and a new password drops it anyway, so that its link would promise what no session may do.
    pub(super) fn drop_unconfirmable(&mut self, now: Timestamp) -> Option<EventKind> {
        if self.password_in_force(now).is_ok() {
            return None;
        }
        self.kill_code(Purpose::EmailProof, now);
        self.drop_pending(now)
    }

    /// Drops a pending change of address, and the codes that belong to it.
    pub(super) fn drop_pending(&mut self, now: Timestamp) -> Option<EventKind> {
        let pending = self.pending.take()?;
        self.keep_former(pending.mailbox, now);
        self.kill_code(Purpose::EmailConfirm, now);
        self.kill_code(Purpose::EmailCancel, now);
        Some(EventKind::EmailChangeDropped)
    }

    /// The account has no password from now on; what it was is remembered, as the policy wants.
    pub(super) fn clear_password(&mut self, history: usize) {
        let cleared =
            self.password.take().map(|Credential { hash, raw_input, .. }| FormerPassword { hash, raw_input });
        self.previous.splice(0..0, cleared);
        self.previous.truncate(history);
    }

    /// The confirmation of that purpose that can be redeemed.
    #[must_use]
    pub fn live(&self, purpose: Purpose, now: Timestamp) -> Option<&Confirmation> {
        self.confirmations.get(&purpose)?.live(now)
    }

    /// The confirmation of that purpose, whether its time is over or not.
    pub(super) fn issued(&self, purpose: Purpose) -> Option<&Confirmation> {
        self.confirmations.get(&purpose)?.issued.as_ref()
    }

    /// Ends the confirmation of that purpose: something newer took its place.
    pub(super) fn kill_code(&mut self, purpose: Purpose, now: Timestamp) {
        if let Some(confirmations) = self.confirmations.get_mut(&purpose) {
            confirmations.kill(now);
        }
        self.tidy_carried();
    }

    /// Ends every confirmation but reverts: something newer took their place.
    pub(super) fn kill_codes(&mut self, now: Timestamp) {
        self.kill_codes_but(Purpose::EmailRevert, now);
    }

    /// Ends every confirmation but reverts and those of one purpose more.
    ///
    /// Whoever knows the password can cause this: so it spares what the owner's mailbox holds against them.
    pub(super) fn kill_codes_but(&mut self, spared: Purpose, now: Timestamp) {
        for (purpose, confirmations) in &mut self.confirmations {
            if ![Purpose::EmailRevert, spared].contains(purpose) {
                confirmations.kill(now);
            }
        }
        self.tidy_carried();
    }

    /// Ends a live revert and frees the address that it was for, which it names; none where none lives.
    pub(super) fn drop_revert(&mut self, now: Timestamp) -> Option<EventKind> {
        let address = self.live(Purpose::EmailRevert, now)?.recipient;
        self.kill_reverts(now);
        Some(EventKind::RevertDropped { address })
    }

    /// Ends reverts: the account goes back, or nobody reads the old mailbox any more.
    pub(super) fn kill_reverts(&mut self, now: Timestamp) {
        self.kill_code(Purpose::EmailRevert, now);
        for former in self.former.iter_mut().filter(|former| former.reserved) {
            former.reserved = false;
            former.until = now + Self::FORMER_KEPT;
        }
    }
}
