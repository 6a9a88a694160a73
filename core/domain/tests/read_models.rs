//! What people read stays as it is, to the letter, however the code that reads it is arranged.
//!
//! Histories of every kind of document, made of every command, come to the contents in `read_models/`. Write those anew
//! with `UPDATE_DOCS=1 cargo test -p kring-domain --test read_models`.

#[path = "support/commands.rs"]
mod commands;
#[path = "support/history.rs"]
mod history;

use commands::command;
use history::{Device, History};
use kring_domain::{DocumentKind, Role};
use serde_json::{Value, json};

/// The commands of one history.
const COMMANDS: u32 = 90;

#[test]
fn contents_read_as_they_did() {
    for &kind in DocumentKind::ALL {
        let json = history(kind);
        let path = format!("{}/tests/read_models/{kind}.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, format!("{:#}\n", json)).unwrap();
        }
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(json, kept, "{kind}: other content than in {path}");
    }
}

/// The content and the labels that a history of a kind comes to; five people work on it, not always up to date.
fn history(kind: DocumentKind) -> Value {
    let mut history = History::new(kind);
    let roles = [Role::Client, Role::Member, Role::Professional, Role::Representative, Role::Carer];
    let devices = (1..).zip(roles).map(|(number, role)| Device::new(number, number, role));
    let mut devices: Vec<Device> = devices.collect();
    let mut number = 7u32;
    let mut next = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        number.to_be_bytes()[0]
    };
    for turn in 0..COMMANDS {
        let device = usize::from(next()) % devices.len();
        if turn % 3 > 0 {
            history.sync(&mut devices[device]);
        }
        // What is refused counts as well.
        let _ = history.send(&mut devices[device], command(kind, (next(), next(), next(), next())));
    }
    let read = history.json();
    json!({ "content": read["content"], "labels": read["labels"] })
}
