//! `kring admin access-log`: what concerns the server and no space.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::{CliError, ConfigFile, Options, block_on};
use crate::accounts::access_log::{Filter, rows};
use crate::http::AuditContext;
use crate::store::Store;

#[derive(Args)]
#[command(after_help = "The latest first, with the fields of NEN 7513. What happens in a space is in the log of that \
    space, which its client reads.")]
pub(in crate::cli) struct AccessLog {
    /// Directory of the database [default: kring-data]
    #[arg(long, env = "KRING_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// How people reach the server [default: what the server was last started with]
    #[arg(long, env = "KRING_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
}

impl AccessLog {
    pub(in crate::cli) fn run(self) -> Result<(), CliError> {
        let config = Options::of(self.data, self.public_url).complete(self.config.read()?);
        let context = AuditContext { site: config.public_url(), space: None, client: None };
        let store = block_on(async { Ok(Store::open(&config.data)?) })?;
        let mut out = std::io::stdout().lock();
        let mut filter = Filter::default();
        loop {
            let page = store.read_blocking(|connection| rows(connection, None, &filter))?;
            let Some(last) = page.last() else { return Ok(()) };
            filter.before = Some(last.position);
            page.iter().try_for_each(|line| writeln!(out, "{}", context.event(line)))?;
        }
    }
}
