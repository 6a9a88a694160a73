//! What people read stays as it is, to the letter, however the code that reads it is arranged.
//!
//! Histories of every kind of document, made of every command, come to the contents in `read_models/`. Write those anew
//! with `UPDATE_DOCS=1 cargo test -p kring-domain --test read_models`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail where it stands")]

#[path = "support/commands.rs"]
mod commands;
#[path = "support/history.rs"]
mod history;

use commands::command;
use history::{Device, History};
use kring_domain::{DocumentKind, Role, read_models_schema};
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

#[test]
fn what_people_read_fits_its_schema() {
    let schema = read_models_schema();
    for &kind in DocumentKind::ALL {
        let read = read(kind);
        fits(&schema, &schema["properties"][kind.name()], &read["content"], kind.name());
        fits(&schema, &schema["properties"]["cards"], &read["cards"], "cards");
        fits(&schema, &schema["properties"]["labels"], &read["labels"], "labels");
    }
}

/// Checks a value against as much of JSON Schema as the read models use; a field that the schema does not name is wrong.
fn fits(root: &Value, schema: &Value, value: &Value, path: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        return fits(root, &root["$defs"][name.rsplit('/').next().unwrap()], value, path);
    }
    if let Some(variants) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        let can_be_null = variants.iter().any(|variant| variant["type"] == "null");
        if value.is_null() && can_be_null {
            return;
        }
        let one = variants.iter().find(|variant| variant["type"] != "null").unwrap();
        let is_word = variants.iter().any(|variant| variant["const"] == *value || variant["enum"].is_array());
        return if is_word { assert!(value.is_string(), "{path}: {value}") } else { fits(root, one, value, path) };
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{path}: {value} is none of {words:?}");
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let is = |kind: &&str| match *kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => value.is_null(),
    };
    assert!(types.is_empty() || types.iter().any(is), "{path}: {value} is none of {types:?}");
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(root, &schema["items"], item, &format!("{path}[{index}]"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        assert!(value.get(name).is_some(), "{path}.{name} is missing in {value}");
    }
    for (name, field) in value.as_object().into_iter().flatten().filter(|_| !types.is_empty()) {
        let known =
            [&schema["properties"][name], &schema["additionalProperties"]].into_iter().find(|known| !known.is_null());
        fits(
            root,
            known.unwrap_or_else(|| panic!("{path}.{name} is not in the schema")),
            field,
            &format!("{path}.{name}"),
        );
    }
}

/// The content and the labels that a history of a kind comes to; five people work on it, not always up to date.
fn history(kind: DocumentKind) -> Value {
    let read = read(kind);
    json!({ "content": read["content"], "labels": read["labels"] })
}

/// Returns what a neutral reader of that history reads.
fn read(kind: DocumentKind) -> Value {
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
    history.json()
}
