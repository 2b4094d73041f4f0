//! A stranger asks for resets: one answer for all, and what the courier makes of each.

use accountable::{MailOptions, domain::Span};
use serde_json::{Value, json};

use super::{Cast, LAST_PASSWORD, password};
use crate::{
    mail::code_of,
    outcome::expect,
    stage::{Stage, Stop, step},
};

/// Plays the chapter.
///
/// # Errors
/// [`Stop`].
pub(super) async fn play(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    stage.chapter("A stranger asks for resets")?;
    reset_requests(stage, cast).await?;
    courier_decides(stage, cast).await?;
    reset_code_expires(stage, cast).await
}

async fn reset_requests(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    for (name, says, who, email) in [
        ("reset_known", "For Grace's address: accepted.", "grace", &cast.grace),
        ("reset_unknown", "For an address without an account: the same answer.", "nobody", &cast.nobody),
        ("reset_bounced", "For the address that bounces: the same again.", "lost", &cast.lost),
    ] {
        let accepted = cast.stranger.request_password_reset(email, MailOptions::default()).await;
        let told = step(name, says, format!("public.request_password_reset({who})"));
        let _ = stage.done(told, accepted, expect("accepted", Value::Null))?;
    }
    Ok(())
}

async fn courier_decides(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    let swept = stage.accounts.sweep(100).await;
    let mailed_to = stage.mailed_to();
    let told = step(
        "courier_decides",
        "Only the courier looks who they are: Grace gets a link, the others nothing.",
        "accounts.sweep(100)",
    );
    let swept = swept.map(|swept| (swept, json!({ "mailed_to": mailed_to })));
    let one_mail = json!({ "decided": 3, "delivered": 1, "mailed_to": [cast.grace.as_str()] });
    stage.done(told, swept, expect("swept", one_mail)).map(drop)
}

async fn reset_code_expires(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    stage.later(Span::hours(1))?;
    let code = code_of(&stage.last_link_to(&cast.grace)?);
    let state = cast.stranger.inspect_code(&code).await;
    let told = step(
        "inspect_expired_code",
        "Grace did not need it. An hour later the link has expired.",
        "public.inspect_code(code)",
    );
    let expected = expect("expired", json!({ "purpose": "password_reset" }));
    let _ = stage.done(told, state, expected)?;

    let refused = cast.stranger.choose_password(&code, &password(LAST_PASSWORD)?).await;
    let told = step(
        "expired_code",
        "And can't be redeemed.",
        format!("public.choose_password(code, {LAST_PASSWORD:?})"),
    );
    stage.refused(told, refused, expect("dead_code", Value::Null))
}
