//! The command line: `kring serve`, `kring demo` and `kring admin`.

mod admin;
mod demo;
mod logging;
mod options;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use thiserror::Error;

use crate::accounts::AccountError;
use crate::demo::DemoError;
use crate::documents::verify::LogError;
use crate::store::StoreError;

/// Kring: an offline-first server for the people around a client.
#[derive(Parser)]
#[command(name = "kring", version, about, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server until it is told to stop (SIGTERM or Ctrl-C).
    Serve(Box<serve::Serve>),
    /// Run a throw-away server with a made-up client, and show how to be each person of the story.
    Demo(demo::Demo),
    /// Look after a server; works beside a running one.
    #[command(subcommand)]
    Admin(admin::Admin),
}

const EXAMPLES: &str = "\
Examples:
  kring serve                                    on this machine only, data in ./kring-data
  kring serve --data /var/lib/kring --listen 0.0.0.0:8787 --public-url https://kring.example.org
  kring demo                                     a made-up client to look around with, gone when it stops
  kring admin invite-professional --name 'Jolanda de Wit' --data /var/lib/kring

Every option can also be set in the environment (KRING_LISTEN for --listen) and in a TOML file
(--config FILE). The command line goes before the environment, and that before the file.";

/// Why the program ends without having done what it was asked.
#[derive(Debug, Error)]
enum CliError {
    #[error("{0}")]
    Options(String),
    #[error("cannot listen on {0}: {1}")]
    Listen(std::net::SocketAddr, std::io::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0} of the access log's chains are not whole")]
    AccessLog(usize),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("the demo could not be told: {0}")]
    Demo(#[from] DemoError),
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::Demo(demo) => demo.run(),
        Command::Admin(admin) => admin.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write;
            // There is nobody left to tell where even this fails.
            let _ = writeln!(std::io::stderr(), "kring: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a task to its end, on as many threads as there are processors.
fn block_on<T>(task: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(task)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_option_is_in_the_operating_page() {
        let page = include_str!("../../docs/operating.md");
        let command = Cli::command();
        let serve = command.find_subcommand("serve").unwrap();
        for option in serve.get_arguments().filter(|option| option.get_id() != "help") {
            let long = option.get_long().unwrap();
            let env = option.get_env().unwrap().to_str().unwrap();
            let row = page.lines().find(|line| line.starts_with(&format!("| `--{long} ")));
            assert!(row.is_some_and(|row| row.contains(&format!("`{env}`"))), "--{long} and {env}");
        }
    }
}
