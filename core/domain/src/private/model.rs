//! What is the client's alone, as plain data.

use automerge::{ReadDoc, ScalarValue};
use serde::Serialize;

use super::{ASKS, NOTES, RATINGS};
use crate::entity::Item;
use crate::{ContactId, PersonId, TextVersion, Timestamp, shared_text};

/// The content of a document that is the client's alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrivateModel {
    /// The notes, without those that were taken away.
    pub notes: Vec<PrivateNoteModel>,
    /// Who does the client good, by contact.
    pub helpfulness: Vec<RatingModel>,
    /// What the client would like to ask.
    pub asks: Vec<AskModel>,
}

/// A note for the client alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrivateNoteModel {
    /// The note's id.
    pub id: String,
    /// Who wrote it.
    pub by: Option<PersonId>,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    pub text: String,
    /// Other versions of the text that wait for a choice, in the order in which they were written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<TextVersion>,
    /// The contact it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
}

/// Whether somebody does the client good.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RatingModel {
    /// The contact.
    pub contact_id: String,
    /// When the client said so.
    pub at: Timestamp,
    /// `helpful`, `mixed`, `unhelpful` or `unsafe`.
    pub helpfulness: String,
}

/// Something the client would like to ask.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AskModel {
    /// The ask's id.
    pub id: String,
    /// Who planned it.
    pub by: Option<PersonId>,
    /// When it was planned.
    pub at: Timestamp,
    /// Who is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// What is asked.
    pub what: String,
    /// How to say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// What makes it hard to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_shy: Option<String>,
    /// How much the client dared it before: 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dare_before: Option<i64>,
    /// How much the client dared it after: 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dare_after: Option<i64>,
    /// `planned`, `practised`, `asked`, `yes`, `no` or `later`.
    pub state: String,
}

pub(super) fn of(document: &impl ReadDoc) -> PrivateModel {
    PrivateModel {
        notes: items(document, NOTES).filter(|(_, item)| is_there(item)).map(note).collect(),
        helpfulness: items(document, RATINGS).map(rating).collect(),
        asks: items(document, ASKS).map(ask).collect(),
    }
}

pub(super) fn items<'a, R: ReadDoc>(document: &'a R, section: &str) -> impl Iterator<Item = (String, Item<'a, R>)> {
    Item::section(document, section).map(|section| section.maps()).unwrap_or_default().into_iter()
}

/// A note is gone where nobody says that it is there.
pub(super) fn is_there<R: ReadDoc>(item: &Item<'_, R>) -> bool {
    let said = item.candidates("removed");
    said.is_empty() || said.iter().any(|candidate| candidate.value == ScalarValue::Boolean(false))
}

fn note<R: ReadDoc>((id, item): (String, Item<'_, R>)) -> PrivateNoteModel {
    let text = item.text("text").unwrap_or_default();
    PrivateNoteModel {
        id,
        by: item.by(),
        at: item.at(),
        text,
        versions: shared_text::versions(&item),
        contact_id: item.parsed("contact_id"),
    }
}

fn rating<R: ReadDoc>((contact_id, item): (String, Item<'_, R>)) -> RatingModel {
    RatingModel { contact_id, at: item.at(), helpfulness: item.str("helpfulness").unwrap_or_default() }
}

fn ask<R: ReadDoc>((id, item): (String, Item<'_, R>)) -> AskModel {
    AskModel {
        id,
        by: item.by(),
        at: item.at(),
        contact_id: item.parsed("contact_id"),
        what: item.str("what").unwrap_or_default(),
        script: item.str("script"),
        reason_shy: item.str("reason_shy"),
        dare_before: item.int("dare_before"),
        dare_after: item.int("dare_after"),
        state: item.str("state").unwrap_or_default(),
    }
}
