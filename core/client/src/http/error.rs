//! Failures of a call, and their meaning to the caller.

use kring_domain::{ServerId, Timestamp};
use thiserror::Error;

use crate::ClientError;

/// The words with which the server does not take a token.
const TOKEN_NOT_TAKEN: [&str; 5] = ["unauthenticated", "token_expired", "revoked", "token_reused", "invalid_proof"];

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum HttpError {
    /// No answer of the server arrived: none at all, or one of somebody in between.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// The server answered with a problem.
    #[error("status {status} {code}")]
    Status {
        status: u16,
        /// The stable word of the problem.
        code: String,
        /// The server that speaks, where it says so.
        server: Option<ServerId>,
    },
    /// The server's clock is another one than this phone's.
    #[error("the server has {0}")]
    Clock(Timestamp),
    /// The request cannot be made, or its answer is larger than any.
    #[error("unexpected: {0}")]
    Unexpected(String),
}

impl HttpError {
    /// Returns whether it is the token that the server does not take.
    pub(crate) fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Status { status: 401, code, .. } if TOKEN_NOT_TAKEN.contains(&code.as_str()))
    }

    /// An answer of somebody else than the server.
    pub(super) fn foreign(what: String) -> Self {
        Self::Unreachable(what)
    }
}

impl From<ureq::Error> for HttpError {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::BodyExceedsLimit(_) | ureq::Error::BadUri(_) => Self::Unexpected(error.to_string()),
            _ => Self::Unreachable(error.to_string()),
        }
    }
}

impl From<HttpError> for ClientError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Unreachable(reason) => {
                tracing::debug!(%reason, "server unreachable");
                Self::Offline
            }
            error if error.is_unauthorized() => Self::SignedOut,
            // It is there, and cannot answer now.
            HttpError::Status { status: 408 | 502..=504, .. } => Self::Offline,
            HttpError::Status { code, .. } if code == "other_person" => Self::OtherPerson,
            HttpError::Status { status: 400..=499, code, .. } => Self::Declined { code },
            HttpError::Status { status, .. } => Self::Server(format!("status {status}")),
            HttpError::Unexpected(what) => Self::Server(what),
            HttpError::Clock(_) => Self::Server("its clock is another one than this phone's".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_become_what_the_caller_acts_on() {
        let status = |status, code: &str| HttpError::Status { status, code: code.to_owned(), server: None };
        let declined = ClientError::Declined { code: "forbidden".into() };
        for (error, expected) in [
            (status(401, "unauthenticated"), ClientError::SignedOut),
            (status(401, "revoked"), ClientError::SignedOut),
            (status(401, "invalid_code"), ClientError::Declined { code: "invalid_code".into() }),
            (status(401, "of_tomorrow"), ClientError::Declined { code: "of_tomorrow".into() }),
            (status(403, "forbidden"), declined),
            (status(409, "other_person"), ClientError::OtherPerson),
            (status(408, "timeout"), ClientError::Offline),
            (status(503, "unavailable"), ClientError::Offline),
            (status(500, "internal"), ClientError::Server("status 500".into())),
            (HttpError::Unreachable("refused".into()), ClientError::Offline),
        ] {
            assert_eq!(ClientError::from(error), expected);
        }
    }
}
