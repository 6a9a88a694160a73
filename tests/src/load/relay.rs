//! A relay between a real phone and the server that counts what passes; the phone has no counter of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::Outcome;
use super::counted::Traffic;

/// A relay; it ends when it is dropped, and with it the connections through it.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    pub(crate) traffic: Arc<Traffic>,
    accepting: JoinHandle<()>,
}

impl Relay {
    pub(crate) async fn start(server: SocketAddr) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, traffic) = (listener.local_addr()?, Arc::<Traffic>::default());
        let counted = traffic.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                tokio::spawn(pass(phone, server, counted.clone()));
            }
        });
        Ok(Self { address, traffic, accepting })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Passes a connection on in both directions until either side ends; an end is no failure here.
async fn pass(phone: TcpStream, server: SocketAddr, traffic: Arc<Traffic>) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    let _ = (phone.set_nodelay(true), server.set_nodelay(true));
    let ((from_phone, to_phone), (from_server, to_server)) = (phone.into_split(), server.into_split());
    let up = copy(from_phone, to_server, |bytes| traffic.add(0, bytes));
    let down = copy(from_server, to_phone, |bytes| traffic.add(bytes, 0));
    tokio::join!(up, down);
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, count: impl Fn(u64)) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        count(length as u64);
        let Some(bytes) = buffer.get(..length) else { return };
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}
