//! The outbox as staff sees it: what waits, what was given up, what comes back, and which addresses get no mail.

use super::Admin;
use crate::{
    domain::{
        AccountId, AddressTag, Change, Content, DeathCause, EmailAddress, EventKind, FeedbackTag, Mail,
        MailId, MailState, NoticeKind, Ordinal, Purpose, Refusal, Report, Stop, Subject, Suppression,
        SuppressionScope, Timestamp, Undeliverable,
    },
    engine::watch::watched,
    engine::{Call, DecideError, Moment, Verdict, address_or_new},
    error::{Error, Fault},
    port::{Claimed, Dossier, Limit, MailQuery, Page, Stored, Swap, Who},
};

/// A mail in the outbox, as staff sees it. Its recipient is told by account and by the number of the address, never by
/// the address itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxMail {
    /// The mail's id; its `Message-ID` is made from it.
    pub id: MailId,
    /// What the mail is about, and for whom.
    pub about: About,
    /// When the mail was put into the outbox.
    pub queued_at: Timestamp,
    /// How often the mail was taken up for delivery so far.
    pub attempts: u32,
    /// When the mail is taken up next; none if it was given up.
    pub due: Option<Timestamp>,
    /// Why the mail was given up; none if it was not.
    pub dead: Option<DeathCause>,
}

/// What a mail of the outbox is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum About {
    /// A mail that carries a code for an account.
    Code {
        /// The account that the code is for.
        account: AccountId,
        /// The number, within the account, of the address that the mail goes to.
        recipient: Ordinal,
        /// What the code is good for.
        purpose: Purpose,
    },
    /// A notice to an account's owner, which carries no code unless it takes something back.
    Notice {
        /// The account that the notice is about.
        account: AccountId,
        /// The number, within the account, of the address that the mail goes to.
        recipient: Ordinal,
        /// What the notice tells.
        notice: NoticeKind,
    },
    /// A notice to the host about an account, at [`Builder::notices_to`](crate::Builder::notices_to).
    Host {
        /// The account that the notice is about.
        account: AccountId,
    },
    /// A stranger's request that nobody has decided yet.
    Request,
}

/// The record of an address that gets no mail, or none that strangers cause.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suppressed {
    /// The name of the record: a tag, which does not tell the address.
    pub tag: AddressTag,
    /// Why mail is held back.
    pub cause: Undeliverable,
    /// Which mails are held back: all, or those that strangers cause.
    pub scope: SuppressionScope,
    /// What the decision rests on: a reply code or an enhanced status (RFC 3463).
    pub evidence: String,
    /// Since when mail is held back.
    pub at: Timestamp,
}

impl Admin {
    /// Lists mails of the outbox in the order of their ids, at most `at_most` a page, 1 to 1,000: all of them, those
    /// that were given up, or those to one account.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
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

    /// Queues a mail again that was given up. It is tried as often as a new one; when it is taken up, it is dropped
    /// unless what it was for still stands. One whose code has expired gets another code, if what that was for is still
    /// wanted.
    ///
    /// # Errors
    /// `no_such_mail`, `mail_not_dead`; where the mail's code has expired also `account_closed`, `account_suspended`,
    /// `password_set_not_expected`, `code_not_expected`; a [`Fault`].
    pub async fn requeue_mail(&self, id: MailId) -> Result<(), Error> {
        watched("admin.requeue_mail", self.core.realm.as_str(), async {
            let core = &self.core;
            self.settle(id, |mail, dossier, moment| {
                let MailState::Dead { .. } = mail.state else { return Err(Refusal::MailNotDead) };
                let page = core.page(mail.page(), Purpose::PasswordSet);
                let request = core.mail_request(page, dossier, moment);
                let (mut change, again) = match &dossier.account {
                    Some(account) => account.value.requeue(mail, &request)?,
                    None => (Change::none(), mail.clone().requeued(moment.now)),
                };
                change.events.push(EventKind::MailRequeued { mail: id });
                Ok((Some(again), change))
            })
            .await
        })
        .await
    }

    /// Removes a mail from the outbox. One that is on its way to a mail server at this moment may still arrive.
    ///
    /// # Errors
    /// `no_such_mail`; a [`Fault`].
    pub async fn cancel_mail(&self, id: MailId) -> Result<(), Error> {
        watched("admin.cancel_mail", self.core.realm.as_str(), async {
            self.settle(id, |_, _, _| {
                let events = vec![EventKind::MailCancelled { mail: id }];
                Ok((None, Change { events, ..Change::none() }))
            })
            .await
        })
        .await
    }

    /// Takes in what came back of a mail that a server had taken: a bounce, a delay, a complaint. The answer tells
    /// whether it counted: only if it bears a genuine tag of ours, of a mail of the last 14 days, to an address that
    /// the account still knows. Any other report is journaled and changes nothing, so that nobody can have an address
    /// silenced by forging one. `evidence` is a reply code or an enhanced status (RFC 3463), without anything personal.
    ///
    /// A bounce holds back all mail to the address, a complaint about a mail that a stranger can cause only such mails,
    /// until [cleared](Self::clear_suppression).
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn report(&self, tag: &FeedbackTag, report: Report, evidence: &str) -> Result<bool, Error> {
        watched("admin.report", self.core.realm.as_str(), async {
            Ok(self.core.take_report(tag, report, evidence, self.initiator()).await?)
        })
        .await
    }

    /// Lists the records of addresses that get no mail, in the order of their tags, at most `at_most` a page, 1 to
    /// 1,000.
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

    /// Lets mail go to an address again. The answer tells whether any had been held back.
    ///
    /// # Errors
    /// `vetoed`; a [`Fault`].
    pub async fn clear_suppression(&self, email: &EmailAddress) -> Result<bool, Error> {
        let tag = self.core.keys.address_tag(&self.core.realm, email);
        self.clear_suppression_of(tag).await
    }

    /// Lets mail go again to an address of the [list](Self::suppressions), by the tag of its record, where nobody here
    /// knows the address itself any more. The answer tells whether any had been held back.
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

    /// Puts a mail into another state, or removes it.
    async fn settle(
        &self,
        id: MailId,
        rule: impl Fn(&Mail, &Dossier, &Moment) -> Result<(Option<Mail>, Change), Refusal> + Send + Sync,
    ) -> Result<(), Error> {
        let core = &self.core;
        let query = MailQuery::One(id);
        loop {
            let page =
                core.deadline().within(core.store.mails(&query, Limit::of(1))).await.map_err(Fault::from)?;
            let found = page.map_err(Fault::from)?.items.into_iter().next();
            let mail = found.filter(|mail| mail.value.realm == core.realm).ok_or(Refusal::NoSuchMail)?;
            let decided = core
                .decide(Call::new(Claimed::who(&mail.value), self.initiator()), |dossier, moment, _| {
                    let (after, change) = rule(&mail.value, dossier, moment)?;
                    let mut verdict = Verdict::new(change, ());
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

/// Which mails are listed, and after which one the page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MailList {
    /// All mails of the realm, strangers' requests included.
    All {
        /// The last mail of the page before; none for the first page.
        after: Option<MailId>,
    },
    /// The mails that were given up.
    Dead {
        /// The last mail of the page before; none for the first page.
        after: Option<MailId>,
    },
    /// The mails to one account.
    OfAccount {
        /// The account that the mails go to.
        account: AccountId,
        /// The last mail of the page before; none for the first page.
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
            Content::ForHost(notice) => About::Host { account: notice.account() },
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
