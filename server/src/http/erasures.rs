//! `GET /v1/spaces/{id}/erasures`: what was erased, with the proof of it.

use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kring_domain::{Access, DocumentId, DocumentKind, PersonId, SpaceId, Timestamp};
use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Problem;
use super::extract::{Ids, Json};
use super::problem::ProblemBody;
use crate::accounts::{AccountError, rights};
use crate::app::App;
use crate::auth::Caller;
use crate::documents::generation_change::{self, Erasure};
use crate::documents::queries::LoadError;

/// What was erased, the oldest first within each document.
#[derive(Serialize, ToSchema)]
pub(super) struct Erasures {
    erasures: Vec<ErasureEntry>,
}

/// Something that was erased for good.
#[derive(Serialize, ToSchema)]
pub(super) struct ErasureEntry {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The person who erased it.
    #[schema(value_type = String, format = Uuid)]
    person_id: PersonId,
    #[schema(value_type = String, format = Uuid)]
    document: DocumentId,
    /// The generation of the document that began without it.
    generation: u64,
    /// `contact`, `idea` …
    what: String,
    /// The id it had, which is all that is known of it.
    id: Uuid,
    receipt: Receipt,
}

/// The server's word that a generation began without what was erased.
///
/// The signature (Ed25519) is over `kring erasure 1`, the document's id (16 bytes), the generation (8 bytes,
/// big-endian) and `chain_start`. All three fields are base64url without padding.
#[derive(Serialize, ToSchema)]
pub(super) struct Receipt {
    /// The link of the log's hash chain before the first entry of the generation: it covers all links before it, and
    /// the document as the generation begins.
    chain_start: String,
    signature: String,
    public_key: String,
}

/// What was erased for good from the documents that the caller may read, with a receipt each.
#[utoipa::path(get, path = "/v1/spaces/{id}/erasures", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Erasures),
    (status = 404, description = "`not_found`: not a space of the caller, or only its status", body = ProblemBody),
    (status = 503, description = "`unavailable`", body = ProblemBody),
))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Ids(space): Ids<SpaceId>,
) -> Result<Json<Erasures>, Problem> {
    let erasures = app.store.read(move |connection| read(connection, space, caller.person)).await?;
    Ok(Json(Erasures { erasures: erasures.ok_or_else(Problem::not_found)? }))
}

fn read(connection: &Connection, space: SpaceId, person: PersonId) -> Result<Option<Vec<ErasureEntry>>, LoadError> {
    let rights = match rights(connection, space, person) {
        Ok(rights) => rights,
        Err(AccountError::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let may_read = |kind: &&DocumentKind| rights.access(**kind) >= Access::Read;
    let mut readable = DocumentKind::ALL.iter().filter(may_read).peekable();
    if readable.peek().is_none() {
        return Ok(None);
    }
    let mut entries = Vec::new();
    for kind in readable {
        let document = DocumentId::derive(space, *kind);
        entries.extend(
            generation_change::erasures(connection, document)?.into_iter().map(|erasure| entry(document, erasure)),
        );
    }
    Ok(Some(entries))
}

fn entry(document: DocumentId, erasure: Erasure) -> ErasureEntry {
    let Erasure { generation, at, person, what, thing, chain_hash, signature, public_key } = erasure;
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let receipt =
        Receipt { chain_start: text(&chain_hash), signature: text(&signature), public_key: text(&public_key) };
    ErasureEntry { at, person_id: person, document, generation, what, id: thing, receipt }
}
