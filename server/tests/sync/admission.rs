use kring_domain::{DocumentId, RefusalCode, Role, SpaceId};
use kring_sync::{Judgement, ServerFrame};
use serde_json::json;
use uuid::Uuid;

use crate::harness::{Server, command, idea};

#[tokio::test]
async fn two_phones_see_each_others_edits() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut one = server.phone(linda, vec![]).await;
    let mut two = server.phone(emine, vec![]).await;
    let kaart = idea("een kaart");
    one.submit(server.circle(), vec![kaart.clone()]).await;
    let seen = two.entries(1).await;
    assert_eq!((seen[0].command_id, seen[0].person, seen[0].sequence), (kaart.id, linda.person, 1));
    assert_eq!(seen[0].signature.len(), 64);
    assert_eq!(one.entries(1).await, seen);
    let verdicts = one.verdicts().await;
    assert_eq!((verdicts[0].judgement, verdicts[0].sequence), (Judgement::Admitted, Some(1)));
    two.submit(server.circle(), vec![idea("taart")]).await;
    assert_eq!(one.entries(1).await[0].sequence, 2);
}

#[tokio::test]
async fn a_command_sent_twice_is_one_entry_with_one_verdict() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let mut phone = server.phone(linda, vec![]).await;
    let kaart = idea("een kaart");
    let unknown = command(0, json!({"type": "sing_song"}));
    let mut answers = Vec::new();
    for _ in 0..2 {
        phone.submit(server.circle(), vec![kaart.clone(), unknown.clone()]).await;
        answers.push(phone.verdicts().await);
    }
    let server = server.restart().await;
    let mut phone = server.phone(linda, vec![]).await;
    phone.submit(server.circle(), vec![kaart.clone(), unknown]).await;
    answers.push(phone.verdicts().await);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert_eq!((answers[0][0].sequence, answers[0][1].judgement), (Some(1), Judgement::Held));
    assert_eq!(server.stored(server.circle()).await, 1);
}

#[tokio::test]
async fn two_phones_that_edit_one_idea_at_once_both_keep_their_words() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut one = server.phone(linda, vec![]).await;
    let mut two = server.phone(emine, vec![]).await;
    let id = Uuid::now_v7();
    one.submit(server.circle(), vec![command(0, json!({"type": "propose_idea", "idea_id": id, "text": "een kaart"}))])
        .await;
    two.entries(1).await;
    let edit = |text: &str| command(1, json!({"type": "edit_idea", "idea_id": id, "text": text}));
    one.submit(server.circle(), vec![edit("een mooie kaart")]).await;
    two.submit(server.circle(), vec![edit("een kaart naar Dennis")]).await;
    two.entries(2).await;
    let model = crate::rest::get(&server, emine, "").await;
    assert_eq!(model["content"]["ideas"][0]["text"], "een mooie kaart naar Dennis");
    assert_eq!((&model["sequence"], &model["kind"]), (&json!(3), &json!("circle")));
}

#[tokio::test]
async fn what_somebody_may_not_see_is_not_there() {
    let server = Server::start().await;
    let backup = server.somebody(Role::Backup).await;
    let elsewhere = SpaceId::new(Uuid::now_v7());
    let mut phone = server.connect(backup).await;
    let other = DocumentId::derive(elsewhere, kring_domain::DocumentKind::Circle);
    for document in [server.circle(), other] {
        // Before any hello, too.
        phone.submit(document, vec![idea("een kaart")]).await;
        let ServerFrame::Verdicts { document: answered, verdicts } = phone.frame().await else { panic!("verdicts") };
        assert_eq!((answered, verdicts[0].code), (document, Some(RefusalCode::NotFound)));
    }
    assert_eq!(server.stored(server.circle()).await, 0);
}

#[tokio::test]
async fn commands_beyond_the_burst_are_rate_limited() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let mut phone = server.phone(linda, vec![]).await;
    assert_eq!(server.app.hub.connections(), 1);
    let mut refused = 0;
    for _ in 0..11 {
        let batch: Vec<_> = (0..1000).map(|_| command(0, json!({"type": "sing_song"}))).collect();
        phone.submit(server.circle(), batch).await;
    }
    let mut answered = 0;
    while answered < 11_000 {
        let verdicts = phone.verdicts().await;
        answered += verdicts.len();
        refused += verdicts.iter().filter(|verdict| verdict.code == Some(RefusalCode::RateLimited)).count();
    }
    assert!((1..=1000).contains(&refused), "{refused}");
}
