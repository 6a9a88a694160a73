//! Looking for a word in files.

use std::path::{Path, PathBuf};

/// The files in a directory, not below it, that have this word in them.
pub fn files_with(directory: &Path, word: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(directory).expect("the directory is there").map(|file| file.expect("a file").path());
    let has = |path: &PathBuf| {
        // A file may go away meanwhile, and a directory is none.
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    };
    files.filter(has).collect()
}

/// The name of one of them.
pub fn file_with(directory: &Path, word: &str) -> Option<String> {
    let name = |path: &PathBuf| Some(path.file_name()?.to_string_lossy().into_owned());
    files_with(directory, word).first().and_then(name)
}
