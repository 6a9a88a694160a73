//! Lets pages of the origins that the operator allows call the API from a browser (the CORS protocol of the Fetch
//! standard).
//!
//! Exact origins only, and no credentials: Kring has no cookies, and a token that a page sends itself needs none. A
//! WebSocket is not under this protocol; a page opens one with a ticket, which only somebody who is signed in can get.

use std::time::Duration;

use axum::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderName, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::config::Origin;

/// The time that a browser may go by the answer before it asks again whether it may ask.
const MAX_AGE_S: u64 = 3600;

/// The layer for these origins; none where there are none.
pub(super) fn layer(origins: &[Origin]) -> Option<CorsLayer> {
    let origins: Vec<_> = origins.iter().map(|origin| origin.header().clone()).collect();
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE])
        .expose_headers([RETRY_AFTER, WWW_AUTHENTICATE, CONTENT_DISPOSITION, HeaderName::from_static("x-request-id")])
        .max_age(Duration::from_secs(MAX_AGE_S));
    (!origins.is_empty()).then(|| layer.allow_origin(AllowOrigin::list(origins)))
}
