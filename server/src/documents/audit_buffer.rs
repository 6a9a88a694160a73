//! Audit entries about the work on a document, until they are stored.

use std::collections::BTreeMap;

use kring_domain::{Author, Command, DeviceId, RefusalCode, Timestamp};
use kring_sync::Outcome as Decided;

use crate::accounts::access_log::{Action, AuditEntry, FOLD_WINDOW_MS, Outcome};

/// From this many on, devices that wrote long ago are forgotten.
const MAX_NOTED: usize = 64;

/// The person who has written or was refused of late, and the lines about it that are not kept yet.
///
/// It lives and dies with the document in memory: when what is in memory could not be made durable, neither was the
/// line, and both are gone. What is forgotten here is found in the log itself.
#[derive(Default)]
pub(super) struct AuditBuffer {
    noted: BTreeMap<(DeviceId, Action, Outcome), Timestamp>,
    waiting: Vec<AuditEntry>,
}

impl AuditBuffer {
    /// Notes that somebody gave a command, unless it was answered before.
    pub(super) fn note_outcome(&mut self, author: &Author, outcome: &Decided, now: Timestamp) {
        if let Some(admitted) = &outcome.admitted {
            self.wrote(author, &admitted.command, now);
        } else if !outcome.repeated && outcome.verdict.code == Some(RefusalCode::Forbidden) {
            self.refused(author, now);
        }
    }

    /// Notes that somebody gave a command that was admitted.
    fn wrote(&mut self, author: &Author, command: &Command, now: Timestamp) {
        let action = Action::of_effect(command.effect());
        // A line that stands for many commands names none of them.
        let detail = (!action.is_folded()).then(|| command.name());
        self.note(author, action, Outcome::Done, detail, now);
    }

    /// Notes that somebody gave a command that they may not give.
    fn refused(&mut self, author: &Author, now: Timestamp) {
        self.note(author, Action::Wrote, Outcome::Refused, None, now);
    }

    /// The lines to be kept.
    pub(super) fn take(&mut self) -> Vec<AuditEntry> {
        std::mem::take(&mut self.waiting)
    }

    fn note(
        &mut self,
        author: &Author,
        action: Action,
        outcome: Outcome,
        detail: Option<&'static str>,
        now: Timestamp,
    ) {
        let is_recent = |at: &Timestamp| now.millis() - at.millis() < FOLD_WINDOW_MS;
        let key = (author.device, action, outcome);
        if detail.is_none() && self.noted.get(&key).is_some_and(is_recent) {
            return;
        }
        if self.noted.len() >= MAX_NOTED {
            self.noted.retain(|_, at| is_recent(at));
        }
        self.noted.insert(key, now);
        let entry = AuditEntry::of_server(now, action);
        let person = Some(author.person);
        let device = Some(author.device);
        let role = Some(author.role);
        self.waiting.push(AuditEntry { person, device, role, outcome, detail, ..entry });
    }
}

#[cfg(test)]
mod tests {
    use kring_domain::{PersonId, Role};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn author(number: u128) -> Author {
        let id = Uuid::from_u128(number);
        Author { device: DeviceId::new(id), person: PersonId::new(id), role: Role::Member, has_client: true }
    }

    fn command(name: &str, field: &str) -> Command {
        Command::parse(json!({ "type": name, field: Uuid::from_u128(7) })).expect("a command")
    }

    #[test]
    fn writing_is_folded_and_changes_of_rights_are_not() {
        let mut audit = AuditBuffer::default();
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        for minute in 0..20 {
            audit.wrote(&author(1), &command("heart_idea", "idea_id"), at(minute));
            audit.wrote(&author(2), &command("unheart_idea", "idea_id"), at(minute));
        }
        assert_eq!(audit.take().len(), 4);
        let withdraw = command("withdraw_consent", "consent_id");
        for command in [&withdraw, &withdraw, &command("erase_contact", "contact_id")] {
            audit.wrote(&author(1), command, at(20));
        }
        let details: Vec<_> = audit.take().iter().map(|entry| entry.detail).collect();
        assert_eq!(details, [Some("withdraw_consent"), Some("withdraw_consent"), Some("erase_contact")]);
        audit.refused(&author(1), at(20));
        audit.refused(&author(1), at(21));
        assert_eq!(audit.take().len(), 1);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut audit = AuditBuffer::default();
        let heart = command("heart_idea", "idea_id");
        for number in 0..100_000 {
            audit.wrote(&author(number), &heart, Timestamp::from_millis(number as i64 * 60_000));
        }
        assert!(audit.noted.len() <= MAX_NOTED);
    }
}
