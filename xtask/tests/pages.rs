//! The pages: short cells, links that lead somewhere, a README for each crate, and lists that leave nothing out.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

/// The longest cell of a table, in letters; what needs more is a paragraph or a list.
const LONGEST_CELL: usize = 120;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every Markdown page of the project, with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let mut pages = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if name.ends_with(".md") {
                let text = fs::read_to_string(&path).unwrap();
                pages.push((path, text));
            }
        }
    }
    assert!(pages.len() > 20, "{} pages", pages.len());
    pages
}

/// The targets of the links of a text, without their anchors.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let behind = text.split("](").skip(1).filter_map(|behind| behind.split(')').next());
    behind.map(|target| target.split('#').next().unwrap_or_default()).filter(|target| !target.is_empty())
}

#[test]
fn no_cell_of_a_table_is_long() {
    for (path, text) in pages() {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with('|')) {
            for cell in line.replace("\\|", " ").split('|').map(str::trim) {
                let length = cell.chars().count();
                assert!(length < LONGEST_CELL, "{}:{}: {length} letters: {cell}", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn links_between_pages_lead_to_files() {
    let mut followed = 0;
    for (path, text) in pages() {
        for target in links(&text).filter(|target| !target.contains(':')) {
            let to = path.parent().unwrap().join(target);
            assert!(to.exists(), "{}: {target} is not there", path.display());
            followed += 1;
        }
    }
    assert!(followed > 80, "{followed} links");
}

#[test]
fn each_crate_has_a_readme_of_about_ten_lines() {
    let metadata = MetadataCommand::new().no_deps().current_dir(root()).exec().unwrap();
    for package in &metadata.packages {
        let name = &package.name;
        assert_eq!(package.readme.as_ref().map(|readme| readme.as_str()), Some("README.md"), "{name}");
        let path = package.manifest_path.parent().unwrap().join("README.md");
        let lines = fs::read_to_string(&path).unwrap_or_default().lines().count();
        assert!((5..=15).contains(&lines), "{path} has {lines} lines");
    }
}

#[test]
fn the_lists_name_every_page_and_every_decision() {
    for (folder, at_least) in [("docs", 9), ("docs/adr", 11)] {
        let folder = root().join(folder);
        let list = fs::read_to_string(folder.join("README.md")).unwrap();
        let named: BTreeSet<&str> = links(&list).collect();
        let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let files: Vec<String> = files.filter(|name| name.ends_with(".md") && name != "README.md").collect();
        assert!(files.len() >= at_least, "{files:?}");
        for file in files {
            assert!(named.contains(file.as_str()), "{} is not in the list", folder.join(file).display());
        }
    }
}
