//! What was erased for good stays erased when a backup from before is restored.

use std::fs;
use std::path::Path;

use kring_tests::outside::{Cast, Http, Person, Server, command, eventually, file_with, id};
use serde_json::{Value, json};

use super::backup::{json_of, lines_of};

const ERASED: &str = "Zwaluwstaart";
const DELETED: &str = "Wielewaal";
const KEPT: &str = "Grutto-marker";

/// A server with a backup of before an erasure and the end of a space.
struct Fixture {
    server: Server,
    cast: Cast,
    backup: tempfile::TempDir,
    erase: Value,
}

impl Fixture {
    fn new() -> Self {
        let server = Server::start();
        let cast = Cast::new(&server);
        let contact = cast.contact(ERASED);
        cast.contact(KEPT);
        let other = cast.professional.http.post("/v1/spaces", &json!({"space_id": id(), "name": DELETED})).ok(201);
        let backup = tempfile::tempdir().unwrap();
        json_of(&server.admin(&["backup", "--to", path(&backup.path().join("copy.db"))]));
        let erase = command(json!({"type": "erase_contact", "contact_id": contact}));
        let verdict = cast.client.submit(&cast.network, std::slice::from_ref(&erase)).remove(0);
        assert_eq!(verdict["verdict"], "admitted");
        let space = other["space_id"].as_str().unwrap();
        assert_eq!(cast.professional.http.delete(&format!("/v1/spaces/{space}")).status, 204);
        for word in [ERASED, DELETED] {
            assert_eq!(file_with(&server.data(), word), None);
        }
        Self { server, cast, backup, erase }
    }

    fn restore(&mut self, options: &[&str]) -> Value {
        let from = self.backup.path().join("copy.db");
        let restored = json_of(&self.server.admin(&[&["restore", "--from", path(&from)], options].concat()));
        self.server.restart();
        restored
    }

    /// Somebody of the cast, signed in anew.
    fn again(&self, person: &Person) -> Person {
        let codes = lines_of(&self.server.admin(&["sign-in-codes"]));
        let code = codes.iter().find(|code| code["person_id"] == json!(person.id)).unwrap();
        Person::sign_in(&self.server.http(), code["code"].as_str().unwrap(), "Sam")
    }

    fn assert_erased(&self) {
        let cast = &self.cast;
        let client = self.again(&self.cast.client);
        let erasures =
            |http: &Http| http.get(&format!("/v1/spaces/{}/erasures", cast.space)).ok(200)["erasures"].clone();
        eventually("it is erased again", || erasures(&client.http).as_array().is_some_and(|all| all.len() == 1));
        let receipt = &erasures(&client.http)[0];
        assert_eq!((&receipt["person_id"], &receipt["what"]), (&json!(cast.client.id), &json!("contact")));
        eventually("nothing is left in any file", || file_with(&self.server.data(), ERASED).is_none());
        assert_eq!(file_with(&self.server.data(), DELETED), None);
        assert!(file_with(&self.server.data(), KEPT).is_some(), "and the rest is");
        let network = client.read(&cast.network).to_string();
        assert!(!network.contains(ERASED) && network.contains(KEPT), "{network}");
        // The phone of who erased it sends that again, as all that the server had not kept.
        let verdict = client.submit(&cast.network, std::slice::from_ref(&self.erase)).remove(0);
        assert_eq!(verdict["verdict"], "admitted", "{verdict}");
        let professional = self.again(&cast.professional);
        assert_eq!(professional.http.get("/v1/spaces").ok(200)["spaces"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_restore_erases_again_what_was_erased_since() {
    let mut fixture = Fixture::new();
    // The second time the first restore was not through with it; the third time it was.
    for recover_for in ["3600", "1", "1"] {
        fixture.server.kill();
        let restored = fixture.restore(&["--replace", "--recover-for", recover_for]);
        assert_eq!(restored["erased_again"], 2, "{restored}");
        fs::remove_file(restored["set_aside"].as_str().unwrap()).unwrap();
        if recover_for == "1" {
            fixture.assert_erased();
        }
    }
}

#[test]
fn where_the_database_is_lost_a_list_of_ids_is_enough() {
    let mut fixture = Fixture::new();
    let file = fixture.backup.path().join("erased.ndjson");
    assert!(fixture.server.admin(&["erased", "--to", path(&file)]).status.success());
    let list = fixture.server.admin(&["erased"]);
    assert_eq!((lines_of(&list).len(), fs::read(&file).unwrap() == list.stdout), (2, true));
    assert_eq!(file_with(fixture.backup.path(), "Wielewaal"), Some("copy.db".to_owned()), "there are no texts in it");
    fixture.server.kill();
    fs::remove_dir_all(fixture.server.data()).unwrap();
    assert!(!fixture.server.admin(&["erased", "--to", path(&file)]).status.success(), "there is nothing to read");
    assert_eq!(fs::read(&file).unwrap(), list.stdout, "the list is as it was");
    let restored = fixture.restore(&["--recover-for", "0", "--erased", path(&file)]);
    assert_eq!(restored["erased_again"], 2);
    fixture.assert_erased();
}

#[test]
fn what_somebody_brings_back_after_weeks_is_erased_then() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    let backup = tempfile::tempdir().unwrap();
    let from = backup.path().join("copy.db");
    json_of(&server.admin(&["backup", "--to", path(&from)]));
    let contact = id();
    let add = command(json!({"type": "add_contact", "contact_id": contact, "name": ERASED}));
    let erase = command(json!({"type": "erase_contact", "contact_id": contact}));
    cast.client.submit(&cast.network, &[add.clone(), erase.clone()]);
    server.kill();
    let restored = json_of(&server.admin(&["restore", "--replace", "--recover-for", "0", "--from", path(&from)]));
    assert_eq!(restored["erased_again"], 1, "the copy does not have it, and a phone may");
    server.restart();
    let codes = lines_of(&server.admin(&["sign-in-codes"]));
    let code = codes.iter().find(|code| code["person_id"] == json!(cast.client.id)).unwrap();
    let client = Person::sign_in(&server.http(), code["code"].as_str().unwrap(), "Sam");
    // The phone that erased it comes first, and the one that still has it later.
    assert_eq!(client.submit(&cast.network, &[erase]).remove(0)["code"], "not_found");
    assert_eq!(client.submit(&cast.network, &[add]).remove(0)["verdict"], "admitted");
    eventually("it is erased again", || !client.read(&cast.network).to_string().contains(ERASED));
    eventually("nothing is left in any file", || {
        let files = file_with(&server.data(), ERASED);
        files.is_none_or(|file| file.contains("replaced"))
    });
}

#[test]
fn a_space_made_again_under_its_id_stays() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    let space = json!({"space_id": id(), "name": KEPT});
    let http = &cast.professional.http;
    http.post("/v1/spaces", &space).ok(201);
    assert_eq!(http.delete(&format!("/v1/spaces/{}", space["space_id"].as_str().unwrap())).status, 204);
    std::thread::sleep(std::time::Duration::from_millis(5));
    http.post("/v1/spaces", &space).ok(201);
    let backup = tempfile::tempdir().unwrap();
    let from = backup.path().join("copy.db");
    json_of(&server.admin(&["backup", "--to", path(&from)]));
    server.kill();
    let restored = json_of(&server.admin(&["restore", "--replace", "--recover-for", "0", "--from", path(&from)]));
    assert_eq!((&restored["erased_again"], &restored["documents"]), (&json!(0), &json!(14)));
    // A server that was started on nothing meanwhile knows of nothing that was erased.
    fs::remove_dir_all(server.data()).unwrap();
    server.restart();
    server.kill();
    let restored = json_of(&server.admin(&["restore", "--replace", "--recover-for", "0", "--from", path(&from)]));
    assert_eq!(restored["erased_again"], Value::Null);
}

#[test]
fn a_killed_restore_is_finished_by_the_next_start() {
    for is_served in [true, false] {
        let mut fixture = Fixture::new();
        fixture.server.kill();
        let restored = json_of(&fixture.server.admin(&[
            "restore",
            "--replace",
            "--recover-for",
            "0",
            "--from",
            path(&fixture.backup.path().join("copy.db")),
        ]));
        // As it is when the copy is ready and the old database half set aside.
        let data = fixture.server.data();
        let aside = restored["set_aside"].as_str().unwrap().to_owned();
        let number = aside.rsplit('-').next().unwrap();
        fs::rename(data.join("kring.db"), data.join(format!("kring.db.restored-{number}"))).unwrap();
        fs::rename(&aside, data.join("kring.db")).unwrap();
        if is_served {
            fixture.server.restart();
            fixture.server.kill();
            assert!(Path::new(&aside).exists(), "the server has put the copy in its place");
            fixture.server.restart();
        } else {
            assert_eq!(fixture.restore(&["--replace", "--recover-for", "0"])["erased_again"], 2);
        }
        fs::remove_file(&aside).unwrap();
        for file in fs::read_dir(&data).unwrap().map(|file| file.unwrap().path()) {
            if file.to_string_lossy().contains("replaced") {
                fs::remove_file(file).unwrap();
            }
        }
        fixture.assert_erased();
    }
}

#[test]
fn an_unreadable_list_of_erasures_changes_nothing() {
    let mut fixture = Fixture::new();
    let file = fixture.backup.path().join("erased.ndjson");
    fs::write(
        &file,
        "{\"space\":\"0195f3a0-0000-7000-8000-000000000001\",\"at\":\"2026-03-02T00:00:00Z\"}\n{\"space\":1}\n",
    )
    .unwrap();
    fixture.server.kill();
    let from = fixture.backup.path().join("copy.db");
    let refused = fixture.server.admin(&["restore", "--replace", "--from", path(&from), "--erased", path(&file)]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("line 2"), "{said}");
    let add = json!({"document": fixture.cast.network, "command_id": id(), "person_id": fixture.cast.client.id, "role": "client",
        "command": {"type": "add_contact", "contact_id": id(), "name": "Nobody"}});
    fs::write(&file, format!("{add}\n")).unwrap();
    let refused = fixture.server.admin(&["restore", "--replace", "--from", path(&from), "--erased", path(&file)]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("line 1: it is not a command that erases"), "{said}");
    let database = fixture.server.data().join("kring.db");
    fs::write(&database, vec![7; 9000]).unwrap();
    let output = fixture.server.admin(&["restore", "--replace", "--from", path(&from), "--recover-for", "0"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("erase it by hand"));
    let restored = json_of(&output);
    assert_eq!(restored["erased_again"], Value::Null);
    let aside = restored["set_aside"].as_str().unwrap();
    assert_eq!(fs::read(aside).unwrap(), vec![7; 9000], "it is kept as it was");
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
