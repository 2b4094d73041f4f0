//! How far a follower of the journal came, kept in the realm's own store: whoever resumes does so wherever it runs.

use std::{fmt, str::FromStr};

use crate::{
    engine::Core,
    error::{BookmarkError, Fault},
    port::{IllegalNote, Note, NoteName, Stored},
};

/// The name of a follower, which is its own in the realm: 1 to 55 of `[a-z0-9.-]`, such as `billing`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FollowerName(NoteName);

impl FollowerName {
    const FOLDER: &str = "follower/";

    /// The follower's name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().strip_prefix(Self::FOLDER).unwrap_or_default()
    }
}

impl FromStr for FollowerName {
    type Err = IllegalNote;

    fn from_str(text: &str) -> Result<Self, IllegalNote> {
        if text.is_empty() || text.contains('/') {
            return Err(IllegalNote::BadName);
        }
        NoteName::parse(&format!("{}{text}", Self::FOLDER)).map(Self)
    }
}

impl fmt::Display for FollowerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a follower kept last, as the store has it. What is kept next takes its place, unless somebody kept something else
/// meanwhile.
#[derive(Debug, Clone)]
pub struct Bookmark {
    follower: FollowerName,
    before: Option<Stored<Note>>,
}

impl Bookmark {
    /// What was kept; none where nothing was yet.
    #[must_use]
    pub fn content(&self) -> Option<&str> {
        self.before.as_ref().map(|note| note.value.content.as_str())
    }

    /// Whether the other is of the same moment: nothing was kept between the two.
    #[must_use]
    pub fn is_as_old_as(&self, other: &Self) -> bool {
        let stamp = |bookmark: &Self| bookmark.before.as_ref().map(|note| note.stamp);
        self.follower == other.follower && stamp(self) == stamp(other)
    }
}

impl Core {
    /// What the follower kept last.
    pub(super) async fn bookmark(&self, follower: &FollowerName) -> Result<Bookmark, Fault> {
        let mut deadline = self.deadline();
        self.meet_keys(&mut deadline).await?;
        let before = self.note(&follower.0, &mut deadline).await?;
        Ok(Bookmark { follower: follower.clone(), before })
    }

    /// Keeps this in place of what the bookmark says.
    pub(super) async fn keep(&self, bookmark: &Bookmark, content: String) -> Result<Bookmark, BookmarkError> {
        let Bookmark { follower, before } = bookmark;
        let note = Note::new(self.realm.clone(), follower.0.clone(), content);
        let mut note = note.map_err(|_| BookmarkError::TooLong)?;
        note.unknown = before.as_ref().map(|stored| stored.value.unknown.clone()).unwrap_or_default();
        let kept = self.replace_note(before.clone(), note.clone(), &mut self.deadline()).await?;
        let stamp = kept.ok_or(BookmarkError::Superseded)?;
        Ok(Bookmark { follower: follower.clone(), before: Some(Stored { value: note, stamp }) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follower_has_a_short_plain_name() {
        for good in ["billing", "a", "crm-2.eu", &"x".repeat(55)] {
            assert_eq!(good.parse::<FollowerName>().unwrap().as_str(), good);
        }
        for bad in ["", "Billing", "a b", "a/b", "../keys", &"x".repeat(56)] {
            assert_eq!(bad.parse::<FollowerName>(), Err(IllegalNote::BadName), "{bad}");
        }
    }
}
