//! Counts over all sources how sentences and names are built; each failure names the file and the line.

use super::source::{Kind, Source, files};

/// The openings that make a riddle of a doc comment, instead of a verb or the noun that it defines.
const RIDDLES: [&str; 6] = ["What", "Who", "How", "Whether", "Where", "Which"];

/// The most letters of a test's name.
const MAX_TEST_NAME: usize = 60;

/// Returns the lines of a file with their numbers.
fn lines(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    source.text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()))
}

fn is_over(count: usize, all: usize, percent: usize) -> bool {
    count * 100 >= all * percent
}

#[test]
fn item_docs_begin_with_a_verb_or_a_noun() {
    let mut all = 0;
    let mut riddles = Vec::new();
    for source in files(&[".rs"]) {
        let mut before = "";
        for (number, line) in lines(&source) {
            let doc = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
            let begins = !before.starts_with("///") && !before.starts_with("//!");
            before = line;
            let Some(doc) = doc.filter(|_| begins) else { continue };
            all += 1;
            let first = doc.trim().split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
            if RIDDLES.contains(&first) {
                riddles.push(format!("{}:{number}: {}", source.path, doc.trim()));
            }
        }
    }
    assert!(all > 4_000, "only {all} docs were found");
    assert!(!is_over(riddles.len(), all, 7), "{} of {all} docs:\n{}", riddles.len(), riddles.join("\n"));
}

#[test]
fn nobody_is_called_who() {
    let mut found = Vec::new();
    for source in files(&[".rs", ".md"]) {
        let is_rust = source.path.ends_with(".rs");
        let said = source.pieces().into_iter().filter(|piece| !is_rust || piece.kind == Kind::Comment);
        for (first, text) in said.map(|piece| (piece.line, piece.text.to_lowercase())) {
            for (number, line) in text.lines().enumerate() {
                let words: Vec<&str> = line.split(|letter: char| !letter.is_alphabetic()).collect();
                if words.windows(2).any(|pair| pair == ["for", "who"] || pair == ["to", "who"]) {
                    found.push(format!("{}:{}: {line}", source.path, first + number));
                }
            }
        }
    }
    assert!(found.is_empty(), "name the person:\n{}", found.join("\n"));
}

#[test]
fn test_names_state_one_fact_shortly() {
    let mut all = 0;
    let mut long = Vec::new();
    for source in files(&[".rs"]) {
        let mut is_test = false;
        for (number, line) in lines(&source) {
            is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            let Some((_, behind)) = line.split_once("fn ").filter(|_| is_test && !line.starts_with("//")) else {
                continue;
            };
            is_test = false;
            all += 1;
            let name = behind.split('(').next().unwrap_or_default();
            if name.len() > MAX_TEST_NAME {
                long.push(format!("{}:{number}: {name}", source.path));
            }
        }
    }
    assert!(all > 500, "only {all} tests were found");
    assert!(!is_over(long.len(), all, 5), "{} of {all} names:\n{}", long.len(), long.join("\n"));
}

/// Returns the code of a file alone, on the lines on which it stands.
fn code(source: &Source) -> String {
    let pieces = source.pieces().into_iter().map(|piece| match piece.kind {
        Kind::Rust => piece.text.to_owned(),
        Kind::Comment => piece.text.chars().filter(|letter| *letter == '\n').collect(),
        Kind::Text => format!("\"\"{}", "\n".repeat(piece.text.matches('\n').count())),
    });
    pieces.collect()
}

/// Returns what stands between brackets, as parts between commas; `text` begins behind the first bracket.
fn between_brackets(text: &str) -> (Vec<&str>, &str) {
    let mut parts = Vec::new();
    let mut depth = 0;
    let mut angles = 0;
    let mut begin = 0;
    let mut before = ' ';
    for (index, letter) in text.char_indices() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => {
                parts.push(text[begin..index].trim());
                parts.retain(|part| !part.is_empty());
                return (parts, &text[index + 1..]);
            }
            ')' | ']' | '}' => depth -= 1,
            '<' => angles += 1,
            '>' if before != '-' && before != '=' => angles -= 1,
            ',' if depth == 0 && angles <= 0 => {
                parts.push(text[begin..index].trim());
                begin = index + 1;
            }
            _ => {}
        }
        before = letter;
    }
    (parts, "")
}

#[test]
fn two_values_are_two_statements() {
    let mut found = Vec::new();
    for source in files(&[".rs"]) {
        let code = code(&source);
        for (begin, _) in code.match_indices("let (") {
            let (names, behind) = between_brackets(&code[begin + 5..]);
            let is_plain = |name: &&str| {
                name.trim_start_matches("mut ").chars().all(|letter| letter.is_alphanumeric() || letter == '_')
            };
            let Some(value) = behind.trim_start().strip_prefix("= (").filter(|_| names.iter().all(is_plain)) else {
                continue;
            };
            let (values, behind) = between_brackets(value);
            if values.len() == names.len() && behind.trim_start().starts_with(';') {
                let line = code[..begin].matches('\n').count() + 1;
                found.push(format!("{}:{line}: let ({}) = ({})", source.path, names.join(", "), values.join(", ")));
            }
        }
    }
    assert!(found.is_empty(), "{} tuple lets:\n{}", found.len(), found.join("\n"));
}

#[test]
fn functions_of_the_server_have_few_arguments() {
    let mut found = Vec::new();
    for source in files(&[".rs"]) {
        let is_server = source.path.starts_with("server/src/");
        let code = if is_server { code(&source) } else { String::new() };
        for (begin, _) in code.match_indices("fn ") {
            let Some((name, arguments)) = code[begin + 3..].split_once('(') else { continue };
            let name = name.split('<').next().unwrap_or_default();
            if !name.chars().all(|letter| letter.is_alphanumeric() || letter == '_') {
                continue;
            }
            let (arguments, _) = between_brackets(arguments);
            if arguments.len() >= 6 {
                let line = code[..begin].matches('\n').count() + 1;
                found.push(format!("{}:{line}: {name} has {}", source.path, arguments.len()));
            }
        }
    }
    assert!(found.len() <= 18, "{} functions with six arguments or more:\n{}", found.len(), found.join("\n"));
}
