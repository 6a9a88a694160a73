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
struct Scene {
    server: Server,
    cast: Cast,
    backup: tempfile::TempDir,
    erase: Value,
}

impl Scene {
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
        let (cast, client) = (&self.cast, self.again(&self.cast.client));
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
fn what_was_erased_since_the_backup_is_erased_again_by_what_the_replaced_database_says() {
    let mut scene = Scene::new();
    for round in 0..2 {
        scene.server.kill();
        let restored = scene.restore(&["--replace", "--recover-for", "1"]);
        assert_eq!(restored["erased_again"], 2, "round {round}: {restored}");
        fs::remove_file(restored["set_aside"].as_str().unwrap()).unwrap();
        scene.assert_erased();
    }
}

#[test]
fn where_the_database_is_lost_a_list_of_ids_is_enough() {
    let mut scene = Scene::new();
    let list = scene.server.admin(&["erased"]);
    assert_eq!(lines_of(&list).len(), 2);
    let file = scene.backup.path().join("erased.ndjson");
    fs::write(&file, &list.stdout).unwrap();
    assert_eq!(file_with(scene.backup.path(), "Wielewaal"), Some("copy.db".to_owned()), "there are no texts in it");
    scene.server.kill();
    fs::remove_dir_all(scene.server.data()).unwrap();
    let restored = scene.restore(&["--recover-for", "0", "--erased", path(&file)]);
    assert_eq!(restored["erased_again"], 2);
    scene.assert_erased();
}

#[test]
fn a_list_that_cannot_be_read_changes_nothing_and_a_damaged_database_is_said_to_know_nothing() {
    let mut scene = Scene::new();
    let file = scene.backup.path().join("erased.ndjson");
    fs::write(&file, "{\"space\":\"0195f3a0-0000-7000-8000-000000000001\"}\n{\"space\":1}\n").unwrap();
    scene.server.kill();
    let from = scene.backup.path().join("copy.db");
    let refused = scene.server.admin(&["restore", "--replace", "--from", path(&from), "--erased", path(&file)]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("line 2"), "{said}");
    let database = scene.server.data().join("kring.db");
    fs::write(&database, vec![7; 9000]).unwrap();
    let output = scene.server.admin(&["restore", "--replace", "--from", path(&from), "--recover-for", "0"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("erase it again"));
    let restored = json_of(&output);
    assert_eq!(restored["erased_again"], Value::Null);
    let aside = restored["set_aside"].as_str().unwrap();
    assert_eq!(fs::read(aside).unwrap(), vec![7; 9000], "it is kept as it was");
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
