use automerge::ObjType;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EVERYBODY, IDEAS, PrivateTimeView, SESSIONS};
use crate::because::{Because, Reason};
use crate::entity::{create, find, must_be_free, must_exist, section};
use crate::policy::{Condition, Policy, Rule};
use crate::{Author, Code, Context, Edit, IdeaId, Language, Names, Refusal, SessionId, Text};

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

impl Edit for ProposePrivately {
    const NAME: &'static str = "propose_privately";
    const POLICY: Policy = EVERYBODY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, SESSIONS, self.session_id, "session_id")?;
        must_be_free(document, IDEAS, self.idea_id, "idea_id")
    }

    fn makes_sense(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        match PrivateTimeView::new(document).is_open(self.session_id) {
            true => Ok(()),
            false => Err(Refusal::new(Code::Conflict).because(Reason::TimeIsOver)),
        }
    }

    /// Whether the session is open is asked where its author stood: an idea from before the end comes in late.
    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        self.makes_sense(&*transaction)?;
        let ideas = section(transaction, IDEAS)?;
        let idea = create(transaction, &ideas, self.idea_id, context)?;
        transaction.put(&idea, "session_id", self.session_id.to_string())?;
        transaction.put(&idea, "text", self.text.as_str())?;
        transaction.put_object(&idea, "hearts", ObjType::Map)?;
        Ok(())
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft in besloten tijd bedacht:", "proposed in private time:"), self.text)
    }
}

impl Edit for WithdrawPrivateIdea {
    const NAME: &'static str = "withdraw_private_idea";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).circle(Rule::If(Condition::Author));

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, IDEAS, self.idea_id, "idea_id")
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        PrivateTimeView::new(document).is_author(self.idea_id, author.person)
    }

    fn why_not(&self, _condition: Condition, _author: &Author, document: &impl ReadDoc) -> Because {
        Because::of_persons(Reason::MadeByOthers, PrivateTimeView::new(document).author(self.idea_id))
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let idea = find(transaction, IDEAS, self.idea_id, "idea_id")?;
        Ok(transaction.put(&idea, "withdrawn", true)?)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let idea = PrivateTimeView::new(document).title(self.idea_id, language);
        format!("{} {idea}", language.pick("heeft teruggenomen:", "took back:"))
    }
}
