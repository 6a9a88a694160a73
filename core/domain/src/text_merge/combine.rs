//! The edits of two sides of one base, put together.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;

use super::hunk::Hunk;
use super::piece::TokenKind;
use super::token::Token;

/// The tokens of both edits.
pub(super) struct Combined<'a> {
    pub(super) tokens: Vec<Token<'a>>,
    /// True when both sides replaced the same words differently; the second side shows then.
    pub(super) is_contested: bool,
}

/// Puts the present edits and the wanted ones together on their base.
pub(super) fn combine<'a>(base: &[Token<'a>], present: Vec<Hunk<'a>>, wanted: Vec<Hunk<'a>>) -> Combined<'a> {
    let (agreed, present, wanted) = agree(present, wanted);
    let present = whole(base, &agreed, present).into_iter().map(|hunk| Edit::new(Side::Present, hunk));
    let wanted = whole(base, &agreed, wanted).into_iter().map(|hunk| Edit::new(Side::Wanted, hunk));
    let agreed = agreed.into_iter().map(|hunk| Edit::new(Side::Both, hunk));
    let mut edits: Vec<Edit<'a>> = present.chain(wanted).chain(agreed).collect();
    edits.sort_by(Edit::order);
    let mut writer = Writer { base, tokens: Vec::with_capacity(base.len()), end: 0, is_contested: false };
    let mut cluster: Vec<Edit<'a>> = Vec::new();
    for edit in edits {
        if cluster.iter().any(|other| meet(base, other, &edit)) {
            cluster.push(edit);
        } else {
            writer.write(std::mem::take(&mut cluster));
            cluster.push(edit);
        }
    }
    writer.write(cluster);
    writer.copy_until(base.len());
    Combined { tokens: writer.tokens, is_contested: writer.is_contested }
}

/// The side that made an edit. Insertions at one spot stand in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Both,
    Present,
    Wanted,
}

/// A hunk with the side that made it.
#[derive(Debug)]
struct Edit<'a> {
    side: Side,
    hunk: Hunk<'a>,
}

impl<'a> Edit<'a> {
    fn new(side: Side, hunk: Hunk<'a>) -> Self {
        Self { side, hunk }
    }

    /// By where it begins; an insertion comes before what is replaced behind it, and punctuation behind words.
    fn order(&self, other: &Self) -> Ordering {
        let key = |edit: &Self| (edit.hunk.range.start, edit.hunk.range.end, !edit.hunk.has_words(), edit.side);
        key(self).cmp(&key(other))
    }
}

/// Takes out the hunks that both sides made.
fn agree<'a>(present: Vec<Hunk<'a>>, wanted: Vec<Hunk<'a>>) -> (Vec<Hunk<'a>>, Vec<Hunk<'a>>, Vec<Hunk<'a>>) {
    let is_same =
        |one: &Hunk<'_>, other: &Hunk<'_>| one.range == other.range && texts(&one.with).eq(texts(&other.with));
    let (agreed, present): (Vec<_>, Vec<_>) =
        present.into_iter().partition(|hunk| wanted.iter().any(|other| is_same(hunk, other)));
    let wanted = wanted.into_iter().filter(|hunk| !agreed.iter().any(|other| is_same(hunk, other))).collect();
    (agreed, present, wanted)
}

/// Joins the hunks of one side with no word between: they are one thought.
fn whole<'a>(base: &[Token<'a>], agreed: &[Hunk<'a>], hunks: Vec<Hunk<'a>>) -> Vec<Hunk<'a>> {
    let mut joined: Vec<Hunk<'a>> = Vec::with_capacity(hunks.len());
    for mut hunk in hunks {
        let last = joined.last_mut().filter(|last| {
            let between = last.range.end..hunk.range.start;
            let has_agreed =
                agreed.iter().any(|other| other.range.start >= between.start && other.range.end <= between.end);
            !has_agreed && !base.get(between).unwrap_or_default().iter().any(Token::is_word)
        });
        match last {
            Some(last) => {
                last.with.extend(base.get(last.range.end..hunk.range.start).unwrap_or_default());
                last.with.append(&mut hunk.with);
                last.range.end = hunk.range.end;
            }
            None => joined.push(hunk),
        }
    }
    joined
}

/// Returns whether two edits are about the same words, so that they cannot both be made without a look at each other.
fn meet(base: &[Token<'_>], one: &Edit<'_>, other: &Edit<'_>) -> bool {
    if one.side == other.side {
        return false;
    }
    let [first, second] = [&one.hunk, &other.hunk];
    let overlap = first.range.start.max(second.range.start) < first.range.end.min(second.range.end);
    let is_within = |one: &Hunk<'_>, other: &Hunk<'_>| {
        one.is_insertion() && other.range.start < one.range.start && one.range.start < other.range.end
    };
    if overlap || is_within(first, second) || is_within(second, first) {
        return true;
    }
    let touch = first.range.end == second.range.start || second.range.end == first.range.start;
    touch && clash(base, first, second)
}

/// Returns whether two hunks that touch, and do not overlap, leave no sense side by side.
fn clash(base: &[Token<'_>], first: &Hunk<'_>, second: &Hunk<'_>) -> bool {
    if first.is_deletion() && second.is_deletion() {
        return false;
    }
    let share = !shared_words(&first.with, &second.with).is_empty();
    // Something was added to words that the other side took away.
    let is_lost = first.is_deletion() || second.is_deletion();
    // Two words without anything between were one to their readers.
    let joined = |one: Option<&Token<'_>>, other: Option<&Token<'_>>| {
        [one, other].iter().all(|token| token.is_some_and(|token| token.kind == TokenKind::Word))
    };
    let seam = first.range.end.min(second.range.end);
    let is_one = !first.is_insertion()
        && !second.is_insertion()
        && joined(seam.checked_sub(1).and_then(|before| base.get(before)), base.get(seam));
    share || is_lost || is_one
}

/// Writes the combined text from front to back.
struct Writer<'b, 'a> {
    base: &'b [Token<'a>],
    tokens: Vec<Token<'a>>,
    /// The tokens of the base that are done.
    end: usize,
    is_contested: bool,
}

impl<'a> Writer<'_, 'a> {
    /// Writes edits that meet.
    fn write(&mut self, cluster: Vec<Edit<'a>>) {
        let Some(start) = cluster.iter().map(|edit| edit.hunk.range.start).min() else { return };
        let end = cluster.iter().map(|edit| edit.hunk.range.end).max().unwrap_or(start);
        self.copy_until(start);
        let range = start..end;
        let is_contested = cluster.len() > 1;
        let with =
            if is_contested { self.settle(&range, &cluster) } else { side(self.base, &range, &cluster, |_| true) };
        self.append(with);
        self.end = self.end.max(end);
    }

    /// The tokens for a range that both sides changed.
    fn settle(&mut self, range: &Range<usize>, cluster: &[Edit<'a>]) -> Vec<Token<'a>> {
        let present = side(self.base, range, cluster, |edit| edit.side != Side::Wanted);
        let wanted = side(self.base, range, cluster, |edit| edit.side != Side::Present);
        if texts(&present).eq(texts(&wanted)) {
            return wanted;
        }
        let by = |side: Side| cluster.iter().filter(move |edit| edit.side == side).map(|edit| &edit.hunk);
        if includes(self.base, by(Side::Wanted), by(Side::Present)) {
            return wanted;
        }
        if includes(self.base, by(Side::Present), by(Side::Wanted)) {
            return present;
        }
        self.is_contested = true;
        wanted
    }

    fn copy_until(&mut self, end: usize) {
        let between = self.base.get(self.end..end).unwrap_or_default();
        self.tokens.extend(between);
        self.end = self.end.max(end);
    }

    /// Adds tokens, with a blank where two words would become one.
    fn append(&mut self, with: Vec<Token<'a>>) {
        let is_open = self.tokens.last().is_some_and(Token::is_word);
        let follows = self.end > 0
            && self.tokens.last().map(|token| token.text) == self.base.get(self.end - 1).map(|token| token.text);
        if is_open && !follows && with.first().is_some_and(Token::is_word) {
            self.tokens.push(Token { text: " ", kind: TokenKind::Space });
        }
        self.tokens.extend(with);
    }
}

/// A range of the base with the edits of one side made.
fn side<'a>(
    base: &[Token<'a>],
    range: &Range<usize>,
    cluster: &[Edit<'a>],
    is_made: impl Fn(&Edit<'a>) -> bool,
) -> Vec<Token<'a>> {
    let mut tokens = Vec::new();
    let mut end = range.start;
    for edit in cluster.iter().filter(|edit| is_made(edit)) {
        tokens.extend(base.get(end..edit.hunk.range.start).unwrap_or_default());
        tokens.extend(&edit.hunk.with);
        end = edit.hunk.range.end;
    }
    tokens.extend(base.get(end..range.end).unwrap_or_default());
    tokens
}

/// Returns whether edits of one side do all that those of the other do, and more.
fn includes<'h, 'a: 'h>(
    base: &[Token<'a>],
    larger: impl Iterator<Item = &'h Hunk<'a>>,
    smaller: impl Iterator<Item = &'h Hunk<'a>>,
) -> bool {
    let larger: Vec<_> = larger.collect();
    let is_included = |small: &Hunk<'a>| {
        let within = |large: &&&Hunk<'a>| {
            let is_within = large.range.start <= small.range.start && small.range.end <= large.range.end;
            let deleted = base.get(small.range.clone()).unwrap_or_default();
            is_within
                && if small.is_deletion() {
                    shared_words(deleted, &large.with).is_empty()
                } else {
                    has(&large.with, &small.with)
                }
        };
        larger.iter().any(|large| within(&large))
    };
    smaller.into_iter().all(is_included)
}

/// Returns whether tokens, words among them, are found within others, one after the other.
fn has(tokens: &[Token<'_>], wanted: &[Token<'_>]) -> bool {
    let wanted: Vec<&str> = texts(trimmed(wanted)).collect();
    let is_found = |window: &[Token<'_>]| texts(window).eq(wanted.iter().copied());
    wanted.iter().any(|text| text.chars().any(char::is_alphanumeric)) && tokens.windows(wanted.len()).any(is_found)
}

/// Tokens without the white space around them.
fn trimmed<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    let is_text = |token: &Token<'_>| token.kind != TokenKind::Space;
    let start = tokens.iter().position(is_text).unwrap_or(tokens.len());
    let end = tokens.iter().rposition(is_text).map_or(start, |last| last + 1);
    tokens.get(start..end).unwrap_or_default()
}

/// The words that two runs of tokens have in common, whatever their case.
fn shared_words(one: &[Token<'_>], other: &[Token<'_>]) -> BTreeSet<String> {
    let words = |tokens: &[Token<'_>]| -> BTreeSet<String> {
        tokens.iter().filter(|token| token.is_word()).map(|token| token.text.to_lowercase()).collect()
    };
    words(one).intersection(&words(other)).cloned().collect()
}

fn texts<'t, 'a: 't>(tokens: &'t [Token<'a>]) -> impl Iterator<Item = &'a str> + 't {
    tokens.iter().map(|token| token.text)
}
