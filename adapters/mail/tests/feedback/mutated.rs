//! Samples changed by a seeded mutator that knows how mails are built: whatever it makes is read to its end, within bounds.
//!
//! As many as one likes:
//!
//! ```text
//! FEEDBACK_CASES=1000000 cargo test --release -p accountable-mail --test feedback mutated
//! ```

use accountable_mail::read_feedback;

use crate::{
    SAMPLES,
    hostile::within_bounds,
    mutation::{each_case, mutated},
};

/// What is put in anywhere: what readers of mails and of replies look for.
const TOKENS: &[&str] = &[
    "\r\n",
    "\r\n\r\n",
    "\n",
    "--b\r\n",
    "--b--\r\n",
    "Content-Type: multipart/report; boundary=b\r\n\r\n",
    "Content-Type: message/delivery-status\r\n\r\n",
    "Content-Type: message/rfc822\r\n\r\n",
    "Content-Type: message/feedback-report\r\n\r\n",
    "Content-Type: text/html; charset=iso-2022-jp\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n",
    "Final-Recipient: rfc822; ada@example.com\r\n",
    "Action: failed\r\n",
    "Status: 5.1.1\r\n",
    "Diagnostic-Code: smtp; 550 5.1.1 user unknown\r\n",
    "Feedback-Type: abuse\r\n",
    "Return-Path: <>\r\n",
    "X-HmXmrOriginalRecipient: ada@example.com\r\n",
    "Subject: =?iso-2022-jp?B?",
    "?=",
    "<ada@example.com>: ",
    "<\"ada lovelace\"@example.com>",
    "550-5.7.1 ",
    "5.1.",
    "<",
    ">",
    ">>> RCPT To:<ada@example.com>\r\n",
    "<<< 550 no\r\n",
    "Transcript of session follows.\r\n In:  RCPT TO:<ada@example.com>\r\n Out: 550 no\r\n",
    "While talking to mx.example.com:\r\n",
    "--- Below this line is a copy of the message.\r\n",
    "=",
    "\0",
    "\u{feff}",
    "\u{1b}$B",
    "\u{ff}",
];

#[test]
fn mutated_samples_are_read_within_bounds_and_alike_each_time() {
    let samples: Vec<&[u8]> = SAMPLES.iter().map(|(_, raw)| *raw).collect();
    each_case(|random| {
        let mail = mutated(random, &samples, TOKENS);
        let read = read_feedback(&mail);
        within_bounds(&read);
        assert_eq!(read, read_feedback(&mail));
        !read.is_empty()
    });
}
