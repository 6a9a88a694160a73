//! The few calls over HTTP, blocking and small.

mod server_url;
mod tls;

use std::time::Duration;

use kring_domain::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use ureq::http::Response;
use ureq::tls::{TlsConfig, TlsProvider};
use ureq::{Agent, Body, RequestBuilder};

pub(crate) use server_url::ServerUrl;
pub(crate) use tls::{provider, tls_config};

use crate::secret::Secret;

/// How long a call may take, in all.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a round of sync may take, which can carry whole documents over a slow line.
const SYNC_PATIENCE: Duration = Duration::from_secs(120);

/// How long the name and the connection may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

/// The largest answer, in bytes; also the largest message on the socket. It is in memory while it is read, and larger than
/// any document that a phone takes.
pub(crate) const MAX_ANSWER: usize = 8 << 20;

/// The largest answer in JSON, in bytes; an honest one has a few hundred.
const MAX_JSON: u64 = 1 << 20;

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum HttpError {
    /// No answer arrived.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// The server answered with a status that is no success.
    #[error("status {status} {}", code.as_deref().unwrap_or_default())]
    Status {
        status: u16,
        /// The stable word of the problem, where the server gave one.
        code: Option<String>,
    },
    /// The server's clock is another one than this phone's.
    #[error("the server has {0}")]
    Clock(Timestamp),
    /// The server answered with something else than this version expects.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
}

impl HttpError {
    /// Whether it is the token that the server does not take, and not a code in the request.
    pub(crate) fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Status { status: 401, code } if code.as_deref() != Some("invalid_code"))
    }
}

impl From<ureq::Error> for HttpError {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::BodyExceedsLimit(_) | ureq::Error::Json(_) | ureq::Error::BadUri(_) => {
                Self::Unexpected(error.to_string())
            }
            _ => Self::Unreachable(error.to_string()),
        }
    }
}

/// Calls to one server.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    agent: Agent,
}

impl Http {
    pub(crate) fn new(app: &str) -> Self {
        // The provider is passed along, so that it does not matter what else in the app uses TLS.
        let tls = TlsConfig::builder().provider(TlsProvider::Rustls).unversioned_rustls_crypto_provider(provider());
        let config = Agent::config_builder()
            .tls_config(tls.build())
            .http_status_as_error(false)
            // A token goes where the person pointed the app to, and nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(PATIENCE))
            .timeout_resolve(Some(CONNECT_PATIENCE))
            .timeout_connect(Some(CONNECT_PATIENCE))
            .user_agent(if is_header(app) { app } else { "kring" })
            .build();
        Self { agent: config.new_agent() }
    }

    /// Posts JSON and reads JSON.
    pub(crate) fn post<T: DeserializeOwned>(
        &self,
        server: &ServerUrl,
        path: &str,
        token: Option<&Secret>,
        body: &impl Serialize,
    ) -> Result<T, HttpError> {
        let request = authorized(self.agent.post(server.join(path)), token);
        let body = serde_json::to_vec(body).map_err(|error| HttpError::Unexpected(error.to_string()))?;
        read_json(request.content_type("application/json").send(&body[..])?)
    }

    /// Posts JSON where only the success matters.
    pub(crate) fn post_only(&self, server: &ServerUrl, path: &str, token: &Secret) -> Result<(), HttpError> {
        let request = authorized(self.agent.post(server.join(path)), Some(token));
        successful(request.send_empty()?).map(drop)
    }

    /// Removes something.
    pub(crate) fn delete(&self, server: &ServerUrl, path: &str, token: &Secret) -> Result<(), HttpError> {
        let request = authorized(self.agent.delete(server.join(path)), Some(token));
        successful(request.call()?).map(drop)
    }

    /// Posts one round of sync: a CBOR array of frames for another.
    pub(crate) fn post_frames(&self, server: &ServerUrl, token: &Secret, frames: &[u8]) -> Result<Vec<u8>, HttpError> {
        let request = authorized(self.agent.post(server.join("/v1/sync")), Some(token));
        let request = request.config().timeout_global(Some(SYNC_PATIENCE)).build();
        let answer = request.content_type("application/cbor").send(frames)?;
        let limit = u64::try_from(MAX_ANSWER).unwrap_or(u64::MAX);
        Ok(successful(answer)?.body_mut().with_config().limit(limit).read_to_vec()?)
    }
}

fn authorized<B>(request: RequestBuilder<B>, token: Option<&Secret>) -> RequestBuilder<B> {
    match token {
        Some(token) => request.header("authorization", token.bearer().as_str()),
        None => request,
    }
}

fn read_json<T: DeserializeOwned>(answer: Response<Body>) -> Result<T, HttpError> {
    let text = successful(answer)?.body_mut().with_config().limit(MAX_JSON).read_to_string()?;
    // The text may hold tokens, so nothing of it is shown; serde names only the place.
    serde_json::from_str(&text).map_err(|error| {
        HttpError::Unexpected(format!("not the expected JSON at line {} column {}", error.line(), error.column()))
    })
}

fn successful(mut answer: Response<Body>) -> Result<Response<Body>, HttpError> {
    #[derive(Deserialize)]
    struct Problem {
        code: String,
        server_time: Option<Timestamp>,
    }
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let text = answer.body_mut().with_config().limit(64 << 10).read_to_string().unwrap_or_default();
    let problem: Option<Problem> = serde_json::from_str(&text).ok();
    if let Some(Problem { server_time: Some(server_time), .. }) = problem {
        return Err(HttpError::Clock(server_time));
    }
    let code = problem.map(|problem| problem.code.chars().take(100).collect());
    Err(HttpError::Status { status: status.as_u16(), code })
}

fn is_header(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let status = |status, code: Option<&str>| Err(HttpError::Status { status, code: code.map(str::to_owned) });
        for (answer, expected) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"done\":true}", Err(HttpError::Unexpected(String::new()))),
            ("HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"done\":true}", Ok(json!({"done": true}))),
            (
                "HTTP/1.1 401 No\r\ncontent-length: 23\r\n\r\n{\"code\":\"unauthorized\"}",
                status(401, Some("unauthorized")),
            ),
            ("HTTP/1.1 502 Bad\r\ncontent-length: 2\r\n\r\nno", status(502, None)),
            ("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", status(302, None)),
            ("", Err(HttpError::Unreachable(String::new()))),
        ] {
            let (server, asked) = answering(answer);
            let token = Secret::new("abc".into());
            let found: Result<Value, _> = Http::new("test").post(&server, "/v1/x", Some(&token), &json!({"a": 1}));
            match (found, expected) {
                (Err(HttpError::Unexpected(_)), Err(HttpError::Unexpected(_)))
                | (Err(HttpError::Unreachable(_)), Err(HttpError::Unreachable(_))) => {}
                (found, expected) => assert_eq!(found, expected, "{answer}"),
            }
            let asked = asked.join().unwrap().to_lowercase();
            assert!(asked.starts_with("post /v1/x http/1.1\r\n") && asked.contains("authorization: bearer abc\r\n"));
        }
    }

    #[test]
    fn a_server_that_is_away_is_unreachable() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = ServerUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        drop(listener);
        let found: Result<Value, _> = Http::new("test").post(&server, "/v1/x", None, &json!({}));
        assert!(matches!(found, Err(HttpError::Unreachable(_))), "{found:?}");
    }

    /// A server that answers one request with fixed bytes and returns what it was asked.
    fn answering(answer: &'static str) -> (ServerUrl, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = ServerUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let asked = thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut asked = Vec::new();
            let mut buffer = [0; 1024];
            while !asked.ends_with(b"{\"a\":1}") {
                let length = socket.read(&mut buffer).unwrap();
                assert_ne!(length, 0, "the request ends with its body");
                asked.extend_from_slice(&buffer[..length]);
            }
            socket.write_all(answer.as_bytes()).unwrap();
            String::from_utf8(asked).unwrap()
        });
        (server, asked)
    }
}
