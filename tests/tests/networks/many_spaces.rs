//! Somebody in hundreds and thousands of spaces.

use kring_client::{ClientError, Connection, Kring, Language, Options};
use kring_domain::DocumentKind;
use kring_tests::outside::Server;
use serde_json::json;
use uuid::Uuid;

use super::phone::until;

/// Puts a person into this many spaces, behind the back of the server: it makes the documents when it starts.
fn fill(server: &mut Server, person: Uuid, spaces: usize) {
    server.kill();
    let mut database = rusqlite::Connection::open(server.data().join("kring.db")).unwrap();
    let filling = database.transaction().unwrap();
    for number in 0..spaces {
        let space = Uuid::now_v7();
        let name = format!("Rond {number}");
        let made = "INSERT INTO spaces (space_id, name, created_by, created_at) VALUES (?1, ?2, ?3, 1)";
        filling.execute(made, (space.as_bytes(), &name, person.as_bytes())).unwrap();
        let joined = "INSERT INTO members (space_id, person_id, role, joined_at) VALUES (?1, ?2, 'professional', 1)";
        filling.execute(joined, (space.as_bytes(), person.as_bytes())).unwrap();
    }
    filling.commit().unwrap();
    drop(database);
    server.restart();
}

async fn shares_everything(spaces: usize) {
    let mut server = Server::start();
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("kring.db");
    let url = format!("http://{}", server.address());
    let mut kring = Kring::open(&path, Options::default()).unwrap();
    kring.sign_in(&url, &server.invite_professional("Petra"), "phone", None).await.unwrap();
    fill(&mut server, kring.identity().person.uuid(), spaces);
    kring.sync_once().await.unwrap();
    let all = kring.spaces().unwrap();
    assert_eq!(all.len(), spaces);
    let write = |kring: &Kring| {
        let space = all[spaces / 2].id;
        let circle = kring.documents(space).into_iter().find(|document| document.kind == DocumentKind::Circle).unwrap();
        let message = json!({"type": "post_message", "message_id": Uuid::now_v7(), "text": "hoi"});
        kring.submit_json(circle.id, &message.to_string()).unwrap();
    };
    // In rounds, and over a socket, by a phone that has everything already.
    write(&kring);
    kring.sync_once().await.unwrap();
    assert_eq!(kring.waiting(), 0);
    kring.close();
    kring = Kring::open(&path, Options::default()).unwrap();
    kring.connect().unwrap();
    write(&kring);
    until("it is shared over a socket", || kring.waiting() == 0).await;
    assert_eq!(kring.connection(), Connection::Online);
    assert_eq!(kring.spaces().unwrap().len(), spaces);
    kring.disconnect();
    if spaces == 5_000 {
        let one_more = kring.create_space("Een te veel").unwrap();
        write(&kring);
        kring.sync_once().await.unwrap();
        let spaces = kring.spaces().unwrap();
        assert!(spaces.iter().find(|space| space.id == one_more).unwrap().is_local);
        assert_eq!(kring.waiting(), 0, "the others go on");
        let words = ClientError::Declined { code: "too_many_spaces".into() }.explain(Language::Dutch);
        assert_eq!(words, "Je doet al mee in 5.000 kringen. Ga eerst uit een kring.");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_in_820_spaces_syncs() {
    shares_everything(820).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_in_5000_spaces_syncs_and_is_in_no_more() {
    shares_everything(5_000).await;
}
