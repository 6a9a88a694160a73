//! `/v1/spaces/{id}/members`: who is in a space.

use axum::extract::State;
use axum::http::StatusCode;
use kring_domain::{PersonId, Role, SpaceId, Timestamp};
use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;
use super::extract::{AcceptLanguage, Ids, Json};
use super::invitations::CodeAnswer;
use super::problem::ProblemBody;
use super::safety::must_be_safe;
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError, CodePurpose, DEVICE_CODE_TTL_MS, Departure, RETURN_CODE_TTL_MS, RosterRow};
use crate::app::App;
use crate::auth::{Caller, OneTimeCode};
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
    /// True when the caller may make a code with which this person comes back on a new phone; not in an export.
    #[serde(skip_serializing_if = "Option::is_none")]
    may_invite_back: Option<bool>,
}

/// Everybody in the space.
#[derive(Serialize, ToSchema)]
pub(super) struct Members {
    members: Vec<Member>,
}

impl Member {
    fn new(row: RosterRow, may_invite_back: Option<bool>) -> Self {
        let RosterRow { person, name, role, joined_at } = row;
        Self { person_id: person, name, role, joined_at, may_invite_back }
    }
}

impl From<Vec<RosterRow>> for Members {
    fn from(roster: Vec<RosterRow>) -> Self {
        Self { members: roster.into_iter().map(|row| Member::new(row, None)).collect() }
    }
}

/// A member, as the caller sees them.
fn member(connection: &Connection, space: SpaceId, caller: PersonId, row: RosterRow) -> Result<Member, AccountError> {
    let person = row.person;
    let may_invite_back = match accounts::invite_back(connection, space, caller, person) {
        // Who is here has no need to come back.
        Ok(_) => person != caller,
        Err(AccountError::NotFound | AccountError::Forbidden) => false,
        Err(error) => return Err(error),
    };
    Ok(Member::new(row, Some(may_invite_back)))
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
        record(connection, &AuditEntry::new(clock::now(), space, caller, rights.role, Action::Read).with("members"))?;
        let roster = accounts::roster(connection, space)?.into_iter();
        roster.map(|row| member(connection, space, caller.person, row)).collect::<Result<_, _>>()
    });
    Ok(Json(Members { members: roster.await? }))
}

/// A code with which somebody of the space signs in on a new or emptied phone, as the same person; it works once.
///
/// Only the newest such code works. Everybody concerned reads in the access log that it was made, and that it was used; the
/// devices that the person has stay signed in.
#[utoipa::path(post, path = "/v1/spaces/{id}/members/{person_id}/codes",
    params(("id" = Uuid, Path), ("person_id" = Uuid, Path)), responses(
    (status = 201, body = CodeAnswer),
    (status = 403, description = "`forbidden`: this role may not bring that person back, or the person is in a space where the \
        caller may not", body = ProblemBody),
    (status = 404, description = "`not_found`: not a space of the caller, or nobody in it", body = ProblemBody),
    (status = 409, description = "`unsafe`: the client called this person unsafe", body = ProblemBody),
))]
pub(super) async fn make_code(
    State(app): State<App>,
    caller: Caller,
    Ids((space, person)): Ids<(SpaceId, PersonId)>,
    AcceptLanguage(language): AcceptLanguage,
) -> Result<(StatusCode, Json<CodeAnswer>), Problem> {
    if person != caller.person {
        must_be_safe(&app, space, caller, language, move |people| people.has_person(person)).await?;
    }
    let code = OneTimeCode::random();
    let now = clock::now();
    // Who asks for themselves has another device in their hand, so that a short time is enough.
    let ttl_ms = if person == caller.person { DEVICE_CODE_TTL_MS } else { RETURN_CODE_TTL_MS };
    let expires_at = Timestamp::from_millis(now.millis() + ttl_ms);
    let hash = code.hash();
    let keep = app.store.write(move |connection| -> Result<(), AccountError> {
        let own = accounts::invite_back(connection, space, caller.person, person)?;
        accounts::drop_return_codes(connection, space, person)?;
        accounts::keep_code(connection, hash, &CodePurpose::Return { space, person }, now, expires_at)?;
        accounts::note_maker(connection, hash, caller)?;
        record(connection, &AuditEntry::new(now, space, caller, own, Action::InvitedBack).about(person.uuid()))
    });
    keep.await?;
    Ok((StatusCode::CREATED, Json(CodeAnswer::new(&app, &code, expires_at))))
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
        record(connection, &AuditEntry::new(now, space, caller, role, action).about(person.uuid()))
    });
    removed.await?;
    app.hub.person_left(space, person);
    Ok(StatusCode::NO_CONTENT)
}
