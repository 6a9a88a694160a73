//! The story of Joost on a terminal: a real server, and a phone for everybody.

use std::process::ExitCode;

use clap::Parser;
use kring_tests::story;

fn main() -> ExitCode {
    story::main(&story::Options::parse())
}
