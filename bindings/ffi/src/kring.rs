use std::str::FromStr;
use std::sync::Arc;

use kring_client::{ClientError, Options};
use kring_domain::{Access, Content, DocumentId, Language, Role};

use crate::{
    Connection, Document, Edit, Event, Identity, Invitation, KringError, Member, Permission, Receipt, SignedIn, Space,
    Status, SyncReport,
};

/// One person's Kring on one phone; may be used from any thread.
#[derive(uniffi::Object)]
pub struct Kring {
    inner: kring_client::Kring,
}

#[uniffi::export]
impl Kring {
    /// Opens the person's file, making it where it does not exist; `language` is `nl` or `en`.
    #[uniffi::constructor]
    pub fn open(path: &str, app: &str, language: &str) -> Result<Arc<Self>, KringError> {
        let options = options(app, language)?;
        let language = options.language;
        Ok(Self::of(kring_client::Kring::open(path, options).map_err(|error| KringError::of(error, language))?))
    }

    /// Returns who uses this file.
    pub fn identity(&self) -> Identity {
        let identity = self.inner.identity();
        Identity {
            person: identity.person.to_string(),
            device: identity.device.to_string(),
            server: identity.server,
            is_signed_in: identity.is_signed_in,
        }
    }

    /// Signs in with a one-time code, or joins one more space with it.
    pub async fn sign_in(
        &self,
        server: String,
        code: String,
        device_name: String,
        display_name: Option<String>,
    ) -> Result<SignedIn, KringError> {
        let signed_in = self.inner.sign_in(&server, &code, &device_name, display_name.as_deref()).await;
        let signed_in = self.say(signed_in)?;
        Ok(SignedIn {
            person: signed_in.person.to_string(),
            device: signed_in.device.to_string(),
            space: signed_in.space.map(|space| space.to_string()),
            role: signed_in.role.map(|role| role.name().to_owned()),
        })
    }

    /// Ends the sign-in; what is on the phone stays.
    pub async fn sign_out(&self) -> Result<(), KringError> {
        self.say(self.inner.sign_out().await)
    }

    /// Makes a code with which somebody joins a space as `client`, `member`, `professional` or `backup`.
    pub async fn invite(&self, space: String, role: String, name: Option<String>) -> Result<Invitation, KringError> {
        let role = Role::from_name(&role).ok_or_else(|| KringError::invalid("role", self.inner.language()))?;
        let space = self.id(&space, "space")?;
        Ok(self.say(self.inner.invite(space, role, name.as_deref()).await)?.into())
    }

    /// Makes a code with which somebody of a space comes back on a new or emptied phone, as who they are; offer it where the
    /// member's `may_invite_back` is true.
    pub async fn invite_back(&self, space: String, person: String) -> Result<Invitation, KringError> {
        let space = self.id(&space, "space")?;
        let person = self.id(&person, "person")?;
        Ok(self.say(self.inner.invite_back(space, person).await)?.into())
    }

    /// Makes a code with which the same person signs in on one more device.
    pub async fn device_code(&self) -> Result<Invitation, KringError> {
        Ok(self.say(self.inner.device_code().await)?.into())
    }

    /// Makes a space, with no server needed; the answer is its id.
    pub fn create_space(&self, name: &str) -> Result<String, KringError> {
        Ok(self.say(self.inner.create_space(name))?.to_string())
    }

    /// The spaces the person is in, by name.
    pub fn spaces(&self) -> Result<Vec<Space>, KringError> {
        let spaces = self.say(self.inner.spaces())?.into_iter();
        let record = |space: kring_client::Space| Space {
            id: space.id.to_string(),
            name: space.name,
            role: space.role.name().to_owned(),
            is_local: space.is_local,
        };
        Ok(spaces.map(record).collect())
    }

    /// The documents of a space that are on this phone.
    pub fn documents(&self, space: &str) -> Result<Vec<Document>, KringError> {
        let documents = self.inner.documents(self.id(space, "space")?).into_iter();
        let record = |document: kring_client::Document| Document {
            id: document.id.to_string(),
            kind: document.kind.name().to_owned(),
            space: document.space.to_string(),
            is_writable: document.access >= Access::Write,
        };
        Ok(documents.map(record).collect())
    }

    /// The people in a space, as the server last told.
    pub fn members(&self, space: &str) -> Result<Vec<Member>, KringError> {
        let space = self.id(space, "space")?;
        let members = self.inner.members(space).into_iter();
        let record = |member: kring_client::Member| Member {
            person: member.person_id.to_string(),
            name: member.name,
            role: member.role.name().to_owned(),
            may_invite_back: self.inner.may_invite_back(space, member.person_id),
        };
        Ok(members.map(record).collect())
    }

    /// Asks the server how it goes in a space, and keeps the answer for `status`: for a backup, who reads none of its documents.
    pub async fn ask_status(&self, space: String) -> Result<Status, KringError> {
        Ok(self.say(self.inner.ask_status(self.id(&space, "space")?).await)?.into())
    }

    /// Returns how it goes in a space, with one kind next step. A backup gets what `ask_status` was last told.
    pub fn status(&self, space: &str) -> Result<Status, KringError> {
        Ok(self.say(self.inner.status(self.id(space, "space")?))?.into())
    }

    /// Reads a document as JSON: `{id, generation, sequence, content, cards, labels}`.
    pub fn read(&self, document: &str) -> Result<String, KringError> {
        self.say(self.inner.read_json(self.id(document, "document")?))
    }

    /// Makes an edit, as JSON; when this returns it is saved on the phone.
    pub fn submit(&self, document: &str, command: &str) -> Result<Receipt, KringError> {
        let document = self.id(document, "document")?;
        let receipt = self.inner.submit_json(document, command).map_err(|error| self.explained(document, error))?;
        Ok(Receipt { id: receipt.id.to_string(), state: receipt.state.into() })
    }

    /// Returns whether the person may make this edit now, to show a button or not.
    pub fn may(&self, document: &str, command: &str) -> bool {
        self.id(document, "document").is_ok_and(|document| self.inner.may_json(document, command))
    }

    /// Returns what would become of this edit now: made, made a suggestion, or refused and why.
    pub fn permission(&self, document: &str, command: &str) -> Result<Permission, KringError> {
        let document = self.id(document, "document")?;
        match self.inner.permission_json(document, command) {
            Ok(kring_client::Permission::Allowed) => Ok(Permission::Allowed),
            Ok(kring_client::Permission::BecomesSuggestion) => Ok(Permission::BecomesSuggestion),
            Err(error) => match self.explained(document, error) {
                KringError::Refused { code, explanation, .. } => Ok(Permission::Refused { code, explanation }),
                error => Err(error),
            },
        }
    }

    /// The edits of this phone in a document, and where each is.
    pub fn edits(&self, document: &str) -> Result<Vec<Edit>, KringError> {
        let edits = self.say(self.inner.edits(self.id(document, "document")?))?;
        Ok(edits.into_iter().map(|edit| Edit::of(&self.inner, edit)).collect())
    }

    /// The edits that were not accepted and not seen by the person yet.
    pub fn not_accepted(&self) -> Result<Vec<Edit>, KringError> {
        let edits = self.say(self.inner.not_accepted())?;
        Ok(edits.into_iter().map(|edit| Edit::of(&self.inner, edit)).collect())
    }

    /// Everything the person made on this phone that is not shared, as a text to keep elsewhere.
    pub fn export_unshared(&self) -> Result<String, KringError> {
        self.say(self.inner.export_unshared())
    }

    /// Submits anew, as made now, an edit that was held or not accepted.
    pub fn submit_again(&self, edit: &str) -> Result<Receipt, KringError> {
        let receipt = self.say(self.inner.submit_again(self.id(edit, "edit")?))?;
        Ok(Receipt { id: receipt.id.to_string(), state: receipt.state.into() })
    }

    /// The person has seen that an edit was not accepted.
    pub fn acknowledge(&self, edit: &str) -> Result<(), KringError> {
        self.say(self.inner.acknowledge(self.id(edit, "edit")?))
    }

    /// Starts to share in the background.
    pub fn connect(&self) -> Result<(), KringError> {
        self.say(self.inner.connect())
    }

    /// Stops sharing in the background.
    pub fn disconnect(&self) {
        self.inner.disconnect();
    }

    /// Tries to connect now instead of after the present wait.
    pub fn wake(&self) {
        self.inner.wake();
    }

    /// Returns how the phone stands with the server.
    pub fn connection(&self) -> Connection {
        self.inner.connection().into()
    }

    /// Shares what waits and fetches what is new, once; for a background window.
    pub async fn sync_once(&self) -> Result<SyncReport, KringError> {
        let report = self.say(self.inner.sync_once().await)?;
        Ok(SyncReport { answered: report.answered as u64, waiting: report.waiting as u64 })
    }

    /// The next thing the app may want to show; none after `close`.
    pub async fn next_event(&self) -> Option<Event> {
        self.inner.next_event().await.map(Event::from)
    }

    /// Stops everything and lets go of the file.
    pub fn close(&self) {
        self.inner.close();
    }
}

impl Kring {
    pub(crate) fn of(inner: kring_client::Kring) -> Arc<Self> {
        Arc::new(Self { inner })
    }

    /// An outcome, with what went wrong in the language of the app.
    fn say<T>(&self, outcome: Result<T, ClientError>) -> Result<T, KringError> {
        outcome.map_err(|error| KringError::of(error, self.inner.language()))
    }

    fn id<T: FromStr>(&self, text: &str, field: &str) -> Result<T, KringError> {
        text.parse().map_err(|_| KringError::invalid(field, self.inner.language()))
    }

    /// An error about an edit of a document, with its reason in words that name people.
    fn explained(&self, document: DocumentId, error: ClientError) -> KringError {
        let words = self.inner.explain(document, &error);
        match KringError::of(error, self.inner.language()) {
            KringError::Refused { code, field, .. } => KringError::Refused { code, field, explanation: words },
            error => error,
        }
    }

    pub(crate) fn picture(&self, document: &str, client_name: &str, language: &str) -> Result<String, KringError> {
        match self.say(self.inner.read(self.id(document, "document")?))?.content {
            Content::Network(network) => {
                Ok(kring_domain::network::picture(&network, client_name, language_of(language)?))
            }
            _ => self.say(Err(ClientError::NotHere)),
        }
    }
}

/// Returns how an app in a language opens its file.
pub(crate) fn options(app: &str, language: &str) -> Result<Options, KringError> {
    Ok(Options { language: language_of(language)?, app: app.to_owned() })
}

pub(crate) fn language_of(tag: &str) -> Result<Language, KringError> {
    match tag {
        "nl" => Ok(Language::Dutch),
        "en" => Ok(Language::English),
        _ => Err(KringError::invalid("language", Language::default())),
    }
}
