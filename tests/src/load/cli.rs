//! The command line of `kring-load`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use super::floor::echo_server;
use super::process::say;
use super::report::Report;
use super::{Failure, Outcome, Settings, Sizes, WORKLOADS, peers, run};

/// Measures a real Kring server with real and thin phones on this machine.
///
/// Every line is the median over the runs, beside what the machine itself takes for the same. The exit code is that of
/// a failure where something that was promised is lost (w6) or a workload could not be measured, not where a target
/// of speed is missed.
#[derive(Parser)]
#[command(name = "kring-load", version, max_term_width = 100)]
struct Cli {
    /// w1 w2 w3 w4 w5 w6 w7 w8 floor; all where none is named
    workloads: Vec<String>,
    /// Runs of each workload
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Also measure other systems, from a folder with their programs [default: KRING_PEERS, or ../shared/load]
    #[arg(long, value_name = "DIR", require_equals = true, num_args = 0..=1)]
    peers: Option<Option<PathBuf>>,
    /// Also write the figures to a file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The server's binary [default: kring, beside this program]
    #[arg(long, value_name = "FILE")]
    kring: Option<PathBuf>,
    /// The location to make databases; on a disk, or durability is free [default: target/load]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Small sizes, to see that everything works; the figures then say little
    #[arg(long)]
    tiny: bool,
}

/// How the bare WebSocket server is asked for, which is this same program.
const ECHO_SERVER: &str = "echo-server";

/// Measures what the command line says.
pub fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime.map_err(Failure::from).and_then(|runtime| {
        if std::env::args().nth(1).as_deref() == Some(ECHO_SERVER) {
            return runtime.block_on(echo_server::serve()).map(|()| true);
        }
        runtime.block_on(measure(&Cli::parse()))
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("kring-load: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn measure(cli: &Cli) -> Outcome<bool> {
    let settings = cli.settings()?;
    let chosen: Vec<&str> = match cli.workloads.as_slice() {
        [] => WORKLOADS.to_vec(),
        some => some.iter().map(String::as_str).collect(),
    };
    let mut report = Report::default();
    let mut is_complete = true;
    for workload in &chosen {
        for number in 1..=cli.runs.max(1) {
            say(&format!("{workload}: run {number} of {}", cli.runs.max(1)));
            match run(workload, &settings).await {
                Ok(figures) => report.add(figures),
                Err(error) => {
                    say(&format!("{workload}: {error}"));
                    is_complete = false;
                    break;
                }
            }
        }
        report.print(workload)?;
    }
    if let Some(path) = &cli.json {
        report.write_json(path)?;
    }
    if let Some(directory) = &cli.peers {
        peers::compare(directory.as_deref(), &chosen, cli.runs, &report)?;
    }
    Ok(is_complete && report.holds())
}

impl Cli {
    fn settings(&self) -> Outcome<Settings> {
        let load = std::env::current_exe()?;
        let beside = load.parent().ok_or("this program is nowhere")?;
        let target = beside.parent().unwrap_or(beside);
        Ok(Settings {
            kring: self.kring.clone().unwrap_or_else(|| beside.join("kring")),
            directory: self.data.clone().unwrap_or_else(|| target.join("load")),
            sizes: if self.tiny { Sizes::tiny() } else { Sizes::default() },
            load,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
        let cli = Cli::parse_from(["kring-load", "--runs", "2", "--peers", "w1", "w3"]);
        assert_eq!((cli.runs, cli.peers, cli.workloads.len()), (2, Some(None), 2));
        let cli = Cli::parse_from(["kring-load", "--peers=there"]);
        assert_eq!(cli.peers, Some(Some("there".into())));
    }
}
