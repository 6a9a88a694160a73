use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EVERYBODY, Session};
use crate::because::{Because, Reason};
use crate::entity::{Entity, Item, entity};
use crate::hearts::{self, hearts};
use crate::policy::{Condition, Policy, Rule};
use crate::{Author, CommandKind, Context, IdeaId, Language, Names, PersonId, Refusal, RefusalCode, SessionId, Text};

entity! {
    /// An idea of private time.
    PrivateIdea[idea_id: IdeaId] in "ideas" {
        /// The session it is for.
        session_id: Option<SessionId>,
        /// The idea in words.
        text: String,
        /// The person who gave it a heart, in order of their ids.
        hearts: Vec<PersonId> => |item| hearts::of(item),
    }
    keeps {
        withdrawn: bool,
    }
    impl {
        fn is_shown<R: ReadDoc>(idea: &Item<'_, R>) -> bool {
            idea.get(Self::withdrawn) != Some(true)
        }
    }
}

impl PrivateIdea {
    /// An idea's text between quotation marks, or a general word where the idea is gone.
    fn title(document: &impl ReadDoc, id: IdeaId, language: Language) -> String {
        match Self::item(document, id).and_then(|idea| idea.get(Self::text)) {
            Some(text) => format!("“{text}”"),
            None => language.pick("een idee", "an idea").to_owned(),
        }
    }
}

/// Puts an idea before those who take part in private time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposePrivately {
    /// The new idea's id.
    pub idea_id: IdeaId,
    /// The session it is for.
    pub session_id: SessionId,
    /// The idea, in the author's words.
    pub text: Text,
}

/// Takes an idea back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawPrivateIdea {
    /// The idea.
    pub idea_id: IdeaId,
}

impl CommandKind for ProposePrivately {
    const NAME: &'static str = "propose_privately";
    const POLICY: Policy = EVERYBODY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Session::must_exist(document, self.session_id)?;
        PrivateIdea::must_be_free(document, self.idea_id)
    }

    fn makes_sense(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        match Session::item(document, self.session_id) {
            Some(session) if Session::is_open(&session) => Ok(()),
            _ => Err(Refusal::new(RefusalCode::Conflict).because(Reason::TimeIsOver)),
        }
    }

    /// Returns whether the session is open is asked where its author stood: an idea from before the end comes in late.
    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        self.makes_sense(&*transaction)?;
        let mut idea = PrivateIdea::create(context, transaction, self.idea_id)?;
        idea.put(PrivateIdea::session_id, self.session_id)?.put(PrivateIdea::text, &self.text)?;
        hearts::begin(&mut idea)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft in besloten tijd bedacht:", "proposed in private time:"), self.text)
    }
}

impl CommandKind for WithdrawPrivateIdea {
    const NAME: &'static str = "withdraw_private_idea";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).circle(Rule::If(Condition::Author));

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        PrivateIdea::must_exist(document, self.idea_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        PrivateIdea::author(document, self.idea_id) == Some(author.person)
    }

    fn why_not(&self, _condition: Condition, _author: &Author, document: &impl ReadDoc) -> Because {
        Because::of_persons(Reason::MadeByOthers, PrivateIdea::author(document, self.idea_id))
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        PrivateIdea::open(transaction, self.idea_id)?.put(PrivateIdea::withdrawn, true).map(drop)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let idea = PrivateIdea::title(document, self.idea_id, language);
        format!("{} {idea}", language.pick("heeft teruggenomen:", "took back:"))
    }
}

hearts! {
    PrivateIdea, EVERYBODY;
    /// Gives an idea of private time the sender's heart; a person has one heart per idea.
    HeartPrivately = "heart_privately";
    /// Takes the sender's heart back.
    UnheartPrivately = "unheart_privately";
}
