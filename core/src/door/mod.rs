//! The three doors to the accounts, and the journal: what each may do, and what it is told.

mod admin;
mod bookmark;
mod journal;
mod options;
mod owner;
mod public;
mod suppression;

pub use self::{
    admin::{
        About, AccountList, AccountPage, AccountView, AccountsPage, Admin, Export, ExportedAccount,
        ExportedHash, ExportedPassword, Import, ImportedOnce, ImportedPassword, IssuedCode, KeyUse,
        LogInsView, MailList, OutboxMail, PasswordView, SessionsThen, Suppressed,
    },
    bookmark::{Bookmark, FollowerName},
    journal::Journal,
    options::{DeliveryOptions, MailOptions},
    owner::{Owner, OwnerView},
    public::{Accepted, Authentication, Public, Undisclosed},
    suppression::SuppressionView,
};
