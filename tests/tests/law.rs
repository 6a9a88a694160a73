//! The law between the crates, read off the workspace: a wrong arrow fails here.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Which crates of the project each crate may depend on; nothing else.
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

#[test]
fn every_dependency_comes_from_the_registry_and_is_pinned_once() {
    let metadata = MetadataCommand::new().exec().expect("the workspace has metadata");
    for package in &metadata.packages {
        let source = package.source.as_ref().map(|source| source.repr.as_str());
        let ours = metadata.workspace_members.contains(&package.id);
        let registry = source.is_some_and(|source| source.starts_with("registry+"));
        assert!(ours || registry, "{} comes from {source:?}", package.name);
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
