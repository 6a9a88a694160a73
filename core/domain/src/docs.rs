//! The commands as other people's programs need them: a page to read and a JSON Schema, made from the code.

mod shape;

use std::fmt::Write;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::policy::{Condition, Rule};
use crate::{
    Answerer, Card, Command, CommandDescription, DocumentKind, Labels, ProblemCode, Reason, RefusalCode, Role, Status,
    content,
};

/// The id of the schema that [`commands_schema`] makes; it names the version of the commands.
pub const COMMANDS_SCHEMA_ID: &str = "urn:kring:schema:commands:v1";

/// The id of the schema that [`read_models_schema`] makes; it names the version of the read models.
pub const READ_MODELS_SCHEMA_ID: &str = "urn:kring:schema:read-models:v1";

const INTRODUCTION: &str = "\
# Commands

Every edit of a document is a command: a JSON object with its `type` and the fields below, and no others. Ids are
UUIDs; those of new things are made by the caller. Times are RFC 3339 in UTC, dates are like `2026-03-02`. An
optional field may be left out. Where it may also be `null`, that is the same, except where the command says that `null`
clears the field.

This page is made from the code. Do not edit it: run `UPDATE_DOCS=1 cargo test -p kring-domain --test docs`.
The same is served as JSON Schema at `/v1/commands.schema.json`.
";

/// The page `docs/commands.md`: per document who may send which command, and each command's fields and bounds.
pub fn commands_markdown() -> String {
    let descriptions = Command::descriptions();
    let mut page = INTRODUCTION.to_owned();
    for &kind in DocumentKind::ALL {
        let commands: Vec<_> = descriptions.iter().filter(|description| description.kind == kind).collect();
        page.push_str(&document(kind, &commands));
    }
    page
}

/// The JSON Schema (draft 2020-12) of every command of this version.
pub fn commands_schema() -> Value {
    let commands: Vec<Value> =
        Command::descriptions().into_iter().map(|description| description.schema.into()).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": COMMANDS_SCHEMA_ID,
        "title": "Command",
        "description": "An edit of a document: one thing a person can do, as plain data.",
        "oneOf": commands,
    })
}

/// The JSON Schema (draft 2020-12) of what people read: the content of each kind of document by its name, and beside it
/// the cards, the labels, how it goes, and why an edit or a request is refused.
pub fn read_models_schema() -> Value {
    let mut generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    let contents = content::schemas(&mut generator);
    let mut properties: Map<String, Value> =
        contents.into_iter().map(|(kind, schema)| (kind.to_owned(), schema.into())).collect();
    let code = generator.subschema_for::<RefusalCode>();
    let reason = generator.subschema_for::<Reason>();
    let answerer = generator.subschema_for::<Answerer>();
    let problems: Vec<&str> = ProblemCode::ALL.iter().map(|problem| problem.word()).collect();
    let others = [
        ("cards", json!({ "type": "array", "items": generator.subschema_for::<Card>() })),
        ("labels", generator.subschema_for::<Labels>().into()),
        ("status", generator.subschema_for::<Status>().into()),
        (
            "refusal",
            json!({
                "type": "object",
                "description": "Why an edit is not admitted, as a verdict says it.",
                "properties": {
                    "code": code,
                    "field": { "type": "string" },
                    "reason": reason,
                    "about": { "type": "array", "items": answerer },
                    "text": { "type": "string" },
                },
                "required": ["code"],
            }),
        ),
        ("problem", json!({ "description": "Why a request is not carried out.", "enum": problems })),
    ];
    properties.extend(others.map(|(name, schema): (&str, Value)| (name.to_owned(), schema)));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": READ_MODELS_SCHEMA_ID,
        "title": "Read models",
        "description": "What people and programs read; a newer version may add fields and words.",
        "type": "object",
        "properties": properties,
        "$defs": generator.take_definitions(true),
    })
}

fn document(kind: DocumentKind, commands: &[&CommandDescription]) -> String {
    let roles = Role::ALL.map(Role::name).join(" | ");
    let mut page =
        format!("\n## Document `{kind}`\n\n| command | {roles} |\n|---|{}\n", "---|".repeat(Role::ALL.len()));
    for command in commands {
        let rules = Role::ALL.map(|role| rule(command.policy.rule(role))).join(" | ");
        append(&mut page, format_args!("| [`{0}`](#{0}) | {rules} |\n", command.name));
    }
    for command in commands {
        page.push_str(&fields(command));
    }
    page
}

fn fields(command: &CommandDescription) -> String {
    let schema = command.schema.as_value();
    let summary = text(schema, "description");
    let mut page =
        format!("\n### `{}`\n\n{summary}\n\n| field | | value | meaning |\n|---|---|---|---|\n", command.name);
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    let mut fields: Vec<_> = properties.into_iter().flatten().filter(|(name, _)| *name != "type").collect();
    fields.sort_by_key(|(name, _)| required.iter().position(|field| field == name).unwrap_or(usize::MAX));
    for (name, field) in fields {
        let optional = match (required.contains(&name.as_str()), shape::is_nullable(field)) {
            (true, _) => "",
            (false, true) => "optional, `null`",
            (false, false) => "optional",
        };
        let row = format_args!("| `{name}` | {optional} | {} | {} |\n", shape::of(field), text(field, "description"));
        append(&mut page, row);
    }
    page
}

fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Never => "–",
        Rule::Always => "yes",
        Rule::Suggest => "as a suggestion to the client",
        Rule::If(Condition::Author) => "what they made",
        Rule::If(Condition::AuthorUntilChosen) => "what they made, until it is chosen",
        Rule::If(Condition::Assigned) => "a step of their part",
        Rule::If(Condition::Delegated) => "when delegated",
        Rule::If(Condition::Oneself) => "for themselves",
    }
}

/// A text of the schema on one line, fit for a cell of a table.
fn text(schema: &Value, key: &str) -> String {
    let text = schema.get(key).and_then(Value::as_str).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn append(page: &mut String, row: std::fmt::Arguments<'_>) {
    #[expect(clippy::expect_used, reason = "a String takes every text")]
    page.write_fmt(row).expect("a String takes every text");
}
