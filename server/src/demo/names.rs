//! The names that things have in the story, and the ids that stand for them on the wire.

use std::collections::BTreeMap;

use kring_domain::PersonId;
use serde_json::Value;
use uuid::Uuid;

/// The id of a thing in the story, the same at every telling.
pub fn id_of(name: &str) -> Uuid {
    let stories = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:kring:demo");
    Uuid::new_v5(&stories, name.as_bytes())
}

/// The cast: the id that the server knows each person of the story by.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    persons: BTreeMap<String, PersonId>,
}

impl Cast {
    /// Says who somebody of the story is.
    pub fn insert(&mut self, key: &str, person: PersonId) {
        self.persons.insert(key.to_owned(), person);
    }

    /// Returns who somebody of the story is.
    pub fn person(&self, key: &str) -> Option<PersonId> {
        self.persons.get(key).copied()
    }

    /// A command of the story with ids instead of names.
    pub fn resolve(&self, command: Value) -> Value {
        let Value::Object(fields) = command else { return command };
        let fields = fields.into_iter().map(|(field, value)| {
            let value = match field.as_str() {
                "person_id" => self.person_value(value),
                "a" | "b" | "contacts" => ids(value),
                name if name.ends_with("_id") || name.ends_with("_ids") => ids(value),
                _ => value,
            };
            (field, value)
        });
        Value::Object(fields.collect())
    }

    fn person_value(&self, name: Value) -> Value {
        let person = name.as_str().and_then(|key| self.person(key));
        person.map_or(name, |person| person.to_string().into())
    }
}

/// Ids for a name or a list of names; what is an id already stays.
fn ids(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(ids).collect(),
        Value::String(name) if name.parse::<Uuid>().is_err() => id_of(&name).to_string().into(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_become_ids_and_everything_else_stays() {
        let mut cast = Cast::default();
        let linda = PersonId::new(Uuid::from_u128(2));
        cast.insert("linda", linda);
        let part =
            json!({"type": "assign_part", "action_id": "a2", "person_id": "linda", "part": "a2", "step_ids": ["s21"]});
        let resolved = cast.resolve(part);
        let action = id_of("a2").to_string();
        let step = id_of("s21").to_string();
        let expected =
            json!({"type": "assign_part", "action_id": action, "person_id": linda, "part": "a2", "step_ids": [step]});
        assert_eq!(resolved, expected);
        assert_eq!(cast.resolve(resolved.clone()), resolved, "once is enough");
        assert_eq!(id_of("c01"), id_of("c01"));
        assert_ne!(id_of("c01"), id_of("c02"));
    }
}
