//! Scripts: those that come with the command, what becomes of lines that go wrong, and how stories are told.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

/// Set, the tests write the snapshots that they would compare with.
const RENEW: &str = "ACCOUNTABLE_RENEW_SNAPSHOTS";

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn command(script: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accountable"));
    command.arg("demo").arg("--script").arg(script).args(arguments);
    // What whoever runs the tests prefers is not what is tested.
    command.env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR");
    command
}

/// Plays a script that is given as a text.
fn played(script: &str, arguments: &[&str]) -> Output {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(script.as_bytes()).unwrap();
    command(file.path(), arguments).output().expect("the command can be started")
}

fn text(octets: Vec<u8>) -> String {
    String::from_utf8(octets).expect("the output is UTF-8")
}

fn objects(output: Output) -> Vec<Value> {
    text(output.stdout).lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn of_lines(output: Output) -> Vec<Value> {
    objects(output).into_iter().filter(|told| told["type"] == "line").collect()
}

fn outcomes(lines: &[Value]) -> Vec<(u64, &str)> {
    lines.iter().map(|line| (line["line"].as_u64().unwrap(), line["outcome"].as_str().unwrap())).collect()
}

/// What differs from run to run, made one.
fn masked(mut told: Value) -> Value {
    for place in ["/database", "/details/id"] {
        if let Some(value) = told.pointer_mut(place) {
            *value = json!("…");
        }
    }
    told
}

/// Plays an example and holds every line of its report against the snapshot.
fn holds(example: &str) -> Vec<Value> {
    let output = command(&here(&format!("examples/{example}.jsonl")), &["--json", "--strict"]).output();
    let output = output.expect("the command can be started");
    let status = output.status.code();
    let told: Vec<_> = objects(output).into_iter().map(masked).collect();
    let snapshot = here(&format!("tests/snapshots/{example}.jsonl"));
    if std::env::var_os(RENEW).is_some() {
        let report: Vec<_> = told.iter().map(|told| format!("{told}\n")).collect();
        fs::write(&snapshot, report.concat()).unwrap();
    }
    // Compared as objects: the order of their fields says nothing.
    let kept = fs::read_to_string(&snapshot).unwrap_or_default();
    let kept: Vec<Value> = kept.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let differences: Vec<_> = (0..kept.len().max(told.len()))
        .map(|at| [kept.get(at), told.get(at)])
        .filter(|[kept, told]| kept != told)
        .map(|[kept, told]| format!("- {}\n+ {}\n", line_of(kept), line_of(told)))
        .take(10)
        .collect();
    assert!(
        differences.is_empty(),
        "the report of {example}.jsonl differs from its snapshot; the first differences are\n{}\
        Where they are meant, renew it and read what has changed:\n    \
        {RENEW}=1 cargo test -p accountable-cli --test script && git diff adapters/cli/tests/snapshots",
        differences.concat(),
    );
    assert_eq!(status, Some(0), "every line of {example}.jsonl ends as it expects");
    told
}

fn line_of(told: Option<&Value>) -> String {
    told.map_or_else(String::new, Value::to_string)
}

#[test]
fn three_hundred_awkward_addresses_are_registered_or_refused_as_the_snapshot_says() {
    let told = holds("addresses");
    let lines: Vec<_> = told.iter().filter(|told| told["type"] == "line").collect();
    assert_eq!(lines.len(), 300);
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines {
        let reason = line["details"]["reason"].as_str().or(line["outcome"].as_str()).unwrap();
        *reasons.entry(reason).or_default() += 1;
    }
    for reason in [
        "account",
        "email_taken",
        "too_long",
        "local_part_too_long",
        "no_at",
        "literal",
        "single_label_domain",
        "comment",
        "control",
        "unassigned",
        "local_part",
        "domain",
        "bad_field",
        "broken_json",
    ] {
        assert!(reasons.contains_key(reason), "{reason} is in no line: {reasons:?}");
    }
}

#[test]
fn each_presets_passwords_pass_or_fail_as_the_snapshot_says() {
    let told = holds("passwords");
    let mut violations: Vec<_> = told
        .iter()
        .filter_map(|told| told.pointer("/details/violations")?.as_array())
        .flatten()
        .filter_map(|violation| violation["violation"].as_str())
        .collect();
    violations.sort_unstable();
    violations.dedup();
    // That a new password is the current one, a policy alone can't know.
    let all = ["banned_character", "common", "predictable", "too_few_classes", "too_long", "too_short"];
    assert_eq!(violations, all);
}

#[test]
fn every_command_is_played_and_later_lines_build_on_earlier_ones() {
    let script = r#"
# A life in short.
{"do":"register","email":"Ada@example.com","as":"ada","expect":"account"}
{"do":"request_password_set","who":"ada","expect":"delivered"}
{"do":"request_password_set","who":"ada@example.com","expect":"throttled"}
{"do":"choose_password","who":"ada","password":"short","expect":["weak_password","too_short"]}
{"do":"choose_password","who":"ada","password":"herons wade where the river bends","expect":"password_set"}
{"do":"authenticate","who":"ada","password":"herons wade at the river","expect":["denied","wrong_password"]}
{"do":"authenticate","who":"ada","password":"herons wade where the river bends","expect":"granted"}
{"do":"policy","preset":"payway","expect":"done"}
{"do":"change_password","who":"ada","current":"herons wade where the river bends","new":"herons","expect":"password_changed"}
{"do":"assign_password","who":"ada","password":"borrowed key","expect":"done"}
{"do":"authenticate","who":"ada","password":"borrowed key","expect":"must_change"}
{"do":"advance","seconds":600,"expect":"done"}
{"do":"request_password_reset","who":"ada","expect":"accepted"}
{"do":"sweep","expect":"swept"}
{"do":"register","email":"lost@example.net","as":"lost","expect":"account"}
{"do":"mailer","who":"lost","answer":"no_such_mailbox","expect":"done"}
{"do":"request_password_set","who":"lost","expect":["undeliverable","no_such_mailbox"]}
{"do":"check","who":"ada","password":"herons","expect":"good_password"}
"#;
    let output = played(script, &["--json", "--strict"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(output.stdout));
    let told = objects(output);
    let mails: Vec<_> = told
        .iter()
        .filter_map(|told| Some((told["line"].as_u64()?, told["mails"][0]["to"].as_str()?)))
        .collect();
    assert!(mails.contains(&(4, "Ada@example.com")) && mails.contains(&(16, "Ada@example.com")), "{mails:?}");
    let summary = told.last().unwrap();
    assert_eq!((&summary["type"], &summary["lines"]), (&json!("summary"), &json!(18)));
    assert_eq!((&summary["unexpected"], &summary["outcomes"]["account"]), (&json!(0), &json!(2)));
}

#[test]
fn a_line_that_can_not_be_played_is_told_with_its_number_and_the_play_goes_on() {
    let long = "x".repeat(70_000);
    let script = format!(
        "{{\"do\":\"erase\"}}\n{{\"do\":\n[]\n\n{{\"do\":\"register\",\"mail\":\"a@b.example\"}}\n\
        {{\"do\":\"check\",\"password\":\"{long}\"}}\n{{\"do\":\"choose_password\",\"who\":\"ada\",\"password\":\"p\"}}\n\
        {{\"do\":\"choose_password\",\"who\":\"a@b.example\",\"password\":\"p\"}}\n\
        {{\"do\":\"change_password\",\"who\":\"a@b.example\",\"current\":\"p\",\"new\":\"q\"}}\n\
        {{\"do\":\"advance\",\"seconds\":18446744073709551615}}\n{{\"do\":\"register\",\"email\":\"a@b.example\"}}"
    );
    let output = played(&script, &["--json"]);
    assert_eq!(output.status.code(), Some(0), "nothing was expected otherwise");
    let lines = of_lines(output);
    let expected = [
        (1, "unknown_command"),
        (2, "broken_json"),
        (3, "no_object"),
        (5, "bad_field"),
        (6, "line_too_long"),
        (7, "unknown_name"),
        (8, "no_link"),
        (9, "no_session"),
        (10, "bad_field"),
        (11, "account"),
    ];
    assert_eq!(outcomes(&lines), expected);
    let (played, unplayable) = lines.split_last().unwrap();
    assert!(unplayable.iter().all(|line| !line["details"]["says"].as_str().unwrap().is_empty()));
    assert_eq!(played["refused"], false);
    assert_eq!(
        unplayable[3]["details"]["says"].as_str().unwrap(),
        "unknown field `mail`, expected `email` or `as`"
    );
}

#[test]
fn a_field_that_no_command_has_is_told_with_its_line_and_column() {
    let script = "# one\n{\"do\":\"sweep\",\"at\":1}\n  {\"do\":\"register\",\"mail\":\"a@b.example\"}\n";
    let lines = of_lines(played(script, &["--json"]));
    let places: Vec<_> = lines.iter().map(|line| (&line["line"], &line["details"]["column"])).collect();
    assert_eq!(places, [(&json!(2), &json!(20)), (&json!(3), &json!(27))]);
}

#[test]
fn guesses_at_once_are_judged_as_many_as_there_is_room_for_and_the_others_are_locked_out() {
    let script = r#"{"do":"register","email":"ada@example.com","as":"ada"}
{"do":"request_password_set","who":"ada"}
{"do":"choose_password","who":"ada","password":"herons wade where the river bends","expect":"password_set"}
{"do":"guess_password","who":"ada","password":"wrong","times":14,"at_once":true,"expect":"denied","with":{"answers":14,"all_alike":true,"reasons":{"wrong_password":10,"locked":4},"lock_seconds":30}}
{"do":"guess_password","who":"ada","password":"wrong","times":2,"expect":["denied","locked"]}
{"do":"guess_password","who":"ada","password":"wrong","times":0,"expect":"bad_field"}"#;
    let output = played(script, &["--json", "--strict"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(output.stdout));
}

#[test]
fn a_name_stands_for_whoever_was_registered_by_it_last_or_has_the_address() {
    let script = r#"{"do":"register","email":"ada@example.com","as":"a","expect":"account"}
{"do":"register","email":"eve@example.com","as":"a","expect":"account"}
{"do":"close","who":"a","expect":"account"}
{"do":"suspend","who":"eve@example.com","reason":"under-review","expect":"account_closed"}
{"do":"suspend","who":"ada@example.com","reason":"under-review","expect":"account"}
{"do":"register","email":"ADA@example.com","as":"a","expect":"email_taken"}
{"do":"close","who":"a","expect":"account"}
{"do":"suspend","who":"ada@example.com","reason":"under-review","expect":"account_closed"}"#;
    let output = played(script, &["--json", "--strict"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(output.stdout));
}

#[test]
fn a_session_that_is_renewed_keeps_its_name_and_another_with_the_same_stamp_does_not_follow() {
    let script = r#"{"do":"register","email":"ada@example.com","as":"ada"}
{"do":"request_password_set","who":"ada"}
{"do":"choose_password","who":"ada","password":"herons wade where the river bends"}
{"do":"authenticate","who":"ada","password":"herons wade where the river bends","as":"phone"}
{"do":"authenticate","who":"ada","password":"herons wade where the river bends","as":"laptop"}
{"do":"change_password","who":"laptop","current":"herons wade where the river bends","new":"violet umbrellas never apologise","expect":"password_changed"}
{"do":"is_current","who":"laptop","expect":"current"}
{"do":"is_current","who":"ada","expect":"current"}
{"do":"is_current","who":"phone","expect":"ended"}"#;
    let output = played(script, &["--json", "--strict"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(output.stdout));
}

#[test]
fn a_story_tells_lines_with_a_note_as_steps_and_passes_over_the_others() {
    let script = r#"{"do":"story"}
{"do":"section","title":"One","note":"A note."}
{"do":"mailer","who":"a@b.example","answer":"rejected"}
{"do":"register","email":"a@b.example","as":"a","note":"Somebody.","step":"first"}
{"do":"advance","seconds":60}
{"do":"request_password_set","who":"a"}
{"do":"sweep","note":"Round."}
{"do":"journal"}"#;
    let told = objects(played(script, &["--json"]));
    let kinds: Vec<_> = told.iter().map(|told| told["type"].as_str().unwrap()).collect();
    let story = ["begin", "section", "step", "time", "mail", "step"];
    assert_eq!(kinds.split_at(6).0, story);
    assert!(kinds.split_at(6).1.starts_with(&["event", "event"]));
    assert_eq!((&told[2]["step"], &told[2]["call"]), (&json!("first"), &json!("admin.register(a)")));
    assert_eq!(told[5]["step"], "line_7");
    assert_eq!(told.last().unwrap(), &json!({ "type": "end", "steps": 2, "mails": 1 }));
}

#[test]
fn a_story_ends_at_the_first_line_that_ends_otherwise_than_it_should() {
    let sweep = r#"{"do":"sweep","note":"Round.","expect":"swept"}"#;
    for (wrong, kind) in [
        (r#"{"do":"sweep","note":"Round.","expect":"accepted"}"#, "step"),
        (r#"{"do":"sweep","note":"Round.","expect":"swept","with":{"delivered":1}}"#, "step"),
        (r#"{"do":"register","email":"nobody","note":"Nobody."}"#, "step"),
        (r#"{"do":"advance","seconds":1,"expect":"accepted"}"#, "line"),
        (r#"{"do":"erase","note":"Nothing."}"#, "line"),
    ] {
        let output = played(&format!("{{\"do\":\"story\"}}\n{sweep}\n{wrong}\n{sweep}\n"), &["--json"]);
        assert_eq!(output.status.code(), Some(1), "{wrong}");
        let told = objects(output);
        assert_eq!(told.len(), 3, "{wrong}");
        assert_eq!((&told[2]["type"], &told[2]["as_expected"]), (&json!(kind), &json!(false)), "{wrong}");
    }
}

/// The words between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// A command or a field that only one of both knows is a mistake in the other.
#[test]
fn the_description_names_every_command_with_its_fields_and_no_other() {
    let description = fs::read_to_string(here("SCRIPTS.md")).unwrap();
    let (_, tables) = description.split_once("## Staff").unwrap();
    let mut described: Vec<(&str, Vec<&str>)> = tables
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .filter(|(name, _)| *name != "do")
        .map(|(name, cells)| (name, quoted(cells.split(" | ").next().unwrap())))
        .collect();
    described.sort_unstable();

    let script =
        described.iter().map(|(name, _)| json!({ "do": name, "none": 1 })).chain([json!({ "do": "none" })]);
    let script: Vec<_> = script.map(|line| line.to_string()).collect();
    let lines = of_lines(played(&script.join("\n"), &["--json"]));
    let complaints: Vec<_> = lines.iter().map(|line| line["details"]["says"].as_str().unwrap()).collect();
    let (names, fields) = complaints.split_last().unwrap();
    for (complaint, (name, described)) in fields.iter().zip(&described) {
        let (_, known) = complaint.split_once("unknown field `none`, ").expect(complaint);
        assert_eq!(&quoted(known), described, "{name}");
    }
    let mut names: Vec<_> = names.split_once("is none of ").unwrap().1.split(", ").collect();
    names.sort_unstable();
    assert_eq!(described.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
}

#[test]
fn an_expectation_that_is_not_met_is_told_and_the_command_fails_at_the_end() {
    let script = r#"{"do":"register","email":"ada","expect":"account"}
{"do":"register","email":"ada","expect":["bad_address","domain"]}
{"do":"register","email":"ada@example.com","expect":"email_taken"}
{"do":"register","email":"eve@example.com","expect":"account"}"#;
    let output = played(script, &["--json"]);
    assert_eq!((output.status.code(), output.stderr.len()), (Some(1), 0));
    let told = objects(output);
    let lines: Vec<_> = told.iter().filter(|told| told["type"] == "line").collect();
    let expected: Vec<_> = lines.iter().map(|line| line["expected"].clone()).collect();
    let unmet = [json!(["account"]), json!(["bad_address", "domain"]), json!(["email_taken"]), Value::Null];
    assert_eq!(expected, unmet);
    assert_eq!(told.last().unwrap()["unexpected"], 3);
}

#[test]
fn strictly_each_refusal_must_be_expected() {
    let refused = r#"{"do":"register","email":"ada"}"#;
    let broken = r#"{"do":"#;
    let expected = r#"{"do":"register","email":"ada","expect":"bad_address"}"#;
    for (script, loosely, strictly) in [(refused, 0, 1), (broken, 0, 1), (expected, 0, 0)] {
        assert_eq!(played(script, &[]).status.code(), Some(loosely), "{script}");
        assert_eq!(played(script, &["--strict"]).status.code(), Some(strictly), "{script}");
    }
}

#[test]
fn for_people_each_line_is_one_line_and_nothing_invisible_reaches_the_terminal() {
    let script = r#"{"do":"register","email":"Ada@Bücher.example","note":"a U-label"}
{"do":"register","email":"ada@xn--bcher-kva.example"}
{"do":"register","email":"ada\u001b[2J\u202e@example.com","note":"an \u001b escape","expect":"account"}"#;
    let told = text(played(script, &[]).stdout);
    for line in [
        "\n    1 ✓ account                   register \"Ada@Bücher.example\" · ",
        "\n    2 ✓ email_taken               register \"ada@xn--bcher-kva.example\" · taken by \"Ada@xn--bcher-kva.example\"\n",
        "\n    3 ✗ bad_address               register \"ada\\u{1b}[2J\\u{202e}@example.com\" · there is a control character — an \\u{1b} escape expected: account\n",
        "\n    1   email_taken\n",
        "\n✗ 1 of 3 lines ended otherwise than they should.\n",
    ] {
        assert!(told.contains(line), "{line}\n is not in\n{told}");
    }
    assert!(!told.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn a_hyphen_reads_the_standard_input() {
    let mut child = command(Path::new("-"), &["--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command can be started");
    child.stdin.take().unwrap().write_all(b"{\"do\":\"sweep\"}\n").unwrap();
    assert_eq!(outcomes(&of_lines(child.wait_with_output().unwrap())), [(1, "swept")]);
}

#[test]
fn a_script_that_is_not_there_is_named_and_nothing_is_told() {
    let output = command(Path::new("no/such/script.jsonl"), &[]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let complaint = text(output.stderr);
    assert!(complaint.starts_with("accountable: no/such/script.jsonl can't be read: "), "{complaint}");
}

#[test]
fn the_help_says_where_the_format_stands() {
    let output = Command::new(env!("CARGO_BIN_EXE_accountable")).args(["demo", "--help"]).output().unwrap();
    assert!(text(output.stdout).contains("adapters/cli/examples/addresses.jsonl"));
}
