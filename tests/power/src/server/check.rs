//! The real server opens what is left, and everything it had told is so.

use std::collections::BTreeMap;
use std::path::Path;

use axum::Router;
use kring_server::accounts::access_log;
use kring_server::app::App;
use kring_server::documents::{log_key, verify::verify_logs};
use kring_server::http;
use kring_server::store::StoreError;
use kring_tests::outside::{command, file_with, id};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::ask::{get, post};
use super::promise::Promise;
use crate::running::config;

/// Commands in one request.
const BATCH: usize = 500;

/// Looks at what is left in a directory, with whatever must be so.
pub(super) fn check(left: &Path, promises: &[&Promise]) -> Result<(), String> {
    // Before anything is opened: somebody may take the disk out.
    for promise in promises {
        if let Promise::Erased { word } = promise
            && let Some(file) = file_with(left, word)
        {
            return Err(format!("{word} was erased, and is in {file}"));
        }
    }
    runtime().block_on(async {
        let app = App::open(config(left)).await.map_err(|error| format!("it does not open: {error}"))?;
        whole(&app).await?;
        let router = http::router(app.clone());
        admitted(&router, promises).await?;
        signed_in(&router, promises).await?;
        goes_on(&router, promises).await?;
        whole(&app).await
    })
}

/// Starts the real server on what is left, and ends it.
pub(super) fn open(left: &Path) -> Result<(), String> {
    let opened = runtime().block_on(App::open(config(left)));
    opened.map(drop).map_err(|error| format!("it does not open: {error}"))
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The pages, the references, every chain and every signature.
async fn whole(app: &App) -> Result<(), String> {
    let key = log_key(&app.store).await.map_err(|error| format!("the key of the log: {error}"))?.verifying_key();
    let read = app.store.read(move |connection| -> Result<Result<(), String>, StoreError> {
        let verdict: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Ok(Err(verdict));
        }
        if connection.prepare("PRAGMA foreign_key_check")?.exists([])? {
            return Ok(Err("a row refers to one that is not there".into()));
        }
        if let Some(twice) = twice(connection)? {
            return Ok(Err(format!("command {twice} is there twice")));
        }
        if let Err(error) = verify_logs(connection) {
            return Ok(Err(error.to_string()));
        }
        let chains = access_log::verify(connection, &key)?;
        let broken = chains.iter().find(|chain| chain.fault.is_some());
        Ok(broken.map_or(Ok(()), |chain| Err(format!("the access log: {chain:?}"))))
    });
    read.await.map_err(|error| format!("it cannot be read: {error}"))?
}

fn twice(connection: &Connection) -> Result<Option<String>, StoreError> {
    let sql = "SELECT hex(command_id) FROM (SELECT document_id, command_id FROM entries
            UNION ALL SELECT document_id, command_id FROM former_entries)
        GROUP BY document_id, command_id HAVING count(*) > 1";
    Ok(connection.prepare(sql)?.query_map([], |row| row.get(0))?.next().transpose()?)
}

/// Each command that was answered is answered the same again.
async fn admitted(router: &Router, promises: &[&Promise]) -> Result<(), String> {
    let mut told: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    let mut writers = BTreeMap::new();
    let mut deleted = Vec::new();
    for promise in promises {
        match promise {
            Promise::Admitted { document, command, sequence } => {
                told.entry(document).or_default().push((command, *sequence));
            }
            Promise::Writer { token, document } => drop(writers.insert(document.as_str(), token.as_str())),
            Promise::Deleted { document } => deleted.push(document),
            _ => {}
        }
    }
    for (document, commands) in told {
        let Some(token) = writers.get(document) else { return Err(format!("nobody may write in {document}")) };
        for commands in commands.chunks(BATCH) {
            let repeat = |(id, _): &(&str, u64)| json!({"id": id, "command": {"type": "told_before"}});
            let body = json!({"commands": commands.iter().map(repeat).collect::<Vec<_>>()});
            let (status, answer) =
                post(router, &format!("/v1/documents/{document}/commands"), Some(token), &body).await;
            let empty = Vec::new();
            let verdicts = answer["verdicts"].as_array().unwrap_or(&empty);
            if status != 200 || verdicts.len() != commands.len() {
                return Err(format!("{status} for commands that were admitted: {answer}"));
            }
            for ((id, sequence), verdict) in commands.iter().zip(verdicts) {
                if verdict["verdict"] != "admitted" || verdict["sequence"] != json!(sequence) {
                    return Err(format!("{id} was told to be at {sequence} of {document}, and now: {verdict}"));
                }
            }
        }
    }
    for document in deleted {
        if let Some((_, token)) = writers.iter().next() {
            let (status, answer) = get(router, &format!("/v1/documents/{document}"), token).await;
            if status != 404 {
                return Err(format!("{document} was deleted, and now: {status} {answer}"));
            }
        }
    }
    Ok(())
}

/// Codes and tokens work once.
async fn signed_in(router: &Router, promises: &[&Promise]) -> Result<(), String> {
    for promise in promises {
        match promise {
            Promise::Used { code } => {
                let body = json!({"code": code, "device_name": "somebody else's", "display_name": "Nobody"});
                let (status, _) = post(router, "/v1/sign-in", None, &body).await;
                if status != 401 {
                    return Err(format!("a code that was used works again: {status}"));
                }
            }
            Promise::Fresh { token } => {
                let (status, answer) = post(router, "/v1/token", None, &json!({"refresh_token": token})).await;
                if status != 200 {
                    return Err(format!("a refresh token that nobody has used does not work: {status} {answer}"));
                }
            }
            _ => {}
        }
    }
    // After those that must work, since the second use of a token ends its family.
    for promise in promises {
        if let Promise::Rotated { old } = promise {
            let (status, _) = post(router, "/v1/token", None, &json!({"refresh_token": old})).await;
            if status != 401 {
                return Err(format!("a refresh token works twice: {status}"));
            }
        }
    }
    Ok(())
}

/// It takes new work.
async fn goes_on(router: &Router, promises: &[&Promise]) -> Result<(), String> {
    for promise in promises {
        if let Promise::Writer { token, document } = promise {
            let message = json!({"type": "post_message", "message_id": id(), "text": "after the cut"});
            let path = format!("/v1/documents/{document}/commands");
            let (status, answer) = post(router, &path, Some(token), &json!({"commands": [command(message)]})).await;
            let verdict: &Value = &answer["verdicts"][0];
            // The network takes no messages, but says so.
            if status != 200 || verdict["verdict"] == "held" || verdict.is_null() {
                return Err(format!("it takes nothing new: {status} {answer}"));
            }
        }
    }
    Ok(())
}
