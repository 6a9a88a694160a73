//! Somebody's phone: a real client with a file of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use kring_client::{ClientError, Connection, Edit, EditState, Kring, Language, Options, ReadModel};
use kring_domain::{CommandId, Content, DocumentId, DocumentKind, Role, circle, network, plan};
use kring_server::demo::{Cast, DemoStep, Guest, LoadedStory};
use serde_json::Value;

use super::Failure;

/// The time that a phone may wait for something; far more than it ever takes.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A phone in somebody's hands.
pub(super) struct Phone {
    /// The name by which the story calls its owner.
    pub(super) key: String,
    /// The owner's first name.
    pub(super) name: String,
    /// The owner's role in the space.
    pub(super) role: Role,
    /// For asking the server without the phone.
    pub(super) access_token: String,
    /// The client itself.
    pub(super) kring: Kring,
    documents: BTreeMap<DocumentKind, DocumentId>,
    cast: Cast,
}

impl Phone {
    /// Makes a file for a guest and signs in with their code.
    pub(super) async fn sign_in(
        guest: &Guest,
        loaded: &LoadedStory,
        directory: &Path,
        language: Language,
    ) -> Result<Self, Failure> {
        let app = concat!("kring-story/", env!("CARGO_PKG_VERSION")).to_owned();
        let kring = Kring::open(directory.join(format!("{}.kring", guest.key)), Options { language, app })?;
        let name = guest.name.split(' ').next().unwrap_or_default().to_owned();
        kring.sign_in(&loaded.url, &guest.code, &format!("telefoon van {name}"), None).await?;
        let documents = loaded.documents.iter();
        let documents = documents.filter_map(|(kind, id)| Some((DocumentKind::from_name(kind)?, *id))).collect();
        let mut cast = Cast::default();
        for person in &loaded.persons {
            cast.insert(&person.key, person.person_id);
        }
        let key = guest.key.clone();
        let access_token = guest.access_token.clone();
        Ok(Self { key, name, role: guest.role, access_token, kring, documents, cast })
    }

    /// Switches flight mode on.
    pub(super) async fn go_away(&self) -> Result<(), Failure> {
        self.kring.disconnect();
        self.until("being offline", |kring| kring.connection() == Connection::Offline).await
    }

    /// Switches flight mode off, and waits until everything made meanwhile has an answer.
    pub(super) async fn come_back(&self) -> Result<(), Failure> {
        self.kring.connect()?;
        let is_back = |kring: &Kring| kring.connection() == Connection::Online && kring.waiting() == 0;
        self.until("the server", is_back).await
    }

    /// Makes an edit of the story.
    pub(super) fn does(&self, demo_step: &DemoStep) -> Result<CommandId, ClientError> {
        self.submit(demo_step.document, demo_step.command.clone())
    }

    /// Makes an edit, with the names of the story or with ids.
    pub(super) fn submit(&self, kind: DocumentKind, command: Value) -> Result<CommandId, ClientError> {
        let command = self.cast.resolve(command);
        let document = self.document(kind).ok_or(ClientError::NotHere)?;
        Ok(self.kring.submit_json(document, &command.to_string())?.id)
    }

    /// Waits until an edit has an answer.
    pub(super) async fn answer(&self, kind: DocumentKind, id: CommandId) -> Result<EditState, Failure> {
        let state =
            || Ok::<_, ClientError>(self.edits(kind)?.into_iter().find(|edit| edit.id == id).map(|edit| edit.state));
        self.until("an answer", |_| !matches!(state(), Ok(Some(EditState::SavedHere)))).await?;
        Ok(state()?.ok_or("an edit is gone")?)
    }

    /// The owner's edits of a document.
    pub(super) fn edits(&self, kind: DocumentKind) -> Result<Vec<Edit>, ClientError> {
        let document = self.document(kind).ok_or(ClientError::NotHere)?;
        self.kring.edits(document)
    }

    /// The document of a kind, whether the owner may see it or not.
    pub(super) fn document(&self, kind: DocumentKind) -> Option<DocumentId> {
        self.documents.get(&kind).copied()
    }

    /// Returns how many edits of the shared history the phone holds.
    pub(super) fn sequence(&self, kind: DocumentKind) -> Option<u64> {
        let page = self.kring.read_json(self.document(kind)?).ok()?;
        serde_json::from_str::<Value>(&page).ok()?.get("sequence")?.as_u64()
    }

    /// Returns what the owner reads.
    pub(super) fn read(&self, kind: DocumentKind) -> Result<ReadModel, ClientError> {
        self.kring.read(self.document(kind).ok_or(ClientError::NotHere)?)
    }

    /// The circle as the owner reads it; empty where they may not.
    pub(super) fn circle(&self) -> circle::CircleModel {
        match self.read(DocumentKind::Circle) {
            Ok(ReadModel { content: Content::Circle(circle), .. }) => circle,
            _ => circle::CircleModel { ideas: vec![], offers: vec![], messages: vec![], erasures: vec![] },
        }
    }

    /// The plan as the owner reads it; empty where they may not.
    pub(super) fn plan(&self) -> plan::PlanModel {
        match self.read(DocumentKind::Plan) {
            Ok(ReadModel { content: Content::Plan(plan), .. }) => plan,
            _ => plan::PlanModel { goals: vec![], actions: vec![], delegations: vec![], suggestions: vec![] },
        }
    }

    /// The network as the owner reads it.
    pub(super) fn network(&self) -> Option<network::NetworkModel> {
        match self.read(DocumentKind::Network) {
            Ok(ReadModel { content: Content::Network(network), .. }) => Some(network),
            _ => None,
        }
    }

    /// Waits until something is so on this phone.
    pub(super) async fn until(&self, what: &str, holds: impl Fn(&Kring) -> bool) -> Result<(), Failure> {
        let wait = async {
            while !holds(&self.kring) {
                // An event says when to look again; the time limit is for what no event tells.
                let _ = tokio::time::timeout(Duration::from_millis(100), self.kring.next_event()).await;
            }
        };
        let waited = tokio::time::timeout(TIMEOUT, wait).await;
        waited.map_err(|_| format!("{} waits in vain for {what}", self.name).into())
    }
}
