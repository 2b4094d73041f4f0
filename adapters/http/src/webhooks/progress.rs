//! How far a follower came, as it is kept in the realm's store: the journal's cursor, and the last events that were given up.

use std::collections::VecDeque;

use accountable_core::{Accounts, Fault, FollowerName, domain::Timestamp, port::Cursor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How far the follower of an endpoint came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    #[serde(default, skip_serializing_if = "Option::is_none", with = "cursor")]
    pub(super) after: Option<Cursor>,
    #[serde(default)]
    pub(super) given_up: VecDeque<GivenUp>,
    #[serde(default)]
    pub(super) given_up_ever: u64,
}

/// What was given up: an event that could not be told, or events that were gone before they could be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GivenUp {
    /// The `webhook-id` of the event; none where the journal no longer reached back, and nobody knows which they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// When it was given up.
    pub at: Timestamp,
    /// Why: `status 500`, `no answer`, `no connection`, `trimmed`.
    pub why: String,
}

impl Progress {
    /// How many of those that were given up are listed.
    pub const LISTED: usize = 24;

    /// Reads how far the follower of this name came, as it was kept last.
    ///
    /// # Errors
    /// [`Fault::Damaged`] where what is kept can't be read; another [`Fault`].
    pub async fn of(accounts: &Accounts, follower: &FollowerName) -> Result<Self, Fault> {
        Self::read(accounts.journal().bookmark(follower).await?.content())
    }

    /// What was given up, the latest last: [`LISTED`](Self::LISTED) at most.
    pub fn given_up(&self) -> impl Iterator<Item = &GivenUp> {
        self.given_up.iter()
    }

    /// How often something was given up, ever.
    #[must_use]
    pub const fn given_up_ever(&self) -> u64 {
        self.given_up_ever
    }

    pub(super) fn read(content: Option<&str>) -> Result<Self, Fault> {
        content.map_or_else(
            || Ok(Self::default()),
            |text| serde_json::from_str(text).map_err(|_| Fault::Damaged),
        )
    }

    pub(super) fn give_up(&mut self, what: GivenUp) {
        self.given_up_ever = self.given_up_ever.saturating_add(1);
        self.given_up.push_back(what);
        while self.given_up.len() > Self::LISTED {
            self.given_up.pop_front();
        }
    }
}

/// A cursor as text.
mod cursor {
    use super::*;

    #[expect(clippy::ref_option, reason = "the shape that serde calls")]
    pub(super) fn serialize<S: Serializer>(
        cursor: &Option<Cursor>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        cursor.as_ref().map(ToString::to_string).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Cursor>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        let malformed = || serde::de::Error::custom("not a cursor");
        text.map(|text| Cursor::parse(&text).ok_or_else(malformed)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use accountable_core::port::Note;

    use super::*;

    #[test]
    fn the_list_is_short_enough_to_be_kept_and_has_the_latest() {
        let mut progress =
            Progress { after: Some(Cursor::from_bytes(vec![0xff; 64])), ..Progress::default() };
        for number in 0..100_u8 {
            let event = Some(format!("{}-{number}", "0".repeat(32)));
            let (at, why) =
                (Timestamp::from_micros(i64::MAX >> 12), "the reason as long as it gets".to_owned());
            progress.give_up(GivenUp { event, at, why });
        }
        let kept = serde_json::to_string(&progress).unwrap();
        assert!(kept.len() <= Note::MAX, "{}", kept.len());
        assert_eq!(Progress::read(Some(&kept)).unwrap(), progress);
        assert_eq!((progress.given_up().count(), progress.given_up_ever()), (Progress::LISTED, 100));
        assert!(progress.given_up().last().unwrap().event.as_ref().unwrap().ends_with("-99"));
        assert!(matches!(Progress::read(Some("{")), Err(Fault::Damaged)));
    }
}
