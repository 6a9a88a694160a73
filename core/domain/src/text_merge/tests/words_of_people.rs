//! Merges of random sentences.

use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;

const WORDS: &[&str] = &[
    "koffie",
    "thee",
    "of",
    "en",
    "samen",
    "eten",
    "naar",
    "de",
    "markt",
    "Henk",
    "foto's",
    "e-mail",
    "niet",
    "om",
    "10:00",
    "14.30",
    "12-03-2026",
    "06 12 34 56 78",
    "1.250,50",
    "jan@kring.nl",
    "çay",
    "içelim",
    "İstanbul'a",
    "ığdır",
    "yarın",
    "güneş",
    "قهوة",
    "شاي",
    "غدا",
    "مَعَ",
    "اليوم",
    "٣",
    "🎉",
    "👩‍👩‍👧",
    "🇳🇱",
    "👍🏽",
    "1️⃣",
    "12 maart",
    "O’Brien",
    "x",
    "y",
    "z",
    "de",
    "de",
    "een",
    "café",
    "cafe\u{301}",
    "ไปตลาด",
    "今天",
];
const GAPS: &[&str] = &[" ", " ", " ", " ", " ", ", ", ". ", "\n", " – ", "! "];

/// One edit: at a word, take some words away, and put others there.
type Change = (usize, usize, Vec<(&'static str, &'static str)>);

fn sentence() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    prop::collection::vec((select(WORDS), select(GAPS)), 1..12)
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let words = prop::collection::vec((select(WORDS), select(GAPS)), 0..3);
    prop::collection::vec((0usize..12, 0usize..4, words), 0..3)
}

fn text(words: &[(&str, &str)]) -> String {
    let text: String = words.iter().flat_map(|(word, gap)| [*word, *gap]).collect();
    text.trim().to_owned()
}

/// The sentence as one person leaves it; never empty.
fn edited(sentence: &[(&'static str, &'static str)], changes: &[Change]) -> String {
    let mut words = sentence.to_vec();
    for (at, delete, insert) in changes {
        let start = at % (words.len() + 1);
        let end = words.len().min(start + delete);
        words.splice(start..end, insert.iter().copied());
    }
    let text = text(&words);
    if text.is_empty() { "leeg".to_owned() } else { text }
}

fn counts(text: &str) -> BTreeSet<String> {
    words(text)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_merge_is_a_text_that_people_wrote(sentence in sentence(), one in changes(), other in changes()) {
        let base = text(&sentence);
        let present = edited(&sentence, &one);
        let wanted = edited(&sentence, &other);
        let merged = merge(&base, &present, &wanted);
        prop_assert!(!merged.text.trim().is_empty());
        prop_assert!(Text::new(&merged.text).is_ok());
        let written: BTreeSet<String> = [&base, &present, &wanted].into_iter().flat_map(|text| words(text)).collect();
        prop_assert!(words(&merged.text).is_subset(&written), "{:?}", merged);
        if merged.conflict.is_some() {
            prop_assert_eq!(merged.conflict, Some(present));
        }
    }

    #[test]
    fn an_edit_by_one_side_is_taken_as_it_is(sentence in sentence(), one in changes()) {
        let base = text(&sentence);
        let edit = edited(&sentence, &one);
        prop_assert_eq!(merge(&base, &base, &edit), Merged::agreed(&edit));
        prop_assert_eq!(merge(&base, &edit, &base), Merged::agreed(&edit));
        prop_assert_eq!(merge(&base, &edit, &edit), Merged::agreed(&edit));
    }

    #[test]
    fn no_word_that_somebody_added_is_lost(sentence in sentence(), one in changes(), other in changes()) {
        let base = text(&sentence);
        let present = edited(&sentence, &one);
        let wanted = edited(&sentence, &other);
        let merged = merge(&base, &present, &wanted);
        let kept: BTreeSet<String> = words(&merged.text).union(&words(merged.conflict.as_deref().unwrap_or_default())).cloned().collect();
        for edit in [&present, &wanted] {
            let added: BTreeSet<String> = words(edit).difference(&words(&base)).cloned().collect();
            prop_assert!(added.is_subset(&kept), "{:?} of {:?} | {:?} | {:?}", merged, base, present, wanted);
        }
    }

    #[test]
    fn the_order_of_arrival_changes_no_words(sentence in sentence(), one in changes(), other in changes()) {
        let base = text(&sentence);
        let one = edited(&sentence, &one);
        let other = edited(&sentence, &other);
        let [first, second] = [merge(&base, &one, &other), merge(&base, &other, &one)];
        prop_assert_eq!(first.conflict.is_some(), second.conflict.is_some(), "{:?} | {:?}", &first, &second);
        if first.conflict.is_none() {
            prop_assert_eq!(counts(&first.text), counts(&second.text));
        }
    }

    #[test]
    fn splices_lead_to_the_other_text(sentence in sentence(), one in changes()) {
        let from = text(&sentence);
        let to = edited(&sentence, &one);
        let mut letters: Vec<char> = from.chars().collect();
        for Splice { at, delete, insert } in splices(&from, &to) {
            letters.splice(at..at + delete, insert.chars());
        }
        prop_assert_eq!(letters.into_iter().collect::<String>(), to);
    }
}
