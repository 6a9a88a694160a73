//! The caller, from the token they send.

use axum::extract::{FromRequestParts, OptionalFromRequestParts, Query};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde::Deserialize;

use super::AnonymousCaller;
use crate::app::App;
use crate::auth::{AuthError, Caller};
use crate::http::Problem;
use crate::http::refused::Seen;

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let token = bearer(parts).ok_or(AuthError::Unauthenticated)?;
        let caller = app.auth.caller(&app.store, token).await?;
        let wait = |wait: std::time::Duration| Problem::rate_limited(wait.as_secs().saturating_add(1));
        app.request_limit.check(caller.device).map_err(wait)?;
        if let Some(seen) = parts.extensions.get::<Seen>() {
            seen.leave(caller);
        }
        Ok(caller)
    }
}

/// Nobody where no token is sent; a token that is sent must be good.
impl OptionalFromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Problem> {
        if !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(None);
        }
        <Self as FromRequestParts<App>>::from_request_parts(parts, app).await.map(Some)
    }
}

/// The caller of a WebSocket: by a token, or by a ticket in the query, which a browser can send.
pub struct SocketCaller(pub Caller);

#[derive(Deserialize)]
struct Ticket {
    ticket: String,
}

impl FromRequestParts<App> for SocketCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let query = Query::<Ticket>::from_request_parts(parts, app).await;
        match query {
            Ok(Query(Ticket { ticket })) => {
                AnonymousCaller::from_request_parts(parts, app).await?;
                Ok(Self(app.auth.redeem(&app.store, &ticket).await?))
            }
            Err(_) => <Caller as FromRequestParts<App>>::from_request_parts(parts, app).await.map(Self),
        }
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
