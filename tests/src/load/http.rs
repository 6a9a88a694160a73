//! Calls to the API, as any integrator makes them.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

use super::Outcome;

/// The API of one server.
#[derive(Clone)]
pub(crate) struct Api {
    agent: Agent,
    address: SocketAddr,
}

impl Api {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let config =
            Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(60))).build();
        Self { agent: config.new_agent(), address }
    }

    /// The server's address as people write it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Posts JSON; any answer but a success is an error, with what the server says.
    pub(crate) fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Outcome<Value> {
        let mut request = self.agent.post(format!("{}{path}", self.url())).content_type("application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut answer = request.send(serde_json::to_vec(body)?)?;
        let text = answer.body_mut().read_to_string()?;
        if answer.status().is_success() {
            Ok(serde_json::from_str(&text)?)
        } else {
            Err(format!("POST {path}: {} {text}", answer.status()).into())
        }
    }
}
