use std::collections::{BTreeMap, BTreeSet};

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::bounds::is_seen;
use crate::brief::brief;
use crate::network::{ArchiveContact, Contact, DistinguishContacts, NetworkModel};
use crate::question::Question;
use crate::{CardKind, CommandKind, ContactId, Language};

/// A question per contact that may be the same person as an earlier one: the same name, and no two relations that
/// say otherwise. It names the first such contact only, so that ten of a name are nine questions, and passes over those
/// of whom somebody said that they are two people.
pub(super) fn questions(model: &NetworkModel, language: Language) -> Vec<Question> {
    let distinct: BTreeSet<(ContactId, ContactId)> = model.distinct.iter().map(|pair| (pair.a, pair.b)).collect();
    let mut earlier: BTreeMap<String, Vec<&Contact>> = BTreeMap::new();
    let mut questions = Vec::new();
    for contact in &model.contacts {
        let namesakes = earlier.entry(normalised(&contact.name)).or_default();
        if let Some(same) = namesakes.iter().find(|other| {
            may_be_same(other, contact) && !distinct.contains(&(contact.id.min(other.id), contact.id.max(other.id)))
        }) {
            questions.push(question(same, contact, language));
        }
        namesakes.push(contact);
    }
    questions
}

/// The name in the one spelling in which its spellings are found alike.
///
/// Case, width and the composition of letters count for nothing, nor do apostrophes; hyphens, dots and commas are spaces.
/// So O'Brien is O’Brien, Anne-Marie is Anne Marie, and J. de Vries is J de Vries. Accents stay, since they tell names
/// apart.
fn normalised(name: &str) -> String {
    // Before letters are made alike: a free-standing accent would become a space then.
    let name: String = name.chars().filter(|c| !is_apostrophe(*c)).collect();
    let mut folded = String::with_capacity(name.len());
    for c in ComposingNormalizerBorrowed::new_nfkc().normalize(&name).chars() {
        match c {
            '-' | '‐'..='―' | '−' | '.' | ',' | '·' | '_' => folded.push(' '),
            // The dot of a Turkish capital, which its small letter has anyway.
            'İ' => folded.push('i'),
            '\u{307}' if folded.ends_with('i') => {}
            _ if c.is_whitespace() => folded.push(' '),
            _ if is_apostrophe(c) => {}
            _ if is_seen(c) => folded.extend(case_folded(c)),
            // Joiners, selectors and marks of direction.
            _ => {}
        }
    }
    let words: Vec<&str> = folded.split_whitespace().collect();
    // A name of signs alone is itself.
    if words.is_empty() { name } else { words.join(" ") }
}

/// By way of capitals, which makes one of ß and ss, of ı and i, and of both Greek sigmas.
fn case_folded(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | '‘'..='‛' | '′' | '‵' | 'ʹ'..='ʿ' | 'ˈ' | 'ꞌ' | '＇')
}

fn may_be_same(one: &Contact, other: &Contact) -> bool {
    match (&one.relation, &other.relation) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

fn question(one: &Contact, other: &Contact, language: Language) -> Question {
    let name = brief(&other.name, 3);
    let text = match language {
        Language::Dutch => format!("{name} staat twee keer op de kaart. Is dat dezelfde persoon?"),
        Language::English => format!("{name} is on the map twice. Is it the same person?"),
    };
    Question::new(CardKind::PossibleDuplicate, text)
        .about([one.id, other.id])
        .answer(
            language.pick("Nee, twee mensen", "No, two people"),
            DistinguishContacts { a: one.id, b: other.id }.to_json(),
        )
        .answer(
            language.pick("Ja, haal de tweede weg", "Yes, take the second one off"),
            ArchiveContact { contact_id: other.id }.to_json(),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_found_alike() {
        for spellings in [
            &["O'Brien", "O’Brien", "o‘brien", "O´Brien", "OʼBrien", "OBRIEN"][..],
            &["van 't Hof", "Van ’t Hof", "van ‘t  hof", "VAN 'T HOF"],
            &["Renée", "Rene\u{301}e", "RENÉE"],
            &["Anne-Marie", "Anne Marie", "Anne‑Marie", "Anne – Marie", "anne−marie"],
            &["J. de Vries", "J de Vries", "J.de Vries", "j. De vries,"],
            &["İbrahim", "ibrahim", "IBRAHIM", "ıbrahim", "i\u{307}brahim", "I\u{307}brahim"],
            &["Weiß", "WEISS", "weiss", "WEIẞ"],
            &["Νίκος", "ΝΊΚΟΣ", "νίκοσ"],
            &["Emine", "Ｅｍｉｎｅ", "E\u{ad}mine", "Emine\u{200d}"],
            &["ﬁetje", "Fietje"],
            &["\u{3c9}", "\u{2126}"],
        ] {
            for spelling in spellings {
                assert_eq!(normalised(spelling), normalised(spellings[0]), "{spelling}");
            }
        }
    }

    #[test]
    fn other_names_stay_others() {
        for (one, other) in [
            ("André", "Andre"),
            ("Ria", "Mia"),
            ("Anne Marie", "Annemarie"),
            ("Jan de Vries", "Jan Vries"),
            ("…", "-"),
            ("👩", "👨"),
            ("علی", "على"),
        ] {
            assert_ne!(normalised(one), normalised(other), "{one} {other}");
        }
    }
}
