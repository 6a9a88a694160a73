//! Looking for a word in files.

use std::path::Path;

/// The name of a file in a directory, not below it, that has this word in it.
pub fn file_with(directory: &Path, word: &str) -> Option<String> {
    let files = std::fs::read_dir(directory).expect("the directory is there").map(|file| file.expect("a file"));
    let has = |path: &Path| {
        // A file may go away meanwhile, and a directory is none.
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    };
    files.filter(|file| has(&file.path())).map(|file| file.file_name().to_string_lossy().into_owned()).next()
}
