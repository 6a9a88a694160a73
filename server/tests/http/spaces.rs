//! `/v1/spaces`

mod coming_back;
mod export;
mod invitations;
mod members;
mod status;

use kring_domain::{DocumentId, DocumentKind, SpaceId};
use serde_json::json;
use uuid::Uuid;

use crate::support::Server;

#[test]
fn making_a_space_twice_makes_one() {
    let server = Server::start();
    let professional = server.professional();
    let body = json!({"space_id": Uuid::now_v7().to_string(), "name": "Rondom Dennis"});
    let first = professional.post("/v1/spaces", &body);
    let again = professional.post("/v1/spaces", &body);
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(first.body["role"], "professional");
    let space: SpaceId = body["space_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(first.body["documents"]["plan"], DocumentId::derive(space, DocumentKind::Plan).to_string());
    assert_eq!(professional.get("/v1/spaces").body["spaces"], json!([first.body]));
    server.professional().post("/v1/spaces", &body).expect(409, "conflict");
}

#[test]
fn only_professionals_start_spaces() {
    let server = Server::start();
    let (_, _, people) = server.space(["client", "member", "backup"]);
    for person in people {
        let body = json!({"space_id": Uuid::now_v7().to_string(), "name": "x"});
        person.post("/v1/spaces", &body).expect(403, "forbidden");
    }
}

#[test]
fn everybody_is_shown_the_documents_they_may_read() {
    let server = Server::start();
    let (_, _, [client, backup]) = server.space(["client", "backup"]);
    assert_eq!(client.get("/v1/spaces").body["spaces"][0]["documents"].as_object().unwrap().len(), 6);
    assert_eq!(backup.get("/v1/spaces").body["spaces"][0]["documents"], json!({}));
}

#[test]
fn the_client_erases_the_space_and_with_it_the_names() {
    let server = Server::start();
    let (space, professional, [client, member]) = server.space(["client", "member"]);
    let path = format!("/v1/spaces/{space}");
    professional.delete(&path).expect(403, "forbidden");
    member.delete(&path).expect(403, "forbidden");
    server.professional().delete(&path).expect(404, "not_found");
    assert_eq!(client.delete(&path).status, 204);
    client.delete(&path).expect(404, "not_found");
    for person in [&professional, &client, &member] {
        assert_eq!(person.get("/v1/spaces").body["spaces"], json!([]));
        person.get(&format!("{path}/members")).expect(404, "not_found");
    }
    let read = server.app.store.read(|connection| -> Result<Vec<String>, kring_server::store::StoreError> {
        let sql = "SELECT persons.name || '/' || devices.name FROM persons JOIN devices USING (person_id)
                   WHERE NOT is_professional";
        let mut statement = connection.prepare(sql)?;
        let names = statement.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    });
    assert_eq!(server.runtime.block_on(read).unwrap(), ["/", "/"]);
}

#[test]
fn the_professional_erases_a_space_that_no_client_has_joined() {
    let server = Server::start();
    let professional = server.professional();
    let space = professional.create_space();
    let invitation = professional.invite(&space, "client");
    assert_eq!(professional.delete(&format!("/v1/spaces/{space}")).status, 204);
    let gone = server.anybody().post("/v1/sign-in", &json!({"code": invitation, "device_name": "x"}));
    gone.expect(401, "invalid_code");
}
