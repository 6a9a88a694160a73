//! `POST /v1/spaces/{id}/invitations`

use serde_json::json;

use crate::support::Server;

#[test]
fn who_may_invite_whom() {
    let server = Server::start();
    let (space, professional, [client, member, backup]) = server.space(["client", "member", "backup"]);
    let stranger = server.professional();
    let path = format!("/v1/spaces/{space}/invitations");
    for (person, role, status) in [
        (&professional, "member", 201),
        (&professional, "backup", 201),
        (&professional, "professional", 201),
        (&professional, "client", 409),
        (&client, "member", 201),
        (&client, "professional", 201),
        (&client, "backup", 201),
        (&client, "client", 403),
        (&member, "member", 403),
        (&backup, "backup", 403),
        (&stranger, "member", 404),
    ] {
        assert_eq!(person.post(&path, &json!({"role": role})).status, status, "{role}");
    }
    professional.post(&path, &json!({"role": "owner"})).expect(422, "invalid");
}

#[test]
fn a_space_has_one_client_whichever_invitation_is_taken_first() {
    let server = Server::start();
    let professional = server.professional();
    let space = professional.create_space();
    let (first, second) = (professional.invite(&space, "client"), professional.invite(&space, "client"));
    let client = server.sign_in(&first);
    let late = server.anybody().post("/v1/sign-in", &json!({"code": second, "device_name": "x"}));
    late.expect(409, "conflict");
    assert_eq!(professional.delete(&format!("/v1/spaces/{space}/members/{}", client.id())).status, 204);
    assert_eq!(server.sign_in(&second).session["role"], "client");
}

#[test]
fn the_link_carries_the_code_where_no_log_sees_it() {
    let server = Server::start_with(|config| config.public_url = Some("https://kring.example.org/".into()));
    let professional = server.professional();
    let space = professional.create_space();
    let answer = professional.post(&format!("/v1/spaces/{space}/invitations"), &json!({"role": "member"}));
    let code = answer.body["code"].as_str().unwrap();
    assert_eq!(answer.body["url"], format!("https://kring.example.org/join#{code}"));
}
