//! How the server answers a command.

use kring_domain::{Code, CommandId, Refusal};
use serde::{Deserialize, Serialize};

use crate::Base;

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
    /// What became of it.
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
    pub code: Option<Code>,
    /// The field that is wrong, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Verdict {
    /// The command is the entry at this place of its document.
    pub fn admitted(id: CommandId, place: Base, suggestion: bool) -> Self {
        let code = suggestion.then_some(Code::Suggested);
        let (sequence, generation) = (Some(place.sequence), Some(place.generation));
        Self { id, judgement: Judgement::Admitted, sequence, generation, code, field: None }
    }

    /// Where in the document's history the command is, where it was admitted.
    pub fn place(&self) -> Option<Base> {
        let generation = self.generation.unwrap_or(Base::GENESIS.generation);
        self.sequence.map(|sequence| Base { generation, sequence })
    }

    /// The command is refused.
    pub fn rejected(id: CommandId, refusal: Refusal) -> Self {
        let Refusal { code, field } = refusal;
        Self { id, judgement: Judgement::Rejected, sequence: None, generation: None, code: Some(code), field }
    }

    /// The command is kept for later.
    pub fn held(id: CommandId, code: Code) -> Self {
        Self { id, judgement: Judgement::Held, sequence: None, generation: None, code: Some(code), field: None }
    }

    /// Whether the same command may be sent again for another answer: the server has not recorded this one.
    pub fn is_passing(&self) -> bool {
        matches!(self.code, Some(Code::RateLimited | Code::Recovering))
    }
}
