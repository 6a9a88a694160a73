//! `POST /v1/devices/reads`: what was looked at on the device that asks.

use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kring_sync::{MAX_READ_EVENTS, ReadEvent, ReadLogChain};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::Problem;
use super::extract::Json;
use super::problem::ProblemBody;
use super::shapes;
use crate::accounts::{ReadLogUpload, UploadBlocked, UploadOutcome, take_read_log, upload_block};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;

/// A read log, which goes on from the lists before.
#[derive(Deserialize, ToSchema)]
#[schema(as = ReadLogBody)]
pub(super) struct ReadLogBody {
    /// The number of read events the device has told of before these.
    after: u64,
    /// At most 500 looks, `{at, document}` each, in order; looking again within ten minutes is the same read event.
    #[schema(value_type = Vec<shapes::ReadEvent>, max_items = 500)]
    #[serde(rename = "looks")]
    events: Vec<ReadEvent>,
    /// The link behind the last, in URL-safe base64. The first link is the SHA-256 of `kring reads 1`, the device's and
    /// the person's id; each other that of the one before, the look's number, its time in milliseconds and the id of
    /// its document; ids as 16 bytes, numbers as 8, the high ones first.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{43}$")]
    #[serde(rename = "link")]
    chain_hash: ChainHashText,
}

struct ChainHashText([u8; 32]);

/// How far the server knows.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadLogAnswer)]
pub(super) struct ReadLogAnswer {
    /// The number of read events that the server knows of; the device goes on from there.
    through: u64,
    /// The link behind the last of them, in URL-safe base64: a phone that has another one there was put back from a copy.
    #[serde(rename = "link")]
    chain_hash: String,
}

/// Tell what was looked at on this device, before anything else is sent.
///
/// A device that has never told anything is not asked to.
#[utoipa::path(post, path = "/v1/devices/reads", request_body = ReadLogBody, responses(
    (status = 200, body = ReadLogAnswer),
    (status = 409, description = "`read_log_broken`: not what the device has told before; it has to sign in anew",
        body = ProblemBody),
    (status = 413, description = "`too_large`: more than 500 looks", body = ProblemBody),
))]
pub(super) async fn take(
    State(app): State<App>,
    caller: Caller,
    Json(ReadLogBody { after, events, chain_hash }): Json<ReadLogBody>,
) -> Result<Json<ReadLogAnswer>, Problem> {
    if events.len() > MAX_READ_EVENTS {
        return Err(Problem::too_large());
    }
    let upload = ReadLogUpload { after, events, chain_hash: chain_hash.0 };
    match app.store.write(move |connection| take_read_log(connection, caller, &upload, clock::now())).await? {
        UploadOutcome::Through(ReadLogChain { count: through, chain_hash }) => {
            Ok(Json(ReadLogAnswer { through, chain_hash: URL_SAFE_NO_PAD.encode(chain_hash) }))
        }
        UploadOutcome::Broken => {
            // What is connected is no longer listened to either.
            app.hub.device_revoked(caller.device);
            Err(Problem::read_log_broken())
        }
    }
}

/// Returns whether anything is taken from a device; one with a gap in its list, or another list than before, is told so.
pub(super) async fn may_upload(app: &App, caller: Caller) -> Result<(), Problem> {
    match app.store.read(move |connection| upload_block(connection, caller.device)).await? {
        None => Ok(()),
        Some(UploadBlocked::Gap) => Err(Problem::read_log_gap()),
        Some(UploadBlocked::Broken) => Err(Problem::read_log_broken()),
    }
}

impl<'de> Deserialize<'de> for ChainHashText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| de::Error::custom("not URL-safe base64"))?;
        bytes.try_into().map(Self).map_err(|_| de::Error::custom("not 32 bytes"))
    }
}
