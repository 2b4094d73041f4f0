//! The phrases, by topic: lower-case, and as servers are known to say them: the replies of Postfix, Exim, sendmail, qmail, Exchange and
//! Domino, and the lists that large providers publish.

mod mailbox;
mod passing;
mod sender;

pub(super) use self::{
    mailbox::{
        DENIED, MAILBOX, NO_DOMAIN, NO_MAILBOX, NO_MAILBOX_APART, REFUSES, SHUT, SHUT_FOR_NOW, SUPPRESSED,
        UNAVAILABLE,
    },
    passing::{FULL, PASSING},
    sender::{BLOCK_LISTS, SENDER, SENDER_WORDS},
};
