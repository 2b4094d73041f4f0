//! Letting go of what nobody needs any more, a bounded step at a time.

use accountable_core::{
    domain::{Account, QuotaTag, Timestamp},
    port::{StoreError, Stored, Trim, records::RaisedLevel},
};

use crate::{
    batch::{Batch, find, named},
    journal::event,
    layout::{Kind, behind, tail, time},
    record::{self, LevelRecord},
};

impl Batch<'_> {
    /// One step of each kind. True: more remains.
    pub(crate) fn trim(&mut self, trim: &Trim) -> Result<bool, StoreError> {
        let steps = [
            self.trim_events(trim)?,
            self.trim_strays(trim)?,
            self.trim_purged(trim)?,
            self.trim_mails(trim)?,
            self.trim_addresses(trim)?,
            self.trim_levels(trim)?,
            self.lower_levels(trim)?,
        ];
        Ok(steps.contains(&true))
    }

    /// The realm's events, from the oldest place on, up to the first that must stay.
    fn trim_events(&mut self, trim: &Trim) -> Result<bool, StoreError> {
        if trim.events_before.is_none() {
            return Ok(false);
        }
        let limit = trim.limit.as_usize();
        let prefix = Kind::EventOfRealm.of(&trim.realm, &[]);
        let (oldest, _) = self.first(&prefix, &behind(&prefix), limit.saturating_add(1))?;
        for (at, entry) in oldest.iter().enumerate() {
            let number = i64::from_be_bytes(tail(entry)?);
            if !trim.removes_event(&event(self, number)?) {
                return Ok(false);
            }
            if at == limit {
                return Ok(true);
            }
            self.erase(&Kind::Event.key(&[&number.to_be_bytes()]))?;
            self.put(Kind::TrimmedTo.of(&trim.realm, &[]), number.to_be_bytes().to_vec());
        }
        Ok(false)
    }

    /// Events about no account that stays, wherever they stand.
    fn trim_strays(&mut self, trim: &Trim) -> Result<bool, StoreError> {
        let (strays, more) = self.older(Kind::Stray, trim, trim.strays_before)?;
        for entry in strays {
            let number = i64::from_be_bytes(tail(&entry)?);
            let event = event(self, number)?;
            let account = match event.account {
                Some(id) => find::<Account>(self, &record::account(id))?.map(|found| found.value),
                None => None,
            };
            if trim.removes_stray(&event, account.as_ref()) {
                self.erase(&Kind::Event.key(&[&number.to_be_bytes()]))?;
            } else {
                // The account has come to be after all.
                self.mark(number, false)?;
            }
        }
        Ok(more)
    }

    /// Sign-ups that were purged: by now their events are strays.
    fn trim_purged(&mut self, trim: &Trim) -> Result<bool, StoreError> {
        let (purged, more) = self.older(Kind::PurgedAccount, trim, trim.strays_before)?;
        for entry in purged {
            self.erase(&Kind::Account.key(&[&tail::<16>(&entry)?]))?;
        }
        Ok(more)
    }

    fn trim_mails(&mut self, trim: &Trim) -> Result<bool, StoreError> {
        let Some(before) = trim.dead_mails_before else { return Ok(false) };
        let (dead, more) = self.older(Kind::DeadSince, trim, before)?;
        for entry in dead {
            self.erase(&Kind::Mail.key(&[&tail::<16>(&entry)?]))?;
        }
        Ok(more)
    }

    fn trim_addresses(&mut self, trim: &Trim) -> Result<bool, StoreError> {
        let (idle, more) = self.due(Kind::IdleAddress, trim)?;
        for entry in idle {
            self.erase(&Kind::Address.key(&[&tail::<32>(&entry)?]))?;
        }
        Ok(more)
    }

    fn trim_levels(&mut self, trim: &Trim) -> Result<bool, StoreError> {
        let (spent, more) = self.due(Kind::LevelAt, trim)?;
        for entry in spent {
            self.erase(&Kind::Level.key(&[&tail::<32>(&entry)?]))?;
        }
        Ok(more)
    }

    /// Levels further ahead than their quota ever puts them: the clock has jumped back.
    fn lower_levels(&mut self, trim: &Trim) -> Result<bool, StoreError> {
        let from = behind(&Kind::LevelFrom.key(&[&time(trim.now)]));
        let end = behind(&Kind::LevelFrom.key(&[]));
        let (impossible, more) = self.first(&from, &end, trim.limit.as_usize())?;
        for entry in impossible {
            let of = QuotaTag::from_bytes(tail(&entry)?);
            let Stored { value: kept, stamp } = named::<LevelRecord>(self, &record::level(of))?;
            if let Some(level) = kept.level().lowered(trim.now) {
                self.write(&LevelRecord::from(RaisedLevel { of, level }), stamp)?;
            }
        }
        Ok(more)
    }

    /// Entries of the realm from before a time.
    fn older(&self, kind: Kind, trim: &Trim, before: Timestamp) -> Result<(Vec<Vec<u8>>, bool), StoreError> {
        let (from, end) = (kind.of(&trim.realm, &[]), kind.of(&trim.realm, &[&time(before)]));
        self.first(&from, &end, trim.limit.as_usize())
    }

    /// Entries of any realm whose time has come.
    fn due(&self, kind: Kind, trim: &Trim) -> Result<(Vec<Vec<u8>>, bool), StoreError> {
        let end = behind(&kind.key(&[&time(trim.now)]));
        self.first(&kind.key(&[]), &end, trim.limit.as_usize())
    }
}
