//! The WebSocket with a limit on how long anything may take.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::SinkExt;
use kring_sync::{ServerFrame, encode};
use serde_json::json;

use super::ending::Ending;
use crate::sync::connection::Connection;

/// The time that a write may wait for the device to read.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// The time that a device gets to read why it is closed, after it broke the rules.
const LINGER_TIMEOUT: Duration = Duration::from_millis(500);

/// A device's WebSocket.
pub(super) struct Socket(WebSocket);

impl Socket {
    pub(super) fn new(socket: WebSocket) -> Self {
        Self(socket)
    }

    /// The next message.
    pub(super) async fn receive(&mut self) -> Result<Message, Ending> {
        match self.0.recv().await {
            None => Err(Ending::GONE),
            Some(Ok(message)) => Ok(message),
            // The library has no other way to tell these two apart.
            Some(Err(error)) if error.to_string().contains("too long") => Err(Ending::TOO_LARGE),
            Some(Err(_)) => Err(Ending::BROKEN),
        }
    }

    /// Writes messages in one go, unless the device does not read or is to be closed meanwhile.
    pub(super) async fn write(
        &mut self,
        connection: &Connection,
        messages: impl Iterator<Item = Message>,
    ) -> Result<(), Ending> {
        let socket = &mut self.0;
        let written = async {
            for message in messages {
                socket.feed(message).await?;
            }
            socket.flush().await
        };
        let ordered = async {
            while !connection.is_closing() {
                connection.woken().await;
            }
        };
        tokio::select! {
            biased;
            result = written => result.map_err(|_| Ending::GONE),
            // The order itself is read off the connection by whoever sends next.
            () = ordered => Ok(()),
            () = tokio::time::sleep(WRITE_TIMEOUT) => Err(Ending::SLOW_READER),
        }
    }

    /// Tells the device what is to be told last, and closes.
    pub(super) async fn end(&mut self, ending: Ending, fault: Option<&str>, last: Vec<Bytes>) {
        let Some(code) = ending.close else { return };
        let error = ending.error.map(|code| match fault {
            Some(field) => encode(&json!({ "t": "error", "code": code, "field": field })).into(),
            None => encode(&ServerFrame::Error { code: code.to_owned() }).into(),
        });
        let farewell = async {
            for frame in last.into_iter().chain(error) {
                self.0.feed(Message::Binary(frame)).await?;
            }
            let reason = Utf8Bytes::from_static(ending.error.unwrap_or_default());
            self.0.send(Message::Close(Some(CloseFrame { code, reason }))).await?;
            // The device answers the close; leaving before would take it back from a device that is still sending.
            while let Some(received) = self.0.recv().await {
                if received.is_err() {
                    tokio::time::sleep(LINGER_TIMEOUT).await;
                    break;
                }
            }
            Ok::<(), axum::Error>(())
        };
        // Whoever does not read this either finds the connection gone.
        let _ = tokio::time::timeout(WRITE_TIMEOUT, farewell).await;
    }
}
