//! `GET /v1/spaces/{id}/access-log`: who looked at what.

mod download;
mod nen7513;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kring_domain::{DocumentId, Language, PersonId, Role, SpaceId, Timestamp, first_names};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Problem;
use super::extract::{AcceptLanguage, Ids, Json, Parameters};
use super::problem::ProblemBody;
use crate::accounts::access_log::{Action, AuditEntry, AuditRow, Filter, MAX_ROWS, client_of, record, rows};
use crate::accounts::{AccountError, role_in, roster};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use download::Words;
pub(crate) use nen7513::AuditContext;

/// Something somebody did.
#[derive(Serialize, ToSchema)]
pub(super) struct LogEntry {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = Option<String>, format = Uuid)]
    person_id: Option<PersonId>,
    /// The name, while they are in any space.
    person: Option<String>,
    /// As what; nothing for anybody who had no place in the space.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// The things that they did: `created`, `invited`, `joined`, `invited_back`, `came_back`, `removed`, `left`, `read`, `read_on_device`, `received`, `status`,
    /// `read_log`, `wrote`, `changed_rights`, `erased`, `exported` or `broken_read_log`.
    action: String,
    /// `done`, or `refused` where they were not let.
    outcome: String,
    #[schema(value_type = Option<String>, format = Uuid)]
    document: Option<DocumentId>,
    /// More of it, as a word: the command, the role of an invitation, the part that was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The line in words.
    text: String,
}

/// The latest lines first.
#[derive(Serialize, ToSchema)]
pub(super) struct AccessLog {
    entries: Vec<LogEntry>,
    /// Present where there is more: what to ask for with `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, required = false)]
    next_before: Option<i64>,
}

/// The latest lines first, with the fields of NEN 7513.
#[derive(Serialize, ToSchema)]
pub(super) struct NormLog {
    #[schema(value_type = Vec<Object>)]
    entries: Vec<Value>,
    /// Present where there is more: what to ask for with `before`.
    #[schema(required)]
    next_before: Option<i64>,
}

/// A page in the form that was asked for.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Page {
    Plain(AccessLog),
    Norm(NormLog),
}

/// The wanted lines and their form.
#[derive(Deserialize)]
pub(super) struct Wanted {
    before: Option<i64>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    person: Option<PersonId>,
    #[serde(default)]
    format: Format,
}

/// In which form the lines are wanted.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// For people: a page with a sentence for each line.
    #[default]
    Plain,
    /// A page with the fields of NEN 7513.
    Nen7513,
    /// All lines as a table.
    Csv,
    /// All lines with the fields of NEN 7513, one JSON object each.
    Ndjson,
}

impl LogEntry {
    fn new(line: AuditRow, words: &Words) -> Self {
        let text = line.text(words.language, &words.called);
        let AuditRow { at, person, name, role, action, outcome, document, detail, .. } = line;
        Self { at, person_id: person, person: name, role, action, outcome, document, detail, text }
    }
}

/// The readings: everything for the client, their own lines for others.
#[utoipa::path(get, path = "/v1/spaces/{id}/access-log",
    params(("id" = Uuid, Path), ("before" = Option<i64>, Query), ("from" = Option<String>, Query, format = DateTime),
        ("to" = Option<String>, Query, format = DateTime), ("person" = Option<Uuid>, Query),
        ("format" = inline(Option<Format>), Query)),
    responses(
    (status = 200, content(
        (Page = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"))),
    (status = 404, description = "`not_found`: not a space of the caller", body = ProblemBody),
))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Ids(space): Ids<SpaceId>,
    Parameters(wanted): Parameters<Wanted>,
    AcceptLanguage(language): AcceptLanguage,
) -> Result<Response, Problem> {
    let Wanted { before, from, to, person, format } = wanted;
    let is_download = matches!(format, Format::Csv | Format::Ndjson);
    let found = app.store.write(move |connection| -> Result<_, AccountError> {
        let role = role_in(connection, space, caller.person)?;
        let filter = Filter { person: only(caller, role).or(person), from, to, before };
        let page = if is_download { Vec::new() } else { rows(connection, Some(space), &filter)? };
        // Kept behind the lines, so that looking does not show itself.
        let action = if is_download { Action::Exported } else { Action::ReadLog };
        let line = AuditEntry::new(clock::now(), space, caller, role, action);
        record(connection, &if is_download { line.with("access_log") } else { line })?;
        Ok((page, filter, client_of(connection, space)?, called(connection, space)?))
    });
    let (page, filter, client, called) = found.await?;
    let words = Words { language, called };
    let next_before = page.get(MAX_ROWS as usize - 1).map(|line| line.position);
    let context = AuditContext { site: app.config.public_url(), space: Some(space), client };
    Ok(match format {
        Format::Plain => {
            let entries = page.into_iter().map(|line| LogEntry::new(line, &words)).collect();
            Json(Page::Plain(AccessLog { entries, next_before })).into_response()
        }
        Format::Nen7513 => {
            let entries = page.iter().map(|line| context.event(line)).collect();
            Json(Page::Norm(NormLog { entries, next_before })).into_response()
        }
        Format::Csv => download::csv(app, space, filter, words),
        Format::Ndjson => download::ndjson(app, space, filter, context),
    })
}

/// Every line that somebody may read, the latest first.
pub(super) async fn all(
    app: &App,
    caller: Caller,
    space: SpaceId,
    role: Role,
    language: Language,
) -> Result<Vec<LogEntry>, Problem> {
    let mut all = Vec::new();
    let mut filter = Filter { person: only(caller, role), ..Filter::default() };
    let called = app.store.read(move |connection| called(connection, space)).await?;
    let words = Words { language, called };
    loop {
        let page = app.store.read(move |connection| rows(connection, Some(space), &filter)).await?;
        let Some(last) = page.last() else { return Ok(all) };
        filter.before = Some(last.position);
        all.extend(page.into_iter().map(|line| LogEntry::new(line, &words)));
    }
}

/// Returns what the people of a space are called in texts.
fn called(connection: &Connection, space: SpaceId) -> Result<BTreeMap<PersonId, String>, AccountError> {
    let roster = roster(connection, space)?;
    Ok(first_names(roster.iter().map(|row| (row.person, row.name.as_str()))))
}

fn only(caller: Caller, role: Role) -> Option<PersonId> {
    match role {
        Role::Client | Role::Representative => None,
        Role::Member | Role::Carer | Role::Professional | Role::Backup | Role::Colleague | Role::CarerConsultant => {
            Some(caller.person)
        }
    }
}
