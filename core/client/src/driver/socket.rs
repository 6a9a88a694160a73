//! Opening the socket: a good token, the spaces made here, the handshake.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, CONTENT_TYPE, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{
    Error,
    http::{Response, StatusCode},
};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use super::End;
use crate::ClientError;
use crate::http::{MAX_ANSWER_BYTES, ServerUrl, tls_config};
use crate::secret::Secret;
use crate::shared::Shared;

/// The subprotocol.
const PROTOCOL: &str = "kring.sync.v1";

/// The time that the handshake may take, in all.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(15);

pub(super) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens the socket; a token that the server does not take is exchanged once.
pub(super) async fn open(shared: &Arc<Shared>) -> Result<Socket, End> {
    let preparing = Arc::clone(shared);
    let prepare = move || {
        preparing.finish_sign_in()?;
        preparing.share_local_spaces()?;
        preparing.upload_read_log()
    };
    run_blocking(prepare).await?;
    let server = shared.server()?;
    for _ in 0..2 {
        let token = token(shared).await?;
        match handshake(&server, &token).await? {
            Some(socket) => return Ok(socket),
            None => shared.expire(&token),
        }
    }
    Err(End::Blocked("the server takes no token".into()))
}

/// A good access token.
pub(super) async fn token(shared: &Arc<Shared>) -> Result<Secret, ClientError> {
    let shared = Arc::clone(shared);
    run_blocking(move || shared.access_token()).await
}

/// The socket; `None` where the server does not take the token.
async fn handshake(server: &ServerUrl, token: &Secret) -> Result<Option<Socket>, End> {
    let request = request(server, token).map_err(lost)?;
    let config =
        WebSocketConfig::default().max_message_size(Some(MAX_ANSWER_BYTES)).max_frame_size(Some(MAX_ANSWER_BYTES));
    let connector = Connector::Rustls(tls_config().map_err(lost)?);
    // Without Nagle's algorithm: an edit is a small frame that must not wait for the next one.
    let connecting = connect_async_tls_with_config(request, Some(config), true, Some(connector));
    match timeout(HANDSHAKE_TIMEOUT, connecting).await {
        Err(_) => Err(End::Blocked("the handshake took too long".into())),
        Ok(Ok((socket, _))) => Ok(Some(socket)),
        Ok(Err(Error::Http(answer))) if is_token_refused(&answer) => Ok(None),
        Ok(Err(Error::Io(error))) if is_away(&error) => Err(lost(error)),
        Ok(Err(error)) => Err(End::Blocked(error.to_string())),
    }
}

/// Returns whether an answer to the handshake is about the token. Its body may not have arrived whole, so this is only a reason to
/// exchange the token, and never the end of a sign-in.
fn is_token_refused<B>(answer: &Response<B>) -> bool {
    let said = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    answer.status() == StatusCode::UNAUTHORIZED && said.starts_with("application/problem+json")
}

/// Returns whether nobody is there at all, so that a round would not get through either.
fn is_away(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable};
    matches!(error.kind(), ConnectionRefused | HostUnreachable | NetworkDown | NetworkUnreachable)
}

fn request(server: &ServerUrl, token: &Secret) -> Result<Request, Error> {
    let mut request = server.socket().into_client_request()?;
    let mut bearer = HeaderValue::from_str(&token.bearer())?;
    bearer.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, bearer);
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    Ok(request)
}

/// Runs something that blocks on a thread for it.
async fn run_blocking<T: Send + 'static>(
    run: impl FnOnce() -> Result<T, ClientError> + Send + 'static,
) -> Result<T, ClientError> {
    spawn_blocking(run).await.unwrap_or(Err(ClientError::Closed))
}

fn lost(error: impl std::error::Error) -> End {
    End::Lost(error.to_string())
}
