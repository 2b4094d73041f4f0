//! Runs a command of the table at [`NOW`], and says what came of it.

use std::collections::BTreeMap;

use super::{Command, Then, effects::Seen};
use crate::domain::{testing::*, *};

/// The codes that were mailed for an account, whatever becomes of it.
pub(super) struct Links {
    /// That of the last mail that lets its bearer choose a password.
    password: MailedCode,
    of: BTreeMap<Purpose, MailedCode>,
    never: MailedCode,
}

pub(super) fn links(world: &World, account: &Account, given: Given) -> Links {
    let mailed = account.facts().unwrap().confirmations.keys();
    Links {
        password: world.code(account, given.password_code()),
        of: mailed.map(|purpose| (*purpose, world.code(account, *purpose))).collect(),
        never: MailedCode::new(&account.id.to_string(), &"A".repeat(43)),
    }
}

impl Links {
    /// With the one that reopens the account, where there is one.
    pub(super) fn and_reopening(mut self, world: &World, account: &Account) -> Self {
        let codes = account.facts().ok().and_then(|facts| facts.confirmations.get(&Purpose::Reopen));
        if codes.is_some() {
            self.of.insert(Purpose::Reopen, world.code(account, Purpose::Reopen));
        }
        self
    }

    fn for_what(&self, purpose: Purpose) -> &MailedCode {
        self.of.get(&purpose).unwrap_or(&self.never)
    }
}

/// Runs the command, and looks at all that it may and may not change.
pub(super) fn when(command: Command, world: &World, account: &Account, links: &Links) -> Then {
    let redeems = matches!(
        command,
        Command::ChoosePassword
            | Command::ChoosePasswordByReopening
            | Command::ConfirmEmail
            | Command::CancelEmailChangeByCode
            | Command::RevertEmailChange
            | Command::ProveEmail
    );
    let seen = Seen { world, before: account, redeems };
    let request = world.request(1, NOW);
    let fresh = world.fresh(account, 1);
    let new = world.judge(&fresh, NOW);
    let current = account.facts().ok().and_then(|facts| facts.password.clone());
    let verified = current.map_or_else(|| world.hash(account, 2), |current| current.hash);
    let epoch = account.epoch;
    let other = EmailAddress::parse("third@example.com").unwrap();
    match command {
        Command::Register => registers(world, account),
        Command::SignUp => match account.status() {
            Ok(_) if account.standing() == StandingKind::Closed => signs_up_closed(&seen, &request),
            Ok(Status::New) => seen.signs_up_again(account.sign_up_again(&request)),
            Ok(_) => seen.notifies(account.already_registered(&request)),
            Err(_) => {
                assert_eq!(registers(world, account), Then::Registers);
                let signed_up = world.registered(9, NOW);
                let mails = Seen { world, before: &signed_up, redeems: false };
                let mailed = mails.mails(signed_up.request_password_set(&request));
                assert_eq!(mailed, Then::Mails(Purpose::PasswordSet));
                Then::SignsUp
            }
        },
        Command::RequestPasswordSet => seen.mails(account.request_password_set(&request)),
        Command::RequestPasswordReset => seen.mails(account.request_password_reset(&request)),
        Command::RequestEmailProof => seen.mails(account.request_email_proof(&request)),
        Command::RequestOwnEmailProof => seen.mails(account.request_own_email_proof(epoch, &request)),
        Command::ProveEmail => {
            let redemption = world.redeem(links.for_what(Purpose::EmailProof), NOW);
            seen.proves_email(account.prove_email(&ProveEmail { redemption, epoch }))
        }
        Command::IssueCode(purpose) => seen.issues(account.issue_code(purpose, &request)),
        Command::InspectCode => {
            Then::Tells(match account.inspect_code(&world.redeem(&links.password, NOW)) {
                CodeState::Live { .. } => "live",
                CodeState::Used { .. } => "used",
                CodeState::Expired { .. } => "expired",
                CodeState::Invalid => "invalid",
            })
        }
        Command::ChoosePassword => {
            seen.sets(account.choose_password(&world.redeem(&links.password, NOW), &new))
        }
        Command::ChoosePasswordByReopening => {
            let code = links.for_what(Purpose::Reopen);
            seen.sets(account.choose_password(&world.redeem(code, NOW), &new))
        }
        Command::Authenticate => admits(account),
        Command::ChangePassword => {
            seen.sets(account.change_password(&ChangePassword { new, verified: &verified, epoch }))
        }
        Command::RequirePasswordChange => {
            let demand = PasswordChangeDemand { ends_sessions: false, set_until: None };
            seen.requires_change(account.require_password_change(&demand, NOW))
        }
        Command::AssignPassword => {
            seen.sets(account.assign_password(&AssignPassword { new, temporary: Span::hours(72) }))
        }
        Command::ChangePasswordManagement(to) => {
            seen.manages(to, account.change_password_management(&ManagementChange { to, code: request }))
        }
        Command::ReplaceEmail => {
            seen.replaces(&other, false, account.replace_email(&world.replacement(&other, 9, NOW)))
        }
        Command::ReplaceEmailDroppingRevert => {
            let lost = ReplaceEmail { dropping_revert: true, ..world.replacement(&other, 9, NOW) };
            seen.replaces(&other, true, account.replace_email(&lost))
        }
        Command::Update => {
            let (memo, locale) = (Memo::parse("good customer").unwrap(), Locale::parse("ko").unwrap());
            let group = IpFilterGroupName::parse("office").unwrap();
            let AccountChanges { attributes, .. } = AccountChanges::default()
                .with_memo(memo)
                .with_validity(PasswordValidity::days(365).unwrap())
                .with_ip_filter_group(Some(group))
                .with_locale(Some(locale));
            seen.updates(account.update(&AccountUpdate { attributes: &attributes, ..world.update(NOW) }))
        }
        Command::RequestEmailChange | Command::RequestPresentEmail => {
            let present = account.facts().ok().map(|facts| facts.mailbox.address.clone());
            let email = &match command {
                Command::RequestPresentEmail => present.unwrap_or(other),
                _ => other,
            };
            let tag = world.keys.address_tag(&world.realm, email);
            let notice = MailId::from_bytes([252; 16]);
            let cancel_page = &world.page;
            let verified = &verified;
            seen.asks_for_email(
                email,
                account.request_email_change(&EmailChange {
                    code: request,
                    notice,
                    cancel_page,
                    email,
                    tag,
                    verified,
                    epoch,
                }),
            )
        }
        Command::ConfirmEmail => seen.confirms_email(account.confirm_email(&ConfirmEmail {
            redemption: world.redeem(links.for_what(Purpose::EmailConfirm), NOW),
            revert: request,
            epoch,
        })),
        Command::CancelEmailChange => seen.email_change_dropped(account.cancel_email_change(epoch, NOW)),
        Command::CancelEmailChangeByCode => {
            let code = links.for_what(Purpose::EmailCancel);
            seen.email_change_dropped(account.cancel_email_change_by_code(&world.redeem(code, NOW)))
        }
        Command::RevertEmailChange => {
            let code = links.for_what(Purpose::EmailRevert);
            seen.reverts_email(account.revert_email_change(&world.take_back(code, 1, NOW)))
        }
        Command::LockNotice => seen.notifies(account.lock_notice(MailId::from_bytes([249; 16]), NOW)),
        Command::DisabledNotice => {
            seen.notifies_of_the_end(account.disabled_notice(&request, MailId::from_bytes([248; 16]), true))
        }
        Command::Suspend => seen.shuts(account.suspend(&SuspensionReason::parse("unpaid").unwrap(), NOW)),
        Command::Reinstate => seen.opens(account.reinstate(&request)),
        Command::Unlock => unlocks(world, account),
        Command::EndSessions => seen.ends_sessions(account.end_sessions()),
        Command::EndOwnSessions => seen.ends_sessions(account.end_own_sessions(epoch, NOW)),
        Command::SetOwnLocale => {
            seen.sets_locale(account.set_own_locale(Some(&Locale::parse("ko").unwrap()), epoch, NOW))
        }
        Command::Close => seen.shuts(account.close(&closing(NOW))),
        Command::CloseOwn => seen.shuts(account.close_own(&world.own_closing(&verified, epoch, 1, NOW))),
        Command::Reopen => seen.opens(account.reopen(&request)),
        Command::Erase => seen.erases(account.erase_by_staff(NOW, &[], false)),
        Command::EraseDespiteRevert => seen.erases(account.erase_by_staff(NOW, &[], true)),
    }
}

/// What the courier makes of it: a link, or a notice that there is none.
fn signs_up_closed(seen: &Seen<'_>, request: &MailRequest<'_>) -> Then {
    let change = seen.before.signed_up_while_closed(request);
    let by_owner = matches!(
        seen.before.facts().map(|facts| &facts.standing),
        Ok(Standing::Closed { by: ClosedBy::Owner, .. })
    );
    if by_owner { seen.mails(change) } else { seen.notifies(change) }
}

/// Whether another account may have the address is for the commit to say; it goes by these keys.
fn registers(world: &World, account: &Account) -> Then {
    let Ok(facts) = account.facts() else {
        assert_eq!(account.keys().own, None, "an erased account holds no key");
        assert!(account.keys().reserved.is_empty() && account.tags().is_empty());
        return Then::Registers;
    };
    let other = Account::register(Registration {
        id: AccountId::from_bytes([99; 16]),
        realm: world.realm.clone(),
        email: facts.mailbox.address.clone(),
        tag: facts.mailbox.tag,
        attributes: Attributes::default(),
        purge_at: None,
        now: NOW,
    });
    assert!(other.mails.is_empty(), "registration mails nothing");
    let other = other.account.unwrap();
    assert_eq!(other.status(), Ok(Status::New));
    let (mine, theirs) = (account.keys(), other.keys());
    match mine.own == theirs.own || mine.reserved.iter().any(|key| Some(*key) == theirs.own) {
        true => match account.yields(NOW).filter(|_| account.standing() == StandingKind::Active) {
            Some(yielded) => {
                assert!(yielded.removed_addresses.is_empty() && yielded.addresses.is_empty());
                assert_eq!(yielded.events, [EventKind::SignUpYielded, EventKind::Erased]);
                let left = yielded.account.unwrap();
                assert_eq!((left.keys().own, left.purged_at()), (None, Some(NOW)));
                Then::Yields
            }
            None => Then::Refuses("email_taken"),
        },
        false => Then::Registers,
    }
}

fn admits(account: &Account) -> Then {
    let lock_out = LockOut::default();
    let snapshot = LogInSnapshot {
        account: Some(account),
        address: None,
        filter: None,
        origin: Origin::Unknown,
        now: NOW,
        lock_out: &lock_out,
        bound_by_locks: true,
    };
    match snapshot.target() {
        VerificationTarget::Decoy { denial, .. } => Then::Denies(denial),
        VerificationTarget::Real(credential) => match snapshot.admission(&credential) {
            Admission::Granted(stamp) => {
                assert_eq!((stamp.account, stamp.epoch), (account.id, account.epoch));
                Then::Grants
            }
            Admission::MustChange(why, _) => Then::MustChange(why),
            other => panic!("{other:?}"),
        },
    }
}

fn unlocks(world: &World, account: &Account) -> Then {
    let tag = world.keys.address_tag(&world.realm, &EmailAddress::parse("owner-1@example.com").unwrap());
    let unknown = Address::new(tag);
    let log_ins = unknown.log_ins.failed(100, NOW, &LockOut::default());
    let disabled = Address { log_ins, ..unknown.clone() };
    let change = match account.unlock(Some(&disabled)) {
        Ok(change) => change,
        Err(refusal) => return Then::Refuses(refusal.code()),
    };
    let [cleared] = &change.addresses[..] else { panic!("one record") };
    assert!(cleared.log_ins.is_clean());
    assert_eq!(change.events, [EventKind::Unlocked { tag }]);
    assert_eq!((change.account, change.mails.len()), (None, 0));
    assert_eq!(account.unlock(Some(&unknown)), Ok(Change::none()));
    Then::Unlocks
}
