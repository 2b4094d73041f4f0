//! WebConnect as OpenAPI 3.1: what its document says, and what it leaves open here.

mod shapes;

use accountable_core::domain::{EmailAddress, InputError, Refusal, Span, Status, Timestamp, Undeliverable};
use serde_json::json;
use utoipa::openapi::{
    Content, Header, HttpMethod, ObjectBuilder, PathItem, PathsBuilder, RefOr, Schema,
    link::{Link, LinkBuilder},
    path::{OperationBuilder, ParameterBuilder, ParameterIn},
    response::ResponseBuilder,
    schema::AllOfBuilder,
};

use self::shapes::{account, change, id, list, registration};
use super::{
    DEFINITION, DEFINITIONS, READ, SET_REQUEST, WRITE,
    options::Options,
    requests::{MOST_RESULTS, RESULTS},
    values::{
        ACCOUNT_ID, ID, IP_FILTER_GROUP_NAME, MAIL_ADDRESS, MAX_RESULTS, MEMO, PASSWORD_VALIDITY_PERIOD,
        START_INDEX, STATUS_CODE,
    },
};
use crate::{
    addressed,
    answer::Problem,
    openapi::{
        Document, Failures, of_a_body, of_every_call,
        schema::{
            answer, body, closed, components_with_bearer, content, described, formatted, header, integer,
            must, parameter, problem, reference, scopes, text,
        },
    },
    wire::FieldError,
};

const ACCOUNT: &str = "AccountDefinition";
const LIST: &str = "AccountDefinitions";
const REGISTRATION: &str = "RegisterAccount";
const CHANGE: &str = "ChangeAccount";
const PASSWORD_SET: &str = "RequestPasswordSet";
const PROBLEM: &str = "Problem";

/// The contract as OpenAPI 3.1, as a router with these options answers it.
#[must_use]
pub fn description(options: &Options) -> Document {
    let deleting = match options.erases_at_once {
        true => "A deleted account is erased at once, and its address is free.",
        false => {
            "A deleted account is closed: it is gone from lists and reads, changing it is `account_closed`, its address stays \
             taken until its grace is over, and its host can reopen it."
        }
    };
    let about = format!(
        "Account definitions, and the mail with which a password is set. Bodies are JSON whatever `Accept` says; fields that \
         are not listed are refused, in queries too. At most {} accounts may be registered. {deleting} A method that a path \
         does not have is 405 with `Allow`, a path that is not here 404.",
        options.limit()
    );
    let components = components_with_bearer()
        .schema(ACCOUNT, account(options))
        .schema(LIST, list())
        .schema(REGISTRATION, registration(options))
        .schema(CHANGE, change(options))
        .schema(PASSWORD_SET, closed([must(ACCOUNT_ID, id())]))
        .schema(PROBLEM, problem());
    let item = |method, operation: OperationBuilder| PathItem::new(method, operation);
    let mut definitions = item(HttpMethod::Post, register());
    definitions.merge_operations(item(HttpMethod::Get, accounts()));
    let mut definition = item(HttpMethod::Get, read());
    definition.merge_operations(item(HttpMethod::Put, update()));
    definition.merge_operations(item(HttpMethod::Delete, delete(options)));
    let paths = PathsBuilder::new()
        .path(options.path(DEFINITIONS), definitions)
        .path(options.path(DEFINITION), definition)
        .path(options.path(SET_REQUEST), item(HttpMethod::Post, set_request()));
    described("WebConnect", &about, components, paths)
}

fn register() -> OperationBuilder {
    let sample = json!({
        MAIL_ADDRESS: "sample@example.com",
        PASSWORD_VALIDITY_PERIOD: 0,
        IP_FILTER_GROUP_NAME: "ipFilterGroupName",
        MEMO: "memo",
    });
    let location = header("The path of the account.", formatted("uri-reference"));
    let registered =
        shows_account("The account is registered. Nothing is mailed.").header("Location", location);
    let links = [("get", "getAccount"), ("update", "updateAccount"), ("delete", "deleteAccount")];
    let registered = links
        .into_iter()
        .fold(registered, |response, (name, operation)| {
            response.link(name, RefOr::T(link(operation).parameter(ID, "$response.body#/id").build()))
        })
        .link("requestPasswordSet", RefOr::T(password_set_of_this_account()));
    let operation = OperationBuilder::new()
        .operation_id(Some("registerAccount"))
        .summary(Some("Registers an account"))
        .security(scopes(&[WRITE]))
        .request_body(Some(body([("application/json", content(REGISTRATION, sample))])))
        .response("201", registered);
    let failures = values().and(of_a_body::<Problem>()).and([
        Problem::from(Refusal::EmailTaken),
        Refusal::UnknownIpFilterGroup.into(),
        vetoed(),
        Problem::new(409, "account_limit_reached").with_detail("as many accounts as may be registered are"),
    ]);
    failing(operation, &failures)
}

fn accounts() -> OperationBuilder {
    let start = integer(0, usize::try_from(i64::MAX).ok()).default(Some(json!(0)));
    let most = integer(1, usize::try_from(MOST_RESULTS).ok()).default(Some(json!(RESULTS)));
    let operation = OperationBuilder::new()
        .operation_id(Some("listAccounts"))
        .summary(Some("Lists accounts, in the order in which they came to be"))
        .security(scopes(&[READ]))
        .parameter(query(START_INDEX, "How many accounts stand before the first one wanted.", start))
        .parameter(query(MAX_RESULTS, "How many accounts are wanted.", most))
        .response(
            "200",
            answer("A page of accounts.").content("application/json", Content::new(Some(reference(LIST)))),
        );
    let field = || START_INDEX.to_owned();
    let failures = every_call().and([
        Problem::new(400, "bad_start_index").with_detail("startIndex is 0 or more"),
        Problem::new(400, "bad_max_results").with_detail(format!("maxResults is 1 to {MOST_RESULTS}")),
        FieldError::Malformed.into(),
        FieldError::WrongType { field: field() }.into(),
        FieldError::Unknown { field: "NAME".to_owned() }.into(),
        FieldError::Duplicate { field: field() }.into(),
    ]);
    failing(operation, &failures)
}

fn read() -> OperationBuilder {
    let operation = OperationBuilder::new()
        .operation_id(Some("getAccount"))
        .summary(Some("Shows an account"))
        .security(scopes(&[READ]))
        .parameter(id_in_path())
        .parameter(tags("If-None-Match", "Versions that the caller has already: then it is 304."))
        .response("200", shows_account("The account."))
        .response("304", answer("The caller has this version.").header("ETag", etag()));
    failing(operation, &every_call().and(of_an_account()).and(unreadable_tags()))
}

fn update() -> OperationBuilder {
    let sample = json!({ PASSWORD_VALIDITY_PERIOD: "30", IP_FILTER_GROUP_NAME: "", MEMO: "memo" });
    let operation = OperationBuilder::new()
        .operation_id(Some("updateAccount"))
        .summary(Some("Changes an account, as a whole or not at all"))
        .description(Some(
            "What is absent stays as it is; null is refused. Another address leaves the account without a password. What \
             was answered may be sent back as it was, also the null of an account without a group: `id`, `statusCode` and \
             `isVerifiedMailAddress` must then say what is so.",
        ))
        .security(scopes(&[WRITE]))
        .parameter(id_in_path())
        .parameter(tags("If-Match", "Versions of which the account must have one: otherwise it is 412."))
        .parameter(tags("If-None-Match", "Versions of which the account must have none: otherwise it is 412."))
        .request_body(Some(body([("application/json", content(CHANGE, sample))])))
        .response("200", shows_account("The account as it is now."));
    let read_only =
        "id, statusCode and isVerifiedMailAddress can't be changed: leave them out, or send what is answered";
    let precondition = "the account is there, as If-None-Match says that it must not be";
    let failures = values().and(of_a_body::<Problem>()).and(of_an_account()).and(unreadable_tags()).and([
        FieldError::NotAnInteger { field: STATUS_CODE.to_owned() }.into(),
        Problem::new(400, "read_only_field").with_detail(read_only),
        Problem::from(Refusal::EmailTaken),
        Refusal::AccountClosed.into(),
        Refusal::UnknownIpFilterGroup.into(),
        Refusal::VersionMismatch.into(),
        Problem::new(412, "precondition_failed").with_detail(precondition),
        vetoed(),
    ]);
    failing(operation, &failures)
}

fn delete(options: &Options) -> OperationBuilder {
    let (does, refused) = match options.erases_at_once {
        true => ("Erases an account", vec![Refusal::RevertLive { until: Timestamp::EPOCH }.into()]),
        false => ("Closes an account", Vec::<Problem>::new()),
    };
    let operation = OperationBuilder::new()
        .operation_id(Some("deleteAccount"))
        .summary(Some(does))
        .description(Some("It knows no versions, and is refused with `If-Match` or `If-None-Match`. Once more changes nothing."))
        .security(scopes(&[WRITE]))
        .parameter(id_in_path())
        .response("204", answer("The account is deleted."));
    let versionless = "an account is deleted whatever its version: leave it out";
    let failures = every_call().and(of_an_account()).and(refused).and([
        Problem::new(400, "if_match_not_supported").with_detail(versionless),
        Problem::new(400, "if_none_match_not_supported").with_detail(versionless),
        vetoed(),
    ]);
    failing(operation, &failures)
}

fn set_request() -> OperationBuilder {
    let sample = json!({ ACCOUNT_ID: "x".repeat(32) });
    let operation = OperationBuilder::new()
        .operation_id(Some("requestPasswordSet"))
        .summary(Some("Mails the link with which an account's owner sets a password"))
        .description(Some(
            "For an account that never had a password, and for one that lost it with its address. An address that mail does \
             not reach, or whose owner's side has refused mail, is an error; so is a second mail too soon.",
        ))
        .security(scopes(&[WRITE]))
        .request_body(Some(body([("application/json", content(PASSWORD_SET, sample))])))
        .response("204", answer("The mail is on its way."));
    let failures = every_call().and(of_a_body::<Problem>()).and(of_an_account()).and([
        Problem::from(Refusal::AccountSuspended),
        Refusal::AccountClosed.into(),
        Refusal::PasswordSetNotExpected { status: Status::InUse }.into(),
        Refusal::AddressUndeliverable { cause: Undeliverable::NoSuchMailbox }.into(),
        Refusal::Throttled { retry_after: Span::seconds(600) }.into(),
        InputError::PageNotAllowed.into(),
        InputError::ReturnUrlNotAllowed.into(),
        vetoed(),
    ]);
    failing(operation, &failures)
}

fn id_in_path() -> ParameterBuilder {
    parameter(ParameterIn::Path, ID, "The account.", id())
}

fn query(name: &str, says: &str, schema: ObjectBuilder) -> ParameterBuilder {
    parameter(ParameterIn::Query, name, says, schema)
}

/// A header that lists entity tags.
fn tags(name: &str, says: &str) -> ParameterBuilder {
    const TAGS: &str = r#"^(\*|[, ]*((W/)?"[ !#-~]*" *(,[, ]*(W/)?"[ !#-~]*" *)*,?[, ]*)?)$"#;
    parameter(ParameterIn::Header, name, says, text().pattern(Some(TAGS)))
}

fn etag() -> Header {
    header("The version of the account.", text().pattern(Some("^\"[0-9]+\"$")))
}

fn shows_account(says: &str) -> ResponseBuilder {
    answer(says).header("ETag", etag()).content("application/json", Content::new(Some(reference(ACCOUNT))))
}

fn link(operation: &str) -> LinkBuilder {
    LinkBuilder::new().operation_id(operation)
}

fn password_set_of_this_account() -> Link {
    link("requestPasswordSet").request_body(Some(json!({ ACCOUNT_ID: "$response.body#/id" }))).build()
}

/// What every call may be refused with.
fn every_call() -> Failures<Problem> {
    Failures::of(of_every_call()).and([addressed::problem()])
}

/// And what may be wrong with the values of an account.
fn values() -> Failures<Problem> {
    let address = EmailAddress::parse("").err().map(InputError::from);
    let values = [InputError::BadPasswordValidity, InputError::BadIpFilterGroupName, InputError::BadMemo];
    every_call().and(address).and(values)
}

/// What a call about one account may be refused with.
fn of_an_account() -> [Problem; 2] {
    let malformed = Problem::new(400, "bad_account_id").with_detail("an account's ID has 32 letters");
    [malformed, Refusal::NoSuchAccount.into()]
}

fn unreadable_tags() -> [Problem; 2] {
    let unreadable = "the header is no list of entity tags, and no asterisk";
    ["bad_if_match", "bad_if_none_match"].map(|code| Problem::new(400, code).with_detail(unreadable))
}

fn vetoed() -> Problem {
    Problem::new(409, "vetoed").with_detail("the host does not allow that now")
}

fn failing(operation: OperationBuilder, failures: &Failures<Problem>) -> OperationBuilder {
    failures.describe(operation, |status, codes| {
        let these = ObjectBuilder::new()
            .property("status", integer(400, None).enum_values(Some([status])))
            .property("code", text().enum_values(Some(codes.iter().copied())));
        let schema: Schema = AllOfBuilder::new().item(reference(PROBLEM)).item(these).build().into();
        vec![("application/problem+json", schema.into())]
    })
}
