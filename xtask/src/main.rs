//! The project's own chores: `cargo xtask demo`, `test`, `lint`, `bench` and others.

mod bench;
mod bindings;
mod crash;
mod demo;
mod description;
mod fuzz;
mod lint;
mod mutants;
mod power;
mod process;
mod sbom;
mod setup;
mod simulate;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The chores of Kring. The two that matter to a newcomer: `demo` shows it, `test` proves it.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Builds everything, plays a stretch of the story from several phones, and stays up to try out.
    Demo(demo::Options),
    /// Runs every test there is: formatting, lints, unit, property, simulation, end to end, Python.
    Test(test::Options),
    /// Checks formatting, lints and the dependencies.
    Lint,
    /// Holds `/openapi.json` against a real server in every role.
    Description,
    /// Measures the six workloads beside their floors; with `--peers`, beside other systems.
    Bench(bench::Options),
    /// Writes the list of everything that is compiled in: `docs/sbom.cdx.json`.
    Sbom(sbom::Options),
    /// Plays random histories with faults at every point; one that fails is shrunk and told.
    Simulate(simulate::Options),
    /// Kills a real server and real phones again and again; nothing that anybody was told may be missing.
    Crash(crash::Options),
    /// Cuts the power under a real server and real phones, in a model of a disk; what was told is so afterwards.
    Power(power::Options),
    /// Feeds the parsers of everything that comes from outside with bytes that find new paths.
    Fuzz(fuzz::Options),
    /// Takes out the lines that protect a promise, one after the other; the test of each must fail.
    Mutants(mutants::Options),
    /// Builds the language packages from the shared core.
    Bindings(bindings::Options),
}

fn main() -> ExitCode {
    let done = match Cli::parse().chore {
        Chore::Demo(options) => demo::run(&options),
        Chore::Test(options) => test::run(&options),
        Chore::Lint => lint::run(),
        Chore::Description => description::run(),
        Chore::Bench(options) => bench::run(&options),
        Chore::Sbom(options) => sbom::run(&options),
        Chore::Simulate(options) => simulate::run(&options),
        Chore::Crash(options) => crash::run(&options),
        Chore::Power(options) => power::run(&options),
        Chore::Fuzz(options) => fuzz::run(&options),
        Chore::Mutants(options) => mutants::run(&options),
        Chore::Bindings(options) => bindings::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            process::say(&format!("failed: {failure}"));
            ExitCode::FAILURE
        }
    }
}
