//! The law between the crates, read off the workspace: a wrong arrow fails here.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod law {
    mod source;
    mod style;
    mod words;
}

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// The crates of the project that each crate may depend on; nothing else.
const LAW: &[(&str, &[&str])] = &[
    ("kring-domain", &[]),
    ("kring-sync", &["kring-domain"]),
    ("kring-client", &["kring-domain", "kring-sync"]),
    ("kring-server", &["kring-domain", "kring-sync"]),
    ("kring-ffi", &["kring-client", "kring-domain"]),
    ("kring-tests", &["kring-client", "kring-domain", "kring-server", "kring-sync"]),
    ("kring-hostile", &["kring-domain", "kring-server", "kring-sync"]),
    ("kring-power", &["kring-client", "kring-domain", "kring-server", "kring-tests"]),
    ("kring-simulation", &["kring-domain", "kring-sync"]),
    ("xtask", &[]),
];

/// What a pure crate must not even be able to reach for: sockets, clocks of an executor, files, randomness.
const IMPURE: &[&str] = &["tokio", "axum", "rusqlite", "ureq", "rand", "fastrand", "getrandom", "futures-util"];

#[test]
fn crates_depend_only_on_what_the_law_allows() {
    let law: BTreeMap<&str, BTreeSet<&str>> =
        LAW.iter().map(|(name, allowed)| (*name, allowed.iter().copied().collect())).collect();
    for (name, dependencies) in dependencies() {
        let allowed = law.get(name.as_str()).unwrap_or_else(|| panic!("{name} is not in the law yet"));
        for dependency in dependencies.iter().filter(|dependency| law.contains_key(dependency.as_str())) {
            assert!(allowed.contains(dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn pure_crates_reach_for_nothing_impure() {
    for (name, dependencies) in dependencies() {
        if ["kring-domain", "kring-sync"].contains(&name.as_str()) {
            for impure in IMPURE {
                assert!(!dependencies.contains(*impure), "{name} is pure and must not depend on {impure}");
            }
        }
    }
}

/// In one build with the server the phone's SQLCipher would replace the server's SQLite.
#[test]
fn an_encrypted_file_is_asked_for_by_nobody_but_an_app() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("the workspace has metadata");
    for package in &metadata.packages {
        let default = package.features.get("default").cloned().unwrap_or_default();
        assert!(!default.iter().any(|feature| feature.contains("cipher")), "{} by default", package.name);
        for dependency in &package.dependencies {
            let asked = dependency.features.iter().any(|feature| feature.contains("cipher"));
            assert!(!asked, "{} asks {} for it", package.name, dependency.name);
        }
    }
}

fn dependencies() -> Vec<(String, BTreeSet<String>)> {
    let metadata = MetadataCommand::new().no_deps().exec().expect("the workspace has metadata");
    let members = metadata.packages.iter().map(|package| {
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
        (package.name.to_string(), normal.map(|dependency| dependency.name.clone()).collect())
    });
    members.collect()
}

/// Everything that a person reads is short: at most ten words a sentence, in every text that stands in the sources.
#[test]
fn fixed_dutch_texts_have_at_most_ten_words_a_sentence() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut texts = 0;
    for folder in ["core/domain/src", "core/sync/src", "core/client/src", "server/src", "bindings/ffi/src"] {
        for path in sources(&root.join(folder)) {
            let source = std::fs::read_to_string(&path).expect("a source is text");
            for text in ["pick(", "say("].iter().flat_map(|call| first_arguments(&source, call)) {
                texts += 1;
                for sentence in text.split_inclusive(['.', '?', '!', ';', ':']) {
                    let words = sentence.split_whitespace().count();
                    assert!(words <= 10, "{words} words in {}: {sentence}", path.display());
                }
            }
        }
    }
    assert!(texts > 150, "only {texts} texts were found");
}

/// Every source below a folder.
fn sources(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the workspace") {
            let path = entry.expect("an entry of a folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// The texts that stand as the first argument of a call.
fn first_arguments(source: &str, call: &str) -> Vec<String> {
    let behind = source.split(call).skip(1);
    let texts = behind.filter_map(|behind| {
        let literal = behind.trim_start().strip_prefix('"')?;
        let mut text = String::new();
        let mut letters = literal.chars();
        loop {
            match letters.next()? {
                '"' => return Some(text),
                '\\' => text.extend(letters.next().filter(|letter| *letter != '\n')),
                letter => text.push(letter),
            }
        }
    });
    texts.collect()
}
