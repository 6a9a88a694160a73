//! The lead where several people took on the same thing: the earliest; the others help along.

use std::collections::BTreeSet;

use super::Part;

/// Marks each part that leads. Two parts are the same thing when they share a step or read the same.
pub(super) fn mark(parts: &mut [Part]) {
    let claims: Vec<_> = parts
        .iter()
        .map(|part| {
            let steps: BTreeSet<_> = part.step_ids.iter().copied().collect();
            (part.at, part.id, part.person_id, steps, normal(&part.part))
        })
        .collect();
    for part in parts {
        let text = normal(&part.part);
        let earliest = claims
            .iter()
            .filter(|(.., steps, other)| *other == text || part.step_ids.iter().any(|step| steps.contains(step)))
            .min_by_key(|(at, id, ..)| (*at, *id));
        part.lead = earliest.is_none_or(|(_, _, person, ..)| *person == part.person_id);
    }
}

/// A text without differences in case, white space and punctuation.
fn normal(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_by_their_words() {
        assert_eq!(normal(" Adres  zoeken. "), normal("adres zoeken"));
        assert_ne!(normal("Adres zoeken"), normal("Adres vragen"));
    }
}
