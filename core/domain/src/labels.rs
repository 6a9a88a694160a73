//! Labels for the words in a document, and the whole vocabulary: one source for every app.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::words::{Perspective, WordList, Words};
use crate::{Content, Language, Phase, content};

/// Every list of the vocabulary, each once.
fn lists() -> Vec<WordList> {
    let mut lists = Lists::default();
    content::lists(&mut lists);
    lists.add(Phase::LIST);
    lists.0
}

/// Every list with its words and what a person reads for each, in the order in which they are offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary(Vec<(&'static str, Lines)>);

/// The words of one list with their labels.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lines(Vec<(&'static str, Cow<'static, str>)>);

/// The vocabulary in a language, as somebody reads it.
///
/// ```
/// use kring_domain::{Language, Perspective, vocabulary};
///
/// let words = serde_json::to_value(vocabulary(Language::Dutch, Perspective::Client))?;
/// assert_eq!(words["wish"]["strengthen"], "vaker zien");
/// assert_eq!(words["initiator"]["client"], "ik");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn vocabulary(language: Language, perspective: Perspective<'_>) -> Vocabulary {
    let line = |list: &WordList| {
        let words = list.words.iter().map(|word| (word.name, word.label_for(language, perspective)));
        (list.name, Lines(words.collect()))
    };
    Vocabulary(lists().iter().map(line).collect())
}

impl Vocabulary {
    /// Each list by its name, with its words and their labels.
    pub fn lists(&self) -> impl Iterator<Item = (&'static str, impl Iterator<Item = (&'static str, &str)>)> {
        self.0.iter().map(|(name, lines)| (*name, lines.0.iter().map(|(word, label)| (*word, label.as_ref()))))
    }
}

impl Serialize for Vocabulary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        in_order(&self.0, serializer)
    }
}

impl Serialize for Lines {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        in_order(&self.0, serializer)
    }
}

fn in_order<S: Serializer, V: Serialize>(entries: &[(&'static str, V)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(entries.len()))?;
    entries.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
    map.end()
}

/// What a person reads for the words that a document holds, by the name of the field and then by the word.
///
/// Only words that occur are in it. One that this version does not know reads as it is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Labels(BTreeMap<&'static str, BTreeMap<String, Cow<'static, str>>>);

impl Content {
    /// Returns what somebody reads for the words in these things.
    pub fn labels(&self, language: Language, perspective: Perspective<'_>) -> Labels {
        let mut labels = Labeller { labels: Labels::default(), language, perspective };
        self.add_labels(&mut labels);
        labels.labels
    }
}

impl Labels {
    /// The label of a word in a field.
    pub fn get(&self, field: &str, word: &str) -> Option<&str> {
        self.0.get(field)?.get(word).map(AsRef::as_ref)
    }
}

/// The lists of words of a vocabulary, each once.
#[derive(Default)]
pub(crate) struct Lists(Vec<WordList>);

impl Lists {
    /// Adds a list that is not there yet.
    pub(crate) fn add(&mut self, list: WordList) {
        if !self.0.iter().any(|other| other.name == list.name) {
            self.0.push(list);
        }
    }
}

/// Collects labels as it goes through a document.
pub(crate) struct Labeller<'a> {
    labels: Labels,
    pub(crate) language: Language,
    perspective: Perspective<'a>,
}

impl Labeller<'_> {
    /// Adds what a person reads for a word of a list.
    pub(crate) fn add(&mut self, field: &'static str, list: &WordList, word: &str) {
        let label = list.label_for(word, self.language, self.perspective);
        self.put(field, word.to_owned(), label);
    }

    /// Adds what a person reads for a word.
    pub(crate) fn put(&mut self, field: &'static str, word: String, label: Cow<'static, str>) {
        self.labels.0.entry(field).or_default().insert(word, label);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::network::Initiator;

    #[test]
    fn every_word_has_a_label_in_both_languages() {
        for perspective in [Perspective::Client, Perspective::Others, Perspective::About("Joost")] {
            let dutch = vocabulary(Language::Dutch, perspective);
            let english = vocabulary(Language::English, perspective);
            let names: BTreeSet<&str> = dutch.lists().map(|(name, _)| name).collect();
            assert_eq!(names.len(), lists().len(), "two lists have one name");
            for ((name, dutch), (other, english)) in dutch.lists().zip(english.lists()) {
                assert_eq!(name, other);
                let words: Vec<_> = dutch.zip(english).collect();
                assert!(!words.is_empty(), "{name} is empty");
                for ((word, dutch), (_, english)) in words {
                    for label in [dutch, english] {
                        let count = label.split_whitespace().count();
                        assert!((1..=10).contains(&count), "{name} {word}: {label}");
                        assert!(!label.contains('_'), "{name} {word}: {label}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_client_reads_of_themselves_as_i() {
        let read = |perspective| Initiator::LIST.label_for("client", Language::Dutch, perspective);
        assert_eq!(read(Perspective::Client), "ik");
        assert_eq!(read(Perspective::About("Joost")), "Joost");
        let own = serde_json::to_string(&vocabulary(Language::Dutch, Perspective::Client)).unwrap();
        let about_them = ["\"initiator\":{\"client\":\"de cliënt\"", "zorgvraag"];
        assert!(about_them.iter().all(|words| !own.contains(words)), "{own}");
    }
}
