//! A server on a free port with people in it, and phones that speak frames.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use kring_domain::{CommandId, DeviceId, DocumentId, DocumentKind, PersonId, Role, SpaceId};
use kring_server::app::App;
use kring_server::auth::Caller;
use kring_server::config::Config;
use kring_server::store::StoreError;
use kring_sync::{Cursor, DeviceFrame, Entry, Position, RawCommand, ServerFrame, Submission, Verdict, encode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use uuid::Uuid;

/// The time that anything that should happen may take.
const TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) space: SpaceId,
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    stopped: tokio::task::JoinHandle<()>,
    data: TempDir,
}

impl Server {
    /// A server with one space.
    pub(crate) async fn start() -> Self {
        let mut server = Self::open(tempfile::tempdir().unwrap()).await;
        server.space = server.new_space().await;
        server
    }

    /// The same server after its program has ended and begun again.
    pub(crate) async fn restart(mut self) -> Self {
        self.stop.take().unwrap().send(()).unwrap();
        self.stopped.await.unwrap();
        drop(self.app);
        let mut server = Self::open(self.data).await;
        server.space = self.space;
        server
    }

    async fn open(data: TempDir) -> Self {
        let mut config = Config { data: data.path().to_owned(), ..Config::default() };
        config.limits.command_burst = 10_000;
        let app = App::open(config).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, wait) = oneshot::channel();
        let serving = kring_server::http::serve(app.clone(), listener, async { drop(wait.await) });
        let stopped = tokio::spawn(serving);
        Self { app, space: SpaceId::new(Uuid::nil()), port, stop: Some(stop), stopped, data }
    }

    pub(crate) async fn new_space(&self) -> SpaceId {
        let space = SpaceId::new(Uuid::now_v7());
        self.change(move |connection| {
            connection.execute(
                "INSERT INTO spaces (space_id, name, created_by, created_at) VALUES (?1, 'Kring', ?1, 0)",
                [space.uuid().as_bytes()],
            )?;
            for kind in DocumentKind::ALL {
                let document = DocumentId::derive(space, *kind);
                connection.execute(
                    "INSERT INTO documents (document_id, space_id, kind) VALUES (?1, ?2, ?3)",
                    (document.uuid().as_bytes(), space.uuid().as_bytes(), kind.name()),
                )?;
            }
            Ok(())
        })
        .await;
        space
    }

    /// Somebody new in the space, signed in on one phone.
    pub(crate) async fn somebody(&self, role: Role) -> Caller {
        let person = Uuid::now_v7();
        let device = Uuid::now_v7();
        let sign_in = Uuid::now_v7();
        self.change(move |connection| {
            connection.execute(
                "INSERT INTO persons (person_id, name, is_professional, created_at) VALUES (?1, 'Linda', 0, 0)",
                [person.as_bytes()],
            )?;
            connection.execute(
                "INSERT INTO devices (device_id, person_id, name, created_at) VALUES (?1, ?2, 'phone', 0)",
                (device.as_bytes(), person.as_bytes()),
            )?;
            connection.execute(
                "INSERT INTO families (family_id, device_id, created_at) VALUES (?1, ?2, 0)",
                (sign_in.as_bytes(), device.as_bytes()),
            )?;
            Ok(())
        })
        .await;
        let caller = Caller { person: PersonId::new(person), device: DeviceId::new(device), sign_in };
        self.membership(caller, self.space, role).await;
        caller
    }

    pub(crate) async fn membership(&self, caller: Caller, space: SpaceId, role: Role) {
        self.change(move |connection| {
            connection.execute(
                "INSERT INTO members (space_id, person_id, role, joined_at) VALUES (?1, ?2, ?3, 0)",
                (space.uuid().as_bytes(), caller.person.uuid().as_bytes(), role.name()),
            )?;
            Ok(())
        })
        .await;
    }

    pub(crate) async fn unseat(&self, caller: Caller) {
        let space = self.space;
        self.change(move |connection| {
            connection.execute(
                "DELETE FROM members WHERE space_id = ?1 AND person_id = ?2",
                (space.uuid().as_bytes(), caller.person.uuid().as_bytes()),
            )?;
            Ok(())
        })
        .await;
    }

    pub(crate) async fn change(
        &self,
        change: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<()> + Send + 'static,
    ) {
        let written = self.app.store.write(move |connection| Ok::<(), StoreError>(change(connection)?));
        written.await.unwrap();
    }

    /// Returns how many entries are stored for a document.
    pub(crate) async fn stored(&self, document: DocumentId) -> u64 {
        let read = self.app.store.read(move |connection| -> Result<i64, StoreError> {
            let sql = "SELECT count(*) FROM entries WHERE document_id = ?1";
            Ok(connection.query_row(sql, [document.uuid().as_bytes()], |row| row.get(0))?)
        });
        u64::try_from(read.await.unwrap()).unwrap()
    }

    /// Returns how far the circle is, as somebody reads it.
    pub(crate) async fn head(&self, caller: Caller) -> Position {
        let read = crate::rest::get(self, caller, "").await;
        let number = |field: &str| read[field].as_u64().unwrap();
        Position { generation: number("generation"), sequence: number("sequence") }
    }

    pub(crate) fn circle(&self) -> DocumentId {
        DocumentId::derive(self.space, DocumentKind::Circle)
    }

    pub(crate) fn token(&self, caller: Caller) -> String {
        self.app.auth.access_token(caller).unwrap().expose().to_owned()
    }

    /// A phone that is connected and has said nothing.
    pub(crate) async fn connect(&self, caller: Caller) -> Phone {
        let url = format!("ws://127.0.0.1:{}/v1/sync", self.port);
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("Authorization", format!("Bearer {}", self.token(caller)).parse().unwrap());
        headers.insert("Sec-WebSocket-Protocol", "kring.sync.v1".parse().unwrap());
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        let stream = socket.connect(([127, 0, 0, 1], self.port).into()).await.unwrap();
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
        Phone { socket }
    }

    /// A phone that has been welcomed, with these cursors.
    pub(crate) async fn phone(&self, caller: Caller, cursors: Vec<Cursor>) -> Phone {
        let mut phone = self.connect(caller).await;
        phone.send(&DeviceFrame::hello("test", cursors)).await;
        assert!(matches!(phone.frame().await, ServerFrame::Welcome { .. }));
        phone
    }
}

pub(crate) struct Phone {
    pub(crate) socket: WebSocketStream<TcpStream>,
}

impl Phone {
    pub(crate) async fn send(&mut self, frame: &DeviceFrame) {
        self.send_raw(Message::Binary(encode(frame).into())).await;
    }

    pub(crate) async fn send_raw(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    pub(crate) async fn submit(&mut self, document: DocumentId, commands: Vec<Submission>) {
        self.send(&DeviceFrame::Submit { document, commands }).await;
    }

    /// The next frame.
    pub(crate) async fn frame(&mut self) -> ServerFrame {
        match self.message().await {
            Message::Binary(bytes) => kring_sync::decode_server_frame(&bytes).unwrap(),
            other => panic!("a frame, not {other:?}"),
        }
    }

    /// The code that the server closes with, after whatever comes before.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.message().await {
                return frame.unwrap().code.into();
            }
        }
    }

    /// The next verdicts, passing over what else comes.
    pub(crate) async fn verdicts(&mut self) -> Vec<Verdict> {
        loop {
            if let ServerFrame::Verdicts { verdicts, .. } = self.frame().await {
                return verdicts;
            }
        }
    }

    /// As many entries as asked for, passing over what else comes; their numbers have no gap.
    pub(crate) async fn entries(&mut self, count: usize) -> Vec<Entry> {
        let mut all: Vec<Entry> = Vec::new();
        while all.len() < count {
            if let ServerFrame::Entries { entries, .. } = self.frame().await {
                all.extend(entries);
            }
        }
        assert!(all.windows(2).all(|pair| pair[0].sequence + 1 == pair[1].sequence));
        assert_eq!(all.len(), count);
        all
    }

    /// Returns whether nothing comes for a short while.
    pub(crate) async fn is_silent(&mut self) -> bool {
        tokio::time::timeout(Duration::from_millis(200), self.socket.next()).await.is_err()
    }

    pub(crate) async fn message(&mut self) -> Message {
        let next = tokio::time::timeout(TIMEOUT, self.socket.next());
        next.await.expect("the server answers").expect("the server does not just go away").unwrap()
    }
}

/// A command, made at `sequence` of the first generation.
pub(crate) fn command(sequence: u64, command: Value) -> Submission {
    Submission {
        id: CommandId::new(Uuid::now_v7()),
        base: Some(Position { generation: 1, sequence }),
        made_at: None,
        command: RawCommand::from_value(command),
    }
}

pub(crate) fn idea(text: &str) -> Submission {
    command(0, json!({"type": "propose_idea", "idea_id": Uuid::now_v7(), "text": text}))
}

/// Erases the first idea for good.
pub(crate) fn erase(idea: &Submission) -> Submission {
    command(1, json!({"type": "erase_idea", "idea_id": idea.command.value()["idea_id"]}))
}

pub(crate) fn cursor(document: DocumentId, sequence: u64) -> Vec<Cursor> {
    vec![Cursor { document, generation: 1, sequence, chain_hash: None }]
}
