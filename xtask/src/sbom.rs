//! The software bill of materials: every crate that is compiled into what people run, with its version, licence and
//! checksum, in CycloneDX 1.5 (<https://cyclonedx.org/docs/1.5/json/>).

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::process::{Failure, root, say};

/// Where the list is kept.
const FILE: &str = "docs/sbom.cdx.json";

/// The crates that people run; the rest of the workspace is for tests and chores.
const SHIPPED: [&str; 2] = ["kring-server", "kring-ffi"];

/// Options of `sbom`.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Fail where the list in the repository is not the present one, and write nothing.
    #[arg(long)]
    pub(crate) check: bool,
}

/// Writes the list, or compares it.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let metadata = MetadataCommand::new().current_dir(root()).other_options(["--locked".to_owned()]).exec();
    let metadata = metadata.map_err(|error| format!("sbom: {error}"))?;
    let checksums = checksums()?;
    let list = list(&metadata, &checksums)?;
    let text = serde_json::to_string_pretty(&list).map_err(|error| format!("sbom: {error}"))? + "\n";
    let path = root().join(FILE);
    if options.check {
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        return if kept == text { Ok(()) } else { Err(format!("{FILE} is old: run `cargo xtask sbom`")) };
    }
    std::fs::write(&path, text).map_err(|error| format!("{FILE}: {error}"))?;
    say(&format!("wrote {FILE}"));
    Ok(())
}

fn list(metadata: &Metadata, checksums: &BTreeMap<(String, String), String>) -> Result<Value, Failure> {
    let shipped = shipped(metadata)?;
    let mut components: Vec<(String, Value)> =
        shipped.values().map(|package| (reference(package), component(package, checksums))).collect();
    components.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": { "type": "application", "name": "kring", "bom-ref": "kring" } },
        "components": components.into_iter().map(|(_, component)| component).collect::<Vec<_>>(),
    }))
}

/// Every package that a shipped crate is linked with, on any platform.
fn shipped(metadata: &Metadata) -> Result<BTreeMap<&PackageId, &Package>, Failure> {
    let resolve = metadata.resolve.as_ref().ok_or("sbom: the workspace has no lock file")?;
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let packages: BTreeMap<_, _> = metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let is_shipped = |package: &&Package| SHIPPED.contains(&package.name.as_str());
    let mut waiting: Vec<&PackageId> = metadata.packages.iter().filter(is_shipped).map(|package| &package.id).collect();
    let mut found = BTreeMap::new();
    while let Some(id) = waiting.pop() {
        let Some(package) = packages.get(id) else { continue };
        if found.insert(id, *package).is_some() {
            continue;
        }
        let dependencies = nodes.get(id).map(|node| node.deps.as_slice()).unwrap_or_default();
        let linked = dependencies
            .iter()
            .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development));
        waiting.extend(linked.map(|dependency| &dependency.pkg));
    }
    Ok(found)
}

fn component(package: &Package, checksums: &BTreeMap<(String, String), String>) -> Value {
    let name = package.name.to_string();
    let version = package.version.to_string();
    let mut component = Map::from_iter([
        ("type".to_owned(), json!("library")),
        ("bom-ref".to_owned(), json!(reference(package))),
        ("name".to_owned(), json!(name)),
        ("version".to_owned(), json!(version)),
        ("purl".to_owned(), json!(reference(package))),
    ]);
    if let Some(license) = &package.license {
        // Older crates separate alternatives by a slash, which is no SPDX expression.
        let expression = license.replace(" / ", " OR ").replace('/', " OR ");
        component.insert("licenses".to_owned(), json!([{ "expression": expression }]));
    }
    if let Some(checksum) = checksums.get(&(name, version)) {
        component.insert("hashes".to_owned(), json!([{ "alg": "SHA-256", "content": checksum }]));
    }
    Value::Object(component)
}

fn reference(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

/// The checksum of each crate's archive, by name and version, as the lock file pins it.
fn checksums() -> Result<BTreeMap<(String, String), String>, Failure> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).map_err(|error| format!("Cargo.lock: {error}"))?;
    let lock: toml::Table = lock.parse().map_err(|error| format!("Cargo.lock: {error}"))?;
    let packages = lock.get("package").and_then(toml::Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |package: &toml::Value, key: &str| Some(package.get(key)?.as_str()?.to_owned());
    let pinned = |package| Some(((text(package, "name")?, text(package, "version")?), text(package, "checksum")?));
    Ok(packages.iter().filter_map(pinned).collect())
}
