//! A plain WebSocket that speaks `kring.sync.v1`.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::HandshakeError;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, client::client_with_config};

use super::{Http, TIMEOUT, decode, encode};

/// The name of the protocol.
const SUBPROTOCOL: &str = "kring.sync.v1";

/// A connection of one device.
pub struct Socket {
    socket: WebSocket<TcpStream>,
    /// Every byte that came in, to search for what must never come.
    pub seen: Vec<u8>,
}

/// Something that came in.
#[derive(Debug)]
pub enum Event {
    /// A frame.
    Frame(Value),
    /// The end, with the close code where there was one.
    Closed(Option<u16>),
}

/// The server did not open a WebSocket.
#[derive(Debug)]
pub struct Refused {
    /// The status of the answer.
    pub status: u16,
    /// Its content type.
    pub content_type: Option<String>,
    /// Its body.
    pub body: Value,
}

impl Socket {
    /// Opens a connection for whoever `http` is signed in as.
    #[track_caller]
    pub fn open(http: &Http) -> Self {
        Self::try_open(http, "/v1/sync").expect("the socket opens")
    }

    /// Opens a connection and waits for the answer to `hello`, which comes first.
    #[track_caller]
    pub fn hello(http: &Http, cursors: &[Value]) -> (Self, Value) {
        let mut socket = Self::open(http);
        let welcome = socket.greet(cursors);
        (socket, welcome)
    }

    /// Opens a connection at this path, which may hold a ticket.
    ///
    /// # Errors
    ///
    /// When the server answers with something else than a WebSocket.
    pub fn try_open(http: &Http, path: &str) -> Result<Self, Refused> {
        let stream = TcpStream::connect(http.address()).expect("the server listens");
        stream.set_nodelay(true).expect("no delay");
        stream.set_read_timeout(Some(TIMEOUT)).expect("a time limit");
        stream.set_write_timeout(Some(TIMEOUT)).expect("a time limit");
        let mut request = format!("ws://{}{path}", http.address()).into_client_request().expect("a request");
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
        if let Some(token) = http.token() {
            let bearer = HeaderValue::from_str(&format!("Bearer {token}")).expect("a token is plain text");
            request.headers_mut().insert("authorization", bearer);
        }
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        match client_with_config(request, stream, Some(config)) {
            Ok((socket, response)) => {
                let chosen = response.headers().get("sec-websocket-protocol");
                assert_eq!(
                    chosen.map(HeaderValue::as_bytes),
                    Some(SUBPROTOCOL.as_bytes()),
                    "the subprotocol is chosen"
                );
                Ok(Self { socket, seen: Vec::new() })
            }
            Err(HandshakeError::Failure(Error::Http(response))) => {
                let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
                let content_type = content_type.map(str::to_owned);
                let body = response.body().as_deref().and_then(|body| serde_json::from_slice(body).ok());
                Err(Refused { status: response.status().as_u16(), content_type, body: body.unwrap_or_default() })
            }
            Err(error) => panic!("no WebSocket and no answer: {error}"),
        }
    }

    /// Sends `hello` and waits for `welcome`.
    #[track_caller]
    pub fn greet(&mut self, cursors: &[Value]) -> Value {
        self.send(&json!({"t": "hello", "protocol": 1, "app": "contract/1", "cursors": cursors}));
        self.frame("welcome")
    }

    /// Sends a frame.
    #[track_caller]
    pub fn send(&mut self, frame: &Value) {
        self.try_send(Message::Binary(encode(frame).into())).expect("the frame is sent");
    }

    /// Sends any message.
    ///
    /// # Errors
    ///
    /// When the connection has ended.
    pub fn try_send(&mut self, message: Message) -> Result<(), Error> {
        self.socket.send(message)
    }

    /// The next thing that comes in.
    #[track_caller]
    pub fn event(&mut self) -> Event {
        self.next_within(TIMEOUT).expect("something comes in time")
    }

    /// The next thing that comes in, or nothing.
    pub fn next_within(&mut self, time: Duration) -> Option<Event> {
        let deadline = Instant::now() + time;
        loop {
            let left = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
            self.socket.get_ref().set_read_timeout(Some(left)).expect("a time limit");
            match self.socket.read() {
                Ok(Message::Binary(bytes)) => {
                    self.seen.extend_from_slice(&bytes);
                    return Some(Event::Frame(decode(&bytes)));
                }
                Ok(Message::Text(text)) => panic!("the protocol is binary, but this is a text: {text}"),
                Ok(Message::Close(close)) => return Some(Event::Closed(close.map(|close| close.code.into()))),
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
                Err(Error::Io(error)) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return Some(Event::Closed(None)),
            }
        }
    }

    /// The next frame of this type; others are left out.
    #[track_caller]
    pub fn frame(&mut self, kind: &str) -> Value {
        self.until(|frame| frame["t"] == kind)
    }

    /// The next frame that is so; others are left out.
    #[track_caller]
    pub fn until(&mut self, is_so: impl Fn(&Value) -> bool) -> Value {
        let mut others = Vec::new();
        let deadline = Instant::now() + TIMEOUT;
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            match self.next_within(left) {
                Some(Event::Frame(frame)) if is_so(&frame) => return frame,
                Some(Event::Frame(frame)) => others.push(frame["t"].clone()),
                Some(Event::Closed(code)) => panic!("closed with {code:?} after {others:?}"),
                None => break,
            }
        }
        panic!("it does not come in {TIMEOUT:?}, only {others:?}");
    }

    /// The frames until the close, and its code.
    #[track_caller]
    pub fn until_closed(&mut self) -> (Vec<Value>, Option<u16>) {
        let mut frames = Vec::new();
        loop {
            match self.event() {
                Event::Frame(frame) => frames.push(frame),
                Event::Closed(code) => return (frames, code),
            }
        }
    }

    /// Sends commands and waits for all their verdicts, in the order of the commands.
    #[track_caller]
    pub fn submit(&mut self, document: &str, commands: &[Value]) -> Vec<Value> {
        self.send(&json!({"t": "submit", "document": document, "commands": commands}));
        let mut verdicts = std::collections::BTreeMap::new();
        let ids: Vec<&str> = commands.iter().map(|command| command["id"].as_str().expect("an id")).collect();
        while !ids.iter().all(|id| verdicts.contains_key(*id)) {
            let frame = self.frame("verdicts");
            assert_eq!(frame["document"], document);
            for verdict in frame["verdicts"].as_array().expect("a list") {
                verdicts.insert(verdict["id"].as_str().expect("an id").to_owned(), verdict.clone());
            }
        }
        ids.iter().map(|id| verdicts[*id].clone()).collect()
    }

    /// Returns whether these bytes ever came in.
    pub fn has_seen(&self, word: &str) -> bool {
        self.seen.windows(word.len()).any(|window| window == word.as_bytes())
    }

    /// Ends the connection in order.
    pub fn close(mut self) {
        let _ = self.socket.close(None);
        let _ = self.socket.flush();
    }
}
