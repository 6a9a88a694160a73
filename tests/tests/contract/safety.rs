//! The person whom the client called unsafe: what they hear, and that nobody lets that person in.

use kring_tests::outside::{Answer, Cast, Person, Server, id};
use serde_json::{Value, json};

fn rate(contact: &str, helpfulness: &str) -> Value {
    json!({"type": "rate_helpfulness", "contact_id": contact, "helpfulness": helpfulness})
}

#[test]
fn unsafe_is_answered_with_whom_to_talk_to() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let contact = cast.contact("Patrick");
    cast.client.admit(&cast.private, rate(&contact, "unhelpful"));
    assert_eq!(cast.client.read(&cast.private)["cards"], json!([]));
    cast.client.admit(&cast.private, rate(&contact, "unsafe"));
    let card = cast.client.read(&cast.private)["cards"][0].clone();
    assert_eq!((&card["kind"], &card["for"]), (&json!("not_safe"), &json!(["client"])));
    assert!(card["text"].as_str().unwrap().contains("0800-2000"), "{card}");
    cast.consent();
    assert_eq!(cast.professional.read(&cast.private)["cards"], json!([]), "it speaks to the client alone");
    let mut back = card["options"][0]["command"].clone();
    assert_eq!(back["type"], "rate_helpfulness");
    cast.client.admit(&cast.private, back.take());
    assert_eq!(cast.client.read(&cast.private)["cards"], json!([]));
}

fn invite(by: &Person, cast: &Cast, body: &Value) -> Answer {
    by.http.post(&format!("/v1/spaces/{}/invitations", cast.space), body)
}

fn sign_in(server: &Server, answer: &Value, name: Option<&str>) -> Answer {
    let body = json!({"code": answer["code"], "device_name": "phone", "display_name": name});
    server.http().post("/v1/sign-in", &body)
}

#[test]
fn nobody_invites_whom_the_client_called_unsafe() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let contact = cast.contact("Patrick de Wit");
    let as_member = |field: &str, value: &str| json!({"role": "member", field: value});
    cast.client.admit(&cast.private, rate(&contact, "unsafe"));
    for body in [as_member("name", "Patrick"), as_member("name", " PATRICK  de-wit"), as_member("contact_id", &contact)]
    {
        let told = invite(&cast.client, &cast, &body).problem(409, "unsafe");
        assert!(told["detail"].as_str().unwrap().contains("Jij zei: dit is niet veilig."), "{told}");
        let usual = invite(&cast.professional, &cast, &as_member("name", "Patricia")).ok(201);
        let code = invite(&cast.professional, &cast, &body).ok(201);
        let fields = |answer: &Value| answer.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(fields(&code), fields(&usual), "who may not know learns nothing");
        sign_in(&server, &code, None).problem(401, "invalid_code");
    }
    for body in [as_member("name", "Patricia"), as_member("name", "Patrick Bos"), as_member("contact_id", &id())] {
        let code = invite(&cast.professional, &cast, &body).ok(201);
        sign_in(&server, &code, None).ok(200);
    }
    invite(&cast.member, &cast, &as_member("name", "Patrick")).problem(403, "forbidden");
    cast.consent();
    let told = invite(&cast.professional, &cast, &as_member("name", "Patrick")).problem(409, "unsafe");
    assert_eq!(told["detail"], "Sam zei: dit is niet veilig. Overleg eerst met Sam.", "who may read it hears why");
}

#[test]
fn a_code_from_before_lets_in_nobody_who_is_called_unsafe_since() {
    for is_client in [false, true] {
        let server = Server::start();
        let cast = Cast::new(&server);
        let contact = cast.contact("Patrick de Wit");
        let nameless = json!({"role": "member"});
        let as_carer = json!({"role": "carer", "contact_id": contact});
        let bodies = [json!({"role": "member", "name": "Patrick"}), as_carer, nameless];
        let by = if is_client { &cast.client } else { &cast.professional };
        let codes: Vec<Value> = bodies.iter().map(|body| invite(by, &cast, body).ok(201)).collect();
        cast.client.admit(&cast.private, rate(&contact, "unsafe"));
        for code in &codes {
            sign_in(&server, code, Some("Patrick de Wit")).problem(401, "invalid_code");
        }
        let log = |person: &Person| {
            let log = person.http.get(&format!("/v1/spaces/{}/access-log", cast.space)).ok(200);
            let entries = log["entries"].as_array().unwrap().clone();
            let refused = |line: &&Value| line["outcome"] == "refused" && line["person_id"] == json!(by.id);
            entries.iter().filter(refused).map(|line| line["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        for reader in [by, &cast.client] {
            let told = log(reader);
            assert!(!told.is_empty() && !told.concat().contains("veilig"), "{told:?}");
        }
        cast.client.admit(&cast.private, rate(&contact, "mixed"));
        for code in &codes {
            sign_in(&server, code, Some("Patrick de Wit")).ok(200);
        }
    }
}

#[test]
fn an_unsafe_person_is_not_let_in() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let contact = cast.contact("Buurman");
    let link = json!({"type": "link_member", "contact_id": contact, "person_id": cast.member.id});
    cast.professional.admit(&cast.network, link);
    let removed = cast.client.http.delete(&format!("/v1/spaces/{}/members/{}", cast.space, cast.member.id));
    assert_eq!(removed.status, 204);
    cast.client.admit(&cast.private, rate(&contact, "unsafe"));
    let code = invite(&cast.professional, &cast, &json!({"role": "member"})).ok(201);
    let body = json!({"code": code["code"], "device_name": "phone"});
    cast.member.http.post("/v1/sign-in", &body).problem(401, "invalid_code");
    cast.client.admit(&cast.private, rate(&contact, "helpful"));
    cast.member.http.post("/v1/sign-in", &body).ok(200);
}

#[test]
fn a_linked_member_who_is_unsafe_is_not_brought_back() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let contact = cast.contact("Buurman");
    let path = format!("/v1/spaces/{}/members/{}/codes", cast.space, cast.member.id);
    let before = cast.professional.http.post(&path, &json!({})).ok(201);
    let link = json!({"type": "link_member", "contact_id": contact, "person_id": cast.member.id});
    cast.professional.admit(&cast.network, link);
    assert_eq!(cast.client.read(&cast.network)["content"]["contacts"][0]["person_id"], json!(cast.member.id));
    cast.client.admit(&cast.private, rate(&contact, "unsafe"));
    sign_in(&server, &before, None).problem(401, "invalid_code");
    let code = cast.professional.http.post(&path, &json!({})).ok(201);
    sign_in(&server, &code, None).problem(401, "invalid_code");
    cast.client.http.post(&path, &json!({})).problem(409, "unsafe");
    cast.client.admit(&cast.network, json!({"type": "unlink_member", "contact_id": contact}));
    sign_in(&server, &code, None).ok(200);
}
