//! Cuts the power under a real server and real phones: `kring-power --cuts 2000 --seed 1`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this program talks to a person at a terminal")]

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use kring_power::{Honesty, Report, phone, server};

/// Cuts the power under a real server and real phones, and checks that nothing anybody was told is missing.
#[derive(Parser)]
#[command(name = "kring-power")]
struct Options {
    /// The interval at which the power goes, half of it under a server and half under phones.
    #[arg(long, default_value_t = 2_000)]
    cuts: usize,
    /// What the work, the cuts and what is left are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The interval at which each writer of the server does something; each phone makes as many edits.
    #[arg(long, default_value_t = 60)]
    rounds: usize,
}

fn main() -> ExitCode {
    let Options { cuts, seed, rounds } = Options::parse();
    let started = Instant::now();
    let progress = |report: &Report| {
        if report.cuts.is_multiple_of(250) {
            eprintln!("{} cuts in {:.0} s", report.cuts, started.elapsed().as_secs_f64());
        }
    };
    let server = server::Recording::of(server::Load { rounds, seed, compaction: true, honesty: Honesty::Honest });
    let server = server.cut(cuts.div_ceil(2), seed, progress);
    println!("server: {server}");
    let phone = phone::Recording::of(rounds, seed, Honesty::Honest).cut(cuts / 2, seed, progress);
    println!("phones: {phone}");
    let faults: Vec<_> = server.faults.iter().chain(&phone.faults).collect();
    faults.iter().for_each(|fault| println!("{fault}"));
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
