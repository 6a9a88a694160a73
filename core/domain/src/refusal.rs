//! Why an edit is not admitted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::because::{Because, Reason};
use crate::{Language, Reader, field_words};

/// A stable word for each reason, the same on every wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// This role may not do this.
    Forbidden,
    /// What the command names is not there (any more).
    NotFound,
    /// A field is missing, malformed or out of bounds.
    Invalid,
    /// The id for a new thing is taken.
    DuplicateId,
    /// A text, a list or a batch is larger than its bound.
    TooLarge,
    /// The command is newer than this version of Kring.
    UnknownCommand,
    /// The right was taken away before the edit arrived.
    Revoked,
    /// The document is no longer in a state in which this makes sense.
    Conflict,
    /// Too much, too fast; send it again later.
    RateLimited,
    /// Admitted, as a suggestion for the client.
    Suggested,
    /// The device's clock is more than a day ahead.
    Clock,
    /// The server was restored from a backup and waits for what devices still have; send it again later.
    Recovering,
    /// A code written by a newer version of Kring.
    #[serde(other)]
    Unknown,
}

impl RefusalCode {
    /// Every code of this version.
    pub const ALL: [Self; 13] = [
        Self::Forbidden,
        Self::NotFound,
        Self::Invalid,
        Self::DuplicateId,
        Self::TooLarge,
        Self::UnknownCommand,
        Self::Revoked,
        Self::Conflict,
        Self::RateLimited,
        Self::Suggested,
        Self::Clock,
        Self::Recovering,
        Self::Unknown,
    ];

    /// The reason in words, for the person whose edit it was, where nothing closer is known.
    pub const fn explain(self, language: Language) -> &'static str {
        match self {
            RefusalCode::Forbidden => language.pick("Dit doet iemand anders.", "This is for somebody else."),
            RefusalCode::NotFound => language.pick("Dit bestaat niet meer.", "This no longer exists."),
            RefusalCode::Invalid => {
                language.pick("Kijk nog eens naar wat je invulde.", "Look again at what you filled in.")
            }
            RefusalCode::DuplicateId => language.pick("Dit bestaat al.", "This exists already."),
            RefusalCode::TooLarge => language.pick("Dit is te lang of te veel.", "This is too long or too much."),
            RefusalCode::UnknownCommand => {
                language.pick("Dit kan nog niet. Later wel.", "Not possible yet. Later it is.")
            }
            RefusalCode::Revoked => language.pick("Je had hier geen toegang meer.", "You no longer had access here."),
            RefusalCode::Conflict => language.pick("Dit kan nu niet meer.", "This is no longer possible."),
            RefusalCode::RateLimited => {
                language.pick("Het gaat te snel. Straks lukt het wel.", "Too fast. It will work later.")
            }
            RefusalCode::Suggested => language.pick("Dit is nu een voorstel.", "This is now a suggestion."),
            RefusalCode::Clock => {
                language.pick("De klok van dit toestel loopt voor.", "The clock of this device is ahead.")
            }
            RefusalCode::Recovering => language.pick(
                "De server komt net terug van een storing. Straks lukt het wel.",
                "The server is coming back from a failure. It will work later.",
            ),
            RefusalCode::Unknown => {
                language.pick("Het lukte niet. Vraag je begeleider.", "It did not work. Ask your professional.")
            }
        }
    }
}

/// A command that is not admitted: the reason, and the field it is about where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("refused: {code:?}{}", field.as_ref().map(|field| format!(" ({field})")).unwrap_or_default())]
pub struct Refusal {
    /// The reason.
    pub code: RefusalCode,
    /// The path of the field that is wrong, as the caller wrote it.
    pub field: Option<String>,
    /// The reason more closely, where it is known.
    pub because: Option<Because>,
}

impl Refusal {
    /// A refusal that is about the command as a whole.
    pub const fn new(code: RefusalCode) -> Self {
        Self { code, field: None, because: None }
    }

    /// The same refusal with the reason more closely.
    pub fn because(self, because: impl Into<Because>) -> Self {
        Self { because: Some(because.into()), ..self }
    }

    /// The reason in words, for the person whose edit it was.
    pub fn explain(&self, reader: &Reader<'_>) -> String {
        explain(self.code, self.field.as_deref(), self.because.as_ref(), reader)
    }

    /// Somebody who may only read sends a command.
    pub fn read_only() -> Self {
        Self::new(RefusalCode::Forbidden).because(Reason::ReadOnly)
    }

    fn at(self, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..self }
    }

    /// A field that is missing, malformed or out of bounds.
    pub fn invalid(field: &str) -> Self {
        Self::new(RefusalCode::Invalid).at(field)
    }

    /// A field that names something which is not there.
    pub fn not_found(field: &str) -> Self {
        Self::new(RefusalCode::NotFound).at(field)
    }

    /// A field with an id for a new thing that is taken.
    pub fn duplicate(field: &str) -> Self {
        Self::new(RefusalCode::DuplicateId).at(field)
    }
}

/// A refusal in words, by all that is known about it: the reason, the field or at least the code.
pub fn explain(code: RefusalCode, field: Option<&str>, because: Option<&Because>, reader: &Reader<'_>) -> String {
    let language = reader.language;
    let field = field.and_then(|field| field_words::label(field, language));
    let closely = because.and_then(|because| because.words(reader));
    match (closely, code, field) {
        (Some(words), ..) => words,
        (_, RefusalCode::Invalid, Some(field)) => match language {
            Language::Dutch => format!("Kijk nog eens naar: {field}."),
            Language::English => format!("Look again at: {field}."),
        },
        (_, RefusalCode::TooLarge, Some(field)) => match language {
            Language::Dutch => format!("Te lang of te veel: {field}."),
            Language::English => format!("Too long or too much: {field}."),
        },
        _ => code.explain(language).to_owned(),
    }
}

impl From<automerge::AutomergeError> for Refusal {
    /// Every operation a command makes is valid on a document of its kind; where the causal context it was made
    /// in lacks the object, the thing is not there for this command.
    fn from(_: automerge::AutomergeError) -> Self {
        Self::new(RefusalCode::NotFound)
    }
}
