//! The rights of a person in a space: their role, and what the consents in force add to it.

use kring_domain::{Access, DocumentId, DocumentKind, Grant, Grantee, Grants, PersonId, Role, SpaceId, access};
use rusqlite::{Connection, params};

use super::AccountError;
use super::roles::{has_client, role_in};
use crate::clock;
use crate::store::StoreError;

/// A person's rights in one space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// The owner.
    pub person: PersonId,
    /// The role of the person in the space.
    pub role: Role,
    /// True when the space has a client.
    pub has_client: bool,
    grants: Grants,
}

impl Rights {
    /// Returns how far the person gets into the space's document of a kind.
    pub fn access(&self, kind: DocumentKind) -> Access {
        access(kind, self.role, self.person, &self.grants)
    }

    /// Returns whether the person may read any document of the space.
    pub fn reads_anything(&self) -> bool {
        DocumentKind::ALL.iter().any(|kind| self.access(*kind) >= Access::Read)
    }
}

/// Returns what a person may in a space.
///
/// # Errors
///
/// [`AccountError::NotFound`] when they are not in it, or when the database refuses.
pub fn rights(connection: &Connection, space: SpaceId, person: PersonId) -> Result<Rights, AccountError> {
    let role = role_in(connection, space, person)?;
    with_role(connection, space, person, role)
}

/// Returns what a person with a role may in a space.
///
/// While the consents of a restored backup wait for what phones have, nobody gets in by one: it may have been withdrawn
/// since.
pub(super) fn with_role(
    connection: &Connection,
    space: SpaceId,
    person: PersonId,
    role: Role,
) -> Result<Rights, AccountError> {
    let sql = "SELECT kind, grantee FROM grants WHERE space_id = ?1 AND grantee IN (?2, ?3) AND NOT EXISTS (
                   SELECT 1 FROM recovering WHERE document_id = ?4 AND (ends_at IS NULL OR ends_at > ?5))";
    let mut statement = connection.prepare_cached(sql)?;
    let to = |grantee| to_text(grantee);
    let consents = DocumentId::derive(space, DocumentKind::Consents);
    let consents = consents.uuid();
    let now = clock::now().millis();
    let values = params![space.uuid(), to(Grantee::Person(person)), to(Grantee::Role(role)), consents.as_bytes(), now];
    let rows = statement.query_map(values, |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
    let grant = |(kind, grantee): (String, String)| {
        Some(Grant { kind: DocumentKind::from_name(&kind)?, to: from_text(&grantee)? })
    };
    let has_client = has_client(connection, space)?;
    Ok(Rights { person, role, has_client, grants: rows.into_iter().filter_map(grant).collect() })
}

/// Puts the grants of a space in the place of those there were.
///
/// # Errors
///
/// When the database refuses.
pub(crate) fn replace_grants(connection: &Connection, space: SpaceId, grants: &Grants) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM grants WHERE space_id = ?1")?.execute([space.uuid()])?;
    let mut insert = connection.prepare_cached("INSERT INTO grants (space_id, kind, grantee) VALUES (?1, ?2, ?3)")?;
    for grant in grants.iter() {
        insert.execute(params![space.uuid(), grant.kind.name(), to_text(grant.to)])?;
    }
    Ok(())
}

fn to_text(grantee: Grantee) -> String {
    match grantee {
        Grantee::Person(person) => format!("person {person}"),
        Grantee::Role(role) => format!("role {}", role.name()),
    }
}

fn from_text(text: &str) -> Option<Grantee> {
    match text.split_once(' ')? {
        ("person", id) => id.parse().ok().map(Grantee::Person),
        ("role", name) => Role::from_name(name).map(Grantee::Role),
        _ => None,
    }
}
