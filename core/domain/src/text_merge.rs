//! Merging a text that two people edited from the same base: by words, never by letters.
//!
//! [`merge`] compares base, present and wanted text word by word. An edit by one side only is taken as it is, an edit
//! that both sides made counts once, and edits of different words all stay. Where both sides replaced the same words
//! differently the wanted text shows, and the present one is kept for a person to judge.
//!
//! A date, a time, a number, a phone number, an address of mail or web and an emoji sequence are one word each.

mod combine;
mod group;
mod hunk;
mod piece;
mod token;

use std::collections::BTreeSet;

use crate::Text;

use combine::Combined;
use hunk::hunks;
use token::{Token, tokens};

pub(crate) use hunk::Splice;

/// The result of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The text that shows.
    pub text: String,
    /// The present text, whole, where both sides replaced the same words differently.
    pub conflict: Option<String>,
}

impl Merged {
    fn agreed(text: &str) -> Self {
        Self { text: text.to_owned(), conflict: None }
    }
}

/// Merges an edit into a text that others may have edited meanwhile.
///
/// `base` is the text that the author of the edit saw, `present` the text as it stands now, `wanted` the text as the
/// author left it. The result is not empty and at most [`Text::MAX`] characters long where both sides are, and has no
/// word that is in none of the three.
///
/// ```
/// use kring_domain::text_merge::merge;
///
/// let merged = merge("een kaart", "een mooie kaart", "een kaart naar Dennis");
/// assert_eq!(merged.text, "een mooie kaart naar Dennis");
/// let merged = merge("om 10:00", "om 11:30", "om 14:00");
/// assert_eq!((merged.text.as_str(), merged.conflict.as_deref()), ("om 14:00", Some("om 11:30")));
/// ```
pub fn merge(base: &str, present: &str, wanted: &str) -> Merged {
    if present == base || present == wanted {
        return Merged::agreed(wanted);
    }
    if wanted == base {
        return Merged::agreed(present);
    }
    let base_tokens = tokens(base);
    let present_tokens = tokens(present);
    let wanted_tokens = tokens(wanted);
    let ours = hunks(&base_tokens, &present_tokens);
    let theirs = hunks(&base_tokens, &wanted_tokens);
    let Combined { tokens: combined, is_contested } = combine::combine(&base_tokens, ours, theirs);
    let text: String = combined.iter().map(|token| token.text).collect();
    let text = text.trim();
    let written = [&base_tokens, &present_tokens, &wanted_tokens];
    if !is_sound(text, &written) {
        return Merged { text: wanted.to_owned(), conflict: Some(present.to_owned()) };
    }
    let conflict = (is_contested && text != present).then(|| present.to_owned());
    Merged { text: text.to_owned(), conflict }
}

/// The words of a text, each as it is written.
pub fn words(text: &str) -> BTreeSet<String> {
    tokens(text).into_iter().filter(|token| token.is_word()).map(|token| token.text.to_owned()).collect()
}

/// Finds the few changes that turn one text into another, in characters, the last one first.
pub(crate) fn splices(from: &str, to: &str) -> Vec<Splice> {
    let from = tokens(from);
    hunk::splices(&from, &hunks(&from, &tokens(to)))
}

/// Returns whether a merged text is one that people can read: neither empty nor too long, and every word was written by somebody.
fn is_sound(text: &str, written: &[&Vec<Token<'_>>]) -> bool {
    let is_within_bounds = !text.is_empty() && text.chars().nth(Text::MAX).is_none();
    let known: BTreeSet<&str> = written.iter().flat_map(|tokens| tokens.iter().map(|token| token.text)).collect();
    is_within_bounds && tokens(text).iter().all(|token| !token.is_word() || known.contains(token.text))
}

#[cfg(test)]
mod tests;
