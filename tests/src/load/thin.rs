//! A thin phone: it speaks the frames, checks that nothing is skipped or refused, and merges nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use kring_domain::DocumentId;
use kring_sync::{Cursor, DeviceFrame, Judgement, Position, ServerFrame, Submission, decode_server_frame, encode};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::content::{IDEAS, Ideas, submission};
use super::counted::{Counted, Traffic};
use super::{Failure, Outcome};

/// The time that anything may take before the load gives up.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(120);

/// The most commands in a frame while a history is made.
const BATCH: usize = 100;

/// A connected phone that looks at one document.
pub(crate) struct Thin {
    socket: WebSocketStream<Counted>,
    pub(crate) traffic: Arc<Traffic>,
    document: DocumentId,
    /// How far the phone has the document.
    pub(crate) at: Position,
    /// The position where the document was when the server greeted.
    pub(crate) head: u64,
    /// The number of its own commands that were admitted.
    pub(crate) admitted: usize,
    /// True when the connection is over, rather than that something wrong came over it.
    pub(crate) is_gone: bool,
}

impl Thin {
    /// Connects with what the phone has (`None`: nothing) and greets; the answer is not read yet.
    pub(crate) async fn connect(
        address: SocketAddr,
        token: &str,
        document: DocumentId,
        at: Option<Position>,
    ) -> Outcome<Self> {
        let mut request = format!("ws://{address}/v1/sync").into_client_request()?;
        request.headers_mut().insert("authorization", HeaderValue::from_str(&format!("Bearer {token}"))?);
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("kring.sync.v1"));
        let (socket, traffic) = open(address, request).await?;
        let here = at.unwrap_or(Position::GENESIS);
        let mut thin = Self { socket, traffic, document, at: here, head: 0, admitted: 0, is_gone: false };
        let cursor = |Position { generation, sequence }| Cursor { document, generation, sequence, chain_hash: None };
        let cursors = at.map(cursor).into_iter().collect();
        thin.feed(&DeviceFrame::hello("kring-load", cursors)).await?;
        thin.flush().await?;
        Ok(thin)
    }

    /// Queues a frame of commands, made on top of what the phone has.
    pub(crate) async fn submit(&mut self, commands: Vec<serde_json::Value>) -> Outcome<()> {
        let base = self.at;
        self.send(commands.into_iter().map(|command| submission(command, base)).collect()).await
    }

    /// Proposes the ideas of an empty document, and has the answers.
    pub(crate) async fn propose(&mut self, ideas: &Ideas) -> Outcome<()> {
        self.submit(ideas.propose()).await?;
        self.flush().await?;
        self.until(IDEAS as u64, IDEAS).await
    }

    /// Rewords ideas until the document, which has only its own entries, has this many of them.
    pub(crate) async fn edit_up_to(&mut self, entries: usize, ideas: &mut Ideas) -> Outcome<()> {
        while self.admitted < entries {
            let count = BATCH.min(entries - self.admitted);
            self.submit((0..count).map(|_| ideas.edit()).collect()).await?;
            self.flush().await?;
            let done = self.admitted + count;
            self.until(done as u64, done).await?;
        }
        Ok(())
    }

    /// Queues a frame of commands.
    pub(crate) async fn send(&mut self, commands: Vec<Submission>) -> Outcome<()> {
        self.feed(&DeviceFrame::Submit { document: self.document, commands }).await
    }

    /// Sends what is queued.
    pub(crate) async fn flush(&mut self) -> Outcome<()> {
        Ok(timeout(TIMEOUT, self.socket.flush()).await??)
    }

    /// The next frame, taken note of; an entry too many or too few and a command refused are failures.
    pub(crate) async fn receive(&mut self) -> Outcome<ServerFrame> {
        loop {
            let message = timeout(TIMEOUT, self.socket.next()).await.map_err(|_| "the server says nothing")?;
            match message {
                Some(Ok(Message::Binary(bytes))) => {
                    let frame = decode_server_frame(&bytes)?;
                    self.note(&frame)?;
                    return Ok(frame);
                }
                Some(Ok(Message::Close(close))) => return Err(format!("the server closes: {close:?}").into()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(self.gone(&error.to_string())),
                None => return Err(self.gone("the server has closed")),
            }
        }
    }

    /// Receives until the phone has this many entries of the document and answers to this many commands.
    pub(crate) async fn until(&mut self, sequence: u64, admitted: usize) -> Outcome<()> {
        while self.at.sequence < sequence || self.admitted < admitted {
            self.receive().await.map_err(|error| {
                let at = self.at.sequence;
                let answers = self.admitted;
                format!("{error}; with {at} of {sequence} entries and {answers} of {admitted} answers")
            })?;
        }
        Ok(())
    }

    /// Receives until the phone has all that there was when the server greeted.
    pub(crate) async fn catch_up(&mut self) -> Outcome<()> {
        while !matches!(self.receive().await?, ServerFrame::Welcome { .. }) {}
        self.until(self.head, 0).await
    }

    pub(crate) async fn close(mut self) {
        // It may be gone already.
        let _ = timeout(Duration::from_secs(1), self.socket.close(None)).await;
    }

    fn gone(&mut self, why: &str) -> Failure {
        self.is_gone = true;
        why.into()
    }

    async fn feed(&mut self, frame: &DeviceFrame) -> Outcome<()> {
        Ok(timeout(TIMEOUT, self.socket.feed(Message::Binary(encode(frame).into()))).await??)
    }

    fn note(&mut self, frame: &ServerFrame) -> Outcome<()> {
        match frame {
            ServerFrame::Welcome { documents, .. } => {
                let mine = documents.iter().find(|head| head.document == self.document);
                self.head = mine.ok_or("the server does not list the document")?.sequence;
            }
            ServerFrame::Snapshot { document, generation, sequence, .. } if *document == self.document => {
                self.at = Position { generation: *generation, sequence: *sequence };
            }
            ServerFrame::Entries { document, generation, entries } if *document == self.document => {
                for entry in entries {
                    if entry.sequence != self.at.sequence + 1 {
                        return Err(format!("entry {} after {}", entry.sequence, self.at.sequence).into());
                    }
                    self.at = Position { generation: *generation, sequence: entry.sequence };
                }
            }
            ServerFrame::Verdicts { verdicts, .. } => {
                for verdict in verdicts {
                    if verdict.judgement != Judgement::Admitted {
                        return Err(format!("a command was not admitted: {verdict:?}").into());
                    }
                    self.admitted += 1;
                }
            }
            ServerFrame::Error { code } => return Err(format!("the server complains: {code}").into()),
            _ => {}
        }
        Ok(())
    }
}

/// Opens a WebSocket with small buffers, so that thousands of phones fit beside the server.
pub(crate) async fn open(address: SocketAddr, request: Request) -> Outcome<(WebSocketStream<Counted>, Arc<Traffic>)> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let traffic = Arc::<Traffic>::default();
    let counted = Counted { stream, traffic: traffic.clone() };
    let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(4096).max_message_size(None);
    let handshake = client_async_with_config(request, counted, Some(config.max_frame_size(None)));
    let (socket, _) = timeout(TIMEOUT, handshake).await??;
    Ok((socket, traffic))
}
