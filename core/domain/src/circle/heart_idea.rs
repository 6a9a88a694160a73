use automerge::ReadDoc;
use automerge::ScalarValue;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CircleView, EVERYBODY, IDEAS};
use crate::entity::{child, find, must_exist};
use crate::hearts::hearts;
use crate::policy::Policy;
use crate::{Context, Edit, IdeaId, Language, Names, Refusal};

hearts! {
    CircleView;
    /// Gives an idea the sender's heart; a person has one heart per idea.
    HeartIdea = "heart_idea";
    /// Takes the sender's heart back.
    UnheartIdea = "unheart_idea";
}
