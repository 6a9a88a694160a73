//! Why the demo could not be told.

use axum::http::StatusCode;
use thiserror::Error;

use crate::accounts::AccountError;

/// Why the demo could not be told.
#[derive(Debug, Error)]
pub enum DemoError {
    /// The story is not what the program expects.
    #[error("the story: {0}")]
    Story(String),
    /// The server answered a request of the story with something else than success.
    #[error("{path} answered {status}: {body}")]
    Answer {
        /// The thing that is asked.
        path: String,
        /// The status.
        status: StatusCode,
        /// The answer.
        body: String,
    },
    /// The server did not admit an edit of the story.
    #[error("an edit of {by} was not admitted: {verdict}")]
    NotAdmitted {
        /// The author of the edit.
        by: String,
        /// The verdict, as JSON.
        verdict: String,
    },
    /// The database refused.
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl From<serde_json::Error> for DemoError {
    fn from(error: serde_json::Error) -> Self {
        Self::Story(error.to_string())
    }
}
