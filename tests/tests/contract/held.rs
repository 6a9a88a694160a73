//! Edits that somebody made before they were removed and that arrive after.

use kring_tests::outside::{Cast, Person, Server, Socket, command, file_with, id};
use serde_json::{Value, json};

fn remove(cast: &Cast, whom: &Person) {
    let removed = cast.client.http.delete(&format!("/v1/spaces/{}/members/{}", cast.space, whom.id));
    assert_eq!(removed.status, 204, "{}", removed.text());
}

/// An idea as a phone without coverage keeps it: made a while ago, on what it had seen then.
fn idea(text: &str) -> Value {
    made("2026-01-02T03:04:05Z", 0, json!({"type": "propose_idea", "idea_id": id(), "text": text}))
}

fn made(at: &str, sequence: u64, command: Value) -> Value {
    json!({"id": id(), "base": {"generation": 1, "sequence": sequence}, "made_at": at, "command": command})
}

fn held(cast: &Cast, judge: &Person) -> Vec<Value> {
    let answer = judge.http.get(&format!("/v1/spaces/{}/held", cast.space)).ok(200);
    answer["held"].as_array().expect("wrapped in `held`").clone()
}

fn judge(cast: &Cast, by: &Person, command: &Value, decision: &str) -> kring_tests::outside::Answer {
    let path = format!("/v1/spaces/{}/held/{}", cast.space, command["id"].as_str().unwrap());
    by.http.post(&path, &json!({"decision": decision}))
}

fn codes(verdicts: &[Value]) -> Vec<(&str, Option<&str>)> {
    verdicts.iter().map(|verdict| (verdict["verdict"].as_str().unwrap(), verdict["code"].as_str())).collect()
}

#[test]
fn an_edit_from_before_the_removal_waits_for_review() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.idea("already there");
    remove(&cast, &cast.member);
    let first = idea("Tureluur, from the train");
    let second = idea("Kemphaan, from the train");
    let (mut phone, welcome) = Socket::hello(&cast.member.http, &[]);
    assert_eq!(welcome["documents"], json!([]));
    for _ in 0..2 {
        let verdicts = phone.submit(&cast.circle, &[first.clone(), second.clone()]);
        assert_eq!(codes(&verdicts), [("held", Some("revoked")); 2]);
        assert!(verdicts.iter().all(|verdict| verdict["sequence"].is_null()), "{verdicts:?}");
    }
    assert!(!cast.client.read(&cast.circle).to_string().contains("Tureluur"));

    let waiting = held(&cast, &cast.professional);
    assert_eq!(waiting.len(), 2, "{waiting:?}");
    assert_eq!(waiting[0]["command_id"], first["id"]);
    assert_eq!(waiting[0]["person_id"], json!(cast.member.id));
    assert_eq!((&waiting[0]["role"], &waiting[0]["kind"]), (&json!("member"), &json!("circle")));
    assert!(waiting[0]["text"].as_str().unwrap().contains("Tureluur"), "{waiting:?}");

    let admitted = judge(&cast, &cast.client, &first, "admit").ok(200);
    assert_eq!(admitted["verdict"]["verdict"], "admitted", "{admitted}");
    judge(&cast, &cast.client, &first, "admit").problem(404, "not_found");
    judge(&cast, &cast.professional, &second, "decline").ok(200);
    judge(&cast, &cast.professional, &second, "admit").problem(404, "not_found");
    assert!(held(&cast, &cast.client).is_empty());
    let circle = cast.client.read(&cast.circle);
    let ideas = circle["content"]["ideas"].as_array().unwrap();
    let theirs: Vec<&Value> = ideas.iter().filter(|idea| idea["by"] == json!(cast.member.id)).collect();
    assert_eq!(theirs.len(), 1, "{circle}");
    assert_eq!(theirs[0]["text"], "Tureluur, from the train");
    // Sent again, it is still in there once, and nobody who has left hears more than that it was held or let in.
    let verdicts = phone.submit(&cast.circle, &[first, second]);
    assert_eq!(verdicts[0]["verdict"], "admitted");
    assert_eq!((&verdicts[1]["verdict"], &verdicts[1]["code"]), (&json!("held"), &json!("revoked")));
    assert_eq!(cast.client.read(&cast.circle)["sequence"], circle["sequence"]);
}

#[test]
fn what_was_made_later_or_knows_too_much_is_not_looked_at() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.idea("already there");
    remove(&cast, &cast.member);
    let propose = || json!({"type": "propose_idea", "idea_id": id(), "text": "too late"});
    let after = made("2099-01-01T00:00:00Z", 0, propose());
    let beyond = made("2026-01-02T03:04:05Z", 2, propose());
    let timeless = json!({"id": id(), "base": {"generation": 1, "sequence": 0}, "command": propose()});
    let baseless = json!({"id": id(), "made_at": "2026-01-02T03:04:05Z", "command": propose()});
    let mut phone = cast.member.socket();
    let verdicts = phone.submit(&cast.circle, &[after, beyond, timeless, baseless]);
    assert_eq!(codes(&verdicts), [("rejected", Some("not_found")); 4]);
    // A document they never wrote, and a space they were never in, are not there for them at all.
    for document in [&cast.network, &cast.private, &Cast::new(&server).circle] {
        assert_eq!(codes(&phone.submit(document, &[idea("x")])), [("rejected", Some("not_found"))]);
    }
    cast.member.post(&cast.circle, &[idea("x")]).problem(404, "not_found");
    assert!(held(&cast, &cast.client).is_empty());
}

#[test]
fn only_a_reviewer_sees_held_edits_of_readable_documents() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let second = Person::sign_in(&server.http(), &cast.client.invite(&cast.space, "member"), "Nadia");
    let session = id();
    let open = json!({"type": "open_private_time", "session_id": session, "question": "what now?"});
    let opened = cast.client.admit(&cast.private_time, open);
    remove(&cast, &cast.member);
    let secret = json!({"type": "propose_privately", "idea_id": id(), "session_id": session, "text": "Smient"});
    let secret = made("2026-01-02T03:04:05Z", opened, secret);
    let mut phone = cast.member.socket();
    assert_eq!(codes(&phone.submit(&cast.private_time, std::slice::from_ref(&secret))), [("held", Some("revoked"))]);
    for person in [&second, &cast.backup] {
        person.http.get(&format!("/v1/spaces/{}/held", cast.space)).problem(403, "forbidden");
        judge(&cast, person, &secret, "admit").problem(403, "forbidden");
    }
    cast.member.http.get(&format!("/v1/spaces/{}/held", cast.space)).problem(404, "not_found");
    assert!(held(&cast, &cast.professional).is_empty(), "private time is not for the professional");
    judge(&cast, &cast.professional, &secret, "admit").problem(404, "not_found");
    assert_eq!(held(&cast, &cast.client).len(), 1);
    assert_eq!(judge(&cast, &cast.client, &secret, "admit").ok(200)["verdict"]["verdict"], "admitted");
    assert!(cast.client.read(&cast.private_time).to_string().contains("Smient"));
}

#[test]
fn nobody_fills_the_server_with_what_is_held() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    remove(&cast, &cast.member);
    let mut phone = cast.member.socket();
    let many: Vec<Value> = (0..700).map(|_| idea("x")).collect();
    let verdicts = phone.submit(&cast.circle, &many);
    let kept = codes(&verdicts).into_iter().filter(|code| *code == ("held", Some("revoked"))).count();
    assert_eq!(kept, 500);
    assert_eq!(held(&cast, &cast.client).len(), 500);
}

#[test]
fn what_is_held_about_something_that_was_erased_goes_with_it() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let own = id();
    let propose = json!({"type": "propose_idea", "idea_id": own, "text": "fishing"});
    let admitted = command(propose);
    let sequence = cast.member.submit(&cast.circle, std::slice::from_ref(&admitted))[0]["sequence"].as_u64().unwrap();
    remove(&cast, &cast.member);
    let mut phone = cast.member.socket();
    let edit =
        |text: &str| made("2026-01-02T03:04:05Z", sequence, json!({"type": "edit_idea", "idea_id": own, "text": text}));
    let before = edit("Goudplevier");
    assert_eq!(codes(&phone.submit(&cast.circle, std::slice::from_ref(&before))), [("held", Some("revoked"))]);
    cast.client.admit(&cast.circle, json!({"type": "erase_idea", "idea_id": own}));
    assert!(held(&cast, &cast.client).is_empty());
    judge(&cast, &cast.client, &before, "admit").problem(404, "not_found");
    // What was admitted in an earlier generation is still known to have been.
    let verdicts = phone.submit(&cast.circle, &[admitted, edit("Kanoet")]);
    assert_eq!(verdicts[0]["verdict"], "admitted");
    assert_eq!(codes(&verdicts)[1], ("rejected", Some("not_found")), "the idea is gone for good");
    assert!(held(&cast, &cast.client).is_empty());
    assert!(!cast.client.read(&cast.circle).to_string().contains("Kanoet"));
}

#[test]
fn held_texts_about_an_erased_thing_are_erased() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let contact = cast.contact("Zwaluwstaart");
    let far = |command: Value| json!({"id": id(), "made_at": "2190-01-01T00:00:00Z", "command": command});
    let texts = [
        (&cast.network, far(json!({"type": "map5", contact.clone(): "Tureluur-als-naam"}))),
        (&cast.network, far(json!({"type": "map5", "about": format!("over {contact}: Tureluur-in-een-zin")}))),
        (
            &cast.plan,
            far(json!({"type": "map5", "deep": [{"contact": contact.to_uppercase(), "name": "Tureluur-elders"}]})),
        ),
    ];
    for (document, command) in &texts {
        assert_eq!(cast.client.submit(document, std::slice::from_ref(command)).remove(0)["verdict"], "held");
    }
    assert!(file_with(&server.data(), "Tureluur").is_some());
    cast.client.admit(&cast.network, json!({"type": "erase_contact", "contact_id": contact}));
    assert_eq!(file_with(&server.data(), "Tureluur"), None);
}

#[test]
fn concurrent_reviews_admit_once() {
    let server = Server::start();
    let cast = Cast::new(&server);
    for _ in 0..10 {
        let member = Person::sign_in(&server.http(), &cast.professional.invite(&cast.space, "member"), "Nadia");
        let sequence = cast.client.read(&cast.circle)["sequence"].as_u64().unwrap();
        let path = format!("/v1/spaces/{}/members/{}", cast.space, member.id);
        assert_eq!(cast.client.http.delete(&path).status, 204);
        let late =
            made("2026-01-02T03:04:05Z", sequence, json!({"type": "propose_idea", "idea_id": id(), "text": "kaart"}));
        let mut phone = member.socket();
        assert_eq!(codes(&phone.submit(&cast.circle, std::slice::from_ref(&late))), [("held", Some("revoked"))]);
        assert_eq!(held(&cast, &cast.professional).len(), 1);
        let (yes, no) = std::thread::scope(|scope| {
            let no = scope.spawn(|| judge(&cast, &cast.professional, &late, "decline").status);
            (judge(&cast, &cast.client, &late, "admit").status, no.join().unwrap())
        });
        assert!([(200, 404), (404, 200)].contains(&(yes, no)), "admit {yes}, decline {no}");
        let after = cast.client.read(&cast.circle)["sequence"].as_u64().unwrap();
        assert_eq!(after, sequence + u64::from(yes == 200));
    }
    let log = cast.client.http.get(&format!("/v1/spaces/{}/access-log", cast.space)).ok(200).to_string();
    assert!(log.contains("wat nog wacht") || log.contains("what waits"), "{log}");
}

#[test]
fn a_revoked_device_is_refused_outright_whatever_it_made_before() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let tablet = cast.member.another_device();
    let ticket = tablet.http.post("/v1/sync/ticket", &json!({})).ok(200)["ticket"].as_str().unwrap().to_owned();
    let mut socket = tablet.socket();
    let revoked = cast.member.http.post(&format!("/v1/devices/{}/revoke", tablet.device), &json!({}));
    assert!((200..300).contains(&revoked.status), "{}", revoked.text());
    assert_eq!(socket.until_closed().1, Some(4401));
    assert_eq!(tablet.post(&cast.circle, &[idea("x")]).status, 401);
    assert_eq!(server.http().post("/v1/token", &json!({"refresh_token": tablet.refresh})).status, 401);
    assert_eq!(Socket::try_open(&server.http(), &format!("/v1/sync?ticket={ticket}")).err().unwrap().status, 401);
    assert_eq!(Socket::try_open(&tablet.http, "/v1/sync").err().unwrap().status, 401);
    assert!(held(&cast, &cast.client).is_empty());
}
