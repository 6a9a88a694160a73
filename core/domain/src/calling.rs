//! Calls people by the first name, and by the whole name where two are alike.

use std::collections::BTreeMap;

/// Words that stand before a name and are no name themselves.
const TITLES: [&str; 30] = [
    "aunt",
    "broeder",
    "dhr",
    "dokter",
    "dr",
    "drs",
    "heer",
    "ing",
    "ir",
    "juf",
    "lady",
    "meester",
    "meneer",
    "mevr",
    "mevrouw",
    "miss",
    "mr",
    "mrs",
    "ms",
    "mw",
    "oma",
    "oom",
    "opa",
    "prof",
    "professor",
    "sir",
    "tante",
    "uncle",
    "zuster",
    "zus",
];

/// Words that a surname can begin with.
const PREFIXES: [&str; 18] =
    ["'s", "'t", "al", "da", "de", "den", "der", "di", "du", "el", "la", "le", "op", "te", "ten", "ter", "van", "von"];

/// Returns what each person of a group is called by the others, by a key of the caller's.
///
/// ```
/// let people = [(1, "Marloes Hendriks"), (2, "Jan Bos"), (3, "Jan de Wit"), (4, "dr. Bakker")];
/// let called = kring_domain::first_names(people);
/// assert_eq!(called[&1], "Marloes");
/// assert_eq!(called[&2], "Jan Bos");
/// assert_eq!(called[&4], "dr. Bakker");
/// ```
pub fn first_names<'a, K: Ord>(people: impl IntoIterator<Item = (K, &'a str)>) -> BTreeMap<K, String> {
    let people: Vec<(K, &str)> = people.into_iter().collect();
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    for (_, name) in &people {
        *alike.entry(first(name).to_lowercase()).or_default() += 1;
    }
    let called = people.into_iter().map(|(key, name)| {
        let short = first(name);
        let is_alone = alike.get(&short.to_lowercase()).is_none_or(|count| *count == 1);
        (key, if is_alone { short } else { name.trim() }.to_owned())
    });
    called.collect()
}

/// The first name, or the whole name where it begins with something else: a title, or a prefix of a surname.
pub(crate) fn first(name: &str) -> &str {
    let name = name.trim();
    let Some(word) = name.split_whitespace().next() else { return name };
    let bare = word.trim_end_matches(['.', ',']);
    let is_title = bare.len() < word.len() || TITLES.contains(&bare.to_lowercase().as_str());
    if is_title || PREFIXES.contains(&word) { name } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_names_stand_alone_unless_two_are_alike() {
        let cases = [
            ("Emine Öztürk", "Emine"),
            ("  Ruud   Pol ", "Ruud"),
            ("Chantal", "Chantal"),
            ("mevr. De Boer", "mevr. De Boer"),
            ("Oma Til", "Oma Til"),
            ("van der Berg", "van der Berg"),
            ("Van der Berg, Jan", "Van"),
            ("王小明", "王小明"),
            ("محمد علي", "محمد"),
            ("", ""),
        ];
        for (whole, short) in cases {
            assert_eq!(first(whole), short, "{whole}");
        }
        let alike = first_names([(1, "Linda Bos"), (2, "linda van Dalen"), (3, "Kees Bouwman")]);
        assert_eq!(alike.into_values().collect::<Vec<_>>(), ["Linda Bos", "linda van Dalen", "Kees"]);
    }
}
