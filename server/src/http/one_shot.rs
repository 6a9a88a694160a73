//! `POST /v1/sync`: one round of frames, for a phone that has a moment in the background.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use kring_sync::{
    Claim, DecodeError, DeviceFrame, Message, PROTOCOL, Spellings, decode_device_messages, field_at_fault,
};

use super::Problem;
use super::device_read_log::may_upload;
use super::extract::Bytes;
use super::problem::ProblemBody;
use crate::app::App;
use crate::auth::Caller;
use crate::sync::directory::Window;
use crate::sync::one_shot::{OneShot, run_one_shot};

/// The same frames as over the WebSocket, one round: a CBOR array with `hello` first; so is the answer.
#[utoipa::path(post, path = "/v1/sync", request_body(content = Vec<u8>, content_type = "application/cbor"), responses(
    (status = 200, content_type = "application/cbor", body = Vec<u8>),
    (status = 400, description = "`invalid`: not a list of frames with `hello` first", body = ProblemBody),
    (status = 409, description = "`read_log_gap` or `read_log_broken`: see `/v1/devices/reads`", body = ProblemBody),
    (status = 413, description = "`too_large`", body = ProblemBody),
    (status = 503, description = "`unavailable`", body = ProblemBody),
))]
pub(super) async fn sync(
    State(app): State<App>,
    caller: Caller,
    Bytes(body): Bytes,
) -> Result<impl IntoResponse, Problem> {
    let message = decode_device_messages(&body).map_err(|error| match error {
        DecodeError::TooLarge => Problem::too_large(),
        DecodeError::Malformed => {
            let problem = Problem::malformed().detail("not a list of frames");
            match field_at_fault(&body) {
                Some(field) => problem.field(field),
                None => problem,
            }
        }
    })?;
    let mut spellings = Spellings::default();
    message.frames_in(&body).for_each(|frame| spellings.read(frame));
    let one_shot = parse(message, spellings).ok_or_else(|| Problem::malformed().detail("hello comes first"))?;
    if !one_shot.submits.is_empty() {
        may_upload(&app, caller).await?;
    }
    let answer = run_one_shot(&app, caller, one_shot).await?;
    Ok(([(CONTENT_TYPE, "application/cbor")], answer))
}

fn parse(message: Message<Vec<DeviceFrame>>, spellings: Spellings) -> Option<OneShot> {
    let size = message.size;
    let mut frames = message.content.into_iter();
    let Some(DeviceFrame::Hello { protocol: PROTOCOL, cursors, pages: is_paged, after, through, packed, .. }) =
        frames.next()
    else {
        return None;
    };
    let mut cursors: Vec<_> = cursors.into_iter().map(|cursor| (cursor.document, Claim::from(cursor))).collect();
    cursors.sort_unstable_by_key(|(document, _)| *document);
    let window = Window { is_paged, after, through };
    let entries = Vec::new();
    let submits = Vec::new();
    let pings = Vec::new();
    let mut one_shot = OneShot { window, cursors, entries, submits, pings, spellings, size, packs: packed };
    for frame in frames {
        match frame {
            DeviceFrame::Submit { document, commands } => one_shot.submits.push((document, commands)),
            DeviceFrame::Entries { document, entries } => one_shot.entries.push((document, entries)),
            DeviceFrame::Ping { n } => one_shot.pings.push(n),
            DeviceFrame::Hello { .. }
            | DeviceFrame::Presence { .. }
            | DeviceFrame::Pong { .. }
            | DeviceFrame::Packed { .. } => {}
        }
    }
    Some(one_shot)
}
