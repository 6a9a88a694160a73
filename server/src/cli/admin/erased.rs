//! `kring admin erased`: what was erased for good, in ids only.

use std::path::PathBuf;

use clap::Args;

use super::{CliError, ConfigFile, Options, block_on, print};
use crate::documents::erased::erased;
use crate::documents::verify::LogError;
use crate::store::Store;

#[derive(Args)]
#[command(
    after_help = "Nothing in it but ids and the names of commands. Keep it apart from the backups, and newer than they \
    are: where the database is lost, kring admin restore --erased FILE erases again what an older backup still has. \
    Where the database is there, restore --replace finds it there.\n\nExample:\n  kring admin erased --data /var/lib/kring > /elsewhere/kring-erased.ndjson"
)]
pub(in crate::cli) struct ListErased {
    /// Directory of the database [default: kring-data]
    #[arg(long, env = "KRING_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFile,
}

impl ListErased {
    pub(in crate::cli) fn run(self) -> Result<(), CliError> {
        let config = Options::of(self.data, None).complete(self.config.read()?);
        let store = block_on(async { Ok(Store::open(&config.data)?) })?;
        store.read_blocking(erased).map_err(LogError::from)?.iter().try_for_each(print)
    }
}
