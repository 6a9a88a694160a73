//! Keeps the phone connected: a thread of its own that connects, pumps frames, and waits between attempts.

pub(crate) mod backoff;
mod live;
mod socket;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::shared::Shared;
use crate::{ClientError, Connection};
use backoff::Backoff;

/// A running driver; dropping it ends it soon after.
pub(crate) struct Driver {
    /// Closes the channel when it is dropped, which the thread waits for.
    _stop: watch::Sender<()>,
    ended: Arc<AtomicBool>,
}

/// Why a connection is no more.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The line broke, or the server is away: try again, later each time.
    Lost(String),
    /// Something is new that only a greeting can tell: begin anew at once.
    Rejoin,
    /// There is no session any more.
    SignedOut,
    /// The handle was closed.
    Closed,
}

impl From<ClientError> for End {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::SignedOut => Self::SignedOut,
            ClientError::Closed => Self::Closed,
            error => Self::Lost(error.to_string()),
        }
    }
}

impl Driver {
    pub(crate) fn start(shared: Arc<Shared>) -> Result<Self, ClientError> {
        let failed = |error: std::io::Error| ClientError::Storage(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (stop, stopped) = watch::channel(());
        let ended = Arc::new(AtomicBool::new(false));
        let mark = Mark(Arc::clone(&ended));
        let run = move || {
            let connection = runtime.block_on(run(&shared, stopped));
            // Marked before it is told, so that whoever hears it can start another.
            drop(mark);
            shared.set_connection(connection);
            // A call that still waits for an answer must not hold up the end.
            runtime.shutdown_background();
        };
        thread::Builder::new().name("kring-driver".into()).spawn(run).map_err(failed)?;
        Ok(Self { _stop: stop, ended })
    }

    /// Whether it has given up: there is no session any more.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

/// Marks that a driver has ended, however it did.
struct Mark(Arc<AtomicBool>);

impl Drop for Mark {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Connects again and again until there is a reason not to; how the phone then stands with the server.
async fn run(shared: &Arc<Shared>, mut stopped: watch::Receiver<()>) -> Connection {
    let mut backoff = Backoff::new(fastrand::u64(..));
    loop {
        let end = tokio::select! {
            _ = stopped.changed() => End::Closed,
            end = connection(shared, &mut backoff) => end,
        };
        shared.state().replica.handle_disconnected();
        match end {
            End::Closed => return Connection::Offline,
            End::SignedOut => return Connection::SignedOut,
            End::Rejoin => continue,
            End::Lost(reason) => tracing::debug!(%reason, "not connected"),
        }
        shared.set_connection(Connection::Offline);
        tokio::select! {
            _ = stopped.changed() => return Connection::Offline,
            () = sleep(backoff.next_wait()) => {}
            () = shared.wake.notified() => {}
        }
    }
}

/// One connection from its beginning to its end.
async fn connection(shared: &Arc<Shared>, backoff: &mut Backoff) -> End {
    // Whoever else speaks for this replica goes first; two greetings at a time would send edits twice.
    let _line = shared.line.lock().await;
    shared.set_connection(Connection::Connecting);
    // What was new before now is told by this greeting.
    let _ = shared.rejoin.notified().now_or_never();
    match socket::open(shared).await {
        Ok(socket) => live::run(shared, socket, backoff).await,
        Err(end) => end,
    }
}
