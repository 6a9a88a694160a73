//! What one person may see, read from the database without loading a document.

use kring_domain::{Access, Author, DeviceId, DocumentId, DocumentKind, PersonId, Role, ServerId, SpaceId, Timestamp};
use kring_sync::{Base, DocumentHead, Member, ServerFrame};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::accounts::{self, AccountError, Rights, Seat};
use crate::documents::table::{self, LoadError};

/// A document as one person stands to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) document: DocumentId,
    pub(crate) kind: DocumentKind,
    pub(crate) space: SpaceId,
    pub(crate) role: Role,
    access: Access,
    has_client: bool,
}

impl Place {
    /// Where somebody with these rights stands to the space's document of a kind.
    pub(crate) fn new(space: SpaceId, kind: DocumentKind, rights: &Rights) -> Self {
        let document = DocumentId::derive(space, kind);
        let (role, has_client) = (rights.role, rights.has_client);
        Self { document, kind, space, role, access: rights.access(kind), has_client }
    }

    /// How far the person gets into the document.
    pub(crate) fn access(&self) -> Access {
        self.access
    }

    /// Whether the person gets into it by a consent, which may end at any moment.
    pub(crate) fn is_by_consent(&self) -> bool {
        self.access > self.kind.access(self.role)
    }

    /// The person as an author in this document.
    pub(crate) fn author(&self, device: DeviceId, person: PersonId) -> Author {
        Author { device, person, role: self.role, has_client: self.has_client }
    }
}

/// Everything that one person may read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    /// In order of the documents' ids.
    pub(crate) places: Vec<Place>,
    documents: Vec<DocumentHead>,
    members: Vec<Member>,
}

impl Directory {
    /// Reads what a person may see.
    pub(crate) fn read(connection: &Connection, person: PersonId) -> Result<Self, LoadError> {
        let mut directory = Self::default();
        for seat in accounts::seats(connection, person)? {
            directory.add(connection, &seat)?;
        }
        directory.places.sort_unstable_by_key(|place| place.document);
        Ok(directory)
    }

    /// The answer to `hello`.
    pub(crate) fn welcome(self, server: ServerId, server_time: Timestamp) -> ServerFrame {
        let (documents, members) = (self.documents, self.members);
        ServerFrame::Welcome { server_time, documents, members, server: Some(server), through: None }
    }

    fn add(&mut self, connection: &Connection, seat: &Seat) -> Result<(), LoadError> {
        let before = self.places.len();
        for &kind in DocumentKind::ALL {
            let place = Place::new(seat.space, kind, &seat.rights);
            if place.access() < Access::Read {
                continue;
            }
            // A space from before there was this kind has no such document yet.
            let Some(head) = table::head(connection, place.document)? else { continue };
            self.documents.push(entry_of(&place, seat, head.at));
            self.places.push(place);
        }
        // Who may read nothing of a space does not learn who is in it either.
        if self.places.len() > before {
            self.members.extend(accounts::roster(connection, seat.space)?.into_iter().map(|row| Member {
                space: seat.space,
                person_id: row.person,
                name: row.name,
                role: row.role,
            }));
        }
        Ok(())
    }
}

/// A person's place at one document; `None` where they may not read it.
pub(crate) fn place(
    connection: &Connection,
    person: PersonId,
    document: DocumentId,
) -> Result<Option<Place>, LoadError> {
    let sql = "SELECT space_id, kind FROM documents WHERE document_id = ?1";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([document.uuid().as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (space, kind) = (SpaceId::new(Uuid::from_bytes(row.get(0)?)), row.get::<_, String>(1)?);
    let Some(kind) = DocumentKind::from_name(&kind) else { return Ok(None) };
    match accounts::rights(connection, space, person) {
        Ok(rights) => Ok(Some(Place::new(space, kind, &rights)).filter(|place| place.access() >= Access::Read)),
        Err(AccountError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether a sign-in is still good.
pub(crate) fn is_signed_in(connection: &Connection, family: Uuid) -> Result<bool, LoadError> {
    let sql = "SELECT 1 FROM families JOIN devices USING (device_id)
               WHERE family_id = ?1 AND ended_at IS NULL AND revoked_at IS NULL";
    Ok(connection.prepare_cached(sql)?.exists(params![family.as_bytes()])?)
}

fn entry_of(place: &Place, seat: &Seat, at: Base) -> DocumentHead {
    DocumentHead {
        document: place.document,
        kind: place.kind,
        space: place.space,
        space_name: seat.space_name.clone(),
        role: place.role,
        access: place.access(),
        generation: at.generation,
        sequence: at.sequence,
    }
}
