//! A connection between a device and the server: the frames under way, as the bytes they would be on a socket.

use std::collections::VecDeque;

use crate::story::Fate;

/// Frames under way in one direction.
#[derive(Default)]
pub(crate) struct Lane(VecDeque<Vec<u8>>);

/// Frames under way in both directions.
#[derive(Default)]
pub(crate) struct Link {
    pub(crate) up: Lane,
    pub(crate) down: Lane,
    /// The server has closed: what is on its way down still arrives, and nothing goes up any more.
    pub(crate) is_closing: bool,
}

impl Lane {
    pub(crate) fn put(&mut self, bytes: Vec<u8>) {
        self.0.push_back(bytes);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The frame that arrives now, if one does.
    pub(crate) fn take(&mut self, fate: Fate) -> Option<Vec<u8>> {
        match fate {
            Fate::Arrives | Fate::Crash(_) => self.0.pop_front(),
            Fate::Lost => {
                self.0.pop_front();
                None
            }
            Fate::Twice => self.0.front().cloned(),
            Fate::Overtaken => {
                let place = usize::from(self.0.len() > 1);
                self.0.remove(place)
            }
        }
    }
}
