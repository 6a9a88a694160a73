//! What can go wrong, in as many variants as a caller acts on; the details go to the log.

use kring_domain::{Code, Language, ParseError, Refusal};
use thiserror::Error;

use crate::http::HttpError;
use crate::store::StoreError;

/// Why a call did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClientError {
    /// The edit is refused; nothing was saved. Show the reason.
    #[error(transparent)]
    Refused(Refusal),
    /// The server declines the request, with a stable word such as `forbidden` or `not_found`. Show the reason.
    #[error("the server declines: {code}")]
    Declined {
        /// The stable word.
        code: String,
    },
    /// The server cannot be reached. What was saved stays saved; try again later.
    #[error("the server cannot be reached")]
    Offline,
    /// There is no session (any more). Everything on the phone still works; sign in to share it.
    #[error("not signed in")]
    SignedOut,
    /// The code signs in somebody else than the person whose file this is. Open another file for them.
    #[error("this file belongs to another person")]
    OtherPerson,
    /// The server answered with something that this version does not understand, or with a failure of its own.
    #[error("unexpected answer from the server: {0}")]
    Server(String),
    /// The phone does not hold this document or space, or this edit.
    #[error("not on this phone")]
    NotHere,
    /// The file is open in another process, or a second time in this one.
    #[error("the file is in use")]
    InUse,
    /// The file is damaged or is no file of Kring. `Kring::rescue` takes what was not shared out of it; the rest comes
    /// back from the server.
    #[error("the file is damaged")]
    Damaged,
    /// The key does not fit the file, or the file is not encrypted, or its beginning is damaged. Only where a file is
    /// opened with a key.
    #[error("the key does not fit the file")]
    WrongKey,
    /// The file was written by a newer version of Kring. Update the app.
    #[error("the file is of a newer version")]
    Newer,
    /// The file cannot be read or written: the disk is full, or a right is missing.
    #[error("storage failed: {0}")]
    Storage(String),
    /// The handle was closed.
    #[error("closed")]
    Closed,
}

impl ClientError {
    /// The reason in words for the person, where it is about their edit or request.
    pub fn explain(&self, language: Language) -> Option<&'static str> {
        match self {
            Self::Refused(refusal) => Some(refusal.code.explain(language)),
            Self::Declined { code } => {
                let word = serde_json::Value::String(code.clone());
                Some(serde_json::from_value(word).unwrap_or(Code::Unknown).explain(language))
            }
            _ => None,
        }
    }
}

impl From<Refusal> for ClientError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ParseError> for ClientError {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Unknown => Self::Refused(Refusal::new(Code::UnknownCommand)),
            ParseError::Invalid(refusal) => Self::Refused(refusal),
        }
    }
}

impl From<StoreError> for ClientError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::InUse => Self::InUse,
            StoreError::Damaged => Self::Damaged,
            #[cfg(feature = "sqlcipher")]
            StoreError::WrongKey => Self::WrongKey,
            StoreError::Newer { .. } => Self::Newer,
            StoreError::Database(error) => Self::Storage(error.to_string()),
            StoreError::File(error) => Self::Storage(error.to_string()),
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
            // A proxy in front of a server that is away.
            HttpError::Status { status: 502..=504, .. } => Self::Offline,
            HttpError::Status { status: 400..=499, code: Some(code) } => Self::Declined { code },
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
    fn refusals_and_declined_requests_have_words_and_an_unknown_word_has_too() {
        let declined = |code: &str| ClientError::Declined { code: code.into() };
        let english = |error: &ClientError| error.explain(Language::English);
        assert_eq!(english(&declined("forbidden")), Some("You may not do this here."));
        assert_eq!(english(&declined("of_a_later_year")), Some("Unknown reason."));
        assert_eq!(english(&ClientError::Refused(Refusal::new(Code::NotFound))), Some("This no longer exists."));
        assert_eq!(english(&ClientError::Offline), None);
    }

    #[test]
    fn statuses_become_what_the_caller_acts_on() {
        let status = |status, code: Option<&str>| HttpError::Status { status, code: code.map(str::to_owned) };
        let declined = ClientError::Declined { code: "forbidden".into() };
        for (error, expected) in [
            (status(401, Some("unauthorized")), ClientError::SignedOut),
            (status(401, Some("invalid_code")), ClientError::Declined { code: "invalid_code".into() }),
            (status(403, Some("forbidden")), declined),
            (status(503, None), ClientError::Offline),
            (status(500, Some("internal")), ClientError::Server("status 500".into())),
            (status(404, None), ClientError::Server("status 404".into())),
            (HttpError::Unreachable("refused".into()), ClientError::Offline),
        ] {
            assert_eq!(ClientError::from(error), expected);
        }
    }
}
