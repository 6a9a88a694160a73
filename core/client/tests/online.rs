//! Phones with a server: what was made offline is shared, sign-ins are renewed and end, lines break.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may fail the test")]

#[path = "support/server.rs"]
mod server;

use std::time::Duration;

use futures_util::FutureExt;
use kring_client::{ClientError, Connection, EditState, Event, Kring, Options, SyncReport};
use kring_domain::{DocumentId, DocumentKind, PersonId};
use serde_json::{Value, json};
use server::Server;
use tempfile::TempDir;
use uuid::Uuid;

#[tokio::test]
async fn what_was_made_offline_is_shared_and_arrives_on_another_phone() {
    let server = Server::start(Some(person(7)));
    let (anna, circle) = phone_with_space();
    let receipt = propose(&anna.kring, circle, 1);
    assert_ne!(anna.kring.identity().person, person(7));
    sign_in(&anna, &server).await;
    assert_eq!(anna.kring.identity().person, person(7), "the server knows the person under another id");
    anna.kring.connect().unwrap();
    until(&anna.kring, |kring| kring.waiting() == 0).await;
    assert_eq!(anna.kring.edits(circle).unwrap()[0].state, EditState::Shared { sequence: 1 });
    assert_eq!(anna.kring.edits(circle).unwrap()[0].id, receipt);
    assert!(!anna.kring.spaces().unwrap()[0].is_local);
    assert_eq!(server.authors(), [(person(7), anna.kring.identity().device)]);

    let tablet = Phone::new();
    sign_in(&tablet, &server).await;
    tablet.kring.connect().unwrap();
    until(&tablet.kring, |kring| ideas(kring, circle) == 1).await;
    propose(&anna.kring, circle, 2);
    until(&tablet.kring, |kring| ideas(kring, circle) == 2).await;
    propose(&tablet.kring, circle, 3);
    until(&anna.kring, |kring| ideas(kring, circle) == 3).await;
    assert_eq!(tablet.kring.spaces().unwrap()[0].name, "Rond Dennis");
}

#[tokio::test]
async fn a_space_made_while_connected_is_shared_at_once() {
    let server = Server::start(None);
    let phone = Phone::new();
    sign_in(&phone, &server).await;
    phone.kring.connect().unwrap();
    until(&phone.kring, |kring| kring.connection() == Connection::Online).await;
    let space = phone.kring.create_space("Rond Emine").unwrap();
    let circle = circle(&phone.kring);
    propose(&phone.kring, circle, 1);
    until(&phone.kring, |kring| kring.waiting() == 0).await;
    let spaces = phone.kring.spaces().unwrap();
    assert_eq!((spaces[0].id, spaces[0].is_local), (space, false));
}

#[tokio::test]
async fn one_round_in_the_background_shares_and_fetches() {
    let server = Server::start(Some(person(7)));
    let (anna, circle) = phone_with_space();
    for number in 1..=3 {
        propose(&anna.kring, circle, number);
    }
    sign_in(&anna, &server).await;
    assert_eq!(anna.kring.sync_once().await, Ok(SyncReport { answered: 3, waiting: 0 }));
    assert_eq!(anna.kring.sync_once().await, Ok(SyncReport { answered: 0, waiting: 0 }));
    let tablet = Phone::new();
    sign_in(&tablet, &server).await;
    tablet.kring.sync_once().await.unwrap();
    assert_eq!(ideas(&tablet.kring, circle), 3);
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_exchanged_once_and_kept() {
    let server = Server::start(None);
    let (phone, circle) = phone_with_space();
    sign_in(&phone, &server).await;
    server.expire_access_tokens();
    propose(&phone.kring, circle, 1);
    phone.kring.sync_once().await.unwrap();
    assert_eq!((server.refreshes(), phone.kring.waiting()), (1, 0));
    server.expire_access_tokens();
    phone.kring.connect().unwrap();
    propose(&phone.kring, circle, 2);
    until(&phone.kring, |kring| kring.waiting() == 0).await;
    assert_eq!(server.refreshes(), 2);

    // The pair in the file is the one in use.
    let phone = phone.reopened();
    propose(&phone.kring, circle, 3);
    phone.kring.sync_once().await.unwrap();
    assert_eq!((server.refreshes(), phone.kring.waiting()), (2, 0));
}

#[tokio::test]
async fn many_calls_at_once_exchange_a_token_once() {
    let server = Server::start(None);
    let phone = Phone::new();
    sign_in(&phone, &server).await;
    server.expire_access_tokens();
    let calls = (0..8).map(|_| phone.kring.device_code());
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer, Err(ClientError::Declined { code: "not_found".into() }), "this server has no such path");
    }
    assert_eq!(server.refreshes(), 1, "a refresh token used twice would have ended the session");
}

#[tokio::test]
async fn a_lost_token_answer_is_asked_for_again() {
    let server = Server::start(None);
    let (phone, circle) = phone_with_space();
    sign_in(&phone, &server).await;
    server.expire_access_tokens();
    server.lose_answer();
    propose(&phone.kring, circle, 1);
    assert_eq!(phone.kring.sync_once().await, Err(ClientError::Offline));
    // The battery is empty, and later it is not.
    let phone = phone.reopened();
    phone.kring.sync_once().await.unwrap();
    assert_eq!(phone.kring.waiting(), 0);
    server.expire_access_tokens();
    propose(&phone.kring, circle, 2);
    phone.kring.sync_once().await.unwrap();
    let proofs = server.proofs();
    let nonces: Vec<_> = proofs.iter().map(|proof| proof["nonce"].as_str().unwrap()).collect();
    assert_eq!(nonces.len(), 3);
    assert!(nonces[0] == nonces[1] && nonces[1] != nonces[2], "one exchange, asked for twice, and another: {nonces:?}");
    assert!(proofs[0]["at"].as_str() < proofs[1]["at"].as_str() && proofs[0]["signature"] != proofs[1]["signature"]);
}

#[tokio::test]
async fn a_broken_line_is_mended_and_every_edit_counts_once() {
    let server = Server::start(None);
    let (phone, circle) = phone_with_space();
    sign_in(&phone, &server).await;
    phone.kring.connect().unwrap();
    for (number, code) in (1..).zip([1001, 1012, 4403, 4408]) {
        until(&phone.kring, |kring| kring.connection() == Connection::Online).await;
        server.close(code);
        until(&phone.kring, |kring| kring.connection() != Connection::Online).await;
        propose(&phone.kring, circle, number);
        phone.kring.wake();
        until(&phone.kring, |kring| kring.waiting() == 0).await;
    }
    assert_eq!(server.authors().len(), 4);
    assert_eq!(ideas(&phone.kring, circle), 4);
}

#[tokio::test]
async fn a_wrong_clock_is_reported_and_a_little_skew_is_not() {
    for (minutes, expected) in [(0, None), (9, None), (-9, None), (11, Some(-660)), (-180, Some(10_800))] {
        let server = Server::start(None);
        server.set_clock(minutes * 60_000);
        let phone = Phone::new();
        sign_in(&phone, &server).await;
        phone.kring.sync_once().await.unwrap();
        let mut told = None;
        while let Some(Some(event)) = phone.kring.next_event().now_or_never() {
            if let Event::ClockOff { seconds } = event {
                told = Some(seconds);
            }
        }
        match (told, expected) {
            (Some(told), Some(expected)) => assert!((told - expected).abs() < 30_i64, "{minutes} minutes: {told} s"),
            (told, expected) => assert_eq!(told, expected, "{minutes} minutes"),
        }
    }
}

#[tokio::test]
async fn what_time_it_is_is_known_after_a_restart_without_a_line() {
    const DAY: i64 = 86_400_000;
    // A phone whose clock is 400 days behind, and one whose clock is a day ahead.
    for ahead in [400 * DAY, -DAY] {
        let server = Server::start(None);
        server.set_clock(ahead);
        let (phone, circle) = phone_with_space();
        sign_in(&phone, &server).await;
        phone.kring.sync_once().await.unwrap();
        let phone = phone.reopened();
        propose(&phone.kring, circle, 1);
        let made_at = phone.kring.edits(circle).unwrap()[0].made_at;
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
        let off = made_at.millis() - i64::try_from(now).unwrap() - ahead;
        assert!(off.abs() < 60_000, "dated {made_at}, {off} ms off");
    }
}

#[tokio::test]
async fn a_device_that_was_signed_out_hears_it_and_keeps_its_edits() {
    let server = Server::start(None);
    let (phone, circle) = phone_with_space();
    sign_in(&phone, &server).await;
    phone.kring.connect().unwrap();
    until(&phone.kring, |kring| kring.connection() == Connection::Online).await;
    server.refuse_refresh();
    server.close(4401);
    until(&phone.kring, |kring| kring.connection() == Connection::SignedOut).await;
    assert!(!phone.kring.identity().is_signed_in);
    assert_eq!(phone.kring.connect(), Err(ClientError::SignedOut));
    propose(&phone.kring, circle, 1);
    assert_eq!(phone.kring.sync_once().await, Err(ClientError::SignedOut));
    assert_eq!((phone.kring.waiting(), ideas(&phone.kring, circle)), (1, 1));

    sign_in(&phone, &server).await;
    phone.kring.connect().unwrap();
    until(&phone.kring, |kring| kring.waiting() == 0).await;
}

#[tokio::test]
async fn a_wrong_code_and_another_person_are_told_apart() {
    let server = Server::start(Some(person(7)));
    let phone = Phone::new();
    let wrong = |phone: &Phone| {
        let kring = phone.kring.clone();
        let url = server.url.clone();
        async move { kring.sign_in(&url, "WR0N-GWR0-NGWR-0NG0", "telefoon", None).await }
    };
    assert_eq!(wrong(&phone).await, Err(ClientError::Declined { code: "invalid_code".into() }));
    sign_in(&phone, &server).await;
    assert_eq!(wrong(&phone).await, Err(ClientError::Declined { code: "invalid_code".into() }), "still signed in");
    assert!(phone.kring.identity().is_signed_in);
    assert_eq!(server.refreshes(), 0);

    let other = Server::start(Some(person(8)));
    let answer = phone.kring.sign_in(&other.url, "R1GH-TR1G-HTR1-GHT0", "telefoon", None).await;
    assert_eq!(answer, Err(ClientError::OtherPerson));
    assert_eq!(phone.kring.identity().person, person(7));
}

#[tokio::test]
async fn signing_out_ends_the_session_and_keeps_the_documents() {
    let server = Server::start(None);
    let (phone, circle) = phone_with_space();
    propose(&phone.kring, circle, 1);
    sign_in(&phone, &server).await;
    phone.kring.sync_once().await.unwrap();
    phone.kring.sign_out().await.unwrap();
    assert!(!phone.kring.identity().is_signed_in);
    assert_eq!(ideas(&phone.reopened().kring, circle), 1);
}

struct Phone {
    kring: Kring,
    directory: TempDir,
}

impl Phone {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let kring = Kring::open(directory.path().join("kring.db"), Options::default()).unwrap();
        Self { kring, directory }
    }

    fn reopened(self) -> Self {
        self.kring.close();
        let kring = Kring::open(self.directory.path().join("kring.db"), Options::default()).unwrap();
        Self { kring, ..self }
    }
}

fn phone_with_space() -> (Phone, DocumentId) {
    let phone = Phone::new();
    phone.kring.create_space("Rond Dennis").unwrap();
    let circle = circle(&phone.kring);
    (phone, circle)
}

async fn sign_in(phone: &Phone, server: &Server) {
    phone.kring.sign_in(&server.url, "R1GH-TR1G-HTR1-GHT0", "telefoon", Some("Anna")).await.unwrap();
}

/// Waits for a condition by its events.
async fn until(kring: &Kring, condition: impl Fn(&Kring) -> bool) {
    let waiting = async {
        while !condition(kring) {
            kring.next_event().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap();
}

fn circle(kring: &Kring) -> DocumentId {
    let space = kring.spaces().unwrap()[0].id;
    kring.documents(space).into_iter().find(|document| document.kind == DocumentKind::Circle).unwrap().id
}

fn propose(kring: &Kring, circle: DocumentId, number: u128) -> kring_domain::CommandId {
    let id = Uuid::from_u128(number);
    kring.submit_json(circle, &json!({"type": "propose_idea", "idea_id": id, "text": "idee"}).to_string()).unwrap().id
}

fn ideas(kring: &Kring, circle: DocumentId) -> usize {
    let Ok(json) = kring.read_json(circle) else { return 0 };
    let model: Value = serde_json::from_str(&json).unwrap();
    model["content"]["ideas"].as_array().unwrap().len()
}

fn person(number: u128) -> PersonId {
    PersonId::new(Uuid::from_u128(number))
}
