//! Which language a reader gets, and what is said where a language says nothing.

use accountable_words::{Args, Words, WordsError};

use crate::locale;

fn chosen(words: &Words, wanted: &[&str]) -> String {
    let wanted: Vec<_> = wanted.iter().map(|tag| locale(tag)).collect();
    words.negotiate(&wanted).as_str().to_owned()
}

#[test]
fn a_reader_gets_the_first_of_their_languages_that_is_there() {
    let words = Words::builtin();
    for (wanted, language) in [
        (&["ja"] as &[_], "ja"),
        (&["DE-ch"], "de"),
        (&["de-AT-1996"], "de"),
        (&["de-u-co-phonebk"], "de"),
        (&["sv-FI", "de"], "sv"),
        (&["fr", "ko-KR", "de"], "ko"),
        (&["en-US"], "en"),
        (&["kok"], "en"),
        (&["den"], "en"),
        (&["fr"], "en"),
        (&[], "en"),
    ] {
        assert_eq!(chosen(&words, wanted), language, "{wanted:?}");
    }
}

#[test]
fn another_region_of_a_language_is_better_than_another_language() {
    let words = Words::builtin().with_language(&locale("pt-BR"), "back = Voltar").unwrap();
    assert_eq!(chosen(&words, &["pt-PT"]), "pt-BR");
    assert_eq!(chosen(&words, &["pt"]), "pt-BR");
    let words = words.with_language(&locale("zh-Hant"), "back = 返回").unwrap();
    assert_eq!(chosen(&words, &["zh-Hant-TW"]), "zh-Hant");
    assert_eq!(chosen(&words, &["zh-Hans"]), "en", "another script is another language to its reader");
}

#[test]
fn a_host_says_which_language_is_the_default() {
    let words = Words::builtin().with_default(&locale("sv")).unwrap();
    assert_eq!(chosen(&words, &["fr"]), "sv");
    assert_eq!(chosen(&words, &["ja"]), "ja");
    let tags: Vec<_> = words.languages().map(|language| language.as_str()).collect();
    assert_eq!(tags, ["sv", "en", "ja", "ko", "de"]);
    let refused = Words::builtin().with_default(&locale("fr")).unwrap_err();
    assert_eq!(refused, WordsError::NoSuchLanguage("fr".to_owned()));
}

#[test]
fn what_a_language_does_not_say_is_said_in_the_default_one_and_else_in_english() {
    let words = Words::builtin().with_language(&locale("fr"), "fact-when = Quand").unwrap();
    let service = Args::new().with_text("service", "Orchard");
    let say = |words: &Words, message: &str| {
        words.say(words.negotiate(&[locale("fr")]), message, &service).into_owned()
    };
    assert_eq!(say(&words, "fact-when"), "Quand");
    assert_eq!(say(&words, "back"), "Back to Orchard");
    let german = words.with_default(&locale("de")).unwrap();
    assert_eq!(say(&german, "back"), "Zurück zu Orchard");
    let french = german.with_default(&locale("fr")).unwrap();
    assert_eq!(say(&french, "back"), "Back to Orchard", "the default says nothing either");
    assert_eq!(say(&french, "no-such-message"), "no-such-message");
}

#[test]
fn words_are_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    shared(&Words::builtin());
}
