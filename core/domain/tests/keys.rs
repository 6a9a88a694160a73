//! Every key of a document has one home: it is spelled in one file, and used from there by its name.

#![allow(clippy::unwrap_used, clippy::string_slice, reason = "a test may fail where it stands")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Words that are no key where they stand, with the reason.
const NO_KEYS: [(&str, &str); 2] = [
    ("type", "names the kind of a command or of a schema"),
    ("command", "is what a refusal of a command as a whole is about"),
];

/// Files whose words are no keys, with the reason.
const NO_HOMES: [(&str, &str); 4] = [
    ("field_words", "puts the fields of commands into words"),
    ("docs", "writes about JSON Schema"),
    ("table", "names documents as every wire does"),
    ("network/picture", "draws SVG, which has names of its own"),
];

#[test]
fn a_key_of_a_document_stands_in_one_file() {
    let sources = sources();
    let keys = keys(&sources);
    assert!(keys.len() > 80, "only {} keys were found", keys.len());
    for (path, source) in &sources {
        let names = keys.iter().filter(|(key, _)| !NO_KEYS.iter().any(|(word, _)| word == key));
        for (key, homes) in names.filter(|(key, _)| source.contains(&format!("\"{key}\""))) {
            // The same word can be a key of two kinds of document, each with a home of its own.
            let others: Vec<&PathBuf> = homes.iter().filter(|home| *home != path && may_meet(home, path)).collect();
            assert!(
                homes.contains(path) || others.is_empty(),
                "{}: \"{key}\" has its home in {others:?}",
                path.display()
            );
        }
    }
}

#[test]
fn documents_are_read_and_written_through_keys_alone() {
    let accessors = ["get", "map", "has", "str", "json", "put", "set", "delete", "begin", "put_object", "into_map"];
    for (path, source) in sources().iter().filter(|(path, _)| !path.starts_with("entity")) {
        for accessor in accessors {
            let call = format!("item.{accessor}(\"");
            assert!(!source.contains(&call), "{}: {call}…\") spells a key", path.display());
            let call = format!("transaction.{accessor}(");
            let is_raw = source.contains(&call)
                && !["rewrite", "shared_text", "document.rs"].iter().any(|of| path.starts_with(of));
            assert!(!is_raw, "{}: {call}…) writes past the entities", path.display());
        }
    }
}

/// Returns whether two files deal with one kind of document: what stands beside the folders deals with all.
fn may_meet(one: &Path, other: &Path) -> bool {
    let kind = |path: &Path| {
        let first = first(path).to_owned();
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(&first).is_dir().then_some(first)
    };
    let is_shared = |kind: &Option<String>| kind.as_ref().is_none_or(|kind| kind == "shared_text");
    let one = kind(one);
    let other = kind(other);
    one == other || is_shared(&one) || is_shared(&other)
}

/// The name of a file of the crate's root, or of the folder beside it.
fn first(path: &Path) -> &str {
    path.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs")
}

/// The sources without comments, tests and lists of words.
fn sources() -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&root).unwrap().to_owned();
            let is_left_out =
                NO_HOMES.iter().any(|(left_out, _)| first(&name) == *left_out || name.starts_with(left_out));
            if path.is_dir() {
                folders.extend((!name.ends_with("tests")).then_some(path));
            } else if !is_left_out && !name.ends_with("tests.rs") {
                let text = fs::read_to_string(path).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
                let code =
                    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
                sources.insert(
                    name,
                    blocks(&code, "words! {").iter().fold(code.clone(), |code, list| code.replace(list, "")),
                );
            }
        }
    }
    sources
}

/// The keys that the sources declare, with the files in which they do.
fn keys(sources: &BTreeMap<PathBuf, String>) -> BTreeMap<String, BTreeSet<PathBuf>> {
    let mut keys: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for (path, source) in sources {
        let mut add = |key: &str| keys.entry(key.to_owned()).or_default().insert(path.clone());
        for entity in blocks(source, "entity! {") {
            let Some(section) = between(&entity, "in \"", "\"") else { continue };
            add(section);
            for line in entity.lines().map(str::trim).filter(|line| line.ends_with(',') && !line.contains("=>")) {
                if let Some((field, kind)) = line.split_once(": ") {
                    add(between(kind, "as \"", "\"").unwrap_or(field));
                }
            }
        }
        for start in ["Key::new(\"", ": &str = \""] {
            source.match_indices(start).for_each(|(at, _)| {
                add(source[at + start.len()..].split('"').next().unwrap());
            });
        }
    }
    keys
}

/// The insides of the blocks that begin so.
fn blocks(source: &str, begin: &str) -> Vec<String> {
    let inside = |(at, _): (usize, &str)| {
        let rest = &source[at + begin.len()..];
        let mut depth = 1;
        let end = rest.find(|letter| {
            depth += i32::from(letter == '{') - i32::from(letter == '}');
            depth == 0
        });
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    source.match_indices(begin).map(inside).collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(between, _)| between)
}
