//! What a person gets to read: the merged document as plain data, with the questions it raises.

use automerge::ReadDoc;
use serde::Serialize;

use crate::document::Content;
use crate::reader::Reader;
use crate::{Card, DocumentKind, Language, Names};

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

/// Reads a document of a kind, with people called by `names`.
pub fn read_model(kind: DocumentKind, document: &impl ReadDoc, names: Names<'_>, language: Language) -> ReadModel {
    let (content, cards) = kind.read(document, &Reader { names, language });
    ReadModel { content, cards }
}
