//! The directory of one person: what they may see, read from the database without loading a document.

use std::collections::{HashMap, HashSet};

use kring_domain::{Access, Author, DeviceId, DocumentId, DocumentKind, PersonId, Role, ServerId, SpaceId, Timestamp};
use kring_sync::{DocumentHead, Member, Position, ServerFrame};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::accounts::{self, AccountError, Rights};
use crate::documents::queries::{self, LoadError};

/// A document as one person stands to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DocumentAccess {
    pub(crate) document: DocumentId,
    pub(crate) kind: DocumentKind,
    pub(crate) space: SpaceId,
    pub(crate) role: Role,
    level: Access,
    has_client: bool,
}

impl DocumentAccess {
    /// Returns where somebody with these rights stands to the space's document of a kind.
    pub(crate) fn new(space: SpaceId, kind: DocumentKind, rights: &Rights) -> Self {
        let document = DocumentId::derive(space, kind);
        let role = rights.role;
        let has_client = rights.has_client;
        Self { document, kind, space, role, level: rights.access(kind), has_client }
    }

    /// Returns how far the person gets into the document.
    pub(crate) fn level(&self) -> Access {
        self.level
    }

    /// Returns whether the person gets into it by a consent, which may end at any moment.
    pub(crate) fn is_by_consent(&self) -> bool {
        self.level > self.kind.access(self.role)
    }

    /// The person as an author in this document.
    pub(crate) fn author(&self, device: DeviceId, person: PersonId) -> Author {
        Author { device, person, role: self.role, has_client: self.has_client }
    }
}

/// Everything that one person may read, without how far it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    /// In order of the documents' ids.
    pub(crate) accesses: Vec<DocumentAccess>,
    names: HashMap<SpaceId, String>,
}

/// The part of a directory that a device asks about, in order of the documents' ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Window {
    /// The device takes its answer in pages; where not, it gets all in one.
    pub(crate) is_paged: bool,
    /// It begins behind this document.
    pub(crate) after: Option<DocumentId>,
    /// It ends at this document at the latest.
    pub(crate) through: Option<DocumentId>,
}

/// What is in a window of a directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) accesses: Vec<DocumentAccess>,
    documents: Vec<DocumentHead>,
    members: Vec<Member>,
    /// The last document that it is about, where more may follow.
    pub(crate) through: Option<DocumentId>,
}

/// The most documents of a page.
const MAX_DOCUMENTS: usize = 4_000;

/// About how many people are in a page at most.
const MAX_MEMBERS: usize = 10_000;

impl Directory {
    /// Reads what a person may see.
    pub(crate) fn read(connection: &Connection, person: PersonId) -> Result<Self, LoadError> {
        let mut directory = Self::default();
        for membership in accounts::memberships(connection, person)? {
            let accesses =
                DocumentKind::ALL.iter().map(|&kind| DocumentAccess::new(membership.space, kind, &membership.rights));
            directory.accesses.extend(accesses.filter(|access| access.level() >= Access::Read));
            directory.names.insert(membership.space, membership.space_name);
        }
        directory.accesses.sort_unstable_by_key(|access| access.document);
        Ok(directory)
    }

    /// The person's place at a document.
    pub(crate) fn find(&self, document: DocumentId) -> Option<&DocumentAccess> {
        let index = self.accesses.binary_search_by_key(&document, |access| access.document).ok()?;
        self.accesses.get(index)
    }

    /// Reads how far the documents of a window are, and who is in their spaces. The people of a space come with the first of
    /// its documents; who may read nothing of a space does not learn who is in it either.
    pub(crate) fn page(&self, connection: &Connection, window: Window) -> Result<Page, LoadError> {
        let mut page = Page::default();
        let mut seen = HashSet::new();
        let mut last = None;
        for access in &self.accesses {
            let is_first = seen.insert(access.space);
            if window.after.is_some_and(|after| access.document <= after) {
                continue;
            }
            if window.through.is_some_and(|through| access.document > through) {
                page.through = window.through;
                break;
            }
            if window.is_paged && page.is_full() {
                page.through = last;
                break;
            }
            last = Some(access.document);
            if is_first {
                page.members.extend(members(connection, access.space)?);
            }
            // A space from before there was this kind has no such document yet.
            let Some(head) = queries::head(connection, access.document)? else { continue };
            let name = self.names.get(&access.space).cloned().unwrap_or_default();
            page.documents.push(entry_of(access, name, head.at));
            page.accesses.push(*access);
        }
        Ok(page)
    }
}

impl Window {
    /// Returns whether a document is in the window, of which a page ends `through`.
    pub(crate) fn has(&self, document: DocumentId, through: Option<DocumentId>) -> bool {
        self.after.is_none_or(|after| document > after) && through.is_none_or(|through| document <= through)
    }
}

impl Page {
    fn is_full(&self) -> bool {
        self.documents.len() >= MAX_DOCUMENTS || self.members.len() >= MAX_MEMBERS
    }

    /// The answer to `hello`.
    pub(crate) fn welcome(self, server: ServerId, server_time: Timestamp) -> ServerFrame {
        let Self { documents, members, through, .. } = self;
        ServerFrame::Welcome { server_time, documents, members, server: Some(server), through }
    }
}

fn members(connection: &Connection, space: SpaceId) -> Result<impl Iterator<Item = Member>, LoadError> {
    let roster = accounts::roster(connection, space)?.into_iter();
    Ok(roster.map(move |row| Member { space, person_id: row.person, name: row.name, role: row.role }))
}

/// A person's place at one document; `None` where they may not read it.
pub(crate) fn document_access(
    connection: &Connection,
    person: PersonId,
    document: DocumentId,
) -> Result<Option<DocumentAccess>, LoadError> {
    let sql = "SELECT space_id, kind FROM documents WHERE document_id = ?1";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([document.uuid().as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let space = SpaceId::new(Uuid::from_bytes(row.get(0)?));
    let kind = row.get::<_, String>(1)?;
    let Some(kind) = DocumentKind::from_name(&kind) else { return Ok(None) };
    match accounts::rights(connection, space, person) {
        Ok(rights) => {
            Ok(Some(DocumentAccess::new(space, kind, &rights)).filter(|access| access.level() >= Access::Read))
        }
        Err(AccountError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Returns whether a sign-in is still good.
pub(crate) fn is_signed_in(connection: &Connection, sign_in: Uuid) -> Result<bool, LoadError> {
    let sql = "SELECT 1 FROM families JOIN devices USING (device_id)
               WHERE family_id = ?1 AND ended_at IS NULL AND revoked_at IS NULL";
    Ok(connection.prepare_cached(sql)?.exists(params![sign_in.as_bytes()])?)
}

fn entry_of(access: &DocumentAccess, space_name: String, at: Position) -> DocumentHead {
    DocumentHead {
        document: access.document,
        kind: access.kind,
        space: access.space,
        space_name,
        role: access.role,
        access: access.level(),
        generation: at.generation,
        sequence: at.sequence,
    }
}
