//! Failures, in as many variants as a caller acts on; the details go to the log.

use kring_domain::{Language, ParseError, PhoneProblem, ProblemCode, Refusal, RefusalCode};
use thiserror::Error;

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
    /// There is no sign-in (any more). Everything on the phone still works; sign in to share it.
    #[error("not signed in")]
    SignedOut,
    /// The code signs in somebody else than the person whose file this is, and stays good. Open another file for them; for
    /// the person whose file it is somebody of the space makes a code to come back with.
    #[error("this file belongs to another person")]
    OtherPerson,
    /// Another server answers at the address of the person's. Nothing on the phone changes; with the right one all goes on.
    #[error("another server answers")]
    AnotherServer,
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
    /// Returns what happened, in words for the person.
    pub fn explain(&self, language: Language) -> &'static str {
        let problem = match self {
            Self::Refused(refusal) => return refusal.code.explain(language),
            Self::Declined { code } => return explain_declined(code, language),
            Self::OtherPerson => return ProblemCode::OtherPerson.explain(language),
            Self::Offline => PhoneProblem::Offline,
            Self::SignedOut => PhoneProblem::SignedOut,
            Self::AnotherServer => PhoneProblem::AnotherServer,
            Self::Server(_) => PhoneProblem::Server,
            Self::NotHere => PhoneProblem::NotHere,
            Self::InUse => PhoneProblem::InUse,
            Self::Damaged => PhoneProblem::Damaged,
            Self::WrongKey => PhoneProblem::WrongKey,
            Self::Newer => PhoneProblem::Newer,
            Self::Storage(_) => PhoneProblem::Storage,
            Self::Closed => PhoneProblem::Closed,
        };
        problem.explain(language)
    }
}

/// Returns what a person reads for a word of the server; it may be of a newer version.
fn explain_declined(word: &str, language: Language) -> &'static str {
    ProblemCode::from_word(word).map_or(ProblemCode::explain_unknown(language), |code| code.explain(language))
}

impl From<Refusal> for ClientError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ParseError> for ClientError {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Unknown => Self::Refused(Refusal::new(RefusalCode::UnknownCommand)),
            ParseError::Invalid(refusal) => Self::Refused(refusal),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_error_has_words_in_both_languages() {
        let declined = |code: &str| ClientError::Declined { code: code.into() };
        let mut errors: Vec<_> = ProblemCode::ALL.iter().map(|code| declined(code.word())).collect();
        errors.extend([
            declined("of_a_later_year"),
            ClientError::Refused(Refusal::new(RefusalCode::NotFound)),
            ClientError::Offline,
            ClientError::SignedOut,
            ClientError::AnotherServer,
            ClientError::Server("status 500".into()),
            ClientError::NotHere,
            ClientError::InUse,
            ClientError::Damaged,
            ClientError::WrongKey,
            ClientError::Newer,
            ClientError::Storage("full".into()),
            ClientError::Closed,
        ]);
        for language in [Language::Dutch, Language::English] {
            let texts: BTreeSet<_> = errors.iter().map(|error| error.explain(language)).collect();
            assert_eq!(texts.len(), errors.len(), "each says what no other says: {texts:?}");
            assert!(!texts.contains("Onbekende reden.") && !texts.contains("Unknown reason."));
        }
        let code = declined("invalid_code");
        assert_eq!(code.explain(Language::Dutch), "Deze code werkt niet. Vraag een nieuwe code.");
        assert_eq!(code.explain(Language::English), "This code does not work. Ask for a new one.");
    }
}
