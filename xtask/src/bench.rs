//! The workloads, on optimised binaries.

use clap::Args;

use crate::process::{Failure, cargo, program, root};
use crate::run::Run;
use crate::setup;

/// Options of `bench`.
#[derive(Args)]
pub(crate) struct Options {
    /// Also measure the other systems, where they can be installed.
    #[arg(long)]
    peers: bool,
    /// Runs of each workload; the medians are printed.
    #[arg(long, default_value_t = 3)]
    runs: u32,
    /// Only these workloads, like `w1 w3`; all where none is named.
    workloads: Vec<String>,
    #[command(flatten)]
    setup: setup::Options,
}

/// Builds for speed and measures.
pub(crate) fn run(run: &mut Run, options: &Options) -> Result<(), Failure> {
    setup::ensure(run, &options.setup, &[setup::COMPILER])?;
    let build = ["build", "--release", "--package", "kring-server", "--package", "kring-tests", "--bins"];
    run.step("build for speed", &mut cargo(&build))?;
    let load = root().join("target/release/kring-load");
    let runs = options.runs.to_string();
    let mut arguments = vec!["--runs", runs.as_str()];
    if options.peers {
        arguments.push("--peers");
    }
    arguments.extend(options.workloads.iter().map(String::as_str));
    run.step("measure", &mut program(&load.to_string_lossy(), &arguments))
}
