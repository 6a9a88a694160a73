//! `GET /v1/spaces/{id}/access-log`: who looked at what.

use axum::extract::State;
use kring_domain::{DocumentId, Language, PersonId, Role, SpaceId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Problem;
use super::extract::{Ids, Json, Parameters, Reads};
use super::problem::ProblemBody;
use crate::accounts::access_log::{LogLine, MAX_LINES, lines};
use crate::accounts::role_in;
use crate::app::App;
use crate::auth::Caller;

/// Something somebody did.
#[derive(Serialize, ToSchema)]
pub(super) struct LogEntry {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String, format = Uuid)]
    person_id: PersonId,
    /// What they are called, while they are in any space.
    person: Option<String>,
    #[schema(value_type = String)]
    role: Role,
    /// `created`, `invited`, `joined`, `removed`, `left`, `read`, `status` or `exported`.
    action: String,
    #[schema(value_type = Option<String>, format = Uuid)]
    document: Option<DocumentId>,
    /// The line in words.
    text: String,
}

/// The latest lines first.
#[derive(Serialize, ToSchema)]
pub(super) struct AccessLog {
    entries: Vec<LogEntry>,
    /// Where there is more: what to ask for with `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Page {
    before: Option<i64>,
}

impl LogEntry {
    fn new(line: LogLine, language: Language) -> Self {
        let text = line.text(language);
        let LogLine { at, person, name, role, action, document, .. } = line;
        Self { at, person_id: person, person: name.filter(|name| !name.is_empty()), role, action, document, text }
    }
}

/// Who looked at what: everything for the client, their own lines for others.
#[utoipa::path(get, path = "/v1/spaces/{id}/access-log",
    params(("id" = Uuid, Path), ("before" = Option<i64>, Query)), responses(
    (status = 200, body = AccessLog),
    (status = 404, description = "`not_found`: not a space of the caller", body = ProblemBody),
))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Ids(space): Ids<SpaceId>,
    Parameters(page): Parameters<Page>,
    Reads(language): Reads,
) -> Result<Json<AccessLog>, Problem> {
    let read = app.store.read(move |connection| {
        let role = role_in(connection, space, caller.person)?;
        lines(connection, space, only(caller, role), page.before)
    });
    let lines = read.await?;
    let next_before = lines.get(MAX_LINES as usize - 1).map(|line| line.number);
    let entries = lines.into_iter().map(|line| LogEntry::new(line, language)).collect();
    Ok(Json(AccessLog { entries, next_before }))
}

/// Every line that somebody may read, the latest first.
pub(super) async fn all(
    app: &App,
    caller: Caller,
    space: SpaceId,
    role: Role,
    language: Language,
) -> Result<Vec<LogEntry>, Problem> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = app.store.read(move |connection| lines(connection, space, only(caller, role), before)).await?;
        let Some(last) = page.last() else { return Ok(all) };
        before = Some(last.number);
        all.extend(page.into_iter().map(|line| LogEntry::new(line, language)));
    }
}

fn only(caller: Caller, role: Role) -> Option<PersonId> {
    match role {
        Role::Client | Role::Representative => None,
        Role::Member | Role::Carer | Role::Professional | Role::Backup | Role::Colleague | Role::CarerConsultant => {
            Some(caller.person)
        }
    }
}
