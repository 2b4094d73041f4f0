//! The story: an account from its registration to its erasure, with every no on the way.

mod address;
mod assignment;
mod bounce;
mod first_password;
mod lock;
mod registration;
mod reset;
mod session;
mod standing;

use std::net::{IpAddr, Ipv4Addr};

use accountable::{
    Admin, Public,
    domain::{Actor, EmailAddress, Origin, Password},
};

use serde_json::json;

use crate::{
    outcome::{Entered, Shut, entered, expect},
    stage::{Stage, Step, Stop, failed, step},
};

const FIRST_PASSWORD: &str = "herons wade where the river bends";
const SECOND_PASSWORD: &str = "violet umbrellas never apologise";
const LAST_PASSWORD: &str = "a lighthouse keeper hums at dusk";

/// Whence the strangers come: an address of documentation, RFC 5737.
const ELSEWHERE: Origin = Origin::Ip(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)));

/// Who takes part.
struct Cast {
    grace: EmailAddress,
    /// Mail to them bounces.
    lost: EmailAddress,
    /// Has no account.
    nobody: EmailAddress,
    staff: Admin,
    stranger: Public,
}

/// Plays the whole story. It ends at the first step that ends otherwise than it should.
///
/// # Errors
/// [`Stop`].
pub(crate) async fn play(stage: &mut Stage) -> Result<(), Stop> {
    let cast = Cast {
        grace: address("grace@example.com")?,
        lost: address("lost@example.net")?,
        nobody: address("nobody@example.org")?,
        staff: stage.accounts.admin(Actor::parse("staff:7").map_err(failed)?),
        stranger: stage.accounts.public(ELSEWHERE),
    };
    let grace = registration::play(stage, &cast).await?;
    first_password::play(stage, &cast, grace).await?;
    bounce::play(stage, &cast).await?;
    session::play(stage, &cast).await?;
    lock::play(stage, &cast, grace).await?;
    reset::play(stage, &cast).await?;
    assignment::play(stage, &cast, grace).await?;
    address::play(stage, &cast).await?;
    standing::play(stage, &cast, grace).await?;
    stage.end().await
}

/// The courier brings so many notices to Grace.
async fn is_told(
    stage: &mut Stage,
    cast: &Cast,
    name: &'static str,
    says: &str,
    notices: usize,
) -> Result<(), Stop> {
    let swept = stage.accounts.sweep(100).await;
    let mailed_to = stage.mailed_to();
    let only_grace = mailed_to.iter().all(|to| to == cast.grace.as_str());
    let swept = swept.map(|swept| (swept, json!({ "only_grace": only_grace })));
    let expected = expect("swept", json!({ "delivered": notices, "only_grace": true }));
    stage.done(step(name, says, "accounts.sweep(100)"), swept, expected).map(drop)
}

/// Grace's log-in, from anywhere.
async fn logs_in(cast: &Cast, typed: &str) -> Result<Result<Entered, Shut>, Stop> {
    let answer = cast.stranger.authenticate(&cast.grace, &password(typed)?).await;
    Ok(entered(answer))
}

fn log_in_step(name: &'static str, says: &str, typed: &str) -> Step {
    step(name, says, format!("public.authenticate(grace, {typed:?})"))
}

fn address(text: &str) -> Result<EmailAddress, Stop> {
    EmailAddress::parse(text).map_err(failed)
}

fn password(typed: &str) -> Result<Password, Stop> {
    Password::parse(typed).map_err(failed)
}
