//! The shapes of bodies whose types live in crates that know nothing of OpenAPI; only their descriptions are used.

#![expect(dead_code, reason = "described and never made")]

use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A command with its id and the circumstances in which it was made.
#[derive(ToSchema)]
pub(super) struct Submission {
    /// Made by the device; the same id is admitted once.
    id: Uuid,
    /// The state in which the command was made; the present where it is absent.
    base: Option<Position>,
    /// When the person made it; now where it is absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    made_at: Option<String>,
    /// `{type, …}`, see `/v1/commands.schema.json`; anything else is answered with the verdict `rejected`.
    command: Value,
}

/// A state in the history of a document.
#[derive(ToSchema)]
struct Position {
    generation: u64,
    sequence: u64,
}

/// The answer to one command.
#[derive(ToSchema)]
pub(super) struct Verdict {
    /// The id of the command, as it was sent.
    #[schema(value_type = String)]
    id: String,
    verdict: Judgement,
    /// The number of the command's entry in its generation, where it was admitted.
    #[schema(required = false, nullable = false)]
    sequence: u64,
    #[schema(required = false, nullable = false)]
    generation: u64,
    /// A stable word for the reason.
    #[schema(required = false, nullable = false)]
    code: String,
    /// The field that is wrong.
    #[schema(required = false, nullable = false)]
    field: String,
    /// A stable word for the reason, more closely than the code.
    #[schema(required = false, nullable = false)]
    reason: String,
    /// The roles, or the ids of the people, whose step, choice or thing it is.
    #[schema(required = false, nullable = false)]
    about: Vec<String>,
    /// The reason in words, in the language of the caller.
    #[schema(required = false, nullable = false)]
    text: String,
}

#[derive(ToSchema)]
#[schema(as = VerdictKind, rename_all = "snake_case")]
enum Judgement {
    Admitted,
    Rejected,
    Held,
}

/// A reading of a document on a device.
#[derive(ToSchema)]
#[schema(as = ReadEvent)]
pub(super) struct ReadEvent {
    #[schema(value_type = String, format = DateTime)]
    at: String,
    document: Uuid,
}

/// The signature by which a device shows that a refresh token is its own.
#[derive(ToSchema)]
pub(super) struct Proof {
    at: String,
    #[schema(pattern = "^[A-Za-z0-9_-]{16,64}$")]
    nonce: String,
    #[schema(pattern = "^[A-Za-z0-9_-]{86}$")]
    signature: String,
}

/// A role in a space.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum Role {
    Client,
    Representative,
    Member,
    Carer,
    Professional,
    Backup,
    Colleague,
    CarerConsultant,
}
