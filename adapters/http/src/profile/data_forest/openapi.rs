//! Data Forest as OpenAPI 3.1: what its document says, and what it leaves open here.

use accountable_core::{Accounts, Error, domain::Refusal};
use serde_json::{Value, json};
use utoipa::openapi::{
    ArrayBuilder, Content, HttpMethod, ObjectBuilder, PathItem, PathsBuilder, SecurityRequirement, Type,
    path::OperationBuilder,
    schema::{AllOfBuilder, Schema, SchemaType},
    security::{ApiKey, ApiKeyValue, SecurityScheme},
    xml::XmlBuilder,
};

use super::{
    GET_LIST, RESET_PASSWORD, advice,
    error::{ErrorResponse, ROOT},
    options::Options,
    requests::ID,
};
use crate::{
    auth::{NCP_HEADERS, SIGNATURE},
    openapi::{
        Document, Failures, of_a_body, of_every_call,
        schema::{
            answer, body, boolean, closed, components, content, described, formatted, integer, may, must,
            reference, text,
        },
    },
    wire::{FieldError, Format, negotiate::NotAcceptable},
};

const RESET_REQUEST: &str = "ResetAccountPasswordRequest";
const RESET_RESPONSE: &str = "ResetAccountPasswordResponse";
const LIST_REQUEST: &str = "GetAccountListRequest";
/// In JSON, where null is 0; XML has no null.
const LIST_REQUEST_JSON: &str = "GetAccountListRequestInJson";
const LIST_RESPONSE: &str = "GetAccountListResponse";

/// The contract as OpenAPI 3.1, as a router over these accounts, with these options, answers it.
#[must_use]
pub fn description(accounts: &Accounts, options: &Options) -> Document {
    let scope = match &options.scope {
        Some(scope) => format!(" The access key needs the scope `{scope}`."),
        None => String::new(),
    };
    let about = format!(
        "By which an administrator resets a password, and lists the accounts. Bodies are JSON or XML, as `Content-Type` \
         says; answers are in the format that `Accept` prefers, or in that of the body where it prefers none. In XML the \
         names of the schemas are those of the root elements. Fields that are not listed are refused.\n\nEach call is \
         signed: `{SIGNATURE}` is the HMAC-SHA256 in base64, under the secret of the access key, of the method, a blank, the \
         path with its query, a line feed, the time stamp, a line feed and the access key.{scope} Another method than POST \
         is 405 with `Allow`, a path that is not here 404."
    );
    let components = NCP_HEADERS.into_iter().fold(components(), |components, (name, says)| {
        let scheme = ApiKey::Header(ApiKeyValue::with_description(name.as_str(), says));
        components.security_scheme(name.as_str(), SecurityScheme::ApiKey(scheme))
    });
    let components = components
        .schema(RESET_REQUEST, in_xml(RESET_REQUEST, reset(accounts)))
        .schema(
            RESET_RESPONSE,
            in_xml(RESET_RESPONSE, closed([must("id", our_id()), must("success", yes(true))])),
        )
        .schema(LIST_REQUEST, in_xml(LIST_REQUEST, list(&[Type::Integer])))
        .schema(LIST_REQUEST_JSON, list(&[Type::Integer, Type::Null]))
        .schema(LIST_RESPONSE, in_xml(LIST_RESPONSE, listed(options)))
        .schema(ROOT, in_xml(ROOT, closed([must("message", text()), must("success", yes(false))])));
    let post = |operation: OperationBuilder| PathItem::new(HttpMethod::Post, operation);
    let paths = PathsBuilder::new()
        .path(RESET_PASSWORD, post(reset_password(accounts, options)))
        .path(GET_LIST, post(get_list(options)));
    described("Data Forest", &about, components, paths)
}

fn reset_password(accounts: &Accounts, options: &Options) -> OperationBuilder {
    let least = *accounts.policy().length().start();
    let sample = json!({ "id": "20nAZnjbUNFdc7RsILlC3A", "password": "*".repeat(least.max(10)) });
    let echo = match options.echoes {
        true => "An error repeats a refused password.",
        false => "No error repeats a password: `***` stands for it.",
    };
    let says = format!(
        "All sessions of the account end. The password must be changed at the next log-in, and lapses if it is not. {echo}"
    );
    let operation = OperationBuilder::new()
        .operation_id(Some("resetPassword"))
        .summary(Some("Gives an account another password"))
        .description(Some(says))
        .request_body(Some(body(both(|| content(RESET_REQUEST, sample.clone())))));
    let failures = [ErrorResponse::no_such_element(), Error::from(Refusal::AccountClosed).into()];
    signed(operation, options, RESET_RESPONSE, failures)
}

fn get_list(options: &Options) -> OperationBuilder {
    let says = "Active accounts come first, then suspended, then closed ones. Where `total` is more than an answer lists, \
                `offset` has the rest.";
    let operation = OperationBuilder::new()
        .operation_id(Some("getList"))
        .summary(Some("Lists the accounts"))
        .description(Some(says))
        .request_body(Some(body([
            (Format::Json.media_type(), content(LIST_REQUEST_JSON, json!({}))),
            (Format::Xml.media_type(), content(LIST_REQUEST, json!({}))),
        ])));
    signed(operation, options, LIST_RESPONSE, [])
}

/// A call that is signed, and answered in either format.
fn signed(
    operation: OperationBuilder,
    options: &Options,
    response: &str,
    failures: impl IntoIterator<Item = ErrorResponse>,
) -> OperationBuilder {
    let keys = NCP_HEADERS.into_iter().fold(SecurityRequirement::default(), |all, (header, _)| {
        all.add(header.as_str(), options.scope.as_deref())
    });
    let answered = both(|| Content::new(Some(reference(response))))
        .into_iter()
        .fold(answer("It is done."), |answer, (media, content)| answer.content(media, content));
    let failures = Failures::of(of_every_call::<ErrorResponse>())
        .and(of_a_body::<ErrorResponse>())
        .and(failures)
        .and([NotAcceptable])
        .and([FieldError::NotAnInteger { field: String::new() }]);
    let operation = operation.security(keys).response("200", answered);
    failures.describe(operation, |status, messages| {
        let message = match status {
            // Some name a parameter, and say what it should be.
            400 => text().pattern(Some("^invalid request parameter(s$| \\()")),
            _ => text().enum_values(Some(messages.iter().copied())),
        };
        let these =
            AllOfBuilder::new().item(reference(ROOT)).item(ObjectBuilder::new().property("message", message));
        let schema: Schema = these.build().into();
        both(|| schema.clone().into()).into()
    })
}

/// The same in each format, under the format's name.
fn both<T>(make: impl Fn() -> T) -> [(&'static str, T); 2] {
    [Format::Json, Format::Xml].map(|format| (format.media_type(), make()))
}

/// Names the root element.
fn in_xml(root: &'static str, object: ObjectBuilder) -> ObjectBuilder {
    object.xml(Some(XmlBuilder::new().name(Some(root)).build()))
}

/// The body of `resetPassword`.
fn reset(accounts: &Accounts) -> ObjectBuilder {
    let policy = accounts.policy();
    let id = text().pattern(Some(format!("^[0-9A-Za-z]{{1,{ID}}}$"))).description(Some(
        "A UUID in base62, as `getList` has it. Ours have 22 characters; a shorter one names nobody.",
    ));
    let password = formatted("password")
        .min_length(Some(*policy.length().start()))
        .max_length(Some(*policy.length().end()))
        .description(Some(advice::asked(policy)));
    closed([must("id", id), must("password", password)])
}

/// The body of `getList`.
fn list(types: &[Type]) -> ObjectBuilder {
    let says =
        "How many accounts stand before the first one wanted. A field that the contract does not have.";
    let offset = integer(0, usize::try_from(i64::MAX).ok())
        .schema_type(types.iter().cloned().collect::<SchemaType>())
        .default(Some(json!(0)))
        .description(Some(says));
    closed([may("offset", offset)])
}

/// The answer of `getList`.
fn listed(options: &Options) -> ObjectBuilder {
    let content = closed([
        must("id", our_id()),
        must("name", text()),
        must("principal", text().description(Some("The e-mail address."))),
        must("status", text().enum_values(Some(["ACCEPTED", "RUNNING", "CHANGING"]))),
        must("createdAt", formatted("date-time")),
        must("disabled", boolean()),
    ]);
    let most = usize::try_from(options.longest_list).ok();
    closed([
        must("success", yes(true)),
        must("total", integer(0, None)),
        must("contents", ArrayBuilder::new().items(content).max_items(most)),
    ])
}

fn our_id() -> ObjectBuilder {
    text().pattern(Some(format!("^[0-9A-Za-z]{{{ID}}}$")))
}

fn yes(truth: bool) -> ObjectBuilder {
    boolean().enum_values(Some([Value::from(truth)]))
}
