//! A relay between a phone and the server, which behaves as it is told.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use kring_tests::outside::relay::{self, answer, asks_for_socket, open_socket, pass_on};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The fate of a request.
#[derive(Clone, Debug)]
pub(super) enum Manner {
    /// It reaches the server at this address.
    To(SocketAddr),
    /// It gets these bytes for an answer, whatever it is.
    Answer(Vec<u8>),
    /// Calls reach the server; what asks for a socket gets this.
    NoSocket(SocketAddr, Blocking),
}

/// How a socket is blocked.
#[derive(Clone, Debug)]
pub(super) enum Blocking {
    /// By these bytes for an answer.
    Answer(Vec<u8>),
    /// By taking the request and never answering.
    Hang,
    /// By cutting the connection.
    Cut,
    /// By opening the socket and passing nothing on.
    Mute,
    /// By opening the socket and closing it with this code as soon as something is said.
    Close(u16),
    /// By opening the socket, passing these bytes down and cutting the connection.
    Opened(Vec<u8>),
}

/// A relay for one phone; it counts the requests that it does not let through.
pub(super) struct Relay {
    pub(super) url: String,
    relay: relay::Relay<Manner>,
}

impl Relay {
    pub(super) async fn to(server: SocketAddr) -> Self {
        let relay = relay::Relay::behaving(Manner::To(server)).await.unwrap();
        Self { url: relay.url(), relay }
    }

    /// Behaves in this manner from now on.
    pub(super) fn becomes(&self, manner: Manner) {
        self.relay.becomes(manner);
    }

    /// The number of requests that were not let through since the manner changed.
    pub(super) fn stopped(&self) -> usize {
        self.relay.count()
    }
}

impl relay::Manner for Manner {
    async fn serve(&self, stream: TcpStream, stopped: &AtomicUsize) {
        match self {
            Self::To(server) => pass_on(stream, *server).await,
            Self::NoSocket(server, _) if !asks_for_socket(&stream).await => pass_on(stream, *server).await,
            Self::NoSocket(_, blocking) => {
                stopped.fetch_add(1, Ordering::SeqCst);
                block(stream, blocking).await;
            }
            Self::Answer(bytes) => {
                stopped.fetch_add(1, Ordering::SeqCst);
                answer(stream, bytes).await;
            }
        }
    }
}

async fn block(mut stream: TcpStream, blocking: &Blocking) {
    match blocking {
        Blocking::Answer(bytes) => answer(stream, bytes).await,
        Blocking::Cut => {}
        Blocking::Hang => drop(tokio::io::copy(&mut stream, &mut tokio::io::sink()).await),
        Blocking::Mute => {
            let Some(mut stream) = open_socket(stream).await else { return };
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
        }
        Blocking::Opened(bytes) => {
            let Some(mut stream) = open_socket(stream).await else { return };
            let _ = stream.write_all(bytes).await;
        }
        Blocking::Close(code) => {
            let Some(mut stream) = open_socket(stream).await else { return };
            let _ = stream.read(&mut [0; 64]).await;
            let [high, low] = code.to_be_bytes();
            let _ = stream.write_all(&[0x88, 2, high, low]).await;
        }
    }
}
