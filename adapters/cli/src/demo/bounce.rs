//! An address that no mail reaches: told at once, and spared from then on.

use accountable::{DeliveryOptions, NewAccount};
use serde_json::{Value, json};

use super::Cast;
use crate::{
    outcome::expect,
    stage::{Stage, Stop, step},
};

/// Plays the chapter.
///
/// # Errors
/// [`Stop`].
pub(super) async fn play(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    stage.chapter("An address that bounces")?;
    stage.no_such_mailbox(&cast.lost);
    let registered = cast.staff.register(NewAccount::new(cast.lost.clone())).await;
    let told =
        step("register_lost", "Staff register somebody with a mistyped address.", "admin.register(lost)");
    let id = stage.done(told, registered, expect("account", Value::Null))?.id;
    stage.name(id, "lost");

    let delivery = cast.staff.request_password_set(id, DeliveryOptions::default()).await;
    let told = step(
        "bounced",
        "The mail server knows no such mailbox, and staff are told at once.",
        "admin.request_password_set(lost)",
    );
    let cause = json!({ "cause": "no_such_mailbox" });
    let _ = stage.done(told, delivery, expect("undeliverable", cause.clone()))?;

    let refused = cast.staff.request_password_set(id, DeliveryOptions::default()).await;
    let told = step(
        "request_after_the_bounce",
        "From now on nothing is mailed there.",
        "admin.request_password_set(lost)",
    );
    stage.refused(told, refused, expect("address_undeliverable", cause))
}
