//! The table of the crate's documentation, example by example; and what holds for every code there is.

use accountable_mail::EnhancedStatus;
use smtp_proto::response::parser::ResponseReceiver;

use super::*;

const TABLE: &str = include_str!("classes.md");

fn class(name: &str) -> Class {
    match name {
        "`NoSuchMailbox`" => Class::NoSuchMailbox,
        "`Rejected`" => Class::Rejected,
        "`Transient`" => Class::Transient,
        "`Unreachable`" => Class::Unreachable,
        "`Ours`" => Class::Ours,
        other => panic!("no class: {other}"),
    }
}

fn command(name: &str) -> Command {
    match name {
        "GREETING" => Command::Greeting,
        "EHLO" => Command::Ehlo,
        "STARTTLS" => Command::StartTls,
        "AUTH" => Command::Auth,
        "MAIL" => Command::Mail,
        "RCPT" => Command::Rcpt,
        "DATA" => Command::Data,
        "CONTENT" => Command::Content,
        other => panic!("no command: {other}"),
    }
}

fn classed(command: Command, reply: &str) -> Class {
    let line = format!("{reply}\r\n");
    let reply = ResponseReceiver::default().parse(&mut line.as_bytes().iter()).unwrap();
    classify(command, Status::of(&reply), &reply.message)
}

#[test]
fn every_example_of_the_table_is_classed_as_it_says() {
    let mut examples = 0;
    for row in TABLE.lines().skip(2) {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, _, as_said, of] = cells[..] else { panic!("no row: {row}") };
        // An example begins with its command; a semicolon in its text does not end it.
        for example in of.split("; ") {
            let (name, reply) = example.split_once(' ').unwrap();
            assert_eq!(classed(command(name), reply), class(as_said), "{example}");
            examples += 1;
        }
    }
    assert!(examples > 80, "{examples} examples");
}

const COMMANDS: [Command; 9] = [
    Command::Connect,
    Command::Greeting,
    Command::Ehlo,
    Command::StartTls,
    Command::Auth,
    Command::Mail,
    Command::Rcpt,
    Command::Data,
    Command::Content,
];

/// Each code, each status, each command, and texts that tell and that don't.
fn all() -> impl Iterator<Item = (Command, Status, &'static str, Class)> {
    let codes = [
        0, 199, 250, 354, 399, 400, 421, 450, 451, 452, 499, 500, 501, 503, 521, 530, 535, 550, 551, 552,
        553, 554, 555, 556, 599, 600, 999,
    ];
    let details = (0..=12_u16).chain([255]);
    let statuses = (0..=6_u8)
        .flat_map(move |class| {
            let details = details.clone();
            (0..=9_u16).flat_map(move |subject| {
                details.clone().map(move |detail| EnhancedStatus { class, subject, detail })
            })
        })
        .map(Some)
        .chain([None]);
    let statuses: Vec<_> = statuses.collect();
    let texts = ["", "user unknown", "recipient has blocked you", "mailbox full", "blocked using an rbl"];
    codes.into_iter().flat_map(move |code| {
        let statuses = statuses.clone();
        statuses.into_iter().flat_map(move |enhanced| {
            let status = Status { code, enhanced };
            COMMANDS.into_iter().flat_map(move |command| {
                texts.map(|text| (command, status, text, classify(command, status, text)))
            })
        })
    })
}

/// What silences an address: said of this recipient alone, for good, after it was named.
#[test]
fn only_a_permanent_answer_about_the_recipient_is_ever_held_against_it() {
    for (command, status, text, class) in all() {
        if matches!(class, Class::NoSuchMailbox | Class::Rejected) {
            assert!((500..600).contains(&status.code), "{command:?} {status} {text}");
            assert!(status.enhanced.is_none_or(|it| it.class != 4), "{command:?} {status} {text}");
            assert!(
                matches!(command, Command::Rcpt | Command::Data | Command::Content),
                "{command:?} {status}"
            );
            let of_sender =
                matches!(status.enhanced, Some(EnhancedStatus { subject: 1, detail: 7 | 8, class: 5 }));
            assert!(!of_sender, "{command:?} {status} {text}");
        }
        if class == Class::Rejected {
            let spoken = status.enhanced.map(|it| (it.class, it.subject, it.detail));
            assert!(matches!(spoken, Some((5, 2, 1) | (5, 7, _))), "{command:?} {status} {text}");
            assert!(command == Command::Rcpt && !text.is_empty(), "{command:?} {status} {text}");
        }
    }
}

/// One letter that is refused again and again must not hold up the others: before its recipient is named nothing is said of it,
/// and from then on a refusal is its own.
#[test]
fn the_relay_itself_is_at_fault_before_the_recipient_is_named_and_never_after() {
    for (command, status, text, class) in all() {
        match command {
            Command::Rcpt | Command::Data | Command::Content => {
                assert_ne!(class, Class::Unreachable, "{command:?} {status} {text}");
            }
            Command::Mail => {
                assert!(!matches!(class, Class::NoSuchMailbox | Class::Rejected), "{status} {text}");
            }
            _ => assert_eq!(class, Class::Unreachable, "{command:?} {status} {text}"),
        }
    }
}
