//! The dependencies: from the registry, pinned once in the root's `Cargo.toml`, each with its reason.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand};

fn metadata() -> Metadata {
    MetadataCommand::new().current_dir(root()).exec().unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

#[test]
fn every_dependency_comes_from_the_registry() {
    let metadata = metadata();
    for package in &metadata.packages {
        let source = package.source.as_ref().map(|source| source.repr.as_str());
        let is_ours = metadata.workspace_members.contains(&package.id);
        let is_of_registry = source.is_some_and(|source| source.starts_with("registry+"));
        assert!(is_ours || is_of_registry, "{} comes from {source:?}", package.name);
    }
}

/// Members say `workspace = true` and no version of their own, so that a version stands in one place.
#[test]
fn every_dependency_is_pinned_once() {
    let mut taken = 0;
    for package in metadata().workspace_packages() {
        let manifest: toml::Table = fs::read_to_string(&package.manifest_path).unwrap().parse().unwrap();
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, dependency) in manifest.get(kind).and_then(toml::Value::as_table).into_iter().flatten() {
                let of_root = dependency.get("workspace").and_then(toml::Value::as_bool) == Some(true);
                let is_taken = of_root || dependency.get("path").is_some();
                let is_pinned = dependency.get("version").is_some() || dependency.is_str();
                assert!(is_taken && !is_pinned, "{}: {name} is pinned there, and not in the root", package.name);
                taken += 1;
            }
        }
        assert!(manifest.get("target").is_none(), "{}: a dependency of one system is not looked at", package.name);
    }
    assert!(taken > 80, "{taken} dependencies");
}

#[test]
fn every_pinned_dependency_has_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, pinned) = manifest.split_once("[workspace.dependencies]").unwrap();
    let (pinned, _) = pinned.split_once("\n[").unwrap();
    let mut reasons = 0;
    let mut is_explained = false;
    for line in pinned.lines().filter(|line| !line.contains("path = ")) {
        // Lines that follow each other share the reason above them.
        is_explained = line.starts_with("# ") || is_explained && !line.is_empty();
        reasons += usize::from(line.starts_with("# "));
        assert!(line.is_empty() || is_explained, "no reason stands above {line}");
    }
    assert!(reasons > 30, "{reasons} reasons");
}
