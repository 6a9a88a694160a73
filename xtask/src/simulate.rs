//! Histories with faults at every point, many of them.

use clap::Args;

use crate::process::{Failure, cargo, program, root};
use crate::run::Run;

/// Options of `simulate`.
#[derive(Args)]
pub(crate) struct Options {
    /// The number of histories.
    #[arg(long, default_value_t = 2_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// The number of steps each history has.
    #[arg(long, default_value_t = 250)]
    steps: usize,
    /// The number of threads play; all cores where nothing is said.
    #[arg(long)]
    threads: Option<usize>,
}

/// Plays; the first history that fails is shrunk and told, and fails this chore.
pub(crate) fn run(run: &mut Run, options: &Options) -> Result<(), Failure> {
    // What takes the time is optimised in the profile of the tests as well.
    run.step("build", &mut cargo(&["build", "--package", "kring-simulation", "--bins"]))?;
    let simulate = root().join("target/debug/kring-simulate");
    let seeds = options.seeds.to_string();
    let from = options.from.to_string();
    let steps = options.steps.to_string();
    let mut arguments = vec!["--seeds", &seeds, "--from", &from, "--steps", &steps];
    let threads = options.threads.map(|threads| threads.to_string());
    if let Some(threads) = &threads {
        arguments.extend(["--threads", threads]);
    }
    run.step("histories", &mut program(&simulate.to_string_lossy(), &arguments))
}
