//! What callers of WebConnect send: a struct for each request, its values of the types that hold their rules.

use accountable_core::{
    AccountChanges, NewAccount,
    domain::{AccountId, EmailAddress, IpFilterGroupName, Memo, PasswordValidity},
};

use super::{
    options::Options,
    values::{
        IP_FILTER_GROUP_NAME, MAIL_ADDRESS, MEMO, PASSWORD_VALIDITY_PERIOD, account_id, email, group, memo,
        period, validity,
    },
};
use crate::{
    answer::Problem,
    wire::{FieldError, Fields},
};

/// How many accounts are listed where the caller does not say: as many as the document's own sample asks for.
const RESULTS: i64 = 30;
/// The most accounts that one call is answered with.
const MOST_RESULTS: i64 = 1_000;

/// The body of `POST /accounts/definition`. What is absent or null has its default: 0, null and empty.
pub(super) struct RegisterRequest {
    mail_address: EmailAddress,
    password_validity_period: Option<PasswordValidity>,
    ip_filter_group_name: Option<IpFilterGroupName>,
    memo: Option<Memo>,
}

impl RegisterRequest {
    pub(super) fn parse(mut fields: Fields, options: &Options) -> Result<Self, Problem> {
        let mail_address = fields.take_string(MAIL_ADDRESS)?;
        let days = fields.take_optional_integer(PASSWORD_VALIDITY_PERIOD).map_err(period)?;
        let group_name = fields.take_optional_string(IP_FILTER_GROUP_NAME)?;
        let note = fields.take_optional_string(MEMO)?;
        fields.finish()?;
        Ok(Self {
            mail_address: email(&mail_address)?,
            password_validity_period: days.map(validity).transpose()?,
            ip_filter_group_name: group_name.map(|name| group(&name, options)).transpose()?,
            memo: note.map(|note| memo(&note)).transpose()?,
        })
    }
}

impl From<RegisterRequest> for NewAccount {
    fn from(request: RegisterRequest) -> Self {
        let RegisterRequest { mail_address, password_validity_period, ip_filter_group_name, memo } = request;
        let mut new = Self::new(mail_address);
        if let Some(validity) = password_validity_period {
            new = new.with_validity(validity);
        }
        if let Some(group) = ip_filter_group_name {
            new = new.with_ip_filter_group(group);
        }
        if let Some(memo) = memo {
            new = new.with_memo(memo);
        }
        new
    }
}

/// The body of `PUT /accounts/definition/{id}`. What is absent stays as it is; null is refused.
pub(super) struct ChangeRequest {
    mail_address: Option<EmailAddress>,
    password_validity_period: Option<PasswordValidity>,
    ip_filter_group_name: Option<GroupChange>,
    memo: Option<Memo>,
}

/// What becomes of an account's IP filter group: another one, or none where the caller sends an empty name.
struct GroupChange(Option<IpFilterGroupName>);

impl ChangeRequest {
    pub(super) fn parse(mut fields: Fields, options: &Options) -> Result<Self, Problem> {
        let mail_address = changed(&mut fields, MAIL_ADDRESS, Fields::take_optional_string)?;
        let days = changed(&mut fields, PASSWORD_VALIDITY_PERIOD, Fields::take_optional_integer_or_digits);
        let days = days.map_err(period)?;
        let group_name = changed(&mut fields, IP_FILTER_GROUP_NAME, Fields::take_optional_string)?;
        let note = changed(&mut fields, MEMO, Fields::take_optional_string)?;
        fields.finish()?;
        let group_change = |name: &str| match name {
            "" => Ok(GroupChange(None)),
            name => group(name, options).map(|group| GroupChange(Some(group))),
        };
        Ok(Self {
            mail_address: mail_address.map(|text| email(&text)).transpose()?,
            password_validity_period: days.map(validity).transpose()?,
            ip_filter_group_name: group_name.map(|name| group_change(&name)).transpose()?,
            memo: note.map(|note| memo(&note)).transpose()?,
        })
    }
}

impl From<ChangeRequest> for AccountChanges {
    fn from(request: ChangeRequest) -> Self {
        let ChangeRequest { mail_address, password_validity_period, ip_filter_group_name, memo } = request;
        let mut changes = Self::default();
        if let Some(email) = mail_address {
            changes = changes.with_email(email);
        }
        if let Some(validity) = password_validity_period {
            changes = changes.with_validity(validity);
        }
        if let Some(GroupChange(group)) = ip_filter_group_name {
            changes = changes.with_ip_filter_group(group);
        }
        if let Some(memo) = memo {
            changes = changes.with_memo(memo);
        }
        changes
    }
}

/// A field of a change: none where it is absent and things stay as they are; null is no value.
fn changed<T>(
    fields: &mut Fields,
    name: &str,
    take: impl FnOnce(&mut Fields, &str) -> Result<Option<T>, FieldError>,
) -> Result<Option<T>, FieldError> {
    fields.refuse_null(name)?;
    take(fields, name)
}

/// The body of `POST /accounts/password/set-request`.
pub(super) struct SetRequest {
    /// The account of the `accountId`.
    pub(super) account: AccountId,
}

impl TryFrom<Fields> for SetRequest {
    type Error = Problem;
    fn try_from(mut fields: Fields) -> Result<Self, Problem> {
        let id = fields.take_string("accountId")?;
        fields.finish()?;
        let account = account_id(&id).map_err(|problem| problem.with("field", "accountId"))?;
        Ok(Self { account })
    }
}

/// The query of `GET /accounts/definition`.
pub(super) struct ListRequest {
    /// How many accounts stand before the first one wanted: `startIndex`, 0 by default.
    pub(super) start_index: u64,
    /// How many accounts are wanted: `maxResults`, 1 to 1,000, 30 by default.
    pub(super) max_results: usize,
}

impl TryFrom<Fields> for ListRequest {
    type Error = Problem;
    fn try_from(mut fields: Fields) -> Result<Self, Problem> {
        let start_index = fields.take_optional_integer("startIndex")?.unwrap_or(0);
        let max_results = fields.take_optional_integer("maxResults")?.unwrap_or(RESULTS);
        fields.finish()?;
        let start_index = u64::try_from(start_index).map_err(|_| {
            Problem::new(400, "bad_start_index")
                .with_detail("startIndex is 0 or more")
                .with("field", "startIndex")
        })?;
        let bounded = Some(max_results).filter(|most| (1..=MOST_RESULTS).contains(most));
        let max_results = bounded.and_then(|most| usize::try_from(most).ok()).ok_or_else(|| {
            Problem::new(400, "bad_max_results")
                .with_detail(format!("maxResults is 1 to {MOST_RESULTS}"))
                .with("field", "maxResults")
        })?;
        Ok(Self { start_index, max_results })
    }
}
