//! The picture in words, in the order of rings, for people who listen to it.

use super::people::{Group, People, Person};
use crate::Language;
use crate::network::{Quadrant, Status, ring_label};

/// Returns what a screen reader says about the whole picture.
pub(super) fn picture(people: &People, language: Language) -> String {
    let total = people.counted;
    let mut text = match (language, total) {
        (Language::Dutch, 1) => "1 mens op de kaart.".to_owned(),
        (Language::Dutch, _) => format!("{total} mensen op de kaart."),
        (Language::English, 1) => "1 person on the map.".to_owned(),
        (Language::English, _) => format!("{total} people on the map."),
    };
    for (number, ring) in (1..).zip(&people.rings) {
        for (quadrant, group) in Quadrant::ALL.iter().zip(ring) {
            let place = format!("{}, {}", ring_label(number, language), quadrant.label(language));
            sentence(&mut text, &place, group, language);
        }
    }
    sentence(&mut text, &ring_label(0, language), &people.unplaced, language);
    text
}

/// Returns what a screen reader says about one person: the whole name, and how things stand where that is not as usual.
pub(super) fn person(person: &Person, language: Language) -> String {
    match person.status {
        Status::Active => person.name.clone(),
        status => format!("{} ({})", person.name, status.label(language)),
    }
}

/// Says that a group has more people than are drawn; empty where it has not.
pub(super) fn more(group: &Group, language: Language) -> String {
    match (group.more, language) {
        (0, _) => String::new(),
        (more, Language::Dutch) => format!("en nog {more}"),
        (more, Language::English) => format!("and {more} more"),
    }
}

fn sentence(text: &mut String, place: &str, group: &Group, language: Language) {
    if group.count() > 0 {
        let mut names: Vec<String> = group.drawn.iter().map(|drawn| person(drawn, language)).collect();
        names.extend(Some(more(group, language)).filter(|more| !more.is_empty()));
        text.push_str(&format!(" {place}: {}.", names.join(", ")));
    }
}
