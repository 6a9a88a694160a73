//! The program itself: `kring serve` and `kring admin` beside it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Person, Server};

fn kring(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kring"));
    command.env("KRING_DATA", data).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

struct Running {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
    url: String,
}

fn serve(data: &Path) -> Running {
    let mut child = kring(data).args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"]).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
    assert_eq!(ready["message"], "ready");
    Running { child, log, url: format!("http://{}", ready["address"].as_str().unwrap()) }
}

impl Running {
    fn stop(&mut self, signal: &str) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

fn invite(data: &Path) -> Value {
    let output = kring(data).args(["admin", "invite-professional", "--name", "Jolanda"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_professional_is_invited_while_a_server_runs() {
    let data = TempDir::new().unwrap();
    let mut running = serve(data.path());
    let invited = invite(data.path());
    let code = invited["code"].as_str().unwrap();
    assert_eq!(invited["url"], format!("{}/join#{code}", running.url));
    let anybody = Person::new(&running.url, Value::Null);
    let answer = anybody.post("/v1/sign-in", &json!({"code": code, "device_name": "the desk"}));
    assert_eq!(answer.status, 200);
    // An idle connection must not keep the server from stopping.
    let _idle = TcpStream::connect(running.url.trim_start_matches("http://")).unwrap();
    let (status, log) = running.stop("-TERM");
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("SIGTERM") && log.contains("stopped"), "{log}");
    for secret in [code, "Jolanda", "the desk", answer.body["refresh_token"].as_str().unwrap()] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn an_operator_sees_whether_the_log_was_changed() {
    let data = TempDir::new().unwrap();
    let mut running = serve(data.path());
    let anybody = Person::new(&running.url, Value::Null);
    let code = invite(data.path())["code"].clone();
    assert_eq!(anybody.post("/v1/sign-in", &json!({"code": code, "device_name": "the desk"})).status, 200);
    let admin = |what: &str| kring(data.path()).args(["admin", what]).output().unwrap();
    let verified = admin("verify-log");
    assert!(verified.status.success(), "beside a running server: {}", String::from_utf8_lossy(&verified.stderr));
    let rotated: Value = serde_json::from_slice(&admin("rotate-keys").stdout).unwrap();
    assert!(rotated["key_id"].is_string());
    let log = String::from_utf8(admin("access-log").stdout).unwrap();
    let events: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = events.iter().map(|event| event["eventTypeCode"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["rotated_keys", "signed_in", "invited"]);
    running.stop("-TERM");

    let connection = rusqlite::Connection::open(data.path().join("kring.db")).unwrap();
    let change = "DROP TRIGGER access_log_keeps_what_it_says; UPDATE access_log SET at = at + 1 WHERE position = 2;";
    connection.execute_batch(change).unwrap();
    let verified = admin("verify-log");
    assert_eq!(verified.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(report["fault"], json!({"fault": "altered", "position": 2}));
}

#[test]
fn a_database_has_one_server() {
    let data = TempDir::new().unwrap();
    let mut running = serve(data.path());
    let second = kring(data.path()).args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another server is running"));
    assert_eq!(running.stop("-INT").0, Some(0));
    assert_eq!(serve(data.path()).stop("-TERM").0, Some(0));
}

#[test]
fn a_file_sets_what_the_command_line_does_not() {
    let data = TempDir::new().unwrap();
    let file = data.path().join("kring.toml");
    std::fs::write(&file, "public_url = \"https://kring.example.org\"\n").unwrap();
    let url = |more: &[&str]| {
        let mut command = kring(data.path());
        command.args(["admin", "invite-professional", "--name", "x", "--config"]).arg(&file).args(more);
        let printed: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
        printed["url"].as_str().unwrap().split("/join").next().unwrap().to_owned()
    };
    assert_eq!(url(&[]), "https://kring.example.org");
    assert_eq!(url(&["--public-url", "https://elsewhere.example.org"]), "https://elsewhere.example.org");
}

#[test]
fn stopping_answers_what_was_asked_and_refuses_the_rest() {
    let mut server = Server::start();
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut asked = TcpStream::connect(&address).unwrap();
    asked.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // Half a request, whose other half comes when the server has been told to stop.
    let body = r#"{"refresh_token": "nonsense"}"#;
    let head = format!(
        "POST /v1/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    asked.write_all(head.as_bytes()).unwrap();
    asked.write_all(&body.as_bytes()[..10]).unwrap();
    assert_eq!(server.anybody().get("/healthz").status, 200, "by now the first request is at work as well");
    let mut answer = String::new();
    std::thread::scope(|scope| {
        let stopping = scope.spawn(|| server.stop());
        while TcpStream::connect(&address).is_ok() {
            std::thread::yield_now();
        }
        asked.write_all(&body.as_bytes()[10..]).unwrap();
        asked.read_to_string(&mut answer).unwrap();
        stopping.join().unwrap();
    });
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("unauthenticated"), "{answer}");
    assert!(TcpStream::connect(&address).is_err());
}
