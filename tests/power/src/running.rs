//! A server in this process, as `kring serve` starts it.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use kring_server::accounts::{self, AccountError, CodePurpose};
use kring_server::app::App;
use kring_server::auth::OneTimeCode;
use kring_server::config::{Config, Limits};
use kring_server::{clock, http};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The number of entries a document may have before it is rewritten; so few that some are.
const COMPACT_AFTER: u64 = 20;

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    app: App,
    runtime: Runtime,
    stop: oneshot::Sender<()>,
    stopped: JoinHandle<()>,
}

impl Running {
    pub(crate) fn start(data: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (app, listener) = runtime.block_on(async {
            let app = App::open(config(data)).await.expect("the server opens");
            (app, TcpListener::bind("127.0.0.1:0").await.expect("there is a free port"))
        });
        let address = listener.local_addr().expect("it has an address");
        let (stop, wait) = oneshot::channel();
        let serving = http::serve(app.clone(), listener, async { drop(wait.await) });
        let stopped = runtime.spawn(serving);
        Self { address, app, runtime, stop, stopped }
    }

    /// A code, as `kring admin invite-professional` makes one.
    pub(crate) fn professional_code(&self) -> String {
        let code = OneTimeCode::random();
        let now = clock::now();
        let hash = code.hash();
        let purpose = CodePurpose::Professional { name: Some("Petra".into()) };
        let keep = self.app.store.write(move |connection| -> Result<(), AccountError> {
            accounts::keep_code(connection, hash, &purpose, now, now.plus_days(1))
        });
        self.runtime.block_on(keep).expect("a code is kept");
        code.text()
    }

    /// Forgets which devices are copies of another.
    ///
    /// Each cut leaves a phone's file in another file, which makes the phone a copy; the bound on those is tried elsewhere.
    pub(crate) fn forget_copies(&self) {
        let forget = self.app.store.write(|connection| -> Result<(), AccountError> {
            connection.execute("UPDATE devices SET copy_of = NULL", [])?;
            Ok(())
        });
        self.runtime.block_on(forget).expect("the server takes a change");
    }

    /// Ends it in order.
    pub(crate) fn stop(self) {
        let Self { app, runtime, stop, stopped, .. } = self;
        let _ = stop.send(());
        runtime.block_on(async {
            stopped.await.expect("it ends in order");
            app.store.settle().await;
        });
    }
}

/// As an operator sets it who has nobody to fear, and few documents.
pub(crate) fn config(data: &Path) -> Config {
    let limits = Limits {
        commands_per_second: u32::MAX,
        command_burst: u32::MAX,
        requests_per_second: u32::MAX,
        request_burst: u32::MAX,
        wrong_codes: u32::MAX,
        wrong_codes_overall: u32::MAX,
        compact_after: COMPACT_AFTER,
        ..Limits::default()
    };
    let access_token_ttl = Duration::from_secs(86_400);
    Config { data: data.to_owned(), access_token_ttl, limits, ..Config::default() }
}
