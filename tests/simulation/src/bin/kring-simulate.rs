//! Plays histories until one fails: `kring-simulate --seeds 2000 --from 0`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this program talks to a person at a terminal")]

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use kring_simulation::{Hunt, hunt};

/// Plays seeded histories of a server and devices with faults at every point, and shrinks the first that fails.
#[derive(Parser)]
#[command(name = "kring-simulate")]
struct Options {
    /// The number of histories.
    #[arg(long, default_value_t = 2_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// The number of steps each history has.
    #[arg(long, default_value_t = 400)]
    steps: usize,
    /// The number of threads play; all cores where nothing is said.
    #[arg(long)]
    threads: Option<usize>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let seeds = options.from..options.from.saturating_add(options.seeds);
    let hunted = Hunt { seeds, steps: options.steps, threads: options.threads.unwrap_or(cores) };
    let started = Instant::now();
    let progress = |played: u64| {
        if played.is_multiple_of(1_000) {
            eprintln!("{played} of {} histories in {:.0} s", options.seeds, started.elapsed().as_secs_f64());
        }
    };
    match hunt(&hunted, progress) {
        Ok(report) => {
            println!("{} histories hold, in {:.0} s: {report:?}", options.seeds, started.elapsed().as_secs_f64());
            ExitCode::SUCCESS
        }
        Err(prey) => {
            println!("{prey}");
            ExitCode::FAILURE
        }
    }
}
