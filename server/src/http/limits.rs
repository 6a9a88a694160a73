//! Bounds that hold for every request, before anything of it is parsed.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;

use super::Problem;
use super::drain::Drained;
use crate::app::App;

/// Refuses a body that says it is too large, and gives up on a request that takes too long.
pub(super) async fn enforce(State(app): State<App>, request: Request, next: Next) -> Result<Response, Problem> {
    let request = request.map(|body| Body::new(Drained::new(body)));
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length: u64 = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    if length > app.config.limits.body_bytes as u64 {
        return Err(Problem::too_large());
    }
    let answered = tokio::time::timeout(app.config.limits.request_timeout, next.run(request)).await;
    answered.map_err(|_| Problem::timeout())
}
