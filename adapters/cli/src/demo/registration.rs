//! An account comes to be, and nobody else gets its address.

use accountable::{NewAccount, domain::AccountId};
use serde_json::{Value, json};

use super::{Cast, address};
use crate::{
    outcome::expect,
    stage::{Stage, Stop, step},
};

/// Plays the chapter.
///
/// # Errors
/// [`Stop`].
pub(super) async fn play(stage: &mut Stage, cast: &Cast) -> Result<AccountId, Stop> {
    stage.chapter("An account comes to be")?;
    let id = registers(stage, cast).await?;
    taken_address(stage, cast).await?;
    Ok(id)
}

async fn registers(stage: &mut Stage, cast: &Cast) -> Result<AccountId, Stop> {
    let registered = cast.staff.register(NewAccount::new(cast.grace.clone())).await;
    let told = step("register", "Staff register Grace. Nothing is mailed yet.", "admin.register(grace)");
    let fresh = json!({ "status": "new", "email_proven": false });
    let account = stage.done(told, registered, expect("account", fresh))?;
    stage.name(account.id, "grace");
    Ok(account.id)
}

async fn taken_address(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    let again = NewAccount::new(address("Grace@EXAMPLE.com")?);
    let refused = cast.staff.register(again).await;
    let told = step(
        "register_again",
        "The same mailbox, spelt otherwise, is taken.",
        "admin.register(Grace@EXAMPLE.com)",
    );
    stage.refused(told, refused, expect("email_taken", Value::Null))
}
