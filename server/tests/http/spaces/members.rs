//! `/v1/spaces/{id}/members`

use serde_json::json;
use uuid::Uuid;

use crate::support::{Person, Server};

fn remove(by: &Person, space: &str, person: &Person) -> u16 {
    by.delete(&format!("/v1/spaces/{space}/members/{}", person.id())).status
}

#[test]
fn the_roster_is_in_the_order_of_joining() {
    let server = Server::start();
    let (space, professional, [_, member, backup]) = server.space(["client", "member", "backup"]);
    let path = format!("/v1/spaces/{space}/members");
    let members = member.get(&path).body;
    let roles: Vec<&str> = members["members"].as_array().unwrap().iter().map(|m| m["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["professional", "client", "member", "backup"]);
    assert_eq!(members["members"][0]["person_id"], professional.session["person_id"]);
    assert_eq!(members["members"][0]["name"], "Jolanda");
    backup.get(&path).expect(404, "not_found");
    server.professional().get(&path).expect(404, "not_found");
}

#[test]
fn the_client_removes_anybody_but_themselves() {
    let server = Server::start();
    let (space, professional, [client, member, backup]) = server.space(["client", "member", "backup"]);
    assert_eq!(remove(&client, &space, &client), 403);
    for person in [&professional, &member, &backup] {
        assert_eq!(remove(&client, &space, person), 204);
        assert_eq!(remove(&client, &space, person), 404);
    }
}

#[test]
fn a_member_leaves_and_removes_nobody() {
    let server = Server::start();
    let (space, professional, [client, member, other]) = server.space(["client", "member", "member"]);
    for person in [&professional, &client, &other] {
        assert_eq!(remove(&member, &space, person), 403);
    }
    assert_eq!(remove(&member, &space, &member), 204);
    member.get(&format!("/v1/spaces/{space}/members")).expect(404, "not_found");
    assert_eq!(member.get("/v1/spaces").body, json!({"spaces": []}));
}

#[test]
fn who_is_removed_may_be_invited_again() {
    let server = Server::start();
    let (space, professional, [member]) = server.space(["member"]);
    assert_eq!(remove(&professional, &space, &member), 204);
    let code = professional.invite(&space, "member");
    let back = member.post("/v1/sign-in", &json!({"code": code, "device_name": "x", "display_name": "Linda"}));
    assert_eq!((back.status, &back.body["person_id"]), (200, &member.session["person_id"]));
    let members = professional.get(&format!("/v1/spaces/{space}/members")).body;
    assert_eq!(members["members"][1]["name"], "Linda");
}

#[test]
fn somebody_is_left_to_look_after_the_space() {
    let server = Server::start();
    let (space, professional, [_]) = server.space(["member"]);
    assert_eq!(remove(&professional, &space, &professional), 409);
    let colleague = server.sign_in(&professional.invite(&space, "professional"));
    assert_eq!(remove(&professional, &space, &professional), 204);
    assert_eq!(remove(&colleague, &space, &colleague), 409);
}

#[test]
fn nobody_learns_of_a_space_that_is_not_theirs() {
    let server = Server::start();
    let (space, _, [client]) = server.space(["client"]);
    let stranger = server.professional();
    assert_eq!(remove(&stranger, &space, &client), 404);
    let other = Uuid::now_v7();
    let real = format!("/v1/spaces/{space}");
    let unreal = format!("/v1/spaces/{other}");
    for end in ["/members", "/access-log"] {
        let one = stranger.get(&format!("{real}{end}"));
        let two = stranger.get(&format!("{unreal}{end}"));
        assert_eq!((one.status, one.body), (two.status, two.body), "{end}");
    }
}
