//! Fields that hold one value, where people who did not know of each other gave several.
//!
//! Each value stays in the document until somebody who knows of them sets the field again.

use crate::entity::Candidate;
use crate::question::Question;
use crate::{CardKind, Language};

/// The different values of a field, in the order in which they were admitted; none where all are the same.
pub(crate) fn disputed<V: PartialEq>(candidates: Vec<Candidate<V>>) -> Vec<Candidate<V>> {
    let mut values: Vec<Candidate<V>> = Vec::new();
    for candidate in candidates {
        if !values.iter().any(|other| other.value == candidate.value) {
            values.push(candidate);
        }
    }
    if values.len() < 2 { Vec::new() } else { values }
}

/// Returns whether one person gave all values, on several devices.
pub(crate) fn is_of_one<V>(candidates: &[Candidate<V>]) -> bool {
    let person = |candidate: &Candidate<V>| candidate.author.map(|author| author.person);
    candidates.windows(2).all(|pair| matches!(pair, [one, other] if person(one) == person(other)))
}

/// Asks which value is right, in words that say where they come from.
pub(crate) fn question(is_of_one: bool, text: &str, language: Language) -> Question {
    let from_where = match is_of_one {
        true => language.pick("Dit is op twee toestellen ingevuld. ", "This was filled in on two devices. "),
        false => "",
    };
    Question::new(CardKind::TwoValues, format!("{from_where}{text}"))
}
