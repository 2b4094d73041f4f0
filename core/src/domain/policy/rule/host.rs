//! The host's own rule: what only the host can know a password must not be.

use std::{fmt, sync::Arc};

use super::{Judge, Judged};
use crate::domain::{
    Password,
    policy::{PolicyContext, Violation},
};

/// A rule of the host's own, asked after all others.
///
/// It is pure: the same password and context give the same answer, at once, without a look at the world. It may be
/// asked more than once for one request, on the thread of whoever polls the request, and must not wait there.
/// It sees the password itself, so it keeps no copy and writes none anywhere; what it answers is shown.
///
/// Any closure of this shape is one:
///
/// ```
/// use accountable_core::domain::{
///     EmailAddress, Password, PasswordPolicy, PolicyContext, Violation, ViolationCode,
/// };
/// let code = ViolationCode::parse("badge_number")?;
/// let rule = move |password: &Password, _: &PolicyContext<'_>| match password.expose().contains("EMP-") {
///     true => vec![Violation::host(&code, "it looks like a badge number")],
///     false => vec![],
/// };
/// let policy = PasswordPolicy::nist().into_builder().host_rule(rule).build()?;
/// let email = EmailAddress::parse("ada@example.com")?;
/// let violations =
///     policy.violations(&Password::parse("my own EMP-001517")?, &PolicyContext { email: &email });
/// assert_eq!(violations[0].code(), "badge_number");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait PasswordRule: Send + Sync + 'static {
    /// What is wrong with this password for this account; nothing, if it is good enough.
    ///
    /// Each is a [`Violation::host`] with the host's code, or one of ours where it says the same.
    fn violations(&self, password: &Password, context: &PolicyContext<'_>) -> Vec<Violation>;
}

impl<F> PasswordRule for F
where
    F: Fn(&Password, &PolicyContext<'_>) -> Vec<Violation> + Send + Sync + 'static,
{
    fn violations(&self, password: &Password, context: &PolicyContext<'_>) -> Vec<Violation> {
        self(password, context)
    }
}

/// One that a policy holds.
#[derive(Clone)]
pub(in crate::domain::policy) struct HostRule(pub(super) Arc<dyn PasswordRule>);

/// Of a host's rule only the host knows what may be shown.
impl fmt::Debug for HostRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostRule(..)")
    }
}

impl Judge for HostRule {
    fn violations(&self, judged: &Judged<'_>) -> Vec<Violation> {
        self.0.violations(judged.password, judged.context)
    }
}
