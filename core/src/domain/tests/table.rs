//! The table: what each command does in each standing to each shape of an account, as data, and the tests that hold it.
//!
//! The same data make the page that the crate's documentation shows.

mod effects;
mod page;
mod rows;
mod run;

use self::{
    rows::TABLE,
    run::{links, when},
};
use crate::domain::{testing::*, *};

/// One thing that somebody can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Register,
    SignUp,
    RequestPasswordSet,
    RequestPasswordReset,
    RequestEmailProof,
    RequestOwnEmailProof,
    ProveEmail,
    IssueCode(Purpose),
    InspectCode,
    ChoosePassword,
    ChoosePasswordByReopening,
    Authenticate,
    ChangePassword,
    RequirePasswordChange,
    AssignPassword,
    ChangePasswordManagement(Management),
    ReplaceEmail,
    ReplaceEmailDroppingRevert,
    Update,
    RequestEmailChange,
    RequestPresentEmail,
    ConfirmEmail,
    CancelEmailChange,
    CancelEmailChangeByCode,
    RevertEmailChange,
    LockNotice,
    DisabledNotice,
    Suspend,
    Reinstate,
    Unlock,
    EndSessions,
    EndOwnSessions,
    SetOwnLocale,
    Close,
    CloseOwn,
    Reopen,
    Erase,
    EraseDespiteRevert,
}

impl Command {
    /// Each of them: a command that the match does not know does not compile.
    fn all() -> Vec<Self> {
        let mut all = vec![Self::Register];
        while let Some(next) = all.last().and_then(|last| last.next()) {
            all.push(next);
        }
        all
    }

    fn next(self) -> Option<Self> {
        let after = |purpose| Purpose::ALL.into_iter().find(|other| *other > purpose);
        Some(match self {
            Self::Register => Self::SignUp,
            Self::SignUp => Self::RequestPasswordSet,
            Self::RequestPasswordSet => Self::RequestPasswordReset,
            Self::RequestPasswordReset => Self::RequestEmailProof,
            Self::RequestEmailProof => Self::RequestOwnEmailProof,
            Self::RequestOwnEmailProof => Self::ProveEmail,
            Self::ProveEmail => Self::IssueCode(Purpose::PasswordSet),
            Self::IssueCode(purpose) => after(purpose).map_or(Self::InspectCode, Self::IssueCode),
            Self::InspectCode => Self::ChoosePassword,
            Self::ChoosePassword => Self::ChoosePasswordByReopening,
            Self::ChoosePasswordByReopening => Self::Authenticate,
            Self::Authenticate => Self::ChangePassword,
            Self::ChangePassword => Self::RequirePasswordChange,
            Self::RequirePasswordChange => Self::AssignPassword,
            Self::AssignPassword => Self::ChangePasswordManagement(Management::Owner),
            Self::ChangePasswordManagement(Management::Owner) => {
                Self::ChangePasswordManagement(Management::Administrator)
            }
            Self::ChangePasswordManagement(Management::Administrator) => Self::ReplaceEmail,
            Self::ReplaceEmail => Self::ReplaceEmailDroppingRevert,
            Self::ReplaceEmailDroppingRevert => Self::Update,
            Self::Update => Self::RequestEmailChange,
            Self::RequestEmailChange => Self::RequestPresentEmail,
            Self::RequestPresentEmail => Self::ConfirmEmail,
            Self::ConfirmEmail => Self::CancelEmailChange,
            Self::CancelEmailChange => Self::CancelEmailChangeByCode,
            Self::CancelEmailChangeByCode => Self::RevertEmailChange,
            Self::RevertEmailChange => Self::LockNotice,
            Self::LockNotice => Self::DisabledNotice,
            Self::DisabledNotice => Self::Suspend,
            Self::Suspend => Self::Reinstate,
            Self::Reinstate => Self::Unlock,
            Self::Unlock => Self::EndSessions,
            Self::EndSessions => Self::EndOwnSessions,
            Self::EndOwnSessions => Self::SetOwnLocale,
            Self::SetOwnLocale => Self::Close,
            Self::Close => Self::CloseOwn,
            Self::CloseOwn => Self::Reopen,
            Self::Reopen => Self::Erase,
            Self::Erase => Self::EraseDespiteRevert,
            Self::EraseDespiteRevert => return None,
        })
    }
}

/// What comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Another account comes to be, with the same address.
    Registers,
    /// The same, and a link to choose a password is mailed.
    SignsUp,
    /// A sign-up yields its address, and another account comes to be.
    Yields,
    /// The link to choose a password is mailed again.
    SignsUpAgain,
    /// The address is proven, and nothing else changes.
    ProvesEmail,
    /// A code of this purpose is mailed.
    Mails(Purpose),
    /// A code of this purpose is handed over, and nothing is mailed.
    Issues(Purpose),
    /// The owner is told.
    Notifies(NoticeKind),
    /// The owner is told, and a code of this purpose is mailed beside.
    NotifiesWithCode(NoticeKind, Purpose),
    /// The account has a new password, got this way, and this status.
    Sets(PasswordSource, Status),
    /// The bearer of the code is told this.
    Tells(&'static str),
    /// A right password lets in.
    Grants,
    /// A right password lets in, to change it.
    MustChange(MustChangeReason),
    /// No password lets in.
    Denies(Denial),
    /// The passwords are set by this one from now on.
    Manages(Management),
    /// The passwords are set by this one from their first on; the owner gets a code.
    Awaits(Management),
    /// A change of who sets the passwords is dropped.
    KeepsManagement,
    /// Another address takes the place of the current one; then it has this status.
    Replaces(Status),
    Updates,
    /// The language of its mails is another.
    SetsLocale,
    /// Another address is pending.
    AsksForEmail,
    ConfirmsEmail,
    DropsEmailChange,
    /// The old address is back, and the account stands like this.
    RevertsEmail(StandingKind),
    /// It stands like this from now on, and is shut.
    Shuts(StandingKind),
    /// What its owner closed is closed by staff from now on.
    TakesOver,
    /// It stands like this again.
    Opens(StandingKind),
    Unlocks,
    /// The password must be changed at the next log-in.
    RequiresChange,
    EndsSessions,
    Erases,
    /// It is so already: nothing is written.
    Nothing,
    /// Nothing is done.
    Refuses(&'static str),
}

/// A command in each standing.
struct Row {
    command: Command,
    active: Cells,
    suspended: Cells,
    closed_by_owner: Cells,
    closed: Cells,
    erased: Cells,
}

/// Where an account stands, as far as commands tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Active,
    Suspended,
    ClosedByOwner,
    ClosedByStaff,
    Erased,
}

impl Stands {
    const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::ClosedByOwner => "closed by its owner",
            Self::ClosedByStaff => "closed by staff",
            Self::Erased => "erased",
        }
    }

    /// Whether an account of that shape can come to stand so.
    fn is_for(self, given: Given) -> bool {
        self != Self::ClosedByOwner || given.is_closable_by_its_owner()
    }

    /// The account, standing so now.
    fn of(self, world: &World, account: Account) -> Account {
        let account = match self {
            Self::Active => account,
            Self::Suspended => standing(account, StandingKind::Suspended),
            // A while ago: no throttle is in the way.
            Self::ClosedByOwner => world.closed_by_owner(&account, 120, NOW - Span::minutes(20)),
            Self::ClosedByStaff => standing(account, StandingKind::Closed),
            Self::Erased => standing(account, StandingKind::Erased),
        };
        account.as_of(NOW, Quota::ACCOUNT).0
    }
}

/// What comes of it: for these shapes that, for all others this.
#[derive(Clone, Copy, PartialEq)]
struct Cells {
    but: &'static [(&'static [Given], Then)],
    otherwise: Then,
}

impl Row {
    fn cells(&self) -> [(Stands, Cells); 5] {
        [
            (Stands::Active, self.active),
            (Stands::Suspended, self.suspended),
            (Stands::ClosedByOwner, self.closed_by_owner),
            (Stands::ClosedByStaff, self.closed),
            (Stands::Erased, self.erased),
        ]
    }
}

impl Cells {
    fn then(&self, given: Given) -> Then {
        let but = self.but.iter().find(|(these, _)| these.contains(&given));
        but.map_or(self.otherwise, |(_, then)| *then)
    }
}

#[test]
fn every_cell_of_the_table_is_so() {
    let world = World::new();
    let mut wrong = Vec::new();
    for row in TABLE {
        for (stands, cells) in row.cells() {
            for given in Given::ALL.into_iter().filter(|given| stands.is_for(*given)) {
                let account = given.account(&world);
                let links = links(&world, &account, given);
                let account = stands.of(&world, account);
                let links = links.and_reopening(&world, &account);
                let (actual, expected) = (when(row.command, &world, &account, &links), cells.then(given));
                if actual != expected {
                    let command = row.command;
                    wrong.push(format!("{command:?} {stands:?} {given:?}: {actual:?}, not {expected:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_has_each_command_once_and_names_no_shape_twice() {
    for command in Command::all() {
        assert_eq!(TABLE.iter().filter(|row| row.command == command).count(), 1, "{command:?}");
    }
    assert_eq!(TABLE.len(), Command::all().len());
    for row in TABLE {
        for (stands, cells) in row.cells() {
            let mut named: Vec<_> = cells.but.iter().flat_map(|(these, _)| these.iter()).collect();
            let count = named.len();
            named.sort_unstable();
            named.dedup();
            assert_eq!(named.len(), count, "{:?} {stands:?}", row.command);
            assert!(cells.but.iter().flat_map(|(these, _)| these.iter()).all(|given| stands.is_for(*given)));
            assert!(count < Given::ALL.len() && cells.but.iter().all(|(_, then)| *then != cells.otherwise));
        }
    }
}

#[test]
fn each_shape_has_the_status_and_standing_that_it_is_named_for() {
    let world = World::new();
    for given in Given::ALL {
        let account = given.account(&world);
        assert_eq!(account.status(), Ok(given.status()), "{given:?}");
        for kind in
            [StandingKind::Active, StandingKind::Suspended, StandingKind::Closed, StandingKind::Erased]
        {
            assert_eq!(standing(account.clone(), kind).standing(), kind);
        }
    }
}

#[test]
fn the_status_is_the_first_that_holds() {
    let world = World::new();
    let all_at_once = |facts: &mut Facts| {
        facts.pending_management = Some(Management::Owner);
        facts.replaced = true;
        facts.password = None;
    };
    // A replaced address on an account that never had a password leaves it new.
    let new = with_facts(Given::New.account(&world), all_at_once);
    assert_eq!(new.status(), Ok(Status::New));
    let changing_email = with_facts(Given::EmailPending.account(&world), all_at_once);
    assert_eq!(changing_email.status(), Ok(Status::ChangingEmail));
    let replaced = with_facts(Given::InUse.account(&world), all_at_once);
    assert_eq!(replaced.status(), Ok(Status::ChangingEmail));
    // A replaced address with a password, as assigning one leaves it, changes nothing any more.
    let assigned = with_facts(Given::InUse.account(&world), |facts| facts.replaced = true);
    assert_eq!(assigned.status(), Ok(Status::InUse));
    assert_eq!(Given::ToOwner.account(&world).status(), Ok(Status::ChangingPasswordManagement));
}
