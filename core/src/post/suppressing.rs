//! Holding mail to an address back, and telling the host of it.

use crate::{
    domain::{Account, Address, Change, Content, EventKind, HeldBack, HostNotice, Mail, Suppression},
    engine::{Core, Moment},
};

impl Core {
    /// Mail to an address is held back from now on, and the host is told; unless it was already.
    pub(super) fn suppress(
        &self,
        account: &Account,
        address: &Address,
        why: HeldBack,
        evidence: &str,
        moment: &Moment,
        change: &mut Change,
    ) {
        let HeldBack { cause, scope, lasts } = why;
        let suppression = Suppression {
            realm: self.realm.clone(),
            cause,
            evidence: bounded(evidence),
            at: moment.now,
            lapses_at: lasts.map(|span| moment.now + span),
        };
        let Some(suppressed) = address.suppressed(scope, suppression) else { return };
        let tag = suppressed.tag;
        change.addresses.push(suppressed);
        change.events.push(EventKind::AddressSuppressed { tag, cause, scope });
        // Of what strangers sign up, the host is told nothing: they could fill its mailbox.
        if self.host.notices_to.is_some() && !account.is_sign_up() {
            let notice = Content::ForHost(HostNotice::SendingStopped { account: account.id, cause, scope });
            change.mails.push(Mail::queued(moment.notice, self.realm.clone(), notice, moment.now));
            change.events.push(EventKind::HostNoticeQueued { mail: moment.notice });
        }
    }
}

/// Evidence is a reply code and a status, whatever an adapter makes of it.
fn bounded(evidence: &str) -> String {
    evidence.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_one_short_line_whatever_an_adapter_makes_of_it() {
        assert_eq!(bounded("550 5.1.1\r\nBcc: x\u{0}"), "550 5.1.1Bcc: x");
        assert_eq!(bounded(&"x".repeat(1_000)).len(), 100);
    }
}
