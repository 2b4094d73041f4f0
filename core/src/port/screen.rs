//! Screening: whether a password is known from a breach.

use async_trait::async_trait;

use super::Source;
use crate::domain::Password;

/// Looks a password up among those known from breaches, in a file or at a service.
///
/// It is asked about passwords that are good in all else, before they are taken (NIST SP 800-63B-4, 3.1.1.2; OWASP ASVS
/// 5.0, 6.2.12); never at log-in. It must not send the password, or enough of a hash to tell it, to anybody; a range
/// query by the first octets of a hash does not.
///
/// # Contract
/// 1. True if the list has the password, in the octets that [`Password::expose`] gives, and false if not. A filter may take
///    a few others for known, at a rate that it states; it misses none.
/// 2. No error text contains the password or a hash of it.
/// 3. A dropped future stops, or goes on unheard; it leaves nothing locked.
#[async_trait]
pub trait PasswordScreen: Send + Sync + 'static {
    /// Tells whether the password is known from a breach.
    ///
    /// # Errors
    /// What kept the password from being looked up; the change of password is then refused, unless the host [accepts
    /// unscreened ones](crate::Builder::accepting_unscreened_passwords).
    async fn is_breached(&self, password: &Password) -> Result<bool, Source>;
}
