//! `/v1/devices`: what the caller is signed in on.

use axum::extract::State;
use axum::http::StatusCode;
use kring_domain::{DeviceId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;
use super::extract::{Ids, Json};
use super::invitations::CodeAnswer;
use super::problem::ProblemBody;
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError, CodePurpose, DEVICE_CODE_TTL_MS};
use crate::app::App;
use crate::auth::{Caller, OneTimeCode};
use crate::clock;

/// A device of the caller.
#[derive(Serialize, ToSchema)]
pub(super) struct DeviceItem {
    #[schema(value_type = String, format = Uuid)]
    device_id: DeviceId,
    name: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// True when it is the one that asks.
    current: bool,
    /// The device whose file this phone was put back from, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Uuid)]
    copy_of: Option<DeviceId>,
}

/// The devices of the caller.
#[derive(Serialize, ToSchema)]
pub(super) struct Devices {
    devices: Vec<DeviceItem>,
}

/// A code that signs in one more device of the caller.
#[utoipa::path(post, path = "/v1/devices/codes", responses((status = 201, body = CodeAnswer)))]
pub(super) async fn make_code(
    State(app): State<App>,
    caller: Caller,
) -> Result<(StatusCode, Json<CodeAnswer>), Problem> {
    let purpose = CodePurpose::Device { person: caller.person };
    let code = OneTimeCode::random();
    let now = clock::now();
    let expires_at = Timestamp::from_millis(now.millis() + DEVICE_CODE_TTL_MS);
    let hash = code.hash();
    let keep = app.store.write(move |connection| -> Result<(), AccountError> {
        accounts::keep_code(connection, hash, &purpose, now, expires_at)?;
        accounts::note_maker(connection, hash, caller)?;
        record(connection, &AuditEntry::of_server(now, Action::Invited).by(caller).with("device"))
    });
    keep.await?;
    Ok((StatusCode::CREATED, Json(CodeAnswer::new(&app, &code, expires_at))))
}

/// The devices that the caller is signed in on.
#[utoipa::path(get, path = "/v1/devices", responses((status = 200, body = Devices)))]
pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Devices>, Problem> {
    let rows = app.store.read(move |connection| accounts::devices(connection, caller.person)).await?;
    let items = rows.into_iter().map(|row| DeviceItem {
        device_id: row.device,
        name: row.name,
        created_at: row.created_at,
        current: row.device == caller.device,
        copy_of: row.copy_of,
    });
    Ok(Json(Devices { devices: items.collect() }))
}

/// Sign out a device of the caller, at once.
#[utoipa::path(post, path = "/v1/devices/{id}/revoke", params(("id" = Uuid, Path)), responses(
    (status = 204),
    (status = 404, description = "`not_found`: not a device of the caller", body = ProblemBody),
))]
pub(super) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Ids(device): Ids<DeviceId>,
) -> Result<StatusCode, Problem> {
    let now = clock::now();
    let revoked = app.store.write(move |connection| -> Result<(), AccountError> {
        accounts::revoke_device(connection, caller.person, device, now)?;
        record(connection, &AuditEntry::of_server(now, Action::RevokedDevice).by(caller).about(device.uuid()))
    });
    revoked.await?;
    app.auth.device_revoked(device);
    app.hub.device_revoked(device);
    Ok(StatusCode::NO_CONTENT)
}
