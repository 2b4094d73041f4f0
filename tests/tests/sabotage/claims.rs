//! Claims that pass over too much or nothing, and due times that keep a courier busy or asleep: clauses 22, 26 and 39.

use accountable_conformance::{
    samples::realm,
    store::{due, outbox},
};
use accountable_core::{
    domain::Timestamp,
    port::{Claim, Claimed, Claims, Limit, MailQuery, Store},
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::fixture::{Broken, Nothing, Sabotage, Taken};

async fn asked(
    store: &MemoryStore,
    claim: &Claim,
) -> Result<Option<Timestamp>, accountable_core::port::StoreError> {
    Ok(store.claim(&Claim { limit: None, ..claim.clone() }).await?.next_due)
}

sabotage! {
    PassesOverNothing {} claim(this, store, claim: &Claim) -> Taken {
        store.claim(&Claim { pass_over: Default::default(), ..claim.clone() }).await
    }
}
sabotage! {
    /// Looks at the oldest, so many, and passes over of those.
    IsHeldUp {} claim(this, store, claim: &Claim) -> Taken {
        let all = MailQuery::All { realm: claim.realm.clone(), after: None };
        let mut mails = store.mails(&all, Limit::MAX).await?.items;
        mails.retain(|mail| mail.value.due().is_some_and(|due| due <= claim.now));
        mails.sort_by_key(|mail| mail.value.due());
        let oldest = mails.iter().take(claim.limit.map_or(0, |limit| usize::try_from(limit.get()).unwrap_or(0)));
        let room = oldest.filter(|mail| mail.value.domain.is_none_or(|to| !claim.pass_over.contains(&to))).count();
        let limit = u32::try_from(room).ok().filter(|room| *room > 0).map(Limit::of);
        store.claim(&Claim { limit, ..claim.clone() }).await
    }
}
sabotage! {
    /// Knows no mail without a domain while any is passed over.
    LosesIntentsInACrowd {} claim(this, store, claim: &Claim) -> Taken {
        let mut claims = store.claim(claim).await?;
        if !claim.pass_over.is_empty() {
            claims.mails.retain(|claimed| claimed.mail.value.domain.is_some());
        }
        Ok(claims)
    }
}
sabotage! {
    WakesForWhatItPassesOver {} claim(this, store, claim: &Claim) -> Taken {
        let claims = store.claim(claim).await?;
        let next_due = asked(store, &Claim { pass_over: Default::default(), ..claim.clone() }).await?;
        Ok(Claims { next_due, ..claims })
    }
}
sabotage! {
    TellsWhatWasDueBefore {} claim(this, store, claim: &Claim) -> Taken {
        let next_due = asked(store, claim).await?;
        Ok(Claims { next_due, ..store.claim(claim).await? })
    }
}
sabotage! {
    /// Says when the next is due that is not due yet.
    SleepsOverWhatIsDue {} claim(this, store, claim: &Claim) -> Taken {
        let claims = store.claim(claim).await?;
        Ok(Claims { next_due: claims.next_due.filter(|due| *due > claim.now), ..claims })
    }
}
sabotage! {
    TakesNoLimitForAll {} claim(this, store, claim: &Claim) -> Taken {
        store.claim(&Claim { limit: claim.limit.or(Some(Limit::MAX)), ..claim.clone() }).await
    }
}
sabotage! {
    ClaimsTheDead {} claim(this, store, claim: &Claim) -> Taken {
        let mut claims = store.claim(claim).await?;
        let dead = store.mails(&MailQuery::Dead { realm: realm(), after: None }, Limit::MAX).await?.items;
        for mail in dead {
            let dossier = store.load(&Claimed::who(&mail.value)).await?;
            claims.mails.push(Claimed { mail, dossier });
        }
        Ok(claims)
    }
}
sabotage! {
    ClaimsInEveryRealm {} claim(this, store, claim: &Claim) -> Taken {
        let mut claims = store.claim(claim).await?;
        let there = Claim { realm: accountable_conformance::samples::other_realm(), ..claim.clone() };
        claims.mails.extend(store.claim(&there).await?.mails);
        Ok(claims)
    }
}
sabotage! {
    /// Sets the end of a claim once its answer is on the way.
    EndsNoLostClaim {} claim(this, store, claim: &Claim) -> Taken {
        let taken = store.claim(&Claim { until: Timestamp::MAX, ..claim.clone() }).await?;
        super::repeats::pause().await;
        Ok(taken)
    }
}
sabotage! {
    ForgetsAccountsThatAreDue {} claim(this, store, claim: &Claim) -> Taken {
        let claims = store.claim(claim).await?;
        let all = MailQuery::All { realm: claim.realm.clone(), after: None };
        let mails = store.mails(&all, Limit::MAX).await?.items;
        let next_due = mails.iter().filter_map(|mail| mail.value.due()).min();
        Ok(Claims { next_due, ..claims })
    }
}

breaks! {
    passing_over_nothing: PassesOverNothing breaks due::clause_22_mails_to_domains_that_are_passed_over_stay;
    being_held_up: IsHeldUp breaks due::clause_22_mails_to_domains_that_are_passed_over_stay;
    losing_intents_in_a_crowd: LosesIntentsInACrowd breaks
        due::clause_22_mails_to_domains_that_are_passed_over_stay;
    waking_for_what_it_passes_over: WakesForWhatItPassesOver breaks
        due::clause_26_next_due_is_told_as_the_claim_left_the_realm;
    telling_what_was_due_before: TellsWhatWasDueBefore breaks
        due::clause_26_next_due_is_told_as_the_claim_left_the_realm;
    sleeping_over_what_is_due: SleepsOverWhatIsDue breaks
        due::clause_26_next_due_is_told_as_the_claim_left_the_realm,
        due::clause_26_a_claim_without_a_limit_only_asks;
    taking_no_limit_for_all: TakesNoLimitForAll breaks due::clause_26_a_claim_without_a_limit_only_asks;
    claiming_the_dead: ClaimsTheDead breaks outbox::clause_22_due_mails_of_the_realm_are_claimed_oldest_first;
    claiming_in_every_realm: ClaimsInEveryRealm breaks
        outbox::clause_22_due_mails_of_the_realm_are_claimed_oldest_first;
    ending_no_lost_claim: EndsNoLostClaim breaks
        due::clause_39_what_a_lost_claim_took_returns_with_one_attempt_counted;
    forgetting_accounts_that_are_due: ForgetsAccountsThatAreDue breaks
        due::clause_26_next_due_is_never_later_than_what_is_due_first;
}
