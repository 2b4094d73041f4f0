//! The shapes that all descriptions are made of.

use serde_json::Value;
use utoipa::openapi::{
    ComponentsBuilder, Content, ContentBuilder, Header, HeaderBuilder, InfoBuilder, ObjectBuilder,
    OpenApiBuilder, PathsBuilder, Ref, RefOr, Required, ResponseBuilder, Schema, SecurityRequirement, Type,
    path::{ParameterBuilder, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
    schema::{AdditionalProperties, SchemaFormat, SchemaType},
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::Document;

/// Where the headers stand that many answers have.
pub(super) const REQUEST_ID: &str = "#/components/headers/RequestId";
pub(super) const RETRY_AFTER: &str = "#/components/headers/RetryAfter";
pub(super) const WWW_AUTHENTICATE: &str = "#/components/headers/WwwAuthenticate";

/// A text.
pub(crate) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// A text that a format describes.
pub(crate) fn formatted(format: &str) -> ObjectBuilder {
    text().format(Some(SchemaFormat::Custom(format.to_owned())))
}

/// An integer from one bound to another.
pub(crate) fn integer(least: usize, most: Option<usize>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(most)
}

/// Truth or falsehood.
pub(crate) fn boolean() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean)
}

/// Nothing but null.
pub(crate) fn null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Null)
}

/// A text, or null.
pub(crate) fn text_or_null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]))
}

/// A field of an object: whether it must be there, its name, and what it is.
pub(crate) struct Field(&'static str, bool, RefOr<Schema>);

/// A field that must be there.
pub(crate) fn must(name: &'static str, schema: impl Into<RefOr<Schema>>) -> Field {
    Field(name, true, schema.into())
}

/// A field that may be left out.
pub(crate) fn may(name: &'static str, schema: impl Into<RefOr<Schema>>) -> Field {
    Field(name, false, schema.into())
}

/// An object with these fields, and no others.
pub(crate) fn closed(fields: impl IntoIterator<Item = Field>) -> ObjectBuilder {
    let object = ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::FreeForm(false)));
    fields.into_iter().fold(object, |object, Field(name, required, schema)| {
        let object = object.property(name, schema);
        if required { object.required(name) } else { object }
    })
}

/// The schema of this name among the components.
pub(crate) fn reference(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}

/// A header with a text.
pub(crate) fn header(description: &str, schema: impl Into<RefOr<Schema>>) -> Header {
    HeaderBuilder::new().description(Some(description)).schema(Some(schema)).build()
}

/// A parameter that may be left out.
pub(crate) fn parameter(
    place: ParameterIn,
    name: &str,
    description: &str,
    schema: impl Into<RefOr<Schema>>,
) -> ParameterBuilder {
    let required = if matches!(place, ParameterIn::Path) { Required::True } else { Required::False };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(description))
        .schema(Some(schema))
}

/// A body that must be there.
pub(crate) fn body<'a>(contents: impl IntoIterator<Item = (&'a str, Content)>) -> RequestBody {
    let body = RequestBodyBuilder::new().required(Some(Required::True));
    contents.into_iter().fold(body, |body, (media, content)| body.content(media, content)).build()
}

/// A value of the schema of this name, as in this example.
pub(crate) fn content(name: &str, example: Value) -> Content {
    ContentBuilder::new().schema(Some(reference(name))).example(Some(example)).build()
}

/// An answer with the header that every answer has.
pub(crate) fn answer(description: &str) -> ResponseBuilder {
    ResponseBuilder::new().description(description).header_ref("X-Request-Id", Ref::new(REQUEST_ID))
}

/// What callers with a bearer key need for a call: these scopes.
pub(crate) fn scopes(scopes: &[&str]) -> SecurityRequirement {
    SecurityRequirement::new(BEARER_KEY, scopes.iter().copied())
}

const BEARER_KEY: &str = "bearerKey";

/// The components that every description has, to be added to.
pub(crate) fn components() -> ComponentsBuilder {
    let request_id = text().min_length(Some(1)).max_length(Some(64));
    let seconds = integer(1, None);
    ComponentsBuilder::new()
        .header(
            "RequestId",
            header("The name of the call in logs: the caller's own, or a fresh one.", request_id),
        )
        .header("RetryAfter", header("How many seconds to wait, where that helps.", seconds))
}

/// The components of a contract whose callers send a bearer key.
pub(crate) fn components_with_bearer() -> ComponentsBuilder {
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A key that its host has drawn (RFC 6750), with the scopes that each call names."));
    components()
        .header(
            "WwwAuthenticate",
            header("The scheme that is asked for.", text().enum_values(Some(["Bearer"]))),
        )
        .security_scheme(BEARER_KEY, SecurityScheme::Http(scheme.build()))
}

/// The schema `Problem`: an error by RFC 9457.
pub(crate) fn problem() -> ObjectBuilder {
    let phrase = "What the status is called.";
    let object = ObjectBuilder::new().schema_type(Type::Object);
    [
        ("type", text().enum_values(Some(["about:blank"]))),
        ("title", text().description(Some(phrase))),
        ("status", integer(400, Some(599))),
        ("code", text().description(Some("Stable, and for machines."))),
    ]
    .into_iter()
    .fold(object, |object, (name, schema)| object.property(name, schema).required(name))
    .property("detail", text().description(Some("For people. It may change.")))
    .property("field", text().description(Some("The field that is meant, where it is one.")))
    .description(Some("An error by RFC 9457. There may be more members, for machines."))
}

/// The document of a contract.
pub(crate) fn described(
    title: &str,
    text: &str,
    components: ComponentsBuilder,
    paths: PathsBuilder,
) -> Document {
    let info = InfoBuilder::new().title(title).version(VERSION).description(Some(text));
    Document::of(OpenApiBuilder::new().info(info).paths(paths).components(Some(components.build())).build())
}

/// The version of what is described: this library's.
const VERSION: &str = env!("CARGO_PKG_VERSION");
