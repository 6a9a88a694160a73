//! `GET /v1/sync`: the WebSocket of a device.

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use kring_sync::MAX_FRAME_BYTES;

use super::Problem;
use super::device_read_log::may_upload;
use super::extract::SocketCaller;
use super::problem::ProblemBody;
use crate::app::App;
use crate::sync::connection_task;

/// The subprotocol.
const SUBPROTOCOL: &str = "kring.sync.v1";

/// Room above the largest frame: one that is a little larger is refused in words before the connection closes.
const SLACK: usize = 64 * 1024;

/// Bytes that are read, and that are gathered to be written, in one go. Every connection keeps the former, and as
/// much as it was ever given to write in one go; most of what a phone sends is a command of less than 500 bytes.
const READ_BUFFER: usize = 2 * 1024;
const WRITE_BUFFER: usize = 2 * 1024;

/// Begin a sync sign-in; the subprotocol is `kring.sync.v1`.
#[utoipa::path(get, path = "/v1/sync", params(("ticket" = Option<String>, Query)), responses(
    (status = 101, description = "binary messages, one CBOR map each"),
    (status = 400, description = "`invalid`: no upgrade, or another subprotocol", body = ProblemBody),
    (status = 401, description = "`unauthenticated`, `token_expired` or `revoked`", body = ProblemBody),
    (status = 409, description = "`read_log_gap` or `read_log_broken`: see `/v1/devices/reads`", body = ProblemBody),
))]
pub(super) async fn open(
    State(app): State<App>,
    SocketCaller(caller): SocketCaller,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    may_upload(&app, caller).await?;
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(MAX_FRAME_BYTES + SLACK)
        .max_frame_size(MAX_FRAME_BYTES + SLACK);
    if upgrade.selected_protocol().is_none() {
        return Err(Problem::malformed().detail("the subprotocol is kring.sync.v1"));
    }
    Ok(upgrade.on_upgrade(move |socket| connection_task::run(app, caller, socket)))
}
