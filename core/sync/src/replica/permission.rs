//! The permission of one role now, as far as their device can know.

use kring_domain::{Access, Command, Decision, DocumentId, Refusal, RefusalCode, authorize};

use super::Replica;

/// The prospect of an edit that is not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It is made as it stands.
    Allowed,
    /// It becomes a suggestion, which the client answers.
    BecomesSuggestion,
}

impl Replica {
    /// Returns whether the person may do this now.
    pub fn may(&mut self, document: DocumentId, command: &Command) -> bool {
        self.permission(document, command).is_ok()
    }

    /// Returns what would become of this edit now.
    ///
    /// # Errors
    ///
    /// The refusal that the server would answer, which [`Replica::explain`] puts into words.
    pub fn permission(&mut self, document: DocumentId, command: &Command) -> Result<Permission, Refusal> {
        let Some(local) = self.documents.get_mut(&document) else { return Err(Refusal::new(RefusalCode::NotFound)) };
        if command.kind() != local.kind {
            return Err(Refusal::invalid("type"));
        }
        if local.access < Access::Write {
            return Err(Refusal::read_only());
        }
        let author = local.author(&self.identity);
        let view = local.view(&self.identity, self.clock.server_time);
        let permission = match authorize(&author, command, view) {
            Decision::Refuse(refusal) => return Err(refusal),
            Decision::Suggest(_) => Permission::BecomesSuggestion,
            Decision::Admit(_) | Decision::Hold(_) => Permission::Allowed,
        };
        command.makes_sense(view)?;
        Ok(permission)
    }
}
