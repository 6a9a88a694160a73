//! The model looks on.

use std::collections::BTreeMap;

use kring_domain::{DocumentId, DocumentKind, Language, Timestamp, read_model};
use kring_sync::EditState;

use super::{Report, World, person_id};
use crate::failure::Check;
use crate::sight::Sight;
use crate::story::Fate;

/// More rounds than any story of a few hundred steps needs to come to rest.
const MAX_SETTLE_STEPS: usize = 20_000;

/// No server waits longer after a restore, in milliseconds.
const LONGEST_WAIT: i64 = 3_600_000;

impl World {
    /// The model looks at one device.
    pub(super) fn look(&mut self, device: usize) -> Check {
        let sight = Sight::of(device, &mut self.devices[device]);
        self.model.device(&sight).map_err(|what| format!("device {device}: {what}"))
    }

    /// The model looks at what the server has kept.
    pub(super) fn look_at_logs(&self) -> Check {
        self.model.kinds.keys().try_for_each(|document| {
            let (generation, ids) = self.server.log(*document);
            self.model.kept(*document, generation, &ids)
        })
    }

    /// The network heals, everybody connects again, and everything that waits gets its turn.
    pub(super) fn rest(&mut self) -> Check {
        self.apart.clear();
        for (person, role) in self.strangers.clone() {
            self.membership(person, Some(role))?;
        }
        self.everybody_is_let_in()?;
        self.everybody_comes_back()?;
        // Everybody brings what a restored server asks for, before the time is over that it waits.
        self.settle(0, true)?;
        let is_waiting = |document: &DocumentId| self.server.is_waiting(*document, self.now);
        let waiting: Vec<DocumentId> = self.model.kinds.keys().copied().filter(is_waiting).collect();
        self.model.brought(&waiting)?;
        if !waiting.is_empty() {
            // Who has more than the log and could not bring it takes the log when it comes back after that.
            self.now = Timestamp::from_millis(self.now.millis() + LONGEST_WAIT);
            self.everybody_comes_back()?;
        }
        self.settle(2_000, true)?;
        self.everybody_is_in()?;
        self.disputes_end()?;
        // The client gets round to what waits, and lets in every other edit.
        for number in 0.. {
            if !self.judge(person_id(0), 0, number % 2 == 0) {
                break;
            }
            self.tell(usize::MAX)?;
        }
        self.settle(2_000, true)?;
        self.look_at_logs()?;
        self.model.keeps(&self.server.waiting())?;
        let before = self.truth();
        self.server.crash();
        let truth = self.truth();
        if before != truth {
            return Err("the server reads another document after a restart".to_owned());
        }
        self.look_at_texts(None)?;
        for device in 0..self.devices.len() {
            self.look_at_texts(Some(device))?;
            let reads = self.reads(device);
            let sight = Sight::of(device, &mut self.devices[device]);
            let seen = self.model.device(&sight).and_then(|()| self.model.rest(&sight, &reads, &truth));
            seen.map_err(|what| format!("device {device}: {what}"))?;
        }
        Ok(())
    }

    fn everybody_comes_back(&mut self) -> Check {
        (0..self.devices.len()).try_for_each(|device| {
            self.cut(device);
            self.connect(device)
        })
    }

    /// Everything that is under way arrives, until there is nothing left; each round takes some milliseconds. Whoever is
    /// cut off connects `again`, or stays away.
    pub(super) fn settle(&mut self, millis: i64, again: bool) -> Check {
        for _ in 0..MAX_SETTLE_STEPS {
            self.now = Timestamp::from_millis(self.now.millis() + millis);
            (0..self.devices.len()).for_each(|device| self.flush(device));
            let is_quiet = self.links.iter().all(|link| link.up.is_empty() && link.down.is_empty());
            if is_quiet && !self.server.has_uncommitted() {
                return Ok(());
            }
            for device in 0..self.devices.len() {
                self.arrive_up(device, Fate::Arrives)?;
                self.arrive_down(device, Fate::Arrives);
                self.look(device)?;
                if again {
                    self.connect(device)?;
                }
            }
            self.tell(usize::MAX)?;
        }
        Err("it does not come to rest".to_owned())
    }

    /// Returns what the server would show of each document.
    fn truth(&mut self) -> BTreeMap<DocumentId, String> {
        let kinds = self.model.kinds.clone();
        kinds.into_iter().map(|(id, kind)| (id, read(self.server.admission(id).document(), kind))).collect()
    }

    /// Returns what a device shows of each document on it.
    fn reads(&mut self, device: usize) -> BTreeMap<DocumentId, String> {
        let replica = self.devices[device].replica();
        let held: Vec<_> = replica.documents().map(|(id, kind, ..)| (id, kind)).collect();
        held.into_iter().filter_map(|(id, kind)| Some((id, read(replica.view(id)?, kind)))).collect()
    }

    pub(super) fn report(mut self) -> Report {
        self.report.stories = 1;
        self.report.entries = self.model.kinds.keys().map(|document| self.server.log(*document).1.len()).sum();
        let is_shared = |state: &EditState| matches!(state, EditState::Shared { .. });
        let ends = self.devices.iter().flat_map(|device| device.store.settled.values());
        self.report.refused = ends.filter(|edit| !is_shared(&edit.state)).count();
        self.report
    }
}

fn read(document: &automerge::Automerge, kind: DocumentKind) -> String {
    let model = read_model(kind, document, &|person| person.to_string(), Language::Dutch);
    serde_json::to_string(&model).expect("a read model has a JSON form")
}
