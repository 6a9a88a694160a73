//! The sizes of the workloads.

use std::path::PathBuf;
use std::time::Duration;

/// The paths of the programs and the data, and the size of the workloads.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's binary.
    pub kring: PathBuf,
    /// The load's own binary, which is also the bare WebSocket server.
    pub load: PathBuf,
    /// The folder in which databases are made, each in a directory of its own that goes away; on a real disk, or durability is free.
    pub directory: PathBuf,
    /// The sizes.
    pub sizes: Sizes,
}

/// How large the workloads are.
#[derive(Clone, Debug)]
pub struct Sizes {
    /// W1: who reads along.
    pub readers: usize,
    /// W1: edits by the writer.
    pub edits: usize,
    /// W1: edits a second.
    pub rate: u32,
    /// W2: documents with thin phones.
    pub documents: usize,
    /// W2: documents with full phones, which take their share of the processor themselves.
    pub full_documents: usize,
    /// W2: phones in each document.
    pub phones: usize,
    /// W2: edits by each phone.
    pub edits_each: usize,
    /// W3: entries in the document that is joined.
    pub history: usize,
    /// W3: phones that join at once.
    pub joins: usize,
    /// W4: connections that do nothing.
    pub connections: usize,
    /// W4: seconds of doing nothing.
    pub idle_seconds: u64,
    /// W5: edits offline, and as many by another device meanwhile.
    pub offline: usize,
    /// W7: other spaces beside the one with the costly request.
    pub others: usize,
    /// W7: how often each of them edits.
    pub others_edits: usize,
    /// W7: replacements of a whole text in the costly request.
    pub replacements: usize,
    /// W8: edits that are measured in each document.
    pub single_edits: usize,
    /// W6: edits by each of four phones in a burst.
    pub burst: usize,
    /// W6: bursts, each with a kill.
    pub trials: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            readers: 4,
            edits: 500,
            rate: 50,
            documents: 50,
            full_documents: 10,
            phones: 4,
            edits_each: 20,
            history: 2000,
            joins: 100,
            connections: 2000,
            idle_seconds: 15,
            offline: 1000,
            others: 8,
            others_edits: 100,
            replacements: 470,
            single_edits: 400,
            burst: 400,
            trials: 5,
        }
    }
}

impl Sizes {
    /// W1: the time between two edits.
    pub fn pause(&self) -> Duration {
        Duration::from_secs(1) / self.rate.max(1)
    }

    /// Sizes at which every workload takes a second or two, to see that it works; its figures say little.
    pub fn tiny() -> Self {
        Self {
            readers: 2,
            edits: 20,
            rate: 50,
            documents: 3,
            full_documents: 1,
            phones: 4,
            edits_each: 5,
            history: 60,
            joins: 5,
            connections: 20,
            idle_seconds: 1,
            offline: 20,
            others: 2,
            others_edits: 5,
            replacements: 10,
            single_edits: 10,
            burst: 40,
            trials: 2,
        }
    }
}
