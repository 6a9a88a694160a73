//! Formatting, lints and dependencies.

use clap::Args;

use crate::process::{Failure, cargo, exists, say, step};

/// Options of `lint`.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Install cargo-deny first where it is missing (takes a few minutes).
    #[arg(long)]
    install: bool,
}

/// Runs every check that needs no test.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    step("formatting", &mut cargo(&["fmt", "--all", "--check"]))?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    step("lints", &mut cargo(&clippy))?;
    if options.install && !exists("cargo-deny") {
        step("install cargo-deny", &mut cargo(&["install", "cargo-deny", "--locked", "--quiet"]))?;
    }
    if !exists("cargo-deny") {
        say("── dependencies: skipped, cargo-deny is not installed (`cargo xtask lint --install`)");
        return Ok(());
    }
    step("dependencies", &mut cargo(&["deny", "--offline", "check", "licenses", "bans", "sources"]))?;
    let advisories = step("advisories", &mut cargo(&["deny", "check", "advisories"]));
    if let Err(failure) = advisories {
        say(&format!("── advisories: skipped, the advisory database cannot be reached ({failure})"));
    }
    Ok(())
}
