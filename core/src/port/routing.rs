//! Routing: which mailer carries a letter, where the host sends some itself.

use super::Mailer;
use crate::domain::Letter;

/// Lets the host take letters into its own hands: those of a kind, a language, a tenant.
///
/// A mailer of the host's takes responsibility as any other does, under the same contract: `Ok` means that it will see
/// to the letter, and the outbox forgets it. Whether it works says nothing of the standard one: where it can't be reached,
/// that is charged to the letter, which is tried again.
pub trait MailRouting: Send + Sync + 'static {
    /// Names the host's mailer for this letter, or none for the standard one. A letter must get one answer at every
    /// attempt.
    fn mailer(&self, letter: &Letter) -> Option<&dyn Mailer>;
}
