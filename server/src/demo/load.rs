//! The telling: everybody signs in with a code, and does what the story says.

use std::collections::BTreeMap;

use kring_domain::{DocumentId, PersonId, Role, SpaceId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::Api;
use super::{Cast, DemoError, DemoStep, Person, Story, Until, id_of};
use crate::accounts::{self, CODE_TTL_MS, CodePurpose};
use crate::app::App;
use crate::auth::OneTimeCode;
use crate::{clock, http};

/// The space of the story, and how to be each of its people.
#[derive(Debug, Serialize, Deserialize)]
pub struct LoadedStory {
    /// How people reach the server.
    pub url: String,
    /// The space.
    pub space_id: SpaceId,
    /// Its documents by kind.
    pub documents: BTreeMap<String, DocumentId>,
    /// Its people.
    pub persons: Vec<Guest>,
}

/// Somebody of the story, and two ways to be them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Guest {
    /// The name by which the story calls them.
    pub key: String,
    /// Their name.
    pub name: String,
    /// Their role in the space.
    pub role: Role,
    /// The person who they are at the server.
    pub person_id: PersonId,
    /// A one-time code for one more device.
    pub code: String,
    /// The code as a link.
    pub url: String,
    /// Until when the code works.
    pub expires_at: Timestamp,
    /// For programs.
    pub access_token: String,
}

#[derive(Deserialize)]
struct SignedInPerson {
    person_id: PersonId,
    access_token: String,
}

#[derive(Deserialize)]
struct Space {
    documents: BTreeMap<String, DocumentId>,
}

#[derive(Deserialize)]
struct NewCode {
    code: String,
    url: String,
    expires_at: Timestamp,
}

/// Tells the story to a server, as far as asked.
///
/// # Errors
///
/// When the server does not answer as it should, or does not admit an edit.
pub async fn load(app: &App, until: Until) -> Result<LoadedStory, DemoError> {
    let story = Story::of_joost()?;
    let api = Api::new(http::router(app.clone()));
    let Some((starter, others)) = story.persons.split_first() else {
        return Err(DemoError::Story("there is nobody in it".to_owned()));
    };
    let mut narrator = Narrator { api: &api, cast: Cast::default(), signed_in: BTreeMap::new() };
    narrator.sign_in(starter, &operator_code(app, &starter.name).await?).await?;
    let space_id = SpaceId::new(id_of(&story.space));
    let body = json!({"space_id": space_id, "name": story.space});
    let Space { documents } = serde_json::from_value(narrator.post("/v1/spaces", &starter.key, &body).await?)?;
    for person in others {
        let body = json!({"role": person.role, "name": person.name});
        let path = format!("/v1/spaces/{space_id}/invitations");
        let NewCode { code, .. } = serde_json::from_value(narrator.post(&path, &starter.key, &body).await?)?;
        narrator.sign_in(person, &code).await?;
    }
    narrator.play(&documents, &story.steps(until, clock::now().date())).await?;
    let persons = narrator.guests(&story).await?;
    Ok(LoadedStory { url: app.config.public_url(), space_id, documents, persons })
}

/// The code that an operator makes for a professional, as `kring admin invite-professional` does.
async fn operator_code(app: &App, name: &str) -> Result<String, DemoError> {
    let code = OneTimeCode::random();
    let now = clock::now();
    let hash = code.hash();
    let purpose = CodePurpose::Professional { name: Some(name.to_owned()) };
    let expires_at = Timestamp::from_millis(now.millis() + CODE_TTL_MS);
    app.store.write(move |connection| accounts::keep_code(connection, hash, &purpose, now, expires_at)).await?;
    Ok(code.text())
}

/// The people of the story at the server, as they sign in one after the other.
struct Narrator<'a> {
    api: &'a Api,
    cast: Cast,
    signed_in: BTreeMap<String, SignedInPerson>,
}

impl Narrator<'_> {
    async fn sign_in(&mut self, person: &Person, code: &str) -> Result<(), DemoError> {
        let body = json!({
            "code": code, "device_name": "demo", "display_name": person.name, "person_id": id_of(&person.key),
        });
        let signed_in: SignedInPerson = serde_json::from_value(self.api.post("/v1/sign-in", None, &body).await?)?;
        self.cast.insert(&person.key, signed_in.person_id);
        self.signed_in.insert(person.key.clone(), signed_in);
        Ok(())
    }

    async fn post(&self, path: &str, by: &str, body: &Value) -> Result<Value, DemoError> {
        self.api.post(path, Some(&self.signed_in(by)?.access_token), body).await
    }

    fn signed_in(&self, by: &str) -> Result<&SignedInPerson, DemoError> {
        self.signed_in.get(by).ok_or_else(|| DemoError::Story(format!("{by} is not in it")))
    }

    /// Sends the edits in their order, those of one person for one document together.
    async fn play(&self, documents: &BTreeMap<String, DocumentId>, steps: &[DemoStep]) -> Result<(), DemoError> {
        let mut number = 0;
        for together in steps.chunk_by(|one, next| (&one.by, one.document) == (&next.by, next.document)) {
            let Some(DemoStep { by, document, .. }) = together.first() else { continue };
            let document = documents.get(document.name());
            let document = document.ok_or_else(|| DemoError::Story("a document is missing".to_owned()))?;
            let commands = together.iter().map(|step| {
                number += 1;
                json!({"id": id_of(&format!("deed {number}")), "command": self.cast.resolve(step.command.clone())})
            });
            let body = json!({"commands": commands.collect::<Vec<_>>()});
            let answer = self.post(&format!("/v1/documents/{document}/commands"), by, &body).await?;
            let verdicts = answer.get("verdicts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let refused = verdicts.iter().find(|verdict| verdict.get("verdict") != Some(&json!("admitted")));
            if let Some(verdict) = refused {
                return Err(DemoError::NotAdmitted { by: by.clone(), verdict: verdict.to_string() });
            }
        }
        Ok(())
    }

    /// A code for everybody, so that somebody else can be them on one more device.
    async fn guests(&self, story: &Story) -> Result<Vec<Guest>, DemoError> {
        let mut guests = Vec::new();
        for Person { key, name, role } in &story.persons {
            let SignedInPerson { person_id, access_token } = self.signed_in(key)?;
            let code: NewCode = serde_json::from_value(self.post("/v1/devices/codes", key, &json!({})).await?)?;
            guests.push(Guest {
                key: key.clone(),
                name: name.clone(),
                role: *role,
                person_id: *person_id,
                code: code.code,
                url: code.url,
                expires_at: code.expires_at,
                access_token: access_token.clone(),
            });
        }
        Ok(guests)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn every_edit_of_the_whole_story_is_admitted() {
        let directory = tempfile::tempdir().unwrap();
        let app = App::open(Config { data: directory.path().to_owned(), ..Config::default() }).await.unwrap();
        let loaded = load(&app, Until::Evaluated).await.unwrap();
        assert!(["circle", "network", "plan"].iter().all(|kind| loaded.documents.contains_key(*kind)));
        let codes: BTreeSet<&str> = loaded.persons.iter().map(|guest| guest.code.as_str()).collect();
        assert_eq!(codes.len(), 7, "everybody has a code of their own");
        let again = load(&app, Until::Evaluated).await;
        assert!(again.is_err(), "the space is there already: a story is told once");
    }
}
