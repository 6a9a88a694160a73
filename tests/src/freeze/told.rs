//! The read models and edits that a build showed when it was frozen.

use std::collections::BTreeMap;

use kring_client::{EditState, Kring};
use kring_domain::SpaceId;
use kring_server::demo::LoadedStory;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Failure;
use crate::outside::Http;

/// Everything that was shown, for later builds to show again.
#[derive(Default, Serialize, Deserialize)]
pub struct Told {
    /// The content of each document by its reader, as `GET /v1/documents/{id}` gave it.
    pub server: BTreeMap<String, BTreeMap<String, Value>>,
    /// The number of entries in each document's history.
    pub history: BTreeMap<String, usize>,
    /// The people's ids at the server.
    pub persons: BTreeMap<String, String>,
    /// The documents' ids by kind.
    pub documents: BTreeMap<String, String>,
    /// The space.
    pub space: String,
    /// The phones by their owner.
    pub phones: BTreeMap<String, ToldPhone>,
}

/// What one phone showed.
#[derive(Serialize, Deserialize)]
pub struct ToldPhone {
    /// The content of each document on it.
    pub documents: BTreeMap<String, Value>,
    /// The texts of the edits that wait, oldest first.
    pub waiting: Vec<Value>,
    /// The edits that were not accepted.
    pub not_accepted: Vec<Value>,
}

impl Told {
    /// Adds what the server shows to everybody of the story.
    ///
    /// # Errors
    ///
    /// Where the server's address or an answer is not what it should be.
    pub(super) fn look(&mut self, loaded: &LoadedStory) -> Result<(), Failure> {
        self.space = loaded.space_id.to_string();
        let address = loaded.url.strip_prefix("http://").ok_or("the demo is at an http address")?.parse()?;
        for guest in &loaded.persons {
            let http = Http::new(address).bearer(&guest.access_token);
            let mut read = BTreeMap::new();
            for (kind, document) in &loaded.documents {
                let answer = http.get(&format!("/v1/documents/{document}"));
                if answer.status == 200 {
                    read.insert(kind.clone(), content(&answer.json())?);
                    let history = http.get(&format!("/v1/documents/{document}/history")).ok(200);
                    self.history
                        .insert(kind.clone(), history.get("entries").and_then(Value::as_array).map_or(0, Vec::len));
                }
                self.documents.insert(kind.clone(), document.to_string());
            }
            self.server.insert(guest.key.clone(), read);
            self.persons.insert(guest.key.clone(), guest.person_id.to_string());
        }
        Ok(())
    }
}

impl ToldPhone {
    /// Reads everything that is on a phone.
    ///
    /// # Errors
    ///
    /// Where the phone's file cannot be read.
    pub fn of(phone: &Kring, space: SpaceId) -> Result<Self, Failure> {
        let mut read = BTreeMap::new();
        let mut waiting = Vec::new();
        for document in phone.documents(space) {
            let page: Value = serde_json::from_str(&phone.read_json(document.id)?)?;
            read.insert(document.kind.name().to_owned(), content(&page)?);
            let edits = phone.edits(document.id)?;
            let saved = edits.iter().filter(|edit| edit.state == EditState::SavedHere);
            waiting.extend(saved.map(|edit| edit.command.value().clone()));
        }
        let not_accepted = phone.not_accepted()?.iter().map(|edit| edit.command.value().clone()).collect();
        Ok(Self { documents: read, waiting, not_accepted })
    }
}

/// The content of a document's read model.
fn content(page: &Value) -> Result<Value, Failure> {
    page.get("content").cloned().ok_or_else(|| "a read model has content".into())
}
