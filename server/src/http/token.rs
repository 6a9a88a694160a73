//! `POST /v1/token`: a refresh token becomes a new pair.

use axum::extract::State;
use kring_domain::ServerId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Problem;
use super::extract::{AnonymousCaller, Json};
use super::problem::ProblemBody;
use super::shapes;
use crate::app::App;
use crate::auth::{self, Caller, Proof, Refreshed, Secret, Unproved};
use crate::clock;
use crate::store::StoreError;

/// A refresh token, with a proof where the device gave a key when it signed in.
#[derive(Deserialize, ToSchema)]
pub(super) struct TokenBody {
    #[schema(value_type = String)]
    refresh_token: Secret,
    /// `{at, nonce, signature}`: the time of signing, 16 to 64 characters chosen for this exchange, and the device's
    /// signature over `kring token proof 1`, the id of the device, the SHA-256 of the refresh token, `at` and `nonce`,
    /// a line each; hash and signature in URL-safe base64.
    #[schema(value_type = Option<shapes::Proof>)]
    proof: Option<Proof>,
}

/// An access token, and what to get the next one with.
#[derive(Serialize, ToSchema)]
pub(super) struct Pair {
    /// For the header `Authorization: Bearer …`.
    #[schema(value_type = String)]
    access_token: Secret,
    /// In how many seconds the access token expires.
    expires_in: u64,
    /// Works once.
    #[schema(value_type = String)]
    refresh_token: Secret,
    /// The identity of the server: another one that answers at this address some day does not count.
    #[schema(value_type = String, format = Uuid)]
    server_id: ServerId,
}

impl Pair {
    pub(super) async fn new(app: &App, caller: Caller, refresh_token: Secret) -> Result<Self, StoreError> {
        app.auth.notice_keys(&app.store).await?;
        let access_token = app.auth.access_token(caller)?;
        let expires_in = app.auth.token_ttl().as_secs();
        Ok(Self { access_token, expires_in, refresh_token, server_id: app.server })
    }
}

/// Use a refresh token; each works once, and a second use ends the sign-in.
#[utoipa::path(post, path = "/v1/token", request_body = TokenBody, security(()), responses(
    (status = 200, body = Pair),
    (status = 401, description = "`token_reused`, `device_copied` (see `POST /v1/devices/copies`), `invalid_proof`, `clock` (see `server_time`) or `unauthenticated`", body = ProblemBody),
    (status = 429, description = "`rate_limited`: too many requests from one address", body = ProblemBody),
))]
pub(super) async fn refresh(
    State(app): State<App>,
    _: AnonymousCaller,
    Json(body): Json<TokenBody>,
) -> Result<Json<Pair>, Problem> {
    let TokenBody { refresh_token, proof } = body;
    let now = clock::now();
    let refreshed = app.store.write(move |connection| auth::refresh(connection, &refresh_token, proof.as_ref(), now));
    match refreshed.await? {
        Refreshed::Next(caller, next) => Ok(Json(Pair::new(&app, caller, next).await?)),
        Refreshed::Unproved(Unproved::Wrong) => Err(Problem::invalid_proof().by(app.server)),
        Refreshed::Unproved(Unproved::Clock) => Err(Problem::clock(now).by(app.server)),
        Refreshed::Refused => Err(Problem::unauthenticated().by(app.server)),
        Refreshed::Copied => Err(Problem::device_copied().by(app.server)),
        Refreshed::Reused(sign_in) => {
            app.auth.sign_in_ended(sign_in);
            app.hub.sign_in_ended(sign_in);
            tracing::warn!(%sign_in, "a refresh token was used twice; its session has ended");
            Err(Problem::token_reused().by(app.server))
        }
    }
}
