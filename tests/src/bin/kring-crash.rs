//! Kills a real server and real phones, again and again: `kring-crash --cycles 500`.

#![allow(clippy::print_stdout, reason = "this program talks to a person at a terminal")]

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use kring_tests::crash;

/// Kills a real server and real phones, again and again, and checks that nothing anybody was told is missing.
#[derive(Parser)]
#[command(name = "kring-crash")]
struct Options {
    /// The interval at which everything dies.
    #[arg(long, default_value_t = 500)]
    cycles: usize,
    /// What the deaths are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(subcommand)]
    life: Option<Life>,
}

#[derive(Subcommand)]
enum Life {
    /// Lives as a phone, until it is killed.
    Phone {
        /// The phone's file.
        file: PathBuf,
    },
}

fn main() {
    let options = Options::parse();
    if let Some(Life::Phone { file }) = options.life {
        return crash::live_as_phone(&file);
    }
    let Ok(this) = std::env::current_exe() else { return println!("this program does not know where it is") };
    let deaths = crash::run(options.cycles, options.seed, &this, |deaths| {
        if deaths.cycles.is_multiple_of(20) {
            println!("{} of {} cycles", deaths.cycles, options.cycles);
        }
    });
    println!("{deaths}");
}
