//! The identity of the person's server: another one that answers at its address, for a minute or for good, changes nothing here.

use kring_domain::ServerId;
use kring_sync::ServerFrame;

use crate::http::HttpError;
use crate::shared::Shared;
use crate::{ClientError, Connection};

impl Shared {
    /// Takes the failure of an exchange of tokens: that a sign-in is over counts only from the person's own server.
    pub(super) fn failed(&self, error: HttpError) -> ClientError {
        let known = self.state().account.server_id;
        match error {
            HttpError::Status { status: 401, server, .. } if known.is_some() && known != server => {
                self.set_connection(Connection::AnotherServer);
                ClientError::AnotherServer
            }
            error => error.into(),
        }
    }

    /// Keeps which server it is that knows this person.
    pub(super) fn learn_server(&self, server: ServerId) -> Result<(), ClientError> {
        if self.state().account.server_id != Some(server) {
            self.with_store(|store| store.put_server_id(server))?;
            self.state().account.server_id = Some(server);
        }
        Ok(())
    }

    /// Looks at who speaks, before anything of it is believed.
    ///
    /// A server that does not say which one it is was believed before there was a way to say it. Once it has said it, one
    /// that knows none of the documents here is taken for another.
    ///
    /// # Errors
    ///
    /// [`ClientError::AnotherServer`] where the frames are to be thrown away.
    pub(crate) fn meet(&self, frames: &[ServerFrame]) -> Result<(), ClientError> {
        let known = self.state().account.server_id;
        for frame in frames {
            let ServerFrame::Welcome { server, documents, .. } = frame else { continue };
            let is_another = match (known, server) {
                (None, _) => false,
                (Some(known), Some(server)) => known != *server,
                (Some(_), None) => {
                    let state = self.state();
                    let mut here = state.replica.known_documents().peekable();
                    here.peek().is_some() && here.all(|here| documents.iter().all(|head| head.document != here))
                }
            };
            if is_another {
                self.set_connection(Connection::AnotherServer);
                return Err(ClientError::AnotherServer);
            }
            server.map_or(Ok(()), |server| self.learn_server(server))?;
        }
        Ok(())
    }

    /// Returns whether documents are here of another server than the one that a code has signed in at.
    pub(super) fn has_things_of_another(&self, server: Option<ServerId>) -> bool {
        let state = self.state();
        let is_another = state.account.server_id.zip(server).is_some_and(|(known, found)| known != found);
        is_another && state.replica.known_documents().next().is_some()
    }
}
