use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounds::clearable;
use crate::brief::brief;
use crate::entity::{Entity, entity};
use crate::policy::{Policy, Rule};
use crate::words::{Word, words};
use crate::{CommandKind, Context, GoalId, Language, Names, Refusal, Text};

entity! {
    /// A goal.
    Goal[goal_id: GoalId] in "goals" {
        /// The goal in words.
        text: String,
        /// What it wants for a relationship or a role.
        #[serde(rename = "type")]
        goal_type: Option<Word<GoalType>> as "type",
    }
}

words! {
    /// What a goal wants for a relationship or a role.
    GoalType in "goal_type" {
        /// Keep it as it is.
        Keep = "keep": "zo houden", "keep as it is";
        /// Make it closer.
        Deepen = "deepen": "dichterbij komen", "get closer";
        /// Bring it back to life.
        Revive = "revive": "weer contact", "in touch again";
        /// Make up after a quarrel.
        Repair = "repair": "goedmaken", "make up";
        /// Have less to do with each other.
        Distance = "distance": "meer afstand", "more distance";
        /// End it.
        End = "end": "stoppen", "end";
        /// Get to know somebody new.
        New = "new": "iemand leren kennen", "meet somebody new";
        /// Take up a role.
        Role = "role": "iets gaan doen voor anderen", "do something for others";
        /// Learn something.
        Skill = "skill": "iets leren", "learn something";
    }
}

impl Goal {
    /// A goal's text between quotation marks, or a general word where the goal is gone.
    fn quoted(document: &impl ReadDoc, id: GoalId, language: Language) -> String {
        match Self::item(document, id).and_then(|goal| goal.get(Self::text)) {
            Some(text) => format!("“{text}”"),
            None => language.pick("een doel", "a goal").to_owned(),
        }
    }
}

/// Writes down a goal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddGoal {
    /// The new goal's id.
    pub goal_id: GoalId,
    /// The goal, in the client's own words.
    pub text: Text,
    /// What it wants for a relationship or a role; shown as `type`, a name that commands use for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal_type: Option<GoalType>,
}

/// Changes a goal: a field that is absent stays as it is, a kind that is `null` is cleared.
///
/// A goal is the client's own: from others it is a suggestion where the space has a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateGoal {
    /// The goal.
    pub goal_id: GoalId,
    /// The goal, in the client's own words; cannot be cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// What it wants for a relationship or a role; shown as `type`, a name that commands use for themselves.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub goal_type: Option<Option<GoalType>>,
}

impl CommandKind for AddGoal {
    const NAME: &'static str = "add_goal";
    const POLICY: Policy =
        Policy::NOBODY.client(Rule::Always).representative(Rule::Suggest).professional(Rule::Suggest);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Goal::must_be_free(document, self.goal_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut goal = Goal::create(context, transaction, self.goal_id)?;
        goal.put(Goal::text, &self.text)?.put(Goal::goal_type, self.goal_type).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft een doel opgeschreven:", "wrote down a goal:"), self.text)
    }

    fn proposal(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”.", language.pick("Een doel:", "A goal:"), brief(&self.text, 7))
    }
}

impl CommandKind for UpdateGoal {
    const NAME: &'static str = "update_goal";
    const POLICY: Policy =
        Policy::NOBODY.client(Rule::Always).representative(Rule::Suggest).professional(Rule::Suggest);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        if self.text.is_none() && self.goal_type.is_none() {
            return Err(Refusal::invalid("command"));
        }
        Goal::must_exist(document, self.goal_id)
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut goal = Goal::open(transaction, self.goal_id)?;
        goal.put(Goal::text, &self.text)?.change(Goal::goal_type, &self.goal_type).map(drop)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        match &self.text {
            Some(text) => format!("{} “{text}”", language.pick("heeft een doel veranderd:", "changed a goal:")),
            None => {
                let goal = Goal::quoted(document, self.goal_id, language);
                format!("{} {goal}", language.pick("heeft iets veranderd aan", "changed something about"))
            }
        }
    }

    fn proposal(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let before = brief(&Goal::quoted(document, self.goal_id, language), 7);
        let mut sentences = vec![format!("{} {before}.", language.pick("Het gaat om", "It is about"))];
        if let Some(text) = &self.text {
            sentences.push(format!("{} “{}”.", language.pick("Het wordt:", "It becomes:"), brief(text, 7)));
        }
        if let Some(goal_type) = self.goal_type {
            let label = goal_type.map_or(language.pick("weg", "gone"), |goal_type| goal_type.label(language));
            sentences.push(format!("{} ‘{label}’.", language.pick("Het soort doel:", "The kind of goal:")));
        }
        sentences.join(" ")
    }
}
