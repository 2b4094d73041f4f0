//! The rules: what an account is and what may happen to it.
//!
//! Everything here is pure and total. Nothing waits, reads a clock, draws a random number or knows a store; what a
//! rule needs it is given, and what it decides it returns. [`table`] shows what each command does where.

mod account;
mod address;
mod admission;
mod bounds;
mod carried;
mod cidr;
mod code;
mod confirmation;
mod device;
mod email;
mod event;
mod feedback;
mod filter;
mod format;
mod hashed;
mod hex;
mod id;
mod input;
mod intent;
mod kept;
mod key_check;
mod keyring;
mod letter;
mod letter_context;
mod link;
mod log_in;
mod mail;
mod management;
mod notice;
mod number;
mod password;
mod policy;
mod realm;
mod refusal;
mod rules;
mod seal;
mod session;
mod standing;
mod status;
pub mod table;
mod tag;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod throttle;
mod time;
mod web_url;

pub use self::{
    account::{
        Account, AccountChanges, AccountKeys, AttributeChanges, Attributes, CarriedCode, Credential, Facts,
        FormerMailbox, FormerPassword, Life, Mailbox, NewAccount, PendingEmail, Registration,
    },
    address::{Address, Suppression, SuppressionScope, Undeliverable},
    admission::{Denial, MustChangeReason},
    bounds::{OutOfBounds, Quantity},
    carried::Carried,
    cidr::{Cidr, NotACidr},
    code::{Code, CodeMint, CodeState, MailedCode},
    confirmation::{Confirmation, ConfirmationEnd, Confirmations, DeadConfirmation, Lifetime, Purpose},
    device::DeviceToken,
    email::{AddressError, EmailAddress, EmailKey},
    event::{Event, EventKind, Initiator, PasswordSource, Report},
    feedback::FeedbackTag,
    filter::IpFilterGroup,
    format::{FormatVersion, Unknown},
    id::{AccountId, CommitId, EventRef, Incarnation, KeyId, MailId, Nonce},
    input::InputError,
    intent::{Intent, IntentKind},
    key_check::{KeyCheck, KeyChecks, KeyName},
    keyring::{Keyring, KeyringError, SealError},
    letter::{Letter, Message},
    link::{Links, MailedLink},
    log_in::{LockOut, LogIns},
    mail::{Content, DeathCause, Dispatch, Mail, MailState, Retries, Subject},
    management::Management,
    notice::{HostNotice, Notice, NoticeKind},
    number::{Epoch, Ordinal, Version},
    password::Password,
    policy::{
        Blocklist, CharacterClass, PasswordPolicy, PasswordRule, PolicyBuilder, PolicyContext, PolicyError,
        Violation, ViolationCode,
    },
    realm::Realm,
    refusal::Refusal,
    rules::{Rules, RulesError},
    seal::{Sealed, SealedCarried, SealedIntent},
    session::{Chosen, Renewed, SessionStamp},
    standing::{Standing, StandingKind, SuspensionReason},
    status::Status,
    tag::{AddressTag, DomainTag, Origin, QuotaTag},
    text::{Actor, IpFilterGroupName, Locale, Memo, PasswordValidity},
    throttle::{NotAQuota, Quota},
    time::{NotASpan, Span, Timestamp, TimestampError},
    web_url::{LinkUrl, ReturnUrl},
};
pub(crate) use self::{
    account::{
        AccountUpdate, AssignPassword, Change, ChangePassword, Close, ConfirmEmail, DueWork, EmailChange,
        Imported, MailRequest, ManagementChange, NewPassword, PasswordChangeDemand, PriorPassword,
        ProveEmail, Redemption, ReplaceEmail, RevertEmail,
    },
    admission::{Admission, LogInSnapshot, VerificationTarget, VerifiedCredential},
    device::DeviceMint,
    feedback::ReportedMail,
    hashed::{Candidate, Hashed, Stop},
    hex::Hex,
    letter_context::LetterContext,
    log_in::LockState,
    seal::Seal,
};
