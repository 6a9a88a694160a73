//! Reading a document and editing it.

use kring_domain::{Command, CommandId, Content, DocumentId, Labels, ReadModel, Refusal, SpaceId, Status};
use kring_sync::{EditState, Permission};
use serde::Serialize;
use uuid::Uuid;

use super::{Kring, run_blocking};
use crate::store::{Edit, Edits};
use crate::{ClientError, clock};

/// The receipt for an edit: it is saved on the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The edit, for finding it again in [`Kring::edits`] and in events.
    pub id: CommandId,
    /// [`EditState::SavedHere`].
    pub state: EditState,
}

/// A document as JSON, in the form the server gives it too.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentState {
    /// The document.
    pub id: DocumentId,
    /// The generation of the shared history that the phone holds.
    pub generation: u64,
    /// The last entry of that generation the phone holds.
    pub sequence: u64,
    /// The things in the document, the person's own unshared edits included.
    pub content: Content,
    /// The questions that the merge of concurrent edits has raised.
    pub cards: Vec<kring_domain::Card>,
    /// What a person reads for the words in the content, by field and word.
    pub labels: Labels,
}

impl Kring {
    /// Reads a document as it is with the person's own edits on top.
    ///
    /// # Errors
    ///
    /// [`ClientError::NotHere`] for a document that is not on this phone.
    pub fn read(&self, document: DocumentId) -> Result<ReadModel, ClientError> {
        let language = self.shared().options.language;
        let model = self.shared().state().replica.read(document, language).ok_or(ClientError::NotHere)?;
        self.shared().note_read(document);
        Ok(model)
    }

    /// Reads a document as JSON: `{id, generation, sequence, content, cards, labels}`.
    ///
    /// # Errors
    ///
    /// As [`Kring::read`].
    pub fn read_json(&self, document: DocumentId) -> Result<String, ClientError> {
        let language = self.shared().options.language;
        let mut state = self.shared().state();
        let cursor = state.replica.cursor(document).ok_or(ClientError::NotHere)?;
        let model = state.replica.read(document, language).ok_or(ClientError::NotHere)?;
        drop(state);
        self.shared().note_read(document);
        let ReadModel { content, cards, labels } = model;
        let generation = cursor.generation;
        let sequence = cursor.sequence;
        let state = DocumentState { id: document, generation, sequence, content, cards, labels };
        serde_json::to_string(&state).map_err(|error| ClientError::Storage(error.to_string()))
    }

    /// Returns how it goes in a space, with one kind next step: from the documents on this phone, unshared edits included.
    ///
    /// A backup reads none of them: they get what the server told when [`Kring::ask_status`] last asked.
    ///
    /// # Errors
    ///
    /// [`ClientError::NotHere`] where the phone holds none of the space's documents and was told nothing.
    pub fn status(&self, space: SpaceId) -> Result<Status, ClientError> {
        let language = self.shared().options.language;
        let here = self.shared().state().replica.status(space, clock::now(), language);
        let events_ready = || self.shared().with_store(|store| store.status(space));
        here.map_or_else(events_ready, |status| Ok(Some(status)))?.ok_or(ClientError::NotHere)
    }

    /// Asks the server how it goes in a space, and keeps the answer for [`Kring::status`]: for a backup, who reads none of its
    /// documents. The server notes that they looked. For anybody who reads a document of it this is [`Kring::status`].
    ///
    /// # Errors
    ///
    /// [`ClientError::Declined`] with `not_found` where the person may not see it; [`ClientError::Offline`] or
    /// [`ClientError::SignedOut`].
    pub async fn ask_status(&self, space: SpaceId) -> Result<Status, ClientError> {
        let language = self.shared().options.language;
        let here = self.shared().state().replica.status(space, clock::now(), language);
        if let Some(status) = here {
            return Ok(status);
        }
        let path = format!("/v1/spaces/{space}/status");
        run_blocking(self.shared(), move |shared| {
            let status: Status = shared.authorized(|server, token| shared.http.get(server, &path, token, language))?;
            shared.with_store(|store| store.put_status(space, &status))?;
            Ok(status)
        })
        .await
    }

    /// Takes an edit; when this returns it is on the phone's disk and shows in what is read.
    ///
    /// # Errors
    ///
    /// [`ClientError::Refused`] where it is clear already that the edit is not allowed or makes no sense;
    /// [`ClientError::Storage`] where the phone cannot save it. Nothing is kept then.
    pub fn submit(&self, document: DocumentId, command: Command) -> Result<Receipt, ClientError> {
        let id = CommandId::new(Uuid::now_v7());
        let mut state = self.shared().state();
        if state.is_closed {
            return Err(ClientError::Closed);
        }
        state.replica.submit(document, id, command, clock::now())?;
        let reloads = state.reloads;
        drop(state);
        self.shared().save()?;
        if self.shared().state().reloads != reloads {
            return Err(ClientError::Storage("the edit could not be saved".into()));
        }
        self.shared().work.notify_one();
        Ok(Receipt { id, state: EditState::SavedHere })
    }

    /// Takes an edit as JSON: `{"type": …}` and its fields.
    ///
    /// # Errors
    ///
    /// As [`Kring::submit`]; a text that is no command is refused as `invalid` or `unknown_command`.
    pub fn submit_json(&self, document: DocumentId, json: &str) -> Result<Receipt, ClientError> {
        self.submit(document, Command::parse_json(json)?)
    }

    /// Returns whether the person may do this now, as far as the phone can know: for showing a button or not.
    pub fn may(&self, document: DocumentId, command: &Command) -> bool {
        self.shared().state().replica.may(document, command)
    }

    /// Returns what would become of this edit now, as far as the phone can know: made, or made a suggestion.
    ///
    /// # Errors
    ///
    /// [`ClientError::Refused`], which [`Kring::explain`] puts into words.
    pub fn permission(&self, document: DocumentId, command: &Command) -> Result<Permission, ClientError> {
        Ok(self.shared().state().replica.permission(document, command)?)
    }

    /// [`Kring::permission`] for a command as JSON; what is no command is refused as `invalid` or `unknown_command`.
    ///
    /// # Errors
    ///
    /// As [`Kring::permission`].
    pub fn permission_json(&self, document: DocumentId, json: &str) -> Result<Permission, ClientError> {
        self.permission(document, &Command::parse_json(json)?)
    }

    /// Why an edit of a document was refused, in words for the person: whose step it is, who chooses, what comes first.
    ///
    /// [`ClientError::explain`] is the same without names.
    pub fn explain(&self, document: DocumentId, error: &ClientError) -> String {
        let language = self.shared().options.language;
        match error {
            ClientError::Refused(refusal) => self.shared().state().replica.explain(document, refusal, language),
            error => error.explain(language).to_owned(),
        }
    }

    /// Returns where an edit is, in words for the person: saved, shared, or not accepted and why.
    pub fn explain_edit(&self, edit: &Edit) -> String {
        let language = self.shared().options.language;
        match &edit.state {
            EditState::SavedHere => language.pick("Opgeslagen op deze telefoon.", "Saved on this phone.").to_owned(),
            EditState::Shared { .. } => language.pick("Gedeeld met de kring.", "Shared with the circle.").to_owned(),
            EditState::NotAccepted { code, field, because } => {
                let refusal = Refusal { code: *code, field: field.clone(), because: because.clone() };
                self.shared().state().replica.explain(edit.document, &refusal, language)
            }
            EditState::Held { .. } => {
                language.pick("Iemand kijkt hier nog naar.", "Somebody will look at this.").to_owned()
            }
        }
    }

    /// [`Kring::may`] for a command as JSON; false for what is no command.
    pub fn may_json(&self, document: DocumentId, json: &str) -> bool {
        Command::parse_json(json).is_ok_and(|command| self.may(document, &command))
    }

    /// The person's own edits of a document with where each is, in the order in which they were made: all that are
    /// not shared yet, and the last 200 that are.
    ///
    /// # Errors
    ///
    /// [`ClientError::Storage`] or [`ClientError::Closed`].
    pub fn edits(&self, document: DocumentId) -> Result<Vec<Edit>, ClientError> {
        self.shared().with_store(|store| store.edits(Edits::Of(document)))
    }

    /// The edits that were not accepted, with their text and the reason, until the person has seen them.
    ///
    /// # Errors
    ///
    /// [`ClientError::Storage`] or [`ClientError::Closed`].
    pub fn not_accepted(&self) -> Result<Vec<Edit>, ClientError> {
        self.shared().with_store(|store| store.edits(Edits::NotAccepted))
    }

    /// The person has seen that an edit was not accepted: it is forgotten, its text included.
    ///
    /// # Errors
    ///
    /// [`ClientError::NotHere`] where no such edit is in the box.
    pub fn acknowledge(&self, edit: CommandId) -> Result<(), ClientError> {
        let is_gone = self.shared().with_store(|store| store.acknowledge(edit))?;
        if is_gone { Ok(()) } else { Err(ClientError::NotHere) }
    }

    /// Everything the person made on this phone that is not shared, as a text to keep elsewhere: what waits, what was
    /// not accepted, and what waits for somebody to judge because the person may no longer see the document.
    ///
    /// # Errors
    ///
    /// [`ClientError::Storage`] or [`ClientError::Closed`].
    pub fn export_unshared(&self) -> Result<String, ClientError> {
        let language = self.shared().options.language;
        let edits = self.shared().with_store(|store| store.edits(Edits::Unshared))?;
        let nobody = |_| language.pick("iemand", "somebody").to_owned();
        let line = |edit: &Edit| {
            let words = edit.command.clone().parse().map(|command| {
                // The document may have left this phone; without it things are called by a general word.
                let words = command.words(&kring_domain::genesis(command.kind()), &nobody, language);
                format!("{}: {words}", command.kind().label(language))
            });
            let state = self.explain_edit(edit);
            format!("{} · {} · {state}\n", edit.made_at, words.unwrap_or_else(|_| edit.command.json()))
        };
        Ok(edits.iter().map(line).collect())
    }

    /// Submits anew, as made now, an edit that was held or not accepted: say because the phone's clock was wrong then.
    ///
    /// # Errors
    ///
    /// [`ClientError::NotHere`] where there is no such edit; otherwise as [`Kring::submit`], and it stays where it is.
    pub fn submit_again(&self, edit: CommandId) -> Result<Receipt, ClientError> {
        let kept = self.shared().with_store(|store| store.unshared(edit))?.ok_or(ClientError::NotHere)?;
        let receipt = self.submit(kept.document, kept.command.parse()?)?;
        // Only now: if the phone ends in between, the text is there twice rather than nowhere.
        self.shared().with_store(|store| store.forget(edit))?;
        Ok(receipt)
    }

    /// Returns how many edits of this phone wait to be shared.
    pub fn waiting(&self) -> usize {
        let state = self.shared().state();
        let documents: Vec<DocumentId> = state.replica.documents().map(|(id, ..)| id).collect();
        documents.into_iter().map(|id| state.replica.pending(id).count()).sum()
    }
}
