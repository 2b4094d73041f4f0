//! Payway as OpenAPI 3.1: what its document says, and what it leaves open here.

use accountable_core::{Accounts, domain::EmailAddress};
use serde_json::{Value, json};
use utoipa::openapi::{
    Content, HttpMethod, ObjectBuilder, OneOfBuilder, PathItem, PathsBuilder, RefOr, Type,
    link::LinkBuilder,
    path::OperationBuilder,
    response::ResponseBuilder,
    schema::{AllOfBuilder, Schema, SchemaType},
};

use super::{
    CODES_SCOPE, COMPLETE, CREATE, CUSTOM, PLAIN, SCOPE,
    address::{self, EMAIL, PATTERN},
    at,
    error::ErrorResponse,
    options::Options,
    password::NEW_PASSWORD,
    requests::{CODE, DEVICE, ID, IP_ADDRESS, PAGE, RETURN, USER_AGENT},
};
use crate::openapi::{
    Document, Failures, of_a_body, of_every_call,
    schema::{
        answer, body, closed, components_with_bearer, content, described, formatted, may, must, null,
        reference, scopes, text, text_or_null,
    },
};

const CUSTOM_BODY: &str = "CustomRequestPasswordReset";
const PLAIN_BODY: &str = "RequestPasswordReset";
const CREATE_BODY: &str = "CreatePasswordReset";
const COMPLETE_BODY: &str = "CompletePasswordReset";
const NOTHING: &str = "Nothing";
const CREATED: &str = "CreatedPasswordReset";
const COMPLETED: &str = "CompletedPasswordReset";
const ERROR: &str = "Error";

/// The contract as OpenAPI 3.1, as a router over these accounts, with these options, answers it.
#[must_use]
pub fn description(accounts: &Accounts, options: &Options) -> Document {
    let unknown = match options.strict {
        true => "An address that no account has is 404.",
        false => "Nobody is told whether an account has an address, but by `create_password_reset`.",
    };
    let about = format!(
        "By which a forgotten password is reset, by mail or by a trusted back end. Bodies are JSON; fields that are not \
         listed are refused. {unknown} Another method than POST is 405 with `Allow`, a path that is not here 404."
    );
    let components = components_with_bearer()
        .schema(
            CUSTOM_BODY,
            closed([
                must(EMAIL, email(options)),
                must(PAGE, url("The page that the mailed link leads to: one that the host allows.")),
                must(
                    RETURN,
                    url("Where that page leads in the end: at or below a URL that the host allows."),
                ),
            ]),
        )
        .schema(
            PLAIN_BODY,
            closed([
                must(EMAIL, email(options)),
                may(
                    RETURN,
                    or_null(url("Where the page leads in the end: at or below a URL that the host allows.")),
                ),
                may(DEVICE, device()),
            ]),
        )
        .schema(CREATE_BODY, closed([must(EMAIL, email(options))]))
        .schema(COMPLETE_BODY, completing(accounts))
        .schema(NOTHING, closed([]))
        .schema(
            CREATED,
            closed([must("item", closed([must("account_id", our_id()), must("confirmation_code", text())]))]),
        )
        .schema(COMPLETED, closed([must("id", our_id())]))
        .schema(
            ERROR,
            closed([
                must("code", text().description(Some("Stable, and for machines."))),
                must("field", text_or_null().description(Some("The field that is meant, where it is one."))),
                must("message", text().description(Some("For people."))),
            ]),
        );
    let post = |operation: OperationBuilder| PathItem::new(HttpMethod::Post, operation);
    let paths = PathsBuilder::new()
        .path(at(CUSTOM), post(custom(options)))
        .path(at(PLAIN), post(plain(options)))
        .path(at(CREATE), post(create()))
        .path(at(COMPLETE), post(complete()));
    described("Payway", &about, components, paths)
}

fn custom(options: &Options) -> OperationBuilder {
    let sample = json!({
        EMAIL: "test@example.com",
        PAGE: "https://www.yoursite.se/reset_password",
        RETURN: "https://www.yoursite.se/return_url",
    });
    let operation = call(CUSTOM, "Mails a link that leads to a page of the caller's", CUSTOM_BODY, sample)
        .description(Some("It publishes `account_requested_password_reset`, once the mail leaves."))
        .security(scopes(&[SCOPE]))
        .response("200", shows("It is taken in.", NOTHING));
    failing(operation, asking(options))
}

fn plain(options: &Options) -> OperationBuilder {
    let operation = call(
        PLAIN,
        "Mails a link that leads to the host's page",
        PLAIN_BODY,
        json!({ EMAIL: "test@example.com" }),
    )
    .security(scopes(&[SCOPE]))
    .response("204", answer("It is taken in."));
    failing(operation, asking(options))
}

fn create() -> OperationBuilder {
    let of_this_answer = |field: &str| format!("$response.body#/item/{field}");
    let redeem = LinkBuilder::new()
        .operation_id(COMPLETE)
        .request_body(Some(json!({
            ID: of_this_answer("account_id"),
            CODE: of_this_answer("confirmation_code"),
        })))
        .description("With the password that its owner chooses.")
        .build();
    let operation = call(
        CREATE,
        "Gives the caller a code to mail itself",
        CREATE_BODY,
        json!({ EMAIL: "test@example.com" }),
    )
    .description(Some(
        "Whoever has the code can take the account over. Nothing is mailed, and nothing published.",
    ))
    .security(scopes(&[SCOPE, CODES_SCOPE]))
    .response("200", shows("The code of the account.", CREATED).link("redeem", RefOr::T(redeem)));
    let failures = [address::unknown(), ErrorResponse::vetoed()];
    failing(operation, every_call().and(failures))
}

fn complete() -> OperationBuilder {
    let sample = json!({ ID: "account_id", CODE: "123456", NEW_PASSWORD: "plum trombone weather" });
    let operation =
        call(COMPLETE, "Redeems a mailed code: the account has a new password", COMPLETE_BODY, sample)
            .description(Some(
                "All sessions of the account end. It publishes `account_password_reset_complete`.",
            ))
            .security(scopes(&[SCOPE]))
            .response("200", shows("The account has this password.", COMPLETED));
    let failures = [
        ErrorResponse::not_found("The password reset could not be found"),
        ErrorResponse::origin_refused(),
        ErrorResponse::vetoed(),
    ];
    failing(operation, every_call().and(failures))
}

fn call(name: &str, summary: &str, request: &str, sample: Value) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(name))
        .summary(Some(summary))
        .request_body(Some(body([("application/json", content(request, sample))])))
}

fn shows(says: &str, schema: &str) -> ResponseBuilder {
    answer(says).content("application/json", Content::new(Some(reference(schema))))
}

/// What every call may be refused with.
fn every_call() -> Failures<ErrorResponse> {
    let invalid = ErrorResponse::invalid_parameter("NAME", "what it must be");
    Failures::of(of_every_call()).and(of_a_body::<ErrorResponse>()).and([invalid, ErrorResponse::bad_host()])
}

/// And what a request for a mail may be refused with.
fn asking(options: &Options) -> Failures<ErrorResponse> {
    let failures = every_call().and([ErrorResponse::vetoed()]);
    if options.strict { failures.and([address::unknown()]) } else { failures }
}

fn failing(operation: OperationBuilder, failures: Failures<ErrorResponse>) -> OperationBuilder {
    failures.describe(operation, |_, codes| {
        let these = ObjectBuilder::new().property("code", text().enum_values(Some(codes.iter().copied())));
        let schema: Schema = AllOfBuilder::new().item(reference(ERROR)).item(these).build().into();
        vec![("application/json", schema.into())]
    })
}

/// The body of `complete_password_reset`.
fn completing(accounts: &Accounts) -> ObjectBuilder {
    let policy = accounts.policy();
    let password = formatted("password")
        .min_length(Some(*policy.length().start()))
        .max_length(Some(*policy.length().end()))
        .description(Some("What else the host asks of passwords is said where one is refused."));
    closed([
        must(ID, text().description(Some("As in the link."))),
        must(CODE, text().description(Some("As in the link."))),
        must(NEW_PASSWORD, password),
    ])
}

fn email(options: &Options) -> ObjectBuilder {
    let says = format!(
        "The address of the account. At most {} octets; in errors it is `{}`.",
        EmailAddress::MAX,
        address::CONTACT_EMAIL
    );
    let email = formatted("idn-email").max_length(Some(EmailAddress::MAX)).description(Some(says));
    if options.strict { email.pattern(Some(PATTERN)) } else { email }
}

/// Where the person is who asks.
fn device() -> ObjectBuilder {
    let ip = OneOfBuilder::new().item(formatted("ipv4")).item(formatted("ipv6")).item(null());
    closed([may(IP_ADDRESS, ip), may(USER_AGENT, text_or_null())])
        .schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
        .description(Some("Where the person is who asks: what is asked for from there is counted."))
}

fn url(says: &str) -> ObjectBuilder {
    formatted("uri").description(Some(says))
}

fn or_null(schema: ObjectBuilder) -> ObjectBuilder {
    schema.schema_type(SchemaType::from_iter([Type::String, Type::Null]))
}

fn our_id() -> ObjectBuilder {
    text().pattern(Some("^[a-p]{32}$"))
}
