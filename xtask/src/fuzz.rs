//! Coverage-guided fuzzing on stable Rust.

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::process::{Failure, cargo, exists, root, say};
use crate::run::Run;

/// Every target, and whether it needs the whole server.
const TARGETS: &[(&str, bool)] = &[
    ("device_frame", false),
    ("server_frame", false),
    ("command", false),
    ("entries", false),
    ("snapshot", false),
    ("change", false),
    ("http", true),
    ("token", true),
];

/// What makes the compiler count where a run has been: the flags of cargo-fuzz, as LLVM itself takes them, without a
/// sanitizer, which stable Rust does not have.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=4";

/// The largest input, in bytes.
const LARGEST: u32 = 64 * 1024;

/// Options of `fuzz`.
#[derive(Args)]
pub(crate) struct Options {
    /// The target; all of them, one after the other, where none is named.
    target: Option<String>,
    /// The time that each target runs.
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
    /// Afterwards keep only the files that find something the others do not.
    #[arg(long)]
    minimize: bool,
}

/// Builds the targets with coverage and runs them; the first that fails ends it, with the input that made it fail.
pub(crate) fn run(run: &mut Run, options: &Options) -> Result<(), Failure> {
    if !exists("c++") {
        return Err("the engine is C++: please install g++ or clang++".to_owned());
    }
    let chosen: Vec<_> =
        TARGETS.iter().filter(|(name, _)| options.target.as_ref().is_none_or(|wanted| wanted == name)).collect();
    if chosen.is_empty() {
        let names: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
        return Err(format!("the targets are {}", names.join(", ")));
    }
    for (name, needs_server) in chosen {
        let binary = build(run, *needs_server)?;
        let corpus = root().join("fuzz/corpus").join(name);
        // What is new goes to a folder that is not committed, behind what is.
        let found = root().join("target/fuzz/found").join(name);
        for folder in [&corpus, &found] {
            std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let seconds = (options.minutes * 60.0).ceil();
        let mut engine = engine(&binary, name);
        engine.arg(format!("-max_total_time={seconds}")).args([&found, &corpus]);
        run.step(&format!("fuzz {name}"), &mut engine)?;
        if options.minimize {
            minimize(run, &binary, name, &corpus, &found)?;
        }
    }
    Ok(())
}

fn build(run: &mut Run, needs_server: bool) -> Result<PathBuf, Failure> {
    let target = root().join("target/fuzz");
    // Naming the machine keeps the flags away from build scripts.
    let machine = host()?;
    let mut build = cargo(&["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", &machine]);
    if needs_server {
        build.args(["--features", "server"]);
    }
    build.env("RUSTFLAGS", COVERAGE).env("CARGO_TARGET_DIR", &target);
    run.step("build with coverage", &mut build)?;
    Ok(target.join(machine).join("release/kring-fuzz"))
}

/// The machine this is, as the compiler calls it.
fn host() -> Result<String, Failure> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output().map_err(|error| format!("rustc: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not say what machine this is".to_owned())
}

fn engine(binary: &PathBuf, target: &str) -> Command {
    let mut engine = Command::new(binary);
    engine.current_dir(root()).env("KRING_FUZZ_TARGET", target);
    // Bounds on time and memory: an input that takes ten seconds or half a gigabyte is a failure.
    engine.args(["-timeout=10", "-rss_limit_mb=1024", "-malloc_limit_mb=512", "-print_final_stats=1", "-verbosity=1"]);
    engine.arg(format!("-max_len={LARGEST}"));
    engine.arg(format!("-artifact_prefix={}/failed-", root().join("fuzz/corpus").join(target).display()));
    engine
}

/// The smallest set of files that goes wherever all of them go takes the place of the corpus.
fn minimize(run: &mut Run, binary: &PathBuf, target: &str, corpus: &PathBuf, found: &PathBuf) -> Result<(), Failure> {
    let least = root().join("target/fuzz/least").join(target);
    let failed = |error: std::io::Error| format!("{}: {error}", least.display());
    if least.exists() {
        std::fs::remove_dir_all(&least).map_err(failed)?;
    }
    std::fs::create_dir_all(&least).map_err(failed)?;
    let mut engine = engine(binary, target);
    engine.arg("-merge=1").args([&least, corpus, found]);
    run.step(&format!("minimize {target}"), &mut engine)?;
    for file in std::fs::read_dir(&least).map_err(failed)? {
        let file = file.map_err(failed)?;
        std::fs::copy(file.path(), corpus.join(file.file_name())).map_err(failed)?;
    }
    say(&format!("── look at what is new in {} before you commit it", corpus.display()));
    Ok(())
}
