//! What the presets and their additions refuse.

use super::*;

fn codes(policy: &PasswordPolicy, password: &str) -> Vec<String> {
    let email = EmailAddress::parse("ada.lovelace@analytical.example").unwrap();
    let password = Password::parse(password).unwrap();
    let violations = policy.violations(&password, &PolicyContext { email: &email });
    violations.iter().map(|violation| violation.code().to_owned()).collect()
}

#[test]
fn the_presets_differ_where_their_documents_do() {
    let presets = [
        PasswordPolicy::data_forest_all_classes(),
        PasswordPolicy::data_forest_three_classes(),
        PasswordPolicy::data_forest_current(),
        PasswordPolicy::payway(),
        PasswordPolicy::nist(),
    ];
    for (password, passes) in [
        ("abcdefg1!", [false, true, true, true, false]),
        ("Abcdefg1", [false, true, false, true, false]),
        ("Abcdefg1!", [true, true, true, true, false]),
        ("qazQAZ1", [false, false, false, true, false]),
        ("Abcdefg1&", [true, true, false, true, false]),
        ("漢字漢字漢字1!", [false, false, true, true, false]),
        ("abcde", [false, false, false, false, false]),
        ("correct horse battery staple", [false, false, false, true, false]),
        ("seven violet umbrellas apologise", [false, false, false, true, true]),
    ] {
        let passed = presets.each_ref().map(|preset| codes(preset, password).is_empty());
        assert_eq!(passed, passes, "{password}");
    }
}

#[test]
fn qaz_qaz_1_fails_every_data_forest_rule_by_its_length() {
    for preset in [
        PasswordPolicy::data_forest_all_classes(),
        PasswordPolicy::data_forest_three_classes(),
        PasswordPolicy::data_forest_current(),
    ] {
        assert!(codes(&preset, "qazQAZ1").iter().any(|code| code == "too_short"));
    }
}

#[test]
fn each_banned_character_is_banned() {
    let policy = PasswordPolicy::data_forest_current();
    for banned in "'\"₩¥\\/&` ".chars() {
        assert_eq!(codes(&policy, &format!("abcdefg1!{banned}")), ["banned_character"], "{banned}");
    }
}

#[test]
fn lengths_count_code_points_and_both_ends_are_in() {
    let policy = PasswordPolicy::nist();
    assert_eq!(codes(&policy, "ü!x7ü!x7ü!x7ü!"), ["too_short", "common"]);
    assert!(codes(&policy, "grüne Igel im 🌧").is_empty());
    let long = "violet umbrellas never apologise to marmalade; ".repeat(6);
    let fits: String = long.chars().take(256).collect();
    assert!(codes(&policy, &fits).is_empty());
    let over: String = long.chars().take(257).collect();
    assert_eq!(codes(&policy, &over), ["too_long"]);
}

#[test]
fn a_policy_says_which_lengths_it_wants() {
    assert_eq!(PasswordPolicy::nist().length(), 15..=256);
    let longer = PasswordPolicy::nist().into_builder().least_length(20).build().unwrap();
    assert_eq!(longer.length(), 20..=256);
    assert_eq!(PasswordPolicy::builder().build().unwrap().length(), 1..=Password::MAX);
}

#[test]
fn all_violations_come_at_once_in_one_order() {
    let code = |name| ViolationCode::parse(name).unwrap();
    let own = code("own");
    let policy = PasswordPolicy::builder()
        .host_rule(move |_: &Password, _: &PolicyContext<'_>| vec![Violation::host(&own, "it is ours")])
        .not_matching(&code("no_blanks"), " ")
        .matching(&code("two_digits"), "[0-9]{2}")
        .dissimilar()
        .context_words(["Acme"])
        .blocklist(Blocklist::common().with(["acme 1"]))
        .without(" ")
        .all_of(&CharacterClass::FOUR)
        .length(8..=20)
        .build()
        .unwrap();
    let all = [
        "too_short",
        "too_few_classes",
        "banned_character",
        "common",
        "predictable",
        "too_similar",
        "no_blanks",
        "two_digits",
        "own",
    ];
    assert_eq!(codes(&policy, "acme 1"), all);
    let again = policy.knowing(["Orchard"]).with_blocklist(Blocklist::common().with(["acme 1"]));
    assert_eq!(codes(&again, "acme 1"), all);
    assert_eq!(codes(&again.into_builder().build().unwrap(), "acme 1"), all);
}

#[test]
fn a_violation_says_which_kinds_are_missing() {
    let email = EmailAddress::parse("ada@example.com").unwrap();
    let policy = PasswordPolicy::data_forest_all_classes();
    let password = Password::parse("abcdefgh1").unwrap();
    assert_eq!(
        policy.violations(&password, &PolicyContext { email: &email }),
        [Violation::TooFewClasses {
            least: 4,
            actual: 2,
            among: CharacterClass::FOUR.to_vec(),
            missing: vec![CharacterClass::Upper, CharacterClass::Special],
        }]
    );
}

#[test]
fn nist_refuses_the_owners_address_and_the_services_name() {
    let policy = PasswordPolicy::nist().knowing(["Data Forest"]).knowing(["Orchard"]);
    for password in ["Ada.Lovelace.1815", "dataforest2026!!"] {
        assert_eq!(codes(&policy, password), ["predictable"], "{password}");
    }
    assert_eq!(codes(&policy, "ORCHARD-orchard-1"), ["common", "predictable"]);
    assert_eq!(codes(&policy, "tseroF-ATAD-2026!"), ["predictable"], "backwards");
    assert!(codes(&PasswordPolicy::nist(), "dataforest2026!!").is_empty());
}

#[test]
fn a_preset_can_be_added_to_and_keeps_what_it_has() {
    let of = |preset: PasswordPolicy| preset.into_builder();
    let digit = [CharacterClass::Digit];
    let stricter = of(PasswordPolicy::payway()).length(9..=20).all_of(&digit).without("!").build().unwrap();
    assert_eq!(codes(&stricter, "abcdef!"), ["too_short", "too_few_classes", "banned_character"]);
    let same = of(PasswordPolicy::data_forest_current()).without("#").build().unwrap();
    assert_eq!(codes(&same, "abcdefg1!\\"), ["banned_character"]);
    assert_eq!(codes(&same, "abcdefg1#"), ["banned_character"]);
    let nist = of(PasswordPolicy::nist()).build().unwrap();
    assert_eq!(codes(&nist, "Ada.Lovelace.1815"), ["predictable"]);
    assert_eq!(codes(&nist, "Password12345678"), ["common"]);
}

#[test]
fn similarity_is_asked_for_and_knows_the_hosts_words_and_the_owner() {
    let policy = PasswordPolicy::nist().into_builder().dissimilar().build().unwrap().knowing(["Data Forest"]);
    for password in ["7x Ada.Lovelace q", "2026 da7a-f0rest!"] {
        assert_eq!(codes(&policy, password), ["too_similar"], "{password}");
        assert!(codes(&PasswordPolicy::nist(), password).is_empty(), "{password}");
    }
    assert!(codes(&policy, "seven violet umbrellas apologise").is_empty());
}

#[test]
fn a_hosts_rule_is_given_the_password_and_whose_it_is() {
    let code = ViolationCode::parse("not_yours").unwrap();
    let rule = move |password: &Password, context: &PolicyContext<'_>| {
        let theirs = password.expose() == "all alike" && context.email.local_part() == "ada.lovelace";
        theirs.then(|| Violation::host(&code, "it is not for you")).into_iter().collect()
    };
    let policy = PasswordPolicy::payway().into_builder().host_rule(rule).build().unwrap();
    assert_eq!(codes(&policy, "all alike"), ["not_yours"]);
    assert!(codes(&policy, "all different").is_empty());
    let other = EmailAddress::parse("grace@example.com").unwrap();
    let password = Password::parse("all alike").unwrap();
    assert!(policy.violations(&password, &PolicyContext { email: &other }).is_empty());
}

#[test]
fn a_pattern_shows_its_code_and_its_sense() {
    let code = |name| ViolationCode::parse(name).unwrap();
    let policy = PasswordPolicy::builder()
        .matching(&code("starts_with_a_letter"), r"^\p{L}")
        .not_matching(&code("has_a_year"), "(19|20)[0-9]{2}")
        .build()
        .unwrap();
    assert_eq!(codes(&policy, "7green"), ["starts_with_a_letter"]);
    assert_eq!(codes(&policy, "green1999"), ["has_a_year"]);
    assert!(codes(&policy, "écru99").is_empty());
}

#[test]
fn a_hosts_blocklist_takes_the_place_of_the_first() {
    let policy = PasswordPolicy::nist().with_blocklist(Blocklist::common().with(["green hedgehogs!"]));
    assert_eq!(codes(&policy, "Green Hedgehogs!"), ["common"]);
    assert_eq!(policy.rules.len(), 3);
}

#[test]
fn debug_shows_no_list_and_a_policy_is_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>(value: &T) -> T {
        value.clone()
    }
    let policy = shared(&PasswordPolicy::nist().knowing(["orchard"]));
    let shown = format!("{policy:?}");
    assert!(!shown.contains("orchard") && shown.len() < 200, "{shown}");
}

#[test]
fn a_policy_says_what_it_asks_for_before_anybody_types() {
    let policy = PasswordPolicy::data_forest_three_classes();
    assert_eq!(policy.classes().collect::<Vec<_>>(), [(3, CharacterClass::FOUR.as_slice())]);
    assert_eq!(policy.banned().count(), 0);
    assert_eq!(PasswordPolicy::data_forest_current().banned().collect::<String>(), "'\"₩¥\\/&` ");
    assert_eq!(PasswordPolicy::nist().classes().count(), 0);
}
