//! `GET /v1/spaces/{id}/status`: how it goes, in a phase and a sentence.

use axum::extract::State;
use kring_domain::{
    Content, DocumentId, DocumentKind, Language, Role, SpaceId, Status, StatusRequest, StatusSources, genesis,
    read_model, status,
};

use super::Problem;
use super::extract::{AcceptLanguage, Ids, Json};
use super::problem::ProblemBody;
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;

/// The way in which it goes: `{phase, last_step_at, standing_still, text, next?}`, all that a backup or a colleague may see.
#[utoipa::path(get, path = "/v1/spaces/{id}/status", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Object),
    (status = 404, description = "`not_found`: not a space of the caller", body = ProblemBody),
    (status = 503, description = "`unavailable`", body = ProblemBody),
))]
pub(super) async fn read(
    State(app): State<App>,
    caller: Caller,
    Ids(space): Ids<SpaceId>,
    AcceptLanguage(language): AcceptLanguage,
) -> Result<Json<Status>, Problem> {
    let person = caller.person;
    let at = clock::now();
    let allowed = app.store.write(move |connection| -> Result<Role, AccountError> {
        let role = accounts::role_in(connection, space, person)?;
        if !role.sees_status() {
            return Err(AccountError::NotFound);
        }
        record(connection, &AuditEntry::new(at, space, caller, role, Action::Status))?;
        Ok(role)
    });
    let role = allowed.await?;
    Ok(Json(of_space(&app, space, role, language).await?))
}

/// Returns how it goes in a space, for somebody with a role.
pub(super) async fn of_space(app: &App, space: SpaceId, role: Role, language: Language) -> Result<Status, Problem> {
    let began = app.store.read(move |connection| accounts::began(connection, space)).await?;
    let network = content(app, space, DocumentKind::Network, language).await?;
    let plan = content(app, space, DocumentKind::Plan, language).await?;
    let circle = content(app, space, DocumentKind::Circle, language).await?;
    match (network, plan, circle) {
        (Content::Network(network), Content::Plan(plan), Content::Circle(circle)) => {
            let sources = StatusSources { network: Some(&network), plan: Some(&plan), circle: Some(&circle) };
            Ok(status(sources, StatusRequest { now: clock::now(), began: Some(began), role, language }))
        }
        _ => Err(Problem::internal()),
    }
}

async fn content(app: &App, space: SpaceId, kind: DocumentKind, language: Language) -> Result<Content, Problem> {
    // The status tells of nobody, so nobody needs a name.
    let nobody = |_| String::new();
    let id = DocumentId::derive(space, kind);
    let read = move |document: &_| read_model(kind, document, &nobody, language).content;
    let seen = app.documents.evaluate(id, move |admission| read(admission.document())).await?;
    Ok(seen.unwrap_or_else(|| read(&genesis(kind))))
}
