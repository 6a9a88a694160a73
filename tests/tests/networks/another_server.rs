//! A server that is not the person's answers at its address: an empty data directory, a name that leads elsewhere.

use kring_client::{ClientError, Connection, Language};
use kring_tests::outside::{Cast, Server};

use super::phone::{Phone, until};
use super::relay::Manner;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_is_told_and_changes_nothing() {
    let server = Server::start();
    let other = Server::start();
    let cast = Cast::new(&server);
    let phone = Phone::new(&server, &cast).await;
    let text = phone.write();
    let before = phone.things();
    let phone = phone.later();
    phone.relay.becomes(Manner::To(other.address()));
    assert_eq!(phone.kring.sync_once().await, Err(ClientError::AnotherServer));
    assert_eq!((phone.things(), phone.kring.connection()), (before.clone(), Connection::AnotherServer));
    let words = ClientError::AnotherServer.explain(Language::Dutch);
    assert_eq!(words, "Dit is een andere server. Alles blijft op dit toestel.");

    phone.kring.connect().unwrap();
    until("the driver tells it too", || phone.kring.connection() == Connection::AnotherServer).await;
    assert_eq!(phone.things(), before);
    phone.relay.becomes(Manner::To(server.address()));
    phone.kring.wake();
    until("all goes on with the right one", || phone.kring.waiting() == 0).await;
    until("it is online", || phone.kring.connection() == Connection::Online).await;
    assert!(cast.professional.read(&cast.circle).to_string().contains(&text));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_still_lives_does_not_save_another_server() {
    let server = Server::start();
    let other = Server::start();
    let cast = Cast::new(&server);
    let phone = Phone::new(&server, &cast).await;
    phone.write();
    let before = phone.things();
    phone.kring.connect().unwrap();
    until("it is online", || phone.kring.connection() == Connection::Online).await;
    phone.relay.becomes(Manner::To(other.address()));
    until("another server is told", || phone.kring.connection() == Connection::AnotherServer).await;
    assert_eq!(phone.things().0, before.0);
    assert!(phone.kring.identity().is_signed_in);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_of_another_server_takes_nothing_from_the_phone() {
    let server = Server::start();
    let other = Server::start();
    let cast = Cast::new(&server);
    let phone = Phone::new(&server, &cast).await;
    phone.write();
    let before = phone.things();
    let elsewhere = format!("http://{}", other.address());
    let code = other.invite_professional("Petra");
    let answer = phone.kring.sign_in(&elsewhere, &code, "phone", None).await;
    assert_eq!(answer.unwrap_err(), ClientError::AnotherServer);
    assert_eq!(phone.things(), before);
    phone.kring.sync_once().await.unwrap();
    assert_eq!(phone.kring.waiting(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_stays_the_same_with_other_keys_for_tokens() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let phone = Phone::new(&server, &cast).await;
    assert!(server.admin(&["rotate-keys"]).status.success());
    let phone = phone.later();
    phone.write();
    phone.kring.sync_once().await.unwrap();
    assert_eq!((phone.kring.waiting(), phone.things().1), (0, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_persons_own_server_still_ends_a_sign_in() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let phone = Phone::new(&server, &cast).await;
    phone.write();
    let device = phone.kring.identity().device;
    let database = rusqlite::Connection::open(server.data().join("kring.db")).unwrap();
    let revoked = "UPDATE devices SET revoked_at = 1 WHERE device_id = ?1";
    assert_eq!(database.execute(revoked, [device.uuid().as_bytes()]).unwrap(), 1);
    let phone = phone.later();
    assert_eq!(phone.kring.sync_once().await, Err(ClientError::SignedOut));
    assert!(!phone.kring.identity().is_signed_in);
    assert_eq!(phone.kring.waiting(), 1, "what was written stays");
}
