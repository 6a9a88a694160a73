//! The languages people read Kring in.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

/// The weights of what is ruled out, of what nobody asks for, and of what is asked for with a weight that is no number.
const RULED_OUT: u16 = 0;
const UNASKED: u16 = 1;
const UNREADABLE: u16 = 2;

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
    /// The language that an `Accept-Language` list (RFC 9110) wants most of those that Kring speaks.
    ///
    /// Weights count before order, `q=0` rules a language out, `*` stands for every language that is not named, and
    /// regions are of no interest. Dutch where nothing decides.
    ///
    /// ```
    /// use kring_domain::Language;
    ///
    /// assert_eq!(Language::from_tags("fr-FR, en-GB;q=0.8, nl;q=0.5"), Language::English);
    /// assert_eq!(Language::from_tags("nl;q=0, en"), Language::English);
    /// assert_eq!(Language::from_tags(""), Language::Dutch);
    /// ```
    pub fn from_tags(tags: &str) -> Self {
        let ranges: Vec<Range<'_>> = tags.split(',').map(Range::parse).collect();
        let named = |language: Self| ranges.iter().position(|range| Self::of(range.language) == Some(language));
        let any = ranges.iter().position(|range| range.language == "*");
        // Both languages, each with the range that decides about it; what is not asked for comes after what is.
        let [dutch, english] = [Self::Dutch, Self::English].map(|language| {
            let index = named(language).or(any);
            let weight = index.and_then(|index| ranges.get(index)).map_or(UNASKED, |range| range.weight);
            (weight, Reverse(index))
        });
        if english.0 > RULED_OUT && english > dutch { Self::English } else { Self::Dutch }
    }

    fn of(primary: &str) -> Option<Self> {
        let is_one_of = |codes: &[&str]| codes.iter().any(|code| primary.eq_ignore_ascii_case(code));
        if is_one_of(&["nl", "nld", "dut"]) {
            Some(Self::Dutch)
        } else if is_one_of(&["en", "eng"]) {
            Some(Self::English)
        } else {
            None
        }
    }

    /// Picks the Dutch or the English text.
    pub const fn pick<'a>(self, dutch: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Dutch => dutch,
            Self::English => english,
        }
    }
}

/// A member of an `Accept-Language` list.
struct Range<'a> {
    /// The primary subtag, or `*`.
    language: &'a str,
    weight: u16,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Self {
        let mut parts = text.split(';');
        let language = parts.next().unwrap_or_default().split(['-', '_']).next().unwrap_or_default().trim();
        let weight = parts.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| weight(value.trim()))
        });
        Self { language, weight: weight.unwrap_or(weight_of(1.0)) }
    }
}

fn weight(value: &str) -> u16 {
    match value.parse::<f64>() {
        Ok(0.0) => RULED_OUT,
        Ok(number) if number > 0.0 => weight_of(number.min(1.0)),
        _ => UNREADABLE,
    }
}

/// A weight in thousandths, above those that stand for something else.
fn weight_of(number: f64) -> u16 {
    UNREADABLE + 1 + (number * 1000.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_wanted_most_is_taken() {
        for (tags, expected) in [
            ("", "nl"),
            ("nl", "nl"),
            ("en", "en"),
            ("EN-gb", "en"),
            ("nl-BE, en", "nl"),
            ("en_GB", "en"),
            ("eng", "en"),
            ("fr", "nl"),
            ("fr, en", "en"),
            ("enm", "nl"),
            ("nl;q=0, en", "en"),
            ("nl;q=0", "en"),
            ("nl;q=0.000", "en"),
            ("en;q=0", "nl"),
            ("nl;q=0, en;q=0", "nl"),
            ("en;q=0, nl;q=0", "nl"),
            ("nl;q=0.5, en;q=0.8", "en"),
            ("nl;q=0.5, en", "en"),
            ("en;q=0.5, nl;q=0.5", "en"),
            ("fr, en;q=0.8, nl;q=0.9", "nl"),
            ("*", "nl"),
            ("nl;q=0, *", "en"),
            ("*;q=0.1, en;q=0.5", "en"),
            ("en, *;q=0.5", "en"),
            ("*, en;q=0.5", "nl"),
            ("*;q=0", "nl"),
            ("en;q=0.1, *;q=0", "en"),
            (" en ; Q = 0.9 , nl;q=.5", "en"),
            ("en;q=x", "en"),
            ("en;q=x, nl;q=0.1", "nl"),
            ("en;q=-1, nl;q=0.1", "nl"),
            ("en;q=NaN", "en"),
            ("en;q=7, nl;q=0.9", "en"),
            ("en;level=1;q=0.2, nl;q=0.4", "nl"),
            (",,;=,en", "en"),
            ("nl;q=0.001, en;q=0", "nl"),
        ] {
            let expected = if expected == "nl" { Language::Dutch } else { Language::English };
            assert_eq!(Language::from_tags(tags), expected, "{tags}");
        }
    }
}
