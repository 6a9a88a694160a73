//! `kring admin backup` and `restore`.

use std::fs;
use std::process::Output;

use kring_tests::outside::{Cast, Person, Server, id};
use serde_json::{Value, json};

#[test]
fn a_backup_of_a_running_server_is_whole_and_private() {
    let server = Server::start();
    let cast = Cast::new(&server);
    cast.idea("before");
    let file = server.data().join("copy.db");
    let to = file.to_str().unwrap();
    let printed = json_of(&server.admin(&["backup", "--to", to]));
    assert_eq!(printed["bytes"].as_u64().unwrap(), fs::metadata(&file).unwrap().len());
    let head = printed["heads"].as_array().unwrap().iter().find(|head| head["document"] == json!(cast.circle)).unwrap();
    assert_eq!((&head["kind"], &head["sequence"], &head["generation"]), (&json!("circle"), &json!(1), &json!(1)));
    assert_eq!(printed["documents"].as_u64().unwrap() as usize, printed["heads"].as_array().unwrap().len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let before = fs::read(&file).unwrap();
    let again = server.admin(&["backup", "--to", to]);
    assert!(!again.status.success() && again.stdout.is_empty());
    assert_eq!(fs::read(&file).unwrap(), before, "never overwritten");
    cast.idea("the server goes on");
}

#[test]
fn a_backup_of_documents_that_were_rewritten_is_restored() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    let erase = |name: &str| {
        let contact = cast.contact(name);
        cast.client.admit(&cast.network, json!({"type": "erase_contact", "contact_id": contact}));
    };
    let file = server.data().join("copy.db");
    let from = file.to_str().unwrap();
    let restore = |server: &mut Server| {
        json_of(&server.admin(&["backup", "--to", from]));
        server.kill();
        let arguments = ["restore", "--from", from, "--replace", "--recover-for", "0"];
        let restored = json_of(&server.admin(&arguments));
        fs::remove_file(&file).unwrap();
        server.restart();
        restored["entries"].as_u64().unwrap()
    };
    // The generation that began with the erasure is empty, and then is not.
    erase("Sjaak");
    assert_eq!(restore(&mut server), 0);
    let code = lines_of(&server.admin(&["sign-in-codes"]));
    let code = code.iter().find(|code| code["person_id"] == json!(cast.client.id)).unwrap();
    let client = Person::sign_in(&server.http(), code["code"].as_str().unwrap(), "Sam");
    let name = json!({"type": "add_contact", "contact_id": id(), "name": "Truus"});
    assert_eq!(client.admit(&cast.network, name), 1);
    assert_eq!(restore(&mut server), 1);
}

#[test]
fn a_restored_consent_opens_nothing_during_recovery() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    let consent = cast.consent();
    assert_eq!(cast.professional.http.get(&format!("/v1/documents/{}", cast.private)).status, 200);
    let file = server.data().join("copy.db");
    let from = file.to_str().unwrap();
    json_of(&server.admin(&["backup", "--to", from]));
    cast.withdraw(&consent);
    for (recover_for, status) in [("3600", 404), ("0", 200)] {
        server.kill();
        json_of(&server.admin(&["restore", "--from", from, "--replace", "--recover-for", recover_for]));
        server.restart();
        let codes = lines_of(&server.admin(&["sign-in-codes"]));
        let code = codes.iter().find(|code| code["person_id"] == json!(cast.professional.id)).unwrap();
        let professional = Person::sign_in(&server.http(), code["code"].as_str().unwrap(), "Kim");
        let answer = professional.http.get(&format!("/v1/documents/{}", cast.private));
        assert_eq!(answer.status, status, "waiting for {recover_for} s");
    }
}

#[test]
fn a_restore_is_refused_where_it_would_do_harm() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    cast.idea("before");
    let file = server.data().join("copy.db");
    let from = file.to_str().unwrap();
    json_of(&server.admin(&["backup", "--to", from]));
    let refused = |server: &Server, arguments: &[&str], why: &str| {
        let output = server.admin(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(why), "{why}: {said}");
    };
    refused(&server, &["restore", "--from", from, "--replace"], "running");
    server.kill();
    refused(&server, &["restore", "--from", from], "--replace");
    refused(&server, &["restore", "--from", "/nowhere", "--replace"], "No such file");
    // What a backup leaves that is killed, and a database of something else.
    let other = server.data().join("other.db");
    fs::write(&other, b"").unwrap();
    refused(&server, &["restore", "--from", other.to_str().unwrap(), "--replace"], "damaged");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    refused(&server, &["restore", "--from", other.to_str().unwrap(), "--replace"], "damaged");
    // A copy in which one byte of an entry is not what it was, and is otherwise a database in order.
    let altered = server.data().join("altered.db");
    fs::copy(&file, &altered).unwrap();
    let database = rusqlite::Connection::open(&altered).unwrap();
    database
        .execute("UPDATE entries SET entry = CAST(substr(entry, 1, length(entry) - 1) || x'00' AS BLOB)", [])
        .unwrap();
    drop(database);
    refused(&server, &["restore", "--from", altered.to_str().unwrap(), "--replace"], "is damaged at entry 1");
    let mut bytes = fs::read(&file).unwrap();
    // The head of a page: in the middle of one there may be nothing.
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 2000].fill(0x5a);
    fs::write(&altered, bytes).unwrap();
    refused(&server, &["restore", "--from", altered.to_str().unwrap(), "--replace"], "damaged");
    server.restart();
    assert_eq!(cast.client.read(&cast.circle)["sequence"], 1, "the database is as it was");
}

#[test]
fn after_a_restore_nobody_is_signed_in_until_they_get_a_code() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    let invitation = cast.professional.invite(&cast.space, "member");
    let file = server.data().join("copy.db");
    json_of(&server.admin(&["backup", "--to", file.to_str().unwrap()]));
    let gone = cast.client.http.delete(&format!("/v1/spaces/{}/members/{}", cast.space, cast.member.id));
    assert!(gone.status < 300, "{}", gone.text());
    server.kill();
    let restored =
        json_of(&server.admin(&["restore", "--from", file.to_str().unwrap(), "--replace", "--recover-for", "0"]));
    assert_eq!(restored["sessions_ended"], 4);
    server.restart();
    for (_, person) in cast.everybody() {
        assert_eq!(person.http.get("/v1/spaces").status, 401, "a token of before");
        let refresh = json!({"refresh_token": person.refresh});
        assert_eq!(server.http().post("/v1/token", &refresh).status, 401, "a refresh token of before");
    }
    let body = json!({"code": invitation, "device_name": "phone", "display_name": "Nobody"});
    assert_eq!(server.http().post("/v1/sign-in", &body).status, 401, "a code of before");
    // The operator is told who would be let in, and gives a code to whom it still concerns.
    let codes = lines_of(&server.admin(&["sign-in-codes"]));
    assert_eq!(codes.len(), 4);
    let code = codes.iter().find(|code| code["person_id"] == json!(cast.client.id)).unwrap();
    let client = Person::sign_in(&server.http(), code["code"].as_str().unwrap(), "Sam");
    assert_eq!(client.id, cast.client.id);
    client.admit(&cast.circle, json!({"type": "propose_idea", "idea_id": id(), "text": "again"}));
}

pub(super) fn json_of(output: &Output) -> Value {
    lines_of(output).remove(0)
}

pub(super) fn lines_of(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
