//! The few calls over HTTP, blocking and small.

mod answer;
mod error;
mod server_url;
mod tls;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kring_domain::{Language, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::Response;
use ureq::tls::{TlsConfig, TlsProvider};
use ureq::{Agent, Body, RequestBuilder};

pub(crate) use error::HttpError;
pub(crate) use server_url::ServerUrl;
pub(crate) use tls::{provider, tls_config};

use crate::clock;
use crate::secret::Secret;

/// The time that a call may take, in all.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// The time that a round of sync may take, which can carry whole documents over a slow line.
const SYNC_TIMEOUT: Duration = Duration::from_secs(120);

/// The time that the name and the connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest answer, in bytes; also the largest message on the socket. It is in memory while it is read, and larger than
/// any document that a phone takes.
pub(crate) const MAX_ANSWER_BYTES: usize = 8 << 20;

/// The time that the server had in one of its answers, and the phone when that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) server: Timestamp,
    pub(crate) here: Timestamp,
}

/// Calls to one server.
#[derive(Debug)]
pub(crate) struct Http {
    agent: Agent,
    heard: Mutex<Option<Heard>>,
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
            .timeout_global(Some(CALL_TIMEOUT))
            .timeout_resolve(Some(CONNECT_TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .user_agent(if is_header(app) { app } else { "kring" })
            .build();
        Self { agent: config.new_agent(), heard: Mutex::default() }
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
        self.noting(request.content_type("application/json").send(&body[..])?, answer::json)
    }

    /// Reads JSON.
    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        server: &ServerUrl,
        path: &str,
        token: &Secret,
        language: Language,
    ) -> Result<T, HttpError> {
        let request = authorized(self.agent.get(server.join(path)), Some(token));
        self.noting(request.header("accept-language", tag(language)).call()?, answer::json)
    }

    /// Posts JSON where only the success matters.
    pub(crate) fn post_only(&self, server: &ServerUrl, path: &str, token: &Secret) -> Result<(), HttpError> {
        let request = authorized(self.agent.post(server.join(path)), Some(token));
        answer::nothing(request.send_empty()?)
    }

    /// Removes something.
    pub(crate) fn delete(&self, server: &ServerUrl, path: &str, token: &Secret) -> Result<(), HttpError> {
        let request = authorized(self.agent.delete(server.join(path)), Some(token));
        answer::nothing(request.call()?)
    }

    /// Posts one round of sync: a CBOR array of frames for another.
    pub(crate) fn post_frames(&self, server: &ServerUrl, token: &Secret, frames: &[u8]) -> Result<Vec<u8>, HttpError> {
        let request = authorized(self.agent.post(server.join("/v1/sync")), Some(token));
        let request = request.config().timeout_global(Some(SYNC_TIMEOUT)).build();
        self.noting(request.content_type("application/cbor").send(frames)?, answer::cbor)
    }

    /// Returns what time the server had, where it has answered since somebody last asked.
    pub(crate) fn take_time(&self) -> Option<Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Reads an answer, and notes its time where the server itself has answered.
    fn noting<T>(
        &self,
        answer: Response<Body>,
        read: impl FnOnce(Response<Body>) -> Result<T, HttpError>,
    ) -> Result<T, HttpError> {
        let server = answer::date(&answer);
        let here = clock::now();
        let result = read(answer);
        let is_of_server = matches!(result, Ok(_) | Err(HttpError::Status { .. } | HttpError::Clock(_)));
        if let Some(server) = server.filter(|_| is_of_server) {
            *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(Heard { server, here });
        }
        result
    }
}

fn authorized<B>(request: RequestBuilder<B>, token: Option<&Secret>) -> RequestBuilder<B> {
    match token {
        Some(token) => request.header("authorization", token.bearer().as_str()),
        None => request,
    }
}

fn tag(language: Language) -> &'static str {
    match language {
        Language::Dutch => "nl",
        Language::English => "en",
    }
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
    fn answers_are_told_apart_on_the_wire() {
        let json = |status: &str, length: usize| {
            format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n")
        };
        let body = r#"{"done":true}"#;
        let problem = r#"{"type":"urn:kring:problem:unauthenticated","code":"unauthenticated"}"#;
        let unauthenticated = HttpError::Status { status: 401, code: "unauthenticated".into(), server: None };
        let away = || Err(HttpError::Unreachable(String::new()));
        for (answer, expected) in [
            (json("200", 13) + body, Ok(json!({"done": true}))),
            (json("200", 20) + body, away()),
            (json("401", problem.len()).replace("/json", "/problem+json") + problem, Err(unauthenticated)),
            (json("401", 400).replace("/json", "/problem+json") + problem, away()),
            ("HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"done\":true}".into(), away()),
            ("HTTP/1.1 502 Bad\r\ncontent-length: 2\r\n\r\nno".into(), away()),
            ("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".into(), away()),
            ("220 mail.example ESMTP\r\n".into(), away()),
            (String::new(), away()),
        ] {
            let (server, asked) = answering(answer.clone());
            let token = Secret::new("abc".into());
            let found: Result<Value, _> = Http::new("test").post(&server, "/v1/x", Some(&token), &json!({"a": 1}));
            match (found, expected) {
                (Err(HttpError::Unreachable(_)), Err(HttpError::Unreachable(_))) => {}
                (found, expected) => assert_eq!(found, expected, "{answer}"),
            }
            let asked = asked.join().unwrap().to_lowercase();
            assert!(asked.starts_with("post /v1/x http/1.1\r\n") && asked.contains("authorization: bearer abc\r\n"));
        }
    }

    #[test]
    fn only_the_server_itself_tells_the_time() {
        let date = "date: Mon, 02 Mar 2026 12:00:00 GMT\r\n";
        let noon = "2026-03-02T12:00:00Z".parse().ok();
        let json = "HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 2\r\n";
        let problem = r#"{"type":"urn:kring:problem:not_found","code":"not_found"}"#;
        let length = problem.len();
        let declined = "HTTP/1.1 404 X\r\ncontent-type: application/problem+json\r\ncontent-length: ";
        for (answer, expected) in [
            (format!("{json}{date}\r\n{{}}"), noon),
            (format!("{declined}{length}\r\n{date}\r\n{problem}"), noon),
            (format!("{json}\r\n{{}}"), None),
            (format!("{json}date: yesterday\r\n\r\n{{}}"), None),
            (format!("{json}date: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n{{}}"), None),
            (format!("HTTP/1.1 200 X\r\ncontent-type: text/html\r\ncontent-length: 2\r\n{date}\r\n{{}}"), None),
            (format!("HTTP/1.1 502 X\r\ncontent-length: 2\r\n{date}\r\nno"), None),
        ] {
            let (server, asked) = answering(answer.clone());
            let http = Http::new("test");
            let _: Result<Value, _> = http.post(&server, "/v1/x", None, &json!({"a": 1}));
            asked.join().unwrap();
            assert_eq!(http.take_time().map(|heard| heard.server), expected, "{answer}");
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
    fn answering(answer: String) -> (ServerUrl, thread::JoinHandle<String>) {
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
