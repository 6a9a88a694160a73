//! Requests, to the whole server behind its router.

use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderValue, Request, StatusCode};
use kring_domain::DocumentKind;
use kring_server::accounts::{self, CodePurpose};
use kring_server::app::App;
use kring_server::auth::OneTimeCode;
use kring_server::config::{Config, Limits};
use kring_server::{clock, http};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::space;

/// What can be asked for: the method and the path, with the space and its documents filled in.
const ROUTES: &[(&str, &str)] = &[
    ("POST", "/v1/sign-in"),
    ("POST", "/v1/token"),
    ("POST", "/v1/spaces"),
    ("POST", "/v1/spaces/{space}/invitations"),
    ("POST", "/v1/documents/{circle}/commands"),
    ("POST", "/v1/documents/{network}/commands"),
    ("POST", "/v1/documents/{plan}/commands"),
    ("POST", "/v1/sync"),
    ("POST", "/v1/sync/ticket"),
    ("GET", "/v1/documents/{circle}"),
    ("GET", "/v1/documents/{circle}/history"),
    ("GET", "/v1/spaces/{space}/access-log"),
    ("DELETE", "/v1/spaces/{space}/members/{circle}"),
];

/// A server in this process, with a professional who has made a space.
struct Server {
    runtime: Runtime,
    router: Router,
    token: String,
    _data: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let many = Limits {
            commands_per_second: u32::MAX,
            command_burst: u32::MAX,
            requests_per_second: u32::MAX,
            request_burst: u32::MAX,
            wrong_codes: u32::MAX,
            ..Limits::default()
        };
        let config = Config { data: data.path().into(), limits: many, ..Config::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let code = OneTimeCode::random();
        let at = clock::now();
        let (app, kept) = runtime.block_on(async {
            let app = App::open(config).await.expect("a new server");
            let hash = code.hash();
            let purpose = CodePurpose::Professional { name: Some("Marloes".into()) };
            let kept = app.store.write(move |c| accounts::keep_code(c, hash, &purpose, at, at.plus_days(1))).await;
            (app, kept)
        });
        kept.expect("a code is kept");
        let router = http::router(app);
        let mut server = Self { runtime, router, token: String::new(), _data: data };
        let session = json!({"code": code.text(), "device_name": "a phone"});
        let (status, session) = server.ask("POST", "/v1/sign-in", None, session.to_string().as_bytes());
        assert_eq!(status, StatusCode::OK);
        let session: Value = serde_json::from_slice(&session).expect("a session is JSON");
        server.token = session["access_token"].as_str().expect("a token").to_owned();
        let space = json!({"space_id": space::space().to_string(), "name": "Joost"});
        let token = server.token.clone();
        let (status, _) = server.ask("POST", "/v1/spaces", Some(&token), space.to_string().as_bytes());
        assert_eq!(status, StatusCode::CREATED);
        server
    }

    fn ask(&self, method: &str, path: &str, token: Option<&str>, body: &[u8]) -> (StatusCode, Vec<u8>) {
        let kind = if path == "/v1/sync" { "application/cbor" } else { "application/json" };
        let mut request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, kind);
        if let Some(token) = token {
            let Ok(bearer) = HeaderValue::from_bytes(format!("Bearer {token}").as_bytes()) else {
                return (StatusCode::BAD_REQUEST, Vec::new());
            };
            request = request.header(AUTHORIZATION, bearer);
        }
        let mut request = request.body(Body::from(body.to_vec())).expect("a request");
        request.extensions_mut().insert(ConnectInfo(IpAddr::from(Ipv4Addr::LOCALHOST)));
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.expect("the router answers");
            let status = answer.status();
            let body = axum::body::to_bytes(answer.into_body(), 64 << 20).await.expect("an answer has an end");
            (status, body.to_vec())
        })
    }
}

thread_local! {
    static SERVER: RefCell<Option<Server>> = const { RefCell::new(None) };
}

fn with_server<T>(run: impl FnOnce(&Server) -> T) -> T {
    SERVER.with_borrow_mut(|server| run(server.get_or_insert_with(Server::start)))
}

/// A request by somebody who is signed in: the first byte is the route, the rest the body.
pub(crate) fn target(bytes: &[u8]) {
    let Some((route, body)) = bytes.split_first() else { return };
    let (method, path) = ROUTES[usize::from(*route) % ROUTES.len()];
    let id = |kind| space::document(kind).to_string();
    let path = path
        .replace("{space}", &space::space().to_string())
        .replace("{circle}", &id(DocumentKind::Circle))
        .replace("{network}", &id(DocumentKind::Network))
        .replace("{plan}", &id(DocumentKind::Plan));
    let (status, answer) = with_server(|server| server.ask(method, &path, Some(&server.token), body));
    // 500 is a panic or an error nobody thought of.
    assert!(!status.is_server_error(), "{status}: {}", String::from_utf8_lossy(&answer));
}

/// A token that somebody made up; where the bytes begin with 0 it is a good one with those bytes written over it.
pub(crate) fn token(bytes: &[u8]) {
    with_server(|server| {
        let mut token = bytes.to_vec();
        if let Some((0, changes)) = bytes.split_first() {
            token = server.token.clone().into_bytes();
            let length = token.len();
            for pair in changes.chunks_exact(3) {
                let place = usize::from(u16::from_be_bytes([pair[0], pair[1]])) % length;
                token[place] = pair[2];
            }
        }
        let Ok(token) = String::from_utf8(token) else { return };
        if token.bytes().any(|byte| byte < 0x20) {
            return;
        }
        let (status, _) = server.ask("GET", "/v1/spaces", Some(&token), b"");
        let is_good = token.trim() == server.token;
        assert_eq!(status == StatusCode::OK, is_good, "only a token that was not touched is taken: {token}");
        assert!(is_good || status.is_client_error(), "{status}");
    });
}
