//! Questions that a merge has raised, for a person to answer.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a card is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// More actions are active than a person can carry; some wait.
    TooManyActive,
    /// One field was set to two values by two people who did not know of each other.
    TwoValues,
    /// Somebody suggests a change of the client's own judgement.
    Suggestion,
    /// Two contacts may be the same person.
    PossibleDuplicate,
    /// An active action has lost the part of the client.
    ClientPartMissing,
    /// A finished action was never looked back on.
    NotEvaluated,
    /// A contact was put away while somebody else still worked on it.
    ContactCameBack,
    /// A contact was erased from the document, while its history may still hold it.
    ErasureIncomplete,
}

/// A question with its possible answers; each answer is an ordinary command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// What it is about.
    pub kind: CardKind,
    /// The question, in words.
    pub text: String,
    /// The things it is about: ids of contacts, actions or suggestions.
    pub about: Vec<String>,
    /// The answers to choose from; empty where any ordinary edit answers it.
    pub options: Vec<CardOption>,
}

/// One answer to a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CardOption {
    /// The answer, in words.
    pub label: String,
    /// The command that gives this answer, as JSON; absent where the person has to fill something in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Value>,
}
