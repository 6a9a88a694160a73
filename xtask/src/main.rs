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
mod run;
mod sbom;
mod setup;
mod simulate;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use run::Run;

/// The chores of Kring: `demo` shows it, `test` proves it.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

/// The lines below the list of chores.
const AFTER_HELP: &str = "\
Examples:
  cargo xtask demo --once        tell the story and stop
  cargo xtask test               prove everything; half an hour on two cores
  cargo xtask lint               formatting, lints, licences, known weaknesses
  cargo xtask bench w1 w5        two of the workloads, beside their floors
  cargo xtask simulate --seeds 200

demo, test and bench name what this machine lacks. For root on Debian and
Ubuntu they install it; --no-install stops with the line to type instead. A part
that cannot run is skipped, and counted at the end.
CONTRIBUTING.md tells which smaller commands a day of work needs.";

#[derive(Subcommand)]
enum Chore {
    /// Build everything, tell the story, and stay up to try out
    #[command(after_help = "Example: cargo xtask demo --once --language nl --picture circle.svg")]
    Demo(demo::Options),
    /// Run every test there is, then the lints
    #[command(after_help = "\
The first failure ends it. Each step says its number and name, and its time.
The last lines name every part that was skipped, and why.

Example: cargo xtask test --no-lint --skip-missing")]
    Test(test::Options),
    /// Check formatting, lints, licences and the dependencies
    Lint,
    /// Hold /openapi.json against a real server in every role
    Description,
    /// Measure the workloads beside their floors
    #[command(after_help = "Example: cargo xtask bench --runs 1 w5 w7")]
    Bench(bench::Options),
    /// Write the list of everything that is compiled in
    Sbom(sbom::Options),
    /// Play random histories with faults; one that fails is shrunk
    #[command(after_help = "Example: cargo xtask simulate --seeds 20000 --from 5000")]
    Simulate(simulate::Options),
    /// Kill a real server and real phones again and again
    Crash(crash::Options),
    /// Cut the power under a real server and real phones
    Power(power::Options),
    /// Feed the parsers with bytes that find new paths
    #[command(after_help = "Example: cargo xtask fuzz entries --minutes 5")]
    Fuzz(fuzz::Options),
    /// Take out the lines that protect a promise; a test must fail
    #[command(after_help = "Example: cargo xtask mutants erasing")]
    Mutants(mutants::Options),
    /// Build the language packages from the shared core
    #[command(after_help = "Example: cargo xtask bindings python --encrypted")]
    Bindings(bindings::Options),
}

fn main() -> ExitCode {
    let mut run = Run::begin();
    match start(&mut run, Cli::parse().chore) {
        Ok(()) => {
            if run.steps() > 0 {
                process::say(&run.summary());
            }
            ExitCode::SUCCESS
        }
        Err(failure) => {
            process::say(&format!("failed: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn start(run: &mut Run, chore: Chore) -> Result<(), process::Failure> {
    match chore {
        Chore::Demo(options) => demo::run(run, &options),
        Chore::Test(options) => test::run(run, &options),
        Chore::Lint => lint::run(run),
        Chore::Description => description::run(run),
        Chore::Bench(options) => bench::run(run, &options),
        Chore::Sbom(options) => sbom::run(&options),
        Chore::Simulate(options) => simulate::run(run, &options),
        Chore::Crash(options) => crash::run(run, &options),
        Chore::Power(options) => power::run(run, &options),
        Chore::Fuzz(options) => fuzz::run(run, &options),
        Chore::Mutants(options) => mutants::run(run, &options),
        Chore::Bindings(options) => bindings::run(run, &options),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn help_explains_every_chore_and_option_in_80_columns() {
        let mut cli = Cli::command();
        cli.build();
        let chores: Vec<_> = cli.get_subcommands().filter(|chore| chore.get_name() != "help").cloned().collect();
        assert!(chores.len() > 10, "{} chores", chores.len());
        for command in chores.into_iter().chain([cli]) {
            let name = command.get_name().to_owned();
            // Beside the longest name it stays on one line.
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!((10..=64).contains(&about.chars().count()), "{name}: {about}");
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{name}: {} says what it is for", argument.get_id());
            }
            let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            for line in examples.lines() {
                assert!(line.chars().count() <= 80, "{name}: {line}");
            }
        }
    }
}
