//! Copying the folder and building what is in it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::load::Outcome;
use crate::load::process::say;

/// Folders that are made by building, and results of others.
const SKIPPED: [&str; 5] = ["node_modules", "target", "results", "data", ".git"];

/// Copies a folder over another, without what building makes.
pub(super) fn copy(from: &Path, to: &Path) -> Outcome<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            if !SKIPPED.iter().any(|skipped| entry.file_name() == *skipped) {
                copy(&entry.path(), &target)?;
            }
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// Builds what it can; what it could not, and why.
pub(super) fn install(target: &Path) -> Outcome<Vec<(String, String)>> {
    let npm = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
    let steps: [(&str, &str, &[&str]); 5] = [
        ("harness", "cargo", &["build", "--release", "--quiet", "--target-dir", "target"]),
        ("peers/repo-node", "npm", &npm),
        ("peers/hocuspocus", "npm", &npm),
        ("yjs-bench", "npm", &npm),
        ("y-sweet", "cargo", &["install", "--locked", "--quiet", "y-sweet", "--root", "peers/y-sweet"]),
    ];
    let mut missing = Vec::new();
    for (what, program, arguments) in steps {
        say(&format!("peers: installing {what}"));
        let place = if what == "y-sweet" { target.to_owned() } else { target.join(what) };
        if let Err(why) = step(program, arguments, &place) {
            missing.push((what.to_owned(), why));
        }
    }
    Ok(missing)
}

fn step(program: &str, arguments: &[&str], place: &Path) -> Result<(), String> {
    let mut command = Command::new(program);
    // The settings of our own build are not for other people's programs.
    command.args(arguments).current_dir(place).env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let error = String::from_utf8_lossy(&output.stderr);
    let line = error.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    Err(format!("{program} {}: {line}", output.status))
}
