//! A text cut into words, white space and punctuation; never within a grapheme.

use unicode_segmentation::UnicodeSegmentation;

use super::group;
use super::piece::{Piece, TokenKind, slice};

/// A piece of a text that a merge takes or leaves as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) kind: TokenKind,
}

impl Token<'_> {
    /// Returns whether it says something, unlike white space and punctuation.
    pub(super) fn is_word(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Emoji)
    }
}

/// Cuts a text into tokens; together they are the text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let pieces = group::join(text, pieces(text));
    pieces.into_iter().map(|Piece { start, end, kind }| Token { text: slice(text, start, end), kind }).collect()
}

/// Words, emoji, white space and punctuation, before groups of them become one.
fn pieces(text: &str) -> Vec<Piece> {
    let graphemes: Vec<Piece> = text
        .grapheme_indices(true)
        .map(|(start, grapheme)| Piece { start, end: start + grapheme.len(), kind: kind_of(grapheme) })
        .collect();
    let mut pieces: Vec<Piece> = Vec::with_capacity(graphemes.len());
    let mut index = 0;
    while let Some(&first) = graphemes.get(index) {
        let length = word_length(text, &graphemes, index).max(1);
        let last = graphemes.get(index + length - 1).unwrap_or(&first);
        let kind = if length > 1 { TokenKind::Word } else { first.kind };
        pieces.push(Piece { start: first.start, end: last.end, kind });
        index += length;
    }
    pieces
}

fn kind_of(grapheme: &str) -> TokenKind {
    if grapheme.chars().any(is_emoji) {
        TokenKind::Emoji
    } else if grapheme.chars().any(char::is_alphanumeric) {
        TokenKind::Word
    } else if grapheme.chars().all(char::is_whitespace) {
        TokenKind::Space
    } else {
        TokenKind::Mark
    }
}

/// Returns whether a character makes its grapheme an emoji: a pictograph, half a flag, a keycap or the emoji style.
fn is_emoji(letter: char) -> bool {
    matches!(letter, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{20E3}' | '\u{FE0F}')
}

/// The number of graphemes of the word that starts here; 0 where none does.
fn word_length(text: &str, graphemes: &[Piece], index: usize) -> usize {
    let at = |index: usize| graphemes.get(index).map_or("", |piece| slice(text, piece.start, piece.end));
    let is_word = |index: usize| graphemes.get(index).is_some_and(|piece| piece.kind == TokenKind::Word);
    let follows_word = index > 0 && is_word(index - 1);
    let start = if is_word(index) {
        index
    } else if !follows_word && is_word(index + 1) && leads(at(index), at(index + 1), is_word(index + 2)) {
        index + 1
    } else {
        return 0;
    };
    let address = address_length(text, graphemes, start);
    let mut end = start;
    loop {
        if is_word(end) {
            end += 1;
        } else if end > start && is_word(end + 1) && joins(at(end - 1), at(end), at(end + 1)) {
            end += 2;
        } else if end > start && is_number(at(end - 1)) && matches!(at(end), "%" | "€" | "°" | "‰") {
            end += 1;
        } else {
            break;
        }
    }
    end.max(start + address) - index
}

/// Returns whether a sign is part of the word behind it: `+31`, `-5`, `€10`, `#samen`, `'s`.
fn leads(sign: &str, next: &str, goes_on: bool) -> bool {
    match sign {
        "+" | "-" | "−" | "€" | "$" | "£" => is_number(next),
        "#" | "@" => true,
        "'" | "’" | "‘" => !goes_on && !is_number(next),
        _ => false,
    }
}

/// Returns whether a sign between two words makes them one: `e-mail`, `O'Brien`, `12-03-2026`, `10:30`, `1.250,50`.
fn joins(before: &str, sign: &str, after: &str) -> bool {
    match sign {
        "-" | "‐" | "‑" | "'" | "’" | "." | "_" | "&" | "/" | "@" | "+" | "·" | "\u{AD}" | "\u{200B}" | "\u{2060}" => {
            true
        }
        "," | ":" | "–" | "−" | "*" | "٫" | "٬" | "،" => is_number(before) && is_number(after),
        _ => false,
    }
}

fn is_number(grapheme: &str) -> bool {
    grapheme.chars().next().is_some_and(char::is_numeric)
}

/// The number of graphemes of an address of mail or web that starts here, without the punctuation behind it.
fn address_length(text: &str, graphemes: &[Piece], start: usize) -> usize {
    let rest = graphemes.get(start..).unwrap_or_default();
    let length = rest.iter().position(|piece| piece.kind == TokenKind::Space).unwrap_or(rest.len());
    let rest = rest.get(..length).unwrap_or_default();
    let (Some(first), Some(last)) = (rest.first(), rest.last()) else { return 0 };
    let chunk = slice(text, first.start, last.end);
    let is_web = chunk.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
        || chunk.split_once("://").is_some_and(|(scheme, _)| scheme.chars().all(char::is_alphanumeric));
    let is_mail = chunk.split_once('@').is_some_and(|(name, host)| {
        let is_local = |letter: char| letter.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(letter);
        name.chars().all(is_local) && host.starts_with(char::is_alphanumeric)
    });
    if !is_web && !is_mail {
        return 0;
    }
    let is_end = |piece: &Piece| piece.kind == TokenKind::Mark && slice(text, piece.start, piece.end) != "/";
    rest.len() - rest.iter().rev().take_while(|piece| is_end(piece)).count()
}
