//! `POST /v1/devices/copies`: a phone that was put back from a copy becomes a device of its own.

use axum::extract::State;
use kring_domain::{DeviceId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Problem;
use super::extract::{AnonymousCaller, Json};
use super::problem::ProblemBody;
use super::token::Pair;
use crate::accounts::{AccountError, Copied, copy_device};
use crate::app::App;
use crate::auth::{CopyClaim, DeviceKey, Proof, Secret, Unproved};
use crate::clock;

/// What a phone has in a file that was put back from a copy, and a new key.
#[derive(Deserialize, ToSchema)]
pub(super) struct CopyBody {
    /// The refresh token of the file, whether it was used or not; it is not used up.
    #[schema(value_type = String)]
    refresh_token: Secret,
    /// `{at, nonce, signature}` as at `POST /v1/token`, over `kring copy proof 1`, the id of the device, the SHA-256 of the
    /// refresh token, `at`, `nonce` and the new key, a line each.
    #[schema(value_type = Object)]
    proof: Proof,
    /// The public half of an Ed25519 key that the phone has made for itself, in URL-safe base64.
    #[schema(value_type = String)]
    device_key: DeviceKey,
}

/// The sign-in of the new device.
#[derive(Serialize, ToSchema)]
#[schema(as = CopyAnswer)]
pub(super) struct CopyAnswer {
    #[schema(value_type = String, format = Uuid)]
    person_id: PersonId,
    #[schema(value_type = String, format = Uuid)]
    device_id: DeviceId,
    #[serde(flatten)]
    pair: Pair,
}

/// Go on as a device of its own; the device whose file was copied stays as it is.
#[utoipa::path(post, path = "/v1/devices/copies", request_body = CopyBody, security(()), responses(
    (status = 200, body = CopyAnswer),
    (status = 401, description = "`invalid_proof`, `clock` (see `server_time`), or `unauthenticated`: sign in anew",
        body = ProblemBody),
    (status = 403, description = "`too_many_copies` of one device: sign in anew", body = ProblemBody),
    (status = 429, description = "`rate_limited`: too many requests from one address", body = ProblemBody),
))]
pub(super) async fn copy(
    State(app): State<App>,
    AnonymousCaller(address): AnonymousCaller,
    Json(CopyBody { refresh_token, proof, device_key }): Json<CopyBody>,
) -> Result<Json<CopyAnswer>, Problem> {
    let claim = CopyClaim { token: refresh_token, proof, key: device_key };
    let now = clock::now();
    let copied = app
        .store
        .write(move |connection| -> Result<Copied, AccountError> { copy_device(connection, &claim, address, now) });
    match copied.await? {
        Copied::Device(caller, token) => {
            let pair = Pair::new(&app, caller, token).await?;
            Ok(Json(CopyAnswer { person_id: caller.person, device_id: caller.device, pair }))
        }
        Copied::Unproved(Unproved::Wrong) => Err(Problem::invalid_proof().by(app.server)),
        Copied::Unproved(Unproved::Clock) => Err(Problem::clock(now).by(app.server)),
        Copied::Refused => Err(Problem::unauthenticated().by(app.server)),
        Copied::TooMany => Err(Problem::too_many_copies()),
    }
}
