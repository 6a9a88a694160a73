//! People and spaces, made through the API like those of anybody.

use kring_domain::{DocumentId, SpaceId};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Outcome;
use super::http::Api;

/// Somebody who is signed in on a device.
#[derive(Clone, Deserialize)]
pub(crate) struct Person {
    #[serde(rename = "access_token")]
    pub(crate) token: String,
}

/// A space, as far as the load is concerned.
#[derive(Clone, Copy)]
pub(crate) struct Space {
    pub(crate) id: SpaceId,
    /// Its support circle: the document that is edited.
    pub(crate) circle: DocumentId,
}

pub(crate) fn sign_in(api: &Api, code: &str, name: &str) -> Outcome<Person> {
    let body = json!({"code": code, "device_name": name, "display_name": name});
    Ok(serde_json::from_value(api.post("/v1/sign-in", None, &body)?)?)
}

pub(crate) fn create_space(api: &Api, professional: &Person) -> Outcome<Space> {
    let id = SpaceId::new(Uuid::now_v7());
    let body = json!({"space_id": id, "name": "Load"});
    let answer = api.post("/v1/spaces", Some(&professional.token), &body)?;
    let circle = answer.pointer("/documents/circle").cloned().ok_or("the space has no circle")?;
    Ok(Space { id, circle: serde_json::from_value(circle)? })
}

/// A code with which somebody joins a space; `role` as on the wire.
pub(crate) fn invite(api: &Api, professional: &Person, space: Space, role: &str) -> Outcome<String> {
    let path = format!("/v1/spaces/{}/invitations", space.id);
    let answer = api.post(&path, Some(&professional.token), &json!({"role": role, "name": role}))?;
    Ok(answer.get("code").and_then(Value::as_str).ok_or("an invitation without a code")?.to_owned())
}

/// Somebody new in a space.
pub(crate) fn join(api: &Api, professional: &Person, space: Space, role: &str) -> Outcome<Person> {
    sign_in(api, &invite(api, professional, space, role)?, role)
}

/// The role of the nth person: every space has one client, the others are members.
pub(crate) fn role(number: usize) -> &'static str {
    if number == 0 { "client" } else { "member" }
}
