//! The spaces, their documents and who is in them.

use std::collections::BTreeMap;

use kring_domain::{Access, DocumentId, DocumentKind, PersonId, Role, SpaceId};
use kring_sync::Member;
use serde::Deserialize;
use uuid::Uuid;

use super::{Kring, run_blocking};
use crate::ClientError;
use crate::shared::{Shared, State};
use crate::store::LocalSpace;

/// The longest name of a space, in characters.
const MAX_NAME_CHARS: usize = 200;

/// A space as the phone knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    /// The space.
    pub id: SpaceId,
    /// Its name.
    pub name: String,
    /// The role of the person in it.
    pub role: Role,
    /// True when it was made here and the server does not know it yet.
    pub is_local: bool,
}

/// A document on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document {
    /// The document.
    pub id: DocumentId,
    /// The content.
    pub kind: DocumentKind,
    /// The space it belongs to.
    pub space: SpaceId,
    /// The role of the person in that space.
    pub role: Role,
    /// The person's access to it.
    pub access: Access,
}

impl Kring {
    /// The spaces the person is in, by name.
    ///
    /// # Errors
    ///
    /// [`ClientError::Storage`] or [`ClientError::Closed`].
    pub fn spaces(&self) -> Result<Vec<Space>, ClientError> {
        let names = self.shared().with_store(|store| store.spaces())?;
        let roles = roles(&self.shared().state());
        let spaces = names.into_iter().filter_map(|(id, name, is_local)| {
            let role = *roles.get(&id)?;
            Some(Space { id, name, role, is_local })
        });
        Ok(spaces.collect())
    }

    /// Makes a space with its documents, with no server needed: it is made known there at the next connection.
    ///
    /// The person is its professional, as whoever starts a space is; a server refuses spaces of others.
    ///
    /// # Errors
    ///
    /// [`ClientError::Refused`] for a name that is empty or longer than 200 characters; [`ClientError::Storage`].
    pub fn create_space(&self, name: &str) -> Result<SpaceId, ClientError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
            return Err(kring_domain::Refusal::invalid("name").into());
        }
        let space = SpaceId::new(Uuid::now_v7());
        let mut state = self.shared().state();
        if state.is_closed {
            return Err(ClientError::Closed);
        }
        state.replica.create_space(space, Role::Professional);
        state.new_spaces.push(LocalSpace { id: space, name: name.to_owned() });
        let reloads = state.reloads;
        drop(state);
        self.shared().save()?;
        if self.shared().state().reloads != reloads {
            return Err(ClientError::Storage("the space could not be saved".into()));
        }
        // The socket hears of new documents when it greets the server.
        self.shared().rejoin.notify_one();
        Ok(space)
    }

    /// The documents of a space that are on this phone.
    pub fn documents(&self, space: SpaceId) -> Vec<Document> {
        let state = self.shared().state();
        let documents = state.replica.documents();
        let documents = documents.map(|(id, kind, space, role, access)| Document { id, kind, space, role, access });
        documents.filter(|document| document.space == space).collect()
    }

    /// The people in a space, as the server last told.
    pub fn members(&self, space: SpaceId) -> Vec<Member> {
        let state = self.shared().state();
        state.replica.members().iter().filter(|member| member.space == space).cloned().collect()
    }

    /// Returns whether to offer the person to bring somebody of a space back on a new phone: as far as the phone knows. The server
    /// declines it for people who are in other spaces too, and for a professional whose account reaches further.
    pub fn may_invite_back(&self, space: SpaceId, person: PersonId) -> bool {
        let state = self.shared().state();
        let listed = |person| {
            let mut members = state.replica.members().iter();
            members.find(|member| member.space == space && member.person_id == person).map(|member| member.role)
        };
        let me = state.account.person();
        let own = roles(&state).get(&space).copied();
        person != me && own.zip(listed(person)).is_some_and(|(own, other)| own.may_invite_back(other))
    }

    /// Removes somebody from a space, or leaves it oneself.
    ///
    /// # Errors
    ///
    /// [`ClientError::Declined`], [`ClientError::Offline`] or [`ClientError::SignedOut`].
    pub async fn remove_member(&self, space: SpaceId, person: PersonId) -> Result<(), ClientError> {
        let path = format!("/v1/spaces/{space}/members/{person}");
        run_blocking(self.shared(), move |shared| {
            shared.authorized(|server, token| shared.http.delete(server, &path, token))
        })
        .await
    }
}

/// The server's answer to a space that was made.
#[derive(Deserialize)]
struct Made {
    space_id: SpaceId,
}

/// Returns what the person is in each space: by the documents, and by the roster where they may see none.
fn roles(state: &State) -> BTreeMap<SpaceId, Role> {
    let me = state.account.identity.person;
    let listed = state.replica.members().iter().filter(|member| member.person_id == me);
    let mut roles: BTreeMap<SpaceId, Role> = listed.map(|member| (member.space, member.role)).collect();
    roles.extend(state.replica.documents().map(|(_, _, space, role, _)| (space, role)));
    roles
}

impl Shared {
    /// Makes the spaces known to the server that were made here; one it declines stays local.
    pub(crate) fn share_local_spaces(&self) -> Result<(), ClientError> {
        let spaces = self.with_store(|store| store.spaces())?;
        for (space, name, _) in spaces.into_iter().filter(|(.., is_local)| *is_local) {
            let body = serde_json::json!({ "space_id": space, "name": name });
            let answer: Result<Made, _> =
                self.authorized(|server, token| self.http.post(server, "/v1/spaces", Some(token), &body));
            match answer {
                Ok(made) if made.space_id == space => self.with_store(|store| store.put_known_space(space))?,
                Ok(_) => return Err(ClientError::Offline),
                Err(ClientError::Declined { code }) => tracing::warn!(%space, %code, "the server declines a space"),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
