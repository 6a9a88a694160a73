//! `kring admin rotate-keys`: a new key for access tokens, beside a running server.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::{CliError, ConfigFile, Options, block_on, print};
use crate::accounts::AccountError;
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::auth::rotate_keys;
use crate::clock;
use crate::store::Store;

#[derive(Args)]
#[command(after_help = "A running server signs with the new key within seconds. Nobody has to sign in again: tokens \
    of the old key are good until they expire, and with --compromised devices exchange theirs at once.")]
pub(in crate::cli) struct RotateKeys {
    /// Directory of the database [default: kring-data]
    #[arg(long, env = "KRING_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// The old key is known to others: its tokens are worth nothing from now on
    #[arg(long)]
    compromised: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// What is printed.
#[derive(Serialize)]
struct Rotated {
    key_id: String,
}

impl RotateKeys {
    pub(in crate::cli) fn run(self) -> Result<(), CliError> {
        let config = Options::of(self.data, None).complete(self.config.read()?);
        let is_compromised = self.compromised;
        let key_id = block_on(async {
            let store = Store::open(&config.data)?;
            let rotated = store.write(move |connection| -> Result<String, AccountError> {
                let now = clock::now();
                let line = AuditEntry::of_server(now, Action::RotatedKeys);
                record(connection, &if is_compromised { line.with("compromised") } else { line })?;
                Ok(rotate_keys(connection, now, is_compromised)?)
            });
            Ok(rotated.await?)
        })?;
        print(&Rotated { key_id })
    }
}
