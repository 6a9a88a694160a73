//! `/v1/spaces`.

use kring_tests::outside::{Cast, Person, Server, Socket, id};
use serde_json::{Value, json};

#[test]
fn starting_a_space_twice_makes_one_space() {
    let server = Server::shared();
    let petra = Person::professional(&server, "Petra");
    let body = json!({"space_id": id(), "name": "Sam and others"});
    let first = petra.http.post("/v1/spaces", &body).ok(201);
    let second = petra.http.post("/v1/spaces", &body).ok(201);
    assert_eq!(first, second);
    assert_eq!((&first["space_id"], &first["name"]), (&body["space_id"], &body["name"]));
    assert_eq!(first["role"], "professional");
    for kind in ["network", "plan", "circle"] {
        assert!(uuid::Uuid::parse_str(first["documents"][kind].as_str().unwrap()).is_ok(), "{first}");
    }
    let listed = petra.http.get("/v1/spaces").ok(200);
    assert_eq!(listed, json!({"spaces": [first]}));
}

#[test]
fn the_id_of_somebody_elses_space_is_taken() {
    let server = Server::shared();
    let petra = Person::professional(&server, "Petra");
    let otto = Person::professional(&server, "Otto");
    let body = json!({"space_id": id(), "name": "Sam and others"});
    petra.http.post("/v1/spaces", &body).ok(201);
    otto.http.post("/v1/spaces", &body).problem(409, "conflict");
    assert_eq!(otto.http.get("/v1/spaces").ok(200), json!({"spaces": []}));
}

#[test]
fn each_role_finds_its_own_documents() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    for (role, person) in cast.everybody() {
        let expected: serde_json::Map<String, Value> = cast
            .documents(role)
            .into_iter()
            .filter(|(_, _, may)| *may)
            .map(|(kind, id, _)| (kind.to_owned(), json!(id)))
            .collect();
        let spaces = person.http.get("/v1/spaces").ok(200);
        let space = json!({"space_id": cast.space, "name": "Sam and others", "role": role, "documents": expected});
        assert_eq!(spaces, json!({"spaces": [space]}), "{role}");
    }
}

#[test]
fn a_malformed_space_is_invalid() {
    let server = Server::shared();
    let petra = Person::professional(&server, "Petra");
    for body in [
        json!({}),
        json!({"space_id": id()}),
        json!({"name": "x"}),
        json!({"space_id": "x", "name": "x"}),
        json!({"space_id": id(), "name": ""}),
        json!({"space_id": id(), "name": 7}),
        json!({"space_id": 7, "name": "x"}),
    ] {
        petra.http.post("/v1/spaces", &body).invalid();
    }
    let long = petra.http.post("/v1/spaces", &json!({"space_id": id(), "name": "n".repeat(201)})).any_problem();
    assert_eq!(long["code"], "too_large");
    for body in ["", "{", "[1,2", "\u{0}", "{\"space_id\": 1e999}"] {
        petra.http.post_bytes("/v1/spaces", "application/json", body.into()).invalid();
    }
    petra.http.post_bytes("/v1/spaces", "application/json", vec![0xff, 0xfe, 0x00]).invalid();
    assert_eq!(petra.http.get("/v1/spaces").ok(200), json!({"spaces": []}));
}

#[test]
fn nothing_of_a_deleted_space_can_be_reached() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.idea("walk the dog together");
    let unused = cast.professional.invite(&cast.space, "member");
    let path = format!("/v1/spaces/{}", cast.space);
    cast.member.http.delete(&path).problem(403, "forbidden");
    cast.professional.http.delete(&path).problem(403, "forbidden");
    cast.backup.http.delete(&path).any_problem();
    Person::professional(&server, "Otto").http.delete(&path).problem(404, "not_found");
    let mut socket = cast.member.socket();

    let deleted = cast.client.http.delete(&path);
    assert!((200..300).contains(&deleted.status), "{}", deleted.text());
    let (frames, code) = socket.until_closed();
    assert_eq!(code, Some(4403));
    for (_, document, _) in cast.documents("member").iter().filter(|(_, _, may)| *may) {
        let gone = json!({"t": "access", "document": document, "access": "none"});
        assert!(frames.contains(&gone), "{frames:?}");
    }
    // Whoever was in no other space may be gone entirely, with their session.
    for (role, person) in cast.everybody() {
        for path in [
            format!("/v1/documents/{}", cast.network),
            format!("/v1/documents/{}", cast.plan),
            format!("/v1/documents/{}", cast.circle),
            format!("/v1/documents/{}/history", cast.circle),
            format!("{path}/members"),
            format!("{path}/status"),
            format!("{path}/access-log"),
            format!("{path}/export"),
        ] {
            let answer = person.http.get(&path);
            assert!([401, 404].contains(&answer.status), "{role} {path}: {}", answer.text());
            answer.any_problem();
        }
        let spaces = person.http.get("/v1/spaces");
        assert!(spaces.status == 401 || spaces.ok(200) == json!({"spaces": []}), "{role}");
        if spaces.status == 200 {
            let (_, welcome) = Socket::hello(&person.http, &[]);
            assert_eq!(welcome["documents"], json!([]), "{role}");
        }
    }
    let late = server.http().post("/v1/sign-in", &json!({"code": unused, "device_name": "phone"}));
    assert_eq!(late.status, 401, "an invitation of a space that is gone: {}", late.text());
}

#[test]
fn the_professional_may_delete_while_no_client_has_joined() {
    let server = Server::shared();
    let petra = Person::professional(&server, "Petra");
    let space = id();
    let made = petra.http.post("/v1/spaces", &json!({"space_id": space, "name": "too early"})).ok(201);
    let mo = Person::sign_in(&server.http(), &petra.invite(&space, "member"), "Mo");
    let deleted = petra.http.delete(&format!("/v1/spaces/{space}"));
    assert!((200..300).contains(&deleted.status), "{}", deleted.text());
    for person in [&petra, &mo] {
        let answer = person.http.get(&format!("/v1/documents/{}", made["documents"]["circle"].as_str().unwrap()));
        assert!([401, 404].contains(&answer.status), "{}", answer.text());
    }
}
