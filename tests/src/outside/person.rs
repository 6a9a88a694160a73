//! Somebody who is signed in.

use serde_json::{Value, json};

use super::{Answer, Http, Server, Socket, id};

/// A person on one of their devices.
#[derive(Clone)]
pub struct Person {
    /// The person's id.
    pub id: String,
    /// The device's id.
    pub device: String,
    /// HTTP as this person.
    pub http: Http,
    /// The refresh token.
    pub refresh: String,
}

impl Person {
    /// Signs in with a code.
    #[track_caller]
    pub fn sign_in(http: &Http, code: &str, name: &str) -> Self {
        let body = json!({"code": code, "device_name": format!("{name}'s phone"), "display_name": name});
        Self::of(http, &http.post("/v1/sign-in", &body).ok(200))
    }

    /// A professional, who is in no space yet.
    #[track_caller]
    pub fn professional(server: &Server, name: &str) -> Self {
        Self::sign_in(&server.http(), &server.invite_professional(name), name)
    }

    /// Returns who an answer to `sign-in` signs in.
    #[track_caller]
    pub fn of(http: &Http, session: &Value) -> Self {
        let text = |field: &str| session[field].as_str().unwrap_or_else(|| panic!("{field} in {session}")).to_owned();
        Self {
            id: text("person_id"),
            device: text("device_id"),
            http: http.bearer(&text("access_token")),
            refresh: text("refresh_token"),
        }
    }

    /// One more device of the same person.
    #[track_caller]
    pub fn another_device(&self) -> Self {
        let code = self.http.post("/v1/devices/codes", &json!({})).ok(201);
        let http = Http::new(self.http.address());
        let body = json!({"code": code["code"], "device_name": "tablet"});
        Self::of(&http, &http.post("/v1/sign-in", &body).ok(200))
    }

    /// Invites somebody to a space and returns the code.
    #[track_caller]
    pub fn invite(&self, space: &str, role: &str) -> String {
        let invitation = self.http.post(&format!("/v1/spaces/{space}/invitations"), &json!({"role": role})).ok(201);
        invitation["code"].as_str().expect("a code").to_owned()
    }

    /// Sends commands over HTTP.
    pub fn post(&self, document: &str, commands: &[Value]) -> Answer {
        self.http.post(&format!("/v1/documents/{document}/commands"), &json!({"commands": commands}))
    }

    /// Sends commands over HTTP and returns a verdict for each.
    #[track_caller]
    pub fn submit(&self, document: &str, commands: &[Value]) -> Vec<Value> {
        let answer = self.post(document, commands).ok(200);
        let verdicts = answer["verdicts"].as_array().expect("verdicts").clone();
        let ids = |list: &[Value]| list.iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids(&verdicts), ids(commands), "a verdict for each command, in the same order");
        verdicts
    }

    /// Sends commands over HTTP to a server that may be gone, and returns a verdict for each where it was not.
    pub fn try_post(&self, document: &str, commands: &[Value]) -> Option<Vec<Value>> {
        let body = json!({"commands": commands});
        let path = format!("/v1/documents/{document}/commands");
        let sent = self.http.try_post_bytes(&path, "application/json", body.to_string().into_bytes());
        let answer = sent.ok().filter(|answer| answer.status == 200)?;
        answer.json()["verdicts"].as_array().cloned()
    }

    /// Sends one command over HTTP and returns its verdict.
    #[track_caller]
    pub fn send(&self, document: &str, fields: Value) -> Value {
        self.submit(document, &[command(fields)]).remove(0)
    }

    /// Sends one command over HTTP that must be admitted, and returns its sequence number.
    #[track_caller]
    pub fn admit(&self, document: &str, fields: Value) -> u64 {
        let verdict = self.send(document, fields);
        assert_eq!(verdict["verdict"], "admitted", "{verdict}");
        verdict["sequence"].as_u64().expect("a sequence number")
    }

    /// Sends one command over HTTP that must be rejected with this code.
    #[track_caller]
    pub fn rejected(&self, document: &str, fields: Value, code: &str) -> Value {
        let verdict = self.send(document, fields.clone());
        let expected = (Some("rejected"), Some(code));
        assert_eq!((verdict["verdict"].as_str(), verdict["code"].as_str()), expected, "{fields}");
        assert!(verdict.get("sequence").is_none_or(Value::is_null), "{verdict}");
        verdict
    }

    /// The read model of a document.
    #[track_caller]
    pub fn read(&self, document: &str) -> Value {
        self.http.get(&format!("/v1/documents/{document}")).ok(200)
    }

    /// A connection of this device that has said hello without any cursor.
    #[track_caller]
    pub fn socket(&self) -> Socket {
        Socket::hello(&self.http, &[]).0
    }
}

/// A command with an id of its own.
pub fn command(fields: Value) -> Value {
    json!({"id": id(), "command": fields})
}
