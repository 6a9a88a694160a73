//! `POST /v1/spaces/{id}/invitations`: a code that lets somebody in.

use axum::extract::State;
use axum::http::StatusCode;
use kring_domain::{ContactId, Name, Role, SpaceId, Timestamp, UnsafePeople};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Problem;
use super::extract::{AcceptLanguage, Ids, Json};
use super::problem::ProblemBody;
use super::safety::must_be_safe;
use super::shapes;
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError, CODE_TTL_MS, CodePurpose};
use crate::app::App;
use crate::auth::{Caller, OneTimeCode};
use crate::clock;

/// The person who is invited, as what.
#[derive(Deserialize, ToSchema)]
pub(super) struct Invitation {
    /// `client`, `representative`, `member`, `carer`, `professional`, `backup`, `colleague` or `carer_consultant`.
    #[schema(value_type = shapes::Role)]
    role: Role,
    /// The name for them until they say so themselves.
    #[schema(value_type = Option<String>, max_length = 200)]
    name: Option<Name>,
    /// The person who it is on the network map, where it is somebody there.
    #[schema(value_type = Option<String>, format = Uuid)]
    contact_id: Option<ContactId>,
}

/// A code, to type or to follow as a link.
#[derive(Serialize, ToSchema)]
pub(super) struct CodeAnswer {
    code: String,
    url: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl CodeAnswer {
    pub(super) fn new(app: &App, code: &OneTimeCode, expires_at: Timestamp) -> Self {
        Self { code: code.text(), url: code.url(&app.config.public_url()), expires_at }
    }
}

/// Invite somebody; the code works once.
#[utoipa::path(post, path = "/v1/spaces/{id}/invitations", request_body = Invitation,
    params(("id" = Uuid, Path)), responses(
    (status = 201, body = CodeAnswer),
    (status = 403, description = "`forbidden`: this role may not invite that one", body = ProblemBody),
    (status = 404, description = "`not_found`: not a space of the caller", body = ProblemBody),
    (status = 409, description = "`conflict`: the space has a client; `unsafe`: the client called this person unsafe", body = ProblemBody),
))]
pub(super) async fn invite(
    State(app): State<App>,
    caller: Caller,
    Ids(space): Ids<SpaceId>,
    AcceptLanguage(language): AcceptLanguage,
    Json(Invitation { role, name, contact_id }): Json<Invitation>,
) -> Result<(StatusCode, Json<CodeAnswer>), Problem> {
    let called = name.clone();
    let is_one = move |people: &UnsafePeople| {
        contact_id.is_some_and(|contact| people.has_contact(contact))
            || called.as_ref().is_some_and(|name| people.has_name(name.as_str()))
    };
    must_be_safe(&app, space, caller, language, is_one).await?;
    let purpose = CodePurpose::Join { space, role, name: name.map(|name| name.as_str().to_owned()) };
    let code = OneTimeCode::random();
    let now = clock::now();
    let expires_at = Timestamp::from_millis(now.millis() + CODE_TTL_MS);
    let hash = code.hash();
    let person = caller.person;
    let keep = app.store.write(move |connection| -> Result<(), AccountError> {
        let own = accounts::invite(connection, space, person, role)?;
        accounts::keep_code(connection, hash, &purpose, now, expires_at)?;
        accounts::note_maker(connection, hash, caller)?;
        if let Some(contact) = contact_id {
            accounts::note_contact(connection, hash, contact)?;
        }
        record(connection, &AuditEntry::new(now, space, caller, own, Action::Invited).with(role.name()))
    });
    keep.await?;
    Ok((StatusCode::CREATED, Json(CodeAnswer::new(&app, &code, expires_at))))
}
