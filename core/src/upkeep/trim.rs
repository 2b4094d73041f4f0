//! Trimming: the store lets go of what nobody needs any more, a bounded step at a time.

use crate::{
    domain::Span,
    engine::Core,
    error::Fault,
    port::{Limit, Trim},
};

/// How long an event is kept that no account can be asked about: long enough to recognise a repeated offer, and no
/// longer, so that strangers can't fill the disk.
const STRAYS_KEPT: Span = Span::days(7);

/// So many of each kind a step, so that others get their turn at the store.
const STEP: u32 = 100;

/// So many steps a sweep takes.
const STEPS: u32 = 100;

impl Core {
    /// One step. Whether more remains.
    pub(super) async fn trim_step(&self) -> Result<bool, Fault> {
        let now = self.clock.now();
        let trim = Trim {
            realm: self.realm.clone(),
            now,
            events_before: self.rules.journal_kept.map(|kept| now - kept),
            strays_before: now - STRAYS_KEPT,
            dead_mails_before: self.rules.dead_mails_kept.map(|kept| now - kept),
            limit: Limit::of(STEP),
        };
        Ok(self.deadline().within(self.store.trim(&trim)).await??)
    }

    /// Until nothing remains; but not for ever. Whether more remains.
    pub(crate) async fn trim(&self) -> Result<bool, Fault> {
        for _ in 0..STEPS {
            if !self.trim_step().await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
