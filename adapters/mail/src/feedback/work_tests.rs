//! How much work a hostile mail makes: what is searched of its texts is counted, so that no clock has to tell.

use super::*;
use crate::refusal::work;

const MIB: usize = 1024 * 1024;
/// Three texts for each of 64 recipients, each searched three times, for the command, the codes and the phrases; 4 KiB of each. As
/// much again where a bounce is wrapped into another, and something for the lines of prose.
const MOST: usize = 2 * RECIPIENTS * 3 * 3 * 4_096 + MIB;

fn work_of(raw: &str) -> usize {
    work::done();
    let read = read_feedback(raw.as_bytes());
    assert!(read.len() <= RECIPIENTS);
    work::done()
}

#[test]
fn many_recipients_with_much_to_say_make_bounded_work() {
    let said = "the user was fine ".repeat(1_000);
    let group =
        format!("Final-Recipient: rfc822; a@b.example\nAction: failed\nDiagnostic-Code: smtp; {said}\n\n");
    let line = format!("<a@b.example>: {said}\n");
    let begins = "From: mailer-daemon@x.example\nSubject: failure notice\n";
    let status = "Content-Type: message/delivery-status\n\n";
    let wrapped = format!("{begins}\nsee below\n\nReturn-Path: <>\n{begins}{status}");
    let work = [
        work_of(&format!("{begins}{status}{}", group.repeat(MIB / group.len()))),
        work_of(&format!("{begins}\n{}", line.repeat(MIB / line.len()))),
        work_of(&format!("{wrapped}{}", group.repeat(MIB / group.len()))),
    ];
    assert!(work.iter().all(|work| (8_192..MOST).contains(work)), "{work:?} of {MOST}");
}

#[test]
fn whatever_is_repeated_makes_bounded_work() {
    for start in ["", "From: mailer-daemon@x.example\nSubject: failure notice\n\n"] {
        for repeated in [
            "<",
            ">",
            "<@",
            "<a@b.example>: ",
            "a@b.example\n",
            "To: a@b.example\n",
            ">>> RCPT To:<a@b.example>\n",
            "550 ",
            "5.1.1 ",
            "While talking to x\n",
            "\n",
            " ",
            "In: \nOut: 550\n",
            "Transcript of session follows\n",
            "Return-Path: <>\n\n",
            "--\n",
        ] {
            let work = work_of(&format!("{start}{}", repeated.repeat(MIB / repeated.len())));
            assert!(work < MOST, "{repeated:?}: {work} of {MOST}");
        }
    }
}
