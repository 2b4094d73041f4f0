//! The command `accountable demo`, run as a person and as a machine run it.
#![expect(
    clippy::expect_used,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Output},
    sync::LazyLock,
};

use serde_json::{Value, json};

/// Every step with its outcome, in order.
const STORY: [(&str, &str); 89] = [
    ("register", "account"),
    ("register_again", "email_taken"),
    ("request_password_set", "delivered"),
    ("second_request", "throttled"),
    ("request_after_the_wait", "delivered"),
    ("inspect_live_code", "live"),
    ("inspect_forged_code", "invalid"),
    ("weak_password", "weak_password"),
    ("choose_password", "password_set"),
    ("look_up", "account"),
    ("used_code", "dead_code"),
    ("inspect_used_code", "used"),
    ("request_with_a_password", "password_set_not_expected"),
    ("register_lost", "account"),
    ("bounced", "undeliverable"),
    ("request_after_the_bounce", "address_undeliverable"),
    ("register_alan", "account"),
    ("first_link_arrives", "delivered"),
    ("second_link_bounces", "undeliverable"),
    ("redemption_outweighs_the_bounce", "password_set"),
    ("alan_forgets", "accepted"),
    ("alan_is_mailed_again", "swept"),
    ("sign_up", "accepted"),
    ("sign_up_is_mailed", "swept"),
    ("sign_up_yields", "account"),
    ("sign_ups_link_is_dead", "dead_code"),
    ("log_in", "granted"),
    ("log_in_again", "granted"),
    ("wrong_current_password", "wrong_password"),
    ("change_password", "password_changed"),
    ("told_of_the_change", "swept"),
    ("session_goes_on", "current"),
    ("session_has_ended", "ended"),
    ("ended_session", "session_ended"),
    ("guesses", "denied"),
    ("told_of_the_lock", "swept"),
    ("right_password_while_locked", "denied"),
    ("known_device_while_locked", "granted"),
    ("right_password_after_the_lock", "granted"),
    ("reset_known", "accepted"),
    ("reset_unknown", "accepted"),
    ("reset_bounced", "accepted"),
    ("courier_decides", "swept"),
    ("inspect_expired_code", "expired"),
    ("expired_code", "dead_code"),
    ("assign_password", "done"),
    ("told_of_the_assignment", "swept"),
    ("log_in_with_assigned", "must_change"),
    ("log_in_after_it_lapsed", "denied"),
    ("assign_another", "done"),
    ("log_in_with_the_other", "must_change"),
    ("change_assigned_password", "password_changed"),
    ("log_in_at_last", "granted"),
    ("told_of_both", "swept"),
    ("log_in_to_move", "granted"),
    ("request_email_change", "done"),
    ("both_addresses_told", "swept"),
    ("cancel_email_change", "done"),
    ("request_email_change_again", "done"),
    ("both_addresses_told_again", "swept"),
    ("confirm_email", "email_confirmed"),
    ("old_address_told", "swept"),
    ("revert_email_change", "done"),
    ("link_after_the_revert", "swept"),
    ("choose_after_the_revert", "password_set"),
    ("told_of_the_choice", "swept"),
    ("thief_logs_in", "granted"),
    ("thief_asks_for_an_address", "done"),
    ("grace_is_warned", "swept"),
    ("thief_confirms", "email_confirmed"),
    ("no_second_change", "revert_live"),
    ("thief_closes", "done"),
    ("remedies_are_mailed", "swept"),
    ("grace_takes_it_back", "done"),
    ("grace_gets_a_link", "swept"),
    ("grace_chooses_another", "password_set"),
    ("thief_is_out", "denied"),
    ("suspend", "account"),
    ("log_in_while_suspended", "denied"),
    ("reinstate", "account"),
    ("log_in_to_close", "granted"),
    ("close", "done"),
    ("told_of_the_closing", "swept"),
    ("log_in_while_closed", "denied"),
    ("reopen", "account"),
    ("close_for_good", "account"),
    ("told_of_the_last_closing", "swept"),
    ("erase", "swept"),
    ("look_up_erased", "no_such_account"),
];

fn demo(arguments: &[&str], database: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accountable"));
    command.arg("demo").args(arguments);
    // What whoever runs the tests prefers is not what is tested.
    command.env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR");
    if let Some(database) = database {
        command.arg("--db").arg(database);
    }
    command.output().expect("the command can be started")
}

fn text(octets: Vec<u8>) -> String {
    String::from_utf8(octets).expect("the output is UTF-8")
}

/// One run for machines and one for people, for all that only look: real hashing takes its time.
static LINES: LazyLock<Vec<Value>> = LazyLock::new(|| lines(None));
static TOLD: LazyLock<Output> = LazyLock::new(|| demo(&[], None));

/// The lines of a run that must succeed.
fn lines(database: Option<&Path>) -> Vec<Value> {
    let output = demo(&["--json"], database);
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{out}");
    out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn of_type<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

fn step<'a>(lines: &'a [Value], name: &str) -> &'a Value {
    let steps = of_type(lines, "step");
    steps.into_iter().find(|step| step["step"] == name).expect(name)
}

#[test]
fn for_machines_each_line_is_an_object_and_the_steps_are_the_story() {
    let lines = &*LINES;
    let told: Vec<_> = of_type(lines, "step")
        .iter()
        .map(|step| (step["step"].as_str().unwrap(), step["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(told, STORY);
    assert!(of_type(lines, "step").iter().all(|step| step["as_expected"] == true));
    assert_eq!(lines.first().unwrap()["type"], "begin");
    assert_eq!(lines.first().unwrap()["clock"], "manual");
    let end = json!({ "type": "end", "steps": STORY.len(), "mails": 28 });
    assert_eq!(lines.last(), Some(&end));
}

#[test]
fn the_story_is_a_script_like_any_other() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/story.jsonl");
    let output = demo(&["--json", "--script", script.to_str().unwrap()], None);
    assert_eq!(output.status.code(), Some(0));
    let told = text(output.stdout);
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let steps = |lines: &[Value]| {
        let steps = of_type(lines, "step").into_iter();
        steps
            .map(|step| (step["step"].clone(), step["call"].clone(), step["outcome"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(steps(&told), steps(&LINES));
    assert_eq!(told.last(), LINES.last());
}

#[test]
fn each_refusal_bears_its_status_and_its_facts() {
    let lines = &*LINES;
    for (name, status, details) in [
        ("register_again", json!(409), json!({})),
        ("second_request", json!(429), json!({ "retry_after_seconds": 600 })),
        ("used_code", json!(410), json!({})),
        ("request_after_the_bounce", json!(422), json!({ "cause": "no_such_mailbox" })),
        ("wrong_current_password", json!(403), json!({})),
        ("ended_session", json!(401), json!({})),
        ("right_password_while_locked", Value::Null, json!({ "for_the_logs": "locked" })),
        ("log_in_after_it_lapsed", Value::Null, json!({ "for_the_logs": "lapsed" })),
    ] {
        let step = step(lines, name);
        assert_eq!(step["refused"], true, "{step}");
        assert_eq!((&step["http_status"], &step["details"]), (&status, &details), "{step}");
    }
    let guesses = &step(lines, "guesses")["details"];
    assert_eq!(guesses["locked_until"], "2026-01-01T12:21:30.000000Z");
    let violations = step(lines, "weak_password")["details"]["violations"].as_array().unwrap();
    let codes: Vec<_> = violations.iter().map(|violation| violation["violation"].as_str().unwrap()).collect();
    assert_eq!(codes, ["too_short", "common", "predictable"]);
    assert!(violations.iter().all(|violation| violation["says"].is_string()));
}

#[test]
fn a_stranger_gets_one_answer_for_every_address_and_one_mail_goes_out() {
    let lines = &*LINES;
    let answer = |name: &str| {
        let step = step(lines, name);
        (step["outcome"].clone(), step["details"].clone(), step["at"].clone())
    };
    assert_eq!(answer("reset_known"), answer("reset_unknown"));
    assert_eq!(answer("reset_known"), answer("reset_bounced"));
    let resets: Vec<_> = of_type(lines, "mail")
        .into_iter()
        .filter(|mail| mail["purpose"] == "password_reset")
        .map(|mail| mail["to"].as_str().unwrap())
        .collect();
    assert_eq!(resets, ["alan@example.net", "grace@example.com"], "Alan's was asked for before");
}

#[test]
fn a_mail_comes_after_its_step_with_the_link_that_the_story_follows() {
    let lines = &*LINES;
    let at = lines.iter().position(|line| line["step"] == "request_password_set").unwrap();
    let mail = &lines[at + 1];
    assert_eq!((&mail["type"], &mail["accepted"]), (&json!("mail"), &json!(true)));
    let link = mail["link"].as_str().unwrap();
    let id = step(lines, "register")["details"]["id"].as_str().unwrap();
    assert!(link.starts_with(&format!("https://demo.example/password?id={id}&confirmation_code=")), "{link}");
    let bounced = lines.iter().position(|line| line["step"] == "bounced").unwrap();
    assert_eq!(lines[bounced + 1]["accepted"], false);
}

#[test]
fn the_journal_tells_every_account_in_the_order_of_its_versions() {
    let lines = &*LINES;
    let events = of_type(lines, "event");
    let kinds: Vec<_> = events.iter().map(|event| event["what"]["event"].as_str().unwrap()).collect();
    for kind in [
        "registered",
        "mail_queued",
        "mail_delivered",
        "mail_refused",
        "address_suppressed",
        "locked",
        "request_decided",
    ] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    // Names no account, and the story goes on for more than the seven days that such an event is kept.
    assert!(!kinds.contains(&"mail_requested"), "{kinds:?}");
    let mut versions: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in events.iter().filter(|event| event["version"].is_u64()) {
        let account = event["whose"].as_str().unwrap();
        versions.entry(account).or_default().push(event["version"].as_u64().unwrap());
    }
    assert!(versions.keys().eq(&["ada", "alan", "grace", "lost"]));
    for mut versions in versions.into_values() {
        assert!(versions.is_sorted(), "{versions:?}");
        versions.dedup();
        let gapless: Vec<_> = (1..).take(versions.len()).collect();
        assert_eq!(versions, gapless);
    }
}

#[test]
fn one_file_serves_two_runs() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("kept.db");
    let [first, second] = [lines(Some(&database)), lines(Some(&database))];
    assert_eq!((&first[0]["realm"], &second[0]["realm"]), (&json!("demo-1"), &json!("demo-2")));
    assert_eq!(first[0]["kept"], true);
    let events = |lines: &[Value]| of_type(lines, "event").len();
    assert_eq!(events(&first), events(&second), "a run tells its own journal only");
    assert!(database.exists());
}

#[test]
fn a_temporary_file_is_gone_afterwards() {
    let lines = &*LINES;
    assert_eq!(lines[0]["kept"], false);
    let database = Path::new(lines[0]["database"].as_str().unwrap());
    assert!(!database.exists() && !database.parent().unwrap().exists());
}

#[test]
fn what_is_piped_bears_no_colours() {
    let output = &*TOLD;
    assert_eq!(output.status.code(), Some(0));
    assert!(!output.stdout.contains(&0x1b));
    assert!(output.stderr.is_empty());
}

#[test]
fn colours_come_where_they_are_asked_for() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accountable"));
    let output = command.arg("demo").env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").output();
    assert!(output.unwrap().stdout.contains(&0x1b));
}

#[test]
fn for_people_it_reads_as_a_story() {
    let told = masked(&text(TOLD.stdout.clone()));
    for passage in [
        "  clock    moved by hand; it stands at 2026-01-01 12:00:00\n",
        "  hashing  Argon2id, m=19456,t=2,p=1\n",
        "
  3 ✓ Staff have a link mailed by which Grace chooses her password.
      admin.request_password_set(grace) → delivered
      ┌ mail to grace@example.com: Choose your password
      │ https://demo.example/password?id=…&confirmation_code=…
      └ works until 2026-01-02 12:00:00

  4 ✓ A second request within 600 s is refused, and told how long to wait.
      admin.request_password_set(grace) → throttled (429) · retry after 600 s

      … 10 minutes later: 2026-01-01 12:10:00
",
        "      ┌ mail to grace@example.com: Your password was changed\n",
        "      ┌ mail to grace@example.com: Too many failed log-ins\n",
        "(422)\n        too_short: it has 8 characters; at least 15 are needed\n        common: ",
        "      └ the server answers: 550 5.1.1 no such mailbox\n",
        "\nThe journal\n  at                   account  v   event ",
    ] {
        assert!(told.contains(passage), "{passage}\n is not in\n{told}");
    }
    assert!(told.ends_with("\n✓ All 89 steps ended as the rules say; 28 mails were handed over.\n"));
    assert!(told.lines().all(|line| line.trim_end() == line), "no blanks at the ends of lines");
}

/// What differs from run to run, made one.
fn masked(told: &str) -> String {
    let mut masked = String::new();
    for line in told.lines() {
        let cut = |line: &str, name: &str, until: char| match line.split_once(name) {
            Some((before, after)) => {
                let rest = after.find(until).map_or("", |at| &after[at..]);
                format!("{before}{name}…{rest}")
            }
            None => line.to_owned(),
        };
        let line = cut(&cut(line, "?id=", '&'), "&confirmation_code=", ' ');
        masked.push_str(&line);
        masked.push('\n');
    }
    masked
}

#[test]
fn a_file_with_a_hosts_accounts_is_refused_and_nothing_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("host.db");
    with_an_account(&database);
    let output = demo(&["--json"], Some(&database));
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert!(text(output.stderr).contains("it holds the accounts of a host"));
}

#[test]
fn a_place_that_can_not_be_a_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let output = demo(&[], Some(directory.path()));
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let complaint = text(output.stderr);
    assert!(complaint.starts_with(&format!("accountable: {} can't be used: ", directory.path().display())));
}

/// As a host leaves its file.
fn with_an_account(database: &Path) {
    use accountable::{domain::*, *};
    let keys = new_keyring_toml(&OsEntropy, &KeyId::parse("host").unwrap()).unwrap();
    let page = LinkUrl::parse("https://host.example/password").unwrap();
    let accounts = Accounts::builder(
        Machine::new(SystemClock, OsEntropy, testing::InsecureTestHasher::new(1)),
        sqlite::open(database).unwrap(),
        testing::RecordingMailer::new(),
        Keyring::from_toml(&keys).unwrap(),
        Links::to(page),
    );
    let staff = accounts.build().unwrap().admin(Actor::parse("host").unwrap());
    let new = NewAccount::new(EmailAddress::parse("ada@example.com").unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(staff.register(new)).unwrap();
}
