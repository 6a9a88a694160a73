use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SESSIONS;
use crate::entity::{create, find, must_be_free, must_exist, section};
use crate::policy::{Policy, Rule};
use crate::{Context, Edit, Language, Names, Refusal, SessionId, Text};

/// Opens a brainstorm that no professional sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenPrivateTime {
    /// The new session's id.
    pub session_id: SessionId,
    /// What to think about.
    pub question: Text,
}

/// Closes a brainstorm; ideas that were thought of before still come in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosePrivateTime {
    /// The session.
    pub session_id: SessionId,
}

impl Edit for OpenPrivateTime {
    const NAME: &'static str = "open_private_time";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_be_free(document, SESSIONS, self.session_id, "session_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let sessions = section(transaction, SESSIONS)?;
        let session = create(transaction, &sessions, self.session_id, context)?;
        Ok(transaction.put(&session, "question", self.question.as_str())?)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft besloten tijd geopend:", "opened private time:"), self.question)
    }
}

impl Edit for ClosePrivateTime {
    const NAME: &'static str = "close_private_time";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, SESSIONS, self.session_id, "session_id")
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let session = find(transaction, SESSIONS, self.session_id, "session_id")?;
        Ok(transaction.put(&session, "closed", true)?)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft de besloten tijd gesloten", "closed private time").to_owned()
    }
}
