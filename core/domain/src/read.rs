//! The read model: the merged document as plain data, with the questions it raises.

use automerge::ReadDoc;
use serde::Serialize;

use crate::{Card, Content, DocumentKind, Labels, Language, Names, Reader};

/// A document as a person reads it.
///
/// The content is a function of the document alone: replicas with the same history show the same. The cards depend
/// on the reader as well, since a question speaks to those who can answer it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadModel {
    /// The things in the document, each list in the order in which its items were made.
    pub content: Content,
    /// The questions that the merge of concurrent edits has raised.
    pub cards: Vec<Card>,
    /// What the reader reads for the words in the content.
    pub labels: Labels,
}

/// Reads a document of a kind for nobody in particular, with people called by `names`.
pub fn read_model(kind: DocumentKind, document: &impl ReadDoc, names: Names<'_>, language: Language) -> ReadModel {
    read_model_for(kind, document, &Reader::neutral(names, language))
}

/// Reads a document of a kind as one person reads it.
pub fn read_model_for(kind: DocumentKind, document: &impl ReadDoc, reader: &Reader<'_>) -> ReadModel {
    let (content, questions) = kind.read(document, reader);
    let cards = questions.into_iter().filter_map(|question| question.card(document, reader)).collect();
    let labels = reader.labels(&content);
    ReadModel { content, cards, labels }
}
