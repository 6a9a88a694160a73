//! The line between a phone and the server: it goes to the honest one, or ends at a liar.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;

use super::wire::{self, Piece};

/// What happens to a phone that comes.
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

/// A listener of its own for one phone.
pub(super) struct Line {
    pub(super) url: String,
    manner: watch::Sender<Arc<Manner>>,
    told: Arc<AtomicUsize>,
}

impl Line {
    pub(super) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (manner, behaving) = watch::channel(Arc::new(Manner::Honest));
        let told = Arc::new(AtomicUsize::new(0));
        let telling = Arc::clone(&told);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mut behaving, told) = (behaving.clone(), Arc::clone(&telling));
                tokio::spawn(async move {
                    let manner = Arc::clone(&behaving.borrow_and_update());
                    tokio::select! {
                        () = serve(stream, server, &manner, &told) => {}
                        _ = behaving.changed() => {}
                    }
                });
            }
        });
        Self { url, manner, told }
    }

    /// Behaves so from now on; whoever is connected has to come anew.
    pub(super) fn becomes(&self, manner: Manner) {
        self.told.store(0, Ordering::SeqCst);
        self.manner.send_replace(Arc::new(manner));
    }

    /// How many were lied to, from the beginning to the end of what there is to say.
    pub(super) fn told(&self) -> usize {
        self.told.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, server: SocketAddr, manner: &Manner, told: &AtomicUsize) {
    let mut start = [0; 3];
    while stream.peek(&mut start).await.is_ok_and(|length| length < 3 && length > 0) {}
    let is_socket = start == *b"GET";
    match manner {
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
            let Some(mut stream) = open(stream).await else { return };
            let _ = stream.read(&mut [0; 64]).await;
            told.fetch_add(1, Ordering::SeqCst);
        }
        _ => {
            let Ok(mut server) = TcpStream::connect(server).await else { return };
            let _ = copy_bidirectional(&mut stream, &mut server).await;
        }
    }
}

/// Opens the socket, says everything, and listens until the phone has gone.
async fn lie(stream: TcpStream, pieces: &[Piece], told: &AtomicUsize) {
    let Some(stream) = open(stream).await else { return };
    let (mut from, mut to) = stream.into_split();
    let listening = tokio::spawn(async move { tokio::io::copy(&mut from, &mut tokio::io::sink()).await });
    let _ = wire::write(&mut to, pieces).await;
    told.fetch_add(1, Ordering::SeqCst);
    let _ = listening.await;
}

async fn open(stream: TcpStream) -> Option<TcpStream> {
    #[expect(clippy::result_large_err, reason = "the shape that the handshake asks for")]
    let agree = |_: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("kring.sync.v1"));
        Ok(response)
    };
    Some(accept_hdr_async(stream, agree).await.ok()?.into_inner())
}

/// Reads a call, and answers it.
async fn answer(mut stream: TcpStream, pieces: &[Piece], told: &AtomicUsize) {
    let mut asked = vec![0; 64 << 10];
    let _ = stream.read(&mut asked).await;
    let _ = wire::write(&mut stream, pieces).await;
    told.fetch_add(1, Ordering::SeqCst);
    let _ = stream.shutdown().await;
}
