//! A run of graphemes of one kind, by its bytes.

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A word, a number, a date or an address.
    Word,
    /// An emoji sequence.
    Emoji,
    /// White space.
    Space,
    /// Anything else, like punctuation.
    Mark,
}

/// A piece of a text by its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: TokenKind,
}

/// The text between two boundaries of graphemes.
pub(super) fn slice(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}
