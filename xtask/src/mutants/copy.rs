//! A copy of the sources, in which lines can be taken out.

use std::path::PathBuf;

use crate::process::{Failure, program, root};

/// The copy, below the root's `target`.
pub(super) struct Copy {
    root: PathBuf,
}

impl Copy {
    /// Makes the copy, or brings one from before up to date; files that are the same keep their time, so that little
    /// is compiled again.
    pub(super) fn of_sources() -> Result<Self, Failure> {
        let copy = Self { root: root().join("target/mutants/tree") };
        let listed = program("git", &["ls-files", "--cached", "--others", "--exclude-standard", "-z"]).output();
        let listed = listed.map_err(|error| format!("git: {error}"))?;
        if !listed.status.success() {
            return Err("the list of sources comes from git, and this is no checkout of it".to_owned());
        }
        let names = String::from_utf8_lossy(&listed.stdout).into_owned();
        for name in names.split('\0').filter(|name| !name.is_empty()) {
            let failed = |error: std::io::Error| format!("{name}: {error}");
            let from = root().join(name);
            let to = copy.root.join(name);
            if !from.is_file() {
                continue;
            }
            let bytes = std::fs::read(&from).map_err(failed)?;
            if std::fs::read(&to).is_ok_and(|there| there == bytes) {
                continue;
            }
            to.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
            std::fs::write(&to, bytes).map_err(failed)?;
        }
        Ok(copy)
    }

    /// Returns where the copy is.
    pub(super) fn root(&self) -> &PathBuf {
        &self.root
    }

    /// Returns where the copy is built.
    pub(super) fn target(&self) -> PathBuf {
        root().join("target/mutants/target")
    }

    /// A file of the copy.
    pub(super) fn read(&self, file: &str) -> Result<String, Failure> {
        std::fs::read_to_string(self.root.join(file)).map_err(|error| format!("{file}: {error}"))
    }

    /// Another text for a file of the copy.
    pub(super) fn write(&self, file: &str, text: &str) -> Result<(), Failure> {
        std::fs::write(self.root.join(file), text).map_err(|error| format!("{file}: {error}"))
    }
}
