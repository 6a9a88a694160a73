//! What stands between a phone and the server, and behaves as it is told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// What happens to a request.
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

/// A listener for one phone.
pub(super) struct Relay {
    pub(super) url: String,
    manner: watch::Sender<Arc<Manner>>,
    asked: Arc<AtomicUsize>,
}

impl Relay {
    pub(super) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (manner, behaving) = watch::channel(Arc::new(Manner::To(server)));
        let asked = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mut behaving, counting) = (behaving.clone(), Arc::clone(&counting));
                tokio::spawn(async move {
                    let manner = Arc::clone(&behaving.borrow_and_update());
                    tokio::select! {
                        () = serve(stream, &manner, &counting) => {}
                        // Who is connected comes anew.
                        _ = behaving.changed() => {}
                    }
                });
            }
        });
        Self { url, manner, asked }
    }

    /// Behaves so from now on.
    pub(super) fn becomes(&self, manner: Manner) {
        self.asked.store(0, Ordering::SeqCst);
        self.manner.send_replace(Arc::new(manner));
    }

    /// How many requests were not let through since it behaves as it does.
    pub(super) fn stopped(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, manner: &Manner, stopped: &AtomicUsize) {
    match manner {
        Manner::To(server) => through(&mut stream, *server).await,
        Manner::NoSocket(server, _) if !is_socket(&stream).await => through(&mut stream, *server).await,
        Manner::NoSocket(_, blocking) => {
            stopped.fetch_add(1, Ordering::SeqCst);
            block(stream, blocking).await;
        }
        Manner::Answer(bytes) => {
            stopped.fetch_add(1, Ordering::SeqCst);
            answer(stream, bytes).await;
        }
    }
}

/// Whether somebody asks for a socket; phones ask for nothing else with GET.
async fn is_socket(stream: &TcpStream) -> bool {
    let mut start = [0; 3];
    while stream.peek(&mut start).await.is_ok_and(|length| length < 3 && length > 0) {}
    start == *b"GET"
}

async fn block(mut stream: TcpStream, blocking: &Blocking) {
    match blocking {
        Blocking::Answer(bytes) => answer(stream, bytes).await,
        Blocking::Cut => {}
        Blocking::Hang => drop(tokio::io::copy(&mut stream, &mut tokio::io::sink()).await),
        Blocking::Mute => {
            let Some(mut stream) = open(stream).await else { return };
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
        }
        Blocking::Opened(bytes) => {
            let Some(mut stream) = open(stream).await else { return };
            let _ = stream.write_all(bytes).await;
        }
        Blocking::Close(code) => {
            let Some(mut stream) = open(stream).await else { return };
            let _ = stream.read(&mut [0; 64]).await;
            let [high, low] = code.to_be_bytes();
            let _ = stream.write_all(&[0x88, 2, high, low]).await;
        }
    }
}

async fn open(stream: TcpStream) -> Option<TcpStream> {
    #[expect(clippy::result_large_err, reason = "the shape that the handshake asks for")]
    let agree = |_: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("kring.sync.v1"));
        Ok(response)
    };
    Some(accept_hdr_async(stream, agree).await.ok()?.into_inner())
}

async fn answer(mut stream: TcpStream, bytes: &[u8]) {
    let _ = stream.read(&mut [0; 16 << 10]).await;
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    // What the phone still sends is taken, so that it reads the answer and not that it was cut off.
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
}

async fn through(stream: &mut TcpStream, server: SocketAddr) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let _ = copy_bidirectional(stream, &mut server).await;
}
