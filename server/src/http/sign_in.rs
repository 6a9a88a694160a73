//! `POST /v1/sign-in`: a code becomes a sign-in.

use std::net::IpAddr;

use axum::extract::State;
use kring_domain::{DeviceId, Name, PersonId, Role, SpaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Problem;
use super::extract::{AcceptLanguage, AnonymousCaller, Json};
use super::problem::ProblemBody;
use super::safety::is_kept_out;
use super::token::Pair;
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError, SignInRequest, SignedIn};
use crate::app::App;
use crate::auth::{Caller, CodeHash, DeviceKey, Proof, Secret};
use crate::clock;

/// A code, and who brings it.
#[derive(Deserialize, ToSchema)]
pub(super) struct SignInBody {
    /// A one-time code, as somebody types or pastes it: alone, as a link, or with words and punctuation around it.
    #[schema(value_type = String)]
    code: Secret,
    /// The name for the device.
    #[schema(value_type = String, max_length = 200)]
    device_name: Name,
    /// The name for the person.
    #[schema(value_type = Option<String>, max_length = 200)]
    display_name: Option<Name>,
    /// The id of a new person, from a phone that worked before it signed in; not taken where there is such a person.
    #[schema(value_type = Option<String>, format = Uuid)]
    person_id: Option<PersonId>,
    /// The only person that the code may sign in, from a phone with somebody's file: a code of anybody else is answered
    /// `other_person`, and stays good.
    #[schema(value_type = Option<String>, format = Uuid)]
    only_person: Option<PersonId>,
    /// The public half of an Ed25519 key that the device made, in URL-safe base64: without its signature the refresh
    /// token is worth nothing from then on.
    #[schema(value_type = Option<String>)]
    device_key: Option<DeviceKey>,
    /// `{at, nonce, signature}`, as at `/v1/token`, over `kring sign-in proof 1`, the public half of the key, the SHA-256 of
    /// the code's sixteen characters without hyphens, `at` and `nonce`, a line each. Who signs can ask again with the same
    /// nonce and a later `at` when the answer was lost: for a day the same device gets the same person and device.
    #[schema(value_type = Option<Object>)]
    proof: Option<Proof>,
}

/// A sign-in.
#[derive(Serialize, ToSchema)]
#[schema(as = SignInAnswer)]
pub(super) struct SignInAnswer {
    #[schema(value_type = String, format = Uuid)]
    person_id: PersonId,
    #[schema(value_type = String, format = Uuid)]
    device_id: DeviceId,
    #[serde(flatten)]
    pair: Pair,
    /// The space that was joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Uuid)]
    space_id: Option<SpaceId>,
    /// As what.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
}

/// Sign in with a one-time code; with a bearer token, join as who is signed in.
#[utoipa::path(post, path = "/v1/sign-in", request_body = SignInBody, security((), ("bearer" = [])),
    responses(
    (status = 200, body = SignInAnswer),
    (status = 401, description = "`invalid_code`: unknown, used or expired; `invalid_proof` or `clock` (see `server_time`)",
        body = ProblemBody),
    (status = 409, description = "`conflict`: already in this space with another role; `other_person`: the code is of somebody \
        else and stays good", body = ProblemBody),
    (status = 429, description = "`rate_limited`: too many wrong codes, or too many requests", body = ProblemBody),
))]
pub(super) async fn sign_in(
    State(app): State<App>,
    AnonymousCaller(address): AnonymousCaller,
    caller: Option<Caller>,
    AcceptLanguage(language): AcceptLanguage,
    Json(body): Json<SignInBody>,
) -> Result<Json<SignInAnswer>, Problem> {
    let SignInBody { code, device_name, display_name, person_id, only_person, device_key, proof } = body;
    let code = CodeHash::of_typed(code.expose());
    let called = display_name.as_ref().map(|name| name.as_str().to_owned());
    let is_kept_out = match code {
        Some(code) => is_kept_out(&app, code, caller, called).await?,
        None => false,
    };
    let request = SignInRequest {
        code,
        device_name,
        display_name,
        person: person_id,
        only_person,
        device_key,
        proof,
        caller,
        is_kept_out,
        language,
        address,
    };
    let SignedIn { caller, refresh_token, joined } = use_code(&app, address, request).await?;
    app.hub.membership_changed(caller.person);
    if let Some((space, Role::Client)) = joined {
        // What others change of the client's own is a suggestion from now on.
        app.hub.rights_changed(space);
    }
    let pair = Pair::new(&app, caller, refresh_token).await?;
    let (space_id, role) = joined.unzip();
    Ok(Json(SignInAnswer { person_id: caller.person, device_id: caller.device, pair, space_id, role }))
}

/// Signs in, unless too many codes from the same address were wrong.
async fn use_code(app: &App, address: IpAddr, request: SignInRequest) -> Result<SignedIn, AccountError> {
    let now = clock::now();
    app.auth.may_try(address, now).map_err(AccountError::Blocked)?;
    // A slip of the hand is no guess: nothing was looked up, and nobody learns anything from the answer.
    if request.code.is_none() {
        return Err(AccountError::NoCode);
    }
    let auth = app.auth.clone();
    let signed_in = app.store.write(move |connection| {
        // Again here, where one request comes after the other: guesses side by side must not all be the first.
        auth.may_try(address, now).map_err(AccountError::Blocked)?;
        let signed_in = accounts::sign_in(connection, &request, now);
        if matches!(signed_in, Err(AccountError::InvalidCode)) {
            auth.wrong_code(address, now);
        }
        signed_in
    });
    let signed_in = signed_in.await;
    if matches!(signed_in, Err(AccountError::InvalidCode)) {
        app.metrics.wrong_code();
        // Beside the attempt, of which nothing is kept.
        let line = AuditEntry::of_server(now, Action::SignedIn).from(address).refused();
        app.store.write(move |connection| record(connection, &line)).await?;
    }
    signed_in
}
