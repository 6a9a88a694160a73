//! `/v1/documents/{id}`: a document as a person reads it, and commands without a CRDT library.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::IntoResponse;
use kring_domain::{
    Access, Author, Content, DocumentId, DocumentKind, Labels, Language, PersonId, ReadModel, Reader, RefusalCode,
    Role, SpaceId, first_names, read_model_for,
};
use kring_sync::{Admission, MAX_COMMANDS, Submission, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Problem;
use super::device_read_log::may_upload;
use super::extract::{AcceptLanguage, Ids, Json};
use super::problem::ProblemBody;
use super::shapes;
use super::spelling::{Spellings, WrittenSubmission, WrittenVerdict};
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::documents::Unavailable;
use crate::documents::queries::LoadError;
use crate::sync::directory::{self, DocumentAccess};
use crate::sync::rate_limit::{RateLimited, rate_limit};

/// The interval at which commands are given before a failure is told, besides the last time.
const ATTEMPTS: usize = 2;

/// Commands for a document.
#[derive(Deserialize, ToSchema)]
pub(super) struct Commands {
    /// At most 1,000 commands, in the order in which they were made.
    #[schema(value_type = Vec<shapes::Submission>, max_items = 1000)]
    commands: Vec<WrittenSubmission>,
}

/// The outcome of the commands.
#[derive(Serialize, ToSchema)]
pub(super) struct Verdicts {
    /// One verdict for each command, in the same order.
    #[schema(value_type = Vec<shapes::Verdict>)]
    verdicts: Vec<ExplainedVerdict>,
}

/// A verdict, with the reason in the language of the caller where something is not simply admitted.
#[derive(Serialize)]
struct ExplainedVerdict {
    #[serde(flatten)]
    verdict: WrittenVerdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// A document as a person reads it.
#[derive(Serialize, ToSchema)]
pub(super) struct Document {
    #[schema(value_type = String, format = Uuid)]
    id: DocumentId,
    #[schema(value_type = String)]
    kind: DocumentKind,
    #[schema(value_type = String, format = Uuid)]
    space_id: SpaceId,
    /// Starts again where history was rewritten.
    generation: u64,
    /// The number of commands of the generation that were admitted.
    sequence: u64,
    /// The things in the document, by kind of document.
    #[schema(value_type = Object)]
    content: Content,
    /// The questions that the merge of concurrent edits has raised.
    #[schema(value_type = Vec<Object>)]
    cards: Vec<kring_domain::Card>,
    /// What a person reads for the words in `content`: `{field: {word: label}}`.
    #[schema(value_type = Object)]
    labels: Labels,
}

/// Admit commands to a document, each once whatever happens: send the same ids again until there is an answer.
#[utoipa::path(post, path = "/v1/documents/{id}/commands", params(("id" = Uuid, Path)), request_body = Commands,
    responses(
        (status = 200, body = Verdicts),
        (status = 404, description = "`not_found`: not a document the caller may read", body = ProblemBody),
        (status = 409, description = "`read_log_gap` or `read_log_broken`: see `/v1/devices/reads`", body = ProblemBody),
        (status = 413, description = "`too_large`: more than 1 MiB or 1,000 commands", body = ProblemBody),
        (status = 429, description = "`rate_limited`: nothing of it was recorded", body = ProblemBody),
        (status = 503, description = "`unavailable`: nothing of it was recorded", body = ProblemBody),
    ))]
pub(super) async fn submit(
    State(app): State<App>,
    caller: Caller,
    Ids(document): Ids<DocumentId>,
    AcceptLanguage(language): AcceptLanguage,
    headers: HeaderMap,
    Json(Commands { commands }): Json<Commands>,
) -> Result<impl IntoResponse, Problem> {
    if commands.len() > MAX_COMMANDS {
        return Err(Problem::too_large());
    }
    may_upload(&app, caller).await?;
    let access = document_access(&app, caller, document).await?;
    let (spellings, commands) = Spellings::split(commands);
    let count = commands.len();
    let RateLimited { passed, refused } = rate_limit(&app.hub, Some(&access), caller.device, caller.person, commands);
    if count > 0 && passed.is_none() {
        return Err(Problem::rate_limited(1));
    }
    let mut verdicts = match passed {
        Some((author, commands)) => decided(&app, caller, author, document, commands, length(&headers)).await?,
        None => Vec::new(),
    };
    verdicts.extend(refused);
    let is_limited = verdicts.last().is_some_and(|verdict| verdict.code == Some(RefusalCode::RateLimited));
    let wait = is_limited.then_some([(RETRY_AFTER, HeaderValue::from_static("1"))]);
    let texts = explained(&app, caller, &access, &verdicts, language).await?;
    let verdicts = spellings.restore(verdicts).into_iter().zip(texts);
    let verdicts = verdicts.map(|(verdict, text)| ExplainedVerdict { verdict, text }).collect();
    Ok((wait, Json(Verdicts { verdicts })))
}

/// Puts the reasons of verdicts into words for the caller; there is none where a command is simply admitted.
async fn explained(
    app: &App,
    caller: Caller,
    access: &DocumentAccess,
    verdicts: &[Verdict],
    language: Language,
) -> Result<Vec<Option<String>>, Problem> {
    if verdicts.iter().all(|verdict| verdict.code.is_none()) {
        return Ok(vec![None; verdicts.len()]);
    }
    let names = Names::read(app, access.space, language).await?;
    let name = |person| names.called(person);
    let reader =
        Reader::neutral(&name, language).reading_as(access.author(caller.device, caller.person)).about(names.client);
    let explain = |verdict: &Verdict| {
        let field = verdict.field.as_deref();
        let because = verdict.because.as_ref();
        verdict.code.map(|code| kring_domain::explain(code, field, because, &reader))
    };
    Ok(verdicts.iter().map(explain).collect())
}

/// Returns what becomes of commands.
///
/// Where somebody is removed while they write, nothing of the round that they were in is kept: whoever else was in it is
/// asked again, and who was removed finds nothing.
async fn decided(
    app: &App,
    caller: Caller,
    mut author: Author,
    document: DocumentId,
    commands: Vec<Submission>,
    size: usize,
) -> Result<Vec<Verdict>, Problem> {
    for _ in 0..ATTEMPTS {
        match app.documents.submit(author, document, commands.clone(), size).await {
            Err(Unavailable) if !app.store.is_untrusted() => {
                author = document_access(app, caller, document).await?.author(caller.device, caller.person);
            }
            answered => return Ok(answered?),
        }
    }
    Ok(app.documents.submit(author, document, commands, size).await?)
}

/// The document as the caller reads it, in the language they accept.
#[utoipa::path(get, path = "/v1/documents/{id}", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Document),
    (status = 404, description = "`not_found`: not a document the caller may read", body = ProblemBody),
    (status = 503, description = "`unavailable`", body = ProblemBody),
))]
pub(super) async fn read(
    State(app): State<App>,
    caller: Caller,
    AcceptLanguage(language): AcceptLanguage,
    Ids(document): Ids<DocumentId>,
) -> Result<impl IntoResponse, Problem> {
    let access = document_access(&app, caller, document).await?;
    log_reading(&app, caller, &access, None).await?;
    let names = Names::read(&app, access.space, language).await?;
    let json = json(&app, caller, &access, &names).await?;
    Ok(([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], json))
}

/// A document as JSON, as the caller reads it, with its people called by `names`.
pub(super) async fn json(
    app: &App,
    caller: Caller,
    access: &DocumentAccess,
    names: &Names,
) -> Result<Vec<u8>, Problem> {
    let space = access.space;
    let names = names.clone();
    let author = access.author(caller.device, caller.person);
    let json =
        app.documents.evaluate(access.document, move |admission| render(admission, space, author, &names)).await?;
    json.ok_or_else(Problem::not_found)
}

/// The caller's place at a document that they may read.
pub(super) async fn document_access(
    app: &App,
    caller: Caller,
    document: DocumentId,
) -> Result<DocumentAccess, Problem> {
    let access =
        app.store.read(move |connection| directory::document_access(connection, caller.person, document)).await?;
    access.filter(|access| access.level() >= Access::Read).ok_or_else(Problem::not_found)
}

/// Keeps in the access log that the caller looks at a document, or at a part of it.
pub(super) async fn log_reading(
    app: &App,
    caller: Caller,
    access: &DocumentAccess,
    part: Option<&'static str>,
) -> Result<(), Problem> {
    let line = AuditEntry::new(clock::now(), access.space, caller, access.role, Action::Read).on(access.document);
    let line = part.map_or(line, |part| line.with(part));
    Ok(app.store.write(move |connection| record(connection, &line)).await?)
}

/// How the people of a space are called; clones share it.
#[derive(Clone)]
pub(super) struct Names {
    whole: Arc<BTreeMap<PersonId, String>>,
    called: Arc<BTreeMap<PersonId, String>>,
    client: Option<PersonId>,
    pub(super) language: Language,
}

impl Names {
    pub(super) async fn read(app: &App, space: SpaceId, language: Language) -> Result<Self, Problem> {
        let roster =
            app.store.read(move |connection| -> Result<_, AccountError> { accounts::roster(connection, space) });
        let roster = roster.await?;
        let client = roster.iter().find(|row| row.role == Role::Client).map(|row| row.person);
        let called = first_names(roster.iter().map(|row| (row.person, row.name.as_str())));
        let whole = roster.into_iter().map(|row| (row.person, row.name)).collect();
        Ok(Self { whole: Arc::new(whole), called: Arc::new(called), client, language })
    }

    /// Returns what people call the client.
    pub(super) fn client(&self) -> Option<String> {
        self.client.map(|client| self.called(client))
    }

    /// Returns what people call somebody, in texts: the first name where it is clear.
    pub(super) fn called(&self, person: PersonId) -> String {
        self.called.get(&person).map_or_else(|| self.name(person), String::clone)
    }

    /// The name, or a neutral word for anybody who is no longer there.
    pub(super) fn name(&self, person: PersonId) -> String {
        let gone = self.language.pick("iemand die er niet meer bij is", "someone who has left");
        self.whole.get(&person).map_or_else(|| gone.to_owned(), String::clone)
    }
}

impl From<Unavailable> for Problem {
    fn from(_: Unavailable) -> Self {
        Self::unavailable()
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Store(error) => error.into(),
            LoadError::Unavailable => Self::unavailable(),
            LoadError::Damaged(_) => {
                tracing::error!(%error, "the stored documents are damaged");
                Self::unavailable()
            }
        }
    }
}

fn render(admission: &Admission, space_id: SpaceId, author: Author, names: &Names) -> Vec<u8> {
    let kind = admission.kind();
    let head = admission.head();
    let name = |person| names.called(person);
    let reader = Reader::neutral(&name, names.language).reading_as(author).about(names.client);
    let ReadModel { content, cards, labels } = read_model_for(kind, admission.document(), &reader);
    let generation = head.generation;
    let sequence = head.sequence;
    let document = Document { id: admission.id(), kind, space_id, generation, sequence, content, cards, labels };
    // Read models are plain data, which always has a JSON form.
    serde_json::to_vec(&document).unwrap_or_else(|_| Value::Null.to_string().into_bytes())
}

fn length(headers: &HeaderMap) -> usize {
    let length = headers.get(axum::http::header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or(kring_sync::MAX_FRAME_BYTES)
}
