//! Verdicts: the server's answers to commands.

use kring_domain::{Because, CommandId, Refusal, RefusalCode};
use serde::{Deserialize, Serialize};

use crate::Position;

/// The end of a command: admitted, rejected or held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// It is part of the shared history.
    Admitted,
    /// It is not, and never will be under this id.
    Rejected,
    /// It is kept at the server until a person or a newer version judges it.
    Held,
}

/// The answer to one command; the same however often the command is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The command.
    pub id: CommandId,
    /// The outcome of it.
    #[serde(rename = "verdict")]
    pub judgement: Judgement,
    /// Its place in the document's history, where it was admitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The generation of that place; the first where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// Why, where there is a reason to give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<RefusalCode>,
    /// The field that is wrong, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The reason more closely, where it is known: `reason`, and `about` whom it is.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
}

impl Verdict {
    /// The command is the entry at this place of its document.
    pub fn admitted(id: CommandId, position: Position, suggestion: bool) -> Self {
        let code = suggestion.then_some(RefusalCode::Suggested);
        let sequence = Some(position.sequence);
        let generation = Some(position.generation);
        Self { id, judgement: Judgement::Admitted, sequence, generation, code, field: None, because: None }
    }

    /// Returns where in the document's history the command is, where it was admitted.
    pub fn position(&self) -> Option<Position> {
        let generation = self.generation.unwrap_or(Position::GENESIS.generation);
        self.sequence.map(|sequence| Position { generation, sequence })
    }

    /// The command is refused.
    pub fn rejected(id: CommandId, refusal: Refusal) -> Self {
        let Refusal { code, field, because } = refusal;
        Self { id, judgement: Judgement::Rejected, sequence: None, generation: None, code: Some(code), field, because }
    }

    /// The command is kept for later.
    pub fn held(id: CommandId, code: RefusalCode) -> Self {
        let judgement = Judgement::Held;
        Self { id, judgement, sequence: None, generation: None, code: Some(code), field: None, because: None }
    }

    /// Returns whether the same command may be sent again for another answer: the server has not recorded this one.
    pub fn is_passing(&self) -> bool {
        matches!(self.code, Some(RefusalCode::RateLimited | RefusalCode::Recovering))
    }
}

#[cfg(test)]
mod tests {
    use kring_domain::{Answerer, PersonId, Reason, Role};
    use serde_json::json;

    use super::*;

    fn id() -> CommandId {
        CommandId::new(uuid::Uuid::from_u128(1))
    }

    #[test]
    fn a_reason_travels_beside_the_code_in_json_and_cbor() {
        let linda = PersonId::new(uuid::Uuid::from_u128(2));
        let about = vec![Answerer::Role(Role::Client), Answerer::Person(linda)];
        let because = Because { reason: Reason::StepOfOthers, about };
        let verdict = Verdict::rejected(id(), Refusal::new(RefusalCode::Forbidden).because(because));
        let json = serde_json::to_value(&verdict).unwrap();
        assert_eq!(json["reason"], json!("step_of_others"));
        assert_eq!(json["about"], json!(["client", linda.to_string()]));
        assert_eq!(serde_json::from_value::<Verdict>(json).unwrap(), verdict);
        let mut bytes = Vec::new();
        ciborium::into_writer(&verdict, &mut bytes).unwrap();
        assert_eq!(ciborium::from_reader::<Verdict, _>(&bytes[..]).unwrap(), verdict);
    }

    #[test]
    fn a_verdict_of_an_older_server_has_no_reason() {
        for verdict in
            [Verdict::rejected(id(), Refusal::new(RefusalCode::Forbidden)), Verdict::held(id(), RefusalCode::Clock)]
        {
            let json = serde_json::to_value(&verdict).unwrap();
            assert!(json.get("reason").is_none() && json.get("about").is_none(), "{json}");
            assert_eq!(serde_json::from_value::<Verdict>(json).unwrap(), verdict);
        }
    }

    #[test]
    fn a_reason_of_a_newer_server_is_unknown_and_harmless() {
        let json = json!({
            "id": id(), "verdict": "rejected", "code": "forbidden", "reason": "of_a_later_year",
            "about": ["gardener", 7, {"a": 1}, "client", "client", "client", "client"],
        });
        let because = serde_json::from_value::<Verdict>(json).unwrap().because.unwrap();
        assert_eq!(because.reason, Reason::Unknown);
        assert_eq!(because.about, [Answerer::Unknown, Answerer::Unknown, Answerer::Unknown]);
    }
}
