//! Every sentence that people read, taken from the sources: short in Dutch and English, with the names of the demo in it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test may fail where it stands"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folders with sentences, from the root of the repository.
const SOURCES: [&str; 4] = ["core/domain/src", "core/sync/src", "core/client/src", "server/src"];

/// The most words of a sentence.
const MOST: usize = 10;

/// What stands between braces, as it reads in the demo. A new name fails the test until it has a value.
const DEMO: [(&str, &str); 23] = [
    ("", "de besloten tijd"),
    ("MAX_ACTIVE", "3"),
    ("a", "Ria van Dalen"),
    ("about", "Wat je krijgt"),
    ("b", "Linda van Dalen"),
    ("client", "Joost van Dalen"),
    ("count", "4"),
    ("dare", "5"),
    ("field", "hoe goed het helpt"),
    ("heading", "Wat je krijgt"),
    ("inside", "Joost van Dalen"),
    ("label", "na een tijd"),
    ("more", "3"),
    ("name", "Ria van Dalen"),
    ("people", "Joost van Dalen"),
    ("person", "Marloes Hendriks"),
    ("said", "Joost van Dalen: ‘elke week’."),
    ("total", "18"),
    ("value", "5"),
    ("weeks", "2"),
    ("what", "de besloten tijd"),
    ("who", "Marloes Hendriks"),
    ("why", "Het lukt."),
];

/// A literal with the place where it is written.
#[derive(Clone, Debug)]
struct Literal {
    place: String,
    text: String,
}

/// The texts of one language, and those of the other, in the order of the sources.
#[derive(Default)]
struct Texts {
    dutch: Vec<Literal>,
    english: Vec<Literal>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// A source cut into what matters here: names, signs and literals, each with its line.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Word(String),
    Sign(char),
    Text(String),
}

fn pieces(source: &str) -> Vec<(usize, Piece)> {
    let characters: Vec<char> = source.chars().collect();
    let mut at = 0;
    let mut line = 1;
    let mut found = Vec::new();
    while at < characters.len() {
        let next = characters.get(at + 1).copied();
        match characters[at] {
            '\n' => line += 1,
            '/' if next == Some('/') => {
                while at < characters.len() && characters[at] != '\n' {
                    at += 1;
                }
                continue;
            }
            '"' => {
                let mut text = String::new();
                let begun = line;
                at += 1;
                while characters[at] != '"' {
                    if characters[at] == '\\' {
                        at += 1;
                        if characters[at] == '\n' {
                            // A continued line has no white space at its beginning.
                            line += 1;
                            while characters[at + 1].is_whitespace() {
                                at += 1;
                            }
                        } else if characters[at] == 'n' {
                            text.push('\n');
                        } else {
                            text.push(characters[at]);
                        }
                    } else {
                        line += usize::from(characters[at] == '\n');
                        text.push(characters[at]);
                    }
                    at += 1;
                }
                found.push((begun, Piece::Text(text)));
            }
            '\'' if next == Some('\\') || characters.get(at + 2) == Some(&'\'') => {
                at += if next == Some('\\') { 3 } else { 2 };
                while characters[at] != '\'' && characters[at] != '\n' {
                    at += 1;
                }
            }
            letter if letter.is_alphanumeric() || letter == '_' => {
                let mut word = String::new();
                while characters.get(at).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_') {
                    word.push(characters[at]);
                    at += 1;
                }
                // A text without escapes, which no person reads.
                let hashes = characters[at.min(characters.len())..].iter().take_while(|sign| **sign == '#').count();
                if matches!(word.as_str(), "r" | "br") && characters.get(at + hashes) == Some(&'"') {
                    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
                    at += hashes + 1;
                    while !characters[at..].starts_with(&end) {
                        line += usize::from(characters[at] == '\n');
                        at += 1;
                    }
                    at += end.len();
                    continue;
                }
                found.push((line, Piece::Word(word)));
                continue;
            }
            sign if !sign.is_whitespace() => found.push((line, Piece::Sign(sign))),
            _ => {}
        }
        at += 1;
    }
    found
}

/// Every text that a source has in two languages.
fn texts() -> Texts {
    let mut texts = Texts::default();
    let mut paths = Vec::new();
    SOURCES.iter().for_each(|folder| files(&root().join(folder), &mut paths));
    for path in paths {
        let source = std::fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let pieces = pieces(source);
        let literal = |(line, text): &(usize, String)| Literal { place: format!("{name}:{line}"), text: text.clone() };
        for at in 0..pieces.len() {
            if let Some([dutch, english]) = pair(&pieces, at) {
                texts.dutch.push(literal(&dutch));
                texts.english.push(literal(&english));
            }
            for (language, into) in [("Dutch", &mut texts.dutch), ("English", &mut texts.english)] {
                into.extend(arm(&pieces, at, language).iter().map(literal));
            }
        }
    }
    texts
}

/// Two literals beside each other, the first of which is Dutch: the arguments of `pick`, `say`, `of` and the like.
fn pair(pieces: &[(usize, Piece)], at: usize) -> Option<[(usize, String); 2]> {
    let [(_, Piece::Word(call)), (_, Piece::Sign('('))] = pieces.get(at..at + 2)? else { return None };
    if !["pick", "say", "of"].contains(&call.as_str()) {
        return None;
    }
    let [(one, Piece::Text(dutch)), (_, Piece::Sign(',')), (two, Piece::Text(english))] = pieces.get(at + 2..at + 5)?
    else {
        return None;
    };
    Some([(*one, dutch.clone()), (*two, english.clone())])
}

/// The literals in an arm of a match that is for one language.
fn arm(pieces: &[(usize, Piece)], at: usize, language: &str) -> Vec<(usize, String)> {
    let is_here = matches!(pieces.get(at), Some((_, Piece::Word(word))) if word == language);
    if !is_here {
        return Vec::new();
    }
    // Behind the name of the language the pattern ends, perhaps with a condition.
    let arrow = pieces[at..].windows(2).position(|pair| pair[0].1 == Piece::Sign('=') && pair[1].1 == Piece::Sign('>'));
    let Some(arrow) = arrow.filter(|arrow| *arrow < 24) else { return Vec::new() };
    let between = &pieces[at + 1..at + arrow];
    if between.iter().any(|(_, piece)| matches!(piece, Piece::Sign('{' | ';'))) {
        return Vec::new();
    }
    let mut depth = 0i32;
    let mut found = Vec::new();
    for (line, piece) in &pieces[at + arrow + 2..] {
        match piece {
            Piece::Sign('(' | '{' | '[') => depth += 1,
            Piece::Sign(')' | '}' | ']') => depth -= 1,
            Piece::Sign(',') if depth == 0 => break,
            Piece::Text(text) => found.push((*line, text.clone())),
            _ => {}
        }
        if depth < 0 {
            break;
        }
    }
    found
}

/// Returns whether a text follows the name of whoever did something: “heeft …”.
fn is_step(texts: &Texts, file: &str) -> bool {
    texts.dutch.iter().any(|literal| literal.place.starts_with(file) && literal.text.starts_with("heeft "))
}

/// The text as somebody reads it, without what people wrote themselves, which stands between quotation marks.
fn filled(literal: &Literal) -> String {
    let mut text = literal.text.clone();
    for (open, close) in [('“', '”'), ('‘', '’')] {
        while let Some(begin) = text.find(open) {
            let Some(length) = text[begin..].find(close) else { break };
            text.replace_range(begin..begin + length + close.len_utf8(), "");
        }
    }
    let values: BTreeMap<&str, &str> = DEMO.into_iter().collect();
    while let Some(begin) = text.find('{') {
        let end = begin + text[begin..].find('}').unwrap();
        let name = text[begin + 1..end].to_owned();
        let value = values.get(name.as_str());
        let value = value.unwrap_or_else(|| panic!("{}: what {{{name}}} reads in the demo", literal.place));
        text.replace_range(begin..=end, value);
    }
    text
}

fn is_each_short(texts: &Texts, literals: &[Literal]) -> Vec<String> {
    let mut long = Vec::new();
    for literal in literals {
        let file = literal.place.split(':').next().unwrap();
        // In the access log the role stands behind the name.
        let name = if file.contains("access_log") { 2 } else { 1 };
        let begins = usize::from(literal.text.starts_with(char::is_lowercase) && is_step(texts, file)) * name;
        for (number, sentence) in filled(literal).split(['.', '?', '!', '\n']).enumerate() {
            let words = sentence.split_whitespace().count() + if number == 0 { begins } else { 0 };
            if words > MOST {
                long.push(format!("{}: {words} words: {sentence}", literal.place));
            }
        }
    }
    long
}

#[test]
fn every_sentence_has_at_most_ten_words_in_both_languages() {
    let texts = texts();
    assert!(texts.dutch.len() > 250, "{} texts were found", texts.dutch.len());
    let long = [is_each_short(&texts, &texts.dutch), is_each_short(&texts, &texts.english)].concat();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn nobody_is_called_client_where_a_name_is_known() {
    // Where there is no client yet, and as the name of the role.
    const GENERAL: [&str; 3] = ["core/domain/src/reader.rs", "core/domain/src/role.rs", "server/src/http/safety.rs"];
    let texts = texts();
    for literal in texts.dutch.iter().filter(|literal| literal.text.to_lowercase().contains("cliënt")) {
        let file = literal.place.split(':').next().unwrap();
        assert!(GENERAL.contains(&file), "{}: {}", literal.place, literal.text);
    }
}

#[test]
fn every_text_is_there_in_both_languages() {
    let texts = texts();
    let count = |literals: &[Literal]| {
        let mut files: BTreeMap<String, usize> = BTreeMap::new();
        for literal in literals {
            *files.entry(literal.place.split(':').next().unwrap().to_owned()).or_default() += 1;
        }
        files
    };
    let dutch = count(&texts.dutch);
    let english = count(&texts.english);
    assert_eq!(dutch.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>());
    // One language may need one form of a verb more than the other.
    for (file, count) in &dutch {
        assert!(count.abs_diff(english[file]) <= 1, "{file}: {count} in Dutch and {} in English", english[file]);
    }
}
