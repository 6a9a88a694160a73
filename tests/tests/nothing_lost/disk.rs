//! Disks that are full, that fail, and files that are damaged.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kring_tests::outside::{Cast, Server, command, eventually, id};
use serde_json::json;

/// `fsync` and `fdatasync` fail while there is a file of this name; everything else is as ever.
#[cfg(target_os = "linux")]
const FAILING_SYNC: &str = r#"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/syscall.h>
static int fails(void) { const char *path = getenv("FAIL_SYNC"); return path && access(path, F_OK) == 0; }
int fsync(int fd) { if (fails()) { errno = EIO; return -1; } return (int)syscall(SYS_fsync, fd); }
int fdatasync(int fd) { if (fails()) { errno = EIO; return -1; } return (int)syscall(SYS_fdatasync, fd); }
"#;

/// The limit on the size of files comes from `prlimit`, which every Linux has (util-linux).
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_acknowledges_nothing_that_it_loses() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    let limit = |server: &Server, bytes: &str| {
        let limited =
            Command::new("prlimit").args(["--pid", &server.id().to_string(), &format!("--fsize={bytes}:")]).status();
        assert!(limited.unwrap().success());
    };
    let longest = |data: &Path| {
        let sizes = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
        sizes.max().unwrap()
    };
    limit(&server, &(longest(&server.data()) + 64 * 1024).to_string());
    let mut admitted = 0;
    let refused = loop {
        let message = json!({"type": "post_message", "message_id": id(), "text": "veel ".repeat(350)});
        let answer = cast.client.post(&cast.circle, &[command(message)]);
        if answer.status != 200 {
            break answer;
        }
        assert_eq!(answer.json()["verdicts"][0]["verdict"], "admitted");
        admitted += 1;
        assert!(admitted < 500, "the disk is full");
    };
    assert_eq!((refused.status, refused.json()["code"].as_str()), (503, Some("unavailable")), "{}", refused.text());
    assert!(server.is_up());
    eventually("it is not ready", || server.http().get("/readyz").status == 503);
    limit(&server, "unlimited");
    eventually("it is ready again", || server.http().get("/readyz").status == 200);
    let message = json!({"type": "post_message", "message_id": id(), "text": "weer ruimte"});
    assert_eq!(cast.client.admit(&cast.circle, message), admitted + 1);
    server.restart();
    assert_eq!(cast.client.read(&cast.circle)["content"]["messages"].as_array().unwrap().len() as u64, admitted + 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_failed_fsync_ends_the_process() {
    let home = tempfile::tempdir().unwrap();
    let library = failing_sync(home.path());
    let switch = home.path().join("fail");
    let mut server =
        Server::under(&[], &[("LD_PRELOAD", library.to_str().unwrap()), ("FAIL_SYNC", switch.to_str().unwrap())]);
    let cast = Cast::new(&server);
    let message = || json!({"type": "post_message", "message_id": id(), "text": "hoi"});
    assert_eq!(cast.client.admit(&cast.circle, message()), 1);
    fs::write(&switch, "").unwrap();
    let unlucky = command(message());
    let body = json!({"commands": [unlucky.clone()]}).to_string().into_bytes();
    let path = format!("/v1/documents/{}/commands", cast.circle);
    if let Ok(answer) = cast.client.http.try_post_bytes(&path, "application/json", body) {
        assert_eq!(answer.status, 503, "{}", answer.text());
    }
    let status = server.ended();
    assert!(!status.success(), "whoever watches the process starts it again");
    assert!(server.log().contains("the disk failed to keep what was written"), "{}", server.log());
    fs::remove_file(&switch).unwrap();
    server.restart();
    // Whether it was kept after all or not: sent again, it is there once.
    let verdicts = cast.client.submit(&cast.circle, &[unlucky.clone(), command(message())]);
    assert_eq!(verdicts.iter().map(|verdict| verdict["sequence"].as_u64()).collect::<Vec<_>>(), [Some(2), Some(3)]);
}

#[test]
fn a_damaged_document_is_refused_and_named_and_the_others_go_on() {
    let mut server = Server::start();
    let one = Cast::new(&server);
    let other = Cast::new(&server);
    one.idea("first");
    other.idea("second");
    server.terminate();
    let database = rusqlite::Connection::open(server.data().join("kring.db")).unwrap();
    let circle = uuid::Uuid::parse_str(&one.circle).unwrap();
    let sql =
        "UPDATE entries SET entry = zeroblob(length(entry)), mark = zeroblob(length(mark)) WHERE document_id = ?1";
    assert_eq!(database.execute(sql, [circle.as_bytes()]).unwrap(), 1);
    drop(database);
    server.restart();
    let answer = one.client.http.get(&format!("/v1/documents/{}", one.circle));
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(server.log().contains(&one.circle), "the log names it");
    let ready = server.http().get("/readyz");
    assert_eq!(ready.status, 503);
    assert!(ready.json()["detail"].as_str().unwrap().contains("restore a backup"), "{}", ready.text());
    assert_eq!(other.client.read(&other.circle)["sequence"], 1);
    other.idea("third");
    one.contact("in another document of the same space");
}

#[test]
fn a_file_with_flipped_bytes_never_makes_the_server_panic() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    for number in 0..40 {
        cast.idea(&format!("idea {number}"));
    }
    server.terminate();
    let file = server.data().join("kring.db");
    let whole = fs::read(&file).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..6 {
        let mut bytes = whole.clone();
        let from = random.usize(100..bytes.len() - 3000);
        bytes[from..from + 3000].iter_mut().for_each(|byte| *byte ^= random.u8(1..));
        fs::write(&file, bytes).unwrap();
        for ending in ["-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{ending}", file.display()));
        }
        if server.try_restart() {
            for path in ["/readyz".to_owned(), format!("/v1/documents/{}", cast.circle), "/v1/spaces".to_owned()] {
                let status = cast.client.http.get(&path).status;
                assert!([200, 401, 404, 500, 503].contains(&status), "round {round}: {path} {status}");
            }
            let _ = cast.client.post(&cast.circle, &[command(json!({"type": "heart_idea", "idea_id": id()}))]);
            assert!(server.is_up());
        } else {
            assert!(server.log().contains("kring admin restore"), "round {round}: {}", server.log());
        }
        assert!(!server.log().contains("panicked"), "round {round}: {}", server.log());
    }
}

/// Builds a library whose `fsync` fails, to be loaded before the system's own.
#[cfg(target_os = "linux")]
fn failing_sync(home: &Path) -> PathBuf {
    let source = home.join("sync.c");
    let library = home.join("sync.so");
    fs::write(&source, FAILING_SYNC).unwrap();
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]).status();
    assert!(built.unwrap().success(), "the C compiler that linked this test builds it");
    library
}
