//! Everything that can be done to an account, each by one call: what random lives and the search for dead ends share.

use crate::domain::{testing::*, *};

/// One thing that is done. Small numbers name an address of [`ADDRESSES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    RequestSet {
        bypass: bool,
    },
    RequestReset {
        stranger: bool,
    },
    SignUpAgain,
    AlreadyRegistered,
    /// Somebody signs up the address of a closed account.
    SignUpClosed,
    RequestProof,
    RequestOwnProof,
    /// With the code that is brought.
    ProveEmail,
    Issue(Purpose),
    /// With the code that is brought.
    Choose {
        weak: bool,
    },
    Assign,
    Change {
        stale: bool,
    },
    Rehash,
    NoteLogIn,
    DemandChange,
    Manage(Management),
    Replace(usize),
    /// And the old mailbox is said to be lost.
    ReplaceDroppingRevert(usize),
    Update {
        days: u16,
    },
    AskForEmail(usize),
    /// With the code that is brought.
    ConfirmEmail,
    CancelEmailChange,
    /// With the code that is brought.
    CancelByCode,
    /// With the code that is brought.
    RevertEmail,
    LockNotice,
    DisabledNotice {
        by_link: bool,
    },
    Suspend,
    Reinstate,
    EndSessions,
    EndOwnSessions,
    Close,
    CloseOwn,
    Reopen,
    PutOffEnd,
    DueWork,
    Erase,
}

/// The addresses that accounts contend for; the second is the first in another spelling.
pub(super) const ADDRESSES: [&str; 5] =
    ["one@example.com", "ONE@example.com", "two@example.com", "three@example.com", "owner-1@example.com"];

pub(super) fn address(number: usize) -> EmailAddress {
    EmailAddress::parse(ADDRESSES[number % ADDRESSES.len()]).unwrap()
}

/// What an act is done with.
pub(super) struct By<'a> {
    pub(super) world: &'a World,
    pub(super) account: &'a Account,
    /// The code that somebody brings.
    pub(super) code: &'a MailedCode,
    /// The record of the account's address.
    pub(super) address: Option<&'a Address>,
    /// Names new mails, nonces and hashes.
    pub(super) number: u64,
    pub(super) now: Timestamp,
}

impl By<'_> {
    pub(super) fn does(&self, act: Act) -> Result<Change, Stop> {
        let Self { world, account, code, address: known, number, now } = *self;
        let request = MailRequest { address: known, ..world.request(2 * number, now) };
        let notice = MailId::from_bytes(u128::from(2 * number + 2).to_be_bytes());
        let fresh = world.fresh(account, number);
        let new = NewPassword { notice, ..world.judge(&fresh, now) };
        let strict = PasswordPolicy::builder().length(100..=200).build().unwrap();
        let redemption = world.redeem(code, now);
        let current = account.facts().ok().and_then(|facts| facts.password.clone());
        let verified = &current.map_or_else(|| world.hash(account, 0), |current| current.hash);
        let epoch = account.epoch;
        let close = Close { notice, ..closing(now) };
        let change = match act {
            Act::RequestSet { bypass } => {
                account.request_password_set(&MailRequest { bypass_throttle: bypass, ..request })
            }
            Act::RequestReset { stranger } => {
                let stranger_caused = stranger.then_some(MailKind::Reset);
                account.request_password_reset(&MailRequest { stranger_caused, ..request })
            }
            Act::AlreadyRegistered => {
                let stranger_caused = Some(MailKind::SignUp);
                account.already_registered(&MailRequest { stranger_caused, ..request })
            }
            Act::SignUpClosed => account
                .signed_up_while_closed(&MailRequest { stranger_caused: Some(MailKind::SignUp), ..request }),
            Act::SignUpAgain => {
                account.sign_up_again(&MailRequest { stranger_caused: Some(MailKind::SignUp), ..request })
            }
            Act::RequestProof => account.request_email_proof(&request),
            Act::RequestOwnProof => account.request_own_email_proof(epoch, &request),
            Act::ProveEmail => account.prove_email(&ProveEmail { redemption, epoch }),
            Act::Issue(purpose) => account.issue_code(purpose, &request),
            Act::Choose { weak } => {
                let policy = if weak { &strict } else { new.policy };
                return account.choose_password(&redemption, &NewPassword { policy, ..new });
            }
            Act::Assign => {
                let temporary = Rules::default().temporary_password;
                return account.assign_password(&AssignPassword { new, temporary });
            }
            Act::Change { stale } => {
                let epoch = if stale { epoch.next() } else { epoch };
                return account.change_password(&ChangePassword { new, verified, epoch });
            }
            Act::Rehash => account.rehashed(verified, &world.hash(account, number), false),
            Act::NoteLogIn => account.note_log_in(epoch, now),
            Act::DemandChange => account.demand_change(MustChangeReason::Truncated, now),
            Act::Manage(to) => account.change_password_management(&ManagementChange { to, code: request }),
            Act::Replace(to) | Act::ReplaceDroppingRevert(to) => {
                let email = &address(to);
                let dropping_revert = act == Act::ReplaceDroppingRevert(to);
                let replacement = world.replacement(email, 0, now);
                account.replace_email(&ReplaceEmail { notice, dropping_revert, ..replacement })
            }
            Act::Update { days } => {
                account.update(&AccountUpdate { attributes: &validity_of(days), ..world.update(now) })
            }
            Act::AskForEmail(to) => {
                let email = &address(to);
                let tag = world.keys.address_tag(&world.realm, email);
                let cancel_page = &world.page;
                account.request_email_change(&EmailChange {
                    code: request,
                    notice,
                    cancel_page,
                    email,
                    tag,
                    verified,
                    epoch,
                })
            }
            Act::ConfirmEmail => account.confirm_email(&ConfirmEmail { redemption, revert: request, epoch }),
            Act::CancelEmailChange => account.cancel_email_change(epoch, now),
            Act::CancelByCode => account.cancel_email_change_by_code(&redemption),
            Act::RevertEmail => {
                account.revert_email_change(&RevertEmail { redemption, set: request, history: 0 })
            }
            Act::LockNotice => account.lock_notice(notice, now),
            Act::DisabledNotice { by_link } => {
                let stranger_caused = Some(MailKind::LogIn);
                account.disabled_notice(&MailRequest { stranger_caused, ..request }, notice, by_link)
            }
            Act::Suspend => account.suspend(&SuspensionReason::parse("unpaid").unwrap(), now),
            Act::Reinstate => account.reinstate(&request),
            Act::EndSessions => account.end_sessions(),
            Act::EndOwnSessions => account.end_own_sessions(epoch, now),
            Act::Close => account.close(&close),
            Act::CloseOwn => account.close_own(&CloseOwn {
                reopen: request,
                notice,
                ..world.own_closing(verified, epoch, 0, now)
            }),
            Act::Reopen => account.reopen(&request),
            Act::PutOffEnd => account.put_off_end(Span::days(1), now),
            Act::DueWork => {
                let warnings = Rules::default().expiry_warnings;
                account.due_work(&DueWork { now, notice, warnings })
            }
            Act::Erase => account.erase_by_staff(now, &[], true),
        };
        Ok(change?)
    }
}
