//! A phone whose file was damaged goes on with the real server: as the same device where its list of what was looked at
//! is whole, as a new one where not.

use std::path::Path;

use kring_client::{ClientError, Kring, Options};
use kring_domain::DocumentId;
use kring_tests::outside::{Cast, Server};
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test]
async fn a_rescued_phone_keeps_its_read_log() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let url = format!("http://{}", server.address());
    let circle: DocumentId = cast.circle.parse().unwrap();
    let plan: DocumentId = cast.plan.parse().unwrap();
    for (damage, is_same) in [
        ("SELECT 1", true),
        ("UPDATE looks SET document_id = x'0102' WHERE number = 2", false),
        ("UPDATE looks SET at = at + 1 WHERE number = 2", false),
        ("DELETE FROM looks WHERE number = 2", false),
        ("UPDATE look_chain SET link = x'00'", false),
    ] {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("kring.db");
        let kring = Kring::open(&path, Options::default()).unwrap();
        let code = cast.professional.invite(&cast.space, "member");
        kring.sign_in(&url, &code, "phone", Some("Mo")).await.unwrap();
        kring.sync_once().await.unwrap();
        kring.read(circle).unwrap();
        kring.sync_once().await.unwrap();
        // What the server was not told of, and has to be.
        kring.read(plan).unwrap();
        let text = Uuid::now_v7().to_string();
        let message = json!({"type": "post_message", "message_id": Uuid::now_v7(), "text": text});
        kring.submit_json(circle, &message.to_string()).unwrap();
        let device = kring.identity().device;
        kring.close();
        break_a_document(&path);
        Connection::open(&path).unwrap().execute_batch(damage).unwrap();
        assert_eq!(Kring::open(&path, Options::default()).err(), Some(ClientError::Damaged), "{damage}");

        let (kring, rescue) = Kring::rescue(&path, Options::default()).unwrap();
        assert_eq!((rescue.waiting, rescue.is_signed_in), (1, is_same), "{damage}");
        if !is_same {
            assert_eq!(kring.sync_once().await, Err(ClientError::SignedOut), "{damage}");
            let person = kring.identity().person.to_string();
            let code: Value =
                serde_json::from_slice(&server.admin(&["sign-in-codes", "--person", &person]).stdout).unwrap();
            kring.sign_in(&url, code["code"].as_str().unwrap(), "phone", None).await.unwrap();
        }
        kring.sync_once().await.unwrap();
        assert_eq!(kring.waiting(), 0, "{damage}");
        assert_eq!(kring.identity().device == device, is_same, "{damage}");
        assert!(cast.professional.read(&cast.circle).to_string().contains(&text), "{damage}");
        // What was looked at before and after the damage is in the log, and goes on from each other.
        kring.read(circle).unwrap();
        kring.sync_once().await.unwrap();
        assert!(kring.identity().is_signed_in, "{damage}");
        let log = cast.client.http.get(&format!("/v1/spaces/{}/access-log", cast.space)).ok(200);
        let person = kring.identity().person.to_string();
        let lines: Vec<&Value> = log["entries"].as_array().unwrap().iter().collect();
        let is_look = |line: &&&Value, document: &str| {
            line["action"] == "read_on_device" && line["person_id"] == person && line["document"] == document
        };
        let looks = |document| lines.iter().filter(|line| is_look(line, document)).count();
        assert!(looks(&cast.circle) > 0, "{log}");
        assert!(looks(&cast.plan) > 0 || !is_same, "{log}");
        assert!(lines.iter().all(|line| line["action"] != "broken_read_log"), "{damage}: {log}");
    }
}

/// Puts a document there that cannot be read; everything else still can.
fn break_a_document(path: &Path) {
    let database = Connection::open(path).unwrap();
    let sql = "INSERT INTO documents (document_id, space_id, kind, role, access, known, generation, sequence)
        SELECT x'00', space_id, kind, role, access, known, generation, sequence FROM documents LIMIT 1";
    database.execute(sql, []).unwrap();
}
