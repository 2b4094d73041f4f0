//! Whether a mail without a delivery status is a bounce at all. Out-of-office notes have an empty envelope too, and may say that
//! somebody is not here any more; so a program for delivery must have sent it, and say that a delivery failed.

use super::{codes::Codes, parts::Mail, prose::Prose};

/// Whether a mail in prose is a bounce.
pub(crate) fn is_bounce(mail: &Mail, prose: &Prose) -> bool {
    let subject = mail.words("subject").to_lowercase();
    if mail.fields.get("x-failed-recipients").is_some() {
        return true;
    }
    if is_automatic_reply(mail, &subject) || !is_from_a_server(mail) {
        return false;
    }
    let report = prose.report.to_lowercase();
    let says_so = |text: &str| FAILED.iter().any(|phrase| text.contains(phrase));
    says_so(&subject) || says_so(&report) || Codes::find(&prose.report).reply.is_some()
}

/// Whether a program answered in somebody's name (RFC 3834). `Auto-Submitted: auto-replied` alone does not tell: Postfix and Exim
/// set it on their bounces.
fn is_automatic_reply(mail: &Mail, subject: &str) -> bool {
    const SUBJECTS: &[&str] = &[
        "out of office",
        "out of the office",
        "automatic reply",
        "autoreply",
        "auto-reply",
        "auto reply",
        "autoresponse",
        "auto-response",
        "vacation",
        "auto:",
        "abwesenheit",
        "automatische antwort",
        "réponse automatique",
        "respuesta automática",
        "自動応答",
        "自動返信",
        "不在",
        "부재중",
        "autosvar",
    ];
    let named = ["x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation"];
    let precedence = mail.fields.get("precedence").unwrap_or_default().to_lowercase();
    SUBJECTS.iter().any(|phrase| subject.contains(phrase))
        || named.iter().any(|name| mail.fields.get(name).is_some())
        || precedence.contains("auto_reply")
}

/// Whether a program for delivery sent it.
fn is_from_a_server(mail: &Mail) -> bool {
    const SENDERS: &[&str] = &[
        "mailer-daemon",
        "mailerdaemon",
        "mailer_daemon",
        "mail-daemon",
        "maildaemon",
        "mdaemon",
        "postmaster",
        "post_master",
        "mail delivery",
        "mail system",
        "mail server",
        "mail administrator",
        "delivery subsystem",
        "delivery system",
        "delivery service",
        "system administrator",
        "administrator@",
        "no-reply@",
        "noreply@",
        "undeliverable",
        "bounce",
    ];
    let from = mail.words("from").to_lowercase();
    let path = mail.fields.get("return-path").map(str::trim);
    let list = mail.fields.get("x-mlserver").is_some();
    SENDERS.iter().any(|sender| from.contains(sender)) || path == Some("<>") || list
}

/// How servers say that a delivery failed.
const FAILED: &[&str] = &[
    "undeliver",
    "not delivered",
    "not be delivered",
    "n't be delivered",
    "cannot be delivered",
    "can not be delivered",
    "unable to deliver",
    "able to deliver",
    "could not deliver",
    "couldn't deliver",
    "cannot deliver",
    "failed to deliver",
    "not been delivered",
    "not yet been delivered",
    "has been delayed",
    "is delayed",
    "delivery failed",
    "delivery failure",
    "delivery has failed",
    "delivery to the following",
    "delivery problem",
    "delivery error",
    "delivery status notification",
    "delivery notification",
    "delivery report",
    "delivery status",
    "delivery delayed",
    "failed delivery",
    "failure notice",
    "failed permanently",
    "mail failure",
    "loop alert",
    "not member",
    "mail error",
    "mail system error",
    "error processing your mail",
    "permanent fatal error",
    "permanent error",
    "transient non-fatal",
    "returned mail",
    "returned message",
    "returned to sender",
    "return to sender",
    "nondeliverable",
    "non-deliverable",
    "not be sent",
    "not reach",
    "could not send",
    "was rejected",
    "unzustellbar",
    "nicht zugestellt",
    "non remis",
    "配信できません",
    "送信できません",
    "配信エラー",
    "メールエラー",
];
