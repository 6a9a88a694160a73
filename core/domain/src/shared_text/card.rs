//! The question which version of a text stays.

use automerge::ReadDoc;
use serde_json::{Map, Value};

use super::{TEXT, TextVersion, TextVersions, edited_by, text, versions};
use crate::brief::brief;
use crate::entity::{Entity, Item};
use crate::question::Question;
use crate::{CardKind, Language, PersonId, Reader, Text};

/// The most words of a version in an answer.
const WORDS: usize = 5;

/// The command that answers the question.
pub(crate) struct Asked {
    /// The name of the command that edits the text.
    pub(crate) command: &'static str,
    /// Its field with the id of the thing.
    pub(crate) field: &'static str,
}

/// Asks which version stays where people replaced the same words of a text differently.
///
/// The answers are the versions, in the order in which they were written, and all of them together where that is not
/// too long.
pub(crate) fn question<R: ReadDoc>(
    id: &str,
    item: &Item<'_, R>,
    asked: &Asked,
    reader: &Reader<'_>,
) -> Option<Question> {
    let TextVersions(mut versions) = versions(item);
    if versions.is_empty() {
        return None;
    }
    versions.push(TextVersion { text: text(item), by: edited_by(item) });
    let language = reader.language;
    let question = Question::new(CardKind::TwoTexts, sentence(&versions, language));
    let mut question = question.about([id]).person(item.by());
    let skipped = common_words(&versions);
    for version in &versions {
        let text = from_word(&version.text, skipped);
        let name = brief(&named(version.by, reader), 3);
        question = question.answer(format!("“{text}” ({name})"), command(id, asked, &version.text));
    }
    let all: Vec<&str> = versions.iter().map(|version| version.text.as_str()).collect();
    let all = all.join("\n");
    if Text::new(&all).is_ok() {
        let label = match versions.len() {
            2 => language.pick("Allebei", "Both"),
            _ => language.pick("Allemaal", "All of them"),
        };
        question = question.answer(label, command(id, asked, &all));
    }
    Some(question)
}

/// Asks about every text of the entities of a document that people read.
pub(crate) fn questions<E: Entity>(
    document: &impl ReadDoc,
    command: &'static str,
    reader: &Reader<'_>,
) -> impl Iterator<Item = Question> {
    let asked = Asked { command, field: E::ID };
    let items = E::items(&Item::root(document)).into_iter().filter(|(_, item)| E::is_shown(item));
    items.filter_map(move |(id, item)| question(&id.to_string(), &item, &asked, reader))
}

fn sentence(versions: &[TextVersion], language: Language) -> String {
    let mut people: Vec<Option<PersonId>> = versions.iter().map(|version| version.by).collect();
    people.sort();
    people.dedup();
    match people.len() {
        1 => language.pick(
            "Deze tekst is op twee toestellen veranderd. Welke blijft?",
            "This text was changed on two devices. Which one stays?",
        ),
        2 => language.pick(
            "Twee mensen veranderden deze tekst. Welke blijft?",
            "Two people changed this text. Which one stays?",
        ),
        _ => language.pick(
            "Meer mensen veranderden deze tekst. Welke blijft?",
            "Several people changed this text. Which one stays?",
        ),
    }
    .to_owned()
}

fn named(person: Option<PersonId>, reader: &Reader<'_>) -> String {
    match person {
        Some(_) => reader.called(person),
        None => reader.language.pick("iemand", "somebody").to_owned(),
    }
}

/// The number of words with which all versions begin, short of the last.
fn common_words(versions: &[TextVersion]) -> usize {
    let words: Vec<Vec<&str>> = versions.iter().map(|version| version.text.split_whitespace().collect()).collect();
    let shortest = words.iter().map(Vec::len).min().unwrap_or(0);
    let is_common = |index: &usize| {
        words
            .windows(2)
            .all(|pair| pair.iter().all(|words| words.get(*index) == pair.first().and_then(|first| first.get(*index))))
    };
    (0..shortest.saturating_sub(1)).take_while(is_common).count()
}

/// The first words of a text, from the one where it differs from the others.
fn from_word(text: &str, skipped: usize) -> String {
    if text.split_whitespace().count() <= WORDS {
        return brief(text, WORDS);
    }
    let rest: Vec<&str> = text.split_whitespace().skip(skipped).collect();
    let rest = brief(&rest.join(" "), WORDS);
    if skipped > 0 { format!("…{rest}") } else { rest }
}

fn command(id: &str, asked: &Asked, text: &str) -> Value {
    let fields = [("type", asked.command), (asked.field, id), (TEXT, text)];
    Value::Object(fields.map(|(key, value)| (key.to_owned(), Value::from(value))).into_iter().collect::<Map<_, _>>())
}
