//! What a person gets to read: the merged document as plain data, with the questions it raises.

use automerge::ReadDoc;
use serde::Serialize;

use crate::circle::CircleModel;
use crate::network::NetworkModel;
use crate::plan::PlanModel;
use crate::{Card, DocumentKind, Language, Names};

/// How a read model is put into words.
pub(crate) struct Reader<'a> {
    pub(crate) names: Names<'a>,
    pub(crate) language: Language,
}

/// A document as a person reads it.
///
/// It is a function of the document alone: replicas with the same history show the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadModel {
    /// The things in the document, each list in the order in which its items were made.
    pub content: Content,
    /// The questions that the merge of concurrent edits has raised.
    pub cards: Vec<Card>,
}

/// The things in a document, by kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Content {
    /// Of a network map.
    Network(NetworkModel),
    /// Of an action plan.
    Plan(PlanModel),
    /// Of a support circle.
    Circle(CircleModel),
}

/// Reads a document of a kind, with people called by `names`.
pub fn read_model(kind: DocumentKind, document: &impl ReadDoc, names: Names<'_>, language: Language) -> ReadModel {
    kind.read(document, &Reader { names, language })
}
