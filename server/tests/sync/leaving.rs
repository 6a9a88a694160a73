use std::time::{Duration, Instant};

use kring_domain::{Access, Author, DocumentKind, Role};
use kring_server::auth::Caller;
use kring_sync::{DeviceFrame, ServerFrame};

use crate::harness::{Server, idea};

#[tokio::test]
async fn whoever_is_removed_is_told_and_closed_at_once() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut gone = server.phone(linda, vec![]).await;
    let mut here = server.phone(emine, vec![]).await;
    let start = Instant::now();
    server.unseat(linda).await;
    server.app.hub.person_left(server.space, linda.person);
    // Whatever comes after that is not taken, whether or not the phone knows.
    gone.submit(server.circle(), vec![idea("te laat")]).await;
    here.submit(server.circle(), vec![idea("op tijd")]).await;
    let mut told = Vec::new();
    for _ in 0..3 {
        let ServerFrame::Access { document, access: Access::None } = gone.frame().await else { panic!("access none") };
        told.push(document);
    }
    assert!(told.contains(&server.circle()));
    assert_eq!(gone.close_code().await, 4403);
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(here.entries(1).await[0].person, emine.person);
    assert_eq!(server.stored(server.circle()).await, 1);
    let mut back = server.connect(linda).await;
    back.send(&DeviceFrame::hello("", vec![])).await;
    let ServerFrame::Welcome { documents, members, .. } = back.frame().await else { panic!("a welcome") };
    assert!(documents.is_empty() && members.is_empty());
}

#[tokio::test]
async fn commands_count_for_nothing_after_a_removal() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Member).await;
    let submit = async |caller: Caller, role: Role, text: &str| {
        let author = Author { device: caller.device, person: caller.person, role, has_client: true };
        server.app.documents.submit(author, server.circle(), vec![idea(text)], 100).await
    };
    server.unseat(linda).await;
    // A connection had looked up her membership before; nothing asks again but the commit.
    assert!(submit(linda, Role::Member, "te laat").await.is_err());
    assert!(submit(emine, Role::Client, "in een andere rol").await.is_err());
    assert_eq!(server.stored(server.circle()).await, 0);
    assert!(submit(emine, Role::Member, "op tijd").await.is_ok());
    assert_eq!(server.stored(server.circle()).await, 1);
}

#[tokio::test]
async fn an_older_space_gets_its_missing_documents() {
    let server = Server::start().await;
    let emine = server.somebody(Role::Client).await;
    server
        .change(|connection| {
            connection.execute("DELETE FROM documents WHERE kind NOT IN ('network', 'plan', 'circle')", [])?;
            Ok(())
        })
        .await;
    let listed = async |server: &Server| {
        let mut phone = server.connect(emine).await;
        phone.send(&DeviceFrame::hello("", vec![])).await;
        let ServerFrame::Welcome { documents, .. } = phone.frame().await else { panic!("a welcome") };
        documents.len()
    };
    assert_eq!(listed(&server).await, 3);
    let server = server.restart().await;
    assert_eq!(listed(&server).await, 6);
}

#[tokio::test]
async fn a_device_that_is_signed_out_is_closed() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut one = server.phone(linda, vec![]).await;
    let mut two = server.phone(emine, vec![]).await;
    server.app.hub.device_revoked(linda.device);
    assert_eq!(one.close_code().await, 4401);
    server.app.hub.sign_in_ended(emine.sign_in);
    assert_eq!(two.close_code().await, 4401);
}

#[tokio::test]
async fn a_new_seat_and_a_deleted_space_are_told_to_who_is_there() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let mut phone = server.phone(linda, vec![]).await;
    let second = server.new_space().await;
    server.membership(linda, second, Role::Client).await;
    server.app.hub.membership_changed(linda.person);
    let ServerFrame::Welcome { documents, .. } = phone.frame().await else { panic!("a welcome") };
    let network = documents.iter().find(|head| head.space == second && head.kind == DocumentKind::Network);
    let network = network.unwrap().document;
    phone.submit(network, vec![idea("in het verkeerde document")]).await;
    assert_eq!(phone.verdicts().await.len(), 1);
    server.app.hub.space_deleted(second, &[linda.person]);
    assert_eq!(phone.close_code().await, 4403);
}

#[tokio::test]
async fn a_server_that_stops_says_so() {
    let server = Server::start().await;
    let mut phone = server.phone(server.somebody(Role::Member).await, vec![]).await;
    let restarting = tokio::spawn(server.restart());
    assert_eq!(phone.close_code().await, 1001);
    restarting.await.unwrap();
}
