//! What a signed-in person sees of their own account.

use serde::Serialize;

use crate::{
    domain::{AccountId, EmailAddress, Facts, Locale, Timestamp, Undeliverable},
    door::{SuppressionView, admin::view::as_text},
    port::Dossier,
};

/// What a signed-in person sees of their own account: where its mail goes, and whether it arrives. It serialises for an
/// account page; enums are written as their stable names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OwnerView {
    /// The account's id, serialised as 32 letters.
    #[serde(serialize_with = "as_text")]
    pub id: AccountId,
    /// The account's current address, as it was given.
    pub email: EmailAddress,
    /// Whether the owner proved to receive mail at the current address.
    pub email_proven: bool,
    /// Why no mail goes to the current address any more; none where mail reaches it, as far as is known.
    pub undeliverable: Option<Undeliverable>,
    /// Which mails are held back from the current address, why and since when; also where others still reach it.
    pub suppressions: Vec<SuppressionView>,
    /// The address that the owner asked for and has not confirmed yet.
    pub pending_email: Option<EmailAddress>,
    /// The language of the account's mails; none where that is left to the mailer.
    pub locale: Option<Locale>,
    /// When the account came to be.
    pub created_at: Timestamp,
}

impl OwnerView {
    pub(super) fn of(id: AccountId, facts: &Facts, dossier: &Dossier) -> Self {
        let suppressions = SuppressionView::all(dossier.own_address());
        Self {
            id,
            email: facts.mailbox.address.clone(),
            email_proven: facts.proven,
            undeliverable: SuppressionView::undeliverable(&suppressions),
            suppressions,
            pending_email: facts.pending.as_ref().map(|pending| pending.mailbox.address.clone()),
            locale: facts.attributes.locale.clone(),
            created_at: facts.created_at,
        }
    }
}
