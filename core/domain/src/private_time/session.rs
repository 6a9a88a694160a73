use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::entity::{Entity, Item, entity};
use crate::policy::{Policy, Rule};
use crate::{CommandKind, Context, Language, Names, Refusal, SessionId, Text};

entity! {
    /// A brainstorm.
    Session[session_id: SessionId] in "sessions" {
        /// The things to think about.
        question: String,
        /// True when it takes ideas.
        is_open: bool => |item| Session::is_open(item),
    }
    keeps {
        closed: bool,
    }
}

impl Session {
    /// Tells whether a session takes ideas.
    pub(super) fn is_open<R: ReadDoc>(session: &Item<'_, R>) -> bool {
        session.get(Self::closed) != Some(true)
    }
}

/// Opens a brainstorm that no professional sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenPrivateTime {
    /// The new session's id.
    pub session_id: SessionId,
    /// The things to think about.
    pub question: Text,
}

/// Closes a brainstorm; ideas that were thought of before still come in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosePrivateTime {
    /// The session.
    pub session_id: SessionId,
}

impl CommandKind for OpenPrivateTime {
    const NAME: &'static str = "open_private_time";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Session::must_be_free(document, self.session_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        Session::create(context, transaction, self.session_id)?.put(Session::question, &self.question).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft besloten tijd geopend:", "opened private time:"), self.question)
    }
}

impl CommandKind for ClosePrivateTime {
    const NAME: &'static str = "close_private_time";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Session::must_exist(document, self.session_id)
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        Session::open(transaction, self.session_id)?.put(Session::closed, true).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft de besloten tijd gesloten", "closed private time").to_owned()
    }
}
