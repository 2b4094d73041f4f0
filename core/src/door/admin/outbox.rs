//! The outbox as staff sees it: what waits, what was given up, what comes back, and which addresses get no mail.

use super::Admin;
use crate::{
    domain::{
        AccountId, AddressTag, Change, Content, DeathCause, EmailAddress, EventKind, FeedbackTag, HostNotice,
        Mail, MailId, MailState, NoticeKind, Ordinal, Purpose, Refusal, Report, Stop, Subject, Suppression,
        SuppressionScope, Timestamp, Undeliverable,
    },
    engine::watch::watched,
    engine::{Call, DecideError, Verdict, address_or_new},
    error::{Error, Fault},
    port::{Limit, MailQuery, Page, Stored, Swap, Who},
};

/// A mail of the outbox. To whom it goes is told by account and ordinal, never by address.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxMail {
    /// Its name.
    pub id: MailId,
    /// What it is about.
    pub about: About,
    /// Since when it is there.
    pub queued_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next; none if it was given up.
    pub due: Option<Timestamp>,
    /// Why it was given up, if it was.
    pub dead: Option<DeathCause>,
}

/// What a mail of the outbox is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum About {
    /// A code.
    Code {
        /// Whose.
        account: AccountId,
        /// Which of its addresses.
        recipient: Ordinal,
        /// What it is good for.
        purpose: Purpose,
    },
    /// A notice.
    Notice {
        /// Whose.
        account: AccountId,
        /// Which of its addresses.
        recipient: Ordinal,
        /// What it tells.
        notice: NoticeKind,
    },
    /// A notice to the host, about an account.
    Host {
        /// Which.
        account: AccountId,
    },
    /// A stranger's request that nobody has decided yet.
    Request,
}

/// An address that gets no mail, or none that strangers cause.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suppressed {
    /// The name of the address' record.
    pub tag: AddressTag,
    /// Why.
    pub cause: Undeliverable,
    /// Which mails are held back.
    pub scope: SuppressionScope,
    /// What it rests on.
    pub evidence: String,
    /// Since when.
    pub at: Timestamp,
}

impl Admin {
    /// Mails of the outbox, by name; at most so many (1,000). All of them, those that were given up, or an account's.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn mails(&self, list: &MailList, at_most: u32) -> Result<Page<OutboxMail, MailList>, Fault> {
        watched("admin.mails", self.core.realm.as_str(), async {
            let core = &self.core;
            let query = list.query(&core.realm);
            let page = core.deadline().within(core.store.mails(&query, Limit::of(at_most))).await??;
            let ours = |mail: &Stored<Mail>| mail.value.realm == core.realm;
            let items = page.items.iter().filter(|mail| ours(mail)).map(|mail| OutboxMail::of(&mail.value));
            Ok(Page { items: items.collect(), next: page.next.and_then(|query| list.after(query)) })
        })
        .await
    }

    /// Queues a mail again that was given up: it is tried as often as a new one. What it was for must still stand.
    ///
    /// # Errors
    /// `no_such_mail`, `mail_not_dead`; a [`Fault`].
    pub async fn requeue_mail(&self, id: MailId) -> Result<(), Error> {
        watched("admin.requeue_mail", self.core.realm.as_str(), async {
            self.settle(id, |mail, now| match mail.state {
                MailState::Dead { .. } => {
                    Ok((Some(mail.clone().requeued(now)), EventKind::MailRequeued { mail: id }))
                }
                _ => Err(Refusal::MailNotDead),
            })
            .await
        })
        .await
    }

    /// Removes a mail. One that is under way to its server at this moment may still arrive.
    ///
    /// # Errors
    /// `no_such_mail`; a [`Fault`].
    pub async fn cancel_mail(&self, id: MailId) -> Result<(), Error> {
        watched("admin.cancel_mail", self.core.realm.as_str(), async {
            self.settle(id, |_, _| Ok((None, EventKind::MailCancelled { mail: id }))).await
        })
        .await
    }

    /// Takes in what came back of a mail that its server had taken: a bounce, a delay, a complaint. Whether it counted: only
    /// with a genuine tag of ours, of a mail of the last 14 days, of an address that the account still knows; any other is
    /// journaled and nothing else. `evidence` is a reply code or an enhanced status, without anything personal.
    ///
    /// A bounce holds back all mail to the address, a complaint about a mail that a stranger can cause only such mails,
    /// until [cleared](Self::clear_suppression).
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn report(&self, tag: &FeedbackTag, report: Report, evidence: &str) -> Result<bool, Error> {
        watched("admin.report", self.core.realm.as_str(), async {
            Ok(self.core.take_report(tag, report, evidence, self.initiator()).await?)
        })
        .await
    }

    /// Addresses that get no mail, by the name of their records; at most so many (1,000).
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn suppressions(
        &self,
        after: Option<AddressTag>,
        at_most: u32,
    ) -> Result<Page<Suppressed, AddressTag>, Fault> {
        watched("admin.suppressions", self.core.realm.as_str(), async {
            let core = &self.core;
            let listed = core.store.suppressed(&core.realm, after, Limit::of(at_most));
            let page = core.deadline().within(listed).await??;
            let items = page.items.into_iter().filter_map(|stored| {
                let address = stored.value;
                let known = address.suppression?;
                Some(Suppressed {
                    tag: address.tag,
                    cause: known.cause,
                    scope: known.scope,
                    evidence: known.evidence,
                    at: known.at,
                })
            });
            Ok(Page { items: items.collect(), next: page.next })
        })
        .await
    }

    /// Lets mail go to an address again. Whether any had been held back.
    ///
    /// # Errors
    /// `vetoed`; a [`Fault`].
    pub async fn clear_suppression(&self, email: &EmailAddress) -> Result<bool, Error> {
        let tag = self.core.keys.address_tag(&self.core.realm, email);
        self.clear_suppression_of(tag).await
    }

    /// The same for a record of the [list](Self::suppressions), whose address nobody here may know any more.
    ///
    /// # Errors
    /// `vetoed`; a [`Fault`].
    pub async fn clear_suppression_of(&self, tag: AddressTag) -> Result<bool, Error> {
        watched("admin.clear_suppression", self.core.realm.as_str(), async {
            let core = &self.core;
            let who = Who { also: vec![tag], ..Who::nobody() };
            let decided = core
                .decide(Call::new(who, self.initiator()), |dossier, _, _| {
                    let mut address = address_or_new(dossier, tag);
                    let ours = |known: &mut Suppression| known.realm == core.realm;
                    if address.suppression.take_if(ours).is_none() {
                        return Ok(Verdict::new(Change::none(), false));
                    }
                    let events = vec![EventKind::SuppressionCleared { tag }];
                    let change = Change { addresses: vec![address], events, ..Change::none() };
                    Ok(Verdict::new(change, true))
                })
                .await?;
            Ok(decided.value)
        })
        .await
    }

    /// Another state of a mail, or none.
    async fn settle(
        &self,
        id: MailId,
        rule: impl Fn(&Mail, Timestamp) -> Result<(Option<Mail>, EventKind), Refusal> + Send + Sync,
    ) -> Result<(), Error> {
        let core = &self.core;
        let query = MailQuery::One(id);
        loop {
            let page =
                core.deadline().within(core.store.mails(&query, Limit::of(1))).await.map_err(Fault::from)?;
            let found = page.map_err(Fault::from)?.items.into_iter().next();
            let mail = found.filter(|mail| mail.value.realm == core.realm).ok_or(Refusal::NoSuchMail)?;
            let decided = core
                .decide(Call::new(Who::nobody(), self.initiator()), |_, moment, _| {
                    let (after, event) = rule(&mail.value, moment.now)?;
                    let mut verdict = Verdict::new(Change { events: vec![event], ..Change::none() }, ());
                    verdict.about = mail.value.account();
                    verdict.mails.push(Swap { before: Some(mail.clone()), after });
                    Ok::<_, Stop>(verdict)
                })
                .await;
            match decided {
                // A courier had it meanwhile: look again.
                Err(DecideError::Superseded) => {}
                decided => return Ok(decided.map(drop)?),
            }
        }
    }
}

/// Which mails, and after which one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MailList {
    /// All of them.
    All {
        /// Those after this one.
        after: Option<MailId>,
    },
    /// Those that were given up.
    Dead {
        /// Those after this one.
        after: Option<MailId>,
    },
    /// Those to an account.
    OfAccount {
        /// Which.
        account: AccountId,
        /// Those after this one.
        after: Option<MailId>,
    },
}

impl MailList {
    fn query(&self, realm: &crate::domain::Realm) -> MailQuery {
        match *self {
            Self::All { after } => MailQuery::All { realm: realm.clone(), after },
            Self::Dead { after } => MailQuery::Dead { realm: realm.clone(), after },
            Self::OfAccount { account, after } => MailQuery::OfAccount { account, after },
        }
    }

    fn after(&self, query: MailQuery) -> Option<Self> {
        match query {
            MailQuery::All { after, .. } => Some(Self::All { after }),
            MailQuery::Dead { after, .. } => Some(Self::Dead { after }),
            MailQuery::OfAccount { account, after } => Some(Self::OfAccount { account, after }),
            MailQuery::One(_) => None,
        }
    }
}

impl OutboxMail {
    fn of(mail: &Mail) -> Self {
        let about = match &mail.content {
            Content::Intent(_) => About::Request,
            Content::ForHost(HostNotice::SendingStopped { account, .. }) => About::Host { account: *account },
            Content::Letter(dispatch) => {
                let (account, recipient) = (dispatch.account, dispatch.recipient);
                match &dispatch.subject {
                    Subject::Code { purpose, .. } => About::Code { account, recipient, purpose: *purpose },
                    Subject::Notice(notice) => About::Notice { account, recipient, notice: notice.kind() },
                }
            }
        };
        let dead = match mail.state {
            MailState::Dead { why, .. } => Some(why),
            _ => None,
        };
        let (id, queued_at, attempts) = (mail.id, mail.queued_at, mail.attempts);
        Self { id, about, queued_at, attempts, due: mail.due(), dead }
    }
}
