//! Texts as people and programs write them, in every field of every command that takes one.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../domain/tests/support/examples.rs"]
mod examples;

use examples::example;
use kring_domain::{Command, ParseError, RefusalCode};
use kring_sync::{DeviceFrame, decode_device_frame, encode};
use serde_json::{Value, json};

/// A text, and what is kept of it; nothing where nobody sees anything of it.
const TEXTS: [(&str, Option<&str>); 34] = [
    ("Emine", Some("Emine")),
    ("\u{2066}Emine\u{2069}", Some("Emine")),
    ("\u{2067}\u{2068}\u{2069}", None),
    ("\u{61c}", None),
    ("Emi\u{61c}ne", Some("Emine")),
    ("Emi\u{ad}ne", Some("Emine")),
    ("\u{ad}", None),
    ("Emi\u{34f}ne", Some("Emine")),
    ("\u{34f}", None),
    ("Emi\u{115f}ne", Some("Emine")),
    ("\u{115f}\u{1160}", None),
    ("Emine\u{3164}", Some("Emine")),
    ("\u{3164}\u{ffa0}", None),
    ("Emi\u{e0041}\u{e0042}ne", Some("Emine")),
    ("\u{e0001}\u{e007f}", None),
    ("\u{fe0f}\u{e0100}", None),
    ("Emi\u{fe0f}ne", Some("Emine")),
    ("Emi\u{200b}\u{200d}ne", Some("Emine")),
    ("\u{202e}enimE", Some("enimE")),
    ("Emine\u{85}", Some("Emine")),
    ("\u{2028}\u{2029}\u{85}\u{b}", None),
    ("👩\u{200d}👩\u{200d}👧\u{200d}👦", Some("👩\u{200d}👩\u{200d}👧\u{200d}👦")),
    ("❤\u{fe0f}\u{200d}🔥", Some("❤\u{fe0f}\u{200d}🔥")),
    ("🇳🇱🇹🇷", Some("🇳🇱🇹🇷")),
    (
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        Some("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"),
    ),
    ("ที่นั่งริมน้ำ", Some("ที่นั่งริมน้ำ")),
    ("श्री कृष्ण", Some("श्री कृष्ण")),
    ("क्\u{200d}ष", Some("क्\u{200d}ष")),
    ("می\u{200c}خواهم", Some("می\u{200c}خواهم")),
    ("مريم 12-34", Some("مريم 12-34")),
    ("שלום\u{200f}!", Some("שלום\u{200f}!")),
    ("Rene\u{301}e", Some("Renée")),
    ("각", Some("각")),
    ("ཧྐྵྨླྺྼྻྂ", Some("ཧྐྵྨླྺྼྻྂ")),
];

/// A field that takes a text of people: its name, and whether it takes a list of them.
struct Field {
    command: &'static str,
    name: String,
    is_list: bool,
}

/// Read off the schema, so that a field of a new command is here the day it is added.
fn fields() -> Vec<Field> {
    let mut fields = Vec::new();
    for description in Command::descriptions() {
        let schema = serde_json::to_value(&description.schema).unwrap();
        for (name, field) in schema["properties"].as_object().unwrap() {
            let is_list = is_text(&field["items"]);
            if is_list || is_text(field) || field["anyOf"].as_array().is_some_and(|any| any.iter().any(is_text)) {
                fields.push(Field { command: description.name, name: name.clone(), is_list });
            }
        }
    }
    fields
}

fn is_text(schema: &Value) -> bool {
    let is_string =
        schema["type"] == "string" || schema["type"].as_array().is_some_and(|all| all.contains(&json!("string")));
    is_string && schema.get("maxLength").is_some()
}

impl Field {
    fn with(&self, text: &str) -> Value {
        let mut command = example(self.command, 3);
        command[&self.name] = if self.is_list { json!([text]) } else { json!(text) };
        command
    }

    fn of(&self, command: &Command) -> String {
        let json = serde_json::to_value(command).unwrap();
        let value = if self.is_list { &json[&self.name][0] } else { &json[&self.name] };
        value.as_str().unwrap().to_owned()
    }

    /// The command as a phone reads it from its app, and the server from JSON and from a frame.
    fn read(&self, text: &str) -> Result<String, (RefusalCode, String)> {
        let json = self.with(text);
        let id = "0195f3a0-0000-7000-8000-000000000001";
        let frame = json!({"t": "submit", "document": id, "commands": [{"id": id, "command": json}]});
        let DeviceFrame::Submit { commands, .. } = decode_device_frame(&encode(&frame)).unwrap() else {
            panic!("a submit")
        };
        let read = Command::parse(json.clone());
        let named = format!("{}.{} of {}", self.command, self.name, text.escape_unicode());
        assert_eq!(Command::parse_json(&json.to_string()), read, "{named}");
        assert_eq!(commands[0].command.clone().parse(), read, "{named}");
        match read {
            Ok(command) => {
                let again = Command::parse(serde_json::to_value(&command).unwrap()).unwrap();
                assert_eq!(again, command, "{named}: what a phone sends the server keeps");
                Ok(self.of(&command))
            }
            Err(ParseError::Invalid(refusal)) => Err((refusal.code, refusal.field.unwrap_or_default())),
            Err(ParseError::Unknown) => panic!("{named}: no command"),
        }
    }

    fn refused_as(&self) -> String {
        if self.is_list { format!("{}[0]", self.name) } else { self.name.clone() }
    }
}

#[test]
fn every_text_of_every_command_is_cleaned_or_refused_by_name() {
    let fields = fields();
    assert!(fields.len() > 25, "{}", fields.len());
    for field in fields {
        for (text, kept) in TEXTS {
            let expected = kept.map(str::to_owned).ok_or((RefusalCode::Invalid, field.refused_as()));
            assert_eq!(field.read(text), expected, "{}.{} of {}", field.command, field.name, text.escape_unicode());
        }
        for control in ["a\u{0}b", "a\u{1b}[2Jb", "a\u{7f}b", "a\u{9b}b"] {
            assert_eq!(
                field.read(control),
                Err((RefusalCode::Invalid, field.refused_as())),
                "{}",
                control.escape_unicode()
            );
        }
        let long = field.read(&"é".repeat(2001));
        assert_eq!(long, Err((RefusalCode::TooLarge, field.refused_as())));
        let heap = field.read(&format!("Z{}o", "\u{301}".repeat(500))).unwrap();
        assert!(heap.chars().count() < 12, "{}", heap.escape_unicode());
    }
}

#[test]
fn a_line_break_is_one_in_texts_and_a_space_in_names() {
    for field in fields() {
        let read = field.read("een\u{85}twee\u{2028}drie\u{b}vier\r\nvijf").unwrap();
        let is_name = read == "een twee drie vier vijf";
        assert!(is_name || read == "een\ntwee\ndrie\nvier\nvijf", "{}.{}: {read:?}", field.command, field.name);
    }
}
