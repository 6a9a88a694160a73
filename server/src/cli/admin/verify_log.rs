//! `kring admin verify-log`: was the access log changed behind the server's back?

use std::path::PathBuf;

use clap::Args;

use super::{CliError, ConfigFile, Options, block_on, print};
use crate::accounts::access_log::verify;
use crate::documents::log_key;
use crate::store::Store;

#[derive(Args)]
#[command(
    after_help = "Each line names a chain (a space, or zeros for the server itself), how many lines it has, up to \
    which one a signature vouches for it, and what is wrong. Ends with 1 where anything is."
)]
pub(in crate::cli) struct VerifyLog {
    /// Directory of the database [default: kring-data]
    #[arg(long, env = "KRING_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFile,
}

impl VerifyLog {
    pub(in crate::cli) fn run(self) -> Result<(), CliError> {
        let config = Options::of(self.data, None).complete(self.config.read()?);
        let reports = block_on(async {
            let store = Store::open(&config.data)?;
            let key = log_key(&store).await?.verifying_key();
            Ok(store.read(move |connection| verify(connection, &key)).await?)
        })?;
        reports.iter().try_for_each(print)?;
        match reports.iter().filter(|report| report.fault.is_some()).count() {
            0 => Ok(()),
            broken => Err(CliError::AccessLog(broken)),
        }
    }
}
