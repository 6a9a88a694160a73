//! The texts that several people may edit, as they read at the server and on a device.

use std::collections::{BTreeMap, BTreeSet};

use kring_domain::{Command, CommandId, DocumentId, DocumentKind, Language, PersonId, Text, read_model, text_merge};
use kring_sync::{Permission, Position};
use serde_json::{Value, json};

use super::World;
use crate::bytes::word;
use crate::device::Device;
use crate::failure::{Check, ensure};
use crate::model::Model;
use crate::server::Committed;

/// The kinds of document with such texts, and where they are in the read model.
const TEXTS: [(DocumentKind, &str); 3] =
    [(DocumentKind::Circle, "ideas"), (DocumentKind::Private, "notes"), (DocumentKind::WorkNotes, "notes")];

/// Choices at rest have numbers from here on.
const CHOICES: u64 = 9_000;

type Key = (DocumentId, CommandId);

/// The words of every command that was ever made, and what became of those that word a text.
#[derive(Default)]
pub(super) struct Written {
    words: BTreeMap<DocumentId, BTreeSet<String>>,
    /// The text that a command is about, where it is one of those above.
    things: BTreeMap<Key, Value>,
    /// By place: who made what was admitted there, the last entry that they had seen, and whether it is only suggested.
    admitted: BTreeMap<(Key, Position), Maker>,
    /// The last entry that somebody's entries have seen: the next ones go on from those.
    own: BTreeMap<(DocumentId, PersonId), Position>,
}

#[derive(Clone, Copy)]
struct Maker {
    person: PersonId,
    /// None where it may be anything.
    seen: Option<u64>,
    is_suggestion: bool,
}

impl Written {
    /// Somebody makes a command.
    pub(super) fn add(&mut self, document: DocumentId, id: CommandId, command: &Value) {
        let words = text_merge::words(command["text"].as_str().unwrap_or_default());
        self.words.entry(document).or_default().extend(words);
        let thing = ["idea_id", "note_id"].iter().map(|field| &command[field]).find(|thing| !thing.is_null());
        // An answer to a suggestion is about whatever was suggested.
        let thing = thing.unwrap_or(&command["suggestion_id"]);
        if !thing.is_null() {
            self.things.entry((document, id)).or_insert_with(|| thing.clone());
        }
    }

    /// The server has made something durable.
    pub(super) fn committed(&mut self, new: &Committed) {
        let Some((id, person)) = new.id.zip(new.by) else { return };
        let own = self.own.get(&(new.document, person)).filter(|own| own.generation == new.at.generation);
        let seen = new.base.unwrap_or(new.at.sequence.saturating_sub(1)).max(own.map_or(0, |own| own.sequence));
        self.own.insert((new.document, person), Position { sequence: seen, ..new.at });
        let maker = Maker { person, seen: Some(seen).filter(|seen| *seen > 0), is_suggestion: new.is_suggestion };
        self.admitted.insert(((new.document, id), new.at), maker);
    }

    /// No word of a text is lost, unless somebody took it out who may have seen it.
    fn keeps(&self, (document, kind): (DocumentId, DocumentKind), thing: &Value, model: &Model) -> Check {
        let about = |key: &Key, of: &Value| key.0 == document && (*of == thing["id"] || model.is_answer(key));
        let edits = self.things.iter().filter(|(key, of)| about(key, of)).filter_map(|(key, of)| {
            let at = model.position(key)?;
            Some((key.1, at, self.admitted.get(&(*key, at))?, *of == thing["id"]))
        });
        let edits: Vec<_> = edits.collect();
        let shown = thing.to_string();
        for (id, at, made, _) in edits.iter().filter(|(_, _, made, is_wording)| *is_wording && !made.is_suggestion) {
            let word = word(kind, id.uuid().as_u64_pair().1);
            let is_worded = model.made[&(document, *id)]["text"].as_str().is_some_and(|text| text.contains(&word));
            let may_have_seen = |other: &Maker, position: &Position, is_wording: bool| {
                let knows = other.seen.is_none_or(|seen| seen >= at.sequence) || position.generation > at.generation;
                position > at && (knows || other.person == made.person || !is_wording)
            };
            let is_gone = !is_worded
                || edits.iter().any(|(_, position, other, is_wording)| may_have_seen(other, position, *is_wording));
            ensure(is_gone || shown.contains(&word), || format!("{word} is lost, and nobody saw it: {shown}"))?;
        }
        Ok(())
    }

    /// Returns whether a text is one that people wrote: neither empty nor too long, and no word of it but theirs.
    fn includes(&self, document: DocumentId, text: &Value) -> Check {
        let text = text.as_str().unwrap_or_default();
        ensure(Text::new(text).is_ok(), || format!("a text is empty or too long: {text:?}"))?;
        let words = text_merge::words(text);
        let is_written = self.words.get(&document).is_some_and(|written| words.is_subset(written));
        ensure(is_written, || format!("a text has a word that nobody wrote: {text:?}"))
    }
}

impl World {
    /// The model looks at the texts on one device, or at those at the server.
    pub(super) fn look_at_texts(&mut self, device: Option<usize>) -> Check {
        let has_uncommitted = self.server.has_uncommitted();
        for (kind, list) in TEXTS {
            let document = self.document(kind);
            let shown = match device {
                Some(device) => self.devices[device].replica().view(document),
                None => Some(self.server.admission(document).document()),
            };
            let Some(shown) = shown else { continue };
            let is_whole = device.is_none() && !has_uncommitted;
            let model = read_model(kind, shown, &|person| person.to_string(), Language::Dutch);
            let content = serde_json::to_value(model.content).expect("a read model has a JSON form");
            for thing in content[list].as_array().into_iter().flatten() {
                self.written.includes(document, &thing["text"])?;
                let mut versions = thing["versions"].as_array().into_iter().flatten();
                versions.try_for_each(|version| self.written.includes(document, &version["text"]))?;
                if is_whole {
                    self.written.keeps((document, kind), thing, &self.model)?;
                }
                self.report.disputed += usize::from(thing["versions"].is_array());
            }
        }
        Ok(())
    }

    /// At rest, somebody who may chooses one of the versions of every text that has several; all devices then read that.
    pub(super) fn disputes_end(&mut self) -> Check {
        let mut number = CHOICES;
        for (kind, list) in TEXTS {
            let document = self.document(kind);
            for thing in texts(self.server.admission(document).document(), kind, list) {
                let Some(choice) = thing["versions"].as_array().and_then(|versions| versions.first()) else { continue };
                let (name, field) = match kind {
                    DocumentKind::Circle => ("edit_idea", "idea_id"),
                    DocumentKind::Private => ("edit_private_note", "note_id"),
                    _ => ("edit_work_note", "note_id"),
                };
                let command = json!({"type": name, field: thing["id"], "text": choice["text"]});
                let Ok(parsed) = Command::parse(command.clone()) else { continue };
                let may = |device: &mut Device| {
                    device.is_connected && device.replica().permission(document, &parsed) == Ok(Permission::Allowed)
                };
                let Some(device) = self.devices.iter_mut().position(may) else { continue };
                number += 1;
                self.edit(device, kind, number, &command, None)?;
                self.settle(2_000, true)?;
                self.report.chosen += 1;
                self.has_ended(kind, list, &thing["id"], &choice["text"])?;
            }
        }
        Ok(())
    }

    /// A text reads as was chosen, without other versions, at the server and wherever it is.
    fn has_ended(&mut self, kind: DocumentKind, list: &str, id: &Value, chosen: &Value) -> Check {
        let document = self.document(kind);
        let mut shown = texts(self.server.admission(document).document(), kind, list);
        for device in &mut self.devices {
            shown.extend(device.replica().view(document).map(|view| texts(view, kind, list)).into_iter().flatten());
        }
        let other =
            shown.iter().find(|thing| thing["id"] == *id && (thing["versions"].is_array() || thing["text"] != *chosen));
        ensure(other.is_none(), || format!("{chosen} was chosen, and somebody reads {other:?}"))
    }
}

/// The texts in a document, as people read them.
fn texts(document: &automerge::Automerge, kind: DocumentKind, list: &str) -> Vec<Value> {
    let model = read_model(kind, document, &|person| person.to_string(), Language::Dutch);
    let content = serde_json::to_value(model.content).expect("a read model has a JSON form");
    content[list].as_array().cloned().unwrap_or_default()
}
