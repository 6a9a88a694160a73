//! Keeps the phone connected: a thread of its own that connects, pumps frames, and waits between attempts.

pub(crate) mod backoff;
mod live;
mod polling;
mod socket;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::shared::{Disconnect, Shared};
use crate::{ClientError, Connection};
use backoff::Backoff;
use polling::Fallback;

/// After this time without a socket, a round is made beside the attempt.
const SLOW_HANDSHAKE: Duration = Duration::from_secs(5);

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
    /// The server is reached, but no socket to it: rounds go on, and a socket is tried again.
    Blocked(String),
    /// Something is new that only a greeting can tell: begin anew at once.
    Rejoin,
    /// Another server answers: try again, later each time.
    AnotherServer,
    /// There is no sign-in any more.
    SignedOut,
    /// The handle was closed.
    Closed,
}

impl From<ClientError> for End {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::SignedOut => Self::SignedOut,
            ClientError::AnotherServer => Self::AnotherServer,
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
        let ended_flag = EndedFlag(Arc::clone(&ended));
        let run = move || {
            let connection = runtime.block_on(run(&shared, stopped));
            // Marked before it is told, so that whoever hears it can start another.
            drop(ended_flag);
            shared.set_connection(connection);
            // A call that still waits for an answer must not hold up the end.
            runtime.shutdown_background();
        };
        thread::Builder::new().name("kring-driver".into()).spawn(run).map_err(failed)?;
        Ok(Self { _stop: stop, ended })
    }

    /// Returns whether it has given up: there is no sign-in any more.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

/// Marks that a driver has ended, however it did.
struct EndedFlag(Arc<AtomicBool>);

impl Drop for EndedFlag {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Connects again and again until there is a reason not to; how the phone then stands with the server.
async fn run(shared: &Arc<Shared>, mut stopped: watch::Receiver<()>) -> Connection {
    let fallback = Fallback::default();
    tokio::select! {
        _ = stopped.changed() => Connection::Offline,
        connection = sockets(shared, &fallback) => connection,
        connection = polling::run(shared, &fallback) => connection,
    }
}

/// Opens one socket after the other, whatever the network does to them.
async fn sockets(shared: &Arc<Shared>, fallback: &Fallback) -> Connection {
    let mut backoff = Backoff::new(fastrand::u64(..));
    loop {
        let end = connection(shared, &mut backoff, fallback).await;
        fallback.socket_ended();
        let connection = match end {
            End::Closed => return Connection::Offline,
            End::SignedOut => return Connection::SignedOut,
            End::Rejoin => continue,
            End::AnotherServer => {
                tracing::warn!("another server answers at the address of the person's");
                Connection::AnotherServer
            }
            End::Blocked(reason) => {
                tracing::debug!(%reason, "no socket");
                fallback.begin();
                Connection::Offline
            }
            End::Lost(reason) => {
                tracing::debug!(%reason, "not connected");
                Connection::Offline
            }
        };
        if !fallback.works() || connection == Connection::AnotherServer {
            shared.set_connection(connection);
        }
        tokio::select! {
            () = sleep(backoff.next_wait()) => {}
            () = shared.wake.notified() => fallback.hurry(),
        }
    }
}

/// One connection from its beginning to its end.
async fn connection(shared: &Arc<Shared>, backoff: &mut Backoff, fallback: &Fallback) -> End {
    // What is rung from now on is about this connection.
    let _ = shared.rejoin.notified().now_or_never();
    let _ = shared.give_way.notified().now_or_never();
    if !fallback.works() && shared.state().connection != Connection::AnotherServer {
        shared.set_connection(Connection::Connecting);
    }
    // While the handshake hangs, rounds go on: nobody speaks for the replica yet.
    let mut opening = pin!(socket::open(shared));
    let opened = match timeout(SLOW_HANDSHAKE, opening.as_mut()).await {
        Ok(opened) => opened,
        Err(_) => {
            fallback.begin();
            opening.await
        }
    };
    let socket = match opened {
        Ok(socket) => socket,
        Err(end) => return end,
    };
    // Whoever else speaks for this replica goes first; two greetings at a time would send edits twice.
    let _lock = shared.sync_lock.lock().await;
    let _end = Disconnect(shared);
    live::run(shared, socket, backoff, fallback).await
}
