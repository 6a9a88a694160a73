//! What is erased is nowhere any more: in no frame, no answer and no file, and its id is spent.

use kring_tests::outside::{self, Cast, Server, Socket, command, eventually, id};
use serde_json::{Value, json};

const ERASED: &str = "Zwaluwstaart";
const KEPT: &str = "Grutto-marker";

/// The files of the server in which a word stands.
fn files_with(server: &Server, word: &str) -> Vec<std::path::PathBuf> {
    outside::files_with(&server.data(), word)
}

fn none() -> Vec<std::path::PathBuf> {
    Vec::new()
}

fn history(cast: &Cast, document: &str) -> Vec<Value> {
    let answer = cast.client.http.get(&format!("/v1/documents/{document}/history")).ok(200);
    answer["entries"].as_array().unwrap().clone()
}

#[test]
fn the_text_of_an_erased_idea_is_in_no_file_and_no_answer() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let idea = id();
    let propose = json!({"type": "propose_idea", "idea_id": idea, "text": ERASED});
    let first = command(propose.clone());
    cast.member.submit(&cast.circle, std::slice::from_ref(&first));
    cast.client.admit(&cast.circle, json!({"type": "heart_idea", "idea_id": idea}));
    cast.member.admit(&cast.circle, json!({"type": "edit_idea", "idea_id": idea, "text": format!("{ERASED} twee")}));
    cast.idea(KEPT);
    // A command about it that waits for somebody to judge it, and one that was refused.
    let late = json!({"id": id(), "made_at": "2190-01-01T00:00:00Z",
        "command": {"type": "edit_idea", "idea_id": idea, "text": format!("{ERASED} later")}});
    let held = cast.member.submit(&cast.circle, std::slice::from_ref(&late)).remove(0);
    assert_eq!(held["verdict"], "held", "{held}");
    assert!(!files_with(&server, ERASED).is_empty(), "the search finds what is there");

    cast.professional.rejected(&cast.circle, json!({"type": "erase_idea", "idea_id": idea}), "forbidden");
    let erase = command(json!({"type": "erase_idea", "idea_id": idea}));
    let verdict = cast.member.submit(&cast.circle, std::slice::from_ref(&erase)).remove(0);
    assert_eq!(
        (&verdict["verdict"], &verdict["generation"], &verdict["sequence"]),
        (&json!("admitted"), &json!(2), &json!(0))
    );
    assert_eq!(files_with(&server, ERASED), none(), "nothing is left when the answer is there");
    assert!(!files_with(&server, KEPT).is_empty(), "and the rest is");

    let read = cast.client.read(&cast.circle);
    assert!(!read.to_string().contains(ERASED) && read.to_string().contains(KEPT), "{read}");
    let erasure = &read["content"]["erasures"][0];
    assert_eq!((&erasure["idea_id"], &erasure["complete"]), (&json!(idea), &json!(true)));
    let told = history(&cast, &cast.circle);
    assert!(!json!(told).to_string().contains(ERASED), "{told:?}");
    let commands: Vec<&str> = told.iter().map(|entry| entry["command"].as_str().unwrap()).collect();
    assert_eq!(commands, ["erase_idea", "propose_idea", "edit_idea", "heart_idea", "propose_idea"], "and who did what");
    assert!(told.iter().all(|entry| !entry["text"].as_str().unwrap().is_empty()));

    // Its id is spent, a retry gets the answer it got, and so it is after a restart.
    let mut server = server;
    for round in 0..2 {
        cast.member.rejected(&cast.circle, propose.clone(), "duplicate_id");
        cast.member.rejected(&cast.circle, json!({"type": "heart_idea", "idea_id": idea}), "not_found");
        let again = cast.member.submit(&cast.circle, &[first.clone(), erase.clone()]);
        assert_eq!((&again[0]["sequence"], &again[0]["verdict"]), (&json!(1), &json!("admitted")));
        assert_eq!(again[1], verdict);
        if round == 0 {
            server.kill();
            server.restart();
            assert_eq!(files_with(&server, ERASED), none());
        }
    }
    let judged = cast.member.submit(&cast.circle, &[late]).remove(0);
    assert_eq!(
        (&judged["verdict"], &judged["code"]),
        (&json!("rejected"), &json!("not_found")),
        "nothing is left to judge"
    );
}

#[test]
fn a_device_that_comes_back_later_resurrects_nothing() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let ria = cast.contact(ERASED);
    cast.contact("Bo");
    let mut phone = cast.client.socket();
    phone.until(|frame| frame["document"] == json!(cast.network));
    let base = json!({"generation": 1, "sequence": 2});
    cast.client.admit(&cast.network, json!({"type": "erase_contact", "contact_id": ria}));
    // The professional's phone was away, and says so; what it made then comes with its greeting.
    let cursor = json!({"document": cast.network, "generation": 1, "sequence": 2});
    let (mut away, _) = Socket::hello(&cast.professional.http, &[cursor]);
    let made = |fields: Value| json!({"id": id(), "base": base, "command": fields});
    let verdicts = away.submit(
        &cast.network,
        &[
            made(json!({"type": "update_contact", "contact_id": ria, "does": format!("{ERASED} schaakt")})),
            made(json!({"type": "take_snapshot", "snapshot_id": id(), "label": "interim"})),
            made(json!({"type": "add_contact", "contact_id": ria, "name": ERASED})),
            made(json!({"type": "add_contact", "contact_id": id(), "name": "Wil"})),
        ],
    );
    let codes: Vec<&str> = verdicts.iter().map(|it| it["code"].as_str().or(it["verdict"].as_str()).unwrap()).collect();
    assert_eq!(codes, ["not_found", "admitted", "duplicate_id", "admitted"]);
    assert_eq!((&verdicts[3]["generation"], &verdicts[3]["sequence"]), (&json!(2), &json!(2)));
    assert!(!away.has_seen(ERASED), "it is sent nothing of it either");
    let read = cast.client.read(&cast.network).to_string();
    assert!(!read.contains(ERASED) && read.contains("Wil") && read.contains("Bo"), "{read}");
    assert_eq!(files_with(&server, ERASED), none());
}

#[test]
fn erasures_have_receipts_for_those_who_may_read() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let ria = cast.contact(ERASED);
    let idea = cast.idea(ERASED);
    cast.client.admit(&cast.network, json!({"type": "erase_contact", "contact_id": ria}));
    cast.client.admit(&cast.circle, json!({"type": "erase_idea", "idea_id": idea}));
    let path = format!("/v1/spaces/{}/erasures", cast.space);
    let list = cast.client.http.get(&path).ok(200)["erasures"].clone();
    let rows: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["what"].clone(), it["id"].clone(), it["document"].clone()))
        .collect();
    assert!(rows.contains(&(json!("contact"), json!(ria), json!(cast.network))), "{list}");
    assert!(rows.contains(&(json!("idea"), json!(idea), json!(cast.circle))), "{list}");
    for row in list.as_array().unwrap() {
        assert_eq!((&row["generation"], &row["person_id"]), (&json!(2), &json!(cast.client.id)));
        assert!(
            ["chain_start", "signature", "public_key"]
                .iter()
                .all(|it| row["receipt"][it].as_str().is_some_and(|it| it.len() >= 43))
        );
    }
    let seen = cast.member.http.get(&path).ok(200)["erasures"].clone();
    assert_eq!(seen.as_array().unwrap().len(), 1, "a member hears nothing of the network: {seen}");
    cast.backup.http.get(&path).problem(404, "not_found");
}

#[test]
fn a_deleted_space_leaves_nothing_in_any_file() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let other = Cast::new(&server);
    other.idea(KEPT);
    for number in 0..200 {
        cast.idea(&format!("{ERASED} {number} {}", "lang ".repeat(number)));
        other.idea(&format!("{KEPT} {number}"));
    }
    cast.contact(ERASED);
    cast.action(ERASED);
    cast.member.admit(&cast.circle, json!({"type": "post_message", "message_id": id(), "text": ERASED}));
    let name = json!({"role": "member", "name": ERASED});
    cast.professional.http.post(&format!("/v1/spaces/{}/invitations", cast.space), &name).ok(201);
    assert!(!files_with(&server, ERASED).is_empty());
    let mut phone = cast.member.socket();
    phone.until(|frame| frame["t"] == "snapshot" || frame["t"] == "entries");
    assert_eq!(cast.client.http.delete(&format!("/v1/spaces/{}", cast.space)).status, 204);
    for word in [ERASED, cast.circle.as_str()] {
        eventually("nothing is left", || files_with(&server, word).is_empty());
    }
    assert!(other.client.read(&other.circle).to_string().contains(KEPT));
}

#[test]
fn the_name_of_who_has_left_is_in_no_file() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let invite = cast.professional.invite(&cast.space, "member");
    let ria = outside::Person::sign_in(&server.http(), &invite, ERASED);
    assert!(!files_with(&server, ERASED).is_empty());
    assert_eq!(ria.http.delete(&format!("/v1/spaces/{}/members/{}", cast.space, ria.id)).status, 204);
    assert_eq!(files_with(&server, ERASED), none());
}

#[test]
fn a_busy_document_is_compacted_unnoticed() {
    let server = Server::with(&["--compact-after", "100"]);
    let cast = Cast::new(&server);
    let mut phone = cast.member.socket();
    let first = command(json!({"type": "propose_idea", "idea_id": id(), "text": KEPT}));
    cast.member.submit(&cast.circle, std::slice::from_ref(&first));
    for number in 0..220 {
        cast.idea(&format!("idee {number}"));
    }
    let ideas = || cast.client.read(&cast.circle)["content"]["ideas"].clone();
    let before = ideas();
    eventually("a new generation", || cast.client.read(&cast.circle)["generation"] == 2);
    assert_eq!(ideas(), before);
    let again = cast.member.submit(&cast.circle, std::slice::from_ref(&first)).remove(0);
    assert_eq!((&again["verdict"], &again["sequence"]), (&json!("admitted"), &json!(1)));
    let snapshot = phone.until(|frame| frame["t"] == "snapshot" && frame["document"] == json!(cast.circle));
    assert_eq!(snapshot["generation"], 2);
    let page = |query: &str| {
        let answer = cast.client.http.get(&format!("/v1/documents/{}/history?{query}", cast.circle)).ok(200);
        answer["entries"].as_array().unwrap().clone()
    };
    cast.idea("nog een");
    let latest = page("limit=200");
    let rest = page("limit=200&generation=1&before=22");
    assert_eq!((latest.len(), rest.len()), (200, 21), "the history goes on across generations");
    assert_eq!((&latest[0]["generation"], &latest[0]["sequence"]), (&json!(2), &json!(1)));
    assert_eq!((&latest[1]["generation"], &latest[1]["sequence"]), (&json!(1), &json!(221)));
    assert!(rest[20]["text"].as_str().unwrap().contains(KEPT), "compacting takes no words away");
    assert_eq!(cast.client.http.get(&format!("/v1/spaces/{}/erasures", cast.space)).ok(200), json!({"erasures": []}));
}
