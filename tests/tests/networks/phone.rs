//! A real phone behind a relay.

use std::fs;

use kring_client::{Kring, Options};
use kring_domain::DocumentId;
pub(super) use kring_tests::outside::until;
use kring_tests::outside::{Cast, Server};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use super::relay::Relay;

/// A member's phone.
pub(super) struct Phone {
    pub(super) kring: Kring,
    pub(super) relay: Relay,
    pub(super) circle: DocumentId,
    home: TempDir,
}

impl Phone {
    /// A phone that has been in step with the server.
    pub(super) async fn new(server: &Server, cast: &Cast) -> Self {
        let relay = Relay::to(server.address()).await;
        let home = tempfile::tempdir().unwrap();
        let kring = Kring::open(home.path().join("kring.db"), Options::default()).unwrap();
        let code = cast.professional.invite(&cast.space, "member");
        kring.sign_in(&relay.url, &code, "phone", Some("Mo")).await.unwrap();
        kring.sync_once().await.unwrap();
        Self { kring, relay, circle: cast.circle.parse().unwrap(), home }
    }

    /// The app is closed, its token grows old, and it is opened again.
    pub(super) fn later(self) -> Self {
        self.changed("UPDATE session SET refresh_at = 0")
    }

    /// The file is copied to another phone.
    pub(super) async fn and_a_copy(self, server: &Server) -> (Self, Self) {
        let kept = self.kept();
        let relay = Relay::to(server.address()).await;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("kring.db");
        fs::write(&path, kept).unwrap();
        let kring = Kring::open(path, Options::default()).unwrap();
        let copy = Self { kring, relay, circle: self.circle, home };
        (self.reopened(), copy)
    }

    /// The file as it is now; the app is closed.
    pub(super) fn kept(&self) -> Vec<u8> {
        self.kring.close();
        fs::read(self.home.path().join("kring.db")).unwrap()
    }

    /// Returns what was kept comes in the place of what the file has become.
    pub(super) fn put_back(self, kept: &[u8]) -> Self {
        self.kring.close();
        fs::write(self.home.path().join("kring.db"), kept).unwrap();
        self.reopened()
    }

    /// The key of the device is gone, as in a file from before there were keys.
    pub(super) fn without_key(self) -> Self {
        self.changed("UPDATE session SET device_key = NULL")
    }

    fn reopened(self) -> Self {
        Self { kring: Kring::open(self.home.path().join("kring.db"), Options::default()).unwrap(), ..self }
    }

    fn changed(self, sql: &str) -> Self {
        self.kring.close();
        let file = rusqlite::Connection::open(self.home.path().join("kring.db")).unwrap();
        assert_eq!(file.execute(sql, []).unwrap(), 1);
        drop(file);
        self.reopened()
    }

    /// The person writes something; its text comes back.
    pub(super) fn write(&self) -> String {
        let text = Uuid::now_v7().to_string();
        let message = json!({"type": "post_message", "message_id": Uuid::now_v7(), "text": text});
        self.kring.submit_json(self.circle, &message.to_string()).unwrap();
        text
    }

    /// Returns what must not change while the server cannot be reached: the documents, the sign-in, the edits that wait.
    pub(super) fn things(&self) -> (Vec<DocumentId>, bool, usize) {
        let spaces = self.kring.spaces().unwrap();
        let documents = spaces.iter().flat_map(|space| self.kring.documents(space.id));
        let documents = documents.map(|document| document.id).collect();
        (documents, self.kring.identity().is_signed_in, self.kring.waiting())
    }
}
