//! The rules: what an account is and what may happen to it.
//!
//! Everything here is pure and total. Nothing waits, reads a clock, draws a random number or knows a store; what a
//! rule needs it is given, and what it decides it returns. [`table`] shows what each command does where.

mod account;
mod address;
mod admission;
mod bounds;
mod cidr;
mod code;
mod confirmation;
mod email;
mod event;
mod feedback;
mod filter;
mod form;
mod hashed;
mod hex;
mod id;
mod intent;
mod kept;
mod keyring;
mod letter;
mod letter_context;
mod link;
mod log_in;
mod mail;
mod notice;
mod password;
mod policy;
mod realm;
mod refusal;
mod rules;
mod seal;
mod session;
mod standing;
pub mod table;
mod tag;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod throttle;
mod time;

pub use self::{
    account::{
        Account, AccountChanges, AccountKeys, AccountUpdate, AssignPassword, Change, ChangePassword, Close,
        ConfirmEmail, Credential, DueWork, EmailChange, Epoch, Facts, FormerMailbox, FormerPassword,
        Imported, Life, MailRequest, Mailbox, Management, ManagementChange, NewAccount, NewPassword, Ordinal,
        PendingEmail, PriorPassword, Redemption, Registration, ReplaceEmail, RevertEmail, Version,
    },
    address::{Address, Suppression, SuppressionScope, Undeliverable},
    admission::{Admission, Denial, LogInSnapshot, VerificationTarget, VerifiedCredential, Why},
    bounds::{OutOfBounds, Quantity},
    cidr::{Cidr, NotACidr},
    code::{Code, CodeMint, CodeState, MailedCode},
    confirmation::{Confirmation, Confirmations, DeadConfirmation, End, Lifetime, Purpose},
    email::{AddressError, EmailAddress, EmailKey},
    event::{Event, EventKind, Initiator, PasswordSource, Report},
    feedback::{FedBack, FeedbackTag},
    filter::IpFilterGroup,
    form::{Form, Unknown},
    hashed::{Candidate, Hashed, Stop},
    id::{AccountId, CommitId, EventRef, Incarnation, MailId, Nonce},
    intent::{Intent, Wish},
    keyring::{KeyId, Keyring, KeyringError, SealError},
    letter::{Letter, Message},
    letter_context::{LetterContext, Withdrawn},
    link::{LinkUrl, Links, MailedLink, ReturnUrl},
    log_in::{LockOut, LockState, LogIns},
    mail::{Content, DeathCause, Dispatch, Mail, MailState, Retries, Subject},
    notice::{HostNotice, Notice, NoticeKind},
    password::Password,
    policy::{
        Blocklist, CharacterClass, PasswordPolicy, PasswordRule, PolicyBuilder, PolicyContext, PolicyError,
        Violation, ViolationCode,
    },
    realm::Realm,
    refusal::{InputError, Refusal},
    rules::{Rules, RulesError},
    seal::{Sealed, SealedIntent},
    session::SessionStamp,
    standing::{Standing, StandingKind, Status, SuspensionReason},
    tag::{AddressTag, Origin, QuotaTag},
    text::{Actor, IpFilterGroupName, Locale, Memo, PasswordValidity},
    throttle::{NotAQuota, Quota},
    time::{NotASpan, NotATimestamp, Span, Timestamp},
};
pub(crate) use self::{hex::Hex, seal::Seal};
