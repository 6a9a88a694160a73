//! Texts that know their bounds: a value that is too long, empty or full of control characters is never made.

use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// How a bound that was broken is told apart from any other mistake in a command.
pub(crate) const TOO_LARGE: &str = "longer than the bound";

/// The most entries any list or set in a command may have.
pub(crate) const MAX_ITEMS: usize = 100;

macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The most characters (Unicode scalar values).
            pub const MAX: usize = $max;

            /// Takes a text without the white space around it.
            ///
            /// # Errors
            ///
            /// Says so when the text is empty, longer than [`Self::MAX`] or holds control characters other than
            /// line breaks and tabs.
            pub fn new(text: &str) -> Result<Self, &'static str> {
                let text = text.trim();
                if text.is_empty() {
                    Err("a text is empty")
                } else if text.chars().nth(Self::MAX).is_some() {
                    Err(TOO_LARGE)
                } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                    Err("a text holds control characters")
                } else {
                    Ok(Self(text.to_owned()))
                }
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(&String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "minLength": 1, "maxLength": $max })
            }
        }
    };
}

bounded!(
    /// A name or a title: 1 to 200 characters.
    Name,
    200
);
bounded!(
    /// A sentence or a few: 1 to 2,000 characters.
    Text,
    2000
);

/// A name from an open vocabulary, like a strategy or a relation: 1 to 40 of `a`–`z`, `0`–`9` and `_`.
///
/// Kring knows words for many of them and keeps the ones it does not know: they may come from a newer version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// The most characters.
    pub const MAX: usize = 40;

    /// Takes a name in snake case.
    ///
    /// # Errors
    ///
    /// Says so when the name is empty, too long or not in snake case.
    pub fn new(name: &str) -> Result<Self, &'static str> {
        let snake = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        if snake && (1..=Self::MAX).contains(&name.len()) {
            Ok(Self(name.to_owned()))
        } else {
            Err("expected a name in snake case of at most 40 characters")
        }
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for Slug {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Slug".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[a-z0-9_]{1,40}$" })
    }
}

/// Reads a list of at most [`MAX_ITEMS`] values; for `#[serde(deserialize_with)]`.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let items = Vec::<T>::deserialize(deserializer)?;
    if items.len() > MAX_ITEMS { Err(de::Error::custom(TOO_LARGE)) } else { Ok(items) }
}

/// Tells a field that is `null` (clear it) from one that is absent (leave it); for `#[serde(deserialize_with)]`.
pub(crate) fn clearable<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_in_characters_not_bytes() {
        assert!(Name::new(&"ë".repeat(200)).is_ok());
        assert_eq!(Name::new(&"ë".repeat(201)), Err(TOO_LARGE));
        assert_eq!(Name::new("  Emine "), Name::new("Emine"));
        assert!(Name::new(" \n ").is_err());
        assert!(Name::new("a\u{0}b").is_err());
    }
}
