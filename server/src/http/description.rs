//! Completes `/openapi.json`: the answers that every operation of a kind can give are said here, once.
//!
//! A handler's annotation names its own answers. Whatever the extractors and layers around it answer follows from the
//! operation's parameters, body and security, so a new handler is described truly without a word about them.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{ArrayItems, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};

use super::problem::CONTENT_TYPE;

/// The name of the one way to sign a request; an operation that needs none says `security(())`.
const BEARER: &str = "bearer";

/// The media types of a body of CBOR: its own, and the one that every tool knows.
const CBOR: &str = "application/cbor";
const BYTES: &str = "application/octet-stream";

/// An answer that all operations of a kind can give.
struct Common {
    status: &'static str,
    description: &'static str,
    applies: fn(&Traits) -> bool,
}

/// What an operation is given, which decides about the answers it shares with others.
struct Traits {
    has_id: bool,
    has_parameters: bool,
    has_body: bool,
    has_json: bool,
    is_signed_in: bool,
}

const COMMON: [Common; 10] = [
    Common {
        status: "400",
        description: "`invalid`: the path, a parameter or the body is malformed",
        applies: |traits| traits.has_parameters || traits.has_body,
    },
    Common {
        status: "401",
        description: "`unauthenticated`, `token_expired` or `revoked`",
        applies: |traits| traits.is_signed_in,
    },
    Common {
        status: "404",
        description: "`not_found`: not there, or not for the caller",
        applies: |traits| traits.has_id,
    },
    Common { status: "408", description: "`timeout`: the request took too long", applies: |_| true },
    Common { status: "413", description: "`too_large`: the body is larger than its bound", applies: |_| true },
    Common {
        status: "415",
        description: "`unsupported_encoding`: the body is compressed",
        applies: |traits| traits.has_body,
    },
    Common { status: "422", description: "`invalid` or `too_large`: see `field`", applies: |traits| traits.has_json },
    Common { status: "429", description: "`rate_limited`: too many requests", applies: |traits| traits.is_signed_in },
    Common { status: "500", description: "`internal`: the server failed", applies: |_| true },
    Common { status: "503", description: "`unavailable`: the server cannot answer now", applies: |_| true },
];

/// Adds to what the handlers say of themselves what is so for all of them.
pub(super) fn complete(mut api: OpenApi) -> OpenApi {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = api.components.get_or_insert_with(Components::new);
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    api.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
    for (path, item) in &mut api.paths.paths {
        let has_id = path.contains('{');
        for operation in operations(item) {
            describe(operation, has_id);
        }
    }
    api
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn describe(operation: &mut Operation, has_id: bool) {
    let mut has_json = false;
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        has_json = body.content.contains_key("application/json");
        body.content.values_mut().for_each(as_bytes);
        if let Some(content) = body.content.get(CBOR).cloned() {
            body.content.insert(BYTES.to_owned(), content);
        }
    }
    let is_open = |requirement: &SecurityRequirement| *requirement == SecurityRequirement::default();
    let traits = Traits {
        has_id,
        has_parameters: operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty()),
        has_body: operation.request_body.is_some(),
        has_json,
        is_signed_in: !operation.security.as_ref().is_some_and(|security| security.iter().all(is_open)),
    };
    let responses = &mut operation.responses.responses;
    for common in COMMON.iter().filter(|common| (common.applies)(&traits)) {
        let response = || ResponseBuilder::new().description(common.description).build().into();
        responses.entry(common.status.to_owned()).or_insert_with(response);
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response {
            if status.starts_with(['4', '5']) { as_problem(status, response) } else { as_success(response) }
        }
    }
}

/// Gives an answer the one form of all problems, with the headers that belong to its status.
fn as_problem(status: &str, response: &mut Response) {
    if response.description.is_empty() {
        response.description = "See `code`".to_owned();
    }
    response.content.clear();
    response.content.insert(CONTENT_TYPE.to_owned(), Content::new(Some(Ref::from_schema_name("Problem"))).into());
    let header = match status {
        "401" => ("WWW-Authenticate", Type::String, "`Bearer`"),
        "429" | "503" => ("Retry-After", Type::Integer, "Seconds until it is worth trying again"),
        _ => return,
    };
    let schema = ObjectBuilder::new().schema_type(SchemaType::new(header.1));
    let value = HeaderBuilder::new().schema(Some(schema)).description(Some(header.2)).build();
    response.headers.insert(header.0.to_owned(), value.into());
}

fn as_success(response: &mut Response) {
    response.content.values_mut().for_each(as_bytes);
    // OpenAPI requires a description, and most successes need no words.
    if response.description.is_empty() {
        response.description = "Done".to_owned();
    }
}

/// Describes bytes as bytes, which are derived as a list of small numbers.
fn as_bytes(content: &mut RefOr<Content>) {
    let RefOr::T(content) = content else { return };
    let is_byte = |items: &ArrayItems| match items {
        ArrayItems::RefOrSchema(item) => {
            matches!(&**item, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::new(Type::Integer))
        }
        ArrayItems::False => false,
    };
    if let Some(RefOr::T(Schema::Array(array))) = &content.schema
        && is_byte(&array.items)
    {
        let bytes = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
        let bytes = bytes.format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        content.schema = Some(Schema::Object(bytes.build()).into());
    }
}
