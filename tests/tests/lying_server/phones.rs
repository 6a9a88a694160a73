//! Real phones with edits that wait.

use std::collections::BTreeMap;

use kring_client::{EditState, Kring, Options};
use kring_domain::{CommandId, DocumentId};
pub(super) use kring_tests::outside::until;
use kring_tests::outside::{Cast, Server};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use super::line::{Line, Manner};

/// The number of edits wait on each phone.
const EDITS: usize = 3;

/// A member's phone with a line of its own.
pub(super) struct Phone {
    pub(super) kring: Kring,
    pub(super) line: Line,
    pub(super) circle: DocumentId,
    texts: Vec<String>,
    _home: TempDir,
}

impl Phone {
    /// A phone that was in step with the server and has edits of its own since.
    pub(super) async fn new(server: &Server, cast: &Cast) -> Self {
        let line = Line::to(server.address()).await;
        let home = tempfile::tempdir().unwrap();
        let kring = Kring::open(home.path().join("kring.db"), Options::default()).unwrap();
        let code = cast.professional.invite(&cast.space, "member");
        kring.sign_in(&line.url, &code, "phone", Some("Mo")).await.unwrap();
        kring.sync_once().await.unwrap();
        let circle = cast.circle.parse().unwrap();
        let texts: Vec<String> = (0..EDITS).map(|_| Uuid::now_v7().to_string()).collect();
        for text in &texts {
            let message = json!({"type": "post_message", "message_id": Uuid::now_v7(), "text": text});
            kring.submit_json(circle, &message.to_string()).unwrap();
        }
        Self { kring, line, circle, texts, _home: home }
    }

    /// The ids of the edits that wait.
    pub(super) fn waiting(&self) -> Vec<CommandId> {
        self.kring.edits(self.circle).unwrap().into_iter().map(|edit| edit.id).collect()
    }

    /// Returns whether every text is with the person: waiting, in the box of what was not accepted, or at the honest server, which
    /// a phone reaches in rounds while its socket is lied to.
    #[track_caller]
    pub(super) fn has_everything(&self, lie: &str, cast: &Cast) {
        let shared = cast.professional.read(&cast.circle).to_string();
        let mut kept = self.kring.edits(self.circle).unwrap();
        kept.retain(|edit| matches!(edit.state, EditState::SavedHere));
        kept.extend(self.kring.not_accepted().unwrap());
        for text in &self.texts {
            let has = kept.iter().any(|edit| edit.command.value()["text"] == json!(text));
            assert!(has || shared.contains(text.as_str()), "{lie}: {text} is gone; kept are {kept:?}");
        }
        assert!(self.kring.spaces().is_ok(), "{lie}");
    }

    /// Comes back to the honest server, which then has everything that still waited, once, and reads as the phone does.
    pub(super) async fn recovers(&self, lie: &str, cast: &Cast) {
        self.line.becomes(Manner::Honest);
        let refused = self.kring.not_accepted().unwrap();
        let is_refused = |text: &String| refused.iter().any(|edit| edit.command.value()["text"] == json!(text));
        self.kring.disconnect();
        let here = || messages(&self.kring.read_json(self.circle).ok()?);
        let there = || messages(&cast.professional.read(&cast.circle).to_string());
        until(lie, || {
            // Again and again, as the app does when it comes to the front.
            let _ = self.kring.connect();
            self.kring.wake();
            self.kring.waiting() == 0 && here().is_some() && here() == there()
        })
        .await;
        let counted = there().unwrap();
        for text in &self.texts {
            let times = counted.get(text).copied().unwrap_or_default();
            assert!(times == 1 || times == 0 && is_refused(text), "{lie}: {text} is there {times} times");
        }
        self.kring.disconnect();
    }
}

fn messages(read: &str) -> Option<BTreeMap<String, usize>> {
    let read: Value = serde_json::from_str(read).ok()?;
    let mut counted = BTreeMap::new();
    for message in read["content"]["messages"].as_array()? {
        *counted.entry(message["text"].as_str()?.to_owned()).or_default() += 1;
    }
    Some(counted)
}
