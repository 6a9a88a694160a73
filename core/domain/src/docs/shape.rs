//! A JSON Schema of one field, in a few words.

use serde_json::Value;

/// Returns what a value that fits the schema looks like; that it may be `null` is left out.
pub(super) fn of(schema: &Value) -> String {
    if let Some(variants) = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(key)?.as_array()) {
        let variants: Vec<String> = variants.iter().filter(|variant| kind(variant) != "null").map(of).collect();
        return variants.join(", ");
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().filter(|value| !value.is_null()).map(literal).collect::<Vec<_>>().join(", ");
    }
    if let Some(value) = schema.get("const") {
        return literal(value);
    }
    match kind(schema) {
        "string" => string(schema),
        "integer" => format!("whole number{}", range(schema, "minimum", "maximum")),
        "number" => format!("number{}", range(schema, "minimum", "maximum")),
        "boolean" => "`true` or `false`".to_owned(),
        "array" => {
            let items = schema.get("items").map(of).unwrap_or_default();
            format!("list{} of: {items}", range(schema, "minItems", "maxItems"))
        }
        other => other.to_owned(),
    }
}

/// Returns whether `null` is a value of the field too.
pub(super) fn is_nullable(schema: &Value) -> bool {
    let variants = schema.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    let types = schema.get("type").and_then(Value::as_array).into_iter().flatten();
    variants.filter_map(|variant| variant.get("type")).chain(types).any(|kind| kind == "null")
}

fn string(schema: &Value) -> String {
    match (schema.get("format").and_then(Value::as_str), schema.get("pattern").and_then(Value::as_str)) {
        (Some("uuid"), _) => "id".to_owned(),
        (Some("date"), _) => "date".to_owned(),
        (Some("date-time"), _) => "time".to_owned(),
        (Some(format), _) => format.to_owned(),
        (None, Some(pattern)) => format!("text like `{pattern}`").replace('|', "\\|"),
        (None, None) => match range(schema, "minLength", "maxLength") {
            range if range.is_empty() => "text".to_owned(),
            range => format!("text{range} characters"),
        },
    }
}

fn range(schema: &Value, least: &str, most: &str) -> String {
    match (schema.get(least), schema.get(most)) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) => format!(", at least {least}"),
        (None, Some(most)) => format!(", at most {most}"),
        (None, None) => String::new(),
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

/// The type, where there is one besides `null`.
fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        _ => "any value",
    }
}
