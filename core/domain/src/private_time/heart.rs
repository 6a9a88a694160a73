use automerge::ReadDoc;
use automerge::ScalarValue;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EVERYBODY, IDEAS, PrivateTimeView};
use crate::entity::{child, find, must_exist};
use crate::hearts::hearts;
use crate::policy::Policy;
use crate::{Context, Edit, IdeaId, Language, Names, Refusal};

hearts! {
    PrivateTimeView;
    /// Gives an idea of private time the sender's heart; a person has one heart per idea.
    HeartPrivately = "heart_privately";
    /// Takes the sender's heart back.
    UnheartPrivately = "unheart_privately";
}
