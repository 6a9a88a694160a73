use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use kring_domain::Role;
use kring_server::auth::Caller;
use kring_sync::{DeviceFrame, ServerFrame, decode_server_frames, encode};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::harness::{Server, cursor, idea};

#[tokio::test]
async fn commands_and_reading_need_no_crdt() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut watching = server.phone(emine, vec![]).await;
    let id = Uuid::now_v7();
    let command_id = Uuid::now_v7();
    let propose = json!({"type": "propose_idea", "idea_id": id, "text": "een kaart"});
    let body = json!({"commands": [
        {"id": command_id, "command": propose}, {"id": Uuid::now_v7(), "command": {"type": "choose_idea", "idea_id": id}}]});
    for _ in 0..2 {
        let (status, answer) = post(&server, linda, body.to_string()).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(
            answer["verdicts"][0],
            json!({"id": command_id, "verdict": "admitted", "sequence": 1, "generation": 1})
        );
        assert_eq!(answer["verdicts"][1]["code"], "forbidden");
    }
    assert_eq!(watching.entries(1).await[0].command_id.uuid(), command_id);
    let model = get(&server, emine, "").await;
    assert_eq!(model["content"]["ideas"][0]["id"], json!(id));
    assert_eq!((&model["generation"], &model["sequence"], &model["cards"]), (&json!(1), &json!(1), &json!([])));
    let history = get(&server, emine, "/history?limit=5").await;
    let entry = &history["entries"][0];
    assert_eq!((&entry["person"], &entry["role"], &entry["sequence"]), (&json!("Linda"), &json!("member"), &json!(1)));
    assert_eq!(entry["command"], "propose_idea");
    assert!(entry["text"].as_str().unwrap().contains("een kaart"), "{entry}");
    assert_eq!(get(&server, emine, "/history?before=1").await["entries"], json!([]));
}

#[tokio::test]
async fn whoever_may_not_read_a_document_does_not_find_it() {
    let server = Server::start().await;
    let backup = server.somebody(Role::Backup).await;
    let path = format!("/v1/documents/{}", server.circle());
    for path in [path.clone(), format!("{path}/history"), format!("/v1/documents/{}", Uuid::now_v7())] {
        let (status, problem) = ask(&server, Some(backup), "GET", &path, Body::empty()).await;
        assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("not_found")));
    }
    assert_eq!(ask(&server, None, "GET", &path, Body::empty()).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&server, backup, json!({"commands": []}).to_string()).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn batches_out_of_bounds_are_refused_in_words() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let many: Vec<Value> = (0..1001).map(|_| json!({"id": Uuid::now_v7(), "command": {}})).collect();
    for (body, status, code) in [
        (json!({"commands": many}).to_string(), StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        ("x".repeat((1 << 20) + 1), StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        (json!({"commands": [{"id": 7, "command": {}}]}).to_string(), StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        ("{".to_owned(), StatusCode::BAD_REQUEST, "invalid"),
    ] {
        let (answered, problem) = post(&server, linda, body).await;
        assert_eq!((answered, &problem["code"]), (status, &json!(code)));
    }
}

/// It used to be noted as let in, and its text thrown away, while the document took nothing.
#[tokio::test]
async fn a_review_during_recovery_is_asked_for_again() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let circle = server.circle();
    let late = idea("uit de trein");
    let id = late.id;
    let submission = serde_json::to_string(&late).unwrap();
    server.unseat(linda).await;
    server
        .change(move |connection| {
            let circle = circle.uuid();
            let person = linda.person.uuid();
            let device = linda.device.uuid();
            let sql = "INSERT INTO held (document_id, command_id, person_id, device_id, role, held_at, submission)
                       VALUES (?1, ?2, ?3, ?4, 'member', 0, ?5)";
            let ids = (circle.as_bytes(), id.uuid().into_bytes(), person.as_bytes(), device.as_bytes(), submission);
            connection.execute(sql, ids)?;
            let sql = "INSERT INTO recovering (document_id, seconds, ends_at) VALUES (?1, 600, ?2)";
            connection.execute(sql, (circle.as_bytes(), i64::MAX)).map(drop)
        })
        .await;
    let path = format!("/v1/spaces/{}/held/{id}", server.space);
    let admit = || json!({"decision": "admit"}).to_string().into();
    let (status, problem) = ask(&server, Some(emine), "POST", &path, admit()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("unavailable")));
    server.change(|connection| connection.execute("UPDATE recovering SET ends_at = 1", []).map(drop)).await;
    let server = server.restart().await;
    let (status, judged) = ask(&server, Some(emine), "POST", &path, admit()).await;
    assert_eq!((status, &judged["verdict"]["verdict"]), (StatusCode::OK, &json!("admitted")));
    assert_eq!(server.stored(server.circle()).await, 1);
}

#[tokio::test]
async fn one_round_over_http_is_the_same_sync() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let document = server.circle();
    let kaart = idea("een kaart");
    let hello = |sequence| DeviceFrame::hello("test", cursor(document, sequence));
    let submit = DeviceFrame::Submit { document, commands: vec![kaart.clone()] };
    let frames = exchange(&server, linda, &[hello(0), submit]).await;
    let [
        ServerFrame::Welcome { documents, .. },
        ServerFrame::Verdicts { verdicts, .. },
        ServerFrame::Entries { entries, .. },
    ] = &frames[..]
    else {
        panic!("welcome, verdicts, entries, not {frames:?}")
    };
    assert_eq!(documents.iter().find(|head| head.document == document).unwrap().sequence, 1);
    assert_eq!((verdicts[0].sequence, entries[0].command_id), (Some(1), kaart.id));
    assert_eq!(exchange(&server, linda, &[hello(1)]).await.len(), 1);
    let (status, _) =
        ask_bytes(&server, Some(linda), "POST", "/v1/sync", encode(&Vec::<DeviceFrame>::new()).into()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

pub(crate) async fn get(server: &Server, caller: Caller, rest: &str) -> Value {
    let path = format!("/v1/documents/{}{rest}", server.circle());
    let (status, body) = ask(server, Some(caller), "GET", &path, Body::empty()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

async fn post(server: &Server, caller: Caller, body: String) -> (StatusCode, Value) {
    let path = format!("/v1/documents/{}/commands", server.circle());
    ask(server, Some(caller), "POST", &path, body.into()).await
}

async fn exchange(server: &Server, caller: Caller, frames: &[DeviceFrame]) -> Vec<ServerFrame> {
    let (status, body) = ask_bytes(server, Some(caller), "POST", "/v1/sync", encode(&frames).into()).await;
    assert_eq!(status, StatusCode::OK);
    decode_server_frames(&body).unwrap()
}

async fn ask(server: &Server, caller: Option<Caller>, method: &str, path: &str, body: Body) -> (StatusCode, Value) {
    let (status, bytes) = ask_bytes(server, caller, method, path, body).await;
    (status, serde_json::from_slice(&bytes).unwrap())
}

async fn ask_bytes(
    server: &Server,
    caller: Option<Caller>,
    method: &str,
    path: &str,
    body: Body,
) -> (StatusCode, Vec<u8>) {
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    if let Some(caller) = caller {
        request = request.header("authorization", format!("Bearer {}", server.token(caller)));
    }
    let router = kring_server::http::router(server.app.clone());
    let response = router.oneshot(request.body(body).unwrap()).await.unwrap();
    let status = response.status();
    (status, to_bytes(response.into_body(), 8 << 20).await.unwrap().to_vec())
}
