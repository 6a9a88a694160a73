//! Random commands out of the whole vocabulary, made from its own JSON Schema: a new command is played the day it is
//! added.

use std::sync::LazyLock;

use fastrand::Rng;
use kring_domain::{Command, DocumentKind};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Things of one sort are so few that people keep meeting each other.
const THINGS: u64 = 5;

/// Consents cannot be given twice, so there are some more.
const CONSENTS: u64 = 12;

/// The number in the upper half of a command's id.
pub(crate) const COMMANDS: u64 = 7;

/// Every command of this version.
pub(crate) struct Vocabulary {
    commands: Vec<(DocumentKind, Value)>,
}

impl Vocabulary {
    /// The one vocabulary; making it takes longer than playing a story.
    pub(crate) fn get() -> &'static Self {
        static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::new);
        &VOCABULARY
    }

    fn new() -> Self {
        let commands = Command::descriptions().into_iter().map(|command| (command.kind, command.schema.into()));
        Self { commands: commands.collect() }
    }

    /// A command for a kind of document: mostly valid, about one of a few things, every text of it with `word` in it.
    ///
    /// `command` is the number of the command in its history, `persons` how many people there are.
    pub(crate) fn command(&self, kind: DocumentKind, word: &str, command: u64, persons: u64, rng: &mut Rng) -> Value {
        let fitting: Vec<&Value> =
            self.commands.iter().filter(|(of, _)| *of == kind).map(|(_, schema)| schema).collect();
        // Things have to be there before anything can be done with them.
        let making: Vec<&Value> = fitting.iter().copied().filter(|schema| makes_something(schema)).collect();
        let from = if rng.u8(0..2) == 0 && !making.is_empty() { &making } else { &fitting };
        let mut maker = Maker { word, command, persons, rng };
        let choice = maker.rng.usize(..from.len());
        let mut made = maker.object(from[choice]);
        if maker.rng.u8(0..20) == 0 {
            maker.spoil(&mut made);
        }
        made
    }

    /// Returns what a newer version might send: a command nobody here knows.
    pub(crate) fn unknown(word: &str) -> Value {
        json!({ "type": "draw_dream", "dream_id": thing("dream_id", 1), "text": word, "strokes": [[1, 2], [3, 4]] })
    }
}

/// Opens a document to somebody who can be let in, or closes it.
pub(crate) fn consent(word: &str, persons: u64, rng: &mut Rng) -> Value {
    let consent_id = thing("consent_id", rng.u64(1..=CONSENTS));
    let give = |field: &str, to: String| {
        json!({
            "type": "give_consent", "consent_id": consent_id, "compartment": "private", "purpose": word,
            field: to, "text_version": "1", "language_level": "a2"
        })
    };
    match rng.u8(0..6) {
        0 => give("role", "professional".to_owned()),
        1 => give("person_id", person(rng.u64(..persons)).to_string()),
        2 => json!({ "type": "ask_to_look", "consent_id": consent_id, "compartment": "pronotes" }),
        _ => json!({ "type": "withdraw_consent", "consent_id": consent_id }),
    }
}

fn makes_something(schema: &Value) -> bool {
    let name = schema.pointer("/properties/type/const").and_then(Value::as_str).unwrap_or_default();
    ["add_", "propose_", "make_", "post_"].iter().any(|verb| name.starts_with(verb))
}

/// The id of one of the few things of a sort: those that a field with this name is about.
///
/// Things of two sorts never have the same id, as nowhere in the world.
fn thing(field: &str, number: u64) -> String {
    let sort = match field.trim_end_matches("_ids").trim_end_matches("_id") {
        // The two ends of a tie.
        "a" | "b" | "contacts" => "contact",
        sort => sort,
    };
    let sort = sort.bytes().fold(0, |hash: u64, byte| (hash * 31 + u64::from(byte)) % 65_521);
    Uuid::from_u64_pair(3, sort << 16 | number).to_string()
}

/// An idea or a note that nobody makes or removes by chance.
pub(crate) fn text_thing(field: &str, number: u64) -> String {
    thing(field, THINGS + number)
}

/// A sentence with `word` in it and some of a few others, so that two people often change the same one.
fn sentence(word: &str, number: u64) -> String {
    const OTHERS: [&str; 6] = ["koffie", "of thee", "met Henk", "om 10:00", "naar de markt", "🎉"];
    let hash = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    let mut words: Vec<&str> =
        OTHERS.into_iter().enumerate().filter(|(place, _)| hash >> place & 1 == 0).map(|(_, other)| other).collect();
    words.insert((hash >> 8) as usize % (words.len() + 1), word);
    words.join(" ")
}

/// The id of a person by number.
pub(crate) fn person(number: u64) -> Uuid {
    Uuid::from_u64_pair(1, number)
}

struct Maker<'a> {
    word: &'a str,
    command: u64,
    persons: u64,
    rng: &'a mut Rng,
}

impl Maker<'_> {
    fn object(&mut self, schema: &Value) -> Value {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut made = Map::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&name.as_str()) || self.rng.u8(0..3) == 0 {
                made.insert(name.clone(), self.value(name, field));
            }
        }
        Value::Object(made)
    }

    fn value(&mut self, name: &str, schema: &Value) -> Value {
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return values[self.rng.usize(..values.len())].clone();
        }
        if let Some(variants) = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(key)?.as_array()) {
            let choice = self.rng.usize(..variants.len());
            return self.value(name, &variants[choice]);
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds[self.rng.usize(..kinds.len())].as_str(),
            kind => kind.as_str(),
        };
        match kind {
            Some("string") => self.string(name, schema).into(),
            Some("integer") => self.number(schema).into(),
            Some("number") => (self.number(schema) as f64).into(),
            Some("boolean") => self.rng.bool().into(),
            Some("array") => {
                let least = schema["minItems"].as_u64().unwrap_or(0);
                let length = least + self.rng.u64(0..3);
                (0..length).map(|_| self.value(name, &schema["items"])).collect()
            }
            Some("object") => self.object(schema),
            _ => Value::Null,
        }
    }

    fn string(&mut self, name: &str, schema: &Value) -> String {
        match (schema["format"].as_str(), schema.get("pattern")) {
            (Some("uuid"), _) if name.starts_with("person") => person(self.rng.u64(..self.persons)).to_string(),
            (Some("uuid"), _) if name.starts_with("suggestion") => {
                Uuid::from_u64_pair(COMMANDS, self.rng.u64(..self.command)).to_string()
            }
            (Some("uuid"), _) => thing(name, self.rng.u64(1..=THINGS)),
            (Some("date"), _) => format!("2026-03-{:02}", self.rng.u8(1..29)),
            (Some("date-time"), _) => format!("2026-03-{:02}T10:00:00Z", self.rng.u8(1..29)),
            (None, Some(_)) => "start_action".to_owned(),
            _ => sentence(self.word, self.rng.usize(..4) as u64 + 4 * self.command),
        }
    }

    fn number(&mut self, schema: &Value) -> i64 {
        let least = schema["minimum"].as_f64().unwrap_or(0.0) as i64;
        let most = schema["maximum"].as_f64().unwrap_or(9.0) as i64;
        self.rng.i64(least..=most)
    }

    /// One thing wrong with it.
    fn spoil(&mut self, command: &mut Value) {
        let Some(fields) = command.as_object_mut() else { return };
        let names: Vec<String> = fields.keys().cloned().collect();
        let name = names[self.rng.usize(..names.len())].clone();
        let value = match self.rng.u8(0..7) {
            0 => Value::Null,
            1 => json!(-1),
            2 => json!(format!("{} {}", self.word, "a".repeat(3000))),
            3 => json!(""),
            4 => json!([[self.word]]),
            5 => {
                fields.insert("of_tomorrow".to_owned(), json!(self.word));
                return;
            }
            _ => {
                fields.remove(&name);
                return;
            }
        };
        fields.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_command_is_made_and_most_of_them_parse() {
        let vocabulary = Vocabulary::get();
        let mut rng = Rng::with_seed(1);
        let mut parsed = BTreeSet::new();
        let mut wrong = 0;
        for _ in 0..400 {
            for &kind in DocumentKind::ALL {
                match Command::parse(vocabulary.command(kind, "woord", 9, 4, &mut rng)) {
                    Ok(command) => drop(parsed.insert(command.name())),
                    Err(_) => wrong += 1,
                }
            }
        }
        let all: BTreeSet<_> = Command::descriptions().iter().map(|command| command.name).collect();
        assert_eq!(parsed, all, "every command is played");
        assert!(wrong > 20 && wrong < 400, "a few are wrong: {wrong}");
    }
}
