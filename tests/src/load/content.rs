//! The document under load and the edits to it: a support circle with twenty ideas, whose authors reword them.
//!
//! An edit adds three characters to the text of an idea, so it is one change of three operations, as in the workloads
//! that the other systems are measured with.

use std::time::{SystemTime, UNIX_EPOCH};

use kring_domain::{CommandId, Timestamp};
use kring_sync::{Position, RawCommand, Submission};
use serde_json::{Value, json};
use uuid::Uuid;

/// The ideas in a document.
pub(crate) const IDEAS: usize = 20;

/// The ideas that one phone proposes and then rewords; nobody else does, so it knows their texts without merging.
pub(crate) struct Ideas {
    ideas: Vec<(Uuid, String)>,
    edits: usize,
}

impl Ideas {
    /// That many new ideas.
    pub(crate) fn new(count: usize) -> Self {
        let idea = |number| (Uuid::now_v7(), format!("Idea {number}: a walk in the park, and soup afterwards"));
        Self { ideas: (0..count.max(1)).map(idea).collect(), edits: 0 }
    }

    /// The commands that propose them.
    pub(crate) fn propose(&self) -> Vec<Value> {
        let propose = |(id, text): &(Uuid, String)| json!({"type": "propose_idea", "idea_id": id, "text": text});
        self.ideas.iter().map(propose).collect()
    }

    /// The next edit: one idea after the other becomes a short word longer.
    pub(crate) fn edit(&mut self) -> Value {
        self.edits += 1;
        let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap_or(0));
        let word = [' ', letter(self.edits), letter(self.edits / 26)];
        let index = self.edits % self.ideas.len().max(1);
        let Some((id, text)) = self.ideas.get_mut(index) else { return Value::Null };
        text.extend(word);
        json!({"type": "edit_idea", "idea_id": id, "text": text})
    }

    /// The same ideas as another phone knows them from now on.
    pub(crate) fn copy(&self) -> Self {
        Self { ideas: self.ideas.clone(), edits: 0 }
    }
}

/// A command on its way, made on top of `base`.
pub(crate) fn submission(command: Value, base: Position) -> Submission {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp::from_millis(i64::try_from(now.as_millis()).unwrap_or(i64::MAX));
    let id = CommandId::new(Uuid::now_v7());
    Submission { id, base: Some(base), made_at: Some(now), command: RawCommand::from_value(command) }
}

#[cfg(test)]
mod tests {
    use kring_domain::Command;

    use super::*;

    #[test]
    fn edits_are_commands_and_three_characters_each() {
        let mut ideas = Ideas::new(2);
        assert_eq!(ideas.propose().into_iter().filter_map(|command| Command::parse(command).ok()).count(), 2);
        let length = |ideas: &Ideas| ideas.ideas.iter().map(|(_, text)| text.len()).sum::<usize>();
        let before = length(&ideas);
        for number in 1..=60 {
            assert!(Command::parse(ideas.edit()).is_ok());
            assert_eq!(length(&ideas), before + number * 3);
        }
    }
}
