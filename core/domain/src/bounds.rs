//! Texts that know their bounds: a value that is too long, empty or full of control characters is never made.

mod clean;

use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

#[cfg(test)]
pub(crate) use clean::MAX_MARKS;
pub(crate) use clean::is_seen;
use clean::{Lines, clean, clean_and_compose, is_layout};

/// How a bound that was broken is told apart from any other mistake in a command.
pub(crate) const TOO_LARGE: &str = "longer than the bound";

/// The most entries any list or set in a command may have.
pub(crate) const MAX_ITEMS: usize = 100;

macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident, $max:literal, $lines:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The most characters (Unicode scalar values).
            pub const MAX: usize = $max;

            /// Takes a text without what nobody sees: the white space around it, characters that show nothing, line
            /// breaks of a name and heaps of empty lines. Letters and their accents are composed (NFC).
            ///
            /// # Errors
            ///
            /// Says so when nothing of the text can be seen, when it is longer than [`Self::MAX`] or holds control
            /// characters other than line breaks and tabs.
            pub fn new(text: &str) -> Result<Self, &'static str> {
                if text.trim().chars().any(|c| c.is_control() && !is_layout(c)) {
                    return Err("a text holds control characters");
                }
                let text = clean_and_compose(text, $lines, Self::MAX);
                if text.is_empty() {
                    Err("a text is empty")
                } else if text.chars().nth(Self::MAX).is_some() {
                    Err(TOO_LARGE)
                } else {
                    Ok(Self(text))
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
    200,
    Lines::One
);
bounded!(
    /// A sentence or a few: 1 to 2,000 characters.
    Text,
    2000,
    Lines::Many
);

/// A name that is stored already, in one line and without what nobody sees, for where it is shown.
pub(crate) fn clean_line(text: &str) -> String {
    clean(text, Lines::One)
}

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

    #[test]
    fn what_cannot_be_seen_is_no_text() {
        for text in ["\u{200b}", "\u{2800}\u{3164}", "\u{202e}", "\u{ad}\u{feff}", " \u{200d}\n"] {
            assert!(Name::new(text).is_err() && Text::new(text).is_err(), "{}", text.escape_unicode());
        }
        assert_eq!(&*Name::new("Ria\nvan\u{202e} Dalen\u{200b}").unwrap(), "Ria van Dalen");
        assert_eq!(&*Name::new("Rene\u{301}e").unwrap(), "Renée");
        assert_eq!(Text::new(&"een\n\n\n\n\n".repeat(3)).unwrap().lines().count(), 7);
    }

    #[test]
    fn what_is_within_the_bound_stays_within_it() {
        let growing = "\u{958}".repeat(Name::MAX);
        assert_eq!(&*Name::new(&growing).unwrap(), growing);
        assert!(Name::new(&"e\u{301}".repeat(Name::MAX)).is_ok());
        assert!(Name::new(&format!("{}{}", "a".repeat(200), "\u{200b}".repeat(50))).is_ok());
    }
}
