//! The texts that several people may edit, as they read at the server and on a device.

use std::collections::{BTreeMap, BTreeSet};

use kring_domain::{DocumentId, DocumentKind, Language, Text, read_model, text_merge};
use serde_json::Value;

use super::World;
use crate::failure::{Check, ensure};

/// The kinds of document with such texts, and where they are in the read model.
const TEXTS: [(DocumentKind, &str); 3] =
    [(DocumentKind::Circle, "ideas"), (DocumentKind::Private, "notes"), (DocumentKind::Pronotes, "notes")];

/// The words of every command that was ever made for a document.
#[derive(Default)]
pub(super) struct Written(BTreeMap<DocumentId, BTreeSet<String>>);

impl Written {
    /// Somebody makes a command.
    pub(super) fn add(&mut self, document: DocumentId, command: &Value) {
        let words = text_merge::words(command["text"].as_str().unwrap_or_default());
        self.0.entry(document).or_default().extend(words);
    }

    /// Whether a text is one that people wrote: neither empty nor too long, and no word of it but theirs.
    fn includes(&self, document: DocumentId, text: &Value) -> Check {
        let text = text.as_str().unwrap_or_default();
        ensure(Text::new(text).is_ok(), || format!("a text is empty or too long: {text:?}"))?;
        let words = text_merge::words(text);
        let is_written = self.0.get(&document).is_some_and(|written| words.is_subset(written));
        ensure(is_written, || format!("a text has a word that nobody wrote: {text:?}"))
    }
}

impl World {
    /// The model looks at the texts on one device, or at those at the server.
    pub(super) fn look_at_texts(&mut self, device: Option<usize>) -> Check {
        for (kind, list) in TEXTS {
            let document = self.document(kind);
            let shown = match device {
                Some(device) => self.devices[device].replica().view(document),
                None => Some(self.server.admission(document).document()),
            };
            let Some(shown) = shown else { continue };
            let model = read_model(kind, shown, &|person| person.to_string(), Language::Dutch);
            let content = serde_json::to_value(model.content).expect("a read model has a JSON form");
            for thing in content[list].as_array().into_iter().flatten() {
                self.written.includes(document, &thing["text"])?;
                let mut versions = thing["versions"].as_array().into_iter().flatten();
                versions.try_for_each(|version| self.written.includes(document, &version["text"]))?;
                self.report.disputed += usize::from(thing["versions"].is_array());
            }
        }
        Ok(())
    }
}
