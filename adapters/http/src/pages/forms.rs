//! What the forms of the pages send: a struct for each of them.
//!
//! The token of a form is not among its fields: it is taken first, since only who has it learns what a code is for.

use zeroize::Zeroizing;

use super::form::{FormData, Malformed};

/// The form that chooses a password.
pub(super) struct ChooseForm {
    pub(super) password: Zeroizing<String>,
    /// The password, typed again.
    pub(super) repeat: Zeroizing<String>,
}

impl TryFrom<FormData> for ChooseForm {
    type Error = Malformed;
    fn try_from(mut form: FormData) -> Result<Self, Malformed> {
        Ok(Self { password: form.take("password")?, repeat: form.take("repeat")? })
    }
}

/// The form that confirms a new address, by signing in with the current one.
pub(super) struct SignInForm {
    pub(super) email: Zeroizing<String>,
    pub(super) password: Zeroizing<String>,
}

impl TryFrom<FormData> for SignInForm {
    type Error = Malformed;
    fn try_from(mut form: FormData) -> Result<Self, Malformed> {
        Ok(Self { email: form.take("email")?, password: form.take("password")? })
    }
}

/// The form that asks for a new link.
pub(super) struct NewLinkForm {
    pub(super) email: Zeroizing<String>,
}

impl TryFrom<FormData> for NewLinkForm {
    type Error = Malformed;
    fn try_from(mut form: FormData) -> Result<Self, Malformed> {
        Ok(Self { email: form.take("email")? })
    }
}
