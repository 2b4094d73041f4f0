//! The values that callers send, each read into the type that holds its rule, each error with its field.

use accountable_core::domain::{
    AccountId, EmailAddress, InputError, IpFilterGroupName, Memo, PasswordValidity, Refusal,
};

use super::options::Options;
use crate::{answer::Problem, wire::FieldError};

pub(super) const ID: &str = "id";
pub(super) const MAIL_ADDRESS: &str = "mailAddress";
pub(super) const STATUS_CODE: &str = "statusCode";
pub(super) const IS_VERIFIED_MAIL_ADDRESS: &str = "isVerifiedMailAddress";
pub(super) const PASSWORD_VALIDITY_PERIOD: &str = "passwordValidityPeriod";
pub(super) const IP_FILTER_GROUP_NAME: &str = "ipFilterGroupName";
pub(super) const MEMO: &str = "memo";
pub(super) const ACCOUNT_ID: &str = "accountId";
pub(super) const START_INDEX: &str = "startIndex";
pub(super) const MAX_RESULTS: &str = "maxResults";

/// The account of that name. Ours are 32 letters; what else has 32 letters and digits names none, and is never read as
/// hexadecimal.
pub(super) fn account_id(text: &str) -> Result<AccountId, Problem> {
    if text.len() != 32 || !text.bytes().all(|c| c.is_ascii_alphanumeric()) {
        return Err(Problem::new(400, "bad_account_id").with_detail("an account's ID has 32 letters"));
    }
    AccountId::parse(text).ok_or_else(|| Refusal::NoSuchAccount.into())
}

pub(super) fn email(text: &str) -> Result<EmailAddress, Problem> {
    EmailAddress::parse(text).map_err(|error| bad(MAIL_ADDRESS, error.into()))
}

pub(super) fn validity(days: i64) -> Result<PasswordValidity, Problem> {
    let days = u16::try_from(days).map_err(|_| InputError::BadPasswordValidity);
    days.and_then(PasswordValidity::days).map_err(|error| bad(PASSWORD_VALIDITY_PERIOD, error))
}

/// What is wrong with a period's number: one that is no integer is no period either.
pub(super) fn period(error: FieldError) -> Problem {
    match error {
        FieldError::NotAnInteger { .. } => bad(PASSWORD_VALIDITY_PERIOD, InputError::BadPasswordValidity),
        other => other.into(),
    }
}

pub(super) fn group(text: &str, options: &Options) -> Result<IpFilterGroupName, Problem> {
    if options.refuses_digits_in_group_names && text.bytes().any(|c| c.is_ascii_digit()) {
        return Err(Problem::new(400, InputError::BadIpFilterGroupName.code())
            .with_detail("an IP filter group's name is 1 to 32 letters, dots or hyphens")
            .with("field", IP_FILTER_GROUP_NAME));
    }
    IpFilterGroupName::parse(text).map_err(|error| bad(IP_FILTER_GROUP_NAME, error))
}

pub(super) fn memo(text: &str) -> Result<Memo, Problem> {
    Memo::parse(text).map_err(|error| bad(MEMO, error))
}

fn bad(field: &str, error: InputError) -> Problem {
    Problem::from(error).with("field", field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_32_letters_and_digits_and_ours_are_letters_only() {
        let ours = AccountId::from_bytes([0x1f; 16]);
        assert_eq!(account_id(&ours.to_string()), Ok(ours));
        let status = |text: &str| account_id(text).unwrap_err().status();
        for unknown in ["01010101010101010101010101010101", &"x".repeat(32), &"A".repeat(32), &"q".repeat(32)]
        {
            assert_eq!(status(unknown), 404, "{unknown}");
        }
        let hyphenated = format!("{}-", "a".repeat(31));
        for malformed in
            ["", "a", &"a".repeat(31), &"a".repeat(33), &hyphenated, &"é".repeat(16), &ours.to_base62()]
        {
            assert_eq!(status(malformed), 400, "{malformed}");
        }
    }

    #[test]
    fn digits_in_a_groups_name_are_refused_where_the_document_is_taken_to_the_letter() {
        let lenient = Options::default();
        let strict = Options::default().refusing_digits_in_group_names();
        assert!(group("group1", &lenient).is_ok());
        assert_eq!(group("group1", &strict).unwrap_err().status(), 400);
        assert!(group("ipFilterGroupName", &strict).is_ok());
        assert_eq!(group("", &lenient).unwrap_err().status(), 400);
    }
}
