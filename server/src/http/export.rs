//! `GET /v1/spaces/{id}/export`: everything the caller may read, as one ZIP of JSON files.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use kring_domain::{Access, DocumentId, DocumentKind, Language, SpaceId};
use serde::Serialize;
use serde_json::json;
use tokio::sync::Semaphore;

use super::documents::{self, Names};
use super::extract::{AcceptLanguage, Ids};
use super::members::Members;
use super::problem::ProblemBody;
use super::zip::{TooLarge, Zip};
use super::{Problem, access_log, history, status};
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError, Membership};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::sync::directory::DocumentAccess;

/// The most exports that are made at once: each is in memory until it is sent.
static EXPORT_PERMITS: Semaphore = Semaphore::const_new(2);

/// Everything in the space that the caller may read, with its history.
#[utoipa::path(get, path = "/v1/spaces/{id}/export", params(("id" = Uuid, Path)), responses(
    (status = 200, content_type = "application/zip", body = Vec<u8>),
    (status = 404, description = "`not_found`: not a space of the caller", body = ProblemBody),
    (status = 503, description = "`unavailable`", body = ProblemBody),
))]
pub(super) async fn export(
    State(app): State<App>,
    caller: Caller,
    Ids(space): Ids<SpaceId>,
    AcceptLanguage(language): AcceptLanguage,
) -> Result<impl IntoResponse, Problem> {
    let person = caller.person;
    let allowed = app.store.write(move |connection| -> Result<Membership, AccountError> {
        let membership = accounts::membership(connection, space, person)?;
        record(connection, &AuditEntry::new(clock::now(), space, caller, membership.rights.role, Action::Exported))?;
        Ok(membership)
    });
    let membership = allowed.await?;
    let _permit = EXPORT_PERMITS.acquire().await.map_err(|_| Problem::unavailable())?;
    let zip = zip(&app, caller, &membership, language).await?;
    let disposition = "attachment; filename=\"kring.zip\"";
    Ok(([(CONTENT_TYPE, "application/zip"), (CONTENT_DISPOSITION, disposition)], zip))
}

async fn zip(app: &App, caller: Caller, membership: &Membership, language: Language) -> Result<Vec<u8>, Problem> {
    let Membership { space, ref rights, .. } = *membership;
    let role = rights.role;
    let mut zip = Zip::default();
    let about = json!({"space_id": space, "name": membership.space_name, "role": role, "exported_at": clock::now()});
    add(&mut zip, "space.json", &about)?;
    if role.sees_status() {
        add(&mut zip, "status.json", &status::of_space(app, space, role, language).await?)?;
    }
    add(&mut zip, "access-log.json", &access_log::all(app, caller, space, role, language).await?)?;
    if rights.reads_anything() {
        let roster = app.store.read(move |connection| accounts::roster(connection, space)).await?;
        add(&mut zip, "members.json", &Members::from(roster))?;
    }
    let names = Names::read(app, space, language).await?;
    for &kind in DocumentKind::ALL.iter().filter(|kind| rights.access(**kind) >= Access::Read) {
        let document = DocumentId::derive(space, kind);
        let access = DocumentAccess::new(space, kind, rights);
        zip.add(&format!("{kind}.json"), &documents::json(app, caller, &access, &names).await?)?;
        add(&mut zip, &format!("{kind}.history.json"), &history::all(app, document, &names).await?)?;
    }
    Ok(zip.finish()?)
}

fn add(zip: &mut Zip, name: &str, content: &impl Serialize) -> Result<(), Problem> {
    let json = serde_json::to_vec_pretty(content).map_err(|_| Problem::internal())?;
    Ok(zip.add(name, &json)?)
}

impl From<TooLarge> for Problem {
    fn from(_: TooLarge) -> Self {
        Self::internal().detail("the export is larger than a ZIP can be")
    }
}
