//! The outbox: which mails are due, and who has them.

use accountable_core::{
    domain::{MailId, Realm, Timestamp},
    port::{Claim, Claimed, Stored},
};

use super::state::State;

impl State {
    /// Gives due mails to a courier, oldest first.
    pub(super) fn claim(&mut self, claim: &Claim) -> Vec<Claimed> {
        let limit = usize::try_from(claim.limit.get()).unwrap_or(usize::MAX);
        let is_due = |due: Timestamp| due <= claim.now || due > claim.horizon;
        let due: Vec<MailId> = self
            .realm(&claim.realm)
            .into_iter()
            .flat_map(|indexes| &indexes.due_mails)
            .filter(|(due, _)| is_due(*due))
            .map(|(_, id)| *id)
            .take(limit)
            .collect();
        due.into_iter().filter_map(|id| self.claim_one(id, claim)).collect()
    }

    fn claim_one(&mut self, id: MailId, claim: &Claim) -> Option<Claimed> {
        let mail = Stored { value: self.mails.get(&id)?.value.clone().claimed(claim.until), stamp: claim.id };
        self.put_mail(id, Some(mail.clone()));
        // An intent names nobody, and so its dossier holds nothing.
        let dossier = self.load(&Claimed::who(&mail.value));
        Some(Claimed { mail, dossier })
    }

    /// When the realm's next mail or account is due.
    pub(super) fn next_due(&self, realm: &Realm) -> Option<Timestamp> {
        let indexes = self.realm(realm)?;
        let account = indexes.due_accounts.first().map(|(due, _)| *due);
        let mail = indexes.due_mails.first().map(|(due, _)| *due);
        account.into_iter().chain(mail).min()
    }
}
