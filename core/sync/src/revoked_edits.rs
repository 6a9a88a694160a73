//! Edits of somebody who has left, brought after they did.

use kring_domain::{Command, DocumentKind, ParseError, Refusal, RefusalCode, Role, Timestamp};

use crate::{Position, Submission};

/// The largest command of a newer version that is kept, in bytes.
const MAX_UNKNOWN_BYTES: usize = 16 * 1024;

/// Somebody's membership at a document until they left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerMembership {
    /// Their role then.
    pub role: Role,
    /// When they left.
    pub left_at: Timestamp,
    /// How far the document was then.
    pub head: Position,
    /// The document's kind.
    pub kind: DocumentKind,
}

impl FormerMembership {
    /// Returns whether an edit of theirs may wait for a judge: only what was made before they left, on what they could know
    /// then, and is a command at all.
    ///
    /// # Errors
    ///
    /// Why it may not; to anybody who was never there it is as if there was nothing.
    pub fn may_wait(&self, revoked_edits: &Submission) -> Result<(), Refusal> {
        let is_from_before = revoked_edits.made_at.is_some_and(|made_at| made_at <= self.left_at);
        let is_on_before = revoked_edits.base.is_some_and(|base| base.generation > 0 && base <= self.head);
        if !is_from_before || !is_on_before {
            return Err(Refusal::new(RefusalCode::NotFound));
        }
        match revoked_edits.command.clone().parse() {
            Ok(command) if Command::kind(&command) == self.kind => Ok(()),
            Ok(_) => Err(Refusal::invalid("type")),
            Err(ParseError::Unknown) if revoked_edits.command.json().len() <= MAX_UNKNOWN_BYTES => Ok(()),
            Err(ParseError::Unknown) => Err(Refusal::new(RefusalCode::TooLarge)),
            Err(ParseError::Invalid(refusal)) => Err(refusal),
        }
    }
}

#[cfg(test)]
mod tests {
    use kring_domain::CommandId;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::RawCommand;

    #[test]
    fn only_edits_from_before_the_removal_wait() {
        let at = Timestamp::from_millis;
        let head = Position { generation: 2, sequence: 5 };
        let membership = FormerMembership { role: Role::Member, left_at: at(1_000), head, kind: DocumentKind::Circle };
        let text = "x".repeat(MAX_UNKNOWN_BYTES);
        let idea = json!({"type": "propose_idea", "idea_id": Uuid::from_u128(1), "text": "idee"});
        let other = json!({"type": "add_goal", "goal_id": Uuid::from_u128(1), "text": "doel"});
        let base = |generation, sequence| Some(Position { generation, sequence });
        for (made_at, base, command, expected) in [
            (Some(1_000), base(2, 5), &idea, None),
            (Some(1_000), base(1, 99), &idea, None),
            (Some(1_001), base(2, 5), &idea, Some(RefusalCode::NotFound)),
            (None, base(2, 5), &idea, Some(RefusalCode::NotFound)),
            (Some(1_000), base(2, 6), &idea, Some(RefusalCode::NotFound)),
            (Some(1_000), base(3, 0), &idea, Some(RefusalCode::NotFound)),
            (Some(1_000), base(0, 0), &idea, Some(RefusalCode::NotFound)),
            (Some(1_000), None, &idea, Some(RefusalCode::NotFound)),
            (Some(1_000), base(2, 5), &other, Some(RefusalCode::Invalid)),
            (Some(1_000), base(2, 5), &json!({"type": "of_tomorrow"}), None),
            (Some(1_000), base(2, 5), &json!({"type": "of_tomorrow", "text": text}), Some(RefusalCode::TooLarge)),
            (Some(1_000), base(2, 5), &json!({"type": "propose_idea"}), Some(RefusalCode::Invalid)),
        ] {
            let command = RawCommand::from_value(command.clone());
            let revoked_edits = Submission { id: CommandId::new(Uuid::nil()), base, made_at: made_at.map(at), command };
            assert_eq!(
                membership.may_wait(&revoked_edits).err().map(|refusal| refusal.code),
                expected,
                "{revoked_edits:?}"
            );
        }
    }
}
