//! What pages are about, by the names of their messages.

use accountable_core::domain::Purpose;

/// What a page asks its reader to do: a name that its messages begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Action(&'static str);

impl Action {
    /// To ask for a new link to choose a password.
    pub(super) const NEW_LINK: Self = Self("page-new-link");

    /// What a code of this purpose is for.
    pub(super) const fn of(purpose: Purpose) -> Self {
        Self(match purpose {
            Purpose::PasswordSet => "page-password-set",
            Purpose::PasswordReset => "page-password-reset",
            Purpose::PasswordManagement => "page-password-management",
            Purpose::EmailConfirm => "page-email-confirm",
            Purpose::EmailCancel => "page-email-cancel",
            Purpose::EmailRevert => "page-email-revert",
            Purpose::Reopen => "page-reopen",
            Purpose::EmailProof => "page-email-proof",
        })
    }

    pub(super) fn heading(self) -> String {
        format!("{}-heading", self.0)
    }

    pub(super) fn lead(self) -> String {
        format!("{}-lead", self.0)
    }

    pub(super) fn button(self) -> String {
        format!("{}-button", self.0)
    }

    pub(super) fn done_heading(self) -> String {
        format!("{}-done-heading", self.0)
    }

    pub(super) fn done_text(self) -> String {
        format!("{}-done-text", self.0)
    }
}

/// What a page says that asks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    /// The code was redeemed, or replaced by a newer one.
    Used,
    /// The code has expired.
    Expired,
    /// No such code was ever mailed, as far as can be told; also for a link that was cut off.
    Invalid,
    /// No link was opened, or too long ago.
    NothingOpen,
    /// The code is genuine, but what it was for can't be done any more.
    Overtaken,
    /// A form came from another site, or was made for another link.
    NotOurs,
    /// A form can't be read.
    Unreadable,
    /// The account may not be used from this network.
    OriginRefused,
    /// A veto of the host.
    Refused,
    /// The account is suspended or closed. Only somebody who signed in sees it.
    NotActive,
    /// Another account has the new address by now. Only somebody who signed in sees it.
    EmailTaken,
    /// There were too many tries.
    TooMany,
    /// Something is not working right now, and may work later.
    Unavailable,
    /// Something is broken, and will not work before somebody repairs it.
    Failed,
}

impl Message {
    /// The message for a fault: for a while, or until somebody repairs it.
    pub(super) const fn of_fault(status: u16) -> Self {
        if status == 503 { Self::Unavailable } else { Self::Failed }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Used => "page-used",
            Self::Expired => "page-expired",
            Self::Invalid => "page-invalid",
            Self::NothingOpen => "page-nothing-open",
            Self::Overtaken => "page-overtaken",
            Self::NotOurs => "page-not-ours",
            Self::Unreadable => "page-unreadable",
            Self::OriginRefused => "page-origin-refused",
            Self::Refused => "page-refused",
            Self::NotActive => "page-not-active",
            Self::EmailTaken => "page-email-taken",
            Self::TooMany => "page-too-many",
            Self::Unavailable => "page-unavailable",
            Self::Failed => "page-failed",
        }
    }

    pub(super) fn heading(self) -> String {
        format!("{}-heading", self.name())
    }

    pub(super) fn text(self) -> String {
        format!("{}-text", self.name())
    }
}

#[cfg(test)]
mod tests {
    use accountable_words::{Args, Words};

    use super::*;

    #[test]
    fn there_are_words_for_each_action_and_for_each_message() {
        let actions = Purpose::ALL.map(Action::of).into_iter().chain([Action::NEW_LINK]);
        let of_actions = actions.flat_map(|action| {
            [action.heading(), action.lead(), action.button(), action.done_heading(), action.done_text()]
        });
        let messages = [
            Message::Used,
            Message::Expired,
            Message::Invalid,
            Message::NothingOpen,
            Message::Overtaken,
            Message::NotOurs,
            Message::Unreadable,
            Message::OriginRefused,
            Message::Refused,
            Message::NotActive,
            Message::EmailTaken,
            Message::TooMany,
            Message::Unavailable,
            Message::Failed,
        ];
        let of_messages = messages.iter().flat_map(|message| [message.heading(), message.text()]);
        let words = Words::builtin();
        for name in of_actions.chain(of_messages) {
            assert_ne!(words.say(words.negotiate(&[]), &name, &Args::new()), name);
        }
    }
}
