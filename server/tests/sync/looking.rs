use kring_domain::{Role, SpaceId};
use kring_server::auth::Caller;
use kring_server::store::StoreError;

use crate::harness::{Server, cursor, idea};

/// Returns how many lines of this action and outcome the log of a space has for somebody.
async fn lines(server: &Server, space: SpaceId, caller: Caller, action: &'static str, outcome: &'static str) -> i64 {
    let read = server.app.store.read(move |connection| -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM access_log
                   WHERE space_id = ?1 AND person_id = ?2 AND device_id = ?3 AND action = ?4 AND outcome = ?5";
        let space = space.uuid();
        let person = caller.person.uuid();
        let device = caller.device.uuid();
        Ok(connection.query_row(sql, (space, person, device, action, outcome), |row| row.get(0))?)
    });
    read.await.unwrap()
}

#[tokio::test]
async fn what_a_device_gets_and_gives_is_in_the_log_before_it_has_it() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut one = server.phone(linda, vec![]).await;
    let count = async |caller, action| lines(&server, server.space, caller, action, "done").await;
    assert_eq!(count(linda, "received").await, 0, "there is nothing in any document yet");
    for text in ["een", "twee", "drie"] {
        one.submit(server.circle(), vec![idea(text)]).await;
        one.verdicts().await;
    }
    assert_eq!((count(linda, "wrote").await, count(linda, "received").await), (1, 1));

    let mut two = server.phone(emine, cursor(server.circle(), 3)).await;
    assert!(two.is_silent().await);
    assert_eq!(count(emine, "received").await, 0, "nothing was sent");
    for text in ["vier", "vijf"] {
        one.submit(server.circle(), vec![idea(text)]).await;
        two.entries(1).await;
        assert_eq!(count(emine, "received").await, 1, "as it happens, and folded");
    }
    drop(two);
    let mut again = server.phone(emine, vec![]).await;
    again.entries(5).await;
    assert_eq!(count(emine, "received").await, 1, "folded over connections");
}

#[tokio::test]
async fn what_is_not_let_is_in_the_log_too() {
    let server = Server::start().await;
    let backup = server.somebody(Role::Backup).await;
    let mut phone = server.phone(backup, vec![]).await;
    for _ in 0..3 {
        phone.submit(server.circle(), vec![idea("niet voor mij")]).await;
        phone.verdicts().await;
    }
    assert_eq!(lines(&server, server.space, backup, "wrote", "refused").await, 1);
    let member = server.somebody(Role::Member).await;
    let mut phone = server.phone(member, vec![]).await;
    let choose = serde_json::json!({"type": "choose_idea", "idea_id": uuid::Uuid::now_v7()});
    for _ in 0..2 {
        phone.submit(server.circle(), vec![crate::harness::command(0, choose.clone())]).await;
        phone.verdicts().await;
    }
    assert_eq!(lines(&server, server.space, member, "wrote", "refused").await, 1);
    assert_eq!(lines(&server, server.space, member, "wrote", "done").await, 0);
}
