//! What each attempt of a command is given anew: the time, and names for what it may write.

use crate::domain::{CommitId, MailId, Nonce, Timestamp};

/// The time, and fresh names for what one attempt of a command may write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) now: Timestamp,
    pub(crate) nonce: Nonce,
    pub(crate) mail: MailId,
    pub(crate) commit: CommitId,
    /// The id of a second mail, as a notice beside a code.
    pub(crate) notice: MailId,
    /// The name of a device that is let in.
    pub(crate) device: Nonce,
    /// Random bytes for a further name, or for jitter.
    pub(crate) random: [u8; 16],
}

impl Moment {
    /// A moment with six names, made of one draw of randomness.
    pub(crate) fn new(now: Timestamp, random: [u8; 96]) -> Self {
        let [nonce, mail, commit, notice, device, random] = names(random);
        Self {
            now,
            nonce: Nonce::from_bytes(nonce),
            mail: MailId::from_bytes(mail),
            commit: CommitId::from_bytes(commit),
            notice: MailId::from_bytes(notice),
            device: Nonce::from_bytes(device),
            random,
        }
    }

    /// A nonce that seals one thing in this attempt.
    pub(crate) fn seal_nonce(&self) -> [u8; 24] {
        let mut nonce = [0; 24];
        let drawn = self.nonce.as_bytes().iter().chain(&self.random);
        nonce.iter_mut().zip(drawn).for_each(|(to, from)| *to = *from);
        nonce
    }

    /// Another nonce, for a further thing of the same attempt: at most 25 are needed for an account.
    pub(crate) fn next_seal_nonce(mut nonce: [u8; 24]) -> [u8; 24] {
        let [first, ..] = &mut nonce;
        *first = first.wrapping_add(1);
        nonce
    }
}

fn names(random: [u8; 96]) -> [[u8; 16]; 6] {
    let mut names = [[0; 16]; 6];
    for (name, bytes) in names.iter_mut().zip(random.chunks_exact(16)) {
        name.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    }
    names
}
