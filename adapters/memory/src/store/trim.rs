//! Trimming: what nobody needs any more goes, a bounded step at a time.

use accountable_core::{
    domain::MailState,
    port::{Limit, Trim},
};

use super::state::State;

impl State {
    /// Takes one step; whether there is more to do.
    pub(super) fn trim(&mut self, trim: &Trim) -> bool {
        let steps = [
            self.trim_events(trim),
            self.trim_levels(trim),
            self.lower_levels(trim),
            self.trim_addresses(trim),
            self.trim_dead_mails(trim),
        ];
        steps.contains(&true)
    }

    fn trim_events(&mut self, trim: &Trim) -> bool {
        trim.events_before.is_some_and(|then| self.journal.drop_before(then, trim.limit))
    }

    fn trim_levels(&mut self, trim: &Trim) -> bool {
        let spent = self.levels.iter().filter(|(_, level)| **level <= trim.levels_before);
        let (tags, more) = step(spent.map(|(tag, _)| *tag), trim.limit);
        for tag in tags {
            self.levels.remove(&tag);
        }
        more
    }

    fn lower_levels(&mut self, trim: &Trim) -> bool {
        let impossible = self.levels.iter().filter(|(_, level)| **level > trim.levels_beyond);
        let (tags, more) = step(impossible.map(|(tag, _)| *tag), trim.limit);
        for tag in tags {
            self.levels.insert(tag, trim.levels_beyond);
        }
        more
    }

    fn trim_addresses(&mut self, trim: &Trim) -> bool {
        let idle = self.addresses.iter().filter(|(_, stored)| {
            stored.value.idle_since().is_some_and(|since| since < trim.addresses_before)
        });
        let (tags, more) = step(idle.map(|(tag, _)| *tag), trim.limit);
        for tag in tags {
            self.addresses.remove(&tag);
        }
        more
    }

    fn trim_dead_mails(&mut self, trim: &Trim) -> bool {
        let Some(then) = trim.dead_mails_before else {
            return false;
        };
        let is_old = |state: &MailState| matches!(state, MailState::Dead { at, .. } if *at < then);
        let old = self.mails.iter().filter(|(_, stored)| is_old(&stored.value.state));
        let (ids, more) = step(old.map(|(id, _)| *id), trim.limit);
        for id in ids {
            self.put_mail(id, None);
        }
        more
    }
}

/// The first of them, and whether there are more.
fn step<K>(mut keys: impl Iterator<Item = K>, limit: Limit) -> (Vec<K>, bool) {
    let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
    let first = keys.by_ref().take(limit).collect();
    (first, keys.next().is_some())
}
