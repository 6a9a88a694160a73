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
    let first = professional.invite(&space, "client");
    let second = professional.invite(&space, "client");
    let client = server.sign_in(&first);
    let late = server.anybody().post("/v1/sign-in", &json!({"code": second, "device_name": "x"}));
    late.expect(409, "conflict");
    // Nor does anybody get the membership by taking it from who has it.
    professional.delete(&format!("/v1/spaces/{space}/members/{}", client.id())).expect(403, "forbidden");
    professional.delete(&format!("/v1/spaces/{space}")).expect(403, "forbidden");
    let late = server.anybody().post("/v1/sign-in", &json!({"code": second, "device_name": "x"}));
    late.expect(409, "conflict");
}

#[test]
fn the_client_chooses_their_representative() {
    let server = Server::start();
    let professional = server.professional();
    let space = professional.create_space();
    let path = format!("/v1/spaces/{space}/invitations");
    let representative = json!({"role": "representative"});
    let early = professional.invite(&space, "representative");
    let client = server.sign_in(&professional.invite(&space, "client"));
    professional.post(&path, &representative).expect(403, "forbidden");
    assert_eq!(client.post(&path, &representative).status, 201);
    // One that was made before and not used counts for nothing any more.
    server.anybody().post("/v1/sign-in", &json!({"code": early, "device_name": "x"})).expect(401, "invalid_code");
}

#[test]
fn a_code_is_worth_no_more_than_who_made_it() {
    let server = Server::start();
    let professional = server.professional();
    let space = professional.create_space();
    let client = server.sign_in(&professional.invite(&space, "client"));
    let other = server.sign_in(&professional.invite(&space, "professional"));
    let use_up = |code: &str| server.anybody().post("/v1/sign-in", &json!({"code": code, "device_name": "x"}));

    // Somebody who was removed does not come back by what they had made before, and lets nobody in.
    let codes = [other.invite(&space, "professional"), other.invite(&space, "member")];
    assert_eq!(client.delete(&format!("/v1/spaces/{space}/members/{}", other.id())).status, 204);
    let back = other.post("/v1/sign-in", &json!({"code": codes[0], "device_name": "x"}));
    back.expect(401, "invalid_code");
    use_up(&codes[1]).expect(401, "invalid_code");

    // A device that was signed out for good leaves no way in behind.
    let stolen = server.sign_in(client.post("/v1/devices/codes", &json!({})).body["code"].as_str().unwrap());
    let more = stolen.post("/v1/devices/codes", &json!({})).body["code"].as_str().unwrap().to_owned();
    let invited = stolen.invite(&space, "member");
    let device = stolen.session["device_id"].as_str().unwrap().to_owned();
    assert_eq!(client.post(&format!("/v1/devices/{device}/revoke"), &json!({})).status, 204);
    for code in [more, invited] {
        use_up(&code).expect(401, "invalid_code");
    }
    assert_eq!(use_up(&client.invite(&space, "member")).status, 200, "and others are as good as before");
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
