//! The table's data.

use super::{Cells, Command::*, Row, Then, Then::*};
use crate::domain::{
    Denial, Management, MustChangeReason, NoticeKind,
    PasswordSource::{Assigned as ByStaff, Changed, Chosen},
    Purpose::{self, *},
    StandingKind::{Active, Closed, Suspended},
    Status::{ChangingEmail, ChangingPasswordManagement as ChangingManagement, InUse, New},
    testing::Given::{self, *},
};

const TAKEN: Then = Refuses("email_taken");
const PROVEN: Then = Refuses("address_proven");
const SET_NOT_EXPECTED: Then = Refuses("password_set_not_expected");
const NOT_EXPECTED: Then = Refuses("code_not_expected");
const SUSPENDED: Then = Refuses("account_suspended");
const CLOSED: Then = Refuses("account_closed");
const NOBODY: Then = Refuses("no_such_account");
const DEAD: Then = Refuses("dead_code");
const WRONG: Then = Refuses("wrong_password");
const MUST_CHANGE: Then = Refuses("password_change_required");
const UNCHANGED: Then = Refuses("address_unchanged");
const REVERT_LIVE: Then = Refuses("revert_live");
const ERASES: Cells = but(&[(&[EmailConfirmed], REVERT_LIVE)], Erases);
const NOT_PENDING: Then = Refuses("no_email_change_pending");

/// Never had a password.
const FRESH: &[Given] = &[Given::New, SignedUp, NewManaged];
/// Has no password.
const UNSET: &[Given] = &[Given::New, SignedUp, NewManaged, EmailReplaced, EmailReverted];
/// Has no password, and an address that nobody has proven.
const BARE: &[Given] = &[Given::New, SignedUp, NewManaged, EmailReplaced];
/// Has a password that its owner manages.
const RESETTABLE: &[Given] =
    &[Given::InUse, Unproven, Expired, ToAdministrator, EmailPending, EmailConfirmed];
/// Has a password that lets its owner do nothing but change it.
const OUTDATED: &[Given] = &[Expired, Assigned, Lapsed];
/// Has a password that was set since the last code was mailed.
const SPENT: &[Given] = &[Assigned, Lapsed, Given::Managed];
const PENDING: &[Given] = &[EmailPending];

const fn all(otherwise: Then) -> Cells {
    Cells { but: &[], otherwise }
}

const fn but(but: &'static [(&'static [Given], Then)], otherwise: Then) -> Cells {
    Cells { but, otherwise }
}

/// For active accounts only.
const fn active(command: super::Command, active: Cells) -> Row {
    let closed = all(CLOSED);
    Row { command, active, suspended: all(SUSPENDED), closed_by_owner: closed, closed, erased: all(NOBODY) }
}

/// For all that are not closed.
const fn open(command: super::Command, open: Cells) -> Row {
    let closed = all(CLOSED);
    Row { command, active: open, suspended: open, closed_by_owner: closed, closed, erased: all(NOBODY) }
}

/// By a code: whatever is amiss, it is dead.
const fn by_code(command: super::Command, active: Cells) -> Row {
    let dead = all(DEAD);
    Row { command, active, suspended: dead, closed_by_owner: dead, closed: dead, erased: dead }
}

const fn issue(purpose: Purpose, but: &'static [(&'static [Given], Then)]) -> Row {
    active(IssueCode(purpose), Cells { but, otherwise: NOT_EXPECTED })
}

pub(super) static TABLE: &[Row] = &[
    Row {
        command: Register,
        active: but(&[(&[SignedUp], Yields)], TAKEN),
        // Whoever suspends or closes a sign-up makes it staff's own.
        suspended: all(TAKEN),
        closed_by_owner: all(TAKEN),
        closed: all(TAKEN),
        erased: all(Registers),
    },
    Row {
        command: SignUp,
        active: but(&[(FRESH, SignsUpAgain)], Notifies(NoticeKind::AlreadyRegistered)),
        suspended: all(SUSPENDED),
        closed_by_owner: all(Mails(Purpose::Reopen)),
        closed: all(Notifies(NoticeKind::ClosedByStaff)),
        erased: all(SignsUp),
    },
    active(RequestPasswordSet, but(&[(UNSET, Mails(PasswordSet))], SET_NOT_EXPECTED)),
    active(
        RequestPasswordReset,
        but(
            &[
                (&[Given::New, SignedUp, EmailReplaced, EmailReverted], Mails(PasswordSet)),
                (RESETTABLE, Mails(PasswordReset)),
            ],
            SET_NOT_EXPECTED,
        ),
    ),
    active(RequestEmailProof, but(&[(&[Unproven], Mails(EmailProof)), (BARE, NOT_EXPECTED)], PROVEN)),
    active(
        RequestOwnEmailProof,
        but(&[(&[Unproven], Mails(EmailProof)), (BARE, NOT_EXPECTED), (OUTDATED, MUST_CHANGE)], PROVEN),
    ),
    active(ProveEmail, but(&[(&[Unproven], ProvesEmail), (OUTDATED, MUST_CHANGE)], DEAD)),
    active(IssueCode(PasswordSet), but(&[(UNSET, Issues(PasswordSet))], SET_NOT_EXPECTED)),
    issue(PasswordReset, &[(RESETTABLE, Issues(PasswordReset))]),
    issue(PasswordManagement, &[(&[ToOwner], Issues(PasswordManagement))]),
    issue(EmailConfirm, &[(PENDING, Issues(EmailConfirm))]),
    issue(EmailCancel, &[(PENDING, Issues(EmailCancel))]),
    issue(EmailRevert, &[]),
    issue(Purpose::Reopen, &[]),
    active(IssueCode(EmailProof), but(&[(&[Unproven], Issues(EmailProof)), (BARE, NOT_EXPECTED)], PROVEN)),
    Row {
        command: InspectCode,
        active: but(&[(SPENT, Tells("used"))], Tells("live")),
        suspended: all(Tells("used")),
        closed_by_owner: but(&[(&[Given::Managed, ToOwner], Tells("used"))], Tells("live")),
        closed: all(Tells("used")),
        erased: all(Tells("invalid")),
    },
    Row {
        command: ChoosePassword,
        active: but(
            &[(SPENT, DEAD), (&[ToAdministrator], Sets(Chosen, ChangingManagement))],
            Sets(Chosen, InUse),
        ),
        suspended: all(DEAD),
        closed_by_owner: but(
            &[(&[Given::Managed, ToOwner], DEAD), (&[ToAdministrator], Sets(Chosen, ChangingManagement))],
            Sets(Chosen, InUse),
        ),
        closed: all(DEAD),
        erased: all(DEAD),
    },
    Row {
        command: ChoosePasswordByReopening,
        active: all(DEAD),
        suspended: all(DEAD),
        closed_by_owner: but(&[(&[ToAdministrator], Sets(Chosen, ChangingManagement))], Sets(Chosen, InUse)),
        closed: all(DEAD),
        erased: all(DEAD),
    },
    Row {
        command: Authenticate,
        active: but(
            &[
                (UNSET, Denies(Denial::NoPassword)),
                (&[Expired], MustChange(MustChangeReason::Expired)),
                (&[Assigned], MustChange(MustChangeReason::Assigned)),
                (&[Lapsed], Denies(Denial::Lapsed)),
            ],
            Grants,
        ),
        suspended: all(Denies(Denial::Suspended)),
        closed_by_owner: all(Denies(Denial::Closed)),
        closed: all(Denies(Denial::Closed)),
        erased: all(Denies(Denial::UnknownAddress)),
    },
    active(
        ChangePassword,
        but(
            &[
                (&[Given::New, SignedUp, NewManaged, Lapsed, EmailReplaced, EmailReverted], WRONG),
                (&[ToOwner, ToAdministrator], Sets(Changed, ChangingManagement)),
            ],
            Sets(Changed, InUse),
        ),
    ),
    open(
        RequirePasswordChange,
        but(&[(UNSET, Refuses("no_password")), (&[Assigned, Lapsed], Nothing)], RequiresChange),
    ),
    open(AssignPassword, but(&[(&[ToOwner], Sets(ByStaff, ChangingManagement))], Sets(ByStaff, InUse))),
    Row {
        command: ChangePasswordManagement(Management::Owner),
        active: but(
            &[
                (&[NewManaged], Manages(Management::Owner)),
                (&[Assigned, Lapsed, Given::Managed], Awaits(Management::Owner)),
                (&[ToOwner], Mails(PasswordManagement)),
                (&[ToAdministrator], KeepsManagement),
            ],
            Nothing,
        ),
        suspended: but(
            &[
                (&[NewManaged], Manages(Management::Owner)),
                (&[Assigned, Lapsed, Given::Managed, ToOwner], SUSPENDED),
                (&[ToAdministrator], KeepsManagement),
            ],
            Nothing,
        ),
        closed_by_owner: all(CLOSED),
        closed: all(CLOSED),
        erased: all(NOBODY),
    },
    open(
        ChangePasswordManagement(Management::Administrator),
        but(
            &[
                (&[Given::New, SignedUp, EmailReplaced, EmailReverted], Manages(Management::Administrator)),
                (&[ToOwner], KeepsManagement),
                (&[NewManaged, Assigned, Lapsed, Given::Managed, ToAdministrator], Nothing),
            ],
            Awaits(Management::Administrator),
        ),
    ),
    open(ReplaceEmail, but(&[(FRESH, Replaces(New))], Replaces(ChangingEmail))),
    open(ReplaceEmailDroppingRevert, but(&[(FRESH, Replaces(New))], Replaces(ChangingEmail))),
    open(Update, all(Updates)),
    active(
        RequestEmailChange,
        but(&[(UNSET, WRONG), (OUTDATED, MUST_CHANGE), (&[EmailConfirmed], REVERT_LIVE)], AsksForEmail),
    ),
    active(RequestPresentEmail, but(&[(UNSET, WRONG), (OUTDATED, MUST_CHANGE)], UNCHANGED)),
    active(ConfirmEmail, but(&[(OUTDATED, MUST_CHANGE), (PENDING, ConfirmsEmail)], DEAD)),
    active(CancelEmailChange, but(&[(OUTDATED, MUST_CHANGE), (PENDING, DropsEmailChange)], NOT_PENDING)),
    by_code(CancelEmailChangeByCode, but(&[(PENDING, DropsEmailChange)], DEAD)),
    Row {
        command: RevertEmailChange,
        active: but(&[(&[EmailConfirmed], RevertsEmail(Active))], DEAD),
        suspended: but(&[(&[EmailConfirmed], RevertsEmail(Suspended))], DEAD),
        closed_by_owner: but(&[(&[EmailConfirmed], RevertsEmail(Active))], DEAD),
        closed: but(&[(&[EmailConfirmed], RevertsEmail(Closed))], DEAD),
        erased: all(DEAD),
    },
    active(LockNotice, all(Notifies(NoticeKind::Locked))),
    active(
        DisabledNotice,
        but(
            &[(UNSET, Nothing), (RESETTABLE, NotifiesWithCode(NoticeKind::Disabled, PasswordReset))],
            Notifies(NoticeKind::Disabled),
        ),
    ),
    Row {
        command: Suspend,
        active: all(Shuts(Suspended)),
        suspended: all(Nothing),
        closed_by_owner: all(CLOSED),
        closed: all(CLOSED),
        erased: all(NOBODY),
    },
    Row {
        command: Reinstate,
        active: all(Nothing),
        suspended: all(Opens(Active)),
        closed_by_owner: all(CLOSED),
        closed: all(CLOSED),
        erased: all(NOBODY),
    },
    open(Unlock, all(Unlocks)),
    open(EndSessions, all(EndsSessions)),
    active(EndOwnSessions, but(&[(OUTDATED, MUST_CHANGE)], EndsSessions)),
    active(SetOwnLocale, but(&[(OUTDATED, MUST_CHANGE)], SetsLocale)),
    Row {
        command: Close,
        active: all(Shuts(Closed)),
        suspended: all(Shuts(Closed)),
        closed_by_owner: all(TakesOver),
        closed: all(Nothing),
        erased: all(NOBODY),
    },
    active(CloseOwn, but(&[(UNSET, WRONG), (OUTDATED, MUST_CHANGE)], Shuts(Closed))),
    Row {
        command: super::Command::Reopen,
        active: all(Nothing),
        suspended: all(Nothing),
        closed_by_owner: all(Opens(Active)),
        closed: all(Opens(Active)),
        erased: all(NOBODY),
    },
    Row {
        command: Erase,
        active: ERASES,
        suspended: ERASES,
        closed_by_owner: ERASES,
        closed: ERASES,
        erased: all(Nothing),
    },
    Row {
        command: EraseDespiteRevert,
        active: all(Erases),
        suspended: all(Erases),
        closed_by_owner: all(Erases),
        closed: all(Erases),
        erased: all(Nothing),
    },
];
