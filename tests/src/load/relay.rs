//! A relay between a real phone and the server that counts what passes; the phone has no counter of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::Outcome;
use super::counted::Traffic;

/// How a round of sync without a connection begins.
const ROUND: &[u8] = b"POST /v1/sync HTTP";

/// A relay; it ends when it is dropped, and with it the connections through it.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    pub(crate) traffic: Arc<Traffic>,
    rounds: Arc<AtomicU64>,
    accepting: JoinHandle<()>,
}

impl Relay {
    pub(crate) async fn start(server: SocketAddr) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, traffic) = (listener.local_addr()?, Arc::<Traffic>::default());
        let counted = traffic.clone();
        let rounds = Arc::<AtomicU64>::default();
        let asked = rounds.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                tokio::spawn(pass(phone, server, counted.clone(), asked.clone()));
            }
        });
        Ok(Self { address, traffic, rounds, accepting })
    }

    /// How many rounds of sync without a connection have begun.
    pub(crate) fn rounds(&self) -> u64 {
        self.rounds.load(Ordering::Acquire)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Passes a connection on in both directions until either side ends; an end is no failure here.
async fn pass(phone: TcpStream, server: SocketAddr, traffic: Arc<Traffic>, rounds: Arc<AtomicU64>) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    let _ = (phone.set_nodelay(true), server.set_nodelay(true));
    let ((from_phone, to_phone), (from_server, to_server)) = (phone.into_split(), server.into_split());
    let up = copy(from_phone, to_server, |bytes| {
        let asks = bytes.windows(ROUND.len()).filter(|here| *here == ROUND).count() as u64;
        rounds.fetch_add(asks, Ordering::AcqRel);
        traffic.add(0, bytes.len() as u64);
    });
    let down = copy(from_server, to_phone, |bytes| traffic.add(bytes.len() as u64, 0));
    tokio::join!(up, down);
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, count: impl Fn(&[u8])) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let Some(bytes) = buffer.get(..length) else { return };
        count(bytes);
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}
