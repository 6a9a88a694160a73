//! The difference between two texts, as replacements of words of the first.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

use super::token::Token;

/// The most hunks between two texts. Texts with more differences are not alike, and the one replaces the other.
const MAX_HUNKS: usize = 100;

/// The most pairs of tokens to compare, beside a common beginning and end: 2,000 characters of prose have 700 tokens.
const MAX_PAIRS: usize = 1_000_000;

/// A replacement of tokens of the base by others; an insertion where the range is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hunk<'a> {
    pub(super) range: Range<usize>,
    pub(super) with: Vec<Token<'a>>,
}

impl Hunk<'_> {
    pub(super) fn is_insertion(&self) -> bool {
        self.range.is_empty()
    }

    pub(super) fn is_deletion(&self) -> bool {
        self.with.is_empty()
    }

    /// Returns whether it brings words, and not only white space and punctuation.
    pub(super) fn has_words(&self) -> bool {
        self.with.iter().any(Token::is_word)
    }
}

/// A change of a text, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Splice {
    /// The characters before it.
    pub(crate) at: usize,
    /// The characters it takes away.
    pub(crate) delete: usize,
    /// The text it puts there.
    pub(crate) insert: String,
}

/// Finds what turns one text into another, in order.
///
/// The cost is bounded: where the texts have little in common the search ends early and finds larger replacements.
pub(super) fn hunks<'a>(from: &[Token<'a>], to: &[Token<'a>]) -> Vec<Hunk<'a>> {
    let is_same = |(one, other): &(&Token<'_>, &Token<'_>)| one.text == other.text;
    let start = from.iter().zip(to).take_while(is_same).count();
    let least = from.len().min(to.len()) - start;
    let end = from.iter().rev().zip(to.iter().rev()).take(least).take_while(is_same).count();
    let middle = |tokens: &[Token<'a>]| start..tokens.len() - end;
    if middle(from).len().saturating_mul(middle(to).len()) > MAX_PAIRS {
        return vec![Hunk { range: middle(from), with: to.get(middle(to)).unwrap_or_default().to_vec() }];
    }
    let mut input = InternedInput::default();
    input.update_before(from.iter().map(|token| token.text));
    input.update_after(to.iter().map(|token| token.text));
    let diff = Diff::compute(Algorithm::Histogram, &input);
    if diff.hunks().nth(MAX_HUNKS).is_some() {
        return vec![Hunk { range: middle(from), with: to.get(middle(to)).unwrap_or_default().to_vec() }];
    }
    let mut hunks: Vec<Hunk<'a>> = Vec::new();
    for hunk in diff.hunks() {
        let range = hunk.before.start as usize..hunk.before.end as usize;
        let with = to.get(hunk.after.start as usize..hunk.after.end as usize).unwrap_or_default().to_vec();
        let floor = hunks.last().map_or(0, |before| before.range.end);
        hunks.push(slide(from, floor, Hunk { range, with }));
    }
    hunks
}

/// Moves an insertion or a deletion as far to the front as it reads the same, so that equal edits are equal.
fn slide<'a>(from: &[Token<'a>], floor: usize, mut hunk: Hunk<'a>) -> Hunk<'a> {
    while let Some(before) = hunk.range.start.checked_sub(1).filter(|before| *before >= floor) {
        let Some(&token) = from.get(before) else { break };
        let is_same = |last: Option<&Token<'_>>| last.is_some_and(|last| last.text == token.text);
        if hunk.is_insertion() && is_same(hunk.with.last()) {
            hunk.with.rotate_right(1);
        } else if !(hunk.is_deletion() && is_same(from.get(hunk.range.end - 1))) {
            break;
        }
        hunk.range = before..hunk.range.end - 1;
    }
    hunk
}

/// The same changes in characters, the last one first, so that each is made where it stands.
pub(super) fn splices(from: &[Token<'_>], hunks: &[Hunk<'_>]) -> Vec<Splice> {
    let count = |tokens: &[Token<'_>]| tokens.iter().map(|token| token.text.chars().count()).sum();
    let splice = |hunk: &Hunk<'_>| Splice {
        at: count(from.get(..hunk.range.start).unwrap_or_default()),
        delete: count(from.get(hunk.range.clone()).unwrap_or_default()),
        insert: hunk.with.iter().map(|token| token.text).collect(),
    };
    hunks.iter().rev().map(splice).collect()
}
