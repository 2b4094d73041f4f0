//! The story: an account from its registration to an administrator's help, with every no on the way.

use accountable::{
    Admin, DeliveryOptions, MailOptions, NewAccount, Public,
    domain::{AccountId, Actor, EmailAddress, Happened, Origin, Password, SessionStamp, Span},
    port::Clock as _,
};
use serde_json::{Value, json};

use crate::{
    mail::{code_of, forged_code_of},
    outcome::{Entered, IsCurrent, Shut, entered, expect},
    stage::{Stage, Step, Stop, failed, step},
};

const FIRST_PASSWORD: &str = "herons wade where the river bends";
const SECOND_PASSWORD: &str = "violet umbrellas never apologise";
const ASSIGNED_PASSWORD: &str = "borrowed key under the flower pot";
const ASSIGNED_AGAIN: &str = "another key behind the old clock";
const LAST_PASSWORD: &str = "a lighthouse keeper hums at dusk";

/// So many failures in a row lock.
const ROOM: usize = 10;
/// Whence the strangers come: an address of documentation, RFC 5737.
const ELSEWHERE: Origin = Origin::Ip(std::net::IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7)));

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

    stage.chapter("An account comes to be")?;
    let id = registers(stage, &cast).await?;
    taken_address(stage, &cast).await?;

    stage.chapter("A first password, by mail")?;
    let link = mails_a_link(stage, &cast, id).await?;
    second_request(stage, &cast, id).await?;
    request_ten_minutes_later(stage, &cast, id, &link).await?;
    live_code(stage, &cast, &link).await?;
    weak_password(stage, &cast, &link).await?;
    good_password(stage, &cast, &link).await?;
    used_code(stage, &cast, &link).await?;
    request_with_a_password(stage, &cast, id).await?;

    stage.chapter("An address that bounces")?;
    bounce(stage, &cast).await?;

    stage.chapter("Log-in, and a change of password")?;
    let [laptop, phone] = two_sessions(stage, &cast).await?;
    wrong_current_password(stage, laptop).await?;
    let laptop = changes_password(stage, laptop).await?;
    sessions_after_the_change(stage, laptop, phone).await?;

    stage.chapter("Somebody guesses")?;
    guesses_until_locked(stage, &cast, id).await?;
    right_password_while_locked(stage, &cast).await?;
    right_password_after_the_lock(stage, &cast).await?;

    stage.chapter("A stranger asks for resets")?;
    reset_requests(stage, &cast).await?;
    courier_decides(stage, &cast).await?;
    reset_code_expires(stage, &cast).await?;

    stage.chapter("An administrator helps")?;
    assigned_password_lapses(stage, &cast, id).await?;
    assigned_password_is_changed(stage, &cast, id).await?;

    stage.end().await
}

async fn registers(stage: &mut Stage, cast: &Cast) -> Result<AccountId, Stop> {
    let registered = cast.staff.register(NewAccount::new(cast.grace.clone())).await;
    let told = step(
        "register",
        "Staff register Grace. Nothing is mailed yet.",
        "admin.register(grace)",
    );
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

async fn mails_a_link(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<String, Stop> {
    let delivery = cast
        .staff
        .request_password_set(id, DeliveryOptions::default())
        .await;
    let told = step(
        "request_password_set",
        "Staff have a link mailed by which Grace chooses her password.",
        "admin.request_password_set(grace)",
    );
    let _ = stage.done(told, delivery, expect("delivered", Value::Null))?;
    stage.last_link_to(&cast.grace)
}

async fn second_request(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    let too_soon = cast
        .staff
        .request_password_set(id, DeliveryOptions::default())
        .await;
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
    let delivery = cast
        .staff
        .request_password_set(id, DeliveryOptions::default())
        .await;
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
    let too_short = json!({ "violations": [{ "violation": "too_short", "least": 15, "actual": 8 }] });
    stage.refused(told, refused, expect("weak_password", too_short))
}

async fn good_password(stage: &mut Stage, cast: &Cast, link: &str) -> Result<(), Stop> {
    let chosen = cast
        .stranger
        .choose_password(&code_of(link), &password(FIRST_PASSWORD)?)
        .await;
    let told = step(
        "choose_password",
        "Grace chooses a good one, and has proven her address by it.",
        format!("public.choose_password(code, {FIRST_PASSWORD:?})"),
    );
    let id = stage.done(told, chosen, expect("password_set", Value::Null))?;

    let view = cast.staff.account(id).await.map_err(failed)?;
    let view = view.ok_or(accountable::domain::Refusal::NoSuchAccount);
    let told = step("look_up", "Staff look at the account.", "admin.account(grace)");
    let in_use = json!({ "status": "in_use", "email_proven": true });
    let view = view.map_err(accountable::Error::from);
    stage.done(told, view, expect("account", in_use)).map(drop)
}

async fn used_code(stage: &mut Stage, cast: &Cast, link: &str) -> Result<(), Stop> {
    let refused = cast
        .stranger
        .choose_password(&code_of(link), &password(SECOND_PASSWORD)?)
        .await;
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
    let refused = cast
        .staff
        .request_password_set(id, DeliveryOptions::default())
        .await;
    let told = step(
        "request_with_a_password",
        "Nobody is asked to set a first password twice.",
        "admin.request_password_set(grace)",
    );
    stage.refused(told, refused, expect("password_set_not_expected", Value::Null))
}

async fn bounce(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    stage.no_such_mailbox(&cast.lost);
    let registered = cast.staff.register(NewAccount::new(cast.lost.clone())).await;
    let told = step(
        "register_lost",
        "Staff register somebody with a mistyped address.",
        "admin.register(lost)",
    );
    let id = stage.done(told, registered, expect("account", Value::Null))?.id;
    stage.name(id, "lost");

    let delivery = cast
        .staff
        .request_password_set(id, DeliveryOptions::default())
        .await;
    let told = step(
        "bounced",
        "The mail server knows no such mailbox, and staff are told at once.",
        "admin.request_password_set(lost)",
    );
    let cause = json!({ "cause": "no_such_mailbox" });
    let _ = stage.done(told, delivery, expect("undeliverable", cause.clone()))?;

    let refused = cast
        .staff
        .request_password_set(id, DeliveryOptions::default())
        .await;
    let told = step(
        "request_after_the_bounce",
        "From now on nothing is mailed there.",
        "admin.request_password_set(lost)",
    );
    stage.refused(told, refused, expect("address_undeliverable", cause))
}

async fn two_sessions(stage: &mut Stage, cast: &Cast) -> Result<[SessionStamp; 2], Stop> {
    let laptop = logs_in(cast, FIRST_PASSWORD).await?;
    let told = log_in_step("log_in", "Grace logs in on her laptop.", FIRST_PASSWORD);
    let laptop = stage.done(told, laptop, expect("granted", Value::Null))?;
    let phone = logs_in(cast, FIRST_PASSWORD).await?;
    let told = log_in_step("log_in_again", "And on her phone.", FIRST_PASSWORD);
    let phone = stage.done(told, phone, expect("granted", Value::Null))?;
    Ok([laptop.stamp, phone.stamp])
}

async fn wrong_current_password(stage: &mut Stage, laptop: SessionStamp) -> Result<(), Stop> {
    let owner = stage.accounts.owner(laptop, Origin::Unknown);
    let [wrong, new] = [password(LAST_PASSWORD)?, password(SECOND_PASSWORD)?];
    let refused = owner.change_password(&wrong, &new).await;
    let told = step(
        "wrong_current_password",
        "Who changes a password must know the current one.",
        "owner(laptop).change_password(wrong, new)",
    );
    stage.refused(told, refused, expect("wrong_password", Value::Null))
}

async fn changes_password(stage: &mut Stage, laptop: SessionStamp) -> Result<SessionStamp, Stop> {
    let owner = stage.accounts.owner(laptop, Origin::Unknown);
    let [current, new] = [password(FIRST_PASSWORD)?, password(SECOND_PASSWORD)?];
    let changed = owner.change_password(&current, &new).await;
    let told = step(
        "change_password",
        "Grace changes it on her laptop, which gets a new stamp for its session.",
        format!("owner(laptop).change_password(current, {SECOND_PASSWORD:?})"),
    );
    stage.done(told, changed, expect("password_changed", Value::Null))
}

async fn sessions_after_the_change(
    stage: &mut Stage,
    laptop: SessionStamp,
    phone: SessionStamp,
) -> Result<(), Stop> {
    let current = stage.accounts.owner(laptop, Origin::Unknown).is_current().await;
    let told = step(
        "session_goes_on",
        "The laptop's session goes on.",
        "owner(laptop).is_current()",
    );
    stage.done(told, current.map(IsCurrent), expect("current", Value::Null))?;

    let phone = stage.accounts.owner(phone, Origin::Unknown);
    let told = step(
        "session_has_ended",
        "The phone's has ended.",
        "owner(phone).is_current()",
    );
    let current = phone.is_current().await.map(IsCurrent);
    stage.done(told, current, expect("ended", Value::Null))?;

    let refused = phone
        .change_password(&password(SECOND_PASSWORD)?, &password(LAST_PASSWORD)?)
        .await;
    let told = step(
        "ended_session",
        "An ended session can do nothing, whatever it knows.",
        "owner(phone).change_password(current, new)",
    );
    stage.refused(told, refused, expect("session_ended", Value::Null))
}

async fn guesses_until_locked(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    let mut answers = Vec::new();
    for guess in 1..=ROOM {
        answers.push(logs_in(cast, &format!("a wrong password, number {guess}")).await?);
    }
    let all_alike = answers
        .iter()
        .all(|answer| matches!(answer, Err(Shut::Denied(_))));
    let until = last_lock(stage, id).await?;
    let lasts = until.map(|until| until.since(stage.clock.now()).as_seconds_rounded_up());
    let found =
        json!({ "answers": ROOM, "all_alike": all_alike, "lock_seconds": lasts, "locked_until": until });
    let last = answers
        .pop()
        .ok_or(Stop::Unexpected)?
        .map_err(|shut| (shut, found));
    let told = step(
        "guesses",
        "Ten wrong passwords in a row. The tenth locks the address; no answer says so.",
        "public.authenticate(grace, wrong), ten times",
    );
    let locks =
        json!({ "answers": ROOM, "all_alike": true, "for_the_logs": "wrong_password", "lock_seconds": 30 });
    stage.refused(told, last, expect("denied", locks))
}

/// The end of the last lock, which only the journal tells.
async fn last_lock(stage: &Stage, id: AccountId) -> Result<Option<accountable::domain::Timestamp>, Stop> {
    let history = stage
        .accounts
        .journal()
        .history(id, None, 1_000)
        .await
        .map_err(failed)?;
    Ok(history.items.iter().rev().find_map(|event| match event.what {
        Happened::Locked { until, .. } => Some(until),
        _ => None,
    }))
}

async fn right_password_while_locked(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    stage.later(Span::seconds(29))?;
    let denied = logs_in(cast, SECOND_PASSWORD).await?;
    let told = log_in_step(
        "right_password_while_locked",
        "The right one is refused as well, with the same answer.",
        SECOND_PASSWORD,
    );
    stage.refused(
        told,
        denied,
        expect("denied", json!({ "for_the_logs": "locked" })),
    )
}

async fn right_password_after_the_lock(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    stage.later(Span::seconds(1))?;
    let granted = logs_in(cast, SECOND_PASSWORD).await?;
    let told = log_in_step(
        "right_password_after_the_lock",
        "The lock is over, and nothing is held against the address any more.",
        SECOND_PASSWORD,
    );
    stage
        .done(told, granted, expect("granted", Value::Null))
        .map(drop)
}

async fn reset_requests(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    for (name, says, who, email) in [
        (
            "reset_known",
            "For Grace's address: accepted.",
            "grace",
            &cast.grace,
        ),
        (
            "reset_unknown",
            "For an address without an account: the same answer.",
            "nobody",
            &cast.nobody,
        ),
        (
            "reset_bounced",
            "For the address that bounces: the same again.",
            "lost",
            &cast.lost,
        ),
    ] {
        let accepted = cast
            .stranger
            .request_password_reset(email, MailOptions::default())
            .await;
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

    let refused = cast
        .stranger
        .choose_password(&code, &password(LAST_PASSWORD)?)
        .await;
    let told = step(
        "expired_code",
        "And can't be redeemed.",
        format!("public.choose_password(code, {LAST_PASSWORD:?})"),
    );
    stage.refused(told, refused, expect("dead_code", Value::Null))
}

async fn assigned_password_lapses(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    let assigned = cast
        .staff
        .assign_password(id, &password(ASSIGNED_PASSWORD)?)
        .await;
    let told = step(
        "assign_password",
        "Staff assign a password, by telephone say.",
        format!("admin.assign_password(grace, {ASSIGNED_PASSWORD:?})"),
    );
    stage.done(told, assigned, expect("done", Value::Null))?;

    let entered = logs_in(cast, ASSIGNED_PASSWORD).await?;
    let told = log_in_step(
        "log_in_with_assigned",
        "It lets in to change it, and for nothing else.",
        ASSIGNED_PASSWORD,
    );
    let must_change = expect("must_change", json!({ "reason": "assigned" }));
    stage.done(told, entered, must_change)?;

    stage.later(Span::hours(72))?;
    let denied = logs_in(cast, ASSIGNED_PASSWORD).await?;
    let told = log_in_step(
        "log_in_after_it_lapsed",
        "Left unchanged, it lapses.",
        ASSIGNED_PASSWORD,
    );
    stage.refused(
        told,
        denied,
        expect("denied", json!({ "for_the_logs": "lapsed" })),
    )
}

async fn assigned_password_is_changed(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    let assigned = cast.staff.assign_password(id, &password(ASSIGNED_AGAIN)?).await;
    let told = step(
        "assign_another",
        "Staff assign another.",
        format!("admin.assign_password(grace, {ASSIGNED_AGAIN:?})"),
    );
    stage.done(told, assigned, expect("done", Value::Null))?;

    let entered = logs_in(cast, ASSIGNED_AGAIN).await?;
    let told = log_in_step("log_in_with_the_other", "Grace logs in in time.", ASSIGNED_AGAIN);
    let entered = stage.done(told, entered, expect("must_change", Value::Null))?;

    let owner = stage.accounts.owner(entered.stamp, Origin::Unknown);
    let [current, new] = [password(ASSIGNED_AGAIN)?, password(LAST_PASSWORD)?];
    let changed = owner.change_password(&current, &new).await;
    let told = step(
        "change_assigned_password",
        "And chooses one that staff do not know.",
        format!("owner(laptop).change_password(current, {LAST_PASSWORD:?})"),
    );
    stage.done(told, changed, expect("password_changed", Value::Null))?;

    let granted = logs_in(cast, LAST_PASSWORD).await?;
    let told = log_in_step("log_in_at_last", "With it she is in for good.", LAST_PASSWORD);
    stage
        .done(told, granted, expect("granted", Value::Null))
        .map(drop)
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
