//! `/v1/documents/{id}/history`: who did what, when, in words.

use axum::extract::State;
use kring_domain::{Command, DocumentId, ParseError, PersonId, Role, Timestamp, words_of_outline};
use kring_sync::{Admission, Position};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Problem;
use super::documents::{Names, document_access, log_reading};
use super::extract::{AcceptLanguage, Ids, Json, Parameters};
use super::problem::ProblemBody;
use crate::app::App;
use crate::auth::Caller;
use crate::documents::history::{HistoryRow, history};
use crate::documents::queries::{LoadError, head};

/// The most entries of one answer, and how many there are where nothing else is asked.
const MAX_ENTRIES: u32 = 200;
const ENTRIES: u32 = 50;

/// The part of the history.
#[derive(Deserialize)]
pub(super) struct Page {
    /// Only entries before this sequence number.
    before: Option<u64>,
    /// The generation of that sequence number; the present one where it is absent.
    generation: Option<u64>,
    /// The number of entries, 1 to 200; 50 where it is absent.
    limit: Option<u32>,
}

/// The history, the latest first.
#[derive(Serialize, ToSchema)]
pub(super) struct History {
    entries: Vec<HistoryEntry>,
}

/// Something that somebody did.
#[derive(Serialize, ToSchema)]
pub(super) struct HistoryEntry {
    /// When it was admitted.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String, format = Uuid)]
    person_id: PersonId,
    /// The role of the person called, or a neutral word for anybody who is no longer there.
    person: String,
    /// The role that the person had at the time.
    #[schema(value_type = String)]
    role: Role,
    /// The command's name.
    command: String,
    /// The things that they did, in words that follow the name.
    text: String,
    /// Its place in the generation; 0 where it began the generation, by erasing something.
    sequence: u64,
    generation: u64,
}

/// The actions in a document, when, in words; the latest first.
#[utoipa::path(get, path = "/v1/documents/{id}/history", params(("id" = Uuid, Path),
    ("before" = Option<u64>, Query), ("generation" = Option<u64>, Query), ("limit" = Option<u32>, Query)), responses(
    (status = 200, body = History),
    (status = 404, description = "`not_found`: not a document the caller may read", body = ProblemBody),
    (status = 503, description = "`unavailable`", body = ProblemBody),
))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    AcceptLanguage(language): AcceptLanguage,
    Ids(document): Ids<DocumentId>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<History>, Problem> {
    let access = document_access(&app, caller, document).await?;
    log_reading(&app, caller, &access, Some("history")).await?;
    let names = Names::read(&app, access.space, language).await?;
    let limit = page.limit.unwrap_or(ENTRIES).clamp(1, MAX_ENTRIES);
    let before = (page.generation, page.before);
    let entries = entries(&app, document, &names, before, limit).await?;
    Ok(Json(History { entries }))
}

/// All of the history, the latest first.
pub(super) async fn all(app: &App, document: DocumentId, names: &Names) -> Result<Vec<HistoryEntry>, Problem> {
    let mut all = Vec::new();
    loop {
        let last = all.last().map(|entry: &HistoryEntry| (entry.generation, entry.sequence));
        let before = (last.map(|(generation, _)| generation), last.map(|(_, sequence)| sequence));
        // In pages, because a document's writer does nothing else while it puts a page into words.
        let page = entries(app, document, names, before, MAX_ENTRIES).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

async fn entries(
    app: &App,
    document: DocumentId,
    names: &Names,
    before: (Option<u64>, Option<u64>),
    limit: u32,
) -> Result<Vec<HistoryEntry>, Problem> {
    let rows = app.store.read(move |connection| -> Result<_, LoadError> {
        let generation = match before.0 {
            Some(generation) => generation,
            None => head(connection, document)?.map_or(0, |head| head.at.generation),
        };
        let before = Position { generation, sequence: before.1.unwrap_or(u64::MAX) };
        history(connection, document, before, limit)
    });
    let rows = rows.await?;
    let names = names.clone();
    let put = move |admission: &Admission| rows.into_iter().map(|row| in_words(admission, row, &names)).collect();
    app.documents.evaluate(document, put).await?.ok_or_else(Problem::not_found)
}

fn in_words(admission: &Admission, row: HistoryRow, names: &Names) -> HistoryEntry {
    let name = |person| names.called(person);
    let value: Value = serde_json::from_str(&row.command).unwrap_or_default();
    let command = value.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    // An outline keeps the id of what was erased; of an entry that a device brought back only the command's name is known.
    let is_outline = value.as_object().is_some_and(|fields| fields.len() > 1);
    let text = match Command::parse(value) {
        Ok(command) if row.is_suggestion => {
            let proposal = command.proposal(admission.document(), &name, names.language);
            format!("{} {proposal}", names.language.pick("heeft iets voorgesteld.", "suggested something."))
        }
        Ok(command) => command.words(admission.document(), &name, names.language),
        Err(ParseError::Invalid(_)) if is_outline => words_of_outline(names.language).to_owned(),
        // Written by another version, whose words for it are not known here.
        Err(_) => names.language.pick("heeft iets gedaan", "did something").to_owned(),
    };
    HistoryEntry {
        at: row.at,
        person_id: row.person,
        person: names.name(row.person),
        role: row.role,
        command,
        text,
        sequence: row.position.sequence,
        generation: row.position.generation,
    }
}
