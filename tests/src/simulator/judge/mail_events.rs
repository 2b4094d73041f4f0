//! What the events of a commit say of mails.

use accountable_core::{
    domain::{Content, EventKind, Mail, MailId},
    port::Commit,
};

/// The mail that an event says was queued.
pub(super) fn queued(event: &EventKind) -> Option<MailId> {
    match event {
        EventKind::MailQueued { mail, .. }
        | EventKind::NoticeQueued { mail, .. }
        | EventKind::HostNoticeQueued { mail }
        | EventKind::MailRequested { request: mail } => Some(*mail),
        _ => None,
    }
}

/// Whether a request is the one that a lock, or disabling, makes of itself: they say so.
pub(super) fn is_told_by_lock(mail: &Mail, commit: &Commit) -> bool {
    let locks = |event: &EventKind| matches!(event, EventKind::Locked { .. } | EventKind::Disabled { .. });
    matches!(mail.content, Content::Intent(_)) && commit.events().iter().any(|event| locks(&event.what))
}

/// The mail that an event says is gone.
pub(super) fn gone(event: &EventKind) -> Option<MailId> {
    match event {
        EventKind::MailDelivered { mail }
        | EventKind::MailCancelled { mail }
        | EventKind::RequestDecided { request: mail } => Some(*mail),
        _ => None,
    }
}

/// The mail that an event says was given up.
pub(super) fn given_up(event: &EventKind) -> Option<MailId> {
    match event {
        EventKind::MailDied { mail, .. } | EventKind::MailRefused { mail, .. } => Some(*mail),
        _ => None,
    }
}
