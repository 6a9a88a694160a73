//! Everything the fuzzer has found worth keeping, once more.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a test fails by panicking, and says what it did")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kring_hostile::TARGETS;

/// Longer than anything in a corpus takes on a slow machine; what never ends is found.
const TIMEOUT: Duration = Duration::from_secs(20);

#[test]
fn what_the_fuzzer_has_found_breaks_nothing() {
    for (name, target) in TARGETS {
        let files = files(name);
        assert!(!files.is_empty(), "{name} has a corpus");
        for file in &files {
            let bytes = std::fs::read(file).expect("a file of the corpus");
            let started = Instant::now();
            target(&bytes);
            assert!(started.elapsed() < TIMEOUT, "{} took {:?}", file.display(), started.elapsed());
        }
        println!("{name}: {} files", files.len());
    }
}

/// The files of a target, those that once made it fail among them.
fn files(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|file| Some(file.ok()?.path())).collect();
    files.sort();
    files
}
