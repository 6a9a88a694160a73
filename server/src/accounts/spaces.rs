//! Spaces: everything around one client, and the documents that belong to it.

use std::collections::BTreeMap;

use kring_domain::{Access, DocumentId, DocumentKind, PersonId, Role, SpaceId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{AccountError, Rights, members, persons, rights, role_in, roles, roster};

/// A person's place in a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The space.
    pub space: SpaceId,
    /// The name of the space.
    pub space_name: String,
    /// The rights of the person in it.
    pub rights: Rights,
}

/// The spaces of a person, in the order in which they joined.
///
/// # Errors
///
/// When the database refuses.
pub fn memberships(connection: &Connection, person: PersonId) -> Result<Vec<Membership>, AccountError> {
    let sql = "SELECT space_id, name, role FROM members JOIN spaces USING (space_id)
               WHERE person_id = ?1 ORDER BY joined_at, space_id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([person.uuid()], |row| {
        Ok((SpaceId::new(row.get(0)?), row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    let mut memberships = Vec::new();
    for row in rows {
        let (space, space_name, role) = row?;
        // A role of a newer version gives no access here.
        let Some(role) = Role::from_name(&role) else { continue };
        memberships.push(Membership { space, space_name, rights: rights::with_role(connection, space, person, role)? });
    }
    Ok(memberships)
}

/// A person's place in one space.
///
/// # Errors
///
/// [`AccountError::NotFound`] when they have none, or when the database refuses.
pub fn membership(connection: &Connection, space: SpaceId, person: PersonId) -> Result<Membership, AccountError> {
    let rights = rights(connection, space, person)?;
    let sql = "SELECT name FROM spaces WHERE space_id = ?1";
    let space_name = connection.prepare_cached(sql)?.query_row([space.uuid()], |row| row.get(0))?;
    Ok(Membership { space, space_name, rights })
}

/// The documents of a space that somebody with these rights may read.
pub fn documents_for(space: SpaceId, rights: &Rights) -> BTreeMap<&'static str, DocumentId> {
    let readable = DocumentKind::ALL.iter().filter(|kind| rights.access(**kind) >= Access::Read);
    readable.map(|&kind| (kind.name(), DocumentId::derive(space, kind))).collect()
}

/// Starts a space with its documents, with `person` as its professional; again by the same person changes nothing.
///
/// # Errors
///
/// [`AccountError::Forbidden`] for anybody who is no professional, and [`AccountError::Conflict`] for an id that is taken.
pub fn create_space(
    connection: &Connection,
    space: SpaceId,
    name: &str,
    person: PersonId,
    now: Timestamp,
) -> Result<Membership, AccountError> {
    if !persons::is_professional(connection, person)? {
        return Err(AccountError::Forbidden);
    }
    let sql = "SELECT created_by FROM spaces WHERE space_id = ?1";
    let creator = connection.prepare_cached(sql)?.query_row([space.uuid()], |row| row.get(0)).optional()?;
    match creator.map(PersonId::new) {
        None => make(connection, space, name, person, now)?,
        Some(creator) if creator == person => {}
        Some(_) => return Err(AccountError::Conflict("the id is taken")),
    }
    match membership(connection, space, person) {
        Err(AccountError::NotFound) => Err(AccountError::Conflict("the id is taken")),
        membership => membership,
    }
}

/// Makes the documents that spaces lack which an older version made; says how many spaces that were.
///
/// # Errors
///
/// When the database refuses.
pub fn complete_spaces(connection: &Connection) -> Result<usize, AccountError> {
    let sql = "SELECT space_id FROM spaces
               WHERE (SELECT count(*) FROM documents WHERE documents.space_id = spaces.space_id) < ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement
        .query_map([i64::try_from(DocumentKind::ALL.len()).unwrap_or(i64::MAX)], |row| Ok(SpaceId::new(row.get(0)?)))?;
    let incomplete: Vec<SpaceId> = rows.collect::<Result<_, _>>()?;
    for &space in &incomplete {
        make_documents(connection, space)?;
    }
    Ok(incomplete.len())
}

/// When the server came to know a space.
///
/// # Errors
///
/// [`AccountError::NotFound`] where there is no such space, or when the database refuses.
pub fn began(connection: &Connection, space: SpaceId) -> Result<Timestamp, AccountError> {
    let sql = "SELECT created_at FROM spaces WHERE space_id = ?1";
    let found = connection.prepare_cached(sql)?.query_row([space.uuid()], |row| row.get(0)).optional()?;
    found.map(Timestamp::from_millis).ok_or(AccountError::NotFound)
}

/// Erases a space and everything in it, and answers who was in it.
///
/// # Errors
///
/// [`AccountError::NotFound`] for anybody who is not in it, and [`AccountError::Forbidden`] for anybody who may not: the client may,
/// and a professional while no client has joined.
pub fn delete_space(connection: &Connection, space: SpaceId, person: PersonId) -> Result<Vec<PersonId>, AccountError> {
    let may = match role_in(connection, space, person)? {
        Role::Client => true,
        Role::Professional => !roles::has_client(connection, space)?,
        Role::Representative | Role::Member | Role::Carer | Role::Backup | Role::Colleague | Role::CarerConsultant => {
            false
        }
    };
    if !may {
        return Err(AccountError::Forbidden);
    }
    let people: Vec<PersonId> = roster(connection, space)?.into_iter().map(|row| row.person).collect();
    erase_space(connection, space)?;
    Ok(people)
}

/// Erases a space and everything in it, whoever asks; says whether there was one.
///
/// # Errors
///
/// When the database refuses.
pub fn erase_space(connection: &Connection, space: SpaceId) -> Result<bool, AccountError> {
    let people: Vec<PersonId> = roster(connection, space)?.into_iter().map(|row| row.person).collect();
    let erased = connection.prepare_cached("DELETE FROM spaces WHERE space_id = ?1")?.execute([space.uuid()])?;
    for &person in &people {
        persons::clear_name_if_orphaned(connection, person)?;
    }
    Ok(erased > 0)
}

fn make(
    connection: &Connection,
    space: SpaceId,
    name: &str,
    person: PersonId,
    now: Timestamp,
) -> Result<(), AccountError> {
    connection
        .prepare_cached("INSERT INTO spaces (space_id, name, created_by, created_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![space.uuid(), name, person.uuid(), now.millis()])?;
    make_documents(connection, space)?;
    members::join(connection, space, person, Role::Professional, now)
}

/// Makes the documents that a space does not have yet.
fn make_documents(connection: &Connection, space: SpaceId) -> Result<(), AccountError> {
    let sql = "INSERT INTO documents (document_id, space_id, kind) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    let mut statement = connection.prepare_cached(sql)?;
    for &kind in DocumentKind::ALL {
        statement.execute(params![DocumentId::derive(space, kind).uuid(), space.uuid(), kind.name()])?;
    }
    Ok(())
}
