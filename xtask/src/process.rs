//! Running other programs, and saying what is going on.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

/// What went wrong, in one line.
pub(crate) type Failure = String;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.clone(), PathBuf::from)
}

/// The cargo that runs this chore.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// A program in the root of the workspace.
pub(crate) fn program(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(root());
    command
}

/// Whether a program is there at all.
pub(crate) fn exists(name: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|directory| directory.join(name).is_file())
}

/// Runs a step to its end, with its output on the terminal and its duration behind it.
pub(crate) fn step(title: &str, command: &mut Command) -> Result<(), Failure> {
    say(&format!("\n── {title}"));
    let started = Instant::now();
    let status = command.status().map_err(|error| format!("{title}: {error}"))?;
    if status.success() {
        say(&format!("── {title}: done in {:.0} s", started.elapsed().as_secs_f64()));
        Ok(())
    } else {
        Err(format!("{title}: {status}"))
    }
}

/// Says something to whoever runs the chore.
#[expect(clippy::print_stderr, reason = "a chore talks to a person at a terminal")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}
