//! A space with one person in each role.

use serde_json::json;

use super::{Person, Server, id};

/// The people around one client.
pub struct Cast {
    /// The space.
    pub space: String,
    /// Its network map.
    pub network: String,
    /// Its plan.
    pub plan: String,
    /// Its circle.
    pub circle: String,
    /// The client.
    pub client: Person,
    /// A member of the support circle.
    pub member: Person,
    /// The professional, who made the space.
    pub professional: Person,
    /// The backup, who sees the status.
    pub backup: Person,
}

impl Cast {
    /// A new space on this server, with everybody in it.
    #[track_caller]
    pub fn new(server: &Server) -> Self {
        let professional = Person::professional(server, "Petra");
        let space = id();
        let body = json!({"space_id": space, "name": "Sam and others"});
        let made = professional.http.post("/v1/spaces", &body).ok(201);
        let document = |kind: &str| made["documents"][kind].as_str().expect("a document").to_owned();
        let (network, plan, circle) = (document("network"), document("plan"), document("circle"));
        let join = |role, name| Person::sign_in(&server.http(), &professional.invite(&space, role), name);
        let (client, member, backup) = (join("client", "Sam"), join("member", "Mo"), join("backup", "Bo"));
        Self { space, network, plan, circle, client, member, professional, backup }
    }

    /// Everybody, with their role.
    pub fn everybody(&self) -> [(&'static str, &Person); 4] {
        [
            ("client", &self.client),
            ("member", &self.member),
            ("professional", &self.professional),
            ("backup", &self.backup),
        ]
    }

    /// The documents by kind, with whether this role may read each.
    pub fn documents(&self, role: &str) -> [(&'static str, &str, bool); 3] {
        let (all, shared) = (["client", "professional"].contains(&role), role != "backup");
        [("network", &self.network, all), ("plan", &self.plan, shared), ("circle", &self.circle, shared)]
    }

    /// Proposes an idea as the client, and returns its id.
    #[track_caller]
    pub fn idea(&self, text: &str) -> String {
        let idea = id();
        self.client.admit(&self.circle, json!({"type": "propose_idea", "idea_id": idea, "text": text}));
        idea
    }

    /// Puts a contact on the map as the client, and returns its id.
    #[track_caller]
    pub fn contact(&self, name: &str) -> String {
        let contact = id();
        self.client.admit(&self.network, json!({"type": "add_contact", "contact_id": contact, "name": name}));
        contact
    }

    /// Plans an action as the client, and returns its id.
    #[track_caller]
    pub fn action(&self, title: &str) -> String {
        let action = id();
        let add = json!({"type": "add_action", "action_id": action, "title": title, "client_part": "I call"});
        self.client.admit(&self.plan, add);
        action
    }
}
