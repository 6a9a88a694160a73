//! The languages people read Kring in.

use serde::{Deserialize, Serialize};

/// A language for everything that is shown to a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Dutch: what most people who use Kring speak.
    #[default]
    #[serde(rename = "nl")]
    Dutch,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// The first language of an `Accept-Language` list that Kring speaks; Dutch where it speaks none of them.
    ///
    /// ```
    /// use kring_domain::Language;
    ///
    /// assert_eq!(Language::from_tags("fr-FR, en;q=0.8, nl;q=0.5"), Language::English);
    /// assert_eq!(Language::from_tags(""), Language::Dutch);
    /// ```
    pub fn from_tags(tags: &str) -> Self {
        tags.split(',')
            .filter_map(|tag| match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
                "nl" => Some(Self::Dutch),
                "en" => Some(Self::English),
                _ => None,
            })
            .next()
            .unwrap_or_default()
    }

    /// Picks the Dutch or the English text.
    pub const fn pick<'a>(self, dutch: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Dutch => dutch,
            Self::English => english,
        }
    }
}
