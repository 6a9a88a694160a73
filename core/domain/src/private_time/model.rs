//! Private time as plain data, for people and programs.

use automerge::ReadDoc;
use serde::Serialize;

use super::view::PrivateTimeView;
use crate::entity::Item;
use crate::{PersonId, Timestamp};

/// The content of a document of private time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrivateTimeModel {
    /// The brainstorms.
    pub sessions: Vec<SessionModel>,
    /// The ideas of all of them, without those that were taken back.
    pub ideas: Vec<PrivateIdeaModel>,
}

/// A brainstorm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionModel {
    /// The session's id.
    pub id: String,
    /// Who opened it.
    pub by: Option<PersonId>,
    /// When it was opened.
    pub at: Timestamp,
    /// What to think about.
    pub question: String,
    /// Whether it takes ideas.
    pub is_open: bool,
}

/// An idea of private time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrivateIdeaModel {
    /// The idea's id.
    pub id: String,
    /// Who proposed it.
    pub by: Option<PersonId>,
    /// When it was proposed.
    pub at: Timestamp,
    /// The session it is for.
    pub session_id: String,
    /// The idea in words.
    pub text: String,
    /// Who gave it a heart, in order of their ids.
    pub hearts: Vec<PersonId>,
}

pub(super) fn of<R: ReadDoc>(time: &PrivateTimeView<'_, R>) -> PrivateTimeModel {
    let ideas = time.ideas().into_iter().filter(|(_, idea)| idea.bool("withdrawn") != Some(true));
    PrivateTimeModel {
        sessions: time.sessions().into_iter().map(|(id, item)| session(id, &item)).collect(),
        ideas: ideas.map(|(id, item)| idea(id, &item)).collect(),
    }
}

fn session<R: ReadDoc>(id: String, item: &Item<'_, R>) -> SessionModel {
    SessionModel {
        id,
        by: item.by(),
        at: item.at(),
        question: item.str("question").unwrap_or_default(),
        is_open: item.bool("closed") != Some(true),
    }
}

fn idea<R: ReadDoc>(id: String, item: &Item<'_, R>) -> PrivateIdeaModel {
    let hearts = item.map("hearts").map(|hearts| hearts.keys()).unwrap_or_default();
    PrivateIdeaModel {
        id,
        by: item.by(),
        at: item.at(),
        session_id: item.str("session_id").unwrap_or_default(),
        text: item.str("text").unwrap_or_default(),
        hearts: hearts.iter().filter_map(|person| person.parse().ok()).collect(),
    }
}
