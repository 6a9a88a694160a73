//! `kring serve`.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::logging::Logging;
use super::options::{ConfigFile, Options};
use super::{CliError, block_on};
use crate::app::App;
use crate::config::Config;
use crate::http;
use crate::store::{StoreError, swap};

/// What the system sends when a file grows beyond its limit; the same number on every Linux that Kring runs on.
const SIGXFSZ: i32 = 25;

/// Held by the server that runs on a data directory.
pub(super) const LOCK_FILE: &str = "kring.lock";

#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    logging: Logging,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), CliError> {
        self.logging.start()?;
        let config = self.options.complete(self.config.read()?);
        block_on(serve(config))
    }
}

async fn serve(mut config: Config) -> Result<(), CliError> {
    // From here on a signal ends the server in order, also while it starts.
    let terminate = signal(SignalKind::terminate())?;
    let interrupt = signal(SignalKind::interrupt())?;
    // A file that may not grow is a full disk, not the end of the process.
    let _too_large = signal(SignalKind::from_raw(SIGXFSZ))?;
    let failed = |error| CliError::Listen(config.listen, error);
    let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
    config.listen = listener.local_addr()?;
    let _only_one = lock(&config.data, &config.public_url())?;
    if swap::finish(&config.data)?.is_some() {
        tracing::warn!("a restore that was cut off is finished");
    }
    let app = App::open(config).await?;
    let address = app.config.listen;
    let public_url = app.config.public_url();
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(%address, public_url, version, data = %app.config.data.display(), "ready");
    let store = app.store.clone();
    let until = async {
        tokio::select! {
            () = stopped(terminate, interrupt) => {}
            () = store.untrusted() => {}
        }
    };
    http::serve(app, listener, until).await;
    store.settle().await;
    if store.is_untrusted() {
        return Err(StoreError::Untrusted.into());
    }
    tracing::info!("stopped");
    Ok(())
}

/// Two servers on one database would each think that they alone write a document.
///
/// The file says how people reach the server, so that `kring admin` beside it makes links that work.
fn lock(data: &Path, public_url: &str) -> Result<File, CliError> {
    let mut file = only_one(data)?;
    file.set_len(0)?;
    file.write_all(public_url.as_bytes())?;
    Ok(file)
}

/// Holds a data directory, unless a server runs on it.
pub(super) fn only_one(data: &Path) -> Result<File, CliError> {
    std::fs::create_dir_all(data)?;
    let file = File::options().create(true).write(true).truncate(false).open(data.join(LOCK_FILE))?;
    let taken = |_| CliError::Options(format!("another server is running on {}", data.display()));
    file.try_lock().map_err(taken)?;
    Ok(file)
}

/// Returns when the server is told to stop.
pub(super) async fn stopped(mut terminate: Signal, mut interrupt: Signal) {
    tokio::select! {
        _ = terminate.recv() => tracing::info!(signal = "SIGTERM", "stopping"),
        _ = interrupt.recv() => tracing::info!(signal = "SIGINT", "stopping"),
    }
}
