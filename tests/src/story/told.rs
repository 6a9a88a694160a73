//! What the story has come to.

use std::path::PathBuf;

/// The outcome, as the client's phone shows it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The ideas of the circle: text, number of hearts and status.
    pub ideas: Vec<(String, usize, String)>,
    /// The actions of the plan: title and state.
    pub actions: Vec<(String, String)>,
    /// The question that the four actions raised.
    pub card: String,
    /// What everybody reads after 14 quiet days.
    pub quiet: String,
    /// What the backup reads.
    pub status: String,
    /// Why an edit was not accepted, as the person was told, each time.
    pub refusals: Vec<String>,
    /// The path of the picture of the network.
    pub picture: PathBuf,
    /// What went otherwise than the story says.
    pub failures: Vec<String>,
}

impl Told {
    /// The titles of the actions in a state.
    pub fn actions_in(&self, state: &str) -> Vec<&str> {
        let actions = self.actions.iter().filter(|(_, is)| is == state);
        actions.map(|(title, _)| title.as_str()).collect()
    }
}
