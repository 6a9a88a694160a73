//! `/v1/spaces`: the spaces of the caller.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use kring_domain::{DocumentId, Name, PersonId, Role, SpaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Problem;
use super::extract::{Ids, Json};
use super::problem::ProblemBody;
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError, Membership, documents_for};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;

/// A new space.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewSpace {
    /// Made by the caller, so that asking twice makes one space.
    #[schema(value_type = String, format = Uuid)]
    space_id: SpaceId,
    #[schema(value_type = String, max_length = 200)]
    name: Name,
}

/// A space as the caller sees it.
#[derive(Serialize, ToSchema)]
pub(super) struct Space {
    #[schema(value_type = String, format = Uuid)]
    space_id: SpaceId,
    name: String,
    #[schema(value_type = String)]
    role: Role,
    /// The documents that the caller may read, by kind.
    #[schema(value_type = BTreeMap<String, String>)]
    documents: BTreeMap<&'static str, DocumentId>,
}

/// The spaces of the caller.
#[derive(Serialize, ToSchema)]
pub(super) struct Spaces {
    spaces: Vec<Space>,
}

impl From<Membership> for Space {
    fn from(Membership { space, space_name, rights }: Membership) -> Self {
        Self { space_id: space, name: space_name, role: rights.role, documents: documents_for(space, &rights) }
    }
}

/// Start a space, as its professional; idempotent by `space_id`.
#[utoipa::path(post, path = "/v1/spaces", request_body = NewSpace, responses(
    (status = 201, body = Space),
    (status = 403, description = "`forbidden`: only professionals start spaces", body = ProblemBody),
    (status = 409, description = "`conflict`: the id is taken", body = ProblemBody),
))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(NewSpace { space_id: space, name }): Json<NewSpace>,
) -> Result<(StatusCode, Json<Space>), Problem> {
    let person = caller.person;
    let created = app.store.write(move |connection| -> Result<Membership, AccountError> {
        let now = clock::now();
        let membership = accounts::create_space(connection, space, &name, person, now)?;
        record(connection, &AuditEntry::new(now, space, caller, membership.rights.role, Action::Created))?;
        Ok(membership)
    });
    let membership = created.await?;
    app.hub.membership_changed(person);
    Ok((StatusCode::CREATED, Json(membership.into())))
}

/// The spaces of the caller, in the order in which they joined.
#[utoipa::path(get, path = "/v1/spaces", responses((status = 200, body = Spaces)))]
pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Spaces>, Problem> {
    let memberships = app.store.read(move |connection| accounts::memberships(connection, caller.person)).await?;
    Ok(Json(Spaces { spaces: memberships.into_iter().map(Space::from).collect() }))
}

/// Erase a space and everything in it.
#[utoipa::path(delete, path = "/v1/spaces/{id}", params(("id" = Uuid, Path)), responses(
    (status = 204),
    (status = 403, description = "`forbidden`: the client may, and a professional while there is no client",
        body = ProblemBody),
    (status = 404, description = "`not_found`: not a space of the caller", body = ProblemBody),
))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Ids(space): Ids<SpaceId>,
) -> Result<StatusCode, Problem> {
    let deleted = app.store.erase(move |connection| -> Result<Vec<PersonId>, AccountError> {
        let people = accounts::delete_space(connection, space, caller.person)?;
        // The space's own log goes with it; that it was there, and who erased it, is kept.
        record(connection, &AuditEntry::of_server(clock::now(), Action::Erased).by(caller).about(space.uuid()))?;
        Ok(people)
    });
    app.hub.space_deleted(space, &deleted.await?);
    Ok(StatusCode::NO_CONTENT)
}
