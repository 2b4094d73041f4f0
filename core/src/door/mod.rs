//! The three doors to the accounts, and the journal: what each may do, and what it is told.

mod admin;
mod journal;
mod options;
mod owner;
mod public;

pub use self::{
    admin::{
        About, AccountList, AccountPage, AccountView, AccountsPage, Admin, Import, ImportedPassword,
        IssuedCode, KeyUse, MailList, OutboxMail, PasswordView, SessionsThen, Suppressed,
    },
    journal::Journal,
    options::{DeliveryOptions, MailOptions},
    owner::Owner,
    public::{Accepted, Authentication, Public, Undisclosed},
};
