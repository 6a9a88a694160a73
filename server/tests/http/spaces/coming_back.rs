//! `POST /v1/spaces/{id}/members/{person_id}/codes`: somebody comes back on a new phone.

use serde_json::{Value, json};

use crate::support::{Answer, Person, Server};

fn ask(by: &Person, space: &str, person: &str) -> Answer {
    by.post(&format!("/v1/spaces/{space}/members/{person}/codes"), &json!({}))
}

fn code(by: &Person, space: &str, person: &str) -> String {
    let answer = ask(by, space, person);
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    let code = answer.body["code"].as_str().unwrap().to_owned();
    assert!(answer.body["url"].as_str().unwrap().ends_with(&format!("/join#{code}")), "{:?}", answer.body);
    assert!(answer.body["expires_at"].as_str().unwrap().ends_with('Z'));
    code
}

fn roster(person: &Person, space: &str) -> Vec<Value> {
    person.get(&format!("/v1/spaces/{space}/members")).body["members"].as_array().unwrap().clone()
}

#[test]
fn somebody_comes_back_as_who_they_are() {
    let server = Server::start();
    let (space, professional, [client, member]) = server.space(["client", "member"]);
    for (by, who) in [(&professional, &client), (&client, &member), (&professional, &member)] {
        let back = server.sign_in(&code(by, &space, who.id()));
        assert_eq!(back.id(), who.id());
        assert_ne!(back.session["device_id"], who.session["device_id"]);
        assert_eq!(back.session["space_id"], json!(space));
        assert_eq!(roster(&back, &space).len(), 3);
        // The devices that they had stay signed in, and see the new one.
        let devices = who.get("/v1/devices").body["devices"].as_array().unwrap().len();
        assert!(devices >= 2, "{devices}");
    }
}

#[test]
fn nobody_else_makes_a_way_back() {
    let server = Server::start();
    let (space, professional, [client, member, carer]) = server.space(["client", "member", "carer"]);
    let stranger = server.professional();
    for by in [&member, &carer] {
        ask(by, &space, client.id()).expect(403, "forbidden");
        ask(by, &space, by.id()).expect(403, "forbidden");
    }
    ask(&stranger, &space, client.id()).expect(404, "not_found");
    ask(&professional, &space, stranger.id()).expect(404, "not_found");
    // A professional's sign-in opens what the client may not read, and other clients' spaces.
    ask(&client, &space, professional.id()).expect(403, "forbidden");
    server
        .anybody()
        .post(&format!("/v1/spaces/{space}/members/{}/codes", client.id()), &json!({}))
        .expect(401, "unauthenticated");
}

#[test]
fn a_code_of_one_space_opens_no_other() {
    let server = Server::start();
    let (one, professional, [client, member]) = server.space(["client", "member"]);
    let before = code(&professional, &one, member.id());
    let (other, stranger, []) = server.space([]);
    let invited = stranger.invite(&other, "member");
    assert_eq!(member.post("/v1/sign-in", &json!({"code": invited, "device_name": "x"})).status, 200);
    for by in [&client, &professional] {
        ask(by, &one, member.id()).expect(403, "forbidden");
        let line = roster(by, &one).into_iter().find(|line| line["person_id"] == member.id()).unwrap();
        assert_eq!(line["may_invite_back"], false);
    }
    // Nor one that was made before the person was there.
    server.anybody().post("/v1/sign-in", &json!({"code": before, "device_name": "x"})).expect(401, "invalid_code");
}

#[test]
fn only_the_newest_code_works_and_it_works_once() {
    let server = Server::start();
    let (space, professional, [client, member]) = server.space(["client", "member"]);
    let first = code(&professional, &space, member.id());
    let second = code(&client, &space, member.id());
    let use_up = |code: &str| server.anybody().post("/v1/sign-in", &json!({"code": code, "device_name": "x"}));
    use_up(&first).expect(401, "invalid_code");
    assert_eq!(use_up(&second).status, 200);
    use_up(&second).expect(401, "invalid_code");
}

#[test]
fn a_code_is_worth_nothing_when_its_maker_or_its_person_is_gone() {
    let server = Server::start();
    let (space, professional, [client, member, other]) = server.space(["client", "member", "member"]);
    let use_up = |code: &str| server.anybody().post("/v1/sign-in", &json!({"code": code, "device_name": "x"}));
    let removed = code(&professional, &space, member.id());
    assert_eq!(client.delete(&format!("/v1/spaces/{space}/members/{}", member.id())).status, 204);
    use_up(&removed).expect(401, "invalid_code");
    let orphaned = code(&professional, &space, other.id());
    assert_eq!(client.delete(&format!("/v1/spaces/{space}/members/{}", professional.id())).status, 204);
    use_up(&orphaned).expect(401, "invalid_code");
}

#[test]
fn a_code_that_its_holder_cannot_use_is_not_spent() {
    let server = Server::start();
    let (space, professional, [client, member]) = server.space(["client", "member"]);
    let back = code(&professional, &space, client.id());
    let use_up = |by: &Person, body: Value| by.post("/v1/sign-in", &body);
    use_up(&member, json!({"code": back, "device_name": "x"})).expect(409, "other_person");
    let body = json!({"code": back, "device_name": "x", "only_person": member.id()});
    use_up(&server.anybody(), body).expect(409, "other_person");
    // An invitation would make a second person of whoever has a file already.
    let invited = professional.invite(&space, "member");
    let body = json!({"code": invited, "device_name": "x", "person_id": member.id(), "only_person": member.id()});
    use_up(&server.anybody(), body).expect(409, "other_person");
    assert_eq!(roster(&professional, &space).len(), 3);
    let body = json!({"code": back, "device_name": "x", "only_person": client.id()});
    assert_eq!(use_up(&server.anybody(), body).body["person_id"], client.id());
    server.sign_in(&invited);
}

#[test]
fn everybody_concerned_reads_that_it_happened() {
    let server = Server::start();
    let (space, professional, [client, member]) = server.space(["client", "member"]);
    server.sign_in(&code(&professional, &space, member.id()));
    let lines = |person: &Person| {
        let log = person.get(&format!("/v1/spaces/{space}/access-log")).body["entries"].clone();
        let text = |line: &Value, field: &str| line[field].as_str().unwrap().to_owned();
        let lines = log.as_array().unwrap().iter();
        lines.map(|line| (text(line, "action"), text(line, "text"))).collect::<Vec<_>>()
    };
    let made = "Jolanda (begeleider) heeft een code gemaakt. De nieuwe telefoon is van the member";
    let used = "the member (lid van de steuncirkel) is terug op een nieuwe telefoon";
    for person in [&client, &member] {
        let lines = lines(person);
        assert!(lines.contains(&("invited_back".to_owned(), made.to_owned())), "{lines:?}");
        assert!(lines.contains(&("came_back".to_owned(), used.to_owned())), "{lines:?}");
    }
    assert!(!lines(&professional).iter().any(|(action, _)| action == "came_back"));
}

#[test]
fn the_roster_says_whom_the_caller_may_bring_back() {
    let server = Server::start();
    let (space, professional, [client, member, carer]) = server.space(["client", "member", "carer"]);
    let offered = |by: &Person| {
        let offered = roster(by, &space).into_iter().filter(|line| line["may_invite_back"] == true);
        offered.map(|line| line["person_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(offered(&professional), [client.id(), member.id(), carer.id()]);
    assert_eq!(offered(&client), [member.id(), carer.id()]);
    assert!(offered(&member).is_empty());
}
