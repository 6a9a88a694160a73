//! Freezes the stored and wire forms of this build, so that later versions prove that they still read them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kring_tests::freeze;

/// Writes a server's database, phones' files and frames of this build below a folder, with what they say in JSON.
#[derive(Parser)]
#[command(name = "kring-freeze")]
struct Options {
    /// The folder to make; it must not be there
    folder: PathBuf,
}

fn main() -> ExitCode {
    let Options { folder } = Options::parse();
    match freeze::write(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "it is a program on a terminal")]
fn complain(error: &str) {
    eprintln!("kring-freeze: {error}");
}
