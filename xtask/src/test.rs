//! Everything that proves Kring, in one run.

use clap::Args;

use crate::process::{Failure, cargo, say, step};
use crate::{bindings, lint, setup};

/// Options of `test`.
#[derive(Args)]
pub(crate) struct Options {
    /// Leave out formatting and lints.
    #[arg(long)]
    no_lint: bool,
}

/// Runs every test there is; the first failure ends it.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    setup::ensure()?;
    // The server's binary is what the end-to-end tests start.
    step("build", &mut cargo(&["build", "--workspace", "--all-targets", "--quiet"]))?;
    let mut tests = cargo(&["test", "--workspace", "--quiet"]);
    // The same histories every time; `cargo test` alone looks at new ones.
    tests.env("PROPTEST_RNG_SEED", "34");
    step("tests", &mut tests)?;
    bindings::test()?;
    if !options.no_lint {
        lint::run()?;
    }
    say("\neverything passes");
    Ok(())
}
