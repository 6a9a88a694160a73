//! `/v1/spaces/{id}/held`: what somebody made before they left and brought after, for the client or a professional
//! to judge.

use std::collections::BTreeSet;

use axum::extract::State;
use kring_domain::{Access, Author, CommandId, DocumentId, DocumentKind, Language, PersonId, Role, SpaceId, Timestamp};
use kring_sync::{Admission, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Problem;
use super::documents::Names;
use super::extract::{AcceptLanguage, Ids, Json};
use super::problem::ProblemBody;
use super::shapes;
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError, HeldEdit, Review, Rights};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;

/// What waits, in the order in which it came.
#[derive(Serialize, ToSchema)]
pub(super) struct Held {
    held: Vec<HeldItem>,
}

/// An edit that waits for somebody to judge.
#[derive(Serialize, ToSchema)]
pub(super) struct HeldItem {
    #[schema(value_type = String, format = Uuid)]
    command_id: CommandId,
    #[schema(value_type = String, format = Uuid)]
    document: DocumentId,
    #[schema(value_type = String)]
    kind: DocumentKind,
    #[schema(value_type = String, format = Uuid)]
    person_id: PersonId,
    /// The role that the person had in the space.
    #[schema(value_type = String)]
    role: Role,
    /// When it was made, by the clock of its device.
    #[schema(value_type = Option<String>, format = DateTime)]
    made_at: Option<Timestamp>,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    held_at: Timestamp,
    /// What it would do, in words that follow a name.
    text: String,
}

/// The plan for it.
#[derive(Deserialize, ToSchema)]
#[schema(as = ReviewBody)]
pub(super) struct ReviewBody {
    decision: ReviewChoice,
}

/// `admit` or `decline`.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewChoice)]
enum ReviewChoice {
    Admit,
    Decline,
}

/// The outcome of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Judged {
    /// The verdict, where it was let in: it may make no sense any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shapes::Verdict, required = false)]
    verdict: Option<Verdict>,
}

/// What waits for a judge, in the documents that the caller may read.
#[utoipa::path(get, path = "/v1/spaces/{id}/held", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Held),
    (status = 403, description = "`forbidden`: not for this role", body = ProblemBody),
    (status = 404, description = "`not_found`: not a space of the caller", body = ProblemBody),
    (status = 503, description = "`unavailable`", body = ProblemBody),
))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Ids(space): Ids<SpaceId>,
    AcceptLanguage(language): AcceptLanguage,
) -> Result<Json<Held>, Problem> {
    // Whoever looks is in the log before they see it.
    let waiting = app.store.write(move |connection| -> Result<Vec<HeldEdit>, AccountError> {
        let rights = judge_in(connection, space, caller.person)?;
        let mut waiting = accounts::held_in(connection, space)?;
        waiting.retain(|edit| rights.access(edit.kind) >= Access::Read);
        let documents: BTreeSet<DocumentId> = waiting.iter().map(|edit| edit.document).collect();
        for document in documents {
            let line = AuditEntry::new(clock::now(), space, caller, rights.role, Action::Read).on(document);
            record(connection, &line.with("held"))?;
        }
        Ok(waiting)
    });
    let waiting = waiting.await?;
    let names = Names::read(&app, space, language).await?;
    let mut held = Vec::new();
    for edit in waiting {
        held.push(item(&app, edit, &names, language).await?);
    }
    Ok(Json(Held { held }))
}

/// Let a held edit in, under the name of who made it, or not.
#[utoipa::path(post, path = "/v1/spaces/{id}/held/{command_id}", request_body = ReviewBody,
    params(("id" = Uuid, Path), ("command_id" = Uuid, Path)), responses(
    (status = 200, body = Judged),
    (status = 403, description = "`forbidden`: not for this role", body = ProblemBody),
    (status = 404, description = "`not_found`: nothing of this id waits for the caller", body = ProblemBody),
    (status = 503, description = "`unavailable`: it waits still", body = ProblemBody),
))]
pub(super) async fn judge(
    State(app): State<App>,
    caller: Caller,
    Ids((space, id)): Ids<(SpaceId, CommandId)>,
    Json(ReviewBody { decision }): Json<ReviewBody>,
) -> Result<Json<Judged>, Problem> {
    // Of two who judge at once, the second finds nothing that waits.
    let _reviewing = app.judging.lock().await;
    let find = app.store.read(move |connection| -> Result<(HeldEdit, Rights), AccountError> {
        let rights = judge_in(connection, space, caller.person)?;
        let edit = accounts::held_edit(connection, space, id)?.ok_or(AccountError::NotFound)?;
        let may = rights.access(edit.kind) >= Access::Read;
        may.then_some((edit, rights)).ok_or(AccountError::NotFound)
    });
    let (edit, judge) = find.await?;
    let verdict = match decision {
        ReviewChoice::Admit => Some(admit(&app, caller, &judge, &edit).await?),
        ReviewChoice::Decline => None,
    };
    let noted = match decision {
        ReviewChoice::Admit => Review::Admit,
        ReviewChoice::Decline => Review::Decline,
    };
    // The id of the command keeps it from being let in twice, should this not be noted.
    let note = move |connection: &_| -> Result<(), AccountError> {
        let now = clock::now();
        accounts::note_judged(connection, &edit, noted, caller.person, now)?;
        let line = AuditEntry::new(now, space, caller, judge.role, Action::ChangedRights).on(edit.document);
        record(connection, &line.about(edit.person.uuid()).with(noted.name()))
    };
    app.store.write(note).await?;
    Ok(Json(Judged { verdict }))
}

/// Executes the edit where it was made, by who made it and on the authority of the judge.
async fn admit(app: &App, caller: Caller, judge: &Rights, edit: &HeldEdit) -> Result<Verdict, Problem> {
    let Rights { role: judge, has_client, .. } = *judge;
    let author = Author { device: edit.device, person: edit.person, role: edit.role, has_client };
    let document = edit.document;
    let commands = vec![edit.submission.clone()];
    let verdicts = app.documents.submit_for_another(author, (caller.person, judge), document, commands).await?;
    let verdict = verdicts.into_iter().next().ok_or_else(Problem::internal)?;
    // A document that waits for what devices have takes nothing yet; the edit waits for its judge as long.
    if verdict.is_passing() { Err(Problem::unavailable()) } else { Ok(verdict) }
}

/// Returns what somebody may in a space who judges there.
fn judge_in(connection: &rusqlite::Connection, space: SpaceId, person: PersonId) -> Result<Rights, AccountError> {
    let rights = accounts::rights(connection, space, person)?;
    match rights.role {
        Role::Client | Role::Representative | Role::Professional => Ok(rights),
        Role::Member | Role::Carer | Role::Backup | Role::Colleague | Role::CarerConsultant => {
            Err(AccountError::Forbidden)
        }
    }
}

async fn item(app: &App, edit: HeldEdit, names: &Names, language: Language) -> Result<HeldItem, Problem> {
    let names = names.clone();
    let command = edit.submission.command.clone();
    let words = move |admission: &Admission| match command.parse() {
        Ok(command) => command.words(admission.document(), &|person| names.name(person), language),
        Err(_) => language
            .pick("heeft iets gedaan dat hier nog niet bekend is", "did something not known here yet")
            .to_owned(),
    };
    let text = app.documents.evaluate(edit.document, words).await?.ok_or_else(Problem::not_found)?;
    let HeldEdit { document, kind, person, role, held_at, submission, .. } = edit;
    let command_id = submission.id;
    let made_at = submission.made_at;
    Ok(HeldItem { command_id, document, kind, person_id: person, role, made_at, held_at, text })
}
