//! Each role finds its documents in a space, and may do its commands there.

use kring_tests::outside::{Cast, Person, Server, Socket, id};
use serde_json::{Value, json};

/// What a role reads, whether it may ask how it goes, and whether it sees who is there.
const ROLES: [(&str, &[&str], bool); 8] = [
    ("client", &["circle", "consents", "network", "plan", "private", "private_time"], true),
    ("representative", &["circle", "consents", "network", "plan"], true),
    ("member", &["circle", "plan", "private_time"], true),
    ("carer", &["circle", "plan", "private_time"], true),
    ("professional", &["circle", "consents", "network", "plan", "pronotes"], true),
    ("backup", &[], true),
    ("colleague", &[], true),
    ("carer_consultant", &[], false),
];

fn in_role(server: &Server, cast: &Cast, role: &str) -> Person {
    match role {
        "client" => cast.client.clone(),
        "representative" => Person::sign_in(&server.http(), &cast.client.invite(&cast.space, role), role),
        role => Person::sign_in(&server.http(), &cast.professional.invite(&cast.space, role), role),
    }
}

#[test]
fn each_role_finds_the_documents_of_its_row_and_nothing_else() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let all: Vec<(&str, &str)> = cast.documents("client").map(|(kind, document, _)| (kind, document)).to_vec();
    for (role, kinds, status) in ROLES {
        let person = in_role(&server, &cast, role);
        let space = person.http.get("/v1/spaces").ok(200)["spaces"][0].clone();
        assert_eq!(space["role"], role);
        assert_eq!(space["documents"].as_object().unwrap().keys().collect::<Vec<_>>(), kinds, "{role}");
        let (_, welcome) = Socket::hello(&person.http, &[]);
        let mut welcomed: Vec<&str> =
            welcome["documents"].as_array().unwrap().iter().map(|head| head["kind"].as_str().unwrap()).collect();
        welcomed.sort_unstable();
        assert_eq!(welcomed, kinds, "{role}");
        for (kind, document) in &all {
            let answer = person.http.get(&format!("/v1/documents/{document}"));
            assert_eq!(answer.status == 200, kinds.contains(kind), "{role} {kind}: {}", answer.text());
        }
        let path = format!("/v1/spaces/{}", cast.space);
        assert_eq!(person.http.get(&format!("{path}/status")).status == 200, status, "{role}");
        assert_eq!(person.http.get(&format!("{path}/members")).status == 200, !kinds.is_empty(), "{role}");
        assert_eq!(welcome["members"].as_array().unwrap().is_empty(), kinds.is_empty(), "{role}");
    }
}

#[test]
fn the_client_may_remove_a_representative() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let ria = in_role(&server, &cast, "representative");
    let roles = |roster: &Value| -> Vec<String> {
        let members = roster["members"].as_array().unwrap().iter();
        members.map(|member| member["role"].as_str().unwrap().to_owned()).collect()
    };
    let path = format!("/v1/spaces/{}/members", cast.space);
    assert!(roles(&cast.client.http.get(&path).ok(200)).contains(&"representative".to_owned()));
    let remove = |by: &Person, whom: &Person| by.http.delete(&format!("{path}/{}", whom.id));
    remove(&cast.professional, &ria).problem(403, "forbidden");
    remove(&ria, &cast.client).problem(403, "forbidden");
    assert_eq!(remove(&cast.client, &ria).status, 204);
}

#[test]
fn a_representative_acts_but_does_not_judge() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let ria = in_role(&server, &cast, "representative");
    let contact = cast.contact("Ali");
    let idea = cast.idea("fishing");
    let place = json!({"type": "place_contact", "contact_id": contact, "ring": 1, "quadrant": "society"});
    let verdict = ria.send(&cast.network, place);
    assert_eq!((&verdict["verdict"], &verdict["code"]), (&json!("admitted"), &json!("suggested")));
    ria.rejected(&cast.circle, json!({"type": "choose_idea", "idea_id": idea}), "forbidden");
    let delegate = json!({"type": "delegate_right", "person_id": ria.id, "right": "start_action"});
    ria.rejected(&cast.plan, delegate.clone(), "forbidden");
    let action = cast.action("to the market");
    ria.rejected(&cast.plan, json!({"type": "activate_action", "action_id": action}), "forbidden");
    cast.client.admit(&cast.plan, delegate);
    ria.admit(&cast.plan, json!({"type": "activate_action", "action_id": action}));
    // What she would erase is the client's to erase.
    let erase = ria.send(&cast.network, json!({"type": "erase_contact", "contact_id": contact}));
    assert_eq!(erase["code"], "suggested");
    let read = cast.client.read(&cast.network);
    assert_eq!((&read["content"]["contacts"][0]["name"], &read["generation"]), (&json!("Ali"), &json!(1)));
    cast.client.admit(&cast.network, json!({"type": "accept_suggestion", "suggestion_id": erase["id"]}));
    assert_eq!(cast.client.read(&cast.network)["content"]["erasures"][0]["contact_id"], json!(contact));
    let consent = json!({"type": "give_consent", "consent_id": id(), "compartment": "private", "purpose": "helping",
                         "role": "professional", "text_version": "1", "language_level": "a2"});
    let given = ria.send(&cast.consents, consent);
    assert_eq!(given["code"], "suggested");
    cast.professional.http.get(&format!("/v1/documents/{}", cast.private)).problem(404, "not_found");
    cast.client.admit(&cast.consents, json!({"type": "accept_consent_suggestion", "suggestion_id": given["id"]}));
    cast.professional.read(&cast.private);
    let code = ria.invite(&cast.space, "member");
    Person::sign_in(&server.http(), &code, "Nadia");
}

#[test]
fn a_right_that_is_taken_back_is_gone_at_once() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let right = |command: &str| json!({"type": command, "person_id": cast.member.id, "right": "start_action"});
    let action = cast.action("to the market");
    cast.client.admit(&cast.plan, right("delegate_right"));
    cast.member.admit(&cast.plan, json!({"type": "activate_action", "action_id": action}));
    cast.client.admit(&cast.plan, right("revoke_right"));
    cast.member.rejected(&cast.plan, json!({"type": "stop_action", "action_id": action}), "forbidden");
}

#[test]
fn the_carer_is_in_the_circle_and_ticks_only_their_own_steps() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let carer = in_role(&server, &cast, "carer");
    carer.admit(&cast.circle, json!({"type": "propose_idea", "idea_id": id(), "text": "together to the sea"}));
    let action = cast.action("to the market");
    let own = id();
    let other = id();
    for step in [&own, &other] {
        let add = json!({"type": "add_step", "action_id": action, "step_id": step, "text": "call"});
        cast.client.admit(&cast.plan, add);
    }
    let part = json!({"type": "assign_part", "action_id": action, "person_id": carer.id, "part": "calls",
                      "support": "together", "step_ids": [own]});
    let mut anothers = part.clone();
    anothers["person_id"] = json!(cast.member.id);
    carer.rejected(&cast.plan, anothers, "forbidden");
    carer.admit(&cast.plan, part);
    let look = json!({"type": "evaluate_action", "evaluation_id": id(), "action_id": action, "next": "continue"});
    carer.admit(&cast.plan, look);
    let tick = |step: &str| json!({"type": "tick_step", "action_id": action, "step_id": step});
    carer.admit(&cast.plan, tick(&own));
    carer.rejected(&cast.plan, tick(&other), "forbidden");
    carer.rejected(&cast.plan, json!({"type": "add_goal", "goal_id": id(), "text": "x"}), "forbidden");
}
