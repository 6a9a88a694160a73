//! The log: to standard error, as lines for people or as JSON for machines.

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

use super::CliError;

/// How the log is written.
#[derive(Args)]
#[command(next_help_heading = "Log")]
pub(super) struct Logging {
    /// What is logged: error, warn, info, debug or trace, also per part, as in info,kring_server::http=warn
    // Automerge opens a span for each change, with parts of it as fields: slow, and not for a log.
    #[arg(long, env = "KRING_LOG", value_name = "FILTER", default_value = "info,automerge=warn")]
    log: String,
    /// How it is written
    #[arg(long, env = "KRING_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value_t)]
    log_format: Format,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

impl Logging {
    /// Only what goes wrong, for a command whose own words are the output.
    pub(super) fn warnings() -> Self {
        Self { log: "warn".to_owned(), log_format: Format::Text }
    }

    /// Begins to log.
    pub(super) fn start(&self) -> Result<(), CliError> {
        let filter = EnvFilter::builder().parse(&self.log).map_err(|error| CliError::Options(error.to_string()))?;
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        match self.log_format {
            Format::Text => log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
            Format::Json => log.json().flatten_event(true).init(),
        }
        Ok(())
    }
}
