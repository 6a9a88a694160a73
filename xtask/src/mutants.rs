//! Lines that protect a promise, taken out one after the other: the test that is named beside each must then fail.
//!
//! `tests/mutants.toml` lists them. Everything happens in a copy of the sources below `target/mutants`.

mod copy;
mod list;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;

use crate::process::{Failure, cargo, say};
use crate::run::Run;
use copy::Copy;
use list::Mutant;

/// The time that a test may run without its protecting line; one that hangs has noticed.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Options of `mutants`.
#[derive(Args)]
pub(crate) struct Options {
    /// Only those whose file, test or promise has this in it.
    only: Option<String>,
    /// Only those that the list of this commit did not have.
    #[arg(long)]
    since: Option<String>,
    /// Say which there are, and change nothing.
    #[arg(long)]
    list: bool,
}

/// The outcome of the test when the line was gone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Failed,
    Hung,
    /// Nothing noticed that the line was gone.
    Passed,
    /// Without the line it is no program, so the test has shown nothing.
    NotCompiled,
}

/// Takes each line out and runs its test; fails when a test did not notice.
pub(crate) fn run(run: &mut Run, options: &Options) -> Result<(), Failure> {
    let all = list::read()?;
    let before = options.since.as_deref().map_or_else(|| Ok(Vec::new()), list::read_at)?;
    let wanted =
        |mutant: &&Mutant| options.only.as_ref().is_none_or(|only| mutant.mentions(only)) && !before.contains(mutant);
    let mut chosen: Vec<&Mutant> = all.iter().filter(wanted).collect();
    // Neighbours share most of what is compiled for them.
    chosen.sort_by_key(|mutant| (&mutant.target, &mutant.file));
    if chosen.is_empty() {
        return Err("none has that in it; --list says which there are".to_owned());
    }
    if options.list {
        chosen.iter().for_each(|mutant| say(&mutant.to_string()));
        return Ok(());
    }
    let copy = Copy::of_sources()?;
    for (target, tests) in list::by_target(&chosen) {
        let mut untouched = in_copy(&copy, &target, &tests, false);
        run.step(&format!("{} tests of `cargo test {target}` with their lines", tests.len()), &mut untouched)?;
    }
    let mut unnoticed = Vec::new();
    for (number, mutant) in chosen.iter().enumerate() {
        let started = Instant::now();
        let outcome = take_out(&copy, mutant)?;
        say(&format!(
            "[{}/{}, {:.0} s] {}: {}",
            number + 1,
            chosen.len(),
            started.elapsed().as_secs_f64(),
            outcome.name(),
            mutant
        ));
        if !matches!(outcome, Outcome::Failed | Outcome::Hung) {
            unnoticed.push(mutant.test.as_str());
        }
    }
    match unnoticed.as_slice() {
        [] => {
            say(&format!("── {} lines taken out, every one was missed", chosen.len()));
            Ok(())
        }
        _ => Err(format!("not noticed by {}", unnoticed.join(", "))),
    }
}

impl Outcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Failed => "the test failed, as it should",
            Self::Hung => "the test never ended, which it should not",
            Self::Passed => "NOT NOTICED",
            Self::NotCompiled => "DOES NOT COMPILE",
        }
    }
}

/// Runs a mutant's test without its line, which is put back afterwards.
fn take_out(copy: &Copy, mutant: &Mutant) -> Result<Outcome, Failure> {
    let source = copy.read(&mutant.file)?;
    copy.write(&mutant.file, &mutant.applied(&source)?)?;
    let outcome = noticed(copy, mutant);
    copy.write(&mutant.file, &source)?;
    outcome
}

fn noticed(copy: &Copy, mutant: &Mutant) -> Result<Outcome, Failure> {
    let tests = [mutant.test.as_str()];
    if !quiet(&mut in_copy(copy, &mutant.target, &tests, true), None)?.unwrap_or(false) {
        return Ok(Outcome::NotCompiled);
    }
    Ok(match quiet(&mut in_copy(copy, &mutant.target, &tests, false), Some(TIMEOUT))? {
        Some(true) => Outcome::Passed,
        Some(false) => Outcome::Failed,
        None => Outcome::Hung,
    })
}

/// `cargo test` for some tests, in the copy; with `no_run` it only compiles.
fn in_copy(copy: &Copy, target: &str, tests: &[&str], no_run: bool) -> Command {
    let mut command = cargo(&["test", "--quiet"]);
    command.args(target.split_whitespace());
    if no_run {
        command.arg("--no-run");
    } else {
        command.arg("--").args(tests);
    }
    // The same generated cases every time.
    command.env("PROPTEST_RNG_SEED", "34").env("CARGO_TARGET_DIR", copy.target()).current_dir(copy.root());
    command
}

/// Returns whether a command succeeds, without its output; `None` where it did not end in time.
fn quiet(command: &mut Command, timeout: Option<Duration>) -> Result<Option<bool>, Failure> {
    let failed = |error: std::io::Error| format!("cargo: {error}");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(failed)?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            return Ok(Some(status.success()));
        }
        if timeout.is_some_and(|timeout| started.elapsed() > timeout) {
            child.kill().map_err(failed)?;
            child.wait().map_err(failed)?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
