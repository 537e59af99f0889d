//! The OpenAPI document: every way in for machines, every answer, and which token opens which.

use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Header, Response};
use utoipa::{Modify, OpenApi};

/// What the till and machines that read may ask. Pages for people are not part of it.
#[derive(OpenApi)]
#[openapi(
    info(title = "Hymy", description = "Till events in; what was released about many people, and whether the kiosk is \
        well, out. Nothing about a person is answered."),
    paths(super::healthz, super::metrics, super::openapi, super::releases::read, crate::web::till::receive),
    modifiers(&Common)
)]
pub struct Document;

/// What every operation has in common: the guard's answers, and those to a token.
struct Common;

/// A scheme, and whose token it is.
const SCHEMES: [(&str, &str); 3] = [
    ("till", "The token of [till]"),
    ("releases", "A token of [[api_token]] with purpose = \"releases\""),
    ("health", "A token of [[api_token]] with purpose = \"health\"; on the kiosk's own machine none is needed"),
];

/// Answers in plain text that every operation may give.
const ANSWERS: [(&str, &str); 4] = [
    ("401", "No token, or a wrong one"),
    ("403", "A token for something else, or a change that a page from elsewhere asked for"),
    ("421", "Asked by a name that is not the kiosk's"),
    ("429", "Too many requests"),
];

impl Modify for Common {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        for (name, means) in SCHEMES {
            let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(means)).build();
            components.add_security_scheme(name, SecurityScheme::Http(bearer));
        }
        for item in openapi.paths.paths.values_mut() {
            for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
                answers(operation);
            }
        }
    }
}

fn answers(operation: &mut Operation) {
    for (code, means) in ANSWERS {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let mut answer = Response::new(means);
        answer.content.insert("text/plain".to_owned(), Content::builder().schema(Some(text)).build().into());
        match code {
            "401" => {
                let text = ObjectBuilder::new().schema_type(Type::String).build();
                answer.headers.insert("WWW-Authenticate".to_owned(), Header::new(text).into());
            }
            "429" => {
                let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
                answer.headers.insert("Retry-After".to_owned(), Header::new(seconds).into());
            }
            _ => {}
        }
        operation.responses.responses.entry(code.to_owned()).or_insert(answer.into());
    }
}
