//! A full phone: the real client, with its file on the disk and its own connection.

use futures_util::FutureExt;
use kring_client::{Kring, Options};
use kring_domain::{Command, CommandId, DocumentId};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::timeout;

use super::thin::TIMEOUT;
use super::{Failure, Outcome, Settings};

/// A phone that looks at one document; one at a time may wait for it.
pub(crate) struct Full {
    pub(crate) kring: Kring,
    document: DocumentId,
    /// Closed and removed with the phone.
    _directory: TempDir,
}

impl Full {
    /// A new phone that signs in with a code and connects.
    pub(crate) async fn sign_in(settings: &Settings, url: &str, code: &str, document: DocumentId) -> Outcome<Self> {
        std::fs::create_dir_all(&settings.directory)?;
        let directory = TempDir::with_prefix_in("phone-", &settings.directory)?;
        let kring = Kring::open(directory.path().join("phone.kring"), Options::default())?;
        kring.sign_in(url, code, "load", Some("Load")).await?;
        kring.connect()?;
        let phone = Self { kring, document, _directory: directory };
        phone.wait("the document", || Ok(phone.kring.read(document).is_ok())).await?;
        Ok(phone)
    }

    /// Takes an edit; it is on the phone's disk when this returns.
    pub(crate) fn submit(&self, command: Value) -> Outcome<CommandId> {
        let command = Command::parse(command)?;
        Ok(self.kring.submit(self.document, command)?.id)
    }

    /// Waits until the phone has this many entries.
    pub(crate) async fn until(&self, sequence: u64) -> Outcome<()> {
        self.wait("all entries", || Ok(self.sequence()? >= sequence)).await
    }

    /// Waits until the phone has this many entries and nothing of its own is left to share.
    pub(crate) async fn until_shared(&self, sequence: u64) -> Outcome<()> {
        self.wait("all to be shared", || Ok(self.kring.waiting() == 0 && self.sequence()? >= sequence)).await
    }

    /// Returns what the phone shows.
    pub(crate) fn content(&self) -> Outcome<Value> {
        let read: Value = serde_json::from_str(&self.kring.read_json(self.document)?)?;
        read.get("content").cloned().ok_or_else(|| Failure::from("a document without content"))
    }

    fn sequence(&self) -> Outcome<u64> {
        let read: Value = serde_json::from_str(&self.kring.read_json(self.document)?)?;
        read.get("sequence").and_then(Value::as_u64).ok_or_else(|| Failure::from("a document without a sequence"))
    }

    async fn wait(&self, what: &str, is_done: impl Fn() -> Outcome<bool>) -> Outcome<()> {
        while !is_done()? {
            let event = timeout(TIMEOUT, self.kring.next_event()).await;
            event.map_err(|_| format!("a phone waits for {what}"))?.ok_or("a phone was closed")?;
            // An app draws once for all that came at once.
            while matches!(self.kring.next_event().now_or_never(), Some(Some(_))) {}
        }
        Ok(())
    }
}
