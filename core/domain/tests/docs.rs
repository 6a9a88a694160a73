//! What is written about the commands is what the code does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail where it stands")]

use std::fs;
use std::path::Path;

use kring_domain::{Command, commands_markdown, commands_schema};

#[test]
fn the_page_about_the_commands_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/commands.md");
    let page = commands_markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/commands.md is out of date; make it anew with `UPDATE_DOCS=1 cargo test -p kring-domain --test docs`"
    );
}

#[test]
fn the_schema_holds_each_command_once_and_nothing_open() {
    let schema = commands_schema();
    let commands = schema["oneOf"].as_array().unwrap();
    let names: Vec<_> =
        commands.iter().map(|command| command["properties"]["type"]["const"].as_str().unwrap()).collect();
    let described: Vec<_> = Command::descriptions().iter().map(|description| description.name).collect();
    assert_eq!(names, described);
    for command in commands {
        assert_eq!(command["additionalProperties"], false, "{}", command["title"]);
        assert_eq!(command["required"][0], "type");
        for (field, value) in command["properties"].as_object().unwrap() {
            assert!(
                field == "type" || value["description"].is_string(),
                "{}: {field} says what it is",
                command["title"]
            );
        }
    }
    assert!(schema["$id"].is_string());
}
