//! `GET /v1/spaces/{id}/access-log`

use ed25519_dalek::VerifyingKey;
use kring_server::accounts::access_log::{Fault, Report, verify};
use kring_server::documents::log_key;
use kring_server::store::StoreError;
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, Server};

fn actions(body: &Value) -> Vec<&str> {
    body["entries"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect()
}

fn document(person: &Person, space: &str, kind: &str) -> String {
    let spaces = person.get("/v1/spaces").body;
    let found = spaces["spaces"].as_array().unwrap().iter().find(|found| found["space_id"] == space).unwrap();
    found["documents"][kind].as_str().unwrap().to_owned()
}

fn say(person: &Person, circle: &str, text: &str) {
    let command = json!({"type": "post_message", "message_id": Uuid::now_v7(), "text": text});
    let body = json!({"commands": [{"id": Uuid::now_v7(), "command": command}]});
    let answer = person.post(&format!("/v1/documents/{circle}/commands"), &body);
    assert_eq!((answer.status, &answer.body["verdicts"][0]["verdict"]), (200, &json!("admitted")));
}

#[test]
fn the_client_reads_everything_and_others_their_own() {
    let server = Server::start();
    let (space, professional, [client, member]) = server.space(["client", "member"]);
    let path = format!("/v1/spaces/{space}/access-log");
    assert_eq!(actions(&client.get(&path).body), ["joined", "invited", "joined", "invited", "created"]);
    assert_eq!(actions(&member.get(&path).body), ["joined"]);
    assert_eq!(actions(&professional.get(&path).body), ["invited", "invited", "created"]);
    // Looking at the log is in the log, for the next who looks.
    assert_eq!(actions(&client.get(&path).body)[..3], ["read_log", "read_log", "read_log"]);
}

#[test]
fn the_lines_are_in_the_callers_language() {
    let server = Server::start();
    let (space, _, [client]) = server.space(["client"]);
    let path = format!("/v1/spaces/{space}/access-log");
    let dutch = client.get(&path).body;
    assert_eq!(dutch["entries"][0]["text"], "the is erbij gekomen");
    let english = client.send("GET", &path, &[("accept-language", "en-GB, nl;q=0.5")], Vec::new()).body;
    assert_eq!(english["entries"][0]["text"], "the looked at who looked");
    assert_eq!(english["entries"][1]["text"], "the joined");
    assert_eq!(english["entries"][1]["person_id"], client.session["person_id"]);
}

#[test]
fn reads_writes_and_refusals_are_logged_and_folded() {
    let server = Server::start();
    let (space, professional, [client, member]) = server.space(["client", "member"]);
    let circle = document(&member, &space, "circle");
    let network = document(&client, &space, "network");
    for text in ["one", "two", "three"] {
        say(&member, &circle, text);
        assert_eq!(member.get(&format!("/v1/documents/{circle}")).status, 200);
        member.get(&format!("/v1/documents/{network}")).expect(404, "not_found");
        member.post(&format!("/v1/spaces/{space}/invitations"), &json!({"role": "member"})).expect(403, "forbidden");
        server.professional().get(&format!("/v1/spaces/{space}/export")).expect(404, "not_found");
    }
    professional.get(&format!("/v1/documents/{circle}/history"));
    professional.get(&format!("/v1/spaces/{space}/members"));
    let log = client.get(&format!("/v1/spaces/{space}/access-log")).body;
    let count = |person: &Person, action: &str, outcome: &str| {
        let entries = log["entries"].as_array().unwrap().iter();
        let found = entries.filter(|line| {
            line["person_id"] == person.session["person_id"] && line["action"] == action && line["outcome"] == outcome
        });
        found.count()
    };
    for (action, outcome, expected) in [
        ("wrote", "done", 1),
        ("read", "done", 1),
        ("read", "refused", 1),
        ("invited", "refused", 1),
        ("invited", "done", 0),
    ] {
        assert_eq!(count(&member, action, outcome), expected, "{action} {outcome}: {log}");
    }
    assert_eq!(count(&professional, "read", "done"), 2, "the history and the roster are lines of their own");
    let strangers = log["entries"].as_array().unwrap().iter().filter(|line| line["role"].is_null()).count();
    assert_eq!(strangers, 3, "a stranger each time: {log}");
}

#[test]
fn the_log_is_filtered_by_time_and_person() {
    let server = Server::start();
    let (space, professional, [client]) = server.space(["client"]);
    let plan = document(&client, &space, "plan");
    professional.get(&format!("/v1/documents/{plan}"));
    let path = format!("/v1/spaces/{space}/access-log");
    let by = client.get(&format!("{path}?person={}", professional.id())).body;
    assert_eq!(actions(&by), ["read", "invited", "created"]);
    assert!(actions(&client.get(&format!("{path}?to=2020-01-01T00:00:00Z")).body).is_empty());
    assert!(actions(&client.get(&format!("{path}?from=2999-01-01T00:00:00Z")).body).is_empty());
    assert!(actions(&client.get(&format!("{path}?from=2020-01-01T00:00:00Z")).body).len() > 3);
    let others = professional.get(&format!("{path}?person={}", client.id())).body;
    assert!(others["entries"].as_array().unwrap().iter().all(|line| line["person_id"] == professional.id()));
    client.get(&format!("{path}?format=nothing")).expect(400, "invalid");

    let events = client.get(&format!("{path}?format=nen7513&person={}", professional.id())).body;
    let event = events["entries"].as_array().unwrap().iter().find(|event| event["eventTypeCode"] == "read").unwrap();
    assert_eq!((&event["EventID"], &event["EventActionCode"]), (&json!("110110"), &json!("R")));
    assert_eq!((&event["EventOutcomeIndicator"], &event["eventTypeCode"]), (&json!(0), &json!("read")));
    let user = &event["users"][0];
    assert_eq!((&user["userID"], &user["roleIDCode"]), (&professional.session["person_id"], &json!("professional")));
    assert_eq!((&user["userIsRequestor"], &user["purposeOfUse"]), (&json!(true), &json!("CAREMGT")));
    assert_eq!(user["networkAccessPointID"], professional.session["device_id"]);
    assert_eq!(event["participants"][0]["participantObjectID"], client.session["person_id"]);
    assert_eq!(event["participants"][1]["participantObjectID"], json!(plan));
    assert_eq!(event["source"]["AuditSourceTypeCode"], 4);
    assert!(event["EventDateTime"].as_str().unwrap().ends_with('Z'));

    let (status, csv) = client.download(&format!("{path}?format=csv"));
    let csv = String::from_utf8(csv).unwrap();
    assert!(status == 200 && csv.starts_with("at,person_id,") && csv.contains(&plan), "{csv}");
    let (status, ndjson) = client.download(&format!("{path}?format=ndjson"));
    let ndjson = String::from_utf8(ndjson).unwrap();
    let lines: Vec<Value> = ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((status, lines.len()), (200, csv.lines().count()), "the first export has come in between");
    assert_eq!(lines[0]["EventID"], "110106");
}

#[test]
fn signing_in_and_out_is_in_the_log_of_the_server() {
    let server = Server::start();
    let person = server.professional();
    server.anybody().post("/v1/sign-in", &json!({"code": "0000-0000-0000-0000", "device_name": "x"}));
    let device = person.session["device_id"].as_str().unwrap();
    assert_eq!(person.post(&format!("/v1/devices/{device}/revoke"), &Value::Null).status, 204);
    let read = server.app.store.read(|connection| -> Result<Vec<String>, StoreError> {
        let sql = "SELECT action || ' ' || outcome || ' ' || coalesce(access_point, '-') FROM access_log
                   WHERE space_id IS NULL ORDER BY position";
        let mut statement = connection.prepare(sql)?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    });
    let lines = server.runtime.block_on(read).unwrap();
    assert_eq!(lines, ["signed_in done 127.0.0.0/24", "signed_in refused 127.0.0.0/24", "revoked_device done -"]);
}

/// A server with a log of some length, sealed; its file, and the key it was sealed with.
fn sealed() -> (tempfile::TempDir, String, VerifyingKey) {
    let data = tempfile::TempDir::new().unwrap();
    let mut server = Server::start_with(|config| config.data = data.path().into());
    let (space, ..) = server.space(["client", "member", "backup"]);
    server.stop();
    let key = server.runtime.block_on(log_key(&server.app.store)).unwrap().verifying_key();
    (data, space, key)
}

fn reports(connection: &Connection, key: &VerifyingKey) -> Vec<Report> {
    verify(connection, key).unwrap()
}

#[test]
fn the_database_refuses_to_change_or_shorten_the_log() {
    let (data, _, key) = sealed();
    let connection = Connection::open(data.path().join("kring.db")).unwrap();
    for change in [
        "UPDATE access_log SET person_id = NULL WHERE position = 2",
        "UPDATE access_log SET link = NULL",
        "DELETE FROM access_log WHERE position = 2",
        "DELETE FROM access_log",
        "UPDATE access_heads SET lines = lines - 1",
        "DELETE FROM access_heads",
    ] {
        assert!(connection.execute(change, []).is_err(), "{change}");
    }
    assert!(reports(&connection, &key).iter().all(|report| report.fault.is_none() && report.sealed == report.lines));
}

#[test]
fn whatever_is_changed_behind_the_servers_back_is_found() {
    let (data, space, key) = sealed();
    let pristine = Connection::open(data.path().join("kring.db")).unwrap();
    let space: Uuid = space.parse().unwrap();
    let other = ed25519_dalek::SigningKey::from_bytes(&[9; 32]).verifying_key();
    assert!(reports(&pristine, &other).iter().all(|report| report.fault == Some(Fault::Seal)), "another server's seal");
    let triggers = "DROP TRIGGER access_log_keeps_what_it_says; DROP TRIGGER access_log_keeps_its_lines;
                    DROP TRIGGER access_heads_only_grow; DROP TRIGGER access_heads_stay;";
    let of = "space_id = (SELECT space_id FROM spaces LIMIT 1)";
    for (number, (what, change)) in [
        ("altered", format!("UPDATE access_log SET role = 'member' WHERE position = 2 AND {of}")),
        ("emptied", format!("UPDATE access_log SET person_id = NULL WHERE position = 3 AND {of}")),
        ("removed", format!("DELETE FROM access_log WHERE position = 3 AND {of}")),
        ("shortened", format!("DELETE FROM access_log WHERE position = 7 AND {of}")),
        (
            "removed and closed up",
            format!(
                "DELETE FROM access_log WHERE position = 3 AND {of};
                 UPDATE access_log SET position = position - 1 WHERE position > 3 AND {of};
                 UPDATE access_heads SET lines = lines - 1 WHERE chain_id = (SELECT space_id FROM spaces LIMIT 1)"
            ),
        ),
        ("swapped", format!("UPDATE access_log SET position = 7 - position WHERE position IN (3, 4) AND {of}")),
        (
            "added",
            format!(
                "INSERT INTO access_log (space_id, position, at, recorded_at, action, outcome, link)
                     SELECT space_id, 8, at, at, 'read', 'done', link FROM access_log WHERE position = 7 AND {of}"
            ),
        ),
        (
            "shortened to an end of its own",
            format!(
                "DELETE FROM access_log WHERE position = 7 AND {of};
                     UPDATE access_heads SET lines = 6, sealed = 6,
                         link = (SELECT link FROM access_log WHERE position = 6 AND {of})
                     WHERE chain_id = (SELECT space_id FROM spaces LIMIT 1)"
            ),
        ),
        ("without its end", "DELETE FROM access_heads WHERE chain_id <> zeroblob(16)".to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        let copy = data.path().join(format!("copy{number}.db"));
        pristine.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
        let connection = Connection::open(&copy).unwrap();
        connection.execute_batch(triggers).unwrap();
        connection.execute_batch(&change).unwrap();
        for report in reports(&connection, &key) {
            assert_eq!(report.fault.is_some(), report.chain == space, "{what}: {report:?}");
        }
    }
}

#[test]
fn the_log_keeps_only_that_a_space_was_erased() {
    let server = Server::start();
    let (space, _, [client]) = server.space(["client"]);
    assert_eq!(client.delete(&format!("/v1/spaces/{space}")).status, 204);
    let id: Uuid = space.parse().unwrap();
    let read = server.app.store.read(move |connection| -> Result<(i64, i64, i64), StoreError> {
        let count = |sql: &str| connection.query_row(sql, [id], |row| row.get(0));
        Ok((
            count("SELECT count(*) FROM access_log WHERE space_id = ?1")?,
            count("SELECT count(*) FROM access_heads WHERE chain_id = ?1")?,
            count("SELECT count(*) FROM access_log WHERE space_id IS NULL AND action = 'erased' AND about_id = ?1")?,
        ))
    });
    assert_eq!(server.runtime.block_on(read).unwrap(), (0, 0, 1));
}

#[test]
fn lines_from_before_there_was_a_chain_are_taken_into_it() {
    let (data, space, key) = sealed();
    let connection = Connection::open(data.path().join("kring.db")).unwrap();
    let sql =
        "DELETE FROM access_heads WHERE chain_id <> zeroblob(16); UPDATE access_log SET link = NULL, position = 0;
               DELETE FROM access_heads;";
    connection.execute_batch("DROP TRIGGER access_log_keeps_what_it_says; DROP TRIGGER access_heads_stay;").unwrap();
    connection.execute_batch(sql).unwrap();
    assert!(reports(&connection, &key).iter().all(|report| report.fault.is_some()));
    drop(connection);
    let mut server = Server::start_with(|config| config.data = data.path().into());
    server.stop();
    let connection = Connection::open(data.path().join("kring.db")).unwrap();
    let reports = reports(&connection, &key);
    assert!(reports.iter().any(|report| report.chain.to_string() == space && report.lines == 7));
    assert!(reports.iter().all(|report| report.fault.is_none() && report.sealed == report.lines), "{reports:?}");
}
