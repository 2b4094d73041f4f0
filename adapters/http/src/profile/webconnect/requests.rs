//! What callers of WebConnect send: a struct for each request, its values of the types that hold their rules.

use accountable_core::{
    AccountChanges, NewAccount,
    domain::{AccountId, EmailAddress, IpFilterGroupName, Memo, PasswordValidity},
};

use super::{
    definition::Definition,
    options::Options,
    values::{
        ACCOUNT_ID, ID, IP_FILTER_GROUP_NAME, IS_VERIFIED_MAIL_ADDRESS, MAIL_ADDRESS, MAX_RESULTS, MEMO,
        PASSWORD_VALIDITY_PERIOD, START_INDEX, STATUS_CODE, account_id, email, group, memo, period, validity,
    },
};
use crate::{
    answer::Problem,
    wire::{FieldError, Fields},
};

/// How many accounts are listed where the caller does not say: as many as the document's own sample asks for.
pub(super) const RESULTS: i64 = 30;
/// The most accounts that one call is answered with.
pub(super) const MOST_RESULTS: i64 = 1_000;

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
    /// What the caller has from an answer, and sends back.
    pub(super) sent_back: SentBack,
}

/// What a change can't change, as the caller has it from an answer: it must say what is so.
#[derive(Default, PartialEq, Eq)]
pub(super) struct SentBack {
    id: Option<String>,
    status_code: Option<i64>,
    is_verified_mail_address: Option<bool>,
    /// Whether `ipFilterGroupName` is null, as in the answer of an account without a group.
    has_no_group: bool,
}

/// What becomes of an account's IP filter group: another one, or none where the caller sends an empty name.
struct GroupChange(Option<IpFilterGroupName>);

impl ChangeRequest {
    pub(super) fn parse(mut fields: Fields, options: &Options) -> Result<Self, Problem> {
        let sent_back = SentBack::take(&mut fields)?;
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
            sent_back,
        })
    }
}

impl From<ChangeRequest> for AccountChanges {
    fn from(request: ChangeRequest) -> Self {
        let ChangeRequest { mail_address, password_validity_period, ip_filter_group_name, memo, .. } =
            request;
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

impl SentBack {
    /// Takes it out of a change. Null says that there is no group in a body with `id` only, which is an answer sent back.
    fn take(fields: &mut Fields) -> Result<Self, FieldError> {
        let id = changed(fields, ID, Fields::take_optional_string)?;
        let has_no_group = id.is_some() && fields.take_null(IP_FILTER_GROUP_NAME);
        Ok(Self {
            id: id.map(|id| id.to_string()),
            status_code: changed(fields, STATUS_CODE, Fields::take_optional_integer)?,
            is_verified_mail_address: changed(fields, IS_VERIFIED_MAIL_ADDRESS, Fields::take_optional_bool)?,
            has_no_group,
        })
    }

    /// Whether the caller sent nothing of it.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses, by its name, what is not as the account is answered now.
    pub(super) fn check(&self, is: &Definition) -> Result<(), Problem> {
        let refused = |field: &str| {
            let detail = format!("{field} can't be changed: leave it out, or send what is answered");
            Err(Problem::new(400, "read_only_field").with_detail(detail).with("field", field))
        };
        let differs = |said: Option<i64>, is: u8| said.is_some_and(|said| said != i64::from(is));
        if self.id.as_ref().is_some_and(|id| *id != is.id) {
            return refused(ID);
        }
        if differs(self.status_code, is.status_code) {
            return refused(STATUS_CODE);
        }
        if self.is_verified_mail_address.is_some_and(|said| said != is.is_verified_mail_address) {
            return refused(IS_VERIFIED_MAIL_ADDRESS);
        }
        if self.has_no_group && is.ip_filter_group_name.is_some() {
            return Err(FieldError::WrongType { field: IP_FILTER_GROUP_NAME.to_owned() }.into());
        }
        Ok(())
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
        let id = fields.take_string(ACCOUNT_ID)?;
        fields.finish()?;
        let account = account_id(&id).map_err(|problem| problem.with("field", ACCOUNT_ID))?;
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
        let start_index = fields.take_optional_integer(START_INDEX)?.unwrap_or(0);
        let max_results = fields.take_optional_integer(MAX_RESULTS)?.unwrap_or(RESULTS);
        fields.finish()?;
        let start_index = u64::try_from(start_index).map_err(|_| {
            Problem::new(400, "bad_start_index")
                .with_detail("startIndex is 0 or more")
                .with("field", START_INDEX)
        })?;
        let bounded = Some(max_results).filter(|most| (1..=MOST_RESULTS).contains(most));
        let max_results = bounded.and_then(|most| usize::try_from(most).ok()).ok_or_else(|| {
            Problem::new(400, "bad_max_results")
                .with_detail(format!("maxResults is 1 to {MOST_RESULTS}"))
                .with("field", MAX_RESULTS)
        })?;
        Ok(Self { start_index, max_results })
    }
}
