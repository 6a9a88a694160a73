//! The bare WebSocket server: axum and nothing behind it, with the read buffer that Kring uses.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::any;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::broadcast::{Receiver, Sender, channel};

use crate::load::Outcome;
use crate::load::process::say;

/// What the ready line begins with; the address follows.
pub(crate) const READY: &str = "listening ";

const READ_BUFFER: usize = 4096;

/// The messages that may wait in a room.
const WAITING: usize = 4096;

/// Those in a room get what anybody in it says.
#[derive(Clone, Default)]
struct Rooms(Arc<Mutex<BTreeMap<String, Sender<axum::body::Bytes>>>>);

/// Serves until it is ended.
pub(crate) async fn serve() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let app =
        Router::new().route("/fan/{room}", any(fan)).route("/blob/{bytes}", any(blob)).with_state(Rooms::default());
    say(&format!("{READY}{address}"));
    let listener = listener.tap_io(|stream| {
        // A connection that fails here fails again where it is used.
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, app).await?)
}

async fn fan(State(rooms): State<Rooms>, Path(room): Path<String>, upgrade: WebSocketUpgrade) -> Response {
    let sender = rooms.room(room);
    let receiver = sender.subscribe();
    upgrade.read_buffer_size(READ_BUFFER).on_upgrade(move |socket| relay(socket, sender, receiver))
}

async fn blob(Path(bytes): Path<usize>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.read_buffer_size(READ_BUFFER).on_upgrade(move |mut socket| async move {
        // One answer of so many bytes to whatever is said first.
        if let Some(Ok(_)) = socket.recv().await {
            let _ = socket.send(Message::Binary(vec![7; bytes].into())).await;
        }
        while let Some(Ok(_)) = socket.recv().await {}
    })
}

impl Rooms {
    fn room(&self, name: String) -> Sender<axum::body::Bytes> {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(name).or_insert_with(|| channel(WAITING).0).clone()
    }
}

async fn relay(mut socket: WebSocket, sender: Sender<axum::body::Bytes>, mut receiver: Receiver<axum::body::Bytes>) {
    loop {
        let written = tokio::select! {
            said = socket.recv() => match said {
                Some(Ok(Message::Binary(bytes))) => {
                    // Whoever speaks also listens, so there is always somebody.
                    let _ = sender.send(bytes);
                    Ok(())
                }
                Some(Ok(_)) => Ok(()),
                _ => return,
            },
            heard = receiver.recv() => match heard {
                Ok(bytes) => pass_on(&mut socket, bytes, &mut receiver).await,
                Err(RecvError::Lagged(_)) => Ok(()),
                Err(RecvError::Closed) => return,
            },
        };
        if written.is_err() {
            return;
        }
    }
}

/// Writes what was heard, with all that waits behind it, in one go.
async fn pass_on(
    socket: &mut WebSocket,
    first: axum::body::Bytes,
    receiver: &mut Receiver<axum::body::Bytes>,
) -> Result<(), axum::Error> {
    use futures_util::SinkExt;
    let mut next = Some(first);
    while let Some(bytes) = next {
        socket.feed(Message::Binary(bytes)).await?;
        next = match receiver.try_recv() {
            Ok(bytes) => Some(bytes),
            Err(TryRecvError::Lagged(_)) => continue_after_lag(receiver),
            Err(_) => None,
        };
    }
    socket.flush().await
}

fn continue_after_lag(receiver: &mut Receiver<axum::body::Bytes>) -> Option<axum::body::Bytes> {
    receiver.try_recv().ok()
}
