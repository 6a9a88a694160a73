//! For whoever runs the server: is it up, can it answer, what has it counted, what can it do.

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get};
use kring_domain::Perspective;
use serde::Deserialize;
use utoipa::openapi::OpenApi;

use super::Problem;
use super::extract::{AcceptLanguage, Json, Parameters};
use super::problem::ProblemBody;
use crate::app::App;
use crate::clock::now;
use crate::store::StoreError;

/// Returns whether the process is up.
#[utoipa::path(get, path = "/healthz", security(()), responses((status = 200, body = String)))]
pub(super) async fn healthz() -> &'static str {
    "ok"
}

/// Returns whether the database takes a change and makes it durable, and no document was found damaged.
#[utoipa::path(get, path = "/readyz", security(()), responses((status = 200, body = String), (status = 503, body = ProblemBody)))]
pub(super) async fn readyz(State(app): State<App>) -> Result<&'static str, Problem> {
    let write = app.store.write(|connection| -> Result<(), StoreError> {
        // A transaction that changes nothing would commit on a full disk as well.
        let pulse = "INSERT INTO pulse (one, at) VALUES (1, ?1) ON CONFLICT DO UPDATE SET at = excluded.at";
        connection.prepare_cached(pulse)?.execute([now().millis()])?;
        Ok(())
    });
    write.await.map_err(|_| Problem::unavailable())?;
    if app.documents.damaged().count() > 0 {
        return Err(Problem::unavailable().detail("stored documents are damaged: see the log, and restore a backup"));
    }
    Ok("ready")
}

/// Everything that is counted, for Prometheus.
#[utoipa::path(get, path = "/metrics", security(()),
    responses((status = 200, content_type = "application/openmetrics-text", body = String)))]
pub(super) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, content_type)], app.metrics.text())
}

/// The JSON Schema of every command.
#[utoipa::path(get, path = "/v1/commands.schema.json", security(()),
    responses((status = 200, content_type = "application/schema+json", body = Object)))]
pub(super) async fn commands_schema() -> impl IntoResponse {
    static SCHEMA: LazyLock<String> = LazyLock::new(|| kring_domain::commands_schema().to_string());
    ([(CONTENT_TYPE, "application/schema+json")], SCHEMA.as_str())
}

/// The JSON Schema of what people read: documents, cards, how it goes, and refusals.
#[utoipa::path(get, path = "/v1/read-models.schema.json", security(()),
    responses((status = 200, content_type = "application/schema+json", body = Object)))]
pub(super) async fn read_models_schema() -> impl IntoResponse {
    static SCHEMA: LazyLock<String> = LazyLock::new(|| kring_domain::read_models_schema().to_string());
    ([(CONTENT_TYPE, "application/schema+json")], SCHEMA.as_str())
}

/// Who reads the vocabulary.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default, rename = "for")]
    reader: Reader,
}

/// For whom the words are.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reader {
    /// For the client, who reads about themselves.
    Client,
    /// For everybody else.
    #[default]
    Others,
}

/// What people read for every word of every closed list, in the language they accept: `{list: {word: label}}`.
#[utoipa::path(get, path = "/v1/vocabulary", security(()),
    params(("for" = Option<String>, Query, description = "`client`, who reads about themselves, or `others`")),
    responses(
        (status = 200, body = Object),
        (status = 400, description = "`invalid`: `for` is another word", body = ProblemBody),
    ))]
pub(super) async fn vocabulary(
    Parameters(Wanted { reader }): Parameters<Wanted>,
    AcceptLanguage(language): AcceptLanguage,
) -> impl IntoResponse {
    let perspective = match reader {
        Reader::Client => Perspective::Client,
        Reader::Others => Perspective::Others,
    };
    Json(kring_domain::vocabulary(language, perspective))
}

/// Answers with a document that does not change while the server runs.
pub(super) fn document(api: &OpenApi) -> MethodRouter<App> {
    let json = api.to_json().unwrap_or_default();
    get(async || ([(CONTENT_TYPE, "application/json")], json))
}
