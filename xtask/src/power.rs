//! Power cuts, many of them.

use clap::Args;

use crate::process::{Failure, cargo, program, root};
use crate::run::Run;

/// Options of `power`.
#[derive(Args)]
pub(crate) struct Options {
    /// The interval at which the power goes, half of it under a server and half under phones.
    #[arg(long, default_value_t = 2_000)]
    cuts: usize,
    /// What the work, the cuts and what is left are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Has a server and phones work on watched files, and cuts their power.
pub(crate) fn run(run: &mut Run, options: &Options) -> Result<(), Failure> {
    run.step("build", &mut cargo(&["build", "--package", "kring-power", "--bins"]))?;
    let power = root().join("target/debug/kring-power");
    let cuts = options.cuts.to_string();
    let seed = options.seed.to_string();
    run.step("power cuts", &mut program(&power.to_string_lossy(), &["--cuts", &cuts, "--seed", &seed]))
}
