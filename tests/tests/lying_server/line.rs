//! The line between a phone and the server: it goes to the honest one, or ends at a liar.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kring_tests::outside::relay::{self, Relay, asks_for_socket, open_socket, pass_on};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::wire::{self, Piece};

/// The fate of a phone that comes.
pub(super) enum Manner {
    /// It reaches the server.
    Honest,
    /// Its socket opens, and this is written; other calls reach the server.
    Socket(Vec<Piece>),
    /// Its calls get this for an answer; its socket reaches the server.
    Calls(Vec<Piece>),
    /// Its socket opens and is closed as soon as it says something.
    Closing,
    /// Its calls get this for an answer, and behind it the same bytes again and again, twice a second.
    Dripping(Vec<Piece>, Vec<u8>),
    /// Its connections are taken, and nothing is ever said.
    Silent,
}

/// A line for one phone; it counts those who were lied to, from the beginning to the end of what there is to say.
pub(super) struct Line {
    pub(super) url: String,
    server: SocketAddr,
    relay: Relay<Lying>,
}

/// A manner, with the server that the rest reaches.
struct Lying {
    server: SocketAddr,
    manner: Manner,
}

impl Line {
    pub(super) async fn to(server: SocketAddr) -> Self {
        let relay = Relay::behaving(Lying { server, manner: Manner::Honest }).await.unwrap();
        Self { url: relay.url(), server, relay }
    }

    /// Behaves in this manner from now on; whoever is connected has to come anew.
    pub(super) fn becomes(&self, manner: Manner) {
        self.relay.becomes(Lying { server: self.server, manner });
    }

    /// The number of those who were lied to.
    pub(super) fn told(&self) -> usize {
        self.relay.count()
    }
}

impl relay::Manner for Lying {
    async fn serve(&self, mut stream: TcpStream, told: &AtomicUsize) {
        let is_socket = asks_for_socket(&stream).await;
        match &self.manner {
            Manner::Silent => {
                told.fetch_add(1, Ordering::SeqCst);
                let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
            }
            Manner::Socket(pieces) if is_socket => lie(stream, pieces, told).await,
            Manner::Calls(pieces) if !is_socket => answer(stream, pieces, told).await,
            Manner::Dripping(pieces, drop) if !is_socket => {
                let _ = stream.read(&mut [0; 4096]).await;
                let mut is_taken = wire::write(&mut stream, pieces).await.is_ok();
                while is_taken {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                    is_taken = stream.write_all(drop).await.is_ok();
                }
            }
            Manner::Closing if is_socket => {
                let Some(mut stream) = open_socket(stream).await else { return };
                let _ = stream.read(&mut [0; 64]).await;
                told.fetch_add(1, Ordering::SeqCst);
            }
            _ => pass_on(stream, self.server).await,
        }
    }
}

/// Opens the socket, says everything, and listens until the phone has gone.
async fn lie(stream: TcpStream, pieces: &[Piece], told: &AtomicUsize) {
    let Some(stream) = open_socket(stream).await else { return };
    let (mut from, mut to) = stream.into_split();
    let listening = tokio::spawn(async move { tokio::io::copy(&mut from, &mut tokio::io::sink()).await });
    let _ = wire::write(&mut to, pieces).await;
    told.fetch_add(1, Ordering::SeqCst);
    let _ = listening.await;
}

/// Reads a call, and answers it in pieces.
async fn answer(mut stream: TcpStream, pieces: &[Piece], told: &AtomicUsize) {
    let mut asked = vec![0; 64 << 10];
    let _ = stream.read(&mut asked).await;
    let _ = wire::write(&mut stream, pieces).await;
    told.fetch_add(1, Ordering::SeqCst);
    let _ = stream.shutdown().await;
}
