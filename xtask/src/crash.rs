//! Real processes that die, many times.

use clap::Args;

use crate::process::{Failure, cargo, program, root};
use crate::run::Run;

/// Options of `crash`.
#[derive(Args)]
pub(crate) struct Options {
    /// The interval at which server and phones die.
    #[arg(long, default_value_t = 500)]
    cycles: usize,
    /// What the deaths are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Builds the server and the phones with their places to die at, and kills them.
pub(crate) fn run(run: &mut Run, options: &Options) -> Result<(), Failure> {
    let build = ["build", "--package", "kring-server", "--package", "kring-tests", "--bins"];
    run.step("build", &mut cargo(&build))?;
    let crash = root().join("target/debug/kring-crash");
    let cycles = options.cycles.to_string();
    let seed = options.seed.to_string();
    run.step("crashes", &mut program(&crash.to_string_lossy(), &["--cycles", &cycles, "--seed", &seed]))
}
