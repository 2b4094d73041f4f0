//! Making a queued mail ready to leave, or finding that it must not: the last look before it is handed over.

use super::{
    Account, Address, ClosedBy, CodeLives, CodeMint, Contact, Content, Dispatch, EmailAddress, Facts,
    FeedbackTag, HostNotice, Letter, LinkUrl, Locale, Mail, MailId, Message, Nonce, Notice, Purpose,
    Standing, Subject, Timestamp,
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
    /// Whom readers turn to.
    pub contact: Option<&'a Contact>,
    /// What makes its code.
    pub mint: CodeMint<'a>,
    /// How long codes live.
    pub lives: &'a CodeLives,
    /// The time of the claim.
    pub now: Timestamp,
}

/// Why a mail is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Withdrawn {
    /// What it was for no longer stands: another code took its place, it was answered, the account was shut.
    Void,
    /// The time of its code ran out before anybody could be mailed it.
    Expired,
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
        stands(facts, &dispatch.subject, self.now)?;
        // An address that is forgotten by now was known for longer than any code lives.
        let gone = || if self.has_expired(facts, mail) { Withdrawn::Expired } else { Withdrawn::Void };
        let mailbox = facts.mailbox(dispatch.recipient).ok_or_else(gone)?;
        let address = address_of(mailbox.tag);
        if !is_so_still(facts, dispatch, address) {
            return Err(Withdrawn::Void);
        }
        let held_back =
            address.is_some_and(|address| address.held_back(dispatch.stranger_caused, self.now).is_some());
        if held_back && !dispatch.is_remedy() {
            return Err(Withdrawn::Suppressed);
        }
        if self.has_expired(facts, mail) {
            return Err(Withdrawn::Expired);
        }
        let message = match &dispatch.subject {
            Subject::Code { purpose, nonce, page } => {
                let lang = language(facts, mail);
                let message = self.code_message(account, dispatch, *purpose, *nonce, page, lang)?;
                // Whoever has it is told; whoever asked for it learns nothing.
                let elsewhere = *purpose == Purpose::EmailConfirm && self.taken;
                if elsewhere { Message::Notice(Notice::EmailTaken) } else { message }
            }
            Subject::Notice(notice) => Message::Notice(as_it_is(facts, notice)),
        };
        let letter =
            Letter::new(mail.id, mail.realm.clone(), mailbox.address.clone(), message, mail.queued_at);
        let tag = FeedbackTag::of(self.mint.keys, mail, dispatch);
        let circumstances = mail.circumstances.as_ref();
        Ok(letter
            .in_locale(language(facts, mail).cloned())
            .with_circumstances(circumstances.map(|sealed| sealed.open(self.mint.keys, &mail.realm, mail.id)))
            .with_contact(self.contact.cloned())
            .with_feedback(tag))
    }

    fn for_host(&self, mail: &Mail, notice: &HostNotice) -> Result<Letter, Withdrawn> {
        let to = self.host.ok_or(Withdrawn::Void)?.clone();
        let message = Message::ForHost(notice.clone());
        Ok(Letter::new(mail.id, mail.realm.clone(), to, message, mail.queued_at))
    }

    /// Whether the mail carries a code, and came too late for it.
    fn has_expired(&self, facts: &Facts, mail: &Mail) -> bool {
        mail.code().is_some_and(|(purpose, nonce)| {
            let known = facts.confirmations.get(&purpose);
            let nonce = facts.stands_for(nonce);
            known.is_none_or(|known| known.has_expired(nonce, mail.queued_at, self.now))
        })
    }

    fn code_message(
        &self,
        account: &Account,
        dispatch: &Dispatch,
        purpose: Purpose,
        nonce: Nonce,
        page: &LinkUrl,
        lang: Option<&Locale>,
    ) -> Result<Message, Withdrawn> {
        let facts = account.facts().map_err(|_| Withdrawn::Void)?;
        let live = facts
            .live_under(purpose, nonce, self.now)
            .filter(|live| live.recipient == dispatch.recipient)
            .ok_or(Withdrawn::Void)?;
        let mailbox = facts.mailbox(dispatch.recipient).ok_or(Withdrawn::Void)?;
        let code = self.mint.code(account.id, purpose, &mailbox.address, &live).ok_or(Withdrawn::Void)?;
        let link = page.with_code(account.id, &code, live.return_url.as_ref(), lang);
        let own = live.end_named(purpose, self.lives.of(purpose), self.now);
        let expires_at = facts.end_told(purpose, own);
        Ok(Message::Code { purpose, link, expires_at })
    }
}

/// The language of a mail's reader: the account's own, else that of the request that caused the mail.
fn language<'a>(facts: &'a Facts, mail: &'a Mail) -> Option<&'a Locale> {
    facts.attributes.locale.as_ref().or(mail.locale.as_deref())
}

/// Notices are for active accounts, but for those that tell the owner of a closed one that it is closed. A code is mailed
/// wherever it can be redeemed: a revert leaves although the account was shut right after the change. And no mail warns of the
/// end of a password that is no longer there, or over already.
fn stands(facts: &Facts, subject: &Subject, now: Timestamp) -> Result<(), Withdrawn> {
    let stands = match (&facts.standing, subject) {
        (standing, Subject::Code { purpose, .. }) => standing.redeems(*purpose, now),
        (Standing::Active, Subject::Notice(Notice::PasswordExpires { expires_at })) => {
            let ends = facts.password.as_ref().and_then(|known| known.expires_at(facts.attributes.validity));
            ends == Some(*expires_at) && now < *expires_at
        }
        (Standing::Active, Subject::Notice(notice)) => {
            !matches!(notice, Notice::Closed { .. } | Notice::ClosedByStaff)
        }
        (Standing::Closed { .. }, Subject::Notice(Notice::Closed { .. })) => true,
        (Standing::Closed { by, .. }, Subject::Notice(Notice::ClosedByStaff)) => {
            *by == ClosedBy::Administrator
        }
        (Standing::Suspended { .. } | Standing::Closed { .. }, Subject::Notice(_)) => false,
    };
    if stands { Ok(()) } else { Err(Withdrawn::Void) }
}

/// What a notice tells of the account at that address, and of its password, may have changed while no mail server took it: the
/// account has another address by now, another password was chosen, or staff unlocked it.
fn is_so_still(facts: &Facts, dispatch: &Dispatch, address: Option<&Address>) -> bool {
    let here = dispatch.recipient == facts.mailbox.ordinal;
    match &dispatch.subject {
        Subject::Notice(Notice::AlreadyRegistered) => here,
        Subject::Notice(Notice::Disabled { .. }) => {
            here && facts.password.is_some() && address.is_some_and(|address| address.log_ins.disabled)
        }
        Subject::Notice(_) | Subject::Code { .. } => true,
    }
}

/// The end of a closing may have moved since its notice was queued: a clock that was ahead was mended, or the account was
/// opened and closed again. The letter names the end that stands as it leaves.
fn as_it_is(facts: &Facts, notice: &Notice) -> Notice {
    match (notice, &facts.standing) {
        (Notice::Closed { .. }, Standing::Closed { until, .. }) => Notice::Closed { erased_at: *until },
        _ => notice.clone(),
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
