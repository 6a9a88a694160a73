//! The closed list of edits, as plain data, by the kind of document they edit.

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use thiserror::Error;
use uuid::Uuid;

use crate::because::Because;
use crate::bounds::TOO_LARGE;
use crate::circle::*;
use crate::consents::*;
use crate::network::*;
use crate::plan::*;
use crate::policy::{Condition, Policy};
use crate::private::*;
use crate::private_time::*;
use crate::strict::{Strict, field_of};
use crate::table::documents;
use crate::work_notes::*;
use crate::{
    Author, CommandKind, Context, DocumentKind, Effect, Language, Names, Refusal, RefusalCode, Rewording, Role,
};

macro_rules! commands {
    ($($(#[$doc:meta])* $kind:ident = $wire:literal => $module:ident, $content:ident, $dutch:literal, $english:literal {
        $($(#[$field_doc:meta])* $field:ident: $entity:ident [$($name:ident),*],)*
    })+) => {
        /// An edit: one thing a person can do, as plain data.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(tag = "type", rename_all = "snake_case")]
        #[expect(missing_docs, reason = "each variant is documented by the struct of the same name")]
        pub enum Command {
            $($($($name($name),)*)*)+
        }

        impl Command {
            /// Reads a command from JSON: `{"type": …}` and its fields.
            ///
            /// # Errors
            ///
            /// [`ParseError::Unknown`] for a type this version does not know, [`ParseError::Invalid`] with the
            /// field for anything else that is wrong.
            pub fn parse(value: Value) -> Result<Self, ParseError> {
                let Value::Object(mut fields) = value else {
                    return Err(ParseError::Invalid(Refusal::invalid("command")));
                };
                let Some(Value::String(name)) = fields.remove("type") else {
                    return Err(ParseError::Invalid(Refusal::invalid("type")));
                };
                match name.as_str() {
                    $($($(<$name as CommandKind>::NAME => parse_fields(fields).map(Self::$name),)*)*)+
                    _ => Err(ParseError::Unknown),
                }
            }

            /// The command's name on every wire.
            pub fn name(&self) -> &'static str {
                match self { $($($(Self::$name(_) => <$name as CommandKind>::NAME,)*)*)+ }
            }

            /// The kind of document it edits.
            pub fn kind(&self) -> DocumentKind {
                match self { $($($(Self::$name(_) => DocumentKind::$kind,)*)*)+ }
            }

            /// Returns who may send it.
            pub fn policy(&self) -> Policy {
                match self { $($($(Self::$name(_) => <$name as CommandKind>::POLICY,)*)*)+ }
            }

            /// Returns what it does beyond the document.
            pub fn effect(&self) -> Effect {
                match self { $($($(Self::$name(_) => <$name as CommandKind>::EFFECT,)*)*)+ }
            }

            pub(crate) fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
                match self { $($($(Self::$name(edit) => edit.check(document),)*)*)+ }
            }

            pub(crate) fn holds(&self, condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
                match self { $($($(Self::$name(edit) => edit.holds(condition, author, document),)*)*)+ }
            }

            pub(crate) fn why_not(&self, condition: Condition, author: &Author, document: &impl ReadDoc) -> Because {
                match self { $($($(Self::$name(edit) => edit.why_not(condition, author, document),)*)*)+ }
            }

            pub(crate) fn is_choice(&self) -> bool {
                match self { $($($(Self::$name(_) => <$name as CommandKind>::IS_CHOICE,)*)*)+ }
            }

            /// Returns whether the edit makes sense where its sender stands in history.
            ///
            /// # Errors
            ///
            /// The refusal that the execution there would end with.
            pub fn makes_sense(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
                match self { $($($(Self::$name(edit) => edit.makes_sense(document),)*)*)+ }
            }

            pub(crate) fn becomes_suggestion(&self, author: &Author, document: &impl ReadDoc) -> bool {
                match self { $($($(Self::$name(edit) => edit.becomes_suggestion(author, document),)*)*)+ }
            }

            pub(crate) fn execute(
                &self,
                context: &Context,
                transaction: &mut impl Transactable,
            ) -> Result<(), Refusal> {
                match self { $($($(Self::$name(edit) => edit.execute(context, transaction),)*)*)+ }
            }

            pub(crate) fn suggest(
                &self,
                context: &Context,
                transaction: &mut impl Transactable,
            ) -> Result<(), Refusal> {
                match self { $($($(Self::$name(edit) => edit.suggest(context, transaction),)*)*)+ }
            }

            /// The text that it gives new words, which are merged with those that others gave it meanwhile.
            pub fn rewords(&self) -> Option<Rewording<'_>> {
                match self { $($($(Self::$name(edit) => edit.rewords(),)*)*)+ }
            }

            /// The id of the thing that it takes out of the document for good: the document is then
            /// [rewritten](crate::rewrite).
            pub fn erases(&self) -> Option<Uuid> {
                match self { $($($(Self::$name(edit) => edit.erases(),)*)*)+ }
            }

            /// The command that it comes to when this author sends it: the client's yes to a suggested erasure is
            /// the erasure itself, so that whoever keeps account of erasures finds it under its own name.
            pub fn resolved(self, author: &Author, document: &impl ReadDoc) -> Self {
                let other = match &self { $($($(Self::$name(edit) => edit.resolved(document),)*)*)+ };
                other.filter(|_| author.role == Role::Client).unwrap_or(self)
            }

            /// Returns whether it can be kept as a suggestion until the client answers.
            pub(crate) fn is_suggestible(&self) -> bool {
                match self { $($($(Self::$name(_) => <$name as CommandKind>::IS_SUGGESTIBLE,)*)*)+ }
            }

            /// Returns what it would do, in sentences of their own, where it is a suggestion.
            pub fn proposal(&self, document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
                match self { $($($(Self::$name(edit) => edit.proposal(document, names, language),)*)*)+ }
            }

            /// Returns what was done, in words that follow a person's name.
            pub fn words(&self, document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
                match self { $($($(Self::$name(edit) => edit.words(document, names, language),)*)*)+ }
            }

            /// Every command of this version with its fields, bounds and senders, in the order of the list.
            pub fn descriptions() -> Vec<CommandDescription> {
                vec![$($($(CommandDescription {
                    name: <$name as CommandKind>::NAME,
                    kind: DocumentKind::$kind,
                    policy: <$name as CommandKind>::POLICY,
                    schema: schema_of::<$name>(<$name as CommandKind>::NAME),
                },)*)*)+]
            }
        }
    };
}

documents!(commands);

/// A command as the documentation and the JSON Schema show it.
#[derive(Clone, Debug)]
pub struct CommandDescription {
    /// The command's name on every wire.
    pub name: &'static str,
    /// The kind of document it edits.
    pub kind: DocumentKind,
    /// The person who may send it.
    pub policy: Policy,
    /// Its fields and their bounds, as JSON Schema.
    pub schema: Schema,
}

/// Why something is not a command.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// A type this version does not know: kept until a version that does.
    #[error("unknown command")]
    Unknown,
    /// A field is missing, malformed or out of bounds.
    #[error(transparent)]
    Invalid(#[from] Refusal),
}

impl Command {
    /// Reads a command from the text of a JSON object.
    ///
    /// # Errors
    ///
    /// What [`Command::parse`] says; also a key that an object has twice is [`ParseError::Invalid`], with that field.
    pub fn parse_json(text: &str) -> Result<Self, ParseError> {
        let mut json = serde_json::Deserializer::from_str(text);
        let value: Value = serde_path_to_error::deserialize(Strict(&mut json))
            .map_err(|error| Refusal::invalid(field_of(&error).as_deref().unwrap_or("command")))?;
        json.end().map_err(|_| Refusal::invalid("command"))?;
        Self::parse(value)
    }
}

fn parse_fields<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T, ParseError> {
    serde_path_to_error::deserialize(Strict(Value::Object(fields))).map_err(|error| {
        let message = error.inner().to_string();
        // An unknown field has no path; serde names it between backticks.
        let unnamed = || message.split('`').nth(1).unwrap_or("command").chars().take(100).collect();
        let field = field_of(&error).unwrap_or_else(unnamed);
        let code = if message.contains(TOO_LARGE) { RefusalCode::TooLarge } else { RefusalCode::Invalid };
        ParseError::Invalid(Refusal { field: Some(field), ..Refusal::new(code) })
    })
}

fn schema_of<T: JsonSchema>(name: &str) -> Schema {
    let mut schema = SchemaGenerator::new(schemars::generate::SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
    }))
    .into_root_schema_for::<T>();
    if let Some(object) = schema.as_object_mut() {
        object.remove("$schema");
        let properties = object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
        if let Some(properties) = properties.as_object_mut() {
            properties.insert("type".to_owned(), json_schema!({ "const": name }).into());
        }
        let required = object.entry("required").or_insert_with(|| Value::Array(Vec::new()));
        if let Some(required) = required.as_array_mut() {
            required.insert(0, Value::String("type".to_owned()));
        }
    }
    schema
}
