//! One line in the log and one count per request: what was asked and how it ended, nothing of what was said.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use crate::app::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, and tells how it went.
pub(super) async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = Uuid::now_v7();
    let method = request.method().clone();
    // The route, not the path: a query can hold a ticket, and an unknown path can hold anything.
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", %id, %method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let duration = start.elapsed();
    app.metrics.request(status, duration);
    let milliseconds = duration.as_secs_f64() * 1000.0;
    span.in_scope(|| tracing::info!(status, milliseconds, "answered"));
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
