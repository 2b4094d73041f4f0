//! What the doors, the log-in and the courier reserve of shared quotas, by the settings. Every reservation is built here and
//! nowhere else.
//!
//! | who asks | what is charged, in the commit that takes the request or queues the mail |
//! |---|---|
//! | a stranger, for mail | the origin's network and the wider one around it, known and unknown alike |
//! | the courier, for a stranger's mail to an account | the account's own level of that kind of mail |
//! | the courier, for a sign-up | two levels of the address, and the realm's |
//! | an owner, for another address | the account's, and two levels of the new address |
//! | a failed log-in | the origin's network and the wider one |
//! | staff | nothing |

use super::Core;
use crate::{
    domain::{
        Account, AccountId, Change, EmailAddress, EmailKey, IntentKind, Network, NoticeKind, Origin, Purpose,
        Quota, QuotaOf, QuotaTag, Span, StrangersMail, Subject, Timestamp,
    },
    error::Fault,
    port::{Dossier, Reservation, Who},
};

/// A level of the store, and the quota that it is held to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    level: QuotaTag,
    quota: Quota,
}

impl Limit {
    pub(super) const fn level(self) -> QuotaTag {
        self.level
    }

    pub(super) const fn quota(self) -> Quota {
        self.quota
    }

    pub(super) fn reservation(self, now: Timestamp) -> Reservation {
        Reservation::of(self.level, self.quota, now)
    }
}

impl Core {
    /// The level by which a stranger's acts are journaled; none where the origin is not known.
    pub(crate) fn requests_level(&self, origin: Origin) -> Option<QuotaTag> {
        Some(self.keys.quota_tag(&self.realm, QuotaOf::Requests(origin.network()?)))
    }

    /// What a request for mail takes of the origin's quotas, whoever it is for.
    pub(crate) fn request_reservations(&self, origin: Origin, now: Timestamp) -> Vec<Reservation> {
        let (narrow, wide) = (self.rules.origin_quota, self.rules.network_quota);
        let limits = networks(origin, narrow, wide);
        limits.map(|(of, quota)| self.limit(QuotaOf::Requests(of), quota).reservation(now)).collect()
    }

    /// The levels that a log-in must load, to know whether its origin failed too often, each with its quota: of the origin's
    /// network and of the wider one; none where the origin is not known. None of them is asked for where a genuine token
    /// of a known device is brought.
    pub(crate) fn origin_failure_levels(&self, origin: Origin) -> Vec<(QuotaTag, Quota)> {
        self.failure_limits(origin).map(|limit| (limit.level, limit.quota)).collect()
    }

    fn failure_limits(&self, origin: Origin) -> impl Iterator<Item = Limit> {
        let (narrow, wide) = (self.rules.origin_failure_quota, self.rules.network_failure_quota);
        networks(origin, narrow, wide).map(|(of, quota)| self.limit(QuotaOf::Failures(of), quota))
    }

    /// What the mails that a stranger's request leads to take of their recipient's quotas, given the account as it was,
    /// if there was one. Where nothing is mailed, nothing is taken.
    ///
    /// A link of a purpose that has no live code is charged and never refused: whoever has lost a password gets a way
    /// back, however much a stranger has asked for.
    pub(crate) fn recipient_reservations(
        &self,
        kind: IntentKind,
        before: Option<&Account>,
        change: &Change,
        now: Timestamp,
    ) -> Vec<Reservation> {
        let Some(account) = change.account.as_ref().or(before) else { return Vec::new() };
        let Ok(facts) = account.facts() else { return Vec::new() };
        let mut reservations = Vec::new();
        for (_, dispatch) in change.mails.iter().filter_map(|mail| mail.dispatch()) {
            let Some(to) = facts.mailbox(dispatch.recipient) else { continue };
            let (kind, purpose) = match &dispatch.subject {
                Subject::Code { purpose: purpose @ Purpose::PasswordReset, .. } => {
                    (StrangersMail::Reset, Some(*purpose))
                }
                Subject::Code { purpose: purpose @ Purpose::Reopen, .. } => {
                    (StrangersMail::Reopen, Some(*purpose))
                }
                Subject::Code { purpose, .. } => (StrangersMail::SetAgain, Some(*purpose)),
                Subject::Notice(notice)
                    if matches!(notice.kind(), NoticeKind::AlreadyRegistered | NoticeKind::ClosedByStaff) =>
                {
                    (StrangersMail::AlreadyRegistered, None)
                }
                Subject::Notice(_) => continue,
            };
            // What only a sign-up made counts as an address without an account.
            let limits = if account.is_sign_up() && kind == StrangersMail::SetAgain {
                self.sign_up_limits(&to.address).into()
            } else {
                vec![self.limit(QuotaOf::ToAccount(kind, &to.key), self.rules.recipient_quota)]
            };
            let no_way_in = purpose
                .zip(before)
                .is_some_and(|(purpose, before)| !before.has_live_code(purpose, &self.keys, now));
            let taken = limits.into_iter().map(|limit| limit.reservation(now));
            reservations.extend(taken.map(|taken| if no_way_in { taken.without_ceiling() } else { taken }));
        }
        if kind == IntentKind::SignUp && !reservations.is_empty() {
            reservations.push(self.sign_ups_limit().reservation(now));
        }
        reservations
    }

    fn sign_up_limits(&self, address: &EmailAddress) -> [Limit; 2] {
        [
            self.limit(QuotaOf::SignUps(address), self.rules.sign_up_quota),
            self.limit(QuotaOf::SignUpsForLong(address), self.rules.sign_up_long_quota),
        ]
    }

    fn sign_ups_limit(&self) -> Limit {
        self.limit(QuotaOf::SignUpsInAll, self.rules.sign_ups_quota)
    }

    /// Whether the quota of all the realm's sign-ups, and no other, is what refuses.
    pub(crate) fn only_sign_ups_are_spent(&self, levels: &[(QuotaTag, Timestamp)]) -> bool {
        let all = self.sign_ups_limit().level;
        levels.iter().all(|(level, _)| *level == all)
    }

    /// How many notices of a kind an owner may cause to an address.
    pub(super) fn notices_limit(&self, kind: NoticeKind, to: &EmailKey) -> Limit {
        self.limit(QuotaOf::Notices(kind, to), self.rules.notice_quota)
    }

    /// What an owner's change of address takes: of the account's quota over all new addresses, and of those of the new
    /// recipient, whether somebody has the address or not.
    pub(crate) fn email_change_reservations(
        &self,
        account: AccountId,
        to: &EmailAddress,
        now: Timestamp,
    ) -> Vec<Reservation> {
        self.email_change_limits(account, to).map(|limit| limit.reservation(now)).into()
    }

    /// How long these quotas make an owner wait; zero if they do not.
    pub(crate) async fn email_changes_wait(
        &self,
        account: AccountId,
        to: &EmailAddress,
    ) -> Result<Span, Fault> {
        let limits = self.email_change_limits(account, to);
        let levels = limits.map(|limit| limit.level).into();
        let dossier = self.load(&Who { levels, ..Who::nobody() }, &mut self.deadline()).await?;
        Ok(longest_wait(limits.into_iter(), &dossier, self.clock.now()).unwrap_or(Span::ZERO))
    }

    fn email_change_limits(&self, account: AccountId, to: &EmailAddress) -> [Limit; 3] {
        [
            self.limit(QuotaOf::EmailChanges(account), self.rules.email_change_quota),
            self.limit(QuotaOf::NewAddress(to), self.rules.new_address_quota),
            self.limit(QuotaOf::NewAddressForLong(to), self.rules.new_address_long_quota),
        ]
    }

    /// What a mail takes with which an owner proves the account's own address.
    pub(crate) fn proof_reservation(&self, to: &EmailKey, now: Timestamp) -> Reservation {
        self.limit(QuotaOf::Proofs(to), self.rules.proof_quota).reservation(now)
    }

    fn limit(&self, of: QuotaOf<'_>, quota: Quota) -> Limit {
        Limit { level: self.keys.quota_tag(&self.realm, of), quota }
    }
}

/// The networks that an origin counts in, each with its quota; none where the origin is not known.
fn networks(origin: Origin, narrow: Quota, wide: Quota) -> impl Iterator<Item = (Network, Quota)> {
    let networks = [origin.network().zip(Some(narrow)), origin.wider_network().zip(Some(wide))];
    networks.into_iter().flatten()
}

/// The longest wait over the limits that are spent, by the levels that were loaded.
fn longest_wait(limits: impl Iterator<Item = Limit>, dossier: &Dossier, now: Timestamp) -> Option<Span> {
    limits.filter_map(|Limit { level, quota }| quota.wait(dossier.level(level), now)).max()
}
