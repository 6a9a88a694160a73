use std::ops::AddAssign;

/// What histories came to, to see that they are about something.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Histories that were played to their end.
    pub stories: u64,
    /// Edits that a device said are saved.
    pub edits: usize,
    /// Commands that were admitted.
    pub entries: usize,
    /// Edits that were not accepted, or held.
    pub refused: usize,
    /// Times the server lost its memory.
    pub server_crashes: usize,
    /// Commits that did not happen.
    pub failed_commits: usize,
    /// Times a device lost its memory.
    pub device_crashes: usize,
    /// Connections that broke.
    pub cuts: usize,
    /// Times somebody got another role, or none.
    pub changes_of_rights: usize,
    /// Backups that were restored.
    pub restores: usize,
    /// Entries that devices brought back to a restored server.
    pub brought_back: usize,
    /// Consents that were given, asked or withdrawn.
    pub consents: usize,
    /// Edits of people who had left that somebody judged.
    pub judged: usize,
    /// Phones that went on from a copy of another's file.
    pub copies: usize,
    /// People who came in with a code.
    pub joined: usize,
    /// Answers to sign-ins, exchanges and copies that were lost and given again.
    pub lost_answers: usize,
    /// Codes that somebody tried who was not the one to use them.
    pub declined_codes: usize,
    /// Phones that came back as another device of the same person.
    pub came_back: usize,
    /// Texts of which several versions waited at rest, until somebody chose.
    pub chosen: usize,
    /// Looks at a text of which several versions waited for a choice.
    pub disputed: usize,
}

impl Report {
    /// Adds what another history came to.
    pub(crate) fn add(&mut self, other: &Self) {
        self.stories.add_assign(other.stories);
        self.edits.add_assign(other.edits);
        self.entries.add_assign(other.entries);
        self.refused.add_assign(other.refused);
        self.server_crashes.add_assign(other.server_crashes);
        self.failed_commits.add_assign(other.failed_commits);
        self.device_crashes.add_assign(other.device_crashes);
        self.cuts.add_assign(other.cuts);
        self.changes_of_rights.add_assign(other.changes_of_rights);
        self.restores.add_assign(other.restores);
        self.brought_back.add_assign(other.brought_back);
        self.consents.add_assign(other.consents);
        self.judged.add_assign(other.judged);
        self.copies.add_assign(other.copies);
        self.disputed.add_assign(other.disputed);
        self.joined.add_assign(other.joined);
        self.lost_answers.add_assign(other.lost_answers);
        self.declined_codes.add_assign(other.declined_codes);
        self.came_back.add_assign(other.came_back);
        self.chosen.add_assign(other.chosen);
    }
}
