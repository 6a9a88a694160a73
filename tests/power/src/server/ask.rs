//! Requests to the real router, without a socket.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;
use tower::ServiceExt;

/// The most that an answer may hold.
const MAX_ANSWER_BYTES: usize = 64 << 20;

pub(super) async fn post(router: &Router, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
    let request = Request::post(path).header(CONTENT_TYPE, "application/json");
    ask(router, request, token, Body::from(body.to_string())).await
}

pub(super) async fn get(router: &Router, path: &str, token: &str) -> (u16, Value) {
    ask(router, Request::get(path), Some(token), Body::empty()).await
}

async fn ask(router: &Router, request: axum::http::request::Builder, token: Option<&str>, body: Body) -> (u16, Value) {
    let request =
        token.into_iter().fold(request, |request, token| request.header(AUTHORIZATION, format!("Bearer {token}")));
    let mut request = request.body(body).expect("a request");
    request.extensions_mut().insert(ConnectInfo(IpAddr::from(Ipv4Addr::LOCALHOST)));
    let answer = router.clone().oneshot(request).await.expect("the router answers");
    let status = answer.status().as_u16();
    let body = axum::body::to_bytes(answer.into_body(), MAX_ANSWER_BYTES).await.expect("an answer has an end");
    (status, serde_json::from_slice(&body).unwrap_or_default())
}
