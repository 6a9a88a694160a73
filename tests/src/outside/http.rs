//! Plain HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};

/// The most that an answer may hold.
const MAX_ANSWER_BYTES: u64 = 64 * 1024 * 1024;

/// Requests to one server, with or without a token.
#[derive(Clone)]
pub struct Http {
    agent: Agent,
    address: SocketAddr,
    headers: Vec<(String, String)>,
}

/// The answer of the server.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Http {
    /// Requests to the server at `address`.
    pub fn new(address: SocketAddr) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(60)));
        Self { agent: config.build().into(), address, headers: Vec::new() }
    }

    /// The same, with a header on each request.
    pub fn header(&self, name: &str, value: impl Into<String>) -> Self {
        let mut with = self.clone();
        with.headers.retain(|(other, _)| other != name);
        with.headers.push((name.to_owned(), value.into()));
        with
    }

    /// The same, signed in.
    pub fn bearer(&self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// The access token, where there is one.
    pub fn token(&self) -> Option<&str> {
        let header = self.headers.iter().find(|(name, _)| name == "authorization");
        header.and_then(|(_, value)| value.strip_prefix("Bearer "))
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Answer {
        self.run_get(path).unwrap_or_else(|error| panic!("no answer for {path}: {error}"))
    }

    /// `GET`, where the server may not be there.
    pub fn try_get(&self, path: &str) -> Option<Answer> {
        self.run_get(path).ok()
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> Answer {
        let request = self.request("DELETE", path).body(()).expect("a request");
        Answer::of(self.agent.run(request).expect("the server answers"))
    }

    /// `POST` of JSON.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_bytes(path, "application/json", body.to_string().into_bytes())
    }

    /// `POST` of anything.
    pub fn post_bytes(&self, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        self.try_post_bytes(path, content_type, body).expect("the server answers")
    }

    /// `POST` of anything, where the server may not be there.
    pub fn try_post_bytes(&self, path: &str, content_type: &str, body: Vec<u8>) -> Result<Answer, ureq::Error> {
        let request = self.request("POST", path).header("content-type", content_type).body(body);
        self.agent.run(request.expect("a request")).map(Answer::of)
    }

    /// Any method, without a body.
    pub fn method(&self, method: &str, path: &str) -> Answer {
        let request = self.request(method, path).body(()).expect("a request");
        let config = self.agent.configure_request(request).allow_non_standard_methods(true).build();
        Answer::of(self.agent.run(config).expect("the server answers"))
    }

    /// The server's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    fn run_get(&self, path: &str) -> Result<Answer, ureq::Error> {
        let request = self.request("GET", path).body(()).expect("a request");
        self.agent.run(request).map(Answer::of)
    }

    fn request(&self, method: &str, path: &str) -> ureq::http::request::Builder {
        let request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        self.headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }
}

impl Answer {
    /// The body as JSON of an answer with this status.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type").as_deref(), Some("application/json"), "{}", self.text());
        self.json()
    }

    /// The body as JSON of an error, which must be a problem (RFC 9457) with a code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.any_problem();
        assert_eq!((self.status, problem["code"].as_str()), (status, Some(code)), "{problem}");
        problem
    }

    /// A malformed id or body: 400 or 422 with `code: invalid`.
    #[track_caller]
    pub fn invalid(&self) -> Value {
        let problem = self.any_problem();
        assert!([400, 422].contains(&self.status), "{} {problem}", self.status);
        assert_eq!(problem["code"], "invalid", "{problem}");
        problem
    }

    /// The body as JSON of any error.
    #[track_caller]
    pub fn any_problem(&self) -> Value {
        assert!((400..500).contains(&self.status), "{} {}", self.status, self.text());
        assert_eq!(self.header("content-type").as_deref(), Some("application/problem+json"), "{}", self.text());
        let problem = self.json();
        assert!(problem["code"].as_str().is_some_and(|code| !code.is_empty()), "{problem}");
        assert_eq!(problem["status"], self.status, "{problem}");
        problem
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} is JSON: {}", self.status, self.text()))
    }

    /// The body as text, as well as it goes.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    }

    fn of(mut response: ureq::http::Response<ureq::Body>) -> Self {
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec().expect("the whole answer");
        Self { status: response.status().as_u16(), headers: response.headers().clone(), body }
    }
}
