//! A first password: the mailed link, asked for too often, and the code that is good once.

use accountable::{
    DeliveryOptions, Error,
    domain::{AccountId, Refusal, Span},
};
use serde_json::{Value, json};

use super::{Cast, FIRST_PASSWORD, SECOND_PASSWORD, password};
use crate::{
    mail::{code_of, forged_code_of},
    outcome::expect,
    stage::{Stage, Stop, failed, step},
};

/// Plays the chapter.
///
/// # Errors
/// [`Stop`].
pub(super) async fn play(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    stage.chapter("A first password, by mail")?;
    let link = mails_a_link(stage, cast, id).await?;
    second_request(stage, cast, id).await?;
    request_ten_minutes_later(stage, cast, id, &link).await?;
    live_code(stage, cast, &link).await?;
    weak_password(stage, cast, &link).await?;
    good_password(stage, cast, &link).await?;
    used_code(stage, cast, &link).await?;
    request_with_a_password(stage, cast, id).await
}

async fn mails_a_link(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<String, Stop> {
    let delivery = cast.staff.request_password_set(id, DeliveryOptions::default()).await;
    let told = step(
        "request_password_set",
        "Staff have a link mailed by which Grace chooses her password.",
        "admin.request_password_set(grace)",
    );
    let _ = stage.done(told, delivery, expect("delivered", Value::Null))?;
    stage.last_link_to(&cast.grace)
}

async fn second_request(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    let too_soon = cast.staff.request_password_set(id, DeliveryOptions::default()).await;
    let told = step(
        "second_request",
        "A second request within 600 s is refused, and told how long to wait.",
        "admin.request_password_set(grace)",
    );
    let wait = json!({ "retry_after_seconds": 600 });
    stage.refused(told, too_soon, expect("throttled", wait))
}

async fn request_ten_minutes_later(
    stage: &mut Stage,
    cast: &Cast,
    id: AccountId,
    first_link: &str,
) -> Result<(), Stop> {
    stage.later(Span::minutes(10))?;
    let delivery = cast.staff.request_password_set(id, DeliveryOptions::default()).await;
    let same_link = stage.last_link_to(&cast.grace)? == first_link;
    let told = step(
        "request_after_the_wait",
        "Then it is mailed again: the same link, so that the first mail still works.",
        "admin.request_password_set(grace)",
    );
    let delivery = delivery.map(|delivery| (delivery, json!({ "same_link": same_link })));
    let expected = expect("delivered", json!({ "same_link": true }));
    stage.done(told, delivery, expected).map(drop)
}

async fn live_code(stage: &mut Stage, cast: &Cast, link: &str) -> Result<(), Stop> {
    let state = cast.stranger.inspect_code(&code_of(link)).await;
    let told = step(
        "inspect_live_code",
        "The page behind the link asks what the code is good for.",
        "public.inspect_code(code)",
    );
    let expected = expect("live", json!({ "purpose": "password_set" }));
    let _ = stage.done(told, state, expected)?;

    let state = cast.stranger.inspect_code(&forged_code_of(link)).await;
    let told = step(
        "inspect_forged_code",
        "Of a code that was never mailed it learns nothing.",
        "public.inspect_code(forged)",
    );
    stage.done(told, state, expect("invalid", Value::Null)).map(drop)
}

async fn weak_password(stage: &mut Stage, cast: &Cast, link: &str) -> Result<(), Stop> {
    let weak = password("grace123")?;
    let refused = cast.stranger.choose_password(&code_of(link), &weak).await;
    let told = step(
        "weak_password",
        "A weak password is refused with all that is wrong with it. The code stays good.",
        "public.choose_password(code, \"grace123\")",
    );
    let all = json!({ "violations": [
        { "violation": "too_short", "least": 15, "actual": 8 },
        { "violation": "common" },
        { "violation": "predictable" },
    ] });
    stage.refused(told, refused, expect("weak_password", all))
}

async fn good_password(stage: &mut Stage, cast: &Cast, link: &str) -> Result<(), Stop> {
    let chosen = cast.stranger.choose_password(&code_of(link), &password(FIRST_PASSWORD)?).await;
    let told = step(
        "choose_password",
        "Grace chooses a good one, and has proven her address by it.",
        format!("public.choose_password(code, {FIRST_PASSWORD:?})"),
    );
    let id = stage.done(told, chosen, expect("password_set", Value::Null))?;

    let view = cast.staff.account(id).await.map_err(failed)?;
    let view = view.ok_or(Refusal::NoSuchAccount);
    let told = step("look_up", "Staff look at the account.", "admin.account(grace)");
    let in_use = json!({ "status": "in_use", "email_proven": true });
    let view = view.map_err(Error::from);
    stage.done(told, view, expect("account", in_use)).map(drop)
}

async fn used_code(stage: &mut Stage, cast: &Cast, link: &str) -> Result<(), Stop> {
    let refused = cast.stranger.choose_password(&code_of(link), &password(SECOND_PASSWORD)?).await;
    let told = step(
        "used_code",
        "The code works once.",
        format!("public.choose_password(code, {SECOND_PASSWORD:?})"),
    );
    stage.refused(told, refused, expect("dead_code", Value::Null))?;

    let state = cast.stranger.inspect_code(&code_of(link)).await;
    let told = step(
        "inspect_used_code",
        "To the bearer of the genuine code the page may say why.",
        "public.inspect_code(code)",
    );
    stage.done(told, state, expect("used", Value::Null)).map(drop)
}

async fn request_with_a_password(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    let refused = cast.staff.request_password_set(id, DeliveryOptions::default()).await;
    let told = step(
        "request_with_a_password",
        "Nobody is asked to set a first password twice.",
        "admin.request_password_set(grace)",
    );
    stage.refused(told, refused, expect("password_set_not_expected", Value::Null))
}
