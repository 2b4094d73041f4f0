//! What mails say: each fact of a letter is there, in text and in HTML, and nothing else is.

use accountable_core::domain::{
    Circumstances, CoarseOrigin, Contact, InitiatorKind, LinkUrl, Message, Notice, Purpose, ReturnUrl,
    Undeliverable,
};

use crate::letters::{
    END_IN_WORDS, all, code, end, for_host, letter, link, notice, notices, read, to_owners,
};

/// As HTML shows it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('\'', "&#39;")
}

#[test]
fn a_code_mail_says_what_its_link_does_and_until_when_it_works() {
    for (purpose, subject, does) in [
        (Purpose::PasswordSet, "Choose your password", "choose the password"),
        (Purpose::PasswordReset, "Choose a new password", "Somebody asked for a new password"),
        (Purpose::PasswordManagement, "Take over your password", "look after the password"),
        (Purpose::EmailConfirm, "Confirm your new address", "the new one of an account"),
        (Purpose::EmailCancel, "Your address is about to change", "is to get another e-mail address"),
        (Purpose::EmailRevert, "Your address has changed", "has another e-mail address now"),
        (Purpose::Reopen, "Your account is closed", "was closed by somebody who was signed in"),
        (Purpose::EmailProof, "Confirm your address", "nobody has confirmed yet that mail reaches you"),
    ] {
        let (letter, link) = code(purpose);
        let [title, text, html] = read(&letter);
        assert_eq!(title, subject);
        for said in [does, "Orchard", "works once", END_IN_WORDS] {
            assert!(text.contains(said) && html.contains(said), "{purpose:?}: {said}\n{text}\n{html}");
        }
        assert!(text.lines().any(|line| line == link), "the link has a line of its own: {text}");
        assert!(html.contains(&format!("<a href=\"{}\"", escaped(&link))), "{html}");
    }
}

#[test]
fn who_did_not_ask_is_told_what_to_do() {
    for (purpose, advice) in [
        (Purpose::PasswordSet, "Do nothing, and nothing will happen"),
        (Purpose::PasswordReset, "do nothing: your password stays as it is"),
        (Purpose::PasswordManagement, "Until then everything stays as it is"),
        (Purpose::EmailConfirm, "Do nothing, and nothing will happen"),
        (Purpose::EmailCancel, "If it was not you, stop it"),
        (Purpose::EmailRevert, "If it was not you, take your account back"),
        (Purpose::Reopen, "If it was not you, or you want it back, open it again"),
        (Purpose::EmailProof, "Do nothing, and nothing will happen"),
    ] {
        let [_, text, _] = read(&code(purpose).0);
        assert!(text.contains(advice), "{purpose:?}: {text}");
    }
    for told in notices() {
        let [_, text, _] = read(&notice(told.clone()));
        let advised =
            ["not you", "did not ask", "Log in before then"].iter().any(|advice| text.contains(advice));
        assert!(advised, "{told:?}: {text}");
    }
}

#[test]
fn a_notice_says_what_happened() {
    let subjects = [
        ("Your password was changed", "was dropped with the old password"),
        ("Your address was replaced", "The staff of Orchard have put another e-mail address"),
        ("This address has an account already", "belongs to another account already"),
        ("You have an account already", "There is one already"),
        ("Your account is closed", "have closed"),
        ("Too many failed log-ins", "held up for a while"),
        ("Your password needs to be replaced", "another password comes in a mail of its own"),
        ("Your password needs to be replaced", "for a new password"),
        ("Your account is closed", END_IN_WORDS),
        ("Your password expires soon", END_IN_WORDS),
    ];
    for (told, (subject, fact)) in notices().into_iter().zip(subjects) {
        let [title, text, html] = read(&notice(told));
        assert_eq!(title, subject);
        assert!(text.contains(fact) && html.contains(fact) && text.contains("Orchard"), "{subject}: {text}");
        assert!(!text.contains("://") && !html.contains("href"), "a notice has no link: {text}");
    }
    let [_, alone, _] = read(&notice(Notice::PasswordChanged { email_change_dropped: false }));
    assert!(!alone.contains("dropped"), "{alone}");
    let [_, closed, _] = read(&notice(Notice::Closed { erased_at: end() }));
    assert!(closed.contains("erased"), "{closed}");
}

/// When, by whom in the words of the door, and from where as far as the host says; in text and in HTML.
#[test]
fn a_letter_says_when_by_whom_and_roughly_from_where() {
    for (by, words) in [
        (InitiatorKind::Stranger, "somebody who was not signed in"),
        (InitiatorKind::CodeBearer, "somebody who used a link that was mailed to you"),
        (InitiatorKind::Owner, "somebody who was signed in to the account"),
        (InitiatorKind::Administrator, "the staff of Orchard"),
    ] {
        for letter in to_owners() {
            let locked = matches!(letter.message, Message::Notice(Notice::Locked));
            let told = Circumstances::new(end(), by).from(CoarseOrigin::of("Firefox on Linux, near <Seoul>"));
            let [_, text, html] = read(&letter.with_circumstances(Some(told)));
            for (label, said) in [("When", END_IN_WORDS), ("From", "Firefox on Linux, near Seoul")] {
                assert!(text.lines().any(|line| line == format!("{label}: {said}")), "{said}: {text}");
                assert!(
                    html.contains(&format!(">{label}</th>")) && html.contains(&format!(">{said}</td>")),
                    "{html}"
                );
            }
            let in_text = text.lines().any(|line| line == format!("By: {words}"));
            assert_eq!((in_text, html.contains(&format!(">{words}</td>"))), (!locked, !locked), "{text}");
        }
    }
    let unsaid = Some(Circumstances::new(end(), InitiatorKind::Owner));
    let changed = Notice::PasswordChanged { email_change_dropped: false };
    let [_, text, _] = read(&notice(changed).with_circumstances(unsaid));
    assert!(text.contains("When: ") && !text.contains("From: "), "{text}");
    let courier = Some(Circumstances::new(end(), InitiatorKind::Courier));
    let [_, text, _] =
        read(&notice(Notice::PasswordExpires { expires_at: end() }).with_circumstances(courier));
    assert!(!text.contains("When: ") && !text.contains("By: "), "it was only a matter of time: {text}");
}

#[test]
fn a_letter_says_whom_to_turn_to_if_the_host_does() {
    for (contact, said) in [
        ("help@orchard.example", "write to help@orchard.example"),
        ("https://orchard.example/help", "turn to https://orchard.example/help"),
    ] {
        for letter in to_owners() {
            let contact = Contact::parse(contact).unwrap();
            let [_, text, html] = read(&letter.with_contact(Some(contact)));
            assert!(text.contains(said) && html.contains(said), "{text}\n{html}");
        }
    }
}

#[test]
fn a_new_password_that_dropped_a_change_of_address_says_so() {
    let said =
        |email_change_dropped| read(&notice(Notice::PasswordChanged { email_change_dropped }))[1].clone();
    let dropped = "about to get another e-mail address. That was dropped";
    assert!(said(true).contains(dropped) && !said(false).contains(dropped));
}

#[test]
fn the_host_is_told_whose_mail_is_held_back_and_why() {
    for (cause, why) in [
        (Undeliverable::NoSuchMailbox, "there is no such mailbox"),
        (Undeliverable::Rejected, "rejects our mail"),
    ] {
        let [subject, text, _] = read(&for_host(cause));
        let account = "abababababababababababababababab";
        assert!(
            subject.contains(account) && text.contains(account) && text.contains(why),
            "{subject}\n{text}"
        );
    }
}

#[test]
fn nobodys_address_stands_in_a_mails_words() {
    for letter in all() {
        let said = read(&letter).join("\n").to_lowercase();
        for personal in ["ada", "lovelace", "example.com"] {
            assert!(!said.contains(personal), "{personal}: {said}");
        }
    }
}

#[test]
fn html_fetches_nothing_and_runs_nothing() {
    for letter in all() {
        let [_, _, html] = read(&letter);
        for active in ["src=", "<img", "<script", "<link", "url(", "@import", "http-equiv", " on"] {
            let harmless = active == " on" && !html.contains(" on=") && !html.contains(" onload");
            assert!(!html.contains(active) || harmless, "{active}: {html}");
        }
        assert!(html.contains("<html lang=\"en\" dir=\"ltr\">") && html.contains("charset=\"utf-8\""));
    }
}

/// A page and a return URL of the greatest length, every character of it percent-encoded.
#[test]
fn no_link_is_broken_however_long_it_is() {
    let long =
        |start: &str, with: &str| format!("{start}{}", with.repeat((2_000 - start.len()) / with.len()));
    let page = LinkUrl::parse(&long("https://app.example/", "a=")).unwrap();
    let back = ReturnUrl::parse(&long("https://app.example/", "=&")).unwrap();
    let link = link(Purpose::PasswordReset, &page, Some(&back));
    let url = link.expose().to_owned();
    assert!(url.len() > 5_000);
    let message = Message::Code { purpose: Purpose::PasswordReset, link, expires_at: end() };
    let [_, text, html] = read(&letter(message));
    assert!(text.lines().any(|line| line == url), "{text}");
    assert!(html.contains(&format!("href=\"{}\"", escaped(&url))), "{html}");
}

/// As Payway documents it: one link that does what the mail is for, and one that leads back.
#[test]
fn a_mail_has_two_links_where_its_code_was_asked_for_with_a_return_url() {
    let page = LinkUrl::parse("https://app.example/password").unwrap();
    let back = ReturnUrl::parse("https://app.example/home?a=1&b=2").unwrap();
    let link = link(Purpose::PasswordReset, &page, Some(&back));
    let url = link.expose().to_owned();
    let [_, text, html] =
        read(&letter(Message::Code { purpose: Purpose::PasswordReset, link, expires_at: end() }));
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with("https://")).collect();
    assert_eq!(lines, [url.as_str(), back.as_str()]);
    assert!(text.contains(&format!("Back to Orchard:\r\n{back}")), "{text}");
    let hrefs: Vec<_> = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(
        hrefs,
        [escaped(&url), escaped(&url), escaped(back.as_str())],
        "as a button, as text, and back"
    );
    let [_, text, html] = read(&code(Purpose::PasswordReset).0);
    assert!(!text.contains("Back to") && !html.contains("Back to"), "{text}");
}
