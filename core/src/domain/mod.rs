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
mod circumstances;
mod code;
mod code_lives;
mod confirmation;
mod contact;
mod day;
mod device;
mod earned;
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
mod masked;
mod must_change;
mod notice;
mod number;
mod only_to;
mod origin;
mod password;
mod policy;
mod process;
mod purpose;
mod quota_of;
mod realm;
mod refusal;
mod rules;
mod seal;
mod session;
mod standing;
mod status;
mod suppression;
pub mod table;
mod tag;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod throttle;
mod time;
mod unusable_hash;
mod web_url;

pub use self::{
    account::{
        Account, AccountChanges, AccountKeys, AttributeChanges, Attributes, CarriedCode, Credential, Facts,
        FormerMailbox, FormerPassword, JoinedNotice, Life, Mailbox, NewAccount, PendingEmail, Registration,
        Side,
    },
    address::Address,
    admission::Denial,
    bounds::{OutOfBounds, Quantity},
    carried::Carried,
    cidr::{Cidr, NotACidr},
    circumstances::{Circumstances, CoarseOrigin, InitiatorKind, SealedCircumstances},
    code::{Code, CodeMint, CodeState, MailedCode},
    code_lives::{CodeLives, Lifetime},
    confirmation::{Confirmation, ConfirmationEnd, Confirmations, DeadConfirmation},
    contact::Contact,
    day::Day,
    device::DeviceToken,
    earned::{Chosen, Renewed},
    email::{AddressError, EmailAddress, EmailKey},
    event::{Event, EventKind, Initiator, PasswordSource, Report},
    feedback::FeedbackTag,
    filter::IpFilterGroup,
    format::{FormatVersion, Unknown},
    id::{AccountId, CommitId, EventRef, Incarnation, KeyId, MachineId, MailId, Nonce},
    input::InputError,
    intent::{Intent, IntentKind},
    key_check::{KeyCheck, KeyChecks, KeyName},
    keyring::{Keyring, KeyringError, SealError},
    letter::{Letter, Message},
    link::{Links, LinksError, MailedLink},
    log_in::{LockOut, LogIns},
    mail::{Content, DeathCause, Dispatch, Mail, MailState, Retries, Subject},
    management::Management,
    must_change::MustChangeReason,
    notice::{HostNotice, Notice, NoticeKind},
    number::{Epoch, Ordinal, Version},
    only_to::OnlyTo,
    origin::{Network, Origin},
    password::{Password, TypedPassword},
    policy::{
        Blocklist, CharacterClass, CommonKind, CommonPart, PasswordPolicy, PasswordRule, PolicyBuilder,
        PolicyContext, PolicyError, Violation, ViolationCode,
    },
    process::Process,
    purpose::Purpose,
    quota_of::{QuotaOf, StrangersMail},
    realm::Realm,
    refusal::Refusal,
    rules::{Rules, RulesError},
    seal::{Sealed, SealedCarried, SealedIntent, SealedOrigin},
    session::SessionStamp,
    standing::{ClosedBy, OpenStanding, Standing, StandingKind, SuspensionReason},
    status::Status,
    suppression::{MailKind, Suppression, SuppressionScope, Undeliverable},
    tag::{AddressTag, DomainTag, QuotaTag},
    text::{Actor, IpFilterGroupName, Locale, Memo, PasswordValidity},
    throttle::{NotAQuota, Quota},
    time::{NotASpan, Span, Timestamp, TimestampError},
    unusable_hash::UnusableHash,
    web_url::{LinkUrl, ReturnUrl},
};
pub(crate) use self::{
    account::{
        AccountUpdate, AssignPassword, Change, ChangePassword, Close, CloseOwn, ConfirmEmail, DueWork,
        EmailChange, Imported, MailRequest, ManagementChange, NewPassword, PasswordChangeDemand,
        PriorPassword, ProveEmail, Redemption, ReplaceEmail, RevertEmail,
    },
    address::AddressBook,
    admission::{Admission, LogInSnapshot, VerificationTarget, VerifiedCredential},
    device::DeviceMint,
    feedback::{HeldBack, ReportedMail},
    hashed::{Candidate, Hashed, Stop},
    hex::{Hex, parse as parse_hex},
    letter_context::{LetterContext, Withdrawn},
    log_in::LockState,
    seal::Seal,
};
