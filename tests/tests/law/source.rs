//! Reads the sources of the workspace as a reader does: code, comments and texts apart.

use std::path::{Path, PathBuf};

/// Build results, files from outside, and documents that tell of the past in its own words.
const OTHERS: [&str; 6] = ["target", "fuzz", "tests/frozen", "docs/evidence", "CHANGELOG.md", "bindings/python/.venv"];

/// The kind of a piece of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Rust,
    Comment,
    Text,
}

/// A file of the repository.
pub(super) struct Source {
    /// The path from the root of the repository.
    pub(super) path: String,
    pub(super) text: String,
}

/// A piece of a source, and the line on which it begins.
pub(super) struct Piece<'a> {
    pub(super) kind: Kind,
    pub(super) line: usize,
    pub(super) text: &'a str,
}

/// Returns the root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Reads every file of the repository that ends like this, but for generated and frozen ones.
pub(super) fn files(endings: &[&str]) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the repository") {
            let path = entry.expect("an entry of a folder").path();
            let below = path.strip_prefix(&root).expect("a path below the root");
            let name = below.to_string_lossy().replace('\\', "/");
            if path.is_dir() {
                let is_ours = !name.contains("/.") && !name.starts_with('.') && !OTHERS.contains(&name.as_str());
                folders.extend(is_ours.then_some(path));
            } else if endings.iter().any(|ending| name.ends_with(ending)) && !OTHERS.contains(&name.as_str()) {
                let text = std::fs::read_to_string(&path).expect("a source is text");
                found.push(Source { path: name, text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

impl Source {
    /// Takes Rust apart; a raw string, a nested comment and a character are each one piece.
    pub(super) fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut rest = self.text.as_str();
        let mut line = 1;
        while !rest.is_empty() {
            let (kind, length) = first(rest);
            let (text, behind) = rest.split_at(length);
            pieces.push(Piece { kind, line, text });
            line += text.matches('\n').count();
            rest = behind;
        }
        pieces
    }
}

/// Returns the kind of the first piece, and its length in bytes.
fn first(rest: &str) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, comment(rest));
    }
    if let Some(length) = raw(rest) {
        return (Kind::Text, length);
    }
    if rest.starts_with('"') {
        return (Kind::Text, quoted(rest));
    }
    if let Some(length) = character(rest) {
        return (Kind::Text, length);
    }
    (Kind::Rust, code(rest))
}

/// Returns how far code goes: to the next text or comment, past at least one word.
fn code(rest: &str) -> usize {
    let mut before = ' ';
    for (index, letter) in rest.char_indices() {
        let behind = &rest[index..];
        let begins_word = !before.is_alphanumeric() && before != '_';
        let ends = behind.starts_with("//")
            || behind.starts_with("/*")
            || letter == '"'
            || begins_word && raw(behind).is_some()
            || character(behind).is_some();
        if ends && index > 0 {
            return index;
        }
        before = letter;
    }
    rest.len()
}

fn comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut index = 0;
    while index < rest.len() {
        let behind = &rest.as_bytes()[index..];
        if behind.starts_with(b"/*") {
            depth += 1;
            index += 2;
        } else if behind.starts_with(b"*/") {
            depth -= 1;
            index += 2;
            if depth == 0 {
                return index;
            }
        } else {
            index += 1;
        }
    }
    rest.len()
}

fn raw(rest: &str) -> Option<usize> {
    let behind = ["br", "cr", "r"].iter().find_map(|prefix| rest.strip_prefix(prefix))?;
    let hashes = behind.bytes().take_while(|byte| *byte == b'#').count();
    let text = behind[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(rest.len() - text.len() + text.find(&end).map_or(text.len(), |index| index + end.len()))
}

fn quoted(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    while let Some((index, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '"' => return index + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Returns the length of a character between quotes; `None` for a lifetime.
fn character(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let letter = inner.chars().next()?;
    let end = match letter {
        '\\' => inner.char_indices().skip(2).find(|(_, letter)| *letter == '\'')?.0,
        _ => letter.len_utf8(),
    };
    inner[end..].starts_with('\'').then_some(end + 2)
}

/// Returns the words that an identifier or a path is made of, in lower case.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in name.chars() {
        let begins = letter.is_uppercase() && word.chars().last().is_some_and(char::is_lowercase);
        if (begins || !letter.is_alphabetic()) && !word.is_empty() {
            words.push(std::mem::take(&mut word).to_lowercase());
        }
        if letter.is_alphabetic() {
            word.push(letter);
        }
    }
    if !word.is_empty() {
        words.push(word.to_lowercase());
    }
    words
}

/// Returns the identifiers of some code, each with the line on which it stands.
pub(super) fn identifiers<'a>(piece: &Piece<'a>) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    for (number, line) in piece.text.split('\n').enumerate() {
        let names = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let names = names.filter(|name| name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_'));
        found.extend(names.map(|name| (piece.line + number, name)));
    }
    found
}
