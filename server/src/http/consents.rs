//! `GET /v1/spaces/{id}/consents`: what the caller was let into, by whom and until when.

use axum::extract::State;
use kring_domain::consents::ConsentsModel;
use kring_domain::{Access, Content, DocumentId, DocumentKind, Language, SpaceId, genesis, read_model};
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;
use super::extract::{Ids, Json};
use super::problem::ProblemBody;
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError, Rights};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;

/// Consents, those that have ended included.
#[derive(Serialize, ToSchema)]
pub(super) struct Consents {
    /// As in the content of the document of consents.
    #[schema(value_type = Object)]
    #[serde(flatten)]
    content: ConsentsModel,
}

/// The consents that are for the caller; all of them for anybody who may read their document.
#[utoipa::path(get, path = "/v1/spaces/{id}/consents", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Consents),
    (status = 404, description = "`not_found`: not a space of the caller", body = ProblemBody),
    (status = 503, description = "`unavailable`", body = ProblemBody),
))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Ids(space): Ids<SpaceId>,
) -> Result<Json<Consents>, Problem> {
    let at = clock::now();
    let document = DocumentId::derive(space, DocumentKind::Consents);
    let looking = app.store.write(move |connection| -> Result<Rights, AccountError> {
        let rights = accounts::rights(connection, space, caller.person)?;
        record(connection, &AuditEntry::new(at, space, caller, rights.role, Action::Read).on(document))?;
        Ok(rights)
    });
    let rights = looking.await?;
    // The consents name nobody but by id, so nobody needs a name, and no sentence a language.
    let read =
        |document: &_| read_model(DocumentKind::Consents, document, &|_| String::new(), Language::English).content;
    let seen = app.documents.evaluate(document, move |admission| read(admission.document())).await?;
    let Content::Consents(all) = seen.unwrap_or_else(|| read(&genesis(DocumentKind::Consents))) else {
        return Err(Problem::internal());
    };
    let is_reader = rights.access(DocumentKind::Consents) >= Access::Read;
    let content = if is_reader { all } else { all.about(rights.person, rights.role) };
    Ok(Json(Consents { content }))
}
