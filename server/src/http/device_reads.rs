//! `POST /v1/devices/reads`: what was looked at on the device that asks.

use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kring_sync::{Look, LookChain, MAX_LOOKS};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::Problem;
use super::extract::Json;
use super::problem::ProblemBody;
use super::shapes;
use crate::accounts::{Barred, Brought, Taken, barred, take_reads};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;

/// A list of looks, which goes on from the lists before.
#[derive(Deserialize, ToSchema)]
pub(super) struct Reads {
    /// The number of looks the device has told of before these.
    after: u64,
    /// At most 500 looks, `{at, document}` each, in order; looking again within ten minutes is the same look.
    #[schema(value_type = Vec<shapes::Look>, max_items = 500)]
    looks: Vec<Look>,
    /// The link behind the last, in URL-safe base64. The first link is the SHA-256 of `kring reads 1`, the device's and
    /// the person's id; each other that of the one before, the look's number, its time in milliseconds and the id of
    /// its document; ids as 16 bytes, numbers as 8, the high ones first.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{43}$")]
    link: Link,
}

struct Link([u8; 32]);

/// How far the server knows.
#[derive(Serialize, ToSchema)]
pub(super) struct Through {
    /// The number of looks that the server knows of; the device goes on from there.
    through: u64,
    /// The link behind the last of them, in URL-safe base64: a phone that has another one there was put back from a copy.
    link: String,
}

/// Tell what was looked at on this device, before anything else is sent.
///
/// A device that has never told anything is not asked to.
#[utoipa::path(post, path = "/v1/devices/reads", request_body = Reads, responses(
    (status = 200, body = Through),
    (status = 409, description = "`read_log_broken`: not what the device has told before; it has to sign in anew",
        body = ProblemBody),
    (status = 413, description = "`too_large`: more than 500 looks", body = ProblemBody),
))]
pub(super) async fn take(
    State(app): State<App>,
    caller: Caller,
    Json(Reads { after, looks, link }): Json<Reads>,
) -> Result<Json<Through>, Problem> {
    if looks.len() > MAX_LOOKS {
        return Err(Problem::too_large());
    }
    let brought = Brought { after, looks, link: link.0 };
    match app.store.write(move |connection| take_reads(connection, caller, &brought, clock::now())).await? {
        Taken::Through(LookChain { count: through, link }) => {
            Ok(Json(Through { through, link: URL_SAFE_NO_PAD.encode(link) }))
        }
        Taken::Broken => {
            // What is connected is no longer listened to either.
            app.hub.device_revoked(caller.device);
            Err(Problem::read_log_broken())
        }
    }
}

/// Returns whether anything is taken from a device; one with a gap in its list, or another list than before, is told so.
pub(super) async fn may_upload(app: &App, caller: Caller) -> Result<(), Problem> {
    match app.store.read(move |connection| barred(connection, caller.device)).await? {
        None => Ok(()),
        Some(Barred::Gap) => Err(Problem::read_log_gap()),
        Some(Barred::Broken) => Err(Problem::read_log_broken()),
    }
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| de::Error::custom("not URL-safe base64"))?;
        bytes.try_into().map(Self).map_err(|_| de::Error::custom("not 32 bytes"))
    }
}
