//! The public API as the people of the story use it: requests to the router, in this process.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;
use tower::ServiceExt;

use super::DemoError;

/// The most bytes of an answer.
const MAX_ANSWER_BYTES: usize = 4 << 20;

/// The router of the server, to send requests to.
pub(super) struct Api {
    router: Router,
}

impl Api {
    pub(super) fn new(router: Router) -> Self {
        Self { router }
    }

    /// Sends a body, and gives the answer.
    pub(super) async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Result<Value, DemoError> {
        let from: ConnectInfo<IpAddr> = ConnectInfo(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let mut request = Request::post(path).header(CONTENT_TYPE, "application/json").extension(from);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request =
            request.body(Body::from(body.to_string())).map_err(|error| DemoError::Story(error.to_string()))?;
        let response = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let status = response.status();
        let answer = to_bytes(response.into_body(), MAX_ANSWER_BYTES).await.unwrap_or_default();
        if status.is_success() {
            Ok(serde_json::from_slice(&answer)?)
        } else {
            let body = String::from_utf8_lossy(&answer).into_owned();
            Err(DemoError::Answer { path: path.to_owned(), status, body })
        }
    }
}
