//! A relay between phones and a server, which does with each connection what it was told last.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// A way to treat connections.
pub trait Manner: Send + Sync + 'static {
    /// Treats one connection to its end. `count` is the relay's to tell from: how often something was done.
    fn serve(&self, stream: TcpStream, count: &AtomicUsize) -> impl Future<Output = ()> + Send;
}

/// A listener of its own, on a free port. It ends when it is dropped, and with it the connections through it.
pub struct Relay<M> {
    address: SocketAddr,
    manner: watch::Sender<Arc<M>>,
    count: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl<M: Manner> Relay<M> {
    /// Listens, and behaves in this manner.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub async fn behaving(manner: M) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (manner, behaving) = watch::channel(Arc::new(manner));
        let count = Arc::<AtomicUsize>::default();
        let counting = Arc::clone(&count);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut behaving = behaving.clone();
                let count = Arc::clone(&counting);
                tokio::spawn(async move {
                    let manner = Arc::clone(&behaving.borrow_and_update());
                    tokio::select! {
                        () = manner.serve(stream, &count) => {}
                        // Whoever is connected comes anew.
                        _ = behaving.changed() => {}
                    }
                });
            }
        });
        Ok(Self { address, manner, count, accepting })
    }

    /// Behaves in another manner from now on, and begins to count anew.
    pub fn becomes(&self, manner: M) {
        self.count.store(0, Ordering::SeqCst);
        self.manner.send_replace(Arc::new(manner));
    }

    /// The count of its present manner.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// The address at which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as an app writes it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl<M> Drop for Relay<M> {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Tells whether somebody asks for a socket; phones ask for nothing else with GET.
pub async fn asks_for_socket(stream: &TcpStream) -> bool {
    let mut start = [0; 3];
    while stream.peek(&mut start).await.is_ok_and(|length| length < 3 && length > 0) {}
    start == *b"GET"
}

/// Opens the socket that is asked for, as a server of the protocol does.
pub async fn open_socket(stream: TcpStream) -> Option<TcpStream> {
    #[expect(clippy::result_large_err, reason = "the shape that the handshake asks for")]
    let agree = |_: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("kring.sync.v1"));
        Ok(response)
    };
    Some(accept_hdr_async(stream, agree).await.ok()?.into_inner())
}

/// Passes a connection on in both directions until either side ends.
pub async fn pass_on(mut stream: TcpStream, server: SocketAddr) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let _ = copy_bidirectional(&mut stream, &mut server).await;
}

/// Answers the first request with these bytes.
pub async fn answer(mut stream: TcpStream, bytes: &[u8]) {
    let _ = stream.read(&mut [0; 16 << 10]).await;
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    // What the phone still sends is taken, so that it reads the answer and not that it was cut off.
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
}
