//! Finds commands that can be executed in one change: none of them needs what another one does.

use serde_json::Value;
use uuid::Uuid;

use crate::{Command, DocumentKind, Effect};

impl Command {
    /// Returns whether the command is executed in a change of its own.
    ///
    /// The decision about any other command depends on nothing that a command of the same author changes, but on the
    /// things that both [name](named_ids). These depend on more, decide about more, or take history away.
    pub fn stands_alone(&self) -> bool {
        // A consent or a delegation is about rights, private time about all of a circle; an erasure takes history away.
        let is_about_more = self.effect() != Effect::Writes
            || matches!(self.kind(), DocumentKind::Consents | DocumentKind::PrivateTime);
        // A suggestion names what it is about, which the answer to it does not.
        let is_answer = matches!(
            self,
            Self::AcceptSuggestion(_)
                | Self::DeclineSuggestion(_)
                | Self::AcceptPlanSuggestion(_)
                | Self::DeclinePlanSuggestion(_)
        );
        // Whether somebody is safe to invite depends on who is linked to whom.
        let is_link = matches!(self, Self::LinkMember(_) | Self::UnlinkMember(_));
        is_link || is_about_more || is_answer
    }
}

/// The ids that a command names, as JSON of any version, wherever they stand in it.
///
/// ```
/// use serde_json::json;
///
/// let id: uuid::Uuid = "0195f3a0-0000-7000-8000-000000000001".parse()?;
/// let command = json!({"type": "rank_actions", "action_ids": [id], "text": "no id"});
/// assert_eq!(kring_domain::named_ids(&command), [id]);
/// # Ok::<(), uuid::Error>(())
/// ```
pub fn named_ids(command: &Value) -> Vec<Uuid> {
    let mut ids = Vec::new();
    collect(command, &mut ids);
    ids
}

/// Goes as deep as the command does, which a parser of JSON or CBOR has bounded.
fn collect(value: &Value, ids: &mut Vec<Uuid>) {
    match value {
        Value::String(text) => ids.extend(Uuid::try_parse(text).ok()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, ids)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, ids)),
        _ => {}
    }
}
