//! The table as a page of the documentation.

use std::fmt::Write as _;

use super::{Cells, Command, Then, rows::TABLE};
use crate::domain::{Management, StandingKind, testing::Given};

/// Set to anything, it has the page written anew.
const REWRITE: &str = "ACCOUNTABLE_REWRITE_TABLE";

fn page() -> String {
    let mut page = String::from("| account | what it is |\n|---|---|\n");
    for given in Given::ALL {
        writeln!(page, "| {} | {} |", given.name(), given.meaning()).unwrap();
    }
    page.push_str("\n| command | standing | account | what comes of it |\n|---|---|---|---|\n");
    for row in TABLE {
        let mut named = command(row.command);
        let mut rest = &row.cells()[..];
        while let Some((_, cells)) = rest.first() {
            let same = rest.iter().take_while(|(_, other)| other == cells).count();
            let (these, others) = rest.split_at(same);
            rest = others;
            let mut standings = these.iter().map(|(stands, _)| stands.name()).collect::<Vec<_>>().join(", ");
            for (accounts, then) in lines(cells) {
                writeln!(page, "| {named} | {standings} | {accounts} | {} |", outcome(then)).unwrap();
                named.clear();
                standings.clear();
            }
        }
    }
    page
}

fn lines(cells: &Cells) -> Vec<(String, Then)> {
    let names = |these: &[Given]| these.iter().map(|given| given.name()).collect::<Vec<_>>().join("; ");
    let mut lines: Vec<_> = cells.but.iter().map(|(these, then)| (names(these), *then)).collect();
    lines.push((if lines.is_empty() { "any" } else { "any other" }.to_owned(), cells.otherwise));
    lines
}

fn by(management: Management) -> &'static str {
    match management {
        Management::Owner => "its owner",
        Management::Administrator => "an administrator",
    }
}

fn command(command: Command) -> String {
    let (name, who) = match command {
        Command::Register => ("register", "administrator: another account with its address"),
        Command::SignUp => ("sign_up", "stranger; as the courier decides"),
        Command::RequestPasswordSet => ("request_password_set", "administrator"),
        Command::RequestPasswordReset => ("request_password_reset", "stranger; as the courier decides"),
        Command::RequestEmailProof => ("request_email_proof", "administrator"),
        Command::RequestOwnEmailProof => ("request_email_proof", "owner"),
        Command::ProveEmail => ("prove_email", "owner, with its code"),
        Command::IssueCode(purpose) => {
            return format!("`issue_code`: `{}` (administrator)", purpose.as_str());
        }
        Command::InspectCode => ("inspect_code", "bearer of its last password code"),
        Command::ChoosePassword => ("choose_password", "bearer of its last password code"),
        Command::ChoosePasswordByReopening => ("choose_password", "bearer of a link that reopens"),
        Command::Authenticate => ("authenticate", "stranger with the right password"),
        Command::ChangePassword => ("change_password", "owner"),
        Command::RequirePasswordChange => ("require_password_change", "administrator"),
        Command::AssignPassword => ("assign_password", "administrator"),
        Command::ChangePasswordManagement(to) => {
            return format!("`change_password_management` to {} (administrator)", by(to));
        }
        Command::ReplaceEmail => ("replace_email", "administrator"),
        Command::ReplaceEmailDroppingRevert => {
            ("replace_email", "administrator, who says that the old mailbox is lost")
        }
        Command::Update => ("update", "administrator"),
        Command::RequestEmailChange => ("request_email_change", "owner"),
        Command::RequestPresentEmail => ("request_email_change", "owner, to the present address"),
        Command::ConfirmEmail => ("confirm_email", "owner, with its code"),
        Command::CancelEmailChange => ("cancel_email_change", "owner"),
        Command::CancelEmailChangeByCode => ("cancel_email_change", "bearer of its code"),
        Command::RevertEmailChange => ("revert_email_change", "bearer of its code"),
        Command::LockNotice => ("a lock", "failed log-ins; as the courier decides"),
        Command::DisabledNotice => {
            ("the end of a password by failures", "failed log-ins; as the courier decides")
        }
        Command::Suspend => ("suspend", "administrator"),
        Command::Reinstate => ("reinstate", "administrator"),
        Command::Unlock => ("unlock", "administrator"),
        Command::EndSessions => ("end_sessions", "administrator"),
        Command::EndOwnSessions => ("end_sessions", "owner"),
        Command::SetOwnLocale => ("set_locale", "owner"),
        Command::Close => ("close", "administrator"),
        Command::CloseOwn => ("close", "owner"),
        Command::Reopen => ("reopen", "administrator"),
        Command::Erase => {
            ("erase", "administrator; the courier when its time is over, and it waits for a revert")
        }
        Command::EraseDespiteRevert => ("erase", "administrator, despite a revert"),
    };
    format!("`{name}` ({who})")
}

fn outcome(then: Then) -> String {
    match then {
        Then::Registers => "another account comes to be".into(),
        Then::SignsUp => "another account comes to be; mails a `password_set` code".into(),
        Then::Yields => "it yields: it is erased, and another account comes to be".into(),
        Then::SignsUpAgain => "mails a `password_set` code, with what this sign-up carries".into(),
        Then::ProvesEmail => "the address is proven".into(),
        Then::Mails(purpose) => format!("mails a `{}` code", purpose.as_str()),
        Then::Issues(purpose) => format!("hands over a `{}` code", purpose.as_str()),
        Then::Notifies(notice) => format!("notice `{}`", notice.as_str()),
        Then::NotifiesWithCode(notice, purpose) => {
            format!("notice `{}`; mails a `{}` code", notice.as_str(), purpose.as_str())
        }
        Then::Sets(_, status) => format!("new password; then `{}`", status.as_str()),
        Then::Tells(state) => format!("told: {state}"),
        Then::Grants => "lets in".into(),
        Then::MustChange(why) => format!("lets in, to change the password ({why:?})").to_lowercase(),
        Then::Denies(denial) => format!("denied (for logs: `{}`)", denial.as_str()),
        Then::Manages(to) => format!("managed by {}", by(to)),
        Then::Awaits(Management::Owner) => "pending; mails a `password_management` code".into(),
        Then::Awaits(Management::Administrator) => "pending, until a password is assigned".into(),
        Then::KeepsManagement => "the pending change is dropped".into(),
        Then::Replaces(status) => {
            format!("the address is another, unproven; no password; then `{}`", status.as_str())
        }
        Then::SetsLocale => "the language of its mails is another".into(),
        Then::Updates => "what is named is changed".into(),
        Then::AsksForEmail => "pending; mails `email_confirm` and `email_cancel` codes".into(),
        Then::ConfirmsEmail => "the address is another, proven; mails an `email_revert` code".into(),
        Then::DropsEmailChange => "the pending address is dropped".into(),
        Then::RevertsEmail(StandingKind::Active) => {
            "the old address is back; no password; active; mails a `password_set` code".into()
        }
        Then::RevertsEmail(kind) => format!(
            "the old address is back; no password; still {}, and a `password_set` code is mailed once it is active",
            kind.as_str()
        ),
        Then::Shuts(kind) => format!("{}; sessions and codes end", kind.as_str()),
        Then::TakesOver => "closed by staff from now on; the codes that reopen it end".into(),
        Then::Opens(kind) => kind.as_str().into(),
        Then::Unlocks => "failed log-ins are forgotten".into(),
        Then::RequiresChange => "the password must be changed".into(),
        Then::EndsSessions => "sessions end".into(),
        Then::Erases => "erased".into(),
        Then::Nothing => "nothing changes".into(),
        Then::Refuses(code) => format!("`{code}`"),
    }
}

#[test]
fn the_documentation_shows_this_very_table() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/domain/table.md");
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(file, page()).unwrap();
    }
    let shown = std::fs::read_to_string(file).unwrap();
    assert!(shown == page(), "core/src/domain/table.md is out of date: run this test with {REWRITE}=1");
}
