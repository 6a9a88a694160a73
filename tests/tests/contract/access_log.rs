//! `GET /v1/spaces/{id}/access-log`: who looked at what.

use kring_tests::outside::{Cast, Person, Server};
use serde_json::{Value, json};

fn entries(person: &Person, cast: &Cast) -> Vec<Value> {
    let log = person.http.get(&format!("/v1/spaces/{}/access-log", cast.space)).ok(200);
    log["entries"].as_array().expect("wrapped in `entries`").clone()
}

#[test]
fn the_client_reads_all_lines_and_others_their_own() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.professional.read(&cast.network);
    cast.member.read(&cast.circle);
    let all = entries(&cast.client, &cast);
    for (person, name, role, document) in
        [(&cast.professional, "Petra", "professional", &cast.network), (&cast.member, "Mo", "member", &cast.circle)]
    {
        let line = all.iter().find(|line| line["person_id"] == json!(person.id) && line["document"] == json!(document));
        let line = line.unwrap_or_else(|| panic!("{name} looked: {all:?}"));
        assert_eq!((&line["person"], &line["role"]), (&json!(name), &json!(role)));
        assert!(line["at"].as_str().unwrap().ends_with('Z'), "{line}");
        assert!(line["action"].is_string() && line["text"].as_str().is_some_and(|text| !text.is_empty()), "{line}");
    }
    for person in [&cast.professional, &cast.member] {
        let own = entries(person, &cast);
        assert!(!own.is_empty() && own.iter().all(|line| line["person_id"] == json!(person.id)), "{own:?}");
    }
    let network = json!(cast.network);
    assert!(entries(&cast.member, &cast).iter().all(|line| line["document"] != network));
}

#[test]
fn reads_over_http_and_offline_are_logged() {
    let server = Server::start();
    let cast = Cast::new(&server);
    cast.idea("a walk on Sunday");
    let code = cast.member.http.post("/v1/devices/codes", &json!({})).ok(201)["code"].as_str().unwrap().to_owned();
    let directory = tempfile::tempdir().unwrap();
    let options = kring_client::Options::default();
    let kring = kring_client::Kring::open(directory.path().join("mo.kring"), options).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(kring.sign_in(&format!("http://{}", server.address()), &code, "tablet", None)).unwrap();
    runtime.block_on(kring.sync_once()).unwrap();
    let circle = cast.circle.parse().unwrap();
    for _ in 0..3 {
        assert!(kring.read_json(circle).unwrap().contains("a walk on Sunday"));
    }
    let count = |action: &str| {
        let all = entries(&cast.client, &cast);
        let is_one = |line: &&Value| {
            line["action"] == action
                && line["document"] == json!(cast.circle)
                && line["person_id"] == json!(cast.member.id)
        };
        all.iter().filter(is_one).count()
    };
    assert_eq!((count("received"), count("read_on_device")), (1, 0), "nobody knows of it yet but the phone");
    runtime.block_on(kring.sync_once()).unwrap();
    assert_eq!((count("received"), count("read_on_device")), (1, 1));
}

#[test]
fn the_log_shows_when_somebody_changed_it() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    cast.idea("a walk on Sunday");
    cast.professional.read(&cast.network);
    assert!(server.terminate().success());
    let admin = || {
        let mut command = std::process::Command::new(kring_tests::outside::binary::path());
        command.args(["admin", "verify-log", "--data"]).arg(server.data()).output().expect("the binary runs")
    };
    assert!(admin().status.success());
    let file = rusqlite::Connection::open(server.data().join("kring.db")).unwrap();
    let remove =
        "DROP TRIGGER access_log_keeps_its_lines; DELETE FROM access_log WHERE action = 'invited' AND position = 2";
    file.execute_batch(remove).unwrap();
    let found = admin();
    assert!(!found.status.success());
    let lines = String::from_utf8(found.stdout).unwrap();
    let broken = lines.lines().filter(|line| line.contains("\"fault\":{")).count();
    assert!(broken == 1 && lines.lines().any(|line| line.contains("gap") && line.contains(&cast.space)), "{lines}");
}
