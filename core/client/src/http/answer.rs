//! Tells the server's own answers from those of whatever stands in between: a proxy, a gateway, a captive portal.
//!
//! Only what has the form of an answer of Kring counts. Everything else says nothing about the person, their spaces or
//! their sign-in: the server was not reached.

use kring_domain::{ServerId, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::Body;
use ureq::http::header::{CONTENT_TYPE, DATE};
use ureq::http::{Response, StatusCode};

use super::{HttpError, MAX_ANSWER_BYTES};

/// The largest answer in JSON, in bytes; an honest one has a few hundred.
const MAX_JSON_BYTES: u64 = 1 << 20;

/// The largest problem, in bytes.
const MAX_PROBLEM_BYTES: u64 = 64 << 10;

/// The longest stable word, in characters.
const MAX_WORD_CHARS: usize = 100;

/// Reads an answer in JSON.
pub(super) fn json<T: DeserializeOwned>(answer: Response<Body>) -> Result<T, HttpError> {
    let mut answer = of_type(answer, "application/json")?;
    let text = answer.body_mut().with_config().limit(MAX_JSON_BYTES).read_to_string()?;
    // The text may hold tokens, so nothing of it is shown; serde names only the line and column.
    serde_json::from_str(&text).map_err(|error| {
        HttpError::foreign(format!("not the expected JSON at line {} column {}", error.line(), error.column()))
    })
}

/// Reads an answer in CBOR.
pub(super) fn cbor(answer: Response<Body>) -> Result<Vec<u8>, HttpError> {
    let limit = u64::try_from(MAX_ANSWER_BYTES).unwrap_or(u64::MAX);
    let mut answer = of_type(answer, "application/cbor")?;
    Ok(answer.body_mut().with_config().limit(limit).read_to_vec()?)
}

/// Takes an answer in which only the success matters.
pub(super) fn nothing(answer: Response<Body>) -> Result<(), HttpError> {
    match successful(answer)?.status() {
        StatusCode::NO_CONTENT => Ok(()),
        status => Err(HttpError::foreign(format!("{status} where nothing was to be said"))),
    }
}

/// Reads the time of the answer. A clock that was never set says nothing.
pub(super) fn date(answer: &Response<Body>) -> Option<Timestamp> {
    let said = answer.headers().get(DATE)?.to_str().ok()?;
    Timestamp::from_http_date(said).filter(|at| *at >= Timestamp::EARLIEST_EDIT)
}

fn of_type(answer: Response<Body>, expected: &str) -> Result<Response<Body>, HttpError> {
    let answer = successful(answer)?;
    match is_of_type(&answer, expected) {
        true => Ok(answer),
        false => Err(HttpError::foreign(format!("{} that is no {expected}", answer.status()))),
    }
}

fn successful(mut answer: Response<Body>) -> Result<Response<Body>, HttpError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    if !is_of_type(&answer, "application/problem+json") {
        return Err(HttpError::foreign(format!("{status} without a problem")));
    }
    let text = answer.body_mut().with_config().limit(MAX_PROBLEM_BYTES).read_to_string()?;
    let problem = serde_json::from_str(&text).ok().filter(Problem::is_ours);
    let Some(Problem { code, server_time, server_id, .. }) = problem else {
        return Err(HttpError::foreign(format!("{status} with the problem of somebody else")));
    };
    match server_time {
        Some(server_time) => Err(HttpError::Clock(server_time)),
        None => Err(HttpError::Status { status: status.as_u16(), code, server: server_id }),
    }
}

/// The failure (RFC 9457), as the server says it.
#[derive(Deserialize)]
struct Problem {
    r#type: String,
    code: String,
    server_time: Option<Timestamp>,
    server_id: Option<ServerId>,
}

impl Problem {
    fn is_ours(&self) -> bool {
        let word = self.r#type.strip_prefix("urn:kring:problem:");
        word == Some(&self.code) && !self.code.is_empty() && self.code.chars().count() <= MAX_WORD_CHARS
    }
}

/// Returns whether an answer says that it is of a media type, whatever its parameters.
fn is_of_type(answer: &Response<Body>, expected: &str) -> bool {
    let said = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = said.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(expected)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Heard {
        Ours(u16),
        Nobody,
    }

    fn answer(status: u16, media_type: &str, body: &str) -> Response<Body> {
        let builder = Response::builder().status(status).header(CONTENT_TYPE, media_type);
        builder.body(Body::builder().data(body.as_bytes().to_vec())).unwrap()
    }

    fn heard<T>(result: Result<T, HttpError>) -> Heard {
        match result {
            Ok(_) => Heard::Ours(200),
            Err(HttpError::Status { status, .. }) => Heard::Ours(status),
            Err(HttpError::Unreachable(_)) => Heard::Nobody,
            Err(error) => panic!("{error:?}"),
        }
    }

    #[test]
    fn only_a_problem_of_the_server_itself_counts() {
        let ours = r#"{"type":"urn:kring:problem:unauthenticated","code":"unauthenticated","status":401}"#;
        let problem = "application/problem+json";
        for (status, media_type, body, expected) in [
            (401, problem, ours, Heard::Ours(401)),
            (401, "Application/Problem+JSON; charset=utf-8", ours, Heard::Ours(401)),
            (404, problem, r#"{"type":"urn:kring:problem:not_found","code":"not_found"}"#, Heard::Ours(404)),
            (410, problem, r#"{"type":"urn:kring:problem:of_tomorrow","code":"of_tomorrow"}"#, Heard::Ours(410)),
            (401, "application/json", ours, Heard::Nobody),
            (401, "text/html", "<h1>Sign in to the hotel</h1>", Heard::Nobody),
            (401, problem, r#"{"type":"about:blank","code":"unauthenticated"}"#, Heard::Nobody),
            (401, problem, r#"{"type":"urn:kring:problem:clock","code":"unauthenticated"}"#, Heard::Nobody),
            (401, problem, r#"{"type":"urn:kring:problem:","code":""}"#, Heard::Nobody),
            (401, problem, ours.split_at(40).0, Heard::Nobody),
            (401, problem, r#"{"message":"Unauthorized"}"#, Heard::Nobody),
            (403, "text/html", "blocked by policy", Heard::Nobody),
            (404, "application/json", r#"{"code":"not_found"}"#, Heard::Nobody),
            (407, "text/html", "", Heard::Nobody),
            (410, problem, "[]", Heard::Nobody),
            (302, "text/html", "", Heard::Nobody),
            (511, "text/html", "<a href=\"/login\">", Heard::Nobody),
            (503, problem, r#"{"type":"https://gateway.example/busy","code":"unavailable"}"#, Heard::Nobody),
        ] {
            assert_eq!(
                heard(json::<Value>(answer(status, media_type, body))),
                expected,
                "{status} {media_type} {body}"
            );
            assert_eq!(heard(cbor(answer(status, media_type, body))), expected, "{status} {media_type} {body}");
            assert_eq!(heard(nothing(answer(status, media_type, body))), expected, "{status} {media_type} {body}");
        }
    }

    #[test]
    fn a_success_of_somebody_else_is_none() {
        #[derive(Deserialize)]
        struct Expected {
            #[expect(dead_code, reason = "only that it is there matters")]
            through: u64,
        }
        for (media_type, body, expected) in [
            ("application/json", r#"{"through": 3, "of_tomorrow": 1}"#, Heard::Ours(200)),
            ("application/json; charset=UTF-8", r#"{"through": 3}"#, Heard::Ours(200)),
            ("application/json", r#"{"through""#, Heard::Nobody),
            ("application/json", r#"{"login": "https://portal.example"}"#, Heard::Nobody),
            ("text/html", r#"{"through": 3}"#, Heard::Nobody),
            ("text/html", "<html>Welcome to the train</html>", Heard::Nobody),
            ("", "", Heard::Nobody),
        ] {
            assert_eq!(heard(json::<Expected>(answer(200, media_type, body))), expected, "{media_type} {body}");
        }
        let page = answer(200, "text/html", "<html>");
        assert_eq!(heard(nothing(page)), Heard::Nobody, "nobody was removed by a page");
        assert_eq!(heard(nothing(answer(204, "", ""))), Heard::Ours(200));
        assert_eq!(heard(cbor(answer(200, "text/html", "<html>"))), Heard::Nobody);
        assert_eq!(heard(cbor(answer(200, "application/cbor", "\u{0}"))), Heard::Ours(200));
    }

    #[test]
    fn a_problem_says_which_server_speaks() {
        let server = ServerId::new(uuid::Uuid::from_u128(7));
        let body = json!({"type": "urn:kring:problem:unauthenticated", "code": "unauthenticated", "server_id": server});
        let said = json::<Value>(answer(401, "application/problem+json", &body.to_string()));
        let expected = HttpError::Status { status: 401, code: "unauthenticated".into(), server: Some(server) };
        assert_eq!(said, Err(expected));
    }
}
