//! What comes back of mails, which addresses get none, and how staff lets mail go again.

use super::Admin;
use crate::{
    domain::{AddressTag, Change, EmailAddress, EventKind, FeedbackTag, Report, SuppressionScope},
    door::SuppressionView,
    engine::watch::watched,
    engine::{Call, Verdict, address_or_new},
    error::{Error, Fault},
    port::{Limit, Page, Who},
};

/// The record of an address from which mail is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suppressed {
    /// The name of the record: a tag, which does not tell the address.
    pub tag: AddressTag,
    /// Which mails are held back, and why; at least one.
    pub suppressions: Vec<SuppressionView>,
}

impl Admin {
    /// Takes in what came back of a mail that a server had taken: a bounce, a delay, a complaint. The answer tells
    /// whether it counted: only if it bears a genuine tag of ours, of a mail of the last 14 days, to an address that
    /// the account still knows, queued after that address was last [cleared](Self::clear_suppression) or proven. Any
    /// other report is journaled and changes nothing, so that nobody can have an address silenced by forging one.
    /// `evidence` is a reply code or an enhanced status (RFC 3463), without anything personal.
    ///
    /// A bounce holds back all mail to the address but remedies: links that cancel or take back what somebody else may
    /// have done. A complaint about a mail that a stranger caused holds back what strangers cause of that
    /// [kind](crate::domain::MailKind); one about a link to a new password for 30 days. Mail goes again once staff clears
    /// the address or a code that was mailed there is redeemed.
    ///
    /// A report that counts and says nothing new (what it would hold back is held back already; that mail, or a later
    /// one, was delayed) is answered as the first was, and leaves no trace.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn report(&self, tag: &FeedbackTag, report: Report, evidence: &str) -> Result<bool, Error> {
        watched("admin.report", self.core.realm.as_str(), async {
            Ok(self.core.take_report(tag, report, evidence, self.initiator()).await?)
        })
        .await
    }

    /// Whether a tag is one of this realm's, of a mail of the last 14 days: which of several realms a report is for.
    #[must_use]
    pub fn recognises(&self, tag: &FeedbackTag) -> bool {
        tag.read(&self.core.keys, &self.core.realm, self.core.clock.now()).is_some()
    }

    /// Lists the records of addresses from which mail is held back, in the order of their tags, at most `at_most` a page,
    /// 1 to 1,000.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn suppressions(
        &self,
        after: Option<AddressTag>,
        at_most: u32,
    ) -> Result<Page<Suppressed, AddressTag>, Fault> {
        watched("admin.suppressions", self.core.realm.as_str(), async {
            let core = &self.core;
            let now = core.clock.now();
            let listed = core.store.suppressed(&core.realm, after, Limit::of(at_most));
            let page = core.deadline().within(listed).await??;
            let items = page.items.into_iter().filter_map(|stored| {
                let address = stored.value.as_of(now, &core.rules.lock_out);
                let suppressions = SuppressionView::all(Some(&address));
                (!suppressions.is_empty()).then_some(Suppressed { tag: address.tag, suppressions })
            });
            Ok(Page { items: items.collect(), next: page.next })
        })
        .await
    }

    /// Lets all mail go to an address again. The answer tells whether any had been held back.
    ///
    /// # Errors
    /// `vetoed`; a [`Fault`].
    pub async fn clear_suppression(&self, email: &EmailAddress) -> Result<bool, Error> {
        self.clear(self.core.keys.address_tag(&self.core.realm, email), None).await
    }

    /// Lets mail of one scope go to an address again; what else is held back from it stays so. The answer tells whether
    /// any of that scope had been held back.
    ///
    /// # Errors
    /// `vetoed`; a [`Fault`].
    pub async fn clear_suppression_scope(
        &self,
        email: &EmailAddress,
        scope: SuppressionScope,
    ) -> Result<bool, Error> {
        self.clear(self.core.keys.address_tag(&self.core.realm, email), Some(scope)).await
    }

    /// Lets all mail go again to an address of the [list](Self::suppressions), by the tag of its record, where nobody
    /// here knows the address itself any more. The answer tells whether any had been held back.
    ///
    /// # Errors
    /// `vetoed`; a [`Fault`].
    pub async fn clear_suppression_of(&self, tag: AddressTag) -> Result<bool, Error> {
        self.clear(tag, None).await
    }

    async fn clear(&self, tag: AddressTag, scope: Option<SuppressionScope>) -> Result<bool, Error> {
        watched("admin.clear_suppression", self.core.realm.as_str(), async {
            let core = &self.core;
            let who = Who { also: vec![tag], ..Who::nobody() };
            let decided = core
                .decide(Call::new(who, self.initiator()), |dossier, moment, _| {
                    let known = address_or_new(dossier, tag);
                    let ours = known.suppressed_in().is_none_or(|realm| *realm == core.realm);
                    let Some(cleared) = known.cleared(scope, moment.now).filter(|_| ours) else {
                        return Ok(Verdict::new(Change::none(), false));
                    };
                    let events = vec![EventKind::SuppressionCleared { tag, scope }];
                    let change = Change { addresses: vec![cleared], events, ..Change::none() };
                    Ok(Verdict::new(change, true))
                })
                .await?;
            Ok(decided.value)
        })
        .await
    }
}
