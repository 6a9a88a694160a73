//! Long batches beside short ones.

use kring_domain::{DocumentId, DocumentKind, Role};

use crate::harness::{Server, idea};

const COMMANDS: usize = 400;

#[tokio::test]
async fn a_long_batch_lets_other_documents_come_in_between() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Client).await;
    let mut busy = server.phone(linda, vec![]).await;
    let mut others = Vec::new();
    for _ in 0..8 {
        let space = server.new_space().await;
        let emine = server.somebody(Role::Member).await;
        server.membership(emine, space, Role::Client).await;
        let circle = DocumentId::derive(space, DocumentKind::Circle);
        others.push((server.phone(emine, vec![]).await, circle));
    }
    busy.submit(server.circle(), (0..COMMANDS).map(|number| idea(&"woord ".repeat(number % 100 + 1))).collect()).await;
    for (phone, circle) in &mut others {
        phone.submit(*circle, vec![idea("een kaart")]).await;
    }
    let answered = async {
        for (phone, _) in &mut others {
            phone.verdicts().await;
        }
    };
    let everything = async {
        let mut verdicts = 0;
        while verdicts < COMMANDS {
            verdicts += busy.verdicts().await.len();
        }
        verdicts
    };
    tokio::pin!(everything);
    tokio::select! {
        () = answered => {}
        _ = &mut everything => panic!("the long batch was answered before the others"),
    }
    assert_eq!(everything.await, COMMANDS, "in order, and all at once");
}
