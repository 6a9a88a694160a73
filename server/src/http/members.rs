//! `/v1/spaces/{id}/members`: who is in a space.

use axum::extract::State;
use axum::http::StatusCode;
use kring_domain::{PersonId, Role, SpaceId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;
use super::extract::{Ids, Json};
use super::problem::ProblemBody;
use crate::accounts::access_log::{Action, Line, record};
use crate::accounts::{self, AccountError, Departure, RosterRow};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;

/// Somebody in the space.
#[derive(Serialize, ToSchema)]
pub(super) struct Member {
    #[schema(value_type = String, format = Uuid)]
    person_id: PersonId,
    name: String,
    #[schema(value_type = String)]
    role: Role,
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
}

/// Everybody in the space.
#[derive(Serialize, ToSchema)]
pub(super) struct Members {
    members: Vec<Member>,
}

impl From<Vec<RosterRow>> for Members {
    fn from(roster: Vec<RosterRow>) -> Self {
        let member = |RosterRow { person, name, role, joined_at }| Member { person_id: person, name, role, joined_at };
        Self { members: roster.into_iter().map(member).collect() }
    }
}

/// The people of a space, in the order in which they joined.
#[utoipa::path(get, path = "/v1/spaces/{id}/members", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Members),
    (status = 404, description = "`not_found`: not a space of the caller, or only its status", body = ProblemBody),
))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Ids(space): Ids<SpaceId>,
) -> Result<Json<Members>, Problem> {
    let roster = app.store.write(move |connection| {
        let rights = accounts::rights(connection, space, caller.person)?;
        // Who may read nothing of a space does not learn who is in it either.
        if !rights.reads_anything() {
            return Err(AccountError::NotFound);
        }
        record(connection, &Line::new(clock::now(), space, caller, rights.role, Action::Read).with("members"))?;
        accounts::roster(connection, space)
    });
    Ok(Json(roster.await?.into()))
}

/// Take somebody out of a space, at once; or oneself.
#[utoipa::path(delete, path = "/v1/spaces/{id}/members/{person_id}",
    params(("id" = Uuid, Path), ("person_id" = Uuid, Path)), responses(
    (status = 204),
    (status = 403, description = "`forbidden`: this role may not remove that person", body = ProblemBody),
    (status = 404, description = "`not_found`: not a space of the caller, or nobody in it", body = ProblemBody),
    (status = 409, description = "`conflict`: nobody would be left to look after the space", body = ProblemBody),
))]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Ids((space, person)): Ids<(SpaceId, PersonId)>,
) -> Result<StatusCode, Problem> {
    let by = caller.person;
    let removed = app.store.erase(move |connection| -> Result<(), AccountError> {
        let now = clock::now();
        let (role, departure) = accounts::remove_member(connection, space, by, person, now)?;
        let action = match departure {
            Departure::Left => Action::Left,
            Departure::Removed => Action::Removed,
        };
        record(connection, &Line::new(now, space, caller, role, action).about(person.uuid()))
    });
    removed.await?;
    app.hub.person_left(space, person);
    Ok(StatusCode::NO_CONTENT)
}
