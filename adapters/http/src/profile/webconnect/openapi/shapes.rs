//! What WebConnect takes and answers, as schemas: bounds and names are those of the types that read the values.

use accountable_core::domain::{EmailAddress, IpFilterGroupName, Memo, PasswordValidity, Status};
use serde_json::{Value, json};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, OneOfBuilder};

use super::{ACCOUNT, Options};
use crate::{
    openapi::schema::{boolean, closed, formatted, integer, may, must, null, reference, text, text_or_null},
    profile::webconnect::{
        requests::MOST_RESULTS,
        values::{
            ID, IP_FILTER_GROUP_NAME, IS_VERIFIED_MAIL_ADDRESS, MAIL_ADDRESS, MAX_RESULTS, MEMO,
            PASSWORD_VALIDITY_PERIOD, START_INDEX, STATUS_CODE,
        },
    },
};

/// 0, and 30 to 365, in digits.
const DAYS_IN_DIGITS: &str = "^(0|[3-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-5])$";

/// The body of a registration. What is absent or null has its default.
pub(super) fn registration(options: &Options) -> ObjectBuilder {
    let note =
        text_or_null().max_length(Some(Memo::MAX)).pattern(Some(NOTE)).description(Some("Empty by default."));
    closed([
        must(MAIL_ADDRESS, mail_address()),
        may(PASSWORD_VALIDITY_PERIOD, days().item(null())),
        may(IP_FILTER_GROUP_NAME, group(options, text_or_null(), '+').min_length(Some(1))),
        may(MEMO, note),
    ])
}

/// The body of a change.
pub(super) fn change(options: &Options) -> ObjectBuilder {
    let unchanged = |schema: ObjectBuilder| schema.read_only(true);
    closed([
        may(MAIL_ADDRESS, mail_address()),
        may(PASSWORD_VALIDITY_PERIOD, days().item(text().pattern(Some(DAYS_IN_DIGITS)))),
        may(IP_FILTER_GROUP_NAME, group(options, text(), '*')),
        may(MEMO, text().max_length(Some(Memo::MAX)).pattern(Some(NOTE))),
        may(ID, unchanged(id())),
        may(STATUS_CODE, unchanged(status_code())),
        may(IS_VERIFIED_MAIL_ADDRESS, unchanged(boolean())),
    ])
}

/// An account as it is answered.
pub(super) fn account(options: &Options) -> ObjectBuilder {
    let verified = match options.shows_every_address_as_verified {
        true => boolean().enum_values(Some([true])).description(Some("Every address is shown as verified.")),
        false => boolean().description(Some("Whether the owner has proven to receive mail there.")),
    };
    let group = text_or_null().description(Some("From where the account may be used; null for everywhere."));
    let sample = json!({
        ID: "abcdefghijklmnopabcdefghijklmnop",
        MAIL_ADDRESS: "sample@example.com",
        STATUS_CODE: 0,
        IS_VERIFIED_MAIL_ADDRESS: options.shows_every_address_as_verified,
        PASSWORD_VALIDITY_PERIOD: 0,
        IP_FILTER_GROUP_NAME: Value::Null,
        MEMO: "memo",
    });
    closed([
        must(ID, text().pattern(Some("^[a-p]{32}$"))),
        must(MAIL_ADDRESS, text().max_length(Some(EmailAddress::MAX)).description(Some("As it was typed."))),
        must(STATUS_CODE, status_code()),
        must(IS_VERIFIED_MAIL_ADDRESS, verified),
        must(PASSWORD_VALIDITY_PERIOD, days()),
        must(IP_FILTER_GROUP_NAME, group.max_length(Some(IpFilterGroupName::MAX))),
        must(MEMO, text().max_length(Some(Memo::MAX))),
    ])
    .examples([sample])
}

/// A page of accounts.
pub(super) fn list() -> ObjectBuilder {
    let number = |says: &str| integer(0, None).description(Some(says));
    let most = usize::try_from(MOST_RESULTS).ok();
    closed([
        must("limit", number("How many accounts may be registered.")),
        must("totalSize", number("How many accounts there are.")),
        must("fetchSize", integer(0, most).description(Some("How many accounts are in this answer."))),
        must(START_INDEX, number("As it was asked for.")),
        must(MAX_RESULTS, integer(1, most)),
        must("accounts", ArrayBuilder::new().items(reference(ACCOUNT)).max_items(most)),
    ])
}

/// A note has no controls but line feed and tab.
const NOTE: &str = r"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*$";

pub(super) fn id() -> ObjectBuilder {
    text()
        .pattern(Some("^[0-9A-Za-z]{32}$"))
        .description(Some("32 letters; digits are well formed, and name no account."))
}

pub(super) fn mail_address() -> ObjectBuilder {
    let says =
        format!("By RFC 5321 and RFC 6531, and no other account's: at most {} octets.", EmailAddress::MAX);
    formatted("idn-email").max_length(Some(EmailAddress::MAX)).description(Some(says))
}

pub(super) fn days() -> OneOfBuilder {
    let [least, most] =
        [PasswordValidity::MIN, PasswordValidity::MAX].map(|days| usize::from(days.as_days()));
    OneOfBuilder::new()
        .item(integer(0, Some(0)).description(Some("For ever, and the default.")))
        .item(integer(least, Some(most)).description(Some("In days.")))
}

/// A group's name, of one or more characters or of any number of them.
pub(super) fn group(options: &Options, schema: ObjectBuilder, how_many: char) -> ObjectBuilder {
    let characters = if options.refuses_digits_in_group_names { "A-Za-z.-" } else { "0-9A-Za-z.-" };
    let says = match how_many {
        '*' => "A group that there is; with an empty name the account is in none.",
        _ => "A group that there is.",
    };
    let pattern = format!("^[{characters}]{how_many}$");
    schema.max_length(Some(IpFilterGroupName::MAX)).pattern(Some(pattern)).description(Some(says))
}

pub(super) fn status_code() -> ObjectBuilder {
    let all = [Status::New, Status::InUse, Status::ChangingPasswordManagement, Status::ChangingEmail];
    let says = "0: new, 1: in use, 2: changing password management method, 3: changing email address";
    integer(0, None).enum_values(Some(all.map(Status::code))).description(Some(says))
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn a_period_in_digits_is_one_in_days() {
        let digits = Regex::new(DAYS_IN_DIGITS).unwrap();
        for days in 0..2_000_u16 {
            let known = PasswordValidity::days(days).is_ok();
            assert_eq!(digits.is_match(&days.to_string()), known, "{days}");
        }
        assert!(["", "00", "030", "+30", " 30", "30.0"].iter().all(|text| !digits.is_match(text)));
    }
}
