//! Closed lists of words in commands and documents, each word with what a person reads for it.
//!
//! Documents hold words as text, and reading keeps a word it does not know: it may come from a newer version. Every
//! list is made by one macro, so that none has a word without a label in both languages.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Language;

/// A list of words as a type: one value per word.
pub trait Words: Copy + PartialEq + fmt::Debug + 'static {
    /// The words with their labels.
    const LIST: WordList;

    /// The word's name in commands, documents and read models.
    fn name(self) -> &'static str;

    /// The word with this name; `None` for one of a newer version.
    fn from_name(name: &str) -> Option<Self>;
}

/// A word of a document: one of a list, or one that this version does not know, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word<W> {
    /// A word of the list.
    Known(W),
    /// Any other word: it may come from a newer version, and lists that are open take all.
    Unknown(String),
}

impl<W: Words> Word<W> {
    /// The word with this name.
    pub fn of(name: &str) -> Self {
        W::from_name(name).map_or_else(|| Self::Unknown(name.to_owned()), Self::Known)
    }

    /// The word's name in documents and read models.
    pub fn name(&self) -> &str {
        match self {
            Self::Known(word) => word.name(),
            Self::Unknown(name) => name,
        }
    }

    /// The word of the list, where it is one.
    pub fn known(&self) -> Option<W> {
        match self {
            Self::Known(word) => Some(*word),
            Self::Unknown(_) => None,
        }
    }

    /// The word as everybody but the client reads it.
    pub fn label(&self, language: Language) -> Cow<'static, str> {
        W::LIST.label_for(self.name(), language, Perspective::Others)
    }
}

impl<W: Words> Default for Word<W> {
    fn default() -> Self {
        Self::Unknown(String::new())
    }
}

impl<W: Words> From<W> for Word<W> {
    fn from(word: W) -> Self {
        Self::Known(word)
    }
}

impl<W: Words> PartialEq<W> for Word<W> {
    fn eq(&self, word: &W) -> bool {
        self.known() == Some(*word)
    }
}

/// A word reads as its name.
impl<W: Words> Deref for Word<W> {
    type Target = str;

    fn deref(&self) -> &str {
        self.name()
    }
}

impl<W: Words> Serialize for Word<W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de, W: Words> Deserialize<'de> for Word<W> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Self::of(&name))
    }
}

impl<W: Words> JsonSchema for Word<W> {
    fn schema_name() -> Cow<'static, str> {
        W::LIST.name.into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = W::LIST.words.iter().map(|word| word.name).collect();
        json_schema!({ "type": "string", "anyOf": [{ "enum": names }, {}] })
    }
}

/// The person who reads a label. The client reads about themselves, everybody else about the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Perspective<'a> {
    /// The client.
    Client,
    /// Somebody else.
    #[default]
    Others,
    /// Somebody else, who knows the client by this name.
    About(&'a str),
}

/// One entry of a list of words: a name with its labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The word's name in commands, documents and read models.
    pub name: &'static str,
    dutch: &'static str,
    english: &'static str,
    own_dutch: &'static str,
    own_english: &'static str,
    is_the_client: bool,
}

/// A closed list of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordList {
    /// The list's name in the vocabulary.
    pub name: &'static str,
    /// Its words, in the order in which a person is offered them.
    pub words: &'static [Entry],
}

impl Entry {
    /// A word that everybody reads alike.
    pub(crate) const fn new(name: &'static str, dutch: &'static str, english: &'static str) -> Self {
        Self { name, dutch, english, own_dutch: dutch, own_english: english, is_the_client: false }
    }

    /// Returns what the client reads for it.
    pub(crate) const fn own(self, own_dutch: &'static str, own_english: &'static str) -> Self {
        Self { own_dutch, own_english, ..self }
    }

    /// Marks the word that stands for the client: others read the client's name.
    pub(crate) const fn client(self, own_dutch: &'static str, own_english: &'static str) -> Self {
        Self { own_dutch, own_english, is_the_client: true, ..self }
    }

    /// The word as everybody but the client reads it.
    pub const fn label(&self, language: Language) -> &'static str {
        language.pick(self.dutch, self.english)
    }

    /// The word as somebody reads it.
    pub fn label_for(&self, language: Language, perspective: Perspective<'_>) -> Cow<'static, str> {
        match perspective {
            Perspective::Client => language.pick(self.own_dutch, self.own_english).into(),
            Perspective::About(name) if self.is_the_client => name.to_owned().into(),
            Perspective::About(_) | Perspective::Others => self.label(language).into(),
        }
    }
}

impl WordList {
    /// The word with this name; `None` for one of a newer version.
    pub fn find(&self, name: &str) -> Option<&'static Entry> {
        self.words.iter().find(|word| word.name == name)
    }

    /// Returns what somebody reads for a raw word of a document; a word that is not known shows as itself.
    pub fn label_for(&self, name: &str, language: Language, perspective: Perspective<'_>) -> Cow<'static, str> {
        match self.find(name) {
            Some(word) => word.label_for(language, perspective),
            None => unknown(name, language),
        }
    }
}

/// A word that is not known, as it stands in the document; never empty.
fn unknown(name: &str, language: Language) -> Cow<'static, str> {
    let shown = name.replace('_', " ");
    if shown.trim().is_empty() { language.pick("onbekend", "unknown").into() } else { shown.into() }
}

/// Makes closed lists: `Type in "list" { Word = "word": "Dutch", "English"; }`.
///
/// Behind the labels can stand `own "Dutch", "English"`: what the client reads instead, or `client "ik", "I"` for the
/// word that stands for the client.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident in $list:literal {
        $($(#[$word_doc:meta])* $word:ident = $text:literal: $dutch:literal, $english:literal
            $(, $variant:ident $own_dutch:literal, $own_english:literal)?;)+
    })+) => {$(
        $(#[$doc])*
        #[allow(missing_docs, reason = "a word of an open list says itself what it means")]
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            schemars::JsonSchema,
        )]
        pub enum $name {
            $($(#[$word_doc])* #[serde(rename = $text)] $word,)+
        }

        impl $name {
            /// Every word, in the order in which a person is offered them.
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$word),+];

            /// The word's name in commands, documents and read models.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$word => $text,)+ }
            }

            /// The word with this name; `None` for one of a newer version.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$word),)+ _ => None }
            }

            /// The word as everybody but the client reads it.
            pub const fn label(self, language: $crate::Language) -> &'static str {
                match self { $(Self::$word => language.pick($dutch, $english),)+ }
            }

            /// The same for a raw word of a document.
            pub fn label_of(name: &str, language: $crate::Language) -> std::borrow::Cow<'static, str> {
                <Self as $crate::words::Words>::LIST.label_for(name, language, $crate::words::Perspective::Others)
            }
        }

        impl $crate::words::Words for $name {
            const LIST: $crate::words::WordList = $crate::words::WordList {
                name: $list,
                words: &[$($crate::words::Entry::new($text, $dutch, $english)$(.$variant($own_dutch, $own_english))?),+],
            };

            fn name(self) -> &'static str {
                self.name()
            }

            fn from_name(name: &str) -> Option<Self> {
                Self::from_name(name)
            }
        }

        impl $crate::entity::Stores<$crate::words::Word<$name>> for $name {
            fn stored(&self) -> Option<automerge::ScalarValue> {
                Some(self.name().into())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    )+};
}

pub(crate) use words;
