//! A relay between a real phone and the server that counts what passes; the phone has no counter of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::Outcome;
use super::counted::Traffic;
use crate::outside::relay;

/// How a round of sync without a connection begins.
const ROUND: &[u8] = b"POST /v1/sync HTTP";

/// A relay that counts bytes, and rounds of sync without a connection.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    pub(crate) traffic: Arc<Traffic>,
    relay: relay::Relay<Counting>,
}

/// Passes everything on to the server and counts it.
struct Counting {
    server: SocketAddr,
    traffic: Arc<Traffic>,
}

impl Relay {
    pub(crate) async fn start(server: SocketAddr) -> Outcome<Self> {
        let traffic = Arc::<Traffic>::default();
        let relay = relay::Relay::behaving(Counting { server, traffic: traffic.clone() }).await?;
        Ok(Self { address: relay.address(), traffic, relay })
    }

    /// The number of rounds of sync without a connection that have begun.
    pub(crate) fn rounds(&self) -> u64 {
        self.relay.count() as u64
    }
}

impl relay::Manner for Counting {
    async fn serve(&self, phone: TcpStream, rounds: &AtomicUsize) {
        let Ok(server) = TcpStream::connect(self.server).await else { return };
        let _ = (phone.set_nodelay(true), server.set_nodelay(true));
        let ((from_phone, to_phone), (from_server, to_server)) = (phone.into_split(), server.into_split());
        let up = copy(from_phone, to_server, |bytes| {
            let asks = bytes.windows(ROUND.len()).filter(|here| *here == ROUND).count();
            rounds.fetch_add(asks, Ordering::AcqRel);
            self.traffic.add(0, bytes.len() as u64);
        });
        let down = copy(from_server, to_phone, |bytes| self.traffic.add(bytes.len() as u64, 0));
        tokio::join!(up, down);
    }
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
