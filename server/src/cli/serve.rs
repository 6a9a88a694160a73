//! `kring serve`.

use std::fs::File;
use std::io::Write;

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::logging::Logging;
use super::options::{ConfigFile, Options};
use super::{CliError, block_on};
use crate::app::App;
use crate::config::Config;
use crate::http;

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
    let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let failed = |error| CliError::Listen(config.listen, error);
    let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
    config.listen = listener.local_addr()?;
    let _only_one = lock(&config)?;
    let app = App::open(config).await?;
    let (address, public_url) = (app.config.listen, app.config.public_url());
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(%address, public_url, version, data = %app.config.data.display(), "ready");
    let store = app.store.clone();
    http::serve(app, listener, stopped(terminate, interrupt)).await;
    store.settle().await;
    tracing::info!("stopped");
    Ok(())
}

/// Two servers on one database would each think that they alone write a document.
///
/// The file says how people reach the server, so that `kring admin` beside it makes links that work.
fn lock(config: &Config) -> Result<File, CliError> {
    std::fs::create_dir_all(&config.data)?;
    let mut file = File::options().create(true).write(true).truncate(false).open(config.data.join(LOCK_FILE))?;
    let taken = |_| CliError::Options(format!("another server is running on {}", config.data.display()));
    file.try_lock().map_err(taken)?;
    file.set_len(0)?;
    file.write_all(config.public_url().as_bytes())?;
    Ok(file)
}

/// Returns when the server is told to stop.
pub(super) async fn stopped(mut terminate: Signal, mut interrupt: Signal) {
    tokio::select! {
        _ = terminate.recv() => tracing::info!(signal = "SIGTERM", "stopping"),
        _ = interrupt.recv() => tracing::info!(signal = "SIGINT", "stopping"),
    }
}
