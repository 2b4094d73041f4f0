//! Making a queued mail ready to leave, or finding that it must not: the last look before it is handed over.

use super::{
    Account, Address, CodeMint, Content, Dispatch, EmailAddress, Facts, FeedbackTag, HostNotice, Letter,
    LinkUrl, Mail, MailId, Message, Nonce, Notice, Purpose, Standing, Subject, Timestamp,
};

/// What is known when a mail was claimed. All of one instant, not before the claim.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LetterContext<'a> {
    /// The account that the mail goes to.
    pub account: Option<&'a Account>,
    /// Another account has the address that it goes to.
    pub taken: bool,
    /// Where the host gets its notices.
    pub host: Option<&'a EmailAddress>,
    /// What makes its code.
    pub mint: CodeMint<'a>,
    /// The time of the claim.
    pub now: Timestamp,
}

/// Why a mail is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Withdrawn {
    /// What it was for no longer stands: another code took its place, time ran out, the account was shut.
    Void,
    /// Its recipient gets no mail.
    Suppressed,
}

impl LetterContext<'_> {
    /// The letter, with the code in it; made for the address that is stored under the mail's ordinal.
    ///
    /// # Errors
    /// [`Withdrawn`].
    pub(crate) fn letter<'b>(
        &self,
        mail: &Mail,
        address_of: impl Fn(super::AddressTag) -> Option<&'b Address>,
    ) -> Result<Letter, Withdrawn> {
        let dispatch = match &mail.content {
            Content::Letter(dispatch) => dispatch,
            Content::ForHost(notice) => return self.for_host(mail, notice),
            Content::Intent(_) => return Err(Withdrawn::Void),
        };
        let account = self.account.ok_or(Withdrawn::Void)?;
        let facts = account.facts().map_err(|_| Withdrawn::Void)?;
        stands(facts, &dispatch.subject)?;
        let mailbox = facts.mailbox(dispatch.recipient).ok_or(Withdrawn::Void)?;
        let suppression = address_of(mailbox.tag).and_then(|address| address.suppression.as_ref());
        if suppression.is_some_and(|known| known.holds_back(dispatch.stranger_caused)) {
            return Err(Withdrawn::Suppressed);
        }
        let message = match &dispatch.subject {
            Subject::Code { purpose, nonce, page } => {
                let message = self.code_message(account, dispatch, *purpose, *nonce, page)?;
                // Whoever has it is told; whoever asked for it learns nothing.
                let elsewhere = *purpose == Purpose::EmailConfirm && self.taken;
                if elsewhere { Message::Notice(Notice::EmailTaken) } else { message }
            }
            Subject::Notice(notice) => Message::Notice(notice.clone()),
        };
        let letter =
            Letter::new(mail.id, mail.realm.clone(), mailbox.address.clone(), message, mail.queued_at);
        let tag = FeedbackTag::of(self.mint.keys, mail, dispatch);
        Ok(letter.in_locale(facts.attributes.locale.clone()).with_feedback(tag))
    }

    fn for_host(&self, mail: &Mail, notice: &HostNotice) -> Result<Letter, Withdrawn> {
        let to = self.host.ok_or(Withdrawn::Void)?.clone();
        let message = Message::ForHost(notice.clone());
        Ok(Letter::new(mail.id, mail.realm.clone(), to, message, mail.queued_at))
    }

    fn code_message(
        &self,
        account: &Account,
        dispatch: &Dispatch,
        purpose: Purpose,
        nonce: Nonce,
        page: &LinkUrl,
    ) -> Result<Message, Withdrawn> {
        let facts = account.facts().map_err(|_| Withdrawn::Void)?;
        let live = facts
            .live(purpose, self.now)
            .filter(|live| live.recipient == dispatch.recipient)
            .and_then(|live| facts.code_under(nonce, live))
            .ok_or(Withdrawn::Void)?;
        let mailbox = facts.mailbox(dispatch.recipient).ok_or(Withdrawn::Void)?;
        let code = self.mint.code(account.id, purpose, &mailbox.address, &live).ok_or(Withdrawn::Void)?;
        let link = page.with_code(account.id, &code, live.return_url.as_ref());
        Ok(Message::Code { purpose, link, expires_at: live.expires_at })
    }
}

/// Mails are for active accounts; only that it was closed is told to the owner of a closed one.
fn stands(facts: &Facts, subject: &Subject) -> Result<(), Withdrawn> {
    match (&facts.standing, subject) {
        (Standing::Active, Subject::Notice(Notice::Closed { .. })) => Err(Withdrawn::Void),
        (Standing::Active, _) | (Standing::Closed { .. }, Subject::Notice(Notice::Closed { .. })) => Ok(()),
        (Standing::Suspended { .. } | Standing::Closed { .. }, _) => Err(Withdrawn::Void),
    }
}

impl Mail {
    /// Its name and what it is about, where it goes to an account.
    #[must_use]
    pub fn dispatch(&self) -> Option<(MailId, &Dispatch)> {
        match &self.content {
            Content::Letter(dispatch) => Some((self.id, dispatch)),
            Content::Intent(_) | Content::ForHost(_) => None,
        }
    }
}
