//! `kring demo`.

mod show;

use std::io::{IsTerminal, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::logging::Logging;
use super::serve::stopped;
use super::{CliError, block_on};
use crate::app::App;
use crate::config::Config;
use crate::demo::{self, LoadedStory};
use crate::http;

/// Access tokens of the demo last a day, so that the lines it shows go on working.
const TOKEN_TTL: Duration = Duration::from_secs(86_400);

#[derive(Args)]
#[command(after_help = "\
Example:
  kring demo --until brainstormed

Everything is kept in a temporary directory, which is removed when the demo stops (Ctrl-C).")]
pub(super) struct Demo {
    /// Address to listen on; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8787)))]
    listen: SocketAddr,
    /// How far the story is told
    #[arg(long, value_enum, default_value_t = Until::Chosen)]
    until: Until,
    /// Print one line of JSON when it is ready, for programs
    #[arg(long)]
    json: bool,
    /// Stop also when standard input ends, for a program that starts this one and may itself be killed
    #[arg(long)]
    stop_on_eof: bool,
}

/// How far the story is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Until {
    /// The network of the client is on the map
    Mapped,
    /// The support circle has had twelve ideas
    Brainstormed,
    /// The client has chosen, and three actions have begun
    Chosen,
    /// The three actions were looked back on
    Evaluated,
}

impl Demo {
    pub(super) fn run(self) -> Result<(), CliError> {
        Logging::warnings().start()?;
        // Dropped, and with it removed, only when the server has ended.
        let directory = tempfile::Builder::new().prefix("kring-demo-").tempdir()?;
        let data = directory.path().to_owned();
        let config = Config { data, listen: self.listen, access_token_ttl: TOKEN_TTL, ..Config::default() };
        block_on(self.serve(config))
    }

    async fn serve(self, mut config: Config) -> Result<(), CliError> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        let failed = |error| CliError::Listen(config.listen, error);
        let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
        config.listen = listener.local_addr()?;
        let app = App::open(config).await?;
        let store = app.store.clone();
        self.announce(&demo::load(&app, self.until.into()).await?)?;
        let stop = async {
            tokio::select! {
                () = stopped(terminate, interrupt) => {}
                () = end_of_input(), if self.stop_on_eof => {}
            }
        };
        http::serve(app, listener, stop).await;
        store.settle().await;
        Ok(())
    }

    fn announce(&self, loaded: &LoadedStory) -> Result<(), CliError> {
        let mut out = std::io::stdout().lock();
        if self.json {
            let line = serde_json::to_string(loaded).map_err(std::io::Error::other)?;
            writeln!(out, "{line}")?;
        } else {
            let is_plain = !out.is_terminal() || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            show::ready(&mut out, loaded, !is_plain)?;
        }
        Ok(out.flush()?)
    }
}

impl From<Until> for demo::Until {
    fn from(until: Until) -> Self {
        match until {
            Until::Mapped => Self::Mapped,
            Until::Brainstormed => Self::Brainstormed,
            Until::Chosen => Self::Chosen,
            Until::Evaluated => Self::Evaluated,
        }
    }
}

/// Returns when standard input has ended, whatever is in it.
async fn end_of_input() {
    let (ended, end) = oneshot::channel();
    // A thread of its own: a read from a terminal cannot be called off, and must not hold up the end.
    std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        let mut input = std::io::stdin();
        while input.read(&mut buffer).is_ok_and(|count| count > 0) {}
        let _ = ended.send(());
    });
    let _ = end.await;
}
