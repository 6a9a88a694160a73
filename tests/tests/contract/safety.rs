//! Whom the client called unsafe: what they hear, and that nobody lets that person in.

use kring_tests::outside::{Cast, Person, Server, id};
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

#[test]
fn nobody_invites_whom_the_client_called_unsafe() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let contact = cast.contact("Patrick de Wit");
    let path = format!("/v1/spaces/{}/invitations", cast.space);
    let invite = |by: &Person, body: Value| by.http.post(&path, &body);
    let as_member = |field: &str, value: &str| json!({"role": "member", field: value});
    invite(&cast.professional, as_member("name", "Patrick")).ok(201);
    cast.client.admit(&cast.private, rate(&contact, "unsafe"));
    for body in [as_member("name", "Patrick"), as_member("name", " PATRICK  de-wit"), as_member("contact_id", &contact)]
    {
        let told = invite(&cast.client, body.clone()).problem(409, "unsafe");
        assert!(told["detail"].as_str().unwrap().contains("niet veilig"), "{told}");
        let told = invite(&cast.professional, body).problem(403, "forbidden");
        assert_eq!(told["detail"], "Overleg eerst met Sam.", "others hear no reason");
    }
    for body in [as_member("name", "Patricia"), as_member("name", "Patrick Bos"), as_member("contact_id", &id())] {
        invite(&cast.professional, body).ok(201);
    }
    invite(&cast.member, as_member("name", "Patrick")).problem(403, "forbidden");
    cast.client.admit(&cast.private, rate(&contact, "mixed"));
    invite(&cast.professional, as_member("name", "Patrick")).ok(201);
}

#[test]
fn a_linked_member_who_is_unsafe_is_not_brought_back() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let contact = cast.contact("Buurman");
    let path = format!("/v1/spaces/{}/members/{}/codes", cast.space, cast.member.id);
    cast.professional.http.post(&path, &json!({})).ok(201);
    let link = json!({"type": "link_member", "contact_id": contact, "person_id": cast.member.id});
    cast.professional.admit(&cast.network, link);
    assert_eq!(cast.client.read(&cast.network)["content"]["contacts"][0]["person_id"], json!(cast.member.id));
    cast.client.admit(&cast.private, rate(&contact, "unsafe"));
    cast.professional.http.post(&path, &json!({})).problem(403, "forbidden");
    cast.client.http.post(&path, &json!({})).problem(409, "unsafe");
    cast.client.admit(&cast.network, json!({"type": "unlink_member", "contact_id": contact}));
    cast.professional.http.post(&path, &json!({})).ok(201);
}
