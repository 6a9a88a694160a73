//! A small server of one person's spaces: real admission, and just enough HTTP to sign in and to sync.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::{SinkExt, StreamExt};
use kring_domain::{Access, Author, DeviceId, DocumentId, DocumentKind, PersonId, Role, SpaceId, Timestamp};
use kring_sync::{
    Admission, DeviceFrame, DocumentHead, Entry, ServerFrame, decode_device_frame, decode_device_frames, encode,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use uuid::Uuid;

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) url: String,
    world: Arc<Mutex<World>>,
    lines: broadcast::Sender<Said>,
}

#[derive(Clone)]
enum Said {
    Frame(ServerFrame),
    Close(u16),
}

#[derive(Default)]
struct World {
    spaces: BTreeMap<SpaceId, String>,
    documents: BTreeMap<DocumentId, (SpaceId, Admission, Vec<Entry>)>,
    /// The person everybody signs in as; none: whoever the phone says.
    person: Option<PersonId>,
    /// Access token to device; a refresh token is the same with an `r` in front.
    sessions: BTreeMap<String, (DeviceId, PersonId)>,
    refreshes: usize,
    refuses_refresh: bool,
    /// How far the clock is ahead of the phone's, in milliseconds.
    ahead: i64,
    /// The next answer to an exchange of tokens does not arrive.
    loses_answer: bool,
    /// The proofs of all exchanges, in order.
    proofs: Vec<Value>,
    /// Tokens that were exchanged: the nonce of the exchange, and whose it was.
    exchanged: BTreeMap<String, (Value, DeviceId, PersonId)>,
}

impl Server {
    /// Starts it on a thread of its own, which ends with the test.
    pub(crate) fn start(person: Option<PersonId>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (lines, _) = broadcast::channel(1024);
        let server = Self { url, world: Arc::new(Mutex::new(World { person, ..World::default() })), lines };
        let serving = server.clone();
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    stream.set_nodelay(true).unwrap();
                    let server = serving.clone();
                    tokio::spawn(async move { server.serve(stream).await });
                }
            });
        });
        server
    }

    /// Closes every socket.
    pub(crate) fn close(&self, code: u16) {
        let _ = self.lines.send(Said::Close(code));
    }

    /// Makes every access token worthless, as time does.
    pub(crate) fn expire_access_tokens(&self) {
        let mut world = self.world.lock().unwrap();
        let sessions = std::mem::take(&mut world.sessions);
        world.sessions = sessions.into_iter().map(|(token, whose)| (format!("{token}-expired"), whose)).collect();
    }

    pub(crate) fn refuse_refresh(&self) {
        self.world.lock().unwrap().refuses_refresh = true;
    }

    /// Sets the clock so far ahead of the phone's; behind it where that is negative.
    pub(crate) fn set_clock(&self, ahead: i64) {
        self.world.lock().unwrap().ahead = ahead;
    }

    /// Lets the next answer to an exchange of tokens get lost on its way.
    pub(crate) fn lose_answer(&self) {
        self.world.lock().unwrap().loses_answer = true;
    }

    /// The proofs that came with exchanges of tokens.
    pub(crate) fn proofs(&self) -> Vec<Value> {
        self.world.lock().unwrap().proofs.clone()
    }

    pub(crate) fn refreshes(&self) -> usize {
        self.world.lock().unwrap().refreshes
    }

    /// Returns who made each admitted entry.
    pub(crate) fn authors(&self) -> Vec<(PersonId, DeviceId)> {
        let world = self.world.lock().unwrap();
        let entries = world.documents.values().flat_map(|(_, _, entries)| entries);
        entries.map(|entry| (entry.person, entry.device)).collect()
    }

    async fn serve(&self, mut stream: TcpStream) {
        let mut start = [0; 3];
        while stream.peek(&mut start).await.is_ok_and(|length| length < 3 && length > 0) {}
        if start == *b"GET" {
            return self.socket(stream).await;
        }
        let mut asked = Vec::new();
        let (head, mut body) = loop {
            let mut buffer = [0; 4096];
            let length = stream.read(&mut buffer).await.unwrap_or(0);
            if length == 0 {
                return;
            }
            asked.extend_from_slice(&buffer[..length]);
            if let Some(end) = asked.windows(4).position(|window| window == b"\r\n\r\n") {
                break (String::from_utf8(asked[..end].to_vec()).unwrap(), asked[end + 4..].to_vec());
            }
        };
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        };
        let length: usize = header("content-length").map_or(0, |length| length.parse().unwrap());
        while body.len() < length {
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).await.unwrap();
            body.extend_from_slice(&buffer[..read]);
        }
        let path = head.split(' ').nth(1).unwrap();
        let token = header("authorization").map(|value| value.trim_start_matches("Bearer ").to_owned());
        let (status, answer) = self.answer(path, token.as_deref(), &body);
        if path == "/v1/token" && std::mem::take(&mut self.world.lock().unwrap().loses_answer) {
            return;
        }
        let media_type = match (path, status) {
            (_, 300..) => "application/problem+json",
            ("/v1/sync", _) => "application/cbor",
            _ => "application/json",
        };
        let length = answer.len();
        let head = format!(
            "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(&[head.into_bytes(), answer].concat()).await.unwrap();
    }

    fn answer(&self, path: &str, token: Option<&str>, body: &[u8]) -> (u16, Vec<u8>) {
        let mut world = self.world.lock().unwrap();
        let json = || serde_json::from_slice::<Value>(body).unwrap();
        let whose = token.and_then(|token| world.sessions.get(token).copied());
        let (status, answer) = match (path, whose) {
            ("/v1/sign-in", _) if json()["code"] != "R1GH-TR1G-HTR1-GHT0" => (401, json!({"code": "invalid_code"})),
            ("/v1/sign-in", _) => {
                let person =
                    world.person.unwrap_or_else(|| serde_json::from_value(json()["person_id"].clone()).unwrap());
                let device = DeviceId::new(Uuid::now_v7());
                let mut answer = world.pair(device, person);
                answer["person_id"] = json!(person);
                answer["device_id"] = json!(device);
                (200, answer)
            }
            ("/v1/token", _) => {
                let given = json()["refresh_token"].as_str().unwrap().trim_start_matches('r').to_owned();
                let found =
                    world.sessions.remove(&given).or_else(|| world.sessions.remove(&format!("{given}-expired")));
                match found {
                    Some((device, person)) if !world.refuses_refresh => {
                        world.refreshes += 1;
                        world.proofs.push(json()["proof"].clone());
                        world.exchanged.insert(given, (json()["proof"]["nonce"].clone(), device, person));
                        (200, world.pair(device, person))
                    }
                    None if world
                        .exchanged
                        .get(&given)
                        .is_some_and(|(nonce, ..)| *nonce == json()["proof"]["nonce"]) =>
                    {
                        let (_, device, person) = world.exchanged[&given];
                        world.proofs.push(json()["proof"].clone());
                        (200, world.pair(device, person))
                    }
                    _ => (401, json!({"code": "unauthenticated"})),
                }
            }
            (_, None) => (401, json!({"code": "unauthenticated"})),
            ("/v1/spaces", Some(_)) => {
                let space = serde_json::from_value(json()["space_id"].clone()).unwrap();
                world.spaces.insert(space, json()["name"].as_str().unwrap().to_owned());
                for &kind in DocumentKind::ALL {
                    let id = DocumentId::derive(space, kind);
                    world.documents.entry(id).or_insert_with(|| (space, Admission::new(id, kind), Vec::new()));
                }
                (201, json!({"space_id": space}))
            }
            ("/v1/sync", Some(whose)) => {
                let frames = decode_device_frames(body).unwrap();
                let answers: Vec<ServerFrame> = frames.into_iter().flat_map(|frame| world.hear(whose, frame)).collect();
                return (200, encode(&answers));
            }
            _ => (404, json!({"code": "not_found"})),
        };
        let mut answer = answer;
        if let Some(code) = answer["code"].as_str().map(str::to_owned) {
            answer["type"] = json!(format!("urn:kring:problem:{code}"));
        }
        (status, serde_json::to_vec(&answer).unwrap())
    }

    async fn socket(&self, stream: TcpStream) {
        let mut whose = None;
        #[expect(clippy::result_large_err, reason = "the shape that the handshake asks for")]
        let check = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
            let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            assert_eq!(header("sec-websocket-protocol"), "kring.sync.v1");
            let token = header("authorization").trim_start_matches("Bearer ");
            whose = self.world.lock().unwrap().sessions.get(token).copied();
            if whose.is_none() {
                let mut refusal = ErrorResponse::new(None);
                *refusal.status_mut() = StatusCode::UNAUTHORIZED;
                let media_type = HeaderValue::from_static("application/problem+json");
                refusal.headers_mut().insert("content-type", media_type);
                return Err(refusal);
            }
            response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("kring.sync.v1"));
            Ok(response)
        };
        let Ok(mut socket) = accept_hdr_async(stream, check).await else { return };
        let mut said = self.lines.subscribe();
        loop {
            tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(Message::Binary(bytes))) => {
                        let frame = decode_device_frame(&bytes).unwrap();
                        let answers = self.world.lock().unwrap().hear(whose.unwrap(), frame);
                        for answer in answers {
                            // Entries are for everybody, and so is the one who made them.
                            match answer {
                                ServerFrame::Entries { .. } => drop(self.lines.send(Said::Frame(answer))),
                                answer => socket.send(Message::Binary(encode(&answer).into())).await.unwrap(),
                            }
                        }
                    }
                    Some(Ok(_)) => {}
                    _ => return,
                },
                said = said.recv() => match said.unwrap() {
                    Said::Frame(frame) => {
                        if socket.send(Message::Binary(encode(&frame).into())).await.is_err() {
                            return;
                        }
                    }
                    Said::Close(code) => {
                        let close = CloseFrame { code: code.into(), reason: "".into() };
                        let _ = socket.send(Message::Close(Some(close))).await;
                        return;
                    }
                },
            }
        }
    }
}

impl World {
    fn pair(&mut self, device: DeviceId, person: PersonId) -> Value {
        let token = Uuid::now_v7().simple().to_string();
        self.sessions.insert(token.clone(), (device, person));
        json!({"access_token": token, "refresh_token": format!("r{token}"), "expires_in": 900})
    }

    fn hear(&mut self, (device, person): (DeviceId, PersonId), frame: DeviceFrame) -> Vec<ServerFrame> {
        let mut answers = Vec::new();
        match frame {
            DeviceFrame::Hello { .. } => {
                let documents = self.documents.iter().map(|(id, (space, admission, _))| DocumentHead {
                    document: *id,
                    kind: admission.kind(),
                    space: *space,
                    space_name: self.spaces[space].clone(),
                    role: Role::Professional,
                    access: Access::Write,
                    generation: 1,
                    sequence: admission.head().sequence,
                });
                let documents = documents.collect();
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
                let server_time = Timestamp::from_millis(i64::try_from(now).unwrap() + self.ahead);
                answers.push(ServerFrame::Welcome {
                    server_time,
                    documents,
                    members: vec![],
                    server: None,
                    through: None,
                });
                let filled = self.documents.iter().filter(|(_, (_, _, entries))| !entries.is_empty());
                // All of them, whatever the cursor: a device takes what it lacks.
                answers.extend(filled.map(|(id, (_, _, entries))| entries_frame(*id, entries.clone())));
            }
            DeviceFrame::Submit { document, commands } => {
                let (_, admission, entries) = self.documents.get_mut(&document).unwrap();
                let author = Author { device, person, role: Role::Professional, has_client: true };
                let mut verdicts = Vec::new();
                let mut new = Vec::new();
                for command in commands {
                    let now = command.made_at.unwrap();
                    let outcome = admission.handle_submission(&author, command, now);
                    verdicts.push(outcome.verdict);
                    new.extend(outcome.admitted.map(|admitted| admitted.entry));
                }
                entries.extend(new.clone());
                answers.push(ServerFrame::Verdicts { document, verdicts });
                if !new.is_empty() {
                    answers.push(entries_frame(document, new));
                }
            }
            DeviceFrame::Ping { n } => answers.push(ServerFrame::Pong { n }),
            DeviceFrame::Entries { .. }
            | DeviceFrame::Presence { .. }
            | DeviceFrame::Pong { .. }
            | DeviceFrame::Packed { .. } => {}
        }
        answers
    }
}

fn entries_frame(document: DocumentId, entries: Vec<Entry>) -> ServerFrame {
    ServerFrame::Entries { document, generation: 1, entries }
}
