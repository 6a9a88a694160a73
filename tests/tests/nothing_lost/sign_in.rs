//! A sign-in whose answer is lost, and people who come back: real phones on a line that breaks, and a server that falls.

use std::net::SocketAddr;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use kring_client::{ClientError, Kring, Options};
use kring_domain::{DocumentId, Role};
use kring_tests::outside::relay::{Manner, Relay, pass_on};
use kring_tests::outside::{Cast, Person, Server};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use uuid::Uuid;

/// A line to a server; while it is cut, requests arrive and answers do not.
struct Line {
    url: String,
    server: SocketAddr,
    relay: Relay<State>,
}

/// The state of a line.
enum State {
    Whole(SocketAddr),
    Cut(SocketAddr),
}

impl Line {
    async fn to(server: SocketAddr) -> Self {
        let relay = Relay::behaving(State::Cut(server)).await.unwrap();
        Self { url: relay.url(), server, relay }
    }

    fn mend(&self) {
        self.relay.becomes(State::Whole(self.server));
    }

    fn cut(&self) {
        self.relay.becomes(State::Cut(self.server));
    }
}

impl Manner for State {
    async fn serve(&self, phone: TcpStream, _: &AtomicUsize) {
        match self {
            Self::Whole(server) => pass_on(phone, *server).await,
            Self::Cut(server) => pass_up(phone, *server).await,
        }
    }
}

/// Passes on what the phone says until an answer is on its way: there the line breaks.
async fn pass_up(mut phone: TcpStream, server: SocketAddr) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let (mut from_phone, _to_phone) = phone.split();
    let (mut from_server, mut to_server) = server.split();
    let mut first = [0];
    tokio::select! {
        _ = tokio::io::copy(&mut from_phone, &mut to_server) => {}
        _ = from_server.read(&mut first) => {}
    }
}

struct Phone {
    kring: Kring,
    home: TempDir,
}

impl Phone {
    fn new() -> Self {
        let home = TempDir::new().unwrap();
        Self { kring: open(&home), home }
    }

    /// The app is ended and started again.
    fn restarted(self) -> Self {
        self.kring.close();
        Self { kring: open(&self.home), home: self.home }
    }

    async fn sign_in(&self, url: &str, code: &str) -> Result<kring_client::SignedIn, ClientError> {
        self.kring.sign_in(url, code, "telefoon", Some("Joost")).await
    }

    fn propose(&self, circle: DocumentId, text: &str) {
        let idea = json!({"type": "propose_idea", "idea_id": Uuid::now_v7(), "text": text});
        self.kring.submit_json(circle, &idea.to_string()).unwrap();
    }
}

fn open(home: &TempDir) -> Kring {
    Kring::open(home.path().join("kring.db"), Options::default()).unwrap()
}

fn members(person: &Person, space: &str) -> Vec<Value> {
    let roster = person.http.get(&format!("/v1/spaces/{space}/members")).ok(200);
    roster["members"].as_array().unwrap().clone()
}

/// A space with a professional and nobody else.
fn space(server: &Server) -> (Person, String) {
    let professional = Person::professional(server, "Petra");
    let space = Uuid::now_v7().to_string();
    professional.http.post("/v1/spaces", &json!({"space_id": space, "name": "Rond Joost"})).ok(201);
    (professional, space)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_call_with_the_code_finishes_a_lost_sign_in() {
    let server = Server::start();
    let (professional, space) = space(&server);
    let line = Line::to(server.address()).await;
    let phone = Phone::new();
    let code = professional.invite(&space, "client");
    for _ in 0..2 {
        assert_eq!(phone.sign_in(&line.url, &code).await, Err(ClientError::Offline));
        assert_eq!(members(&professional, &space).len(), 2, "the code was used");
    }
    line.mend();
    let pasted = format!("Je code: {}.", code.to_lowercase());
    let signed_in = phone.sign_in(&line.url, &pasted).await.unwrap();
    assert_eq!(signed_in.role, Some(Role::Client));
    let roster = members(&professional, &space);
    assert_eq!((roster.len(), &roster[1]["person_id"]), (2, &json!(signed_in.person)));
    phone.kring.sync_once().await.unwrap();
    assert!(!phone.kring.documents(signed_in.space.unwrap()).is_empty());
    // Somebody else with the code is nobody.
    let stranger = Phone::new();
    let declined = ClientError::Declined { code: "invalid_code".into() };
    assert_eq!(stranger.sign_in(&line.url, &code).await, Err(declined));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_start_of_the_app_finishes_a_lost_sign_in() {
    let mut server = Server::start();
    let (professional, space) = space(&server);
    let line = Line::to(server.address()).await;
    let phone = Phone::new();
    let code = professional.invite(&space, "client");
    assert_eq!(phone.sign_in(&line.url, &code).await, Err(ClientError::Offline));
    // The server falls right behind the commit, and the app is ended meanwhile.
    server.kill();
    let phone = phone.restarted();
    assert!(!phone.kring.identity().is_signed_in);
    assert_eq!(phone.kring.sync_once().await, Err(ClientError::Offline));
    server.restart();
    line.mend();
    phone.kring.sync_once().await.unwrap();
    assert!(phone.kring.identity().is_signed_in);
    let phone = phone.restarted();
    phone.kring.connect().unwrap();
    let roster = members(&professional, &space);
    assert_eq!((roster.len(), &roster[1]["person_id"]), (2, &json!(phone.kring.identity().person)));
    assert_eq!(phone.kring.spaces().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_only_connects_finishes_a_lost_sign_in() {
    let server = Server::start();
    let (professional, space) = space(&server);
    let line = Line::to(server.address()).await;
    let phone = Phone::new();
    let code = professional.invite(&space, "member");
    assert_eq!(phone.kring.connect(), Err(ClientError::SignedOut));
    assert_eq!(phone.sign_in(&line.url, &code).await, Err(ClientError::Offline));
    line.mend();
    phone.kring.connect().unwrap();
    let arriving = async {
        while phone.kring.spaces().unwrap().is_empty() {
            phone.kring.next_event().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(30), arriving).await.unwrap();
    assert_eq!(members(&professional, &space).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn joining_one_more_space_survives_a_lost_answer() {
    let server = Server::start();
    let ((one, first), (other, second)) = (space(&server), space(&server));
    let line = Line::to(server.address()).await;
    line.mend();
    let phone = Phone::new();
    let before = phone.sign_in(&line.url, &one.invite(&first, "member")).await.unwrap();
    line.cut();
    // Without the connections that it has from before.
    let phone = phone.restarted();
    let code = other.invite(&second, "member");
    assert_eq!(phone.sign_in(&line.url, &code).await, Err(ClientError::Offline));
    line.mend();
    let again = phone.sign_in(&line.url, &code).await.unwrap();
    assert_eq!((again.person, again.device), (before.person, before.device));
    assert_eq!(again.space.map(|space| space.to_string()), Some(second.clone()));
    assert_eq!((members(&one, &first).len(), members(&other, &second).len()), (2, 2));
    phone.kring.sync_once().await.unwrap();
    assert_eq!(phone.kring.spaces().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_is_the_same_person_with_all_edits() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let url = format!("http://{}", server.address());
    let circle: DocumentId = cast.circle.parse().unwrap();
    let phone = Phone::new();
    let joined = phone.sign_in(&url, &cast.professional.invite(&cast.space, "member")).await.unwrap();
    phone.kring.sync_once().await.unwrap();
    let roster = members(&cast.professional, &cast.space).len();
    // Ended at the server, as by 90 days or a token that was used twice.
    let path = format!("/v1/spaces/{}/members/{}/codes", cast.space, joined.person);
    let code = |by: &Person| by.http.post(&path, &json!({})).ok(201)["code"].as_str().unwrap().to_owned();
    let another = Person::sign_in(&server.http(), &code(&cast.client), "Joost");
    assert_eq!(another.id, joined.person.to_string());
    let revoked = another.http.post(&format!("/v1/devices/{}/revoke", joined.device), &json!({}));
    assert_eq!(revoked.status, 204);
    phone.propose(circle, "made while signed out");
    assert_eq!(phone.kring.sync_once().await, Err(ClientError::SignedOut));
    let phone = phone.restarted();
    phone.propose(circle, "made behind that");

    // A code of somebody else, or an invitation, is not for this file, and stays good.
    let path_of_mo = format!("/v1/spaces/{}/members/{}/codes", cast.space, cast.member.id);
    let of_mo = cast.client.http.post(&path_of_mo, &json!({})).ok(201)["code"].as_str().unwrap().to_owned();
    let invitation = cast.professional.invite(&cast.space, "member");
    for wrong in [&of_mo, &invitation] {
        assert_eq!(phone.sign_in(&url, wrong).await, Err(ClientError::OtherPerson));
    }
    assert_eq!(members(&cast.professional, &cast.space).len(), roster);
    assert_eq!(Person::sign_in(&server.http(), &of_mo, "Mo").id, cast.member.id);

    let back = phone.sign_in(&url, &code(&cast.professional)).await.unwrap();
    assert_eq!((back.person, back.role), (joined.person, Some(Role::Member)));
    phone.kring.sync_once().await.unwrap();
    assert_eq!(phone.kring.waiting(), 0);
    assert_eq!(members(&cast.professional, &cast.space).len(), roster);
    let ideas = cast.client.read(&cast.circle)["content"]["ideas"].clone();
    let ideas: Vec<_> = ideas.as_array().unwrap().iter().map(|idea| (&idea["text"], &idea["author"])).collect();
    let author = json!(joined.person);
    assert_eq!(ideas, [(&json!("made while signed out"), &author), (&json!("made behind that"), &author)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_phone_comes_back_with_a_code() {
    let server = Server::start();
    let (professional, space) = space(&server);
    let url = format!("http://{}", server.address());
    let joost = Phone::new();
    let joined = joost.sign_in(&url, &professional.invite(&space, "client")).await.unwrap();
    let member = Phone::new();
    let linda = member.sign_in(&url, &professional.invite(&space, "member")).await.unwrap();
    let space_id = joined.space.unwrap();
    joost.kring.sync_once().await.unwrap();
    member.kring.sync_once().await.unwrap();
    assert!(joost.kring.may_invite_back(space_id, linda.person));
    assert!(!joost.kring.may_invite_back(space_id, joined.person));
    assert!(!member.kring.may_invite_back(space_id, joined.person));
    let refused = member.kring.invite_back(space_id, joined.person).await;
    assert_eq!(refused.unwrap_err(), ClientError::Declined { code: "forbidden".into() });

    let code = joost.kring.invite_back(space_id, linda.person).await.unwrap();
    member.kring.erase().await.unwrap();
    let back = member.sign_in(&url, &code.url).await.unwrap();
    assert_eq!((back.person, back.space, back.role), (linda.person, Some(space_id), Some(Role::Member)));
    member.kring.sync_once().await.unwrap();
    assert_eq!(member.kring.spaces().unwrap().len(), 1);
    assert_eq!(members(&professional, &space).len(), 3);
}
