use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The reports that must be so for ever.
#[derive(Default)]
pub(super) struct Witness {
    /// The places that commands were told to be at.
    told: BTreeMap<String, u64>,
    /// Those that no check has confirmed yet.
    fresh: BTreeSet<String>,
    /// The places, to see that no two commands share one.
    places: BTreeMap<u64, String>,
    /// The number that were told over HTTP.
    pub(super) answered: usize,
}

impl Witness {
    /// Somebody was told this.
    pub(super) fn note(&mut self, verdict: &Value) {
        let id = verdict["id"].as_str().expect("an id");
        let sequence = verdict["sequence"].as_u64();
        assert_eq!(verdict["verdict"], "admitted", "a client may post a message: {verdict}");
        self.fresh.insert(id.to_owned());
        self.told.insert(id.to_owned(), sequence.expect("an admitted command has a place"));
        self.answered += 1;
    }

    /// Returns what is to be checked.
    pub(super) fn fresh(&self) -> impl Iterator<Item = String> + '_ {
        self.fresh.iter().cloned()
    }

    /// The server says this after a death.
    pub(super) fn confirm(&mut self, id: &str, verdict: &Value) {
        let sequence = verdict["sequence"].as_u64().expect("an admitted command has a place");
        let before = self.told.insert(id.to_owned(), sequence);
        assert!(before.is_none_or(|before| before == sequence), "{id} was at {before:?} and is at {sequence}");
        let other = self.places.insert(sequence, id.to_owned());
        assert!(other.as_ref().is_none_or(|other| other == id), "{other:?} and {id} are both at {sequence}");
        self.fresh.remove(id);
    }

    /// No command is at a place beyond the last.
    pub(super) fn places_are(&self, count: usize) {
        let last = self.places.keys().next_back().copied().unwrap_or_default();
        assert!(last <= count as u64, "somebody was told of place {last}, there are {count}");
    }

    pub(super) fn confirmed(&self) -> usize {
        self.places.len()
    }
}
