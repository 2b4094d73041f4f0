//! The phrases, by topic: lower-case, and as servers are known to say them: the replies of Postfix, Exim, sendmail, qmail, Exchange and
//! Domino, and the lists that large providers publish.

mod mailbox;
mod passing;
mod sender;
mod shut;

pub(super) use self::{
    mailbox::{DENIED, NO_DOMAIN, NO_MAILBOX, NO_MAILBOX_APART, UNAVAILABLE},
    passing::{FULL, PASSING},
    sender::{BLOCK_LISTS, SENDER, SENDER_WORDS},
    shut::{MAILBOX, REFUSES, SHUT, SHUT_FOR_NOW, SUPPRESSED},
};
