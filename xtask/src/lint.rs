//! Formatting, lints, dependencies and the list of what is compiled in.

use crate::process::{Failure, cargo, program, root};
use crate::run::Run;
use crate::sbom;

/// The version of cargo-deny that the checks were written for.
const CARGO_DENY: &str = "0.20.2";

/// Runs every check that needs no test.
pub(crate) fn run(run: &mut Run) -> Result<(), Failure> {
    run.step("formatting", &mut cargo(&["fmt", "--all", "--check"]))?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    run.step("lints", &mut cargo(&clippy))?;
    // The ordinary build never looks at the fuzz targets, which are a workspace of their own.
    let locked = ["update", "--workspace", "--locked", "--quiet", "--manifest-path", "fuzz/Cargo.toml"];
    run.step("lock file of the fuzz targets", &mut cargo(&locked))?;
    run.work("list of what is compiled in", || sbom::run(&sbom::Options { check: true }))?;
    let deny = cargo_deny(run)?;
    // It looks at every feature, those that nothing has been built with included.
    run.step("fetch what was not built", &mut cargo(&["fetch", "--locked", "--quiet"]))?;
    run.step(
        "licences, bans and sources",
        &mut program(&deny, &["--offline", "check", "licenses", "bans", "sources"]),
    )?;
    advisories(run, &deny)
}

/// Looks for known weaknesses, where the list of them can be fetched.
fn advisories(run: &mut Run, deny: &str) -> Result<(), Failure> {
    if run.step("fetch the advisory database", &mut program(deny, &["fetch", "db"])).is_err() {
        run.skip("advisories", "the advisory database cannot be reached");
        return Ok(());
    }
    run.step("advisories", &mut program(deny, &["--offline", "check", "advisories"]))
}

/// The path of cargo-deny, which is built where it is not there yet.
fn cargo_deny(run: &mut Run) -> Result<String, Failure> {
    let tools = root().join("target/tools").join(format!("cargo-deny-{CARGO_DENY}"));
    let program = tools.join("bin/cargo-deny");
    if !program.is_file() {
        let folder = tools.to_string_lossy();
        let install =
            ["install", "cargo-deny", "--version", CARGO_DENY, "--locked", "--debug", "--quiet", "--root", &folder];
        // It runs once for a second, so it is built the quickest way.
        let mut command = cargo(&install);
        command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_PROFILE_DEV_OPT_LEVEL", "0");
        run.step("build cargo-deny (a few minutes, once)", &mut command)?;
    }
    Ok(program.to_string_lossy().into_owned())
}
