//! Another address: asked for, cancelled from the old one, confirmed by the new one, and taken back.

use accountable::{
    MailOptions,
    domain::{EmailAddress, Origin, SessionStamp, Span},
};
use serde_json::{Value, json};

use super::{Cast, FIRST_PASSWORD, LAST_PASSWORD, address, log_in_step, logs_in, password};
use crate::{
    mail::code_of,
    outcome::{Confirmed, expect},
    stage::{Stage, Stop, step},
};

/// Plays the chapter.
///
/// # Errors
/// [`Stop`].
pub(super) async fn play(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    stage.chapter("Another address")?;
    let new = address("hopper@example.org")?;
    let granted = logs_in(cast, LAST_PASSWORD).await?;
    let told = log_in_step("log_in_to_move", "Grace logs in to change her address.", LAST_PASSWORD);
    let laptop = stage.done(told, granted, expect("granted", Value::Null))?.stamp;
    asks_and_cancels(stage, cast, laptop, &new).await?;
    stage.later(Span::minutes(10))?;
    asks_and_confirms(stage, cast, laptop, &new).await?;
    takes_it_back(stage, cast).await
}

async fn asks(
    stage: &mut Stage,
    cast: &Cast,
    laptop: SessionStamp,
    new: &EmailAddress,
    [asked, mailed]: [(&'static str, &'static str); 2],
) -> Result<(), Stop> {
    let owner = stage.accounts.owner(laptop, Origin::Unknown);
    let answer = owner.request_email_change(&password(LAST_PASSWORD)?, new, &MailOptions::default()).await;
    let told = step(asked.0, asked.1, "owner(laptop).request_email_change(current, hopper)");
    stage.done(told, answer, expect("done", Value::Null))?;

    let swept = stage.accounts.sweep(100).await;
    let mailed_to = stage.mailed_to();
    let swept = swept.map(|swept| (swept, json!({ "mailed_to": mailed_to })));
    let both = json!({ "delivered": 2, "mailed_to": [cast.grace.as_str(), new.as_str()] });
    stage.done(step(mailed.0, mailed.1, "accounts.sweep(100)"), swept, expect("swept", both)).map(drop)
}

async fn asks_and_cancels(
    stage: &mut Stage,
    cast: &Cast,
    laptop: SessionStamp,
    new: &EmailAddress,
) -> Result<(), Stop> {
    let says = [
        ("request_email_change", "She asks for another address, and gives her password for it."),
        ("both_addresses_told", "A code goes to the new address, a link that stops it all to the old one."),
    ];
    asks(stage, cast, laptop, new, says).await?;

    let link = stage.last_link_to(&cast.grace)?;
    let cancelled = cast.stranger.cancel_email_change(&code_of(&link)).await.map(drop);
    let told = step(
        "cancel_email_change",
        "Whoever reads the old mailbox can stop it, signed in or not.",
        "public.cancel_email_change(code)",
    );
    stage.done(told, cancelled, expect("done", Value::Null))
}

async fn asks_and_confirms(
    stage: &mut Stage,
    cast: &Cast,
    laptop: SessionStamp,
    new: &EmailAddress,
) -> Result<(), Stop> {
    let says = [
        ("request_email_change_again", "She asks once more."),
        ("both_addresses_told_again", "Both addresses are told once more."),
    ];
    asks(stage, cast, laptop, new, says).await?;

    let code = code_of(&stage.last_link_to(new)?);
    let owner = stage.accounts.owner(laptop, Origin::Unknown);
    let confirmed = owner.confirm_email(&code).await.map(|_stamp| Confirmed);
    let told = step(
        "confirm_email",
        "With the code from the new mailbox it takes the place of the old one.",
        "owner(laptop).confirm_email(code)",
    );
    stage.done(told, confirmed, expect("email_confirmed", Value::Null))?;

    let swept = stage.accounts.sweep(100).await;
    let told = step(
        "old_address_told",
        "For 72 hours the old address can take it back, should it have been somebody else.",
        "accounts.sweep(100)",
    );
    stage.done(told, swept, expect("swept", json!({ "delivered": 1 }))).map(drop)
}

async fn takes_it_back(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    let link = stage.last_link_to(&cast.grace)?;
    let reverted = cast.stranger.revert_email_change(&code_of(&link)).await.map(drop);
    let told = step(
        "revert_email_change",
        "Grace thinks better of it. The old address is back, all sessions end, and so does the password.",
        "public.revert_email_change(code)",
    );
    stage.done(told, reverted, expect("done", Value::Null))?;

    let swept = stage.accounts.sweep(100).await;
    let told = step(
        "link_after_the_revert",
        "A link to choose another one goes to the old address.",
        "accounts.sweep(100)",
    );
    let _ = stage.done(told, swept, expect("swept", json!({ "delivered": 1 })))?;

    let code = code_of(&stage.last_link_to(&cast.grace)?);
    let chosen = cast.stranger.choose_password(&code, &password(FIRST_PASSWORD)?).await;
    let told = step(
        "choose_after_the_revert",
        "She chooses one.",
        format!("public.choose_password(code, {FIRST_PASSWORD:?})"),
    );
    stage.done(told, chosen, expect("password_set", Value::Null)).map(drop)
}
