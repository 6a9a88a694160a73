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
    /// What is the client's alone.
    pub private: String,
    /// Its private time.
    pub private_time: String,
    /// The professionals' work notes.
    pub work_notes: String,
    /// Its consents.
    pub consents: String,
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
        let network = document("network");
        let plan = document("plan");
        let circle = document("circle");
        let join = |role, name| Person::sign_in(&server.http(), &professional.invite(&space, role), name);
        let client = join("client", "Sam");
        let member = join("member", "Mo");
        let backup = join("backup", "Bo");
        let own = client.http.get("/v1/spaces").ok(200)["spaces"][0]["documents"].clone();
        let own = |kind: &str| own[kind].as_str().expect("a document of the client").to_owned();
        let private = own("private");
        let private_time = own("private_time");
        let work_notes = document("pronotes");
        let consents = document("consents");
        Self {
            space,
            network,
            plan,
            circle,
            private,
            private_time,
            work_notes,
            consents,
            client,
            member,
            professional,
            backup,
        }
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
    pub fn documents(&self, role: &str) -> [(&'static str, &str, bool); 7] {
        let is = |roles: &[&str]| roles.contains(&role);
        [
            ("network", &self.network, is(&["client", "professional"])),
            ("plan", &self.plan, is(&["client", "member", "professional"])),
            ("circle", &self.circle, is(&["client", "member", "professional"])),
            ("private", &self.private, is(&["client"])),
            ("private_time", &self.private_time, is(&["client", "member"])),
            ("pronotes", &self.work_notes, is(&["professional"])),
            ("consents", &self.consents, is(&["client", "professional"])),
        ]
    }

    /// Gives a consent as the client, that the professionals may read what is private, and returns its id.
    #[track_caller]
    pub fn consent(&self) -> String {
        let consent = id();
        let give = json!({"type": "give_consent", "consent_id": consent, "compartment": "private",
                          "purpose": "looking at it together", "role": "professional", "text_version": "2026-1",
                          "language_level": "a2"});
        self.client.admit(&self.consents, give);
        consent
    }

    /// Withdraws a consent as the client.
    #[track_caller]
    pub fn withdraw(&self, consent: &str) {
        self.client.admit(&self.consents, json!({"type": "withdraw_consent", "consent_id": consent}));
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
