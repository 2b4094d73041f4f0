//! In which languages, and how, mails and pages say what they say.

use std::path::{Path, PathBuf};

use accountable_core::domain::Locale;
use serde::{Deserialize, Serialize};

/// The section `words`: the words of mails and pages. It is read also by a build without them, so that one file serves every
/// build.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct WordSettings {
    /// The language for readers whose own is not there; English by default.
    pub language: Option<Locale>,
    /// The time zone in which readers are told the time, by its name in the IANA database; UTC by default.
    pub zone: Option<String>,
    /// A folder of messages that take the place of ours, or add a language: in Fluent, a file each language, as in `de.ftl`.
    /// None by default.
    pub folder: Option<PathBuf>,
}

impl WordSettings {
    /// Takes a path that is relative as relative to this folder.
    #[must_use]
    pub(super) fn relative_to(mut self, folder: &Path) -> Self {
        self.folder = self.folder.map(|words| folder.join(words));
        self
    }
}

#[cfg(any(feature = "axum", feature = "mail"))]
mod build {
    use std::{fs, path::Path};

    use accountable_core::domain::Locale;
    use accountable_words::{Words, Zone};

    use super::WordSettings;
    use crate::{
        SettingsError,
        settings::{LARGEST, file::text_of},
    };

    impl WordSettings {
        /// Makes the words: ours, and what the folder says instead. Files of other names than `LANGUAGE.ftl` are passed over.
        ///
        /// # Errors
        /// [`SettingsError::Words`] and [`SettingsError::WordFile`] where there is no such language, or a file says what can't
        /// be said; [`SettingsError::Zone`] where there is no such zone; [`SettingsError::File`] and [`SettingsError::TooLarge`]
        /// where a file can't be read.
        pub fn build(&self) -> Result<Words, SettingsError> {
            let mut words = Words::builtin();
            if let Some(folder) = &self.folder {
                words = said_by(folder, words)?;
            }
            if let Some(language) = &self.language {
                words = words.with_default(language)?;
            }
            match &self.zone {
                Some(zone) => Ok(words.in_zone(Zone::named(zone)?)),
                None => Ok(words),
            }
        }
    }

    /// These words, with what the files of a folder say instead, in the order of their names.
    fn said_by(folder: &Path, mut words: Words) -> Result<Words, SettingsError> {
        let unreadable = |source| SettingsError::File { path: folder.to_owned(), source };
        let entries = fs::read_dir(folder).map_err(unreadable)?;
        let mut files =
            entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "ftl"));
        files.sort();
        for file in files {
            let refused = |source| SettingsError::WordFile { path: file.clone(), source };
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            let language = Locale::parse(&stem).map_err(|_| {
                refused(accountable_words::WordsError::NoSuchLanguage(stem.clone().into_owned()))
            })?;
            words = words.with_language(&language, &text_of(&file, LARGEST)?).map_err(refused)?;
        }
        Ok(words)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn settings(text: &str) -> WordSettings {
            crate::Settings::from_toml(&format!("[words]\n{text}")).unwrap().words
        }

        #[test]
        fn a_reader_of_no_known_language_is_told_in_the_one_that_is_set_and_in_its_zone() {
            let words = settings("language = \"sv\"\nzone = \"Europe/Stockholm\"").build().unwrap();
            let default = words.negotiate(&[]);
            assert_eq!(default.as_str(), "sv");
            let at = "2026-01-31T23:30:00Z".parse().unwrap();
            assert!(words.moment(default, at).contains("1 februari 2026"), "{}", words.moment(default, at));
            assert_eq!(settings("").build().unwrap().negotiate(&[]).as_str(), "en");
        }

        #[test]
        fn a_folder_says_messages_anew_and_adds_languages() {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("de.ftl"), "fact-when = Zeitpunkt\n").unwrap();
            fs::write(folder.path().join("fr.ftl"), "fact-when = Quand\n").unwrap();
            fs::write(folder.path().join("read.me"), "not Fluent").unwrap();
            let settings = WordSettings { folder: Some(folder.path().to_owned()), ..WordSettings::default() };
            let words = settings.build().unwrap();
            let said = |language: &str| {
                let language = words.negotiate(&[Locale::parse(language).unwrap()]);
                words.say(language, "fact-when", &accountable_words::Args::new()).into_owned()
            };
            assert_eq!(["de", "fr", "en"].map(said), ["Zeitpunkt", "Quand", "When"]);

            fs::write(folder.path().join("sv.ftl"), "\nfact-whem = När\n").unwrap();
            let refused = settings.build().unwrap_err();
            let why = std::error::Error::source(&refused).unwrap().to_string();
            assert!(refused.to_string().contains("sv.ftl") && why.contains("line 2"), "{refused}: {why}");
            fs::rename(folder.path().join("sv.ftl"), folder.path().join("§.ftl")).unwrap();
            assert!(settings.build().is_err());
        }

        #[test]
        fn a_language_or_zone_that_is_none_is_named() {
            for (text, names) in
                [("language = \"fr\"", "words.language: "), ("zone = \"Tokyo\"", "words.zone: ")]
            {
                let refused = settings(text).build().unwrap_err().to_string();
                assert!(refused.starts_with(names), "{refused}");
            }
        }
    }
}
