//! Bounds that hold for every request, before anything of it is parsed.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use kring_domain::DeviceId;

use super::Problem;
use super::drain::Drained;
use crate::app::App;
use crate::config::Limits;

/// The most devices whose rate is remembered before those at rest are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// How much one device may ask of the server; clones share it.
#[derive(Clone)]
pub struct RequestLimit {
    devices: Arc<RateLimiter<DeviceId, HashMapStateStore<DeviceId>, DefaultClock>>,
}

impl RequestLimit {
    pub(crate) fn new(limits: &Limits) -> Self {
        let per_second = limits.requests_per_second.try_into().unwrap_or(std::num::NonZeroU32::MIN);
        let burst = limits.request_burst.try_into().unwrap_or(std::num::NonZeroU32::MIN);
        Self { devices: Arc::new(RateLimiter::hashmap(Quota::per_second(per_second).allow_burst(burst))) }
    }

    pub(super) fn check(&self, device: DeviceId) -> Result<(), Problem> {
        if self.devices.len() > MAX_REMEMBERED {
            self.devices.retain_recent();
        }
        self.devices.check_key(&device).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Problem::rate_limited(wait.as_secs().saturating_add(1))
        })
    }
}

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
