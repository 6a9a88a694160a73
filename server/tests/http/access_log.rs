//! `GET /v1/spaces/{id}/access-log`

use crate::support::Server;

fn actions(body: &serde_json::Value) -> Vec<&str> {
    body["entries"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect()
}

#[test]
fn the_client_reads_everything_and_others_their_own() {
    let server = Server::start();
    let (space, professional, [client, member]) = server.space(["client", "member"]);
    let path = format!("/v1/spaces/{space}/access-log");
    assert_eq!(actions(&client.get(&path).body), ["joined", "invited", "joined", "invited", "created"]);
    assert_eq!(actions(&member.get(&path).body), ["joined"]);
    assert_eq!(actions(&professional.get(&path).body), ["invited", "invited", "created"]);
}

#[test]
fn the_lines_are_in_the_callers_language() {
    let server = Server::start();
    let (space, _, [client]) = server.space(["client"]);
    let path = format!("/v1/spaces/{space}/access-log");
    let dutch = client.get(&path).body;
    assert_eq!(dutch["entries"][0]["text"], "the client (cliënt) is erbij gekomen");
    let english = client.send("GET", &path, &[("accept-language", "en-GB, nl;q=0.5")], Vec::new()).body;
    assert_eq!(english["entries"][0]["text"], "the client (client) joined");
    assert_eq!(english["entries"][0]["person_id"], client.session["person_id"]);
}
