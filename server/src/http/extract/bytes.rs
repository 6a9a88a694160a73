//! Bodies of any kind: never larger than the limit, and never compressed.

use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_ENCODING;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;

use crate::http::Problem;

/// A body, whole.
pub struct Bytes(pub axum::body::Bytes);

impl<S: Send + Sync> FromRequest<S> for Bytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_plain(request.headers()) {
            return Err(Problem::unsupported_encoding());
        }
        let body = axum::body::Bytes::from_request(request, state).await;
        body.map(Self).map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
            _ => Problem::malformed().detail("the body did not arrive whole"),
        })
    }
}

/// Returns whether a body is sent as it is: no `Content-Encoding`, or one that lists nothing but `identity`.
fn is_plain(headers: &HeaderMap) -> bool {
    let plain = |coding: &str| coding.trim().is_empty() || coding.trim().eq_ignore_ascii_case("identity");
    let mut values = headers.get_all(CONTENT_ENCODING).iter();
    values.all(|value| value.to_str().is_ok_and(|codings| codings.split(',').all(plain)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identity_is_plain() {
        // Several headers of the name, between bars.
        let plain = |values: &str| {
            let pairs = values.split('|').map(|value| (CONTENT_ENCODING, value.trim().try_into().unwrap()));
            is_plain(&pairs.collect())
        };
        for coding in ["", "identity", "Identity, identity", "identity| IDENTITY ,"] {
            assert!(plain(coding), "{coding}");
        }
        for coding in ["gzip", "gzip, identity", "identity|br", "GZIP", "x", "identity;q=1"] {
            assert!(!plain(coding), "{coding}");
        }
        assert!(is_plain(&HeaderMap::new()));
    }
}
