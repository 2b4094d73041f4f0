//! Mails that are claimed too early, twice or without their facts: clauses 22 to 26; and one that is miscounted: clause 41.

use std::{collections::BTreeMap, sync::Mutex};

use accountable_conformance::{
    samples::other_realm,
    store::{due, outbox},
};
use accountable_core::{
    domain::{AccountId, Realm, Span, Timestamp},
    port::{Backlog, Claim, Claimed, Claims, Dossier, Store, StoreError},
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::fixture::{Broken, Nothing, Sabotage, Taken};

sabotage! {
    ClaimsBeforeItIsDue {} claim(this, store, claim: &Claim) -> Taken {
        store.claim(&Claim { now: claim.now + Span::seconds(1), ..claim.clone() }).await
    }
}
sabotage! {
    ClaimsNewestFirst {} claim(this, store, claim: &Claim) -> Taken {
        let mut claimed = store.claim(claim).await?;
        claimed.mails.reverse();
        Ok(claimed)
    }
}
sabotage! {
    ForgetsTheHorizon {} claim(this, store, claim: &Claim) -> Taken {
        store.claim(&Claim { horizon: Timestamp::MAX, ..claim.clone() }).await
    }
}
sabotage! {
    /// Gives what it gave to the last one to the next one too.
    ClaimsTwice { last: Mutex<Vec<Claimed>> } claim(this, store, claim: &Claim) -> Taken {
        let mut claimed = store.claim(claim).await?;
        let mut last = this.last.lock().expect("no panic meanwhile");
        let given = std::mem::replace(&mut *last, claimed.mails.clone());
        claimed.mails.extend(given);
        Ok(claimed)
    }
}
sabotage! {
    ForgetsTheAttempt {} claim(this, store, claim: &Claim) -> Taken {
        let mut claimed = store.claim(claim).await?;
        for claimed in &mut claimed.mails {
            claimed.mail.value.attempts = claimed.mail.value.attempts.saturating_sub(1);
        }
        Ok(claimed)
    }
}
sabotage! {
    /// Knows an account as it was when it first met it.
    BringsAnOldDossier { met: Mutex<BTreeMap<AccountId, Dossier>> } claim(this, store, claim: &Claim) -> Taken {
        let mut claimed = store.claim(claim).await?;
        let mut met = this.met.lock().expect("no panic meanwhile");
        for claimed in &mut claimed.mails {
            if let Some(id) = claimed.mail.value.account() {
                claimed.dossier = met.entry(id).or_insert_with(|| claimed.dossier.clone()).clone();
            }
        }
        Ok(claimed)
    }
}
sabotage! {
    BringsNoDossier {} claim(this, store, claim: &Claim) -> Taken {
        let mut claimed = store.claim(claim).await?;
        for claimed in &mut claimed.mails {
            claimed.dossier = Dossier::empty(claimed.dossier.incarnation);
        }
        Ok(claimed)
    }
}
sabotage! {
    IsDueLater {} claim(this, store, claim: &Claim) -> Taken {
        let claims = store.claim(claim).await?;
        Ok(Claims { next_due: claims.next_due.map(|due| due + Span::seconds(1)), ..claims })
    }
}
sabotage! {
    CountsTheDeadAsWaiting {} backlog(this, store, realm: &Realm) -> Result<Backlog, StoreError> {
        let backlog = store.backlog(realm).await?;
        Ok(Backlog { waiting: backlog.waiting.saturating_add(backlog.dead), ..backlog })
    }
}
sabotage! {
    CountsEveryRealm {} backlog(this, store, realm: &Realm) -> Result<Backlog, StoreError> {
        let (ours, others) = (store.backlog(realm).await?, store.backlog(&other_realm()).await?);
        Ok(Backlog { waiting: ours.waiting.saturating_add(others.waiting), ..ours })
    }
}
sabotage! {
    SaysThatAllIsDueSinceLongAgo {} backlog(this, store, realm: &Realm) -> Result<Backlog, StoreError> {
        let backlog = store.backlog(realm).await?;
        Ok(Backlog { due: backlog.due.map(|_| Timestamp::EPOCH), ..backlog })
    }
}

breaks! {
    claiming_before_it_is_due: ClaimsBeforeItIsDue breaks
        outbox::clause_22_due_mails_of_the_realm_are_claimed_oldest_first,
        outbox::clause_23_a_claimed_mail_is_claimable_again_at_until_and_not_before;
    claiming_newest_first: ClaimsNewestFirst breaks
        outbox::clause_22_due_mails_of_the_realm_are_claimed_oldest_first;
    forgetting_the_horizon: ForgetsTheHorizon breaks
        outbox::clause_22_a_due_time_beyond_the_horizon_is_due,
        outbox::clause_23_a_claimed_mail_is_claimable_again_at_until_and_not_before;
    claiming_twice: ClaimsTwice breaks outbox::clause_22_each_mail_goes_to_one_of_racing_claimants;
    forgetting_the_attempt: ForgetsTheAttempt breaks
        outbox::clause_23_a_claimed_mail_bears_the_claims_id_and_one_more_attempt;
    bringing_an_old_dossier: BringsAnOldDossier breaks
        outbox::clause_25_a_claims_dossier_is_not_older_than_the_claim;
    bringing_no_dossier: BringsNoDossier breaks outbox::clause_25_a_claim_brings_the_facts_of_the_mails_account;
    counting_the_dead_as_waiting: CountsTheDeadAsWaiting breaks
        outbox::clause_41_the_backlog_is_what_waits_and_what_was_given_up;
    counting_every_realm: CountsEveryRealm breaks
        outbox::clause_41_the_backlog_is_what_waits_and_what_was_given_up;
    saying_that_all_is_due_since_long_ago: SaysThatAllIsDueSinceLongAgo breaks
        outbox::clause_41_the_backlog_is_what_waits_and_what_was_given_up;
    being_due_later: IsDueLater breaks due::clause_26_next_due_is_never_later_than_what_is_due_first;
}
