//! The list of protecting lines.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::process::{Failure, program, root};

/// Where the list is, below the root.
const LIST: &str = "tests/mutants.toml";

/// A line that protects a promise, and the test that fails without it.
#[derive(PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mutant {
    /// What is promised.
    pub(super) promise: String,
    /// The source file, below the root.
    pub(super) file: String,
    /// What is in it exactly once.
    remove: String,
    /// What comes in its place.
    #[serde(default)]
    instead: String,
    /// What `cargo test` is told so that it runs the right tests.
    pub(super) target: String,
    /// The name of the test that must fail.
    pub(super) test: String,
}

#[derive(Deserialize)]
struct List {
    mutant: Vec<Mutant>,
}

/// Reads the list.
pub(super) fn read() -> Result<Vec<Mutant>, Failure> {
    parsed(&std::fs::read_to_string(root().join(LIST)).map_err(|error| format!("{LIST}: {error}"))?)
}

/// Reads the list as a commit has it.
pub(super) fn read_at(commit: &str) -> Result<Vec<Mutant>, Failure> {
    let shown = program("git", &["show", &format!("{commit}:{LIST}")]).output();
    let shown = shown.map_err(|error| format!("git: {error}"))?;
    if !shown.status.success() {
        return Err(format!("{commit} has no {LIST}"));
    }
    parsed(&String::from_utf8_lossy(&shown.stdout))
}

fn parsed(text: &str) -> Result<Vec<Mutant>, Failure> {
    let list: List = toml::from_str(text).map_err(|error| format!("{LIST}: {error}"))?;
    Ok(list.mutant)
}

/// The tests of some mutants, together where one call of `cargo test` runs them.
pub(super) fn by_target<'a>(mutants: &[&'a Mutant]) -> BTreeMap<String, Vec<&'a str>> {
    let mut targets: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for mutant in mutants {
        let tests = targets.entry(mutant.target.clone()).or_default();
        if !tests.contains(&mutant.test.as_str()) {
            tests.push(&mutant.test);
        }
    }
    targets
}

impl Mutant {
    /// Returns whether a word is anywhere in it.
    pub(super) fn mentions(&self, word: &str) -> bool {
        [&self.file, &self.test, &self.promise, &self.target].iter().any(|text| text.contains(word))
    }

    /// A source without the line.
    pub(super) fn applied(&self, source: &str) -> Result<String, Failure> {
        match source.matches(&self.remove).count() {
            1 => Ok(source.replacen(&self.remove, &self.instead, 1)),
            times => Err(format!("`{}` is {times} times in {}, not once", self.remove, self.file)),
        }
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { promise, file, target, test, .. } = self;
        write!(f, "{promise}\n    {file}\n    cargo test {target} {test}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Every function of the sources, by name.
    fn functions(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                functions(&path, found);
            } else if name.ends_with(".rs") || name.ends_with(".py") {
                let source = std::fs::read_to_string(&path).unwrap();
                let names = source.split("fn ").chain(source.split("def ")).skip(1);
                found.extend(
                    names.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned()),
                );
            }
        }
    }

    #[test]
    fn every_line_is_there_once_and_its_test_exists() {
        let mut known = BTreeSet::new();
        functions(&root(), &mut known);
        for mutant in read().unwrap() {
            let source = std::fs::read_to_string(root().join(&mutant.file)).unwrap();
            assert_ne!(mutant.applied(&source).unwrap(), source, "{mutant}");
            assert!(known.contains(&mutant.test), "there is no test {}", mutant.test);
        }
    }

    /// `UPDATE_DOCS=1` writes the table.
    #[test]
    fn the_page_on_security_lists_them() {
        const MARK: &str = "<!-- from tests/mutants.toml -->\n";
        let path = root().join("docs/security.md");
        let page = std::fs::read_to_string(&path).unwrap();
        let rows = read().unwrap();
        let rows =
            rows.iter().map(|Mutant { promise, file, test, .. }| format!("| {promise} | `{file}` | `{test}` |\n"));
        let table = format!("| promise | without a line of | fails |\n|---|---|---|\n{}", rows.collect::<String>());
        let mut parts: Vec<&str> = page.split(MARK).collect();
        assert_eq!(parts.len(), 3, "two marks around the table");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            parts[1] = &table;
            std::fs::write(&path, parts.join(MARK)).unwrap();
        } else {
            assert_eq!(parts[1], table, "UPDATE_DOCS=1 cargo test -p xtask");
        }
    }

    #[test]
    fn the_tests_that_the_pages_name_exist() {
        let mut known = BTreeSet::new();
        functions(&root(), &mut known);
        for page in ["docs/security.md", "docs/reliability.md", "docs/architecture.md"] {
            let text = std::fs::read_to_string(root().join(page)).unwrap();
            // Names of tests are sentences; a shorter word in code type is a setting or a field.
            let named = text.split('`').skip(1).step_by(2).filter(|word| word.matches('_').count() >= 4);
            let missing: Vec<_> = named
                .filter(|word| word.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit()))
                .filter(|word| !known.contains(*word))
                .collect();
            assert!(missing.is_empty(), "{page} names {missing:?}");
        }
    }
}
