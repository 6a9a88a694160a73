//! Calls to the API, as any integrator makes them.

use std::net::SocketAddr;

use serde_json::Value;

use super::Outcome;
use crate::outside::Http;

/// The API of one server.
#[derive(Clone)]
pub(crate) struct Api {
    http: Http,
}

impl Api {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { http: Http::new(address) }
    }

    /// The server's address as people write it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.http.address()
    }

    /// Posts JSON; any answer but a success is an error, with what the server says.
    pub(crate) fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Outcome<Value> {
        let http = token.map_or_else(|| self.http.clone(), |token| self.http.bearer(token));
        let answer = http.try_post_bytes(path, "application/json", serde_json::to_vec(body)?)?;
        match answer.status {
            200..300 => Ok(serde_json::from_slice(&answer.body)?),
            status => Err(format!("POST {path}: {status} {}", answer.text()).into()),
        }
    }
}
