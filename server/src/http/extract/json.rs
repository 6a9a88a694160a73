//! JSON bodies: never larger than the limit, and an error names the field.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use kring_domain::{Strict, field_of};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Bytes;
use crate::http::Problem;

/// The way in which a text that is longer than its bound says so.
const TOO_LONG: &str = "longer than the bound";

/// How a number like `1e400` says so.
const OUT_OF_RANGE: &str = "number out of range";

/// A body, or an answer, in JSON.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Bytes(body) = Bytes::from_request(request, state).await?;
        parse(&body).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(Strict(&mut json)).map_err(|error| {
        let message = error.inner().to_string();
        // A number that no computer can keep is JSON, and is no value for any field.
        if !error.inner().is_data() && !message.starts_with(OUT_OF_RANGE) {
            return Problem::malformed().detail("the body is not JSON");
        }
        let problem = if message.contains(TOO_LONG) { Problem::too_long() } else { Problem::invalid() };
        match field_of(&error) {
            Some(field) => problem.field(field),
            None => problem,
        }
    })?;
    json.end().map_err(|_| Problem::malformed().detail("something follows the JSON"))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use kring_domain::Name;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Body {
        name: Name,
    }

    fn problem(body: &str) -> String {
        format!("{:?}", parse::<Body>(body.as_bytes()).unwrap_err())
    }

    #[test]
    fn a_problem_names_the_field_and_tells_too_long_from_wrong() {
        assert!(parse::<Body>(br#"{"name": "Emine"}"#).is_ok_and(|body| &*body.name == "Emine"));
        let long = problem(&format!(r#"{{"name": "{}"}}"#, "x".repeat(201)));
        assert!(long.contains("TooLarge") && long.contains(r#"field: Some("name")"#), "{long}");
        for wrong in [r#"{"name": ""}"#, r#"{"name": 3}"#, "{}"] {
            let wrong = problem(wrong);
            assert!(wrong.contains("code: Invalid") && wrong.contains(r#"field: Some("name")"#), "{wrong}");
        }
    }

    #[test]
    fn a_repeated_key_is_invalid_and_named() {
        for (wrong, field) in [
            (r#"{"name": "a", "name": "a"}"#, "name"),
            (r#"{"name": "a", "other": {"b": [{"c": 1, "c": 2}]}}"#, "other.b[0].c"),
            (r#"{"name": "a", "other": 1e400}"#, "other"),
        ] {
            let problem = problem(wrong);
            assert!(problem.contains("422") && problem.contains(&format!("field: Some({field:?})")), "{problem}");
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for wrong in ["", "{", "nothing", r#"{"name": "a"} x"#] {
            assert_eq!(parse::<Body>(wrong.as_bytes()).unwrap_err().into_response().status(), 400);
        }
    }
}
