//! Apps and servers of another version, for a moment.

use kring_domain::{Author, DocumentKind, Role};

use super::{World, command_id};
use crate::bytes::word;
use crate::failure::Check;
use crate::vocabulary::Vocabulary;

impl World {
    /// The person has a newer app for a moment, with a command that nobody else knows.
    pub(super) fn newer(&mut self, device: usize, kind: DocumentKind, number: u64) {
        let document = self.document(kind);
        let id = command_id(number);
        let command = Vocabulary::unknown(&word(kind, number));
        self.cut(device);
        if self.devices[device].submit_unknown(document, id, command.clone()) {
            self.promised(device, document, id, command);
        }
    }

    /// The server was newer for a moment, and has written something of its version.
    pub(super) fn server_of_tomorrow(&mut self, kind: DocumentKind, number: u64) -> Check {
        let identity = self.devices[0].identity();
        let author = Author { device: identity.device, person: identity.person, role: Role::Client, has_client: true };
        let document = self.document(kind);
        let word = word(kind, number);
        let written = self.server.write_of_tomorrow(document, &author, command_id(number), &word, self.now);
        let Some(entry) = written else { return Ok(()) };
        // The newer server is gone, and its connections with it.
        (0..self.devices.len()).for_each(|device| self.close(device));
        self.written.committed(&entry);
        self.model.committed(entry)
    }
}
