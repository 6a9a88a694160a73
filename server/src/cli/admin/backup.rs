//! `kring admin backup`: a copy of the database, beside a running server.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use kring_domain::Timestamp;
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use super::{CliError, ConfigFile, Options, block_on, print};
use crate::accounts::AccountError;
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::clock;
use crate::documents::verify::{LogHead, log_heads};
use crate::store::{Store, backup};

#[derive(Args)]
#[command(
    after_help = "The copy is of one moment and holds everything: documents, people, keys. Keep it as secret as the \
    database. What was erased before is not in it.\n\nExample:\n  kring admin backup --data /var/lib/kring --to /var/backups/kring-2026-03-02.db"
)]
pub(in crate::cli) struct Backup {
    /// The file to write; it must not be there
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Directory of the database [default: kring-data]
    #[arg(long, env = "KRING_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFile,
}

/// What is printed.
#[derive(Serialize)]
struct BackedUp {
    file: PathBuf,
    bytes: u64,
    at: Timestamp,
    milliseconds: u128,
    documents: usize,
    heads: Vec<LogHead>,
}

impl Backup {
    pub(in crate::cli) fn run(self) -> Result<(), CliError> {
        let config = Options::of(self.data, None).complete(self.config.read()?);
        if self.to.exists() {
            return Err(CliError::Options(format!("{} is there already", self.to.display())));
        }
        let at = clock::now();
        let began = Instant::now();
        block_on(async {
            let store = Store::open(&config.data)?;
            let line = AuditEntry::of_server(at, Action::BackedUp);
            Ok(store.write(move |connection| -> Result<(), AccountError> { record(connection, &line) }).await?)
        })?;
        backup::back_up(&config.data, &self.to)?;
        let bytes = std::fs::metadata(&self.to)?.len();
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let copy = Connection::open_with_flags(&self.to, flags).map_err(crate::store::StoreError::from)?;
        let heads = log_heads(&copy)?;
        let milliseconds = began.elapsed().as_millis();
        let documents = heads.len();
        print(&BackedUp { file: self.to, bytes, at, milliseconds, documents, heads })
    }
}
